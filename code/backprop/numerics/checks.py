"""Checks of what a caller hands in: each error names the argument, what was
found and what was expected. Called once, where the numbers enter."""

import math
from numbers import Real
from types import ModuleType

import numpy as np


class NotFinite(ValueError, OverflowError):
    """An array has a NaN or infinite entry: a wrong value, and, after an
    update, an overflow."""


LARGEST = 10**8
"""More numbers than this are no array of this book: 0.8 GB."""


def floats(name, value):
    """``value`` as float64: a float, or an array of any rank.

    Integers, booleans and shorter floats become float64; NaN and infinity
    stay. What is float64 is returned as it is, not copied. Raises
    ``ValueError`` for what would lose its meaning: complex numbers, text,
    objects, masked entries, and tables whose order is that of an index.

    >>> floats("z", np.uint8([250, 251])) + 10
    array([260., 261.])
    """
    if isinstance(value, float) or _is_float64(value):
        return value
    if isinstance(value, Real):
        return _as_float(name, value)
    if isinstance(value, np.ma.MaskedArray):
        raise ValueError(
            f"{name}: found a masked array, expected real numbers: fill what "
            "is masked, or leave it out"
        )
    if hasattr(value, "to_numpy"):
        raise ValueError(
            f"{name}: found a {type(value).__name__}, expected an array: its "
            "rows go by an index, so pass .to_numpy() in the order you mean"
        )
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(
            f"{name}: found rows of different lengths, expected an array"
        ) from None
    except (TypeError, RuntimeError):
        raise ValueError(
            f"{name}: found {said(value)}, expected real numbers"
        ) from None
    if array.dtype.kind not in "fiub":
        found = f"dtype {array.dtype}" if array.ndim else said(value)
        raise ValueError(f"{name}: found {found}, expected real numbers")
    return array.astype(np.float64)


def array(name, value, *, ndim, least=0):
    """``value`` as a finite float64 array with ``ndim`` axes.

    It is not copied where it is one. Raises ``ValueError`` for another rank,
    for NaN or infinite entries, for what `floats` refuses and, with
    ``least=1``, for no entries.

    >>> array("X", [[1, 2]], ndim=2)
    array([[1., 2.]])
    """
    if not _is_float64(value):
        value = np.asarray(floats(name, value))
    rank(name, value, ndim)
    finite(name, value)
    if least:
        some(name, value)
    return value


def rank(name, value, ndim):
    """Raise ``ValueError`` unless an array has ``ndim`` axes.

    >>> rank("X", np.zeros((1, 2)), 2)
    """
    if value.ndim != ndim:
        raise ValueError(
            f"{name}: found shape {value.shape}, expected {_rank(ndim)}"
            + _hint(value.ndim, ndim)
        )


def some(name, value):
    """Raise ``ValueError`` if an array has no entries.

    >>> some("X", np.zeros((1, 2)))
    """
    if value.size == 0:
        raise ValueError(
            f"{name}: found no entries (shape {value.shape}), expected at "
            "least one"
        )


def fits(name, shape):
    """Raise ``ValueError`` for more numbers than the memory may hold.

    >>> fits("labels", (3, 50_000))
    """
    count = math.prod(shape)
    if count > LARGEST:
        raise ValueError(
            f"{name}: found what makes {count} numbers of shape {shape}, "
            f"expected at most {LARGEST}"
        )


def kept(array):
    """A copy that nobody can write to: what is computed from it later is
    computed from these numbers.

    >>> kept(np.zeros(2)).flags.writeable
    False
    """
    array = array.copy()
    array.setflags(write=False)
    return array


def said(value):
    """``value`` as an error names it: in full, where it is short.

    >>> said("sigmod"), said(np.zeros((2, 3))), said([0] * 50)
    ("'sigmod'", 'an ndarray of shape (2, 3)', 'a list of 50')
    """
    if isinstance(value, np.ndarray) and value.ndim:
        return f"an ndarray of shape {value.shape}"
    text = repr(value)
    if len(text) <= 60 and "\n" not in text and " at 0x" not in text:
        return text
    article = "an" if type(value).__name__[0] in "aeiouAEIOU" else "a"
    size = f" of {len(value)}" if isinstance(value, list | tuple) else ""
    return f"{article} {type(value).__name__}{size}"


def _is_float64(value):
    return type(value) is np.ndarray and value.dtype == np.float64


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


def whole_number(name, value, least, most=LARGEST):
    """``value`` as a Python int from ``least`` to ``most``.

    >>> whole_number("m", np.int64(3), 1)
    3
    """
    whole = isinstance(value, int | np.integer) and value is not True
    if not whole or value is False or value < least:
        raise ValueError(
            f"{name}: found {said(value)}, expected a whole number from "
            f"{least}"
        )
    if value > most:
        raise ValueError(
            f"{name}: found {said(value)}, expected a whole number from "
            f"{least} to {most}"
        )
    return int(value)


def generator(name, value, *methods):
    """``value``, if it is a ``numpy.random.Generator``, or draws as one: it
    has these methods.

    >>> generator("rng", np.random.default_rng(0), "normal") is not None
    True
    """
    draws = all(callable(getattr(value, method, None)) for method in methods)
    if not draws or isinstance(value, np.random.RandomState | ModuleType):
        raise ValueError(
            f"{name}: found {said(value)}, expected a generator such as "
            "numpy.random.default_rng(0)"
        )
    return value


def text(name, value):
    """``value``, if it is a text.

    >>> text("name", "tanh")
    'tanh'
    """
    if not isinstance(value, str):
        raise ValueError(f"{name}: found {said(value)}, expected a text")
    return value


def flag(name, value):
    """``value``, if it is True or False.

    >>> flag("raises", True)
    True
    """
    if not isinstance(value, bool | np.bool_):
        raise ValueError(
            f"{name}: found {said(value)}, expected True or False"
        )
    return bool(value)


def function(name, value):
    """``value``, if it can be called.

    >>> function("prime", abs)
    <built-in function abs>
    """
    if not callable(value):
        raise ValueError(f"{name}: found {said(value)}, expected a function")
    return value


def instances(name, value, kind, what):
    """``value`` as a tuple of objects of one kind, at least one.

    >>> instances("names", ["a", "b"], str, "names")
    ('a', 'b')
    """
    try:
        every = tuple(value) if not isinstance(value, dict) else None
    except TypeError:
        every = None
    if every is None or isinstance(value, str | np.ndarray):
        raise ValueError(
            f"{name}: found {said(value)}, expected a sequence of {what}"
        )
    for at, one in enumerate(every):
        if not isinstance(one, kind):
            raise ValueError(
                f"{name}: found {said(one)} at index {at}, expected {what}"
            )
    if not every:
        raise ValueError(f"{name}: found none, expected at least one")
    return every


def instance(name, value, kind, how):
    """``value``, if it is an object of this kind.

    ``how`` says where one comes from.

    >>> instance("cache", 1, int, "what `forward` returns")
    1
    """
    if not isinstance(value, kind):
        raise ValueError(f"{name}: found {said(value)}, expected {how}")
    return value


def classes_of(name, value, classes):
    """``value`` as a vector of classes: whole numbers, 0 to ``classes - 1``.

    >>> classes_of("labels", [0, 2, 1], 3)
    array([0, 2, 1])
    """
    given, value = value, floats(name, value)
    whole = np.asarray(given)
    if np.ndim(value) != 1 or (whole.size and whole.dtype.kind not in "iu"):
        raise ValueError(
            f"{name}: found shape {whole.shape} and dtype {whole.dtype}, "
            "expected a vector (m,) of whole numbers"
        )
    value = whole
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


def any_number(name, value):
    """``value`` as a Python float, which may be NaN or infinite.

    >>> any_number("z", np.array([0.5]))
    0.5
    """
    value = np.asarray(floats(name, value))
    if value.size != 1:
        raise ValueError(
            f"{name}: found shape {value.shape}, expected one number"
        )
    return float(value.reshape(()))


def share(name, value, *, least):
    """``value`` as a float from ``least`` to below 1.

    >>> share("rtol", 1e-6, least=0.0)
    1e-06
    """
    value = number(name, value)
    if not least <= value < 1:
        raise ValueError(
            f"{name}: found {value}, expected between {least:.2g} and 1"
        )
    return value


def between(name, value, low, high):
    """``value`` as a float from ``low`` to ``high``.

    >>> between("at_least", 7, 0.0, 16.0)
    7.0
    """
    value = number(name, value)
    if not low <= value <= high:
        raise ValueError(
            f"{name}: found {value}, expected a number from {low} to {high}"
        )
    return value


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
    if isinstance(value, np.ndarray | list | tuple):
        array = np.asarray(floats(name, value))
        if array.ndim:
            raise ValueError(
                f"{name}: found shape {array.shape}, expected one number"
            )
        value = np.asarray(value).item()
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise ValueError(f"{name}: found {said(value)}, expected a number")
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
