"""The grammar of a reader's expressions, and what is too large to be taken."""

import random
import re

import pytest
import sympy as sp
from backprop import symbolic
from backprop.symbolic import a, catalogue, given, grammar, tree, x, y, z
from sympy.codegen.cfunctions import expm1, log1p

f = catalogue.activation


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("z**3", z**3),
        ("z^3", z**3),
        (" z * sigmoid( z ) ", z / (1 + sp.exp(-z))),
        ("max(0, z)", sp.Piecewise((0, z <= 0), (z, True))),
        ("log(1 + exp(z))", sp.log(1 + sp.exp(z))),
        ("sin(z)", sp.sin(z)),
        ("-z^2", -(z**2)),
        ("2^-z", sp.Integer(2) ** -z),
        ("2^3^2 * z", 512 * z),
        ("-2^2 + z", z - 4),
        ("--z", z),
        ("1 - 2 - z", -1 - z),
        ("z / 2 / 3", z / 6),
        ("z - z * 2 + 1", 1 - z),
        ("(z - 1) * (z + 1)", (z - 1) * (z + 1)),
        ("1/3", sp.Rational(1, 3)),
        ("0.5 * z", 0.5 * z),
        (".5e-1", sp.Float(0.05)),
        ("pi * z + e", sp.pi * z + sp.E),
        ("sqrt(z)", sp.sqrt(z)),
        ("abs(z)", sp.Piecewise((z, z >= 0), (-z, True))),
        ("tanh(z) + atan(z)", sp.tanh(z) + sp.atan(z)),
        ("softplus(2*z)", sp.log(1 + sp.exp(2 * z))),
        ("relu(z - 1)", sp.Piecewise((z - 1, z > 1), (0, True))),
        ("identity(z)", z),
        ("where(z > 0, z, 0)", catalogue.ACTIVATIONS["relu"]),
        ("sigmoid", catalogue.ACTIVATIONS["sigmoid"]),
        ("3", sp.Integer(3)),
        ("z", z),
    ],
)
def test_a_text_is_an_expression(text, expression):
    assert sp.simplify(f(text) - expression) == 0
    assert symbolic.neuron(text).stage("a").definition == f(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("swish", "found 'swish', expected one of sigmoid, tanh"),
        ("z*swish(z)", "found 'swish' at character 3 of 'z*swish(z)', expec"),
        ("2 z", "found 'z' at character 3 of '2 z', expected + - * / ^ or"),
        ("2z", "found 'z' at character 2 of '2z', expected + - * / ^ or"),
        ("(z", "found the end at character 3 of '(z', expected ')'"),
        ("z)", "found ')' at character 2"),
        ("z +", "found the end at character 4 of 'z +', expected a number, a"),
        ("sin z", "found 'z' at character 5 of 'sin z', expected '('"),
        ("sin", "found 'sin', expected one of sigmoid"),
        ("sin()", "found ')' at character 5"),
        ("sin(z, z)", "found ',' at character 6 of 'sin(z, z)', expected ')'"),
        ("where(z, 1, 2)", "found ',' at character 8 of 'where(z, 1, 2)', ex"),
        ("where(z > 0, 1)", "found ')' at character 15"),
        ("z > 0", "found '>' at character 3"),
        ("z.diff", "found '.' at character 2"),
        ("__import__('os')", "found '__import__' at character 1 of"),
        ("z if z else 1", "found 'if' at character 3"),
        ("lambda: z", "found 'lambda' at character 1"),
        ("[z]", "found '[' at character 1"),
        ("'z'", 'found "\'" at character 1'),
        ("z; z", "found ';' at character 2"),
        ("w * z", "found 'w' at character 1 of 'w * z', expected one of z,"),
        ("z\u00b2", "found '\u00b2' at character 2"),
        ("\uff4d", "found '\uff4d', expected one of sigmoid"),
        ("1_000", "found '_000' at character 2"),
        ("0x1f", "found 'x1f' at character 2"),
        ("9" * 31, "found '9999999999999999999999999999999' at character 1"),
        ("", "found '', expected one of sigmoid"),
        (" ", "found the end at character 2"),
    ],
)
def test_what_the_grammar_has_not_is_named_with_its_place(text, message):
    with pytest.raises(ValueError, match=re.escape(f"activation: {message}")):
        f(text)


def random_tree(rng, depth):
    """A random node in z, and the same as text, fully in parentheses."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice([("z", z), ("3", sp.Integer(3)), ("pi", sp.pi)])
    text, left = random_tree(rng, depth - 1)
    kind = rng.randrange(6)
    if kind == 0:
        name = rng.choice([*tree.FUNCTIONS])
        return f"{name}({text})", tree.FUNCTIONS[name](left)
    if kind == 1:
        return f"(-{text})", -left
    if kind == 2:
        return f"({text})^2", left**2
    more, right = random_tree(rng, depth - 1)
    signs = {3: ("+", left + right), 4: ("-", left - right)}
    sign, both = signs.get(kind, ("*", left * right))
    return f"({text} {sign} {more})", both


def test_random_texts_are_read_as_they_are_written():
    rng, taken = random.Random(14), 0
    while taken < 150:
        text, expression = random_tree(rng, 4)
        try:
            found = given.expression("it", text)
        except ValueError:
            assert (
                expression.has(sp.zoo, sp.nan, sp.I)
                or len(text) > 60
                or (not sp.sympify(expression).free_symbols or True)
            )
            continue
        assert found == expression, text
        taken += 1


@pytest.mark.parametrize("seed", range(4))
def test_random_garbage_is_refused_and_never_runs(seed):
    rng = random.Random(seed)
    pieces = ["z", "(", ")", "+", "*", "^", ",", "exp", "1", ".", "[", "'"]
    pieces += ["__class__", "lambda", ":", "=", "sin(", "max(", " ", "\n"]
    for _ in range(1500):
        text = "".join(rng.choices(pieces, k=rng.randint(1, 12)))
        try:
            expression = f(text)
        except ValueError:
            continue
        assert expression.free_symbols <= {z}


def test_any_name_is_a_symbol_where_no_names_are_given():
    found = given.expression("definition", "w1_11*x_1 + b1_1")
    assert {s.name for s in found.free_symbols} == {"w1_11", "x_1", "b1_1"}
    assert symbolic.Stage(sp.Symbol("u"), "3*v").definition == 3 * sp.Symbol(
        "v"
    )
    assert symbolic.formula("x^2", {"x": 3}) == "3^{2}"


def test_a_loss_may_be_a_text():
    assert catalogue.loss("(a - y)^4") == (a - y) ** 4
    with pytest.raises(ValueError, match="loss: found 'z' at character 1"):
        catalogue.loss("z - y")


# ---- what a caller has built


def unbuilt(*powers):
    """A tower of powers that nobody evaluates."""
    *below, top = map(sp.Integer, powers)
    for base in reversed(below):
        top = sp.Pow(base, top, evaluate=False)
    return top


def with_z(constant):
    return sp.Mul(z, constant, evaluate=False)


def nested(function, times, inner=z):
    for _ in range(times):
        inner = function(inner)
    return inner


def doubled(times):
    """Few objects that are 2**times parts when they are walked."""
    return nested(lambda e: sp.sin(e) + sp.cos(e), times)


ENDLESS = {
    "tower": (
        "a constant without a value",
        lambda: with_z(unbuilt(2, 10, 10, 10)),
    ),
    "exponentials": (
        "a constant without a value",
        lambda: with_z(nested(sp.exp, 4, sp.Integer(10))),
    ),
    "factorial": (
        "factorial",
        lambda: z * sp.factorial(10**9, evaluate=False),
    ),
    "whole": ("a number with too many digits", lambda: z * 10**1000),
    "fraction": ("a number with too many", lambda: z / sp.Integer(3) ** 5000),
    "power": ("a number with too many digits", lambda: z**1001),
    "powers": (
        "a number with too many digits or too high a power",
        lambda: nested(lambda e: (e + 1) ** 30, 3),
    ),
    "near 1": (
        "a number with too many digits or too high a power",
        lambda: with_z(
            sp.Pow(sp.Rational(10**9 + 1, 10**9), 10**9, evaluate=False)
        ),
    ),
    "precise": ("a number with too many", lambda: z * sp.Float("0.1", 5000)),
    "deep": ("too many parts or levels", lambda: nested(sp.sin, 100)),
    "wide": (
        "too many parts or levels",
        lambda: sp.Add(*(z**k for k in range(500))),
    ),
    "doubled": ("too many parts or levels", lambda: doubled(30)),
    "kinks": (
        "too many kinks within kinks",
        lambda: nested(lambda e: sp.Abs(e - 1), 4),
    ),
    "choice": (
        "too many kinks within kinks",
        lambda: sp.Max(*(z * k - k**2 for k in range(12))),
    ),
}


@pytest.fixture
def idle(monkeypatch):
    """SymPy neither evaluates, substitutes nor differentiates."""

    def refuse(*_, **__):
        pytest.fail("something was computed before the size was known")

    def forbid():
        for name in ("diff", "subs", "rewrite", "evalf", "replace", "has"):
            monkeypatch.setattr(sp.Basic, name, refuse, raising=False)
            monkeypatch.setattr(sp.Expr, name, refuse, raising=False)

    return forbid


@pytest.mark.parametrize("name", ENDLESS)
def test_what_never_ends_is_refused_by_its_size(name, idle):
    message, make = ENDLESS[name]
    expression = make()
    idle()
    with pytest.raises(ValueError, match=f"activation: found {message}"):
        f(expression)
    with pytest.raises(ValueError, match=f"activation: found {message}"):
        symbolic.neuron(activation=expression)


@pytest.mark.parametrize(
    "text",
    [
        "2^10^10^10",
        "z*9^9^9^9",
        "exp(exp(exp(100)))",
        "1e999",
        "z^1001",
        "((z^30)^30)^30",
        "(1000000001/1000000000)^1000000000",
        "(" * 300 + "z" + ")" * 300,
        "-" * 400 + "z",
        "z" + "+z" * 400,
        "*".join(["relu(relu(relu(relu(z))))"] * 18),
        "abs(abs(abs(abs(z)-1)-1)-1)",
        "max(" + ",".join("z" * 40) + ")",
        "1/0",
        "log(0)",
        "sqrt(-1)",
        "(-8)^(1/3)",
        "asin(2)",
    ],
)
def test_a_text_that_never_ends_or_has_no_value_is_refused(text, idle):
    catalogue.functions()
    idle()
    with pytest.raises(ValueError, match="activation: found"):
        f(text)


def test_a_long_text_is_not_read():
    with pytest.raises(ValueError, match="a text of 9999 characters"):
        f("+" * 9999)


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        (sp.I * z, "a constant without a value, expected a number"),
        (sp.zoo * z, "a constant without a value"),
        (sp.nan, "a constant without a value"),
        (sp.oo, "a constant without a value"),
        (sp.sqrt(-2) * z, "a constant without a value"),
        (sp.Piecewise((z, z > 0)), "pieces without an else, expected one"),
        (sp.Integral(z, z), "Integral, expected an expression in the book's"),
        (sp.Integral(z * a, (a, 0, 1)), "Integral"),
        (sp.Sum(z**a, (a, 0, 3)), "Sum"),
        (sp.Product(z**a, (a, 0, 3)), "Product"),
        (sp.Derivative(sp.sin(z), z), "Derivative"),
        (sp.Limit(z, z, 0), "Limit"),
        (sp.Subs(sp.Derivative(sp.Function("g")(a), a), a, z), "Subs"),
        (sp.Function("g")(z), "g, expected an expression in the book's"),
        (sp.gamma(z), "gamma"),
        (sp.floor(z), "floor"),
        (sp.DiracDelta(z), "DiracDelta"),
        (sp.MatrixSymbol("M", 2, 2)[0, 0] + z, "MatrixElement"),
        (sp.Symbol("z; import os") + z, "the symbol 'z; import os', expected"),
        (float("nan"), "a constant without a value"),
        (float("inf"), "a constant without a value"),
        ("1/(z - z)", "a constant without a value"),
        ("max(0, log(z - z - 1))", "a constant without a value"),
        (10**400, "a number with too many digits"),
        (1j, "1j, expected an expression or one of sigmoid"),
        (True, "True, expected an expression or one of sigmoid"),
    ],
    ids=str,
)
def test_what_has_no_real_value_is_refused(expression, found):
    message = re.escape(f"activation: found {found}")
    with pytest.raises(ValueError, match=message):
        f(expression)


@pytest.mark.parametrize(
    "expression",
    [
        sp.sech(z) + sp.csch(z) + sp.coth(z) + sp.sec(z) + sp.csc(z),
        expm1(z) + log1p(z) + sp.cot(z),
        sp.erf(z),
        sp.Heaviside(z) * z,
        sp.Max(z, 0, sp.sin(z)) + sp.sign(z) * sp.Abs(z - 1),
        z ** sp.Rational(2, 3),
        nested(sp.sin, 30),
        z**1000,
        sp.Add(*(z**k for k in range(100))),
        sp.Piecewise((z, (z > 0) & (z < 1) | sp.Ne(z, 3)), (0, True)),
    ],
    ids=str,
)
def test_what_the_book_can_derive_is_taken(expression):
    assert symbolic.neuron(f(expression))["dL_dw"].product.has(x)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"w": "1"}, "w: found '1', expected a finite number"),
        ({"w": True}, "w: found True"),
        ({"w": 1j}, "w: found 1j"),
        ({"w": sp.Symbol("q")}, "w: found q"),
        ({"w": sp.oo}, "w: found oo"),
        ({"w": None}, "w: found None"),
    ],
)
def test_a_value_is_a_finite_number(values, message):
    numbers = {"w": 1, "b": 2, "x": 3, "y": 4} | values
    with pytest.raises(ValueError, match=re.escape(message)):
        symbolic.neuron().evaluate(numbers)


@pytest.mark.parametrize("digits", [0, 1001, 1.5, "9", None, True])
def test_a_number_of_digits_is_a_small_whole_number(digits):
    message = "digits: found .*, expected a whole number from 1 to 1000"
    with pytest.raises(ValueError, match=message):
        symbolic.neuron().evaluate(dict.fromkeys("wbxy", 1), digits)


def test_a_network_with_too_many_paths_is_refused():
    with pytest.raises(ValueError, match="expected at most 6561 paths"):
        symbolic.network((9, 9, 9, 9, 9))
    with pytest.raises(ValueError, match="layers: found 1001"):
        symbolic.count_multiplications(1001, 2)


def test_the_catalogue_is_in_the_grammar():
    assert set(catalogue.functions()) == set(catalogue.ACTIVATIONS)
    for name, expression in catalogue.ACTIVATIONS.items():
        assert f(f"1*{name}(z)") == expression
        assert f(f"{name}(2*z)") == expression.subs(z, 2 * z)
    assert not set(grammar.CALLED) & set(catalogue.ACTIVATIONS) - {"tanh"}
    assert y in catalogue.loss("sigmoid(a) - y").free_symbols
