"""An activation of the reader's own: its tree for the view, and numpy's walk.

The view walks the tree of the value, with derivatives of its own
(`backprop.symbolic.emit_own`). Here numpy walks the same tree, and for the
slope the tree of SymPy's derivative: two ways to one number. Nothing is
compiled on either side.

>>> f = numeric("swish", catalogue.activation("z * sigmoid(z)"))
>>> float(f(0.0)), float(f.prime(0.0))
(0.0, 0.5)
"""

from functools import partial, reduce

import numpy as np

from backprop.numerics import activations
from backprop.symbolic import catalogue, given, tree

_FUNCTIONS = {
    **{name: getattr(np, name) for name in tree.FUNCTIONS if name[0] != "a"},
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "+": lambda *terms: reduce(np.add, terms),
    "*": lambda *factors: reduce(np.multiply, factors),
    "^": np.power,
    "if": np.where,
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "and": lambda *tests: reduce(np.logical_and, tests),
    "or": lambda *tests: reduce(np.logical_or, tests),
    "not": np.logical_not,
}
"""What numpy does for each operation of a tree."""


def plain(expression):
    """The tree of an activation, or ``ValueError`` in the words of the view.

    >>> plain(catalogue.z**2)
    ['^', 'z', 2]
    """
    node = given.node("activation", expression, tree.WALK)
    try:
        return tree.plain(node)
    except tree.Refusal as refusal:
        raise ValueError(f"activation: {refusal}") from None


def numeric(name, expression):
    """The activation for `backprop.numerics`.

    Raises ``ValueError`` where its value or its slope cannot be walked.
    """
    value = plain(expression)
    slope = plain(expression.diff(catalogue.z))
    return activations.Activation(
        name, partial(_value, value), partial(_value, slope)
    )


def _value(expression, z):
    """The value of a tree, with numpy's rules for 1/0; of the shape of z."""
    z = np.asarray(z, dtype=float)[()]
    with np.errstate(all="ignore"):
        found = _walked(expression, z)
    # A constant is one number, whatever the shape of z.
    return np.broadcast_to(found, z.shape)[()]


def _walked(expression, z):
    if not isinstance(expression, list):
        return z if expression == "z" else np.float64(expression)
    op, *parts = expression
    return _FUNCTIONS[op](*(_walked(part, z) for part in parts))
