"""A downloaded chapter in JupyterLab and in Notebook 7, with live widgets.

Without the extension for MyST, which a reader elsewhere does not have.
"""

import json
import re
import shutil

import house
import lab_kernel
import pytest
from lab_kernel import CELLS, EXECUTE, FINISHED
from lab_server import jupyterlab

pytestmark = [pytest.mark.site, pytest.mark.lab, pytest.mark.sweep]

RAW = re.compile(r"\{[a-z:-]+\}`|:::|```|\$\$|\\tag|\\frac|^\([a-z-]+\)=")
NO_MYST = {"disabledExtensions": {"jupyterlab-myst": True}}
FIGURE = ".jp-RenderedHTML > img[alt]:visible"


@pytest.fixture(scope="module")
def server(html, tmp_path_factory):
    """Serve a folder that holds one downloaded notebook."""
    folder = tmp_path_factory.mktemp("downloaded")
    book = folder / "tree" / "book"
    shutil.copytree(house.ROOT / "book" / "_lab", book / "_lab")
    shutil.copy(html / "_sources" / "book" / "update.ipynb", book)
    settings = folder / "config" / "labconfig"
    settings.mkdir(parents=True)
    (settings / "page_config.json").write_text(json.dumps(NO_MYST))
    with jupyterlab(folder / "tree", folder) as address:
        yield address


@pytest.fixture(params=["lab/tree", "notebooks"])
def notebook(request, server, browser):
    """Open the notebook in a page that is high enough to show all of it."""
    page = browser.new_page(viewport={"width": 1400, "height": 16000})
    lab_kernel.open_notebook(page, f"{server}/{request.param}/update.ipynb")
    yield page
    page.close()


def run_all(page):
    """Run all cells by the menu, and wait for the last one."""
    lab_kernel.run_all(page)
    page.wait_for_function(FINISHED, timeout=180_000)


def test_a_downloaded_notebook_reads_runs_and_reacts(notebook):
    # as it came: figures are seen, formulas typeset, solutions folded
    notebook.locator(FIGURE).nth(2).wait_for(timeout=60_000)
    prose = notebook.locator(".jp-RenderedMarkdown:visible")
    prose.filter(has_text="References").wait_for(timeout=60_000)
    raw = [text for text in prose.all_inner_texts() if RAW.search(text)]
    assert raw == []
    solution = notebook.get_by_text("steps = optimisers.descend(linear_neuron")
    assert not solution.first.is_visible()

    run_all(notebook)
    cells = notebook.evaluate(CELLS)
    assert [cell["errors"] for cell in cells if cell["errors"]] == []
    assert all(cell["count"] for cell in cells)

    # a slider moves the number in Python, and back
    widget = notebook.locator(".jp-OutputArea .bp:visible").nth(1)
    rate = widget.get_by_role("slider", name="learning rate η", exact=True)
    lab_kernel.move_to_end(rate, "Home")
    lab_kernel.wait_for(notebook, "explorer.eta", 0.001)
    notebook.evaluate(EXECUTE, "explorer.eta = 3.0")
    line = widget.locator(".bp-live")
    line.filter(has_text=re.compile("η = 3:")).wait_for()
