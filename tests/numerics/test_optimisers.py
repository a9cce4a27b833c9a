"""Gradient descent on quadratics, where every iterate has a closed form."""

import re
from types import GeneratorType

import numpy as np
import pytest
import sympy as sp
from backprop.numerics import checks, data, network
from backprop.numerics.optimisers import (
    GradientDescent,
    Momentum,
    Step,
    descend,
    move,
)

ROUNDING = 1e-12
"""Relative to the largest iterate: 40 updates of one rounding each."""


def bowl(curvature):
    """½ λ w² and its gradient λ w."""
    return lambda w: (0.5 * curvature * w**2, curvature * w)


def vector_bowl(w):
    """½ |w|² and its gradient w."""
    return 0.5 * float(np.sum(w * w)), w


@pytest.mark.parametrize("share", [0.01, 0.5, 0.99, 1.0, 1.5, 1.99, 2.0, 2.5])
@pytest.mark.parametrize("curvature", [0.1, 1.0, 30.0])
def test_iterates_are_geometric(share, curvature):
    eta, start = share / curvature, 3.0
    records = list(descend(bowl(curvature), start, eta, 40))
    assert [record.step for record in records] == list(range(41))
    w = np.array([record.parameters for record in records])
    closed = start * (1 - share) ** np.arange(41)
    np.testing.assert_allclose(
        w, closed, rtol=0, atol=ROUNDING * np.abs(closed).max()
    )
    for record in records:
        assert record.loss == 0.5 * curvature * record.parameters**2
        assert record.gradient == curvature * record.parameters


@pytest.mark.parametrize(
    ("share", "converges"),
    [(0.001, True), (1.0, True), (1.999, True), (2.1, False), (5.0, False)],
)
def test_it_converges_below_two_over_the_curvature(share, converges):
    *_, last = descend(bowl(4.0), 1.0, share / 4.0, 20_000)
    assert (abs(last.parameters) < 1e-6) == converges
    assert (last.step == 20_000) == converges


def test_at_two_over_the_curvature_it_bounces_for_ever():
    found = [s.parameters for s in descend(bowl(4.0), 1.0, 0.5, 5)]
    assert found == [1.0, -1.0, 1.0, -1.0, 1.0, -1.0]


@pytest.mark.parametrize("start", [1.0, np.ones(2), [1.0, 1.0]])
@pytest.mark.parametrize("eta", [3.0, 1e150])
def test_divergence_ends_with_one_record_that_is_not_finite(start, eta):
    records = list(descend(vector_bowl, start, eta, 100_000))
    assert 2 <= len(records) < 2000
    assert all(np.isfinite(r.loss) for r in records[:-1])
    assert not np.isfinite(records[-1].loss)


def test_overflow_in_plain_python_is_divergence_too():
    records = list(descend(bowl(1.0), 1.0, 3.0, 100_000))
    assert records[-1].loss == np.inf
    assert np.isfinite([r.loss for r in records[:-1]]).all()


def test_an_overflowing_step_is_divergence_and_no_warning():
    def cliff(w):
        return 1.0, np.full(2, 1e300)

    records = list(descend(cliff, np.zeros(2), 1e20, 5))
    assert np.isinf(records[1].parameters).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_gradient_that_is_not_finite_ends_it(bad):
    records = list(
        descend(lambda w: (1.0, np.array([0.0, bad])), [0, 0], 1, 9)
    )
    assert len(records) == 1


def test_it_is_a_generator_that_leaves_the_start_alone():
    start = np.array([1.0, 2.0])
    steps = descend(vector_bowl, start, 0.5, 3)
    assert isinstance(steps, GeneratorType)
    first = next(steps)
    start[0] = 99.0
    assert list(first.parameters) == [1.0, 2.0]
    assert list(next(steps).parameters) == [0.5, 1.0]
    assert list(first.parameters) == [1.0, 2.0]
    one, other = (list(descend(bowl(1.0), 8.0, 0.5, 9)) for _ in range(2))
    assert one == other


def test_the_errors_of_floating_point_are_as_they_were_between_steps():
    before = np.geterr()
    for _ in descend(vector_bowl, np.ones(2), 3.0, 5):
        assert np.geterr() == before


def test_a_record_cannot_be_changed():
    record = next(descend(bowl(1.0), 1.0, 0.5, 1))
    assert record == Step(0, 1.0, 0.5, 1.0)
    with pytest.raises(AttributeError):
        record.loss = 0.0


def test_reading_a_run_cannot_change_it():
    rng = np.random.default_rng(0)
    of = network.objective(
        rng.normal(size=(6, 2)), rng.normal(size=(6, 1)), "half_squared_error"
    )
    layers = network.initialise((2, 3, 1), rng)
    batches = data.batches(6, 2, rng)
    record = next(
        descend(
            of,
            layers,
            0.1,
            5,
            batches=batches,
            update=network.update,
            rule=Momentum(),
        )
    )
    vector = next(descend(vector_bowl, np.ones(2), 0.5, 5, rule=Momentum()))
    for array in (
        record.state.dL_dW[2],
        record.state.dL_db[1],
        vector.state,
        record.rows,
        record.gradient.dL_dW[1],
        record.gradient.dL_db[2],
        record.parameters[0].W,
        vector.parameters,
        vector.gradient,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 99


@pytest.mark.parametrize("eta", [0, -1.0, np.nan, np.inf, True, "1", [1.0]])
def test_eta_is_refused_before_the_first_step(eta):
    with pytest.raises(ValueError, match="eta: found .*, expected"):
        descend(bowl(1.0), 1.0, eta, 5)


@pytest.mark.parametrize("steps", [-1, 1.5, "3", None])
def test_steps_are_refused_before_the_first_step(steps):
    expected = f"steps: found {steps!r}, expected a whole number from 0"
    with pytest.raises(ValueError, match=re.escape(expected)):
        descend(bowl(1.0), 1.0, 0.1, steps)


def test_no_steps_is_the_start():
    assert len(list(descend(bowl(1.0), 1.0, 0.1, 0))) == 1


# ---- minibatches -----------------------------------------------------------


def test_each_record_has_new_rows():
    seen = []

    def mean_of(w, rows):
        seen.append(rows)
        return float(w - np.mean(rows)), 1.0

    chosen = [[1, 2], [3], [0, 4]]
    records = list(descend(mean_of, 5.0, 0.5, 2, batches=chosen))
    for rows in (seen, [record.rows for record in records]):
        assert [each.tolist() for each in rows] == chosen
    assert [record.parameters for record in records] == [5.0, 4.5, 4.0]
    assert [record.loss for record in records] == [3.5, 1.5, 2.0]


def test_batches_that_end_end_it():
    records = descend(lambda w, rows: (w, 1.0), 5.0, 0.5, 9, batches=[[0]] * 3)
    assert [record.step for record in records] == [0, 1, 2]


def test_no_more_batches_are_taken_than_there_are_records():
    batches = iter([[k] for k in range(9)])
    list(descend(lambda w, rows: (w, 1.0), 5.0, 0.5, 4, batches=batches))
    assert next(batches) == [5]


def test_without_batches_a_record_has_no_rows():
    assert {r.rows for r in descend(bowl(1.0), 1.0, 0.5, 3)} == {None}


@pytest.mark.parametrize("batches", [None, [[0]] * 6])
def test_an_update_costs_one_evaluation_and_none_ahead(batches):
    calls = []

    def counted(w, rows=None):
        calls.append(w)
        return w, 1.0

    steps = descend(counted, 9.0, 1.0, 5, batches=batches)
    for done in range(1, 7):
        next(steps)
        assert len(calls) == done
    assert list(steps) == []
    assert len(calls) == 6


def test_move_is_the_default_update():
    assert move(8.0, 4.0, 0.5) == 6.0
    uphill = descend(
        bowl(1.0), 1.0, 0.5, 2, update=lambda w, g, eta: w + eta * g
    )
    assert [record.parameters for record in uphill] == [1.0, 1.5, 2.25]


# ---- momentum --------------------------------------------------------------

SHARES_AND_BETAS = [
    ("1/10", "1/10"),  # two real roots: no oscillation
    ("1/4", "1/4"),  # one double root: the quickest without oscillation
    ("1/4", "9/10"),  # complex roots: it oscillates, and shrinks
    ("19/10", "1/2"),  # complex roots, where plain descent hardly converges
    ("5/2", "1/2"),  # it converges where plain descent diverges
    ("16/5", "1/2"),  # above 2 (1 + beta): it diverges
    ("1/2", "0"),
]


def closed_form(share, beta, count):
    """SymPy solves ``w[t+2] = (1 + β - ηλ) w[t+1] - β w[t]``, Polyak's form,
    from ``w[0] = 1`` and ``w[1] = 1 - ηλ``."""
    t, w = sp.Symbol("t", integer=True), sp.Function("w")
    share, beta = sp.Rational(share), sp.Rational(beta)
    terms = w(t + 2) - (1 + beta - share) * w(t + 1) + beta * w(t)
    if beta == 0:
        terms = w(t + 1) - (1 - share) * w(t)
        solved = sp.rsolve(terms, w(t), {w(0): 1})
    else:
        solved = sp.rsolve(terms, w(t), {w(0): 1, w(1): 1 - share})
    return [float(sp.re(solved.subs(t, k).evalf(30))) for k in range(count)]


@pytest.mark.parametrize(("share", "beta"), SHARES_AND_BETAS)
def test_momentum_on_a_quadratic_is_its_closed_form(share, beta):
    curvature, start = 8.0, 3.0
    rule = Momentum(float(sp.Rational(beta)))
    eta = float(sp.Rational(share)) / curvature
    records = list(descend(bowl(curvature), start, eta, 40, rule=rule))
    w = np.array([record.parameters for record in records])
    closed = start * np.array(closed_form(share, beta, 41))
    # a double root doubles the digits that a rounding costs
    atol = 100 * ROUNDING * np.abs(closed).max()
    np.testing.assert_allclose(w, closed, rtol=0, atol=atol)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_momentum_converges_below_two_and_two_beta_over_the_curvature(beta):
    limit = 2 * (1 + beta) / 4.0
    for share, converges in ((0.98, True), (1.02, False)):
        *_, last = descend(
            bowl(4.0), 1.0, share * limit, 4000, rule=Momentum(beta)
        )
        found = abs(last.parameters)
        assert found < 1e-6 if converges else found > 1e6


def test_the_state_is_the_sum_of_the_gradients_each_time_lighter():
    target = np.array([1.0, -2.0])

    def bowl_at(w):
        return 0.5 * float(np.sum((w - target) ** 2)), w - target

    run = [*descend(bowl_at, [4.0, 4.0], 0.3, 12, rule=Momentum(0.8))]
    np.testing.assert_array_equal(run[0].state, [0.0, 0.0])
    for t, record in enumerate(run[1:], start=1):
        past = [0.8**k * run[t - 1 - k].gradient for k in range(t)]
        np.testing.assert_allclose(record.state, np.sum(past, 0), atol=1e-13)
        before = run[t - 1].parameters
        moved = before - 0.3 * record.state
        np.testing.assert_array_equal(record.parameters, moved)


def test_plain_descent_remembers_nothing():
    assert {r.state for r in descend(bowl(1.0), 1.0, 0.5, 3)} == {None}


def assert_same_arrays(one, other):
    """Equal to the last bit, whatever form the parameters have."""
    for a, b in zip(arrays_of(one), arrays_of(other), strict=True):
        assert a.tobytes() == b.tobytes()


def arrays_of(parameters):
    if isinstance(parameters, tuple):
        return [a for layer in parameters for a in (layer.W, layer.b)]
    return [np.asarray(parameters)]


@pytest.mark.parametrize("form", ["number", "vector", "layers"])
def test_momentum_without_beta_is_plain_descent_bit_for_bit(form):
    layers, X, Y = problem()
    f, start, update = {
        "number": (bowl(0.7), 3.1, move),
        "vector": (vector_bowl, np.array([1.1, -2.3]), move),
        "layers": (network.objective(X, Y, HALF), layers, network.update),
    }[form]
    runs = [
        descend(f, start, 0.3, 30, update=update, rule=rule)
        for rule in (GradientDescent(), Momentum(beta=0.0))
    ]
    for plain, other in zip(*runs, strict=True):
        assert plain.loss == other.loss
        assert_same_arrays(plain.parameters, other.parameters)


def test_momentum_of_a_network_is_the_loop_that_one_would_write():
    layers, X, Y = problem()
    rows = [[0, 1, 2], [5], [3, 4, 11, 7], [2, 8]]
    f = network.objective(X, Y, HALF)
    records = descend(
        f,
        layers,
        0.3,
        3,
        batches=rows,
        update=network.update,
        rule=Momentum(0.9),
    )
    velocities = [np.zeros_like(array) for array in arrays_of(layers)]
    for record, at in zip(records, rows, strict=True):
        assert_same_arrays(record.parameters, layers)
        for l in (1, 2):
            v_W, v_b = velocities[2 * l - 2 : 2 * l]
            np.testing.assert_array_equal(record.state.dL_dW[l], v_W)
            np.testing.assert_array_equal(record.state.dL_db[l], v_b)
        _, back = f(layers, at)
        slopes = [g[l] for l in (1, 2) for g in (back.dL_dW, back.dL_db)]
        velocities = [
            0.9 * v + slope
            for v, slope in zip(velocities, slopes, strict=True)
        ]
        moved = [
            array - 0.3 * v
            for array, v in zip(arrays_of(layers), velocities, strict=True)
        ]
        layers = tuple(
            network.Layer(*moved[2 * k : 2 * k + 2], layer.activation)
            for k, layer in enumerate(layers)
        )


@pytest.mark.parametrize("beta", [-0.1, 1.0, 2.0, np.nan, "0.9", None])
def test_momentum_refuses_a_beta(beta):
    with pytest.raises(ValueError, match="beta: found .*, expected"):
        Momentum(beta)


@pytest.mark.parametrize(
    ("gradient", "message"),
    [
        (np.ones((2, 1)), "gradient: found shape (2, 1), expected (2,), the"),
        (1.0, "gradient: found shape (), expected (2,), the shape of the"),
    ],
)
def test_momentum_refuses_a_gradient_of_another_shape(gradient, message):
    rule = Momentum()
    with pytest.raises(ValueError, match=re.escape(message)):
        rule.step(gradient, rule.init(np.ones(2)))


@pytest.mark.parametrize("rule", ["momentum", None, Momentum, move])
def test_what_is_no_rule_is_refused_before_the_first_step(rule):
    expected = f"rule: found {checks.said(rule)}, expected an object with init"
    with pytest.raises(ValueError, match=re.escape(expected)):
        descend(bowl(1.0), 1.0, 0.5, 3, rule=rule)


class Halving:
    """A rule of a reader's own: the learning rate is halved every time. Its
    state is a count."""

    def init(self, parameters):
        return 0

    def step(self, gradient, count):
        return 0.5**count * gradient, count + 1


def test_a_rule_may_remember_anything():
    constant = descend(lambda w: (w, 1.0), 8.0, 4.0, 3, rule=Halving())
    assert [(r.parameters, r.state) for r in constant] == [
        (8.0, 0),
        (4.0, 1),
        (2.0, 2),
        (1.0, 3),
    ]
    layers, X, Y = problem()
    f = network.objective(X, Y, HALF)
    *_, last = descend(
        f, layers, 0.4, 2, update=network.update, rule=Halving()
    )
    once = network.update(layers, f(layers)[1], 0.4)
    twice = network.update(once, f(once)[1], 0.2)
    assert_same_arrays(last.parameters, twice)


def test_an_overflow_of_a_rule_is_divergence():
    class Overflowing(Halving):
        def step(self, gradient, count):
            raise OverflowError

    records = list(descend(bowl(1.0), 1.0, 0.5, 5, rule=Overflowing()))
    assert records[1:] == [Step(1, None, np.inf, None)]


# ---- networks --------------------------------------------------------------

HALF = "half_squared_error"


def problem(eta_seed=70, activation="tanh", m=12):
    rng = np.random.default_rng(eta_seed)
    layers = network.initialise((2, 3, 2), rng, "he", activation, "identity")
    return layers, rng.normal(size=(m, 2)), rng.normal(size=(m, 2))


def test_it_is_the_loop_that_one_would_write():
    layers, X, Y = problem()
    rows = [[0, 1, 2], [5], [3, 4, 11, 7]]
    records = descend(
        network.objective(X, Y, HALF),
        layers,
        0.3,
        2,
        batches=rows,
        update=network.update,
    )
    for record, at in zip(records, rows, strict=True):
        cache = network.forward(layers, X[at])
        back = network.backward(layers, cache, Y[at], HALF)
        assert record.loss == network.loss(layers, X[at], Y[at], HALF)
        for l in back.dL_dW:
            np.testing.assert_array_equal(
                record.gradient.dL_dW[l], back.dL_dW[l]
            )
            np.testing.assert_array_equal(
                record.parameters[l - 1].W, layers[l - 1].W
            )
        layers = network.update(layers, back, 0.3)


def test_batches_of_all_rows_are_the_whole_batch_but_for_rounding():
    layers, X, Y = problem()
    f = network.objective(X, Y, HALF)
    rows = data.batches(len(X), len(X), np.random.default_rng(71))
    options = {"update": network.update}
    *_, whole = descend(f, layers, 0.1, 20, **options)
    *_, shuffled = descend(f, layers, 0.1, 20, batches=rows, **options)
    assert shuffled.loss == pytest.approx(whole.loss, rel=ROUNDING)


@pytest.mark.parametrize("activation", ["identity", "relu", "tanh"])
@pytest.mark.parametrize("eta", [30.0, 1e6, 1e100])
def test_a_network_that_diverges_says_so_in_its_last_record(activation, eta):
    layers, X, Y = problem(activation=activation)
    f = network.objective(X, Y, HALF)
    records = list(descend(f, layers, eta, 2000, update=network.update))
    assert 2 <= len(records) < 2000
    assert records[-1].diverged
    assert not any(record.diverged for record in records[:-1])


def test_an_update_that_overflows_leaves_no_parameters():
    layers = (network.Layer([[1.0]], [0.0], "identity"),)
    f = network.objective([[1e100]], [[0.0]], HALF)
    records = list(descend(f, layers, 1e200, 5, update=network.update))
    assert [record.step for record in records] == [0, 1]
    first, last = records
    assert not first.diverged
    assert last == Step(1, None, np.inf, None)
    assert last.diverged


def test_an_overflow_of_a_function_of_layers_is_divergence():
    def too_large(layers):
        raise OverflowError

    layers, _, _ = problem()
    (record,) = descend(too_large, layers, 0.1, 5, update=network.update)
    assert record.diverged
    assert record.parameters is layers


def test_a_gradient_with_one_infinite_bias_is_divergence():
    layers, X, Y = problem()
    loss, gradient = network.objective(X, Y, HALF)(layers)
    gradient.dL_db[2][1] = np.inf
    record = next(descend(lambda w: (loss, gradient), layers, 0.1, 5))
    assert record.diverged


def test_other_errors_of_an_update_are_not_divergence():
    layers, X, Y = problem()

    def broken(layers, gradient, eta):
        raise ValueError("a mistake of the reader's own")

    f = network.objective(X, Y, HALF)
    with pytest.raises(ValueError, match="a mistake of the reader's own"):
        list(descend(f, layers, 0.1, 5, update=broken))
