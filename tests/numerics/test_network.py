"""A whole network: every gradient against SymPy and central differences.

SymPy differentiates the loss written out as one expression of every weight,
bias and input; it knows nothing of layers, deltas or matrices.
"""

import copy
import dataclasses
import re
from functools import cache
from itertools import product

import mpmath
import numpy as np
import pytest
import sympy
from backprop.numerics import activations, losses, network, neuron

ROUNDING = 1e-12
"""Relative to the largest entry: some hundred operations of one rounding
each, with cancellations in sums over paths and examples."""

SMALLEST = 1e-3
"""Gradients below this are differences of numbers of order 1."""

DIFFERENCES = 1e-8
"""Relative to the loss or the largest slope: rounding eps f / h ~ 1e-10,
and in deep networks a third derivative of some hundreds times h²/6."""

DIGITS = 40
"""Working digits of mpmath."""

NAMES = list(activations.ACTIVATIONS)
HALF, BCE, SOFTMAX = losses.LOSSES
COMBINATIONS = [(name, HALF) for name in NAMES]
COMBINATIONS += [(name, loss) for name in NAMES for loss in (BCE, SOFTMAX)]
ARCHITECTURES = [((1, 1), 1), ((2, 2, 2), 2), ((1, 2, 2, 1), 1)]
BATCHES = [
    ((1, 1), 1),
    ((1, 1), 5),
    ((3, 2), 1),
    ((2, 3, 1), 4),
    ((2, 3, 4, 2), 1),
    ((4, 1, 3), 7),
]


def example(sizes, m, activation, loss, seed=50):
    """Layers with biases, inputs and targets that suit the loss."""
    rng = np.random.default_rng(seed)
    last = activation if loss == HALF else "identity"
    layers = tuple(
        network.Layer(
            rng.normal(size=(n_out, n_in)),
            rng.normal(size=n_out),
            last if l == len(sizes) - 1 else activation,
        )
        for l, (n_in, n_out) in enumerate(
            zip(sizes[:-1], sizes[1:], strict=True), start=1
        )
    )
    X, Y = rng.normal(size=(m, sizes[0])), rng.uniform(size=(m, sizes[-1]))
    if loss == SOFTMAX:
        Y /= Y.sum(axis=1, keepdims=True)
    return layers, X, Y


def gradients_of(layers, X, Y, loss):
    return network.backward(layers, network.forward(layers, X), Y, loss)


def every_gradient(back):
    """All parameters' gradients and that of X, in one vector."""
    parts = []
    for l in sorted(back.dL_dW):
        parts += [back.dL_dW[l], back.dL_db[l]]
    return np.concatenate([part.ravel() for part in [*parts, back.dL_dX]])


def every_number(layers, X):
    parts = []
    for layer in layers:
        parts += [layer.W, layer.b]
    return np.concatenate([part.ravel() for part in [*parts, X]])


def assert_near(found, expected):
    largest = max(SMALLEST, np.abs(expected).max(initial=0.0))
    np.testing.assert_allclose(
        found, expected, rtol=ROUNDING, atol=ROUNDING * largest
    )


# ---- SymPy ----------------------------------------------------------------


class Kinked(sympy.Function):
    """A ReLU with a slope on the left, differentiated by its one rule."""

    def fdiff(self, argindex=1):
        z, left = self.args
        return Slope(z, left)


class Slope(sympy.Function):
    """The slope of `Kinked`."""


NUMERIC = {
    "Kinked": lambda z, left: z if z > 0 else left * z,
    "Slope": lambda z, left: 1 if z > 0 else left,
}
EXPRESSIONS = {
    "sigmoid": lambda z: 1 / (1 + sympy.exp(-z)),
    "tanh": lambda z: 1 - 2 / (sympy.exp(2 * z) + 1),
    "relu": lambda z: Kinked(z, 0),
    "leaky_relu": lambda z: Kinked(z, sympy.Rational(1, 100)),
    "softplus": lambda z: sympy.log(1 + sympy.exp(z)),
    "identity": lambda z: z,
}


def written_out(outputs, targets, loss):
    """The loss of one example, term by term."""
    pairs = list(zip(outputs, targets, strict=True))
    if loss == HALF:
        return sum((a - y) ** 2 for a, y in pairs) / 2
    if loss == BCE:
        p = EXPRESSIONS["sigmoid"]
        return -sum(
            y * sympy.log(p(z)) + (1 - y) * sympy.log(p(-z)) for z, y in pairs
        )
    total = sum(map(sympy.exp, outputs))
    return -sum(y * (z - sympy.log(total)) for z, y in pairs)


def outputs_of(row, parameters, names):
    """The outputs for one example, as nested sums over "to j from k"."""
    for (W, b), name in zip(parameters, names, strict=True):
        row = [
            EXPRESSIONS[name](
                sum(w * a for w, a in zip(weights, row, strict=True)) + bias
            )
            for weights, bias in zip(W, b, strict=True)
        ]
    return row


@cache
def derived(sizes, m, activation, loss):
    """A function of all symbols that gives the loss and its gradients."""
    fresh = sympy.numbered_symbols("s")
    parameters = [
        (
            [[next(fresh) for _ in range(n_in)] for _ in range(n_out)],
            [next(fresh) for _ in range(n_out)],
        )
        for n_in, n_out in zip(sizes[:-1], sizes[1:], strict=True)
    ]
    X = [[next(fresh) for _ in range(sizes[0])] for _ in range(m)]
    Y = [sympy.symbols(f"y{i}_:{sizes[-1]}") for i in range(m)]
    hidden = [activation] * (len(sizes) - 2)
    names = [*hidden, activation if loss == HALF else "identity"]
    L = sum(
        written_out(outputs_of(x, parameters, names), y, loss)
        for x, y in zip(X, Y, strict=True)
    )
    L = L / m
    order = []
    for W, b in parameters:
        order += [*(w for row in W for w in row), *b]
    order += [x for row in X for x in row]
    symbols = order + [y for row in Y for y in row]
    everything = [L, *(sympy.diff(L, symbol) for symbol in order)]
    return sympy.lambdify(symbols, everything, [NUMERIC, "mpmath"], cse=True)


@pytest.mark.parametrize(("activation", "loss"), COMBINATIONS)
@pytest.mark.parametrize(("sizes", "m"), ARCHITECTURES)
def test_loss_and_gradients_against_sympy(sizes, m, activation, loss):
    for seed in (51, 52):
        layers, X, Y = example(sizes, m, activation, loss, seed)
        numbers = [*every_number(layers, X).tolist(), *Y.ravel().tolist()]
        with mpmath.workdps(DIGITS):
            function = derived(sizes, m, activation, loss)
            value, *slopes = function(*map(mpmath.mpf, numbers))
        found = network.loss(layers, X, Y, loss)
        assert found == pytest.approx(float(value), rel=ROUNDING)
        assert_near(
            every_gradient(gradients_of(layers, X, Y, loss)),
            np.array(slopes, dtype=float),
        )


# ---- central differences --------------------------------------------------


def differences(layers, X, Y, loss, h=6e-6):
    """Every slope, by moving one number at a time."""
    at = every_number(layers, X)

    def loss_of(numbers):
        parts, start = [], 0
        for shape in [s for l in layers for s in (l.W.shape, l.b.shape)]:
            size = int(np.prod(shape))
            parts.append(numbers[start : start + size].reshape(shape))
            start += size
        moved = [
            network.Layer(W, b, layer.activation)
            for W, b, layer in zip(
                parts[::2], parts[1::2], layers, strict=True
            )
        ]
        return network.loss(moved, numbers[start:].reshape(X.shape), Y, loss)

    steps = h * np.eye(len(at))
    return np.array(
        [(loss_of(at + s) - loss_of(at - s)) / (2 * h) for s in steps]
    )


@pytest.mark.parametrize(("activation", "loss"), COMBINATIONS)
@pytest.mark.parametrize(("sizes", "m"), BATCHES)
def test_gradients_against_differences(sizes, m, activation, loss):
    layers, X, Y = example(sizes, m, activation, loss)
    found = every_gradient(gradients_of(layers, X, Y, loss))
    slopes = differences(layers, X, Y, loss)
    value = network.loss(layers, X, Y, loss)
    scale = max(1.0, value, np.abs(slopes).max())
    np.testing.assert_allclose(found, slopes, rtol=0, atol=DIFFERENCES * scale)


# ---- properties -----------------------------------------------------------

CASES = list(product([(2, 3, 1), (3, 4, 3)], [1, 4], [HALF, BCE, SOFTMAX]))


@pytest.mark.parametrize(("sizes", "m", "loss"), CASES)
def test_a_batch_is_the_mean_of_its_examples(sizes, m, loss):
    layers, X, Y = example(sizes, m, "tanh", loss)
    whole = gradients_of(layers, X, Y, loss)
    singles = [
        gradients_of(layers, X[i : i + 1], Y[i : i + 1], loss)
        for i in range(m)
    ]
    for l in whole.dL_dW:
        assert_near(whole.dL_dW[l], np.mean([s.dL_dW[l] for s in singles], 0))
        assert_near(whole.dL_db[l], np.mean([s.dL_db[l] for s in singles], 0))
    assert_near(whole.dL_dX, np.vstack([s.dL_dX for s in singles]) / m)


@pytest.mark.parametrize("loss", [HALF, BCE, SOFTMAX])
def test_the_order_of_the_examples_changes_nothing(loss):
    layers, X, Y = example((3, 4, 2), 6, "sigmoid", loss)
    order = np.random.default_rng(53).permutation(6)
    one = gradients_of(layers, X, Y, loss)
    other = gradients_of(layers, X[order], Y[order], loss)
    for l in one.dL_dW:
        assert_near(other.dL_dW[l], one.dL_dW[l])
        assert_near(other.dL_db[l], one.dL_db[l])
    assert_near(other.dL_dX, one.dL_dX[order])


def test_the_order_of_hidden_units_changes_only_the_order():
    layers, X, Y = example((3, 4, 2), 5, "sigmoid", HALF)
    order = np.random.default_rng(54).permutation(4)
    first, last = layers
    moved = (
        network.Layer(first.W[order], first.b[order], "sigmoid"),
        network.Layer(last.W[:, order], last.b, "sigmoid"),
    )
    one = gradients_of(layers, X, Y, HALF)
    other = gradients_of(moved, X, Y, HALF)
    assert_near(other.dL_dW[1], one.dL_dW[1][order])
    assert_near(other.dL_dW[2], one.dL_dW[2][:, order])


def test_W_goes_to_j_from_k():
    W = np.zeros((2, 3))
    W[1, 2] = 5.0
    layers = (network.Layer(W, [0.0, 0.0], "identity"),)
    X = np.array([[1.0, 10.0, 100.0]])
    cache = network.forward(layers, X)
    np.testing.assert_array_equal(cache.output, [[0.0, 500.0]])
    back = network.backward(layers, cache, [[1.0, 500.0]], HALF)
    expected = [[-1.0, -10.0, -100.0], [0.0, 0.0, 0.0]]
    np.testing.assert_array_equal(back.dL_dW[1], expected)


@pytest.mark.parametrize(("sizes", "m"), BATCHES)
def test_shapes(sizes, m):
    layers, X, Y = example(sizes, m, "relu", HALF)
    cache = network.forward(layers, X)
    back = network.backward(layers, cache, Y, HALF)
    np.testing.assert_array_equal(cache.A[0], X)
    assert cache.output is cache.A[len(layers)]
    for l, layer in enumerate(layers, start=1):
        assert cache.Z[l].shape == cache.A[l].shape == (m, sizes[l])
        assert back.dL_dZ[l].shape == (m, sizes[l])
        assert back.dL_dW[l].shape == layer.W.shape == (sizes[l], sizes[l - 1])
        assert back.dL_db[l].shape == layer.b.shape == (sizes[l],)
    assert back.dL_dX.shape == X.shape


@pytest.mark.parametrize("activation", NAMES)
def test_one_unit_is_the_neuron(activation):
    w, b, x, y = [0.5, -1.5], 0.25, [2.0, 0.75], 0.3
    step = neuron.forward(w, b, x, activation)
    one = neuron.backward(step, x, y, HALF)
    layers = (network.Layer([w], [b], activation),)
    back = gradients_of(layers, [x], [[y]], HALF)
    assert_near(back.dL_dZ[1][0], [one.dL_dz])
    assert_near(back.dL_dW[1][0], one.dL_dw)
    assert_near(back.dL_db[1], [one.dL_db])
    assert_near(back.dL_dX[0], one.dL_dx)


def test_update_is_old_minus_eta_times_gradient():
    layers, X, Y = example((2, 3, 2), 4, "tanh", HALF)
    back = gradients_of(layers, X, Y, HALF)
    new = network.update(layers, back, eta=0.3)
    for l, (old, moved) in enumerate(zip(layers, new, strict=True), start=1):
        np.testing.assert_array_equal(moved.W, old.W - 0.3 * back.dL_dW[l])
        np.testing.assert_array_equal(moved.b, old.b - 0.3 * back.dL_db[l])
        assert moved.activation is old.activation


def frozen(layers, X, Y):
    """Arrays that raise when they are written to."""
    for array in [X, Y, *(p for l in layers for p in (l.W, l.b))]:
        array.flags.writeable = False
    return layers, X, Y


@pytest.mark.parametrize(("activation", "loss"), COMBINATIONS)
def test_inputs_stay_as_they_are_and_backward_can_be_called_twice(
    activation, loss
):
    layers, X, Y = frozen(*example((2, 3, 2), 4, activation, loss))
    cache = network.forward(layers, X)
    kept = copy.deepcopy(cache)
    first = network.backward(layers, cache, Y, loss)
    new = network.update(layers, first, 0.5)
    second = network.backward(layers, cache, Y, loss)
    np.testing.assert_array_equal(
        every_gradient(first), every_gradient(second)
    )
    for part in ("Z", "A"):
        for l, values in getattr(kept, part).items():
            np.testing.assert_array_equal(getattr(cache, part)[l], values)
    for old, moved in zip(layers, new, strict=True):
        assert not np.shares_memory(old.W, moved.W)


def test_dL_dX_belongs_to_the_weights_of_its_own_backward_pass():
    layers, X, Y = example((2, 3, 1), 4, "tanh", HALF)
    back = gradients_of(layers, X, Y, HALF)
    network.update(layers, back, 0.5)
    expected = gradients_of(layers, X, Y, HALF).dL_dX
    np.testing.assert_array_equal(back.dL_dX, expected)


@pytest.mark.parametrize("loss", [HALF, BCE, SOFTMAX])
def test_small_steps_lower_the_loss(loss):
    layers, X, Y = example((2, 4, 3), 8, "tanh", loss)
    values = [network.loss(layers, X, Y, loss)]
    for _ in range(20):
        back = gradients_of(layers, X, Y, loss)
        layers = network.update(layers, back, 0.05)
        values.append(network.loss(layers, X, Y, loss))
    assert all(np.diff(values) < 0)


def test_equal_weights_stay_equal():
    rng = np.random.default_rng(55)
    layers = (
        network.Layer(np.full((3, 2), 0.4), np.zeros(3), "sigmoid"),
        network.Layer(np.full((1, 3), 0.7), np.zeros(1), "sigmoid"),
    )
    X, Y = rng.normal(size=(5, 2)), rng.uniform(size=(5, 1))
    for _ in range(50):
        back = gradients_of(layers, X, Y, HALF)
        layers = network.update(layers, back, 1.0)
    hidden = layers[0].W
    np.testing.assert_array_equal(hidden, hidden[[0, 0, 0]])
    assert not np.allclose(hidden[0], 0.4)


@pytest.mark.parametrize("z", [1000.0, -1000.0])
@pytest.mark.parametrize("loss", [HALF, BCE, SOFTMAX])
def test_saturation_is_no_error(z, loss):
    layers, _, Y = example((1, 2, 2), 1, "sigmoid", loss)
    X = np.array([[z]])
    assert np.isfinite(network.loss(layers, X, Y, loss))
    assert np.isfinite(every_gradient(gradients_of(layers, X, Y, loss))).all()


def test_gradients_are_added_and_multiplied_by_layer():
    layers, X, Y = example((2, 3, 2), 4, "tanh", HALF)
    f = network.objective(X, Y, HALF)
    one, other = f(layers, [0])[1], f(layers, [1, 2])[1]
    zero = network.zero_gradients(layers)
    for factor in (2, 0.3, np.float64(0.3)):
        found = zero + (one + factor * other)
        for l in (1, 2):
            W = one.dL_dW[l] + factor * other.dL_dW[l]
            b = one.dL_db[l] + factor * other.dL_db[l]
            np.testing.assert_array_equal(found.dL_dW[l], W)
            np.testing.assert_array_equal(found.dL_db[l], b)
        assert found.dL_dZ == {}


def test_gradients_of_other_layers_are_not_added():
    sizes = [(2, 3, 1), (2, 1), (2, 1, 1)]
    rng = np.random.default_rng(60)
    one, short, narrow = (
        network.zero_gradients(network.initialise(size, rng)) for size in sizes
    )
    with pytest.raises(ValueError, match="dL_dW: found layers .1., expected"):
        one + short
    message = "dL_dW[1]: found shape (1, 2), expected (3, 2), the shape of"
    with pytest.raises(ValueError, match=re.escape(message)):
        one + narrow
    with pytest.raises(TypeError):
        one + 1.0
    for factor in ("2", np.nan):
        with pytest.raises(ValueError, match="factor: found .*, expected"):
            factor * one


# ---- initialise -----------------------------------------------------------


@pytest.mark.parametrize(
    ("scheme", "deviation"),
    [("xavier", np.sqrt(2 / 500)), ("he", np.sqrt(2 / 200)), ("zeros", 0.0)],
)
def test_initialise_draws_with_its_scheme(scheme, deviation):
    rng = np.random.default_rng(56)
    (layer,) = network.initialise((200, 300), rng, scheme)
    assert layer.W.shape == (300, 200)
    # 60,000 draws: their deviation is within 0.3 % of its own, so 2 % is far
    assert layer.W.std() == pytest.approx(deviation, rel=0.02)
    np.testing.assert_array_equal(layer.b, np.zeros(300))


def test_initialise_is_repeated_by_its_seed():
    one, other = (
        network.initialise((2, 3, 1), np.random.default_rng(57))
        for _ in range(2)
    )
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.W, b.W)


def test_initialise_sets_hidden_and_last_activation():
    rng = np.random.default_rng(58)
    layers = network.initialise((2, 3, 3, 1), rng, "he", "relu", "identity")
    names = [layer.activation.name for layer in layers]
    assert names == ["relu", "relu", "identity"]
    same = network.initialise((2, 3, 1), rng, activation="tanh")
    assert [layer.activation.name for layer in same] == ["tanh", "tanh"]


@pytest.mark.parametrize("sizes", [(), (2,), (2, 0), (2, -1), (2, 1.5)])
def test_initialise_refuses_sizes(sizes):
    expected = f"sizes: found {sizes}, expected at least two positive"
    with pytest.raises(ValueError, match=re.escape(expected)):
        network.initialise(sizes, np.random.default_rng(0))


def test_initialise_refuses_an_unknown_scheme_and_activation():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="scheme: found 'best', .*xavier, he"):
        network.initialise((2, 1), rng, "best")
    with pytest.raises(ValueError, match="activation: found 'sigmod'"):
        network.initialise((2, 1), rng, activation="sigmod")


# ---- errors ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("W", "b", "message"),
    [
        ([1.0, 2.0], [0.0], "W: found shape (2,), expected a matrix"),
        ([[1.0]], 0.0, "b: found shape (), expected a vector"),
        ([[1.0]], [[0.0]], "b: found shape (1, 1), expected a vector"),
        ([[1.0]], [0.0, 0.0], "b: found 2 entries, expected 1"),
        ([[1.0, np.nan]], [0.0], "W: found nan at index (0, 1), expected"),
        ([[1.0]], [-np.inf], "b: found -inf at index (0,), expected finite"),
        ([[1.0], [1.0, 2.0]], [0.0], "W: found rows of different lengths"),
        ([["1"]], [0.0], "W: found dtype <U1, expected real numbers"),
        ([[1j]], [0.0], "W: found dtype complex128, expected real numbers"),
    ],
)
def test_a_layer_refuses(W, b, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        network.Layer(W, b, "tanh")


def test_a_layer_refuses_an_unknown_activation():
    with pytest.raises(ValueError, match="activation: found 'sigmod'"):
        network.Layer([[1.0]], [0.0], "sigmod")


def test_finite_is_told_from_large():
    layer = network.Layer([[1e200, -1e300]], [1e308], "identity")
    assert layer.W[0, 1] == -1e300


BAD_X = [
    ([1.0, 2.0], "X: found shape (2,), expected a matrix (rows, columns)"),
    ([1.0, 2.0], "write one example as one row: x[np.newaxis, :]"),
    (1.0, "X: found shape (), expected a matrix"),
    ([[[1.0, 2.0]]], "X: found shape (1, 1, 2), expected a matrix"),
    ([[1.0]], "layer 1: W has shape (3, 2), expected 1 columns"),
    ([[1.0, 2.0, 3.0]], "layer 1: W has shape (3, 2), expected 3 columns"),
    ([[1.0, np.nan]], "X: found nan at index (0, 1), expected finite"),
    ([[0.0, 1.0], [np.inf, 0.0]], "X: found inf at index (1, 0)"),
    ([["a", "b"]], "X: found dtype <U1, expected real numbers"),
]


@pytest.mark.parametrize(("X", "message"), BAD_X)
def test_forward_refuses(X, message):
    layers, _, _ = example((2, 3, 1), 1, "tanh", HALF)
    with pytest.raises(ValueError, match=re.escape(message)):
        network.forward(layers, X)


def test_layers_must_fit_each_other():
    layers = (
        network.Layer(np.ones((3, 2)), np.zeros(3), "tanh"),
        network.Layer(np.ones((1, 4)), np.zeros(1), "tanh"),
    )
    expected = r"layer 2: W has shape \(1, 4\), expected 3 columns.*layer 1"
    with pytest.raises(ValueError, match=expected):
        network.forward(layers, np.ones((1, 2)))


BAD_Y = [
    ([[1.0]], "Y: found shape (1, 1), expected (4, 1), the shape of"),
    (np.ones((1, 4)), "Y: found shape (1, 4), expected (4, 1)"),
    (np.ones((4, 2)), "Y: found shape (4, 2), expected (4, 1)"),
    (np.ones(4), "Y: found shape (4,), expected a matrix"),
    (np.full((4, 1), np.nan), "Y: found nan at index (0, 0), expected finite"),
]


@pytest.mark.parametrize(("Y", "message"), BAD_Y)
def test_backward_and_loss_refuse_targets(Y, message):
    layers, X, _ = example((2, 3, 1), 4, "tanh", HALF)
    cache = network.forward(layers, X)
    with pytest.raises(ValueError, match=re.escape(message)):
        network.backward(layers, cache, Y, HALF)
    with pytest.raises(ValueError, match=re.escape(message)):
        network.loss(layers, X, Y, HALF)


def test_an_unknown_loss_is_refused():
    layers, X, Y = example((2, 3, 1), 4, "tanh", HALF)
    cache = network.forward(layers, X)
    with pytest.raises(ValueError, match="loss: found 'mse', expected one of"):
        network.backward(layers, cache, Y, "mse")
    with pytest.raises(ValueError, match="loss: found 'mse', expected one of"):
        network.loss(layers, X, Y, "mse")


@pytest.mark.parametrize("loss", [HALF, BCE, SOFTMAX])
def test_an_empty_batch_has_no_loss(loss):
    layers, X, Y = example((2, 3, 2), 0, "tanh", loss)
    cache = network.forward(layers, X)
    assert cache.output.shape == (0, 2)
    with pytest.raises(ValueError, match="Y: found no entries .*, expected"):
        network.loss(layers, X, Y, loss)
    with pytest.raises(ValueError, match="Y: found no entries .*, expected"):
        network.backward(layers, cache, Y, loss)


@pytest.mark.parametrize(
    ("eta", "message"),
    [
        (0, "eta: found 0.0, expected a finite positive number"),
        (-0.5, "eta: found -0.5, expected a finite positive number"),
        (np.nan, "eta: found nan, expected a finite number"),
        (np.inf, "eta: found inf, expected a finite number"),
        (True, "eta: found True, expected a number"),
        ("0.5", "eta: found '0.5', expected a number"),
        (np.array([0.5]), "eta: found shape (1,), expected one number"),
    ],
)
def test_update_refuses_eta(eta, message):
    layers, X, Y = example((2, 3, 1), 4, "tanh", HALF)
    back = gradients_of(layers, X, Y, HALF)
    with pytest.raises(ValueError, match=re.escape(message)):
        network.update(layers, back, eta)


def test_update_refuses_weights_that_are_no_longer_finite():
    layers, X, Y = example((2, 3, 1), 4, "identity", HALF)
    back = gradients_of(layers, 1e3 * X, Y, HALF)
    with (
        np.errstate(over="ignore", invalid="ignore"),
        pytest.raises(ValueError, match="W: found .*inf at .*expected finite"),
    ):
        network.update(layers, back, 1e308)


# ---- objective, predictions and norms --------------------------------------


@pytest.mark.parametrize("loss", [HALF, BCE, SOFTMAX])
@pytest.mark.parametrize("rows", [None, [0], [3, 1], np.arange(4)])
def test_an_objective_is_loss_and_backward_of_its_rows(loss, rows):
    layers, X, Y = frozen(*example((2, 3, 2), 4, "tanh", loss))
    at = slice(None) if rows is None else rows
    value, back = network.objective(X, Y, loss)(layers, rows)
    assert value == network.loss(layers, X[at], Y[at], loss)
    expected = gradients_of(layers, X[at], Y[at], loss)
    np.testing.assert_array_equal(
        every_gradient(back), every_gradient(expected)
    )


def test_an_objective_makes_one_forward_pass():
    passes = []

    def counted(z):
        passes.append(z)
        return activations.tanh(z)

    tanh = activations.Activation("once", counted, activations.tanh_prime)
    _, X, Y = example((2, 3, 2), 4, "tanh", HALF)
    layers = (network.Layer(np.ones((2, 2)), np.zeros(2), tanh),)
    network.objective(X, Y, HALF)(layers)
    assert len(passes) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_slope_that_is_kept_is_the_slope_bit_for_bit(name):
    layers, X, Y = example((2, 3, 2), 4, name, HALF)
    cache = network.forward(layers, X)
    bare = network.Cache(cache.Z, cache.A, layers)
    one, other = (
        network.backward(layers, some, Y, HALF) for some in (cache, bare)
    )
    assert every_gradient(one).tobytes() == every_gradient(other).tobytes()


def test_a_cache_of_another_activation_is_refused():
    layers, X, Y = example((2, 3, 2), 4, "sigmoid", HALF)
    flat = activations.Activation("flat", activations.sigmoid, np.zeros_like)
    dead = tuple(network.Layer(of.W, of.b, flat) for of in layers)
    cache = network.forward(layers, X)
    with pytest.raises(ValueError, match="cache: found a pass with other"):
        network.backward(dead, cache, Y, HALF)


def test_a_cache_of_other_weights_is_refused():
    layers, X, Y = example((2, 3, 2), 4, "sigmoid", HALF)
    cache = network.forward(layers, X)
    moved = network.update(layers, gradients_of(layers, X, Y, HALF), 0.1)
    with pytest.raises(ValueError, match="other weights in layer 1"):
        network.backward(moved, cache, Y, HALF)
    same = [network.Layer(of.W, of.b, of.activation) for of in layers]
    network.backward(same, cache, Y, HALF)


def test_what_is_changed_later_changes_no_pass():
    layers, X, Y = example((2, 3, 2), 4, "sigmoid", HALF)
    f, cache = network.objective(X, Y, HALF), network.forward(layers, X)
    before = f(layers)[0], cache.A[0].copy()
    X[:], Y[:] = 7.0, 7.0
    assert f(layers)[0] == before[0]
    assert np.array_equal(cache.A[0], before[1])
    with pytest.raises(ValueError, match="read-only"):
        cache.A[1][0] = 0.0


def test_the_sigmoid_takes_one_exponential_a_layer(monkeypatch):
    layers, X, Y = example((2, 3, 2), 4, "sigmoid", HALF)
    exponentials, exp = [], np.exp

    def counted(z):
        exponentials.append(z)
        return exp(z)

    monkeypatch.setattr(np, "exp", counted)
    gradients_of(layers, X, Y, HALF)
    assert len(exponentials) == len(layers)


@pytest.mark.parametrize(
    ("X", "Y", "loss", "message"),
    [
        ([1.0], [[1.0]], HALF, "X: found shape (1,), expected a matrix"),
        ([[1.0]], [1.0], HALF, "Y: found shape (1,), expected a matrix"),
        ([[1.0]] * 2, [[1.0]], HALF, "Y: found 1 rows, expected 2, one for"),
        (np.ones((0, 1)), np.ones((0, 1)), HALF, "Y: found no rows"),
        ([[np.nan]], [[1.0]], HALF, "X: found nan at index (0, 0)"),
        ([[1.0]], [[2.0]], BCE, "Y: found a target outside [0, 1]"),
        ([[1.0]], [[0.5, 0.2]], SOFTMAX, "Y: found rows that do not sum"),
        ([[1.0]], [[1.0]], "mse", "loss: found 'mse', expected one of"),
    ],
)
def test_an_objective_refuses_when_it_is_made(X, Y, loss, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        network.objective(X, Y, loss)


@pytest.mark.parametrize(
    ("sizes", "last", "loss", "rows", "message"),
    [
        ((3, 2), "tanh", HALF, None, "layer 1: W has shape (2, 3), expected"),
        ((2, 3), "tanh", HALF, None, "Y: found shape (4, 2), expected (4, 3)"),
        ((2, 2), "tanh", BCE, None, "loss: binary_cross_entropy takes logits"),
        ((2, 2), "tanh", HALF, 1, "rows: found shape () and dtype int64, "),
        ((2, 2), "tanh", HALF, [], "rows: found shape (0,) and dtype float"),
        ((2, 2), "tanh", HALF, [[0]], "rows: found shape (1, 1) and dtype"),
        ((2, 2), "tanh", HALF, [1.0], "rows: found shape (1,) and dtype fl"),
        ((2, 2), "tanh", HALF, [4], "rows: found 4 to 4, expected row numbe"),
    ],
)
def test_an_objective_refuses_layers_and_rows(
    sizes, last, loss, rows, message
):
    layers = network.initialise(sizes, np.random.default_rng(59), "he", last)
    _, X, Y = example((2, 2), 4, "tanh", BCE)
    with pytest.raises(ValueError, match=re.escape(message)):
        network.objective(X, Y, loss)(layers, rows)


def chooser():
    """Three outputs: the three inputs themselves."""
    return (network.Layer(np.eye(3), np.zeros(3), "identity"),)


def test_the_largest_output_is_the_class_and_of_equals_the_first():
    X = [[0.1, 0.2, 0.3], [5.0, 1.0, 2.0], [0.0, 1.0, 1.0], [0.0] * 3]
    found = network.predict(chooser(), X)
    assert found.tolist() == [2, 0, 1, 0]
    assert network.accuracy(chooser(), X, [2, 0, 2, 1]) == 0.5
    assert network.accuracy(chooser(), X, found) == 1.0
    assert network.accuracy(chooser(), X[:1], [0]) == 0.0


def test_one_output_is_no_choice():
    layers, X, _ = example((2, 3, 1), 4, "tanh", HALF)
    with pytest.raises(ValueError, match="layers: found 1 output, expected"):
        network.predict(layers, X)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0], "labels: found 1 rows, expected 2, one for each row of X"),
        ([0, 3], "labels: found 3, expected classes from 0 to 2"),
        ([0.0, 1.0], "labels: found shape (2,) and dtype float64"),
        (np.eye(3)[:2], "labels: found shape (2, 3) and dtype float64"),
    ],
)
def test_accuracy_refuses_labels(labels, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        network.accuracy(chooser(), np.ones((2, 3)), labels)


def test_accuracy_of_no_examples_is_refused():
    nothing = np.zeros(0, dtype=int)
    with pytest.raises(ValueError, match="labels: found no rows, expected"):
        network.accuracy(chooser(), np.ones((0, 3)), nothing)


def test_gradient_norms_are_roots_of_sums_of_squares():
    layers, X, Y = example((2, 3, 4, 2), 5, "tanh", HALF)
    back = gradients_of(layers, X, Y, HALF)
    norms = network.gradient_norms(back)
    assert list(norms) == [1, 2, 3]
    for l, norm in norms.items():
        expected = np.sqrt(sum(g * g for g in back.dL_dW[l].flat))
        assert norm == pytest.approx(expected, rel=ROUNDING)
        assert isinstance(norm, float)


@pytest.mark.parametrize("part", ["dL_dW", "dL_db"])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_gradients_know_whether_they_are_finite(part, bad):
    layers, X, Y = example((2, 3, 2), 4, "tanh", HALF)
    back = gradients_of(layers, X, Y, HALF)
    assert back.is_finite
    getattr(back, part)[1].flat[0] = 1e300
    assert back.is_finite
    getattr(back, part)[1].flat[-1] = bad
    assert not back.is_finite


def test_an_update_that_overflows_is_a_value_error_and_an_overflow():
    layers, X, Y = example((2, 3, 2), 4, "tanh", HALF)
    back = gradients_of(layers, X, Y, HALF)
    back.dL_dW[2][0, 0] = 1e300
    for kind in (ValueError, OverflowError):
        with (
            np.errstate(over="ignore"),
            pytest.raises(kind, match=r"W: found -inf at index \(0, 0\)"),
        ):
            network.update(layers, back, 1e100)


def test_a_layer_keeps_copies_that_cannot_be_written_to():
    W, b = np.ones((2, 2)), np.zeros(2)
    layer = network.Layer(W, b, "tanh")
    W[0, 0] = b[0] = 9.0
    assert layer.W[0, 0] == 1.0
    assert layer.b[0] == 0.0
    f = network.objective([[1.0, 2.0]], [[0.0, 1.0]], "half_squared_error")
    _, gradients = f((layer,))
    (moved,) = network.update((layer,), gradients, 0.1)
    for array in (layer.W, layer.b, moved.W, moved.b):
        with pytest.raises(ValueError, match="read-only"):
            array += 1.0


def test_a_layer_without_units_is_refused():
    with pytest.raises(ValueError, match=r"W: found shape \(0, 2\)"):
        network.Layer(np.zeros((0, 2)), np.zeros(0), "tanh")


@pytest.mark.parametrize("name", ["W", "b"])
def test_a_gradient_of_another_shape_moves_nothing(name):
    layers = (network.Layer(np.ones((2, 2)), np.zeros(2), "identity"),)
    X = np.ones((3, 2))
    f = network.objective(X, X, "half_squared_error")
    _, gradients = f(layers)
    # the bias gradient that was not summed: it would broadcast
    broken = {1: np.ones((3, 2))}
    wrong = dataclasses.replace(gradients, **{f"dL_d{name}": broken})
    with pytest.raises(ValueError, match=rf"dL_d{name}\[1\]: found shape"):
        network.update(layers, wrong, 0.1)


@pytest.mark.parametrize("depth", [1, 3])
def test_a_cache_of_another_depth_is_refused(depth):
    layers = (network.Layer(np.eye(2), np.zeros(2), "tanh"),) * 3
    X = np.ones((1, 2))
    cache = network.forward(layers[:2], X)
    with pytest.raises(ValueError, match=rf"cache: found 2.*{depth}"):
        network.backward(layers[:depth], cache, X, "half_squared_error")
