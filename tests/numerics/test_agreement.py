"""Agreement in digits, and the table that shows it."""

import numpy as np
import pytest
from backprop.numerics.agreement import (
    ALL,
    Agreement,
    Disagreement,
    compare,
    digits,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

SHOWN = 1e-3
"""Absolute, in digits: differences of two floats round their last digits."""

prove = settings(derandomize=True, deadline=None, database=None)
numbers = st.floats(-1e100, 1e100, allow_subnormal=False)


@pytest.mark.parametrize("k", range(1, 11))
@pytest.mark.parametrize("scale", [1e-200, 1.0, -3.0, 1e200])
def test_a_relative_difference_of_ten_to_the_minus_k_is_k_digits(k, scale):
    found = digits(scale, scale * (1 - 10.0**-k))
    assert found == pytest.approx(k, abs=SHOWN)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (0.0, 0.0, ALL),
        (0.0, -0.0, ALL),
        (1.0, -1.0, 0.0),
        (0.0, 1e-300, 0.0),
        (1.0, 2.0, 0.3),
        (np.nan, np.nan, 0.0),
        (np.nan, 1.0, 0.0),
        (np.inf, 1.0, 0.0),
        (np.inf, -np.inf, 0.0),
        (1.0, np.nextafter(1.0, 2.0), 15.65),
    ],
)
def test_digits_at_the_edges(a, b, expected):
    assert digits(a, b) == pytest.approx(expected, abs=0.01)


@prove
@given(numbers, numbers, st.sampled_from([2.0, -0.5, 1024.0]))
def test_digits_are_symmetric_bounded_and_free_of_scale(a, b, scale):
    assume(abs(a) > 1e-100 and abs(b) > 1e-100)
    shared = digits(a, b)
    assert 0.0 <= shared <= ALL
    assert shared == digits(b, a)
    assert shared == digits(scale * a, scale * b)
    assert digits(a, a) == ALL


def test_digits_of_arrays_are_those_of_the_worst_entry():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    b = a * (1 - np.array([[0, 1e-9], [1e-3, 1e-6]]))
    assert digits(a, b) == pytest.approx(3.0, abs=SHOWN)


TABLE = """\
dL_dw             value    digits
numpy             0.125       all
sympy             0.125       all
differences  0.12500001       7.1"""


def test_the_table():
    found = compare("dL_dw", numpy=0.125, sympy=0.125, differences=0.12500001)
    assert isinstance(found, Agreement)
    assert str(found) == repr(found) == TABLE
    assert found.digits == pytest.approx(7.1, abs=0.01)


def test_a_witness_that_disagrees_is_shown():
    with pytest.raises(Disagreement) as caught:
        compare("dL_dw", numpy=1.0, sympy=1.001)
    assert str(caught.value) == (
        "the witnesses disagree\n"
        "dL_dw       value    digits\n"
        "numpy           1       all\n"
        "sympy       1.001       3.0"
    )


@pytest.mark.parametrize(("at_least", "fails"), [(2, False), (4, True)])
def test_how_many_digits_are_asked_for(at_least, fails):
    pair = {"a": 1.0, "b": 1.001}
    if fails:
        with pytest.raises(Disagreement):
            compare("q", at_least=at_least, **pair)
    else:
        assert compare("q", at_least=at_least, **pair).digits > at_least


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_does_not_agree(value):
    with pytest.raises(Disagreement):
        compare("q", numpy=1.0, sympy=value)


def test_one_witness_is_none():
    with pytest.raises(ValueError, match="witnesses: found 1, expected at"):
        compare("q", numpy=1.0)


def test_the_quantity_may_have_the_name_of_a_witness():
    assert compare("quantity", quantity=1.0, other=1.0).digits == ALL


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.ones((3, 1)), np.ones(3)),
        (np.ones(3), 1.0),
        (np.zeros(0), np.zeros(0)),
    ],
)
def test_arrays_of_different_shapes_are_not_compared(a, b):
    with pytest.raises(ValueError, match="found shape .*, expected two num"):
        digits(a, b)
