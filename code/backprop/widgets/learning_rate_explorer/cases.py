"""The learning-rate explorer in each regime, and where it may go wrong."""

import math
import re

import numpy as np
import sympy as sp
from backprop.symbolic import z
from backprop.widgets.core.cases import NUMBER, Case, flat, numbers

LOG = {"activation": sp.log(z), "x": 1.0, "b": 0.0}

CASES = [
    Case("as it starts"),
    Case("a crawl", {"eta": 0.02}),
    Case("one update", {"eta": 0.6, "steps": 1}),
    Case("from side to side", {"eta": 0.8, "steps": 12}),
    Case("growing", {"eta": 1.1, "steps": 10}),
    Case("beyond all bounds", {"eta": 1e12, "steps": 200}),
    Case("the smallest rate", {"eta": 1e-12}),
    Case("sigmoid", {"activation": "sigmoid", "eta": 8.0, "start": 2.0}),
    Case("a plateau", {"activation": "sigmoid", "eta": 90.0}),
    Case("tanh", {"activation": "tanh", "eta": 0.6, "start": -0.4}),
    Case("softplus", {"activation": "softplus", "eta": 0.7, "y": 2.0}),
    Case("leaky ReLU", {"activation": "leaky_relu", "start": -0.5}),
    Case("a dead ReLU", {"activation": "relu", "start": -0.9}),
    Case("a minimum at a kink", {"activation": "relu", "y": 0.0}),
    Case("a target out of reach", {"activation": "sigmoid", "y": 2.0}),
    Case("no input", {"x": 0.0, "y": 1e3}),
    Case("far out", {"start": 1e6, "eta": 1e-12}),
    Case("the ends", {"x": 1e3, "y": -1e3, "b": 1e3, "eta": 1e12}),
    Case("a flat bowl", {"x": -1e-3, "b": -1e3, "start": -1e6}),
    Case("a function of the reader", {"activation": z / (1 + sp.exp(-z))}),
    Case("no loss at the start", LOG | {"start": -1.0}),
    Case("no value on the way", LOG | {"start": 0.5, "y": 9.0, "eta": 9.0}),
    Case("a cube", {"activation": z**3, "eta": 0.9, "start": 1.0}),
]

BELOW = {"start": -0.5}
"""Where no two activations look the same."""

COMPUTED = """({ compute }, model) =>
  compute(model).path.map(({ w, L }) => [w, L])"""

LAST = re.compile(rf"After (\d+) updates?: w = ({NUMBER}), L = ({NUMBER})")
LIMIT = re.compile(rf"the limit here is η < ({NUMBER})")


def found(shown):
    """The end of the run, the limit, and every iterate."""
    end = LAST.search(shown["text"])
    limit = LIMIT.search(shown["text"])
    parts = {"end": flat(list(map(numbers, end.groups())))} if end else {}
    if limit:
        parts["limit"] = numbers(limit[1])
    if "computed" in shown:
        parts["path"] = flat(shown["computed"])
    return parts


def wanted(widget, run):
    """The same."""
    limit = widget.limit
    return {
        "end": [len(run) - 1, *run[-1]] if run else [],
        "path": flat(run),
        "limit": [math.nan if limit is None else limit],
    }


def check(widget, shown):
    """The words say what the run does, and name the limit where there is
    one."""
    run, text = widget.run(), shown["text"]
    if not run:
        assert "diverges: the loss at the start" in text or (
            "no value: there is no loss" in text
        )
        return
    assert ("no limit" in text or "no single limit" in text) == (
        widget.limit is None
    )
    if len(run) <= widget.steps:
        assert "diverges: " in text
        return
    assert "beyond all bounds" not in text
    moves = np.diff([w for w, _ in run[-3:]])
    if len(moves) < 2 or min(abs(moves)) < 1e-6 * max(1, abs(run[-1][0])):
        return
    turns = moves[0] * moves[1] < 0
    if "oscillates and converges" in text or "between two points" in text:
        assert turns
    if "from one side" in text or "crawls" in text or "slides on" in text:
        assert not turns
