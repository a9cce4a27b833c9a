"""Random networks for the witnesses of the gradient, the same for each.

>>> len(case(0).layers) == len(case(0).sizes) - 1
True
"""

from dataclasses import dataclass

import numpy as np
from backprop.numerics import activations, losses, network

COUNT = 1000
"""How many cases there are: ``case(0)`` to ``case(COUNT - 1)``."""

FURTHEST = "largest relative error of the gradients against "
"""How the property of a test begins that says how far a witness is."""

ACTIVATIONS = tuple(activations.ACTIVATIONS)
HALF, BCE, SOFTMAX = LOSSES = tuple(losses.LOSSES)
SCALES = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Standard deviations of the pre-activations of the first layer, roughly:
from nearly linear to saturated."""

DEEPEST, WIDEST, LARGEST = 4, 8, 9
"""Layers, units of a layer, examples of a batch."""


@dataclass(frozen=True)
class Case:
    """A network, a batch and a loss that fit together."""

    layers: tuple
    X: np.ndarray
    Y: np.ndarray
    loss: str

    @property
    def sizes(self):
        """The numbers of units, input first."""
        return (self.X.shape[1], *(len(layer.b) for layer in self.layers))

    @property
    def names(self):
        """The layers' activations, first layer first."""
        return tuple(layer.activation.name for layer in self.layers)

    def __str__(self):
        shape = "-".join(map(str, self.sizes))
        names = ", ".join(self.names)
        return f"{shape} ({names}), {self.loss}, m = {len(self.X)}"


def case(seed):
    """The random network of that number, always the same.

    The losses take turns. Every layer draws its own activation; the last is
    the identity where the loss contains the last non-linearity. In one case
    of five all biases are 0, as `network.initialise` leaves them: a unit
    above a layer of dead ReLUs then sits exactly on its kink.
    """
    rng = np.random.default_rng([80, seed])
    loss = LOSSES[seed % len(LOSSES)]
    depth = int(rng.integers(1, DEEPEST + 1))
    sizes = rng.integers(1, WIDEST + 1, depth + 1).tolist()
    m = int(rng.integers(1, LARGEST + 1))
    return drawn(rng, sizes, rng.choice(ACTIVATIONS, depth).tolist(), loss, m)


def drawn(rng, sizes, names, loss, m):
    """A `Case` of these sizes and activations with random numbers.

    What does not fit the loss is replaced: the last activation, and one
    class where two are needed (the softmax of one is 1, whatever the logit).
    """
    if loss != HALF:
        names = [*names[:-1], "identity"]
    if loss == SOFTMAX:
        sizes = [*sizes[:-1], max(2, sizes[-1])]
    scale, biased = rng.choice(SCALES), rng.uniform() < 0.8
    layers = tuple(
        network.Layer(
            scale / np.sqrt(n_in) * rng.normal(size=(n_out, n_in)),
            biased * scale * rng.normal(size=n_out),
            name,
        )
        for n_in, n_out, name in zip(sizes[:-1], sizes[1:], names, strict=True)
    )
    X = _inputs(rng, (m, sizes[0]))
    Y = _targets(rng, (m, sizes[-1]), names[-1], loss)
    return Case(layers, X, Y, loss)


def arrays(case):
    """W and b of every layer, then X: all that has a gradient."""
    parameters = [p for layer in case.layers for p in (layer.W, layer.b)]
    return [*parameters, case.X]


def gradients(case):
    """The gradient of each of the `arrays`, in their order."""
    passed = network.forward(case.layers, case.X)
    back = network.backward(case.layers, passed, case.Y, case.loss)
    layers = range(1, len(case.layers) + 1)
    parameters = [g[l] for l in layers for g in (back.dL_dW, back.dL_db)]
    return [*parameters, back.dL_dX]


def _inputs(rng, shape):
    """Mostly normal; in one case of five 0 or 1, as of a truth table."""
    if rng.uniform() < 0.2:
        return rng.integers(0, 2, shape).astype(np.float64)
    return rng.normal(size=shape)


def _targets(rng, shape, last, loss):
    """In the range of the output; in half of the cases one-hot or 0 and 1
    where the targets are probabilities."""
    hard = rng.uniform() < 0.5
    if loss == SOFTMAX and hard:
        return np.eye(shape[1])[rng.integers(0, shape[1], shape[0])]
    if loss == SOFTMAX:
        return rng.dirichlet(np.ones(shape[1]), shape[0])
    if loss == BCE:
        Y = rng.uniform(size=shape)
        return np.round(Y) if hard else Y
    if last in ("sigmoid", "tanh"):
        return rng.uniform(0.0 if last == "sigmoid" else -1.0, 1.0, shape)
    Y = rng.normal(size=shape)
    return np.abs(Y) if last in ("relu", "softplus") else Y
