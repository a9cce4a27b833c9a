"""Data to learn from: made by formulas, or 1,797 handwritten digits.

Chapter 6, "Training a network". Examples are rows; a class is a whole number
from 0.

>>> data = xor()
>>> data
DataSet('XOR', 4 examples of 2 numbers, 2 classes)
>>> data.labels
array([0, 1, 1, 0])
>>> data.Y[:2]
array([[1., 0.],
       [0., 1.]])
"""

from dataclasses import dataclass
from importlib import resources

import numpy as np

from backprop.numerics import checks

TURNS = 0.75
"""How far each spiral winds, in full turns."""

LARGEST_PIXEL = 16
"""The value of a pixel all of whose 4 x 4 points are ink."""


@dataclass(frozen=True, eq=False, repr=False)
class DataSet:
    """Examples and their classes, checked when it is made.

    ``X`` is ``(m, n)``, one example a row; ``labels`` are ``(m,)`` whole
    numbers from 0 to ``classes - 1``. Raises ``ValueError`` for other
    shapes, no examples, labels that are no classes, and NaN or infinite
    entries.

    >>> DataSet("two", [[0.5], [1.5]], [0, 1], classes=2)
    DataSet('two', 2 examples of 1 numbers, 2 classes)
    """

    name: str
    X: np.ndarray
    labels: np.ndarray
    classes: int

    def __post_init__(self):
        checks.text("name", self.name)
        classes = checks.whole_number("classes", self.classes, 1)
        X = checks.array("X", self.X, ndim=2)
        labels = checks.classes_of("labels", self.labels, classes)
        checks.as_many("labels", labels, len(X), "row of X")
        object.__setattr__(self, "classes", classes)
        object.__setattr__(self, "X", checks.kept(X))
        object.__setattr__(self, "labels", checks.kept(labels))

    @property
    def Y(self):
        """The targets: the labels one-hot, ``(m, classes)``."""
        return one_hot(self.labels, self.classes)

    def __len__(self):
        """m, the number of examples."""
        return len(self.X)

    def __repr__(self):
        m, n = self.X.shape
        return (
            f"DataSet({self.name!r}, {m} examples of {n} numbers, "
            f"{self.classes} classes)"
        )


def one_hot(labels, classes):
    """1 in the column of each row's class, 0 elsewhere: ``(m, classes)``.

    Raises ``ValueError`` for labels that are not whole numbers from 0 to
    ``classes - 1``.

    >>> one_hot([2, 0], classes=3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    classes = checks.whole_number("classes", classes, 1)
    labels = checks.classes_of("labels", labels, classes)
    checks.fits("labels", (len(labels), classes))
    Y = np.zeros((len(labels), classes))
    Y[np.arange(len(labels)), labels] = 1.0
    return Y


def xor():
    """The four points of the exclusive or: class 1 where the inputs differ.

    No straight line separates the classes.

    >>> xor().X.tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    return DataSet("XOR", X, [0, 1, 1, 0], 2)


def moons(m, rng, noise=0.1):
    """Two half circles of radius 1 that reach into each other.

    With t uniform from 0 to π, class 0 is ``(cos t, sin t)`` and class 1 is
    ``(1 - cos t, 1/2 - sin t)``: the first moon, turned by half a turn about
    ``(1/2, 1/4)``. Every number is moved by normal noise whose standard
    deviation is ``noise``. The classes alternate. ``rng`` is a
    ``numpy.random.Generator``. Raises ``ValueError`` unless ``m`` is a whole
    number from 1 and ``noise`` a number from 0.

    >>> moons(200, np.random.default_rng(0))
    DataSet('two moons', 200 examples of 2 numbers, 2 classes)
    """
    labels = _alternating(m, 2)
    checks.generator("rng", rng, "uniform", "normal")
    t = rng.uniform(0.0, np.pi, len(labels))
    upper = np.stack([np.cos(t), np.sin(t)], axis=1)
    X = np.where(labels[:, np.newaxis] == 0, upper, [1.0, 0.5] - upper)
    return DataSet("two moons", _blurred(X, noise, rng), labels, 2)


def spirals(m, rng, noise=0.02, classes=2):
    """Arms that wind around one centre, one arm for each class.

    With r uniform from 0.1 to 1 and the angle ``t = 2π (TURNS r + c /
    classes)``, class c is ``(r cos t, r sin t)``. Noise, order, ``rng`` and
    errors are those of `moons`; ``classes`` is a whole number from 1.

    >>> spirals(300, np.random.default_rng(0), classes=3)
    DataSet('spirals', 300 examples of 2 numbers, 3 classes)
    """
    labels = _alternating(m, checks.whole_number("classes", classes, 1))
    checks.generator("rng", rng, "uniform", "normal")
    r = rng.uniform(0.1, 1.0, len(labels))
    t = 2.0 * np.pi * (TURNS * r + labels / classes)
    X = np.stack([r * np.cos(t), r * np.sin(t)], axis=1)
    return DataSet("spirals", _blurred(X, noise, rng), labels, classes)


def digits():
    """Handwritten digits: 1,797 images of 8 x 8 pixels, ten classes.

    ``X`` is ``(1797, 64)``, each row an image row by row, from 0 (paper) to
    1 (ink). The test set of "Optical Recognition of Handwritten Digits" by
    E. Alpaydin and C. Kaynak (1998), UCI Machine Learning Repository,
    CC BY 4.0, DOI 10.24432/C50P49. It is read from a file of this package.

    >>> digits()
    DataSet('handwritten digits', 1797 examples of 64 numbers, 10 classes)
    """
    folder = resources.files("backprop.numerics") / "vendor"
    with (folder / "digits.npz").open("rb") as file, np.load(file) as arrays:
        images, labels = arrays["images"], arrays["labels"]
    return DataSet("handwritten digits", images / LARGEST_PIXEL, labels, 10)


def split(data, rng, held_out=0.2):
    """Two data sets: one to train with, and one to be held out.

    The examples are dealt at random, ``held_out`` of them, a share between 0
    and 1, to the second, to the nearest whole number. Every example is in
    one of the two. Raises ``ValueError`` where either would be empty.

    >>> training, test = split(digits(), np.random.default_rng(0))
    >>> len(training), len(test)
    (1438, 359)
    """
    checks.instance("data", data, DataSet, "a DataSet")
    checks.generator("rng", rng, "permutation")
    count = round(len(data) * checks.number("held_out", held_out))
    if not 0 < count < len(data):
        raise ValueError(
            f"held_out: found {checks.said(held_out)} of {len(data)} "
            "examples, expected a share that leaves at least one example on "
            "each side"
        )
    order = rng.permutation(len(data))
    return (
        _part(data, order[count:], "training"),
        _part(data, order[:count], "held out"),
    )


def batches(m, batch_size, rng):
    """Row numbers for minibatches, epoch after epoch without end.

    Each epoch is a new random order of the m rows, cut into vectors of
    ``batch_size``; the last of an epoch holds what is left, so that an epoch
    uses every row once. With ``batch_size`` of m or more there is one vector
    an epoch. Raises ``ValueError`` unless both are whole numbers from 1.

    >>> rows = batches(5, 2, np.random.default_rng(0))
    >>> [next(rows).tolist() for _ in range(3)]
    [[2, 4], [3, 0], [1]]
    """
    m = checks.whole_number("m", m, 1)
    batch_size = checks.whole_number("batch_size", batch_size, 1)
    checks.generator("rng", rng, "permutation")
    return _epochs(m, batch_size, rng)


def confusion(labels, predicted, classes):
    """How often each class was taken for each: ``(classes, classes)``.

    Row j, column k counts the examples of class j that were predicted to be
    of class k, so that the diagonal holds what is right. Raises
    ``ValueError`` for vectors of different lengths and for what is no class.

    >>> confusion([0, 0, 1], [0, 1, 1], classes=2)
    array([[1, 1],
           [0, 1]])
    """
    classes = checks.whole_number("classes", classes, 1)
    labels = checks.classes_of("labels", labels, classes)
    predicted = checks.classes_of("predicted", predicted, classes)
    checks.as_many("predicted", predicted, len(labels), "label")
    checks.fits("classes", (classes, classes))
    pairs = (labels * classes + predicted).astype(np.intp)  # 32 bits in WASM
    counts = np.bincount(pairs, minlength=classes**2)
    return counts.reshape(classes, classes)


def _epochs(m, batch_size, rng):
    while True:
        order = rng.permutation(m)
        for start in range(0, m, batch_size):
            yield order[start : start + batch_size]


def _alternating(m, classes):
    return np.arange(checks.whole_number("m", m, 1)) % classes


def _blurred(X, noise, rng):
    noise = checks.number("noise", noise)
    if noise < 0.0:
        raise ValueError(f"noise: found {noise}, expected a number from 0")
    return X + noise * rng.normal(size=X.shape)


def _part(data, rows, name):
    return DataSet(
        f"{data.name}, {name}", data.X[rows], data.labels[rows], data.classes
    )
