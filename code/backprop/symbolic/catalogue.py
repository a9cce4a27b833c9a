"""Activations and losses as SymPy expressions, and the symbols they use.

>>> ACTIVATIONS["sigmoid"]
1/(1 + exp(-z))
>>> LOSSES["half_squared_error"]
(a - y)**2/2
"""

import sympy as sp

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


class AnyActivation(sp.Function):
    """An activation of which nothing is known but that it has a derivative.

    What is proved with it holds for every activation.

    >>> sp.diff(AnyActivation(2 * z), z)
    2*f'(2*z)
    """

    name = "f"

    def fdiff(self, argindex=1):
        """The derivative, `AnySlope` of the same argument."""
        return AnySlope(self.args[0])

    def _latex(self, printer, exp=None):
        return _applied("f", self.args[0], printer, exp)

    def _sympystr(self, printer):
        return f"f({printer.doprint(self.args[0])})"


class AnySlope(sp.Function):
    """The derivative of `AnyActivation`."""

    def _latex(self, printer, exp=None):
        return _applied("f'", self.args[0], printer, exp)

    def _sympystr(self, printer):
        return f"f'({printer.doprint(self.args[0])})"


def _applied(name, argument, printer, exp):
    text = rf"{name}\left({printer.doprint(argument)}\right)"
    return text if exp is None else rf"{text}^{{{exp}}}"


def activation(given):
    """The expression in ``z`` for a name, or the expression itself.

    Raises ``ValueError`` for an unknown name, and for an expression in
    other symbols than ``z``. Everything here is real, so an absolute value,
    a sign, a maximum or a minimum is written as its pieces.

    >>> activation(z**3)
    z**3
    >>> activation(sp.Max(0, z))
    Piecewise((0, z <= 0), (z, True))
    """
    return _in_pieces(_expression("activation", given, ACTIVATIONS, {z}))


def loss(given):
    """The expression in ``a`` and ``y`` for a name, or itself.

    Raises ``ValueError`` as `activation` does.

    >>> loss((a - y) ** 4)
    (a - y)**4
    """
    return _expression("loss", given, LOSSES, {a, y})


def _in_pieces(expression):
    if not expression.has(sp.Abs, sp.sign, sp.Max, sp.Min, sp.Heaviside):
        return expression
    real = sp.Symbol("z", real=True)
    return expression.subs(z, real).rewrite(sp.Piecewise).subs(real, z)


def _expression(argument, given, table, allowed):
    if isinstance(given, str):
        if given not in table:
            raise ValueError(
                f"{argument}: found {given!r}, expected one of "
                f"{', '.join(table)} or an expression"
            )
        return table[given]
    given = sp.sympify(given)
    if not isinstance(given, sp.Expr):
        raise ValueError(
            f"{argument}: found {given!r}, expected an expression or one of "
            f"{', '.join(table)}"
        )
    strangers = given.free_symbols - allowed
    if strangers:
        raise ValueError(
            f"{argument}: found the symbols "
            f"{', '.join(sorted(map(str, strangers)))}, expected only "
            f"{', '.join(sorted(map(str, allowed)))} "
            "(import them from backprop.symbolic)"
        )
    return given
