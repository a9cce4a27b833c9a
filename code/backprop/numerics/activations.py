"""Activations, each with its derivative beside it.

Every function takes the pre-activation ``z`` (a number or an array of any
shape) and works entry by entry, in float64. ``<name>_prime(z)`` is the
derivative of ``<name>`` with respect to ``z``: always a function of the
*pre*-activation, never of the output. Derived in chapter 2, "The backward
pass". What is no array of real numbers raises ``ValueError``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from backprop.numerics import checks

LEAK = 0.01
"""Slope of the leaky ReLU for negative z."""


def sigmoid(z):
    r"""Logistic sigmoid, ``σ(z) = 1 / (1 + e^(-z))``.

    Where z is negative, as ``e^z / (1 + e^z)``: the same number, and ``e =
    e^(-|z|)`` is at most 1 on both sides and cannot overflow.

    >>> float(sigmoid(0.0))
    0.5
    >>> sigmoid(np.array([-1000.0, 1000.0]))
    array([0., 1.])
    """
    z = checks.floats("z", z)
    e = np.exp(-np.abs(z))
    return _e_or_1(e, z) / (1.0 + e)


def sigmoid_prime(z):
    r"""``σ'(z) = σ(z) (1 - σ(z)) = e^(-|z|) / (1 + e^(-|z|))²``.

    The second form is the same number without the cancellation in
    ``1 - σ(z)``; it is largest, 1/4, at ``z = 0``.

    >>> float(sigmoid_prime(0.0))
    0.25
    """
    z = checks.floats("z", z)
    e = np.exp(-np.abs(z))
    return e / (1.0 + e) ** 2


def sigmoid_and_prime(z):
    """`sigmoid` and `sigmoid_prime`, which share the exponential.

    >>> sigmoid_and_prime(np.array([0.0]))
    (array([0.5]), array([0.25]))
    """
    z = checks.floats("z", z)
    e = np.exp(-np.abs(z))
    below = 1.0 + e
    return _e_or_1(e, z) / below, e / below**2


def _e_or_1(e, z):
    """``e``, which is at most 1, where z is negative; 1 elsewhere."""
    return np.maximum(e, np.sign(z))


def sigmoid_prime_from_output(a):
    """The same derivative written in the *output*: ``a (1 - a)``.

    A different function with a different argument. Calling it with ``z``,
    or calling `sigmoid_prime` with ``a``, is a common bug (chapter 2).

    >>> float(sigmoid_prime_from_output(sigmoid(0.0)))
    0.25
    """
    a = checks.floats("a", a)
    return a * (1.0 - a)


def tanh(z):
    """Hyperbolic tangent, from -1 to 1.

    >>> float(tanh(0.0))
    0.0
    """
    z = checks.floats("z", z)
    return np.tanh(z)


def tanh_prime(z):
    """``tanh'(z) = 1 - tanh²(z)``, computed as ``4e / (1 + e)²``.

    Here ``e = e^(-2|z|)``: the same number without cancellation.

    >>> float(tanh_prime(0.0))
    1.0
    """
    z = checks.floats("z", z)
    e = np.exp(-2.0 * np.abs(z))
    return 4.0 * e / (1.0 + e) ** 2


def relu(z):
    """Rectified linear unit, ``max(0, z)``.

    >>> relu(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 3.])
    """
    z = checks.floats("z", z)
    return np.maximum(z, 0.0)


def relu_prime(z):
    """1 where ``z > 0``, else 0. By convention ``relu_prime(0) == 0``.

    >>> relu_prime(np.array([-2.0, 0.0, 3.0]))
    array([0., 0., 1.])
    """
    z = checks.floats("z", z)
    return np.greater(z, 0).astype(np.float64)


def leaky_relu(z):
    """``z`` where positive, ``LEAK · z`` elsewhere.

    >>> leaky_relu(np.array([-2.0, 0.0, 3.0]))
    array([-0.02,  0.  ,  3.  ])
    """
    z = checks.floats("z", z)
    return np.maximum(z, np.multiply(z, LEAK))


def leaky_relu_prime(z):
    """1 where ``z > 0``, else ``LEAK``; ``leaky_relu_prime(0) == LEAK``.

    >>> leaky_relu_prime(np.array([-2.0, 0.0, 3.0]))
    array([0.01, 0.01, 1.  ])
    """
    z = checks.floats("z", z)
    return np.where(np.greater(z, 0), 1.0, LEAK)


def softplus(z):
    """Smooth ReLU, ``ln(1 + e^z)``, without overflow.

    >>> float(softplus(1000.0))
    1000.0
    """
    z = checks.floats("z", z)
    return np.logaddexp(0.0, z)


def softplus_prime(z):
    """The derivative of softplus is the sigmoid.

    >>> float(softplus_prime(0.0))
    0.5
    """
    z = checks.floats("z", z)
    return sigmoid(z)


def identity(z):
    """``a = z``: the linear neuron.

    >>> float(identity(2.5))
    2.5
    """
    z = checks.floats("z", z)
    return np.multiply(z, 1.0)


def identity_prime(z):
    """1 everywhere.

    >>> identity_prime(np.array([-2.0, 3.0]))
    array([1., 1.])
    """
    z = checks.floats("z", z)
    return np.ones(np.shape(z))


def identity_and_prime(z):
    """`identity`, and its slope as the one number that it is everywhere.

    >>> identity_and_prime(np.array([-2.0, 3.0]))
    (array([-2.,  3.]), 1.0)
    """
    z = checks.floats("z", z)
    return identity(z), 1.0


@dataclass(frozen=True)
class Activation:
    """A function and its derivative, both of the pre-activation ``z``.

    ``value_and_prime(z)`` gives both in one call where that saves work: the
    same numbers to the last bit, but one number for a slope that is constant.
    Else it is None.

    >>> get("tanh")
    Activation('tanh')
    """

    name: str
    function: Callable = field(repr=False)
    prime: Callable = field(repr=False)
    value_and_prime: Callable | None = field(default=None, repr=False)

    def __post_init__(self):
        checks.text("name", self.name)
        checks.function("function", self.function)
        checks.function("prime", self.prime)
        if self.value_and_prime is not None:
            checks.function("value_and_prime", self.value_and_prime)

    def __call__(self, z):
        """The activation ``a`` of the pre-activation ``z``."""
        return self.function(z)

    def __repr__(self):
        return f"Activation({self.name!r})"


ACTIVATIONS = {
    activation.name: activation
    for activation in (
        Activation("sigmoid", sigmoid, sigmoid_prime, sigmoid_and_prime),
        Activation("tanh", tanh, tanh_prime),
        Activation("relu", relu, relu_prime),
        Activation("leaky_relu", leaky_relu, leaky_relu_prime),
        Activation("softplus", softplus, softplus_prime),
        Activation("identity", identity, identity_prime, identity_and_prime),
    )
}
"""The one table: a missing activation is a missing line."""


def get(activation):
    """The `Activation` for a name, or the object itself.

    Raises ``ValueError`` for a name that is not in `ACTIVATIONS`.

    >>> float(get("relu").prime(2.0))
    1.0
    """
    if isinstance(activation, Activation):
        return activation
    try:
        return ACTIVATIONS[activation]
    except (KeyError, TypeError):
        raise ValueError(
            f"activation: found {checks.said(activation)}, expected one of "
            f"{', '.join(ACTIVATIONS)} or an Activation"
        ) from None
