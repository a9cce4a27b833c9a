"""LaTeX of the derivations: exact strings, and always well formed."""

import re

import pytest
import sympy as sp
from backprop import notation, symbolic
from backprop.symbolic import AnyActivation, Derivation, Formula, Stage
from backprop.symbolic.latex import Printer, formula, join_product, name
from hypothesis import given, settings
from hypothesis import strategies as st

prove = settings(derandomize=True, deadline=None, database=None)

X, Y = sp.symbols("x y")
VALUES = {"w": -1.5, "b": 0.5, "x": 2.0, "y": 1.0}
SLOPE = r"\frac{e^{- z}}{\left(1 + e^{- z}\right)^{2}}"
SLOPE_AT = (
    r"\frac{e^{- \left(-2.5\right)}}"
    r"{\left(1 + e^{- \left(-2.5\right)}\right)^{2}}"
)
DZ = r"\frac{\partial L}{\partial z}"


def aligned(*lines):
    body = r" \\ ".join(lines)
    return rf"\begin{{aligned}} {body} \end{{aligned}}"


# ---- one neuron, to the letter ---------------------------------------------

STAGES = {
    "z": ["z &= w x + b", r"&= \left(-1.5\right) \cdot 2 + 0.5 = -2.5"],
    "a": [
        r"a &= \frac{1}{1 + e^{- z}}",
        r"&= \frac{1}{1 + e^{- \left(-2.5\right)}} = 0.0758582",
    ],
    "L": [
        r"L &= \frac{\left(a - y\right)^{2}}{2}",
        r"&= \frac{\left(0.0758582 - 1\right)^{2}}{2} = 0.427019",
    ],
}
PARTIALS = {
    "dL_da": [
        r"\frac{\partial L}{\partial a} &= a - y",
        "&= 0.0758582 - 1 = -0.924142",
    ],
    "dL_dz": [
        rf"{DZ} &= \frac{{\partial L}}{{\partial a}} \cdot "
        r"\frac{\partial a}{\partial z} = "
        rf"\frac{{\partial L}}{{\partial a}} \cdot {SLOPE}",
        rf"&= \left(a - y\right) \cdot {SLOPE}",
        rf"&= \left(-0.924142\right) \cdot {SLOPE_AT} = -0.0647858",
    ],
    "dL_dw": [
        rf"\frac{{\partial L}}{{\partial w}} &= {DZ} \cdot "
        rf"\frac{{\partial z}}{{\partial w}} = {DZ} \cdot x",
        rf"&= \left(a - y\right) \cdot {SLOPE} \cdot x",
        r"&= \left(-0.0647858\right) \cdot 2 = -0.129572",
    ],
    "dL_db": [
        rf"\frac{{\partial L}}{{\partial b}} &= {DZ} \cdot "
        rf"\frac{{\partial z}}{{\partial b}} = {DZ} \cdot 1",
        rf"&= \left(a - y\right) \cdot {SLOPE} \cdot 1",
        r"&= \left(-0.0647858\right) \cdot 1 = -0.0647858",
    ],
}


def neuron_at_values():
    derivation = symbolic.neuron()
    return derivation, derivation.evaluate(VALUES)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_symbolic_and_with_numbers(stage):
    derivation, exact = neuron_at_values()
    lines = STAGES[stage]
    found = derivation.stage(stage)
    assert found.latex() == lines[0].replace("&", "", 1)
    assert found.latex(exact) == aligned(*lines)


@pytest.mark.parametrize("partial", PARTIALS)
def test_a_partial_symbolic_and_with_numbers(partial):
    derivation, exact = neuron_at_values()
    lines = PARTIALS[partial]
    plain = lines[:-1]
    expected = aligned(*plain) if plain[1:] else plain[0].replace("&", "", 1)
    assert derivation[partial].latex() == expected
    assert derivation[partial].latex(exact) == aligned(*lines)


def test_the_local_partial_symbolic_and_with_numbers():
    derivation, exact = neuron_at_values()
    stage, left = derivation.stage("a"), r"\frac{\partial a}{\partial z}"
    assert stage.latex_local(symbolic.z) == f"{left} = {SLOPE}"
    assert stage.latex_local(symbolic.z, exact) == aligned(
        f"{left} &= {SLOPE}", f"&= {SLOPE_AT} = 0.0701037"
    )


def test_a_path_is_the_chain_its_factors_and_their_numbers():
    derivation, exact = neuron_at_values()
    (path,) = derivation["dL_dz"].paths
    lines = [
        r"& \frac{\partial L}{\partial a} \cdot \frac{\partial a}{\partial z}",
        rf"&= \left(a - y\right) \cdot {SLOPE}",
        rf"&= \left(0.0758582 - 1\right) \cdot {SLOPE_AT}",
    ]
    assert path.latex() == aligned(*lines[:2])
    assert path.latex(exact) == aligned(*lines)


def test_negative_terms_of_a_sum_stand_in_parentheses():
    u, v, L = sp.symbols("u v L")
    chain = Derivation([Stage(u, 3 * v), Stage(L, u**2 - 2 * v)])
    lines = chain["dL_dv"].latex(chain.evaluate({"v": -2})).split(r" \\ ")
    assert lines[1] == r"&= 2 u \cdot 3 + \left(-2\right)"
    assert lines[2].startswith(
        r"&= \left(-12\right) \cdot 3 + \left(-2\right) = -38"
    )


def test_a_sum_begins_with_what_is_not_subtracted():
    assert formula(X - 1) == "x - 1"
    partial = symbolic.neuron("identity", "binary_cross_entropy")["dL_da"]
    assert partial.latex().endswith(r" = \frac{e^{a}}{1 + e^{a}} - y")


def test_a_gradient_without_a_path_is_zero():
    derivation = symbolic.neuron(activation=sp.Integer(3))
    assert derivation["dL_dz"].latex() == rf"{DZ} = 0"


# ---- numbers ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e-7, r"1 \times 10^{-7}"),
        (-1e-7, r"-1 \times 10^{-7}"),
        (2.5e20, r"2.5 \times 10^{20}"),
        (0.0001, "0.0001"),
        (123456.7, "123457"),
        (1234567.0, r"1.23457 \times 10^{6}"),
        (sp.Rational(1, 3), "0.333333"),
        (0, "0"),
    ],
)
def test_a_number_as_latex(value, text):
    assert Printer().number(value) == text


@prove
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_seventeen_digits_read_back_as_the_same_float(value):
    text = Printer(digits=17).number(value)
    back = text.replace(r" \times 10^{", "e").rstrip("}")
    assert float(back) == value


@pytest.mark.parametrize(
    ("expression", "x", "y", "text"),
    [
        (X + Y, 1, -2, r"1 + \left(-2\right)"),
        (X - Y, 1, -2, r"1 - \left(-2\right)"),
        (X * Y, -1, -2, r"\left(-1\right) \cdot \left(-2\right)"),
        (X * Y, 3, 1e-7, r"3 \cdot 1 \times 10^{-7}"),
        (X**2, -3, 0, r"\left(-3\right)^{2}"),
        (X**2, 1e-7, 0, r"\left(1 \times 10^{-7}\right)^{2}"),
        (sp.exp(-X), -3, 0, r"e^{- \left(-3\right)}"),
    ],
)
def test_numbers_put_in_for_symbols(expression, x, y, text):
    assert formula(expression, {"x": x, "y": y}) == text


def test_digits_are_those_that_are_asked_for():
    assert formula(X, {"x": 2 / 3}, digits=3) == "0.667"
    derivation, exact = neuron_at_values()
    shown = derivation["dL_dw"].latex(exact, digits=12)
    assert shown.endswith(r" \cdot 2 = -0.129571552391 \end{aligned}")


# ---- names -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("python", "latex"),
    [
        ("w", "w"),
        ("eta", r"\eta"),
        ("x_1", "x_{1}"),
        ("w1_23", "w^{[1]}_{23}"),
        ("a12_3", "a^{[12]}_{3}"),
        ("dL_dz", r"\frac{\partial L}{\partial z}"),
        ("dL_dw1_23", r"\frac{\partial L}{\partial w^{[1]}_{23}}"),
        ("dL_dx_1", r"\frac{\partial L}{\partial x_{1}}"),
        ("da_dz", r"\frac{\partial a}{\partial z}"),
    ],
)
def test_a_python_name_in_latex(python, latex):
    assert name(python) == latex
    assert formula(sp.Symbol(python)) == latex


ROWS = [
    row
    for row in notation.ONE_NEURON
    if len(row.python) == 1 or re.fullmatch("d._d.|eta", row.python)
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.python)
def test_a_name_is_printed_as_in_the_notation_table(row):
    # a row may give a second name first: \delta = \frac{...}
    assert name(row.python) == row.latex.split(" = ")[-1]


def test_every_symbol_of_one_neuron_is_in_the_notation_table():
    derivation = symbolic.neuron()
    known = {row.latex.split(" = ")[-1] for row in notation.ONE_NEURON}
    used = [*derivation.inputs, *(s.symbol for s in derivation.stages)]
    names = [*map(str, used), *derivation.partials]
    names.remove("dL_dy")  # no page shows it: the target is not changed
    assert {name(text) for text in names} <= known


# ---- layout ----------------------------------------------------------------


def test_one_line_needs_no_alignment():
    assert Formula.aligned(["a &= b & c"]) == "a = b & c"


def test_formulas_one_under_the_other():
    assert Formula.stack("a", "b") == (
        r"\begin{aligned} & a \\[1.2em] & b \end{aligned}"
    )


def test_a_notebook_shows_mathematics():
    shown = formula(X**2)
    assert repr(shown) == shown._repr_latex_() == "$$x^{2}$$"


def test_a_product_keeps_its_order():
    factors = (symbolic.z, X - Y, -X, Y)
    assert join_product(factors, Printer()) == (
        r"z \cdot \left(x - y\right) \cdot \left(- x\right) \cdot y"
    )
    assert join_product((X - Y,), Printer()) == "x - y"


# ---- well formed -----------------------------------------------------------

TOKEN = re.compile(
    r"\\begin\{(?P<begin>\w+)\}|\\end\{(?P<end>\w+)\}"
    r"|\\(?P<side>left|right)(?![a-z])|\\.|(?P<brace>[{}])"
)
TWICE = re.compile(r"([\^_])\{[^{}]*\}\s*\1")


def well_formed(text):
    """Whether all that opens is closed by its like, in its order."""
    open_, closes = [], {"right": "left", "}": "{"}
    for token in TOKEN.finditer(text):
        mark = token["side"] or token["brace"]
        if token["begin"]:
            open_.append(token["begin"])
        elif mark in ("left", "{"):
            open_.append(mark)
        elif token["end"] or mark:
            expected = token["end"] or closes[mark]
            if not open_ or open_.pop() != expected:
                return False
    return not open_ and not TWICE.search(text)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (r"\frac{a}{b} \leftarrow \left(c\right) \}", True),
        (r"\begin{aligned} \left\{ x \right. \end{aligned}", True),
        (r"\frac{a}{b", False),
        (r"a}", False),
        (r"\left(a", False),
        (r"{\left(a}\right)", False),
        (r"\begin{cases} a \end{aligned}", False),
        (r"10^{-7}^{2}", False),
        (r"w_{1}_{2}", False),
    ],
)
def test_the_judge_of_form_itself(text, verdict):
    assert well_formed(text) is verdict


NAMES = ("z", "x_1", "w1_23", "dL_dw1_23")
SYMBOLS = [sp.Symbol(text) for text in NAMES]
leaves = st.sampled_from(SYMBOLS) | st.integers(-3, 3).map(sp.Integer)


def grown(smaller):
    pairs = st.tuples(smaller, smaller)
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] - p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        st.tuples(smaller, st.sampled_from([-2, -1, 2])).map(
            lambda p: sp.Pow(*p)
        ),
        smaller.map(lambda e: sp.exp(-e, evaluate=False)),
        smaller.map(sp.tanh),
        smaller.map(AnyActivation),
        smaller.map(lambda e: sp.Piecewise((e, SYMBOLS[0] > 0), (0, True))),
    )


expressions = st.recursive(leaves, grown, max_leaves=6)
numbers = st.floats(-1e9, 1e9) | st.sampled_from([-1e-7, 1e-7, 0.0, 1e20])


@prove
@given(expressions)
def test_any_expression_is_well_formed(expression):
    assert well_formed(formula(expression))


@prove
@given(expressions, st.tuples(*[numbers] * len(NAMES)))
def test_any_expression_with_numbers_is_well_formed(expression, found):
    values = dict(zip(NAMES, found, strict=True))
    text = formula(expression, values)
    assert well_formed(text)
    assert r"\partial" not in text
    assert "w^" not in text


@prove
@given(st.lists(expressions, min_size=1, max_size=3))
def test_any_product_is_well_formed(factors):
    assert well_formed(join_product(factors, Printer()))


@pytest.mark.parametrize("activation", symbolic.ACTIVATIONS)
@pytest.mark.parametrize("loss", symbolic.LOSSES)
def test_all_that_a_page_can_show_is_well_formed(activation, loss):
    derivations = [
        (symbolic.neuron(activation, loss), VALUES),
        (
            chain := symbolic.network((1, 2, 1), activation, loss),
            {s.name: -0.5 for s in chain.inputs},
        ),
    ]
    for derivation, values in derivations:
        exact = derivation.evaluate(values)
        shown = [
            *derivation.stages,
            *derivation.partials.values(),
            *(p for d in derivation.partials.values() for p in d.paths),
        ]
        for part in shown:
            assert well_formed(part.latex())
            assert well_formed(part.latex(exact))
