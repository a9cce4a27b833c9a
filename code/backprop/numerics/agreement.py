"""Witnesses side by side: do independent computations give one number?

>>> print(compare("dL_dw", numpy=0.125, sympy=0.125, differences=0.12500001))
dL_dw             value    digits
numpy             0.125       all
sympy             0.125       all
differences  0.12500001       7.1
"""

import math
from dataclasses import dataclass

import numpy as np

from backprop.numerics import checks

ALL = 16.0
"""What `digits` gives for two equal floats."""


class Disagreement(AssertionError):
    """Two witnesses do not give the same number."""


def digits(a, b):
    """How many leading decimal digits of two numbers agree.

    ``-log10 |a - b| / max(|a|, |b|)``, between 0 and 16; 16 where they are
    equal, 0 where one is not finite. For arrays, that of the worst entry;
    ``ValueError`` for arrays of different shapes, and for empty ones.

    >>> digits(1.0, 1.0)
    16.0
    >>> round(digits(1.0, 1.0001), 1)
    4.0
    """
    a, b = (
        np.asarray(checks.floats(name, value))
        for name, value in (("a", a), ("b", b))
    )
    if a.shape != b.shape or a.size == 0:
        raise ValueError(
            f"b: found shape {b.shape} beside {a.shape}, expected two numbers "
            "or two arrays of one shape, not empty"
        )
    return min(map(_digits, a.ravel().tolist(), b.ravel().tolist()))


def _digits(a, b):
    if a == b:
        return ALL
    if not (math.isfinite(a) and math.isfinite(b)):
        return 0.0
    share = abs(a - b) / max(abs(a), abs(b))
    return min(ALL, max(0.0, -math.log10(share)))


@dataclass(frozen=True)
class Agreement:
    """A quantity, its witnesses' values, and the digits they share.

    ``rows`` are ``(witness, value, digits)``: the digits on which a witness
    agrees with the first one.
    """

    quantity: str
    rows: tuple

    @property
    def digits(self):
        """The digits that all witnesses share."""
        return min(row[2] for row in self.rows)

    def __str__(self):
        width = 2 + max(len(name) for name, _, _ in self.rows)
        width = max(width, len(self.quantity) + 1)
        values = [f"{value:.10g}" for _, value, _ in self.rows]
        broad = max(10, *map(len, values))
        lines = [f"{self.quantity:<{width}}{'value':>{broad}}    digits"]
        for (name, _, shared), value in zip(self.rows, values, strict=True):
            lines.append(
                f"{name:<{width}}{value:>{broad}}{_shown(shared):>10}"
            )
        return "\n".join(lines)

    __repr__ = __str__


def _shown(shared):
    return "all" if shared == ALL else f"{shared:.1f}"


def compare(quantity, /, *, at_least=7, **witnesses):
    """Hold the values of several witnesses against the first.

    Each keyword is a witness and the number it gives. Returns an
    `Agreement`, which prints as a table; raises `Disagreement`, with that
    table, where fewer than ``at_least`` digits are shared.

    >>> compare("z", numpy=1.0, sympy=1.0).digits
    16.0
    """
    if len(witnesses) < 2:
        raise ValueError(
            f"witnesses: found {len(witnesses)}, expected at least two"
        )
    checks.text("quantity", quantity)
    checks.between("at_least", at_least, 0.0, ALL)
    values = {
        name: checks.any_number(name, of) for name, of in witnesses.items()
    }
    first = next(iter(values.values()))
    agreement = Agreement(
        quantity,
        tuple(
            (name, value, digits(first, value))
            for name, value in values.items()
        ),
    )
    if agreement.digits < at_least:
        raise Disagreement(f"the witnesses disagree\n{agreement}")
    return agreement
