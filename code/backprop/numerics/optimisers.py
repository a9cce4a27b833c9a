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

A `Rule` changes the direction of the updates, and may remember what was
before. With `Momentum` the same bowl is crossed:

>>> run = descend(square, 8.0, eta=0.5, steps=3, rule=Momentum(beta=0.5))
>>> [step.parameters for step in run]
[8.0, 4.0, 0.0, -2.0]
"""

import sys
from dataclasses import dataclass
from itertools import islice, repeat
from typing import Any, Protocol, runtime_checkable

import numpy as np

from backprop.numerics import checks, network


@dataclass(frozen=True)
class Step:
    """One iterate: where it is, and the loss and gradient there.

    ``gradient`` has the shape of ``parameters``: a float, a vector, or the
    `network.Gradients` of a network's layers. ``rows`` are the rows of the
    minibatch that the loss is the mean of, or None for all of them. No array
    of a record can be written to, so that reading a run never changes it.
    ``state`` is what the rule remembers here, the velocity of `Momentum`: the
    parameters came here with it, and the next update starts from it. Where
    ``diverged`` says so, this record is the last; ``parameters``,
    ``gradient`` and ``state`` are None if not even the parameters could be
    computed.
    """

    step: int
    parameters: float | np.ndarray | tuple | None
    loss: float
    gradient: float | np.ndarray | network.Gradients | None
    rows: np.ndarray | None = None
    state: Any = None

    @property
    def diverged(self):
        """Whether the loss or the gradient is no longer finite."""
        return not (np.isfinite(self.loss) and _is_finite(self.gradient))


@runtime_checkable
class Rule(Protocol):
    """What makes the direction of an update from gradients: any object with
    these two methods.

    The update is ``w <- w - η · direction``. A rule computes no loss, moves
    no parameter and keeps nothing: all that it remembers is in the state
    that it hands back.
    """

    def init(self, parameters):
        """The state before the first update of these parameters: a number,
        an array or a network's layers."""

    def step(self, gradient, state):
        """The pair ``(direction, state)``: where to go, and what to
        remember. The direction has the form of the gradient."""


@dataclass(frozen=True)
class GradientDescent:
    """Plain gradient descent: the direction is the gradient, and nothing is
    remembered. Chapter 3.

    >>> GradientDescent().step(4.0, None)
    (4.0, None)
    """

    def init(self, parameters):
        """No state."""
        return None

    def step(self, gradient, state):
        """The gradient as it is."""
        return gradient, state


PLAIN = GradientDescent()
"""The rule of `descend` if no other is given."""


@dataclass(frozen=True)
class Momentum:
    """Gradient descent with momentum, the heavy ball.

    The state is the velocity ``v``, at first 0, and the direction is the new
    one: ``v <- β v + ∂L/∂w``, then ``w <- w - η v``. So ``v`` is the sum of
    all gradients so far, each ``β`` times lighter for every update since; it
    points uphill, as the gradient does. The sign and the place of ``η`` are
    those of ``torch.optim.SGD``. Polyak (1964) has no ``v``: ``w_{t+1} = w_t
    - η ∂L/∂w_t + β (w_t - w_{t-1})``. Sutskever et al. (2013) call the change
    itself the velocity, ``v <- β v - η ∂L/∂w``, ``w <- w + v``: it is ``-η``
    times ours. As long as ``η`` stays the same, all three are the same path.

    ``beta`` is from 0, plain gradient descent, to below 1. Raises
    ``ValueError`` for another one, and where the gradient has not the shape
    of the velocity.

    >>> rule = Momentum(beta=0.5)
    >>> velocity = rule.init(8.0)
    >>> direction, velocity = rule.step(4.0, velocity)
    >>> rule.step(4.0, velocity)
    (6.0, 6.0)

    In a training loop of one's own, for a network's layers:

    >>> layers = (network.Layer([[1.0]], [0.0], "identity"),)
    >>> f = network.objective([[2.0]], [[1.0]], "half_squared_error")
    >>> velocity = rule.init(layers)
    >>> for _ in range(2):
    ...     loss, gradients = f(layers)
    ...     direction, velocity = rule.step(gradients, velocity)
    ...     layers = network.update(layers, direction, eta=0.125)
    >>> layers[0].W, velocity.dL_dW[1]
    (array([[0.53125]]), array([[1.75]]))
    """

    beta: float = 0.9

    def __post_init__(self):
        beta = checks.share("beta", self.beta, least=0.0)
        object.__setattr__(self, "beta", beta)

    def init(self, parameters):
        """The velocity 0, for each number of the parameters."""
        return _zeros(parameters)

    def step(self, gradient, velocity):
        """``β v + ∂L/∂w``, as direction and as new velocity."""
        _check_form(gradient, velocity)
        velocity = self.beta * velocity + gradient
        return velocity, velocity


def move(parameters, gradient, eta):
    """The update of plain gradient descent, ``w - η ∂L/∂w``.

    For numbers and vectors; `network.update` does the same for layers. With
    another rule, its direction is in the place of the gradient.

    >>> move(8.0, 4.0, eta=0.5)
    6.0
    """
    eta = checks.learning_rate(eta)
    parameters = checks.floats("parameters", parameters)
    gradient = checks.floats("gradient", gradient)
    _check_form(gradient, parameters)
    return parameters - eta * gradient


def descend(
    loss_and_gradient,
    start,
    eta,
    steps,
    *,
    batches=None,
    update=move,
    rule=PLAIN,
):
    """Gradient descent, ``w <- w - η ∂L/∂w``, as a generator of `Step`.

    ``loss_and_gradient(w)`` returns the loss and its gradient; ``start`` is
    a number, a vector or a network's layers, and stays as it is. With
    ``batches``, an iterable of vectors of row numbers (`data.batches`), it
    is called as ``loss_and_gradient(w, rows)``, with new rows for each
    record. ``update(w, gradient, eta)`` returns the new parameters:
    `network.update` for layers. A `Rule` puts another direction in the place
    of the gradient there: ``rule=Momentum(beta=0.9)``.

    Yields step 0, the start, then one record after each of ``steps``
    updates, fewer if ``batches`` end before. Each costs one call of
    ``loss_and_gradient``. Where the loss or the gradient is no longer
    finite, or an ``OverflowError`` is raised, the iteration has diverged:
    that record is yielded, and is the last. Raises ``ValueError`` unless
    ``eta`` is a finite positive number, ``steps`` is a whole number from 0
    and ``rule`` has the methods of a `Rule`.
    """
    checks.function("loss_and_gradient", loss_and_gradient)
    checks.function("update", update)
    eta = checks.learning_rate(eta)
    steps = checks.whole_number("steps", steps, 0, most=sys.maxsize - 1)
    _check_rule(rule)
    numbered = enumerate(_rows(steps + 1, batches))
    start = _own(start)
    return _iterates(loss_and_gradient, start, eta, numbered, update, rule)


def _iterates(loss_and_gradient, w, eta, numbered, update, rule):
    state, record = rule.init(w), None
    for step, rows in numbered:
        if record is not None:
            w, state = _updated(update, rule, w, record, eta)
        loss, gradient = _evaluated(loss_and_gradient, w, rows)
        seen = map(_locked, (gradient, rows, state))
        record = Step(step, _locked(w), loss, *seen)
        yield record
        if record.diverged:
            return


def _check_rule(rule):
    if isinstance(rule, type) or not isinstance(rule, Rule):
        raise ValueError(
            f"rule: found {checks.said(rule)}, expected an object with init "
            "and step, such as Momentum(beta=0.9)"
        )


def _check_form(gradient, velocity):
    """Raise ``ValueError`` unless nothing would be broadcast; the gradients
    of layers see to it themselves."""
    if np.shape(gradient) != np.shape(velocity):
        raise ValueError(
            f"gradient: found shape {np.shape(gradient)}, expected "
            f"{np.shape(velocity)}, the shape of the parameters"
        )


def _zeros(parameters):
    """A 0 for each number of the parameters, in the form of a gradient."""
    if np.ndim(parameters) == 0:
        return 0.0
    if np.asarray(parameters).dtype == object:
        return network.zero_gradients(parameters)
    return np.zeros(np.shape(parameters))


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
    try:
        batches = iter(batches)
    except TypeError:
        raise ValueError(
            f"batches: found {checks.said(batches)}, expected vectors of row "
            "numbers, such as data.batches gives"
        ) from None
    return map(_row_numbers, islice(batches, count))


def _row_numbers(rows):
    """A vector of row numbers; at least none but numbers."""
    vector = np.asarray(rows)
    if vector.ndim != 1 or vector.dtype.kind not in "iu":
        raise ValueError(
            f"batches: found {checks.said(rows)}, expected vectors of row "
            "numbers"
        )
    return vector


def _own(start):
    """A copy of numbers; layers as they are."""
    if isinstance(start, tuple | list) and any(
        isinstance(one, network.Layer) for one in start
    ):
        return checks.instances("start", start, network.Layer, "layers")
    start = checks.floats("start", start)
    checks.finite("start", np.asarray(start))
    checks.some("start", np.asarray(start))
    return checks.kept(start) if np.ndim(start) else float(start)


def _updated(update, rule, w, record, eta):
    """The new parameters and the new state; None for both where the rule or
    the update says that they overflow."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            direction, state = rule.step(record.gradient, record.state)
            moved = update(w, direction, eta)
    except OverflowError:
        return None, None
    if moved is None:
        raise ValueError(
            "update: returned None, expected the new parameters (is there a "
            "return?)"
        )
    return moved, state


def _evaluated(loss_and_gradient, w, rows):
    """Loss and gradient; infinite and NaN where a float is too small."""
    if w is None:
        return np.inf, None
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            found = loss_and_gradient(w, *([] if rows is None else [rows]))
    except OverflowError:
        return np.inf, np.nan * w if isinstance(w, float) else None
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise ValueError(
            f"loss_and_gradient: returned {checks.said(found)}, expected a "
            "pair: the loss and its gradient"
        )
    return found


def _is_finite(gradient):
    if gradient is None:
        return False
    if isinstance(gradient, network.Gradients):
        return gradient.is_finite
    return bool(np.all(np.isfinite(gradient)))
