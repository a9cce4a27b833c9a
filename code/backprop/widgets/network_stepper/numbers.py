"""The numbers of a small network: nested lists as traits, those that an
architecture starts with, and those of published examples.
"""

from itertools import chain, cycle

import numpy as np
import traitlets
from backprop import worked_examples
from backprop.symbolic import emit_network

SIZES = {emit_network.title(n): n for n in emit_network.ARCHITECTURES}
FIRST = next(iter(SIZES))
START = (0.4, -0.7, 0.6, 0.3, 0.8, -0.5, -0.4, 0.9, 0.2, -0.6, 0.7)
"""The weights and biases of a network are these, again and again."""

PRESETS = {
    "mazur_2_2_2": "Mazur's numbers (2-2-2)",
    "han_kamber_3_2_1": "Han & Kamber's numbers (3-2-1)",
    "nbis_1_1_1": "NBIS's numbers (1-1-1)",
}
"""Published examples that fit, and their names in the view."""


class Architecture(traitlets.TraitType):
    """One of the architectures, as ``"2-3-1"``; ``(2, 3, 1)`` does too."""

    default_value = FIRST

    def validate(self, obj, value):
        """The name, or ``TraitError``."""
        name = name_of(value)
        if name not in SIZES:
            raise traitlets.TraitError(
                f"sizes: found {value!r}, expected one of {', '.join(SIZES)}"
            )
        return name


def starting_numbers(sizes):
    """Weights, biases, inputs and targets for the name of an architecture.

    >>> starting_numbers("1-1-1")["W"]
    (((0.4,),), ((0.6,),))
    """
    n, numbers = SIZES[sizes], cycle(START)
    W, b = [], []
    for n_in, n_out in zip(n, n[1:], strict=False):
        W.append(
            tuple(_take(numbers, n_in) for _ in range(n_out)),
        )
        b.append(_take(numbers, n_out))
    x = (0.5, 1.0, -0.5)[: n[0]]
    return {"W": tuple(W), "b": tuple(b), "x": x, "y": (0.2, 0.8)[: n[-1]]}


def published(preset):
    """The numbers of a published example, as values of traits.

    >>> published("nbis_1_1_1")["W"]
    (((0.1,),), ((0.3,),))
    """
    example = worked_examples.load(preset)
    given = example["inputs"]
    sizes = "-".join(preset.rsplit("_", 3)[1:])
    start = starting_numbers(sizes)
    names = {
        "W": [given.get(f"W{l}", given.get(f"w{l}")) for l in (1, 2)],
        "b": [given[f"b{l}"] for l in (1, 2)],
        "x": given["x"],
        "y": given.get("t", given.get("y")),
    }
    return {
        "sizes": sizes,
        **{k: _like(start[k], _flat(v)) for k, v in names.items()},
        "eta": example["eta"],
        "activation": "sigmoid",
        "biases": preset != "mazur_2_2_2",
    }


def _take(numbers, count):
    return tuple(next(numbers) for _ in range(count))


def _flat(value):
    """All numbers of nested lists, in order."""
    if not isinstance(value, list):
        return [value]
    return list(chain.from_iterable(_flat(entry) for entry in value))


def _like(shape, numbers):
    """Numbers in the shape of nested tuples."""
    numbers = iter(numbers)

    def fill(part):
        if isinstance(part, tuple):
            return tuple(fill(entry) for entry in part)
        return float(next(numbers))

    return fill(shape)


def name_of(sizes):
    """``(2, 3, 1)`` as ``"2-3-1"``; anything else as it is."""
    if isinstance(sizes, tuple | list):
        whole = all(type(n) is int for n in sizes)
        return "-".join(map(str, sizes)) if whole else None
    return sizes if isinstance(sizes, str) else None


def shapes(value):
    """The shape of nested tuples in words.

    >>> shapes((((1, 2), (3, 4)), ((5, 6),)))
    '(2, 2) and (1, 2)'
    """
    parts = value if _axes(value) == 3 else (value,)
    try:
        return " and ".join(str(np.shape(part)) for part in parts)
    except ValueError:
        return "rows of different lengths"


def _axes(value):
    return 1 + _axes(value[0]) if isinstance(value, tuple) and value else 0
