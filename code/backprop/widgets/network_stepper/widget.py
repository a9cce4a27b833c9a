"""A small network, one update, one step at a time. Chapter 4."""

import math

import numpy as np
import traitlets
from backprop import plotting
from backprop.numerics import losses, network
from backprop.symbolic import emit_network
from backprop.widgets.core.base import text
from backprop.widgets.core.neuron import NeuronWidget
from backprop.widgets.core.numbers import Entries, Number
from backprop.widgets.network_stepper import steps as network_steps
from backprop.widgets.network_stepper.numbers import (
    FIRST,
    PRESETS,
    SIZES,
    Architecture,
    name_of,
    published,
    shapes,
    starting_numbers,
)

LOSS = "half_squared_error"
NUMBERS = ("sizes", "W", "b", "x", "y", "eta", "activation", "biases")
"""The traits that a preset sets."""

DEEPEST = max(map(len, SIZES.values())) - 1


class NetworkStepper(NeuronWidget):
    """Walk through one update of a network; see every path of a weight.

    ``sizes`` is the architecture, input first; a new one brings numbers of
    its own. ``W`` and ``b`` hold a matrix and a list for each layer, and
    ``W[0][1][0]`` goes to unit 2 from input 1. ``biases`` tells whether an
    update moves the biases too. ``selected`` names the weight or bias whose
    paths are shown, as in the derivation: ``"w1_21"``. ``preset`` loads a
    published example, and becomes ``""`` when a number of it is changed.
    ``step`` counts from 0; ``depth`` and ``width`` are those of the counter.

    >>> stepper = NetworkStepper(preset="mazur_2_2_2")
    >>> round(stepper.run()["w2_11_new"], 8)
    0.35891648
    """

    shared = ("activation", "sizes", "W", "b", "x", "y", "eta", "biases")
    shared += ("selected", "step", "update", "depth", "width", "exact")
    constants = {
        "starts": {name: starting_numbers(name) for name in SIZES},
        "presets": {name: published(name) for name in PRESETS},
    }

    sizes = Architecture().tag(sync=True)
    W = Entries(3, -1e6, 1e6, help="weights").tag(sync=True)
    b = Entries(2, -1e6, 1e6, help="biases").tag(sync=True)
    x = Entries(1, -1e3, 1e3, help="the inputs").tag(sync=True)
    y = Entries(1, -1e3, 1e3, help="the targets").tag(sync=True)
    eta = Number(0.5, 1e-12, 1e12, help="the learning rate").tag(sync=True)
    biases = traitlets.Bool(True, help="move the biases").tag(sync=True)
    selected = traitlets.Unicode("w1_11").tag(sync=True)
    preset = traitlets.Enum(["", *PRESETS], "").tag(sync=True)
    step = traitlets.Int(0, min=0, max=4 * DEEPEST + 2).tag(sync=True)
    update = traitlets.Int(0, min=0).tag(sync=True)
    depth = traitlets.Int(5, min=1, max=20).tag(sync=True)
    width = traitlets.Int(10, min=1, max=100).tag(sync=True)

    def __init__(self, **given):
        chosen = given.get("preset", "")
        known = isinstance(chosen, str) and chosen in PRESETS
        loaded = published(chosen) if known else {}
        sizes = name_of({**loaded, **given}.get("sizes", FIRST))
        start = starting_numbers(sizes) if sizes in SIZES else {}
        super().__init__(**{**start, **loaded, **given})
        self.observe(self._on_sizes, "sizes")
        self.observe(self._on_preset, "preset")
        self.observe(self._on_numbers, [*NUMBERS])
        self._on_numbers()

    @traitlets.default("choices")
    def _all_choices(self):
        names = {
            name: None
            for sizes in SIZES.values()
            for name in emit_network.parameters(sizes)
        }
        return {
            **self._choices(),
            "sizes": [[name, f"{name} network"] for name in SIZES],
            "preset": [list(row) for row in PRESETS.items()],
            "selected": [[name, name] for name in names],
        }

    @traitlets.validate("W", "b", "x", "y")
    def _check_shapes(self, proposal):
        name, value = proposal.trait.name, proposal.value
        expected = shapes(starting_numbers(self.sizes)[name])
        if shapes(value) != expected:
            raise traitlets.TraitError(
                f"{name}: found {shapes(value)}, expected the shape "
                f"{expected} for a {self.sizes} network"
            )
        return value

    @traitlets.validate("selected")
    def _check_selected(self, proposal):
        names = self.parameter_names()
        if proposal.value not in names:
            raise traitlets.TraitError(
                f"selected: found {proposal.value!r}, expected one of "
                f"{', '.join(names)}"
            )
        return proposal.value

    @traitlets.validate("step")
    def _check_step(self, proposal):
        last = len(self.steps()) - 1
        if proposal.value > last:
            raise traitlets.TraitError(
                f"step: found {proposal.value}, expected a whole number "
                f"from 0 to {last}"
            )
        return proposal.value

    @classmethod
    def emitted(cls):
        """The functions of every architecture, and its steps."""
        return {"networks.js": network_steps.generated()}

    def parameter_names(self):
        """The names of all weights and biases, layer by layer."""
        return emit_network.parameters(SIZES[self.sizes])

    def steps(self):
        """Name of each step -> the names of the numbers that it gives."""
        return emit_network.steps(SIZES[self.sizes])

    def layers(self):
        """The network for `backprop.numerics`, a tuple of ``Layer``."""
        f = self.numeric_activation()
        return tuple(
            network.Layer(W, b, f) for W, b in zip(self.W, self.b, strict=True)
        )

    def run(self):
        """Every number of the update, computed by `backprop.numerics`.

        A dict from the names of the derivation to floats, with the new
        parameters (``w1_11_new``), the loss after the update (``L_new``)
        and ``predicted``, the change that ``-η ‖∇L‖²`` promises.
        """
        with np.errstate(all="ignore"):
            return self._run(self.layers(), [self.x], [self.y])

    def _run(self, layers, X, Y):
        cache = network.forward(layers, X)
        back = network.backward(layers, cache, np.array(Y), LOSS)
        found = {"L": losses.half_squared_error(cache.output, np.array(Y))}
        dL_dA = cache.output - np.array(Y)
        for l in range(len(layers), 0, -1):
            layer = layers[l - 1]
            slope = layer.activation.prime(cache.Z[l])
            found |= _named("z", l, cache.Z[l][0])
            found |= _named("a", l, cache.A[l][0])
            found |= _slopes(l, slope[0])
            found |= _named("dL_da", l, dL_dA[0])
            found |= _named("dL_dz", l, back.dL_dZ[l][0])
            found |= _named("dL_dw", l, back.dL_dW[l])
            found |= _named("dL_db", l, back.dL_db[l])
            dL_dA = back.dL_dZ[l] @ layer.W
        return found | self._after(layers, back, X, Y)

    def _after(self, layers, back, X, Y):
        """The new parameters, and what they change. NaN where an update
        left the finite numbers."""
        squares = sum(float(np.sum(dW**2)) for dW in back.dL_dW.values())
        if self.biases:
            squares += sum(float(np.sum(db**2)) for db in back.dL_db.values())
        found = {"norm2": squares, "predicted": -self.eta * squares}
        try:
            moved = self._moved(layers, back)
            after = network.loss(moved, X, np.array(Y), LOSS)
        except ValueError:  # no longer finite
            nan = dict.fromkeys(self.steps()["update"], math.nan)
            return found | nan | {"L_new": math.nan}
        for l, layer in enumerate(moved, start=1):
            found |= _named("w", l, layer.W, "_new")
            found |= _named("b", l, layer.b, "_new")
        return found | {"L_new": after}

    def _moved(self, layers, back):
        moved = network.update(layers, back, self.eta)
        if self.biases:
            return moved
        return tuple(
            network.Layer(new.W, old.b, old.activation)
            for new, old in zip(moved, layers, strict=True)
        )

    def steps_table(self):
        """Each step with its numbers, unit by unit, weights row by row."""
        run, depth = self.run(), len(self.W)
        run["predicted"] = run["L_new"]
        rows = [
            [
                str(i),
                TITLES[step[0] if step not in TITLES else step].format(
                    l=step[1:]
                ),
                ", ".join(text(run[name], 9) for name in names),
                network_steps.words(step, depth),
            ]
            for i, (step, names) in enumerate(_shown(self.steps()), start=1)
        ]
        return ["step", "quantity", "value", "in words"], rows

    def still(self):
        """The network's graph, values above and gradients below."""
        graph = plotting.network_graph(SIZES[self.sizes])
        numbers = _drawable(self.run() | _given(self.x, self.y))
        figure, ax = plotting.sheet("wide")
        plotting.draw_graph(
            ax,
            graph,
            {n: numbers[n] for n in graph.nodes if n in numbers},
            {
                n: numbers[f"dL_d{n}"]
                for n in graph.nodes
                if f"dL_d{n}" in numbers
            },
            digits=3,
        )
        return figure

    def still_words(self):
        """What `still` shows, in a sentence."""
        run, last = self.run(), len(self.W)
        outputs = ", ".join(
            f"{text(run[f'a{last}_{j}'], 4)} for a target of {text(y, 4)}"
            for j, y in enumerate(self.y, start=1)
        )
        return (
            f"The graph of a {self.sizes} network, each node with its value "
            f"above and its gradient below. Its outputs are {outputs}; the "
            f"loss is {text(run['L'], 4)}, and {text(run['L_new'], 4)} after "
            "one update."
        )

    def _load(self, numbers):
        """Set traits together: the view hears of all of them at once."""
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in numbers.items():
                setattr(self, name, value)

    def _on_sizes(self, _):
        values = {}
        if self.selected not in self.parameter_names():
            values["selected"] = "w1_11"
        if self.step >= len(self.steps()):
            values["step"] = 0
        start = starting_numbers(self.sizes)
        if shapes(self.W) != shapes(start["W"]):
            values |= {**start, "step": 0, "update": 0}
        self._load(values)

    def _on_preset(self, _):
        if self.preset:
            self._load(published(self.preset))

    def _on_numbers(self, _=None):
        if self.preset and not self._is(published(self.preset)):
            self.preset = ""

    def _is(self, numbers):
        return all(getattr(self, k) == v for k, v in numbers.items())


TITLES = {
    "z": "z of layer {l}",
    "a": "a of layer {l}",
    "L": "L",
    "d": "∂L/∂z of layer {l}",
    "W": "∂L/∂W, ∂L/∂b of layer {l}",
    "update": "new W, b of each layer",
    "L_new": "new L",
}
"""What a step is called in the table."""


def _named(letter, l, array, end=""):
    """An array's entries as floats, named by their units."""
    return {
        f"{letter}{l}_{''.join(str(i + 1) for i in index)}{end}": float(value)
        for index, value in np.ndenumerate(array)
    }


def _slopes(l, slope):
    return {
        f"da{l}_{j}_dz{l}_{j}": float(value)
        for j, value in enumerate(slope, start=1)
    }


def _given(x, y):
    """Inputs and targets by their names."""
    found = {f"x_{k}": value for k, value in enumerate(x, start=1)}
    return found | {f"y_{j}": value for j, value in enumerate(y, start=1)}


def _drawable(numbers):
    return {k: v for k, v in numbers.items() if math.isfinite(v)}


def _shown(steps):
    """The steps, with the main numbers of each for the table."""
    main = {"a": "a", "d": "dL_dz"}
    for step, names in steps.items():
        start = main.get(step[0], "")
        yield step, [name for name in names if name.startswith(start)]
