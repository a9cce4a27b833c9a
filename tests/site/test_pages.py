"""What must be true of the HTML of every page, read without a browser."""

import re
from urllib.parse import unquote, urlsplit

import house
import pytest

pytestmark = pytest.mark.site

BOOK = [
    str(page.relative_to(house.ROOT).with_suffix(".html"))
    for page in house.pages()
]
MADE_BY_SPHINX = ["404.html", "genindex.html", "index.html", "search.html"]

LOADED = {
    "script": "src",
    "link": "href",
    "img": "src",
    "iframe": "src",
    "source": "src",
    "object": "data",
}
RAW_MATHS = re.compile(r"\\\(|\\\[|\$\$|\$[^$\n]*[\\^_={][^$\n]*\$")
DEAD_CONTROL = re.compile(
    r"vnd\.jupyter\.widget|\b(Int|Float)Slider\(|interactive\(children"
)


def target(page, link, html):
    """Return the file and the anchor that a link of a page leads to."""
    parts = urlsplit(link)
    path = unquote(parts.path)
    file = (html / page).parent / path if path else html / page
    return file.resolve(), unquote(parts.fragment)


def test_only_the_listed_pages_are_built(html):
    built = {str(path.relative_to(html)) for path in html.rglob("*.html")}
    built = {name for name in built if not name.startswith("_")}
    assert built == set(BOOK + MADE_BY_SPHINX)


@pytest.mark.parametrize("page", BOOK)
def test_no_cell_shows_an_error(page, soup):
    wrong = soup(page).select(
        ".output.traceback, .output.stderr, .problematic"
    )
    assert [element.get_text() for element in wrong] == []


@pytest.mark.parametrize("page", BOOK + MADE_BY_SPHINX)
def test_every_link_leads_somewhere(page, soup, html):
    broken = []
    for element in soup(page).select("a[href], img[src], link[href]"):
        link = element.get("href") or element.get("src")
        if urlsplit(link).scheme or link == "#":
            continue
        file, anchor = target(page, link, html)
        if not file.is_file():
            broken.append(link)
        elif anchor and file.suffix == ".html":
            other = soup(str(file.relative_to(html.resolve())))
            if not other.find(id=anchor):
                broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", BOOK + MADE_BY_SPHINX)
def test_nothing_is_loaded_from_another_host(page, soup):
    text = str(soup(page))
    loaded = [
        element.get(attribute, "")
        for tag, attribute in LOADED.items()
        for element in soup(page).find_all(tag)
    ]
    assert [link for link in loaded if urlsplit(link).netloc] == []
    for name in ("unpkg.com", "jsdelivr.net", "cdnjs.", "googleapis.com"):
        assert name not in text


def test_no_style_sheet_loads_from_another_host(html):
    for sheet in html.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert not re.search(r"(url\(|@import)\s*['\"]?(https?:)?//", text), (
            sheet.name
        )


@pytest.mark.parametrize("page", BOOK)
def test_no_page_carries_the_state_of_a_kernel(page, soup):
    kinds = {script.get("type") for script in soup(page).find_all("script")}
    assert not [kind for kind in kinds if kind and "vnd.jupyter" in kind]


@pytest.mark.parametrize("page", BOOK)
def test_every_formula_is_typeset(page, soup):
    content = soup(page).select_one("article")
    assert content.select(".katex-error") == []
    for formula in content.select(".math"):
        assert formula.select_one(".katex-html"), formula
        assert formula.select_one("math"), formula
    for text in content.find_all(string=RAW_MATHS):
        assert text.find_parent(["annotation", "code", "pre"]), text


@pytest.mark.parametrize("page", BOOK)
def test_every_picture_has_words(page, soup):
    pictures = soup(page).select("article img")
    silent = [p["src"] for p in pictures if not p.get("alt", "").strip()]
    assert silent == []
    # Sphinx takes the file's address where there is no text.
    assert not [p for p in pictures if p["alt"].startswith("../_images")]


@pytest.mark.parametrize("page", BOOK)
def test_no_dead_control(page, soup):
    assert not DEAD_CONTROL.search(str(soup(page).select_one("article")))


@pytest.mark.parametrize("page", BOOK)
def test_no_object_is_shown_by_its_address(page, soup):
    assert " object at 0x" not in soup(page).select_one("article").get_text()


@pytest.mark.parametrize("page", house.chapters())
def test_a_chapter_can_be_downloaded_as_a_notebook(page, soup, html):
    name = page.relative_to(house.ROOT).with_suffix("")
    assert soup(f"{name}.html").select(f"a[href$='{name}.ipynb']")
    assert (html / "_sources" / f"{name}.ipynb").is_file()
