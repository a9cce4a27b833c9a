"""An activation, its curve and its slope. Chapter 1."""

import numpy as np
from backprop import plotting
from backprop.widgets.core import stills
from backprop.widgets.core.base import text
from backprop.widgets.core.neuron import NeuronWidget
from backprop.widgets.core.numbers import Number

REACH = 8.0
"""How far from its middle the still picture goes, in z."""


class ActivationExplorer(NeuronWidget):
    """Choose an activation and drag ``z`` along its curve.

    >>> explorer = ActivationExplorer(activation="tanh", z=0.5)
    >>> explorer.z = 0.0
    >>> explorer.run()
    {'z': 0.0, 'a': 0.0, 'da_dz': 1.0}
    """

    shared = ("activation", "z", "exact")

    z = Number(0.9, -1e6, 1e6, help="the pre-activation").tag(sync=True)

    def run(self):
        """``z``, ``a`` and ``da_dz``, computed by `backprop.numerics`."""
        f = self.numeric_activation()
        return {
            "z": self.z,
            "a": float(f(self.z)),
            "da_dz": float(f.prime(self.z)),
        }

    def still(self):
        """The curve around ``z``, with the tangent there."""
        f, now = self.numeric_activation(), self.run()
        middle = self.z if abs(self.z) > REACH else 0.0
        z = np.linspace(middle - REACH, middle + REACH, 161)
        a = stills.sampled(f, z)
        at = (now["z"], now["a"]) if stills.drawable(now["a"]) else None
        slope = now["da_dz"] if stills.drawable(now["da_dz"]) else None
        low, high = stills.limits(a, *(at or ())[1:])
        fig, ax = plotting.sheet("narrow")
        a = stills.unbroken(a, low, high)
        plotting.draw_activation(ax, z, a, at, slope)
        ax.set(xlim=(z[0], z[-1]), ylim=(low, high))
        return fig

    def still_words(self):
        """The same in words."""
        now = {name: text(value, 6) for name, value in self.run().items()}
        return (
            f"The activation f, {self.activation}, as a curve, with its "
            f"tangent at z = {now['z']}: the value there is {now['a']}, the "
            f"slope {now['da_dz']}."
        )

    def steps_table(self):
        """``a`` and ``f'(z)`` at a few places, by `backprop.numerics`."""
        f = self.numeric_activation()
        places = sorted({*np.arange(-6.0, 7.0, 2.0).tolist(), self.z})
        rows = [
            [text(z, 6), text(f(z), 6), text(f.prime(z), 6)] for z in places
        ]
        return ["z", "a = f(z)", "f′(z)"], rows
