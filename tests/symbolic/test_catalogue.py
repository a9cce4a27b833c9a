"""Activations and losses as expressions, against the numpy ones."""

import re

import numpy as np
import pytest
import sympy as sp
from backprop import symbolic
from backprop.numerics import activations, losses
from backprop.symbolic import a, catalogue, y, z

ROUNDING = 1e-14
"""Relative and absolute: a few roundings of numbers of order 10."""

DIGITS = 30
EDGES = [-30.0, -1.0, -1e-300, 0.0, 1e-300, 1.0, 30.0]
PER_OUTPUT = sorted(set(losses.LOSSES) - {"softmax_cross_entropy"})


def points():
    return [*EDGES, *np.random.default_rng(21).normal(0, 4, 20).tolist()]


def exact(expression, **values):
    """The expression at floats taken as stored, rounded once at the end."""
    known = {sp.Symbol(n): sp.Rational(v) for n, v in values.items()}
    return float(expression.subs(known).evalf(DIGITS))


def agree(found, expected):
    np.testing.assert_allclose(found, expected, rtol=ROUNDING, atol=ROUNDING)


def test_the_tables_have_the_names_of_the_numpy_tables():
    assert set(symbolic.ACTIVATIONS) == set(activations.ACTIVATIONS)
    # softmax couples the outputs; this table is of losses of one output
    assert sorted(symbolic.LOSSES) == PER_OUTPUT


def test_the_leak_is_the_numpy_leak():
    assert sp.nsimplify(activations.LEAK, rational=True) == catalogue.LEAK


@pytest.mark.parametrize("name", symbolic.ACTIVATIONS)
def test_an_activation_and_its_derivative_against_numpy(name):
    expression, witness = symbolic.ACTIVATIONS[name], activations.get(name)
    for at in points():
        agree(witness(at), exact(expression, z=at))
        agree(witness.prime(at), exact(expression.diff(z), z=at))


@pytest.mark.parametrize("name", symbolic.LOSSES)
def test_a_loss_and_its_derivative_against_numpy(name):
    expression, witness = symbolic.LOSSES[name], losses.get(name)
    targets = np.random.default_rng(22).uniform(size=len(points())).tolist()
    for at, target in zip(points(), targets, strict=True):
        values = {"a": at, "y": target}
        agree(witness(at, target), exact(expression, **values))
        agree(
            witness.gradient(at, target), exact(expression.diff(a), **values)
        )


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_at_the_kink_the_slope_is_that_of_the_left(name):
    slope = symbolic.ACTIVATIONS[name].diff(z)
    assert slope.subs(z, 0) == slope.subs(z, -1) != slope.subs(z, 1)


def test_of_any_activation_only_the_chain_rule_is_known():
    f = symbolic.AnyActivation
    slope = sp.diff(f(z**2), z)
    assert str(slope) == "2*z*f'(z**2)"
    assert f(z) != f(a)
    assert sp.diff(f(z), y) == 0


@pytest.mark.parametrize("name", symbolic.ACTIVATIONS)
def test_a_name_or_an_expression(name):
    expression = symbolic.ACTIVATIONS[name]
    assert catalogue.activation(name) is expression
    assert catalogue.activation(expression) == expression


def test_a_plain_number_is_an_expression():
    assert catalogue.activation(3) == sp.Integer(3)


@pytest.mark.parametrize(
    ("read", "given", "message"),
    [
        (
            catalogue.activation,
            "gelu",
            "activation: found 'gelu', expected one of sigmoid, tanh, relu, "
            "leaky_relu, softplus, identity or an expression",
        ),
        (
            catalogue.loss,
            "mse",
            "loss: found 'mse', expected one of half_squared_error, "
            "binary_cross_entropy or an expression",
        ),
        (
            catalogue.activation,
            z * sp.Symbol("t") + a,
            "activation: found the symbols a, t, expected only z",
        ),
        (
            catalogue.loss,
            z - y,
            "loss: found the symbols z, expected only a, y",
        ),
        (
            catalogue.activation,
            sp.Symbol("z", positive=True),
            "expected only z (import them from backprop.symbolic)",
        ),
        (
            catalogue.activation,
            None,
            "activation: found None, expected an expression or one of",
        ),
        (catalogue.loss, [a], "loss: found [a], expected an expression"),
    ],
)
def test_what_is_no_activation_or_loss_is_named(read, given, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        read(given)
