"""What every widget keeps to, in every state of interest.

A widget is a folder in ``backprop/widgets``; its ``cases.py`` lists the
states and reads what is shown (`backprop.widgets.core.cases`). Most tests
here draw it in one page that all of them share, by the module that notebooks
load; those of the page's own script share one page with two of each widget.
"""

import json
import random
import re
from functools import cache
from urllib.parse import quote, unquote
from xml.etree import ElementTree

import accessibility
import pytest
import traitlets
import widget_modules
import widget_page
import widget_says
from backprop import widgets
from backprop.symbolic import z
from backprop.widgets.core.neuron import ACTIVATION_WORDS, NeuronWidget
from bs4 import BeautifulSoup
from budget import SWEEP, budget
from matplotlib import pyplot as plt

site = pytest.mark.site

NAMES = [*widgets.registry]
WIDTHS = (1280, 375)
HEIGHT = 900
LARGEST = 70_000  # bytes of a picture
NO_NUMBER = re.compile(r"\b(nan|inf)\b")
PLACE = re.compile(r'<use [^>]*x="([^"]*)" y="([^"]*)"')


def cases_of(name):
    """The module ``cases.py`` of a widget."""
    return widget_says.cases_of(widgets.registry[name])


CASES = [
    pytest.param(name, at, id=f"{name}-{case}")
    for name in NAMES
    for at, case in enumerate(cases_of(name).CASES)
]
every_widget = pytest.mark.parametrize("name", NAMES)
every_case = pytest.mark.parametrize(("name", "at"), CASES)


@cache
def made(name, at):
    """The widget of a case; it is drawn, not changed."""
    return widgets.registry[name](**cases_of(name).CASES[at].traits)


def again(name, at):
    """The same, to be changed."""
    return widgets.registry[name](**cases_of(name).CASES[at].traits)


def reading(name):
    """The functions that read a widget, in JavaScript."""
    read, computed = (
        getattr(cases_of(name), part, "undefined")
        for part in ("READ", "COMPUTED")
    )
    return f"{{ read: {read}, computed: {computed} }}"


# ---- drawn once in each case


@pytest.fixture(scope="module")
def examined(views):
    """Return a function that draws all cases of a widget, once a width."""

    @cache
    def draw(name, width=WIDTHS[0]):
        views.set_viewport_size({"width": width, "height": HEIGHT})
        given = [
            {
                "state": widget_modules.state_of(made(name, at)),
                "press": case.press,
            }
            for at, case in enumerate(cases_of(name).CASES)
        ]
        script = f"([name, all]) => examine(name, all, {reading(name)})"
        return views.evaluate(script, [name, given])

    return draw


@pytest.fixture(scope="module")
def agreed(examined):
    """Return a function that compares a case with ``run()``, once."""

    @cache
    def compare(name, at):
        shown = examined(name)[at]["shown"]
        return widget_says.assert_agrees(again(name, at), shown)

    return compare


@site
@every_case
def test_what_is_shown_is_what_run_computes(name, at, agreed):
    assert agreed(name, at) >= 0


@site
@every_widget
def test_most_of_what_is_shown_is_compared_to_nine_digits(name, agreed):
    count = len(cases_of(name).CASES)
    assert sum(agreed(name, at) > 0 for at in range(count)) > 0.6 * count


@site
@every_case
def test_it_is_drawn_and_then_rests(name, at, examined):
    found = examined(name)[at]
    assert found["failed"] is None
    assert found["errors"] == []
    assert found["none"] is None
    assert found["few"].strip()
    assert found["drawing"] > 20
    assert found["ids"] == 0  # two on a page would share them
    assert found["waiting"] == 0
    assert found["left"] == {"heard": 0, "waiting": 0, "nodes": 0}


@site
@every_case
def test_nothing_leaves_its_box_or_is_cut_off(name, at, examined):
    for width in WIDTHS:
        found = examined(name, width)[at]
        assert found["outside"] == [], width
        assert found["cut"] == [], width


@site
@every_widget
def test_all_digits_are_more_digits(name, examined):
    longer = [
        len(found["shown"]["text"]) > len(found["few"])
        for found in examined(name)
    ]
    assert sum(longer) > 0.4 * len(longer)


# ---- every control


@pytest.fixture(scope="module")
def swept(views):
    """Return a function that uses every control of a widget, once."""

    @cache
    def sweep(name):
        views.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
        below = getattr(cases_of(name), "BELOW", {})
        state = widget_modules.state_of(widgets.registry[name](**below))
        script = f"([name, state]) => sweep(name, state, {reading(name)})"
        return views.evaluate(script, [name, state])

    return sweep


def of_kind(found, kind):
    """What was done to the controls of a kind; there are some."""
    some = [use for use in found if use["kind"] == kind]
    assert some, kind
    return some


def assert_redrawn(name, use):
    """What was changed is seen, or is one of the traits that are not."""
    unseen = getattr(cases_of(name), "UNSEEN", ())
    assert use["changed"], use
    assert use["redrawn"] or {*use["changed"]} <= {*unseen}, use


@site
@every_widget
def test_a_slider_moves_one_trait_and_the_drawing(name, swept):
    for use in of_kind(swept(name), "range"):
        assert len(use["changed"]) == 1, use
        assert use["value"], use
        assert_redrawn(name, use)
        if use["changed"] == ["eta"]:  # three digits are enough
            eta = use["shown"]["state"]["eta"]
            assert eta == float(f"{eta:.3g}")


@site
@every_widget
def test_a_choice_is_taken_and_drawn(name, swept):
    for use in swept(name):
        if use["kind"] == "select-one":
            assert_redrawn(name, use)
    if not issubclass(widgets.registry[name], NeuronWidget):
        return
    uses = [one for one in swept(name) if one["label"].startswith("activat")]
    drawn = {one["words"]: one["html"] for one in uses}
    assert {*drawn} == {*ACTIVATION_WORDS}
    assert len({*drawn.values()}) == len(drawn)
    for one in uses:
        assert one["shown"]["state"]["activation"] == one["words"]


@site
@every_widget
def test_a_box_is_ticked_and_unticked(name, swept):
    for use in of_kind(swept(name), "checkbox"):
        assert len(use["changed"]) == 1, use
        assert_redrawn(name, use)


@site
@every_widget
def test_every_control_shows_what_run_computes_and_tells_python(name, swept):
    widget = widgets.registry[name]()
    for use in swept(name):
        assert use["saved"], use
        assert use["none"] is None, use
        assert use["errors"] == [], use
        if use["shown"]:
            widget_says.assert_agrees(widget, use["shown"])


# ---- whatever is done to it


EVENTS = budget(700, 10_000)
OWN_EVENTS = budget(150, 1500)
COMPARED = 8  # one state of so many is held against `run`
OWN = [z**3, 1 / z, z * z - 2]
TOO_LONG = 20
"""More updates of a playground take numpy too long."""


def fuzzed(views, widget, seed, count, **options):
    """What became of a widget to which something random was done."""
    name = widget.view
    given = f"{{ state, ...{reading(name)} }}"
    script = "([name, state, schema, seed, count, options]) => new Fuzz("
    script += f"name, {given}, schema, seed).run(count, options)"
    state = widget_modules.state_of(widget)
    schema = widget_modules.schema_of(widget)
    return views.evaluate(script, [name, state, schema, seed, count, options])


def is_at_rest(shown):
    """Whether the line has the numbers of the state, all of them."""
    moving = ("training goes on", "updates are made, from the start")
    long = "pace" in shown["state"] and shown["state"]["update"] > TOO_LONG
    return not long and not any(words in shown["text"] for words in moving)


@site
@every_widget
def test_nothing_breaks_it_and_its_numbers_stay_right(name, views):
    widget = widgets.registry[name]()
    options = {"most": 8, "every": COMPARED}
    report = fuzzed(views, widget, 1, EVENTS, **options)
    assert report["wrong"] is None, report
    assert report["left"] == {"heard": 0, "waiting": 0, "nodes": 0}
    tally = report["tally"]
    assert {"put", "wrong", "slide", "click", "key"} <= {*tally}
    assert tally["wrong"] >= 0.04 * EVENTS
    states = [one for one in report["shown"] if is_at_rest(one)]
    other = widgets.registry[name]()
    sharp = [widget_says.assert_agrees(other, one) > 0 for one in states]
    assert sum(sharp) > 0.3 * EVENTS / COMPARED


@site
@pytest.mark.parametrize("expression", OWN, ids=str)
@every_widget
def test_nothing_breaks_a_function_of_the_reader(name, expression, views):
    if not issubclass(widgets.registry[name], NeuronWidget):
        pytest.skip("it has no activation")
    widget = widgets.registry[name](activation=expression)
    report = fuzzed(views, widget, 2, OWN_EVENTS)
    assert report["wrong"] is None, report


@site
@every_widget
def test_the_views_of_one_model_agree(name, views):
    state = widget_modules.state_of(widgets.registry[name]())
    script = "([name, state]) => together(name, state)"
    before, after, alone = views.evaluate(script, [name, state])
    for texts in (before, after, alone):
        assert len({*texts}) == 1
    assert len({before[0], after[0], alone[0]}) == 3


@site
@every_widget
def test_a_view_leaves_nothing_behind(name, views):
    state = widget_modules.state_of(widgets.registry[name]())
    script = "([name, state]) => lives(name, state, 20)"
    left = views.evaluate(script, [name, state])
    assert {*left.pop("most")} != {0}
    none = {"watching": 0, "left": 0, "waiting": 0, "nodes": 0}
    assert left == {"heard": []} | none


@site
@every_widget
def test_as_many_listeners_however_often_it_is_drawn(name, views):
    state = widget_modules.state_of(widgets.registry[name]())
    script = "([name, state]) => lives(name, state, 20).most"
    assert len({*views.evaluate(script, [name, state])}) == 1


@site
@every_widget
def test_a_view_that_fails_says_so_in_its_place(name, views):
    cls = widgets.registry[name]
    state = widget_modules.state_of(cls())
    script = "([name, state, trait]) => failing(name, state, trait)"
    report = views.evaluate(script, [name, state, cls.shared[0]])
    words = "This widget stopped: planted. Reload the page to start it again."
    assert report["first"] == words
    assert report["said"] == [[words, "alert"]]
    assert report["nodes"] == 1
    assert report["left"] == {"heard": 0, "waiting": 0, "nodes": 0}
    assert report["errors"] == []


# ---- an address


OFFERS = budget(60, 400)
WRONG = [None, "", "abc", "1", "__proto__", 1e300, -1e300, -1, 2.5, True]
WRONG += [[], [1], [None], ["x"], {}, {"a": 1}, [[["x"]]], [[[1e9]]]]


def offered(widget, rng):
    """Values for some of the traits: right ones, and more that are wrong."""
    state = {}
    for name in widget.shared:
        kind = rng.random()
        if kind < 0.25:
            state[name] = right(widget, name, rng)
        elif kind < 0.7:
            state[name] = rng.choice(WRONG)
    return state


def right(widget, name, rng):
    """A value that a trait takes."""
    value = getattr(widget, name)
    if name in widget.choices:
        return rng.choice(widget.choices[name])[0]
    if isinstance(value, bool):
        return rng.random() < 0.5
    low, high, *whole = widget_modules.schema_of(widget)["ranges"][name]
    if whole:
        number = rng.randint(low, min(high, 10))
        return [number] if isinstance(value, list) else number
    if isinstance(value, tuple):
        return json.loads(json.dumps(value))
    return min(high, max(low, rng.choice([low, high, rng.uniform(-4, 4)])))


def takes(widget, name, value, sizes):
    """Whether Python takes a value for a trait, where these are the sizes."""
    old = getattr(widget, name)
    if isinstance(old, str):  # a name of another network waits for it
        return value in [row[0] for row in widget.choices[name]]
    if isinstance(old, bool) != isinstance(value, bool):
        return False  # to a trait of Python True is a number
    if isinstance(old, int) and isinstance(value, float):
        return False
    try:
        type(widget)(**sizes, **{name: value})
    except traitlets.TraitError:
        return False
    return True


def fragment_of(state, version=2):
    """A fragment that sets one widget, called "here"."""
    given = {"version": version, "widgets": {"here": state}}
    return "#widgets=" + quote(json.dumps(given))


def visited(views, widget, hashes):
    """What a widget holds after each of these fragments."""
    given = widget_modules.state_of(widget), widget_modules.schema_of(widget)
    script = "(all) => visit(...all)"
    found = views.evaluate(script, [widget.view, *given, hashes])
    for one, fragment in zip(found, hashes, strict=True):
        assert one["wrong"] is None, (unquote(fragment), one)
    return [one["link"]["widgets"]["here"] for one in found]


@site
@every_widget
def test_an_address_sets_what_python_takes_and_nothing_else(name, views):
    widget, rng = widgets.registry[name](exact=True), random.Random(4)
    offers = [offered(widget, rng) for _ in range(OFFERS)]
    found = visited(views, widget, [fragment_of(offer) for offer in offers])
    start, refused = widget_modules.state_of(widget), 0
    now = {trait: start[trait] for trait in widget.shared}
    for offer, state in zip(offers, found, strict=True):
        for trait, value in offer.items():
            listed = "sizes" in now and trait in {*"Wbxy"}
            sizes = {"sizes": now["sizes"]} if listed else {}
            if takes(widget, trait, value, sizes):
                now[trait] = value
            else:
                refused += 1
        assert state == now, offer
    assert refused > 0.4 * sum(map(len, offers))


BAD_FRAGMENTS = [
    "",
    "#somewhere",
    "#widgets=",
    "#widgets=%",
    "#widgets=%7B%7D",
    "#widgets=null",
    "#widgets=[[[",
    "#widgets=" + quote(json.dumps({"version": 2, "widgets": None})),
    "#widgets=" + quote(json.dumps({"version": 2, "widgets": [{}]})),
    "#widgets=" + quote(json.dumps([{"exact": True}])),
    fragment_of({"exact": True}, version=1),
    fragment_of({"exact": True}, version=3),
    fragment_of({"exact": True}).replace("here", "there"),
    fragment_of(None),
    fragment_of([1, 2]),
    fragment_of({"exact": "yes", "choices": {}, "custom": {"name": "x"}}),
]


@site
@every_widget
def test_an_address_that_is_none_of_ours_sets_nothing(name, views):
    widget = widgets.registry[name]()
    state = widget_modules.state_of(widget)
    start = {trait: state[trait] for trait in widget.shared}
    for found in visited(views, widget, BAD_FRAGMENTS):
        assert found == start


@site
@every_widget
def test_a_link_restores_every_case(name, views, examined):
    states = []
    for at, found in enumerate(examined(name)):
        if isinstance(getattr(made(name, at), "activation", ""), str):
            state = found["shown"]["state"]
            shared = made(name, at).shared
            states.append({trait: state[trait] for trait in shared})
    assert states
    fragments = [fragment_of(state) for state in states]
    assert visited(views, widgets.registry[name](), fragments) == states


# ---- without a script, and on paper


def stills(name):
    """A widget for each picture that the cases have, few as a rule."""
    found = {}
    for at in range(len(cases_of(name).CASES)):
        found.setdefault(made(name, at).still_words(), made(name, at))
    every = [*found.values()]
    return every if SWEEP else [every[0], every[-1]]


@every_widget
def test_its_picture_is_small_and_says_what_it_shows(name):
    before = plt.get_fignums()
    for widget in stills(name):
        soup = BeautifulSoup(widget.page_html(), "html.parser")
        (image,) = soup.select(".bp-fallback > img.bp-still")
        kind, _, text = image["src"].partition(",")
        assert kind == "data:image/svg+xml"
        assert len(image["src"]) < LARGEST
        assert image["alt"] == widget.still_words()
        svg = ElementTree.fromstring(unquote(text))
        assert len([*svg.iter("{http://www.w3.org/2000/svg}path")]) > 10
        for words in (unquote(text), image["alt"]):
            assert not NO_NUMBER.search(words.lower()), words
        for x, y in PLACE.findall(unquote(text)):
            assert max(abs(float(x)), abs(float(y))) < 1000
    assert plt.get_fignums() == before


@every_case
def test_its_table_and_its_words_have_numbers_or_words_for_none(name, at):
    widget = made(name, at)
    head, rows = widget.steps_table()
    assert {len(row) for row in rows} <= {len(head)}
    for cell in [cell for row in (head, *rows) for cell in row]:
        assert isinstance(cell, str)
        assert not NO_NUMBER.search(cell.lower()), rows
    assert not NO_NUMBER.search(widget.still_words().lower())


# ---- in a page


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """Open a page with two of each widget; give a reader, and how many ran
    before any was looked for."""
    folder = tmp_path_factory.mktemp("page")
    both = [widgets.registry[name]() for name in NAMES * 2]
    path = widget_page.write(folder, both)
    with widget_page.reading(browser, path.as_uri()) as reader:
        reader.wake(0)
        asleep = reader.page.locator(".bp-host:not(.bp-runs)").count()
        reader.wake_all()
        reader.first, reader.asleep = reader.states(), asleep
        yield reader
        reader.check()


@pytest.fixture
def page(opened):
    """The same page, as it was first."""
    opened.page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
    opened.set(*opened.first)
    assert opened.states() == opened.first
    yield opened
    assert opened.complaints == []


@site
def test_a_view_waits_until_it_comes_near_the_screen(opened):
    assert 0 < opened.asleep < len(NAMES) * 2


@site
@every_widget
def test_two_on_a_page_are_two(name, page):
    one, other = NAMES.index(name), NAMES.index(name) + len(NAMES)
    before = page.html(other)
    slider = page.widget(one).get_by_role("slider").first
    slider.press("End")
    slider.press("ArrowLeft")
    states = page.states()
    assert states[one] != page.first[one]
    assert [*states[:one], *states[one + 1 :]] == [
        *page.first[:one],
        *page.first[one + 1 :],
    ]
    assert page.html(other) == before


FOCUSED = """() => {
  const e = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(e);
  return [e.closest(".bp-host") ? [...document.querySelectorAll(".bp-host")]
    .indexOf(e.closest(".bp-host")) : -1, e.tagName, e.type ?? "",
    `${outlineStyle} ${outlineWidth}`];
}"""
BEFORE = """host => {
  host.tabIndex = -1;
  host.focus({ preventScroll: true });
  host.removeAttribute("tabindex");
}"""


@site
@every_widget
def test_the_keyboard_reaches_every_control_and_its_focus_is_seen(name, page):
    at = NAMES.index(name)
    page.widget(at).evaluate(BEFORE)
    reached = []
    while len(reached) < 60:
        page.page.keyboard.press("Tab")
        host, tag, kind, outline = page.page.evaluate(FOCUSED)
        if host != at:
            break
        assert outline.startswith("solid"), (tag, kind)
        reached.append(kind)
        if kind == "range":
            before = page.states()
            page.page.keyboard.press("ArrowRight")
            moved = page.states() != before
            page.page.keyboard.press("ArrowLeft")
            assert moved or page.states() != before
    controls = page.widget(at).locator(".bp:not(.bp-fallback)")
    for css, kind in (
        ("input[type=range]:visible", "range"),
        ("select:visible", "select-one"),
        ("input[type=checkbox]:visible", "checkbox"),
        ("button:visible:not(:disabled)", "button"),
    ):
        assert reached.count(kind) == controls.locator(css).count(), kind


COLOURS = """host => [...host.querySelectorAll(".bp, .bp *")]
  .filter(e => !e.closest("math") && e.getClientRects().length)
  .map(e => getComputedStyle(e)).map(s => [s.color, s.fill, s.stroke,
    s.backgroundColor].join(" "))"""
SWITCH = "t => { document.documentElement.dataset.theme = t; }"


@site
def test_a_switch_of_the_theme_changes_every_colour(page):
    for at in range(len(NAMES)):
        light = page.widget(at).evaluate(COLOURS)
        page.page.evaluate(SWITCH, "dark")
        dark = page.widget(at).evaluate(COLOURS)
        changed = [a != b for a, b in zip(light, dark, strict=True)]
        assert all(changed), NAMES[at]
        page.page.evaluate(SWITCH, "light")
        assert page.widget(at).evaluate(COLOURS) == light


@site
@pytest.mark.parametrize("width", [375, 320])
def test_the_page_does_not_scroll_sideways(width, page):
    page.page.set_viewport_size({"width": width, "height": 700})
    page.set(*[{"exact": True}] * len(NAMES) * 2)
    wide = "document.documentElement.scrollWidth"
    assert page.page.evaluate(wide) <= width


# The first of these are looked at, with what else stands there on paper.
LOOK_AT = """(hosts, count) => hosts.forEach((host, at) => {
  host.toggleAttribute("data-looked-at", at < count);
  host.classList.toggle("bp-runs", at >= count);
})"""
LOOKS = [("light", 1280), ("dark", 375)]
LOOKS += [("light", 375), ("dark", 1280)] if SWEEP else []


@site
@pytest.mark.parametrize(("theme", "width"), LOOKS)
def test_axe_finds_nothing(theme, width, page):
    page.page.set_viewport_size({"width": width, "height": HEIGHT})
    page.page.evaluate(SWITCH, theme)
    try:
        page.set(*[{"exact": True, "step": 4}] * len(NAMES), *page.first)
        hosts = page.page.locator(".bp-host")
        hosts.evaluate_all(LOOK_AT, len(NAMES))
        assert page.page.locator("table:visible").count() == len(NAMES)
        assert accessibility.violations(page.page, "[data-looked-at]") == []
    finally:
        hosts.evaluate_all(LOOK_AT, 0)
        page.page.evaluate(SWITCH, "light")


def assert_stands_still(reader, at, widget):
    """The picture and the table of this widget are what is seen."""
    head, rows = widget.steps_table()
    fallback = reader.fallback(at)
    table, picture = fallback.locator("table"), fallback.locator("img")
    assert table.is_visible()
    assert table.locator("th").all_text_contents() == head
    assert table.locator("tbody tr").count() == len(rows)
    assert picture.is_visible()
    top, below = picture.bounding_box(), table.bounding_box()
    assert min(top["width"], top["height"]) > 150
    assert top["y"] + top["height"] <= below["y"]


@site
def test_on_paper_are_the_picture_and_the_table_and_no_dead_control(page):
    page.page.emulate_media(media="print")
    try:
        for at, name in enumerate(NAMES):
            assert_stands_still(page, at, widgets.registry[name]())
            dead = page.widget(at).locator("input, select, button, .bp-live")
            assert dead.locator("visible=true").count() == 0
            heard = page.widget(at).aria_snapshot()
            assert "table" in heard
            assert "slider" not in heard
    finally:
        page.page.emulate_media(media="screen")
    for at in range(len(NAMES)):
        assert not page.fallback(at).is_visible()
        assert "table" not in page.widget(at).aria_snapshot()


@site
def test_without_javascript_the_picture_and_the_table_stand_there(show):
    every = [widgets.registry[name]() for name in NAMES]
    options = {"java_script_enabled": False, "pictures": True}
    with show(*every, **options) as reader:
        for at, widget in enumerate(every):
            assert_stands_still(reader, at, widget)


@site
def test_a_link_sets_its_widgets_and_none_that_was_edited_since(page, show):
    for at in range(len(NAMES)):
        slider = page.widget(at).get_by_role("slider").first
        slider.press("End")
    for index in (0, len(NAMES)):
        page.all_digits(index).check()
    states = page.states()
    shown = [page.live(at) for at in range(len(NAMES))]
    stands = [page.values(at) for at in range(len(NAMES))]
    fragment = page.page.evaluate("location.hash")
    edited = [widgets.registry[name](exact=True) for name in NAMES]
    same = [widgets.registry[name]() for name in NAMES]
    with show(*edited, *same, hash=fragment) as reader:
        reader.wake_all()
        now = reader.states()
        count = len(NAMES)
        for at, widget in enumerate(edited):
            plain = widget_modules.state_of(widget)
            assert now[at] == {name: plain[name] for name in widget.shared}
        assert now[count:] == states[:count]
        places = range(count, 2 * count)
        assert [reader.live(at) for at in places] == shown
        assert [reader.values(at) for at in places] == stands


@site
def test_a_widget_that_fails_takes_no_other_with_it(browser, tmp_path):
    parts = []
    for name in NAMES:
        whole = widget_page.html_of(widgets.registry[name]())
        start = whole.index("{", whole.index("application/json"))
        end = whole.index("</script>")
        parts += [whole[:start] + '{"choices": 1}' + whole[end:], whole]
    path = widget_page.write(tmp_path, parts)
    with widget_page.reading(browser, path.as_uri()) as reader:
        for at in range(len(parts)):
            failed = reader.widget(at).locator(".bp-failed").count()
            assert failed == (at % 2 == 0), NAMES[at // 2]
            if not failed:
                slider = reader.widget(at).get_by_role("slider").first
                said = [reader.live(at)]
                for key in ("End", "Home"):
                    slider.press(key)
                    said.append(reader.live(at))
                assert len({*said}) > 1, NAMES[at // 2]
        assert reader.complaints == []
