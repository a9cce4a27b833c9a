"""One neuron and small networks: SymPy, numpy and differences agree."""

import re
from dataclasses import replace
from functools import cache
from math import prod

import numpy as np
import pytest
import sympy as sp
from backprop import symbolic
from backprop.numerics import (
    activations,
    gradcheck,
    losses,
    network,
    neuron,
)
from backprop.symbolic import a, models, y, z

ROUNDING = 1e-13
"""Relative and absolute: a few dozen roundings of numbers of order 10, and
the cancellation of a - y near a = y."""

DIFFERENCES = 1e-8
"""Relative and absolute: the rounding of a loss of order 10 divided by the
step, eps 10 / 6e-6, is 4e-10; the formula itself leaves less."""

HALF, BCE = "half_squared_error", "binary_cross_entropy"
NAMES = [*symbolic.ACTIVATIONS]
PAIRS = [(f, loss) for f in NAMES for loss in symbolic.LOSSES]
NUMPY_PAIRS = [(f, HALF) for f in NAMES] + [("identity", BCE)]
NETWORKS = [(2, 2, 2), (1, 1, 1), (2, 3, 1), (1, 2, 2, 1)]
CURVED = [(z**3, (a - y) ** 4), (sp.sin(z), a**2), (z * sp.exp(-z), a * y)]


def agree(found, expected, tolerance=ROUNDING):
    np.testing.assert_allclose(
        np.asarray(found, float),
        np.asarray(expected, float),
        rtol=tolerance,
        atol=tolerance,
    )


def points(names, seed, count):
    """Seeded values; targets are between 0 and 1, as probabilities are."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        yield {
            n: float(rng.uniform() if n[0] == "y" else rng.normal())
            for n in names
        }


# ---- one neuron ------------------------------------------------------------


@cache
def one_neuron(activation, loss):
    derivation = symbolic.neuron(activation, loss)
    return derivation, derivation.numpy_function()


@pytest.mark.parametrize(("activation", "loss"), NUMPY_PAIRS)
def test_every_stage_and_partial_against_numerics(activation, loss):
    derivation, function = one_neuron(activation, loss)
    for values in points("wbxy", seed=1, count=6):
        w, b, x, target = values.values()
        step = neuron.forward(w, b, x, activation)
        back = neuron.backward(step, x, target, loss)
        expected = {
            "z": step.z,
            "a": step.a,
            "L": losses.get(loss)(step.a, target),
            **{n: d for n, d in vars(back).items() if n != "da_dz"},
        }
        exact, fast = derivation.evaluate(values), function(**values)
        for name, value in expected.items():
            agree([exact[name], fast[name]], [value, value])
        slope = derivation.stage("a").local(z).subs(z, exact["z"])
        agree(slope, back.da_dz)


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
def test_every_partial_against_central_differences(activation, loss):
    derivation, function = one_neuron(activation, loss)
    f, of = activations.get(activation), losses.get(loss)

    def value(p):
        w, b, x, target = p
        return of.value(f(w * x + b), target)

    for values in points("wbxy", seed=2, count=6):
        exact, fast = derivation.evaluate(values), function(**values)
        target = values["y"]
        slopes = gradcheck.central_difference(value, [*values.values()])
        for name, slope in zip("wbxy", slopes, strict=True):
            found = [exact[f"dL_d{name}"], fast[f"dL_d{name}"]]
            agree(found, [slope] * 2, DIFFERENCES)
        for name, function_of in {
            "a": lambda at, t=target: of.value(at, t),
            "z": lambda at, t=target: of.value(f(at), t),
        }.items():
            slope = gradcheck.central_difference(
                function_of, float(exact[name])
            )
            agree(exact[f"dL_d{name}"], slope, DIFFERENCES)


@pytest.mark.parametrize(("activation", "loss"), CURVED)
def test_an_activation_and_a_loss_of_ones_own(activation, loss):
    derivation = symbolic.neuron(activation, loss)
    function = derivation.numpy_function()

    def value(p):
        return float(function(**dict(zip("wbxy", p, strict=True)))["L"])

    for values in points("wbxy", seed=3, count=3):
        exact = derivation.evaluate(values)
        slopes = gradcheck.central_difference(value, [*values.values()])
        for name, slope in zip("wbxy", slopes, strict=True):
            agree(exact[f"dL_d{name}"], slope, DIFFERENCES)


@pytest.mark.parametrize(("activation", "loss"), PAIRS + CURVED)
def test_the_direct_derivative_is_the_staged_product(activation, loss):
    derivation = symbolic.neuron(activation, loss)
    for symbol in derivation.inputs:
        staged = derivation[f"dL_d{symbol}"].product
        difference = derivation.expand(staged) - derivation.direct(symbol)
        assert sp.simplify(difference) == 0


def test_the_neuron_is_staged():
    derivation = symbolic.neuron()
    assert [stage.symbol.name for stage in derivation.stages] == [*"zaL"]
    assert [symbol.name for symbol in derivation.inputs] == [*"wbxy"]
    assert derivation["dL_dw"].local == (symbolic.x,)
    assert derivation["dL_dw"].rule == sp.Symbol("dL_dz") * symbolic.x


# ---- networks --------------------------------------------------------------


@cache
def small_network(sizes, activation, loss=HALF):
    derivation = symbolic.network(sizes, activation, loss)
    return derivation, derivation.numpy_function()


def layers_from(values, sizes, activation):
    layers = []
    for l in range(1, len(sizes)):
        to, source = range(1, sizes[l] + 1), range(1, sizes[l - 1] + 1)
        W = [[values[f"w{l}_{j}{k}"] for k in source] for j in to]
        b = [values[f"b{l}_{j}"] for j in to]
        layers.append(network.Layer(W, b, activation))
    return tuple(layers)


def row(values, letter, size):
    return np.array([[values[f"{letter}_{k}"] for k in range(1, size + 1)]])


def numpy_network(values, sizes, activation, loss):
    """Names to what numpy computes: stages, the loss and its gradient."""
    layers = layers_from(values, sizes, activation)
    X, Y = row(values, "x", sizes[0]), row(values, "y", sizes[-1])
    cache = network.forward(layers, X)
    back = network.backward(layers, cache, Y, loss)
    named = {"L": network.loss(layers, X, Y, loss)}
    for k, slope in enumerate(back.dL_dX[0], start=1):
        named[f"dL_dx_{k}"] = slope
    for l in range(1, len(sizes)):
        for j in range(1, sizes[l] + 1):
            named[f"z{l}_{j}"] = cache.Z[l][0, j - 1]
            named[f"a{l}_{j}"] = cache.A[l][0, j - 1]
            named[f"dL_dz{l}_{j}"] = back.dL_dZ[l][0, j - 1]
            named[f"dL_db{l}_{j}"] = back.dL_db[l][j - 1]
            for k in range(1, sizes[l - 1] + 1):
                named[f"dL_dw{l}_{j}{k}"] = back.dL_dW[l][j - 1, k - 1]
    return named


def input_names(sizes, activation, loss=HALF):
    derivation, _ = small_network(sizes, activation, loss)
    return [symbol.name for symbol in derivation.inputs]


CASES = [(n, f, HALF) for n in NETWORKS for f in NAMES]
CASES += [(n, "identity", BCE) for n in NETWORKS]


@pytest.mark.parametrize(("sizes", "activation", "loss"), CASES)
def test_every_gradient_of_a_network_against_numerics(sizes, activation, loss):
    derivation, function = small_network(sizes, activation, loss)
    names = input_names(sizes, activation, loss)
    parameters = {f"dL_d{n}" for n in names if n[0] in "wb"}
    for values in points(names, seed=4, count=5):
        expected = numpy_network(values, sizes, activation, loss)
        found = function(**values)
        assert parameters < set(expected) < set(found)
        for name, value in expected.items():
            agree(found[name], value)


@pytest.mark.parametrize(
    ("sizes", "activation"),
    [(n, f) for n in [(2, 2, 2), (1, 1, 1)] for f in NAMES],
)
def test_the_exact_gradients_of_a_network(sizes, activation):
    derivation, _ = small_network(sizes, activation)
    (values,) = points(input_names(sizes, activation), seed=5, count=1)
    exact = derivation.evaluate(values)
    expected = numpy_network(values, sizes, activation, HALF)
    for name, value in expected.items():
        agree(exact[name], value)


@pytest.mark.parametrize("sizes", [*NETWORKS, (2, 3, 2, 2)])
def test_a_path_goes_through_one_unit_of_each_later_layer(sizes):
    derivation, _ = small_network(sizes, "tanh")
    for name, partial in derivation.partials.items():
        symbol = name.removeprefix("dL_d")
        letter, layer = symbol[0], symbol[1 : symbol.index("_")]
        l = {"x": 0, "y": len(sizes)}.get(letter) or int(layer or 0)
        assert len(partial.paths) == prod(sizes[l + 1 :]), name


@pytest.mark.parametrize("sizes", NETWORKS)
def test_the_products_along_the_paths_add_up_to_the_gradient(sizes):
    derivation, function = small_network(sizes, "tanh")
    (values,) = points(input_names(sizes, "tanh"), seed=6, count=1)
    expected, found = (
        numpy_network(values, sizes, "tanh", HALF),
        function(**values),
    )
    known = {sp.Symbol(n): v for n, v in {**values, **found}.items()}
    for name in expected.keys() & derivation.partials.keys():
        paths = derivation[name].paths
        assert all(path.symbols[0] == derivation.loss for path in paths)
        assert {path.symbols[-1].name for path in paths} == {name[4:]}
        total = sum(path.product.subs(known) for path in paths)
        agree(total, expected[name])


@pytest.mark.parametrize("call", ["network", "matrix_gradients"])
@pytest.mark.parametrize("sizes", [(2,), (2, 10), (2, 0, 1), (2.5, 1)])
def test_sizes_that_make_no_network(call, sizes):
    message = f"sizes: found {sizes}, expected at least two whole numbers"
    with pytest.raises(ValueError, match=re.escape(message)):
        getattr(symbolic, call)(sizes)


# ---- the matrix form -------------------------------------------------------


@pytest.mark.parametrize("loss", symbolic.LOSSES)
@pytest.mark.parametrize("sizes", [*NETWORKS, (1, 1), (3, 2), (2, 1, 3)])
def test_the_matrix_form_is_proved_for_every_parameter(sizes, loss):
    proofs = symbolic.prove_matrix_form(sizes, loss)
    names = input_names(sizes, "tanh")
    parameters = [name for name in names if name[0] in "wb"]
    assert sorted(proof.parameter for proof in proofs) == sorted(parameters)
    assert [proof for proof in proofs if not proof.equal] == []
    assert all(proof.matrix != 0 for proof in proofs)


@pytest.mark.parametrize("activation", NAMES)
def test_the_matrix_entries_against_numerics(activation):
    sizes = (2, 2, 1)
    (values,) = points(input_names(sizes, activation), seed=7, count=1)
    expected = numpy_network(values, sizes, activation, HALF)
    known = {sp.Symbol(n): v for n, v in values.items()}
    entries = symbolic.matrix_gradients(sizes, activation)
    assert entries
    for name, entry in entries.items():
        agree(entry.subs(known), expected[f"dL_d{name}"])


def without_a_transpose(entries):
    """W[j, k] filled with the derivative for W[k, j]."""
    swap = re.compile(r"(w\d_)(\d)(\d)")
    return {name: entries[swap.sub(r"\1\3\2", name)] for name in entries}


def only_the_first_path(entries):
    """∂L/∂w1_11 as if unit 1 fed only the first output."""
    other = {sp.Symbol("w2_21"): 0}
    return {**entries, "w1_11": entries["w1_11"].subs(other)}


def with_the_sign_turned(entries):
    return {**entries, "b1_2": -entries["b1_2"]}


@pytest.mark.parametrize(
    ("plant", "wrong"),
    [
        (without_a_transpose, {"w1_12", "w1_21", "w2_12", "w2_21"}),
        (only_the_first_path, {"w1_11"}),
        (with_the_sign_turned, {"b1_2"}),
    ],
)
def test_a_wrong_matrix_form_is_caught(monkeypatch, plant, wrong):
    right = models.matrix_gradients
    monkeypatch.setattr(
        models,
        "matrix_gradients",
        lambda *args, **kw: plant(right(*args, **kw)),
    )
    proofs = symbolic.prove_matrix_form((2, 2, 2))
    assert {p.parameter for p in proofs if not p.equal} == wrong


def test_a_matrix_form_without_the_slopes_is_caught(monkeypatch):
    monkeypatch.setattr(
        sp.Matrix, "multiply_elementwise", lambda self, other: self
    )
    proofs = symbolic.prove_matrix_form((2, 2, 2))
    assert not any(proof.equal for proof in proofs)


def test_all_three_forms_must_be_equal():
    proof = symbolic.prove_matrix_form((1, 1))[0]
    assert proof.equal
    for form in ("scalar", "staged", "matrix"):
        planted = replace(proof, **{form: 2 * proof.scalar})
        assert not planted.equal
