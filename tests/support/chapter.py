"""Read a chapter as the notebook it is."""

import re
from functools import cache

import jupytext


@cache
def source(path):
    """Return the text of a chapter."""
    return path.read_text(encoding="utf-8")


@cache
def notebook(path):
    """Return a chapter as a notebook without outputs."""
    return jupytext.reads(source(path), fmt="md:myst")


def code_cells(book):
    """Return the code cells of a notebook."""
    return [cell for cell in book.cells if cell.cell_type == "code"]


def section(text, title):
    """Return what stands under a second-level heading, or an empty text."""
    pattern = rf"^## {title}\s*\n(.*?)(?=^## |\Z)"
    found = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    return found.group(1) if found else ""


def prose(text):
    """Return the words of a text, without code and directive lines."""
    text = re.sub(r"^```\{code-cell\}.*?^```", "", text, flags=re.M | re.S)
    text = re.sub(r"^(```|:::|\+\+\+|\().*$", "", text, flags=re.MULTILINE)
    return text.strip()
