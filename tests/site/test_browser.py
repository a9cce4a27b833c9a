"""What must be true of every page in a real browser with no network."""

import re

import accessibility
import house
import pytest

pytestmark = pytest.mark.site

BOOK = [
    str(page.relative_to(house.ROOT).with_suffix(".html"))
    for page in house.pages()
]
CHAPTERS = [
    str(page.relative_to(house.ROOT).with_suffix(".html"))
    for page in house.chapters()
]
ALL = [*BOOK, "genindex.html", "search.html"]
PHONE = 375
SERIOUS = ("serious", "critical")
# Pictures far from the screen come when they are asked for.
BLANK = """async (pictures) => {
  pictures.forEach((picture) => { picture.loading = "eager"; });
  await Promise.allSettled(pictures.map((picture) => picture.decode()));
  return pictures.filter((p) => !p.naturalWidth).map((p) => p.src);
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ALL)
def test_a_page_is_complete_from_disk(name, scheme, visit):
    with visit(name, scheme=scheme) as seen:
        seen.open_every_fold()
        seen.page.wait_for_timeout(200)
        assert seen.complaints == []
        shown = seen.page.locator("html").get_attribute("data-theme")
        assert shown == scheme
        assert seen.page.locator("img").evaluate_all(BLANK) == []


@pytest.mark.parametrize("name", ALL)
def test_a_phone_never_scrolls_sideways(name, visit):
    with visit(name, width=PHONE) as seen:
        seen.open_every_fold()
        width = seen.page.evaluate("document.documentElement.scrollWidth")
        assert width <= PHONE


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("dark", PHONE)]
)
@pytest.mark.parametrize("name", ALL)
def test_axe_finds_nothing_serious(name, scheme, width, visit):
    with visit(name, scheme=scheme, width=width) as seen:
        seen.wait_for_rest()
        seen.open_every_fold()
        seen.wait_for_tab_stops()
        found = accessibility.violations(seen.page)
    assert [one for one in found if one.impact in SERIOUS] == []


WRONG_STOPS = """boxes => boxes
    .filter(b => (b.scrollWidth > b.clientWidth) !== (b.tabIndex === 0))
    .map(b => b.textContent.slice(0, 60))"""


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_wide_formula_scrolls_by_keyboard(name, visit):
    with visit(name, width=PHONE) as seen:
        seen.open_every_fold()
        boxes = seen.page.locator("div.math > .formula")
        seen.wait_for_tab_stops()  # a font that comes late widens a formula
        assert boxes.evaluate_all(WRONG_STOPS) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_formula_takes_focus_in_a_fold_far_from_the_screen(name, visit):
    with visit(name, width=PHONE) as seen:
        seen.wait_for_rest()
        seen.open_every_fold()
        seen.wait_for_tab_stops()
        boxes = seen.page.locator("div.math > .formula")
        assert boxes.evaluate_all(WRONG_STOPS) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_fold_opens_where_it_stands(name, visit):
    with visit(name) as seen:
        seen.wait_for_rest()
        button = seen.page.locator("div.solution button.toggle-button").first
        button.scroll_into_view_if_needed()
        before = seen.wait_until_still(button)
        button.click()
        assert abs(seen.wait_until_still(button) - before) < 4


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_late_font_leaves_no_formula_without_focus(name, visit):
    with visit(name, width=PHONE) as seen:
        held = []
        seen.page.route("**/*.woff2", lambda route: held.append(route))
        seen.page.reload(wait_until="domcontentloaded")
        for _ in range(100):
            if held:
                break
            seen.page.wait_for_timeout(100)
        assert held
        for route in held:
            route.continue_()
        seen.page.unroute("**/*.woff2")
        seen.wait_for_tab_stops()
        boxes = seen.page.locator("div.math > .formula")
        assert boxes.evaluate_all(WRONG_STOPS) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_solution_opens_by_keyboard(name, visit):
    with visit(name) as seen:
        solutions = seen.page.locator("div.solution.dropdown")
        assert solutions.count()
        for solution in solutions.all():
            content = solution.locator(".section, section").first
            button = solution.locator("button.toggle-button").first
            assert not content.is_visible()
            button.focus()
            seen.page.keyboard.press("Enter")
            content.wait_for(state="visible")
            assert button.get_attribute("aria-expanded") == "true"


@pytest.mark.parametrize("name", CHAPTERS)
def test_figures_are_turned_over_in_the_dark(name, visit):
    script = "i => i.map(x => getComputedStyle(x).filter)"
    with visit(name, scheme="dark") as seen:
        filters = seen.page.locator(".cell_output img").evaluate_all(script)
        assert all(value.startswith("invert") for value in filters)


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_widget_has_no_light_frame_in_the_dark(name, visit):
    script = """all => all.map(e => getComputedStyle(e.parentElement))
        .map(style => style.backgroundColor)"""
    with visit(name, scheme="dark") as seen:
        frames = seen.page.locator(".bp-host").evaluate_all(script)
        assert {*frames} <= {"rgba(0, 0, 0, 0)"}


@pytest.mark.parametrize("name", CHAPTERS)
def test_paper_has_pictures_and_no_controls(name, visit):
    with visit(name) as seen:
        seen.open_every_fold()
        seen.page.emulate_media(media="print")
        for host in seen.page.locator(".bp-host").all():
            assert host.locator("img.bp-still").is_visible()
            assert host.locator("table").is_visible()
            assert host.locator("input:visible, button:visible").count() == 0


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


@pytest.mark.parametrize("name", BOOK)
def test_a_page_makes_sense_without_javascript(name, visit):
    with visit(name, javascript=False) as seen:
        assert seen.page.locator("article h1").is_visible()
        for formula in seen.page.locator("article .katex-html").all()[:20]:
            assert formula.is_visible()
        for solution in seen.page.locator("div.solution").all():
            assert solution.locator(".section, section").first.is_visible()


def test_search_works_from_disk(visit):
    with visit("search.html?q=gradient") as seen:
        found = seen.page.locator("#search-results li a")
        found.first.wait_for()
        assert found.count()
        assert seen.complaints == []
