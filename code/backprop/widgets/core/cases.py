"""The states of interest of a widget, and how to read what it shows.

A widget's ``cases.py`` is what the contract suite knows about it:

``CASES``
    a list of `Case`;
``found(shown)``
    the numbers that the view shows, by the name of the part that shows them.
    ``shown`` has the ``state``, the ``text`` of the live line, and what
    ``READ`` and ``COMPUTED`` gave, under ``drawn`` and ``computed``;
``wanted(widget, run)``
    the same numbers from `run`; more parts do no harm.

And where it helps:

``READ``
    a function in JavaScript, from the widget's element to what is drawn
    there, as plain data;
``COMPUTED``
    one from the exports of ``core/neuron.js`` and of the widget's
    ``compute.js``, and the model, to what the view computes;
``check(widget, shown)``
    asserts what is said in words;
``BELOW``
    traits at which no two activations look the same;
``UNSEEN``
    traits with a control whose change is not seen there;
``as_read(state)``
    a state as the view takes it, where traits depend on each other.

None of this is needed to use a widget, and the book's wheel leaves it out.
"""

import math
import re
from dataclasses import dataclass, field

NUMBER = r"(?:−?\d[\d.]*(?:e[+−]\d+)?|too large|no value|beyond all bounds)"


@dataclass(frozen=True)
class Case:
    """A state with a name: the traits, then the buttons that are pressed."""

    name: str
    traits: dict = field(default_factory=dict)
    press: tuple = ()

    def __str__(self):
        return self.name


def numbers(text):
    """Every number of a text, as floats; NaN where there are words for it.

    >>> numbers("w = −1.5, L too large.")
    [-1.5, nan]
    """
    found = re.findall(NUMBER, text)
    return [
        float(one.rstrip(".").replace("−", "-"))
        if re.search(r"\d", one)
        else math.nan
        for one in found
    ]


def losses(run):
    """An update's: before, after, the change predicted, the change made."""
    change = run["L_new"] - run["L"]
    return [run["L"], run["L_new"], run["predicted"], change]


def flat(value):
    """All numbers of nested lists, in their order; NaN for None.

    >>> flat([1, [2.0, None]])
    [1.0, 2.0, nan]
    """
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        return [one for part in value for one in flat(part)]
    return [math.nan if value is None else float(value)]
