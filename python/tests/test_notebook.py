"""docs/score.ipynb runs from its first cell to its last."""

import pathlib
import unittest

import nbclient
import nbformat

NOTEBOOK = pathlib.Path(__file__).parents[2] / "docs/score.ipynb"


class Notebook(unittest.TestCase):
    def test_it_runs(self):
        notebook = nbformat.read(NOTEBOOK, as_version=4)
        self.assertFalse(any(cell.get("outputs") for cell in notebook.cells), "keep it without outputs")
        ran = nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
        told = [output["data"]["text/plain"] for cell in ran.cells for output in cell.get("outputs", [])]
        self.assertEqual(len(told), 4)
        self.assertIn("unsupported_audio", told[2])


if __name__ == "__main__":
    unittest.main()
