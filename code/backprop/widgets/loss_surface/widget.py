"""The loss over (w, b), and gradient descent on it. Chapter 3."""

import math

import numpy as np
import traitlets
from backprop import plotting
from backprop.numerics import losses, neuron, optimisers
from backprop.widgets.core import stills
from backprop.widgets.core.base import text
from backprop.widgets.core.neuron import LIMIT, NeuronWidget
from backprop.widgets.core.numbers import Number

LOSS = "half_squared_error"
MOST = 200
ROWS = 12
REACH = 4.0
"""The still picture shows this much of w and of b on either side of 0, or of
a start that lies farther out."""

CELLS = 72
BANDS = 8
SHOWN = 60
"""Updates in the still picture; the table has the last one."""


class LossSurface(NeuronWidget):
    """Drag the start over the contours, and watch the path of descent.

    One neuron, one example; ``w`` and ``b``, where the run starts, both
    move. ``path`` is the run, a list of ``[w, b, L]``, computed with
    `backprop.numerics`.

    >>> surface = LossSurface(w=0.8, b=-0.3, x=1.5, y=0.2, eta=0.3)
    >>> w, b, loss = surface.run()[1]
    >>> round(w, 6), round(b, 6)
    (0.485, -0.51)
    """

    shared = ("activation", "x", "y", "w", "b", "eta", "steps", "exact")

    eta = Number(0.3, 1e-12, 1e12, help="the learning rate").tag(sync=True)
    w = Number(0.8, -1e6, 1e6, help="the weight at the start").tag(sync=True)
    b = Number(-0.3, -1e6, 1e6, help="the bias at the start").tag(sync=True)
    x = Number(1.5, -1e3, 1e3, help="the input").tag(sync=True)
    y = Number(0.2, -1e3, 1e3, help="the target").tag(sync=True)
    steps = traitlets.Int(
        30, min=1, max=MOST, help="how many updates are made"
    ).tag(sync=True)

    @traitlets.default("activation")
    def _activation(self):
        return "identity"

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

    @property
    def path(self):
        """The iterates, ``[w, b, L]`` each, as `run` computes them."""
        return [[*iterate] for iterate in self.run()]

    def still(self):
        """The contours of the loss, and the path of descent on them."""
        w, b = (_window(middle) for middle in (self.w, self.b))
        loss = self._losses(w, b)
        path = []
        for w_now, b_now, _ in self.run()[: SHOWN + 1]:
            path.append((w_now, b_now))
            if not _inside(w, w_now) or not _inside(b, b_now):
                break
        fig, ax = plotting.sheet("square")
        label = f"$\\eta = {self.eta:.4g}$"
        plotting.draw_surface(ax, w, b, loss, _levels(loss), path, label)
        return fig

    def _losses(self, w, b):
        """The loss at every pair, of shape ``(len(b), len(w))``."""
        W, B = np.meshgrid(w, b)
        A = stills.sampled(self.numeric_activation(), W * self.x + B)
        return stills.sampled(
            lambda A: [
                [losses.half_squared_error(a, self.y) for a in row]
                for row in A
            ],
            A,
        )

    def still_words(self):
        """The same in words."""
        path = self.run()
        start = (
            f"Contours of the loss over w and b ({self.activation}), with "
            f"gradient descent from w = {text(self.w, 6)}, b = "
            f"{text(self.b, 6)} at the learning rate {text(self.eta, 6)}"
        )
        if not path:
            return f"{start}: the loss has no value at the start."
        w, b, loss = (text(number, 6) for number in path[-1])
        return (
            f"{start}. Update {len(path) - 1} leads to w = {w}, b = {b} with "
            f"the loss {loss}"
            + ("." if len(path) > self.steps else "; the next diverges.")
        )

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


def _window(middle):
    """The values of w, or of b, in the still picture."""
    centre = middle if abs(middle) > REACH else 0.0
    return np.linspace(centre - REACH, centre + REACH, CELLS + 1)


def _inside(window, place):
    return window[0] <= place <= window[-1]


def _levels(loss):
    """Losses for contours, at equal steps of ``|a - y|``; none if flat."""
    seen = loss[np.isfinite(loss)]
    if not seen.size:
        return []
    low, top = seen.min(), min(seen.max(), stills.limits(seen)[1])
    shares = np.arange(1, BANDS) / BANDS
    root = np.sqrt(low) + shares * (np.sqrt(top) - np.sqrt(low))
    return root**2 if np.all(np.diff(root**2) > 1e-9 * top) else []


def _usable(step):
    """Whether an iterate is within bounds: the same rule as in the view."""
    numbers = [step.loss, *step.gradient]
    return bool(
        np.all(np.abs(step.parameters) < LIMIT)
        and all(map(math.isfinite, numbers))
    )
