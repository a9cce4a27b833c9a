"""The still pictures: drawn from the same state, and never a failure."""

import random
import re
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy as sp
from backprop import plotting, widgets
from backprop.symbolic import catalogue, z
from backprop.widgets.core import stills
from backprop.widgets.core.neuron import NeuronWidget
from backprop.widgets.core.numbers import Number
from bs4 import BeautifulSoup
from matplotlib import pyplot as plt
from matplotlib.text import Text

CLASSES = [
    getattr(widgets, name) for name in widgets.__all__ if name != "link"
]
NEURONS = [cls for cls in CLASSES if issubclass(cls, NeuronWidget)]
every_class = pytest.mark.parametrize("cls", CLASSES)
every_neuron = pytest.mark.parametrize("cls", NEURONS)
HARD = [1 / z, sp.log(z), sp.sqrt(z), z**3, sp.exp(z), sp.tan(z)]
HARD += [1 / (z - sp.Rational(1, 2)) ** 2, sp.Max(z, z / 9)]
SIZE = 40_000  # bytes of a picture of an ordinary state
LARGEST = 70_000  # of any: more and longer numbers, wilder contours
BETWEEN = 0.02  # contours lie 0.14 apart, and the grid is 0.11 wide
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def style():
    """As the base class draws them, and pyplot is left alone."""
    before = plt.get_fignums()
    with plotting.in_style(), np.errstate(all="ignore"):
        yield
    assert plt.get_fignums() == before


def picture(widget):
    """The image element of the page, and the SVG in its address."""
    soup = BeautifulSoup(widget.page_html(), "html.parser")
    (image,) = soup.select(".bp-fallback > img.bp-still")
    kind, _, text = image["src"].partition(",")
    assert kind == "data:image/svg+xml"
    return image, unquote(text)


def lines(widget):
    """Every line of every axes, as arrays of points."""
    return [
        [line.get_xydata() for line in ax.lines] for ax in widget.still().axes
    ]


def words_of(ax):
    return [text.get_text() for text in ax.texts]


@every_class
def test_the_picture_stands_above_the_table(cls):
    widget = cls()
    image, svg = picture(widget)
    assert image["alt"] == widget.still_words()
    assert image.find_next_sibling().name == "table"
    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    assert len([*root.iter(f"{SVG}path")]) > 10


@every_class
def test_the_picture_is_small_and_always_the_same(cls):
    texts = [cls().page_html() for _ in range(2)]
    assert texts[0] == texts[1]
    image, _ = picture(cls())
    assert len(image["src"]) < SIZE
    plt.rcParams["font.size"] = 30  # what a reader set before
    assert cls().page_html() == texts[0]


@every_class
def test_only_a_page_draws_it(cls, monkeypatch):
    def fail(self):
        raise AssertionError("drawn")

    monkeypatch.setattr(cls, "still", fail)
    widget = cls()
    widget.exact = True
    widget.page_state()
    with pytest.raises(AssertionError, match="drawn"):
        widget.page_html()


@pytest.mark.parametrize("at", [-3.0, 0.9, 40.0])
def test_the_explorer_draws_its_run(at):
    widget = widgets.ActivationExplorer(activation="tanh", z=at)
    run = widget.run()
    ((curve, tangent, point),) = lines(widget)
    np.testing.assert_allclose(curve[:, 1], np.tanh(curve[:, 0]))
    assert curve[0, 0] < at < curve[-1, 0]
    assert point.tolist() == [[at, run["a"]]]
    slope = np.diff(tangent[:, 1]) / np.diff(tangent[:, 0])
    assert slope == pytest.approx(run["da_dz"], abs=1e-12)
    assert f"{run['a']:.6g}" in widget.still_words()


@pytest.mark.parametrize("until", ["L", "dL_db", "L_new"])
def test_the_stepper_draws_its_run(until):
    widget = widgets.Stepper(until=until, w=1.25, eta=0.75)
    run = widget.run()
    (ax,) = widget.still().axes
    shown = words_of(ax)
    values = [widget.x, widget.w, widget.b, widget.y, run["z"], run["a"]]
    for value in [*values, run["L"]]:
        assert f"{value:.4g}" in shown
    back = [f"{run[f'dL_d{name}']:.4g}" for name in "wbza"]
    back.append(f"$f'(z) = {run['da_dz']:.4g}$")
    assert all((one in shown) == (until != "L") for one in back)
    note = [one for one in shown if "eta" in one]
    assert len(note) == (until == "L_new")
    for name in "wbL" if note else "":
        assert f"new ${name} = {run[f'{name}_new']:.4g}$" in note[0]
    _, rows = widget.steps_table()
    for _, name, value, _ in rows:
        assert f"{name} = {float(value):.6g}" in widget.still_words()


@pytest.mark.parametrize("eta", [0.1, 0.3, 0.85, 1.2])
def test_the_learning_rate_explorer_draws_its_run(eta):
    widget = widgets.LearningRateExplorer(eta=eta, steps=20)
    run = widget.run()
    (curve, iterates, start), (falling,) = lines(widget)
    w = curve[:, 0]
    expected = (1.5 * w - 0.3 - 0.2) ** 2 / 2
    inside = np.isfinite(curve[:, 1])
    np.testing.assert_allclose(curve[inside, 1], expected[inside])
    assert inside.all()
    assert start.tolist() == [[*run[0]]]
    places = [[*step] for step in run]
    assert all(point in places for point in iterates.tolist())
    assert len(iterates) >= 2
    np.testing.assert_array_equal(falling[:, 0], range(21))
    np.testing.assert_array_equal(falling[:, 1], [L for _, L in run])
    assert f"w = {run[-1][0]:.6g} with the loss" in widget.still_words()


def test_the_loss_surface_draws_its_run():
    widget = widgets.LossSurface(activation="tanh", x=0.7, y=0.1, eta=0.9)
    run = widget.run()
    (ax,) = widget.still().axes
    path, start = (line.get_xydata() for line in ax.lines)
    np.testing.assert_array_equal(path, [step[:2] for step in run])
    assert start.tolist() == [[*run[0][:2]]]
    (contours,) = ax.collections
    for level, each in zip(contours.levels, contours.get_paths(), strict=True):
        assert len(each.vertices)
        w, b = each.vertices.T
        error = np.abs(np.tanh(0.7 * w + b) - 0.1)
        assert error == pytest.approx(np.sqrt(2 * level), abs=BETWEEN)
    assert f"{run[-1][2]:.6g}" in widget.still_words()


def test_a_path_ends_outside_the_picture():
    widget = widgets.LossSurface(eta=1e3)
    (ax,) = widget.still().axes
    path = ax.lines[0].get_xydata()
    assert len(path) == 2
    assert not np.all(np.abs(path[-1]) <= 4)
    assert "the next diverges" in widget.still_words()


CHANGES = {
    "ActivationExplorer": {"z": 1.8},
    "Stepper": {"eta": 1.0},
    "LearningRateExplorer": {"eta": 0.6},
    "LossSurface": {"eta": 0.6},
    "NetworkStepper": {"x": (0.9, 1.0)},
    "ShapeExplorer": {"m": 3},
    "TrainingPlayground": {"update": 20},
}


@every_class
def test_a_picture_follows_its_widget(cls):
    widget = cls()
    image, before = picture(widget)
    for name, value in CHANGES[cls.__name__].items():
        setattr(widget, name, value)
    now, after = picture(widget)
    assert after != before
    assert now["alt"] != image["alt"]


def extreme(cls, rng):
    """A widget in a state that may be far out."""
    widget = cls()
    if cls in NEURONS:
        widget.activation = rng.choice([*catalogue.ACTIVATIONS, *HARD])
    for name, trait in widget.traits().items():
        if isinstance(trait, Number):
            ends = [trait.low, trait.high, max(trait.low, 0.0), trait.high / 7]
            near = max(trait.low, rng.uniform(-4, 4))
            setattr(widget, name, rng.choice([*ends, near, near]))
    if widget.has_trait("until"):
        widget.until = rng.choice(["L", "dL_db", "L_new"])
    return widget


@pytest.mark.parametrize("seed", range(25))
@every_class
def test_no_state_is_without_a_picture(cls, seed):
    widget = extreme(cls, random.Random(seed))
    image, svg = picture(widget)
    ElementTree.fromstring(svg)
    assert len(image["src"]) < LARGEST
    drawn = [text.get_text() for text in widget.still().findobj(Text)]
    for text in (svg, image["alt"], *drawn):
        assert not re.search(r"\b(nan|inf)\b", text.lower()), text
    for x, y in re.findall(r'<use [^>]*x="([^"]*)" y="([^"]*)"', svg):
        assert max(abs(float(x)), abs(float(y))) < 1000


@every_neuron
def test_where_nothing_has_a_value_the_picture_says_so(cls):
    widget = cls(activation=sp.log(z))
    for name in ("z", "w", "start"):
        if widget.has_trait(name):
            setattr(widget, name, -5.0)
    image, _ = picture(widget)
    assert "no value" in image["alt"]


# ---- how much of a curve is shown -------------------------------------------


def test_all_of_a_calm_curve_is_in_sight():
    for values in (np.linspace(-2, 5, 50), np.linspace(0, 2, 50) ** 2):
        low, high = stills.limits(values)
        assert low < values.min()
        assert high > values.max()


def test_a_pole_does_not_flatten_the_rest():
    places = np.linspace(-8, 8, 161)
    with np.errstate(divide="ignore"):
        values = stills.sampled(lambda z: 1 / z, places)
    low, high = stills.limits(values, 4.0)
    assert -5 < low < -0.1
    assert 4.0 < high < 5
    broken = stills.unbroken(values, low, high)
    assert np.isnan(broken).sum() >= 1
    np.testing.assert_array_equal(broken[:40], values[:40])


@pytest.mark.parametrize("value", [0.0, 3.0, -1e90])
def test_a_flat_curve_has_room(value):
    low, high = stills.limits(np.full(5, value))
    assert low < value < high


def test_what_is_far_is_not_drawn():
    places = np.array([1.0, 2.0, 3.0])
    values = stills.sampled(lambda _: [1.0, np.inf, -1e120], places)
    np.testing.assert_array_equal(values, [1.0, np.nan, np.nan])
    assert stills.limits(np.full(3, np.nan)) == (-1.0, 1.0)
