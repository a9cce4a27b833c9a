"""The kernel of the playground against numpy: every part, and whole runs."""

import itertools
import json
import random
import re

import house
import numpy as np
import pytest
import sympy as sp
from backprop.numerics import activations, data, losses, network
from backprop.symbolic import catalogue, emit
from backprop.symbolic.catalogue import z
from backprop.widgets import TrainingPlayground
from backprop.widgets.mulberry import Mulberry
from javascript import Script
from sympy.codegen.cfunctions import expm1

SOURCES = house.ROOT / "code/backprop/widgets/frontend/src"
MODULES = ["formulas", "lib/matrix", "lib/batch_network"]
MODULES += ["lib/random", "lib/training"]
IMPORT = re.compile(r"^import .*?;\n|^export (?!const )", re.M | re.S)
NAMES = [*catalogue.ACTIVATIONS]
every_activation = pytest.mark.parametrize("name", NAMES)

# One pass differs by rounding; a hundred updates multiply that, and 1e-10 is
# what the book promises.
ONE, HUNDRED = 1e-12, 1e-10

CALLS = """
const matrix = (rows, room = rows.length) => {
  const made = new Matrix(room, rows[0].length);
  rows.flat().forEach((value, i) => { made.data[i] = value; });
  made.rows = rows.length;
  return made;
};
const back = ({ rows, cols, data }) => Array.from({ length: rows },
  (_, i) => [...data.subarray(i * cols, (i + 1) * cols)]);

function kernel(A, W, b, D, room) {
  const [a, w, d] = [matrix(A, room), matrix(W), matrix(D, room)];
  const units = W.length;
  const Z = new Matrix(room, units);
  const out = new Matrix(room, w.cols);
  const dW = new Matrix(units, w.cols);
  const db = new Float64Array(units);
  for (let twice = 0; twice < 2; twice += 1) {
    affine(a, w, Float64Array.from(b), Z);
    times(d, w, out);
    transposedTimes(d, a, dW);
    columnSums(d, db);
  }
  return { Z: back(Z), D_W: back(out), dW: back(dW), db: [...db],
    norm: norm(dW.data) };
}

function pass(name, layers, X, Y, room) {
  const sizes = [X[0].length, ...layers.map(({ b }) => b.length)];
  const passes = { forward: forwards[name], backward: backwards[name] };
  const net = new Network(sizes, passes, room);
  net.layers.forEach((layer, l) => {
    layer.W.data.set(layers[l].W.flat());
    layer.b.set(layers[l].b);
  });
  net.forward(matrix(X, room));
  const loss = net.backward(matrix(Y, room));
  const P = [...net.probabilities(new Float64Array(X.length))];
  const gradients = net.layers.map(
    ({ dL_dW, dL_db }) => ({ W: back(dL_dW), b: [...dL_db] }));
  const moved = net.update(0.5);
  const rows = net.layers.map(({ W, b }) => ({ W: back(W), b: [...b] }));
  return { loss, P, gradients, moved, rows, norms: net.gradientNorms() };
}

function through(name, Z, dL_dA) {
  const [A, dL_dZ] = [0, 0].map(() => new Float64Array(Z.length));
  forwards[name](Z, A, Z.length);
  backwards[name](Z, dL_dA, dL_dZ, Z.length);
  return { A: [...A], dL_dZ: [...dL_dZ] };
}

function train({ points, hidden, activation, eta, batch_size, seed, custom },
    updates) {
  const passes = custom?.name === activation
    ? { forward: eval(`(${custom.forward})`),
        backward: eval(`(${custom.backward})`) }
    : { forward: forwards[activation], backward: backwards[activation] };
  const run = new Training(
    { points, hidden, passes, eta, batchSize: batch_size, seed });
  while (run.count < updates && run.update());
  return { layers: run.layers, history: run.history, count: run.count,
    diverged: run.diverged, measure: run.measure() };
}

function draw(seed, count, m) {
  const random = generator(seed);
  const numbers = Array.from({ length: count }, random);
  const order = new Int32Array(m);
  shuffle(order, random);
  return { numbers, order: [...order], next: random() };
}
"""


@pytest.fixture(scope="module")
def script():
    """The modules of the front end as one script."""
    texts = [(SOURCES / f"{name}.js").read_text() for name in MODULES]
    return Script("\n".join(IMPORT.sub("", text) for text in texts) + CALLS)


def call(script, function, *arguments):
    """Call a function of the script with plain data."""
    text = ", ".join(json.dumps(one) for one in arguments)
    found = script.engine.eval(f"JSON.stringify({function}({text}))")
    return json.loads(found)


def close(found, expected, tolerance=ONE):
    """Equal shapes, and equal numbers to this share of 1 or of the larger."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    assert found.shape == expected.shape
    scale = np.maximum(1.0, np.abs(expected))
    return bool(np.all(np.abs(found - expected) <= tolerance * scale))


@pytest.mark.parametrize("seed", range(30))
def test_the_matrix_kernel_equals_numpy(seed, script):
    rng = np.random.default_rng(seed)
    rows, width, units = rng.integers(1, 9, 3)
    A, W = rng.normal(size=(rows, width)), rng.normal(size=(units, width))
    b, D = rng.normal(size=units), rng.normal(size=(rows, units))
    lists = [array.tolist() for array in (A, W, b, D)]
    found = call(script, "kernel", *lists, int(rows) + seed % 3)
    assert close(found["Z"], A @ W.T + b)
    assert close(found["D_W"], D @ W)
    assert close(found["dW"], D.T @ A)
    assert close(found["db"], D.sum(axis=0))
    assert close(found["norm"], np.linalg.norm(D.T @ A))


def random_network(rng, name):
    """A network with two outputs, a batch and its classes."""
    sizes = [*rng.integers(1, 9, rng.integers(1, 5)).tolist(), 2]
    last = len(sizes) - 2
    layers = tuple(
        network.Layer(
            rng.normal(size=(n, m)),
            rng.normal(size=n),
            "identity" if l == last else name,
        )
        for l, (m, n) in enumerate(itertools.pairwise(sizes))
    )
    X = rng.normal(size=(rng.integers(1, 12), sizes[0]))
    return layers, X, data.one_hot(rng.integers(0, 2, len(X)), 2)


@pytest.mark.parametrize("seed", range(12))
@every_activation
def test_a_pass_equals_numpy(name, seed, script):
    rng = np.random.default_rng(seed)
    layers, X, Y = random_network(rng, name)
    rows = [{"W": k.W.tolist(), "b": k.b.tolist()} for k in layers]
    found = call(
        script, "pass", name, rows, X.tolist(), Y.tolist(), len(X) + seed % 2
    )
    cache = network.forward(layers, X)
    gradients = network.backward(layers, cache, Y, "softmax_cross_entropy")
    loss = losses.softmax_cross_entropy(cache.output, Y)
    assert close(found["loss"], loss)
    assert close(found["P"], losses.softmax(cache.output)[:, 1])
    moved = network.update(layers, gradients, 0.5)
    assert found["moved"] is True
    for l, (layer, slopes) in enumerate(
        zip(found["rows"], found["gradients"], strict=True), start=1
    ):
        assert close(slopes["W"], gradients.dL_dW[l])
        assert close(slopes["b"], gradients.dL_db[l])
        norm = np.linalg.norm(gradients.dL_dW[l])
        assert close(found["norms"][l - 1], norm)
        assert close(layer["W"], moved[l - 1].W)
        assert close(layer["b"], moved[l - 1].b)


EXTREMES = [0.0, 1e-300, 1e-8, 0.5, 1, 20, 36, 38, 300, 710, 746, 1e4, 1e9]
EXTREMES += [-value for value in EXTREMES]


@every_activation
def test_the_emitted_passes_equal_numpy_anywhere(name, script):
    rng = np.random.default_rng(4)
    Z = np.array([*EXTREMES, *rng.uniform(-50, 50, 500)])
    dL_dA = rng.normal(size=len(Z))
    found = call(script, "through", name, Z.tolist(), dL_dA.tolist())
    f = activations.get(name)
    assert close(found["A"], f(Z))
    assert close(found["dL_dZ"], dL_dA * f.prime(Z))


def test_softmax_and_its_loss_equal_numpy_anywhere(script):
    rng = np.random.default_rng(5)
    Z = np.array([*itertools.product(EXTREMES, EXTREMES)])
    Z = np.vstack([Z, rng.normal(0, 20, (500, 2))])
    Y = data.one_hot(rng.integers(0, 2, len(Z)), 2)
    run = """(function(Z, Y, m) {
      const [P, L, D] = [1, 1, 2].map((n) => new Float64Array(n * m));
      classes.softmax(Z.flat(), P, m);
      classes.softmax_cross_entropy(Z.flat(), Y.flat(), L, D, m);
      return { P: [...P], L: [...L], D: [...D] };
    })"""
    found = call(script, run, Z.tolist(), Y.tolist(), len(Z))
    assert close(found["P"], losses.softmax(Z)[:, 1])
    assert close(np.mean(found["L"]), losses.softmax_cross_entropy(Z, Y))
    expected = losses.softmax_cross_entropy_gradient(Z, Y)
    assert close(np.reshape(found["D"], (-1, 2)), expected)


def unfolded(lines, name):
    """A line with every line before it written out."""
    known = {}
    for symbol, expression in lines.items():
        known[sp.Symbol(symbol)] = sp.sympify(expression).subs(known)
    return known[sp.Symbol(name)]


def vanishes(expression, signs):
    """SymPy proves that an expression is 0 where symbols have these signs."""
    real = {s: sp.Symbol(s.name, real=True) for s in expression.free_symbols}
    expression = expression.subs(real).subs(signs)
    return sp.simplify(expression.rewrite(sp.exp)) == 0


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
@pytest.mark.parametrize("sign", [1, -1])
def test_sympy_proves_the_quick_passes(name, sign):
    f = catalogue.ACTIVATIONS[name]
    value = unfolded(emit.value_lines(name), "a").replace(
        expm1, lambda argument: sp.exp(argument) - 1
    )
    slope = unfolded(emit.slope_lines(name), "da_dz")
    side = {sp.Symbol("z", real=True): sign * sp.Symbol("s", positive=True)}
    assert vanishes(value - f, side)
    assert vanishes(slope - f.diff(z), side)
    assert not vanishes(slope - f, side)


@pytest.mark.parametrize("sign", [1, -1])
def test_sympy_proves_the_softmax_and_its_gradient(sign):
    z_1, z_2 = sp.symbols("z_1 z_2", real=True)
    y_1, y_2, m = sp.symbols("y_1 y_2 m", real=True)
    size = sp.Symbol("size", positive=True)
    half_plane = {z_2: z_1 + sign * size, y_2: 1 - y_1}
    total = sp.exp(z_1) + sp.exp(z_2)
    shares = sp.exp(z_1) / total, sp.exp(z_2) / total
    loss = -y_1 * sp.log(shares[0]) - y_2 * sp.log(shares[1])
    plain = {
        "p_1": shares[0],
        "p_2": shares[1],
        "dL_dz_1": loss.diff(z_1) / m,
        "dL_dz_2": loss.diff(z_2) / m,
    }
    lines = emit.softmax_lines()
    for name, expected in plain.items():
        assert vanishes(unfolded(lines, name) - expected, half_plane), name
    # the losses have equal derivatives; here they have an equal value
    both = unfolded(lines, "L"), loss
    point = {"z_1": 0.3, "z_2": 0.3 + sign * 2, "y_1": 0.25, "y_2": 0.75}
    values = [
        float(one.subs({s: point[s.name] for s in one.free_symbols}))
        for one in both
    ]
    assert abs(values[0] - values[1]) < ONE


@pytest.mark.parametrize("seed", [0, 1, 7, 2**31, 2**32 - 1])
def test_the_random_numbers_are_the_same_bit_for_bit(seed, script):
    rng = Mulberry(seed)
    for m in (1, 2, 7, 200):
        found = call(script, "draw", seed, 100, m)
        rng = Mulberry(seed)
        assert found["numbers"] == [rng.random() for _ in range(100)]
        assert found["order"] == rng.permutation(m).tolist()
        assert found["next"] == rng.random()
        assert sorted(found["order"]) == [*range(m)]


def test_the_random_numbers_are_even():
    rng = Mulberry(3)
    numbers = np.array([rng.random() for _ in range(20_000)])
    counts, _ = np.histogram(numbers, bins=20, range=(0, 1))
    assert counts.sum() == 20_000
    # 1,000 are expected, with a deviation of 31: five deviations are 155
    assert np.abs(counts - 1000).max() < 155
    first = [Mulberry(seed).permutation(4)[0] for seed in range(4000)]
    assert np.abs(np.bincount(first) - 1000).max() < 140


def settings_of(playground):
    """What the view makes a run from."""
    names = ["hidden", "eta", "batch_size", "seed", "custom"]
    points = playground.sets[playground.data]
    named = playground.page_state()["activation"]
    found = {name: getattr(playground, name) for name in names}
    return found | {"points": points, "activation": named}


def assert_same_run(script, playground, updates, tolerance=HUNDRED):
    """JavaScript and numpy make the same run."""
    found = call(script, "train", settings_of(playground), updates)
    expected = playground.run(updates)
    assert found["diverged"] == expected["diverged"]
    for one, other in zip(found["layers"], expected["layers"], strict=True):
        assert close(one["W"], other["W"], tolerance)
        assert close(one["b"], other["b"], tolerance)
    assert close(found["history"], expected["history"], tolerance)
    return found


def random_playground(seed):
    """Any data, sizes, activation, batch size; an eta that settles."""
    rng = random.Random(seed)
    return TrainingPlayground(
        data=rng.choice(["xor", "moons", "spirals"]),
        hidden=[rng.randint(1, 8) for _ in range(rng.randint(0, 3))],
        activation=NAMES[seed % len(NAMES)],
        eta=10 ** rng.uniform(-3, -0.5),
        batch_size=rng.choice([1, 3, 10, 64, 199, 200]),
        seed=rng.randrange(2**32),
    )


@pytest.mark.parametrize("seed", range(24))
def test_a_hundred_updates_equal_numpy(seed, script):
    playground = random_playground(seed)
    found = assert_same_run(script, playground, 100)
    assert found["count"] == 100
    assert len(found["history"]) == 83
    assert found["layers"] != playground.run(99)["layers"]


def test_the_first_weights_are_the_same_bit_for_bit(script):
    for seed in range(20):
        playground = random_playground(seed)
        found = call(script, "train", settings_of(playground), 0)
        assert found["layers"] == playground.run(0)["layers"]


def test_the_losses_are_kept_more_and_more_seldom(script):
    playground = TrainingPlayground(hidden=[2], data="xor")
    found = assert_same_run(script, playground, 1030, tolerance=1e-8)
    counts = [row[0] for row in found["history"]]
    assert counts[:65] == [*range(65)]
    assert counts[-3:] == [992, 1008, 1024]


@pytest.mark.parametrize("eta", [1e3, 1e6, 1e12])
@pytest.mark.parametrize("name", ["relu", "identity", "softplus"])
def test_both_diverge_at_the_same_update(name, eta, script):
    playground = TrainingPlayground(activation=name, eta=eta)
    assert_same_run(script, playground, 50, tolerance=1e-6)


def test_a_run_that_diverges_keeps_its_last_weights(script):
    playground = TrainingPlayground(activation="relu", eta=1e12)
    found = assert_same_run(script, playground, 50)
    assert found["diverged"] == found["count"] + 1
    numbers = str(found["layers"])
    assert "null" not in json.dumps(found["layers"])
    assert "nan" not in numbers.lower()


def test_an_activation_of_the_reader_trains_alike(script):
    swish = z / (1 + sp.exp(-z))
    playground = TrainingPlayground(activation=swish, data="moons")
    assert_same_run(script, playground, 100)
    for expression in (sp.log(z), 1 / z, z**3):
        playground = TrainingPlayground(activation=expression, eta=0.01)
        found = call(script, "train", settings_of(playground), 20)
        assert found["diverged"] == playground.run(20)["diverged"]


def test_the_measure_is_that_of_numpy(script):
    playground = TrainingPlayground(data="moons", hidden=[5, 3], eta=0.2)
    found = call(script, "train", settings_of(playground), 60)["measure"]
    training, held_out = playground.examples()
    layers = tuple(
        network.Layer(row["W"], row["b"], name)
        for row, name in zip(
            playground.run(60)["layers"],
            ["tanh", "tanh", "identity"],
            strict=True,
        )
    )
    loss, gradients = network.objective(
        training.X, training.Y, "softmax_cross_entropy"
    )(layers)
    assert close(found["training"], loss, HUNDRED)
    norms = [*network.gradient_norms(gradients).values()]
    assert close(found["norms"], norms, HUNDRED)
    for some, name in ((training, "right"), (held_out, "heldOutRight")):
        share = network.accuracy(layers, some.X, some.labels)
        assert found[name] == round(share * len(some))
    loss = network.loss(
        layers, held_out.X, held_out.Y, "softmax_cross_entropy"
    )
    assert close(found["heldOut"], loss, HUNDRED)
