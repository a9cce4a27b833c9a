"""Training a network in the page. Chapter 6."""

import dataclasses
import itertools
import math

import numpy as np
import traitlets
from backprop import plotting
from backprop.numerics import data, network, optimisers
from backprop.widgets.core.base import text
from backprop.widgets.core.neuron import NeuronWidget
from backprop.widgets.core.numbers import Number
from backprop.widgets.training_playground.mulberry import Mulberry

LOSS = "softmax_cross_entropy"
LIMIT = 1e10
"""From here on a weight or a bias is called diverged, here and in the view."""

MOST = 20_000
"""So many updates can be made."""

LARGEST_BATCH = 200
LAYERS, UNITS = 3, 8
KEPT = 32
"""So many losses are kept for each doubling of the number of updates."""

CELLS = 40
FLOOR = 1e-6
"""A smaller loss is drawn as this, here and in the view."""

WORDS = {"xor": "XOR", "moons": "two moons", "spirals": "spirals"}
PACES = {"1": "1 update", "10": "10 updates", "100": "100 updates"}


class TrainingPlayground(NeuronWidget):
    """Choose data and a network; watch it learn, update by update.

    A run is a function of the traits: data, ``hidden`` sizes, activation,
    ``eta``, ``batch_size`` and ``seed`` (of the first weights and of the
    order of the rows). ``update`` counts the updates made; a change of
    anything else makes as many again, from the start. ``layers`` are the
    weights then and ``history`` the losses, ``[update, training, held out]``
    each, as `run` computes them by `backprop.numerics`.

    >>> playground = TrainingPlayground(data="moons", hidden=[3], update=64)
    >>> run = playground.run()
    >>> len(run["layers"]), np.shape(run["layers"][0]["W"])
    (2, (3, 2))
    >>> run["history"][-1][0], run["diverged"]
    (64, None)
    >>> playground.hidden = [3, 9]
    Traceback (most recent call last):
    ...
    traitlets.traitlets.TraitError: hidden: found [3, 9], expected at most 3 \
whole numbers from 1 to 8
    """

    shared = ("data", "hidden", "activation", "eta", "batch_size", "seed")
    shared += ("update", "pace", "exact")
    constants = {
        "ranges": {"hidden": [1, UNITS, 1, LAYERS]},
        "LIMIT": LIMIT,
        "KEPT": KEPT,
        "FLOOR": FLOOR,
    }

    data = traitlets.Unicode(
        "spirals", help="the name of a data set in `sets`"
    ).tag(sync=True)
    hidden = traitlets.TraitType(
        help="the sizes of the hidden layers, first layer first"
    ).tag(sync=True)
    eta = Number(0.3, 1e-12, 1e12, help="the learning rate").tag(sync=True)
    batch_size = traitlets.Int(
        10, min=1, max=LARGEST_BATCH, help="the rows of an update"
    ).tag(sync=True)
    seed = traitlets.Int(
        1, min=0, max=2**32 - 1, help="of the first weights and the order"
    ).tag(sync=True)
    update = traitlets.Int(
        0, min=0, max=MOST, help="how many updates are made"
    ).tag(sync=True)
    pace = traitlets.Unicode("10", help="updates a frame, played").tag(
        sync=True
    )
    sets = traitlets.Dict(
        help="the points of every data set: [x1, x2, class] each"
    ).tag(sync=True)

    @traitlets.default("activation")
    def _activation(self):
        return "tanh"

    @traitlets.default("hidden")
    def _hidden(self):
        return [UNITS, UNITS]

    @traitlets.default("sets")
    def _sets(self):
        return POINTS

    @traitlets.default("choices")
    def _choices(self):
        return super()._choices() | {
            "data": [list(row) for row in WORDS.items()],
            "pace": [list(row) for row in PACES.items()],
        }

    @traitlets.validate("data")
    def _check_data(self, proposal):
        return _one_of("data", proposal.value, self.sets)

    @traitlets.validate("pace")
    def _check_pace(self, proposal):
        return _one_of("pace", proposal.value, PACES)

    @traitlets.validate("hidden")
    def _check_hidden(self, proposal):
        given = proposal.value
        good = isinstance(given, list | tuple) and len(given) <= LAYERS
        if not (good and all(map(_is_size, given))):
            raise traitlets.TraitError(
                f"hidden: found {given!r}, expected at most {LAYERS} whole "
                f"numbers from 1 to {UNITS}"
            )
        return list(given)

    def add(self, name, training, held_out):
        """Train on data of the reader's own: two `data.DataSet`.

        Each has two numbers an example and two classes; raises
        ``ValueError`` for other data. ``name`` is then a choice for `data`.

        >>> from backprop.numerics.data import xor
        >>> playground = TrainingPlayground()
        >>> playground.add("four points", xor(), xor())
        >>> playground.data = "four points"
        """
        both = {"training": training, "held_out": held_out}
        rows = {part: _points(part, some) for part, some in both.items()}
        self.sets = {**self.sets, name: rows}
        listed = [row for row in self.choices["data"] if row[0] != name]
        named = [*listed, [name, WORDS.get(name, name)]]
        self.choices = {**self.choices, "data": named}

    def examples(self):
        """The training and the held-out examples, as `data.DataSet`."""
        return [
            data.DataSet(part, *_columns(self.sets[self.data][part]), 2)
            for part in ("training", "held_out")
        ]

    def run(self, updates=None):
        """The run of the view, computed by `backprop.numerics`.

        ``updates`` are as many as ``update`` says, if not given. Returns a
        dictionary of plain data: ``layers`` and ``history`` as the traits of
        these names; ``diverged`` is None, or the number of the update that
        was not made, since a weight or bias would reach 1e10 or be no
        number: the run ends before it.

        >>> run = TrainingPlayground(activation="relu", eta=1e6).run(100)
        >>> run["diverged"] < 10
        True
        """
        updates = self.update if updates is None else updates
        history = []
        for step, layers in self._iterates(updates):
            if step % _spacing(step) == 0:
                losses = self._losses(layers)
                if all(map(math.isfinite, losses)):
                    history.append([step, *losses])
        rows = [
            {"W": layer.W.tolist(), "b": layer.b.tolist()} for layer in layers
        ]
        diverged = None if step == updates else step + 1
        return {"layers": rows, "history": history, "diverged": diverged}

    def _iterates(self, updates):
        """The number of updates and the layers, from the start on."""
        training, _ = self.examples()
        rng = Mulberry(self.seed)
        layers = self._start(rng)
        with np.errstate(all="ignore"):
            for now in optimisers.descend(
                network.objective(training.X, training.Y, LOSS),
                layers,
                self.eta,
                updates,
                batches=data.batches(len(training), self.batch_size, rng),
                update=network.update,
            ):
                if not _is_bounded(now.parameters):
                    return
                yield now.step, now.parameters

    def _start(self, rng):
        """Weights evenly from ``-√(6 / (n_in + n_out))`` to its opposite."""
        hidden = self.numeric_activation()
        sizes = [2, *self.hidden, 2]
        return tuple(
            network.Layer(
                _evenly(rng, (n_out, n_in), math.sqrt(6 / (n_in + n_out))),
                np.zeros(n_out),
                "identity" if l == len(self.hidden) else hidden,
            )
            for l, (n_in, n_out) in enumerate(itertools.pairwise(sizes))
        )

    def _losses(self, layers):
        return [_loss(layers, some) for some in self.examples()]

    @property
    def layers(self):
        """The weights after ``update`` updates: W and b of each layer."""
        return self.run()["layers"]

    @property
    def history(self):
        """The losses up to there, ``[update, training, held out]`` each."""
        return self.run()["history"]

    def steps_table(self):
        """The losses, and how many points are classified correctly."""
        both = self.examples()
        counts = {0, 100, 300, 1000, self.update}
        head = ["update", "training loss", "held-out loss"]
        head += [f"of {len(some)} correct" for some in both]
        rows = [
            [
                str(step),
                *(text(_loss(layers, some), 4) for some in both),
                *(str(_correct(layers, some)) for some in both),
            ]
            for step, layers in self._iterates(max(counts))
            if step in counts
        ]
        return head, rows

    def still(self):
        """The decision over the plane with a third of the training points, and
        the losses."""
        *_, (_, layers) = self._iterates(self.update)
        training, _ = self.examples()
        x, y = (_cells(column) for column in training.X.T)
        corners = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        with np.errstate(all="ignore"):
            Z = network.forward(layers, corners).output
        classes = (Z[:, 1] > Z[:, 0]).astype(int).reshape(len(y), len(x))
        fig, (left, right) = plotting.sheet("wide", columns=2)
        some = slice(None, None, 3)
        points = training.X[some], training.labels[some]
        plotting.draw_decision(left, x, y, classes, *points)
        self._draw_losses(right)
        return fig

    def _draw_losses(self, ax):
        history = np.array(self.run()["history"] or [[0, np.nan, np.nan]])
        history = np.maximum(history, [0, FLOOR, FLOOR])
        plotting.draw_learning_curves(
            ax,
            {
                "training": (history[:, 0], history[:, 1]),
                "held out": (history[:, 0], history[:, 2]),
            },
            logarithmic=True,
        )

    def still_words(self):
        """The same in words."""
        run = self.run()
        *_, (step, layers) = self._iterates(self.update)
        both = self.examples()
        losses = [text(loss, 4) for loss in self._losses(layers)]
        correct = [_correct(layers, some) for some in both]
        end = "." if run["diverged"] is None else "; the next diverges."
        return (
            f"The two classes of {self.data} in the plane of the inputs, "
            f"parted by a network with {_sizes(self.hidden)} "
            f"({self.activation}) after {step} updates at the learning rate "
            f"{text(self.eta, 6)}, and its losses: {losses[0]} on the "
            f"training data, {losses[1]} on the held-out data. Correct are "
            f"{correct[0]} of {len(both[0])} and {correct[1]} of "
            f"{len(both[1])} points{end}"
        )


def _one_of(name, value, allowed):
    if value not in allowed:
        raise traitlets.TraitError(
            f"{name}: found {value!r}, expected one of {', '.join(allowed)}"
        )
    return value


def _is_size(size):
    whole = isinstance(size, int) and not isinstance(size, bool)
    return whole and 1 <= size <= UNITS


def _points(name, some):
    """The rows [x1, x2, class] of a data set for the view."""
    if not isinstance(some, data.DataSet):
        raise ValueError(f"{name}: found {some!r}, expected a data.DataSet")
    if some.X.shape[1] != 2 or some.classes != 2:
        raise ValueError(
            f"{name}: found {some}, expected 2 numbers and 2 classes"
        )
    return [
        [float(x1), float(x2), int(label)]
        for (x1, x2), label in zip(some.X, some.labels, strict=True)
    ]


def _columns(rows):
    """The inputs (m, 2) and the labels (m,) of such rows."""
    columns = np.array(rows)
    return columns[:, :2], columns[:, 2].astype(np.int64)


def _cells(column):
    """Places along an axis of the still picture."""
    low, high = column.min(), column.max()
    room = 0.12 * (high - low or 1.0)
    return np.linspace(low - room, high + room, CELLS)


def _sizes(hidden):
    """The hidden layers in words.

    >>> _sizes([8, 3]), _sizes([])
    ('hidden layers of 8 and 3 units', 'no hidden layer')
    """
    if not hidden:
        return "no hidden layer"
    layer = "layer" if len(hidden) == 1 else "layers"
    return f"hidden {layer} of {' and '.join(map(str, hidden))} units"


def _evenly(rng, shape, reach):
    numbers = [2 * rng.random() - 1 for _ in range(math.prod(shape))]
    return reach * np.array(numbers).reshape(shape)


def _spacing(step):
    """How far apart the updates are whose losses are kept.

    >>> [_spacing(step) for step in (0, 1, 63, 64, 128)]
    [1, 1, 1, 2, 4]
    """
    return 2 ** max(0, math.floor(math.log2(max(step, 1) / KEPT)))


def _is_bounded(layers):
    """Whether the update has weights at all, and none out of bounds."""
    return layers is not None and all(
        np.all(np.abs(array) < LIMIT)
        for layer in layers
        for array in (layer.W, layer.b)
    )


def _loss(layers, some):
    with np.errstate(all="ignore"):
        return network.loss(layers, some.X, some.Y, LOSS)


def _correct(layers, some):
    """How many examples have their class's logit as the larger one."""
    with np.errstate(all="ignore"):
        Z = network.forward(layers, some.X).output
    return int(np.sum((Z[:, 1] > Z[:, 0]) == some.labels))


def _made():
    """The points of the three data sets: 200 to train with, 100 held out.

    Those of XOR scatter about the four points of chapter 4, so that there
    is something to hold out. Three digits after the point are all there is.
    """
    rng = np.random.default_rng(6)
    four = data.xor()
    blobs = np.repeat(four.X, 75, axis=0) + 0.15 * rng.normal(size=(300, 2))
    made = {
        "xor": dataclasses.replace(
            four, X=blobs, labels=np.repeat(four.labels, 75)
        ),
        "moons": data.moons(300, rng, noise=0.2),
        "spirals": data.spirals(300, rng),
    }
    return {name: _dealt(some, rng) for name, some in made.items()}


def _dealt(some, rng):
    rounded = dataclasses.replace(some, X=some.X.round(3))
    both = data.split(rounded, rng, held_out=1 / 3)
    names = ("training", "held_out")
    return {
        name: _points(name, part)
        for name, part in zip(names, both, strict=True)
    }


POINTS = _made()
"""The points of every data set, made once."""
