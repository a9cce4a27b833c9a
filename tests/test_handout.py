"""A handout is the chapter without its solutions, and it runs."""

import re

import chapter
import house
import jupytext
import nbclient
import nbformat
import pytest
from backprop import handout

CHAPTERS = house.chapters()
each_chapter = pytest.mark.parametrize(
    "path", CHAPTERS, ids=[path.stem for path in CHAPTERS]
)


def code(cells):
    """The code of cells that are there to run, not to be filled in."""
    return [
        cell.source
        for cell in cells
        if cell.cell_type == "code" and "answer" not in cell.metadata
    ]


@each_chapter
def test_no_solution_is_left_and_nothing_else_is_lost(path):
    text = chapter.source(path)
    made = handout.notebook(text)
    everything = "\n".join(cell.source for cell in made.cells)
    for solution in re.findall(
        r"^```\{solution-start\}.*?\{solution-end\}", text, re.M | re.S
    ):
        for line in solution.splitlines():
            if len(line) > 25 and text.count(line) == 1:
                assert line not in everything
    assert everything.count("{exercise-start}") == text.count(
        "{exercise-start}"
    )
    for heading in re.findall(
        r"^#+ .+$", re.sub(r"```.*?```", "", text), re.M
    ):
        assert heading in everything


@each_chapter
def test_every_exercise_has_room_for_words_and_for_code(path):
    made = handout.notebook(chapter.source(path))
    labels = re.findall(
        r"\{exercise(?:-start)?\}.*\n:label: (\S+)", chapter.source(path)
    )
    for kind in ("markdown", "code"):
        cells = [cell for cell in made.cells if cell.cell_type == kind]
        room = [cell.metadata.get("answer") for cell in cells]
        assert [label for label in room if label] == labels


@each_chapter
def test_it_runs_from_top_to_bottom(path):
    made = handout.notebook(chapter.source(path))
    nbformat.validate(made)
    kept, whole = code(made.cells), code(chapter.notebook(path).cells)
    if kept == whole[: len(kept)]:
        return  # the first cells of the chapter, which run in its own test
    client = nbclient.NotebookClient(
        made, timeout=120, resources={"metadata": {"path": str(path.parent)}}
    )
    client.execute()


def test_what_students_write_is_found_again(tmp_path):
    path = handout.write(CHAPTERS[2], tmp_path)
    made = jupytext.read(path)
    assert handout.answers(path) == {}
    words, cell, other = [c for c in made.cells if "answer" in c.metadata][:3]
    words.source += " Half."
    cell.source = "1 / 2"
    other.source = ""
    jupytext.write(made, path)
    label = words.metadata["answer"]
    assert handout.answers(path) == {label: "Half.\n\n1 / 2"}


def test_the_command_writes_a_notebook(tmp_path, capsys):
    handout.main([str(CHAPTERS[0]), "--to", str(tmp_path / "class")])
    path = tmp_path / "class" / f"{CHAPTERS[0].stem}.ipynb"
    assert capsys.readouterr().out.strip() == str(path)
    made = nbformat.read(path, as_version=4)
    assert made.metadata.kernelspec.name == "python3"


def test_a_solution_that_stays_is_an_error():
    text = "```{solution-start} ex-a\nIt is 3.\n"  # without an end
    with pytest.raises(ValueError, match="found .*solution-start.* expected"):
        handout.notebook(text)
