"""One neuron: every partial against SymPy and central differences."""

import copy
import re

import numpy as np
import pytest
import sympy
from backprop.numerics import activations, losses, neuron

ROUNDING = 1e-13
"""Relative: a dozen operations, and a cancellation of a - y near a = y."""

DIFFERENCES = 1e-8
"""Absolute, for losses of order 10: rounding eps f / h ~ 1e-9."""

W0, W1, B, X0, X1, Y = sympy.symbols("w0 w1 b x0 x1 y")
EXPRESSIONS = {
    "sigmoid": lambda z: 1 / (1 + sympy.exp(-z)),
    "tanh": sympy.tanh,
    "relu": lambda z: sympy.Piecewise((z, z > 0), (0, True)),
    "leaky_relu": lambda z: sympy.Piecewise((z, z > 0), (z / 100, True)),
    "softplus": lambda z: sympy.log(1 + sympy.exp(z)),
    "identity": lambda z: z,
}
NAMES = list(activations.ACTIVATIONS)
HALF, BCE = "half_squared_error", "binary_cross_entropy"
PAIRS = [(name, HALF) for name in NAMES] + [("identity", BCE)]


def composed(activation, loss):
    """L as one expression of w, b, x and y."""
    a = EXPRESSIONS[activation](W0 * X0 + W1 * X1 + B)
    if loss == HALF:
        return (a - Y) ** 2 / 2
    p = EXPRESSIONS["sigmoid"](a)
    return -Y * sympy.log(p) - (1 - Y) * sympy.log(1 - p)


def points(count=8):
    rng = np.random.default_rng(40)
    for _ in range(count):
        w, x = rng.normal(size=2), rng.normal(size=2)
        yield w, float(rng.normal()), x, float(rng.uniform())


def loss_at(w, b, x, y, activation, loss):
    step = neuron.forward(w, b, x, activation)
    return losses.get(loss)(step.a, y)


def forward_and_backward(w, b, x, y, activation, loss):
    step = neuron.forward(w, b, x, activation)
    return step, neuron.backward(step, x, y, loss)


def same_fields(one, other):
    for a, b in zip(vars(one).values(), vars(other).values(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_backward_against_sympy(activation, loss):
    L = composed(activation, loss)
    by = [sympy.diff(L, symbol) for symbol in (W0, W1, B, X0, X1)]
    derived = sympy.lambdify((W0, W1, B, X0, X1, Y), by, "mpmath")
    for w, b, x, y in points():
        _, back = forward_and_backward(w, b, x, y, activation, loss)
        expected = derived(*w.tolist(), b, *x.tolist(), y)
        found = [*back.dL_dw, back.dL_db, *back.dL_dx]
        np.testing.assert_allclose(
            found, np.array(expected, float), rtol=ROUNDING, atol=ROUNDING
        )


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_backward_against_differences(activation, loss):
    h = 6e-6
    for w, b, x, y in points():
        _, back = forward_and_backward(w, b, x, y, activation, loss)

        def slope(dw, db, dx, at=(w, b, x, y)):
            w, b, x, y = at
            up = loss_at(w + dw, b + db, x + dx, y, activation, loss)
            down = loss_at(w - dw, b - db, x - dx, y, activation, loss)
            return (up - down) / (2 * h)

        units, none = h * np.eye(2), np.zeros(2)
        found = [*back.dL_dw, back.dL_db, *back.dL_dx]
        slopes = [slope(u, 0.0, none) for u in units]
        slopes += [slope(none, h, none)]
        slopes += [slope(none, 0.0, u) for u in units]
        np.testing.assert_allclose(found, slopes, rtol=0, atol=DIFFERENCES)


@pytest.mark.parametrize("activation", NAMES)
def test_the_five_steps(activation):
    w, b, x, y = 0.8, -0.3, 1.7, 0.4
    step, back = forward_and_backward(w, b, x, y, activation, HALF)
    f = activations.get(activation)
    assert step.z == w * x + b
    assert step.a == f(step.z)
    assert back.dL_da == step.a - y
    assert back.da_dz == f.prime(step.z)
    assert back.dL_dz == back.dL_da * back.da_dz
    assert back.dL_dw == back.dL_dz * x
    assert back.dL_db == back.dL_dz
    assert back.dL_dx == back.dL_dz * w
    new = neuron.update(w, b, back, eta=0.25)
    assert new == (w - 0.25 * back.dL_dw, b - 0.25 * back.dL_db)


def test_a_hand_calculation_with_numbers_nobody_has_to_trust():
    step, back = forward_and_backward(2.0, -1.0, 0.5, 1.0, "sigmoid", HALF)
    assert (step.z, step.a) == (0.0, 0.5)
    assert (back.dL_da, back.da_dz, back.dL_dz) == (-0.5, 0.25, -0.125)
    assert (back.dL_dw, back.dL_db, back.dL_dx) == (-0.0625, -0.125, -0.25)
    assert neuron.update(2.0, -1.0, back, 8.0) == (2.5, 0.0)


def test_a_number_is_a_vector_of_one():
    one = forward_and_backward(0.5, 0.1, 2.0, 0.3, "tanh", HALF)
    many = forward_and_backward([0.5], 0.1, [2.0], 0.3, "tanh", HALF)
    assert one[0].a == many[0].a
    assert one[1].dL_dw == many[1].dL_dw[0]
    assert isinstance(one[1].dL_dw, float)
    assert many[1].dL_dw.shape == many[1].dL_dx.shape == (1,)


def test_integers_and_lists_are_taken():
    step = neuron.forward([1, 2], 0, [3, 4], "identity")
    assert step.z == 11.0
    assert isinstance(step.z, float)
    assert isinstance(step.a, float)


def test_inputs_stay_as_they_are_and_backward_can_be_called_twice():
    w, x = np.array([0.5, -0.25]), np.array([1.0, 2.0])
    kept = w.copy(), x.copy()
    step = neuron.forward(w, 0.5, x, "sigmoid")
    before = copy.deepcopy(step)
    first = neuron.backward(step, x, 0.25, HALF)
    second = neuron.backward(step, x, 0.25, HALF)
    neuron.update(w, 0.5, first, 0.5)
    same_fields(first, second)
    same_fields(before, step)
    np.testing.assert_array_equal((w, x), kept)


def test_a_small_step_lowers_the_loss():
    for w, b, x, y in points():
        _, back = forward_and_backward(w, b, x, y, "sigmoid", HALF)
        new = neuron.update(w, b, back, 0.1)
        assert loss_at(*new, x, y, "sigmoid", HALF) < loss_at(
            w, b, x, y, "sigmoid", HALF
        )


@pytest.mark.parametrize("z", [1000.0, -1000.0])
def test_saturation_is_no_error(z):
    step, back = forward_and_backward(z, 0.0, 1.0, 0.5, "sigmoid", HALF)
    assert step.a == (z > 0)
    assert back.dL_dw == 0.0


# ---- errors ---------------------------------------------------------------

GOOD = {"w": [1.0, 2.0], "b": 0.5, "x": [1.0, -1.0], "activation": "tanh"}


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("x", [1.0], "x: found 1 entries, expected 2"),
        ("x", 1.0, "x: found shape (), expected a vector"),
        ("x", [[1.0, 2.0]], "x: found shape (1, 2), expected a vector"),
        ("w", [[1.0, 2.0]], "w: found shape (1, 2), expected a vector"),
        ("w", 1.0, "x: found shape (2,), expected one number"),
        ("b", [0.5], "b: found shape (1,), expected one number"),
        ("w", [1.0, np.nan], "w: found nan at index (1,), expected finite"),
        ("x", [np.inf, 1.0], "x: found inf at index (0,), expected finite"),
        ("b", np.nan, "b: found nan, expected a finite number"),
        ("b", True, "b: found True, expected a number"),
        ("b", "1", "b: found '1', expected a number"),
        ("b", np.array(True), "b: found True, expected a number"),
        (
            "b",
            np.array("1"),
            "b: found array('1', dtype='<U1'), expected real",
        ),
        ("b", 1j, "b: found 1j, expected a number"),
        ("w", ["a", "b"], "w: found dtype <U1, expected real numbers"),
        ("w", [1j, 2j], "w: found dtype complex128, expected real"),
        ("w", ["1", "2"], "w: found dtype <U1, expected real numbers"),
        ("activation", "sigmod", "activation: found 'sigmod', expected one"),
        ("activation", None, "activation: found None, expected one of"),
    ],
)
def test_forward_refuses(name, value, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        neuron.forward(**{**GOOD, name: value})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0], 0.5, HALF), "x: found 1 entries, expected 2"),
        ((1.0, 0.5, HALF), "x: found shape (), expected a vector"),
        (([1.0, np.nan], 0.5, HALF), "x: found nan at index (1,)"),
        (([1.0, 1.0], [0.5], HALF), "y: found shape (1,), expected one"),
        (([1.0, 1.0], np.inf, HALF), "y: found inf, expected a finite"),
        (([1.0, 1.0], 0.5, "mse"), "loss: found 'mse', expected one of"),
        (([1.0, 1.0], 2.0, BCE), "binary_cross_entropy takes logits"),
    ],
)
def test_backward_refuses(arguments, message):
    step = neuron.forward(**GOOD)
    with pytest.raises(ValueError, match=re.escape(message)):
        neuron.backward(step, *arguments)


def test_targets_must_suit_the_loss():
    step = neuron.forward(1.0, 0.0, 1.0, "identity")
    with pytest.raises(ValueError, match=r"Y: .*outside \[0, 1\]"):
        neuron.backward(step, 1.0, 2.0, BCE)


@pytest.mark.parametrize(
    ("eta", "message"),
    [
        (0, "eta: found 0.0, expected a finite positive number"),
        (-0.5, "eta: found -0.5, expected a finite positive number"),
        (np.nan, "eta: found nan, expected a finite number"),
        (np.inf, "eta: found inf, expected a finite number"),
        (True, "eta: found True, expected a number"),
        (np.bool_(True), "eta: found np.True_, expected a number"),
        ("0.5", "eta: found '0.5', expected a number"),
        (None, "eta: found None, expected a number"),
        ([0.5], "eta: found shape (1,), expected one number"),
        (np.array([0.5]), "eta: found shape (1,), expected one number"),
        pytest.param(10**400, "eta: found a number too large", id="huge"),
    ],
)
def test_update_refuses_eta(eta, message):
    _, back = forward_and_backward(1.0, 0.0, 1.0, 0.5, "tanh", HALF)
    with pytest.raises(ValueError, match=re.escape(message)):
        neuron.update(1.0, 0.0, back, eta)


def test_update_refuses_other_shapes():
    _, back = forward_and_backward(1.0, 0.0, 1.0, 0.5, "tanh", HALF)
    with pytest.raises(ValueError, match="w: found shape"):
        neuron.update([1.0], 0.0, back, 0.1)
