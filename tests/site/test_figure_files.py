"""Every figure can be had as two files, and is listed with them."""

import io
import re
from xml.etree import ElementTree

import house
import pytest
import widget_page
from PIL import Image

pytestmark = pytest.mark.site

BOOK = [
    str(page.relative_to(house.ROOT).with_suffix(".html"))
    for page in house.pages()
]
LIST = "book/figures.html"
POINT = 96 / 72  # pixels of a page in a point, the unit of matplotlib's SVG


def figures(page, soup):
    """Return the figures of a page that show a picture."""
    found = soup(page).select("article figure")
    return [figure for figure in found if figure.select_one("img")]


def files(element, page, html):
    """Return the paths of the two files, by the words of their links."""
    links = element.select("p.figure-files a[download]")
    return {a.get_text(): (html / page).parent / a["href"] for a in links}


def test_there_are_figures(soup):
    assert sum(len(figures(page, soup)) for page in BOOK) >= 10


@pytest.mark.parametrize("page", BOOK)
def test_a_figure_has_two_files_that_bear_its_name(page, soup, html):
    for figure in figures(page, soup):
        found = files(figure, page, html)
        assert {*found} == {"SVG", "PNG"}
        shown = (html / page).parent / figure.img["src"]
        assert found["SVG"].resolve() == shown.resolve()
        for kind, file in found.items():
            assert file.name == f"{figure['id']}.{kind.lower()}"


@pytest.mark.parametrize("page", BOOK)
def test_the_links_say_which_figure(page, soup):
    for figure in figures(page, soup):
        number = figure.select_one(".caption-number").get_text(strip=True)
        for link in figure.select("p.figure-files a"):
            assert link["aria-label"] == f"{number} as {link.get_text()}"


@pytest.mark.parametrize("page", BOOK)
def test_the_files_hold_the_picture(page, soup, html):
    for figure in figures(page, soup):
        found = files(figure, page, html)
        drawing = ElementTree.parse(found["SVG"]).getroot()
        assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
        assert drawing.findall(".//{http://www.w3.org/2000/svg}path")
        picture = Image.open(io.BytesIO(found["PNG"].read_bytes()))
        for side, name in zip(picture.size, ("width", "height"), strict=True):
            points = float(drawing.get(name).removesuffix("pt"))
            assert side == pytest.approx(2 * POINT * points, abs=1)


@pytest.mark.parametrize("page", BOOK)
def test_a_png_has_dark_ink_on_white(page, soup, html):
    for figure in figures(page, soup):
        file = files(figure, page, html)["PNG"]
        picture = Image.open(io.BytesIO(file.read_bytes()))
        assert picture.convert("RGBA").getextrema()[3] == (255, 255)
        grey = picture.convert("L")
        assert grey.getpixel((0, 0)) == 255
        assert grey.getextrema()[0] < 100


def test_the_list_has_every_figure_once_in_the_books_order(soup):
    known = [f["id"] for page in BOOK for f in figures(page, soup)]
    links = soup(LIST).select(".listed-figure p.figure-files a")
    back = [a["href"] for a in links if "#" in a["href"]]
    assert [link.partition("#")[2] for link in back] == known


def test_the_list_shows_the_same_pictures_words_and_files(soup, html):
    listed = soup(LIST).select(".listed-figure")
    whole = [(page, f) for page in BOOK for f in figures(page, soup)]
    for small, (page, figure) in zip(listed, whole, strict=True):
        assert files(small, LIST, html) == files(figure, page, html)
        assert small.img["alt"] == figure.img["alt"]
        caption = figure.select_one(".caption-text").get_text()
        number = figure.select_one(".caption-number").get_text(strip=True)
        assert small.p.get_text() == f"{number}: {caption}"


def test_no_figure_is_called_by_a_hash(html):
    names = [file.stem for file in (html / "_images").iterdir()]
    assert names
    assert [n for n in names if re.fullmatch(r"[0-9a-f]{40,}", n)] == []


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_a_click_shows_the_file_from_disk(kind, visit, soup, html):
    page = "book/index.html"
    file = files(figures(page, soup)[0], page, html)[kind]
    with visit(page) as seen:
        seen.page.locator("p.figure-files a", has_text=kind).first.click()
        seen.page.wait_for_url(file.resolve().as_uri())
        assert seen.complaints == []


@pytest.mark.parametrize("kind", ["SVG", "PNG"])
def test_a_click_on_a_dark_page_downloads_the_file(kind, browser, soup, html):
    page = "book/index.html"
    file = files(figures(page, soup)[0], page, html)[kind]
    with widget_page.served(html) as address:
        context = browser.new_context(color_scheme="dark")
        opened = context.new_page()
        opened.goto(f"{address}/{page}")
        with opened.expect_download() as download:
            opened.locator("p.figure-files a", has_text=kind).first.click()
        assert download.value.suggested_filename == file.name
        assert download.value.path().read_bytes() == file.read_bytes()
        context.close()
