"""A batch of examples: SymPy's entries against numpy and against itself."""

import re

import numpy as np
import pytest
import sympy as sp
from backprop import symbolic
from backprop.numerics import network
from backprop.symbolic import models

ROUNDING = 1e-13
"""Relative and absolute: a few dozen roundings of numbers of order 1."""

HALF, BCE = "half_squared_error", "binary_cross_entropy"
PAIRS = [("tanh", HALF), ("identity", BCE)]
CASES = [((2, 2, 2), 2), ((2, 3, 1), 3), ((1, 1), 4), ((3, 2), 2)]


def values_of(derivation, seed):
    """Seeded values for every input; targets are between 0 and 1."""
    rng = np.random.default_rng(seed)
    return {
        symbol.name: float(
            rng.uniform() if symbol.name[0] == "y" else rng.normal()
        )
        for symbol in derivation.inputs
    }


def matrix(values, letter, rows, columns):
    """Entries ``letter_ij`` as an array."""
    return np.array(
        [
            [values[f"{letter}_{i}{j}"] for j in range(1, columns + 1)]
            for i in range(1, rows + 1)
        ]
    )


def numpy_pass(values, sizes, m, activation, loss):
    """The loss, the cache and the gradients of `numerics`."""
    layers = tuple(
        network.Layer(
            matrix(values, f"w{l}", sizes[l], sizes[l - 1]),
            [values[f"b{l}_{j}"] for j in range(1, sizes[l] + 1)],
            activation,
        )
        for l in range(1, len(sizes))
    )
    X = matrix(values, "x", m, sizes[0])
    Y = matrix(values, "y", m, sizes[-1])
    cache = network.forward(layers, X)
    back = network.backward(layers, cache, Y, loss)
    return network.loss(layers, X, Y, loss), cache, back


def agree(found, expected):
    assert float(found) == pytest.approx(
        float(expected), rel=ROUNDING, abs=ROUNDING
    )


@pytest.mark.parametrize(("activation", "loss"), PAIRS)
@pytest.mark.parametrize(("sizes", "m"), CASES)
def test_every_entry_against_numerics(sizes, m, activation, loss):
    derivation = symbolic.network(sizes, activation, loss, m)
    function = derivation.numpy_function()
    entries = symbolic.matrix_gradients(sizes, activation, loss, m)
    inputs = derivation.inputs
    derived = sp.lambdify(inputs, [*entries.values()], cse=True)
    for seed in range(2):
        values = values_of(derivation, seed)
        found = function(**values)
        numbers = derived(*(values[symbol.name] for symbol in inputs))
        entry = dict(zip(entries, numbers, strict=True))
        value, cache, back = numpy_pass(values, sizes, m, activation, loss)
        agree(found["L"], value)
        for l in range(1, len(sizes)):
            for (i, j), z in np.ndenumerate(cache.Z[l]):
                agree(found[f"z{l}_{i + 1}{j + 1}"], z)
                slope = back.dL_dZ[l][i, j]
                agree(found[f"dL_dz{l}_{i + 1}{j + 1}"], slope)
            for (j, k), slope in np.ndenumerate(back.dL_dW[l]):
                name = f"w{l}_{j + 1}{k + 1}"
                agree(found[f"dL_d{name}"], slope)
                agree(entry[name], slope)
            for j, slope in enumerate(back.dL_db[l], start=1):
                agree(found[f"dL_db{l}_{j}"], slope)
                agree(entry[f"b{l}_{j}"], slope)
        for (i, k), slope in np.ndenumerate(back.dL_dX):
            agree(found[f"dL_dx_{i + 1}{k + 1}"], slope)


@pytest.mark.parametrize("loss", symbolic.LOSSES)
@pytest.mark.parametrize(("sizes", "m"), CASES)
def test_the_matrix_form_is_proved_for_a_batch(sizes, m, loss):
    proofs = symbolic.prove_matrix_form(sizes, loss, m)
    count = sum((n + 1) * k for n, k in zip(sizes, sizes[1:], strict=False))
    assert len({proof.parameter for proof in proofs}) == count
    assert all(proof.equal for proof in proofs)
    for proof in proofs:
        used = {symbol.name for symbol in proof.matrix.free_symbols}
        targets = {name for name in used if name.startswith("y_")}
        assert {name[2] for name in targets} == {*map(str, range(1, m + 1))}


def test_a_bias_gradient_of_one_row_is_caught(monkeypatch):
    # ones(1, m) sums the rows; the first unit vector takes only the first
    ones = sp.ones
    monkeypatch.setattr(
        models.sp,
        "ones",
        lambda rows, m: ones(rows, m) if m == 1 else sp.eye(rows, m),
    )
    proofs = symbolic.prove_matrix_form((1, 2), m=2)
    wrong = {p.parameter for p in proofs if not p.equal}
    assert wrong == {"b1_1", "b1_2"}


def test_a_mean_that_is_forgotten_is_caught(monkeypatch):
    right = models.matrix_gradients

    def forgotten(*args, m, **options):
        entries = right(*args, m=m, **options)
        return {name: m * entry for name, entry in entries.items()}

    monkeypatch.setattr(models, "matrix_gradients", forgotten)
    proofs = symbolic.prove_matrix_form((2, 1), m=2)
    assert not any(proof.equal for proof in proofs)
    assert all(p.equal for p in symbolic.prove_matrix_form((2, 1), m=1))


@pytest.mark.parametrize("m", [0, 10, -1, 1.0, "2"])
@pytest.mark.parametrize("call", ["network", "matrix_gradients"])
def test_a_number_of_examples_that_is_none(call, m):
    message = f"m: found {m!r}, expected a whole number from 1 to 9"
    with pytest.raises(ValueError, match=re.escape(message)):
        getattr(symbolic, call)((2, 1), m=m)
