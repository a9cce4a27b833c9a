"""What a published site has beside its pages, with and without an address."""

import io
import threading
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import accessibility
import chapter
import house
import publishing
import pytest
import site_pictures
import yaml
from bs4 import BeautifulSoup
from built_book import ADDRESS
from PIL import Image
from sphinx.errors import ConfigError

BOOK = [
    str(page.relative_to(house.ROOT).with_suffix(".html"))
    for page in house.pages()
]
CHAPTERS = house.chapters()

NOT_FOUND = "404.html"


def picture(file):
    """Read a picture, and leave no file open."""
    return Image.open(io.BytesIO(file.read_bytes()))


def head_of(folder, page):
    """Return the head of a page, parsed; the rest takes a second."""
    text = (folder / page).read_text(encoding="utf-8")
    return BeautifulSoup(text.partition("</head>")[0], "html.parser")


def head(folder, page):
    """Return the named lines of a page's head: what they say, by name."""
    lines = head_of(folder, page).select("meta[content]")
    return {m.get("property") or m.get("name"): m["content"] for m in lines}


def canonical(folder, page):
    """Return the canonical links of a page."""
    links = head_of(folder, page).select("link[rel=canonical]")
    return [link["href"] for link in links]


# ---- without an address ----------------------------------------------------


@pytest.mark.site
@pytest.mark.parametrize("page", [*BOOK, "index.html"])
def test_a_page_describes_itself_and_invents_no_address(page, html, soup):
    found = head(html, page)
    assert found["og:title"]
    assert found["og:type"] == "website"
    assert len(found["og:description"].split()) >= 5
    assert found["description"] == found["og:description"]
    assert not {"og:url", "og:image", "twitter:card"} & {*found}
    assert canonical(html, page) == []


@pytest.mark.site
@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_a_chapter_is_described_by_its_title_and_promise(path, html):
    lines = chapter.source(path).splitlines()
    title = next(line for line in lines if line.startswith("# "))
    promise = next(line for line in lines if line.startswith("*"))
    found = head(html, path.relative_to(house.ROOT).with_suffix(".html"))
    assert found["og:title"] == title.removeprefix("# ")
    assert found["og:description"][:30] == promise.strip("*")[:30]


@pytest.mark.site
def test_pages_have_words_of_their_own(html):
    words = [head(html, page)["description"] for page in BOOK]
    assert len({*words}) == len(words)


@pytest.mark.site
def test_without_an_address_there_is_no_site_map(html):
    assert not (html / "sitemap.xml").exists()
    assert not (html / "robots.txt").exists()


@pytest.mark.site
@pytest.mark.parametrize("page", [*BOOK, "genindex.html", "search.html"])
def test_a_page_has_its_icons(page, soup, html):
    links = soup(page).select("link[rel=icon], link[rel=apple-touch-icon]")
    names = [Path(link["href"]).name for link in links]
    assert names == ["favicon.svg", "favicon.png", "apple-touch-icon.png"]
    for link in links:
        assert ((html / page).parent / link["href"]).is_file()


@pytest.mark.site
def test_the_icons_are_pictures_of_their_size(html):
    for name, (size, _) in site_pictures.ICONS.items():
        icon = picture(html / "_static" / name)
        assert icon.size == (size, size)
        assert len(icon.convert("RGB").getcolors(size * size)) > 2
    assert picture(html / "favicon.ico").format == "ICO"
    drawing = (html / "_static" / "favicon.svg").read_text(encoding="utf-8")
    ElementTree.fromstring(drawing)
    assert "prefers-color-scheme: dark" in drawing


@pytest.mark.site
def test_the_picture_of_a_link_has_the_usual_size(html):
    card = picture(html / "_static" / "social.png")
    assert card.size == (1200, 630)
    assert card.convert("RGB").getpixel((0, 0)) == (255, 255, 255)


def test_the_picture_of_a_link_shows_the_numbers_of_the_landing_page():
    cell = chapter.code_cells(chapter.notebook(house.pages()[0]))[0].source
    scope = {}
    exec(cell.partition("fig, ax")[0], scope)
    assert site_pictures.numbers() == (scope["values"], scope["slopes"])


# ---- with one --------------------------------------------------------------


@pytest.mark.site
def test_the_site_map_has_every_page_once(published_html):
    name = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    tree = ElementTree.parse(published_html / "sitemap.xml").getroot()
    assert tree.tag == f"{name}urlset"
    found = [place.text for place in tree.findall(f"{name}url/{name}loc")]
    assert found == [ADDRESS + page for page in BOOK]


@pytest.mark.site
@pytest.mark.parametrize("page", BOOK)
def test_an_address_makes_links_whole(page, published_html):
    found = head(published_html, page)
    assert canonical(published_html, page) == [ADDRESS + page]
    assert found["og:url"] == ADDRESS + page
    assert found["og:image"].startswith(ADDRESS)
    assert (published_html / found["og:image"].removeprefix(ADDRESS)).is_file()
    assert found["og:image:alt"]


@pytest.mark.site
def test_the_first_page_stands_for_the_book(published_html):
    assert canonical(published_html, "index.html") == [
        ADDRESS + "book/index.html"
    ]
    assert (
        head(published_html, "index.html")["og:url"]
        == ADDRESS + "book/index.html"
    )


@pytest.mark.site
def test_robots_find_the_site_map(published_html):
    lines = (published_html / "robots.txt").read_text().splitlines()
    assert f"Sitemap: {ADDRESS}sitemap.xml" in lines


@pytest.mark.site
def test_a_wrong_address_leads_to_whole_ones(published_html):
    text = (published_html / NOT_FOUND).read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    assert page.base["href"] == ADDRESS
    links = [link["href"] for link in page.select("nav:not([hidden]) a")]
    assert links == BOOK


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("", ""),
        ("https://host.example", "https://host.example/"),
        ("https://host.example/a/", "https://host.example/a/"),
    ],
)
def test_an_address_ends_with_a_slash(given, taken, monkeypatch):
    for setting, variable in ((given, ""), ("", given)):
        monkeypatch.setenv("BOOK_BASE_URL", variable)
        config = SimpleNamespace(html_baseurl=setting)
        publishing.take_address(None, config)
        assert config.html_baseurl == taken


@pytest.mark.parametrize(
    "wrong", ["host.example", "/a/", "file:///a", "https:"]
)
def test_no_address_is_refused_in_words(wrong):
    config = SimpleNamespace(html_baseurl=wrong)
    with pytest.raises(ConfigError, match=f"found '{wrong}', expected"):
        publishing.take_address(None, config)


# ---- the page for wrong addresses ------------------------------------------


class Host(SimpleHTTPRequestHandler):
    """Serves a site below ``/project/``, as hosts of many projects do."""

    def translate_path(self, path):
        """Return the file of an address."""
        inside = path.removeprefix("/project")
        return super().translate_path(inside if inside != path else "/none")

    def send_error(self, code, message=None, explain=None):
        """Answer with the site's own page."""
        body = (Path(self.directory) / NOT_FOUND).read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        """Answer, unless the reader has gone on."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def hosted(folder):
    """Serve a site on this computer; give the address of its root."""
    handler = partial(Host, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/project/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def root(html):
    """Return the address of the site on a host."""
    with hosted(html) as address:
        yield address


@pytest.fixture
def lost(browser):
    """Return a function that opens a page; scripts can be off."""
    contexts = []

    def go(address, javascript=True, **options):
        context = browser.new_context(
            java_script_enabled=javascript, **options
        )
        contexts.append(context)
        page = context.new_page()
        assert page.goto(address).status == 404
        return page

    yield go
    for context in contexts:
        context.close()


WRONG = ["nothing.html", "book/forwards.html", "book/a/b/nothing.html"]


@pytest.mark.site
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_address_leads_home(wrong, root, lost):
    page = lost(root + wrong)
    assert page.get_by_role("heading", name="Page not found").is_visible()
    page.get_by_role("link", name="To the first page").click()
    page.wait_for_url(root + "book/index.html", wait_until="commit")


@pytest.mark.site
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_address_leads_to_every_page(wrong, root, lost):
    page = lost(root + wrong)
    links = page.locator("nav a")
    found = links.evaluate_all("all => all.map(a => a.href)")
    assert found == [root + name for name in BOOK]
    links.nth(2).click()
    page.wait_for_url(root + BOOK[2], wait_until="commit")


@pytest.mark.site
@pytest.mark.parametrize("wrong", WRONG[:2])
def test_without_scripts_the_link_home_is_right_too(wrong, root, lost):
    page = lost(root + wrong, javascript=False)
    assert not page.locator("nav").is_visible()
    page.get_by_role("link", name="To the first page").click()
    page.wait_for_url(root + "book/index.html", wait_until="commit")


@pytest.mark.site
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_the_page_for_wrong_addresses_can_be_read(scheme, width, visit):
    with visit(NOT_FOUND, width=width, scheme=scheme) as seen:
        wide = seen.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width
        assert accessibility.violations(seen.page) == []
        assert seen.complaints == []


@pytest.mark.site
def test_the_page_for_wrong_addresses_needs_no_other_file(html):
    text = (html / NOT_FOUND).read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    assert page.select("link, img, [src]") == []
    assert "url(" not in text
    assert "@import" not in text


# ---- the Makefile and the workflow -----------------------------------------


def test_what_is_published_is_what_make_site_builds():
    make = (house.ROOT / "Makefile").read_text(encoding="utf-8")
    workflow = house.ROOT / ".github" / "workflows" / "publish.yml"
    steps = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    steps = steps["jobs"]["publish"]["steps"]
    assert "make site" in [step.get("run") for step in steps]
    paths = [s["with"]["path"] for s in steps if "path" in s.get("with", {})]
    assert [f"HTML := {path}" in make for path in paths] == [True]
