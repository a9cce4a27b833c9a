"""What the widgets say of a run, held against the theory of chapter 3."""

import pytest
import sympy as sp
import widget_page
from backprop.symbolic import z
from backprop.widgets import LearningRateExplorer, LossSurface

pytestmark = pytest.mark.site

# The learning rate in units of 1/L'', and what a parabola then does.
REGIMES = [
    (0.05, "crawls"),
    (0.09, "crawls"),
    (0.2, "converges from one side"),
    (0.5, "converges from one side"),
    (0.89, "converges from one side"),
    (1.0, "arrives at the minimum in one update"),
    (1.1, "oscillates and converges"),
    (1.9, "oscillates and converges"),
    (1.99, "oscillates and converges"),
    (2.0, "jumps between two points"),
    (2.01, "diverges: from update 1 on"),
    (3.0, "diverges: from update 1 on"),
    (1e6, "diverges: beyond all bounds"),
]
INPUTS = (1.0, 1.5, -2.0)
CASES = [(x, *regime) for x in INPUTS for regime in REGIMES]
LIMIT = "the limit here is η < "
AT_LIMIT = "this η is the limit itself"
UNDECIDED = "the curvature alone does not decide"


@pytest.fixture(scope="module")
def said(browser, tmp_path_factory):
    """Return a function that shows widgets and gives their words."""

    def words(parts):
        folder = tmp_path_factory.mktemp("words")
        path = widget_page.write(folder, parts)
        with widget_page.reading(browser, path.as_uri()) as reader:
            reader.check()
            return [reader.live(index) for index in range(len(parts))]

    return words


def test_the_regimes_of_a_parabola(said):
    parts = [
        LearningRateExplorer(activation="identity", x=x, eta=share / x**2)
        for x, share, _ in CASES
    ]
    for (x, share, expected), words in zip(CASES, said(parts), strict=True):
        assert expected in words, (x, share, words)
        assert (AT_LIMIT if share == 2.0 else LIMIT) in words, words
        assert (AT_LIMIT in words) == (share == 2.0)
        assert UNDECIDED not in words  # the curvature of a parabola does


def test_a_start_without_a_loss_does_not_diverge(said):
    part = LearningRateExplorer(activation=sp.log(z), start=-1.0, x=1.0, b=0)
    (words,) = said([part])
    assert "no value: there is no loss at the start" in words
    assert "diverges" not in words


def test_the_limit_of_a_smooth_neuron_is_named_and_not_contradicted(said):
    parts, limits = [], []
    for name in ("sigmoid", "tanh", "softplus"):
        part = LearningRateExplorer(activation=name)
        limits.append(part.limit)
        part.eta = part.limit
        below = LearningRateExplorer(activation=name, eta=0.9 * part.limit)
        above = LearningRateExplorer(activation=name, eta=1.1 * part.limit)
        parts += [below, part, above]
    found = said(parts)
    for i in range(3):
        below, at, above = found[3 * i : 3 * i + 3]
        assert f"{LIMIT}{limits[i]:.4g}" in below
        assert AT_LIMIT in at
        assert UNDECIDED in at
        assert LIMIT not in at
        assert "converges" not in above, above


def test_a_run_that_throws_the_weight_onto_the_shelf_says_so(said):
    parts = [
        LearningRateExplorer(activation="sigmoid", eta=eta)
        for eta in (60.0, 90.0)
    ]
    for words in said(parts):
        assert "stuck on a plateau" in words, words


def test_a_dead_stretch_is_one_valley_at_its_edge(browser, tmp_path):
    part = LossSurface(activation="relu", x=1.5, y=0.0)
    path = widget_page.write(tmp_path, [part])
    with widget_page.reading(browser, path.as_uri()) as reader:
        line = reader.widget().locator(".bp-valley").get_attribute("d")
        ground = reader.widget().locator(".bp-low").first
        box = [
            float(ground.get_attribute(side))
            for side in ("x", "y", "width", "height")
        ]
    (x0, y0), (x1, y1) = (
        map(float, point.split(",")) for point in line[1:].split("L")
    )
    # z = 0 goes through w = b = 0, the middle of the picture
    assert (x0 + x1) / 2 == pytest.approx(box[0] + box[2] / 2, abs=0.1)
    assert (y0 + y1) / 2 == pytest.approx(box[1] + box[3] / 2, abs=0.1)


def test_a_dead_stretch_in_words(said):
    parts = [
        LossSurface(activation="relu", y=0.0, w=1.0, b=0.5),
        LossSurface(activation="relu", y=0.0, w=-1.0, b=-0.5),
    ]
    alive, dead = said(parts)
    assert "no η is too large" in alive, alive
    assert "The start is at the bottom: nothing moves." in dead, dead


@pytest.mark.parametrize("x", INPUTS)
def test_the_surface_names_the_limit_of_both_parameters(x, said):
    shares = (0.99, 1.01)
    limit = 2 / (x * x + 1)
    parts = [
        LossSurface(activation="identity", x=x, eta=share * limit, steps=200)
        for share in shares
    ]
    below, above = said(parts)
    for words, side in ((below, "below"), (above, "above")):
        assert f"η < {limit:.4g}; this η is {side} it" in words, words
    assert "diverges" not in below
    assert "diverges" in above
