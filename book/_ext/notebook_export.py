"""Make of an executed notebook one that opens anywhere.

`export` puts a notebook together from the pieces of its page, see
`plain_markdown`; `with_kernel` fits a finished one to another program. Both
return a new notebook.
"""

import re
from base64 import b64encode
from copy import deepcopy
from html import escape

import nbformat

INSTALL_TAG = "install"
FOLDED = "jp-MarkdownHeadingCollapsed"
HIDDEN = {
    "hide-input": "source_hidden",
    "remove-input": "source_hidden",
    "hide-output": "outputs_hidden",
    "remove-output": "outputs_hidden",
}
NEEDED = {"widgets": "backprop.widgets", "parallel": "distributed"}
USES_PARALLEL = re.compile(r"^from backprop import .*\bparallel\b", re.M)
MISSING = """\
# The book's own code, installed where it is missing:
try:
IMPORTS
except ModuleNotFoundError:
"""
FROM_AN_ADDRESS = """\
    source = "ADDRESS"
    %pip install --quiet "backprop-one-update[EXTRAS] @ {source}"
"""
FROM_A_FILE = """\
    from pathlib import Path

    wheel = Path("WHEEL")
    if not wheel.exists():
        raise ModuleNotFoundError(
            f"Put the file {wheel} beside this notebook, and run this cell "
            "again. The download menu of the book's pages offers it."
        ) from None
    %pip install --quiet "./{wheel}[EXTRAS]"
"""


def extras(notebook):
    """Return the optional parts of the package that a notebook needs."""
    code = "\n".join(cell.source for cell in notebook.cells)
    return ["widgets"] + ["parallel"] * bool(USES_PARALLEL.search(code))


def install_cell(
    wheel, site="", repository="", branch="main", extras=("widgets",)
):
    """Return the first cell: it installs what is needed where it is missing.

    The site's own wheel if the address of the site is known, else the
    repository, else the wheel if it lies beside the notebook.

    >>> print(install_cell("b-1.whl", "https://example.org").source)
    # The book's own code, installed where it is missing:
    try:
        import backprop.widgets
    except ModuleNotFoundError:
        source = "https://example.org/_static/b-1.whl"
        %pip install --quiet "backprop-one-update[widgets] @ {source}"
    """
    address = f"git+{repository}@{branch}" if repository else ""
    if site:
        address = f"{site.rstrip('/')}/_static/{wheel}"
    rest = FROM_AN_ADDRESS if address else FROM_A_FILE
    imports = "\n".join(f"    import {NEEDED[extra]}" for extra in extras)
    source = MISSING.replace("IMPORTS", imports) + rest
    source = source.replace("ADDRESS", address).replace("WHEEL", wheel)
    source = source.replace("EXTRAS", ",".join(extras)).rstrip()
    cell = nbformat.v4.new_code_cell(source)
    cell.metadata["tags"] = [INSTALL_TAG]
    return cell


def export(notebook, blocks, first=None, kernel="python3"):
    """Return a notebook of the page's Markdown and the executed cells.

    ``notebook`` is executed and supplies code and outputs; ``blocks`` are the
    page's, from `plain_markdown`; ``first`` is the cell that installs.
    """
    made = [] if first is None else [first]
    following = 0
    for block in blocks:
        if block.cell is None:
            add_text(made, block)
            continue
        # a cell that the page leaves out is needed by those after it
        made += code_cells(notebook, following, block.cell)
        cell = code_cell(notebook.cells[block.cell], block.output)
        cell.metadata.update(block.marks)
        made.append(cell)
        following = block.cell + 1
    made += code_cells(notebook, following, len(notebook.cells))
    return finished(notebook, made, kernel)


def add_text(cells, block):
    """Append Markdown to the last cell, or begin a new one.

    A folded heading has its cell for itself: the cells after it are hidden.
    What belongs to no exercise is not in a cell of one.
    """
    last = cells[-1] if cells else None
    can_grow = last is not None and last.cell_type == "markdown"
    if can_grow and not block.alone and last.metadata == block.marks:
        last.source += "\n\n" + block.text
        return
    cells.append(nbformat.v4.new_markdown_cell(block.text))
    cells[-1].metadata.update(block.marks)
    if block.folded:
        cells[-1].metadata[FOLDED] = True


def code_cells(notebook, start, stop):
    """Return the code cells of a range."""
    cells = notebook.cells[start:stop]
    return [code_cell(cell) for cell in cells if cell.cell_type == "code"]


def code_cell(cell, output=""):
    """Return a copy of an executed cell, folded as on the page.

    ``output`` takes the place of Markdown that the cell printed as MyST.
    """
    made = deepcopy(cell)
    header = made.metadata.pop("mystnb", {})
    tags = made.metadata.get("tags", [])
    hidden = {HIDDEN[tag]: True for tag in tags if tag in HIDDEN}
    if hidden:
        made.metadata["jupyter"] = hidden
    for result in made.outputs:
        data = result.get("data", {})
        if output and "text/markdown" in data:
            data["text/markdown"] = output
        if "image/svg+xml" in data:
            show_untrusted(data, header.get("image", {}).get("alt", ""))
    return made


def show_untrusted(data, words):
    """Put an SVG into an image, with its alternative text.

    Jupyter shows no bare SVG of a notebook that came from elsewhere until it
    is run, but it shows images.
    """
    svg = data.pop("image/svg+xml")
    code = b64encode("".join(svg).encode()).decode()
    source = f"data:image/svg+xml;base64,{code}"
    data["text/html"] = f'<img src="{source}" alt="{escape(words)}">'


def finished(notebook, cells, kernel):
    """Return cells as a valid notebook with the metadata that it needs.

    Cells are named by their order, so that two builds give the same file.
    """
    for index, cell in enumerate(cells):
        cell["id"] = f"cell-{index}"
    kept = {
        name: deepcopy(notebook.metadata[name])
        for name in ("language_info", "widgets")
        if name in notebook.metadata
    }
    made = nbformat.v4.new_notebook(cells=cells, metadata=kept)
    made.nbformat_minor = 5
    return with_kernel(made, kernel, install=True)


def with_kernel(notebook, kernel, install=False):
    """Return a notebook for a kernel; without its installing cell by default.

    JupyterLite's Python is called ``python`` and has the book's code.
    """
    made = deepcopy(notebook)
    made.metadata["kernelspec"] = {
        "display_name": "Python 3",
        "language": "python",
        "name": kernel,
    }
    if not install:
        made.cells = [
            cell
            for cell in made.cells
            if INSTALL_TAG not in cell.metadata.get("tags", [])
        ]
    nbformat.validate(made)
    return made
