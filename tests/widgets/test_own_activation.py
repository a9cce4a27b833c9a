"""An activation of the reader's own: the walk of the page, and of numpy.

The page takes slopes by rules that SymPy emitted, walked forwards; numpy
walks the tree of SymPy's derivative; central differences know neither.
"""

import json
import math
import random
import re

import house
import numpy as np
import pytest
import sympy as sp
import widget_page
from backprop import widgets
from backprop.symbolic import catalogue, emit_own, tree, z
from backprop.widgets.core import own
from javascript import running

WIDGETS = house.ROOT / "code/backprop/widgets"
SOURCES = WIDGETS / "generated"
IMPORT = re.compile(r"^import .*?;\n|^export (?!const )", re.M | re.S)
CALLS = """
const text = (value) => JSON.stringify(value, (_, one) =>
  typeof one === "number" && !Number.isFinite(one) ? String(one) : one);
const walked = (tree, places) => {
  const f = own(tree);
  const Z = Float64Array.from(places);
  const [A, slopes] = [Z, Z].map((at) => new Float64Array(at.length));
  f.forward(Z, A, Z.length);
  f.backward(Z, Z.map(() => 2), slopes, Z.length);
  return places.map((z, i) =>
    ({ ...f.activation(z), forward: A[i], backward: slopes[i],
      neuron: f.neuron(0, z, 1.5, 0.2, 0.5) }));
};
const refusal = (tree) => {
  try { own(tree); } catch (error) { return error.message; }
  return null;
};
"""
COUNT = 120
ROUNDING = 1e-9
"""Relative to the largest number on the way: two orders of operations."""

# A central difference loses h² f''' and rounding over h.
STEP, DIFFERENCE = 1e-5, 1e-5


@pytest.fixture(scope="module")
def script():
    """The walk of the page, without a page."""
    texts = [
        (WIDGETS / f"{name}.js").read_text(encoding="utf-8")
        for name in ("generated/own", "core/expression")
    ]
    text = "\n".join(IMPORT.sub("", t) for t in texts) + CALLS
    with running(text) as script:
        yield script


def call(script, function, *arguments):
    """Call a function of the script with plain data."""
    listed = ", ".join(json.dumps(one) for one in arguments)
    found = script.engine.eval(f"text({function}({listed}))")
    return json.loads(found)


def random_expression(rng, depth):
    """A random activation, as text in the grammar."""
    if depth == 0 or rng.random() < 0.15:
        return rng.choice(["z", "z", "z", f"{rng.uniform(-2, 2):.3f}"])
    inner = random_expression(rng, depth - 1)
    kind = rng.randrange(8)
    if kind < 3:
        name = rng.choice([*tree.FUNCTIONS, *catalogue.ACTIVATIONS, "sqrt"])
        return f"{name}({inner})"
    if kind == 3:
        return f"({inner})^{rng.choice([2, 3, -1, 0.5])}"
    other = random_expression(rng, depth - 1)
    if kind == 4:
        return f"{rng.choice(['max', 'min'])}({inner}, {other})"
    return f"({inner}) {rng.choice('+-*/')} ({other})"


def taken(rng):
    """A random activation that is taken, and as `numeric`."""
    while True:
        text = random_expression(rng, 4)
        try:
            expression = catalogue.activation(text)
            if z in expression.free_symbols:
                return text, expression, own.numeric(text, expression)
        except ValueError:
            continue


def usable(*numbers):
    return all(math.isfinite(n) and abs(n) < 1e6 for n in numbers)


def test_three_ways_to_a_slope_agree(script):
    rng, compared = random.Random(5), 0
    for _ in range(COUNT):
        text, expression, f = taken(rng)
        places = [rng.uniform(-3, 3) for _ in range(6)]
        rows = call(script, "walked", own.plain(expression), places)
        for place, row in zip(places, rows, strict=True):
            values = f(np.array([place - STEP, place, place + STEP]))
            slopes = f.prime(np.array([place - STEP, place, place + STEP]))
            numbers = [float(row[name]) for name in ("a", "da_dz", "d2a_dz2")]
            if not usable(*values, *slopes, *numbers):
                continue
            size = max(1.0, abs(values[1]), abs(slopes[1]))
            assert abs(numbers[0] - values[1]) < ROUNDING * size, text
            assert row["forward"] == row["a"]
            assert row["backward"] == 2 * row["da_dz"]
            gap = abs(numbers[1] - slopes[1])
            assert gap < ROUNDING * size * max(1, abs(numbers[2])), text
            bend = (slopes[2] - slopes[0]) / (2 * STEP)
            difference = (values[2] - values[0]) / (2 * STEP)
            if usable(bend) and abs(bend) < 50 and abs(numbers[2]) < 50:
                assert abs(difference - slopes[1]) < 1e-3 * size, text
                assert abs(bend - numbers[2]) < 0.05 * size, text
                compared += 1
    assert compared > 2 * COUNT


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "softplus", "identity"])
def test_the_neuron_is_that_of_the_catalogue(name, script):
    formulas = (SOURCES / "formulas.js").read_text(encoding="utf-8")
    places = [-3.0, -0.5, 0.0, 1.25, 4.0]
    expression = catalogue.ACTIVATIONS[name]
    rows = call(script, "walked", own.plain(expression), places)
    points = [[0.0, place, 1.5, 0.2, 0.5] for place in places]
    table = f"neurons_half_squared_error.{name}"
    with running(IMPORT.sub("", formulas)) as named:
        every = named.rows(table, points)
    for row, expected in zip(rows, every, strict=True):
        assert set(row["neuron"]) == set(expected)
        assert row["neuron"] == pytest.approx(expected, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("name", emit_own.SLOPES)
def test_sympy_proves_the_rules_in_another_form(name):
    u, v = sp.symbols("u v", positive=True)
    known = dict(zip(sp.symbols("u v"), (u + 1, v), strict=True))
    for by, written in emit_own.SLOPES[name].items():
        expected = sp.diff(emit_own.OPERATIONS[name], *by)
        gap = (written - expected).subs(known)
        assert sp.simplify(gap.rewrite(sp.exp)) == 0, by


def test_the_rules_are_a_fresh_emission():
    written = (SOURCES / "own.js").read_text(encoding="utf-8")
    assert written == emit_own.module()


# ---- what cannot be walked


def deep(levels):
    part = "z"
    for _ in range(levels):
        part = ["sin", part]
    return part


@pytest.mark.parametrize(
    ("why", "found", "part"),
    [
        ("kind", "gamma", ["gamma", "z"]),
        ("kind", "max", ["max", "z", 0]),
        ("kind", "constructor", ["constructor", "z"]),
        ("kind", "__proto__", ["__proto__", "z"]),
        ("kind", "^", ["^", "z", 2, 3]),
        ("kind", "+", ["+", "z"]),
        ("kind", "sin", ["sin", "z", "z"]),
        ("kind", "sin", ["sin"]),
        ("kind", "w", "w"),
        ("kind", "alert(1)", "alert(1)"),
        ("kind", "null", None),
        ("kind", "true", True),
        ("kind", "[object Object]", {"z": 1}),
        ("kind", "undefined", []),
        ("kind", "if", ["if", [">", "z", 0], 1, 2, 3]),
        ("kind", "z", ["if", "z", 1, 2]),
        ("kind", "xor", ["if", ["xor", True, True], 1, 2]),
        ("otherwise", "", ["if", [">", "z", 0], "z"]),
        ("size", "", deep(401)),
        ("size", "", ["+", *["z"] * 4001]),
    ],
)
def test_a_malformed_tree_is_refused_in_pythons_words(
    why, found, part, script
):
    words = tree.WORDS[why].replace("@", found)
    assert call(script, "refusal", part) == f"activation: {words}"


@pytest.mark.parametrize(
    ("expression", "part"),
    [
        (sp.gamma(z), ["gamma", "z"]),
        (sp.erf(z), ["erf", "z"]),
        (sp.Piecewise((z, z > 0)), ["if", [">", "z", 0], "z"]),
    ],
    ids=str,
)
def test_both_sides_refuse_in_the_same_words(expression, part, script):
    with pytest.raises(ValueError, match="activation: found") as refusal:
        own.plain(expression)
    assert str(refusal.value) == call(script, "refusal", part)


def test_a_constant_without_a_value_is_refused_by_both(script):
    with pytest.raises(ValueError, match="activation: found") as refusal:
        own.plain(sp.zoo * z)
    # JSON has no infinity, but 1e999 is read as one
    said = script.engine.eval('refusal(JSON.parse(\'["*",1e999,"z"]\'))')
    assert str(refusal.value) == said


# ---- no source


SENT = re.compile(
    r"\beval\b|\bFunction\s*\(|new Function|setTimeout\(\s*[\"'`]"
)
FILES = [*WIDGETS.rglob("*.js")]


@pytest.mark.parametrize(
    "path", FILES, ids=lambda path: str(path.relative_to(WIDGETS))
)
def test_no_script_compiles_text(path):
    assert SENT.search(path.read_text(encoding="utf-8")) is None


PYTHON = re.compile(r"\b(eval|exec|lambdify|sympify|parse_expr)\(")
ALLOWED = {
    "grammar.py": ["sympify"],  # of a number that was read, strictly
    "derivation.py": ["lambdify"],  # of stages, each checked when it is made
}


@pytest.mark.parametrize("folder", ["symbolic", "widgets"])
def test_no_module_evaluates_text(folder):
    for path in (house.ROOT / "code/backprop" / folder).rglob("*.py"):
        found = PYTHON.findall(path.read_text(encoding="utf-8"))
        assert found == ALLOWED.get(path.name, []), path


NAMES = [name for name in widgets.__all__ if name != "link"]
STRICT = """<meta http-equiv="Content-Security-Policy"
content="script-src 'self' 'unsafe-inline' file:">
<script>
try {{ new Function("return 1")(); }} catch (e) {{ window.strict = e.name; }}
</script>
<meta charset="utf-8">"""


def test_every_widget_runs_where_text_may_not_be_compiled(
    browser, tmp_path, monkeypatch
):
    page = widget_page.PAGE.replace('<meta charset="utf-8">', STRICT, 1)
    monkeypatch.setattr(widget_page, "PAGE", page)
    parts = [
        getattr(widgets, name)(activation="z * sigmoid(z)") for name in NAMES
    ]
    path = widget_page.write(tmp_path, parts)
    with widget_page.reading(browser, path.as_uri()) as reader:
        said = reader.page.evaluate("window.strict")
        assert said == "EvalError"
        for index in range(len(parts)):
            select = reader.chooser(index=index)
            assert select.input_value() == "z * sigmoid(z)"
            before = reader.live(index)
            assert before
            select.select_option("relu")
            select.select_option("z * sigmoid(z)")
        reader.check()
