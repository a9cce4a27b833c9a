"""Checks of what a caller hands in: each error names the argument, what was
found and what was expected. Called once, where the numbers enter."""

import math
from numbers import Real

import numpy as np


class NotFinite(ValueError, OverflowError):
    """An array has a NaN or infinite entry: a wrong value, and, after an
    update, an overflow."""


def array(name, value, *, ndim):
    """``value`` as a finite float64 array with ``ndim`` axes.

    Raises ``ValueError`` for another rank, for NaN or infinite entries and
    for what is not a number.

    >>> array("X", [[1, 2]], ndim=2)
    array([[1., 2.]])
    """
    if not (isinstance(value, np.ndarray) and value.dtype == np.float64):
        value = real(name, value)
    if value.ndim != ndim:
        raise ValueError(
            f"{name}: found shape {value.shape}, expected {_rank(ndim)}"
            + _hint(value.ndim, ndim)
        )
    finite(name, value)
    return value


def real(name, value):
    """``value`` as a float64 array of any rank, NaN and infinity included.

    >>> real("gradient", 2)
    array(2.)
    """
    try:
        value = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name}: found rows of different lengths, expected an array"
        ) from None
    if value.dtype.kind not in "fiu":
        found = f"dtype {value.dtype}" if value.ndim else repr(value.item())
        raise ValueError(f"{name}: found {found}, expected real numbers")
    return value.astype(np.float64)


def finite(name, value):
    """Raise `NotFinite` if an array has a NaN or infinite entry.

    >>> finite("X", np.zeros((1, 2)))
    """
    if not is_finite(value):
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(value))[0])
        raise NotFinite(
            f"{name}: found {value[where]} at index {where}, "
            "expected finite numbers"
        )


def is_finite(value):
    """Whether an array has no NaN and no infinite entry.

    One NaN or infinity makes the sum of squares NaN or infinite: a single
    pass settles nearly every case, and only then are entries looked at.

    >>> is_finite(np.array([1.0, 1e300])), is_finite(np.array([np.inf]))
    (True, False)
    """
    quick = math.isfinite(np.vdot(value, value))
    return quick or bool(np.isfinite(value).all())


def whole_number(name, value, least):
    """``value`` as a Python int that is at least ``least``.

    >>> whole_number("m", np.int64(3), 1)
    3
    """
    whole = isinstance(value, int | np.integer) and value is not True
    if not whole or value is False or value < least:
        raise ValueError(
            f"{name}: found {value!r}, expected a whole number from {least}"
        )
    return int(value)


def classes_of(name, value, classes):
    """``value`` as a vector of classes: whole numbers, 0 to ``classes - 1``.

    >>> classes_of("labels", [0, 2, 1], 3)
    array([0, 2, 1])
    """
    value = np.asarray(value)
    if value.ndim != 1 or value.dtype.kind not in "iu":
        raise ValueError(
            f"{name}: found shape {value.shape} and dtype {value.dtype}, "
            "expected a vector (m,) of whole numbers"
        )
    outside = value[(value < 0) | (value >= classes)]
    if outside.size:
        raise ValueError(
            f"{name}: found {outside[0]}, expected classes from 0 to "
            f"{classes - 1}"
        )
    return value.astype(np.int64)


def as_many(name, value, expected, of):
    """Raise ``ValueError`` unless ``value`` has ``expected`` rows, some.

    >>> as_many("labels", np.zeros(3), 3, "row of X")
    """
    if len(value) != expected:
        raise ValueError(
            f"{name}: found {len(value)} rows, expected {expected}, one for "
            f"each {of}"
        )
    if expected == 0:
        raise ValueError(f"{name}: found no rows, expected at least one")


def number(name, value):
    """``value`` as a finite Python float.

    >>> number("b", 2)
    2.0
    """
    if not isinstance(value, float):
        value = _as_float(name, value)
    if not math.isfinite(value):
        raise ValueError(f"{name}: found {value}, expected a finite number")
    return float(value)


def share(name, value, *, least):
    """Raise ``ValueError`` unless ``value`` is from ``least`` to below 1.

    >>> share("rtol", 1e-6, least=0.0)
    """
    if not least <= number(name, value) < 1:
        raise ValueError(
            f"{name}: found {value}, expected between {least:.2g} and 1"
        )


def learning_rate(eta):
    """``eta`` as a finite positive float.

    >>> learning_rate(0.5)
    0.5
    """
    eta = number("eta", eta)
    if eta <= 0.0:
        raise ValueError(
            f"eta: found {eta}, expected a finite positive number "
            "(the minus sign is in the update rule)"
        )
    return eta


def same_shape(name, value, expected, of):
    """Raise ``ValueError`` unless ``value`` has the shape of ``expected``.

    >>> same_shape("Y", np.zeros((4, 1)), np.zeros((4, 1)), "A")
    """
    if value.shape != expected.shape:
        raise ValueError(
            f"{name}: found shape {value.shape}, expected "
            f"{expected.shape}, the shape of {of}"
        )


def _as_float(name, value):
    if np.ndim(value) != 0:
        raise ValueError(
            f"{name}: found shape {np.shape(value)}, expected one number"
        )
    if isinstance(value, np.ndarray):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, Real):
        raise ValueError(f"{name}: found {value!r}, expected a number")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(
            f"{name}: found a number too large for a float, expected a "
            "finite number"
        ) from None


def _rank(ndim):
    names = {
        0: "one number",
        1: "a vector (n,)",
        2: "a matrix (rows, columns)",
    }
    return names[ndim]


def _hint(found, expected):
    if (found, expected) == (1, 2):
        return "; write one example as one row: x[np.newaxis, :]"
    return ""
