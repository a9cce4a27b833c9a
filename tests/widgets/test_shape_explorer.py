"""The shape explorer: arrays, shapes, and what a planted mistake breaks."""

import itertools
import random
import re

import numpy as np
import pytest
import traitlets
import widget_modules
import widget_page
from backprop import widgets
from backprop.numerics import gradcheck, network
from backprop.widgets.shape_explorer.cases import badge
from backprop.widgets.shape_explorer.widget import EQUATIONS, GIVEN, MISTAKES

ORDER = [*GIVEN, *EQUATIONS]
SIZES = ("m", "inputs", "hidden", "outputs")
CLOSE = 1e-12
PLANTED = [mistake for mistake in MISTAKES if mistake != "none"]
browser_test = pytest.mark.site


def explorer(m=4, inputs=2, hidden=3, outputs=2, **state):
    sizes = dict(zip(SIZES, (m, inputs, hidden, outputs), strict=True))
    return widgets.ShapeExplorer(**sizes, **state)


def random_states(seed, count, mistakes=MISTAKES):
    """Sizes, a mistake and a selection."""
    rng = random.Random(seed)
    for _ in range(count):
        yield {name: rng.randint(1, 6) for name in SIZES} | {
            "mistake": rng.choice([*mistakes]),
            "activation": rng.choice(["tanh", "sigmoid", "relu", "softplus"]),
            "array": rng.choice(ORDER),
            "row": rng.randrange(6),
            "column": rng.randrange(6),
        }


# ---- Python ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *((name, bad) for name in SIZES for bad in (0, 7, -1, 2.5, "3", None)),
        ("row", -1),
        ("row", 6),
        ("column", 6),
        ("mistake", "all"),
        ("array", "Z[3]"),
    ],
)
def test_a_bad_value_is_refused_and_the_old_one_stays(name, bad):
    widget = explorer()
    old = getattr(widget, name)
    with pytest.raises(traitlets.TraitError, match=name):
        setattr(widget, name, bad)
    assert getattr(widget, name) == old


@pytest.mark.parametrize("sizes", [(4, 2, 3, 2), (1, 1, 1, 1), (6, 5, 4, 3)])
def test_the_shapes_are_the_books(sizes):
    m, n0, n1, n2 = sizes
    shapes = explorer(*sizes).shapes()
    assert sorted(shapes) == sorted(ORDER)
    for l, (before, size) in {1: (n0, n1), 2: (n1, n2)}.items():
        assert shapes[f"W[{l}]"] == shapes[f"dL_dW[{l}]"] == (size, before)
        assert shapes[f"b[{l}]"] == shapes[f"dL_db[{l}]"] == (size,)
        for name in ("Z", "A", "dL_dZ", "dL_dA"):
            assert shapes[f"{name}[{l}]"] == (m, size)
    assert shapes["X"] == (m, n0)
    assert shapes["Y"] == (m, n2)


@pytest.mark.parametrize("state", [*random_states(1, 30, ["none"])])
def test_without_a_mistake_it_is_the_networks_pass(state):
    widget = widgets.ShapeExplorer(**state)
    right, found = widget.right(), widget.run()
    assert list(found) == ORDER
    for name in ORDER:
        np.testing.assert_allclose(found[name], right[name], CLOSE, CLOSE)
    assert set(widget.verdicts().values()) == {"right"}


def test_the_right_pass_stands_the_gradient_check():
    widget = explorer(5, 4, 3, 2)
    right = widget.right()
    layers = tuple(
        network.Layer(right[f"W[{l}]"], right[f"b[{l}]"], "tanh")
        for l in (1, 2)
    )
    gradients = network.Gradients(
        *({l: right[f"{n}[{l}]"] for l in (1, 2)} for n in
          ("dL_dZ", "dL_dW", "dL_db")),
        first_W=right["W[1]"],
    )  # fmt: skip
    X, Y = right["X"], right["Y"]
    loss = "half_squared_error"
    assert gradcheck.check_network(layers, X, Y, loss, gradients).passed


def fits(mistake, m, n0, n1, n2):
    """Whether numpy takes every product of the pass."""
    return {
        "forward": n0 == n1 == n2,
        "gradient": m == n1 == n2,
        "backward": n1 == n2,
    }.get(mistake, True)


@pytest.mark.parametrize("mistake", PLANTED)
def test_numpy_refuses_exactly_where_sizes_differ(mistake):
    for sizes in itertools.product((1, 2, 3), repeat=4):
        words = explorer(*sizes, mistake=mistake).verdicts()
        refused = [n for n in ORDER if words[n].startswith("refused")]
        assert len(refused) == (not fits(mistake, *sizes)), sizes
        after = ORDER[ORDER.index(refused[0]) + 1 :] if refused else []
        late = [n for n in ORDER if words[n] == "not reached"]
        assert late == after


@pytest.mark.parametrize(
    ("mistake", "sizes", "expected"),
    [
        (
            "forward",
            (4, 2, 3, 2),
            {"Z[1]": "refused: shapes (4, 2) and (3, 2) do not fit, "
                     "inner sizes 2 and 3"},
        ),
        (
            "forward",
            (4, 2, 2, 3),
            {"Z[2]": "refused: shapes (4, 2) and (3, 2) do not fit, "
                     "inner sizes 2 and 3"},
        ),
        (
            "gradient",
            (4, 2, 3, 2),
            {"dL_dW[2]": "refused: shapes (4, 2) and (4, 3) do not fit, "
                         "inner sizes 2 and 4"},
        ),
        (
            "backward",
            (4, 2, 3, 2),
            {"dL_dA[1]": "refused: shapes (4, 2) and (3, 2) do not fit, "
                         "inner sizes 2 and 3"},
        ),
        ("swapped", (4, 2, 2, 2), {"dL_dW[1]": "wrong: 2 of 4 entries"}),
        (
            "swapped",
            (4, 2, 3, 2),
            {"dL_dW[1]": "wrong shape: (2, 3) for (3, 2)"},
        ),
        (
            "bias",
            (4, 2, 3, 2),
            {"dL_db[1]": "wrong shape: (4, 3) for (3,)",
             "dL_dW[1]": "right"},
        ),
        (
            "backward",
            (4, 3, 2, 2),
            {"dL_dA[1]": "wrong: 8 of 8 entries", "dL_dW[2]": "right"},
        ),
        ("sum", (1, 2, 3, 2), {"dL_dA[2]": "right", "dL_dW[1]": "right"}),
    ],
)  # fmt: skip
def test_the_verdicts(mistake, sizes, expected):
    words = explorer(*sizes, mistake=mistake).verdicts()
    assert {name: words[name] for name in expected} == expected


@pytest.mark.parametrize(("mistake", "share"), [("sum", 4), ("twice", 1 / 4)])
def test_the_mean_is_a_factor(mistake, share):
    widget = explorer(4, 2, 3, 2, mistake=mistake)
    right, found = widget.right(), widget.run()
    for name in ("dL_dW[1]", "dL_db[1]", "dL_dW[2]", "dL_db[2]"):
        np.testing.assert_allclose(found[name], share * right[name], CLOSE)


def test_swapped_factors_give_the_transpose():
    widget = explorer(5, 4, 3, 2, mistake="swapped")
    right, found = widget.right(), widget.run()
    for name in ("dL_dW[1]", "dL_dW[2]"):
        np.testing.assert_allclose(found[name], right[name].T, CLOSE)


def test_the_table_and_the_still_say_what_is_wrong():
    widget = explorer(mistake="backward")
    head, rows = widget.steps_table()
    assert head == ["array", "shape", "made of", "verdict"]
    assert [row[0] for row in rows] == ORDER
    assert {len(row) for row in rows} == {4}
    said = {row[0]: row[3] for row in rows}
    assert said == widget.verdicts()
    words = widget.still_words()
    assert "dL_dA[1] refused: shapes (4, 2) and (3, 2)" in words
    assert "W[1] (3, 2)" in words
    assert "Mistake" not in explorer().still_words()
    texts = [text.get_text() for text in widget.still().axes[0].texts]
    assert texts.count("not computed") == 4
    assert "∂L/∂W[1]" in texts


# ---- the view --------------------------------------------------------------


VIEW = """([state, changes]) => {
  const model = new Model(state), place = document.createElement("div");
  const stop = views.shape_explorer.render({ model, el: place });
  const computed = () => Object.fromEntries(
    Object.entries(computes.shape_explorer.compute(model).found)
      .filter(([, { rows }]) => rows)
      .map(([name, { rows, flat }]) => [name, flat ? rows[0] : rows]));
  const all = changes.map((values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    const cards = [...place.querySelectorAll(".bp-option")].map((card) =>
      [...card.querySelectorAll("span")].map((part) => part.textContent));
    const parts = [...place.querySelectorAll(".bp-slot:not([hidden])")].map(
      (slot) => [slot.querySelector(".bp-name").textContent,
        [...slot.querySelectorAll(".bp-line")].map((line) =>
          [...line.querySelectorAll(".bp-cell:not(.bp-out)")].map((cell) =>
            cell.classList.contains("bp-bad"))).filter((row) => row.length)]);
    const bad = [...place.querySelectorAll(".bp-result .bp-bad")];
    return { drawn: computed(), cards, parts, bad: bad.length,
      live: place.querySelector(".bp-live").textContent,
      words: place.querySelector(".bp-verdict").textContent };
  });
  stop();
  return all;
}"""


@pytest.fixture
def view(views):
    """Draw the widget in many states; what it shows in each."""
    state = widget_modules.state_of(widgets.ShapeExplorer())
    return lambda changes: views.evaluate(VIEW, [state, changes])


@browser_test
def test_what_is_drawn_is_what_run_computes(view):
    states = [*random_states(2, 400)]
    for mistake in MISTAKES:
        states += [
            {**state, "mistake": mistake, **dict.fromkeys(SIZES, 1 + i % 6)}
            for i, state in enumerate(random_states(3, 6))
        ]
    seen = set()
    for state, shown in zip(states, view(states), strict=True):
        widget = widgets.ShapeExplorer(**state)
        expected = widget.run()
        assert {*shown["drawn"]} == {*expected}, state
        for name, array in expected.items():
            found = np.array(shown["drawn"][name])
            assert found.shape == np.shape(array), (name, state)
            assert np.max(np.abs(found - array)) <= CLOSE, (name, state)
        words = widget.verdicts()
        seen |= {(state["mistake"], word.split(":")[0])
                 for word in words.values()}  # fmt: skip
        assert_says(shown, state, widget, words)
    for mistake in set(PLANTED) - {"bias"}:
        assert (mistake, "wrong") in seen, mistake
    for mistake in ("forward", "gradient", "backward"):
        assert (mistake, "refused") in seen
    for mistake in ("swapped", "bias"):
        assert (mistake, "wrong shape") in seen


def assert_says(shown, state, widget, words):
    """The cards, the line and the marks tell the verdicts of Python."""
    shapes = {name: np.shape(a) for name, a in widget.run().items()}
    for name, shape, mark in shown["cards"]:
        name = name.replace("∂L/∂", "dL_d")
        assert shape == str(shapes.get(name, widget.shapes()[name]))
        assert mark == badge(words[name]), (name, state)
    array = state["array"]
    if words[array] != "right":
        assert words[array] in shown["live"]
    for name, marked in shown["parts"][1:]:
        source = name.replace("∂L/∂", "dL_d").removeprefix("f′(")
        wrong = np.atleast_2d(widget.wrong()[source.rstrip("ᵀ)")])
        wrong = wrong.T if name.endswith("ᵀ") else wrong
        assert np.array_equal(marked, wrong), (name, state)
    marks = widget.wrong().get(array, np.zeros(1))
    assert shown["bad"] == marks.sum()
    if any(word.startswith("refused") for word in words.values()):
        assert shown["words"].startswith("Refused by numpy")
    elif set(words.values()) == {"right"} and state["mistake"] != "none":
        assert "changes nothing" in shown["words"]


@browser_test
def test_a_mistake_leads_to_what_it_spoils_first(show):
    with show(explorer()) as reader:
        for mistake, words in MISTAKES.items():
            at = reader.states()[0]["array"]
            reader.button(words).click()
            now = reader.states()[0]["array"]
            verdicts = explorer(mistake=mistake).verdicts()
            spoilt = [n for n in ORDER if verdicts[n] != "right"]
            assert now == (spoilt[0] if spoilt else at), mistake


@browser_test
def test_the_sum_of_an_entry_gives_the_entry(view):
    states = [
        {**state, "exact": True}
        for state in random_states(4, 300)
        if state["mistake"] != "forward"
    ]
    checked = set()
    for state, shown in zip(states, view(states), strict=True):
        text = shown["live"].replace("−", "-").replace("·", "*")
        found = re.search(r"Entry \[.*?\], [^:]*: (.*?)(, and should|\.( |$))",
                          text)  # fmt: skip
        if not found or "=" not in found[1] or "f(" in found[1]:
            continue
        left, value = found[1].replace("10⁻", "1e-").split(" = ")
        if "⁻" in text:
            continue
        total = eval(left.replace("[", "(").replace("]", ")"))
        assert total == pytest.approx(float(value), rel=1e-9, abs=1e-12)
        checked.add(state["array"])
    assert len(checked) >= 9


@browser_test
def test_the_update_that_numpy_stretches(view):
    cases = [
        ((4, 2, 3, 2), "bias", "is not refused either: it becomes (4, 2)"),
        ((4, 2, 3, 2), "swapped", "is refused"),
        ((4, 2, 3, 1), "swapped", "is not refused either: it becomes (3, 3)"),
    ]
    states = [
        {**dict(zip(SIZES, sizes, strict=True)), "mistake": mistake}
        for sizes, mistake, _ in cases
    ]
    for shown, state, (_, _, words) in zip(
        view(states), states, cases, strict=True
    ):
        assert words in shown["words"]
        widget = widgets.ShapeExplorer(**state)
        found, bad = widget.run(), next(
            name
            for name, said in widget.verdicts().items()
            if said.startswith("wrong shape")
        )  # fmt: skip
        before = np.array(found[bad.replace("dL_d", "")])
        gradient = np.array(found[bad])
        if words == "is refused":
            with pytest.raises(ValueError, match="broadcast"):
                before - gradient
        else:
            assert str((before - gradient).shape) in words


# ---- hands -----------------------------------------------------------------


@pytest.fixture
def shown(browser, tmp_path):
    """A page with one explorer, and a `Reader`."""
    path = widget_page.write(tmp_path, [explorer(4, 2, 3, 2)])
    with widget_page.reading(browser, path.as_uri()) as reader:
        yield reader
        reader.check()


def cell(reader, i, j):
    line = reader.widget().locator(".bp-result .bp-line").nth(i)
    return line.locator(".bp-cell").nth(j)


def chosen(reader):
    state = reader.states()[0]
    return state["array"], state["row"], state["column"]


@browser_test
def test_a_click_chooses_an_array_and_an_entry(shown):
    options = shown.widget().locator(".bp-option")
    assert options.count() == len(ORDER)
    options.filter(has_text=re.compile(r"^∂L/∂W\[1\]")).click()
    assert chosen(shown)[0] == "dL_dW[1]"
    cell(shown, 2, 1).click()
    assert chosen(shown) == ("dL_dW[1]", 2, 1)
    assert "Entry [2, 1], to unit 3 of layer 1 from input 2" in shown.live()
    lit = shown.widget().locator(".bp-on:visible")
    assert lit.count() == 1 + 4 + 4  # the entry, a row and a column of four


@browser_test
def test_the_keys_walk_through_arrays_and_entries(shown):
    press = shown.page.keyboard.press
    shown.widget().locator(".bp-option[aria-selected=true]").focus()
    for key, place in [("ArrowRight", 7), ("ArrowDown", 8), ("ArrowLeft", 7),
                       ("Home", 0), ("ArrowUp", 0), ("End", 17),
                       ("ArrowRight", 17)]:  # fmt: skip
        press(key)
        assert chosen_after(shown) == ORDER[place], key
    press("Home")
    press("ArrowRight")  # W[1], (3, 2)
    cell(shown, 0, 0).focus()
    walk = [("ArrowDown", (1, 0)), ("ArrowRight", (1, 1))]
    walk += [("ArrowRight", (1, 1)), ("Home", (1, 0)), ("End", (1, 1))]
    walk += [("ArrowDown", (2, 1)), ("ArrowDown", (2, 1)), ("ArrowUp", (1, 1))]
    for key, place in walk:
        press(key)
        focused = shown.page.locator(":focus")
        assert focused.get_attribute("aria-selected") == "true", key
        assert f"Entry [{place[0]}, {place[1]}]" in shown.live(), key


def chosen_after(reader):
    """The array whose card is selected, which has the focus."""
    focused = reader.page.locator(":focus")
    assert focused.get_attribute("aria-selected") == "true"
    name = focused.locator(".bp-name").text_content()
    return name.replace("∂L/∂", "dL_d")


@browser_test
def test_next_and_back_walk_in_the_order_of_the_pass(shown):
    for name in ORDER[ORDER.index("Z[1]") + 1 :]:
        shown.button("Next").click()
        assert chosen(shown)[0] == name
    assert shown.button("Next").get_attribute("aria-disabled") == "true"
    shown.button("Back").click()
    assert chosen(shown)[0] == ORDER[-2]


@browser_test
def test_a_mistake_is_chosen_and_marked(shown):
    for mistake, words in MISTAKES.items():
        pill = shown.button(words)
        pill.click()
        assert pill.get_attribute("aria-pressed") == "true"
        assert shown.states()[0]["mistake"] == mistake
        pressed = shown.widget().locator("[aria-pressed=true]")
        assert pressed.count() == 1


@browser_test
def test_matching_sizes_are_boxed_and_clashing_ones_too(shown):
    boxed = shown.widget().locator(".bp-inner")
    assert boxed.all_text_contents() == ["2", "2"]
    assert shown.widget().locator(".bp-clash").count() == 0
    shown.button(MISTAKES["forward"]).click()
    clash = shown.widget().locator(".bp-clash")
    assert clash.all_text_contents() == ["2", "3"]
    assert "≠" in shown.widget().locator(".bp-sign").all_text_contents()
