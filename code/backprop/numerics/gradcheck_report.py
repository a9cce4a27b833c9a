"""What `gradcheck.check` found: a table to print, a verdict to ask for."""

from dataclasses import dataclass, field

from backprop.numerics.agreement import digits

ROWS = 40
"""A longer table shows its worst rows only, this many."""

SAME = 1e-4
"""Ratios that differ by less than this share are one ratio."""


@dataclass(frozen=True)
class Entry:
    """One number of the gradient, against its central difference.

    ``array`` is the name of the array that it is in, ``allowed`` how far the
    two may be apart. ``told`` is false where both are within what rounding
    leaves of zero: they do not contradict each other, nor would a zero, or
    the other sign.
    """

    name: str
    gradient: float
    difference: float
    passed: bool
    kink: bool = False
    array: str = field(default="", repr=False)
    allowed: float = field(default=0.0, repr=False)
    told: bool = True

    @property
    def digits(self):
        """How many leading digits of the two agree."""
        return digits(self.gradient, self.difference)

    @property
    def verdict(self):
        """One word or two: what the check says of this entry."""
        if not self.told:
            return "too small to tell"
        if self.passed:
            return "ok"
        return "WRONG" + (
            ": slopes left and right differ, by a kink or by rounding"
            if self.kink
            else ""
        )

    def __str__(self):
        return (
            f"{self.name:<14}{self.gradient:>16.9g}{self.difference:>16.9g}"
            f"{self.digits:>8.1f}  {self.verdict}"
        )


@dataclass(frozen=True)
class Report:
    """The outcome of `gradcheck.check`: print it, or ask for its ``verdict``.

    It is ``"failed"`` where an entry is wrong; ``"undecided"`` where none is,
    but none could be told from zero either, so that any small gradient would
    do; else ``"passed"``.
    """

    entries: tuple

    @property
    def failures(self):
        """The entries that do not agree."""
        return tuple(entry for entry in self.entries if not entry.passed)

    @property
    def untold(self):
        """The entries that are too small for any check by differences."""
        return tuple(entry for entry in self.entries if not entry.told)

    @property
    def verdict(self):
        """``"passed"``, ``"failed"`` or ``"undecided"``."""
        if self.failures:
            return "failed"
        told = any(entry.told for entry in self.entries)
        return "passed" if told else "undecided"

    @property
    def passed(self):
        """True if the verdict is ``"passed"``."""
        return self.verdict == "passed"

    @property
    def digits(self):
        """The agreeing digits of the worst entry."""
        return min(entry.digits for entry in self.entries)

    def __str__(self):
        head = f"{'entry':<14}{'gradient':>16}{'difference':>16}{'digits':>8}"
        return "\n".join([head, *self._rows(), *self._hints(), self._foot()])

    __repr__ = __str__

    def _rows(self):
        """Every entry, or, of many, the worst ones in their order."""
        if len(self.entries) <= ROWS:
            return [str(entry) for entry in self.entries]
        first = sorted(self.entries, key=lambda e: (e.passed, e.digits))
        worst = {id(entry) for entry in first[:ROWS]}
        rows = [str(e) for e in self.entries if id(e) in worst]
        return [*rows, f"and {len(self.entries) - ROWS} more, none worse"]

    def _hints(self):
        """Where the wrong entries are, and whether a factor explains them."""
        if self.failures and not any(e.difference for e in self.entries):
            return [
                "no change of the point changes the loss: does the function "
                "use its argument?"
            ]
        if len(self.failures) < 2:
            return []
        factor = _factor(self.failures)
        if factor and abs(factor - 1.0) > SAME:
            return [f"every wrong entry is {factor:.4g} times the difference"]
        arrays = dict.fromkeys(entry.array for entry in self.entries)
        if len(arrays) < 2:
            return []
        return [hint for name in arrays if (hint := self._hint(name))]

    def _hint(self, array):
        wrong = [entry for entry in self.failures if entry.array == array]
        if not wrong:
            return ""
        count = sum(entry.array == array for entry in self.entries)
        hint = f"{array}: {len(wrong)} of {count} wrong"
        factor = _factor(wrong)
        if not factor or abs(factor - 1.0) <= SAME:
            return hint
        each = "each " if len(wrong) > 1 else ""
        return f"{hint}, {each}{factor:.4g} times the difference"

    def _foot(self):
        agree = sum(entry.passed and entry.told for entry in self.entries)
        foot = f"{agree} of {len(self.entries)} entries agree"
        small = len(self.untold)
        foot += f", {small} too small to tell" if small else ""
        if self.verdict == "undecided":
            foot += ": nothing is decided; try another point, or a larger step"
        return foot


def _factor(entries):
    """The one number that all gradients are of their differences, or None."""
    largest = max(entries, key=lambda entry: abs(entry.difference))
    if largest.difference == 0.0:
        return None
    factor = largest.gradient / largest.difference
    fits = all(
        abs(e.gradient - factor * e.difference)
        <= SAME * abs(e.gradient) + abs(factor) * e.allowed
        for e in entries
    )
    return factor if fits and factor else None
