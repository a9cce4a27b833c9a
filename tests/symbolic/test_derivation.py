"""The staged chain rule: stages, partials, paths, and what it refuses."""

import copy
import re

import numpy as np
import pytest
import sympy as sp
from backprop import symbolic
from backprop.symbolic import Derivation, Stage

EPS = np.finfo(float).eps
ULPS = 8 * EPS
"""Eight units in the last place, of a number of order 1. A stage that adds 1
to a small exponential loses the digits that fall below 1, so for a number
near 0 it is the error itself that is bounded, not its share."""

RELATIVE_ULPS = 16 * EPS
"""For the sigmoid, which has no such loss: a handful of roundings, each
doubled by the square in the slope."""

TINY = 1e-300
u, v, t, s, L = sp.symbols("u v t s L")
NAMES = [*symbolic.ACTIVATIONS]
PAIRS = [(f, loss) for f in NAMES for loss in symbolic.LOSSES]


def diamond():
    """v feeds u and t, both feed the loss, and so does v itself."""
    return Derivation(
        [Stage(u, 3 * v), Stage(t, v**2), Stage(L, u * t + 5 * v)]
    )


def test_a_symbol_used_twice_gets_a_sum():
    partial = diamond()["dL_dv"]
    dL_du, dL_dt = sp.symbols("dL_du dL_dt")
    assert partial.local == (3, 2 * v, 5)
    assert partial.rule == 3 * dL_du + 2 * v * dL_dt + 5
    assert partial.product == 3 * t + 2 * u * v + 5
    assert diamond().expand(partial.product) == 9 * v**2 + 5


def test_a_path_for_each_way_to_the_loss():
    paths = diamond()["dL_dv"].paths
    assert [path.symbols for path in paths] == [(L, u, v), (L, t, v), (L, v)]
    assert [path.factors for path in paths] == [(t, 3), (u, 2 * v), (5,)]
    assert [path.product for path in paths] == [3 * t, 2 * u * v, 5]


def test_partials_come_in_the_order_of_the_backward_pass():
    assert [*diamond().partials] == ["dL_dt", "dL_du", "dL_dv"]
    assert [*symbolic.neuron().partials] == [
        *("dL_da", "dL_dz"),
        *("dL_dw", "dL_db", "dL_dx", "dL_dy"),
    ]


def test_the_names_are_those_of_the_partials():
    for name, partial in symbolic.network((2, 2)).partials.items():
        assert partial.name == name == f"dL_d{partial.symbol}"


def test_the_composed_stages():
    chain = diamond()
    assert chain.composed(t) == v**2
    assert chain.composed() == 3 * v**3 + 5 * v


def test_the_direct_derivative_is_that_of_the_composed_loss():
    assert diamond().direct(v) == 9 * v**2 + 5


def test_what_the_loss_does_not_use_has_no_gradient():
    chain = Derivation([Stage(u, 3 * v), Stage(L, v**2)])
    assert chain["dL_du"].rule == 0
    assert chain["dL_du"].paths == ()
    assert chain["dL_dv"].product == 2 * v
    found = chain.evaluate({"v": 1.5})
    assert (float(found["dL_du"]), float(found["dL_dv"])) == (0.0, 3.0)


def test_evaluate_takes_floats_as_they_are_stored():
    chain = Derivation([Stage(L, v)])
    stored = chain.evaluate({"v": 0.1}, digits=55)["L"]
    assert stored == sp.Rational(*(0.1).as_integer_ratio()).evalf(55)


def test_evaluate_gives_as_many_digits_as_asked_for():
    chain = Derivation([Stage(u, sp.exp(v)), Stage(L, sp.log(1 + u))])
    found = chain.evaluate({"v": -60.0}, digits=40)["dL_dv"]
    expected = (1 / (1 + sp.exp(60))).evalf(60)
    assert abs(found / expected - 1) < sp.Rational(1, 10**38)


def test_evaluate_names_inputs_stages_and_partials():
    found = diamond().evaluate({"v": 2})
    assert [*found] == ["v", "u", "t", "L", "dL_dt", "dL_du", "dL_dv"]


def test_twice_the_same_and_nothing_is_kept():
    chain, values = diamond(), {"v": 0.3}
    before = copy.copy(values)
    first = chain.evaluate(values)
    chain.evaluate({"v": -7.0})
    chain.numpy_function()(v=1.0)
    assert chain.evaluate(values) == first
    assert values == before
    assert diamond().evaluate(values) == first


def test_two_derivations_share_no_state():
    values = {"w": 0.3, "b": 0.1, "x": 2.0, "y": 1.0}
    plain = symbolic.neuron("sigmoid")
    before = plain.evaluate(values)
    symbolic.neuron("tanh", "binary_cross_entropy").evaluate(values)
    assert plain.evaluate(values) == before
    assert symbolic.neuron("sigmoid").evaluate(values) == before


def test_the_inputs_keep_the_order_that_is_asked_for():
    stages = [Stage(u, v * t), Stage(L, u + s)]
    assert Derivation(stages).inputs == (t, v, s)
    assert Derivation(stages, inputs=(s, v, t)).inputs == (s, v, t)


def test_an_input_that_no_stage_uses_has_no_gradient():
    chain = Derivation([Stage(L, v**2)], inputs=(v, t))
    assert chain["dL_dt"].rule == 0
    assert chain.numpy_function()(v=3.0, t=1.0)["dL_dt"] == 0


@pytest.mark.parametrize(
    ("stages", "inputs", "message"),
    [
        (
            [Stage(u, v), Stage(L, t), Stage(t, u)],
            None,
            "stages: L uses {t}, not yet defined",
        ),
        ([Stage(u, u + v)], None, "stages: u uses {u}, not yet defined"),
        (
            [Stage(u, v), Stage(u, 2 * v), Stage(L, u)],
            None,
            "stages: [u, u, L] defines a symbol twice",
        ),
        (
            [Stage(L, v)],
            (u,),
            "inputs: found (u,), expected (v,) in any order",
        ),
        (
            [Stage(u, v), Stage(L, u)],
            (u, v),
            "inputs: found (u, v), expected (v,) in any order",
        ),
    ],
)
def test_stages_out_of_order_are_refused(stages, inputs, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        Derivation(stages, inputs)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda d: d["dL_dq"], "name: found 'dL_dq', expected one of dL_dt"),
        (lambda d: d.stage("q"), "name: found 'q', expected one of u, t, L"),
        (
            lambda d: d.direct(u),
            "symbol: found u, expected one of the inputs v",
        ),
        (lambda d: d.evaluate({}), "values: found [], expected ['v']"),
        (
            lambda d: d.evaluate({"v": 1.0, "u": 2.0}),
            "values: found ['u', 'v'], expected ['v']",
        ),
        (
            lambda d: d.evaluate({"v": float("nan")}),
            "v: found nan, expected a finite number",
        ),
        (
            lambda d: d.evaluate({"v": np.inf}),
            "v: found inf, expected a finite number",
        ),
    ],
)
def test_what_is_asked_wrongly_is_named(ask, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        ask(diamond())


def grid():
    rng = np.random.default_rng(31)
    return [-30.0, -1.0, 0.0, 1.0, 30.0, *rng.uniform(-30, 30, 20).tolist()]


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_the_numpy_function_against_exact_values(activation, loss):
    derivation = symbolic.neuron(activation, loss)
    function = derivation.numpy_function()
    for at in grid():
        values = {"w": at, "b": 0.0, "x": 1.0, "y": 0.25}
        exact = derivation.evaluate(values)
        for name, found in function(**values).items():
            scale = abs(at) if name == "dL_dx" else 1  # dL_dx has a factor w
            allowed = ULPS * max(1, scale, abs(exact[name]))
            assert abs(found - exact[name]) <= allowed, (name, at)


def test_the_numpy_sigmoid_keeps_its_digits_in_the_tails():
    derivation = symbolic.neuron("sigmoid", loss=symbolic.a)
    function = derivation.numpy_function()
    for at in grid():
        values = {"w": at, "b": 0.0, "x": 1.0, "y": 0.0}
        exact = derivation.evaluate(values)
        for name in ("a", "dL_dz", "dL_dw"):
            share = function(**values)[name] / exact[name] - 1
            assert abs(share) <= RELATIVE_ULPS, (name, at)


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_the_numpy_function_works_on_arrays(activation, loss):
    function = symbolic.neuron(activation, loss).numpy_function()
    rng = np.random.default_rng(32)
    names = ("w", "b", "x", "y")
    arrays = {name: rng.normal(size=(2, 3)) for name in names}
    kept = copy.deepcopy(arrays)
    found = function(**arrays)
    for index in np.ndindex(2, 3):
        single = function(**{n: float(arrays[n][index]) for n in names})
        for name, value in single.items():
            np.testing.assert_allclose(
                found[name][index], value, rtol=ULPS, atol=TINY
            )
    for name in names:
        np.testing.assert_array_equal(arrays[name], kept[name])


def test_the_numpy_function_wants_every_input():
    function = symbolic.neuron().numpy_function()
    with pytest.raises(TypeError, match="'y'"):
        function(w=1.0, b=0.0, x=1.0)
    with pytest.raises(TypeError, match="'q'"):
        function(w=1.0, b=0.0, x=1.0, y=1.0, q=1.0)
