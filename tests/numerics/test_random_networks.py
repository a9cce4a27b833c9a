"""Random networks: every gradient against central differences and SymPy.

A thousand networks of every depth, width, activation, loss and batch size are
held against central differences, entry by entry, and small ones, thirty in
the sweep, against SymPy's chain rule to thirty digits. The loss is written out
once more here, for many points at once: it shares only the activations with
`network`.
PyTorch sees the same thousand in ``test_network_against_torch.py``.
"""

from functools import cache

import numpy as np
import pytest
import random_networks
import sympy
from backprop.numerics import activations, network
from backprop.symbolic import catalogue, models
from backprop.symbolic.derivation import Derivation, Stage
from budget import budget
from random_networks import BCE, FURTHEST, HALF, SOFTMAX

DIFFERENCES = 1e-7
"""Largest relative error of an array of gradients: the length of what is
between the array and its differences, to the longer of the two."""

VISIBLE = 1e-5
"""An array shorter than this share of the loss, or of 1, is measured against
this share: 1e-12 altogether. The rounding of L / h is some 1e-14 L an entry,
and a gradient such as p - y has the rounding of numbers of order 1."""

FEW = 0.02
"""Share of the arrays that may be so short; a tenth of it is the share of
the entries that may sit on a kink. Neither may hide what is looked for."""

STEPS = 2.0 ** -np.arange(3, 17, 2)[:, np.newaxis]
"""h from 1/8 to 3e-5, as a column. One step for all networks does not reach
1e-7: in a steep one the formula's error is too large at any h that rounding
leaves, and a kink may be nearer than h."""

EPS = float(np.finfo(np.float64).eps)

ROUNDING = 1e-12
"""Largest relative error of an array against SymPy: some hundred roundings
in float64. The loss is asked for so many digits of max(1, L)."""

ALL = range(random_networks.COUNT)
case = cache(random_networks.case)


# ---- central differences --------------------------------------------------


def split(case, points):
    """Points (K, P) as the W and b of every layer and X, K of each."""
    arrays = random_networks.arrays(case)
    ends = np.cumsum([array.size for array in arrays])
    parts = np.split(points, ends[:-1], axis=1)
    return [
        part.reshape(len(points), *array.shape)
        for part, array in zip(parts, arrays, strict=True)
    ]


def losses_at(case, points):
    """The loss (K,) at points (K, P), and the sides of all kinks there."""
    *parameters, A = split(case, points)
    sides = [np.empty((len(points), 0))]
    pairs = zip(parameters[::2], parameters[1::2], strict=True)
    for (W, b), name in zip(pairs, case.names, strict=True):
        Z = A @ W.transpose(0, 2, 1) + b[:, np.newaxis]
        A = activations.get(name)(Z)
        if name in ("relu", "leaky_relu"):
            sides.append(np.sign(Z).reshape(len(points), -1))
    terms = written_out(A, case.Y, case.loss)
    return terms.sum(axis=(1, 2)) / len(case.X), np.hstack(sides)


def written_out(A, Y, loss):
    """The terms of the loss, none of them a difference of large numbers."""
    if loss == HALF:
        return (A - Y) ** 2 / 2
    if loss == BCE:
        return Y * np.logaddexp(0, -A) + (1 - Y) * np.logaddexp(0, A)
    others = A[..., np.newaxis, :] - A[..., np.newaxis]
    return Y * np.logaddexp.reduce(others, axis=3)


def quotients(case):
    """``(L(p + h) - L(p - h)) / 2h`` (steps, P) and what rounding leaves.

    NaN where some unit is not on the same side of its kink at p and p ± h.
    """
    at = np.concatenate([a.ravel() for a in random_networks.arrays(case)])
    moves = STEPS[..., np.newaxis] * np.eye(len(at))
    points = np.concatenate([at - moves, at + moves]).reshape(-1, len(at))
    _, here = losses_at(case, at[np.newaxis])
    values, sides = losses_at(case, points)
    same = (sides == here).all(axis=1).reshape(2, len(STEPS), -1).all(axis=0)
    down, up = values.reshape(2, len(STEPS), -1)
    slopes = np.where(same, (up - down) / (2 * STEPS), np.nan)
    return slopes, EPS * np.maximum(up, down) / STEPS


def extrapolated(slopes, rounding):
    """Ridders' slope (P,): the quotients carried on to h = 0.

    From two neighbours, whose steps differ by 4, the error's term in h² is
    eliminated, from the results that in h⁴, and so on. Every entry takes
    the number that moved least when a term was eliminated; NaN where there
    are no two steps short of a kink. The gradient has no say in it.
    """
    best, least = slopes[0] * np.nan, np.full(slopes.shape[1], np.inf)
    for order in range(1, len(slopes)):
        finer, coarser = slopes[1:], slopes[:-1]
        slopes = finer + (finer - coarser) / (16.0**order - 1)
        moved = np.maximum(abs(slopes - finer), abs(slopes - coarser))
        for candidate, error in zip(
            slopes, moved + rounding[order:], strict=True
        ):
            better = error < least
            best = np.where(better, candidate, best)
            least = np.where(better, error, least)
    return best


@cache
def compared(seed):
    """For every array: (entries, skipped, distance, length, the shortest)."""
    one = case(seed)
    value = network.loss(one.layers, one.X, one.Y, one.loss)
    slopes = extrapolated(*quotients(one))[np.newaxis]
    rows = []
    pairs = zip(
        random_networks.gradients(one), split(one, slopes), strict=True
    )
    for found, slope in pairs:
        seen = np.isfinite(slope[0])
        found, slope = found[seen], slope[0][seen]
        length = max(np.linalg.norm(found), np.linalg.norm(slope))
        distance = np.linalg.norm(found - slope)
        shortest = VISIBLE * max(1.0, value)
        rows.append((seen.size, (~seen).sum(), distance, length, shortest))
    return np.array(rows)


@pytest.mark.parametrize("start", range(0, random_networks.COUNT, 100))
def test_a_hundred_random_networks_against_differences(start, record_property):
    largest = 0.0
    for seed in range(start, start + 100):
        _, _, distance, length, shortest = compared(seed).T
        worst = np.max(distance / np.maximum(length, shortest))
        assert worst <= DIFFERENCES, f"case {seed}: {case(seed)}"
        largest = max(largest, float(worst))
    witness = f"central differences, limit {DIFFERENCES:g}"
    record_property(f"{FURTHEST}{witness}", largest)


def test_little_is_skipped_or_invisible():
    rows = np.concatenate([compared(seed) for seed in ALL])
    entries, skipped, _, length, shortest = rows.T
    assert 0 < skipped.sum() <= FEW / 10 * entries.sum()
    invisible = (length > 0) & (length < shortest)
    assert invisible.sum() <= FEW * len(rows)


@pytest.mark.parametrize("w", [0.25, 1.0, 8.0, 64.0])
def test_the_differences_reach_twelve_digits(w):
    values = np.exp(w * np.stack([-STEPS, STEPS]))
    slopes = (values[1] - values[0]) / (2 * STEPS)
    found = extrapolated(slopes, EPS * values[1] / STEPS)
    np.testing.assert_allclose(found, w, rtol=1e-12)


def test_steps_beyond_a_kink_are_left_out():
    slopes = np.cos(STEPS) * np.ones(3)
    slopes[:3, 1] = np.nan
    slopes[:, 2] = np.nan
    found = extrapolated(slopes, EPS / STEPS)
    np.testing.assert_allclose(found, [1.0, 1.0, np.nan], rtol=1e-11)


def test_the_loss_written_out_is_that_of_the_network():
    for seed in ALL:
        one = case(seed)
        at = np.concatenate([a.ravel() for a in random_networks.arrays(one)])
        (value,), _ = losses_at(one, at[np.newaxis])
        found = network.loss(one.layers, one.X, one.Y, one.loss)
        assert found == pytest.approx(value, rel=ROUNDING, abs=ROUNDING)


def test_the_cases_are_of_every_kind():
    hidden = {(n, c.loss) for c in map(case, ALL) for n in c.names[:-1]}
    names, losses = random_networks.ACTIVATIONS, random_networks.LOSSES
    assert hidden == {(n, loss) for n in names for loss in losses}
    assert {c.names[-1] for c in map(case, ALL) if c.loss == HALF} == set(
        names
    )
    kinds = {(len(c.layers), len(c.X), c.loss) for c in map(case, ALL)}
    assert len(kinds) == 4 * 9 * 3
    assert {n for c in map(case, ALL) for n in c.sizes} == set(range(1, 9))


def test_a_case_is_always_the_same():
    for one, other in zip(
        random_networks.arrays(case(7)),
        random_networks.arrays(random_networks.case(7)),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


# ---- SymPy ----------------------------------------------------------------

SIZES = [(1, 1, 1), (2, 2, 2), (2, 3, 1), (3, 2, 1), (2, 2, 2, 1), (1, 2, 3)]
SMALL = budget(10, 30)
DIGITS = 30


def derivation(sizes, names, loss):
    """SymPy's network, with an activation of its own for every layer."""
    plain = models.network(sizes, "identity", BCE if loss == BCE else HALF)
    return Derivation(
        [_stage(stage, names, sizes[-1], loss) for stage in plain.stages],
        inputs=plain.inputs,
    )


def _stage(stage, names, outputs, loss):
    """The stage itself, or what the layer or the softmax has in its place."""
    kind, place = stage.symbol.name[0], stage.symbol.name[1:]
    if kind == "a":
        f = catalogue.activation(names[int(place[0]) - 1])
        z = models.symbol(f"z{place}")
        return Stage(stage.symbol, f.subs(catalogue.z, z))
    if kind == "L" and loss == SOFTMAX:
        units = range(1, outputs + 1)
        logits = [models.symbol(f"a{len(names)}_{j}") for j in units]
        targets = [models.symbol(f"y_{j}") for j in units]
        total = sympy.log(sum(map(sympy.exp, logits)))
        pairs = zip(targets, logits, strict=True)
        return Stage(stage.symbol, sum(y * (total - a) for y, a in pairs))
    return stage


def names(prefix, array):
    """SymPy's names of the entries: ``w1_23`` is to unit 2 from unit 3."""
    indices = np.ndindex(array.shape)
    return [prefix + "".join(str(i + 1) for i in index) for index in indices]


def by_sympy(case):
    """The loss and its gradients: the mean of the examples' derivations."""
    derived = derivation(case.sizes, case.names, case.loss)
    *parameters, _ = random_networks.arrays(case)
    layers = range(1, len(case.layers) + 1)
    prefixes = [f"{kind}{l}_" for l in layers for kind in "wb"] + ["x_", "y_"]
    found = []
    for x, y in zip(case.X, case.Y, strict=True):
        values = {}
        arrays = [*parameters, x, y]
        for prefix, array in zip(prefixes, arrays, strict=True):
            numbers = array.ravel().tolist()
            values |= dict(zip(names(prefix, array), numbers, strict=True))
        found.append(derived.evaluate(values, DIGITS))

    def slopes(prefix, array):
        wanted = [f"dL_d{name}" for name in names(prefix, array)]
        return np.array([[float(one[n]) for n in wanted] for one in found])

    gradients = [
        slopes(prefix, array).mean(axis=0).reshape(array.shape)
        for prefix, array in zip(prefixes[:-2], parameters, strict=True)
    ]
    gradients.append(slopes("x_", case.X[0]) / len(found))
    return np.mean([float(one["L"]) for one in found]), gradients


def small(seed):
    """A small random network of one or two examples."""
    rng = np.random.default_rng([81, seed])
    sizes = SIZES[seed % len(SIZES)]
    chosen = rng.choice(random_networks.ACTIVATIONS, len(sizes) - 1).tolist()
    loss = random_networks.LOSSES[seed // len(SIZES) % 3]
    m = int(rng.integers(1, 3))
    return random_networks.drawn(rng, sizes, chosen, loss, m)


@pytest.mark.parametrize("seed", range(SMALL))
def test_small_random_networks_against_sympy(seed):
    one = small(seed)
    value, slopes = by_sympy(one)
    ours = network.loss(one.layers, one.X, one.Y, one.loss)
    assert ours == pytest.approx(value, rel=ROUNDING, abs=ROUNDING)
    gradients = random_networks.gradients(one)
    for found, slope in zip(gradients, slopes, strict=True):
        assert found.shape == slope.shape
        distance = np.linalg.norm(found - slope)
        assert distance <= ROUNDING * np.linalg.norm(slope), str(one)


@pytest.mark.parametrize("name", ["relu", "leaky_relu"])
def test_on_the_kink_the_slope_is_that_of_the_left(name):
    layers = (
        network.Layer([[-1.0]], [0.0], "relu"),
        network.Layer([[0.5]], [0.0], name),
    )
    X, Y = np.array([[2.0]]), np.array([[1.0]])
    one = random_networks.Case(layers, X, Y, HALF)
    assert network.forward(layers, X).Z[2] == 0.0
    _, slopes = by_sympy(one)
    gradients = random_networks.gradients(one)
    for found, slope in zip(gradients, slopes, strict=True):
        np.testing.assert_allclose(found, slope, rtol=ROUNDING)
