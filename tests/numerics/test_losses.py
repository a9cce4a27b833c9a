"""Each loss and its gradient, side by side, against other witnesses.

The definitions below are the plain ones, with their logarithms of
probabilities; SymPy differentiates them and mpmath evaluates them. The
package computes them in another, stable form.
"""

import math
import re

import mpmath
import numpy as np
import pytest
import sympy
from backprop.numerics import activations, losses, network, neuron

EPS = np.finfo(np.float64).eps

ROUNDING = 16 * EPS
"""A few operations, relative to the largest number that takes part."""

DIFFERENCES = 1e-8
"""Absolute, for losses of order 10: rounding eps f / h ~ 1e-9."""

DIGITS = 1000
"""Working digits: 1 - σ(1000) needs 435 of them before any is left."""

NAMES = list(losses.LOSSES)
HALF, BCE, SOFTMAX = NAMES


def half_squared(A, Y):
    return sum((a - y) ** 2 for a, y in zip(A, Y, strict=True)) / 2


def binary(Z, Y):
    total = 0
    for z, y in zip(Z, Y, strict=True):
        p = 1 / (1 + sympy.exp(-z))
        total -= y * sympy.log(p) + (1 - y) * sympy.log(1 - p)
    return total


def softmax(Z, Y):
    total = sum(sympy.exp(z) for z in Z)
    return -sum(
        y * sympy.log(sympy.exp(z) / total)
        for z, y in zip(Z, Y, strict=True)
    )  # fmt: skip


DEFINITIONS = {HALF: half_squared, BCE: binary, SOFTMAX: softmax}


def exact(name, A, Y):
    """Value and gradient, the mean over rows of the definition above."""
    m, n = A.shape
    a, y = sympy.symbols(f"a:{n}"), sympy.symbols(f"y:{n}")
    row = DEFINITIONS[name](a, y)
    outputs = [row, *(sympy.diff(row, symbol) for symbol in a)]
    function = sympy.lambdify([*a, *y], outputs, "mpmath")
    with mpmath.workdps(DIGITS):
        found = [
            function(*map(mpmath.mpf, map(float, [*A[i], *Y[i]])))
            for i in range(m)
        ]
        value = sum(mpmath.mpf(f[0]) for f in found) / m
        gradient = [[float(mpmath.mpf(g) / m) for g in f[1:]] for f in found]
        return float(value), np.array(gradient)


def targets(name, rng, m, n):
    """Targets that the loss has a meaning for."""
    Y = rng.uniform(0, 1, (m, n))
    if name == SOFTMAX:
        Y /= Y.sum(axis=1, keepdims=True)
    return Y if name != HALF else 6 * Y - 3


def test_every_loss_is_defined_here():
    assert set(DEFINITIONS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(1, 1), (1, 3), (4, 1), (3, 2), (5, 4)])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 30.0])
def test_value_and_gradient_against_sympy(name, shape, scale):
    rng = np.random.default_rng(30)
    A, Y = scale * rng.normal(size=shape), targets(name, rng, *shape)
    loss = losses.get(name)
    value, gradient = exact(name, A, Y)
    largest = max(1.0, np.abs(A).max())
    np.testing.assert_allclose(
        loss.value(A, Y), value, rtol=ROUNDING, atol=ROUNDING * largest
    )
    np.testing.assert_allclose(
        loss.gradient(A, Y), gradient, rtol=ROUNDING, atol=ROUNDING
    )


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("m", [1, 4])
def test_gradient_against_differences(name, m):
    rng = np.random.default_rng(31)
    A, Y = rng.normal(size=(m, 3)), targets(name, rng, m, 3)
    loss, h = losses.get(name), 6e-6
    slopes = np.zeros_like(A)
    for index in np.ndindex(A.shape):
        step = np.zeros_like(A)
        step[index] = h
        up, down = loss.value(A + step, Y), loss.value(A - step, Y)
        slopes[index] = (up - down) / (2 * h)
    np.testing.assert_allclose(
        loss.gradient(A, Y), slopes, rtol=0, atol=DIFFERENCES
    )


def test_half_squared_error_has_one_over_two_m():
    A, Y = np.array([[3.0, 1.0], [0.0, 2.0]]), np.zeros((2, 2))
    assert losses.half_squared_error(A, Y) == (9 + 1 + 0 + 4) / (2 * 2)
    gradient = losses.half_squared_error_gradient(A, Y)
    np.testing.assert_array_equal(gradient, A / 2)


@pytest.mark.parametrize("name", NAMES)
def test_mean_over_examples_sum_over_outputs(name):
    rng = np.random.default_rng(32)
    A, Y = rng.normal(size=(5, 3)), targets(name, rng, 5, 3)
    loss = losses.get(name)
    singles = [loss.value(A[i : i + 1], Y[i : i + 1]) for i in range(5)]
    assert loss.value(A, Y) == pytest.approx(np.mean(singles), rel=ROUNDING)
    each = [loss.gradient(A[i : i + 1], Y[i : i + 1]) / 5 for i in range(5)]
    np.testing.assert_allclose(
        loss.gradient(A, Y), np.vstack(each), rtol=ROUNDING, atol=ROUNDING
    )
    if name != SOFTMAX:
        by_output = [loss.value(A[:, [k]], Y[:, [k]]) for k in range(3)]
        assert loss.value(A, Y) == pytest.approx(sum(by_output), rel=ROUNDING)


@pytest.mark.parametrize("name", [HALF, BCE])
def test_a_number_is_one_example_with_one_output(name):
    loss, a, y = losses.get(name), 0.3, 0.8
    one = np.array([[a]]), np.array([[y]])
    assert loss.value(a, y) == loss.value(*one)
    assert loss.gradient(a, y) == loss.gradient(*one)[0, 0]
    assert isinstance(loss(a, y), float)


@pytest.mark.parametrize("z", [1000.0, -1000.0, 745.0, -745.0, 37.0, -37.0])
@pytest.mark.parametrize("y", [0.0, 0.5, 1.0])
def test_binary_cross_entropy_of_extreme_logits(z, y):
    Z, Y = np.array([[z]]), np.array([[y]])
    value, gradient = exact(BCE, Z, Y)
    found = losses.binary_cross_entropy(Z, Y)
    assert found == pytest.approx(value, rel=ROUNDING, abs=ROUNDING * abs(z))
    np.testing.assert_allclose(
        losses.binary_cross_entropy_gradient(Z, Y), gradient, atol=ROUNDING
    )


def test_binary_cross_entropy_is_log_2_at_zero_and_z_where_it_is_wrong():
    assert losses.binary_cross_entropy(0.0, 0.0) == np.log(2)
    assert losses.binary_cross_entropy(1000.0, 0.0) == 1000.0
    assert losses.binary_cross_entropy(-1000.0, 1.0) == 1000.0
    assert losses.binary_cross_entropy(1000.0, 1.0) == 0.0


def test_softmax_survives_extreme_logits():
    Z = np.array([[1000.0, -1000.0, 0.0], [-1000.0, -1000.0, -1000.0]])
    Y = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    p = losses.softmax(Z)
    np.testing.assert_allclose(p, [[1, 0, 0], [1 / 3] * 3], rtol=ROUNDING)
    found = losses.softmax_cross_entropy(Z, Y)
    assert found == pytest.approx((2000 + np.log(3)) / 2, rel=ROUNDING)


def test_softmax_rows_are_distributions_that_a_shift_does_not_move():
    Z = np.random.default_rng(33).normal(size=(6, 4))
    p = losses.softmax(Z)
    np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=ROUNDING)
    np.testing.assert_allclose(losses.softmax(Z + 50.0), p, rtol=100 * EPS)


def test_softmax_jacobian_gives_p_minus_y():
    rng = np.random.default_rng(34)
    z, y = rng.normal(size=4), rng.dirichlet(np.ones(4))
    symbols = sympy.symbols("z:4")
    total = sum(map(sympy.exp, symbols))
    S = sympy.Matrix([sympy.exp(s) / total for s in symbols])
    at = dict(zip(symbols, z.tolist(), strict=True))
    derived = np.array(S.jacobian(symbols).subs(at).evalf(30), dtype=float)
    p = losses.softmax(z[np.newaxis])[0]
    jacobian = np.diag(p) - np.outer(p, p)
    np.testing.assert_allclose(jacobian, derived, rtol=0, atol=ROUNDING)
    chained = jacobian @ (-y / p)
    np.testing.assert_allclose(chained, p - y, rtol=0, atol=ROUNDING)
    gradient = losses.softmax_cross_entropy_gradient(z[None], y[None])
    np.testing.assert_allclose(gradient[0], p - y, rtol=0, atol=ROUNDING)


def test_softmax_derivative_entry_by_entry_is_wrong():
    z, y = np.array([[1.0, -1.0, 0.5]]), np.array([[0.2, 0.5, 0.3]])
    p = losses.softmax(z)
    gradient = losses.softmax_cross_entropy_gradient(z, y)
    by_entry = -y / p * p * (1 - p)
    assert np.abs(gradient - by_entry).max() > 0.1


@pytest.mark.parametrize("name", NAMES)
def test_the_optimum_has_gradient_zero(name):
    A = np.array([[0.25, 0.5], [-1.0, 2.0]])
    Y = A
    if name == BCE:
        Y = activations.sigmoid(A)
    elif name == SOFTMAX:
        Y = losses.softmax(A)
    np.testing.assert_array_equal(losses.get(name).gradient(A, Y), 0.0)


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_not_changed(name):
    rng = np.random.default_rng(35)
    A, Y = rng.normal(size=(2, 3)), targets(name, rng, 2, 3)
    kept = A.copy(), Y.copy()
    losses.get(name).value(A, Y)
    losses.get(name).gradient(A, Y)
    np.testing.assert_array_equal((A, Y), kept)


# ---- errors ---------------------------------------------------------------


@pytest.mark.parametrize("name", [BCE, SOFTMAX])
@pytest.mark.parametrize("bad", [-0.1, 1.1])
def test_targets_outside_0_and_1_are_refused(name, bad):
    A, Y = np.zeros((1, 2)), np.array([[bad, 1 - bad]])
    with pytest.raises(ValueError, match=r"Y: found .* expected probab"):
        losses.get(name)(A, Y)


@pytest.mark.parametrize("row", [[0.5, 0.4], [1.0, 1.0], [0.0, 0.0]])
def test_rows_must_sum_to_1_for_softmax(row):
    with pytest.raises(ValueError, match=r"Y: .*do not sum to 1, expected"):
        losses.get(SOFTMAX)(np.zeros((2, 2)), np.array([[0.5, 0.5], row]))


def test_softmax_refuses_a_single_number():
    with pytest.raises(ValueError, match=r"expected a matrix \(rows"):
        losses.get(SOFTMAX)(0.5, 1.0)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(2, 1), (1, 2), (3, 2), (2, 3)])
def test_shapes_are_not_broadcast(name, shape):
    Y = np.full(shape, 1 / shape[1])
    expected = f"Y: found shape {shape}, expected (2, 2), the shape of"
    with pytest.raises(ValueError, match=re.escape(expected)):
        losses.get(name)(np.zeros((2, 2)), Y)


@pytest.mark.parametrize("name", NAMES)
def test_one_dimensional_outputs_are_refused(name):
    with pytest.raises(ValueError, match=r"A: .*\(2,\).*np.newaxis"):
        losses.get(name)(np.zeros(2), np.array([0.5, 0.5]))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_infinite_outputs_are_refused(bad):
    with pytest.raises(ValueError, match="A: found .*expected.* finite"):
        losses.get(HALF)(np.array([[bad]]), np.array([[0.0]]))
    with pytest.raises(ValueError, match="Y: found .*expected.* finite"):
        losses.get(HALF)(0.0, bad)


@pytest.mark.parametrize("name", [BCE, SOFTMAX])
@pytest.mark.parametrize("last", ["sigmoid", "tanh", "relu", "softplus"])
def test_the_last_non_linearity_is_not_applied_twice(name, last):
    layers = (network.Layer([[1.0], [1.0]], [0.0, 0.0], last),)
    X, Y = np.ones((1, 1)), np.array([[0.5, 0.5]])
    with pytest.raises(ValueError, match=f"{name} takes logits.*{last}.*ide"):
        network.loss(layers, X, Y, name)
    with pytest.raises(ValueError, match=f"{name} takes logits.*{last}.*ide"):
        network.backward(layers, network.forward(layers, X), Y, name)
    step = neuron.forward(1.0, 0.0, 1.0, last)
    with pytest.raises(ValueError, match=f"{name} takes logits.*{last}.*ide"):
        neuron.backward(step, 1.0, 0.5, name)


@pytest.mark.parametrize("unknown", ["mse", "", None, 3, ["hse"]])
def test_get_names_what_it_knows(unknown):
    with pytest.raises(ValueError, match="loss: found .*half_squared_error,"):
        losses.get(unknown)


def test_get_takes_a_name_or_the_object():
    found = losses.get(BCE)
    assert losses.get(found) is found
    assert repr(found) == f"Loss('{BCE}')"


@pytest.mark.parametrize("z", [20.0, 30.0, 36.0, 100.0])
def test_a_right_and_certain_logit_keeps_its_digits(z):
    # -ln σ(z) is e^-z up to terms of e^-2z; softplus(z) - z would be 0
    for logit, y in ((z, 1.0), (-z, 0.0)):
        value = losses.get("binary_cross_entropy")(logit, y)
        expected = math.log1p(math.exp(-z))
        assert value == pytest.approx(expected, rel=1e-14, abs=0)


@pytest.mark.parametrize("name", losses.LOSSES)
@pytest.mark.parametrize(
    ("output", "targets"),
    [
        (np.zeros((3, 1)), np.zeros(3)),
        (np.zeros((3, 2)), np.zeros((1, 2))),
        (np.zeros((3, 2)), 0.5),
    ],
)
def test_targets_are_not_stretched(name, output, targets):
    loss = losses.get(name)
    for function in (loss.value, loss.gradient):
        with pytest.raises(ValueError, match="Y: found shape .*, expected"):
            function(output, targets)
