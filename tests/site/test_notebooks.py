"""Each chapter's notebook opens anywhere: plain Markdown, outputs, one cell.

A second build, of a copy for which a publisher has set the addresses of the
site and of a made-up repository, is served on 127.0.0.1.
"""

import os
import re
import shutil
import subprocess
import sys
import venv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import house
import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup

pytestmark = pytest.mark.site

REPOSITORY = "https://github.com/owner-of-nothing/made-up"
PAGES = [page.stem for page in house.pages()]
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
RUN = """
import sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
client = NotebookClient(
    notebook, timeout=120, kernel_name="python3", skip_cells_with_tag=""
)
try:
    client.execute(cwd=sys.argv[2])
finally:
    nbformat.write(notebook, sys.argv[1])
"""


class Quiet(SimpleHTTPRequestHandler):
    """A plain static server, without a log."""

    def log_message(self, *args):
        """Say nothing."""


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


@pytest.fixture(scope="module")
def published(html, tmp_path_factory):
    """Build and serve a copy with addresses; what the cells gave is kept."""
    root = tmp_path_factory.mktemp("published") / "tree"
    shutil.copytree(html.parents[1], root)
    folder = root / "_build" / "html"
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        address = f"http://127.0.0.1:{server.server_port}/"
        publish(root, address)
        code, log = house.build(root)
        assert code == 0, log
        Thread(target=server.serve_forever, daemon=True).start()
        yield Site(folder, address)
        server.shutdown()


def publish(root, address):
    """Set in a copy what a publisher sets."""
    path = root / "_config.yml"
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    config["repository"] = {"url": REPOSITORY, "branch": "trunk"}
    config["html"]["baseurl"] = address
    path.write_text(yaml.safe_dump(config), encoding="utf-8")


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


@dataclass(frozen=True)
class Fresh:
    """A virtual environment without the book, and a folder for notebooks."""

    python: Path
    folder: Path

    def pip(self, *arguments):
        """Run pip in it."""
        command = [self.python, "-m", "pip", *arguments, "--quiet"]
        subprocess.run(command, env=self.environment(), check=True)

    def environment(self):
        """Return variables with nothing of this Python in them."""
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        kept["PIP_NO_COMPILE"] = "1"  # only what is imported, and then
        home = self.folder / "jupyter"
        kept |= {f"JUPYTER_{k}_DIR": str(home) for k in ("CONFIG", "DATA")}
        return kept | {"JUPYTER_RUNTIME_DIR": str(home / "runtime")}

    def run(self, notebook, name):
        """Execute a notebook here; return it, and what went wrong."""
        path = self.folder / f"{name}.ipynb"
        nbformat.write(notebook, path)
        done = subprocess.run(
            [self.python, "-c", RUN, path, self.folder],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        wrong = done.stderr if done.returncode else ""
        return nbformat.read(path, as_version=4), wrong


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """Make an environment that has a kernel and nothing of the book."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder / "venv", with_pip=True)
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    made = Fresh(folder / "venv" / scripts / "python", folder)
    made.pip("install", "ipykernel", "nbclient")
    return made


def only_first(notebook):
    """Return a notebook of the installing cell and one that needs it."""
    assert notebook.cells[0].metadata["tags"] == ["install"]
    needs = nbformat.v4.new_code_cell("import backprop.widgets")
    notebook.cells = [notebook.cells[0], needs]
    return notebook


def test_it_runs_where_only_its_first_cell_installs(published, html, fresh):
    offline = only_first(Site(html).notebook("update"))
    _, wrong = fresh.run(offline, "offline")
    assert "Put the file backprop_one_update-" in wrong

    books = {name: published.notebook(name) for name in RUNNABLE}
    needs = {name: book.cells[0].source for name, book in books.items()}
    # one of each kind installs; the others find what they need, in pairs
    kinds = list({source: name for name, source in needs.items()}.values())
    others = [name for name in RUNNABLE if name not in kinds]
    ran = [fresh.run(books[name], name) for name in kinds]
    with ThreadPoolExecutor(2) as pool:
        ran += pool.map(lambda name: fresh.run(books[name], name), others)
    assert [wrong for _, wrong in ran if wrong] == []
    for notebook, _ in ran:
        assert complaints(notebook) == []

    fresh.pip("uninstall", "--yes", "backprop-one-update")
    wheel = next((html / "_static").glob("*.whl"))
    shutil.copy(wheel, fresh.folder)
    _, wrong = fresh.run(offline, "offline")
    assert wrong == ""


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
