"""Repeating the update: gradient descent. Chapter 3.

>>> square = lambda w: (0.5 * w**2, w)
>>> [step.parameters for step in descend(square, 8.0, eta=0.5, steps=3)]
[8.0, 4.0, 2.0, 1.0]
"""

from dataclasses import dataclass

import numpy as np

from backprop.numerics import checks


@dataclass(frozen=True)
class Step:
    """One iterate: where it is, and the loss and gradient there.

    ``gradient`` has the shape of ``parameters``, a float or a vector.
    """

    step: int
    parameters: float | np.ndarray
    loss: float
    gradient: float | np.ndarray


def descend(loss_and_gradient, start, eta, steps):
    """Gradient descent, ``w <- w - η ∂L/∂w``, as a generator of `Step`.

    ``loss_and_gradient(w)`` returns the loss and its gradient; ``start`` is
    a number or a vector, and stays as it is. Yields step 0, the start, then
    one record after each of ``steps`` updates. Where the loss or the
    gradient is no longer finite, or Python raises ``OverflowError``, the
    iteration has diverged: that record is yielded, and is the last. Raises
    ``ValueError`` unless ``eta`` is a finite positive number and ``steps``
    is a whole number from 0.
    """
    eta = checks.learning_rate(eta)
    if not isinstance(steps, int) or steps < 0:
        raise ValueError(
            f"steps: found {steps!r}, expected a whole number from 0"
        )
    start = np.array(start, dtype=np.float64) if np.ndim(start) else start
    return _iterates(loss_and_gradient, start, eta, steps)


def _iterates(loss_and_gradient, w, eta, steps):
    for step in range(steps + 1):
        loss, gradient = _evaluated(loss_and_gradient, w)
        yield Step(step, w, loss, gradient)
        if not (np.isfinite(loss) and np.all(np.isfinite(gradient))):
            return
        with np.errstate(over="ignore", invalid="ignore"):
            w = w - eta * gradient


def _evaluated(loss_and_gradient, w):
    """Loss and gradient; infinite and NaN where a float is too small."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            return loss_and_gradient(w)
    except OverflowError:
        return np.inf, np.nan * w
