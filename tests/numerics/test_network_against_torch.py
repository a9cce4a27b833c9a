"""PyTorch's autograd as one more witness, where it is installed."""

import numpy as np
import pytest
from backprop.numerics import network

torch = pytest.importorskip("torch")
F = torch.nn.functional

RELATIVE = 1e-12
"""To the largest entry, at least 1e-3 (smaller ones are differences of
numbers of order 1): both sides round some hundred times in float64."""

COUNT = 200
ACTIVATIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "leaky_relu": F.leaky_relu,
    # F.softplus is z itself above 20, which is wrong by up to 2e-9
    "softplus": lambda z: torch.logaddexp(torch.zeros_like(z), z),
    "identity": lambda z: z,
}
LOSSES = {
    "half_squared_error": lambda A, Y: F.mse_loss(A, Y, reduction="sum") / 2,
    "binary_cross_entropy": lambda Z, Y: F.binary_cross_entropy_with_logits(
        Z, Y, reduction="sum"
    ),
    "softmax_cross_entropy": lambda Z, Y: F.cross_entropy(
        Z, Y, reduction="sum"
    ),
}


def random_case(rng):
    sizes = rng.integers(1, 7, rng.integers(2, 6)).tolist()
    loss = str(rng.choice(list(LOSSES)))
    names = rng.choice(list(ACTIVATIONS), len(sizes) - 1).tolist()
    if loss != "half_squared_error":
        names[-1] = "identity"
    layers = tuple(
        network.Layer(
            rng.normal(size=(n_out, n_in)), rng.normal(size=n_out), name
        )
        for n_in, n_out, name in zip(sizes[:-1], sizes[1:], names, strict=True)
    )
    m = int(rng.integers(1, 9))
    X, Y = rng.normal(size=(m, sizes[0])), rng.uniform(size=(m, sizes[-1]))
    if loss == "softmax_cross_entropy":
        Y /= Y.sum(axis=1, keepdims=True)
    return layers, X, Y, loss


def by_autograd(layers, X, Y, loss):
    X = torch.tensor(X, requires_grad=True)
    leaves, A = [], X
    for layer in layers:
        W = torch.tensor(layer.W, requires_grad=True)
        b = torch.tensor(layer.b, requires_grad=True)
        leaves += [W, b]
        A = ACTIVATIONS[layer.activation.name](A @ W.T + b)
    value = LOSSES[loss](A, torch.tensor(Y)) / len(Y)
    value.backward()
    return value.item(), [leaf.grad.numpy() for leaf in [*leaves, X]]


@pytest.mark.parametrize("seed", range(COUNT))
def test_random_network(seed):
    layers, X, Y, loss = random_case(np.random.default_rng([60, seed]))
    value, slopes = by_autograd(layers, X, Y, loss)
    found = network.loss(layers, X, Y, loss)
    assert found == pytest.approx(value, rel=RELATIVE, abs=RELATIVE)
    back = network.backward(layers, network.forward(layers, X), Y, loss)
    ours = []
    for l in range(1, len(layers) + 1):
        ours += [back.dL_dW[l], back.dL_db[l]]
    largest = max(1e-3, *(np.abs(slope).max() for slope in slopes))
    for one, other in zip([*ours, back.dL_dX], slopes, strict=True):
        np.testing.assert_allclose(
            one, other, rtol=RELATIVE, atol=RELATIVE * largest
        )
