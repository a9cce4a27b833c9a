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


def executed_by_one(path):
    """Return a chapter whose tests share a process, which executes it."""
    group = pytest.mark.xdist_group(f"chapter {path.stem}")
    return pytest.param(path, id=path.stem, marks=group)


each_chapter = pytest.mark.parametrize(
    "path", [executed_by_one(path) for path in CHAPTERS]
)
with_long_work = pytest.mark.parametrize(
    "long_work", [False, pytest.param(True, marks=pytest.mark.sweep)]
)
TRAINING = house.ROOT / "book" / "training.md"
LINE = re.compile(r"test accuracy ([\d.]+)%, ([\d.]+) seconds, seed (\d+)")

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


LONG_WORK = "progress.Watch"
"""What a cell goes through whose work takes more than a second."""


@cache
def twice(path, long_work):
    """Run a chapter alone, and each cell once more from where it ended.

    Also the cells that the build leaves out. Return the cells of the first
    pass, and those of the second as pairs with their first. Before each cell
    of the second, every name means again what it meant when the first was
    over: a reader goes back to *one* cell. Errors of the second pass are kept
    as outputs. Without ``long_work`` the cells that take long run but once.
    """
    book = jupytext.reads(chapter.source(path), fmt="md:myst")
    first = chapter.code_cells(book)
    again = [
        (cell, copy.deepcopy(cell))
        for cell in first
        if long_work or LONG_WORK not in cell.source
    ]
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


def once(path):
    """Return the cells of a chapter that ran alone."""
    return twice(path, False)[0]


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


@each_chapter
def test_it_runs_alone_and_silently(path):
    for cell in once(path):
        assert cell.execution_count
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text


@with_long_work
@each_chapter
def test_no_cell_breaks_when_it_is_run_again(path, long_work):
    broken = [
        f"{again.source}\n# {output.ename}: {output.evalue}"
        for _, again in twice(path, long_work)[1]
        for output in again.outputs
        if output.output_type == "error"
    ]
    assert broken == []


@with_long_work
@each_chapter
def test_a_cell_that_is_run_again_says_and_draws_the_same(path, long_work):
    changed = [
        cell.source
        for cell, again in twice(path, long_work)[1]
        if "default_rng" in cell.source or not GOES_ON.search(cell.source)
        if says_and_draws(cell) != says_and_draws(again)
    ]
    assert changed == []


@each_chapter
def test_every_figure_has_caption_name_and_words(path):
    for cell in once(path):
        if not any(draws(output) for output in cell.outputs):
            continue
        header = cell.metadata.get("mystnb", {})
        figure = header.get("figure", {})
        assert figure.get("caption"), cell.source
        assert figure.get("name", "").startswith("fig-"), cell.source
        words = header.get("image", {}).get("alt", "")
        assert len(words.split()) >= 5, cell.source


def draws(output):
    """Tell whether an output is a picture."""
    return any(kind.startswith("image/") for kind in output.get("data", {}))


def says_and_draws(cell):
    """Return what a cell prints and draws: no widget, clock or address."""
    found = []
    for output in cell.outputs:
        data = output.get("data", {})
        if not any("widget-view" in kind for kind in data):
            found += [output.get("text", ""), data.get("text/plain", "")]
            found += [data[kind] for kind in sorted(data) if "image" in kind]
    return re.sub(r"[\d.]+ seconds|0x[0-9a-f]+", "", "".join(found))


# ---- what chapter 6 promises about the digits -------------------------------

reads_digits = pytest.mark.parametrize("path", [executed_by_one(TRAINING)])


@reads_digits
def test_a_seeded_run_reads_digits_well_and_soon(path):
    outputs = [output for cell in once(path) for output in cell.outputs]
    said = "".join(o.text for o in outputs if o.get("name") == "stdout")
    ((accuracy, seconds, seed),) = LINE.findall(said)
    assert float(accuracy) >= 97.0
    assert float(seconds) < 5.0
    assert f"seed = {seed}\n" in chapter.source(path)


@reads_digits
def test_no_bar_is_left_in_the_page(path):
    for cell in once(path):
        if LONG_WORK in cell.source:
            kinds = {kind for o in cell.outputs for kind in o.get("data", {})}
            assert not any("widget-view" in kind for kind in kinds)
