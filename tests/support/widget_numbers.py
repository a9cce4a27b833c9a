"""The numbers that a widget stands for, as its Python side has them."""

import numpy as np
from backprop.numerics import network

LOSS = "softmax_cross_entropy"
"""The loss of the playground."""


def inputs_of(stepper):
    """Every number that goes into a network stepper, by its name."""
    given = {}
    for l, (W, b) in enumerate(zip(stepper.W, stepper.b, strict=True), 1):
        for (j, k), value in np.ndenumerate(np.array(W)):
            given[f"w{l}_{j + 1}{k + 1}"] = float(value)
        for j, value in enumerate(b, 1):
            given[f"b{l}_{j}"] = value
    given |= {f"x_{k}": value for k, value in enumerate(stepper.x, 1)}
    return given | {f"y_{j}": value for j, value in enumerate(stepper.y, 1)}


def layers_of(playground, updates=None):
    """The layers of a playground after its updates, or after so many."""
    rows = playground.run(updates)["layers"]
    hidden = playground.numeric_activation()
    names = [hidden] * (len(rows) - 1) + ["identity"]
    return tuple(
        network.Layer(row["W"], row["b"], name)
        for row, name in zip(rows, names, strict=True)
    )


def norms_of(playground):
    """The length of each layer's gradient over the training data."""
    training, _ = playground.examples()
    loss = network.objective(training.X, training.Y, LOSS)
    _, gradients = loss(layers_of(playground))
    return [*network.gradient_norms(gradients).values()]
