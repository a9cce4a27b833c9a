"""Every published worked example, replayed to its last printed digit.

Each example's published values are compared as a whole: the set of those
that do not agree must be exactly the set known to be wrong, and each wrong
one must come out of the named mistake, planted here on purpose.
"""

import json
from dataclasses import replace
from functools import cache
from importlib import resources

import numpy as np
import pytest
from backprop import worked_examples
from backprop.numerics import activations, losses, network, neuron
from backprop.numerics.optimisers import descend

SAME = 1e-12
"""Relative: float64 recomputed elsewhere, in another order of summation."""

SAME_AFTER_10000 = 1e-9
"""Relative: the same, after 10,000 updates that each add their rounding."""

GROKKING_DIGITS = 1e-12
"""Relative: of 16 printed digits 12 survive another order of summation."""

LATE = "update_output_weights_before_hidden_delta"
HSE = "half_squared_error"


def flat(tree, path=""):
    """The leaves of nested dicts and lists, by their dotted path."""
    if isinstance(tree, np.ndarray):
        tree = tree.tolist()
    if not isinstance(tree, dict | list | tuple):
        return {path: tree}
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    leaves = {}
    for key, value in items:
        leaves |= flat(value, f"{path}.{key}" if path else str(key))
    return leaves


def wrong(published, computed):
    """The published values that do not agree: path -> computed value."""
    published, computed = flat(published), flat(computed)
    assert published.keys() == computed.keys()
    return {
        path
        for path, printed in published.items()
        if not worked_examples.agrees(computed[path], printed)
    }


def assert_same(computed, recorded, rtol=SAME):
    """Two trees of numbers with the same leaves and the same values."""
    computed, recorded = flat(computed), flat(recorded)
    assert computed.keys() == recorded.keys()
    for path, value in recorded.items():
        assert computed[path] == pytest.approx(value, rel=rtol, abs=0), path


def late_update(layers, X, Y, eta):
    """The named mistake: the last layer moves before the hidden gradient."""
    cache = network.forward(layers, X)
    right = network.backward(layers, cache, Y, HSE)
    moved = network.update(layers, right, eta)
    late_layers = layers[0], moved[1]
    mixed = replace(cache, layers=late_layers)
    late = network.backward(late_layers, mixed, Y, HSE)
    return network.update(layers, late, eta)[0], moved[1]


def right_update(layers, X, Y, eta):
    """All gradients first, then all weights."""
    cache = network.forward(layers, X)
    gradients = network.backward(layers, cache, Y, HSE)
    return network.update(layers, gradients, eta)


def keep_biases(layers, update, *arguments):
    """An update after which every bias is what it was."""
    moved = update(layers, *arguments)
    return tuple(
        replace(new, b=old.b) for old, new in zip(layers, moved, strict=True)
    )


def rows(*vectors):
    """Each vector as a batch of one example."""
    return tuple(np.array([vector], dtype=float) for vector in vectors)


# ---- the file -------------------------------------------------------------


def test_ids_are_unique_and_complete():
    text = resources.files("backprop").joinpath("worked_examples.json")
    examples = json.loads(text.read_text(encoding="utf-8"))["examples"]
    assert worked_examples.ids() == tuple(e["id"] for e in examples)
    assert len(set(worked_examples.ids())) == len(examples)


@pytest.mark.parametrize("id", worked_examples.ids())
def test_an_example_is_whole_and_has_a_test(id):
    example = worked_examples.load(id)
    needed = {"id", "title", "sources", "architecture", "inputs"}
    assert needed | {"published", "verdict"} <= set(example)
    assert all(isinstance(v, str) for v in flat(example["published"]).values())
    assert any(name.startswith(f"test_{id}") for name in globals())


def test_load_gives_a_copy():
    worked_examples.load("nbis_1_1_1")["inputs"]["x"] = 7.0
    assert worked_examples.load("nbis_1_1_1")["inputs"]["x"] == 0.05


@pytest.mark.parametrize("id", ["nbis", "", None])
def test_an_unknown_id_is_refused(id):
    with pytest.raises(ValueError, match=r"id: found .* mazur_2_2_2, .*nbis"):
        worked_examples.load(id)


@pytest.mark.parametrize(
    ("printed", "value", "half"),
    [
        ("0.593269992", 0.593269992, 5e-10),
        ("0.511301270", 0.51130127, 5e-10),
        ("-2.406e-3", -0.002406, 5e-7),
        ("-12", -12.0, 0.5),
        ("1.5055622665134859e-05", 1.5055622665134859e-05, 5e-22),
    ],
)
def test_published_digits(printed, value, half):
    found = worked_examples.published_digits(printed)
    assert found == pytest.approx((value, half), rel=SAME, abs=0)


@pytest.mark.parametrize("printed", ["", "about 2", "nan", "inf", 0.5, None])
def test_published_digits_refuses_what_is_not_a_number(printed):
    with pytest.raises(ValueError, match="published: found"):
        worked_examples.published_digits(printed)


def test_agrees_at_the_edge_of_half_a_unit():
    assert worked_examples.agrees(0.375, "0.37")
    assert worked_examples.agrees(0.375, "0.38")
    assert not worked_examples.agrees(np.nextafter(0.375, 1), "0.37")
    assert not worked_examples.agrees(float("nan"), "0.37")
    assert not worked_examples.agrees(float("inf"), "0.37")


# ---- Mazur ----------------------------------------------------------------

MAZUR = worked_examples.load("mazur_2_2_2")
MAZUR_X, MAZUR_Y = rows(MAZUR["inputs"]["x"], MAZUR["inputs"]["t"])
MAZUR_WRONG = {
    "E_after_1_update",
    "E_after_10000",
    "E_after_10000_newer_quote",
    "outputs_after_10000.0",
    "outputs_after_10000.1",
}


def mazur_layers():
    p = MAZUR["inputs"]
    return (
        network.Layer(p["W1"], p["b1"], "sigmoid"),
        network.Layer(p["W2"], p["b2"], "sigmoid"),
    )


def mazur_state(layers):
    """What the recorded states hold."""
    cache = network.forward(layers, MAZUR_X)
    return {
        "W1": layers[0].W,
        "b1": layers[0].b,
        "W2": layers[1].W,
        "b2": layers[1].b,
        "a2": cache.output[0],
        "E": losses.half_squared_error(cache.output, MAZUR_Y),
    }


@cache
def mazur_run(kind):
    """The recorded states after 1, 9,999 and 10,000 updates."""
    update = late_update if kind == "late" else right_update
    layers, states = mazur_layers(), {}
    for step in range(1, 10_001):
        arguments = (layers, MAZUR_X, MAZUR_Y, MAZUR["eta"])
        if kind == "with bias":
            layers = update(*arguments)
        else:
            layers = keep_biases(layers, update, *arguments[1:])
        if step in (1, 9_999, 10_000):
            states[step] = mazur_state(layers)
    return states


def mazur_published(run):
    """The article's numbers, computed."""
    layers = mazur_layers()
    cache = network.forward(layers, MAZUR_X)
    back = network.backward(layers, cache, MAZUR_Y, HSE)
    (h1, h2), (o1, o2) = cache.A[1][0], cache.A[2][0]
    t1, t2 = MAZUR_Y[0]
    through = back.dL_dZ[2][0] * layers[1].W[:, 0]
    new = run[1]
    names = ("w1_new", "w2_new", "w3_new", "w4_new")
    names += ("w5_new", "w6_new", "w7_new", "w8_new")
    weights = np.concatenate([new["W1"].ravel(), new["W2"].ravel()])
    return {
        "net_h1": cache.Z[1][0, 0],
        "out_h1": h1,
        "out_h2": h2,
        "net_o1": cache.Z[2][0, 0],
        "out_o1": o1,
        "out_o2": o2,
        "E_o1": losses.half_squared_error(o1, t1),
        "E_o2": losses.half_squared_error(o2, t2),
        "E_total": losses.half_squared_error(cache.output, MAZUR_Y),
        "dE_dout_o1": losses.half_squared_error_gradient(o1, t1),
        "dout_o1_dnet_o1": activations.sigmoid_prime(cache.Z[2][0, 0]),
        "delta_o1": back.dL_dZ[2][0, 0],
        "dE_dw5": back.dL_dW[2][0, 0],
        "dEo1_douth1": through[0],
        "dEo2_douth1": through[1],
        "dE_douth1": through.sum(),
        "douth1_dneth1": activations.sigmoid_prime(cache.Z[1][0, 0]),
        "dE_dw1": back.dL_dW[1][0, 0],
        **dict(zip(names, weights, strict=True)),
        "E_after_1_update": new["E"],
        "E_after_10000": run[10_000]["E"],
        "E_after_10000_newer_quote": run[10_000]["E"],
        "outputs_after_10000": run[10_000]["a2"],
    }


def test_mazur_2_2_2_published():
    off = set(MAZUR["last_digit_off"])
    computed = mazur_published(mazur_run("right"))
    assert wrong(MAZUR["published"], computed) == MAZUR_WRONG | off
    for path in off:
        assert worked_examples.agrees(
            computed[path], MAZUR["published"][path], units=1
        )


def test_mazur_2_2_2_recomputed():
    layers = mazur_layers()
    cache = network.forward(layers, MAZUR_X)
    back = network.backward(layers, cache, MAZUR_Y, HSE)
    right, biased = mazur_run("right"), mazur_run("with bias")
    recorded = MAZUR["recomputed"]
    once = {
        "z1": cache.Z[1][0],
        "a1": cache.A[1][0],
        "z2": cache.Z[2][0],
        "a2": cache.A[2][0],
        "E": network.loss(layers, MAZUR_X, MAZUR_Y, HSE),
        "delta2": back.dL_dZ[2][0],
        "dE_da1": back.dL_dZ[2][0] @ layers[1].W,
        "delta1": back.dL_dZ[1][0],
        "dW2": back.dL_dW[2],
        "dW1": back.dL_dW[1],
        "after_1": right[1],
        "after_1_with_bias_update": biased[1],
    }
    assert_same(once, {name: recorded[name] for name in once})
    often = {
        "after_10000_correct": right[10_000],
        "after_10000_with_bias": biased[10_000],
    }
    assert_same(
        often, {name: recorded[name] for name in often}, SAME_AFTER_10000
    )


def test_mazur_2_2_2_wrong_numbers_are_late_update():
    late, variant = mazur_run("late"), MAZUR["bug_variants"][LATE]
    assert_same(late[1], variant["after_1"])
    assert_same(late[10_000], variant["after_10000"], SAME_AFTER_10000)
    published = MAZUR["published"]
    assert worked_examples.agrees(late[1]["E"], published["E_after_1_update"])
    assert worked_examples.agrees(
        late[10_000]["E"], published["E_after_10000"]
    )
    outputs = published["outputs_after_10000"]
    assert not wrong(outputs, late[10_000]["a2"])


def test_mazur_2_2_2_newer_quote_is_one_update_early():
    quote = MAZUR["published"]["E_after_10000_newer_quote"]
    early = mazur_run("right")[9_999]["E"]
    assert worked_examples.agrees(early, quote)
    recorded = MAZUR["recomputed"]["after_9999_correct"]["E"]
    assert worked_examples.agrees(early, str(recorded))


# ---- Robert Gordon University ---------------------------------------------

RGU = worked_examples.load("rgu_worked_example_3_1")
RGU_X, RGU_Y = rows(RGU["inputs"]["x"], RGU["inputs"]["t"])


def rgu_layers():
    V, w = RGU["inputs"]["V"], RGU["inputs"]["w"]
    return (
        network.Layer(V, [0.0, 0.0], "sigmoid"),
        network.Layer([w], [0.0], "sigmoid"),
    )


def rgu_error(layers):
    return float(RGU_Y[0, 0] - network.forward(layers, RGU_X).output[0, 0])


def rgu_update(update, late):
    """What the record holds of one update."""
    layers = rgu_layers()
    new = keep_biases(layers, update, RGU_X, RGU_Y, RGU["eta"])
    cache = network.forward(layers, RGU_X)
    used = (layers[0], new[1]) if late else layers
    hidden = network.backward(used, replace(cache, layers=used), RGU_Y, HSE)
    return {
        "hidden_delta": -hidden.dL_dZ[1][0],
        "V_new": new[0].W,
        "error_after": rgu_error(new),
    }


def rgu_by_hand(late):
    """The example's own arithmetic, each step rounded as it is printed."""
    (x, X), (t,) = RGU["inputs"]["x"], RGU["inputs"]["t"]
    h, o, w = (0.68, 0.6637), 0.69, RGU["inputs"]["w"]
    error = round((t - o) * o * (1 - o), 4)
    w_new = [w[k] + error * h[k] for k in (0, 1)]
    used = w_new if late else w
    hidden = [error * used[k] * h[k] * (1 - h[k]) for k in (0, 1)]
    V = RGU["inputs"]["V"]
    return {
        "h": h,
        "o": o,
        "output_error": error,
        "w_new": w_new,
        "hidden_error_1": hidden[0],
        "V_new": [[V[j][0] + hidden[j] * x, V[j][1] + hidden[j] * X]
                  for j in (0, 1)],
        "old_error": t - o,
    }  # fmt: skip


def test_rgu_worked_example_3_1_recomputed():
    layers = rgu_layers()
    cache = network.forward(layers, RGU_X)
    back = network.backward(layers, cache, RGU_Y, HSE)
    computed = {
        "h": cache.A[1][0],
        "o": cache.output[0, 0],
        "output_delta": -back.dL_dZ[2][0, 0],
        "w_new": network.update(layers, back, RGU["eta"])[1].W[0],
        "old_weights": rgu_update(right_update, late=False),
        "error_before": rgu_error(layers),
    }
    assert_same(computed, RGU["recomputed"])


def test_rgu_worked_example_3_1_is_late_update():
    late = rgu_update(late_update, late=True)
    assert_same(late, RGU["bug_variants"][LATE])
    published, by_hand = RGU["published"], rgu_by_hand(late=True)
    assert wrong(published, by_hand) == {"V_new.1.1"}
    assert worked_examples.agrees(
        by_hand["V_new"][1][1], published["V_new"][1][1], units=1
    )


def test_rgu_worked_example_3_1_is_not_the_right_update():
    right = wrong(RGU["published"], rgu_by_hand(late=False))
    hidden = {"V_new.0.0", "V_new.0.1", "V_new.1.0", "V_new.1.1"}
    assert right == hidden | {"hidden_error_1"}


# ---- Han and Kamber -------------------------------------------------------

HAN = worked_examples.load("han_kamber_3_2_1")


def han_run():
    p = HAN["inputs"]
    layers = (
        network.Layer(p["W1"], p["b1"], "sigmoid"),
        network.Layer([p["W2"]], [p["b2"]], "sigmoid"),
    )
    X, Y = rows(p["x"], p["t"])
    cache = network.forward(layers, X)
    back = network.backward(layers, cache, Y, HSE)
    return cache, back, network.update(layers, back, HAN["eta"])


def test_han_kamber_3_2_1_published():
    cache, back, (hidden, last) = han_run()
    computed = {
        "z1": cache.Z[1][0],
        "a1": cache.A[1][0],
        "z2": cache.Z[2][0, 0],
        "o": cache.output[0, 0],
        "Err6": -back.dL_dZ[2][0, 0],
        "Err5": -back.dL_dZ[1][0, 1],
        "Err4": -back.dL_dZ[1][0, 0],
        "theta6": last.b[0],
        "theta5": hidden.b[1],
        "theta4": hidden.b[0],
    }
    for k in (1, 2, 3):
        computed[f"w{k}4"] = hidden.W[0, k - 1]
        computed[f"w{k}5"] = hidden.W[1, k - 1]
    computed |= {"w46": last.W[0, 0], "w56": last.W[0, 1]}
    off = set(HAN["last_digit_off"])
    assert wrong(HAN["published"], computed) == off
    for path in off:
        assert worked_examples.agrees(
            computed[path], HAN["published"][path], units=1
        )


def test_han_kamber_3_2_1_recomputed():
    cache, back, (hidden, last) = han_run()
    computed = {
        "z1": cache.Z[1][0],
        "a1": cache.A[1][0],
        "z2": cache.Z[2][0, 0],
        "o": cache.output[0, 0],
        "delta2": -back.dL_dZ[2][0, 0],
        "delta1": -back.dL_dZ[1][0],
        "W2_new": last.W[0],
        "W1_new": hidden.W,
        "b1_new": hidden.b,
        "b2_new": last.b[0],
    }
    assert_same(computed, HAN["recomputed"])


def test_han_kamber_3_2_1_input_0_moves_no_weight():
    _, _, (hidden, _) = han_run()
    before = np.array(HAN["inputs"]["W1"])[:, 1]
    np.testing.assert_array_equal(hidden.W[:, 1], before)


# ---- micrograd ------------------------------------------------------------


def test_micrograd_readme():
    example = worked_examples.load("micrograd_readme")
    a, b = example["inputs"]["a"], example["inputs"]["b"]
    c1, d1 = a + b, a * b + b**3
    c2 = 2 * c1 + 1
    c3 = 2 * c2 + 1 - a
    d2 = 3 * d1 + max(0.0, b + a)
    d3 = 4 * d2 + max(0.0, b - a)
    e = c3 - d3
    f = e**2
    g = f / 2 + 10 / f
    dg_de = (1 / 2 - 10 / f**2) * 2 * e
    dg_dd3 = -dg_de
    dg_dd2, dg_dd1, dg_dc1 = 4 * dg_dd3, 12 * dg_dd3, 4 * dg_de
    near, far = float(b + a > 0), float(b - a > 0)
    dg_da = dg_dc1 - dg_de + dg_dd1 * b + dg_dd2 * near - dg_dd3 * far
    dg_db = (
        dg_dc1 + dg_dd1 * (a + 3 * b**2) + dg_dd2 * near + dg_dd3 * far
    )  # every path from b, summed
    computed = {"g": g, "dg_da": dg_da, "dg_db": dg_db}
    assert wrong(example["published"], computed) == set()
    assert_same(computed | {"e": e}, example["recomputed"])


def accumulate(grads, values):
    """One backward pass of e = c d, c = a + b, added to what is there."""
    grads = dict(grads, e=1.0)
    grads["c"] += values["d"] * grads["e"]
    grads["d"] += (values["a"] + values["b"]) * grads["e"]
    grads["a"] += grads["c"]
    grads["b"] += grads["c"]
    return grads


def test_micrograd_backward_twice():
    example = worked_examples.load("micrograd_backward_twice")
    first = accumulate(dict.fromkeys("abcde", 0.0), example["inputs"])
    second = accumulate(first, example["inputs"])
    published = example["published"]
    assert not wrong(published["after_first_backward"], first)
    name = "after_second_backward_without_zeroing"
    assert not wrong(published[name], second)
    assert wrong(published[name], first) == set("abcd")
    assert_same(first, example["recomputed"]["after_first_backward"])
    bug = example["bug_variants"]["gradients_not_zeroed"]
    assert_same(second, bug["after_second_backward"])


def test_karpathy_tanh_neuron():
    example = worked_examples.load("karpathy_tanh_neuron")
    p = example["inputs"]
    w, x = [p["w1"], p["w2"]], [p["x1"], p["x2"]]
    step = neuron.forward(w, p["b"], x, "tanh")
    half = losses.get(HSE)
    back = neuron.backward(step, x, step.a - 1.0, half)  # so that dL/da = 1
    e = float(np.exp(2 * step.z))
    share = 1 / (e + 1)
    plus = -(share**2) * (e - 1)
    computed = {
        "n": step.z,
        "o": step.a,
        "grad_o": back.dL_da,
        "grad_n": back.dL_dz,
        "grad_b": back.dL_db,
        "grad_x1": back.dL_dx[0],
        "grad_x2": back.dL_dx[1],
        "grad_w1": back.dL_dw[0],
        "grad_w2": back.dL_dw[1],
        "exp_version": {
            "2n": {"value": 2 * step.z, "grad": (share + plus) * e},
            "e": {"value": e, "grad": share + plus},
            "e_minus_1": {"value": e - 1, "grad": share},
            "e_plus_1": {"value": e + 1, "grad": plus},
            "1_over_e_plus_1": {"value": share, "grad": e - 1},
            "n": {"value": step.z, "grad": 2 * (share + plus) * e},
        },
    }
    assert wrong(example["published"], computed) == set()
    recomputed = {"n": step.z, "o": step.a, "do_dn": back.da_dz}
    assert_same(recomputed, example["recomputed"])


# ---- CS231n ---------------------------------------------------------------


def test_cs231n_qz():
    example = worked_examples.load("cs231n_qz")
    x, y, z = (example["inputs"][name] for name in "xyz")
    q = x + y
    computed = {"q": q, "f": q * z, "df_dz": q, "df_dq": z}
    computed |= {"df_dx": z * 1, "df_dy": z * 1}
    assert wrong(example["published"], computed) == set()
    assert_same(computed, example["recomputed"])


def test_cs231n_sigmoid_neuron():
    example = worked_examples.load("cs231n_sigmoid_neuron")
    *w, b = example["inputs"]["w"]
    x = example["inputs"]["x"]
    step = neuron.forward(w, b, x, "sigmoid")
    back = neuron.backward(step, x, step.a - 1.0, HSE)  # so that dL/da = 1
    exp = float(np.exp(-step.z))
    plus1 = -1 / (1 + exp) ** 2
    forward = {"w0x0": w[0] * x[0], "w1x1": w[1] * x[1]}
    forward |= {"sum": sum(forward.values()), "dot": step.z, "neg": -step.z}
    forward |= {"exp": exp, "plus1": 1 + exp, "f": step.a}
    backward = {"w0": back.dL_dw[0], "w1": back.dL_dw[1], "w2": back.dL_db}
    backward |= {"x0": back.dL_dx[0], "x1": back.dL_dx[1], "f": back.dL_da}
    backward |= {"dot": back.dL_dz, "neg": plus1 * exp}
    backward |= {"exp": plus1, "plus1": plus1}
    computed = {"forward": forward, "backward": backward}
    assert wrong(example["published"], computed) == set()
    recomputed = {
        "f": step.a,
        "dx": back.dL_dx,
        "dw": [*back.dL_dw, back.dL_db],
        "d_plus1": plus1,
        "d_dot": back.dL_dz,
        "exp": exp,
    }
    assert_same(recomputed, example["recomputed"])


def test_cs231n_sigmoid_neuron_rounding_is_only_shown():
    shown = worked_examples.load("cs231n_sigmoid_neuron")["published"]
    dot, w0 = float(shown["backward"]["dot"]), 2.0
    assert not worked_examples.agrees(w0 * dot, shown["backward"]["x0"])


# ---- one linear neuron ----------------------------------------------------


def test_xnought_linear():
    example = worked_examples.load("xnought_linear")
    x, y, w, b = (example["inputs"][name] for name in "xywb")
    step = neuron.forward(w, b, x, "identity")
    back = neuron.backward(step, x, y, HSE)
    # without the factor 1/2 loss and gradients are twice ours
    new = neuron.update(w, b, back, 2 * example["eta"])
    after = neuron.forward(*new, x, "identity")
    before = 2 * losses.half_squared_error(step.a, y)
    then = 2 * losses.half_squared_error(after.a, y)
    shared = {"loss": before, "w_new": new[0], "b_new": new[1]}
    shared |= {"loss_after": then}
    dw, db = 2 * back.dL_dw, 2 * back.dL_db
    published = {"dloss_dw": dw, "dloss_db": db, "decrease": before - then}
    assert wrong(example["published"], shared | published) == set()
    recomputed = {"yhat": step.a, "dw": dw, "db": db}
    assert_same(shared | recomputed, example["recomputed"])


# ---- Grokking Deep Learning -----------------------------------------------

GROKKING = worked_examples.load("grokking_ch6_relu")


def all_pass(z):
    """The planted mistake: ReLU's derivative from its output, with >=."""
    return (activations.relu(z) >= 0) * 1.0


def grokking_errors(update, relu="relu"):
    """The sum of squared errors in every tenth epoch."""
    p = GROKKING["inputs"]
    X, y = np.array(p["X"], float), np.array([p["y"]], float).T
    W1, W2 = np.array(p["W01"]).T, np.array(p["W12"]).T
    layers = (
        network.Layer(W1, np.zeros(len(W1)), relu),
        network.Layer(W2, np.zeros(len(W2)), "identity"),
    )
    errors = []
    for _ in range(p["epochs"]):
        error = 0.0
        for i in range(len(X)):
            one, target = X[i : i + 1], y[i : i + 1]
            error += 2 * network.loss(layers, one, target, HSE)
            layers = keep_biases(layers, update, one, target, GROKKING["eta"])
        errors.append(error)
    return errors[9::10]


def test_grokking_ch6_relu_weights_are_the_seeded_ones():
    p = GROKKING["inputs"]
    rng = np.random.RandomState(p["seed"])  # noqa: NPY002 - the source's
    assert_same(2 * rng.random_sample((3, 4)) - 1, p["W01"])
    assert_same(2 * rng.random_sample((4, 1)) - 1, p["W12"])


def test_grokking_ch6_relu_published():
    errors = grokking_errors(right_update)
    assert_same(errors, GROKKING["recomputed"]["errors"], GROKKING_DIGITS)
    printed = GROKKING["published"]["errors_at_epochs_10_to_60"]
    values = [worked_examples.published_digits(s)[0] for s in printed]
    assert_same(errors, values, GROKKING_DIGITS)


@pytest.mark.parametrize(
    ("name", "update", "relu"),
    [
        (
            "relu_prime_of_the_output_with_ge",
            right_update,
            activations.Activation("ge", activations.relu, all_pass),
        ),
        (LATE, late_update, "relu"),
    ],
)
def test_grokking_ch6_relu_mistakes(name, update, relu):
    recorded = GROKKING["bug_variants"][name]["errors"]
    assert_same(grokking_errors(update, relu), recorded, GROKKING_DIGITS)


# ---- Nielsen --------------------------------------------------------------

NIELSEN = worked_examples.load("nielsen_saturated_neuron")


def nielsen_run(case, loss):
    """Output, weight and bias after the epochs."""
    p = NIELSEN["inputs"]
    w, b = p[f"case_{case}"]["w"], p[f"case_{case}"]["b"]
    last = "sigmoid" if loss == HSE else "identity"
    for _ in range(p["epochs"]):
        step = neuron.forward(w, b, p["x"], last)
        back = neuron.backward(step, p["x"], p["y"], loss)
        w, b = neuron.update(w, b, back, NIELSEN["eta"])
    return {"a": neuron.forward(w, b, p["x"], "sigmoid").a, "w": w, "b": b}


def test_nielsen_saturated_neuron():
    p = NIELSEN["inputs"]
    computed = {
        f"initial_output_{case}": neuron.forward(
            p[f"case_{case}"]["w"], p[f"case_{case}"]["b"], p["x"], "sigmoid"
        ).a
        for case in "AB"
    }
    assert wrong(NIELSEN["published"], computed) == set()


def test_nielsen_saturated_neuron_after_300_updates():
    computed = {
        f"{case}_{short}_300": nielsen_run(case, loss)
        for case in "AB"
        for short, loss in [
            (HSE, HSE),
            ("cross_entropy", "binary_cross_entropy"),
        ]
    }
    assert_same(computed, NIELSEN["recomputed"])


# ---- one weight, one softmax ----------------------------------------------


def test_myonn_weight_update():
    example = worked_examples.load("myonn_weight_update")
    p = example["inputs"]
    step = neuron.forward(p["w"], 0.0, p["o_hidden"], "sigmoid")
    back = neuron.backward(step, p["o_hidden"], step.a + p["e1"], HSE)
    new, _ = neuron.update(p["w"], 0.0, back, p["eta"])
    computed = {
        "sigmoid": step.a,
        "sigma_prime": back.da_dz,
        "dE_dw11": back.dL_dw[0],
        "w11_new": new[0],
    }
    assert wrong(example["published"], computed | {"sum": step.z}) == set()
    assert_same(computed, example["recomputed"])


def test_se_softmax_jacobian():
    example = worked_examples.load("se_softmax_jacobian")
    Z, T = rows(example["inputs"]["z"], example["inputs"]["t"])
    a, t = losses.softmax(Z)[0], T[0]
    dE_da = -t / a
    dE_dz = (np.diag(a) - np.outer(a, a)) @ dE_da
    computed = {"a": a, "dE_da": dE_da, "dE_dz": dE_dz}
    assert wrong(example["published"], computed) == set()
    assert_same(computed, example["recomputed"])
    ours = losses.softmax_cross_entropy_gradient(Z, T)[0]
    assert_same(ours, example["recomputed"]["dE_dz"])
    z = Z[0]
    bug = (np.diag(z) - np.outer(z, z)) @ dE_da
    recorded = example["bug_variants"]["jacobian_built_from_z"]
    assert_same(bug, recorded["dE_dz"])


# ---- Distill --------------------------------------------------------------

EIGENVALUES = np.array([0.5, 1.0, 4.0])


def worst(rates):
    """The rate of the slowest direction."""
    return max(abs(rate) for rate in rates)


def rate_of_descent(alpha):
    return worst(1 - alpha * EIGENVALUES)


def rate_of_momentum(alpha, beta):
    """Spectral radius of (z, w) -> (β z + λ w, w - α (β z + λ w))."""
    return max(
        worst(
            np.linalg.eigvals([[beta, lam], [-alpha * beta, 1 - alpha * lam]])
        )
        for lam in EIGENVALUES
    )


def distill_iterates(alpha, k):
    """Iterate k of gradient descent, from ones, and what it should be."""
    rng = np.random.default_rng(3)
    Q = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    A = Q @ np.diag(EIGENVALUES) @ Q.T
    b = rng.normal(size=3)
    best = np.linalg.solve(A, b)

    def quadratic(w):
        return 0.5 * w @ A @ w - b @ w, A @ w - b

    *_, last = descend(quadratic, best + Q @ np.ones(3), alpha, k)
    return Q.T @ (last.parameters - best), (1 - alpha * EIGENVALUES) ** k


@pytest.mark.parametrize("alpha", [0.05, 0.25, 0.44, 0.499, 0.51, 0.7])
def test_distill_quadratic_iterates(alpha):
    found, closed = distill_iterates(alpha, 25)
    scale = np.abs(closed).max()
    np.testing.assert_allclose(found, closed, rtol=0, atol=SAME * scale + SAME)
    assert (rate_of_descent(alpha) < 1) == (0 < alpha * 4.0 < 2)


def test_distill_quadratic_optimal_rates():
    published = worked_examples.load("distill_quadratic")["published"]
    assert set(published) == {
        "iterate",
        "converges_iff",
        "optimal_alpha",
        "optimal_rate",
        "momentum_alpha",
        "momentum_beta",
    }
    names = {"lambda_1": 0.5, "lambda_n": 4.0, "l1": 0.5, "ln": 4.0}
    names |= {"sqrt": np.sqrt, "kappa": 8.0}
    value = {
        name: eval(formula.replace("^", "**"), {}, names)
        for name, formula in published.items()
        if name.startswith(("optimal", "momentum"))
    }
    alpha, rate = value["optimal_alpha"], value["optimal_rate"]
    assert rate_of_descent(alpha) == pytest.approx(rate, rel=SAME)
    for other in (0.99 * alpha, 1.01 * alpha):
        assert rate_of_descent(other) > rate
    alpha, beta = value["momentum_alpha"], value["momentum_beta"]
    # a double root: the square root of the rounding error remains
    double = np.sqrt(np.finfo(float).eps) * 10
    best = rate_of_momentum(alpha, beta)
    assert best == pytest.approx(np.sqrt(beta), rel=double)
    for factor in (0.98, 1.02):
        assert rate_of_momentum(factor * alpha, beta) > best
        assert rate_of_momentum(alpha, factor * beta) > best


# ---- NBIS -----------------------------------------------------------------

NBIS = worked_examples.load("nbis_1_1_1")


def nbis_run():
    p = NBIS["inputs"]
    layers = (
        network.Layer([[p["w1"]]], [p["b1"]], "sigmoid"),
        network.Layer([[p["w2"]]], [p["b2"]], "sigmoid"),
    )
    X, Y = rows([p["x"]], [p["y"]])
    cache = network.forward(layers, X)
    back = network.backward(layers, cache, Y, HSE)
    new = network.update(layers, back, NBIS["eta"])
    shared = {
        "z1": cache.Z[1],
        "a1": cache.A[1],
        "z2": cache.Z[2],
        "a2": cache.A[2],
        "L": losses.half_squared_error(cache.output, Y),
        "dL_da2": losses.half_squared_error_gradient(cache.output, Y),
        "da2_dz2": activations.sigmoid_prime(cache.Z[2]),
        "dL_dw2": back.dL_dW[2],
        "da1_dz1": activations.sigmoid_prime(cache.Z[1]),
        "dL_dw1": back.dL_dW[1],
        "w2_new": new[1].W,
        "w1_new": new[0].W,
    }
    shared = {name: float(np.squeeze(v)) for name, v in shared.items()}
    return shared, back


def test_nbis_1_1_1():
    shared, back = nbis_run()
    p = NBIS["inputs"]
    more = {"x": p["x"], "dz2_dw2": shared["a1"]}
    more |= {"dz2_da1": p["w2"], "dz1_dw1": p["x"]}
    assert wrong(NBIS["published"], shared | more) == {"L", "x"}
    biases = {
        "dL_db1": float(back.dL_db[1][0]),
        "dL_db2": float(back.dL_db[2][0]),
    }
    assert_same(shared | biases, NBIS["recomputed"])


def test_nbis_1_1_1_loss_lost_its_square():
    shared, _ = nbis_run()
    p = NBIS["inputs"]
    bug = (p["y"] - shared["a2"]) / 2
    assert_same({"L": bug}, NBIS["bug_variants"]["loss_without_the_square"])
    assert worked_examples.agrees(bug, NBIS["published"]["L"])
