"""Losses, each with its gradient beside it.

``A`` is what the last layer puts out and ``Y`` the targets, both of shape
``(m, n)``: m examples in rows, n outputs. Every loss is the *mean over the m
examples* of a *sum over the n outputs*, and every gradient is the derivative
of exactly that number, with no factor left out. A single number stands for
one example with one output; a vector could be either and is refused. Derived
in chapters 2 and 4.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from backprop.numerics import activations, checks
from backprop.numerics.activations import sigmoid, softplus


def half_squared_error(A, Y):
    """``L = 1/(2m) Σ (A - Y)²`` over examples and outputs.

    >>> half_squared_error(0.75, 0.25)
    0.125
    """
    return _half_squared_error(*_checked(A, Y))


def _half_squared_error(A, Y):
    D = A - Y
    return float(np.sum(D * D)) / (2 * _examples(A))


def half_squared_error_gradient(A, Y):
    """``∂L/∂A = (A - Y) / m``, the shape of ``A``.

    >>> half_squared_error_gradient(0.75, 0.25)
    0.5
    """
    return _half_squared_error_gradient(*_checked(A, Y))


def _half_squared_error_gradient(A, Y):
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
    return _binary_cross_entropy(*_checked(Z, Y, _check_probabilities, "Z"))


def _binary_cross_entropy(Z, Y):
    wrong = Y * softplus(np.negative(Z)) + (1.0 - Y) * softplus(Z)
    return float(np.sum(wrong)) / _examples(Z)


def binary_cross_entropy_gradient(Z, Y):
    """``∂L/∂Z = (σ(Z) - Y) / m``, the shape of ``Z``.

    >>> float(binary_cross_entropy_gradient(0.0, 1.0))
    -0.5
    """
    checked = _checked(Z, Y, _check_probabilities, "Z")
    return _binary_cross_entropy_gradient(*checked)


def _binary_cross_entropy_gradient(Z, Y):
    return (sigmoid(Z) - Y) / _examples(Z)


def softmax(Z):
    """``p_k = e^(z_k) / Σ_j e^(z_j)`` in each row of ``Z`` (m, n).

    The largest logit of a row is subtracted first, which changes nothing in
    the quotient and keeps the exponentials from overflowing.

    >>> softmax(np.array([[1000.0, 1000.0]]))
    array([[0.5, 0.5]])
    """
    Z = np.asarray(checks.floats("Z", Z))
    checks.rank("Z", Z, 2)
    checks.some("Z", Z)
    return _softmax(Z)


def _softmax(Z):
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
    return _softmax_cross_entropy(*_checked(Z, Y, _check_distributions, "Z"))


def _softmax_cross_entropy(Z, Y):
    shifted = Z - Z.max(axis=1, keepdims=True)
    log_sum = np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(np.sum(Y * (log_sum - shifted))) / _examples(Z)


def softmax_cross_entropy_gradient(Z, Y):
    """``∂L/∂Z = (softmax(Z) - Y) / m``, the shape of ``Z``.

    >>> Z, Y = np.zeros((1, 2)), np.array([[0.0, 1.0]])
    >>> softmax_cross_entropy_gradient(Z, Y)
    array([[ 0.5, -0.5]])
    """
    checked = _checked(Z, Y, _check_distributions, "Z")
    return _softmax_cross_entropy_gradient(*checked)


def _softmax_cross_entropy_gradient(Z, Y):
    return (_softmax(Z) - Y) / _examples(Z)


def _check_any(Y):
    """Every finite target suits the squared error."""


def _checked(A, Y, check_targets=_check_any, name="A"):
    """Outputs, called ``name`` in errors, and targets that fit them: both a
    number, or both ``(m, n)``. Outputs may be NaN or infinite, as those of a
    run that has diverged are; the loss then is too."""
    A, Y = checks.floats(name, A), checks.floats("Y", Y)
    one = np.ndim(A) == 0 and check_targets is not _check_distributions
    if one and np.ndim(Y) == 0:
        Y = checks.number("Y", Y)
        check_targets(Y)
        return float(A), Y
    A = np.asarray(A)
    checks.rank(name, A, 0 if one else 2)
    checks.some(name, A)
    checks.same_shape("Y", np.asarray(Y), A, "the output")
    checks.finite("Y", Y)
    check_targets(Y)
    return A, Y


def _examples(A):
    """m: the number of rows; a single number is one example."""
    return len(A) if np.ndim(A) else 1


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

    ``value(A, Y)`` is a float, ``gradient(A, Y)`` has the shape of ``A``;
    ``unchecked`` are both for what has been checked already.
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
    unchecked: tuple = field(default=(), repr=False, compare=False)

    def __post_init__(self):
        checks.text("name", self.name)
        checks.flag("from_logits", self.from_logits)
        for part in ("value", "gradient", "check_targets"):
            checks.function(part, getattr(self, part))
        if not self.unchecked:
            plain = self.value, self.gradient
            object.__setattr__(self, "unchecked", plain)

    def __call__(self, A, Y):
        """The loss of outputs ``A`` (m, n) or a number, against ``Y``."""
        value, _ = self.unchecked
        A, Y = _checked(A, Y, self.check_targets)
        checks.finite("A", np.asarray(A))
        return value(A, Y)

    def check(self, A, Y):
        """Raise ``ValueError`` unless ``Y`` fits ``A`` and this loss."""
        checks.same_shape("Y", Y, A, "the output")
        checks.some("Y", Y)
        self.check_targets(Y)

    def __repr__(self):
        return f"Loss({self.name!r})"


LOSSES = {
    loss.name: loss
    for loss in (
        Loss(
            "half_squared_error",
            half_squared_error,
            half_squared_error_gradient,
            unchecked=(_half_squared_error, _half_squared_error_gradient),
        ),
        Loss(
            "binary_cross_entropy",
            binary_cross_entropy,
            binary_cross_entropy_gradient,
            unchecked=(
                _binary_cross_entropy,
                _binary_cross_entropy_gradient,
            ),
            from_logits=True,
            check_targets=_check_probabilities,
        ),
        Loss(
            "softmax_cross_entropy",
            softmax_cross_entropy,
            softmax_cross_entropy_gradient,
            unchecked=(
                _softmax_cross_entropy,
                _softmax_cross_entropy_gradient,
            ),
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
            f"loss: found {checks.said(loss)}, expected one of "
            f"{', '.join(LOSSES)} or a Loss"
        ) from None


def check_fits(loss, activation):
    """Raise ``ValueError`` where a non-linearity would be applied twice.

    >>> from backprop.numerics import activations
    >>> bce = get("binary_cross_entropy")
    >>> check_fits(bce, activations.get("identity"))
    """
    loss, activation = get(loss), activations.get(activation)
    if loss.from_logits and activation.name != "identity":
        raise ValueError(
            f"loss: {loss.name} takes logits and contains the last "
            f"non-linearity; found a last activation {activation.name!r}, "
            "expected 'identity'"
        )
