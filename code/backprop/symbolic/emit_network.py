"""JavaScript of small networks: one function for each architecture.

The derivation of chapter 4, with an activation of which nothing is known,
printed once: the activation is an argument, a function ``z -> {a, da_dz}``,
so that one emitted function serves them all, and the reader's own. Beside it
stand the rule of every number as text, and the edges of all paths from the
weights and biases to the loss.

>>> list(steps((1, 1, 1)))
['z1', 'a1', 'z2', 'a2', 'L', 'd2', 'W2', 'd1', 'W1', 'update', 'L_new']
"""

import json
from functools import cache

import sympy as sp
from sympy.printing.str import StrPrinter

from backprop.symbolic import cost, emit, models
from backprop.symbolic.catalogue import AnyActivation, AnySlope, z
from backprop.symbolic.derivation import Derivation

ARCHITECTURES = ((2, 2, 2), (2, 3, 1), (3, 2, 1), (1, 1, 1), (2, 2, 2, 2))
"""The numbers of units, input first, of the networks that are emitted."""

LOSS = "half_squared_error"
UPDATE_RULE = "@ − eta·dL_d@"
"""How a new parameter comes about, with ``@`` for its name."""

eta, biases, norm2 = sp.symbols("eta biases norm2")


@cache
def derivation(sizes):
    """The network with any activation: a `Derivation`.

    >>> derivation((1, 1, 1)).stage("a1_1").definition
    f(z1_1)
    """
    return models.network(sizes, AnyActivation(z), LOSS)


def parameters(sizes):
    """The names of the weights and biases, layer by layer.

    >>> parameters((1, 1, 1))
    ['w1_11', 'b1_1', 'w2_11', 'b2_1']
    """
    models.check_sizes(sizes)
    return [
        name
        for l in range(1, len(sizes))
        for name in (*_weights(sizes, l), *_names("b", l, sizes[l]))
    ]


def steps(sizes):
    """The steps of one update, and the numbers that each of them gives.

    Forward layer by layer, the loss, back from the last layer to the first,
    the update, and the loss after it. Returns a dict from the name of a step
    to names of numbers.

    >>> steps((1, 1, 1))["d1"]
    ['dL_da1_1', 'dL_dz1_1']
    """
    models.check_sizes(sizes)
    layers, found = range(1, len(sizes)), {}
    for l in layers:
        found[f"z{l}"] = _names("z", l, sizes[l])
        found[f"a{l}"] = [
            name
            for out in _names("a", l, sizes[l])
            for name in (out, _slope(out))
        ]
    found["L"] = ["L"]
    for l in reversed(layers):
        found[f"d{l}"] = [
            f"dL_d{letter}{l}_{j}"
            for j in range(1, sizes[l] + 1)
            for letter in "az"
        ]
        moved = (*_weights(sizes, l), *_names("b", l, sizes[l]))
        found[f"W{l}"] = [f"dL_d{name}" for name in moved]
    found["update"] = [f"{name}_new" for name in parameters(sizes)]
    found["L_new"] = ["predicted"]
    return found


def network_function(name, sizes):
    """One update of a network, as a JavaScript function.

    It takes ``(activation, W, b, x, y, eta, biases)``: an activation as
    `emit.activation_function` prints it, nested lists, the learning rate,
    and 1 or 0 for whether the biases move. It returns every number by its
    name in the derivation, with ``w1_11_new`` and the like, ``norm2`` (the
    squared length of the gradient, of what moves) and ``predicted``, the
    change of the loss that it promises.

    >>> print(network_function("net", (1, 1, 1)).splitlines()[5])
      const z1_1 = b1_1 + w1_11*x_1;
    """
    chain = derivation(sizes)
    printer, known, written = emit.Printer(), [], _taken_apart(sizes)
    known += [symbol.name for symbol in chain.inputs]
    for stage in chain.stages:
        out, definition = stage.symbol.name, stage.definition
        known.append(out)
        if isinstance(definition, AnyActivation):
            known.append(_slope(out))
            written.append(
                f"const {{ a: {out}, da_dz: {_slope(out)} }} = "
                f"activation({definition.args[0]});"
            )
        else:
            written.append(f"const {out} = {printer.doprint(definition)};")
    for line, expression in (_backward(chain) | _update(sizes)).items():
        known.append(line)
        written.append(f"const {line} = {printer.doprint(expression)};")
    body = "\n  ".join([*written, f"return {{ {', '.join(known)}, eta }};"])
    arguments = "activation, W, b, x, y, eta, biases"
    return f"function {name}({arguments}) {{\n  {body}\n}}"


def rules(sizes):
    """How every number of the steps comes about, as text with names.

    Those of the update are all alike: `UPDATE_RULE`.

    >>> rules((2, 2, 2))["dL_da1_1"]
    'dL_dz2_1·w2_11 + dL_dz2_2·w2_21'
    >>> rules((1, 1, 1))["L"]
    '½·(a2_1 − y_1)²'
    """
    chain, printer, found = derivation(sizes), Text(), {}
    for stage in chain.stages:
        found[stage.symbol.name] = printer.doprint(stage.definition)
        if isinstance(stage.definition, AnyActivation):
            slope = stage.local(stage.definition.args[0])
            found[_slope(stage.symbol.name)] = printer.doprint(slope)
    for partial in chain.partials.values():
        found[partial.name] = " + ".join(
            printer.product([up, _named(local)])
            for _, up, local in partial.terms
        )
    found["predicted"] = "−eta·norm2"
    wanted = [
        name
        for step, group in steps(sizes).items()
        for name in group
        if step != "update"
    ]
    return {name: found[name].replace("'", "′") for name in wanted}


def uses(sizes):
    """What uses a symbol, and the local partials: the edges of all paths.

    For each parameter and each stage but the loss a dict from the symbols
    that use it to the name of the partial of these with respect to it;
    ``"1"`` is the number. Followed up to ``L`` they give every path.

    >>> uses((2, 2, 2))["a1_1"]
    {'z2_1': 'w2_11', 'z2_2': 'w2_21'}
    """
    return {
        str(partial.symbol): {
            str(stage.symbol): partial.name if up == 1 else str(_named(local))
            for stage, up, local in partial.terms
        }
        for partial in derivation(sizes).partials.values()
        if partial.symbol.name[0] not in "xy"
    }


def module():
    """The text about networks in the generated module ``networks.js``."""
    parts = [
        network_function(_function(sizes), sizes) for sizes in ARCHITECTURES
    ]
    tables = ",\n".join(
        f"  {json.dumps(title(sizes))}: {{\n    compute: {_function(sizes)},\n"
        + ",\n".join(
            f"    {name}: {_json(table(sizes))}"
            for name, table in TABLES.items()
        )
        + ",\n  }"
        for sizes in ARCHITECTURES
    )
    parts.append(f"export const updateRule = {_json(UPDATE_RULE)};")
    parts.append(f"export const networks = {{\n{tables},\n}};")
    arguments = (cost.depth, cost.width)
    counts = emit.function("counts", arguments, cost.formulas())
    parts.append(f"export {counts}")
    return "\n\n".join(parts) + "\n"


def title(sizes):
    """The name of an architecture.

    >>> title((2, 3, 1))
    '2-3-1'
    """
    models.check_sizes(sizes)
    return "-".join(map(str, sizes))


class Text(StrPrinter):
    """Prints products with a dot, squares as squares, and no star."""

    def __init__(self):
        super().__init__({"order": "none"})

    def product(self, factors):
        """Factors in their order; sums in parentheses, ones left out."""
        kept = [factor for factor in factors if factor != 1] or [sp.Integer(1)]
        single = len(kept) == 1
        return "·".join(
            f"({self.doprint(factor)})"
            if isinstance(factor, sp.Add) and not single
            else self.doprint(factor)
            for factor in kept
        )

    def _print_Mul(self, expr):  # noqa: N802
        """Weights first."""
        return self.product(sorted(expr.args, key=lambda t: str(t)[0] != "w"))

    def _print_Add(self, expr, order=None):  # noqa: N802
        """Products before single symbols, and those with a minus last."""
        terms = sorted(
            expr.args,
            key=lambda t: (t.could_extract_minus_sign(), t.is_Symbol, str(t)),
        )
        text = self.doprint(terms[0])
        for term in terms[1:]:
            minus = term.could_extract_minus_sign()
            shown = self.doprint(-term if minus else term)
            text += f" − {shown}" if minus else f" + {shown}"
        return text

    def _print_Pow(self, expr, rational=False):  # noqa: N802
        return f"({self.doprint(expr.base)})²"

    def _print_Half(self, expr):  # noqa: N802
        return "½"


def _backward(chain: Derivation):
    """Name -> rule of every partial but those of inputs and targets."""
    return {
        name: partial.rule.replace(AnySlope, lambda at: _named(AnySlope(at)))
        for name, partial in chain.partials.items()
        if partial.symbol.name[0] not in "xy"
    }


def _update(sizes):
    """Name -> rule of every new parameter, and of the promised change."""
    lines, squares = {}, {"w": [], "b": []}
    for name in parameters(sizes):
        gradient = sp.Symbol(f"dL_d{name}")
        squares[name[0]].append(gradient**2)
        step = eta * gradient * (biases if name[0] == "b" else 1)
        lines[f"{name}_new"] = sp.Symbol(name) - step
    lines["norm2"] = sp.Add(*squares["w"]) + biases * sp.Add(*squares["b"])
    return lines | {"predicted": -eta * norm2}


def _taken_apart(sizes):
    """The lines that give names to the entries of the arguments."""
    layers = range(1, len(sizes))
    W = [
        [
            [f"w{l}_{j}{k}" for k in range(1, sizes[l - 1] + 1)]
            for j in range(1, sizes[l] + 1)
        ]
        for l in layers
    ]
    b = [_names("b", l, sizes[l]) for l in layers]
    x, y = _names("x", "", sizes[0]), _names("y", "", sizes[-1])
    return [
        f"const {json.dumps(names).replace(chr(34), '')} = {argument};"
        for argument, names in {"W": W, "b": b, "x": x, "y": y}.items()
    ]


def _named(local):
    """A local partial; the slope of an activation by its name."""
    if not isinstance(local, AnySlope):
        return local
    return sp.Symbol(_slope(local.args[0].name.replace("z", "a")))


def _slope(out):
    """The name of ∂a/∂z of a unit."""
    return f"d{out}_d{out.replace('a', 'z')}"


def _json(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _function(sizes):
    return f"network_{'_'.join(map(str, sizes))}"


def _weights(sizes, l):
    return [
        f"w{l}_{j}{k}"
        for j in range(1, sizes[l] + 1)
        for k in range(1, sizes[l - 1] + 1)
    ]


def _names(letter, l, count):
    return [f"{letter}{l}_{j}" for j in range(1, count + 1)]


TABLES = {"steps": steps, "rules": rules, "uses": uses}
"""What stands beside the function of an architecture."""
