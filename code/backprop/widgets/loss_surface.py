"""The loss over (w, b), and gradient descent on it. Chapter 3."""

import math

import numpy as np
import traitlets

from backprop.numerics import losses, neuron, optimisers
from backprop.widgets.base import NeuronWidget, Number

LOSS = "half_squared_error"
LIMIT = 1e100
MOST = 200
ROWS = 12


class LossSurface(NeuronWidget):
    """Drag the start over the contours, and watch the path of descent.

    One neuron, one example; ``w`` and ``b``, where the run starts, both
    move. ``path`` is what the view has drawn: a list of ``[w, b, L]``.
    `run` computes the same with `backprop.numerics`.

    >>> surface = LossSurface(w=0.8, b=-0.3, x=1.5, y=0.2, eta=0.3)
    >>> w, b, loss = surface.run()[1]
    >>> round(w, 6), round(b, 6)
    (0.485, -0.51)
    """

    eta = Number(0.3, 1e-12, 1e12, help="the learning rate").tag(sync=True)
    w = Number(0.8, -1e6, 1e6, help="the weight at the start").tag(sync=True)
    b = Number(-0.3, -1e6, 1e6, help="the bias at the start").tag(sync=True)
    x = Number(1.5, -1e3, 1e3, help="the input").tag(sync=True)
    y = Number(0.2, -1e3, 1e3, help="the target").tag(sync=True)
    steps = traitlets.Int(
        30, min=1, max=MOST, help="how many updates are made"
    ).tag(sync=True)
    path = traitlets.List(
        traitlets.List(traitlets.Float(), minlen=3, maxlen=3),
        help="what the view has drawn: [w, b, L] for every iterate",
    ).tag(sync=True)

    @traitlets.default("view")
    def _view(self):
        return "loss_surface"

    @traitlets.default("activation")
    def _activation(self):
        return "identity"

    @traitlets.default("shared")
    def _shared(self):
        return ["activation", "x", "y", "w", "b", "eta", "steps", "exact"]

    def run(self):
        """The iterates, computed by `backprop.numerics`.

        A list of ``(w, b, L)``: the start, then one for each of ``steps``
        updates. It ends before the first iterate that is beyond all bounds:
        one with a loss or gradient that is not finite, or with a parameter
        of 1e100 or more.

        >>> run = LossSurface(steps=40, eta=1e3).run()
        >>> len(run)
        29
        """
        f = self.numeric_activation()

        def loss_and_gradient(parameters):
            forward = neuron.forward(*parameters, self.x, f)
            back = neuron.backward(forward, self.x, self.y, LOSS)
            loss = losses.half_squared_error(forward.a, self.y)
            return loss, np.array([back.dL_dw, back.dL_db])

        start = np.array([self.w, self.b])
        path = []
        for now in optimisers.descend(
            loss_and_gradient, start, self.eta, self.steps
        ):
            if not _usable(now):
                break
            path.append((*now.parameters.tolist(), float(now.loss)))
        return path

    def steps_table(self):
        """The first iterates and the last, by `backprop.numerics`.

        >>> head, rows = LossSurface().steps_table()
        >>> rows[1]
        ['1', '0.485', '-0.51', '0.000153125']
        """
        path = list(enumerate(self.run()))
        shown = path if len(path) <= ROWS else [*path[: ROWS - 1], path[-1]]
        rows = [
            [str(k), *(f"{value:.6g}" for value in numbers)]
            for k, numbers in shown
        ]
        return ["update", "w", "b", "L"], rows


def _usable(step):
    """Whether an iterate is within bounds: the same rule as in the view."""
    numbers = [step.loss, *step.gradient]
    return bool(
        np.all(np.abs(step.parameters) < LIMIT)
        and all(map(math.isfinite, numbers))
    )
