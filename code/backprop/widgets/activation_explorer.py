"""An activation, its curve and its slope. Chapter 1."""

import numpy as np
import traitlets

from backprop.widgets.base import NeuronWidget, Number, text


class ActivationExplorer(NeuronWidget):
    """Choose an activation and drag ``z`` along its curve.

    >>> explorer = ActivationExplorer(activation="tanh", z=0.5)
    >>> explorer.z = 0.0
    >>> explorer.run()
    {'z': 0.0, 'a': 0.0, 'da_dz': 1.0}
    """

    z = Number(0.9, -1e6, 1e6, help="the pre-activation").tag(sync=True)

    @traitlets.default("view")
    def _view(self):
        return "activation_explorer"

    @traitlets.default("shared")
    def _shared(self):
        return ["activation", "z", "exact"]

    def run(self):
        """``z``, ``a`` and ``da_dz``, computed by `backprop.numerics`."""
        f = self.numeric_activation()
        return {
            "z": self.z,
            "a": float(f(self.z)),
            "da_dz": float(f.prime(self.z)),
        }

    def steps_table(self):
        """``a`` and ``f'(z)`` at a few places, by `backprop.numerics`."""
        f = self.numeric_activation()
        places = sorted({*np.arange(-6.0, 7.0, 2.0).tolist(), self.z})
        rows = [
            [text(z, 6), text(f(z), 6), text(f.prime(z), 6)] for z in places
        ]
        return ["z", "a = f(z)", "f′(z)"], rows
