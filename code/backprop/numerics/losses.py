"""Losses, each with its gradient beside it.

``A`` is what the last layer puts out and ``Y`` the targets, both of shape
``(m, n)``: m examples in rows, n outputs. Every loss is the *mean over the m
examples* of a *sum over the n outputs*, and every gradient is the derivative
of exactly that number, with no factor left out. A single number stands for
one example with one output. Derived in chapters 2 and 4.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from backprop.numerics import checks
from backprop.numerics.activations import sigmoid, softplus


def half_squared_error(A, Y):
    """``L = 1/(2m) Σ (A - Y)²`` over examples and outputs.

    >>> half_squared_error(0.75, 0.25)
    0.125
    """
    _same_shape(A, Y)
    D = A - Y
    return float(np.sum(D * D)) / (2 * _examples(A))


def half_squared_error_gradient(A, Y):
    """``∂L/∂A = (A - Y) / m``, the shape of ``A``.

    >>> half_squared_error_gradient(0.75, 0.25)
    0.5
    """
    _same_shape(A, Y)
    return (A - Y) / _examples(A)


def binary_cross_entropy(Z, Y):
    """``L = -1/m Σ [ Y ln p + (1 - Y) ln(1 - p) ]``, ``p = σ(Z)``.

    From the logits ``Z``, as ``1/m Σ [ Y softplus(-Z) + (1 - Y) softplus(Z)
    ]``: the same without the logarithm of a rounded 0. (``softplus(Z) - Y
    Z`` is shorter, and loses its digits where a large ``Z`` is right.) The
    sigmoid is part of the loss, so the last layer's activation is
    ``"identity"``.

    >>> round(binary_cross_entropy(0.0, 1.0), 6)
    0.693147
    """
    _same_shape(Z, Y)
    wrong = Y * softplus(np.negative(Z)) + (1.0 - Y) * softplus(Z)
    return float(np.sum(wrong)) / _examples(Z)


def binary_cross_entropy_gradient(Z, Y):
    """``∂L/∂Z = (σ(Z) - Y) / m``, the shape of ``Z``.

    >>> float(binary_cross_entropy_gradient(0.0, 1.0))
    -0.5
    """
    _same_shape(Z, Y)
    return (sigmoid(Z) - Y) / _examples(Z)


def softmax(Z):
    """``p_k = e^(z_k) / Σ_j e^(z_j)`` in each row of ``Z`` (m, n).

    The largest logit of a row is subtracted first, which changes nothing in
    the quotient and keeps the exponentials from overflowing.

    >>> softmax(np.array([[1000.0, 1000.0]]))
    array([[0.5, 0.5]])
    """
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def softmax_cross_entropy(Z, Y):
    """``L = -1/m Σ Y ln softmax(Z)``, from the logits ``Z`` (m, n).

    Each row of ``Y`` is a distribution over the n classes, most often
    one-hot. The softmax is part of the loss, so the last layer's activation
    is ``"identity"``.

    >>> Z, Y = np.zeros((1, 2)), np.array([[0.0, 1.0]])
    >>> round(softmax_cross_entropy(Z, Y), 6)
    0.693147
    """
    _same_shape(Z, Y)
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(np.sum(Y * (log_sum - shifted))) / _examples(Z)


def softmax_cross_entropy_gradient(Z, Y):
    """``∂L/∂Z = (softmax(Z) - Y) / m``, the shape of ``Z``.

    >>> Z, Y = np.zeros((1, 2)), np.array([[0.0, 1.0]])
    >>> softmax_cross_entropy_gradient(Z, Y)
    array([[ 0.5, -0.5]])
    """
    _same_shape(Z, Y)
    return (softmax(Z) - Y) / _examples(Z)


def _same_shape(A, Y):
    if np.shape(A) != np.shape(Y):
        raise ValueError(
            f"Y: found shape {np.shape(Y)}, expected {np.shape(A)}, the "
            "shape of the output"
        )


def _examples(A):
    """m: the number of rows; a single number is one example."""
    return len(A) if np.ndim(A) else 1


def _check_any(Y):
    """Every finite target suits the squared error."""


def _check_probabilities(Y):
    if np.any((Y < 0) | (Y > 1)):
        raise ValueError(
            "Y: found a target outside [0, 1], expected probabilities for "
            "binary_cross_entropy"
        )


def _check_distributions(Y):
    _check_probabilities(Y)
    if np.ndim(Y) != 2 or np.any(np.abs(Y.sum(axis=1) - 1.0) > 1e-9):
        raise ValueError(
            "Y: found rows that do not sum to 1, expected one distribution "
            "over the classes in each row for softmax_cross_entropy"
        )


@dataclass(frozen=True)
class Loss:
    """A loss with its gradient.

    ``value(A, Y)`` is a float, ``gradient(A, Y)`` has the shape of ``A``.
    ``from_logits`` says that the loss contains the last non-linearity, so
    the last layer must be ``"identity"``. ``check_targets(Y)`` raises
    ``ValueError`` for targets the loss has no meaning for.

    >>> get("half_squared_error")
    Loss('half_squared_error')
    """

    name: str
    value: Callable = field(repr=False)
    gradient: Callable = field(repr=False)
    from_logits: bool = field(default=False, repr=False)
    check_targets: Callable = field(default=_check_any, repr=False)

    def __call__(self, A, Y):
        """The loss of outputs ``A`` (m, n) or a number, against ``Y``."""
        A, Y = self._checked(A, Y)
        return self.value(A, Y)

    def check(self, A, Y):
        """Raise ``ValueError`` unless ``Y`` fits ``A`` and this loss."""
        checks.same_shape("Y", Y, A, "the output A")
        if Y.size == 0:
            raise ValueError(
                f"Y: found no examples, expected at least one row "
                f"(shape {Y.shape})"
            )
        self.check_targets(Y)

    def _checked(self, A, Y):
        ndim = 2 if np.ndim(A) else 0
        A, Y = (
            checks.array("A", A, ndim=ndim),
            checks.array("Y", Y, ndim=ndim),
        )
        self.check(A, Y)
        return A, Y

    def __repr__(self):
        return f"Loss({self.name!r})"


LOSSES = {
    loss.name: loss
    for loss in (
        Loss(
            "half_squared_error",
            half_squared_error,
            half_squared_error_gradient,
        ),
        Loss(
            "binary_cross_entropy",
            binary_cross_entropy,
            binary_cross_entropy_gradient,
            from_logits=True,
            check_targets=_check_probabilities,
        ),
        Loss(
            "softmax_cross_entropy",
            softmax_cross_entropy,
            softmax_cross_entropy_gradient,
            from_logits=True,
            check_targets=_check_distributions,
        ),
    )
}
"""The one table: a missing loss is a missing line."""


def get(loss):
    """The `Loss` for a name, or the object itself.

    Raises ``ValueError`` for a name that is not in `LOSSES`.

    >>> get("half_squared_error")(0.75, 0.25)
    0.125
    """
    if isinstance(loss, Loss):
        return loss
    try:
        return LOSSES[loss]
    except (KeyError, TypeError):
        raise ValueError(
            f"loss: found {loss!r}, expected one of {', '.join(LOSSES)} "
            "or a Loss"
        ) from None


def check_fits(loss, activation):
    """Raise ``ValueError`` where a non-linearity would be applied twice.

    >>> from backprop.numerics import activations
    >>> bce = get("binary_cross_entropy")
    >>> check_fits(bce, activations.get("identity"))
    """
    if loss.from_logits and activation.name != "identity":
        raise ValueError(
            f"loss: {loss.name} takes logits and contains the last "
            f"non-linearity; found a last activation {activation.name!r}, "
            "expected 'identity'"
        )
