"""PyTorch's autograd as one more witness, where it is installed."""

import math

import numpy as np
import pytest
import random_networks
from backprop.numerics import network, optimisers
from random_networks import FURTHEST

torch = pytest.importorskip("torch")
F = torch.nn.functional

RELATIVE = 1e-12
"""Largest relative error of an array of gradients: the length of what is
between the two, to PyTorch's. Both round some hundred times in float64; of
a small gradient as many digits are asked as of a large one."""

ACTIVATIONS = {
    # torch.sigmoid and torch.tanh are differentiated as a (1 - a), 1 - a²:
    # where they saturate, few digits of that are left
    "sigmoid": lambda z: 1 / (1 + torch.exp(-z)),
    "tanh": lambda z: 1 - 2 / (1 + torch.exp(2 * z)),
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


def by_autograd(case):
    """PyTorch's loss, and its gradients in the order of the arrays."""
    X = torch.tensor(case.X, requires_grad=True)
    leaves, A = [], X
    for layer in case.layers:
        W = torch.tensor(layer.W, requires_grad=True)
        b = torch.tensor(layer.b, requires_grad=True)
        leaves += [W, b]
        A = ACTIVATIONS[layer.activation.name](A @ W.T + b)
    value = LOSSES[case.loss](A, torch.tensor(case.Y)) / len(case.Y)
    value.backward()
    return value.item(), [leaf.grad.numpy() for leaf in [*leaves, X]]


def error(found, slope):
    """The relative error of an array; 0 where nothing is between the two."""
    assert found.shape == slope.shape
    distance = float(np.linalg.norm(found - slope))
    length = float(np.linalg.norm(slope))
    return distance / length if length else distance and math.inf


@pytest.mark.parametrize("start", range(0, random_networks.COUNT, 100))
def test_a_hundred_random_networks(start, record_property):
    largest = 0.0
    for seed in range(start, start + 100):
        case = random_networks.case(seed)
        value, slopes = by_autograd(case)
        ours = network.loss(case.layers, case.X, case.Y, case.loss)
        assert ours == pytest.approx(value, rel=RELATIVE, abs=RELATIVE)
        pairs = zip(random_networks.gradients(case), slopes, strict=True)
        worst = np.max([error(*pair) for pair in pairs])
        assert worst <= RELATIVE, f"case {seed}: {case}"
        largest = max(largest, float(worst))
    record_property(f"{FURTHEST}PyTorch, limit {RELATIVE:g}", largest)


@pytest.mark.parametrize("beta", [0.5, 0.9])
@pytest.mark.parametrize("seed", range(6))
def test_momentum_is_that_of_pytorch(seed, beta):
    case = random_networks.case(seed)
    leaves = [
        torch.tensor(array, requires_grad=True)
        for layer in case.layers
        for array in (layer.W, layer.b)
    ]
    theirs = torch.optim.SGD(leaves, lr=0.02, momentum=beta)
    for _ in range(30):
        theirs.zero_grad()
        A = torch.tensor(case.X)
        for layer, W, b in zip(
            case.layers, leaves[::2], leaves[1::2], strict=True
        ):
            A = ACTIVATIONS[layer.activation.name](A @ W.T + b)
        value = LOSSES[case.loss](A, torch.tensor(case.Y)) / len(case.Y)
        value.backward()
        theirs.step()
    *_, last = optimisers.descend(
        network.objective(case.X, case.Y, case.loss),
        case.layers,
        0.02,
        30,
        update=network.update,
        rule=optimisers.Momentum(beta),
    )
    ours = [array for layer in last.parameters for array in (layer.W, layer.b)]
    for array, leaf in zip(ours, leaves, strict=True):
        # thirty updates of one rounding each, and what they grow to
        assert error(array, leaf.detach().numpy()) <= 100 * RELATIVE
