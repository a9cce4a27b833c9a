"""One neuron, one update, one step at a time. Chapters 1 to 3."""

import math

import traitlets

from backprop.numerics import losses, neuron
from backprop.widgets import steps
from backprop.widgets.base import NeuronWidget, Number, text

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

    x = Number(1.5, -1e3, 1e3, help="the input").tag(sync=True)
    y = Number(0.2, -1e3, 1e3, help="the target").tag(sync=True)
    w = Number(0.8, -1e6, 1e6, help="the weight").tag(sync=True)
    b = Number(-0.3, -1e6, 1e6, help="the bias").tag(sync=True)
    eta = Number(0.5, 1e-12, 1e12, help="the learning rate").tag(sync=True)
    step = traitlets.Int(0, min=0, max=len(NAMES) - 1).tag(sync=True)
    update = traitlets.Int(0, min=0).tag(sync=True)
    until = traitlets.Enum(("L", "dL_db", "L_new"), "L_new").tag(sync=True)

    @traitlets.default("view")
    def _view(self):
        return "stepper"

    @traitlets.default("shared")
    def _shared(self):
        return [
            *("activation", "x", "y", "w", "b", "eta"),
            *("step", "update", "exact"),
        ]

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

    def steps_table(self):
        """Each step up to ``until`` with its value."""
        numbers = self.run()
        shown = NAMES[: NAMES.index(self.until) + 1]
        rows = [
            [str(i), name, text(numbers[name], 9), steps.WORDS[name]]
            for i, name in enumerate(shown, start=1)
        ]
        return ["step", "quantity", "value", "in words"], rows
