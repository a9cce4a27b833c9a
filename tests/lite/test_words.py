"""Where Python cannot start, the reader is told so; no button is dead."""

import os

import lite_site
import pytest
from bs4 import BeautifulSoup

pytestmark = [pytest.mark.lite, pytest.mark.xdist_group("lite")]

NOTEBOOK = "lite/notebooks/index.html?path=update.ipynb"
SAYS = "#book-says"


def launch_links(html, name):
    """The links of a page to the notebooks in the browser."""
    soup = BeautifulSoup((html / name).read_text("utf-8"), "html.parser")
    return soup.select('a[href*="lite/notebooks"]')


def test_the_button_leads_from_any_depth_to_the_pages_own_notebook(tmp_path):
    html = lite_site.build_pages(tmp_path, lite=True)
    (link,) = launch_links(html, "book/update.html")
    assert link["href"] == f"../{NOTEBOOK}"
    assert "half a minute" in link["title"]
    assert launch_links(html, "index.html") == []


def test_a_site_without_notebooks_has_no_button(tmp_path):
    html = lite_site.build_pages(tmp_path, lite=False)
    assert launch_links(html, "book/update.html") == []


def test_a_host_out_of_reach_is_named(notebook):
    if os.environ.get("PYODIDE_WHEELS"):
        pytest.skip("the wheels are given: no other host is needed")
    said = notebook.page.locator(SAYS)
    said.filter(has_text="does not reach cdn.jsdelivr.net").wait_for()


def test_a_page_opened_from_disk_says_what_to_do(site, browser):
    page = browser.new_page()
    page.goto(f"{site.as_uri()}/{NOTEBOOK}")
    said = page.locator(SAYS)
    said.filter(has_text="make serve").wait_for()
    link = said.get_by_role("link", name="download this notebook")
    assert link.evaluate("link => link.href").endswith("files/update.ipynb")
    page.close()


def test_a_site_that_lost_its_python_says_so(server, browser, tmp_path):
    with lite_site.reader(browser, tmp_path) as context:
        context.route("**/pyodide-lock.json", lambda route: route.abort())
        page = context.new_page()
        page.goto(f"{server.address}/{NOTEBOOK}")
        said = page.locator(SAYS)
        said.filter(has_text="lacks its Python").wait_for()
