"""A fully connected network of any depth, for a batch of examples.

Layers count forward from 1, as in the book: ``Z[l]``, ``A[l]`` and the
gradients are dictionaries keyed by the layer's number, and ``A[0]`` is the
input ``X``. A batch is ``(m, n)``: examples are rows. ``W`` of layer ``l`` is
``(n_l, n_{l-1})``: ``W[j, k]`` goes *to* unit j *from* unit k, so that
``Z = A W^T + b``. Chapter 4, "Layer by layer".

>>> layers = (Layer([[1.0, -1.0]], [0.5], "identity"),)
>>> X, Y = np.array([[2.0, 1.0]]), np.array([[0.0]])
>>> cache = forward(layers, X)
>>> cache.A[1]
array([[1.5]])
>>> gradients = backward(layers, cache, Y, "half_squared_error")
>>> gradients.dL_dW[1]
array([[3. , 1.5]])
>>> update(layers, gradients, eta=0.1)[0].W
array([[ 0.7 , -1.15]])
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from backprop.numerics import activations, checks, losses


@dataclass(frozen=True)
class Layer:
    """The parameters of one layer, checked when it is made.

    ``W`` is ``(n_out, n_in)``, ``b`` is ``(n_out,)``; ``activation`` is a
    name or an `Activation`. The layer keeps copies that cannot be written
    to: a weight moves by making a new layer, so that no gradient is ever
    computed with weights that have moved since. Raises ``ValueError`` for
    another rank, no units, sizes that do not fit, and NaN or infinite
    entries.

    >>> Layer([[0.5, 0.25]], [0.0], "tanh").W.shape
    (1, 2)
    """

    W: np.ndarray
    b: np.ndarray
    activation: activations.Activation

    def __post_init__(self):
        W = checks.array("W", self.W, ndim=2)
        b = checks.array("b", self.b, ndim=1)
        if W.size == 0:
            raise ValueError(
                f"W: found shape {W.shape}, expected at least one unit and "
                "one input"
            )
        if len(b) != len(W):
            raise ValueError(
                f"b: found {len(b)} entries, expected {len(W)}, one for "
                "each row of W"
            )
        object.__setattr__(self, "W", checks.kept(W))
        object.__setattr__(self, "b", checks.kept(b))
        object.__setattr__(
            self, "activation", activations.get(self.activation)
        )


@dataclass(frozen=True)
class Cache:
    """Every pre-activation and activation of one forward pass.

    ``Z[l]`` and ``A[l]`` are ``(m, n_l)``; ``A[0]`` is a copy of the input
    ``X``. None can be written to. ``layers`` are those of the pass: no
    gradient is computed with others.
    """

    Z: dict
    A: dict
    layers: tuple = field(repr=False, compare=False)
    slopes: dict = field(default_factory=dict, repr=False, compare=False)
    """Of a layer whose ``f(Z[l])`` and ``f'(Z[l])`` came together: the pair
    ``f, f'(Z[l])``."""

    @property
    def output(self):
        """The last layer's activation, ``(m, n_L)``."""
        return self.A[len(self.Z)]

    def prime(self, l, activation):
        """``f'(Z[l])`` of this activation: kept, or computed now."""
        kept = self.slopes.get(l)
        if kept and kept[0] is activation:
            return kept[1]
        return activation.prime(self.Z[l])


@dataclass(frozen=True)
class Gradients:
    """The gradient of the loss with respect to everything, by layer.

    ``dL_dZ[l]`` has the shape of ``Z[l]``, ``dL_dW[l]`` of ``W``,
    ``dL_db[l]`` of ``b`` and ``dL_dX`` of ``X``.

    Gradients of the same layers can be added, and multiplied by a number:
    each ``dL_dW`` and ``dL_db`` is. The result is a sum over several passes
    and has no ``dL_dZ``, which belongs to one. Raises ``ValueError`` where
    shapes differ.

    >>> layers = (Layer([[1.0]], [0.0], "identity"),)
    >>> f = objective([[2.0], [4.0]], [[1.0], [1.0]], "half_squared_error")
    >>> (_, one), (_, other) = f(layers, [0]), f(layers, [1])
    >>> (0.5 * one + 0.5 * other).dL_dW[1]
    array([[7.]])
    """

    dL_dZ: dict
    dL_dW: dict
    dL_db: dict
    first_W: np.ndarray = field(repr=False)

    @property
    def is_finite(self):
        """Whether no parameter's gradient has a NaN or infinite entry."""
        both = [*self.dL_dW.values(), *self.dL_db.values()]
        return all(map(checks.is_finite, both))

    @cached_property
    def dL_dX(self):
        """``∂L/∂X = ∂L/∂Z[1] W``: computed when asked for, since no update
        of the parameters needs it."""
        return self.dL_dZ[1] @ self.first_W

    def __add__(self, other):
        if not isinstance(other, Gradients):
            return NotImplemented
        return Gradients(
            dL_dZ={},
            dL_dW=_sums("dL_dW", self.dL_dW, other.dL_dW),
            dL_db=_sums("dL_db", self.dL_db, other.dL_db),
            first_W=self.first_W,
        )

    def __rmul__(self, factor):
        factor = checks.number("factor", factor)
        return Gradients(
            dL_dZ={},
            dL_dW={l: factor * dL_dW for l, dL_dW in self.dL_dW.items()},
            dL_db={l: factor * dL_db for l, dL_db in self.dL_db.items()},
            first_W=self.first_W,
        )


def initialise(sizes, rng, scheme="xavier", activation="sigmoid", last=None):
    """Layers with random weights and zero biases.

    ``sizes`` are the numbers of units, input first: ``(2, 3, 1)``. ``rng``
    is a ``numpy.random.Generator``. ``scheme`` sets the standard deviation
    of a layer's weights: ``"xavier"`` is ``sqrt(2 / (n_in + n_out))``,
    ``"he"`` is ``sqrt(2 / n_in)``, ``"zeros"`` gives every weight 0 (shown
    in chapter 4 to be a trap). ``activation`` is the hidden layers',
    ``last`` the output layer's (by default the same). Returns a tuple of
    `Layer`.

    >>> rng = np.random.default_rng(0)
    >>> [layer.W.shape for layer in initialise((2, 3, 1), rng)]
    [(3, 2), (1, 3)]
    """
    sizes = _sizes(sizes)
    checks.generator("rng", rng, "normal")
    deviation = _scheme(scheme)
    last = activation if last is None else last
    depth = len(sizes) - 1
    return tuple(
        Layer(
            rng.normal(0.0, deviation(n_in, n_out), (n_out, n_in)),
            np.zeros(n_out),
            last if l == depth else activation,
        )
        for l, (n_in, n_out) in enumerate(
            zip(sizes[:-1], sizes[1:], strict=True), start=1
        )
    )


def forward(layers, X):
    """``Z[l] = A[l-1] W^T + b`` and ``A[l] = f(Z[l])`` for every layer.

    ``X`` is ``(m, n_0)``. Returns the `Cache`. Raises ``ValueError`` for
    another rank, NaN or infinite entries and sizes that do not fit.
    """
    layers = _layers(layers)
    X = checks.array("X", X, ndim=2)
    _check_widths(layers, X.shape[1])
    cache = _forward(layers, checks.kept(X))
    for array in (*cache.Z.values(), *cache.A.values()):
        _lock(array)
    return cache


def _forward(layers, X):
    Z, A, slopes = {}, {0: X}, {}
    for l, layer in enumerate(layers, start=1):
        Z[l] = A[l - 1] @ layer.W.T
        Z[l] += layer.b
        A[l], slopes[l] = _activated(layer.activation, Z[l])
    return Cache(Z, A, layers, slopes)


def _activated(f, Z):
    """``f(Z)``, and the pair ``f, f'(Z)`` if the two come together."""
    if f.value_and_prime is None:
        return f(Z), None
    A, slope = f.value_and_prime(Z)
    return A, (f, slope)


def backward(layers, cache, Y, loss):
    """The gradient of the loss, from the last layer to the first.

    ``∂L/∂Z[l] = ∂L/∂A[l] ∘ f'(Z[l])``, ``∂L/∂W = ∂L/∂Z[l]^T A[l-1]``,
    ``∂L/∂b = `` the sum of ``∂L/∂Z[l]`` over the batch, and
    ``∂L/∂A[l-1] = ∂L/∂Z[l] W``. ``Y`` has the shape of the output. Returns
    `Gradients`; no parameter is changed. Raises ``ValueError`` for targets
    that do not fit the output or the loss, and for a cache of other weights.
    """
    layers = _layers(layers)
    _check_cache(cache, layers)
    loss, Y = _check_targets(layers, cache, Y, loss)
    return _backward(layers, cache, Y, loss)


def _backward(layers, cache, Y, loss):
    dL_dZ, dL_dW, dL_db = {}, {}, {}
    _, gradient = loss.unchecked
    dL_dA = gradient(cache.output, Y)
    for l in range(len(layers), 0, -1):
        layer = layers[l - 1]
        dL_dZ[l] = dL_dA * cache.prime(l, layer.activation)
        dL_dW[l] = dL_dZ[l].T @ cache.A[l - 1]
        dL_db[l] = dL_dZ[l].sum(axis=0)
        if l > 1:
            dL_dA = dL_dZ[l] @ layer.W
    return Gradients(dL_dZ, dL_dW, dL_db, layers[0].W)


def update(layers, gradients, eta):
    """``W - η ∂L/∂W`` and ``b - η ∂L/∂b`` for every layer: a new tuple.

    Raises ``ValueError`` unless ``eta`` is a finite positive number, for a
    gradient that has not the shape of its parameter, and where a weight
    would no longer be finite.
    """
    eta = checks.learning_rate(eta)
    layers = _layers(layers)
    _check_gradients(gradients, len(layers))
    return tuple(
        _with_parameters(
            layer,
            _moved("W", l, layer.W, gradients.dL_dW[l], eta),
            _moved("b", l, layer.b, gradients.dL_db[l], eta),
        )
        for l, layer in enumerate(layers, start=1)
    )


def zero_gradients(layers):
    """`Gradients` of these layers in which every entry is 0.

    >>> zero_gradients((Layer([[1.0, 2.0]], [3.0], "tanh"),)).dL_dW
    {1: array([[0., 0.]])}
    """
    layers = _layers(layers)
    return Gradients(
        dL_dZ={},
        dL_dW={l: np.zeros_like(of.W) for l, of in enumerate(layers, 1)},
        dL_db={l: np.zeros_like(of.b) for l, of in enumerate(layers, 1)},
        first_W=layers[0].W,
    )


def loss(layers, X, Y, loss):
    """The loss of the network's output for ``X`` against ``Y``, a float.

    >>> layers = (Layer([[1.0]], [0.0], "identity"),)
    >>> loss(layers, [[2.0], [4.0]], [[1.0], [1.0]], "half_squared_error")
    2.5
    """
    cache = forward(layers, X)
    loss, Y = _check_targets(layers, cache, Y, loss)
    value, _ = loss.unchecked
    return value(cache.output, Y)


def objective(X, Y, loss):
    """The loss and its gradient as one function of the layers.

    ``X`` is ``(m, n_0)`` and ``Y`` ``(m, n_L)``; they are checked here, once,
    and not again in each update. The function is called as ``f(layers)`` for
    all rows, or ``f(layers, rows)`` for a minibatch, whose ``rows`` are a
    vector of row numbers. It returns the loss, a float, the mean over those
    rows, and its `Gradients`, from one forward and one backward pass: what
    `optimisers.descend` asks for. Raises ``ValueError`` as `forward` and
    `backward` do.

    >>> f = objective([[2.0], [4.0]], [[1.0], [1.0]], "half_squared_error")
    >>> layers = (Layer([[1.0]], [0.0], "identity"),)
    >>> f(layers)[0], f(layers, [1])[0]
    (2.5, 4.5)
    >>> f(layers, [1])[1].dL_dW[1]
    array([[12.]])
    """
    loss = losses.get(loss)
    X, Y = checks.array("X", X, ndim=2), checks.array("Y", Y, ndim=2)
    checks.as_many("Y", Y, len(X), "row of X")
    loss.check_targets(Y)
    X, Y = checks.kept(X), checks.kept(Y)
    value, _ = loss.unchecked

    def loss_and_gradient(layers, rows=None):
        layers = _layers(layers)
        some_X, some_Y = (X, Y) if rows is None else _at(rows, X, Y)
        _check_widths(layers, X.shape[1])
        losses.check_fits(loss, layers[-1].activation)
        cache = _forward(layers, some_X)
        checks.same_shape("Y", some_Y, cache.output, "the output A")
        gradients = _backward(layers, cache, some_Y, loss)
        return value(cache.output, some_Y), gradients

    return loss_and_gradient


def predict(layers, X):
    """The class of each example: the number of its largest output.

    ``X`` is ``(m, n_0)``. Returns ``(m,)`` whole numbers from 0; among equal
    outputs the first counts. Raises ``ValueError`` as `forward` does, and
    for a network with a single output, of which the largest says nothing.

    >>> layers = (Layer([[1.0], [-1.0]], [0.0, 0.0], "identity"),)
    >>> predict(layers, [[2.0], [-3.0]])
    array([0, 1])
    """
    output = forward(layers, X).output
    if output.shape[1] < 2:
        raise ValueError(
            f"layers: found {output.shape[1]} output, expected at least two, "
            "one for each class"
        )
    return output.argmax(axis=1)


def accuracy(layers, X, labels):
    """The share of examples whose class is predicted, from 0 to 1.

    ``labels`` are ``(m,)`` classes, whole numbers from 0. Raises
    ``ValueError`` as `predict` does, and for labels that do not fit.

    >>> layers = (Layer([[1.0], [-1.0]], [0.0, 0.0], "identity"),)
    >>> accuracy(layers, [[2.0], [-3.0]], [0, 0])
    0.5
    """
    predicted = predict(layers, X)
    labels = checks.classes_of("labels", labels, len(layers[-1].W))
    checks.as_many("labels", labels, len(predicted), "row of X")
    return float(np.mean(predicted == labels))


def gradient_norms(gradients):
    """``‖∂L/∂W[l]‖``, the root of the sum of squares, for each layer.

    Biases are left out. Returns a dictionary from the layer's number to a
    float, first layer first.

    >>> layers = (Layer([[1.0, 1.0]], [0.0], "identity"),)
    >>> f = objective([[3.0, 4.0]], [[6.0]], "half_squared_error")
    >>> gradient_norms(f(layers)[1])
    {1: 5.0}
    """
    checks.instance("gradients", gradients, Gradients, "what `backward` gives")
    return {
        l: float(np.linalg.norm(gradients.dL_dW[l]))
        for l in sorted(gradients.dL_dW)
    }


def _at(rows, X, Y):
    """The chosen rows of both."""
    rows = np.asarray(rows)
    if rows.ndim != 1 or rows.size == 0 or rows.dtype.kind not in "iu":
        raise ValueError(
            f"rows: found shape {rows.shape} and dtype {rows.dtype}, expected "
            "a vector of at least one row number"
        )
    try:
        return X[rows], Y[rows]
    except IndexError:
        raise ValueError(
            f"rows: found {rows.min()} to {rows.max()}, expected row numbers "
            f"from 0 to {len(X) - 1}"
        ) from None


def _with_parameters(layer, W, b):
    """A layer like a checked one: whether the new numbers are finite is all
    that is left to check."""
    checks.finite("W", W)
    checks.finite("b", b)
    new = object.__new__(Layer)
    vars(new).update(W=_lock(W), b=_lock(b), activation=layer.activation)
    return new


def _lock(array):
    """The array, which from now on cannot be written to."""
    array.setflags(write=False)
    return array


def _layers(layers):
    """The layers as a tuple; nothing else is one."""
    if type(layers) is tuple and {*map(type, layers)} == {Layer}:
        return layers
    return checks.instances("layers", layers, Layer, "layers")


def _check_cache(cache, layers):
    """Raise ``ValueError`` unless a cache is of these weights."""
    checks.instance("cache", cache, Cache, "what `forward` returns")
    if len(cache.Z) != len(layers):
        raise ValueError(
            f"cache: found {len(cache.Z)} layers, expected {len(layers)}, "
            "as many as the network has"
        )
    for l, (one, other) in enumerate(
        zip(cache.layers, layers, strict=True), start=1
    ):
        if one is not other and not _are_equal(one, other):
            raise ValueError(
                f"cache: found a pass with other weights in layer {l}, "
                "expected one of these layers: run `forward` with them"
            )


def _are_equal(one, other):
    return one.activation is other.activation and all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("W", "b")
    )


def _check_gradients(gradients, depth):
    """Raise ``ValueError`` unless there is a gradient for each layer."""
    how = "what `backward` returns"
    checks.instance("gradients", gradients, Gradients, how)
    for name in ("dL_dW", "dL_db"):
        found = sorted(getattr(gradients, name))
        if found != [*range(1, depth + 1)]:
            raise ValueError(
                f"gradients: found {name} of layers {found}, expected one of "
                f"each layer from 1 to {depth}"
            )


def _moved(name, l, parameter, gradient, eta):
    """``parameter - eta * gradient``, in the one array that is new."""
    if gradient.shape != parameter.shape:
        raise ValueError(
            f"dL_d{name}[{l}]: found shape {gradient.shape}, expected "
            f"{parameter.shape}, the shape of {name}"
        )
    step = eta * gradient
    return np.subtract(parameter, step, out=step)


def _sums(name, one, other):
    """The sum of two arrays of the same shape for each layer."""
    if one.keys() != other.keys():
        raise ValueError(
            f"{name}: found layers {sorted(other)}, expected {sorted(one)}"
        )
    for l in one:
        of = f"the {name}[{l}] it is added to"
        checks.same_shape(f"{name}[{l}]", other[l], one[l], of)
    return {l: one[l] + other[l] for l in one}


def _check_widths(layers, width):
    for l, layer in enumerate(layers, start=1):
        if layer.W.shape[1] != width:
            raise ValueError(
                f"layer {l}: W has shape {layer.W.shape}, expected "
                f"{width} columns, one for each unit of layer {l - 1}"
            )
        width = layer.W.shape[0]


def _check_targets(layers, cache, Y, loss):
    loss = losses.get(loss)
    losses.check_fits(loss, layers[-1].activation)
    Y = checks.array("Y", Y, ndim=2)
    loss.check(cache.output, Y)
    return loss, Y


def _sizes(sizes):
    """The sizes as whole numbers, whose weights fit into the memory."""
    try:
        given = np.atleast_1d(checks.floats("sizes", sizes)).tolist()
    except ValueError:
        given = ()
    whole = all(isinstance(n, float) and 0 < n == n // 1 for n in given)
    if len(given) < 2 or not whole:
        raise ValueError(
            f"sizes: found {checks.said(sizes)}, expected at least two "
            "positive whole numbers, input first"
        )
    given = tuple(map(int, given))
    most = max(a * b for a, b in zip(given, given[1:], strict=False))
    if most > checks.LARGEST:
        raise ValueError(
            f"sizes: found a layer of {most} weights, expected at most "
            f"{checks.LARGEST}"
        )
    return given


def _scheme(scheme):
    schemes = {
        "xavier": lambda n_in, n_out: np.sqrt(2.0 / (n_in + n_out)),
        "he": lambda n_in, n_out: np.sqrt(2.0 / n_in),
        "zeros": lambda n_in, n_out: 0.0,
    }
    if not isinstance(scheme, str) or scheme not in schemes:
        raise ValueError(
            f"scheme: found {checks.said(scheme)}, expected one of "
            f"{', '.join(schemes)}"
        )
    return schemes[scheme]
