"""A chapter opens as a notebook by double click, and runs to its end.

A real JupyterLab, with the settings of ``make lab``, in a copy of the tree.
"""

import re

import house
import pytest
from lab_kernel import CELLS, FINISHED, run_all
from lab_server import jupyterlab

pytestmark = pytest.mark.lab

CHAPTERS = house.chapters()


@pytest.fixture(scope="module")
def lab(tmp_path_factory, browser):
    """Give a page on which JupyterLab has come up."""
    folder = tmp_path_factory.mktemp("lab")
    root = house.clean_copy(folder / "tree")
    with jupyterlab(root, folder) as address:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"{address}/lab")
        page.wait_for_selector(".jp-DirListing-item", timeout=60_000)
        yield page
        page.close()


@pytest.mark.parametrize("path", CHAPTERS, ids=[p.stem for p in CHAPTERS])
def test_a_chapter_opens_by_double_click_and_runs(path, lab):
    lab.locator(f".jp-DirListing-item[title*='{path.name}']").dblclick()
    notebook = lab.locator(".jp-NotebookPanel:visible")
    notebook.wait_for(timeout=60_000)
    notebook.locator("[data-status='idle']").first.wait_for(timeout=60_000)

    exercise = notebook.locator(".myst-exercise").first
    exercise.wait_for(timeout=30_000)
    raw = notebook.locator(".myst", has_text=re.compile(r"(:::|```)\{"))
    assert raw.count() == 0

    run_all(lab)
    lab.wait_for_function(FINISHED, timeout=180_000)

    cells = lab.evaluate(CELLS)
    assert cells
    assert [cell["errors"] for cell in cells if cell["errors"]] == []
    assert all(c["count"] for c in cells if c["source"].strip())
