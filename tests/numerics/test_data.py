"""Data: what a formula says it is, and digits that the source counted."""

import itertools
import re

import numpy as np
import pytest
from backprop.numerics import data, network, optimisers

ROUNDING = 1e-12
"""Absolute: some operations on numbers of order 1."""

OF_EACH_DIGIT = [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
"""As optdigits.names, the description at the source, counts its test set."""


def generator(seed=60):
    return np.random.default_rng(seed)


# ---- the data sets ---------------------------------------------------------


def test_xor():
    for (first, second), label in zip(
        data.xor().X, data.xor().labels, strict=True
    ):
        assert (first != second) == label
    assert len(np.unique(data.xor().X, axis=0)) == 4


def test_a_moon_is_half_a_circle():
    moons = data.moons(200, generator(), noise=0.0)
    upper, lower = (moons.X[moons.labels == c] for c in (0, 1))
    for points, centre in ((upper, [0.0, 0.0]), (lower, [1.0, 0.5])):
        distance = np.linalg.norm(points - centre, axis=1)
        np.testing.assert_allclose(distance, 1.0, atol=ROUNDING)
        # all along the half: 100 uniform draws leave no such gap
        assert np.ptp(points[:, 0]) > 1.8
    assert upper[:, 1].min() >= 0.0
    assert lower[:, 1].max() <= 0.5


@pytest.mark.parametrize("classes", [1, 2, 3, 5])
def test_a_spiral_winds_by_its_turns(classes):
    spirals = data.spirals(250, generator(), noise=0.0, classes=classes)
    x, y = spirals.X.T
    r = np.hypot(x, y)
    assert r.min() >= 0.1 - ROUNDING
    assert r.max() <= 1.0 + ROUNDING
    turns = np.arctan2(y, x) / (2 * np.pi)
    left = turns - data.TURNS * r - spirals.labels / classes
    np.testing.assert_allclose(left, np.round(left), atol=ROUNDING)
    assert spirals.classes == classes


@pytest.mark.parametrize("make", [data.moons, data.spirals])
def test_made_data_is_balanced_and_repeated_by_its_seed(make):
    one, other = (make(101, generator()) for _ in range(2))
    np.testing.assert_array_equal(one.X, other.X)
    assert np.bincount(one.labels).tolist() == [51, 50]
    assert not np.array_equal(one.X, make(101, generator(61)).X)


@pytest.mark.parametrize("make", [data.moons, data.spirals])
def test_noise_is_the_deviation(make):
    blurred, exact = (
        make(20_000, generator(), noise=noise) for noise in (0.3, 0.0)
    )
    moved = blurred.X - exact.X
    # 40,000 draws: their deviation is within 0.4 % of its own
    assert moved.std() == pytest.approx(0.3, rel=0.02)
    assert abs(moved.mean()) < 0.01


@pytest.mark.parametrize("make", [data.moons, data.spirals])
def test_one_example_is_enough(make):
    assert len(make(1, generator())) == 1


@pytest.mark.parametrize("make", [data.moons, data.spirals])
@pytest.mark.parametrize("m", [0, -1, 2.0, "3", True, None])
def test_m_is_refused(make, m):
    message = f"m: found {m!r}, expected a whole number from 1"
    with pytest.raises(ValueError, match=re.escape(message)):
        make(m, generator())


@pytest.mark.parametrize("make", [data.moons, data.spirals])
@pytest.mark.parametrize("noise", [-0.1, np.nan, "1", [0.1]])
def test_noise_is_refused(make, noise):
    with pytest.raises(ValueError, match="noise: found .*, expected"):
        make(10, generator(), noise=noise)


def test_no_class_is_refused():
    message = "classes: found 0, expected a whole number from 1"
    with pytest.raises(ValueError, match=message):
        data.spirals(10, generator(), classes=0)


def test_the_digits_are_those_of_the_source():
    digits = data.digits()
    assert digits.X.shape == (1797, 64)
    assert digits.X.dtype == np.float64
    assert np.bincount(digits.labels).tolist() == OF_EACH_DIGIT
    assert (digits.X.min(), digits.X.max()) == (0.0, 1.0)
    np.testing.assert_array_equal(16 * digits.X, np.round(16 * digits.X))


SEVEN = """\
..#####.
..##.##.
....##..
..#####.
..###...
...#....
..##....
..#.....
"""


def test_an_image_is_a_digit_row_by_row():
    image = data.digits().X[7].reshape(8, 8)
    rows = ["".join(".#"[int(ink > 0.35)] for ink in row) for row in image]
    assert data.digits().labels[7] == 7
    assert rows == SEVEN.split()


def test_a_data_set_cannot_be_changed_nor_by_what_it_was_made_of():
    X, labels = np.ones((2, 1)), np.array([0, 1])
    some = data.DataSet("some", X, labels, 2)
    X[:], labels[:] = 7.0, 0
    assert (some.X.max(), some.labels.max()) == (1.0, 1)
    for array in (some.X, some.labels):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


# ---- DataSet and one_hot ---------------------------------------------------


def test_targets_have_one_1_in_the_column_of_the_class():
    Y = data.DataSet("three", np.zeros((4, 2)), [2, 0, 2, 1], 3).Y
    assert Y.dtype == np.float64
    assert Y.tolist() == [[0, 0, 1], [1, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_one_class_is_a_column_of_ones():
    assert data.one_hot([0, 0], 1).tolist() == [[1.0], [1.0]]


def test_a_class_without_examples_keeps_its_column():
    assert data.one_hot([0], 3).shape == (1, 3)


def test_a_data_set_says_what_it_is():
    one = data.DataSet("one", [[1, 2, 3]], [0], 1)
    assert repr(one) == "DataSet('one', 1 examples of 3 numbers, 1 classes)"
    assert len(one) == 1
    assert one.X.dtype == np.float64
    with pytest.raises(AttributeError):
        one.classes = 2


X = [[0.0], [1.0]]
BAD = [
    (([0.0, 1.0], [0, 1], 2), "X: found shape (2,), expected a matrix"),
    (([[0.0], [np.nan]], [0, 1], 2), "X: found nan at index (1, 0)"),
    ((X, [0], 2), "labels: found 1 rows, expected 2, one for each row of X"),
    ((np.zeros((0, 2)), np.zeros(0, int), 2), "labels: found no rows"),
    ((X, [0, 2], 2), "labels: found 2, expected classes from 0 to 1"),
    ((X, [-1, 0], 2), "labels: found -1, expected classes from 0 to 1"),
    ((X, [0.0, 1.0], 2), "labels: found shape (2,) and dtype float64"),
    ((X, [[0], [1]], 2), "labels: found shape (2, 1) and dtype int64"),
    ((X, [False, True], 2), "labels: found shape (2,) and dtype bool"),
    ((X, [0, 0], 0), "classes: found 0, expected a whole number from 1"),
    ((X, [0, 1], 2.0), "classes: found 2.0, expected a whole number"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_a_data_set_refuses(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        data.DataSet("bad", *arguments)


@pytest.mark.parametrize(
    ("labels", "classes", "message"),
    [
        ([0, 3], 3, "labels: found 3, expected classes from 0 to 2"),
        ([0.5], 3, "labels: found shape (1,) and dtype float64"),
        ([0], -1, "classes: found -1, expected a whole number from 1"),
    ],
)
def test_one_hot_refuses(labels, classes, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        data.one_hot(labels, classes)


# ---- split and batches -----------------------------------------------------


def numbered(m):
    """Examples that can be told apart: row i holds i, and is of class i."""
    rows = np.arange(m)
    return data.DataSet("rows", rows[:, np.newaxis], rows % 7, 7)


@pytest.mark.parametrize(
    ("m", "share", "held"),
    [(10, 0.2, 2), (7, 0.5, 4), (2, 0.5, 1), (1797, 0.25, 449)],
)
def test_a_split_deals_every_example_once(m, share, held):
    training, test = data.split(numbered(m), generator(), share)
    assert (len(training), len(test)) == (m - held, held)
    both = np.concatenate([training.X, test.X]).ravel()
    assert sorted(both) == list(range(m))
    for part in (training, test):
        np.testing.assert_array_equal(part.labels, part.X.ravel() % 7)
        assert part.classes == 7
    assert training.name == "rows, training"
    assert test.name == "rows, held out"


def test_a_split_is_random_and_repeated_by_its_seed():
    one, again, other = (
        data.split(numbered(50), generator(seed))[1].X.ravel().tolist()
        for seed in (1, 1, 2)
    )
    assert one == again
    assert one != other
    assert one != sorted(one)


@pytest.mark.parametrize(
    ("m", "share"), [(1, 0.5), (10, 0.0), (10, 1.0), (10, 0.01), (10, -0.2)]
)
def test_a_split_leaves_no_side_empty(m, share):
    message = f"held_out: found {share} of {m} examples, expected a share"
    with pytest.raises(ValueError, match=re.escape(message)):
        data.split(numbered(m), generator(), share)


@pytest.mark.parametrize(
    ("m", "size", "lengths"),
    [
        (10, 4, [4, 4, 2]),
        (10, 5, [5, 5]),
        (10, 10, [10]),
        (10, 99, [10]),
        (3, 1, [1, 1, 1]),
        (1, 1, [1]),
    ],
)
def test_an_epoch_uses_every_row_once(m, size, lengths):
    rows = data.batches(m, size, generator())
    for _ in range(3):
        epoch = list(itertools.islice(rows, len(lengths)))
        assert [len(batch) for batch in epoch] == lengths
        assert sorted(np.concatenate(epoch)) == list(range(m))


def test_every_epoch_has_an_order_of_its_own():
    rows = data.batches(20, 20, generator())
    orders = [tuple(next(rows)) for _ in range(5)]
    assert len(set(orders)) == 5


@pytest.mark.parametrize("bad", [0, -1, 2.0, None, True])
def test_batches_refuse_before_the_first(bad):
    expected = f"found {bad!r}, expected a whole number from 1"
    with pytest.raises(ValueError, match=f"m: {expected}"):
        data.batches(bad, 1, generator())
    with pytest.raises(ValueError, match=f"batch_size: {expected}"):
        data.batches(1, bad, generator())


# ---- confusion -------------------------------------------------------------


def test_a_confusion_matrix_counts_class_by_prediction():
    labels, predicted = [0, 0, 0, 1, 2], [0, 2, 2, 1, 1]
    found = data.confusion(labels, predicted, 4)
    expected = [[1, 0, 2, 0], [0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0]]
    assert found.tolist() == expected
    assert data.confusion([0], [0], 1).tolist() == [[1]]


@pytest.mark.parametrize(
    ("labels", "predicted", "message"),
    [
        ([0, 1], [0], "predicted: found 1 rows, expected 2, one for each"),
        ([], [], "predicted: found no rows, expected at least one"),
        ([0.0], [0], "labels: found shape (1,) and dtype float64"),
        ([0], [2], "predicted: found 2, expected classes from 0 to 1"),
        ([2], [0], "labels: found 2, expected classes from 0 to 1"),
    ],
)
def test_confusion_refuses(labels, predicted, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        data.confusion(labels, predicted, 2)


# ---- learning from it ------------------------------------------------------

SOFTMAX = "softmax_cross_entropy"


def trained(training, sizes, activation, eta, size, steps, seed):
    """The layers after plain minibatch gradient descent."""
    rng = generator(seed)
    *_, last = optimisers.descend(
        network.objective(training.X, training.Y, SOFTMAX),
        network.initialise(sizes, rng, "he", activation, "identity"),
        eta,
        steps,
        batches=data.batches(len(training), size, rng),
        update=network.update,
    )
    return last.parameters


@pytest.mark.parametrize(
    ("made", "sizes", "steps"),
    [
        (data.xor(), (2, 4, 2), 500),
        (data.moons(200, generator()), (2, 8, 2), 1000),
        (data.spirals(300, generator()), (2, 16, 16, 2), 2000),
        (data.spirals(300, generator(), classes=3), (2, 16, 16, 3), 2000),
    ],
    ids=str,
)
def test_made_data_can_be_learned(made, sizes, steps):
    layers = trained(made, sizes, "tanh", 0.3, 16, steps, seed=0)
    assert network.accuracy(layers, made.X, made.labels) >= 0.98


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_97_of_100_held_out_digits_are_recognised(seed):
    # the sizes, the rate and the 30 epochs were chosen with a part of the
    # training digits held out; these 359 had no say in it
    training, test = data.split(data.digits(), generator(0), 0.2)
    steps = 30 * 90  # 1438 examples are 90 batches of at most 16
    layers = trained(training, (64, 128, 10), "relu", 0.5, 16, steps, seed)
    assert network.accuracy(layers, test.X, test.labels) >= 0.97
