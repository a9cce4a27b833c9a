"""Emitted networks: current, equal to numpy, and to SymPy's own paths."""

import json
import math
import re

import house
import numpy as np
import pytest
from backprop.numerics import activations, network
from backprop.symbolic import catalogue, cost, emit, emit_network, models
from backprop.symbolic.catalogue import AnyActivation, z
from backprop.widgets.network_stepper import steps as network_steps
from budget import budget
from javascript import running

SOURCES = house.ROOT / "code/backprop/widgets/generated"
ARCHITECTURES = emit_network.ARCHITECTURES
LOSS = "half_squared_error"
NAMES = [*catalogue.ACTIVATIONS]

# Both sides round every operation by 2**-53; what that may add up to is
# `uncertainty` times a few hundred such units, less than 1e-12.
TOLERANCE = 1e-12

# A network and a list of points: [activation, W, b, x, y, eta, biases].
CALL = """
(run, points) => JSON.stringify(points.map(
  ([name, ...point]) => run(activations[name], ...point)))"""

every_architecture = pytest.mark.parametrize(
    "sizes", ARCHITECTURES, ids=emit_network.title
)


@pytest.fixture(scope="module")
def script():
    text = emit.module() + network_steps.generated()
    with running(text.replace("export function", "function")) as script:
        yield script


def call(script, sizes, points):
    """Run an emitted network on points; a dict of numbers for each."""
    run = f"networks[{emit_network.title(sizes)!r}].compute"
    text = json.dumps(points, allow_nan=False)
    return json.loads(script.engine.eval(f"({CALL})({run}, {text})"))


def test_the_networks_are_a_fresh_emission():
    written = (SOURCES / "networks.js").read_text(encoding="utf-8")
    assert written == network_steps.generated()


def any_number(rng, largest):
    """0, an extreme, of the order of 1, or of any order."""
    kind = rng.integers(4)
    if kind == 0:
        return float(rng.choice([0.0, largest, -largest, 1.0, -1.0]))
    if kind == 1:
        return float(rng.normal(0, 2))
    sign = rng.choice([-1, 1])
    return float(sign * 10 ** rng.uniform(-12, math.log10(largest)))


def ordinary_number(rng, largest):
    """A number of the sliders."""
    return float(rng.uniform(-5, 5))


def point_of(sizes, rng, number):
    """An activation, parameters, an example, a rate, biases or not."""
    pairs = list(zip(sizes, sizes[1:], strict=False))
    wide = number is any_number
    return [
        str(rng.choice(NAMES)),
        [
            [[number(rng, 1e6) for _ in range(m)] for _ in range(n)]
            for m, n in pairs
        ],
        [[number(rng, 1e6) for _ in range(n)] for _, n in pairs],
        [number(rng, 1e3) for _ in range(sizes[0])],
        [number(rng, 1e3) for _ in range(sizes[-1])],
        float(10 ** (rng.uniform(-12, 12) if wide else rng.uniform(-3, 2))),
        int(rng.integers(2)),
    ]


def by_numpy(point):
    """The same by ``backprop.numerics``, and how uncertain each number is.

    The second dict has, for each number, how much larger than one rounding
    the error in it can be: the rule of error propagation to first order,
    with 1 as the largest slope of any of the activations and as the largest
    change of a slope.
    """
    name, W, b, x, y, eta, biases = point
    layers = tuple(
        network.Layer(w, c, name) for w, c in zip(W, b, strict=True)
    )
    cache = network.forward(layers, [x])
    back = network.backward(layers, cache, np.array([y]), LOSS)
    found, unsure = {}, {}
    A, S = [np.array(x)], [np.abs(x)]
    slopes, T = {}, {}
    for l, layer in enumerate(layers, start=1):
        f = layer.activation
        Z = cache.Z[l][0]
        R = np.abs(layer.W) @ (S[-1] + np.abs(A[-1])) + np.abs(layer.b)
        slopes[l] = f.prime(cache.Z[l])[0]
        smooth = name in ("sigmoid", "tanh", "softplus")
        T[l] = (R if smooth else 0 * R) + np.abs(slopes[l])
        A.append(cache.A[l][0])
        S.append(R + np.abs(A[-1]))
        put(found, unsure, f"z{l}_", Z, R)
        put(found, unsure, f"a{l}_", A[-1], S[-1])
        for j, pair in enumerate(zip(slopes[l], T[l], strict=True), 1):
            found[f"da{l}_{j}_dz{l}_{j}"], unsure[f"da{l}_{j}_dz{l}_{j}"] = (
                pair
            )
    error = A[-1] - y
    D, U = error, S[-1] + np.abs(y)
    found["L"] = network.loss(layers, [x], [y], LOSS)
    unsure["L"] = np.sum(np.abs(error) * U + error**2)
    for l in range(len(layers), 0, -1):
        put(found, unsure, f"dL_da{l}_", D, U)
        V = np.abs(slopes[l]) * U + np.abs(D) * T[l]
        delta = back.dL_dZ[l][0]
        put(found, unsure, f"dL_dz{l}_", delta, V)
        put(found, unsure, f"dL_db{l}_", back.dL_db[l], V)
        G = np.outer(V, np.abs(A[l - 1])) + np.outer(np.abs(delta), S[l - 1])
        put(found, unsure, f"dL_dw{l}_", back.dL_dW[l], G)
        D, U = delta @ layers[l - 1].W, (V + abs(delta)) @ abs(layers[l - 1].W)
    add_update(found, unsure, network.update(layers, back, eta), point)
    return found, unsure


def add_update(found, unsure, moved, point):
    """The new parameters and the promised change."""
    _, W, b, _, _, eta, biases = point
    squares = error = 0.0
    for l, layer in enumerate(moved, start=1):
        put(found, unsure, f"w{l}_", layer.W, abs(np.array(W[l - 1])), "_new")
        new_b = layer.b if biases else np.array(b[l - 1])
        put(found, unsure, f"b{l}_", new_b, abs(np.array(b[l - 1])), "_new")
    for name in [name for name in found if name.endswith("_new")]:
        gradient = f"dL_d{name[:-4]}"
        if name[0] == "b" and not biases:
            continue
        unsure[name] += eta * (unsure[gradient] + abs(found[gradient]))
        squares += found[gradient] ** 2
        error += abs(found[gradient]) * unsure[gradient]
    found |= {"norm2": squares, "predicted": -eta * squares}
    size = 2 * error + squares
    unsure |= {"norm2": size, "predicted": eta * size}


def put(found, unsure, start, array, error, end=""):
    """Enter an array under the names of the derivation."""
    for index, value in np.ndenumerate(array):
        name = start + "".join(str(i + 1) for i in index) + end
        found[name], unsure[name] = value, error[index]


def kinked(point, found, unsure):
    """Whether a z is so near 0 that rounding decides its side."""
    return point[0] in ("relu", "leaky_relu") and any(
        unsure[name] > 0 and abs(found[name]) <= TOLERANCE * unsure[name]
        for name in found
        if re.match(r"z\d", name)
    )


def compare(script, sizes, seed, number, count):
    """Hold a network against numpy; return the largest plain gap."""
    rng = np.random.default_rng(seed)
    points = [point_of(sizes, rng, number) for _ in range(count)]
    plain = 0.0
    skipped = 0
    for point, found in zip(points, call(script, sizes, points), strict=True):
        expected, unsure = by_numpy(point)
        if kinked(point, expected, unsure):
            skipped += 1
            continue
        given = {*emit_network.parameters(sizes), "eta"}
        given |= {name for name in found if name[:2] in ("x_", "y_")}
        assert set(found) == {*expected, *given}
        for name, value in expected.items():
            gap = abs(found[name] - value)
            assert gap <= TOLERANCE * unsure[name], (name, point)
            plain = max(plain, gap / max(1.0, abs(value)))
    assert skipped < count / 10
    return plain


@every_architecture
def test_javascript_equals_numpy_everywhere(sizes, script):
    compare(script, sizes, 1, any_number, budget(500, 2000))


@every_architecture
def test_javascript_equals_numpy_to_twelve_digits(sizes, script):
    plain = compare(script, sizes, 2, ordinary_number, budget(500, 1500))
    assert plain <= TOLERANCE


def uses_paths(uses, name):
    """Every path as the view follows it: symbols and factors' names."""
    if name == "L":
        return [(("L",), ())]
    return [
        ((name, *symbols), (factor, *factors))
        for user, factor in uses[name].items()
        for symbols, factors in uses_paths(uses, user)
    ]


@every_architecture
def test_the_paths_are_sympys(sizes):
    chain = models.network(sizes, AnyActivation(z), LOSS)
    uses = emit_network.uses(sizes)
    for name in emit_network.parameters(sizes):
        expected = [
            tuple(map(str, reversed(path.symbols)))
            for path in chain[f"dL_d{name}"].paths
        ]
        found = [symbols for symbols, _ in uses_paths(uses, name)]
        assert sorted(found) == sorted(expected)
        assert len(found) == math.prod(sizes[int(name[1]) + 1 :])


@every_architecture
def test_the_factors_are_sympys_numbers(sizes, script):
    rng = np.random.default_rng(3)
    point = ["tanh", *point_of(sizes, rng, ordinary_number)[1:]]
    (found,) = call(script, sizes, [point])
    chain = models.network(sizes, "tanh", LOSS)
    given = {str(s): found[str(s)] for s in chain.inputs}
    values = given | chain.numpy_function()(**given)
    uses = emit_network.uses(sizes)
    for name in emit_network.parameters(sizes):
        total = 0.0
        paths = {
            tuple(map(str, reversed(path.symbols))): path.factors
            for path in chain[f"dL_d{name}"].paths
        }
        for symbols, factors in uses_paths(uses, name):
            numbers = [1.0 if f == "1" else found[f] for f in factors]
            expected = [
                float(factor.subs(numbers_of(factor, values)))
                for factor in reversed(paths[symbols])
            ]
            assert numbers == pytest.approx(expected, rel=1e-9, abs=1e-12)
            total += math.prod(numbers)
        assert total == pytest.approx(found[f"dL_d{name}"], rel=1e-12)


def numbers_of(expression, values):
    """The numbers for the symbols of an expression."""
    return {s: values[s.name] for s in expression.free_symbols}


@every_architecture
def test_the_rules_give_the_numbers(sizes, script):
    rng = np.random.default_rng(4)
    point = ["softplus", *point_of(sizes, rng, ordinary_number)[1:]]
    (found,) = call(script, sizes, [point])
    f = activations.get("softplus")
    names = {**found, "f": f, "fprime": f.prime}
    rules = emit_network.rules(sizes)
    wanted = [n for step in emit_network.steps(sizes).values() for n in step]
    assert {*rules} == {n for n in wanted if not n.endswith("_new")}
    for name, rule in rules.items():
        value = eval(as_python(rule), {}, names)
        assert float(value) == pytest.approx(found[name], rel=1e-12), rule
    for name in emit_network.parameters(sizes):
        if name[0] == "b" and not point[-1]:
            continue
        rule = emit_network.UPDATE_RULE.replace("@", name)
        value = eval(as_python(rule), {}, names)
        assert value == pytest.approx(found[f"{name}_new"], rel=1e-12)


def as_python(rule):
    """A rule for readers as an expression of Python."""
    table = {"½": "0.5", "·": "*", "−": "-", "²": "**2", "f′": "fprime"}
    for old, new in table.items():
        rule = rule.replace(old, new)
    return rule


@pytest.mark.parametrize(
    "sizes",
    [(1, 1), (2, 2), (3, 3), (1, 1, 1), (2, 2, 2), (3, 3, 3), (2,) * 4],
    ids=emit_network.title,
)
def test_the_counter_counts_sympys_multiplications(sizes, script):
    depth, width = len(sizes) - 1, sizes[0]
    (found,) = script.rows("counts", [[depth, width]])
    separate, reuse = cost.multiplications(sizes)
    assert (found["separate"], found["reuse"]) == (separate, reuse)
    assert cost.count_multiplications(depth, width) == (separate, reuse)
    chain = models.network(sizes, AnyActivation(z), LOSS)
    assert found["paths"] == len(chain["dL_dw1_11"].paths)


def test_the_counter_is_right_for_every_choice(script):
    points = [[d, w] for d in range(1, 21) for w in range(1, 101)]
    rows = script.rows("counts", points)
    for (d, w), found in zip(points, rows, strict=True):
        separate = sum(w ** (k + 2) * 2 * (k + 1) for k in range(d))
        assert found["separate"] == pytest.approx(separate, rel=1e-13)
        if separate < 1e6:  # shown in full
            assert found["separate"] == separate
        assert found["reuse"] == w * d + w**2 * (2 * d - 1)
        assert found["paths"] == pytest.approx(w ** (d - 1), rel=1e-13)


@pytest.mark.parametrize("bad", [0, -1, 2.0, "2", None])
def test_a_bad_count_is_refused(bad):
    with pytest.raises(ValueError, match="layers: found"):
        cost.count_multiplications(bad, 2)
    with pytest.raises(ValueError, match="units: found"):
        cost.count_multiplications(2, bad)


@every_architecture
def test_the_steps_are_complete(sizes):
    depth, steps = len(sizes) - 1, emit_network.steps(sizes)
    assert len(steps) == 4 * depth + 3
    parameters = emit_network.parameters(sizes)
    pairs = zip(sizes, sizes[1:], strict=False)
    assert len(parameters) == sum(n * (m + 1) for m, n in pairs)
    gradients = [name for step in steps.values() for name in step]
    assert {f"dL_d{name}" for name in parameters} <= {*gradients}
    assert steps["update"] == [f"{name}_new" for name in parameters]
    for step in steps:
        assert "@" not in network_steps.words(step, depth)


def test_an_activation_of_the_reader_enters(script):
    own = emit.activation_function("own", z**3 - z)
    script.engine.eval(f"activations.own = {own}")
    point = ["own", [[[0.5]], [[-2.0]]], [[0.1], [0.2]], [0.7], [1.0], 0.1, 1]
    (found,) = call(script, (1, 1, 1), [point])
    chain = models.network((1, 1, 1), z**3 - z, LOSS)
    exact = chain.evaluate({str(s): found[str(s)] for s in chain.inputs})
    for name, value in exact.items():
        if name in found:
            assert found[name] == pytest.approx(float(value), rel=1e-12)
