"""What must be true of every page in a real browser with no network.

A page is opened once in a scheme and at a width: `visits.look` brings back
all facts. `make test` sees each chapter and the landing page light and wide
and dark on a phone, the other pages dark on a phone; `make test-all` sees
every page in every way.
"""

import re

import accessibility
import pytest
import visits
from visits import (
    BOOK,
    CHAPTERS,
    DARK_PHONE,
    DESK,
    EVERY_WAY,
    LIGHT_DESK,
)

pytestmark = pytest.mark.site

SERIOUS = ("serious", "critical")
SEEN_TWICE = (BOOK[0], *CHAPTERS)


def ways(names, *always):
    """Return each page in each way, with the marks that say when it is run.

    ``always`` are the ways of a page in the fast tests. The visits of a page
    are made by one process, in a row.
    """
    return [
        pytest.param(
            (name, *way),
            id="-".join(map(str, (name, *way))),
            marks=[pytest.mark.xdist_group(f"visits to {name}")]
            + [pytest.mark.sweep] * (way not in always),
        )
        for name in names
        for way in EVERY_WAY
    ]


WAYS = [
    *ways(SEEN_TWICE, LIGHT_DESK, DARK_PHONE),
    *ways([n for n in visits.ALL if n not in SEEN_TWICE], DARK_PHONE),
]
CHAPTERS_WAYS = ways(CHAPTERS, LIGHT_DESK, DARK_PHONE)
ON_A_DESK = [way for way in CHAPTERS_WAYS if DESK in way.values[0]]


@pytest.fixture(scope="session")
def look(browser, html):
    """Return a function that opens a page once and knows it from then on."""
    known = {}

    def look_once(where):
        if where not in known:
            known[where] = visits.look(browser, html, *where)
        return known[where]

    return look_once


@pytest.fixture(scope="module")
def facts(request, look):
    """Return the facts about a page in one way."""
    return look(request.param)


each_way = pytest.mark.parametrize("facts", WAYS, indirect=True)
each_chapter = pytest.mark.parametrize("facts", CHAPTERS_WAYS, indirect=True)
on_a_desk = pytest.mark.parametrize("facts", ON_A_DESK, indirect=True)


@each_way
def test_a_page_is_complete_from_disk(facts):
    assert facts.complaints == []
    assert facts.broken == []
    assert facts.theme == facts.scheme


@each_way
def test_a_page_never_scrolls_sideways(facts):
    assert facts.across <= facts.width


@each_way
def test_all_text_stands_out_from_its_ground(facts):
    assert facts.pale == []


@each_way
def test_axe_finds_nothing_serious(facts):
    found = facts.violations
    assert [one for one in found if one.impact in SERIOUS] == []


@each_chapter
def test_a_wide_formula_takes_focus_and_no_other_does(facts):
    """In a fold far from the screen, and where its font came late, too."""
    assert facts.wrong_stops == []


@on_a_desk
def test_a_fold_opens_where_it_stands_and_by_keyboard(facts):
    assert facts.jump < 4
    assert len(facts.folded) >= 3
    assert all(facts.folded)
    assert all(facts.unfolded)


@each_chapter
def test_figures_are_turned_over_in_the_dark_only(facts):
    turned = {value.startswith("invert") for value in facts.filters}
    assert turned == {facts.scheme == "dark"}


@each_chapter
def test_a_widget_has_no_frame_of_another_colour(facts):
    assert {*facts.frames} == {"rgba(0, 0, 0, 0)"}


@each_chapter
def test_paper_has_pictures_and_no_controls(facts):
    expected = {"picture": True, "table": True, "controls": 0}
    assert facts.on_paper
    assert [found for found in facts.on_paper if found != expected] == []


# ---- contrast ---------------------------------------------------------------

PAGE = """<!doctype html><html lang="en"><title>Pale</title><style>
body { background: #fff; color: #222; font: 16px sans-serif }
</style><main><h1>Some of these are too pale</h1>TEXTS</main></html>"""
READABLE = [
    "color: #767676",
    "color: #777; font-size: 24px",
    "color: #777; font-size: 19px; font-weight: bold",
    "color: #222; opacity: 0.7",
    "color: #fff; background: rgb(0 0 0 / 0.6)",
    "color: #777; visibility: hidden",
]
TOO_PALE = [
    "color: #777",
    "color: #222; opacity: 0.5",
    "color: rgb(0 0 0 / 0.5)",
    "color: #fff; background: rgb(0 0 0 / 0.5)",
    "color: color-mix(in srgb, #000, #fff 60%)",
]


def test_contrast_is_judged_as_axe_judges_it(browser):
    page = browser.new_page()
    texts = [f'<p style="{s}">text</p>' for s in READABLE + TOO_PALE]
    page.set_content(PAGE.replace("TEXTS", "".join(texts)))
    found = accessibility.pale(page)
    by_axe = accessibility.violations(page)
    page.close()
    assert {one.rule for one in by_axe} == {accessibility.CONTRAST}
    for style in READABLE + TOO_PALE:
        wrong = style in TOO_PALE
        assert any(f'"{style}"' in text for text in found) == wrong
        assert any(f'"{style}"' in one.html for one in by_axe) == wrong


@pytest.mark.parametrize(
    ("name", "scheme", "width"),
    [("book/notation.html", *LIGHT_DESK), (BOOK[0], *DARK_PHONE)],
)
def test_axe_agrees_about_the_contrast_of_a_page(name, scheme, width, visit):
    with visit(name, scheme=scheme, width=width) as seen:
        seen.settle()
        seen.open_every_fold()
        contrast = accessibility.CONTRAST_ALONE
        assert accessibility.violations(seen.page, options=contrast) == []
        assert accessibility.pale(seen.page) == []


@pytest.mark.sweep
@pytest.mark.parametrize(("scheme", "width"), EVERY_WAY)
@pytest.mark.parametrize("name", visits.ALL)
def test_axe_with_every_rule_finds_nothing_serious(name, scheme, width, visit):
    with visit(name, scheme=scheme, width=width) as seen:
        seen.settle()
        seen.open_every_fold()
        seen.wait_for_tab_stops()
        found = accessibility.violations(seen.page)
    assert [one for one in found if one.impact in SERIOUS] == []


# ---- paper, no scripts, search ----------------------------------------------


def test_paper_is_light_and_the_screen_is_dark_again(visit):
    script = """() => {
        const text = document.querySelector("article p");
        const look = () => window.seen.push(getComputedStyle(text).color);
        window.seen = [];
        addEventListener("beforeprint", look);
        addEventListener("afterprint", look);
    }"""
    with visit(CHAPTERS[0], scheme="dark") as seen:
        seen.page.evaluate(script)
        seen.page.pdf()
        colours = seen.page.evaluate("window.seen")
    paper, screen = (
        sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in colours
    )
    assert paper < 3 * 70
    assert screen > 3 * 180


HIDDEN = """() => {
  const parts = ["article h1", "article .katex-html", "div.solution section"];
  return [...document.querySelectorAll(parts)]
    .filter(part => !part.checkVisibility({ visibilityProperty: true }))
    .map(part => part.textContent.slice(0, 60));
}"""


WITHOUT_SCRIPTS = (BOOK[0], "book/update.html", "book/notation.html")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(n, marks=[pytest.mark.sweep] * (n not in WITHOUT_SCRIPTS))
        for n in BOOK
    ],
)
def test_a_page_makes_sense_without_javascript(name, visit):
    with visit(name, java_script_enabled=False) as seen:
        assert seen.page.locator("article h1").is_visible()
        assert seen.page.evaluate(HIDDEN) == []


def test_search_works_from_disk(visit):
    with visit("search.html?q=gradient") as seen:
        found = seen.page.locator("#search-results li a")
        found.first.wait_for()
        assert found.count()
        assert seen.complaints == []
