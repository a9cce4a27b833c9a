"""The activation explorer in the states that may go wrong."""

import sympy as sp
from backprop.symbolic import z
from backprop.widgets.core.cases import Case, numbers

CASES = [
    Case("as it starts"),
    Case("a sigmoid, saturated", {"z": 8.0}),
    Case("tanh, saturated below", {"activation": "tanh", "z": -4.0}),
    Case("the kink of ReLU", {"activation": "relu", "z": 0.0}),
    Case("leaky ReLU below", {"activation": "leaky_relu", "z": -7.95}),
    Case("softplus", {"activation": "softplus", "z": 1.05}),
    Case("identity", {"activation": "identity", "z": -3.3}),
    Case("the right end", {"z": 1e6}),
    Case("the left end", {"activation": "softplus", "z": -1e6}),
    Case("a function of the reader", {"activation": z / (1 + sp.exp(-z))}),
    Case("steep", {"activation": sp.sin(3 * z), "z": -0.05}),
    Case("at a pole", {"activation": 1 / z, "z": 0.0}),
    Case("no value", {"activation": sp.log(z), "z": -3.0}),
    Case("overflow", {"activation": sp.exp(z), "z": 1e6}),
]

BELOW = {"z": -0.7}
"""Where no two activations look the same."""


def found(shown):
    """The three numbers of the line."""
    return {"said": numbers(shown["text"])[:3]}


def wanted(_, run):
    """The same."""
    return {"said": [run["z"], run["a"], run["da_dz"]]}
