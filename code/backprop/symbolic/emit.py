"""JavaScript from the staged derivations: what the widgets compute with.

The same `Derivation` that prints the chain rule on a page prints here a
JavaScript function: forward stages, partials, one update. Subexpressions
that occur more than once are computed once. ``make generate`` writes the
whole module; nobody types a formula in JavaScript.

>>> print(function("square", (v,), {"s": v**2, "slope": 2 * v}))
function square(v) {
  const s = (v * v);
  const slope = 2*v;
  return { s, slope };
}
"""

import sympy as sp
from sympy.codegen.cfunctions import expm1, log1p
from sympy.printing.jscode import JavascriptCodePrinter

from backprop.symbolic import catalogue, given, models
from backprop.symbolic.catalogue import a, b, w, x, y, z

v = sp.Symbol("v")
eta, m = sp.symbols("eta m")

STABLE = {
    "sigmoid": sp.Piecewise(
        (1 / (1 + sp.exp(-z)), z >= 0),
        (sp.exp(z) / (1 + sp.exp(z)), True),
    ),
    "tanh": sp.Piecewise(
        (-expm1(-2 * z) / (1 + sp.exp(-2 * z)), z >= 0),
        (expm1(2 * z) / (1 + sp.exp(2 * z)), True),
    ),
    "softplus": sp.Piecewise(
        (z + log1p(sp.exp(-z)), z >= 0), (log1p(sp.exp(z)), True)
    ),
}
"""Activations written so that no exponential of a large number is used, and
so that no derivative takes nearly equal numbers from each other: the same
functions as in the catalogue (a test has SymPy prove it)."""

STABLE_SLOPES = {"tanh": 1 / sp.cosh(z) ** 2}
"""Derivatives in a form without cancellation, where SymPy's own has one:
``1 - tanh²`` loses its digits where the tanh is saturated."""

STABLE_LOSSES = {
    "binary_cross_entropy": STABLE["softplus"].subs(z, a) - y * a,
}
"""Losses rewritten in the same way."""

LOGITS = sp.symbols("z_1 z_2")
TARGETS = sp.symbols("y_1 y_2")


class Printer(JavascriptCodePrinter):
    """SymPy's JavaScript printer, with small powers as products."""

    def __init__(self):
        super().__init__({})

    def _print_Pow(self, expr):  # noqa: N802
        if expr.base.is_Symbol and expr.exp == 2:
            base = self._print(expr.base)
            return f"({base} * {base})"
        return super()._print_Pow(expr)

    def _print_log1p(self, expr):
        return f"Math.log1p({self._print(expr.args[0])})"

    def _print_expm1(self, expr):
        return f"Math.expm1({self._print(expr.args[0])})"

    def _print_Piecewise(self, expr):  # noqa: N802
        *cases, (otherwise, _) = expr.args
        text = self._print(otherwise)
        for value, condition in reversed(cases):
            test = self._print(condition)
            text = f"({test} ? {self._print(value)} : {text})"
        return text


def function(name, arguments, lines):
    """A JavaScript function that computes ``lines`` and returns them all.

    ``arguments`` are symbols; ``lines`` maps names to expressions, each in
    the arguments and in lines before it. What occurs twice is computed once.
    Raises ``ValueError`` where a line uses a symbol that is not known yet.
    """
    lines = _checked(name, arguments, lines)
    listed = ", ".join(map(str, arguments))
    returned = f"return {{ {', '.join(lines)} }};"
    body = "\n".join(f"  {line}" for line in [*statements(lines), returned])
    return f"function {name}({listed}) {{\n{body}\n}}"


def rows_function(name, inputs, outputs, lines):
    """A JavaScript function that computes ``lines`` for every row of arrays.

    ``inputs`` and ``outputs`` map the name of an array to what stands in
    one of its rows: symbols, and names of lines. The function writes into
    the outputs and makes no garbage; its last argument ``m`` is the number
    of rows, which a line may use too. Raises ``ValueError`` as `function`.

    >>> print(rows_function("double", {"Z": (v,)}, {"A": ("a",)}, {"a": 2*v}))
    function double(Z, A, m) {
      for (let i = 0; i < m; i += 1) {
        const v = Z[i];
        const a = 2*v;
        A[i] = a;
      }
    }
    """
    read = [
        f"const {symbol} = {place};"
        for symbol, place in _places(inputs).items()
    ]
    written = [
        f"{place} = {symbol};" for symbol, place in _places(outputs).items()
    ]
    known = [symbol for row in inputs.values() for symbol in row]
    lines = _checked(name, [*known, m], lines)
    listed = ", ".join([*inputs, *outputs, "m"])
    body = "\n".join(
        f"    {line}" for line in [*read, *statements(lines), *written]
    )
    loop = f"  for (let i = 0; i < m; i += 1) {{\n{body}\n  }}"
    return f"function {name}({listed}) {{\n{loop}\n}}"


def derivation_function(name, derivation):
    """Every stage and every partial of a `Derivation`, as JavaScript.

    >>> from backprop.symbolic import neuron
    >>> print(derivation_function("f", neuron("identity")).splitlines()[0])
    function f(w, b, x, y) {
    """
    lines = {s.symbol.name: s.definition for s in derivation.stages}
    lines |= {p.name: p.rule for p in derivation.partials.values()}
    return function(name, derivation.inputs, lines)


def neuron_function(name, activation, loss):
    """One neuron: value, every partial, one update and the curvature.

    ``activation`` and ``loss`` are names or expressions, as for
    `models.neuron`. The result has ``z``, ``a``, ``L``, the partials with
    ``da_dz``, ``w_new`` and ``b_new`` for the learning rate ``eta``, the
    ``predicted`` change of the loss, and ``curvature``, the second
    derivative of L with respect to w.
    """
    derivation = models.neuron(stable(activation), stable_loss(loss))
    f, of_a = derivation.stage("a"), derivation.stage("L")
    slope = stable_slope(activation)
    bend = sp.diff(f.definition, z, 2)
    lines = {s.symbol.name: s.definition for s in derivation.stages}
    lines |= {"dL_da": of_a.local(a), "da_dz": slope}
    lines |= after_slope(derivation, bend)
    return function(name, (w, b, x, y, eta), lines)


def after_slope(derivation, bend):
    """The steps of a neuron behind ``da_dz``, whose slope is ``bend``."""
    da_dz, dL_da = sp.symbols("da_dz dL_da")
    lines = {"dL_dz": dL_da * da_dz}
    for variable in (w, b, x):
        partial = derivation[f"dL_d{variable}"]
        lines[partial.name] = partial.rule
    dL_dw, dL_db = sp.symbols("dL_dw dL_db")
    lines["w_new"] = w - eta * dL_dw
    lines["b_new"] = b - eta * dL_db
    lines["predicted"] = -eta * (dL_dw**2 + dL_db**2)
    of_a = derivation.stage("L").local(a)
    along_z = of_a.diff(a) * da_dz**2 + dL_da * bend
    return lines | {"curvature": x**2 * along_z}


def activation_function(name, activation):
    """``a`` and ``da_dz`` as functions of ``z``, as JavaScript."""
    lines = {"a": stable(activation), "da_dz": stable_slope(activation)}
    return function(name, (z,), lines)


def layer_functions(name, activation):
    """The two passes through the activation of a layer, as JavaScript.

    ``forward_<name>`` writes ``A = f(Z)``, ``backward_<name>`` writes
    ``dL_dZ = dL_dA f'(Z)``: both entry by entry.
    """
    dL_da, da_dz = sp.symbols("dL_da da_dz")
    forward = rows_function(
        f"forward_{name}",
        {"Z": (z,)},
        {"A": ("a",)},
        value_lines(activation),
    )
    backward = rows_function(
        f"backward_{name}",
        {"Z": (z,), "dL_dA": (dL_da,)},
        {"dL_dZ": ("dL_dz",)},
        slope_lines(activation) | {"dL_dz": dL_da * da_dz},
    )
    return forward, backward


def value_lines(activation):
    """The steps to ``a``: quick ones, as training takes very many.

    Of the sigmoid and the tanh only one exponential is taken, of
    ``-|z|`` or ``-2 |z|``; a test has SymPy prove that they are the same
    functions.

    >>> value_lines("sigmoid")["e"]
    exp(-Abs(z))
    """
    e, t = sp.symbols("e t")
    if activation == "sigmoid":
        top = sp.Piecewise((1, z >= 0), (e, True))
        return {"e": sp.exp(-sp.Abs(z)), "a": top / (1 + e)}
    if activation == "tanh":
        top = sp.Piecewise((-t, z >= 0), (t, True))
        return {"t": expm1(-2 * sp.Abs(z)), "a": top / (2 + t)}
    return {"a": stable(activation)}


def slope_lines(activation):
    """The steps to ``da_dz``, as quick as those of `value_lines`.

    >>> slope_lines("tanh")["da_dz"]
    4*e/d**2
    """
    e, d = sp.symbols("e d")
    if activation not in ("sigmoid", "tanh"):
        return {"da_dz": stable_slope(activation)}
    k = 2 if activation == "tanh" else 1
    return {
        "e": sp.exp(-k * sp.Abs(z)),
        "d": 1 + e,
        "da_dz": k**2 * e / d**2,
    }


def softmax_functions():
    """The softmax of two classes, and its cross-entropy, as JavaScript.

    ``softmax`` writes the second class's probability.
    ``softmax_cross_entropy`` writes each example's loss, and the gradient
    of the mean of all m with respect to the logits, ``(p - y) / m``.
    """
    lines = softmax_lines()
    shared = {name: lines[name] for name in ("gap", "e", "p_2")}
    softmax = rows_function("softmax", {"Z": LOGITS}, {"P": ("p_2",)}, shared)
    cross_entropy = rows_function(
        "softmax_cross_entropy",
        {"Z": LOGITS, "Y": TARGETS},
        {"losses": ("L",), "dL_dZ": ("dL_dz_1", "dL_dz_2")},
        lines,
    )
    return softmax, cross_entropy


def softmax_lines():
    """The steps of softmax and cross-entropy for the logits z_1 and z_2.

    Only ``e^(-|z_2 - z_1|)`` is used, which cannot overflow; the targets
    sum to 1. That they are the softmax, its loss and the derivative of this
    loss is proved by SymPy in a test.

    >>> softmax_lines()["gap"]
    -z_1 + z_2
    """
    gap, e, p_1, p_2 = sp.symbols("gap e p_1 p_2")
    (z_1, z_2), (y_1, y_2) = LOGITS, TARGETS
    second = gap >= 0
    return {
        "gap": z_2 - z_1,
        "e": sp.exp(-sp.Abs(gap)),
        "p_1": sp.Piecewise((e, second), (1, True)) / (1 + e),
        "p_2": sp.Piecewise((1, second), (e, True)) / (1 + e),
        "L": y_1 * sp.Max(0, gap) + y_2 * sp.Max(0, -gap) + log1p(e),
        "dL_dz_1": (p_1 - y_1) / m,
        "dL_dz_2": (p_2 - y_2) / m,
    }


def stable(activation):
    """The expression of an activation, in its form without overflow.

    >>> stable("identity")
    z
    """
    if isinstance(activation, str) and activation in STABLE:
        return STABLE[activation]
    return catalogue.activation(activation)


def stable_slope(activation):
    """The derivative of an activation, in a form that keeps its digits.

    >>> stable_slope("tanh")
    cosh(z)**(-2)
    """
    if isinstance(activation, str) and activation in STABLE_SLOPES:
        return STABLE_SLOPES[activation]
    return stable(activation).diff(z)


def stable_loss(loss):
    """The expression of a loss, in its form without overflow."""
    if isinstance(loss, str) and loss in STABLE_LOSSES:
        return STABLE_LOSSES[loss]
    return catalogue.loss(loss)


def module():
    """The text of the generated module ``formulas.js``."""
    activations = [
        activation_function(f"activation_{name}", name)
        for name in catalogue.ACTIVATIONS
    ]
    neurons = [
        neuron_function(f"neuron_{activation}_{loss}", activation, loss)
        for activation, loss in PAIRS
    ]
    passes = [
        text
        for name in catalogue.ACTIVATIONS
        for text in layer_functions(name, name)
    ]
    tables = [
        _table("activations", "activation", catalogue.ACTIVATIONS),
        *(
            _table(
                f"neurons_{loss}",
                "neuron",
                [name for name, its_loss in PAIRS if its_loss == loss],
                f"_{loss}",
            )
            for loss in catalogue.LOSSES
        ),
        _table("forwards", "forward", catalogue.ACTIVATIONS),
        _table("backwards", "backward", catalogue.ACTIVATIONS),
        "export const classes = { softmax, softmax_cross_entropy };",
    ]
    parts = [HEAD, *activations, *neurons, *passes, *softmax_functions()]
    return "\n\n".join([*parts, *tables]) + "\n"


PAIRS = [(name, "half_squared_error") for name in catalogue.ACTIVATIONS]
PAIRS += [("identity", "binary_cross_entropy")]
"""The activations with the losses that suit them: the cross-entropy takes
logits, so its neuron is the identity."""

HEAD = """\
// Generated by `make generate` from backprop.symbolic.emit: do not edit.
// Every formula is printed by SymPy from the derivation in the book."""


def _table(name, prefix, keys, end=""):
    rows = "\n".join(f"  {key}: {prefix}_{key}{end}," for key in keys)
    return f"export const {name} = {{\n{rows}\n}};"


def statements(lines):
    """JavaScript that defines every line; what occurs twice is named."""
    helpers, reduced = sp.cse(
        list(lines.values()), symbols=sp.numbered_symbols("t")
    )
    helpers = dict(helpers)
    printer, written = Printer(), []
    for symbol, expression in zip(lines, reduced, strict=True):
        for helper in _needed(expression, helpers):
            text = printer.doprint(helpers.pop(helper))
            written.append(f"const {helper} = {text};")
        written.append(f"const {symbol} = {printer.doprint(expression)};")
    return written


def _places(arrays):
    """Symbol -> where it stands in row i, as JavaScript."""
    return {
        symbol: f"{array}[{_index(len(row), k)}]"
        for array, row in arrays.items()
        for k, symbol in enumerate(row)
    }


def _index(width, k):
    start = "i" if width == 1 else f"{width} * i"
    return start if k == 0 else f"{start} + {k}"


def _checked(function, arguments, lines):
    """The lines as expressions, where all names are known by then."""
    given.symbol("name", models.symbol(function))
    lines = {
        name: given.expression(name, expression)
        for name, expression in given.mapping("lines", lines).items()
    }
    known = {given.symbol("arguments", symbol).name for symbol in arguments}
    for name, expression in lines.items():
        strangers = {s.name for s in expression.free_symbols} - known
        if strangers:
            raise ValueError(
                f"lines: {name} uses {sorted(strangers)}, expected symbols "
                "that are arguments or lines before it"
            )
        known.add(models.symbol(name).name)
    return lines


def _needed(expression, helpers):
    """The helpers an expression needs, each after those that it needs."""
    found = []
    for symbol in sorted(expression.free_symbols, key=str):
        if symbol in helpers:
            found += _needed(helpers[symbol], helpers)
            found.append(symbol)
    return list(dict.fromkeys(found))
