"""The stubs name what the package has, and the other way round."""

import ast
import inspect
import pathlib
import unittest

import banglaser

FOLDER = pathlib.Path(banglaser.__file__).parent


def functions(path):
    """Parameters of every function and method of a file, by name."""
    found = {}
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        owner = node.name if isinstance(node, ast.ClassDef) else ""
        for one in getattr(node, "body", []) if isinstance(node, (ast.ClassDef, ast.Module)) else []:
            if isinstance(one, ast.FunctionDef) and (not one.name.startswith("_") or one.name == "__init__"):
                arguments = one.args.args + one.args.kwonlyargs
                found[f"{owner}.{one.name}"] = [argument.arg for argument in arguments]
    return found


class Stubs(unittest.TestCase):
    def test_they_are_there(self):
        self.assertTrue((FOLDER / "py.typed").is_file())
        self.assertTrue(inspect.isclass(banglaser.Client))

    def test_they_tell_the_same_parameters(self):
        for name in ["__init__", "client"]:
            told = functions(FOLDER / f"{name}.pyi")
            has = functions(FOLDER / f"{name}.py")
            # An exception is raised here and never made by others.
            has.pop("ServerError.__init__", None)
            self.assertEqual(told, has, name)


if __name__ == "__main__":
    unittest.main()
