"""Expressions as small trees, measured before anything is computed.

A tree is plain data, fit for JSON: a number; a name, ``"z"``; or a list of
an operation and its parts, such as ``["*", "z", ["exp", "z"]]``. Python
makes it from an expression of SymPy, and both sides of a widget walk it, so
that no side ever runs text. The operations are

- ``+`` and ``*`` of two parts or more, ``^`` of two, and the `FUNCTIONS`;
- ``["if", condition, then, otherwise]``, whose condition compares two parts
  (``["<", "z", 0]``), is ``true`` or ``false``, or joins conditions by
  ``and``, ``or`` and ``not``.

Every part of a `Node` is measured when it is made: how many parts it has,
how deep they are nested, how many digits and which degree its exact value
would have. What is too large is refused here, before SymPy evaluates or
differentiates it.

>>> plain(of_sympy(sp.Symbol("z") * sp.exp(sp.Symbol("z")) / 2))
['*', 0.5, 'z', ['exp', 'z']]
"""

import math
import re
from dataclasses import dataclass
from functools import reduce

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p

PARTS, LEVELS = 400, 40
"""A tree has so many parts at most, and so many levels."""

BITS, DEGREE = 1000, 1000
"""So long is a fraction, and so high a power of a symbol, at most."""

KINKS = 128
"""So many cases, at most, has a kink with those inside it: four times theirs
for ``abs`` and ``sign``, n² times for a ``max`` or ``min`` of n, twice for
``if``. SymPy looks at each of them."""

FUNCTIONS = {
    "exp": sp.exp,
    "log": sp.log,
    "sin": sp.sin,
    "cos": sp.cos,
    "tan": sp.tan,
    "asin": sp.asin,
    "acos": sp.acos,
    "atan": sp.atan,
    "sinh": sp.sinh,
    "cosh": sp.cosh,
    "tanh": sp.tanh,
    "asinh": sp.asinh,
    "acosh": sp.acosh,
    "atanh": sp.atanh,
}
"""The functions that Python and JavaScript both have, smooth ones."""

KINKED = {"abs": sp.Abs, "sign": sp.sign, "max": sp.Max, "min": sp.Min}
"""Functions that are written as their pieces before anything walks them."""

DERIVED_ONLY = {"erf": sp.erf, "erfc": sp.erfc, "heaviside": sp.Heaviside}
"""Functions for derivations on paper: JavaScript does not have them."""

COMPARED = {
    "<": sp.Lt,
    "<=": sp.Le,
    ">": sp.Gt,
    ">=": sp.Ge,
    "==": sp.Eq,
    "!=": sp.Ne,
}
JOINED = {"and": sp.And, "or": sp.Or, "not": sp.Not}

WALKED = ("+", "*", "^", *FUNCTIONS, "if")
"""The operations of a tree that both sides walk."""

WORDS = {
    "size": (
        f"found too many parts or levels, expected at most {PARTS} and "
        f"{LEVELS}"
    ),
    "digits": (
        "found a number with too many digits or too high a power, expected "
        f"a degree of at most {DEGREE}"
    ),
    "kinks": (
        "found too many kinks within kinks, expected at most three of abs, "
        "sign, max, min in each other, of polynomials"
    ),
    "constant": "found a constant without a value, expected a number",
    "otherwise": "found pieces without an else, expected one",
    "kind": "found @, expected an expression in the book's functions",
}
"""Why a tree is refused, in the words of both sides; ``@`` is what was
found."""

WALK = 10
"""A tree that is walked may be so many times larger than what a reader
writes, since kinks are written as their pieces there."""

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


class Refusal(ValueError):
    """An expression that is not taken: ``found ..., expected ...``."""


def refuse(why, found=""):
    """Raise the `Refusal` of that name."""
    raise Refusal(WORDS[why].replace("@", found))


class Opaque(sp.Function):
    """A function of which no value is known, only that it has slopes."""


@dataclass(frozen=True)
class Node:
    """A part of an expression with its measures.

    ``op`` is an operation, or ``""`` for a number or a name, which then is
    ``leaf``, an object of SymPy. ``value`` is the number that a constant
    part is, ``None`` where a symbol occurs.
    """

    op: str
    args: tuple
    leaf: sp.Basic | None = None
    value: float | None = None
    parts: int = 1
    levels: int = 1
    bits: int = 1
    degree: int = 1
    kinks: int = 1
    polynomial: bool = True
    tangled: bool = False


def number(exact):
    """The `Node` of a number of SymPy.

    >>> number(sp.Rational(1, 4)).value
    0.25
    """
    bits = 1
    if isinstance(exact, sp.Rational):
        bits = int(exact.p).bit_length() + int(exact.q).bit_length()
        if bits > BITS:
            refuse("digits")
        value = int(exact.p) / int(exact.q) if exact.q else math.nan
    elif isinstance(exact, sp.Float):
        if exact._prec > BITS:
            refuse("digits")
        value = float(exact)
    else:
        value = float(exact)
    if not math.isfinite(value):
        refuse("constant")
    return Node("", (), exact, value, bits=bits, degree=0)


def name(symbol):
    """The `Node` of a symbol."""
    if not NAME.fullmatch(symbol.name):
        raise Refusal(
            f"found the symbol {symbol.name[:40]!r}, expected a name of "
            "letters, digits and _"
        )
    return Node("", (), symbol)


def truth(value):
    """The `Node` of the condition that always holds, or never."""
    return Node("", (), sp.true if value else sp.false)


def call(op, *args):
    """The `Node` of an operation, if it is not too large.

    >>> call("^", number(sp.Integer(2)), number(sp.Integer(9))).value
    512.0
    """
    parts = 1 + sum(arg.parts for arg in args)
    levels = 1 + max(arg.levels for arg in args)
    value = None
    if op in _IN_FLOATS and all(arg.value is not None for arg in args):
        value = _value(op, [arg.value for arg in args])
    bits, degree = _exact(op, args)
    if degree > DEGREE or (value is not None and bits > BITS):
        refuse("digits")
    kinks = _kinks(op, args) if value is None else 1
    polynomial = _is_polynomial(op, args, degree)
    nested = _has_kink(op) and any(arg.kinks > 1 for arg in args)
    # SymPy solves the inequality of a condition within a condition.
    tangled = nested and (not polynomial or kinks > KINKS)
    tangled = tangled or (op in KINKED and kinks > KINKS)
    return Node(
        *(op, args, None, value, parts, levels, bits, degree),
        *(kinks, polynomial),
        tangled=tangled or any(arg.tangled for arg in args),
    )


def within(node, scale=1):
    """The `Node` itself, if it has not too many parts and levels."""
    if node.parts > scale * PARTS or node.levels > scale * LEVELS:
        refuse("size")
    if scale == 1 and node.tangled:
        refuse("kinks")
    return node


def of_sympy(expression, scale=1):
    """The `Node` of an expression that a caller has built.

    Nothing is evaluated. Raises `Refusal` for what is too large (``scale``
    times the usual is let through) and for what is no real function.

    >>> of_sympy(sp.Integral(sp.Symbol("z"), sp.Symbol("z")))
    Traceback (most recent call last):
    ...
    backprop.symbolic.tree.Refusal: found Integral, expected an expression in \
the book's functions
    """
    measure(expression, scale)
    node = _node(expression)
    # What is in pieces already has been through SymPy's hands.
    untouched = scale == 1 and expression.atoms(*KINKED.values())
    return within(node, scale if untouched else max(scale, WALK))


def measure(expression, scale=1):
    """Refuse what has too many parts or levels, without looking at more.

    Shared parts count as often as they occur, as they will be walked.
    """
    parts, waiting = 0, [(expression, 1)]
    while waiting:
        part, level = waiting.pop()
        parts += 1
        if parts + len(part.args) > scale * PARTS or level > scale * LEVELS:
            refuse("size")
        waiting += [(inner, level + 1) for inner in part.args]


def in_sympy(node):
    """The expression of SymPy that a `Node` stands for.

    >>> z = sp.Symbol("z")
    >>> in_sympy(of_sympy(2 * sp.Max(0, z)))
    2*Max(0, z)
    """
    if not node.op:
        return node.leaf
    args = [in_sympy(arg) for arg in node.args]
    if node.op == "if":
        condition, then, otherwise = args
        return sp.Piecewise((then, condition), (otherwise, True))
    return CLASSES[node.op](*args)


def built(node):
    """`in_sympy`, measured again: what cancels may leave no real number.

    >>> z = sp.Symbol("z")
    >>> built(call("^", call("+", name(z), of_sympy(-z)), MINUS_ONE))
    Traceback (most recent call last):
    ...
    backprop.symbolic.tree.Refusal: found a constant without a value, \
expected a number
    """
    try:
        expression = in_sympy(node)
    except (TypeError, ValueError):  # SymPy compares what is not real
        refuse("constant")
    of_sympy(expression, WALK)
    return expression


def symbols(node):
    """The symbols of a `Node`, a set."""
    if isinstance(node.leaf, sp.Symbol):
        return {node.leaf}
    return set().union(*map(symbols, node.args))


def replaced(node, inner):
    """The `Node` with ``inner`` in place of its one symbol."""
    if isinstance(node.leaf, sp.Symbol):
        return inner
    if not node.op:
        return node
    return call(node.op, *(replaced(arg, inner) for arg in node.args))


def plain(node):
    """The tree as plain data, for both sides to walk; constants are numbers.

    Raises `Refusal` for an operation that one side does not have.

    >>> z = sp.Symbol("z")
    >>> plain(of_sympy(sp.Piecewise((z, z > 0), (sp.log(4) * z, True))))
    ['if', ['>', 'z', 0], 'z', ['*', 'z', 1.3862943611198906]]
    """
    if node.value is not None:
        whole = isinstance(node.leaf, sp.Integer) and abs(node.value) < 2**53
        return int(node.value) if whole else node.value
    if isinstance(node.leaf, sp.Symbol):
        return node.leaf.name
    if not node.op:
        return bool(node.leaf)
    if node.op not in (*WALKED, *COMPARED, *JOINED):
        refuse("kind", node.op)
    return [node.op, *map(plain, node.args)]


def _node(expression):
    """`of_sympy` of something that is not too large."""
    if isinstance(expression, sp.Symbol):
        return name(expression)
    if isinstance(expression, sp.Rational | sp.Float | sp.NumberSymbol):
        return number(expression)
    if expression is sp.true or expression is sp.false:
        return truth(expression is sp.true)
    if isinstance(expression, sp.Piecewise):
        return _pieces(expression)
    kind, args = type(expression), expression.args
    if kind in (expm1, log1p):
        return _node(expression.rewrite(sp.exp if kind is expm1 else sp.log))
    if kind in RECIPROCALS:
        return call("^", call(RECIPROCALS[kind], _node(args[0])), MINUS_ONE)
    if kind is sp.ITE:
        test, then, otherwise = map(_node, args)
        return call(
            "or",
            call("and", test, then),
            call("and", call("not", test), otherwise),
        )
    if kind is sp.Heaviside:
        args = args[:1]
    if kind in OPERATIONS:
        return call(OPERATIONS[kind], *map(_node, args))
    if isinstance(expression, Opaque):
        return call(kind.__name__, *map(_node, args))
    if not args and expression.is_number:  # zoo, nan, I
        refuse("constant")
    return refuse("kind", kind.__name__[:40])


def _pieces(expression):
    *first, (last, condition) = expression.args
    if condition != sp.true:
        refuse("otherwise")
    return reduce(
        lambda rest, piece: call("if", _node(piece[1]), _node(piece[0]), rest),
        reversed(first),
        _node(last),
    )


def _exact(op, args):
    """How many bits and which degree an exact value would have."""
    if op == "^" and args[1].value is not None:
        times = max(1.0, abs(args[1].value))
        return args[0].bits * times, args[0].degree * times
    if op == "*":
        return sum(a.bits for a in args), sum(a.degree for a in args)
    if op == "+":
        return sum(a.bits for a in args), max(a.degree for a in args)
    return 1, 1


def _kinks(op, args):
    """How many cases there are, those inside each other multiplied."""
    inside = [arg.kinks for arg in args]
    if op in KINKED:
        return max(2, len(args)) ** 2 * math.prod(inside)
    if op == "if":
        return 2 * max(inside)
    return math.prod(inside) if op in ("+", "*", "^") else max(inside)


def _has_kink(op):
    return op in KINKED or op == "if"


def _is_polynomial(op, args, degree):
    """Whether it is made of pieces of polynomials of a low degree."""
    known = op in ("+", "*") or _has_kink(op) or op in COMPARED
    if op == "^":
        known = args[1].value in (1.0, 2.0, 3.0)
    return known and degree <= 3 and all(arg.polynomial for arg in args)


def _value(op, values):
    """A constant part as a float, or a `Refusal`."""
    try:
        found = _IN_FLOATS[op](*values)
    except (OverflowError, ValueError, ZeroDivisionError):
        found = math.nan
    if isinstance(found, complex) or not math.isfinite(found):
        refuse("constant")
    return float(found)


def _product(*values):
    return math.prod(values)


def _total(*values):
    return sum(values)


_IN_FLOATS = {
    **{op: getattr(math, op) for op in FUNCTIONS},
    "+": _total,
    "*": _product,
    "^": lambda base, exponent: base**exponent,
    "abs": abs,
    "sign": lambda at: math.copysign(1.0, at) if at else 0.0,
    "max": lambda *values: max(values),
    "min": lambda *values: min(values),
    "erf": math.erf,
    "erfc": math.erfc,
    "heaviside": lambda at: 1.0 if at > 0 else 0.5 if at == 0 else 0.0,
}

CLASSES = {
    "+": sp.Add,
    "*": sp.Mul,
    "^": sp.Pow,
    **FUNCTIONS,
    **KINKED,
    **DERIVED_ONLY,
    **COMPARED,
    **JOINED,
}
"""Operation -> class of SymPy."""

OPERATIONS = {kind: op for op, kind in CLASSES.items()}

RECIPROCALS = {
    sp.sec: "cos",
    sp.csc: "sin",
    sp.cot: "tan",
    sp.sech: "cosh",
    sp.csch: "sinh",
    sp.coth: "tanh",
}
"""Functions that are one divided by another."""

MINUS_ONE = number(sp.Integer(-1))
