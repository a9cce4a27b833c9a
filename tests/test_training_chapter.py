"""What chapter 6 promises about the digits, read off its own page."""

import re

import chapter
import house

PAGE = house.ROOT / "book" / "training.md"
LINE = re.compile(r"test accuracy ([\d.]+)%, ([\d.]+) seconds, seed (\d+)")


def printed():
    """Everything that the cells of the chapter print."""
    cells = chapter.code_cells(chapter.executed(PAGE))
    outputs = [output for cell in cells for output in cell.outputs]
    return "".join(o.text for o in outputs if o.get("name") == "stdout")


def test_a_seeded_run_reads_digits_well_and_soon():
    ((accuracy, seconds, seed),) = LINE.findall(printed())
    assert float(accuracy) >= 97.0
    assert float(seconds) < 5.0
    assert f"seed = {seed}\n" in chapter.source(PAGE)


def test_no_bar_is_left_in_the_page():
    for cell in chapter.code_cells(chapter.executed(PAGE)):
        if "progress.Watch" in cell.source:
            kinds = {kind for o in cell.outputs for kind in o.get("data", {})}
            assert not any("widget-view" in kind for kind in kinds)
