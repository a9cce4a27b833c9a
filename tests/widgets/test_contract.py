"""What every widget keeps to, in every state of interest.

A widget is a folder in ``backprop/widgets``; its ``cases.py`` lists the
states and reads what is shown (`backprop.widgets.core.cases`). Most tests
here draw it in one page that all of them share, by the module that notebooks
load; those of the page's own script share one page with two of each widget.
"""

import json
import random
from functools import cache
from urllib.parse import quote, unquote

import pytest
import traitlets
import widget_modules
import widget_says
from backprop import widgets
from backprop.symbolic import z
from backprop.widgets.core.neuron import ACTIVATION_WORDS, NeuronWidget
from budget import budget

site = pytest.mark.site

NAMES = [*widgets.registry]
WIDTHS = (1280, 375)
HEIGHT = 900


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
    for use in of_kind(swept(name), "select-one"):
        assert_redrawn(name, use)
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
    assert {"put", "wrong", "slide", "click", "choose", "key"} <= {*tally}
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
    assert refused > 0.8 * OFFERS


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
@every_case
def test_a_link_restores_the_case(name, at, views, examined):
    widget, shown = made(name, at), examined(name)[at]["shown"]["state"]
    state = {trait: shown[trait] for trait in widget.shared}
    if not isinstance(widget.activation, str):
        pytest.skip("a link has the reader's function by its name only")
    (found,) = visited(views, type(widget)(), [fragment_of(state)])
    assert found == state
