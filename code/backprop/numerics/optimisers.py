"""Repeating the update: gradient descent. Chapters 3 and 6.

>>> square = lambda w: (0.5 * w**2, w)
>>> [step.parameters for step in descend(square, 8.0, eta=0.5, steps=3)]
[8.0, 4.0, 2.0, 1.0]

A whole network, on minibatches of four rows: the `objective` gives its loss
and gradient, and its own ``update`` moves it.

>>> from backprop.numerics import data, network
>>> rng = np.random.default_rng(0)
>>> moons = data.moons(40, rng)
>>> layers = network.initialise((2, 8, 2), rng, "xavier", "tanh", "identity")
>>> *_, last = descend(
...     network.objective(moons.X, moons.Y, "softmax_cross_entropy"),
...     layers,
...     eta=0.5,
...     steps=1000,
...     batches=data.batches(len(moons), 4, rng),
...     update=network.update,
... )
>>> network.accuracy(last.parameters, moons.X, moons.labels)
1.0
"""

from dataclasses import dataclass
from itertools import repeat

import numpy as np

from backprop.numerics import checks, network


@dataclass(frozen=True)
class Step:
    """One iterate: where it is, and the loss and gradient there.

    ``gradient`` has the shape of ``parameters``: a float, a vector, or the
    `network.Gradients` of a network's layers. ``rows`` are the rows of the
    minibatch that the loss is the mean of, or None for all of them. No array
    of a record can be written to, so that reading a run never changes it.
    Where
    ``diverged`` says so, this record is the last; ``parameters`` and
    ``gradient`` are None if not even the parameters could be computed.
    """

    step: int
    parameters: float | np.ndarray | tuple | None
    loss: float
    gradient: float | np.ndarray | network.Gradients | None
    rows: np.ndarray | None = None

    @property
    def diverged(self):
        """Whether the loss or the gradient is no longer finite."""
        return not (np.isfinite(self.loss) and _is_finite(self.gradient))


def move(parameters, gradient, eta):
    """The update of plain gradient descent, ``w - η ∂L/∂w``.

    For numbers and vectors; `network.update` does the same for layers.

    >>> move(8.0, 4.0, eta=0.5)
    6.0
    """
    return parameters - eta * gradient


def descend(
    loss_and_gradient, start, eta, steps, *, batches=None, update=move
):
    """Gradient descent, ``w <- w - η ∂L/∂w``, as a generator of `Step`.

    ``loss_and_gradient(w)`` returns the loss and its gradient; ``start`` is
    a number, a vector or a network's layers, and stays as it is. With
    ``batches``, an iterable of vectors of row numbers (`data.batches`), it
    is called as ``loss_and_gradient(w, rows)``, with new rows for each
    record. ``update(w, gradient, eta)`` returns the new parameters:
    `network.update` for layers.

    Yields step 0, the start, then one record after each of ``steps``
    updates, fewer if ``batches`` end before. Each costs one call of
    ``loss_and_gradient``. Where the loss or the gradient is no longer
    finite, or an ``OverflowError`` is raised, the iteration has diverged:
    that record is yielded, and is the last. Raises ``ValueError`` unless
    ``eta`` is a finite positive number and ``steps`` is a whole number from
    0.
    """
    eta = checks.learning_rate(eta)
    steps = checks.whole_number("steps", steps, 0)
    numbered = enumerate(_rows(steps + 1, batches))
    return _iterates(loss_and_gradient, _own(start), eta, numbered, update)


def _iterates(loss_and_gradient, w, eta, numbered, update):
    record = None
    for step, rows in numbered:
        if record is not None:
            w = _updated(update, w, record.gradient, eta)
        loss, gradient = _evaluated(loss_and_gradient, w, rows)
        record = Step(step, _locked(w), loss, _locked(gradient), _locked(rows))
        yield record
        if record.diverged:
            return


def _locked(value):
    """The value, or an array as a view, that cannot be written to."""
    if isinstance(value, network.Gradients):
        for array in (*value.dL_dW.values(), *value.dL_db.values()):
            array.flags.writeable = False
    if not isinstance(value, np.ndarray):
        return value
    view = value.view()
    view.flags.writeable = False
    return view


def _rows(count, batches):
    """The rows of each record: those of the batches, or None for all."""
    if batches is None:
        return repeat(None, count)
    return (rows for _, rows in zip(range(count), batches, strict=False))


def _own(start):
    """A copy of an array or a list of numbers; anything else as it is."""
    if np.ndim(start) == 0 or np.asarray(start).dtype == object:
        return start
    return np.array(start, dtype=np.float64)


def _updated(update, w, gradient, eta):
    """The new parameters; None where an update says that they overflow."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return update(w, gradient, eta)
    except OverflowError:
        return None


def _evaluated(loss_and_gradient, w, rows):
    """Loss and gradient; infinite and NaN where a float is too small."""
    if w is None:
        return np.inf, None
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return loss_and_gradient(w, *([] if rows is None else [rows]))
    except OverflowError:
        return np.inf, np.nan * w if isinstance(w, float) else None


def _is_finite(gradient):
    if gradient is None:
        return False
    if isinstance(gradient, network.Gradients):
        return gradient.is_finite
    return bool(np.all(np.isfinite(gradient)))
