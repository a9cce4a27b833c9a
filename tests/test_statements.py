"""What the chapters say in words, where no cell of theirs shows it."""

import numpy as np
import pytest
from backprop.numerics import data, network, optimisers

LOSS = "softmax_cross_entropy"


def after_five_epochs(size, eta):
    """The loss on 256 moons, where each update takes the mean of ``size``."""
    moons = data.moons(256, np.random.default_rng(0))
    rng = np.random.default_rng(1)
    layers = network.initialise(
        (2, 8, 2), rng, "xavier", "tanh", last="identity"
    )
    *_, last = optimisers.descend(
        network.objective(moons.X, moons.Y, LOSS),
        layers,
        eta,
        5 * 256 // size,
        batches=data.batches(256, size, rng),
        update=network.update,
    )
    return network.loss(last.parameters, moons.X, moons.Y, LOSS)


def test_at_equal_epochs_the_sum_keeps_its_rate_and_the_mean_does_not():
    """Chapter 5, "Sum or mean": a sum with η is a mean with η m."""
    small = after_five_epochs(4, eta=0.05)
    same_sum = after_five_epochs(32, eta=0.05 * 32 / 4)
    same_mean = after_five_epochs(32, eta=0.05)
    assert same_sum == pytest.approx(small, rel=0.05)
    assert same_mean > 1.3 * small
