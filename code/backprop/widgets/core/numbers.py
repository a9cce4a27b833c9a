"""Traits that hold finite numbers between two bounds, and refuse others."""

import math
from numbers import Real

import numpy as np
import traitlets


class Number(traitlets.TraitType):
    """A finite number between two bounds; a bad value is refused.

    >>> class Example(traitlets.HasTraits):
    ...     eta = Number(0.5, 0, 2)
    >>> Example(eta=3)
    Traceback (most recent call last):
    ...
    traitlets.traitlets.TraitError: eta: found 3, expected a number from 0 to 2
    """

    def __init__(self, default, low, high, **options):
        super().__init__(default_value=float(default), **options)
        self.low, self.high = low, high

    def validate(self, obj, value):
        """The value as a float, or ``TraitError``."""
        good = isinstance(value, Real) and not isinstance(value, bool)
        if not (good and math.isfinite(value)):
            self._refuse(value)
        if not self.low <= value <= self.high:
            self._refuse(value)
        return float(value)

    def _refuse(self, value):
        raise traitlets.TraitError(
            f"{self.name}: found {value!r}, expected a number from "
            f"{self.low} to {self.high}"
        )


class Entries(traitlets.TraitType):
    """Nested lists of finite numbers between two bounds, kept as tuples.

    ``axes`` is how deep the lists are; numpy arrays do as well. A bad value
    is refused, and as tuples do not change, so is a change behind the back.

    >>> class Example(traitlets.HasTraits):
    ...     x = Entries(1, -1, 1)
    >>> Example(x=[0.5, 2]).x
    Traceback (most recent call last):
    ...
    traitlets.traitlets.TraitError: x: found 2, expected numbers from -1 to 1
    """

    default_value = ()

    def __init__(self, axes, low, high, **options):
        super().__init__(**options)
        self.axes, self.low, self.high = axes, low, high

    def validate(self, obj, value):
        """The value as nested tuples of floats, or ``TraitError``."""
        return self._tuples(value, self.axes)

    def _tuples(self, value, axes):
        if axes == 0:
            return self._number(value)
        if not (isinstance(value, list | tuple) or _is_array(value)):
            kind = ("a list", "a list of lists", "a list of matrices")
            raise traitlets.TraitError(
                f"{self.name}: found {value!r}, expected "
                f"{kind[self.axes - 1]} of numbers"
            )
        return tuple(self._tuples(entry, axes - 1) for entry in value)

    def _number(self, value):
        good = isinstance(value, Real) and not isinstance(value, bool)
        # the comparison also refuses NaN
        if not (good and self.low <= value <= self.high):
            raise traitlets.TraitError(
                f"{self.name}: found {value!r}, expected numbers from "
                f"{self.low} to {self.high}"
            )
        return float(value)


def _is_array(value):
    return isinstance(value, np.ndarray) and value.ndim > 0
