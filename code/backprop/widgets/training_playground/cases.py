"""The playground with every data set, and where a training may go wrong."""

import sympy as sp
from backprop.numerics import network
from backprop.symbolic import z
from backprop.widgets.core.cases import Case, flat, numbers
from backprop.widgets.training_playground.widget import LOSS

WILD = {"activation": "relu", "eta": 1e12}

CASES = [
    Case("as it starts"),
    Case("spirals", {"update": 30}),
    Case("moons", {"data": "moons", "hidden": [4], "update": 20}),
    Case("XOR", {"data": "xor", "hidden": [2, 2, 2], "update": 12}),
    Case("no hidden layer", {"hidden": [], "update": 8}),
    Case("the deepest", {"hidden": [8, 8, 8], "update": 3}),
    Case("one unit each", {"hidden": [1, 1, 1], "update": 3}),
    Case("all rows at once", {"batch_size": 200, "update": 4}),
    Case("a row at a time", {"batch_size": 1, "update": 9}),
    Case("sigmoid", {"activation": "sigmoid", "update": 5}),
    Case("leaky ReLU", {"activation": "leaky_relu", "update": 5}),
    Case("softplus", {"activation": "softplus", "update": 5}),
    Case("identity", {"activation": "identity", "update": 5}),
    Case("diverging", WILD | {"update": 100}),
    Case("the smallest rate", {"eta": 1e-12, "update": 20}),
    Case(
        "a function of the reader",
        {"activation": z / (1 + sp.exp(-z)), "update": 6},
    ),
    Case("poles", {"activation": 1 / z, "update": 6}),
    Case("three updates", {}, press=("One update",) * 3),
    Case("from the start", {"update": 7}, press=("Reset",)),
    Case("other weights", {"update": 7}, press=("New weights", "One update")),
]

BELOW = {"update": 3}
"""Where no two activations look the same."""

UNSEEN = ("pace",)
"""It changes what a frame of playing does."""

READ = """place => [...place.querySelectorAll(".bp-norm .bp-reading")].map(
  (reading) => reading.textContent)"""


def found(shown):
    """The update, the losses and the lengths of the gradients."""
    said = numbers(shown["text"])
    parts = {"said": [said[0], *said[2:5]]}
    if "drawn" in shown:
        parts["lengths"] = flat(list(map(numbers, shown["drawn"])))
    return parts


def wanted(widget, run):
    """The same."""
    at = widget.update if run["diverged"] is None else run["diverged"] - 1
    _, *both = run["history"][-1]
    return {
        "said": [at, widget.eta, *both],
        "lengths": gradient_norms(widget, run["layers"]),
    }


def gradient_norms(widget, rows):
    """The length of each layer's gradient over the training data."""
    hidden = widget.numeric_activation()
    names = [hidden] * (len(rows) - 1) + ["identity"]
    layers = tuple(
        network.Layer(row["W"], row["b"], name)
        for row, name in zip(rows, names, strict=True)
    )
    training, _ = widget.examples()
    objective = network.objective(training.X, training.Y, LOSS)
    _, gradients = objective(layers)
    return [*network.gradient_norms(gradients).values()]
