"""The emitted JavaScript: current, equal to numpy, and proved by SymPy."""

import random

import house
import mpmath
import numpy as np
import pytest
import sympy as sp
from backprop.numerics import activations, losses, network, neuron
from backprop.symbolic import catalogue, emit, models
from backprop.symbolic.catalogue import a, z
from backprop.widgets.stepper import steps
from javascript import running

SOURCES = house.ROOT / "code/backprop/widgets/generated"
INPUTS = ("w", "b", "x", "y", "eta")
LARGEST = {"w": 1e6, "b": 1e6, "x": 1e3, "y": 1e3}
EXTREMES = [0.0, 1e-300, 1e-16, 1e-8, 0.5, 1, 20, 36, 37, 38]
EXTREMES += [300, 355, 700, 708, 709, 710, 744, 745, 746, 1e3, 1e4, 1e6]
EXTREMES += [-value for value in EXTREMES]
NAMES = [*catalogue.ACTIVATIONS]
PAIRS = [pytest.param(*pair, id="-".join(pair)) for pair in emit.PAIRS]

# Both sides round some twenty times, by 2**-53 each, and take no nearly equal
# numbers from each other but where `magnitude` says so; 1e-12 is what the book
# promises.
TOLERANCE = 1e-12


@pytest.fixture(scope="module")
def script():
    with running(emit.module()) as script:
        yield script


def random_number(rng, largest):
    """0, an extreme, of the order of 1, or of any order up to the largest."""
    kind = rng.randrange(4)
    if kind == 0:
        return rng.choice([0.0, largest, -largest, 1.0, -1.0])
    if kind == 1:
        return rng.gauss(0, 2)
    return rng.choice((-1, 1)) * 10 ** rng.uniform(-12, np.log10(largest))


def any_point(rng):
    """Every input anywhere in the range of the widgets."""
    point = [random_number(rng, LARGEST[name]) for name in INPUTS[:4]]
    return [*point, 10 ** rng.uniform(-12, 12)]


def point_with(rng, pre_activation):
    """A point at which z is exactly this number."""
    x, y = rng.gauss(0, 2), rng.gauss(0, 2)
    return [0.0, pre_activation, x, y, 10 ** rng.uniform(-3, 3)]


def points(seed, loss, count=3000):
    """Points of all kinds; the cross-entropy has its targets in [0, 1]."""
    rng = random.Random(seed)
    found = [point_with(rng, pre) for pre in EXTREMES]
    found += [[0.0, 0.0, *rest] for rest in ([0, 0, 1e-12], [1e3, -1e3, 1e12])]
    for _ in range(count):
        found.append(any_point(rng))
        found.append(point_with(rng, rng.uniform(-40, 40)))
    if loss == "binary_cross_entropy":
        for point in found:
            point[3] = rng.choice([0.0, 1.0, rng.random()])
    return found


def by_numerics(point, activation, loss):
    """The same numbers by ``backprop.numerics``."""
    w, b, x, y, eta = point
    forward = neuron.forward(w, b, x, activation)
    back = neuron.backward(forward, x, y, loss)
    w_new, b_new = neuron.update(w, b, back, eta)
    return vars(back) | {
        "z": forward.z,
        "a": forward.a,
        "L": losses.get(loss)(forward.a, y),
        "w_new": w_new,
        "b_new": b_new,
        "predicted": -eta * (back.dL_dw**2 + back.dL_db**2),
    }


def magnitude(name, point, loss):
    """How large the numbers are of which this one is the difference.

    The cross-entropy subtracts the target from a sigmoid near 1: an error of
    2**-53 that x and eta enlarge.
    """
    w, _, x, _, eta = point
    if loss != "binary_cross_entropy" or name in ("z", "a", "L"):
        return 1.0
    moves = name in ("w_new", "b_new", "predicted")
    return (eta if moves else 1.0) * max(1.0, x**2, abs(w))


def close(found, expected, size=1.0):
    """Equal to twelve digits of the value, or of ``size`` if larger."""
    return abs(found - expected) <= TOLERANCE * max(size, abs(expected))


def test_the_formulas_are_a_fresh_emission():
    written = (SOURCES / "formulas.js").read_text(encoding="utf-8")
    assert written == emit.module()


def test_the_mathml_is_a_fresh_emission():
    written = (SOURCES / "mathml.js").read_text(encoding="utf-8")
    assert written == steps.generated()


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_javascript_equals_numpy(activation, loss, script):
    places = points(1, loss)
    rows = script.rows(f"neurons_{loss}.{activation}", places)
    for point, found in zip(places, rows, strict=True):
        expected = by_numerics(point, activation, loss)
        assert set(found) == {*expected, "curvature"}
        wrong = {
            name: (found[name], value)
            for name, value in expected.items()
            if not close(found[name], value, magnitude(name, point, loss))
        }
        assert wrong == {}, point


@pytest.mark.parametrize("name", NAMES)
def test_an_activation_alone_equals_numpy(name, script):
    rng = random.Random(2)
    places = EXTREMES + [rng.uniform(-50, 50) for _ in range(2000)]
    rows = script.rows(f"activations.{name}", [[place] for place in places])
    f = activations.get(name)
    for place, found in zip(places, rows, strict=True):
        assert close(found["a"], float(f(place))), place
        assert close(found["da_dz"], float(f.prime(place))), place


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_a_small_slope_keeps_its_digits(name, script):
    # An absolute tolerance would not see that 1 - tanh² is 0 beyond 19.
    places = [sign * z for z in range(15, 300, 5) for sign in (-1, 1)]
    rows = script.rows(f"activations.{name}", [[place] for place in places])
    slope = sp.lambdify(z, catalogue.ACTIVATIONS[name].diff(z), "mpmath")
    with mpmath.workdps(400):
        for place, found in zip(places, rows, strict=True):
            expected = slope(mpmath.mpf(place))
            assert abs(found["da_dz"] / expected - 1) < TOLERANCE, place


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_curvature_is_the_second_derivative(activation, loss, script):
    derivation = models.neuron(activation, loss)
    composed = derivation.direct(catalogue.w).diff(catalogue.w)
    names = (catalogue.w, catalogue.b, catalogue.x, catalogue.y)
    second = sp.lambdify(names, composed, "mpmath")
    places = points(3, loss, count=150)
    rows = script.rows(f"neurons_{loss}.{activation}", places)
    for point, found in zip(places, rows, strict=True):
        if abs(found["z"]) > 1e4:  # exp(z) has thousands of digits there
            continue
        with mpmath.workdps(60 + int(abs(found["z"]))):
            expected = second(*map(mpmath.mpf, point[:4]))
        # two terms are added that may cancel: x² times each of them
        size = point[2] ** 2 * (1 + abs(found["dL_da"]))
        assert close(found["curvature"], expected, max(1.0, size)), point


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus"])
def test_curvature_is_a_difference_of_gradients(activation, script):
    rng, step = random.Random(4), 1e-5
    places = [point_with(rng, rng.uniform(-3, 3)) for _ in range(200)]
    name = f"neurons_half_squared_error.{activation}"
    for point, found in zip(places, script.rows(name, places), strict=True):
        right, left = (
            by_numerics([w, *point[1:]], activation, "half_squared_error")
            for w in (step, -step)
        )
        slope = (right["dL_dw"] - left["dL_dw"]) / (2 * step)
        # error of a central difference: step² times a third derivative
        # of the gradient, here below 1e4
        assert slope == pytest.approx(found["curvature"], rel=1e-6, abs=1e-6)


def plain(expression):
    """The expression in functions that SymPy can simplify."""
    expression = expression.replace(emit.log1p, lambda t: sp.log(1 + t))
    expression = expression.replace(emit.expm1, lambda t: sp.exp(t) - 1)
    return expression.rewrite(sp.exp)


def assert_same_function(one, other, variable, sides):
    """Equal derivatives and one equal value: SymPy proves both."""
    real = sp.Symbol("r", real=True)
    gap = plain(one - other).subs(variable, real)
    assert sp.simplify(gap.diff(real)) == 0
    assert all(sp.simplify(gap.subs(real, side)) == 0 for side in sides)


@pytest.mark.parametrize("name", emit.STABLE)
def test_sympy_proves_the_stable_forms(name):
    first, second = emit.STABLE[name].args
    assert first.cond == (z >= 0)
    assert second.cond == sp.true
    for branch in (first.expr, second.expr):
        assert_same_function(branch, catalogue.ACTIVATIONS[name], z, [0])


@pytest.mark.parametrize("name", emit.STABLE_LOSSES)
def test_sympy_proves_the_stable_losses(name):
    stable, expected = emit.STABLE_LOSSES[name], catalogue.LOSSES[name]
    pieces = stable.atoms(sp.Piecewise)
    assert len(pieces) == 1
    piece = pieces.pop()
    assert [case.cond for case in piece.args] == [a >= 0, sp.true]
    for case in piece.args:
        branch = stable.subs(piece, case.expr)
        assert_same_function(branch, expected, a, [0])


@pytest.mark.parametrize("name", [*emit.STABLE])
def test_a_name_is_emitted_in_its_stable_form(name):
    assert emit.stable(name) == emit.STABLE[name]
    assert emit.stable(z**3) == z**3


def network_point(sizes, rng):
    """Random layers, one example and its target."""
    layers = tuple(
        network.Layer(rng.normal(size=(n, m)), rng.normal(size=n), "sigmoid")
        for m, n in zip(sizes, sizes[1:], strict=False)
    )
    return layers, rng.normal(size=(1, sizes[0])), rng.random((1, sizes[-1]))


def network_names(layers, X, Y):
    """The numbers by the names of the symbolic network."""
    found = {}
    for l, layer in enumerate(layers, start=1):
        for j, row in enumerate(layer.W, start=1):
            found[f"b{l}_{j}"] = layer.b[j - 1]
            for k, value in enumerate(row, start=1):
                found[f"w{l}_{j}{k}"] = value
    found |= {f"x_{k}": value for k, value in enumerate(X[0], start=1)}
    return found | {f"y_{k}": v for k, v in enumerate(Y[0], start=1)}


def network_gradients(gradients):
    """The gradients by numpy under the names of the partials."""
    found = {}
    for l, dL_dW in gradients.dL_dW.items():
        for (j, k), value in np.ndenumerate(dL_dW):
            found[f"dL_dw{l}_{j + 1}{k + 1}"] = value
        for j, value in enumerate(gradients.dL_db[l], start=1):
            found[f"dL_db{l}_{j}"] = value
    return found


@pytest.mark.parametrize("sizes", [(1, 1, 1), (2, 2, 2)], ids=str)
def test_a_network_equals_numpy(sizes):
    derivation = models.network(sizes)
    rng = np.random.default_rng(5)
    cases = [network_point(sizes, rng) for _ in range(300)]
    inputs = [str(symbol) for symbol in derivation.inputs]
    places = []
    for case in cases:
        numbers = network_names(*case)
        places.append([float(numbers[name]) for name in inputs])
    with running(emit.derivation_function("net", derivation)) as script:
        rows = script.rows("net", places)
    for (layers, X, Y), found in zip(cases, rows, strict=True):
        cache = network.forward(layers, X)
        loss = network.loss(layers, X, Y, "half_squared_error")
        assert close(found["L"], loss)
        gradients = network.backward(layers, cache, Y, "half_squared_error")
        expected = network_gradients(gradients)
        assert len(expected) == sum(
            n * (m + 1) for m, n in zip(sizes, sizes[1:], strict=False)
        )
        for name, value in expected.items():
            assert close(found[name], value), name


def test_a_line_with_an_unknown_symbol_is_refused():
    u, v = sp.symbols("u v")
    with pytest.raises(ValueError, match=r"lines: s uses \['u'\]"):
        emit.function("f", (v,), {"s": u + v})
    with pytest.raises(ValueError, match=r"lines: s uses \['t'\]"):
        emit.function("f", (v,), {"s": sp.Symbol("t"), "t": v})


def test_a_line_may_use_a_line_before_it():
    v, s = sp.symbols("v s")
    text = emit.function("f", (v,), {"s": v**2, "t": s + 1})
    with running(text) as script:
        assert script.rows("f", [[3]]) == [{"s": 9, "t": 10}]


@pytest.mark.parametrize(
    "expression",
    [
        z**3 - z,
        sp.sin(z) * sp.exp(-(z**2)),
        z / (1 + sp.Abs(z)),
        sp.Max(z, z / 9),
    ],
    ids=str,
)
def test_an_expression_of_the_reader_is_emitted(expression):
    text = emit.activation_function("f", expression)
    real = sp.Symbol("r", real=True)
    expression = expression.subs(z, real)
    slope = sp.lambdify(real, expression.diff(real), "mpmath")
    value = sp.lambdify(real, expression, "mpmath")
    places = [-3.0, -0.7, 0.3, 2.5]
    with running(text) as script:
        rows = script.rows("f", [[place] for place in places])
    for place, found in zip(places, rows, strict=True):
        assert close(found["a"], value(place))
        assert close(found["da_dz"], slope(place))
