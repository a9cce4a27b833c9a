"""One neuron, one update, one step at a time. Chapters 1 to 3."""

import math

import traitlets
from backprop import plotting
from backprop.numerics import losses, neuron
from backprop.widgets.core import stills
from backprop.widgets.core.base import text
from backprop.widgets.core.neuron import NeuronWidget
from backprop.widgets.core.numbers import Number
from backprop.widgets.stepper import steps

LOSS = "half_squared_error"
NAMES = tuple(steps.WORDS)


class Stepper(NeuronWidget):
    """Walk through the forward pass, the backward pass and the update.

    ``until`` is the name of the last step: ``"L"`` stops after the forward
    pass, ``"dL_db"`` after the backward pass, ``"L_new"`` (the default) after
    the update. ``step`` counts from 0. ``update`` counts the updates made
    with "Next update".

    >>> stepper = Stepper(w=0.8, b=-0.3, x=1.5, y=0.2, eta=0.5)
    >>> round(stepper.run()["w_new"], 6)
    0.72125
    """

    shared = ("activation", "x", "y", "w", "b", "eta", "step", "update")
    shared += ("exact",)

    x = Number(1.5, -1e3, 1e3, help="the input").tag(sync=True)
    y = Number(0.2, -1e3, 1e3, help="the target").tag(sync=True)
    w = Number(0.8, -1e6, 1e6, help="the weight").tag(sync=True)
    b = Number(-0.3, -1e6, 1e6, help="the bias").tag(sync=True)
    eta = Number(0.5, 1e-12, 1e12, help="the learning rate").tag(sync=True)
    step = traitlets.Int(0, min=0, max=len(NAMES) - 1).tag(sync=True)
    update = traitlets.Int(0, min=0).tag(sync=True)
    until = traitlets.Enum(("L", "dL_db", "L_new"), "L_new").tag(sync=True)

    @classmethod
    def emitted(cls):
        """The formulas of the steps, as MathML."""
        return {"mathml.js": steps.generated()}

    def run(self):
        """Every number of the update, computed by `backprop.numerics`.

        A dict from the names of the steps to floats, with ``predicted``, the
        change of the loss that ``-η ‖∇L‖²`` promises.
        """
        f = self.numeric_activation()
        forward = neuron.forward(self.w, self.b, self.x, f)
        back = neuron.backward(forward, self.x, self.y, LOSS)
        w_new, b_new = neuron.update(self.w, self.b, back, self.eta)
        return {
            "z": forward.z,
            "a": forward.a,
            "L": losses.half_squared_error(forward.a, self.y),
            "dL_da": back.dL_da,
            "da_dz": back.da_dz,
            "dL_dz": back.dL_dz,
            "dL_dw": back.dL_dw,
            "dL_db": back.dL_db,
            "w_new": w_new,
            "b_new": b_new,
            "L_new": self._loss(w_new, b_new, f),
            "predicted": -self.eta * (back.dL_dw**2 + back.dL_db**2),
        }

    def _loss(self, w, b, f):
        """NaN where an update left the finite numbers."""
        if not (math.isfinite(w) and math.isfinite(b)):
            return math.nan
        forward = neuron.forward(w, b, self.x, f)
        return losses.half_squared_error(forward.a, self.y)

    def custom_parts(self, expression):
        """Also the formulas of the steps, for the reader's own activation."""
        own = {step["name"]: step for step in steps.steps(expression)}
        return super().custom_parts(expression) | {
            "steps": {name: own[name] for name in steps.ACTIVATION_STEPS}
        }

    def still(self):
        """The computational graph with every number up to ``until``."""
        run = {
            name: value
            for name, value in self._shown().items()
            if stills.drawable(value)
        }
        fig, ax = plotting.sheet("wide")
        plotting.draw_graph(
            ax,
            plotting.NEURON,
            {name: run[name] for name in "xwbyzaL" if name in run},
            {n: run[f"dL_d{n}"] for n in "wbza" if f"dL_d{n}" in run},
            {("z", "a"): f"f'(z) = {run['da_dz']:.4g}"}
            if "da_dz" in run
            else None,
        )
        if "L_new" in self._shown():
            plotting.draw_note(ax, self._after(run))
        return fig

    def _shown(self):
        """The given numbers, and those of the steps up to ``until``."""
        run = self.run()
        return {name: getattr(self, name) for name in "xwby"} | {
            name: run[name] for name in NAMES[: NAMES.index(self.until) + 1]
        }

    def _after(self, run):
        """The lines of the picture about the update."""
        names = [name for name in ("w", "b", "L") if f"{name}_new" in run]
        return [
            f"$\\eta = {self.eta:.4g}$",
            *(f"new ${name} = {run[f'{name}_new']:.4g}$" for name in names),
        ]

    def still_words(self):
        """The same in words."""
        numbers = ", ".join(
            f"{name} = {text(value, 6)}"
            for name, value in self._shown().items()
        )
        below = " and gradients below it" if self.until != "L" else ""
        return (
            "The computational graph: x, w and b lead to z, z to a, and a "
            f"and y to L, with values above every node{below}. The "
            f"activation is {self.activation}, the learning rate "
            f"{text(self.eta, 6)}. {numbers}."
        )

    def steps_table(self):
        """Each step up to ``until`` with its value."""
        numbers = self.run()
        shown = NAMES[: NAMES.index(self.until) + 1]
        rows = [
            [str(i), name, text(numbers[name], 9), steps.WORDS[name]]
            for i, name in enumerate(shown, start=1)
        ]
        return ["step", "quantity", "value", "in words"], rows
