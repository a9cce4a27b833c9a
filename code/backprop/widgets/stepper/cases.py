"""The stepper at every step, and in the states that may go wrong."""

import sympy as sp
from backprop.symbolic import z
from backprop.widgets.core.cases import Case, losses, numbers
from backprop.widgets.stepper.steps import WORDS

STEPS = [*WORDS]
LAST = len(STEPS) - 1
WIDE = {"x": -5.0, "w": -5.0, "b": 5.0, "y": -2.0}
ZERO = {"x": 0.0, "w": 0.0, "b": 0.0}

CASES = [
    *(Case(f"at {name}", {"step": i}) for i, name in enumerate(STEPS)),
    *(
        Case(f"up to {name}", {"until": name, "step": STEPS.index(name)})
        for name in ("L", "dL_db")
    ),
    Case(
        "long numbers",
        {"x": -4.0, "w": 4.0, "b": -4.0, "y": 0.3, "step": 7},
    ),
    Case("wide numbers", WIDE | {"activation": "relu", "step": 7}),
    Case("a dead ReLU", {"activation": "relu", "w": -0.5, "step": 6}),
    Case("leaky ReLU", {"activation": "leaky_relu", "w": -0.5, "step": 8}),
    Case("tanh", {"activation": "tanh", "w": -1.3, "y": -0.7, "step": LAST}),
    Case("softplus", {"activation": "softplus", "b": -4.1, "step": 9}),
    Case("identity", {"activation": "identity", "b": 12.5, "step": 5}),
    Case("the largest rate", {"eta": 1e12, "step": LAST}),
    Case("the ends", {"x": 1e3, "w": 1e6, "b": -1e6, "y": 1e3, "step": 7}),
    Case(
        "a function of the reader",
        {"activation": z / (1 + sp.exp(-z)), "step": LAST},
    ),
    Case("no value", ZERO | {"activation": 1 / z, "step": 1}),
    Case("no value any more", ZERO | {"activation": 1 / z, "step": LAST}),
    Case(
        "overflow",
        {"activation": sp.exp(z), "w": 1e6, "x": 1e3, "step": 2},
    ),
    Case(
        "weights no longer finite",
        {"activation": sp.exp(z), "w": 1e6, "x": 1e3, "step": LAST},
    ),
    Case("two updates on", {"step": 3}, press=("Next update", "Next update")),
    Case("three steps on", {}, press=("Next", "Next", "Next", "Back")),
    Case("back to the first", {"step": LAST}, press=("Back", "z")),
]

BELOW = {"w": -0.5, "step": 1}
"""Where no two activations look the same."""


def found(shown):
    """The number of the step, a new weight with its change; after the update
    the losses."""
    text, step = shown["text"], STEPS[shown["state"]["step"]]
    if step == "L_new":
        return {"said": numbers(text)[:4]}
    count = 2 if step in ("w_new", "b_new") else 1
    return {"said": numbers(text.split(" = ", 1)[1])[:count]}


def wanted(widget, run):
    """The same."""
    step = STEPS[widget.step]
    if step == "L_new":
        return {"said": losses(run)}
    if step in ("w_new", "b_new"):
        change = run[step] - getattr(widget, step[0])
        return {"said": [run[step], change]}
    return {"said": [run[step]]}
