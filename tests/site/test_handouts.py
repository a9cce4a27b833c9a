"""A chapter's handout is its notebook from the built book, less solutions.

That those are plain Markdown and run is proved in `test_notebooks`.
"""

import re

import house
import nbformat
import pytest
from backprop import handout

pytestmark = pytest.mark.site

MYST = re.compile(r"\{[a-z:-]+\}`|```\s*\{|^\([a-z-]+\)=", re.MULTILINE)
CAPTION = re.compile(r"^\*\*Fig\. [\d.]+\*\* \S", re.MULTILINE)
each_chapter = pytest.mark.parametrize(
    "path", house.chapters(), ids=lambda path: path.stem
)


@pytest.fixture
def built(html, path):
    """Return the path of the notebook that the book offers."""
    return html / "_sources" / "book" / f"{path.stem}.ipynb"


@pytest.fixture
def made(built, tmp_path):
    """Return the handout; raise if it is not valid."""
    notebook = nbformat.read(handout.write(built, tmp_path), as_version=4)
    nbformat.validate(notebook)
    return notebook


def markdown(notebook):
    """Return all Markdown of a notebook."""
    cells = notebook.cells
    return "\n\n".join(c.source for c in cells if c.cell_type == "markdown")


def code(notebook):
    """Return the code cells of a notebook, without room for answers."""
    sources = [c.source for c in notebook.cells if c.cell_type == "code"]
    return [source for source in sources if source != handout.CODE]


def without_solutions(notebook):
    """Yield the texts of cells that stand under no heading of a solution."""
    inside = False
    for cell in notebook.cells:
        if re.match(r"#{1,3} ", cell.source) and cell.cell_type == "markdown":
            inside = cell.source.startswith("### Solution to ")
        if not inside:
            yield cell.source


@each_chapter
def test_it_is_plain_markdown_with_captions(built, made):
    text = markdown(made)
    assert MYST.findall(text) == []
    captions = CAPTION.findall(text)
    whole = markdown(nbformat.read(built, as_version=4))
    assert len(captions) == len(CAPTION.findall(whole)) > 0


@each_chapter
def test_solutions_are_gone_and_nothing_else(path, built, made):
    whole = nbformat.read(built, as_version=4)
    solutions = path.read_text(encoding="utf-8").count("{solution-start}")
    assert markdown(whole).count("### Solution to ") == solutions >= 3
    room = {handout.WORDS, handout.CODE}
    left = [cell.source for cell in made.cells if cell.source not in room]
    assert left == list(without_solutions(whole))


@each_chapter
def test_every_exercise_has_room_for_words_and_for_code(path, made):
    text = path.read_text(encoding="utf-8")
    labels = re.findall(r"\{exercise-start\}.*\n:label: (\S+)", text)
    cells = [cell for cell in made.cells if "given" in cell.metadata]
    questions = [cell.metadata.get("handout") for cell in cells[::3]]
    assert questions == labels
    assert {cell.source for cell in cells[1::3]} == {handout.WORDS}
    assert {cell.source for cell in cells[2::3]} == {handout.CODE}


@each_chapter
def test_no_cell_needs_a_solution_that_is_gone(built, made):
    whole, kept = code(nbformat.read(built, as_version=4)), code(made)
    assert kept == whole[: len(kept)], "a cell that is left follows a solution"


@each_chapter
def test_what_stands_below_an_exercise_answers_it(path, made, tmp_path):
    labels = [cell.metadata.get("handout") for cell in made.cells]
    labels = [label for label in labels if label]
    cells = []
    for cell in made.cells:
        cells.append(cell)
        if cell.source == handout.CODE:
            cells.append(nbformat.v4.new_code_cell(f"mine = {len(cells)}"))
    made.cells = [*cells, nbformat.v4.new_markdown_cell("A note.")]
    nbformat.write(made, tmp_path / "back.ipynb")
    found = handout.answers(tmp_path / "back.ipynb")
    assert list(found) == labels
    assert all(re.fullmatch(r"mine = \d+", own) for own in found.values())
