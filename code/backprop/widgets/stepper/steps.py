"""The steps of one update as the stepper shows them: for each its formula
and the same formula with room for the numbers, as MathML.

Formulas come from `backprop.symbolic`; MathML is what every browser shows
without a script or a font of ours. A number's place is written ``@name@``.

>>> [step["name"] for step in steps("sigmoid")][:4]
['z', 'a', 'L', 'dL_da']
"""

import json

import sympy as sp
from backprop.symbolic import catalogue, models
from backprop.symbolic.latex import Printer, join_product, name
from backprop.widgets.core.mathml import mathml

WORDS = {
    "z": "Weigh the input and add the bias.",
    "a": "Pass it through the activation: this is the output.",
    "L": "Compare the output with the target.",
    "dL_da": "How does the loss react to the output?",
    "da_dz": "How does the output react to z? The slope of the activation.",
    "dL_dz": "Multiply the two: the error of the neuron.",
    "dL_dw": "Times what came in through the weight.",
    "dL_db": "The bias has the input 1.",
    "w_new": "Move the weight against its derivative.",
    "b_new": "Move the bias, with the gradient from before the move.",
    "L_new": "Forward again: did the loss fall as much as predicted?",
}
"""The name of every step, in order, with a sentence for the reader."""

EDGES = {
    "z": [["x", "z"], ["w", "z"], ["b", "z"]],
    "a": [["z", "a"]],
    "L": [["a", "L"], ["y", "L"]],
    "dL_da": [["a", "L"]],
    "da_dz": [["z", "a"]],
    "dL_dz": [["z", "a"], ["a", "L"]],
    "dL_dw": [["w", "z"]],
    "dL_db": [["b", "z"]],
    "w_new": [["w", "z"]],
    "b_new": [["b", "z"]],
}
EDGES["L_new"] = EDGES["z"] + EDGES["a"] + EDGES["L"]
"""The edges of the computational graph that a step lights."""

ACTIVATION_STEPS = ("a", "da_dz")
"""The steps whose formula depends on the activation."""


class Slots(Printer):
    """Prints ``@name@`` where a number will stand."""

    def __init__(self):
        super().__init__({})

    def _print_Symbol(self, expr, *_args, **_options):  # noqa: N802
        return rf"\text{{@{expr.name}@}}"


def steps(activation):
    """Every step for an activation, a name or an expression in ``z``.

    Returns a list of dictionaries: ``name``, ``words``, ``edges``,
    ``formula`` and ``numbers``, the last two as MathML.
    """
    formulas = _formulas(models.neuron(activation))
    return [
        {
            "name": step,
            "words": words,
            "edges": EDGES[step],
            "formula": mathml(formulas[step][0]),
            "numbers": mathml(formulas[step][1]),
        }
        for step, words in WORDS.items()
    ]


def _formulas(derivation):
    """Step name -> (formula, formula with slots), as LaTeX."""
    plain, slots = Printer(), Slots()
    found = {}
    for stage in derivation.stages:
        left = plain.doprint(stage.symbol)
        found[stage.symbol.name] = (
            f"{left} = {plain.doprint(stage.definition)}",
            f"{left} = {slots.doprint(stage.definition)}",
        )
    slope = derivation.stage("a").local(catalogue.z)
    left = plain.fraction(catalogue.a, catalogue.z)
    found["da_dz"] = (
        f"{left} = {plain.doprint(slope)}",
        f"{left} = {slots.doprint(slope)}",
    )
    # The same for every activation, and a constant one has no path to w.
    partials = models.neuron().partials
    for step in ("dL_da", "dL_dz", "dL_dw", "dL_db"):
        found[step] = _partial(partials[step], plain, slots)
    for parameter in ("w", "b"):
        found[f"{parameter}_new"] = (
            rf"{parameter}_\text{{new}} = {parameter} - \eta \cdot "
            + name(f"dL_d{parameter}"),
            rf"{parameter}_\text{{new}} = \text{{@{parameter}@}} - "
            rf"\text{{@eta@}} \cdot \text{{@dL_d{parameter}@}}",
        )
    found["L_new"] = (
        r"\Delta L \approx -\eta \left( \left(\frac{\partial L}{\partial w}"
        r"\right)^2 + \left(\frac{\partial L}{\partial b}\right)^2 \right)",
        r"\Delta L \approx -\text{@eta@} \cdot \left( \text{@dL_dw@}^2 + "
        r"\text{@dL_db@}^2 \right)",
    )
    return found


def _partial(partial, plain, slots):
    """∂L/∂v = ∂L/∂u · ∂u/∂v = ∂L/∂u · (what it is), and with slots."""
    (stage, upstream, local) = partial.terms[0]
    left = plain.fraction(partial.loss, partial.symbol)
    if stage.symbol == partial.loss:
        return (
            f"{left} = {plain.doprint(local)}",
            f"{left} = {slots.doprint(local)}",
        )
    chain = (
        f"{left} = {plain.fraction(partial.loss, stage.symbol)} \\cdot "
        f"{plain.fraction(stage.symbol, partial.symbol)}"
    )
    if stage.symbol == catalogue.a:
        local = sp.Symbol("da_dz")
        return chain, f"{left} = {join_product((upstream, local), slots)}"
    filled = join_product((upstream, local), plain)
    return f"{chain} = {filled}", (
        f"{left} = {join_product((upstream, local), slots)}"
    )


def generated():
    """The module ``mathml.js``: all steps, by activation.

    Steps that do not depend on the activation are written once.
    """
    common = {
        step["name"]: step
        for step in steps("sigmoid")
        if step["name"] not in ACTIVATION_STEPS
    }
    special = {
        name: {
            step["name"]: step
            for step in steps(name)
            if step["name"] in ACTIVATION_STEPS
        }
        for name in catalogue.ACTIVATIONS
    }
    return (
        "// Generated by `make generate` from "
        "backprop.widgets.stepper.steps: do not edit.\n"
        f"export const order = {json.dumps(list(WORDS))};\n"
        f"export const common = {_json(common)};\n"
        f"export const special = {_json(special)};\n"
    )


def _json(value):
    return json.dumps(value, ensure_ascii=False, indent=1)
