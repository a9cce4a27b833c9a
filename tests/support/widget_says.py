"""What a widget says and draws, held against its Python side's ``run()``.

Each widget tells in its ``cases.py`` how to read it. All digits are shown, so
that only rounding may differ: a hundred times as much as the answer of `run`
itself does when every given number is moved by `NUDGE`. A saturated neuron
under a huge learning rate, or a path that jumps about, multiplies rounding by
millions; a wrong formula is not excused.
"""

import itertools
import math
from importlib import import_module

import numpy as np
from backprop.widgets.core import schema

NUDGE = 1e-13
SLACK = 100
ROUNDING = 1e-11
"""Relative; a formula has tens of operations, with 1e-16 each."""

TINY = 1e-14
"""What is left where two numbers of the order of 1 cancel."""

OUTSIDE = {"choices", "custom", "links", "sets"}
"""Traits that are no numbers of a state."""


def cases_of(widget):
    """The module that knows what the widget shows: its ``cases.py``."""
    return import_module(f"backprop.widgets.{widget.view}.cases")


def assert_agrees(widget, shown):
    """What is shown in a state is what ``run()`` computes there.

    ``widget`` is of the same kind and knows the reader's own activation, if
    there is one; it is set to the state. ``shown`` is what `cases.py` calls
    so. Returns how many numbers agreed to nine digits or more.
    """
    cases, state = cases_of(widget), shown["state"]
    found = cases.found(shown)
    wanted = wanted_in(widget, state)
    around = [wanted_in(widget, nudged(widget, state, way)) for way in (1, -1)]
    sharp = 0
    for part, values in found.items():
        others = [one[part] for one in around]
        if any(len(one) != len(wanted[part]) for one in others):
            continue  # by rounding alone it ends an update earlier
        assert len(values) == len(wanted[part]), (part, values, wanted[part])
        for one, *three in zip(values, wanted[part], *others, strict=True):
            gap = allowed(*three)
            assert same(one, three[0], gap), (part, one, three[0], gap, shown)
            sharp += gap <= 1e-9 * max(1, abs(three[0]))
    if hasattr(cases, "check"):
        cases.check(ready(widget, state), shown)
    return sharp


def allowed(value, *around):
    """How far a number may be from that of `run`."""
    moved = [abs(one - value) for one in around if math.isfinite(one)]
    return TINY + ROUNDING * abs(value) + SLACK * max(moved, default=0)


def same(one, other, gap):
    """Whether two numbers agree; what is none agrees with what is none."""
    if not (math.isfinite(one) and math.isfinite(other)):
        return not (math.isfinite(one) or math.isfinite(other))
    return abs(one - other) <= gap


def nudged(widget, state, way):
    """The state with every real number moved a little."""
    ways = itertools.cycle([way, -1, -way, way, 1])

    def move(value, low, high):
        if isinstance(value, list | tuple):
            return [move(one, low, high) for one in value]
        return min(high, max(low, value * (1 + next(ways) * NUDGE)))

    ranges = schema.of(type(widget))["ranges"]
    ends = {k: v for k, v in ranges.items() if len(v) == 2}
    given = {k: v for k, v in state.items() if k in ends}
    return state | {k: move(v, *ends[k]) for k, v in given.items()}


def wanted_in(widget, state):
    """The numbers of ``run()`` in a state."""
    ready(widget, state)
    with np.errstate(all="ignore"):
        return cases_of(widget).wanted(widget, widget.run())


def ready(widget, state):
    """The widget, set to the state of a view."""
    read = getattr(cases_of(widget), "as_read", dict)
    known = {*widget.state_names()} - OUTSIDE
    given = {k: v for k, v in read(state).items() if k in known}
    with widget.hold_sync(), widget.hold_trait_notifications():
        for trait, value in given.items():
            setattr(widget, trait, value)
    return widget
