"""What the network stepper and the playground draw, against numpy.

Their tests beside this one read the words; these read the drawings: texts at
their places, lines through the plots' axes, and colours off the screen.
"""

import colorsys
import io
import json
import re

import numpy as np
import pytest
from backprop.numerics import losses, network
from backprop.widgets import NetworkStepper, TrainingPlayground
from backprop.widgets.network_stepper.numbers import SIZES
from backprop.widgets.training_playground.widget import CELLS
from PIL import Image
from widget_numbers import inputs_of, layers_of, norms_of

pytestmark = pytest.mark.site

DIGITS = 5.1e-3
"""Half a unit in the last of three digits, and the rounding of a tie."""

NEAR = 5.0
"""From an edge to the middle of its two numbers, in units of the drawing."""

PIXEL = 1.0
"""Paths have two digits after the point; a tick stands half a pixel off."""


# ---- the network of the stepper --------------------------------------------

PIECES = """svg => {
  const all = (css) => [...svg.querySelectorAll(css)];
  const at = (e, ...names) =>
    names.map((name) => Number(e.getAttribute(name)));
  const text = (e) => [e.textContent, e.matches(".bp-slope"), at(e, "x", "y")];
  return {
    units: all("circle").map((e) => [e.parentNode.textContent,
      at(e, "cx", "cy")]),
    beside: all("text:not(.bp-name, .bp-heading, .bp-numbers *)").map(text),
    edges: all("line.bp-hit").map((e) => [e.parentNode.ariaLabel,
      at(e, "x1", "y1"), at(e, "x2", "y2")]),
    on: all(".bp-numbers").map((e) => [...e.children].map(text)),
  };
}"""


BEFORE = {"z": "z", "b": "b", "δ": "dL_dz"}


def float_of(text):
    """The number of a text such as ``z −1.5·10⁻⁷``."""
    plain = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
    return float(text.split()[-1].translate(plain).replace("·10", "e"))


def numbers_at_units(units, texts):
    """The numbers beside the circles, named by the nearest circle."""
    columns = sorted({x for _, (x, _) in units})
    for text, _, at in texts:
        if text:
            name, (x, _) = min(units, key=lambda u: np.hypot(*(at - u[1])))
            yield name_at(name, columns.index(x), text), float_of(text)


def name_at(unit, layer, text):
    """The name of a number at a unit, by what is written before it."""
    letter, index = unit[0], unit[1:]
    if letter != "a":
        return f"{letter}_{index}" if index else letter
    return f"{BEFORE.get(text[0], 'a')}{layer}_{index}"


def numbers_on_edges(edges, pairs):
    """The weight and the gradient of every edge, which lie along it."""
    for (label, *ends), pair in zip(edges, pairs, strict=True):
        layer, to, source = re.findall(r"\d+", label)[:3]
        middle = np.mean([at for _, _, at in pair], axis=0)
        along = np.linspace(*ends, 101)
        assert np.linalg.norm(along - middle, axis=1).min() <= NEAR, label
        for text, slope, _ in pair:
            if text:
                name = f"w{layer}_{to}{source}"
                yield f"dL_d{name}" if slope else name, float_of(text)


def drawn_numbers(reader):
    """The numbers of the drawing, named by where they stand."""
    pieces = reader.widget().locator(".bp-net").evaluate(PIECES)
    units = [(name, np.array(at)) for name, at in pieces["units"]]
    found = [
        *numbers_at_units(units, pieces["beside"]),
        *numbers_on_edges(pieces["edges"], pieces["on"]),
    ]
    assert len(dict(found)) == len(found), "two numbers at one place"
    return dict(found)


def after_update(stepper):
    """The same stepper with the parameters that an update gives."""
    run = stepper.run()
    W = [
        [
            [run[f"w{l}_{j}{k}_new"] for k, _ in enumerate(row, 1)]
            for j, row in enumerate(matrix, 1)
        ]
        for l, matrix in enumerate(stepper.W, 1)
    ]
    b = [
        [run[f"b{l}_{j}_new"] for j, _ in enumerate(row, 1)]
        for l, row in enumerate(stepper.b, 1)
    ]
    given = {n: getattr(stepper, n) for n in ("sizes", "x", "y", "activation")}
    return NetworkStepper(**given, W=W, b=b)


def numbers_by(stepper, step):
    """What there is to draw by then, from `run()`.

    The update draws the new parameters, and the step after it what they make
    of the same inputs.
    """
    every = stepper.steps()
    name = [*every][step]
    if name in ("update", "L_new"):
        moved = after_update(stepper)
        if name == "L_new":
            return numbers_by(moved, [*every].index("L"))
        return numbers_by(stepper, step - 1) | inputs_of(moved)
    steps = [*every.values()][: step + 1]
    reached = {name for names in steps for name in names}
    run = stepper.run()
    over = {name.replace("a", "z") for name in reached if name[0] == "a"}
    drawn = {
        name: run[name]
        for name in reached - over
        if re.fullmatch(r"L|([za]|dL_d[zw])\d_\d+", name)
    }
    return inputs_of(stepper) | drawn


@pytest.mark.parametrize(
    "state",
    [{"sizes": sizes} for sizes in SIZES] + [{"preset": "mazur_2_2_2"}],
    ids=lambda state: "".join(state.values()),
)
def test_every_number_stands_at_its_unit_or_edge(state, show):
    stepper = NetworkStepper(**state)
    with show(stepper) as reader:
        for step in range(len(stepper.steps())):
            reader.widget().locator(".bp-step").nth(step).click()
            expected = numbers_by(stepper, step)
            found = drawn_numbers(reader)
            assert found == pytest.approx(expected, rel=DIGITS, abs=1e-12)
        reader.button("Next update").click()
        moved = NetworkStepper(**reader.states()[0])
        expected = numbers_by(moved, 0)
        assert moved.W != stepper.W
        assert drawn_numbers(reader) == pytest.approx(expected, rel=DIGITS)


# ---- the plots of the playground -------------------------------------------

TICKS = r"""svg => [...svg.querySelectorAll(".bp-axis")].map((axis, k) =>
  [...axis.querySelectorAll(".tick")]
    .filter((tick) => tick.textContent)
    .map((tick) => [tick.getAttribute("transform").match(/[\d.]+/g)[k],
      tick.textContent.replace("−", "-")].map(Number)))"""


class Axes:
    """The axes of a plot, as their ticks tell: y is log10 on request."""

    def __init__(self, plot, logarithmic=False):
        across, up = (np.array(ticks).T for ticks in plot.evaluate(TICKS))
        if logarithmic:
            up[1] = np.log10(up[1])
        lines = [np.polyfit(*ticks, 1) for ticks in (across, up)]
        self.slopes, self.starts = np.transpose(lines)

    def numbers(self, pixels):
        """The numbers (n, 2) on the axes at these pixels of the plot."""
        return self.slopes * pixels + self.starts

    def pixels(self, numbers):
        """The pixels (n, 2) of the plot at these numbers."""
        return (numbers - self.starts) / self.slopes


def corners_of(path):
    """The corners (n, 2) of a path of straight lines."""
    found = re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", path)
    return np.array(found, float).reshape(-1, 2)


def settled(reader, playground):
    """Wait for the updates of a playground and their drawing."""
    line = reader.widget().locator(".bp-live")
    line.filter(has_text=f"Update {playground.update} (").wait_for()
    reader.wait_until_drawn()


KEY = """all => Object.fromEntries(all.map((e) => [
  getComputedStyle(e).borderTopColor,
  e.nextSibling.textContent.replace(",", "").trim()]))"""
CURVES = """all => all.map((e) => [getComputedStyle(e).stroke,
  e.getAttribute("d")])"""
DOTS = """all => all.map((e) => [getComputedStyle(e).fill,
  Number(e.getAttribute("cx")), Number(e.getAttribute("cy"))])"""


@pytest.mark.parametrize("name", ["xor", "moons", "spirals"])
def test_a_curve_is_the_losses_of_its_name_in_the_key(name, show):
    playground = TrainingPlayground(data=name, hidden=[4], update=208)
    history = np.array(playground.run()["history"])
    history = np.vstack([history, history[-1]])
    history[:, 1:] = np.log10(history[:, 1:])
    columns = {"training": [0, 1], "held out": [0, 2]}
    with show(playground) as reader:
        settled(reader, playground)
        curve = reader.page.locator(".bp-curve")
        plot = reader.widget().locator("svg", has=curve)
        axes, read = Axes(plot, logarithmic=True), plot.locator
        key = reader.widget().locator(".bp-swatch").evaluate_all(KEY)
        curves = dict(read(".bp-curve").evaluate_all(CURVES))
        assert {key[colour] for colour in curves} == {*columns}
        for colour, path in curves.items():
            expected = axes.pixels(history[:, columns[key[colour]]])
            assert np.abs(corners_of(path) - expected).max() <= PIXEL
        for colour, *place in read(".bp-dot").evaluate_all(DOTS):
            expected = axes.pixels(history[-1, columns[key[colour]]])
            assert np.abs(place - expected).max() <= PIXEL


WIDTHS = """all => all.map((e) => [e, e.firstChild].map((one) => {
  const { left, width } = one.getBoundingClientRect();
  return [left, width];
}))"""


@pytest.mark.parametrize(
    "state",
    [
        {"hidden": [4], "data": "moons", "update": 30},
        {"hidden": [8, 8, 8], "activation": "sigmoid", "update": 3},
        {"hidden": [2, 2, 2], "activation": "relu", "data": "xor"},
    ],
    ids=json.dumps,
)
def test_a_bar_is_as_long_as_the_power_of_ten_of_its_gradient(state, show):
    playground = TrainingPlayground(**state)
    powers = np.log10(norms_of(playground))
    with show(playground) as reader:
        settled(reader, playground)
        rows = reader.widget().locator(".bp-track").evaluate_all(WIDTHS)
        words = reader.widget().locator(".bp-norms p").text_content()
    assert "on a scale from 10⁻⁶ to 10:" in words
    for (track, bar), power in zip(rows, powers, strict=True):
        assert bar[0] == pytest.approx(track[0])
        share = bar[1] / track[1]
        assert share == pytest.approx((power + 6) / 7, abs=1e-3)


# ---- the maps of the playground ---------------------------------------------

TALL = {"viewport": {"width": 1280, "height": 1300}}
PLACES, STRONG, CLEAR = 20, 0.3, 12
"""So many places are looked at, all of at least this share of a full colour
and so many pixels from any mark."""

OUTPUTS, SIGNS = ("class 0", "class 1"), ("negative", "positive")
COLOURS = dict(zip(OUTPUTS + SIGNS, ("blue", "orange") * 2, strict=True))

MATRIX = """svg => {
  const { a, d, e, f } = svg.getScreenCTM();
  return [[a, d], [e, f]];
}"""


class Plane:
    """The big map of a playground: where its cells are, and what is there."""

    def __init__(self, reader, playground):
        plane = reader.widget().locator(".bp-plane").first
        self.reader, self.svg = reader, plane.locator("svg")
        self.axes = Axes(self.svg)
        self.scale, self.origin = np.array(self.svg.evaluate(MATRIX))
        self.box = plane.locator("canvas").bounding_box()
        self.layers = layers_of(playground)
        self.points = np.vstack([some.X for some in playground.examples()])

    @property
    def line(self):
        """The corners (n, 2) of the line between the classes, if any."""
        path = self.svg.locator(".bp-border").get_attribute("d")
        return self.axes.numbers(corners_of(path))

    @property
    def cells(self):
        """The places (40, 40, 2) of the cells' middles; the top row first."""
        middle = (np.arange(CELLS) + 0.5) / CELLS
        shares = np.stack(np.meshgrid(middle, middle), axis=-1)
        pixels = (in_box(self.box, shares) - self.origin) / self.scale
        return self.axes.numbers(pixels)

    def on_screen(self, numbers):
        """Places on the axes as pixels of the page."""
        return self.axes.pixels(numbers) * self.scale + self.origin


def in_box(box, shares):
    """The pixels at these shares of a box's width and height."""
    size = np.array([box["width"], box["height"]])
    return shares * size + [box["x"], box["y"]]


def output(layers, X):
    """The probability of class 1 at places (…, 2)."""
    Z = network.forward(layers, X.reshape(-1, 2)).output
    return losses.softmax(Z)[:, 1].reshape(X.shape[:-1])


@pytest.mark.parametrize(
    ("name", "hidden"), [("xor", [4]), ("moons", []), ("spirals", [8, 8])]
)
def test_the_line_lies_where_the_classes_are_even(name, hidden, show):
    playground = TrainingPlayground(data=name, hidden=hidden, update=200)
    with show(playground) as reader:
        settled(reader, playground)
        plane = Plane(reader, playground)
        cells, line, layers = plane.cells, plane.line, plane.layers
    cell = cells[1, 1] - cells[0, 0]
    steps = np.stack(np.meshgrid([-1, 0, 1], [-1, 0, 1]), -1).reshape(-1, 2)
    around = output(layers, line[:, np.newaxis] + steps * cell)
    assert np.all(around.min(axis=1) <= 0.5)
    assert np.all(around.max(axis=1) >= 0.5)
    ways = crossings(cells, output(layers, cells))[:, np.newaxis] - line
    assert np.linalg.norm(ways / cell, axis=2).min(axis=1).max() <= 1


def crossings(cells, p):
    """The places (n, 2) between neighbours of which one is of class 1."""
    found = []
    for axis in (0, 1):
        one = np.moveaxis(cells, axis, 0)
        sides = np.moveaxis(p > 0.5, axis, 0)
        middles = (one[1:] + one[:-1]) / 2
        found.append(middles[sides[1:] != sides[:-1]])
    return np.concatenate(found)


def map_of(layers, unit, X):
    """From -1 to 1: how blue or orange a unit is at places (…, 2)."""
    layer, j = unit
    if layer == len(layers):
        return 2 * output(layers, X) - 1
    A = network.forward(layers, X.reshape(-1, 2)).A[layer][:, j]
    return (A / np.abs(A).max()).reshape(X.shape[:-1])


def clear_cells(plane, values):
    """About 20 cells of a strong colour, off points, line and axes: rows and
    columns."""
    marks = plane.on_screen(np.vstack([plane.points, plane.line]))
    places = plane.on_screen(plane.cells)[1:-1, 1:-1, np.newaxis]
    ways = np.linalg.norm(places - marks, axis=-1)
    free = np.pad(ways.min(axis=-1) > CLEAR, 1)
    rng, found = np.random.default_rng(5), []
    for sign in (-1, 1):
        good = np.argwhere(free & (sign * values > STRONG))
        found.extend(rng.permutation(good)[: PLACES // 2])
    return tuple(np.transpose(found))


def colours_on(reader, pixels):
    """Blue, orange or something else, as the screen has it there."""
    shot = Image.open(io.BytesIO(reader.page.screenshot())).convert("RGB")
    return [colour_of(shot.getpixel((int(x), int(y)))) for x, y in pixels]


def colour_of(pixel):
    hue, saturation, _ = colorsys.rgb_to_hsv(*(part / 255 for part in pixel))
    if saturation > 0.08 and 0.5 < hue < 0.65:
        return "blue"
    if saturation > 0.08 and 0.02 < hue < 0.12:
        return "orange"
    return f"neither: {pixel}"


def assert_map(plane, unit):
    """The big map has numpy's colours, and its caption says these."""
    values = map_of(plane.layers, unit, plane.cells)
    chosen = clear_cells(plane, values)
    kinds = OUTPUTS if unit[0] == len(plane.layers) else SIGNS
    seen = [kinds[int(value > 0)] for value in values[chosen]]
    assert min(map(seen.count, kinds)) >= PLACES // 4
    pixels = plane.on_screen(plane.cells[chosen])
    colours = colours_on(plane.reader, pixels)
    assert colours == [COLOURS[kind] for kind in seen]
    said = {kind: COLOURS[kind] for kind in kinds}
    assert said_colours(plane.reader) == said


def said_colours(reader):
    """What the caption of the big map calls blue and orange."""
    text = reader.widget().locator(".bp-aside").first.text_content()
    pattern = r"(blue|orange)(?: is| where)? (class \d|negative|positive)"
    return {kind: colour for colour, kind in re.findall(pattern, text)}


@pytest.mark.parametrize("name", ["xor", "moons", "spirals"])
def test_the_map_has_the_colours_of_the_output(name, show):
    playground = TrainingPlayground(data=name, update=300)
    with show(playground, **TALL) as reader:
        settled(reader, playground)
        assert_map(Plane(reader, playground), (3, 1))


UNITS = [(l, j) for l, n in enumerate([2, 3, 2, 2]) for j in range(n)]


@pytest.fixture
def plane(show):
    """The map of a playground with these units."""
    playground = TrainingPlayground(hidden=[3, 2], update=300, data="moons")
    with show(playground, **TALL) as reader:
        settled(reader, playground)
        yield Plane(reader, playground)


def box_of(plane, unit):
    """Where the small map of a unit is on the page."""
    at = ",".join(map(str, unit))
    found = plane.reader.widget().locator(f'[data-at="{at}"]')
    return found.bounding_box()


def point_at(plane, unit):
    """Move the mouse to a unit of the network's drawing."""
    x, y = in_box(box_of(plane, unit), np.array([0.5, 0.5]))
    plane.reader.page.mouse.move(x, y)
    plane.reader.wait_until_drawn()


def test_the_map_has_the_colours_of_the_unit_pointed_at(plane):
    for unit in UNITS[:-2]:
        point_at(plane, unit)
        assert_map(plane, unit)


def test_the_map_has_the_colours_of_the_output_pointed_at(plane):
    for unit in UNITS[-2:]:
        point_at(plane, unit)
        assert_map(plane, unit)


def test_the_map_is_that_of_the_output_again(plane):
    point_at(plane, UNITS[2])
    plane.reader.page.mouse.move(5, 5)
    plane.reader.wait_until_drawn()
    assert_map(plane, UNITS[-1])


def test_every_unit_has_its_own_small_map(plane):
    steps = np.arange(4, CELLS - 4, 5)
    grid = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    for unit in UNITS:
        values = map_of(plane.layers, unit, plane.cells)[*grid.T[::-1]]
        strong = np.abs(values) > STRONG
        assert strong.sum() >= PLACES
        shares = (grid[strong] + 0.5) / CELLS
        found = colours_on(plane.reader, in_box(box_of(plane, unit), shares))
        expected = [COLOURS[SIGNS[int(v > 0)]] for v in values[strong]]
        assert found == expected
