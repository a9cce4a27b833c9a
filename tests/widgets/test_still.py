"""The still pictures: drawn from the same state, and never a failure."""

from urllib.parse import unquote

import numpy as np
import pytest
import sympy as sp
from backprop import plotting, widgets
from backprop.symbolic import z
from backprop.widgets.core import stills
from bs4 import BeautifulSoup
from matplotlib import pyplot as plt

CLASSES = [
    getattr(widgets, name) for name in widgets.__all__ if name != "link"
]
every_class = pytest.mark.parametrize("cls", CLASSES)
SIZE = 40_000  # bytes of a picture of an ordinary state
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
def test_the_picture_is_small_and_always_the_same(cls):
    image, svg = picture(cls())
    assert len(image["src"]) < SIZE
    plt.rcParams["font.size"] = 30  # what a reader set before
    assert picture(cls()) == (image, svg)


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


@every_class
def test_where_nothing_has_a_value_the_words_say_so(cls):
    widget = cls(activation=sp.log(z))
    for name in ("z", "w", "start"):
        if widget.has_trait(name):
            setattr(widget, name, -5.0)
    assert "no value" in widget.still_words()


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
