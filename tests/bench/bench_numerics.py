"""Time of one update of ``backprop.numerics``, as two ratios.

One update is the forward pass, the loss, the backward pass and the step of
plain gradient descent, in float64 and on one thread. It is written in two
ways: as a reader does, ``forward``, ``backward``, ``update``, and as
`optimisers.descend` does, with an ``objective``.

Large networks spend their time in products of matrices, which numpy leaves
to its BLAS. They are judged against the same products alone: the ratio to
PyTorch would be that of two BLAS libraries, and is only printed. Small
networks are judged against PyTorch eager, which starts from the same weights
and the same data. All take turns within one run, a block of updates each, as
a training loop makes them; the medians are compared.

Then how the time grows: with the batch, and with the width of the layers.
Both are doubled, again and again, and the slope of a straight line through
the times, on logarithmic axes, is what the time is a power of. An update
touches each weight once for each example, so that it is the first power of
the batch and of the number of weights, which is the second of the width;
where the fixed cost of a call counts, at small sizes, it is less. All of it
is also drawn, in ``_build/bench/step_time.svg``. Run it with ``make bench``.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from backprop.numerics import network
import step_time

PICTURE = Path(__file__).parents[2] / "_build/bench/step_time.svg"

PRODUCTS, PYTORCH = "products", "PyTorch"
"""What a network is judged against."""

# Sizes, hidden activation, batch, updates in a block, what it is judged
# against, largest acceptable ratio. The largest first: then memory for every
# later array is at hand before it is timed, as it is in a long training run,
# for all sides.
CASES = [
    ((1024, 1024, 1024, 10), "relu", 256, 3, PRODUCTS, 1.25),
    ((784, 128, 64, 10), "relu", 64, 60, PRODUCTS, 1.25),
    ((784, 128, 64, 10), "sigmoid", 64, 60, PRODUCTS, None),
    ((64, 32, 10), "relu", 32, 200, PYTORCH, 0.20),
    ((64, 32, 10), "sigmoid", 32, 200, PYTORCH, 0.20),
    ((2, 16, 16, 1), "relu", 64, 200, PYTORCH, 0.28),
    ((2, 16, 16, 1), "sigmoid", 64, 200, PYTORCH, 0.28),
    ((2, 2, 1), "sigmoid", 4, 300, PYTORCH, 0.20),
    ((1, 1), "sigmoid", 1, 300, PYTORCH, 0.15),
]


@dataclass(frozen=True)
class Growth:
    """What is doubled, in which network."""

    name: str
    grows: str
    """``"batch"`` or ``"width"``: what is on the axis."""

    cases: list
    """The sizes of the network and the batch, smallest first."""

    unjudged: str = ""
    """Why no slope is too steep here."""

    @property
    def sizes(self):
        """What grows, for each of the cases."""
        batches = self.grows == "batch"
        return np.array([m if batches else n[0] for n, m in self.cases])

    @property
    def judged(self):
        """What the slope is judged against, its name and its values."""
        if self.grows == "batch":
            return "batch", self.sizes
        pairs = [zip(n[:-1], n[1:], strict=True) for n, _ in self.cases]
        return "weights", np.array([sum(a * b for a, b in p) for p in pairs])


STEEPEST = 1.05
"""The largest acceptable slope."""

FIRST = 128
"""The batch, or the width, from which the line is drawn: from there on the
time is spent in products of matrices and no longer in calls."""

BATCHES = (1, 8, *2 ** np.arange(5, 14))
WIDTHS = 2 ** np.arange(4, 11)

# Of each example the digits' network keeps arrays of 4 kB: 256 examples have
# a megabyte, 8192 have 32, which is what caches hold. A product with its 64
# inputs does little with a number that it fetches, and waits for it.
DOUBLED = [
    Growth(
        "784-128-64-10",
        "batch",
        [((784, 128, 64, 10), m) for m in BATCHES],
    ),
    Growth(
        "64-128-10",
        "batch",
        [((64, 128, 10), m) for m in BATCHES],
        unjudged="with so few inputs its time goes into moving arrays,\n"
        "and that is slower once they outgrow a cache of the processor",
    ),
    Growth(
        "w-w-w, batch of 64",
        "width",
        [((w, w, w), 64) for w in WIDTHS],
    ),
]
ROUNDS = 8
TURN = 0.02
"""Seconds of one size's turn, in which a quick update is repeated."""

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


def ours_at_once(layers, X, Y):
    """The same update as ``optimisers.descend`` makes it."""
    loss_and_gradient = network.objective(X, Y, LOSS)

    def step():
        nonlocal layers
        _, gradients = loss_and_gradient(layers)
        layers = network.update(layers, gradients, ETA)
        return layers

    return step


def products(layers, X, Y):
    """The products of matrices in one update, and nothing else of it."""
    cache = network.forward(layers, X)
    back = network.backward(layers, cache, Y, LOSS)
    factors = [
        (cache.A[l - 1], layer.W, back.dL_dZ[l])
        for l, layer in enumerate(layers, start=1)
    ]

    def step():
        for l, (A, W, dL_dZ) in enumerate(factors, start=1):
            A @ W.T
            dL_dZ.T @ A
            if l > 1:
                dL_dZ @ W

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
    """Median seconds: a reader's update, that of ``descend``, the products
    alone, PyTorch's update."""
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
    makers = ours, ours_at_once, products, theirs
    steps = [make(layers, X, Y) for make in makers]
    for of_ours in steps[:2]:
        assert_same((of_ours, theirs(layers, X, Y)))
    times = [[] for _ in steps]
    for _ in range(BLOCKS):
        for step, taken in zip(steps, times, strict=True):
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


def made(sizes, batch):
    """One of our updates, for a network with this batch."""
    rng = np.random.default_rng(0)
    layers = network.initialise(sizes, rng, "he", "relu", "identity")
    X = rng.normal(size=(batch, sizes[0]))
    Y = rng.normal(size=(batch, sizes[-1]))
    return ours(layers, X, Y)


def busy_seconds(step):
    """How long the processor works on one call.

    What other programs do in between, which a long call meets more often
    than a short one, is not counted.
    """
    start = time.thread_time()
    step()
    return time.thread_time() - start


def in_turns(steps):
    """The median time of each step, all of them taking turns."""
    repeats = []
    for step in steps:
        step()
        repeats.append(1 + int(TURN / max(busy_seconds(step), 1e-6)))
    times = [[] for _ in steps]
    for _ in range(ROUNDS):
        for step, count, taken in zip(steps, repeats, times, strict=True):
            taken.extend(busy_seconds(step) for _ in range(count))
    return list(map(statistics.median, times))


def fitted(sizes, times):
    """Slope and height of the straight line, on logarithmic axes.

    By least squares: the time is about ``exp(height) * size**slope``.
    """
    return np.polyfit(np.log(sizes), np.log(times), 1)


def measured(growth):
    """The seconds of an update, for each of the cases."""
    times = in_turns([made(*case) for case in growth.cases])
    return np.array(times)


def print_growth(growth, times):
    """Print one table; True if its slope is above the limit."""
    against, amounts = growth.judged
    head = f"{growth.grows:>10}{'ours µs':>12}{f'slope in {against}':>20}"
    print(f"\n{growth.grows} doubled, {growth.name}\n{head}")
    for k, (size, taken) in enumerate(zip(growth.sizes, times, strict=True)):
        pair = slice(k - 1, k + 1)
        local = f"{fitted(amounts[pair], times[pair])[0]:.2f}" if k else "-"
        print(f"{size:>10}{taken * 1e6:>12.1f}{local:>20}")
    later = growth.sizes >= FIRST
    found, _ = fitted(amounts[later], times[later])
    print(f"slope in {against} from {growth.grows} {FIRST} on: {found:.3f}")
    if growth.unjudged:
        print(f"not judged: {growth.unjudged}")
        return False
    print(f"limit {STEEPEST:.2f}")
    return bool(found > STEEPEST)


def curve(growth, times):
    """The points and the line of the picture: sizes, seconds, label."""
    sizes, later = growth.sizes, growth.sizes >= FIRST
    slope, height = fitted(sizes[later], times[later])
    line = np.exp(height) * sizes[later] ** slope
    label = f"slope {slope:.2f} from {FIRST} on"
    if growth.grows == "width":
        label += f"\n({slope / 2:.2f} in weights)"
    return (sizes, times, growth.name), (sizes[later], line, label)


def growth_is_steep():
    """Print and draw how the time grows; True if a slope is too large."""
    print("\nJudged are the time per example and the time per weight:")
    print("the slopes in the batch size and in the number of weights are")
    print(f"at most {STEEPEST:.2f}; that in the width is twice the latter.")
    panels, steep = {"batch": [], "width": []}, False
    for growth in DOUBLED:
        times = measured(growth)
        steep |= print_growth(growth, times)
        panels[growth.grows].append(curve(growth, times))
    step_time.write_picture(PICTURE, panels)
    print(f"\nall of it as a picture: {PICTURE}")
    return steep


def keep_memory():
    """Make the allocator keep what is freed, for the arrays that follow.

    Else it hands large arrays back to the system, and the next update pays
    for getting them anew: the time of that is not what is measured here.
    """
    np.ones(4_000_000)  # 32 MB, the largest that glibc learns from


def main():
    """Print the tables; exit with 1 if a number is above its limit."""
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    print(f"numpy {np.__version__}, PyTorch {torch.__version__}, float64")
    slow = print_ratios()
    keep_memory()
    steep = growth_is_steep()
    return int(slow or steep)


def print_ratios():
    """Print the table of ratios; True if one is above its limit."""
    print("\nµs of an update: forward, backward, update | with an objective |")
    print("the products of matrices alone | PyTorch; then the ratio of the")
    print("first two to what is named")
    head = f"{'network':<19}{'batch':>5}{'activation':>11}"
    head += "".join(f"{name:>10}" for name in ("ours", "at once"))
    print(
        head
        + f"{PRODUCTS:>10}{PYTORCH:>9}{'ratios':>12}{'to':>10}{'limit':>7}"
    )
    worst = False
    for sizes, activation, batch, updates, against, limit in CASES:
        *ours_two, alone, other = compare(sizes, batch, updates, activation)
        base = alone if against == PRODUCTS else other
        ratios = [mine / base for mine in ours_two]
        worst |= limit is not None and max(ratios) > limit
        name = "-".join(map(str, sizes))
        columns = "".join(f"{1e6 * one:>10.1f}" for one in (*ours_two, alone))
        both = " ".join(f"{ratio:.2f}" for ratio in ratios)
        shown = "-" if limit is None else f"{limit:.2f}"
        print(
            f"{name:<19}{batch:>5}{activation:>11}{columns}"
            f"{1e6 * other:>9.1f}{both:>12}{against:>10}{shown:>7}"
        )
    return worst


if __name__ == "__main__":
    sys.exit(main())
