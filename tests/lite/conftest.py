"""Build a small site once, and open its notebook."""

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
def reader(browser, tmp_path_factory):
    """Give a browser with an empty cache, and no network."""
    home = tmp_path_factory.mktemp("reader")
    with lite_site.reader(browser, home) as context:
        yield context


@pytest.fixture(scope="session")
def notebook(server, reader):
    """Open the chapter's notebook for the first time."""
    return lite_site.Notebook(reader, server)


@pytest.fixture(scope="session")
def second_notebook(server, reader, notebook):
    """Open it again: what the browser keeps is in its cache."""
    return lite_site.Notebook(reader, server)


@pytest.fixture(scope="session")
def wheels():
    """Skip, saying so, where no WebAssembly wheels are given."""
    if not os.environ.get("PYODIDE_WHEELS"):
        pytest.skip("PYODIDE_WHEELS is not set: no numpy for the browser here")
