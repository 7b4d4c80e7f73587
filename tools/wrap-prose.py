#!/usr/bin/env python3
"""Wraps prose at 120 columns: paragraphs and list items of Markdown, comments of code. Changes only paragraphs with a line that
is too long. `tools/wrap-prose.py FILE...`; `cargo test -p xtask` names the files."""

import pathlib
import re
import sys
import textwrap

WIDTH = 120
ITEM = re.compile(r"([-*+]|\d+\.) +")
COMMENT = re.compile(r"\s*(///|//!|//|#)( |$)")


def wrapped(first: str, rest: str, lines: list[str]) -> list[str]:
    """The words of `lines` (without prefixes) between the prefixes of the first and of every other line."""
    return textwrap.wrap(
        " ".join(line.strip() for line in lines),
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def markdown(text: str) -> str:
    out, block, is_code = [], [], False

    def flush() -> None:
        if block and any(len(line) > WIDTH for line in block):
            head = block[0]
            indent = head[: len(head) - len(head.lstrip())]
            item = ITEM.match(head.lstrip())
            mark = item.group(0) if item else ""
            body = [head.lstrip()[len(mark) :], *block[1:]]
            out.extend(wrapped(indent + mark, indent + " " * len(mark), body))
        else:
            out.extend(block)
        block.clear()

    for line in text.split("\n"):
        if line.startswith("```"):
            is_code = not is_code
        bare = line.lstrip()
        is_item = bool(ITEM.match(bare))
        is_prose = not is_code and bare and bare[0] not in "|#<!>" and (is_item or block or not line.startswith("    "))
        if not is_prose or bare.startswith("```"):
            flush()
            out.append(line)
            continue
        if is_item:
            flush()
        block.append(line)
    flush()
    return "\n".join(out)


def comments(text: str) -> str:
    out, block, prefix = [], [], ""

    def flush() -> None:
        if block and any(len(prefix) + 1 + len(line) > WIDTH for line in block):
            out.extend(wrapped(prefix + " ", prefix + " ", block))
        else:
            out.extend((prefix + " " + line).rstrip() for line in block)
        block.clear()

    is_code = False
    for line in text.split("\n"):
        found = COMMENT.match(line)
        body = line[found.end() :] if found else ""
        if found and body.startswith("```"):
            is_code = not is_code
        # Lists, tables and columns of a comment stay as they are.
        is_prose = found and body and not is_code and not re.match(r"\s|[-|#*] |[|#]|.*\S  +\S", body)
        here = line[: found.end()].rstrip() if found else ""
        if not is_prose or here != prefix:
            flush()
        if is_prose:
            prefix = here
            block.append(body)
        else:
            out.append(line)
    flush()
    return "\n".join(out)


for name in sys.argv[1:]:
    file = pathlib.Path(name)
    text = file.read_text(encoding="utf-8")
    file.write_text((markdown if file.suffix == ".md" else comments)(text), encoding="utf-8")
