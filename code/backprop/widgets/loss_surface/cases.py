"""The loss surface with paths of every kind, and where it may go wrong."""

import sympy as sp
from backprop.symbolic import z
from backprop.widgets.core.cases import Case, flat, numbers

CASES = [
    Case("as it starts"),
    Case("sigmoid", {"activation": "sigmoid", "w": -2.0, "b": 1.0, "x": -1.0}),
    Case("tanh", {"activation": "tanh", "w": 0.5, "b": 0.2, "y": -0.5}),
    Case("softplus", {"activation": "softplus", "w": -1.5, "x": -2.0}),
    Case("leaky ReLU", {"activation": "leaky_relu", "w": -3.0, "b": 2.5}),
    Case("a dead ReLU", {"activation": "relu", "y": 0.0, "w": -1.0}),
    Case("no input", {"x": 0.0, "y": 3.5, "b": 2.5}),
    Case("from side to side", {"eta": 0.6, "steps": 200}),
    Case("just above the limit", {"eta": 0.62, "steps": 200}),
    Case("beyond all bounds", {"eta": 1e3}),
    Case("the smallest rate", {"eta": 1e-12}),
    Case("the edge of the picture", {"w": 4.0, "b": 1.0, "x": 1.0}),
    Case("far out", {"w": 1e6, "b": -1e6, "eta": 1e12}),
    Case("the ends", {"x": 1e3, "y": 1e3}),
    Case("a target out of reach", {"activation": "sigmoid", "y": -1e3}),
    Case("a function of the reader", {"activation": z / (1 + sp.exp(-z))}),
    Case("poles", {"activation": 1 / z, "w": 0.0, "b": 0.0}),
    Case("no value", {"activation": sp.log(z), "w": -3.0}),
    Case("forth", {}, press=("Forth along the contour",)),
    Case("back", {"x": -0.5}, press=("Back along the contour",) * 2),
]

BELOW = {"w": -0.5}
"""Where no two activations look the same."""

COMPUTED = """({ formulas, descent }, model) =>
  descent(model, formulas(model).neuron).path.map(
    ({ w, b, L }) => [w, b, L])"""


def found(shown):
    """The start, with its loss, and every iterate."""
    parts = {}
    if "Start (w, b)" in shown["text"]:
        parts["start"] = numbers(shown["text"])[:3]
    if "computed" in shown:
        parts["path"] = flat(shown["computed"])
    return parts


def wanted(_, run):
    """The same."""
    return {"start": flat(run[:1]), "path": flat(run)}
