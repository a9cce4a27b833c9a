"""One JupyterLab for all tests of this folder, on one page."""

import house
import lab_kernel
import pytest
from lab_server import jupyterlab


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """Run JupyterLab in a copy of the tree; give the copy and the address."""
    folder = tmp_path_factory.mktemp("lab")
    root = house.clean_copy(folder / "tree")
    with jupyterlab(root, folder) as address:
        yield root, address


@pytest.fixture(scope="session")
def page(lab, browser):
    """Open a chapter by its address, as the button of Binder does.

    High, for JupyterLab takes away what is out of sight.
    """
    page = browser.new_page(viewport={"width": 1400, "height": 6500})
    # A server that is still starting a kernel is slow to stop.
    lab_kernel.open_notebook(page, f"{lab[1]}/lab/tree/update.md")
    yield page
    page.close()
