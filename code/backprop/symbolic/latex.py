"""LaTeX for the derivations: symbols as in the notation table, products in
the order in which the chain rule gives them, and numbers put in for symbols.

>>> formula(sp.Symbol("w1_23"))
$$w^{[1]}_{23}$$
"""

import re

import sympy as sp
from sympy.printing.latex import LatexPrinter

from backprop.symbolic import given

_INDEXED = re.compile(r"([a-zA-Z])(\d+)_(\d+)$")
_PARTIAL = re.compile(r"d([A-Za-z0-9_]+?)_d(.+)$")


class Formula(str):
    """A LaTeX formula that a notebook shows as mathematics.

    >>> Formula("a^2")
    $$a^2$$
    """

    @classmethod
    def aligned(cls, lines):
        """Lines with an ``&`` each, aligned there."""
        if len(lines) == 1:
            return cls(lines[0].replace("&", "", 1))
        body = r" \\ ".join(lines)
        return cls(rf"\begin{{aligned}} {body} \end{{aligned}}")

    @classmethod
    def stack(cls, *formulas):
        """Several formulas one under the other."""
        body = r" \\[1.2em] ".join(f"& {formula}" for formula in formulas)
        return cls(rf"\begin{{aligned}} {body} \end{{aligned}}")

    def _repr_latex_(self):
        return f"$${self}$$"

    def __repr__(self):
        return self._repr_latex_()


class Printer(LatexPrinter):
    """SymPy's LaTeX printer with the book's names and order.

    With ``values`` (names to numbers), numbers to ``digits`` significant
    digits stand where the symbols were.
    """

    def __init__(self, values=None, digits=6):
        settings = {"order": "none"}
        if values is not None:
            settings["mul_symbol"] = "dot"
            given.mapping("values", values)
        super().__init__(settings)
        self.values = values
        self.digits = given.whole("digits", digits, 1, given.MOST_DIGITS)

    def _print_Symbol(self, expr, *_args, **_options):  # noqa: N802
        if self.values is None:
            return name(expr.name)
        if expr.name not in self.values:
            raise ValueError(
                f"values: found no {expr.name}, expected a number for each "
                "symbol"
            )
        text = self.number(self.values[expr.name])
        return rf"\left({text}\right)" if text.startswith("-") else text

    def _print_Add(self, expr, order=None):  # noqa: N802
        positive_first = sorted(
            expr.args, key=lambda term: term.could_extract_minus_sign()
        )
        ordered = sp.Add(*positive_first, evaluate=False)
        return super()._print_Add(ordered, order="none")

    def fraction(self, u, v):
        """``∂u/∂v``."""
        return rf"\frac{{\partial {name(u.name)}}}{{\partial {name(v.name)}}}"

    def number(self, value):
        """A number to the printer's digits, as LaTeX."""
        exact = given.number("value", value)
        text = f"{float(exact):.{self.digits}g}"
        if "e" not in text:
            return text
        mantissa, exponent = text.split("e")
        return rf"{mantissa} \times 10^{{{int(exponent)}}}"


def name(text):
    """LaTeX of a symbol's Python name.

    >>> name("dL_dw1_21")
    '\\\\frac{\\\\partial L}{\\\\partial w^{[1]}_{21}}'
    """
    if match := _PARTIAL.match(text):
        u, v = map(name, match.groups())
        return rf"\frac{{\partial {u}}}{{\partial {v}}}"
    if match := _INDEXED.match(text):
        letter, layer, unit = match.groups()
        return rf"{letter}^{{[{layer}]}}_{{{unit}}}"
    return sp.latex(sp.Symbol(text))


def join_product(factors, printer):
    """Factors in their order with a dot between; sums in parentheses.

    >>> a, y, x = sp.symbols("a y x")
    >>> print(join_product((a - y, x), Printer()))
    \\left(a - y\\right) \\cdot x
    """
    factors = [given.printable("factors", factor) for factor in factors]
    if len(factors) == 1:
        return printer.doprint(factors[0])
    parts = []
    for factor in factors:
        text = printer.doprint(factor)
        if isinstance(factor, sp.Add) or text.startswith("-"):
            text = rf"\left({text}\right)"
        parts.append(text)
    return r" \cdot ".join(parts)


def join_sum(terms):
    """Terms with a plus between; no terms are 0.

    >>> print(join_sum(["a", "-y"]))
    a + \\left(-y\\right)
    """
    first, *others = [*terms] or ["0"]
    others = [rf"\left({t}\right)" if t[0] == "-" else t for t in others]
    return " + ".join([first, *others])


def formula(expression, values=None, digits=6):
    """An expression as a `Formula`, with numbers where ``values`` is given.

    Raises ``ValueError`` for what is neither an expression, nor a text in
    the book's `grammar`, nor a number, and for values that are no numbers.

    >>> formula(sp.Symbol("x") ** 2, {"x": 3.0})
    $$3^{2}$$
    """
    shown = given.printable("expression", expression)
    return Formula(Printer(values, digits).doprint(shown))
