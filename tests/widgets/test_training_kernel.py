"""The kernel of the playground against numpy: every part, and whole runs."""

import itertools
import json
import random
import re
from functools import cache

import house
import numpy as np
import pytest
import random_networks
import sympy as sp
from backprop.numerics import activations, data, losses, network, optimisers
from backprop.symbolic import catalogue, emit
from backprop.symbolic.catalogue import z
from backprop.widgets import TrainingPlayground
from backprop.widgets.core import schema
from backprop.widgets.training_playground.mulberry import Mulberry
from javascript import running
from random_networks import SOFTMAX
from sympy.codegen.cfunctions import expm1
from widget_numbers import layers_of

SOURCES = house.ROOT / "code/backprop/widgets"
MODULES = ["generated/formulas", "generated/own", "core/expression"]
MODULES += [
    f"training_playground/{name}"
    for name in ("matrix", "rules", "batch_network", "random", "compute")
]
OF_PLAYGROUND = schema.of(TrainingPlayground)
IMPORT = re.compile(r"^import .*?;\n|^export (?!const )", re.M | re.S)
NAMES = [*catalogue.ACTIVATIONS]
every_activation = pytest.mark.parametrize("name", NAMES)

# One pass differs by rounding; a hundred updates multiply that, and 1e-10 is
# what the book promises.
ONE, HUNDRED = 1e-12, 1e-10

COUNT, LARGEST = 1200, 64
"""Random networks, 200 of each activation, and examples of a batch."""

VISIBLE = 1e-5
"""A gradient shorter than this share of the loss, or of 1, is measured
against this share: p - y has the rounding of numbers of order 1."""

FEW = 0.01
"""Share of the gradients that may be so short: they hide nothing."""

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
    updates, beta) {
  const passes = custom?.name === activation
    ? own(custom.tree)
    : { forward: forwards[activation], backward: backwards[activation] };
  const rule = beta === undefined ? undefined : momentum(beta);
  const run = new Training(
    { points, hidden, passes, eta, batchSize: batch_size, seed, rule });
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
    texts.insert(0, f"const schema = {json.dumps(OF_PLAYGROUND)};")
    text = "\n".join(IMPORT.sub("", text) for text in texts) + CALLS
    with running(text) as script:
        yield script


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


@cache
def random_case(seed):
    """A network with up to 3 hidden layers and 2 outputs, and its batch."""
    rng = np.random.default_rng([82, seed])
    hidden, m = int(rng.integers(4)), int(rng.integers(1, LARGEST + 1))
    sizes = [*rng.integers(1, 9, hidden + 1).tolist(), 2]
    names = [activation_of(seed)] * (hidden + 1)
    return random_networks.drawn(rng, sizes, names, SOFTMAX, m)


def activation_of(seed):
    """The activation of the hidden layers: they take turns."""
    return NAMES[seed % len(NAMES)]


def kernel_pass(script, seed):
    """What the kernel makes of a case, in buffers with or without room."""
    one = random_case(seed)
    rows = [{"W": k.W.tolist(), "b": k.b.tolist()} for k in one.layers]
    batch = one.X.tolist(), one.Y.tolist()
    room = len(one.X) + seed // len(NAMES) % 2
    return call(script, "pass", activation_of(seed), rows, *batch, room)


def alike(found, expected, shortest):
    """Equal shapes, and as long as `ONE` of the array is what is between."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    assert found.shape == expected.shape
    length = max(np.linalg.norm(expected), shortest)
    return np.linalg.norm(found - expected) <= ONE * length


def assert_is_pass(found, one):
    """The loss, the gradients, their lengths and the new weights of numpy."""
    loss, gradients = network.objective(one.X, one.Y, SOFTMAX)(one.layers)
    assert close(found["loss"], loss)
    Z = network.forward(one.layers, one.X).output
    assert close(found["P"], losses.softmax(Z)[:, 1])
    shortest = VISIBLE * max(1.0, loss)
    for l, slopes in enumerate(found["gradients"], start=1):
        assert alike(slopes["W"], gradients.dL_dW[l], shortest)
        assert alike(slopes["b"], gradients.dL_db[l], shortest)
    norms = [*network.gradient_norms(gradients).values()]
    assert alike(found["norms"], norms, shortest)
    assert found["moved"] is True
    moved = network.update(one.layers, gradients, 0.5)
    for row, layer in zip(found["rows"], moved, strict=True):
        assert close(row["W"], layer.W)
        assert close(row["b"], layer.b)


@pytest.mark.parametrize("start", range(0, COUNT, 100))
def test_a_hundred_random_networks_equal_numpy(start, script):
    for seed in range(start, start + 100):
        found, one = kernel_pass(script, seed), random_case(seed)
        assert len(found["gradients"]) == len(one.layers)
        try:
            assert_is_pass(found, one)
        except AssertionError as wrong:
            wrong.add_note(f"case {seed}: {one}")
            raise


def test_the_networks_are_of_every_kind():
    cases = [*map(random_case, range(COUNT))]
    kinds = {
        (activation_of(seed), len(one.layers))
        for seed, one in enumerate(cases)
    }
    assert kinds == {*itertools.product(NAMES, (1, 2, 3, 4))}
    assert {n for one in cases for n in one.sizes} == {*range(1, 9)}
    assert {len(one.X) for one in cases} == {*range(1, LARGEST + 1)}


def test_few_gradients_are_too_short_to_be_seen():
    lengths = []
    for one in map(random_case, range(COUNT)):
        loss, _ = network.objective(one.X, one.Y, SOFTMAX)(one.layers)
        *parameters, _ = map(np.linalg.norm, random_networks.gradients(one))
        lengths += [length / max(1.0, loss) for length in parameters]
    lengths = np.array(lengths)
    invisible = (lengths > 0) & (lengths < VISIBLE)
    assert invisible.sum() <= FEW * len(lengths)


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


@pytest.mark.parametrize("seed", range(6))
def test_momentum_equals_numpy(seed, script):
    playground = random_playground(seed)
    playground.batch_size = 200
    beta = [0.5, 0.9, 0.97][seed % 3]
    settings = settings_of(playground)
    found = call(script, "train", settings, 100, beta)
    training, _ = playground.examples()
    *_, last = optimisers.descend(
        network.objective(training.X, training.Y, SOFTMAX),
        layers_of(playground, 0),
        playground.eta,
        100,
        update=network.update,
        rule=optimisers.Momentum(beta),
    )
    for one, other in zip(found["layers"], last.parameters, strict=True):
        assert close(one["W"], other.W, HUNDRED)
        assert close(one["b"], other.b, HUNDRED)
    assert found["layers"] != call(script, "train", settings, 100)["layers"]


def test_momentum_of_nothing_is_plain_descent_bit_for_bit(script):
    for seed in range(6):
        settings = settings_of(random_playground(seed))
        plain, zero = (
            call(script, "train", settings, 50, *beta) for beta in ([], [0])
        )
        assert plain == zero


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
    layers = layers_of(playground, 60)
    loss, gradients = network.objective(training.X, training.Y, SOFTMAX)(
        layers
    )
    assert close(found["training"], loss, HUNDRED)
    norms = [*network.gradient_norms(gradients).values()]
    assert close(found["norms"], norms, HUNDRED)
    for some, name in ((training, "right"), (held_out, "heldOutRight")):
        share = network.accuracy(layers, some.X, some.labels)
        assert found[name] == round(share * len(some))
    loss = network.loss(layers, held_out.X, held_out.Y, SOFTMAX)
    assert close(found["heldOut"], loss, HUNDRED)
