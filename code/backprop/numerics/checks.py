"""Checks of what a caller hands in: each error names the argument, what was
found and what was expected. Called once, where the numbers enter."""

import math
from numbers import Real

import numpy as np


def array(name, value, *, ndim):
    """``value`` as a finite float64 array with ``ndim`` axes.

    Raises ``ValueError`` for another rank, for NaN or infinite entries and
    for what is not a number.

    >>> array("X", [[1, 2]], ndim=2)
    array([[1., 2.]])
    """
    if not (isinstance(value, np.ndarray) and value.dtype == np.float64):
        value = _as_float64(name, value)
    if value.ndim != ndim:
        raise ValueError(
            f"{name}: found shape {value.shape}, expected {_rank(ndim)}"
            + _hint(value.ndim, ndim)
        )
    finite(name, value)
    return value


def finite(name, value):
    """Raise ``ValueError`` if an array has a NaN or infinite entry.

    One NaN or infinity makes the sum of squares NaN or infinite: a single
    pass settles nearly every case, and only then are entries looked at.

    >>> finite("X", np.zeros((1, 2)))
    """
    if math.isfinite(np.vdot(value, value)):
        return
    ok = np.isfinite(value)
    if not ok.all():
        where = tuple(int(i) for i in np.argwhere(~ok)[0])
        raise ValueError(
            f"{name}: found {value[where]} at index {where}, "
            "expected finite numbers"
        )


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


def _as_float64(name, value):
    try:
        value = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name}: found rows of different lengths, expected an array"
        ) from None
    if value.dtype.kind not in "fiu":
        raise ValueError(
            f"{name}: found dtype {value.dtype}, expected real numbers"
        )
    return value.astype(np.float64)


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
