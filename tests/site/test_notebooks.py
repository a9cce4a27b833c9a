"""Each chapter's notebook opens anywhere: plain Markdown, outputs, one cell.

A second build is that of a publisher who has set the address of the site and
that of a made-up repository.
"""

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import bare_environment
import house
import nbformat
import pytest
import widget_page
from bs4 import BeautifulSoup
from built_book import ADDRESS

pytestmark = pytest.mark.site

PAGES = [page.stem for page in house.pages()]
SHORT = "forward"
CHAPTERS = [chapter.stem for chapter in house.chapters()]
RUNNABLE = [
    page.stem
    for page in house.pages()
    if "{code-cell}" in page.read_text(encoding="utf-8")
]
RAW = re.compile(
    r"\{[a-z:-]+\}`|:::|```\s*\{|^\([a-z-]+\)=|\$\$ *\(|^%|^\+\+\+|:label:",
    re.MULTILINE,
)
FOLDED = "jp-MarkdownHeadingCollapsed"
LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Site:
    """A built book: its folder and its address, if it has one."""

    html: Path
    address: str = ""

    @cache  # noqa: B019
    def page(self, name):
        """Return a parsed page."""
        text = (self.html / "book" / f"{name}.html").read_text("utf-8")
        return BeautifulSoup(text, "html.parser")

    def notebook_path(self, name):
        """Return where the notebook of a page is."""
        return self.html / "_sources" / "book" / f"{name}.ipynb"

    def notebook(self, name):
        """Return the notebook of a page; raise if it is not valid."""
        text = self.notebook_path(name).read_text("utf-8")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        return notebook

    def markdown(self, name):
        """Return all Markdown of a notebook."""
        cells = self.notebook(name).cells
        return "\n\n".join(
            cell.source for cell in cells if cell.cell_type == "markdown"
        )


@pytest.fixture(scope="session")
def published(published_html):
    """Return the book of a publisher who set its addresses."""
    return Site(published_html, ADDRESS)


@pytest.fixture(params=["plain", "published"])
def site(request, html):
    """Give the book as it is, and the one with addresses."""
    if request.param == "plain":
        return Site(html)
    return request.getfixturevalue("published")


# ---- how it reads -----------------------------------------------------------


@pytest.mark.parametrize("name", RUNNABLE)
def test_no_myst_is_left(name, site):
    assert RAW.findall(site.markdown(name)) == []
    for cell in site.notebook(name).cells:
        for output in cell.get("outputs", []):
            printed = output.get("data", {}).get("text/markdown", "")
            assert RAW.findall(printed) == []


@pytest.mark.parametrize("name", RUNNABLE)
def test_the_headings_are_those_of_the_page(name, site):
    heads = site.page(name).select("article :is(h1, h2, h3)")
    on_page = [re.sub(r"#$", "", plain(head.get_text())) for head in heads]
    text = fenceless(site.markdown(name))
    lines = re.findall(r"^(#{1,6} .*)$", text, re.MULTILINE)
    headings = [plain(line.lstrip("# ")) for line in lines]
    boxed = re.compile(r"Exercise\d|Solutionto|References$")
    assert [head for head in headings if not boxed.match(head)] == on_page


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_numbers_are_those_of_the_page(name, site):
    page, text = site.page(name), site.markdown(name)
    equations = [e.get_text().strip("()#") for e in page.select(".eqno")]
    assert re.findall(r"\\tag\{([\d.]+)\}", text) == equations
    titles = page.select(".exercise > .admonition-title")
    exercises = [plain(title.get_text()).split("(")[0] for title in titles]
    found = re.findall(r"^### (Exercise [\d.]+)", text, re.MULTILINE)
    assert [plain(number) for number in found] == exercises
    captions = [
        plain(caption.get_text())
        for caption in page.select("figcaption .caption-number")
    ]
    figures = re.findall(r"^\*\*(Fig\. [\d.]+?)\.\*\* ", text, re.MULTILINE)
    assert [plain(number) for number in figures] == captions
    assert equations
    assert exercises
    assert captions


def plain(text):
    """Return words without marks of Markdown and without spaces."""
    return re.sub(r"[\s*`\\]|\]\([^)]*\)|\[", "", text)


def fenceless(text):
    """Return Markdown without its blocks of code."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", RUNNABLE)
def test_outputs_are_kept_also_when_nothing_had_to_run(name, site):
    cells = site.notebook(name).cells
    kept = [cell for cell in cells if cell.get("outputs")]
    assert len(kept) == len(site.page(name).select(".cell_output"))


def test_solutions_are_folded_sections(site):
    cells = site.notebook("update").cells
    folded = [
        cell.source.splitlines()[0]
        for cell in cells
        if FOLDED in cell.metadata
    ]
    shown = site.page("update").select(".solution")
    assert len(folded) == len(shown) >= 3
    headings = [cell.source for cell in cells if FOLDED in cell.metadata]
    assert headings == folded, "what a solution says is hidden with it"
    assert all(line.startswith("### Solution to") for line in folded)


@pytest.mark.parametrize("name", RUNNABLE)
def test_links_lead_to_the_site(name, published):
    links = LINK.findall(published.markdown(name))
    for link in links:
        if not link.startswith(published.address):
            assert re.match(r"https?://", link)
            continue
        path, _, anchor = link.removeprefix(published.address).partition("#")
        stem = Path(path).stem
        assert (published.html / path).is_file()
        assert not anchor or published.page(stem).find(id=anchor), link
    assert name == "notation" or links


@pytest.mark.parametrize("name", RUNNABLE)
def test_without_an_address_there_is_no_dead_link(name, html):
    links = LINK.findall(Site(html).markdown(name))
    assert all(re.match(r"https?://", link) for link in links)


# ---- how it runs ------------------------------------------------------------


def only_first(notebook):
    """Return a notebook of the installing cell and one that needs it."""
    assert notebook.cells[0].metadata["tags"] == ["install"]
    needs = nbformat.v4.new_code_cell("import backprop.widgets")
    notebook.cells = [notebook.cells[0], needs]
    return notebook


@pytest.fixture
def by_address(published):
    """Return a function: a notebook whose site is on this computer."""
    with widget_page.served(published.html) as address:

        def notebook(name):
            found = published.notebook(name)
            first = found.cells[0]
            assert ADDRESS in first.source
            first.source = first.source.replace(ADDRESS, f"{address}/")
            return found

        yield notebook


def kinds(site):
    """Return a notebook's name for each kind of first cell."""
    first = {name: site.notebook(name).cells[0].source for name in RUNNABLE}
    return list({source: name for name, source in first.items()}.values())


def test_a_chapter_runs_where_only_its_first_cell_installs(
    by_address, published, tmp_path
):
    bare = bare_environment.linked(tmp_path)
    ran, wrong = bare.run(by_address(SHORT), SHORT)
    assert wrong == ""
    assert complaints(ran) == []
    for name in kinds(published):
        bare.pip("uninstall", "--yes", bare_environment.BOOK)
        _, wrong = bare.run(only_first(by_address(name)), name)
        assert wrong == ""


def test_without_an_address_the_wheel_lies_beside(html, tmp_path):
    bare = bare_environment.linked(tmp_path)
    notebook = only_first(Site(html).notebook(SHORT))
    _, wrong = bare.run(notebook, "offline")
    assert "Put the file backprop_one_update-" in wrong
    wheel = next((html / "_static").glob("*.whl"))
    shutil.copy(wheel, bare.folder)
    _, wrong = bare.run(notebook, "offline")
    assert wrong == ""


@pytest.mark.sweep
def test_every_notebook_runs_in_a_fresh_environment(
    by_address, published, tmp_path
):
    fresh = bare_environment.downloaded(tmp_path)
    # one of each kind installs; the others find what they need, in pairs
    first = kinds(published)
    others = [name for name in RUNNABLE if name not in first]
    ran = [fresh.run(by_address(name), name) for name in first]
    with ThreadPoolExecutor(2) as pool:
        ran += pool.map(lambda n: fresh.run(by_address(n), n), others)
    assert [wrong for _, wrong in ran if wrong] == []
    for notebook, _ in ran:
        assert complaints(notebook) == []


def complaints(notebook):
    """Return what cells wrote to stderr, and cells that did not run."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    silent = [cell.source for cell in cells if not cell.execution_count]
    return silent + [
        output.text
        for cell in cells
        for output in cell.outputs
        if output.get("name") == "stderr"
    ]


def test_for_another_kernel_there_is_no_installing_cell(html, monkeypatch):
    monkeypatch.syspath_prepend(house.ROOT / "book" / "_ext")
    from notebook_export import with_kernel

    notebook = Site(html).notebook("update")
    other = with_kernel(notebook, "python")
    assert other.metadata.kernelspec.name == "python"
    assert notebook.metadata.kernelspec.name == "python3"
    assert other.cells == notebook.cells[1:]


# ---- where its buttons lead -------------------------------------------------


def addresses(page):
    """Return where the links in the header of a page lead."""
    return [a["href"] for a in page.select(".article-header-buttons a[href]")]


@pytest.mark.parametrize("name", RUNNABLE)
def test_the_package_can_be_downloaded(name, site):
    wheels = [a for a in addresses(site.page(name)) if a.endswith(".whl")]
    assert len(wheels) == 1
    assert (site.html / "book" / wheels[0]).is_file()


@pytest.mark.parametrize("name", PAGES)
def test_without_a_repository_no_button_needs_one(name, html):
    found = " ".join(addresses(Site(html).page(name)))
    assert not re.search("binder|colab|github", found)


@pytest.mark.parametrize("name", RUNNABLE)
def test_with_a_repository_the_buttons_open_this_chapter(name, published):
    found = addresses(published.page(name))
    chapter = f"owner-of-nothing/made-up/trunk?urlpath=lab/tree/book/{name}.md"
    assert f"https://mybinder.org/v2/gh/{chapter}" in found
    notebook = f"owner-of-nothing/made-up/blob/notebooks/book/{name}.ipynb"
    assert f"https://colab.research.google.com/github/{notebook}" in found
