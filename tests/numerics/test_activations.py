"""Each activation and its derivative against three other witnesses.

SymPy differentiates the definition and mpmath evaluates it with digits to
spare; central differences know no calculus; and hypothesis looks for a
counter-example to the identities that the functions must satisfy.
"""

from functools import cache

import mpmath
import numpy as np
import pytest
import sympy
from backprop.numerics import activations
from hypothesis import given, settings
from hypothesis import strategies as st

EPS = np.finfo(np.float64).eps

ROUNDING = 8 * EPS
"""Relative: a handful of operations, each within half a unit or one."""

TINY = np.finfo(np.float64).tiny
"""Absolute: below the smallest normal float no relative accuracy exists."""

DIFFERENCES = 1e-8
"""Absolute, for slopes up to 1: the formula's error, h² f'''/6 ~ 1e-11, and
its rounding, eps f / h ~ 1e-9 for f up to 20."""

DIGITS = 1000
"""Working digits: 1 - tanh² loses 870 of them at z = 1000, 50 must stay."""

Z = sympy.Symbol("z", real=True)
LEAK = sympy.Rational(activations.LEAK)
DEFINITIONS = {
    "sigmoid": 1 / (1 + sympy.exp(-Z)),
    "tanh": sympy.tanh(Z),
    "relu": sympy.Piecewise((Z, Z > 0), (0, True)),
    "leaky_relu": sympy.Piecewise((Z, Z > 0), (LEAK * Z, True)),
    "softplus": sympy.log(1 + sympy.exp(Z)),
    "identity": Z,
}
NAMES = list(activations.ACTIVATIONS)
EXTREMES = [1000.0, 745.0, 709.9, 700.0, 37.0, 36.0, 1e-8, 1e-300, 5e-324]
prove = settings(derandomize=True, deadline=None, database=None)
finite = st.floats(-1e4, 1e4)


@cache
def points():
    rng = np.random.default_rng(20)
    spread = rng.choice([-1, 1], 40) * 10 ** rng.uniform(-9, 2.9, 40)
    edges = [sign * z for z in EXTREMES for sign in (1.0, -1.0)]
    return np.concatenate([edges, spread, rng.uniform(-5, 5, 20)])


@cache
def exact(name, derivative):
    expression = DEFINITIONS[name]
    if derivative:
        expression = sympy.diff(expression, Z)
    function = sympy.lambdify(Z, expression, "mpmath")
    with mpmath.workdps(DIGITS):
        return [mpmath.mpf(function(mpmath.mpf(z))) for z in points()]


def assert_exact(found, name, derivative):
    with mpmath.workdps(DIGITS):
        for z, a, b in zip(
            points(), found, exact(name, derivative), strict=True
        ):
            error = abs(mpmath.mpf(float(a)) - b)
            assert error <= ROUNDING * abs(b) + TINY, (name, z)


def test_every_activation_is_defined_here():
    assert set(DEFINITIONS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_value_is_exact(name):
    assert_exact(activations.get(name)(points()), name, derivative=False)


@pytest.mark.parametrize("name", NAMES)
def test_prime_is_the_derivative(name):
    assert_exact(activations.get(name).prime(points()), name, derivative=True)


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_treated_like_arrays(name):
    for f in (activations.get(name), activations.get(name).prime):
        one_by_one = [float(f(z)) for z in points().tolist()]
        np.testing.assert_allclose(
            one_by_one, f(points()), rtol=ROUNDING, atol=TINY
        )


@pytest.mark.parametrize("name", NAMES)
def test_prime_against_central_differences(name):
    rng = np.random.default_rng(21)
    z = rng.uniform(-20, 20, 200)
    z = z[np.abs(z) > 1e-3]  # away from the kink of the ReLUs
    h, f = 6e-6, activations.get(name)
    slopes = (f(z + h) - f(z - h)) / (2 * h)
    np.testing.assert_allclose(f.prime(z), slopes, rtol=0, atol=DIFFERENCES)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(), (1,), (3,), (2, 3), (0, 2), (2, 1, 2)])
def test_shape_and_type_are_kept(name, shape):
    z = np.full(shape, 0.5)
    for f in (activations.get(name), activations.get(name).prime):
        out = f(z)
        assert np.shape(out) == shape
        assert np.asarray(out).dtype == np.float64


TOGETHER = [name for name in NAMES if activations.get(name).value_and_prime]


def test_the_sigmoid_and_its_slope_come_from_one_call():
    assert "sigmoid" in TOGETHER


@pytest.mark.parametrize("name", TOGETHER)
@pytest.mark.parametrize("form", [np.asarray, np.atleast_2d, float])
def test_value_and_prime_are_the_same_numbers_bit_for_bit(name, form):
    f = activations.get(name)
    for z in [points()] if form is not float else points().tolist():
        found = f.value_and_prime(form(z))
        for one, of in zip(found, (f, f.prime), strict=True):
            expected = np.asarray(of(form(z)))
            one = np.broadcast_to(one, expected.shape)
            assert one.tobytes() == expected.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_input_is_not_changed(name):
    z = np.array([-1.0, 0.0, 2.0])
    z.flags.writeable = False
    f = activations.get(name)
    out = f(z)
    f.prime(z)
    assert not np.shares_memory(out, z)


def test_sigmoid_saturates_without_a_warning():
    z = np.array([-1000.0, 1000.0])
    np.testing.assert_array_equal(activations.sigmoid(z), [0.0, 1.0])
    np.testing.assert_array_equal(activations.sigmoid_prime(z), [0.0, 0.0])
    assert activations.softplus(1000.0) == 1000.0
    assert activations.softplus(-1000.0) == 0.0


def test_sigmoid_prime_keeps_its_digits_where_one_minus_a_has_none():
    assert activations.sigmoid_prime(40.0) > 0
    assert activations.sigmoid_prime_from_output(
        activations.sigmoid(40.0)
    ) == pytest.approx(0.0, abs=EPS)


@pytest.mark.parametrize("zero", [0.0, -0.0, 0])
def test_values_at_zero(zero):
    assert activations.relu(zero) == 0
    assert activations.relu_prime(zero) == 0
    assert activations.leaky_relu(zero) == 0
    assert activations.leaky_relu_prime(zero) == activations.LEAK
    assert activations.sigmoid(zero) == 0.5
    assert activations.sigmoid_prime(zero) == 0.25
    assert activations.tanh_prime(zero) == 1
    assert activations.identity_prime(zero) == 1


@prove
@given(finite)
def test_sigmoid_is_point_symmetric(z):
    mirrored = activations.sigmoid(-z) + activations.sigmoid(z)
    assert mirrored == pytest.approx(1.0, abs=2 * EPS)


@prove
@given(finite)
def test_tanh_is_odd_and_a_stretched_sigmoid(z):
    assert activations.tanh(-z) == -activations.tanh(z)
    stretched = 2 * activations.sigmoid(2 * z) - 1
    assert activations.tanh(z) == pytest.approx(stretched, abs=4 * EPS)


@prove
@given(finite)
def test_derivatives_are_even_and_bounded(z):
    for prime, most in [
        (activations.sigmoid_prime, 0.25),
        (activations.tanh_prime, 1.0),
    ]:
        assert prime(z) == prime(-z)
        assert 0 <= prime(z) <= most


@prove
@given(finite)
def test_form_in_the_output_is_the_same_number(z):
    found = activations.sigmoid_prime_from_output(activations.sigmoid(z))
    assert found == pytest.approx(activations.sigmoid_prime(z), abs=EPS)


@prove
@given(finite)
def test_softplus_and_the_relus(z):
    assert activations.softplus_prime(z) == activations.sigmoid(z)
    assert activations.softplus(z) >= activations.relu(z)
    assert activations.relu(z) - activations.relu(-z) == z
    both = activations.softplus(z) - activations.softplus(-z)
    assert both == pytest.approx(z, rel=2 * EPS, abs=2 * EPS)
    leaky = activations.relu(z) - activations.LEAK * activations.relu(-z)
    assert activations.leaky_relu(z) == leaky


@prove
@given(st.sampled_from(NAMES), finite, finite)
def test_every_activation_is_monotone(name, one, other):
    low, high = sorted([one, other])
    f = activations.get(name)
    assert f(low) <= f(high) + 4 * EPS * abs(f(high))
    assert f.prime(one) >= 0


def test_get_takes_a_name_or_the_object():
    found = activations.get("tanh")
    assert activations.get(found) is found
    assert repr(found) == "Activation('tanh')"
    assert found.function is activations.tanh
    assert found.prime is activations.tanh_prime


@pytest.mark.parametrize("unknown", ["sigmod", "", None, 3, ["relu"], np.tanh])
def test_get_names_what_it_knows(unknown):
    with pytest.raises(ValueError, match="activation: found .* sigmoid, tanh"):
        activations.get(unknown)
