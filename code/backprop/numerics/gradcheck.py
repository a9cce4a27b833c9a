"""Checking a gradient against central differences.

The check needs nothing but the loss as a function of its parameters, so it
is a witness that knows no calculus. Chapter 2 uses it first.

>>> report = check(lambda w: w**3, 2.0, 12.0)
>>> report.passed
True
>>> check(lambda w: w**3, 2.0, 12.012).passed    # wrong by 0.1 %
False
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backprop.numerics import checks, losses, network
from backprop.numerics.agreement import digits

STEP = float(np.cbrt(np.finfo(np.float64).eps))
"""The relative step h, the cube root of the machine epsilon (6.06e-6): there
the error of the formula, of order h², is about as large as the rounding
error, of order eps / h."""

RTOL = 1e-6
"""Largest relative difference that passes: a hundred times what the formula
leaves on smooth losses, a thousandth of an error of 0.1 %."""

EPS = float(np.finfo(np.float64).eps)

KINK = 1e-3
"""Slopes left and right that differ by more than this share of the gradient
suggest a kink. On a smooth loss they differ by about h f'', which is ten
times smaller for a tenth of h; at a kink it is not."""


class GradientMismatch(AssertionError):
    """The gradient is not the derivative of the function."""


@dataclass(frozen=True)
class Entry:
    """One number of the gradient, against its central difference."""

    name: str
    gradient: float
    difference: float
    passed: bool
    kink: bool

    @property
    def digits(self):
        """How many leading digits of the two agree."""
        return digits(self.gradient, self.difference)

    def __str__(self):
        verdict = "ok" if self.passed else "WRONG"
        if self.kink and not self.passed:
            verdict += ": slopes left and right differ, a kink is near"
        return (
            f"{self.name:<14}{self.gradient:>16.9g}{self.difference:>16.9g}"
            f"{self.digits:>8.1f}  {verdict}"
        )


@dataclass(frozen=True)
class Report:
    """The outcome of `check`: print it, or ask ``report.passed``."""

    entries: tuple

    @property
    def failures(self):
        """The entries that do not agree."""
        return tuple(entry for entry in self.entries if not entry.passed)

    @property
    def passed(self):
        """True if every entry agrees."""
        return not self.failures

    @property
    def digits(self):
        """The agreeing digits of the worst entry."""
        return min(entry.digits for entry in self.entries)

    def __str__(self):
        head = f"{'entry':<14}{'gradient':>16}{'difference':>16}{'digits':>8}"
        count = len(self.entries) - len(self.failures)
        foot = f"{count} of {len(self.entries)} entries agree"
        return "\n".join([head, *map(str, self.entries), foot])

    __repr__ = __str__


def central_difference(function, point, step=STEP):
    """``(f(x + h) - f(x - h)) / 2h`` for every entry of ``point``.

    ``function`` maps a number or an array to a float, and ``h`` is ``step``
    times ``max(1, |x|)``. The result has the shape of ``point``, which is
    left as it was. The error is of order h² f'''/6.

    >>> round(central_difference(lambda w: w**2, 3.0), 6)
    6.0
    """
    _check_step(step)
    slopes = [
        (up - down) / (2 * h)
        for _, h, up, _, down in _nudges(function, point, step)
    ]
    return _shaped(slopes, point)


def check(function, point, gradient, *, rtol=RTOL, step=STEP, raises=False):
    """Hold a gradient against central differences, entry by entry.

    ``point`` is a number, an array, or a mapping of names to them; and
    ``gradient`` the same with the derivatives. ``function`` takes what
    ``point`` is and returns the loss, a float. An entry passes where the two
    differ by at most ``rtol`` times the larger, plus what any difference
    quotient leaves: rounding, a few ``eps |f| / h``, and truncation, judged
    by how far the slopes to the left and right are apart (at a kink, where
    that says nothing, none is left). Returns a
    `Report`; with ``raises=True`` a failure raises `GradientMismatch` with
    the report as its message. Raises ``ValueError`` where shapes or names do
    not fit.

    >>> loss = lambda p: p["w"] ** 2 + 3 * p["b"]
    >>> print(check(loss, {"w": 2.0, "b": 1.0}, {"w": 4.0, "b": 3.0}))
    entry                 gradient      difference  digits
    w                            4               4    11.0  ok
    b                            3               3    11.5  ok
    2 of 2 entries agree
    """
    _check_step(step)
    entries = []
    for name, of_one, value, slope in _parts(function, point, gradient):
        slope = np.asarray(slope, dtype=np.float64)
        checks.same_shape(
            "gradient", slope, np.asarray(value), f"the point {name}".strip()
        )
        entries += _entries(name, of_one, value, slope, rtol, step)
    if not entries:
        raise ValueError("point: found no entries, expected at least one")
    report = Report(tuple(entries))
    if raises and not report.passed:
        raise GradientMismatch(f"the gradient is wrong\n{report}")
    return report


def check_network(layers, X, Y, loss, gradients=None, **options):
    """Check every weight and bias of a network.

    ``gradients`` are what `network.backward` returns, by default computed
    here; hand in your own to have them checked. ``options`` are those of
    `check`.

    >>> rng = np.random.default_rng(0)
    >>> layers = network.initialise((2, 2, 1), rng)
    >>> X, Y = rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
    >>> check_network(layers, X, Y, "half_squared_error").passed
    True
    """
    loss = losses.get(loss)
    if gradients is None:
        cache = network.forward(layers, X)
        gradients = network.backward(layers, cache, Y, loss)
    point, slopes = {}, {}
    for l, layer in enumerate(layers, start=1):
        point |= {f"W{l}": layer.W, f"b{l}": layer.b}
        slopes |= {f"W{l}": gradients.dL_dW[l], f"b{l}": gradients.dL_db[l]}

    def value(parameters):
        moved = tuple(
            network.Layer(
                parameters[f"W{l}"], parameters[f"b{l}"], layer.activation
            )
            for l, layer in enumerate(layers, start=1)
        )
        return network.loss(moved, X, Y, loss)

    return check(value, point, slopes, **options)


def _parts(function, point, gradient):
    """(name, function of this part alone, its value, its gradient)."""
    if not isinstance(point, Mapping):
        yield "", function, point, gradient
        return
    if not isinstance(gradient, Mapping) or set(gradient) != set(point):
        found = sorted(gradient) if isinstance(gradient, Mapping) else gradient
        raise ValueError(
            f"gradient: found {found}, expected the names {sorted(point)}"
        )
    for name, value in point.items():
        yield (
            name,
            lambda moved, name=name: function({**point, name: moved}),
            value,
            gradient[name],
        )


def _entries(name, function, value, slope, rtol, step):
    """The `Entry` of every number in one part of the point."""
    for index, h, up, middle, down in _nudges(function, value, step):
        difference = (up - down) / (2 * h)
        claimed = float(slope[index])
        largest = max(abs(claimed), abs(difference))
        apart = abs(up - 2 * middle + down) / h
        rounding = 4 * EPS * max(abs(up), abs(down)) / h
        kink = apart > KINK * largest + 4 * rounding and _stays(
            function, value, index, h, apart, rounding
        )
        truncation = 0.0 if kink else 10 * step * apart
        allowed = rtol * largest + rounding + truncation
        agrees = abs(claimed - difference) <= allowed
        label = name + (f"[{', '.join(map(str, index))}]" if index else "")
        yield Entry(
            name=label or "point",
            gradient=claimed,
            difference=difference,
            passed=bool(agrees and np.isfinite(claimed)),
            kink=bool(kink),
        )


def _stays(function, point, index, h, apart, rounding):
    """Does what keeps the slopes apart not shrink with h, as h f'' would?"""
    h = h / 10
    up, down = (
        _value(function, _shaped(_moved(point, index, by), point))
        for by in (h, -h)
    )
    middle = _value(function, _shaped(np.array(point, dtype=float), point))
    closer = abs(up - 2 * middle + down) / h
    return not abs(closer - apart / 10) <= apart / 20 + 10 * rounding


def _moved(point, index, by):
    """A copy of ``point`` of which one entry is moved."""
    array = np.array(point, dtype=np.float64)
    array[index] += by
    return array


def _nudges(function, point, step):
    """(index, h, f(x + h), f(x), f(x - h)) for every entry of ``point``."""
    array = np.array(point, dtype=np.float64)
    checks.finite("point", array)
    middle = _value(function, _shaped(array.copy(), point))
    for index in np.ndindex(array.shape):
        h = step * max(1.0, abs(array[index]))
        up, down = _moved(array, index, h), _moved(array, index, -h)
        h = (up[index] - down[index]) / 2
        yield (
            index,
            float(h),
            _value(function, _shaped(up, point)),
            middle,
            _value(function, _shaped(down, point)),
        )


def _value(function, at):
    """The function's value, which must be one number: a loss."""
    value = function(at)
    if np.size(value) != 1:
        raise ValueError(
            f"function: returned shape {np.shape(value)}, expected one "
            "number: check the loss, not the output"
        )
    return float(np.asarray(value).reshape(()))


def _shaped(values, point):
    """A float where the point is a number, else an array of its shape."""
    array = np.asarray(values, dtype=np.float64).reshape(np.shape(point))
    return float(array) if array.ndim == 0 else array


def _check_step(step):
    if not 0 < step < 1:
        raise ValueError(f"step: found {step}, expected between 0 and 1")
