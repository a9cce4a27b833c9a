"""The gradient checker is itself checked: what it passes and what it finds."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from backprop.numerics import (
    activations,
    gradcheck,
    gradcheck_report,
    losses,
    network,
)

HALF, BCE, SOFTMAX = losses.LOSSES
NAMES = list(activations.ACTIVATIONS)
COMBINATIONS = [(name, loss) for name in NAMES for loss in losses.LOSSES]

ONE_PERMILLE = 1.001
"""The smallest error that must be caught: 0.1 %."""

VISIBLE = 1e-6
"""Share of the loss: an entry below it drowns in the rounding of L / h."""


def example(sizes, m, activation, loss, seed=0, scale=1.0):
    """Layers with biases, inputs and targets that suit the loss."""
    rng = np.random.default_rng([70, seed])
    last = activation if loss == HALF else "identity"
    layers = tuple(
        network.Layer(
            scale * rng.normal(size=(n_out, n_in)),
            scale * rng.normal(size=n_out),
            last if l == len(sizes) - 1 else activation,
        )
        for l, (n_in, n_out) in enumerate(
            zip(sizes[:-1], sizes[1:], strict=True), start=1
        )
    )
    X, Y = rng.normal(size=(m, sizes[0])), rng.uniform(size=(m, sizes[-1]))
    if loss == SOFTMAX:
        Y /= Y.sum(axis=1, keepdims=True)
    return layers, X, Y, loss


def gradients_of(layers, X, Y, loss):
    return network.backward(layers, network.forward(layers, X), Y, loss)


def changed(back, part, l, change):
    """Gradients of which one array is replaced by ``change(array)``."""
    arrays = dict(getattr(back, part))
    arrays[l] = change(arrays[l].copy())
    return replace(back, **{part: arrays})


def scaled_entry(index, factor):
    def change(array):
        array[index] *= factor
        return array

    return change


# ---- what is right passes -------------------------------------------------


@pytest.mark.parametrize(("activation", "loss"), COMBINATIONS)
def test_random_networks_pass(activation, loss):
    for seed in range(12):
        rng = np.random.default_rng([71, seed])
        sizes = tuple(rng.integers(1, 5, rng.integers(2, 5)))
        m = int(rng.integers(1, 6))
        case = example(sizes, m, activation, loss, seed)
        report = gradcheck.check_network(*case)
        assert report.passed, report


@pytest.mark.parametrize(("activation", "loss"), COMBINATIONS)
@pytest.mark.parametrize("scale", [0.0, 1e-8, 1e-3, 10.0, 100.0])
def test_small_and_large_weights_pass(activation, loss, scale):
    layers, X, Y, loss = example((2, 3, 2), 4, activation, loss, 1, scale)
    if scale == 0.0:  # away from the kink at exactly 0
        layers = tuple(replace(l, b=np.full(len(l.b), 0.5)) for l in layers)
    report = gradcheck.check_network(layers, X, Y, loss)
    if scale == 1e-8 and activation.endswith("relu"):  # the kink is in reach
        seen = [e for e in report.failures if abs(e.difference) > VISIBLE]
        assert all(entry.kink for entry in seen), report
    else:
        assert report.passed, report


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 100.0, 1000.0])
@pytest.mark.parametrize(("activation", "loss"), COMBINATIONS)
def test_small_and_large_inputs_pass(activation, loss, scale):
    for seed in range(5):
        layers, X, Y, loss = example((2, 3, 2), 4, activation, loss, seed)
        report = gradcheck.check_network(layers, scale * X, Y, loss)
        assert report.passed, report


@pytest.mark.parametrize(("activation", "loss"), COMBINATIONS)
def test_nothing_is_wrong_at_the_exact_optimum(activation, loss):
    layers, X, Y, loss = example((2, 3, 2), 4, activation, loss)
    output = network.forward(layers, X).output
    best = {HALF: output, BCE: activations.sigmoid(output)}
    Y = losses.softmax(output) if loss == SOFTMAX else best[loss]
    back = gradients_of(layers, X, Y, loss)
    assert all(not back.dL_dW[l].any() for l in back.dL_dW)
    report = gradcheck.check_network(layers, X, Y, loss)
    assert report.failures == (), report


@pytest.mark.parametrize("power", range(-12, 13, 3))
def test_the_scale_of_the_loss_does_not_matter(power):
    c = 10.0**power
    point = np.array([0.3, -2.0, 0.0, 40.0])

    def loss(p):
        return c * float(np.sum(np.cos(p) + p**2))

    right = c * (2 * point - np.sin(point))
    assert gradcheck.check(loss, point, right).passed
    assert not gradcheck.check(loss, point, ONE_PERMILLE * right).passed


@pytest.mark.parametrize("w", [0.0, 1e-9, 1.0, -7.0, 1e3, 1e6])
def test_numbers_of_every_size(w):
    report = gradcheck.check(lambda w: w**3 + w, w, 3 * w**2 + 1)
    assert report.passed, report
    wrong = ONE_PERMILLE * (3 * w**2 + 1)
    assert not gradcheck.check(lambda w: w**3 + w, w, wrong).passed


# ---- what is wrong is found -----------------------------------------------


@pytest.mark.parametrize(("activation", "loss"), COMBINATIONS)
@pytest.mark.parametrize("factor", [ONE_PERMILLE, 2 - ONE_PERMILLE])
def test_one_permille_in_any_single_entry_is_caught(activation, loss, factor):
    layers, X, Y, loss = case = example((2, 3, 2), 4, activation, loss, 2)
    back = gradients_of(*case)
    size = network.loss(layers, X, Y, loss)
    tried = 0
    for part, l in product(("dL_dW", "dL_db"), (1, 2)):
        array = getattr(back, part)[l]
        for index in np.ndindex(array.shape):
            if abs(array[index]) < VISIBLE * size:
                continue
            wrong = changed(back, part, l, scaled_entry(index, factor))
            report = gradcheck.check_network(*case, wrong)
            name = f"{part[-1]}{l}[{', '.join(map(str, index))}]"
            assert [entry.name for entry in report.failures] == [name]
            tried += 1
    assert tried >= 6


def flipped(back, layers):
    return changed(back, "dL_dW", 1, np.negative)


def sum_not_mean(back, layers):
    m = len(back.dL_dZ[1])
    return changed(back, "dL_dW", 2, lambda dW: m * dW)


def transposed(back, layers):
    return changed(back, "dL_dW", 2, np.transpose)


def bias_of_one_example(back, layers):
    return changed(back, "dL_db", 1, lambda db: back.dL_dZ[1][0])


def bias_forgotten(back, layers):
    return changed(back, "dL_db", 2, np.zeros_like)


def lost_half(back, layers):
    return changed(back, "dL_dW", 2, lambda dW: 2 * dW)


PLANTS = [flipped, sum_not_mean, transposed, bias_of_one_example]
PLANTS += [bias_forgotten, lost_half]


@pytest.mark.parametrize("plant", PLANTS)
@pytest.mark.parametrize(("activation", "loss"), COMBINATIONS)
def test_planted_gradients_are_caught(plant, activation, loss):
    case = example((3, 3, 3), 4, activation, loss, 3)
    wrong = plant(gradients_of(*case), case[0])
    assert not gradcheck.check_network(*case, wrong).passed


def without_prime(activation):
    return activations.Activation("bug", activation.function, np.ones_like)


def ge_of_the_output(activation):
    f = activation.function
    return activations.Activation("bug", f, lambda z: (f(z) >= 0) * 1.0)


def prime_of_the_output(activation):
    f, prime = activation.function, activation.prime
    return activations.Activation("bug", f, lambda z: prime(f(z)))


@pytest.mark.parametrize(
    ("activation", "bug"),
    [
        *((name, without_prime) for name in NAMES if name != "identity"),
        ("relu", ge_of_the_output),
        ("sigmoid", prime_of_the_output),
        ("tanh", prime_of_the_output),
    ],
)
def test_a_wrong_derivative_of_the_activation_is_caught(activation, bug):
    layers, X, Y, loss = example((2, 4, 2), 5, activation, HALF, 4)
    wrong = replace(layers[0], activation=bug(layers[0].activation))
    back = gradients_of((wrong, layers[1]), X, Y, loss)
    report = gradcheck.check_network(layers, X, Y, loss, back)
    assert not report.passed
    assert {entry.name[:2] for entry in report.failures} <= {"W1", "b1"}


@pytest.mark.parametrize(("activation", "loss"), COMBINATIONS)
def test_late_update_is_caught(activation, loss):
    layers, X, Y, loss = case = example((2, 3, 2), 4, activation, loss, 5)
    cache = network.forward(layers, X)
    moved = network.update(layers, gradients_of(*case), 0.5)
    late_layers = layers[0], moved[1]
    mixed = replace(cache, layers=late_layers)
    late = network.backward(late_layers, mixed, Y, loss)
    assert not gradcheck.check_network(*case, late).passed


def test_a_loss_that_lost_its_square_is_caught():
    report = gradcheck.check(lambda a: (0.01 - a) / 2, 0.6, 0.6 - 0.01)
    assert not report.passed


def test_a_forgotten_path_is_caught():
    assert gradcheck.check(lambda a: a + a, 3.0, 2.0).passed
    assert not gradcheck.check(lambda a: a + a, 3.0, 1.0).passed


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_gradient_that_is_not_finite_is_wrong(bad):
    report = gradcheck.check(lambda w: w**2, 1.0, bad)
    assert not report.passed
    assert report.entries[0].verdict.startswith("WRONG")
    assert report.untold == ()
    assert not gradcheck.check(lambda w: bad * w, 1.0, 0.0).passed


# ---- kinks ----------------------------------------------------------------


@pytest.mark.parametrize("claimed", [0.0, 0.5, 1.0])
def test_a_kink_is_reported(claimed):
    report = gradcheck.check(activations.relu, 0.0, claimed)
    (entry,) = report.entries
    assert entry.kink
    assert entry.passed == (claimed == 0.5)
    if not entry.passed:
        assert str(entry).endswith(
            "WRONG: slopes left and right differ, by a kink or by rounding"
        )


def test_a_kink_is_reported_in_a_network():
    layers = (
        network.Layer([[1.0]], [0.0], "relu"),
        network.Layer([[1.0]], [0.0], "identity"),
    )
    X, Y = np.array([[0.0], [2.0]]), np.array([[1.0], [1.0]])
    report = gradcheck.check_network(layers, X, Y, HALF)
    assert [entry.name for entry in report.failures] == ["b1[0]"]
    assert all(entry.kink for entry in report.failures)


@pytest.mark.parametrize("distance", [1e-3, 1e-4, 1e-5])
def test_next_to_a_kink_nothing_is_wrong(distance):
    for sign, slope in [(1, 1.0), (-1, 0.0)]:
        report = gradcheck.check(activations.relu, sign * distance, slope)
        assert report.passed, report


@pytest.mark.parametrize("w", [0.0, 0.5, 3.0])
def test_a_wrong_gradient_of_a_smooth_loss_is_not_blamed_on_a_kink(w):
    report = gradcheck.check(lambda w: w**2, w, 2 * w + 0.01)
    (entry,) = report.entries
    assert not entry.passed
    assert not entry.kink


def test_a_jump_hides_no_error():
    report = gradcheck.check(lambda w: w**2 + (w > 3.0), 3.0, 6.0)
    assert not report.passed


# ---- no false alarm, and no wrong name ----------------------------------


def neuron_loss(w, x, y=0.2):
    """One sigmoid neuron's loss; both may be any size."""
    return float((activations.sigmoid(w * x) - y) ** 2 / 2)


def neuron_slope(w, x, y=0.2):
    a, slope = activations.sigmoid_and_prime(w * x)
    return float((a - y) * slope * x)


SHARP = [(0.7 / x, x) for x in (1e3, 1e4, 1e6, 1e-6, 50.0)]


@pytest.mark.parametrize(("w", "x"), SHARP)
def test_a_large_feature_is_no_error(w, x):
    report = gradcheck.check(
        lambda w: neuron_loss(w, x), w, neuron_slope(w, x), raises=True
    )
    assert report.entries[0].told
    for factor in (1.001, -1.0, 2.0):
        wrong = factor * neuron_slope(w, x)
        found = gradcheck.check(lambda w: neuron_loss(w, x), w, wrong)
        assert found.verdict == "failed"


@pytest.mark.parametrize("scale", [1e-9, 1e-4, 1e4, 1e6])
@pytest.mark.parametrize("offset", [0.0, 1.0, 1e4])
def test_no_scale_of_a_right_gradient_is_wrong(scale, offset):
    """What a large offset leaves no digits of is undecided, never wrong."""

    def loss(w):
        return offset + scale * np.sin(w)

    right = scale * np.cos(0.4)
    report = gradcheck.check(loss, 0.4, right)
    assert report.failures == ()
    decided = scale >= 1e-6 * offset
    if decided:
        assert report.passed
        assert not gradcheck.check(loss, 0.4, 1.01 * right).passed


def test_features_as_they_come_are_no_error():
    rng = np.random.default_rng(77)
    X = rng.uniform(500, 4000, (8, 3))
    Y = rng.uniform(size=(8, 1))
    for _ in range(4):
        layers = (
            network.Layer(rng.normal(size=(1, 3)) / 4000, [0.1], "sigmoid"),
        )
        report = gradcheck.check_network(layers, X, Y, HALF)
        assert report.failures == (), report


@pytest.mark.parametrize("seed", range(20))
def test_a_right_gradient_in_float32_is_not_wrong(seed):
    rng = np.random.default_rng(seed)
    A, w = rng.normal(size=(60, 40)), rng.normal(size=40)
    few = A.astype(np.float32)  # all of it, as a network in float32 does
    inner = np.tanh(few @ w.astype(np.float32))
    right = few.T @ (inner * (1 - inner**2))
    assert right.dtype == np.float32

    def loss(w):
        return float(np.sum(np.tanh(A @ w) ** 2) / 2)

    assert gradcheck.check(loss, w, right).passed
    wrong = right.copy()
    wrong[np.argmax(np.abs(right))] *= 1.001
    assert gradcheck.check(loss, w, wrong).verdict == "failed"


def test_a_loss_that_went_through_float32_is_told_so():
    def loss(w):
        return float(np.float32(np.sum(w**2)))

    with pytest.raises(ValueError, match="digits of float32 only"):
        gradcheck.check(loss, np.array([0.3, 0.7]), np.array([0.6, 1.4]))


def test_a_loss_that_ignores_its_argument_is_told_so():
    w = np.array([0.5, -0.5])
    report = gradcheck.check(lambda _: float(np.sum(w**2)), w, 2 * w)
    assert "does the function use its argument?" in str(report)


def test_a_loss_with_more_than_the_loss_is_told_so():
    with pytest.raises(ValueError, match="return the loss alone"):
        gradcheck.check(lambda w: (w**2, 2 * w), 1.0, 2.0)


def test_no_factor_of_one_is_named():
    point = {"a": np.array([1.0, 2.0]), "b": np.array([1.0])}
    claimed = {"a": np.array([1.00001, 2.00002]), "b": np.array([2.0])}
    report = gradcheck.check(
        lambda p: np.sum(p["a"] ** 2) / 2 + p["b"][0], point, claimed
    )
    assert "a: 2 of 2 wrong\n" in str(report)
    assert "1 times" not in str(report)


def test_a_random_loss_hides_no_error():
    rng = np.random.default_rng(72)

    def dropout(w):
        return w**2 * rng.integers(1, 3)

    refused = 0
    for _ in range(20):
        try:  # now and then the first two draws are equal
            assert not gradcheck.check(dropout, 3.0, 5.0).passed
        except ValueError:
            refused += 1
    assert refused >= 19
    with pytest.raises(ValueError, match="then.*draw random numbers"):
        gradcheck.check(lambda w: rng.normal(), 3.0, 5.0)


# ---- the report and its refusals ------------------------------------------

GOLDEN = """\
entry                 gradient      difference  digits
W[0, 0]                      2               2    11.7  ok
W[0, 1]                    4.5               4     1.0  WRONG
b                            0             0.5     0.0  WRONG: slopes left \
and right differ, by a kink or by rounding
2 of 4 entries agree"""


def golden():
    point = {"W": np.array([[1.0, 2.0]]), "b": 0.0, "c": 5.0}
    slopes = {"W": np.array([[2.0, 4.5]]), "b": 0.0, "c": 0.0}

    def loss(p):
        return float(np.sum(p["W"] ** 2) + max(0.0, p["b"]))

    return loss, point, slopes


def test_the_report_can_be_read():
    report = gradcheck.check(*golden())
    lines = str(report).splitlines()
    assert lines[0] == GOLDEN.splitlines()[0]
    first = lines[1].split()
    assert first[:2] == ["W[0,", "0]"]
    assert first[-1] == "ok"
    assert lines[2:4] == GOLDEN.splitlines()[2:4]
    assert lines[4].split() == ["c", "0", "0", "16.0", "ok"]
    assert lines[5:] == [
        "W: 1 of 2 wrong, 1.125 times the difference",
        "b: 1 of 1 wrong",
        GOLDEN.splitlines()[4],
    ]
    assert repr(report) == str(report)
    assert len({len(line[:54]) for line in lines[:5]}) == 1


def test_the_report_in_numbers():
    report = gradcheck.check(*golden())
    assert not report.passed
    assert [e.name for e in report.failures] == ["W[0, 1]", "b"]
    assert report.digits == 0.0
    assert [e.kink for e in report.failures] == [False, True]


def test_it_raises_when_told_to():
    with pytest.raises(gradcheck.GradientMismatch) as caught:
        gradcheck.check(*golden(), raises=True)
    assert str(caught.value).startswith("the gradient is wrong\nentry")
    assert issubclass(gradcheck.GradientMismatch, AssertionError)
    case = example((2, 2), 3, "tanh", HALF)
    assert gradcheck.check_network(*case, raises=True).passed
    wrong = flipped(gradients_of(*case), case[0])
    with pytest.raises(gradcheck.GradientMismatch):
        gradcheck.check_network(*case, wrong, raises=True)


def hints_of(case, wrong):
    """What the report says below its table."""
    lines = str(gradcheck.check_network(*case, wrong)).splitlines()
    return [line for line in lines if "times" in line or "of" in line.split()]


def test_a_lost_factor_is_named():
    case = example((2, 3, 2), 5, "tanh", HALF, 6)
    back = gradients_of(*case)
    arrays = {f"W{l}": 5 * back.dL_dW[l] for l in (1, 2)}
    arrays |= {f"b{l}": 5 * back.dL_db[l] for l in (1, 2)}
    every = "every wrong entry is 5 times the difference"
    assert hints_of(case, arrays) == [every, "0 of 17 entries agree"]
    arrays["b1"] = back.dL_db[1] / 4
    arrays["W2"] = back.dL_dW[2]
    assert hints_of(case, arrays) == [
        "W1: 6 of 6 wrong, each 5 times the difference",
        "b1: 3 of 3 wrong, each 0.25 times the difference",
        "b2: 2 of 2 wrong, each 5 times the difference",
        "6 of 17 entries agree",
    ]


def test_a_mistake_that_is_no_factor_is_not_called_one():
    layers, X, Y, loss = case = example((2, 3, 2), 5, "sigmoid", HALF, 6)
    (first, second), back = layers, gradients_of(*case)
    bug = replace(first, activation=prime_of_the_output(first.activation))
    wrong = gradients_of((bug, second), X, Y, loss)
    assert hints_of(case, wrong) == [
        "W1: 6 of 6 wrong",
        "b1: 3 of 3 wrong",
        "8 of 17 entries agree",
    ]
    assert hints_of(case, back) == ["17 of 17 entries agree"]


def test_of_many_entries_the_worst_are_shown():
    rng = np.random.default_rng(73)
    point = rng.normal(size=(20, 20))
    claimed = 2 * point
    claimed[3, 4] *= 1.1
    claimed[17, 0] *= -1

    def loss(p):
        return float(np.sum(p**2))

    lines = str(gradcheck.check(loss, point, claimed)).splitlines()
    assert len(lines) == 1 + gradcheck_report.ROWS + 2
    wrong = [line.split("]")[0] for line in lines if "WRONG" in line]
    assert wrong == ["[3, 4", "[17, 0"]
    assert lines[-2:] == [
        "and 360 more, none worse",
        "398 of 400 entries agree",
    ]


@pytest.mark.parametrize("factor", [0.0, -1.0, 2.0])
def test_what_is_below_rounding_is_not_called_right(factor):
    def loss(w):
        return (activations.sigmoid(1.5 * w) - 0.2) ** 2 / 2

    def slope(w):
        a = activations.sigmoid(1.5 * w)
        return (a - 0.2) * activations.sigmoid_prime(1.5 * w) * 1.5

    report = gradcheck.check(loss, 20.0, factor * slope(20.0))
    (entry,) = report.entries
    assert entry.verdict == "too small to tell"
    assert report.untold == (entry,)
    assert (report.verdict, report.passed) == ("undecided", False)
    foot = "0 of 1 entries agree, 1 too small to tell: nothing is decided"
    assert foot in str(report)
    with pytest.raises(gradcheck.GradientMismatch, match="cannot be told"):
        gradcheck.check(loss, 20.0, factor * slope(20.0), raises=True)
    (entry,) = gradcheck.check(loss, 2.0, slope(2.0)).entries
    assert entry.verdict == "ok"


def test_gradients_by_name():
    case = example((2, 3, 1), 4, "tanh", HALF)
    back = gradients_of(*case)
    arrays = {f"W{l}": back.dL_dW[l].tolist() for l in (1, 2)}
    arrays |= {f"b{l}": back.dL_db[l] for l in (1, 2)}
    assert gradcheck.check_network(*case, arrays).passed
    arrays["W1"][0][0] += 0.1
    (wrong,) = gradcheck.check_network(*case, arrays).failures
    assert wrong.name == "W1[0, 0]"


def from_0(back):
    dL_dW = {l - 1: array for l, array in back.dL_dW.items()}
    return replace(back, dL_dW=dL_dW)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda back: None, r"found None \(is there a return\?\), "),
        (lambda back: [back.dL_dW[1]], r"gradients: found a list, .*names W1"),
        (
            lambda back: {"W1": 0.0},
            r"found the names \['W1'\], expected W1, b1",
        ),
        (from_0, "gradients: found nothing for layer 2, .*layers 1 to 2"),
    ],
)
def test_gradients_of_another_form_are_refused(change, message):
    case = example((2, 3, 1), 4, "tanh", HALF)
    with pytest.raises(ValueError, match=message):
        gradcheck.check_network(*case, change(gradients_of(*case)))


@pytest.mark.parametrize("name", ["float32", "float16"])
def test_a_loss_of_few_digits_is_refused(name):
    def loss(w):
        return np.dtype(name).type(w) ** 2

    with pytest.raises(ValueError, match=f"returned {name}, expected float64"):
        gradcheck.check(loss, 1.5, 3.0)


def test_a_loss_that_changes_its_parameters_is_stopped():
    point = {"W": np.ones((1, 2)), "b": np.zeros(2)}

    def vandal(p):
        p["b"] += 1
        return float(np.sum(p["W"]) + np.sum(p["b"]))

    with pytest.raises(ValueError, match="read-only"):
        gradcheck.check(vandal, point, {"W": np.ones((1, 2)), "b": np.ones(2)})
    assert not point["b"].any()


def test_a_function_that_returns_nothing_is_no_loss():
    with pytest.raises(ValueError, match=r"returned None.*is there a return"):
        gradcheck.check(lambda w: None, 1.0, 1.0)
    with pytest.raises(ValueError, match="function: found 'L', expected real"):
        gradcheck.check(lambda w: "L", 1.0, 1.0)


@pytest.mark.parametrize("rtol", [-1e-9, 1.0, np.nan, "1e-6"])
def test_a_share_outside_0_and_1_is_refused(rtol):
    with pytest.raises(ValueError, match="rtol: found .*, expected"):
        gradcheck.check(lambda w: w, 1.0, 1.0, rtol=rtol)


def test_inputs_stay_as_they_are():
    point = np.array([1.0, 2.0])
    point.flags.writeable = False

    def vandal(w):
        value = float(np.sum(w**2))
        w[:] = 99.0
        return value

    report = gradcheck.check(vandal, point, 2 * point)
    assert report.passed, report
    case = example((2, 3, 1), 4, "tanh", HALF)
    kept = [layer.W.copy() for layer in case[0]]
    gradcheck.check_network(*case)
    for layer, W in zip(case[0], kept, strict=True):
        np.testing.assert_array_equal(layer.W, W)


@pytest.mark.parametrize("out", [np.zeros(2), np.zeros((2, 2)), [1.0, 2.0]])
def test_an_output_is_no_loss(out):
    expected = "function: returned shape .*check the loss, not the output"
    with pytest.raises(ValueError, match=expected):
        gradcheck.check(lambda w: out, 1.0, 1.0)


@pytest.mark.parametrize("shape", [(), (1,), (1, 1)])
def test_an_array_of_one_number_is_a_loss(shape):
    report = gradcheck.check(lambda w: np.full(shape, w * w), 3.0, 6.0)
    assert report.passed


@pytest.mark.parametrize(
    ("point", "gradient", "message"),
    [
        (np.zeros(2), np.zeros(3), r"gradient: found shape \(3,\), expected"),
        (np.zeros(2), np.zeros((1, 2)), r"gradient: found shape \(1, 2\)"),
        ({"w": 1.0}, {"b": 1.0}, r"gradient: found \['b'\], .*\['w'\]"),
        ({"w": 1.0}, 1.0, r"gradient: found 1.0, .*names \['w'\]"),
        ({"w": 1.0}, {"w": [1.0]}, r"gradient: .*shape of the point w"),
        (np.nan, 1.0, "point: found nan"),
        ({}, {}, "point: found no entries, expected at least one"),
        ("1.0", 1.0, "point: found '1.0', expected real numbers"),
        (1.0, "1.0", "gradient: found '1.0', expected real numbers"),
        (1.0, None, "gradient: found None, expected real numbers"),
        (1.0, "4", "gradient: found '4', expected real numbers"),
        ([[1.0], []], 1.0, "point: found rows of different lengths"),
        ({"w": np.zeros(0)}, {"w": np.zeros(0)}, "point w: found no entries"),
        ({1: 1.0}, {"1": 1.0}, r"gradient: found \['1'\], .*names \[1\]"),
        (np.zeros(0), np.zeros(0), "point: found no entries, expected"),
    ],
)
def test_check_refuses(point, gradient, message):
    with pytest.raises(ValueError, match=message):
        gradcheck.check(lambda p: 0.0, point, gradient)


@pytest.mark.parametrize("step", [0.0, -1e-6, 1e-17, 1.0, np.nan, np.inf])
def test_a_step_outside_0_and_1_is_refused(step):
    with pytest.raises(ValueError, match="step: found .*, expected"):
        gradcheck.check(lambda w: w, 1.0, 1.0, step=step)
    with pytest.raises(ValueError, match="step: found .*, expected"):
        gradcheck.central_difference(lambda w: w, 1.0, step=step)


def test_central_difference_has_the_shape_of_the_point():
    assert isinstance(gradcheck.central_difference(np.sin, 0.0), float)
    point = np.arange(6.0).reshape(2, 3)
    found = gradcheck.central_difference(lambda p: np.sum(p**2), point)
    # h² f'''/6 is 0 here; rounding is eps f / h ~ 1e-9
    np.testing.assert_allclose(found, 2 * point, rtol=0, atol=1e-8)


@pytest.mark.parametrize("h", [1e-1, 1e-2, 1e-3])
def test_the_error_of_the_formula_is_of_order_h_squared(h):
    slope = gradcheck.central_difference(np.exp, 0.0, step=h)
    assert slope - 1 == pytest.approx(h**2 / 6, rel=0.01)
