"""The Python side: traits, the reader's own activation, and the page HTML."""

import json
import random
import re
import sys

import mpmath
import numpy as np
import pytest
import sympy as sp
import traitlets
from backprop import widgets
from backprop.symbolic import catalogue, tree, z
from backprop.widgets.core import schema
from backprop.widgets.core.links import box_html
from backprop.widgets.core.numbers import Number
from bs4 import BeautifulSoup
from ipywidgets import HBox, IntSlider, VBox
from widget_page import html_of

CLASSES = [
    getattr(widgets, name) for name in widgets.__all__ if name != "link"
]
NUMBERS = [
    pytest.param(one, name, id=f"{one.__name__}-{name}")
    for one in CLASSES
    for name, trait in one.class_traits().items()
    if isinstance(trait, Number)
]
BAD = [True, False, "1", None, float("nan"), float("inf"), -float("inf")]
BAD += [[1.0], 1j, 1e300, -1e300]
SWISH = z / (1 + sp.exp(-z))
every_class = pytest.mark.parametrize("cls", CLASSES)


@every_class
def test_a_misspelt_keyword_is_refused(cls):
    with pytest.raises(TypeError, match="exakt: found what .*expected one of"):
        cls(exakt=True)


def test_all_are_there():
    names = [cls.__name__ for cls in CLASSES]
    assert {"ActivationExplorer", "NetworkStepper", "Stepper"} <= set(names)
    assert len(names) == len(set(names)) >= 5


@every_class
def test_a_class_is_found_where_it_was_with_a_warning(cls):
    module = sys.modules[cls.__module__.rpartition(".")[0]]
    new = f"is backprop.widgets.{cls.__name__} now"
    with pytest.warns(DeprecationWarning, match=new):
        assert getattr(module, cls.__name__) is cls
    assert not hasattr(module, "Nothing")


@pytest.mark.parametrize("bad", BAD, ids=repr)
@pytest.mark.parametrize(("cls", "name"), NUMBERS)
def test_a_bad_number_is_refused_and_the_old_one_stays(cls, name, bad):
    widget = cls()
    trait, old = widget.traits()[name], getattr(widget, name)
    with pytest.raises(traitlets.TraitError) as refusal:
        setattr(widget, name, bad)
    expected = f"expected a number from {trait.low} to {trait.high}"
    assert str(refusal.value) == f"{name}: found {bad!r}, {expected}"
    assert getattr(widget, name) == old
    with pytest.raises(traitlets.TraitError):
        cls(**{name: bad})


@pytest.mark.parametrize(("cls", "name"), NUMBERS)
def test_the_ends_of_a_range_belong_to_it(cls, name):
    widget = cls()
    low, high = schema.of(cls)["ranges"][name]
    for value in (low, high):
        setattr(widget, name, value)
        assert getattr(widget, name) == value
        assert isinstance(getattr(widget, name), float)
    for value in (low - abs(low), high * 2):
        if low <= value <= high:
            continue
        with pytest.raises(traitlets.TraitError, match=f"{name}: found"):
            setattr(widget, name, value)
        assert getattr(widget, name) == high


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("step", -1),
        ("step", 11),
        ("step", 1.5),
        ("update", -1),
        ("until", "z"),
        ("exact", "yes"),
        ("exact", None),
    ],
)
def test_the_stepper_refuses_what_is_no_step(name, bad):
    stepper = widgets.Stepper(step=3, update=2)
    old = getattr(stepper, name)
    with pytest.raises(traitlets.TraitError):
        setattr(stepper, name, bad)
    assert getattr(stepper, name) == old


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("swish", "activation: found 'swish', expected one of sigmoid"),
        ("", "activation: found ''"),
        (sp.Symbol("q") * z, "found the symbols q"),
        (catalogue.w * z, "found the symbols w"),
        (None, "activation"),
        ([1], "activation"),
        (True, "activation"),
        (sp.gamma(z), "found gamma, expected an expression in the book's"),
    ],
    ids=str,
)
@every_class
def test_a_bad_activation_is_refused(cls, bad, words):
    widget = cls(activation="tanh")
    custom, choices = widget.custom, widget.choices
    with pytest.raises(traitlets.TraitError, match=re.escape(words)):
        widget.activation = bad
    assert widget.activation == "tanh"
    assert (widget.custom, widget.choices) == (custom, choices)


@every_class
def test_an_activation_of_the_reader(cls):
    widget = cls()
    before = cls(activation="sigmoid").run()
    widget.activation = SWISH
    name = str(SWISH)
    assert widget.custom["name"] == name
    assert widget.custom["tree"] == tree.plain(tree.of_sympy(SWISH))
    assert [name, name] in widget.choices["activation"]
    assert len(widget.choices["activation"]) == 7
    own = widget.run()
    assert own != before
    widget.activation = "sigmoid"
    assert widget.run() == before
    widget.set_state({"activation": name})  # as the front end does
    assert widget.activation == SWISH
    assert widget.run() == own
    assert widget.get_state()["activation"] == name
    json.dumps(widget.get_state(["activation", "custom", "choices"]))


@every_class
def test_a_second_activation_of_the_reader_replaces_the_first(cls):
    widget = cls(activation=SWISH)
    widget.activation = z**3
    assert widget.custom["name"] == "z**3"
    names = [row[0] for row in widget.choices["activation"]]
    assert names == [*catalogue.ACTIVATIONS, "z**3"]


@every_class
def test_a_constant_activation_passes_no_gradient_and_still_shows(cls):
    widget = cls(activation=sp.Integer(3))
    assert "bp-host" in widget.page_html()
    if cls is widgets.Stepper:
        assert widget.run()["dL_dw"] == 0


@pytest.mark.parametrize(
    "expression", [sp.Max(z, z / 9), z / (1 + sp.Abs(z))], ids=str
)
def test_a_kinked_activation_works(expression):
    widget = widgets.ActivationExplorer(activation=expression)
    real = sp.Symbol("r", real=True)
    f = expression.subs(z, real)
    for value in (-2.0, 3.0):
        widget.z = value
        found = widget.run()
        assert found["a"] == pytest.approx(float(f.subs(real, value)))
        slope = float(f.diff(real).subs(real, value))
        assert found["da_dz"] == pytest.approx(slope)


@pytest.mark.parametrize("expression", [1 / z, sp.log(z), sp.sqrt(z)])
@every_class
def test_a_place_without_a_value_is_said_in_words(cls, expression):
    widget = cls(activation=expression)
    for name in ("z", "x", "w", "b", "start"):
        if isinstance(getattr(widget, name, None), float):
            setattr(widget, name, 0.0)
    widget.run()
    text = html_of(widget, pictures=expression == 1 / z).lower()
    for word in ("nan", ">inf<", ">-inf<"):
        assert word not in text


def random_state(rng):
    """A state of the stepper, of the order of 1."""
    state = {name: rng.uniform(-2, 2) for name in ("w", "b", "x", "y")}
    return state | {
        "eta": 10 ** rng.uniform(-3, 1),
        "activation": rng.choice([*catalogue.ACTIVATIONS]),
    }


def evaluate(activation, at):
    """An activation and its slope, from the plain formula, in mpmath."""
    f = catalogue.ACTIVATIONS[activation]
    pair = (f, f.diff(z))
    return [sp.lambdify(z, part, "mpmath")(at) for part in pair]


def one_update(w, b, x, y, eta, activation):
    """The whole update by hand, in 30 digits."""
    w, b, x, y, eta = map(mpmath.mpf, (w, b, x, y, eta))
    pre = w * x + b
    out, slope = evaluate(activation, pre)
    error = (out - y) * slope
    new = w - eta * error * x, b - eta * error
    moved, _ = evaluate(activation, new[0] * x + new[1])
    return {
        "z": pre,
        "a": out,
        "L": (out - y) ** 2 / 2,
        "dL_da": out - y,
        "da_dz": slope,
        "dL_dz": error,
        "dL_dw": error * x,
        "dL_db": error,
        "w_new": new[0],
        "b_new": new[1],
        "L_new": (moved - y) ** 2 / 2,
        "predicted": -eta * ((error * x) ** 2 + error**2),
    }


@pytest.mark.parametrize("seed", range(60))
def test_the_steppers_run_is_right(seed):
    state = random_state(random.Random(seed))
    with mpmath.workdps(30):
        expected = one_update(**state)
        found = widgets.Stepper(**state).run()
        assert list(found) == list(expected)
        for name, value in expected.items():
            gap = abs(found[name] - value)
            assert gap < 1e-13 * max(1, abs(value)), name


def descent(w, b, x, y, eta, activation, moves, steps):
    """The iterates by hand, in 30 digits: (w, b, L) each."""
    path = []
    for _ in range(steps + 1):
        now = one_update(w, b, x, y, eta, activation)
        path.append((mpmath.mpf(w), mpmath.mpf(b), now["L"]))
        w = now["w_new"] if "w" in moves else w
        b = now["b_new"] if "b" in moves else b
    return path


@pytest.mark.parametrize("seed", range(20))
def test_the_runs_of_descent_are_right(seed):
    state = random_state(random.Random(seed)) | {"steps": 5}
    state["eta"] = min(state["eta"], 0.5)
    with mpmath.workdps(30):
        both = descent(moves="wb", **state)
        only = [(w, L) for w, _, L in descent(moves="w", **state)]
    found = widgets.LossSurface(**state).run()
    assert_paths(found, both)
    state["start"] = state.pop("w")
    assert_paths(widgets.LearningRateExplorer(**state).run(), only)


def assert_paths(found, expected):
    """Every number of every iterate to eleven digits: errors add up."""
    assert len(found) == len(expected)
    for now, then in zip(found, expected, strict=True):
        for one, other in zip(now, then, strict=True):
            assert abs(one - other) < 1e-11 * max(1, abs(other))


@pytest.mark.parametrize("seed", range(20))
def test_the_explorers_run_is_right(seed):
    rng = random.Random(seed)
    name, at = rng.choice([*catalogue.ACTIVATIONS]), rng.uniform(-20, 20)
    found = widgets.ActivationExplorer(activation=name, z=at).run()
    with mpmath.workdps(40):
        value, slope = evaluate(name, mpmath.mpf(at))
        assert found["z"] == at
        assert abs(found["a"] - value) < 1e-13 * max(1, abs(value))
        assert abs(found["da_dz"] - slope) < 1e-13


def parts(widget):
    """The state and the table of the HTML of a page."""
    soup = BeautifulSoup(html_of(widget), "html.parser")
    (script,) = soup.find_all("script")
    assert script["type"] == "application/json"
    rows = [
        [cell.get_text() for cell in row.find_all(["th", "td"])]
        for row in soup.find_all("tr")
    ]
    return json.loads(script.string), rows


@every_class
def test_the_page_has_the_state_as_json(cls):
    widget = cls()
    state, _ = parts(widget)
    for name in widget.shared:
        assert state[name] == json.loads(json.dumps(getattr(widget, name)))
    known = schema.of(cls)
    assert {*state} == {*known["traits"]} >= {*known["shared"]}
    assert {*known["ranges"]} <= {*state}
    assert not {"layout", "_esm", "_css", "tooltip"} & set(state)


@every_class
def test_nothing_breaks_out_of_the_script(cls):
    below = sp.Piecewise((z, z < 2), (z**2, True))
    widget = cls(activation=below)
    widget.choices = {
        "activation": [["a", "</script><b>&<!--"], *ours(widget)]
    }
    text = html_of(widget)
    inside = text.split(">", 2)[2].split("</script>")[0]
    assert "<" not in inside
    assert text.count("</script") == 1
    state, _ = parts(widget)
    assert state["choices"]["activation"][0][1] == "</script><b>&<!--"
    assert state["activation"] == str(below)


def ours(widget):
    return widget.choices["activation"]


@every_class
def test_a_cell_of_the_table_is_text(cls):
    class Hostile(cls):
        def steps_table(self):
            return ["<b>", "x"], [["<img src=x>", "&"]]

    soup = BeautifulSoup(html_of(Hostile()), "html.parser")
    assert [*soup.select("img:not(.bp-still)")] == []
    assert soup.find("b") is None
    assert soup.find("td").get_text() == "<img src=x>"


@pytest.mark.parametrize(
    ("until", "count"), [("L", 3), ("dL_db", 8), ("L_new", 11)]
)
def test_the_table_of_the_stepper_has_its_numbers(until, count):
    stepper = widgets.Stepper(until=until)
    _, (head, *rows) = parts(stepper)
    assert head[1:3] == ["quantity", "value"]
    assert len(rows) == count
    assert rows[-1][1] == until
    for _, name, value, _ in rows:
        assert float(value) == pytest.approx(stepper.run()[name], rel=1e-8)


def test_the_table_of_the_explorer_has_its_numbers():
    explorer = widgets.ActivationExplorer(activation="softplus", z=0.3)
    _, (_, *rows) = parts(explorer)
    assert "0.3" in [row[0] for row in rows]
    for row in rows:
        at, value, slope = map(float, row)
        with mpmath.workdps(30):
            expected = evaluate("softplus", at)
        assert [value, slope] == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", ["LearningRateExplorer", "LossSurface"])
def test_the_tables_of_descent_have_their_numbers(name):
    widget = getattr(widgets, name)()
    _, (_, *rows) = parts(widget)
    path = widget.run()
    shown = [row for row in rows if row[0].isdigit()]
    assert shown[0][0] == "0"
    assert int(shown[-1][0]) == len(path) - 1
    for count, *numbers in shown:
        expected = path[int(count)]
        assert [*map(float, numbers)] == pytest.approx(expected, rel=1e-5)


@pytest.mark.usefixtures("no_pictures")
@every_class
def test_both_forms_are_in_the_bundle(cls):
    widget = cls()
    data, _ = widget._repr_mimebundle_()
    view = data["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == widget.model_id
    assert data["text/html"] == widget.page_html()


def test_a_link_works_in_python_and_is_marked_for_the_page():
    one = widgets.Stepper()
    other = widgets.LossSurface()
    tie = widgets.link(one, "w", other, "w")
    one.w = 2.5
    assert other.w == 2.5
    other.w = -1.0
    assert one.w == -1.0
    assert one.links["w"] == other.links["w"]
    third = widgets.Stepper()
    widgets.link(other, "w", third, "w")
    assert third.links["w"] == other.links["w"][1:]
    widgets.link(one, "b", other, "b")
    assert one.links["b"] != one.links["w"]
    tie.unlink()
    one.w = 4.0
    assert other.w == -1.0
    assert one.links["w"] == []
    assert other.links["w"] == third.links["w"]


@pytest.mark.usefixtures("no_pictures")
@every_class
def test_a_box_holds_widgets(cls):
    pair = [cls(), cls()]
    html = box_html(VBox(pair))
    assert html.count('class="bp-host"') == 2
    assert box_html(VBox([])) is None


@pytest.mark.usefixtures("no_pictures")
@every_class
def test_a_box_in_a_box_leaves_out_only_what_is_not_ours(cls):
    html = box_html(VBox([HBox([cls()]), IntSlider(), cls()]))
    assert html.count('class="bp-host"') == 2
    assert html.count('class="bp-box"') == 2
    assert box_html(VBox([HBox([IntSlider()])])) is None


@pytest.mark.parametrize("value", [np.int64(2), np.float32(0.5)])
def test_a_number_of_numpy_is_a_number(value):
    widget = widgets.Stepper(w=value)
    assert widget.w == value
    assert type(widget.w) is float


@every_class
def test_formulas_come_from_the_activation_only(cls):
    widget = cls()
    with pytest.raises(traitlets.TraitError, match="custom: found formulas"):
        widget.custom = {"name": "sigmoid", "activation": "garbage"}
    assert widget.custom == {}
