"""The network stepper: its traits, and its view in a bare page."""

import json
import math
import random
import re

import accessibility
import numpy as np
import pytest
import traitlets
from backprop import worked_examples
from backprop.numerics import gradcheck
from backprop.symbolic import catalogue, models, multiplications, z
from backprop.widgets import NetworkStepper
from backprop.widgets.network_stepper.numbers import (
    PRESETS,
    SIZES,
    starting_numbers,
)
from visits import DARK_PHONE, EVERY_WAY, LIGHT_DESK
from widget_numbers import inputs_of
from widget_page import hash_of

every_size = pytest.mark.parametrize("sizes", SIZES)
in_a_page = pytest.mark.site
MAZUR, HAN, NBIS = PRESETS
ALWAYS = LIGHT_DESK, DARK_PHONE
NUMBER = r"−?\d[\d.]*(?:e[+−]\d+)?"


def random_state(sizes, rng):
    """Numbers of the order of 1 for a network."""
    start = starting_numbers(sizes)

    def fill(part, size):
        if isinstance(part, tuple):
            return [fill(entry, size) for entry in part]
        return rng.uniform(-size, size)

    return {
        "sizes": sizes,
        **{name: fill(start[name], 2) for name in ("W", "b", "x", "y")},
        "eta": 10 ** rng.uniform(-3, 1),
        "activation": rng.choice([*catalogue.ACTIVATIONS]),
        "biases": rng.random() < 0.5,
    }


# ---- the Python side


@every_size
def test_run_is_what_sympy_derives(sizes):
    rng = random.Random(sizes)
    for _ in range(8):
        stepper = NetworkStepper(**random_state(sizes, rng))
        chain = models.network(SIZES[sizes], stepper.activation)
        given = inputs_of(stepper)
        expected = chain.numpy_function()(**given)
        found = stepper.run()
        for name in {*found} & {*expected}:
            assert found[name] == pytest.approx(
                expected[name], rel=1e-11, abs=1e-13
            )
        moved = {}
        for name in stepper.parameter_names():
            step = stepper.eta * float(expected[f"dL_d{name}"])
            kept = name[0] == "b" and not stepper.biases
            moved[name] = given[name] - (0 if kept else step)
            assert found[f"{name}_new"] == pytest.approx(
                moved[name], rel=1e-11, abs=1e-12
            )
        after = chain.numpy_function()(**(given | moved))["L"]
        assert found["L_new"] == pytest.approx(float(after), rel=1e-8)


@every_size
def test_the_gradient_is_a_difference(sizes):
    stepper = NetworkStepper(sizes=sizes, activation="tanh")
    run = stepper.run()
    slope = gradcheck.central_difference(
        lambda w: loss_with(stepper, w), stepper.W[0][0][0]
    )
    assert slope == pytest.approx(run["dL_dw1_11"], rel=1e-7, abs=1e-10)


def loss_with(stepper, weight):
    W = json.loads(json.dumps(stepper.W))
    W[0][0][0] = weight
    changed = {"sizes": stepper.sizes, "activation": stepper.activation}
    return NetworkStepper(**changed, W=W).run()["L"]


@pytest.mark.parametrize(
    ("name", "bad", "words"),
    [
        ("W", 1, "W: found 1, expected a list of matrices of numbers"),
        ("W", [[1, 2]], "W: found 1, expected a list of matrices"),
        ("W", "ab", "W: found 'ab', expected a list of matrices"),
        ("W", [[[1]]], "W: found (1, 1), expected the shape (2, 2) and"),
        (
            "W",
            [[[1, 2], [3]], [[1, 2], [3, 4]]],
            "W: found rows of different lengths, expected the shape",
        ),
        ("W", [[[1, 2], [3, 1e7]]], "W: found 10000000.0, expected numbers"),
        ("b", [[0, 0], [0, math.nan]], "b: found nan, expected numbers from"),
        ("b", [[0, 0], [0, "0"]], "b: found '0', expected numbers"),
        ("b", [[0, 0], [0, True]], "b: found True, expected numbers"),
        ("b", [0, 0], "b: found 0, expected a list of lists"),
        ("x", [1], "x: found (1,), expected the shape (2,) for a 2-2-2"),
        ("x", [1, math.inf], "x: found inf, expected numbers from -1000.0"),
        ("y", None, "y: found None, expected a list of numbers"),
        ("y", {"a": 1}, "y: found {'a': 1}, expected a list of numbers"),
        ("sizes", "2-2", "sizes: found '2-2', expected one of 2-2-2, 2-3-1"),
        ("sizes", (5, 5), "sizes: found (5, 5), expected one of"),
        ("sizes", 3, "sizes: found 3, expected one of"),
        ("selected", "w3_11", "selected: found 'w3_11', expected one of w1"),
        ("selected", "L", "selected: found 'L', expected one of"),
        ("step", 11, "step: found 11, expected a whole number from 0 to 10"),
        ("step", -1, "step"),
        ("preset", "mazur", "preset"),
        ("biases", "no", "biases"),
        ("update", -1, "update"),
        ("depth", 0, "depth"),
        ("width", 101, "width"),
    ],
)
def test_a_bad_value_is_refused_and_the_old_one_stays(name, bad, words):
    stepper = NetworkStepper(step=3)
    old = getattr(stepper, name)
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        setattr(stepper, name, bad)
    assert getattr(stepper, name) == old
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        NetworkStepper(**{name: bad})


def test_numbers_do_not_change_behind_the_back():
    given = [[[1, 2], [3, 4]], [[5, 6], [7, 8]]]
    stepper = NetworkStepper(W=given)
    given[0][0][0] = 9
    assert stepper.W[0][0][0] == 1.0
    with pytest.raises(TypeError):
        stepper.W[0][0][0] = 9


def test_numpy_arrays_do():
    stepper = NetworkStepper(W=[np.eye(2), np.ones((2, 2))], x=np.arange(2))
    assert stepper.W == (((1, 0), (0, 1)), ((1, 1), (1, 1)))
    assert stepper.x == (0, 1)
    json.dumps(stepper.page_state())


@every_size
def test_other_sizes_bring_their_numbers(sizes):
    for before in SIZES:
        stepper = NetworkStepper(sizes=before, update=2)
        stepper.step = len(stepper.steps()) - 1
        stepper.selected = stepper.parameter_names()[-1]
        stepper.sizes = SIZES[sizes]
        assert stepper.sizes == sizes
        assert stepper.step < len(stepper.steps())
        assert stepper.selected in stepper.parameter_names()
        if sizes != before:
            start = starting_numbers(sizes)
            assert (stepper.W, stepper.b) == (start["W"], start["b"])
            assert (stepper.step, stepper.update) == (0, 0)
        stepper.run()


def test_the_view_hears_of_all_numbers_at_once(monkeypatch):
    stepper, sent = NetworkStepper(), []
    monkeypatch.setattr(
        stepper.comm, "send", lambda data, **_: sent.append(data["state"])
    )
    stepper.preset = HAN
    (bundle,) = (state for state in sent if "W" in state)
    assert {"sizes", "W", "b", "x", "y", "eta"} <= set(bundle)


PUBLISHED = {
    MAZUR: {
        "z1_1": "net_h1",
        "a1_1": "out_h1",
        "a1_2": "out_h2",
        "z2_1": "net_o1",
        "a2_1": "out_o1",
        "a2_2": "out_o2",
        "L": "E_total",
        "dL_da2_1": "dE_dout_o1",
        "da2_1_dz2_1": "dout_o1_dnet_o1",
        "dL_dz2_1": "delta_o1",
        "dL_dw2_11": "dE_dw5",
        "dL_da1_1": "dE_douth1",
        "da1_1_dz1_1": "douth1_dneth1",
        "dL_dw1_11": "dE_dw1",
        "w1_11_new": "w1_new",
        "w1_12_new": "w2_new",
        "w1_21_new": "w3_new",
        "w1_22_new": "w4_new",
        "w2_11_new": "w5_new",
        "w2_12_new": "w6_new",
        "w2_21_new": "w7_new",
        "w2_22_new": "w8_new",
    },
    HAN: {
        "z2_1": "z2",
        "a2_1": "o",
        "w2_11_new": "w46",
        "w2_12_new": "w56",
        "w1_11_new": "w14",
        "w1_21_new": "w15",
        "w1_12_new": "w24",
        "w1_22_new": "w25",
        "w1_13_new": "w34",
        "w1_23_new": "w35",
        "b2_1_new": "theta6",
        "b1_2_new": "theta5",
        "b1_1_new": "theta4",
    },
    NBIS: {
        "z1_1": "z1",
        "a1_1": "a1",
        "z2_1": "z2",
        "a2_1": "a2",
        "dL_da2_1": "dL_da2",
        "da2_1_dz2_1": "da2_dz2",
        "dL_dw2_11": "dL_dw2",
        "w2_11_new": "w2_new",
        "da1_1_dz1_1": "da1_dz1",
        "dL_dw1_11": "dL_dw1",
        "w1_11_new": "w1_new",
    },
}


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_gives_the_published_digits(preset):
    run = NetworkStepper(preset=preset).run()
    printed = worked_examples.load(preset)["published"]
    for name, key in PUBLISHED[preset].items():
        assert worked_examples.agrees(run[name], printed[key]), (name, key)


def test_han_and_kambers_errors_have_the_other_sign():
    run = NetworkStepper(preset=HAN).run()
    printed = worked_examples.load(HAN)["published"]
    for name, key in (("dL_dz1_1", "Err4"), ("dL_dz1_2", "Err5")):
        assert worked_examples.agrees(-run[name], printed[key])
    assert worked_examples.agrees(-run["dL_dz2_1"], printed["Err6"], units=1)


def test_mazurs_biases_stay_and_his_last_error_is_wrong():
    stepper = NetworkStepper(preset=MAZUR)
    run = stepper.run()
    assert not stepper.biases
    assert (run["b1_1_new"], run["b2_2_new"]) == (0.35, 0.6)
    printed = worked_examples.load(MAZUR)["published"]["E_after_1_update"]
    assert not worked_examples.agrees(run["L_new"], printed)
    assert run["L_new"] == pytest.approx(0.29102777369359933, rel=1e-13)
    stepper.biases = True
    assert stepper.run()["b1_1_new"] != 0.35


def test_a_preset_is_one_until_a_number_changes():
    stepper = NetworkStepper(preset=MAZUR)
    assert stepper.preset == MAZUR
    stepper.step, stepper.selected = 5, "b2_1"
    assert stepper.preset == MAZUR
    stepper.eta = 0.1
    assert stepper.preset == ""
    stepper.preset = MAZUR
    assert stepper.eta == 0.5
    stepper.preset = NBIS
    assert (stepper.sizes, stepper.biases) == ("1-1-1", True)
    assert NetworkStepper(preset=MAZUR, eta=0.1).preset == ""


def test_weights_beyond_the_floats_are_no_error():
    stepper = NetworkStepper(sizes="1-1-1", activation=z**9, eta=1e12)
    stepper.W, stepper.x = [[[1e6]], [[1e6]]], [1e3]
    run = stepper.run()
    assert math.isnan(run["L_new"])
    assert "no value" in json.dumps(stepper.steps_table())
    assert "no value" in stepper.still_words()
    stepper.still()


@pytest.mark.parametrize("sizes", [*SIZES])
def test_the_fallback_says_what_run_says(sizes):
    stepper = NetworkStepper(sizes=sizes)
    run, steps = stepper.run(), stepper.steps()
    head, rows = stepper.steps_table()
    assert (len(head), len(rows)) == (4, len(steps))
    values = [[float(v) for v in row[2].split(", ")] for row in rows]
    for (step, names), found in zip(steps.items(), values, strict=True):
        if step == "L_new":
            assert found == pytest.approx([run["L_new"]], rel=1e-8)
        elif step[0] not in "ad":
            expected = [run[name] for name in names]
            assert found == pytest.approx(expected, rel=1e-8)
    assert f"{run['L']:.4g}" in stepper.still_words()
    texts = [t.get_text() for t in stepper.still().axes[0].texts]
    last = len(SIZES[sizes]) - 1
    assert f"{run[f'a{last}_1']:.3g}" in texts
    assert f"{run['dL_dz1_1']:.3g}" in texts


# ---- the view


def floats(text):
    found = re.findall(NUMBER, text)
    return [float(one.rstrip(".").replace("−", "-")) for one in found]


def rows(reader):
    """The texts of the rows of numbers."""
    return reader.widget().locator(".bp-rows p").all_text_contents()


def last_number(text):
    return floats(text.replace(", kept", "").split(" = ")[-1])[-1]


def edge(reader, words):
    """The button of a weight or a bias, by how it is read."""
    words = re.compile(f"^{words}")
    return reader.widget().get_by_role("button", name=words)


def step_to(reader, index):
    reader.widget().locator(".bp-step").nth(index).click()


@in_a_page
@every_size
def test_the_paths_of_every_parameter_add_up(sizes, show):
    stepper = NetworkStepper(sizes=sizes, exact=True)
    run = stepper.run()
    chain = models.network(SIZES[sizes])
    with show(stepper) as reader:
        for name in stepper.parameter_names():
            edge(reader, reading(name)).dispatch_event("click")
            assert reader.states()[0]["selected"] == name
            items = reader.widget().locator(".bp-paths li > div:last-child")
            products = []
            for text in items.all_text_contents():
                factors, product = text.split(" = ")
                numbers = floats(factors)
                assert math.prod(numbers) == pytest.approx(floats(product)[0])
                products.append(floats(product)[0])
            assert len(products) == len(chain[f"dL_d{name}"].paths)
            assert sum(products) == pytest.approx(
                run[f"dL_d{name}"], rel=1e-12
            )
            verdict = reader.widget().locator(".bp-net-paths > p").last
            assert "the gradient that the backward pass gives" in (
                verdict.text_content()
            )


def reading(name):
    """How a button is read, up to the number."""
    l, units = int(name[1]), name[3:]
    if name[0] == "b":
        return f"bias of layer {l}, unit {units} = "
    source = "input" if l == 1 else "unit"
    return (
        f"weight of layer {l}, to unit {units[0]} from {source} {units[1]} = "
    )


@in_a_page
def test_a_path_is_followed_from_the_weight_to_the_loss(show):
    with show(NetworkStepper(preset=MAZUR)) as reader:
        ways = reader.widget().locator(".bp-paths .bp-symbol")
        texts = [t.replace(" ", "") for t in ways.all_text_contents()]
        assert texts == [
            "W[1]11→z[1]1→a[1]1→z[2]1→a[2]1→L",
            "W[1]11→z[1]1→a[1]1→z[2]2→a[2]2→L",
        ]
        lit = reader.widget().locator(".bp-on-path")
        names = [
            label.split(" = ")[0]
            for label in lit.evaluate_all("all => all.map(e => e.ariaLabel)")
        ]
        assert names == [
            "weight of layer 2, to unit 1 from unit 1",
            "weight of layer 2, to unit 2 from unit 1",
        ]


@in_a_page
@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_edges_are_chosen_by_keyboard(key, show):
    stepper = NetworkStepper()
    with show(stepper) as reader:
        reader.widget().locator(".bp-scroll").focus()
        seen = []
        for _ in stepper.parameter_names():
            reader.page.keyboard.press("Tab")
            reader.page.keyboard.press(key)
            seen.append(reader.states()[0]["selected"])
            focused = reader.page.locator("[aria-pressed=true]")
            focused.focus()
        assert sorted(seen) == sorted(stepper.parameter_names())
        assert focused.count() == 1


@in_a_page
def test_a_whole_update_by_keyboard(show):
    stepper = NetworkStepper(preset=MAZUR, exact=True)
    with show(stepper) as reader:
        press = reader.page.keyboard.press
        reader.button("Next").focus()
        for index in range(1, 11):
            press("ArrowRight")
            assert reader.states()[0]["step"] == index
            reader.button("Next").focus()
        press("ArrowRight")
        assert reader.states()[0]["step"] == 10
        reader.button("Next").focus()
        press("Home")
        press("End")
        press("ArrowLeft")
        assert reader.states()[0]["step"] == 9
        reader.button("Next update").focus()
        press("Enter")
        now = reader.states()[0]
    run = stepper.run()
    assert (now["step"], now["update"]) == (0, 1)
    assert now["W"][0][0][0] == pytest.approx(run["w1_11_new"], rel=1e-12)
    assert now["b"] == [[0.35, 0.35], [0.6, 0.6]]


@in_a_page
def test_next_update_again_and_again(show):
    stepper = NetworkStepper(sizes="2-3-1", eta=2.0, exact=True)
    with show(stepper) as reader:
        for count in range(1, 4):
            run = stepper.run()
            reader.button("Next update").click()
            now = reader.states()[0]
            stepper = NetworkStepper(**now)
            found = inputs_of(stepper)
            for name in stepper.parameter_names():
                expected = run[f"{name}_new"]
                assert found[name] == pytest.approx(expected, rel=1e-12)
            step_to(reader, 4)
            assert f"(after {count} update" in reader.live()


@in_a_page
def test_weights_out_of_range_end_the_updates(show):
    with show(NetworkStepper(eta=1e12, step=10)) as reader:
        assert "far too large" in reader.live()
        before = reader.states()
        again = reader.button("Next update")
        assert again.get_attribute("aria-disabled") == "true"
        again.click(force=True)
        assert reader.states() == before


@in_a_page
def test_the_network_and_the_presets_are_chosen(show):
    with show(NetworkStepper(exact=True)) as reader:
        select = reader.widget().get_by_role("combobox", name="network")
        options = select.locator("option").evaluate_all(
            "all => all.map(option => option.value)"
        )
        assert options == [*SIZES, *PRESETS]
        for option in options:
            select.select_option(option)
            now = reader.states()[0]
            assert select.input_value() == option
            sizes = option if option in SIZES else now["sizes"]
            assert now["sizes"] == sizes
            given = {"preset": option} if option in PRESETS else now
            expected = NetworkStepper(**given)
            for name in ("W", "b", "x", "y"):
                assert now[name] == json.loads(
                    json.dumps(getattr(expected, name))
                )
            assert now["biases"] == expected.biases
            tabs = reader.widget().locator(".bp-step")
            assert tabs.count() == len(expected.steps())


@in_a_page
def test_a_preset_with_another_number_is_none(show):
    with show(NetworkStepper(preset=MAZUR)) as reader:
        select = reader.widget().get_by_role("combobox", name="network")
        assert select.input_value() == MAZUR
        reader.slider("x₁").press("ArrowRight")
        assert select.input_value() == "2-2-2"
        select.select_option(MAZUR)
        assert reader.states()[0]["x"] == [0.05, 0.1]


@in_a_page
def test_the_published_weights_appear(show):
    with show(NetworkStepper(preset=MAZUR, step=9, exact=True)) as reader:
        printed = worked_examples.load(MAZUR)["published"]
        shown = [
            last_number(text) for text in rows(reader) if "kept" not in text
        ]
        assert len(shown) == 8
        for i, value in enumerate(shown, start=1):
            assert worked_examples.agrees(value, printed[f"w{i}_new"])
        kept = [text for text in rows(reader) if "kept" in text]
        assert len(kept) == 4
        reader.widget().get_by_role("checkbox", name="update biases").check()
        assert not any("kept" in text for text in rows(reader))
        assert reader.states()[0]["biases"] is True


@in_a_page
def test_sliders_set_their_entry(show):
    with show(NetworkStepper(sizes="2-3-1")) as reader:
        for label, name, index in (("x₂", "x", 1), ("y₁", "y", 0)):
            reader.slider(label).press("Home")
            assert reader.states()[0][name][index] < -1.9
        edge(reader, reading("w2_13")).dispatch_event("click")
        assert reader.slider("W[1]₁₁").count() == 0
        reader.slider("W[2]₁₃").press("End")
        assert reader.states()[0]["W"][1][0][2] == 5
        edge(reader, reading("b1_2")).dispatch_event("click")
        reader.slider("b[1]₂").press("End")
        assert reader.states()[0]["b"][0] == [-0.4, 5, 0.2]
        reader.slider("η").press("Home")
        assert reader.states()[0]["eta"] == 0.001


@in_a_page
def test_an_edge_is_read_to_from(show):
    with show(NetworkStepper(preset=MAZUR, step=8)) as reader:
        label = edge(reader, reading("w1_21")).get_attribute("aria-label")
        assert label == (
            "weight of layer 1, to unit 2 from input 1 = 0.25, "
            "gradient 0.0004977"
        )
        title = edge(reader, reading("w1_21")).locator("title")
        assert title.text_content() == (
            "W[1]₂₁: weight of layer 1, to unit 2 from input 1"
        )


@in_a_page
def test_an_edge_is_clicked_and_tapped(show):
    for options in ({}, {"has_touch": True}):
        with show(NetworkStepper(), **options) as reader:
            line = edge(reader, reading("w2_11")).locator("path").first
            box = line.bounding_box()
            place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
            touch = reader.page.touchscreen
            (touch.tap if options else reader.page.mouse.click)(*place)
            assert reader.states()[0]["selected"] == "w2_11"


@in_a_page
def test_only_what_is_reached_is_drawn(show):
    stepper = NetworkStepper()
    with show(stepper) as reader:
        graph = reader.widget().locator(".bp-net")
        for index in range(len(stepper.steps())):
            step_to(reader, index)
            slopes = graph.locator(".bp-slope").all_text_contents()
            assert (any(slopes)) == (5 <= index < 10)
            outputs = graph.locator(".bp-value").all_text_contents()
            assert len([t for t in outputs if t]) == {
                **dict.fromkeys((0, 1), 6),
                **dict.fromkeys((2, 3), 8),
            }.get(index, 9)
            lit = graph.locator(".bp-lit").count()
            assert lit == (4, 0, 4, 0, 4, 2, 4, 4, 4, 0, 0)[index]


@in_a_page
def test_the_counter(show):
    with show(NetworkStepper(depth=2, width=2)) as reader:
        text = reader.widget().locator(".bp-count")
        separate, reuse = multiplications((2, 2, 2))
        assert f"by itself: {separate} multiplications" in text.text_content()
        assert f"the loss back: {reuse}." in text.text_content()
        reader.slider("layers").press("End")
        reader.slider("units in each").press("End")
        assert "10³⁸ paths" in text.text_content()
        assert "·10⁴³ multiplications" in text.text_content()
        assert "back: 392000." in text.text_content()
        reader.slider("layers").press("Home")
        reader.slider("units in each").press("Home")
        assert "1 path to" in text.text_content()
        assert "That is the same." in text.text_content()


@in_a_page
def test_an_address_with_sizes_alone_brings_their_numbers(show):
    other = starting_numbers("2-2-2")["W"]
    address = hash_of({"sizes": "1-1-1", "W": other, "step": 14})
    with show(NetworkStepper(exact=True), hash=address) as reader:
        run = NetworkStepper(sizes="1-1-1").run()
        assert floats(reader.live())[1] == pytest.approx(run["L_new"])
        reader.slider("x₁").press("End")
        assert reader.states()[0]["x"] == [5]
        assert reader.states()[0]["W"] == [[[0.4]], [[0.6]]]


@in_a_page
@pytest.mark.parametrize(
    ("theme", "width"),
    [
        pytest.param(*way, marks=[pytest.mark.sweep] * (way not in ALWAYS))
        for way in EVERY_WAY
    ],
)
def test_axe_finds_nothing_at_any_step(theme, width, show):
    view = {"viewport": {"width": width, "height": 900}}
    deep = NetworkStepper(sizes="2-2-2-2")
    with show(deep, theme=theme, **view) as reader:
        for index in (0, 4, 7, len(deep.steps()) - 1):
            step_to(reader, index)
            found = accessibility.violations(reader.page, ".bp-host")
            assert found == []
            wide = "document.documentElement.scrollWidth"
            assert reader.page.evaluate(wide) <= width


@in_a_page
def test_play_walks_to_the_end(show):
    with show(NetworkStepper(), clock=True) as reader:
        reader.button("Play").click()
        reader.page.clock.run_for(1600 * 3)
        assert reader.states()[0]["step"] == 3
        reader.button("Pause").click()
        reader.page.clock.run_for(16_000)
        assert reader.states()[0]["step"] == 3
        select = reader.widget().get_by_role("combobox", name="network")
        reader.button("Play").click()
        select.select_option("1-1-1")
        reader.page.clock.run_for(16_000)
        assert reader.states()[0]["step"] == 0
