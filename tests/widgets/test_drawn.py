"""What the widgets draw, held against what numpy and SymPy compute."""

import math
import re

import numpy as np
import pytest
import sympy as sp
import widget_page
from backprop.numerics import activations, neuron
from backprop.symbolic import catalogue, z
from backprop.widgets import (
    ActivationExplorer,
    LearningRateExplorer,
    LossSurface,
    Stepper,
    TrainingPlayground,
)

pytestmark = pytest.mark.site

KINDS = [
    ActivationExplorer,
    LearningRateExplorer,
    LossSurface,
    Stepper,
    TrainingPlayground,
]
ALL = [*catalogue.ACTIVATIONS]
LOSS = "half_squared_error"
POINT = re.compile(r"[ML](-?[\d.]+),(-?[\d.]+)")
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

# With one screen pixel to a pixel d3 puts its ticks half a pixel aside.
SHARP = {"device_scale_factor": 2}

# The link of the learning rate sets what the reader of the book cannot too.
LINK_MORE = """Object.defineProperty(window, "backpropCore", {
  configurable: true,
  set(core) {
    const { register } = core["page.js"];
    const more = (name, { view, schema }) => {
      const shared = name === "learning_rate_explorer"
        ? [...schema.shared, "x", "y", "b", "steps"] : schema.shared;
      register(name, { view, schema: { ...schema, shared } });
    };
    const page = { ...core["page.js"], register: more };
    const value = { ...core, "page.js": page };
    Object.defineProperty(window, "backpropCore", { value });
  },
})"""

TICKS = """svg => [...svg.querySelectorAll(".bp-axis")].map(axis =>
  [...axis.querySelectorAll(".tick")].map(tick => {
    const { e, f } = tick.transform.baseVal[0].matrix;
    return [e + f, tick.textContent];
  }))"""


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """A reader of a page with one widget of each kind."""
    parts = [kind() for kind in KINDS]
    path = widget_page.write(tmp_path_factory.mktemp("drawn"), parts)
    with widget_page.reading(
        browser, path.as_uri(), own=True, **SHARP
    ) as reader:
        reader.page.add_init_script(LINK_MORE)
        reader.page.reload()
        yield reader
        reader.check()


@pytest.fixture
def reader(opened):
    """The same reader, to whom no error was told in the test."""
    yield opened
    assert opened.complaints == []


def draw(reader, widget):
    """Give the page's widget of this kind the same state; give its place."""
    states = [None] * len(KINDS)
    index = [isinstance(widget, kind) for kind in KINDS].index(True)
    states[index] = widget.page_state()
    reader.set(*states)
    return index


def over(states):
    """A test for each of these states."""

    def name(state):
        return "-".join(map(str, state.values()))

    return pytest.mark.parametrize("state", states, ids=name)


def number(text):
    """The number that a text is; parentheses may stand about it."""
    return float(text.strip("()").replace("−", "-"))


def plot_of(reader, index, begins):
    """A plot by what its name begins with."""
    return reader.widget(index).locator(f'svg[aria-label^="{begins}"]')


def line_of(ticks):
    """Slope and offset of the numbers on an axis; exponents for powers."""
    places, texts = zip(*ticks, strict=True)
    if ord(texts[0][-1]) in RAISED:
        texts = [text.removeprefix("10").translate(RAISED) for text in texts]
    numbers = [*map(number, texts)]
    line = np.polyfit(places, numbers, 1)
    near = pytest.approx(numbers, abs=1e-6 * np.ptp(numbers))
    assert np.polyval(line, places) == near
    return line


def axes_of(plot):
    """The slopes of both axes, and the offsets, as their ticks have them."""
    return np.transpose([line_of(ticks) for ticks in plot.evaluate(TICKS)])


def in_units(plot, places):
    """Places in a plot as numbers on its axes."""
    slopes, offsets = axes_of(plot)
    return np.asarray(places) * slopes + offsets


def in_places(plot, numbers):
    """Numbers on the axes of a plot as places in it."""
    slopes, offsets = axes_of(plot)
    return (np.asarray(numbers) - offsets) / slopes


def corners(d):
    """The corners of a path by its attribute ``d``, an array (n, 2)."""
    return np.array(POINT.findall(d), dtype=float).reshape(-1, 2)


def places_of(path):
    """The corners of a path in the page."""
    return corners(path.get_attribute("d"))


# ---- the loss surface

SURFACES = [
    {"activation": "identity", "w": 0.8, "b": -0.3},
    {"activation": "sigmoid", "w": -2.0, "b": 1.0, "x": -1.0, "y": 0.9},
    {"activation": "tanh", "w": 0.5, "b": 0.2, "x": 0.4, "y": -0.5},
    {"activation": "softplus", "w": -1.5, "b": -2.5, "x": -2.0, "y": 1.0},
    {"activation": "leaky_relu", "w": 3.0, "b": 2.5, "x": 0.0, "y": 3.5},
]


def drawn_surface(reader, state):
    """A surface, and its plot with the same state."""
    surface = LossSurface(**state)
    index = draw(reader, surface)
    return surface, plot_of(reader, index, "Contours")


def root_of_loss(surface, w, b):
    """``|a - y|``, which is the root of ``2L``."""
    f = activations.get(surface.activation)
    return np.abs(f(np.asarray(w) * surface.x + b) - surface.y)


def gradient_of(surface):
    """The gradient of the loss at the start."""
    step = neuron.forward(surface.w, surface.b, surface.x, surface.activation)
    back = neuron.backward(step, surface.x, surface.y, LOSS)
    return np.array([back.dL_dw, back.dL_db])


@over(SURFACES)
def test_the_arrow_is_the_gradient_at_the_start(state, reader):
    surface, plot = drawn_surface(reader, state)
    places = places_of(plot.locator(".bp-arrow"))
    start, tip = in_units(plot, places[:2])
    gradient = gradient_of(surface)
    size = np.linalg.norm(gradient)
    shown = gradient / size * np.clip(size, 0.6, 2)
    assert start == pytest.approx([surface.w, surface.b], abs=1e-3)
    assert tip - start == pytest.approx(shown, abs=1e-3)


@over(SURFACES)
def test_the_arrow_is_at_a_right_angle_to_the_contour(state, reader):
    surface, plot = drawn_surface(reader, state)
    arrow, contour = (
        places_of(plot.locator(name))[:2]
        for name in (".bp-arrow", ".bp-tangent")
    )
    assert math.dist(*contour) > 20
    product = np.diff(arrow, axis=0) @ np.diff(contour, axis=0).T
    assert product == pytest.approx(0, abs=2)
    roots = root_of_loss(surface, *in_units(plot, contour).T)
    here = root_of_loss(surface, surface.w, surface.b)
    assert roots == pytest.approx(here, abs=1e-3)


def contours_of(surface, plot):
    """The root of ``2L`` at the corners of each contour in the picture."""
    bands = plot.locator("path.bp-band").evaluate_all(
        "all => all.map(band => band.getAttribute('d'))"
    )
    slopes, offsets = axes_of(plot)
    rings = [corners(d) * slopes + offsets for d in bands]
    seen = [ring[np.abs(ring).max(axis=1) < 4.001] for ring in rings]
    return [root_of_loss(surface, *ring.T) for ring in seen]


@over(SURFACES)
def test_a_contour_has_one_loss_and_the_levels_even_roots(state, reader):
    contours = contours_of(*drawn_surface(reader, state))
    assert len(contours) > 5
    assert min(map(len, contours)) >= 2
    levels = [np.median(roots) for roots in contours]
    step = np.diff(levels).mean()
    assert np.diff(levels) == pytest.approx(step, rel=0.1)
    for roots, level in zip(contours, levels, strict=True):
        assert roots == pytest.approx(level, abs=0.1 * step)


@over(SURFACES)
def test_the_valley_is_where_the_output_is_the_target(state, reader):
    surface, plot = drawn_surface(reader, state)
    ends = in_units(plot, places_of(plot.locator(".bp-valley")))
    assert len(ends) == 2
    assert root_of_loss(surface, *ends.T) == pytest.approx(0, abs=1e-2)


DEPTHS = """(svg, places) => {
  const bands = [...svg.querySelectorAll("path.bp-band")];
  return places.map(([x, y]) => bands.filter(
    band => band.isPointInFill(new DOMPoint(x, y))).length);
}"""


@over(SURFACES)
def test_a_place_is_darker_for_each_level_below_its_loss(state, reader):
    surface, plot = drawn_surface(reader, state)
    levels = np.array([np.median(c) for c in contours_of(surface, plot)])
    some = np.random.default_rng(3).uniform(-4, 4, size=(60, 2))
    roots = root_of_loss(surface, *some.T)
    away = np.abs(roots[:, None] - levels).min(axis=1)
    clear = away > 0.1 * np.diff(levels).mean()
    places = in_places(plot, some[clear]).tolist()
    below = np.searchsorted(levels, roots[clear])
    assert np.ptp(below) > 3
    assert plot.evaluate(DEPTHS, places) == below.tolist()


def start_of(reader):
    """Where the start of the surface is, by what a link would restore."""
    state = reader.states()[KINDS.index(LossSurface)]
    return np.array([state["w"], state["b"]])


def along(reader, way):
    """The button that goes this way along the contour."""
    index = KINDS.index(LossSurface)
    return reader.button(f"{way} along the contour", index)


@over(SURFACES)
def test_the_buttons_move_the_start_along_its_contour(state, reader):
    surface, _ = drawn_surface(reader, state)
    first = start_of(reader)
    loss = pytest.approx(root_of_loss(surface, *first), rel=1e-9, abs=1e-12)
    step = 0.25 * np.array([1, -surface.x]) / math.hypot(1, surface.x)
    for way, times in (("Forth", 1), ("Back", 0), ("Back", -1)):
        along(reader, way).click()
        place = start_of(reader)
        assert place == pytest.approx(first + times * step, abs=1e-9)
        assert root_of_loss(surface, *place) == loss


@over(SURFACES)
def test_the_handle_goes_along_with_the_start(state, reader):
    _, plot = drawn_surface(reader, state)
    along(reader, "Forth").click()
    handle = plot.locator(".bp-start").evaluate(
        "g => (m => [m.e, m.f])(g.transform.baseVal[0].matrix)"
    )
    found = in_units(plot, handle)
    assert found == pytest.approx(start_of(reader), abs=1e-3)


def test_no_button_moves_the_start_out_of_the_picture(reader):
    draw(reader, LossSurface(w=4.0, b=1.0, x=1.0))
    forth, back = (along(reader, way) for way in ("Forth", "Back"))
    assert forth.get_attribute("aria-disabled") == "true"
    forth.click(force=True)
    assert start_of(reader).tolist() == [4, 1]
    back.click()
    assert forth.get_attribute("aria-disabled") == "false"


# ---- the learning rate

# Where f(z) = y.
LOWEST = {
    "sigmoid": lambda y: math.log(y / (1 - y)),
    "tanh": math.atanh,
    "relu": lambda y: y,
    "leaky_relu": lambda y: y,
    "softplus": lambda y: math.log(math.expm1(y)),
    "identity": lambda y: y,
}
RATES = [
    {"activation": "sigmoid", "x": 1.5, "y": 0.2},
    {"activation": "tanh", "x": -2.0, "y": 0.5, "b": 1.0},
    {"activation": "relu", "x": 0.5, "y": 0.7},
    {"activation": "leaky_relu", "x": 1.0, "y": 0.4, "start": -1.0},
    {"activation": "softplus", "x": -1.5, "y": 1.0},
    {"activation": "identity", "x": 5.0, "y": -0.5},
]


def drawn_rate(reader, state):
    """An explorer, its place in the page, and its slider for the rate."""
    explorer = LearningRateExplorer(**state)
    index = draw(reader, explorer)
    return explorer, index, reader.slider("learning rate η", index)


def curvature_of(explorer):
    """``L''`` over ``w`` where ``f(z) = y``, by SymPy."""
    w = sp.Symbol("w")
    f = catalogue.activation(explorer.activation)
    a = f.subs(z, w * explorer.x + explorer.b)
    lowest = LOWEST[explorer.activation](explorer.y) - explorer.b
    bend = sp.diff((a - explorer.y) ** 2 / 2, w, 2)
    return float(bend.subs(w, lowest / explorer.x))


def rate_at(slider, share):
    """The learning rate at a place of the slider, a text as "12.5%"."""
    low, high = (float(slider.get_attribute(end)) for end in ("min", "max"))
    return 10 ** (low + float(share.removesuffix("%")) / 100 * (high - low))


@over(RATES)
def test_the_ticks_stand_at_one_and_two_by_the_curvature(state, reader):
    explorer, index, slider = drawn_rate(reader, state)
    curvature = curvature_of(explorer)
    for times, name in ((1, "bp-target"), (2, "bp-gradient")):
        tick = reader.widget(index).locator(f".bp-rate-tick.{name}")
        assert tick.evaluate("e => getComputedStyle(e).display") != "none"
        rates = [rate_at(slider, tick.get_attribute(x)) for x in ("x1", "x2")]
        assert rates == pytest.approx([times / curvature] * 2, rel=2e-3)


@over(RATES)
def test_the_buttons_below_the_ticks_say_and_set_the_rates(state, reader):
    explorer, index, slider = drawn_rate(reader, state)
    curvature = curvature_of(explorer)
    buttons = reader.widget(index).locator(".bp-rate-marks button")
    for times in (1, 2):
        button, rate = buttons.nth(times - 1), times / curvature
        name, said = button.text_content().split(" = ")
        assert name == f"{times}/L″"
        assert number(said) == pytest.approx(rate, rel=1e-3)
        button.click()
        eta = reader.states()[index]["eta"]
        assert eta == pytest.approx(rate, rel=1e-9)
        stands = float(slider.input_value())
        assert stands == pytest.approx(math.log10(rate), abs=0.011)


def test_the_scale_of_the_rates_is_that_of_the_slider(reader):
    _, index, slider = drawn_rate(reader, {})
    labels = reader.widget(index).locator(".bp-rate-scale text").all()
    assert len(labels) > 3
    for label in labels:
        rate = rate_at(slider, label.get_attribute("x"))
        assert rate == pytest.approx(number(label.text_content()), rel=1e-3)


@over(RATES)
def test_the_limit_in_words_is_two_by_the_curvature(state, reader):
    explorer, index, _ = drawn_rate(reader, state | {"exact": True})
    curvature, words = curvature_of(explorer), reader.live(index)
    limit = re.search(r"the limit here is η < ([\d.]+)\.", words)
    bend = re.search(r"L″ = ([\d.]+) and", words)
    assert number(limit[1]) == pytest.approx(2 / curvature, rel=1e-9)
    assert number(bend[1]) == pytest.approx(curvature, rel=1e-9)


RUNS = [
    {"eta": 0.1, "steps": 8},
    {"eta": 0.8, "steps": 12},
    {"eta": 1.1, "steps": 10},
    {"eta": 30.0, "steps": 8},
    {"eta": 0.4, "steps": 20},
    {"eta": 8.0, "activation": "sigmoid", "start": 2.0, "y": 0.3},
    {"eta": 0.6, "activation": "tanh", "start": -0.4, "x": -2.0},
    {"eta": 0.7, "activation": "softplus", "start": -1.0, "y": 2.0},
]
FRAME = """svg => (inner => ["x", "y", "width", "height"].map(
  name => inner[name].baseVal.value))(svg.querySelector("svg"))"""
FAR = 1e4


def frame_of(plot):
    """Two corners of a plot's frame."""
    x, y, width, height = plot.evaluate(FRAME)
    return (x, y), (x + width, y + height)


def apart(places):
    """These places to a tenth of a pixel, each once if it comes again."""
    rounded = np.round(np.clip(places, -FAR, FAR), 1)
    moves = np.diff(rounded, axis=0, prepend=np.inf)
    return rounded[np.any(moves != 0, axis=1)]


def assert_is_drawn(plot, places):
    """A line through these places; dots there, hollow ones at the edge."""
    places = apart(places)
    framed = np.clip(places, *frame_of(plot))
    inside = np.all(framed == places, axis=1)
    line = places_of(plot.locator(".bp-path"))
    assert line == pytest.approx(places, abs=0.11)
    for name, which in ((".bp-dot", inside), (".bp-hollow", ~inside)):
        dots = places_of(plot.locator(name)) + (3, 0)
        assert dots == pytest.approx(framed[which], abs=0.11)


@over(RUNS)
def test_the_iterates_stand_at_their_weights_and_losses(state, reader):
    explorer, index, _ = drawn_rate(reader, state)
    plot = plot_of(reader, index, "The loss over w")
    places = in_places(plot, explorer.run())
    assert len(apart(places)) > 4
    assert_is_drawn(plot, places)


@over(RUNS)
def test_the_losses_stand_at_their_updates(state, reader):
    explorer, index, _ = drawn_rate(reader, state)
    plot = plot_of(reader, index, "The loss after each update")
    losses = [max(L, 1e-99) for _, L in explorer.run()]
    places = in_places(plot, [*enumerate(np.log10(losses))])
    bottom = frame_of(plot)[1][1]
    places[:, 1] = np.minimum(places[:, 1], bottom)
    assert_is_drawn(plot, places)


# ---- the stepper

STEPPERS = [
    {"activation": "sigmoid"},
    {"activation": "tanh", "w": -1.3, "y": -0.7, "eta": 2.5},
    {"activation": "relu", "x": -2.0, "w": -0.6, "b": 0.35},
    {"activation": "leaky_relu", "x": 3.2, "w": -0.45},
    {"activation": "softplus", "b": -4.1, "y": 1.9, "eta": 1e-3},
    {"activation": "identity", "x": 0.3, "b": 12.5},
]
LIGHTS = {
    "z": "x-z w-z b-z",
    "a": "z-a",
    "L": "a-L y-L",
    "dL_da": "L-a",
    "da_dz": "a-z",
    "dL_dz": "a-z L-a",
    "dL_dw": "z-w",
    "dL_db": "z-b",
    "w_new": "z-w",
    "b_new": "z-b",
    "L_new": "x-z w-z b-z z-a a-L y-L",
}
FORMULAS = {
    "z": "w x b z",
    "L": "a y L",
    "dL_da": "a y dL_da",
    "dL_dz": "dL_da da_dz dL_dz",
    "dL_dw": "dL_dz x dL_dw",
    "dL_db": "dL_dz dL_db",
    "w_new": "w eta dL_dw w_new",
    "b_new": "b eta dL_db b_new",
    "L_new": "eta dL_dw dL_db predicted",
}
# How often z stands in the formula of a, and in that of its slope.
TIMES = {
    "sigmoid": (1, 2),
    "tanh": (1, 1),
    "relu": (2, 1),
    "leaky_relu": (3, 1),
    "softplus": (1, 2),
    "identity": (1, 0),
}
STEPS = [*LIGHTS]


def numbers_in(step, activation):
    """The names of the numbers in a step's formula, from left to right."""
    if step in FORMULAS:
        return FORMULAS[step].split()
    in_a, in_slope = TIMES[activation]
    return ["z"] * (in_a if step == "a" else in_slope) + [step]


def drawn_step(reader, step, **state):
    """The stepper at a step, and every number that it knows."""
    stepper = Stepper(**state, step=STEPS.index(step))
    index = draw(reader, stepper)
    given = {name: getattr(stepper, name) for name in stepper.shared}
    return reader.widget(index), stepper.run() | given


@over(STEPPERS)
def test_the_numbers_in_the_formulas_are_those_of_the_neuron(state, reader):
    for step in STEPS:
        widget, values = drawn_step(reader, step, exact=True, **state)
        slots = widget.locator(".bp-formulas mn[data-slot]")
        found = [number(text) for text in slots.all_text_contents()]
        names = numbers_in(step, state["activation"])
        expected = [values[name] for name in names]
        near = pytest.approx(expected, rel=1e-12, abs=1e-14)
        assert found == near, step


NODES = """svg => [...svg.querySelectorAll("circle")].map(circle => [
  circle.parentNode.querySelector(".bp-name").textContent,
  [circle.cx.baseVal.value, circle.cy.baseVal.value]])"""


def lit(graph):
    """The edges that are lit, by the names of the nodes at their ends."""
    nodes = dict(graph.evaluate(NODES))

    def name(end):
        return min(nodes, key=lambda node: math.dist(nodes[node], end))

    edges = graph.locator(".bp-lit").all()
    return {"-".join(map(name, places_of(edge)[:2])) for edge in edges}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_lights_the_edges_that_it_uses(step, reader):
    widget, _ = drawn_step(reader, step)
    assert lit(widget.locator("svg.bp-graph")) == {*LIGHTS[step].split()}


SLOPES = {"a": "dL_da", "z": "dL_dz", "w": "dL_dw", "b": "dL_db"}
AT_NODES = """svg => [...svg.querySelectorAll("g")].map(node =>
  [".bp-name", ".bp-value", ".bp-slope"].map(
    name => node.querySelector(name)?.textContent))"""


@over(STEPPERS)
def test_values_stand_above_the_nodes_and_slopes_below(state, reader):
    widget, values = drawn_step(reader, "dL_db", **state)
    found = widget.locator("svg.bp-graph").evaluate(AT_NODES)
    assert sorted(node for node, _, _ in found) == sorted("xwbzayL")
    for node, value, slope in found:
        near = pytest.approx(values[node], rel=1e-3, abs=1e-12)
        assert number(value) == near
        assert (slope == "") == (node not in SLOPES)
        if slope:
            near = pytest.approx(values[SLOPES[node]], rel=1e-3, abs=1e-12)
            assert number(slope) == near


@over(STEPPERS)
def test_after_the_update_the_drawing_has_the_new_numbers(state, reader):
    for step, names in [("w_new", "w"), ("b_new", "wb"), ("L_new", "wbzaL")]:
        widget, values = drawn_step(reader, step, **state)
        new = {name: values[f"{name}_new"] for name in "wb"}
        moved = Stepper(**state | new)
        now = moved.run() | {n: getattr(moved, n) for n in moved.shared}
        found = widget.locator("svg.bp-graph").evaluate(AT_NODES)
        for node, value, slope in found:
            expected = (now if node in names else values)[node]
            near = pytest.approx(expected, rel=1e-3, abs=1e-12)
            assert number(value) == near, (step, node)
            if step == "L_new":  # they belong to the weights before
                assert slope == ""


def test_a_power_of_ten_is_in_parentheses_in_a_formula(reader):
    small = {"x": -4.95, "w": -4.95, "b": -4.95, "y": -1.95}
    widget, _ = drawn_step(reader, "L_new", **small)
    slots = widget.locator(".bp-formulas mn[data-slot]").all_text_contents()
    powers = [text for text in slots[:-1] if "·10" in text]
    assert powers
    assert all(text[0] + text[-1] == "()" for text in powers)


# ---- the activation

STRIP = re.compile(r"M([\d.]+),[\d.]+H([\d.]+)")

# The slope is 0.01 at z = 4.585 for the sigmoid, at 2.993 for tanh and at
# -4.595 for softplus.
PLACES = [0.0, 0.5, 2.0, 2.9, 3.1, 4.5, 4.7, 8.0, 1e3]


def says_saturated(reader, name, at):
    """Whether the explorer calls an activation saturated at this z."""
    index = draw(reader, ActivationExplorer(activation=name, z=float(at)))
    return "saturated" in reader.live(index).lower()


@pytest.mark.parametrize("name", ALL)
def test_saturated_is_said_where_the_slope_is_small_only(name, reader):
    for at in [sign * place for place in PLACES for sign in (1, -1)]:
        slope = float(activations.get(name).prime(at))
        assert says_saturated(reader, name, at) == (abs(slope) < 0.01), at


@pytest.mark.parametrize(
    ("name", "flat", "steep"),
    [
        ("sigmoid", [-8, -6, 6, 8], [-1, 0, 1]),
        ("tanh", [-8, -4, 4, 8], [-1, 0, 1]),
        ("relu", [-8, -1], [1, 8]),
        ("leaky_relu", [], [-8, 8]),
        ("softplus", [-8, -6], [0, 8]),
        ("identity", [], [-8, 0, 8]),
    ],
)
def test_the_ends_are_saturated_and_the_middle_is_not(
    name, flat, steep, reader
):
    for at in [*flat, *steep]:
        assert says_saturated(reader, name, at) == (at in flat), at


@pytest.mark.parametrize("name", ALL)
def test_the_ground_is_grey_where_the_slope_is_small(name, reader):
    index = draw(reader, ActivationExplorer(activation=name))
    plot = plot_of(reader, index, "The activation")
    strips = STRIP.findall(plot.locator(".bp-flat").get_attribute("d"))
    ends = [(float(x), 0.0) for strip in strips for x in strip]
    at = in_units(plot, ends or np.empty((0, 2)))[:, 0].reshape(-1, 2)
    cells = np.linspace(-8, 8, 161)
    small = np.abs(activations.get(name).prime(cells)) < 0.01
    steps = np.diff(np.concatenate([[0], small, [0]]))
    assert at[:, 0] == pytest.approx(cells[np.flatnonzero(steps > 0)])
    assert at[:, 1] == pytest.approx(cells[np.flatnonzero(steps < 0) - 1])


# ---- all curves

with_each = pytest.mark.parametrize("name", ALL)


@with_each
def test_the_curve_is_the_activation(name, reader):
    index = draw(reader, ActivationExplorer(activation=name))
    plot = plot_of(reader, index, "The activation")
    places = places_of(plot.locator(".bp-curve.bp-forward"))
    at = in_units(plot, places)[:, 0]
    assert (at.min(), at.max()) == pytest.approx((-8, 8), abs=1e-3)
    points = np.transpose([at, activations.get(name)(at)])
    assert places == pytest.approx(in_places(plot, points), abs=0.1)


@with_each
def test_the_tangent_touches_the_curve_with_its_slope(name, reader):
    explorer = ActivationExplorer(activation=name, z=-0.9)
    plot = plot_of(reader, draw(reader, explorer), "The activation")
    now, around = explorer.run(), np.array([-1, 1])
    places = places_of(plot.locator(".bp-curve.bp-dashed"))
    line = np.polyfit(*in_units(plot, places).T, 1)
    expected = now["a"] + now["da_dz"] * around
    assert np.polyval(line, now["z"] + around) == (
        pytest.approx(expected, abs=5e-3)
    )


@over(RATES)
def test_the_curve_is_the_loss_over_the_weight(state, reader):
    explorer, index, _ = drawn_rate(reader, state)
    plot = plot_of(reader, index, "The loss over w")
    places = places_of(plot.locator(".bp-curve.bp-forward"))
    w = in_units(plot, places)[:, 0]
    loss = root_of_loss(explorer, w, explorer.b) ** 2 / 2
    points = in_places(plot, np.transpose([w, loss]))
    assert places == pytest.approx(points, abs=0.1)


EXTREMES = [
    ActivationExplorer(z=1e6),
    ActivationExplorer(z=-1e6),
    LearningRateExplorer(start=1e6, eta=1e-12),
    LearningRateExplorer(start=-1e6, eta=1e12),
    LearningRateExplorer(x=1e3, y=-1e3, b=1e3),
    LearningRateExplorer(x=0.0, y=1e3),
    LearningRateExplorer(x=-1e-3, b=-1e3, start=-1e6),
    LossSurface(w=1e6, b=-1e6, eta=1e12),
    LossSurface(x=1e3, y=1e3),
    LossSurface(x=0.0, y=-1e3),
]
CURVES = """host => [...host.querySelectorAll(
  ".bp-curve, path.bp-band")].map(path => [path.getAttribute("d"),
  path.matches(".bp-path") ? 0 : path.getTotalLength()])"""


@with_each
def test_no_curve_is_ever_blank(name, reader):
    for widget in EXTREMES:
        widget.activation = name
        index = draw(reader, widget)
        curves = reader.widget(index).evaluate(CURVES)
        assert len(curves) > 1
        assert all(d for d, _ in curves), widget
        assert max(length for _, length in curves) > 50, widget


@with_each
def test_the_losses_of_a_training_are_never_blank(name, reader):
    for eta in (1e-12, 1e12):
        playground = TrainingPlayground(activation=name, eta=eta, update=20)
        index = draw(reader, playground)
        curves = reader.widget(index).evaluate(CURVES)
        assert len(curves) == 2
        assert all(d for d, _ in curves), eta
