"""The network stepper with every architecture, and where it may go wrong."""

import numpy as np
import sympy as sp
from backprop.symbolic import emit_network, z
from backprop.widgets.core.cases import Case, losses, numbers
from backprop.widgets.network_stepper.numbers import (
    PRESETS,
    SIZES,
    starting_numbers,
)

SWISH = z / (1 + sp.exp(-z))


def steps_of(sizes):
    """The steps of an architecture, each with the names of its numbers."""
    return [*emit_network.steps(SIZES[sizes]).items()]


CASES = [
    *(
        Case(f"{sizes} at {step}", {"sizes": sizes, "step": i})
        for sizes in SIZES
        for i, (step, _) in enumerate(steps_of(sizes))
    ),
    *(
        Case(name, {"preset": name, "step": step})
        for name in PRESETS
        for step in (4, 9)
    ),
    *(
        Case(name, {"activation": name, "x": (-3.0, 1.0), "step": 7})
        for name in ("tanh", "relu", "leaky_relu", "softplus", "identity")
    ),
    Case("biases kept", {"biases": False, "step": 9, "selected": "b1_2"}),
    Case("the last weight", {"selected": "w2_22", "step": 8}),
    Case("the largest rate", {"eta": 1e12, "step": 10}),
    Case("the ends", {"x": (1e3, -1e3), "y": (1e3, -1e3), "step": 6}),
    Case("a function of the reader", {"activation": SWISH, "step": 10}),
    Case(
        "deep, a function of the reader",
        {"activation": SWISH, "sizes": "2-2-2-2", "step": 13},
    ),
    *(
        Case(
            f"no value at step {step}",
            {
                "activation": 1 / z,
                "x": (0.0, 0.0),
                "b": ((0.0, 0.0), (0.0, 0.0)),
                "step": step,
            },
        )
        for step in (1, 4, 8, 9, 10)
    ),
    Case(
        "overflow",
        {
            "sizes": "1-1-1",
            "activation": z**9,
            "W": (((1e6,),), ((1e6,),)),
            "x": (1e3,),
            "eta": 1e12,
            "step": 10,
        },
    ),
    Case("two updates on", {}, press=("Next update", "Next update")),
    Case("walked", {}, press=("Next", "Next", "Next", "Back")),
]

BELOW = {"x": (-3.0, 1.0), "step": 1}
"""Where no two activations look the same."""

UNSEEN = ("biases",)
"""It changes the later steps."""

READ = """place => [...place.querySelectorAll(".bp-rows p")].map(
  (row) => row.textContent.split(" = ").at(-1))"""


def found(shown):
    """The numbers of the line, and the last of each row."""
    text = shown["text"]
    step, _ = step_of(shown["state"])
    if step == "update":
        parts = {"said": numbers(text.split(": ", 1)[1])[:3]}
    elif step == "L_new":
        parts = {"said": numbers(text)[:4]}
    else:
        parts = {"said": numbers(text.split(" = ", 1)[1].split(" (after")[0])}
    if "drawn" in shown:
        parts["rows"] = [numbers(end)[-1] for end in shown["drawn"]]
    return parts


def wanted(widget, run):
    """The same."""
    step, names = step_of({"sizes": widget.sizes, "step": widget.step})
    start = {"a": "a", "d": "dL_dz"}.get(step[0], "")
    said = [run[name] for name in names if name.startswith(start)]
    if step == "W":
        said = [run[name] for name in names if name.startswith("dL_dw")]
    if step == "update":
        before, after = entry(widget), run[f"{widget.selected}_new"]
        said = [before, after, after - before]
    elif step == "L_new":
        said = losses(run)
    return {"said": said, "rows": [run[name] for name in names]}


def step_of(state):
    """The name of the step that is shown, and its numbers."""
    steps = steps_of(state["sizes"])
    return steps[min(state["step"], len(steps) - 1)]


def entry(widget):
    """The selected weight or bias."""
    letter, *place = widget.selected.replace("_", "")
    value = widget.W if letter == "w" else widget.b
    for unit in place:
        value = value[int(unit) - 1]
    return value


def as_read(state):
    """A state as the view reads it: what belongs to other sizes gives way."""
    sizes, start = state["sizes"], starting_numbers(state["sizes"])
    step = min(state["step"], len(steps_of(sizes)) - 1)
    state = {**state, "step": step, "preset": ""}
    if state["selected"] not in emit_network.parameters(SIZES[sizes]):
        state["selected"] = "w1_11"
    same = all(shape(state[name]) == shape(start[name]) for name in start)
    return state if same else state | start


def shape(value):
    """Nested lists with their numbers left out."""
    return [shape(one) for one in value] if np.iterable(value) else 0
