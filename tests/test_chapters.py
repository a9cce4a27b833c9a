"""Every chapter keeps the frame and the size that the style asks for.

The frame is shown in CONTRIBUTING.md.
"""

import copy
import re
from functools import cache
from statistics import median

import chapter
import house
import jupytext
import nbclient
import pytest
from nbformat import v4

CHAPTERS = house.chapters()

each_chapter = pytest.mark.parametrize(
    "path", CHAPTERS, ids=[path.stem for path in CHAPTERS]
)


def run_by_one(path):
    """Return a chapter whose tests share a process, which executes it.

    The long ones are left to the sweep.
    """
    group = pytest.mark.xdist_group(f"chapter {path.stem}")
    marks = [group, *[pytest.mark.sweep] * (path not in CHAPTERS[:2])]
    return pytest.param(path, id=path.stem, marks=marks)


each_run = pytest.mark.parametrize(
    "path", [run_by_one(path) for path in CHAPTERS]
)

FRAME = {
    "front matter": r"\A---\n",
    "label": r"^\(ch-[a-z-]+\)=$",
    "title": r"^# \S",
    "promise": r"^\*[A-Z][^\n]*[.?]\*$",
    "objectives": r"^## What you will be able to do$",
    "what is needed": r"^## Before you start$",
    "prerequisites": r"^\|.*\|.*\|\n\| ?:?-+",
    "time": r"^\*\*Time:?\*\*.*\bminutes\b",
    "imports": r"^```\{code-cell\}",
    "first section": r"^## ",
    "summary": r"^## Summary$",
    "exercises": r"^## Exercises$",
    "further reading": r"^## Further reading$",
}
FORBIDDEN = {
    "magic or shell": r"^\s*[%!]",
    "install": r"\bpip\b|\bconda\b",
    "old random numbers": r"np\.random\.(?!default_rng|Generator)",
    "unseeded generator": r"default_rng\(\s*\)",
    "network": r"\b(requests|urllib|http\.client|socket)\b",
    "clock": r"\b(time\.time|perf_counter|datetime\.now|timeit)\b",
}
KEEP = "kept_ = {n: v for n, v in globals().items() if not n.startswith('_')}"
RESTORE = "globals().update(kept_)"
GOES_ON = re.compile(r"\brng\b|^\s*accumulated \+= ", re.MULTILINE)
"""A cell that draws further random numbers, or adds to an earlier sum."""


@cache
def twice(path):
    """Run a chapter alone, and each cell once more from where it ended.

    Also the cells that the build leaves out. Return the cells of the first
    pass, and those of the second as pairs with their first. Before each cell
    of the second, every name means again what it meant when the first was
    over: a reader goes back to *one* cell. Errors of the second pass are kept
    as outputs.
    """
    book = jupytext.reads(chapter.source(path), fmt="md:myst")
    first = chapter.code_cells(book)
    again = [(cell, copy.deepcopy(cell)) for cell in first]
    book.cells = [*first, v4.new_code_cell(KEEP)]
    for _, cell in again:
        cell.metadata.setdefault("tags", []).append("raises-exception")
        book.cells += [cell, v4.new_code_cell(RESTORE)]
    nbclient.NotebookClient(
        book,
        timeout=120,
        kernel_name="python3",
        skip_cells_with_tag="",
        resources={"metadata": {"path": str(path.parent)}},
    ).execute()
    return first, again


@each_chapter
def test_the_frame_stands_in_order(path):
    text, position = chapter.source(path), 0
    for part, pattern in FRAME.items():
        found = re.compile(pattern, re.MULTILINE).search(text, position)
        assert found, f"{path.name}: no {part} after character {position}"
        position = found.end()
        if part == "exercises":
            position = found.start() + 1


@each_chapter
def test_the_label_is_the_name_of_the_file(path):
    assert f"(ch-{path.stem})=" in chapter.source(path)


@each_chapter
def test_it_promises_three_to_five_things(path):
    text = chapter.section(chapter.source(path), "What you will be able to do")
    items = re.findall(r"^- ", text, re.MULTILINE)
    assert 3 <= len(items) <= 5


@each_chapter
def test_each_prerequisite_is_weighed_and_has_a_place(path):
    text = chapter.section(chapter.source(path), "Before you start")
    rows = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)[2:]
    assert rows
    for row in rows:
        _, weight, place = (part.strip() for part in row.split("|"))
        assert re.match(r"necessary|helpful", weight), row
        assert place, row


@each_chapter
def test_the_first_cell_only_imports_and_sets_up(path):
    first = chapter.code_cells(chapter.notebook(path))[0].source
    assert re.match(r"(import|from) ", first)


@each_chapter
def test_the_summary_is_short(path):
    summary = chapter.prose(chapter.section(chapter.source(path), "Summary"))
    assert 0 < len(summary.split()) <= 120


@each_chapter
def test_every_exercise_has_a_folded_solution(path):
    text = chapter.source(path)
    label = r"\n:label: (\S+)"
    exercises = re.findall(rf"\{{exercise(?:-start)?\}}.*{label}", text)
    solved = re.findall(r"\{solution(?:-start)?\} (\S+)", text)
    folds = re.findall(
        r"\{solution(?:-start)?\}[^\n]*\n(?::[^\n]*\n)*?:class:[^\n]*dropdown",
        text,
    )
    assert len(exercises) >= 5
    assert sorted(exercises) == sorted(solved)
    assert len(folds) == len(solved)


@each_chapter
def test_exercises_predict_derive_code_and_break(path):
    titles = re.findall(r"\{exercise(?:-start)?\} (\w+)", chapter.source(path))
    assert {"Predict", "Derive", "Code", "Break"} <= set(titles)


@each_chapter
def test_further_reading_says_why(path):
    text = chapter.section(chapter.source(path), "Further reading")
    items = re.split(r"^[-*] ", text, flags=re.MULTILINE)[1:]
    assert items
    for item in items:
        words = re.sub(r"\{\w+\}`[^`]*`|\[[^]]*\]\([^)]*\)", "", item)
        assert len(words.split()) >= 5, item


@each_chapter
def test_cells_are_short_and_narrow(path):
    cells = chapter.code_cells(chapter.notebook(path))
    lengths = [len(cell.source.splitlines()) for cell in cells]
    assert max(lengths) <= 15
    assert median(lengths) <= 6
    wide = [
        line
        for cell in cells
        for line in cell.source.splitlines()
        if len(line) > 79
    ]
    assert wide == []


@each_chapter
@pytest.mark.parametrize("thing", FORBIDDEN)
def test_no_cell_uses(thing, path):
    for cell in chapter.code_cells(chapter.notebook(path)):
        found = re.search(FORBIDDEN[thing], cell.source, re.MULTILINE)
        assert not found, cell.source


@each_run
def test_no_cell_breaks_when_it_is_run_again(path):
    broken = [
        f"{again.source}\n# {output.ename}: {output.evalue}"
        for _, again in twice(path)[1]
        for output in again.outputs
        if output.output_type == "error"
    ]
    assert broken == []


@each_run
def test_a_cell_that_is_run_again_says_and_draws_the_same(path):
    changed = [
        cell.source
        for cell, again in twice(path)[1]
        if "default_rng" in cell.source or not GOES_ON.search(cell.source)
        if says_and_draws(cell) != says_and_draws(again)
    ]
    assert changed == []


def says_and_draws(cell):
    """Return what a cell prints and draws: no widget, clock or address."""
    found = []
    for output in cell.outputs:
        data = output.get("data", {})
        if not any("widget-view" in kind for kind in data):
            found += [output.get("text", ""), data.get("text/plain", "")]
            found += [data[kind] for kind in sorted(data) if "image" in kind]
    return re.sub(r"[\d.]+ seconds|0x[0-9a-f]+", "", "".join(found))
