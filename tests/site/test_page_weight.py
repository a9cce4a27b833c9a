"""What a page loads: little, and all that it shows."""

import gzip
import re
from urllib.parse import urlsplit

import pytest
from visits import ALL, BOOK, CHAPTERS

pytestmark = pytest.mark.site

# kB, packed. A first visit is to stay below 290: to this come the fonts that
# its formulas need, 45 to 70.
FIRST_VISIT, NEXT_PAGE = 215, 120
MENU = ".dropdown-download-buttons"


def packed(file):
    """Return how many kB of a file travel."""
    return len(gzip.compress(file.read_bytes(), 6)) / 1000


def loaded(page, soup, html):
    """Yield the files that a page loads before the reader scrolls."""
    for element in soup(page).select(
        "script[src], link[rel=stylesheet], "
        "img[src*='_images/']:not([loading=lazy])"
    ):
        path = urlsplit(element.get("src") or element.get("href")).path
        yield (html / page).parent / path


@pytest.mark.parametrize("page", CHAPTERS)
def test_a_chapter_weighs_little(page, soup, html):
    own = packed(html / page)
    pictures = [f for f in loaded(page, soup, html) if f.suffix == ".svg"]
    shared = {*loaded(page, soup, html)} - {*pictures}
    own += sum(map(packed, pictures))
    assert own <= NEXT_PAGE
    assert own + sum(map(packed, shared)) <= FIRST_VISIT


@pytest.mark.parametrize("page", ALL)
def test_every_icon_is_a_drawing(page, soup):
    content = soup(page)
    assert content.select("i[class*='fa-'], span[class*='fa-']") == []
    assert content.select("svg.fa-magnifying-glass > path[d]")


@pytest.mark.parametrize("page", ALL)
def test_a_page_holds_no_script_of_its_own(page, soup):
    scripts = soup(page).select("script:not([src], [type='application/json'])")
    assert scripts == []
    for element in soup(page).find_all(True):
        assert not [name for name in element.attrs if name.startswith("on")]


@pytest.mark.parametrize("page", BOOK)
def test_a_picture_has_a_size_and_waits_below_the_start(page, soup):
    first = soup(page).select_one("article h2")
    late = (
        first.find_all_next("img", src=re.compile("_images/")) if first else []
    )
    assert all(picture.get("loading") == "lazy" for picture in late)
    for picture in soup(page).select("article img[src*='_images/']"):
        assert int(picture["width"]) > 0
        assert int(picture["height"]) > 0


def test_the_style_sheet_finds_its_files_and_has_no_font_of_icons(html):
    text = (html / "_static" / "page.css").read_text(encoding="utf-8")
    links = re.findall(r"url\(\"?([^\")]+)", text)
    here = [link for link in links if not link.startswith("data:")]
    # KaTeX's formats for browsers of the past are not shipped.
    files = [link for link in here if not link.endswith((".woff", ".ttf"))]
    assert files
    assert [f for f in files if not (html / "_static" / f).is_file()] == []
    assert not [each for each in html.rglob("*") if "fontawesome" in each.name]


def test_a_menu_comes_with_its_script_when_it_is_touched(visit):
    with visit(CHAPTERS[0]) as seen:
        scripts = "document.scripts.length"
        before = seen.page.evaluate(scripts)
        seen.page.locator(f"{MENU} > button").click()
        # Without Bootstrap too the menu is seen while the mouse is over it.
        opened = seen.page.locator(f"{MENU} .dropdown-menu.show")
        opened.wait_for()
        assert seen.page.evaluate(scripts) == before + 1
        seen.page.keyboard.press("Escape")
        opened.wait_for(state="detached")


def test_a_button_says_what_it_is_for(visit):
    with visit(CHAPTERS[0]) as seen:
        seen.page.locator(".primary-toggle").hover()
        tip = seen.page.locator(".tooltip")
        tip.wait_for()
        assert tip.inner_text() == "Toggle primary sidebar"


def test_the_colours_turn_and_stay_turned(visit):
    with visit(CHAPTERS[0], scheme="light") as seen:
        root = seen.page.locator("html")
        seen.page.locator(".theme-switch-button").click()
        assert root.get_attribute("data-theme") == "dark"
        seen.page.reload()
        assert root.get_attribute("data-theme") == "dark"


def test_side_bars_of_a_phone_open_and_close(visit):
    with visit(CHAPTERS[0], width=375) as seen:
        for side, link in (
            ("primary", "bd-docs-nav"),
            ("secondary", "page-toc"),
        ):
            button = seen.page.locator(f".{side}-toggle")
            button.click()
            dialog = seen.page.locator(f"#pst-{side}-sidebar-modal")
            dialog.locator(f".{link} a").first.wait_for()
            seen.page.keyboard.press("Escape")
            dialog.wait_for(state="hidden")
            assert dialog.locator(f".{link}").count() == 0
            home = seen.page.locator(f"#pst-{side}-sidebar .{link}")
            assert home.count()


def test_search_opens_by_key_and_by_button(visit):
    with visit(CHAPTERS[0]) as seen:
        field = seen.page.locator("#pst-search-dialog input")
        seen.page.keyboard.press("Control+k")
        field.wait_for()
        seen.page.keyboard.press("Escape")
        field.wait_for(state="hidden")
        seen.page.locator(".search-button-field").click()
        field.fill("gradient")
        field.press("Enter")
        seen.page.locator("#search-results li a").first.wait_for()
        assert seen.complaints == []


def test_the_contents_follow_the_reader(visit):
    with visit(CHAPTERS[0]) as seen:
        links = seen.page.locator("#pst-page-toc-nav a")
        links.nth(4).click()
        marked = "#pst-page-toc-nav a[aria-current=true]"
        seen.page.locator(marked).wait_for()
        assert seen.page.locator(marked).all_inner_texts() == [
            links.nth(4).inner_text()
        ]
        heading = links.nth(4).get_attribute("href")
        place = seen.page.locator(f"section{heading} > h2").bounding_box()
        assert 0 <= place["y"] < 300


@pytest.mark.parametrize("page", [CHAPTERS[0], CHAPTERS[-1]])
def test_what_was_skipped_has_its_size_when_the_page_rests(page, visit):
    heights = """() => [...document.querySelectorAll(
        ".bd-article section > :not(section)")].map((b) => b.offsetHeight)"""
    with visit(page, width=375) as seen:
        seen.settle()
        skipped = seen.page.evaluate(heights)
        seen.page.add_style_tag(
            content=".bd-article * { content-visibility: visible !important }"
        )
        assert seen.page.evaluate(heights) == pytest.approx(skipped, abs=1)
