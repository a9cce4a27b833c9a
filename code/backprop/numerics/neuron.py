"""One neuron, one example: ``z = w·x + b``, ``a = f(z)``.

``w`` and ``x`` are numbers, or vectors of one length. Chapters 1 (forward),
2 (backward) and 3 (update).

>>> step = forward(w=0.5, b=0.0, x=2.0, activation="identity")
>>> gradient = backward(step, x=2.0, y=3.0, loss="half_squared_error")
>>> gradient.dL_dw
-4.0
>>> update(0.5, 0.0, gradient, eta=0.25)
(1.5, 0.5)
"""

from dataclasses import dataclass, field

import numpy as np

from backprop.numerics import activations, checks, losses


@dataclass(frozen=True)
class Forward:
    """What the forward pass leaves for the backward pass.

    ``z`` is the pre-activation, ``a`` the activation, both floats. ``w`` and
    ``activation`` are kept because ∂L/∂x and ∂a/∂z need them.
    """

    z: float
    a: float
    w: float | np.ndarray = field(repr=False)
    activation: activations.Activation = field(repr=False)


@dataclass(frozen=True)
class Backward:
    """The partial derivatives of the loss L, outermost factor first.

    ``dL_dw`` and ``dL_dx`` have the shape of ``w``; the others are floats.
    """

    dL_da: float
    da_dz: float
    dL_dz: float
    dL_dw: float | np.ndarray
    dL_db: float
    dL_dx: float | np.ndarray

    def __repr__(self):
        fields = (f"    {name}={of!r}," for name, of in vars(self).items())
        return "\n".join(["Backward(", *fields, ")"])


def forward(w, b, x, activation):
    """``z = w·x + b`` and ``a = f(z)``.

    ``w``, ``x``: numbers, or vectors (n,) of one length; ``b``: a number;
    ``activation``: a name or an `Activation`. Returns a `Forward`. Raises
    ``ValueError`` for shapes that do not fit, for NaN or infinite numbers
    and for an unknown activation. Chapter 1.

    >>> forward(w=2.0, b=-1.0, x=0.5, activation="sigmoid")
    Forward(z=0.0, a=0.5)
    """
    activation = activations.get(activation)
    w, x, b = _weights(w), _like(w, x), checks.number("b", b)
    z = float(np.dot(w, x)) + b
    return Forward(z, float(activation(z)), w, activation)


def backward(forward, x, y, loss):
    """Every partial derivative of the loss, by the chain rule.

    With ``∂L/∂a`` from the loss and ``∂a/∂z = f'(z)``:
    ``∂L/∂z = ∂L/∂a · ∂a/∂z``, ``∂L/∂w = ∂L/∂z · x``, ``∂L/∂b = ∂L/∂z`` and
    ``∂L/∂x = ∂L/∂z · w``. ``forward`` is the `Forward` of the same ``x``;
    ``y`` is the target, a number. Returns a `Backward`. Raises
    ``ValueError`` as `forward` does, and where the loss does not fit the
    activation. Chapter 2.

    >>> step = forward(w=2.0, b=-1.0, x=0.5, activation="sigmoid")
    >>> backward(step, x=0.5, y=1.0, loss="half_squared_error").dL_dz
    -0.125
    """
    loss = losses.get(loss)
    checks.instance("forward", forward, Forward, "what `forward` returns")
    losses.check_fits(loss, forward.activation)
    x, y = _like(forward.w, x), checks.number("y", y)
    loss.check_targets(y)
    _, gradient = loss.unchecked
    dL_da = float(gradient(forward.a, y))
    da_dz = float(forward.activation.prime(forward.z))
    dL_dz = dL_da * da_dz
    return Backward(
        dL_da=dL_da,
        da_dz=da_dz,
        dL_dz=dL_dz,
        dL_dw=dL_dz * x,
        dL_db=dL_dz,
        dL_dx=dL_dz * forward.w,
    )


def update(w, b, backward, eta):
    """``w_new = w - η ∂L/∂w`` and ``b_new = b - η ∂L/∂b``.

    Both from the same gradient: nothing moves before everything is
    computed. Returns ``(w_new, b_new)``. Raises ``ValueError`` unless
    ``eta`` is a finite positive number. Chapter 3.

    >>> step = forward(w=2.0, b=-1.0, x=0.5, activation="sigmoid")
    >>> gradient = backward(step, 0.5, 1.0, "half_squared_error")
    >>> update(2.0, -1.0, gradient, eta=0.8)
    (2.05, -0.9)
    """
    eta = checks.learning_rate(eta)
    checks.instance("backward", backward, Backward, "what `backward` returns")
    w, b = _like(backward.dL_dw, w, "w"), checks.number("b", b)
    return w - eta * backward.dL_dw, b - eta * backward.dL_db


def _weights(w):
    """A float, or a copy of a finite vector."""
    if np.ndim(checks.floats("w", w)) == 0:
        return checks.number("w", w)
    return checks.kept(checks.array("w", w, ndim=1, least=1))


def _like(w, x, name="x"):
    """``x`` checked to have the shape of ``w``."""
    if np.ndim(w) == 0:
        return checks.number(name, x)
    x = checks.array(name, x, ndim=1)
    if len(x) != len(w):
        raise ValueError(
            f"{name}: found {len(x)} entries, expected {len(w)}, one for "
            "each weight"
        )
    return x
