"""What the cells of the built book said and drew when they ran."""

import re
from functools import cache

import chapter
import house
import nbformat
import pytest

pytestmark = pytest.mark.site

RUNNABLE = [
    page.stem
    for page in house.pages()
    if "{code-cell}" in page.read_text(encoding="utf-8")
]
ONLY_WHEN_ASKED = "from ipywidgets import"
"""How cells begin that run in a notebook and not in the build."""

LONG_WORK = "progress.Watch"
"""What a cell goes through whose work takes more than a second."""

TRAINING = "training"
LINE = re.compile(r"test accuracy ([\d.]+)%, ([\d.]+) seconds, seed (\d+)")

each_page = pytest.mark.parametrize("name", RUNNABLE)


@pytest.fixture(scope="session")
def cells(html):
    """Return a function that gives a page's cells, after they ran."""

    @cache
    def ran(name):
        path = html / "_sources" / "book" / f"{name}.ipynb"
        text = path.read_text(encoding="utf-8")
        found = chapter.code_cells(nbformat.reads(text, as_version=4))
        assert found[0].metadata.tags == ["install"]
        return found[1:]

    return ran


@each_page
def test_every_cell_ran_and_said_nothing_in_red(name, cells):
    for cell in cells(name):
        skipped = cell.source.startswith(ONLY_WHEN_ASKED)
        assert (cell.execution_count is None) == skipped, cell.source
        for output in cell.outputs:
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text


@each_page
def test_every_picture_has_caption_name_and_words(name, soup):
    for image in soup(f"book/{name}.html").select(
        ".cell_output img:not(.bp-still)"
    ):
        figure = image.find_parent("figure")
        assert figure, image
        assert figure["id"].startswith("fig-")
        assert figure.select_one("figcaption .caption-text").get_text()
        assert len(image["alt"].split()) >= 5, figure["id"]


# ---- what chapter 6 promises about the digits -------------------------------


def test_a_seeded_run_reads_digits_well_and_soon(cells):
    outputs = [output for cell in cells(TRAINING) for output in cell.outputs]
    said = "".join(o.text for o in outputs if o.get("name") == "stdout")
    ((accuracy, seconds, seed),) = LINE.findall(said)
    assert float(accuracy) >= 97.0
    assert float(seconds) < 5.0
    source = (house.ROOT / "book" / f"{TRAINING}.md").read_text("utf-8")
    assert f"seed = {seed}\n" in source


def test_no_bar_is_left_in_the_page(cells):
    long_work = [cell for cell in cells(TRAINING) if LONG_WORK in cell.source]
    assert long_work
    for cell in long_work:
        kinds = {kind for o in cell.outputs for kind in o.get("data", {})}
        assert not any("widget-view" in kind for kind in kinds)
