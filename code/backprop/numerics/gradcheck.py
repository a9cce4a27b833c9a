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

import numpy as np

from backprop.numerics import checks, losses, network
from backprop.numerics.gradcheck_report import Entry, Report

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


CALLS = 8
"""How often the loss at one point is asked for again: dropout of a single
unit gives the same number every second time."""

SCALES = tuple(8.0**k for k in range(2, -6, -1))
"""Steps to try, in units of h, before an entry is called wrong."""

VAGUE = 1e-3
"""Where no step leaves less than this share of a slope, it is not told."""

SHORT = 64
"""A gradient in float32 may be off by so many of its roundings, of its
largest entry."""

OWN = object()  # the gradients that the book computes


def central_difference(function, point, step=STEP):
    """``(f(x + h) - f(x - h)) / 2h`` for every entry of ``point``.

    ``function`` maps a number or an array to a float, and ``h`` is ``step``
    times ``max(1, |x|)``. The result has the shape of ``point``, which is
    left as it was. The error is of order h² f'''/6.

    >>> round(central_difference(lambda w: w**2, 3.0), 6)
    6.0
    """
    checks.function("function", function)
    step = checks.share("step", step, least=EPS)
    array = _frozen("point", point)
    checks.some("point", array)
    slopes = [
        (up - down) / (2 * h)
        for _, h, up, _, down in _nudges(function, array, step)
    ]
    return _shaped(np.reshape(slopes, array.shape))


def check(function, point, gradient, *, rtol=RTOL, step=STEP, raises=False):
    """Hold a gradient against central differences, entry by entry.

    ``point`` is a number, an array, or a mapping of names to them; and
    ``gradient`` the same with the derivatives. ``function`` takes what
    ``point`` is and returns the loss, a float. An entry passes where the two
    differ by at most ``rtol`` times the larger, plus what any difference
    quotient leaves: rounding, a few ``eps |f| / h``, and truncation, judged
    by how far the slopes to the left and right are apart (at a kink, where
    that says nothing, none is left). Before an entry is called wrong, larger
    and smaller steps are tried, as a sharp bend or a large constant may ask
    for. A gradient in float32 is held against the digits that it has. Where
    both are within that of zero, the entry is "too small to tell".

    Returns a `Report`; with ``raises=True`` one that has not passed, failed or
    undecided, raises `GradientMismatch` with the report as its message. Raises
    ``ValueError`` where shapes or names do not fit, and for a function that is
    no loss in float64: that returns something else, or another number when it
    is called again.

    >>> loss = lambda p: p["w"] ** 2 + 3 * p["b"]
    >>> print(check(loss, {"w": 2.0, "b": 1.0}, {"w": 4.0, "b": 3.0}))
    entry                 gradient      difference  digits
    w                            4               4    11.0  ok
    b                            3               3    11.5  ok
    2 of 2 entries agree
    """
    checks.function("function", function)
    step = checks.share("step", step, least=EPS)
    rtol = checks.share("rtol", rtol, least=0.0)
    checks.flag("raises", raises)
    entries = []
    for name, of_one, value, slope in _parts(function, point, gradient):
        where = f"point {name}".strip()
        few = _few(slope)
        slope = np.asarray(checks.floats("gradient", slope))
        checks.same_shape("gradient", slope, value, f"the {where}")
        if value.size == 0:
            raise ValueError(
                f"{where}: found no entries, expected at least one"
            )
        entries += _entries(name, of_one, value, slope, rtol, step, few)
    if not entries:
        raise ValueError("point: found no entries, expected at least one")
    report = Report(tuple(entries))
    if raises and not report.passed:
        words = {"failed": "is wrong", "undecided": "cannot be told"}
        verdict = words[report.verdict]
        raise GradientMismatch(f"the gradient {verdict}\n{report}")
    return report


def check_network(layers, X, Y, loss, gradients=OWN, **options):
    """Check every weight and bias of a network.

    ``gradients`` are your own, by the names ``"W1"``, ``"b1"``, ``"W2"`` and
    so on, or what `network.backward` returns, which is the default.
    ``options`` are those of `check`.

    >>> rng = np.random.default_rng(0)
    >>> layers = network.initialise((2, 2, 1), rng)
    >>> X, Y = rng.normal(size=(4, 2)), rng.normal(size=(4, 1))
    >>> check_network(layers, X, Y, "half_squared_error").passed
    True
    """
    loss = losses.get(loss)
    layers = checks.instances("layers", layers, network.Layer, "layers")
    if gradients is OWN:
        cache = network.forward(layers, X)
        gradients = network.backward(layers, cache, Y, loss)
    point = {}
    for l, layer in enumerate(layers, start=1):
        point |= {f"W{l}": layer.W, f"b{l}": layer.b}

    def value(parameters):
        moved = tuple(
            network.Layer(
                parameters[f"W{l}"], parameters[f"b{l}"], layer.activation
            )
            for l, layer in enumerate(layers, start=1)
        )
        return network.loss(moved, X, Y, loss)

    return check(value, point, _by_name(gradients, len(layers)), **options)


def _by_name(gradients, depth):
    """A network's gradients by the names ``W1``, ``b1`` and so on."""
    names = [f"{letter}{l}" for l in range(1, depth + 1) for letter in "Wb"]
    if isinstance(gradients, Mapping):
        if {*gradients} != {*names}:
            raise ValueError(
                f"gradients: found the names {checks.said([*gradients])}, "
                f"expected {', '.join(names)}"
            )
        return gradients
    if not isinstance(gradients, network.Gradients):
        found = f"a {type(gradients).__name__}"
        if gradients is None:
            found = "None (is there a return?)"
        raise ValueError(
            f"gradients: found {found}, expected a mapping with the names W1, "
            "b1 and so on, or what network.backward returns"
        )
    named = {}
    for l in range(1, depth + 1):
        if not (l in gradients.dL_dW and l in gradients.dL_db):
            raise ValueError(
                f"gradients: found nothing for layer {l}, expected dL_dW and "
                f"dL_db of the layers 1 to {depth}"
            )
        named |= {f"W{l}": gradients.dL_dW[l], f"b{l}": gradients.dL_db[l]}
    return named


def _parts(function, point, gradient):
    """(name, function of this part alone, its value, its gradient)."""
    if not isinstance(point, Mapping):
        yield "", function, _frozen("point", point), gradient
        return
    if not isinstance(gradient, Mapping) or set(gradient) != set(point):
        names = isinstance(gradient, Mapping)
        found = list(gradient) if names else repr(gradient)
        raise ValueError(
            f"gradient: found {found}, expected the names {list(point)}"
        )
    values = {n: _frozen(f"point {n}", v) for n, v in point.items()}
    shown = {n: _shaped(v) for n, v in values.items()}
    for name, value in values.items():
        yield (
            str(name),
            lambda moved, name=name: function({**shown, name: moved}),
            value,
            gradient[name],
        )


def _frozen(name, value):
    """A copy that nobody writes to, in float64."""
    array = np.asarray(checks.floats(name, value))
    checks.finite(name, array)
    return checks.kept(array)


def _few(slope):
    """How far a gradient that was computed in float32 may be off, for want
    of digits; 0 for one in float64."""
    dtype = getattr(slope, "dtype", None)
    if dtype not in (np.float32, np.float16):
        return 0.0
    largest = np.max(np.abs(slope), initial=0.0)
    return SHORT * float(np.finfo(dtype).eps) * float(largest)


def _check_digits(values):
    """Raise ``ValueError`` for losses that have the digits of float32."""
    if len(values) > 1 and all(float(np.float32(v)) == v for v in values):
        raise ValueError(
            "function: returned losses with the digits of float32 only, "
            "expected float64: is a part of it computed in float32?"
        )


def _entries(name, function, value, slope, rtol, step, few):
    """The `Entry` of every number in one part of the point."""
    losses = set()
    for index, h, up, middle, down in _nudges(function, value, step):
        losses |= {up, middle, down}
        difference = (up - down) / (2 * h)
        claimed = float(slope[index])
        largest = max(abs(claimed), abs(difference))
        apart = abs(up - 2 * middle + down) / h
        rounding = 4 * EPS * max(abs(up), abs(down)) / h
        kink = apart > KINK * largest + 4 * rounding and _stays(
            function, value, index, h, apart, rounding
        )
        truncation = 0.0 if kink else 10 * step * apart
        allowed = rtol * largest + few + rounding + truncation
        passed = abs(claimed - difference) <= allowed < np.inf
        small = largest <= rounding + truncation and claimed != difference
        if not passed and np.isfinite(claimed):
            closer, left = _refined(function, value, index, h)
            largest = max(abs(claimed), abs(closer))
            within = rtol * largest + few + 2 * left
            if abs(claimed - closer) <= within < np.inf:
                difference, allowed, passed, kink = closer, within, True, False
                small = 2 * left > VAGUE * largest
        label = name + (f"[{', '.join(map(str, index))}]" if index else "")
        yield Entry(
            name=label or "point",
            gradient=claimed,
            difference=difference,
            passed=bool(passed),
            kink=bool(kink),
            array=name,
            allowed=float(allowed),
            told=not (passed and small),
        )
    _check_digits(losses)


def _refined(function, point, index, h):
    """The slope at the step where it is known best, and what that leaves.

    At each of several steps the error in h² is taken out by Richardson's
    rule, ``(4 D(h/2) - D(h)) / 3``, which leaves about as much as that
    changes, and rounding. Where the loss bends sharply a smaller step is
    better; where it is a small change of a large number, a larger one.
    """
    best = np.nan, np.inf
    for times in SCALES:
        whole, _ = _slope(function, point, index, h * times)
        half, size = _slope(function, point, index, h * times / 2)
        closer = (4 * half - whole) / 3
        left = abs(closer - half) + 16 * EPS * size / (h * times)
        if left < best[1]:
            best = closer, left
    return best


def _slope(function, point, index, h):
    """``(f(x + h) - f(x - h)) / 2h``, and the size of ``f`` there."""
    up, down = _moved(point, index, h), _moved(point, index, -h)
    reach = up[index] - down[index]
    if reach == 0.0:
        return np.nan, np.inf
    high, low = _value(function, up), _value(function, down)
    return (high - low) / reach, max(abs(high), abs(low))


def _stays(function, point, index, h, apart, rounding):
    """Does what keeps the slopes apart not shrink with h, as h f'' would?"""
    h = h / 10
    up, down = (_value(function, _moved(point, index, by)) for by in (h, -h))
    middle = _value(function, point.copy())
    closer = abs(up - 2 * middle + down) / h
    return not abs(closer - apart / 10) <= apart / 20 + 10 * rounding


def _moved(point, index, by):
    """A copy of ``point`` of which one entry is moved."""
    array = point.copy()
    array[index] += by
    return array


def _nudges(function, point, step):
    """(index, h, f(x + h), f(x), f(x - h)) for every entry of ``point``."""
    middle = _value(function, point.copy())
    for _ in range(CALLS):
        again = _value(function, point.copy())
        if middle != again and not np.isnan(middle):
            raise ValueError(
                f"function: returned {middle} and then {again} for one "
                "point, expected one loss: does it draw random numbers, as "
                "dropout does?"
            )
    for index in np.ndindex(point.shape):
        h = step * max(1.0, abs(point[index]))
        up, down = _moved(point, index, h), _moved(point, index, -h)
        h = (up[index] - down[index]) / 2
        yield (
            index,
            float(h),
            _value(function, up),
            middle,
            _value(function, down),
        )


def _value(function, at):
    """The function's value, which must be one number: a loss."""
    value = function(_shaped(at))
    if isinstance(value, tuple):
        raise ValueError(
            f"function: returned a tuple of {len(value)}, expected one number:"
            " return the loss alone"
        )
    if value is None:
        raise ValueError(
            "function: returned None, expected one number (is there a return?)"
        )
    array = np.asarray(checks.floats("function", value))
    if array.size != 1:
        raise ValueError(
            f"function: returned shape {array.shape}, expected one "
            "number: check the loss, not the output"
        )
    dtype = np.asarray(value).dtype
    if dtype.kind == "f" and dtype.itemsize < 8:
        raise ValueError(
            f"function: returned {dtype}, expected float64: too few digits "
            "for differences"
        )
    return float(array.reshape(()))


def _shaped(array):
    """A float for an array without axes, else the array."""
    return float(array) if array.ndim == 0 else array
