"""The gate: what a caller may hand over as an expression or a number.

Three kinds pass, and nothing else: a text in the book's `grammar`, an
expression of SymPy that the caller has built, and a finite real number. What
is inside a list, an array or any other container is never looked at, and no
text is ever executed.

>>> expression("loss", "x^2 / 2")
x**2/2
>>> expression("loss", ["x^2"])
Traceback (most recent call last):
...
ValueError: loss: found ['x^2'], expected an expression or a number
"""

import math
import reprlib
from numbers import Integral, Real

import sympy as sp

from backprop.symbolic import grammar, tree

LARGE = 50
"""So many times larger than a reader's expression may be what is derived."""

MOST_DIGITS = 1000
"""So many digits are computed at most."""

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80


def expression(argument, given, scale=LARGE, **names):
    """An expression of SymPy for a text, an expression or a number.

    ``scale`` and ``names`` are those of `node`. Raises ``ValueError`` for
    anything else, for what is no real function, and for what is too large.
    """
    if isinstance(given, sp.Expr):
        node(argument, given, scale)
        return given
    return built(argument, node(argument, given, scale, **names))


def node(
    argument, given, scale=1, expected="an expression or a number", **names
):
    """The measured `tree.Node` of what `expression` takes.

    ``names`` are the ``symbols`` and ``functions`` of `grammar.parse`.
    """
    try:
        if isinstance(given, str):
            return grammar.parse(str.__str__(given), **names)
        if isinstance(given, sp.Expr):
            return tree.of_sympy(given, scale)
        if is_number(given):
            return tree.number(_exact(given))
    except tree.Refusal as refusal:
        raise ValueError(f"{argument}: {refusal}") from None
    raise ValueError(f"{argument}: found {shown(given)}, expected {expected}")


def built(argument, node):
    """The expression of a measured node."""
    return _without_refusal(argument, tree.built, node)


def printable(argument, given):
    """An expression that is only printed: poles and the like may be in it.

    >>> printable("expression", sp.zoo)
    zoo
    """
    if not isinstance(given, sp.Expr):
        return expression(argument, given)
    _without_refusal(argument, tree.measure, given, LARGE)
    return given


def is_number(given):
    """Whether it is a real number of Python or numpy; ``True`` is none."""
    return isinstance(given, Real) and not isinstance(given, bool)


def number(argument, given):
    """A finite real number of SymPy, exactly as it is stored.

    >>> number("x", 0.5)
    0.500000000000000
    """
    if isinstance(given, sp.Expr):
        good = given.is_Number and given.is_finite
        found = given if good else None
    else:
        found = _exact(given) if is_number(given) else None
    if found is None or not found.is_finite:
        raise ValueError(
            f"{argument}: found {shown(given)}, expected a finite number"
        )
    return found


def mapping(argument, given):
    """A dict whose keys are names; its numbers are looked at by `number`.

    >>> mapping("values", {"x": 2})
    {'x': 2}
    """
    if not (isinstance(given, dict) and all(map(_is_name, given))):
        raise ValueError(
            f"{argument}: found {shown(given)}, expected a dict from names "
            "to numbers"
        )
    return given


def whole(argument, given, low, high):
    """A whole number from ``low`` to ``high``, as an ``int``.

    >>> whole("digits", 6, 1, 50)
    6
    """
    good = isinstance(given, Integral) and not isinstance(given, bool)
    if not (good and low <= given <= high):
        raise ValueError(
            f"{argument}: found {shown(given)}, expected a whole number "
            f"from {low} to {high}"
        )
    return int(given)


def symbol(argument, given):
    """A symbol, whose name is letters, digits and ``_``.

    >>> symbol("v", sp.Symbol("w1_23"))
    w1_23
    """
    if not isinstance(given, sp.Symbol):
        raise ValueError(
            f"{argument}: found {shown(given)}, expected a symbol"
        )
    return _without_refusal(argument, tree.name, given).leaf


def shown(given):
    """A short text for what was found; never an expression's own printing.

    >>> shown([1] * 9)
    '[1, 1, 1, 1, 1, 1, ...]'
    """
    if is_number(given) and not isinstance(given, float | Integral):
        return repr(float(given))
    try:
        return _short.repr(given)
    except (RecursionError, ValueError):  # too deep, or too many digits
        return f"a {type(given).__name__}"


def _without_refusal(argument, function, *given):
    """What a function returns; a `tree.Refusal` as one of the argument."""
    try:
        return function(*given)
    except tree.Refusal as refusal:
        raise ValueError(f"{argument}: {refusal}") from None


def _is_name(given):
    return type(given) is str and tree.NAME.fullmatch(given) is not None


def _exact(given):
    """A number of Python or numpy as one of SymPy."""
    if isinstance(given, Integral):
        return sp.Integer(int(given))
    value = float(given)
    return sp.Float(value) if math.isfinite(value) else sp.nan
