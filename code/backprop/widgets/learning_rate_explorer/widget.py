"""The learning rate, from a crawl to a disaster. Chapter 3."""

import dataclasses
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
MAX_STEPS = 200
ROWS = 10
"""The first rows that the fallback table shows; it also shows the last."""


NEAR, WIDE = 2.0, 16.0
"""The still picture shows this much of z on either side of the start, and as
much more, up to the second, as the iterates need."""

MOVES = 0.02
"""Iterates nearer to the last than this part of the picture are not drawn."""


SHOWN = 60
"""Updates in the still picture; the table has the last one."""


class LearningRateExplorer(NeuronWidget):
    """Drag ``eta`` and the start; watch where gradient descent goes.

    One neuron and one example; ``b`` is fixed, only ``w`` moves. ``path`` is
    the run, a list of ``[w, L]``, computed with `backprop.numerics`.

    >>> explorer = LearningRateExplorer(eta=0.5, steps=2)
    >>> [(round(w, 6), round(L, 6)) for w, L in explorer.run()]
    [(0.8, 0.245), (0.275, 0.003828), (0.340625, 6e-05)]
    >>> explorer.eta = 0.0
    Traceback (most recent call last):
    ...
    traitlets.traitlets.TraitError: eta: found 0.0, expected a number from \
1e-12 to 1000000000000.0
    """

    shared = ("activation", "eta", "start", "exact")

    eta = Number(0.3, 1e-12, 1e12, help="the learning rate").tag(sync=True)
    start = Number(0.8, -1e6, 1e6, help="the first weight").tag(sync=True)
    x = Number(1.5, -1e3, 1e3, help="the input").tag(sync=True)
    y = Number(0.2, -1e3, 1e3, help="the target").tag(sync=True)
    b = Number(-0.3, -1e3, 1e3, help="the bias, fixed").tag(sync=True)
    steps = traitlets.Int(
        40, min=1, max=MAX_STEPS, help="the number of updates"
    ).tag(sync=True)

    @traitlets.default("activation")
    def _activation(self):
        return "identity"

    def run(self):
        """The iterates as ``(w, L)``, computed by `backprop.numerics`.

        The start, then one pair after each update. The list ends early
        where the iteration diverges: where ``|w|`` reaches 1e100, or the
        loss or its gradient is no longer finite.

        Each update agrees with the drawn one to rounding. A run that jumps
        about without settling multiplies rounding in every update, so that
        there two sound computations part after some tens of updates.

        >>> len(LearningRateExplorer(eta=1e12, steps=40).run())
        9
        """
        f = _in_numpy(self.numeric_activation())

        def loss_and_gradient(w):
            forward = neuron.forward(w, self.b, self.x, f)
            back = neuron.backward(forward, self.x, self.y, LOSS)
            loss = losses.half_squared_error(forward.a, self.y)
            return loss, back.dL_dw

        path = []
        with np.errstate(all="ignore"):
            for step in optimisers.descend(
                loss_and_gradient, self.start, self.eta, self.steps
            ):
                if not _usable(step):
                    break
                path.append((step.parameters, step.loss))
        return path

    @property
    def path(self):
        """The iterates, ``[w, L]`` each, as `run` computes them."""
        return [[*iterate] for iterate in self.run()]

    @property
    def limit(self):
        """``2/L''`` at the minimum over w: from there on η cannot settle.

        At the minimum a = y, and the curvature is ``L'' = (f'(z) x)²``
        (chapter 3). None where no curvature is positive there: a target
        that the activation does not reach, ``x = 0``, a flat or a bent
        place. With several minima, the one nearest to ``start`` counts.

        >>> round(LearningRateExplorer(x=1.5).limit, 6)
        0.888889
        >>> round(LearningRateExplorer(activation="sigmoid").limit, 6)
        34.722222
        >>> LearningRateExplorer(activation="sigmoid", y=2.0).limit
        """
        f = _in_numpy(self.numeric_activation())
        with np.errstate(all="ignore"):
            places = _where(f, self.y) if self.x else []
            if not places:
                return None
            from_here = self.start * self.x + self.b
            z = min(places, key=lambda place: abs(place - from_here))
            curvature = float(f.prime(z) * self.x) ** 2
            limit = float(np.float64(2.0) / curvature)
            w = abs(np.float64(z - self.b) / self.x)
        if not np.isfinite(limit) or not w < LIMIT or _bent(f, z):
            return None
        return limit

    def still(self):
        """The loss over w with the iterates; the loss at every update."""
        path = self.run()[: SHOWN + 1]
        path = [step for step in path if stills.drawable(*step)]
        w = self._window([at for at, _ in path])
        loss = self._losses(w)
        low, high = stills.limits(loss, *[L for _, L in path[:1]])
        fig, (left, right) = plotting.sheet("wide", columns=2)
        seen = _in_sight(path, w[0], w[-1], high)
        plotting.draw_loss_curve(
            left,
            w,
            stills.unbroken(loss, low, high),
            [at for at, _ in seen],
            [L for _, L in seen],
        )
        left.set_ylim(low, high)
        label = f"$\\eta = {self.eta:.4g}$"
        runs = {label: [L if L > 0 else np.nan for _, L in path]}
        plotting.draw_losses(right, runs, any(L > 0 for _, L in path))
        return fig

    def _window(self, iterates):
        """The weights of the still picture, an array."""
        unit = 1.0 / abs(self.x) if abs(self.x) > 1e-3 else 1.0
        near = [w for w in iterates if abs(w - self.start) <= WIDE * unit]
        reach = self.start - NEAR * unit, self.start + NEAR * unit
        low, high = stills.limits(np.array([]), *reach, *near)
        return np.linspace(low, high, 161)

    def _losses(self, w):
        """The loss at every weight of an array."""
        a = stills.sampled(self.numeric_activation(), w * self.x + self.b)
        each = [losses.half_squared_error(one, self.y) for one in a]
        return stills.sampled(lambda w: each, w)

    def still_words(self):
        """The same in words."""
        path = self.run()
        start = f"The loss over w ({self.activation}), with gradient descent "
        start += f"from w = {text(self.start, 6)} at the learning rate "
        start += text(self.eta, 6)
        if not path:
            return f"{start}: the loss has no value at the start."
        end = [text(number, 6) for number in path[-1]]
        return (
            f"{start}, and the loss after each update. Update "
            f"{len(path) - 1} leads to w = {end[0]} with the loss {end[1]}"
            + ("." if len(path) > self.steps else "; the next diverges.")
        )

    def steps_table(self):
        """The first updates and the last, by `backprop.numerics`.

        >>> head, rows = LearningRateExplorer(steps=1).steps_table()
        >>> head
        ['update', 'w', 'L']
        >>> rows
        [['0', '0.8', '0.245'], ['1', '0.485', '0.0258781']]
        """
        rows = [
            [str(k), f"{w:.6g}", f"{L:.6g}"]
            for k, (w, L) in enumerate(self.run())
        ]
        if len(rows) > ROWS + 2:
            rows = [*rows[: ROWS + 1], ["…", "…", "…"], rows[-1]]
        return ["update", "w", "L"], rows


def _in_sight(path, left, right, top):
    """The iterates up to the first outside, without those on one spot."""
    seen = []
    for w, loss in path:
        if not (left <= w <= right and loss <= top):
            break
        if not seen or _apart((w, loss), seen[-1], right - left, top):
            seen.append((w, loss))
    return seen


def _apart(one, other, width, height):
    """Whether two iterates can be told apart in the picture."""
    across = (one[0] - other[0]) / width
    return math.hypot(across, (one[1] - other[1]) / height) > MOVES


def _usable(step):
    return abs(step.parameters) < LIMIT and bool(
        np.isfinite(step.loss) and np.isfinite(step.gradient)
    )


def _in_numpy(activation):
    """The activation with numpy's rules for 1/0, overflow and roots.

    Where Python raises or leaves the real numbers, numpy gives an infinity
    or NaN, which the end rule understands; so does JavaScript.
    """
    function, prime = activation.function, activation.prime
    return dataclasses.replace(
        activation,
        function=lambda z: function(np.float64(z)),
        prime=lambda z: prime(np.float64(z)),
    )


def _where(f, y):
    """Every z up to 2²¹ in size where ``f(z) = y``, by bisection."""
    side = [*np.arange(0.25, 32.25, 0.25), *2.0 ** np.arange(6, 22)]
    grid = [-z for z in reversed(side)] + [0.0, *side]
    gaps = [float(f(z) - y) for z in grid]
    found = [
        z
        for z, gap in zip(grid, gaps, strict=True)
        if gap == 0 and not _rounded(f, z)
    ]
    for left, right, gap, after in zip(
        grid, grid[1:], gaps, gaps[1:], strict=False
    ):
        finite = np.isfinite(gap) and np.isfinite(after)
        if finite and np.sign(gap) * np.sign(after) < 0:
            root = _bisect(lambda z: f(z) - y, left, right)
            if abs(f(root) - y) <= 1e-6 * max(1.0, abs(y)):
                found.append(root)
    return found


def _rounded(f, z):
    """Whether ``f(z) = y`` by rounding alone, as the sigmoid's 1 does."""
    slope = float(f.prime(z))
    return slope != 0 and abs(slope * z) < 1e-12 * abs(f(z))


def _bisect(gap, low, high):
    sign = np.sign(gap(low))
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (
            (middle, high) if np.sign(gap(middle)) == sign else (low, middle)
        )
    return min(low, high, key=lambda z: abs(gap(z)))


def _bent(f, z):
    """Whether the slope of ``f`` jumps at ``z``, as at a kink."""
    step = 1e-12 * max(1.0, abs(z))
    left, right = float(f.prime(z - step)), float(f.prime(z + step))
    change = abs(right - left)
    return change > 1e-6 and change > 1e-3 * max(abs(left), abs(right))
