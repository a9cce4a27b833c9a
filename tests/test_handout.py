"""Solutions leave a notebook, and what a student writes is found again.

What the chapters' handouts look like is in `tests/site/test_handouts.py`.
"""

import nbformat
import pytest
from backprop import handout
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)
from notebook_export import export
from plain_markdown import Block

KINDS = {"code": new_code_cell, "markdown": new_markdown_cell}


@pytest.fixture
def built():
    """Return a notebook as the book offers it, with two exercises."""
    printed = new_output("stream", text="3")
    a, b = {"solution": "ex-a"}, {"solution": "ex-b"}
    cells = [
        new_markdown_cell("# 1. A chapter"),
        new_code_cell("print(3)", outputs=[printed], execution_count=1),
        new_markdown_cell("Ask.", metadata={"exercise": "ex-a"}),
        new_markdown_cell("### Solution", metadata=a),
        new_code_cell("solved = 3", metadata=a),
        new_markdown_cell("Ask more.", metadata={"exercise": "ex-b"}),
        new_markdown_cell("### Solution", metadata=b),
        new_markdown_cell("## Further reading"),
        new_markdown_cell("## References"),
    ]
    return new_notebook(cells=cells, metadata={"widgets": {"state": 3}})


@pytest.fixture
def path(built, tmp_path):
    """Return where a handout of it is."""
    return handout.write(
        saved(built, tmp_path / "built.ipynb"), tmp_path / "to"
    )


def saved(notebook, path):
    """Write a notebook; return its path."""
    nbformat.write(notebook, path)
    return path


def index(notebook, text):
    """Return which cell begins with a text."""
    starts = [cell.source.startswith(text) for cell in notebook.cells]
    return starts.index(True)


def inserted(path, below, cell):
    """Put a cell below the one that begins with a text; return answers."""
    made = nbformat.read(path, as_version=4)
    made.cells.insert(index(made, below) + 1, cell)
    return handout.answers(saved(made, path))


# ---- handing out ------------------------------------------------------------


def test_each_solution_makes_room_for_an_answer(path):
    made = nbformat.read(path, as_version=4)
    nbformat.validate(made)
    room = [handout.WORDS, handout.CODE]
    assert [cell.source for cell in made.cells] == [
        *("# 1. A chapter", "print(3)"),
        *("Ask.", *room),
        *("Ask more.", *room),
        *("## Further reading", "## References"),
    ]


def test_what_was_computed_is_not_handed_out(path):
    made = nbformat.read(path, as_version=4)
    cells = [cell for cell in made.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in cells)
    assert "widgets" not in made.metadata


def test_the_built_notebook_stays_as_it_is(built):
    before = nbformat.writes(built)
    handout.notebook(built)
    assert nbformat.writes(built) == before


def test_text_after_an_exercise_is_no_part_of_it():
    asked = {"exercise": "ex-a"}
    blocks = [Block("Ask.", marks=asked), Block("Say how.", marks=asked)]
    made = export(new_notebook(), [*blocks, Block("So it goes on.")])
    texts = [(cell.metadata, cell.source) for cell in made.cells]
    assert texts == [(asked, "Ask.\n\nSay how."), ({}, "So it goes on.")]


def test_a_notebook_without_marked_solutions_is_refused(built):
    for cell in built.cells:
        cell.metadata.pop("solution", None)
    with pytest.raises(ValueError, match=r"found no solution.*expected"):
        handout.notebook(built)


def test_the_command_writes_a_notebook(built, tmp_path, capsys):
    source = saved(built, tmp_path / "update.ipynb")
    handout.main([str(source), "--to", str(tmp_path / "class")])
    path = tmp_path / "class" / "update.ipynb"
    assert capsys.readouterr().out.strip() == str(path)
    assert path.exists()


# ---- collecting -------------------------------------------------------------


def test_nothing_written_is_no_answer(path):
    assert handout.answers(path) == {}


def test_what_is_written_into_the_room_is_found(path):
    made = nbformat.read(path, as_version=4)
    words, cell = made.cells[index(made, "Ask.") + 1 :][:2]
    words.source += " Half."
    cell.source = "1 / 2"
    assert handout.answers(saved(made, path)) == {"ex-a": "Half.\n\n1 / 2"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("below", ["Ask.", handout.WORDS, handout.CODE])
def test_a_cell_added_near_the_room_is_found(path, below, kind):
    found = inserted(path, below, KINDS[kind]("# half"))
    assert found == {"ex-a": "# half"}


def test_added_cells_and_the_room_stand_in_their_order(path):
    inserted(path, "Ask.", new_markdown_cell("First."))
    inserted(path, handout.CODE, new_code_cell("third = 3"))
    made = nbformat.read(path, as_version=4)
    made.cells[index(made, handout.CODE)].source = "second = 2"
    found = handout.answers(saved(made, path))
    assert found == {"ex-a": "First.\n\nsecond = 2\n\nthird = 3"}


def test_a_cell_below_the_last_room_is_found(path):
    made = nbformat.read(path, as_version=4)
    own = new_markdown_cell("# A heading of my own\n\nHalf.")
    made.cells.insert(index(made, "## Further"), own)
    assert handout.answers(saved(made, path)) == {"ex-b": own.source}


def test_an_empty_cell_is_no_answer(path):
    assert inserted(path, handout.CODE, new_code_cell(" \n")) == {}


@pytest.mark.parametrize("below", ["# 1.", "print", "## Fur", "## Ref"])
def test_a_note_elsewhere_in_the_chapter_is_no_answer(path, below):
    assert inserted(path, below, new_markdown_cell("Ah!")) == {}


@pytest.mark.parametrize("text", ["print(3)", handout.CODE])
def test_a_copied_cell_belongs_where_it_was_put(path, text):
    made = nbformat.read(path, as_version=4)
    pasted = made.cells[index(made, text)].copy()
    pasted.update(source="print(1 / 2)", id="pasted")
    made.cells.insert(index(made, "Ask more.") + 1, pasted)
    after = new_markdown_cell("So it is.")
    made.cells.insert(index(made, "## Further"), after)
    found = handout.answers(saved(made, path))
    assert found == {"ex-b": "print(1 / 2)\n\nSo it is."}


def test_an_answer_in_the_exercise_itself_is_found(path):
    made = nbformat.read(path, as_version=4)
    made.cells[index(made, "Ask.")].source += "\n\nHalf."
    assert handout.answers(saved(made, path)) == {"ex-a": "Half."}


def test_a_deleted_room_loses_no_answer(path):
    made = nbformat.read(path, as_version=4)
    at = index(made, "Ask.") + 1
    made.cells[at : at + 2] = [new_markdown_cell("Half.")]
    assert handout.answers(saved(made, path)) == {"ex-a": "Half."}


def test_another_notebook_is_no_empty_handout(built, tmp_path):
    other = saved(built, tmp_path / "student-7.ipynb")
    with pytest.raises(ValueError, match=r"found .*student-7.*expected"):
        handout.answers(other)
