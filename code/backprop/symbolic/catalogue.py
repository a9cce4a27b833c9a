"""Activations and losses as SymPy expressions, and the symbols they use.

>>> ACTIVATIONS["sigmoid"]
1/(1 + exp(-z))
>>> LOSSES["half_squared_error"]
(a - y)**2/2
"""

from functools import cache

import sympy as sp

from backprop.symbolic import given, grammar, tree
from backprop.symbolic.tree import Opaque

w, x, b, z, a, y = sp.symbols("w x b z a y")

LEAK = sp.Rational(1, 100)

ACTIVATIONS = {
    "sigmoid": 1 / (1 + sp.exp(-z)),
    "tanh": sp.tanh(z),
    "relu": sp.Piecewise((z, z > 0), (0, True)),
    "leaky_relu": sp.Piecewise((z, z > 0), (LEAK * z, True)),
    "softplus": sp.log(1 + sp.exp(z)),
    "identity": z,
}
"""``a = f(z)``, an expression in the symbol ``z``."""

LOSSES = {
    "half_squared_error": (a - y) ** 2 / 2,
    "binary_cross_entropy": sp.log(1 + sp.exp(a)) - y * a,
}
"""The loss of one output of one example, an expression in ``a`` and ``y``.
For the cross-entropy, ``a`` is the logit."""


class AnyActivation(Opaque):
    """An activation of which nothing is known but that it has a derivative.

    What is proved with it holds for every activation.

    >>> sp.diff(AnyActivation(2 * z), z)
    2*f'(2*z)
    """

    name = "f"

    def __new__(cls, argument, **options):
        """Take what `given.printable` lets through."""
        inner = given.printable("argument", argument)
        return super().__new__(cls, inner, **options)

    def fdiff(self, argindex=1):
        """The derivative, `AnySlope` of the same argument."""
        return AnySlope(self.args[0])

    def _latex(self, printer, exp=None):
        return _applied("f", self.args[0], printer, exp)

    def _sympystr(self, printer):
        return f"f({printer.doprint(self.args[0])})"


class AnySlope(Opaque):
    """The derivative of `AnyActivation`."""

    def __new__(cls, argument, **options):
        """Take what `given.printable` lets through."""
        inner = given.printable("argument", argument)
        return super().__new__(cls, inner, **options)

    def _latex(self, printer, exp=None):
        return _applied("f'", self.args[0], printer, exp)

    def _sympystr(self, printer):
        return f"f'({printer.doprint(self.args[0])})"


def _applied(name, argument, printer, exp):
    text = rf"{name}\left({printer.doprint(argument)}\right)"
    return text if exp is None else rf"{text}^{{{exp}}}"


def activation(own):
    """The expression in ``z`` for a name, a text or an expression.

    A text is written in the book's `grammar`. Raises ``ValueError`` for what
    is none of these, uses other symbols than ``z``, or is too large
    (`tree.PARTS`). Everything here is real, so an absolute value, a sign, a
    maximum or a minimum is written as its pieces.

    >>> activation(z**3)
    z**3
    >>> activation("z * sigmoid(z)")
    z/(1 + exp(-z))
    >>> activation(sp.Max(0, z))
    Piecewise((0, z <= 0), (z, True))
    """
    return _in_pieces(_expression("activation", own, ACTIVATIONS, (z,)))


def loss(own):
    """The expression in ``a`` and ``y`` for a name, a text or an expression.

    Raises ``ValueError`` as `activation` does.

    >>> loss((a - y) ** 4)
    (a - y)**4
    >>> loss("max(a, y)")
    Max(a, y)
    """
    return _expression("loss", own, LOSSES, (a, y))


@cache
def functions():
    """The activations as functions of the grammar: name -> `tree.Node`."""
    return {name: tree.of_sympy(f) for name, f in ACTIVATIONS.items()}


def _in_pieces(expression):
    if not expression.has(sp.Abs, sp.sign, sp.Max, sp.Min, sp.Heaviside):
        return expression
    real = sp.Symbol("z", real=True)
    try:
        return expression.subs(z, real).rewrite(sp.Piecewise).subs(real, z)
    except (
        TypeError,
        ValueError,
        NotImplementedError,
    ):  # SymPy compares what is not real
        words = tree.WORDS["constant"]
        raise ValueError(f"activation: {words}") from None


def _expression(argument, own, table, allowed):
    symbols = {symbol.name: symbol for symbol in allowed}
    if isinstance(own, str):
        own = str.__str__(own)
        if own in table:
            return table[own]
        if not own or own.isidentifier() and not grammar.knows(own, symbols):
            raise ValueError(
                f"{argument}: found {given.shown(own)}, expected one of "
                f"{', '.join(table)} or an expression"
            )
    node = given.node(
        argument,
        own,
        expected=f"an expression or one of {', '.join(table)}",
        symbols=symbols,
        functions=functions(),
    )
    strangers = tree.symbols(node) - {*allowed}
    if strangers:
        raise ValueError(
            f"{argument}: found the symbols "
            f"{', '.join(sorted(map(str, strangers)))}, expected only "
            f"{', '.join(sorted(map(str, allowed)))} "
            "(import them from backprop.symbolic)"
        )
    return own if isinstance(own, sp.Expr) else given.built(argument, node)
