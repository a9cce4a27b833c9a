"""Build a small site once, open its notebook twice: cold, then warm."""

import os

import lite_site
import pytest


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Return the folder of a site with notebooks, or skip."""
    if lite_site.missing():
        pytest.skip(lite_site.missing())
    html = lite_site.build_pages(tmp_path_factory.mktemp("lite"), lite=True)
    lite_site.add_notebooks(html)
    return html


@pytest.fixture(scope="session")
def server(site):
    """Serve the site, as any static server would."""
    with lite_site.served(site) as running:
        yield running


@pytest.fixture(scope="session")
def visits(server, browser, tmp_path_factory):
    """Open the chapter with an empty cache, and again: two notebooks."""
    home = tmp_path_factory.mktemp("reader")
    with lite_site.reader(browser, home) as context:
        cold = lite_site.Notebook(context, server)
        warm = lite_site.Notebook(context, server)
        yield cold, warm


@pytest.fixture(scope="session")
def notebook(visits):
    """Return the notebook that was opened last."""
    return visits[-1]


@pytest.fixture(scope="session")
def wheels():
    """Skip, saying so, where no WebAssembly wheels are given."""
    if not os.environ.get("PYODIDE_WHEELS"):
        pytest.skip("PYODIDE_WHEELS is not set: no numpy for the browser here")
