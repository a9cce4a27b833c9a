"""Time of one update: ``backprop.numerics`` as a ratio to PyTorch eager.

One update is the forward pass, the loss, the backward pass and the step of
plain gradient descent. Both sides start from the same weights and the same
data, in float64, on one thread, and take turns within one run, a block of
updates each, as a training loop makes them; the medians are compared. Run it
with ``make bench``.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import statistics
import sys
import time

import numpy as np
import torch

from backprop.numerics import network

# Sizes, hidden activation, batch, updates in a block, largest acceptable
# ratio. The largest first: then memory for every later array is at hand
# before it is timed, as it is in a long training run, for both sides.
CASES = [
    ((1024, 1024, 1024, 10), "relu", 256, 3, 1.00),
    ((784, 128, 64, 10), "relu", 64, 60, 0.75),
    ((784, 128, 64, 10), "sigmoid", 64, 60, None),
    ((64, 32, 10), "relu", 32, 200, 0.30),
    ((64, 32, 10), "sigmoid", 32, 200, 0.30),
    ((2, 16, 16, 1), "relu", 64, 200, 0.30),
    ((2, 16, 16, 1), "sigmoid", 64, 200, 0.30),
    ((2, 2, 1), "sigmoid", 4, 300, 0.20),
    ((1, 1), "sigmoid", 1, 300, 0.15),
]
BLOCKS = 10
LOSS = "half_squared_error"
ETA = 0.01
ACTIVATIONS = {"sigmoid": torch.nn.Sigmoid, "relu": torch.nn.ReLU}


def ours(layers, X, Y):
    """A function that makes one update with ``backprop.numerics``."""

    def step():
        nonlocal layers
        cache = network.forward(layers, X)
        gradients = network.backward(layers, cache, Y, LOSS)
        layers = network.update(layers, gradients, ETA)
        return layers

    return step


def theirs(layers, X, Y):
    """The same update with PyTorch's modules, autograd and SGD."""
    modules = []
    for layer in layers:
        linear = torch.nn.Linear(*reversed(layer.W.shape))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(layer.W))
            linear.bias.copy_(torch.from_numpy(layer.b))
        modules.append(linear)
        if layer.activation.name != "identity":
            modules.append(ACTIVATIONS[layer.activation.name]())
    model = torch.nn.Sequential(*modules)
    optimiser = torch.optim.SGD(model.parameters(), lr=ETA)
    X, Y = torch.from_numpy(X), torch.from_numpy(Y)

    def step():
        optimiser.zero_grad()
        difference = model(X) - Y
        loss = (difference * difference).sum() / (2 * len(X))
        loss.backward()
        optimiser.step()
        return model

    return step


def seconds(step):
    """How long one call takes."""
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def compare(sizes, batch, updates, activation):
    """Median seconds of an update: ours, theirs."""
    rng = np.random.default_rng(0)
    layers = network.initialise(
        sizes,
        rng,
        "he",
        activation,
        "identity" if len(sizes) > 2 else activation,
    )
    X = rng.normal(size=(batch, sizes[0]))
    Y = rng.normal(size=(batch, sizes[-1]))
    pair = ours(layers, X, Y), theirs(layers, X, Y)
    assert_same(pair)
    times = [], []
    for _ in range(BLOCKS):
        for step, taken in zip(pair, times, strict=True):
            taken.extend(seconds(step) for _ in range(updates))
    return tuple(map(statistics.median, times))


def assert_same(pair):
    """After three updates both sides hold the same weights, to rounding."""
    for _ in range(3):
        layers, model = (step() for step in pair)
    weights = [p for p in model.parameters() if p.ndim == 2]
    for layer, weight in zip(layers, weights, strict=True):
        np.testing.assert_allclose(
            layer.W, weight.detach().numpy(), rtol=1e-9, atol=1e-12
        )


def main():
    """Print the table; exit with 1 if a ratio is above its limit."""
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    print(f"numpy {np.__version__}, PyTorch {torch.__version__}, float64")
    head = f"{'network':<20}{'batch':>6}{'activation':>12}"
    print(head + f"{'ours µs':>12}{'torch µs':>12}{'ratio':>8}{'limit':>8}")
    worst = False
    for sizes, activation, batch, updates, limit in CASES:
        mine, other = compare(sizes, batch, updates, activation)
        ratio = mine / other
        worst |= limit is not None and ratio > limit
        name = "-".join(map(str, sizes))
        shown = "-" if limit is None else f"{limit:.2f}"
        print(
            f"{name:<20}{batch:>6}{activation:>12}{mine * 1e6:>12.1f}"
            f"{other * 1e6:>12.1f}{ratio:>8.2f}{shown:>8}"
        )
    return int(worst)


if __name__ == "__main__":
    sys.exit(main())
