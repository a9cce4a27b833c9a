"""A grammar for expressions that a reader types; nothing in it is executed.

::

    sum     = product {("+" | "-") product}
    product = signed {("*" | "/") signed}
    signed  = ("-" | "+") signed | power
    power   = atom [("^" | "**") signed]
    atom    = number | name | name "(" sum {"," sum} ")" | "(" sum ")"

A name is a symbol, ``pi`` or ``e``, or a function: those of `tree`, ``sqrt``,
those that the caller adds, and ``where(z > 0, z, 0)``, a choice.

>>> z = sp.Symbol("z")
>>> tree.in_sympy(parse("-z^2 + max(0, 2*z)", {"z": z}))
-z**2 + Max(0, 2*z)
"""

import re

import sympy as sp

from backprop.symbolic import tree
from backprop.symbolic.tree import Refusal

LONGEST = 500
"""So many characters are read at most."""

DIGITS = 30
"""So many characters has a number at most."""

TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<mark>\*\*|<=|>=|==|!=|[-+*/^(),<>])",
    re.ASCII,
)

CONSTANTS = {"pi": sp.pi, "e": sp.E}
HALF = tree.number(sp.Rational(1, 2))
ARGUMENTS = {"max": None, "min": None}
"""How many arguments a function has, where it is not one: any number."""

CALLED = [*tree.FUNCTIONS, *tree.KINKED, "sqrt", "where"]


def knows(name, symbols):
    """Whether a name alone is an expression in these symbols.

    >>> knows("z", ["z"]), knows("pi", ["z"]), knows("gelu", ["z"])
    (True, True, False)
    """
    return name in symbols or name in CONSTANTS


def parse(text, symbols=None, functions=None):
    """The `tree.Node` of a text.

    ``symbols`` maps the names that may occur to symbols of SymPy; without it
    every name is one. ``functions`` maps more names to nodes with one
    symbol, in whose place the argument is put. Raises `tree.Refusal`, which
    names the place, counted from 1.

    >>> parse("2 z", {"z": sp.Symbol("z")})
    Traceback (most recent call last):
    ...
    backprop.symbolic.tree.Refusal: found 'z' at character 3 of '2 z', \
expected + - * / ^ or the end
    """
    if len(text) > LONGEST:
        raise Refusal(
            f"found a text of {len(text)} characters, expected at most "
            f"{LONGEST}"
        )
    parser = _Parser(text, symbols, functions or {})
    found = parser.sum()
    if parser.kind != "end":
        parser.expected("+ - * / ^ or the end")
    return tree.within(found)


class _Parser:
    """Reads a text from left to right, one token ahead."""

    def __init__(self, text, symbols, functions):
        self.text, self.symbols, self.functions = text, symbols, functions
        self.level, self.end = 0, 0
        self.advance()

    def advance(self):
        """Go to the next token."""
        rest = self.text[self.end :]
        self.start = self.end + len(rest) - len(rest.lstrip())
        match = TOKEN.match(self.text, self.start)
        if match:
            self.kind, self.token = match.lastgroup, match[0]
            self.end = match.end()
        elif self.start == len(self.text):
            self.kind, self.token = "end", ""
        else:
            self.kind, self.token = "stranger", self.text[self.start]

    def expected(self, what):
        """Refuse the present token."""
        found = repr(self.token) if self.token else "the end"
        raise Refusal(
            f"found {found} at character {self.start + 1} of {self.text!r}, "
            f"expected {what}"
        )

    def take(self, *marks):
        """Whether the present token is one of these; then it is passed."""
        if self.kind != "mark" or self.token not in marks:
            return None
        taken = self.token
        self.advance()
        return taken

    def need(self, mark):
        """Pass a token that must be there."""
        if not self.take(mark):
            self.expected(repr(mark))

    def sum(self):
        """Terms with + and - between."""
        terms = [self.product()]
        while sign := self.take("+", "-"):
            term = self.product()
            terms.append(term if sign == "+" else _minus(term))
        return _joined("+", terms)

    def product(self):
        """Factors with * and / between."""
        factors = [self.signed()]
        while sign := self.take("*", "/"):
            factor = self.signed()
            if sign == "/":
                factor = tree.call("^", factor, tree.MINUS_ONE)
            factors.append(factor)
        return _joined("*", factors)

    def signed(self):
        """A power, perhaps with signs in front."""
        self.level += 1
        if self.level > tree.LEVELS:
            tree.refuse("size")
        sign = self.take("+", "-")
        found = self.signed() if sign else self.power()
        self.level -= 1
        return _minus(found) if sign == "-" else found

    def power(self):
        """An atom, perhaps with an exponent: ``2^3^2`` is ``2^9``."""
        base = self.atom()
        if self.take("^", "**"):
            return tree.call("^", base, self.signed())
        return base

    def atom(self):
        """A number, a name, a call or something in parentheses."""
        if self.kind == "number":
            return self.number()
        if self.kind == "name":
            return self.named()
        if not self.take("("):
            self.expected(f"a number, a name or {'('!r}")
        found = self.sum()
        self.need(")")
        return found

    def number(self):
        """A number: whole ones are exact, others floats."""
        if len(self.token) > DIGITS:
            self.expected(f"a number of at most {DIGITS} characters")
        text = self.token
        self.advance()
        exact = sp.Integer(int(text)) if text.isdigit() else float(text)
        return tree.number(sp.sympify(exact, strict=True))

    def named(self):
        """A symbol, a constant or a call."""
        word = self.token
        if word in self.functions or word in CALLED:
            self.advance()
            return self.called(word)
        if self.symbols is None and word not in CONSTANTS:
            found = tree.name(sp.Symbol(word))
        elif self.symbols and word in self.symbols:
            found = tree.name(self.symbols[word])
        elif word in CONSTANTS:
            found = tree.number(CONSTANTS[word])
        else:
            known = [*(self.symbols or ()), *CONSTANTS]
            self.expected(
                f"one of {', '.join([*known, *self.functions, *CALLED])}"
            )
        self.advance()
        return found

    def called(self, word):
        """The arguments of a function, and what it makes of them."""
        self.need("(")
        if word == "where":
            return self.choice()
        args = [self.sum()]
        while ARGUMENTS.get(word, 1) is None and self.take(","):
            args.append(self.sum())
        self.need(")")
        if word == "sqrt":
            return tree.call("^", *args, HALF)
        if word in self.functions:
            return tree.replaced(self.functions[word], *args)
        return tree.call(word, *args)

    def choice(self):
        """``condition, then, otherwise)``."""
        left = self.sum()
        compared = self.take(*tree.COMPARED)
        if not compared:
            self.expected(f"one of {' '.join(tree.COMPARED)}")
        condition = tree.call(compared, left, self.sum())
        self.need(",")
        then = self.sum()
        self.need(",")
        found = tree.call("if", condition, then, self.sum())
        self.need(")")
        return found


def _joined(op, parts):
    return parts[0] if len(parts) == 1 else tree.call(op, *parts)


def _minus(node):
    return tree.call("*", tree.MINUS_ONE, node)
