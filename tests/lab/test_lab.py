"""A chapter opens as a notebook by double click, and runs to its end.

A real JupyterLab, with the settings of ``make lab``, in a copy of the tree.
`make test` opens one chapter, `make test-all` each.
"""

import re

import house
import pytest
from lab_kernel import CELLS, FINISHED, SHOWS, run_all

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab")]

FIRST, *OTHERS = house.chapters()
CHAPTERS = [FIRST, *(pytest.param(p, marks=pytest.mark.sweep) for p in OTHERS)]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_opens_by_double_click_and_runs(path, page):
    page.locator(f".jp-DirListing-item[title*='{path.name}']").dblclick()
    page.wait_for_function(SHOWS, arg=path.name, timeout=60_000)
    notebook = page.locator(".jp-NotebookPanel:visible")
    notebook.locator("[data-status='idle']").first.wait_for(timeout=60_000)

    exercise = notebook.locator(".myst-exercise").first
    exercise.wait_for(timeout=30_000)
    raw = notebook.locator(".myst", has_text=re.compile(r"(:::|```)\{"))
    assert raw.count() == 0

    run_all(page)
    page.wait_for_function(FINISHED, timeout=180_000)

    cells = page.evaluate(CELLS)
    assert cells
    assert [cell["errors"] for cell in cells if cell["errors"]] == []
    assert all(c["count"] for c in cells if c["source"].strip())
