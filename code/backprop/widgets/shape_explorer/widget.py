"""Every array of one pass through two layers, with its shape. Chapter 5."""

import numpy as np
import traitlets
from backprop import plotting
from backprop.numerics import network
from backprop.widgets.core.neuron import NeuronWidget

LOSS = "half_squared_error"
LARGEST = 6
SEED = 37
CLOSE = 1e-12
"""Two ways to one number differ by less, relative to it or to 1."""

GIVEN = ("X", "W[1]", "b[1]", "W[2]", "b[2]", "Y")
EQUATIONS = {
    "Z[1]": "X W[1]ᵀ + b[1]",
    "A[1]": "f(Z[1])",
    "Z[2]": "A[1] W[2]ᵀ + b[2]",
    "A[2]": "f(Z[2])",
    "dL_dA[2]": "(A[2] − Y) / m",
    "dL_dZ[2]": "dL_dA[2] ∘ f′(Z[2])",
    "dL_dW[2]": "dL_dZ[2]ᵀ A[1]",
    "dL_db[2]": "sum of the rows of dL_dZ[2]",
    "dL_dA[1]": "dL_dZ[2] W[2]",
    "dL_dZ[1]": "dL_dA[1] ∘ f′(Z[1])",
    "dL_dW[1]": "dL_dZ[1]ᵀ X",
    "dL_db[1]": "sum of the rows of dL_dZ[1]",
}
"""What the pass computes, in its order, and from what."""

FLOW = ("X", "W[1]", "b[1]", "Z[1]", "A[1]")
FLOW += ("W[2]", "b[2]", "Z[2]", "A[2]", "Y")
"""The arrays that are no gradients, from left to right in the drawing."""

MISTAKES = {
    "none": "none",
    "forward": "Z: W for Wᵀ",
    "gradient": "∂L/∂W: no ᵀ",
    "swapped": "∂L/∂W: factors swapped",
    "backward": "∂L/∂A: Wᵀ for W",
    "bias": "∂L/∂b: not summed",
    "sum": "1/m forgotten",
    "twice": "1/m twice",
}
"""The mistakes that a reader can plant, with their names in the view."""


def _parameters():
    """Tenths between -0.9 and 0.9, easily checked by hand."""
    rng = np.random.default_rng(SEED)
    shapes = dict.fromkeys(GIVEN, (LARGEST, LARGEST))
    shapes |= {"b[1]": (LARGEST,), "b[2]": (LARGEST,)}
    return {
        name: (rng.integers(-9, 10, shape) / 10).tolist()
        for name, shape in shapes.items()
    }


class ShapeExplorer(NeuronWidget):
    """Choose the sizes; see every array; plant a mistake, see what breaks.

    A batch of ``m`` examples goes through ``inputs``, ``hidden`` and
    ``outputs`` units and back. ``array`` is the one that is looked at, and
    ``row`` and ``column`` (which count from 0) its entry. ``parameters``
    holds the numbers for the largest sizes; smaller ones take the first rows
    and columns. `run` computes every array with numpy.

    >>> explorer = ShapeExplorer(m=4, inputs=2, hidden=3, outputs=2)
    >>> explorer.shapes()["dL_dW[1]"]
    (3, 2)
    >>> explorer.mistake = "forward"
    >>> explorer.verdicts()["Z[1]"]
    'refused: shapes (4, 2) and (3, 2) do not fit, inner sizes 2 and 3'
    """

    shared = ("activation", "m", "inputs", "hidden", "outputs")
    shared += ("mistake", "array", "row", "column", "exact")
    parameters = _parameters()
    constants = {
        "parameters": parameters,
        "CLOSE": CLOSE,
        "given": GIVEN,
        "made": [*EQUATIONS],
        "flow": FLOW,
    }

    m = traitlets.Int(4, min=1, max=LARGEST).tag(sync=True)
    inputs = traitlets.Int(2, min=1, max=LARGEST).tag(sync=True)
    hidden = traitlets.Int(3, min=1, max=LARGEST).tag(sync=True)
    outputs = traitlets.Int(2, min=1, max=LARGEST).tag(sync=True)
    mistake = traitlets.Enum([*MISTAKES], "none").tag(sync=True)
    array = traitlets.Enum([*GIVEN, *EQUATIONS], "Z[1]").tag(sync=True)
    row = traitlets.Int(0, min=0, max=LARGEST - 1).tag(sync=True)
    column = traitlets.Int(0, min=0, max=LARGEST - 1).tag(sync=True)

    @traitlets.default("activation")
    def _activation(self):
        return "tanh"

    @traitlets.default("choices")
    def _more_choices(self):
        return {
            **self._choices(),
            "mistake": [list(row) for row in MISTAKES.items()],
            "array": [[name, name] for name in (*GIVEN, *EQUATIONS)],
        }

    def given(self):
        """``X``, the parameters and ``Y`` at the present sizes, by name."""
        m, n0, n1, n2 = self.m, self.inputs, self.hidden, self.outputs
        shapes = [(m, n0), (n1, n0), (n1,), (n2, n1), (n2,), (m, n2)]
        return {
            name: np.array(self.parameters[name])[
                tuple(slice(size) for size in shape)
            ]
            for name, shape in zip(GIVEN, shapes, strict=True)
        }

    def run(self):
        """Every array by its name, with the present mistake, if any.

        Computed by numpy, as nested lists, like ``drawn``; an array that is
        refused, or not reached because one before it was, is missing.
        """
        return {name: array.tolist() for name, array in self._made().items()}

    def _made(self):
        """`run` as arrays."""
        given, found = self.given(), {}
        f = self.numeric_activation()
        with np.errstate(all="ignore"):
            try:
                for name, array in _pass(given, f, self.mistake):
                    found[name] = array
            except ValueError:  # numpy's own refusal of a product
                pass
        return given | found

    def right(self):
        """Every array by its name, without a mistake: `numerics.network`."""
        given, f = self.given(), self.numeric_activation()
        layers = tuple(
            network.Layer(given[f"W[{l}]"], given[f"b[{l}]"], f)
            for l in (1, 2)
        )
        with np.errstate(all="ignore"):
            cache = network.forward(layers, given["X"])
            back = network.backward(layers, cache, given["Y"], LOSS)
            found = {
                "dL_dA[2]": (cache.A[2] - given["Y"]) / self.m,
                "dL_dA[1]": back.dL_dZ[2] @ layers[1].W,
            }
        for l in (1, 2):
            found |= {f"Z[{l}]": cache.Z[l], f"A[{l}]": cache.A[l]}
            for name in ("dL_dZ", "dL_dW", "dL_db"):
                found[f"{name}[{l}]"] = getattr(back, name)[l]
        return given | {name: found[name] for name in EQUATIONS}

    def shapes(self):
        """The shape that every array should have, by its name; values come
        first, from left to right in the drawing."""
        right = self.right()
        names = dict.fromkeys((*FLOW, *right))
        return {name: right[name].shape for name in names}

    def wrong(self):
        """Which entries of what was computed are wrong: name -> booleans.

        An array of another shape than the right one is wrong everywhere.
        """
        right = self.right()
        return {
            name: _differs(array, right[name])
            for name, array in self._made().items()
        }

    def verdicts(self):
        """What there is to say about each array, by its name.

        ``right``; ``wrong: 3 of 6 entries``; ``wrong shape: (4, 2) for
        (2,)``; ``refused: ...`` with the sizes that do not fit; or ``not
        reached``.
        """
        shapes, wrong = self.shapes(), self.wrong()
        missing = [name for name in EQUATIONS if name not in wrong]
        words = dict.fromkeys(missing, "not reached")
        if missing:
            words[missing[0]] = f"refused: {self._refusal(missing[0])}"
        for name, marks in wrong.items():
            words[name] = _verdict(marks, shapes[name])
        return {name: words[name] for name in (*GIVEN, *EQUATIONS)}

    def _refusal(self, name):
        """The two shapes of a product that does not fit."""
        found, l = self._made(), int(name[-2])
        before = found["X" if l == 1 else "A[1]"]
        pairs = {
            "Z": lambda: (before, found[f"W[{l}]"]),
            "dL_dW": lambda: (
                (before, found[f"dL_dZ[{l}]"])
                if self.mistake == "swapped"
                else (found[f"dL_dZ[{l}]"], before)
            ),
            "dL_dA": lambda: (found["dL_dZ[2]"], found["W[2]"].T),
        }
        left, right = (part.shape for part in pairs[name[:-3]]())
        return (
            f"shapes {left} and {right} do not fit, "
            f"inner sizes {left[1]} and {right[0]}"
        )

    def steps_table(self):
        """Every array: its shape, what it is made of, and what is wrong."""
        shapes, words = self.shapes(), self.verdicts()
        rows = [
            [name, str(shapes[name]), EQUATIONS.get(name, "given"), verdict]
            for name, verdict in words.items()
        ]
        return ["array", "shape", "made of", "verdict"], rows

    def still(self):
        """Every array as a grid with its name and shape: a figure."""
        fig, ax = plotting.sheet("square")
        plotting.draw_shapes(ax, self.shapes(), self.wrong())
        return fig

    def still_words(self):
        """What `still` shows, in a sentence."""
        words = self.verdicts()
        listed = [f"{name} {shape}" for name, shape in self.shapes().items()]
        bad = [f"{name} {w}" for name, w in words.items() if w != "right"]
        empty = [
            name
            for name, array in self._made().items()
            if not np.isfinite(array).all()
        ]
        return (
            "The arrays of one forward and backward pass as grids, with "
            f"their shapes: {', '.join(listed)}."
            + (f" Mistake: {'; '.join(bad)}." if bad else "")
            + (f" Entries with no value: {', '.join(empty)}." if empty else "")
        )


def _pass(given, f, mistake):
    """One pass in numpy, line by line, with one mistake: (name, array)."""
    m, A = len(given["X"]), {0: given["X"]}
    W, b = ({l: given[f"{n}[{l}]"] for l in (1, 2)} for n in "Wb")
    Z = {}
    for l in (1, 2):
        Z[l] = A[l - 1] @ (W[l] if mistake == "forward" else W[l].T) + b[l]
        yield f"Z[{l}]", Z[l]
        A[l] = f(Z[l])
        yield f"A[{l}]", A[l]
    share = 1 if mistake == "sum" else m
    again = m if mistake == "twice" else 1
    dL_dA = (A[2] - given["Y"]) / share
    yield "dL_dA[2]", dL_dA
    for l in (2, 1):
        dL_dZ = dL_dA * f.prime(Z[l])
        yield f"dL_dZ[{l}]", dL_dZ
        yield f"dL_dW[{l}]", _weights(dL_dZ, A[l - 1], mistake) / again
        summed = dL_dZ if mistake == "bias" else dL_dZ.sum(axis=0)
        yield f"dL_db[{l}]", summed / again
        if l == 2:
            dL_dA = dL_dZ @ (W[2].T if mistake == "backward" else W[2])
            yield "dL_dA[1]", dL_dA


def _weights(dL_dZ, A, mistake):
    """∂L/∂W, or what becomes of it."""
    if mistake == "gradient":
        return dL_dZ @ A
    return A.T @ dL_dZ if mistake == "swapped" else dL_dZ.T @ A


def _differs(found, right):
    """Where two arrays are not the same numbers."""
    if found.shape != right.shape:
        return np.ones(found.shape, dtype=bool)
    with np.errstate(all="ignore"):
        gap = np.abs(found - right)
        close = gap <= CLOSE * np.maximum(1.0, np.abs(right))
    return ~(close | (found == right) | (np.isnan(found) & np.isnan(right)))


def _verdict(marks, shape):
    """The words for the marks of an array that should have a shape."""
    if marks.shape != shape:
        return f"wrong shape: {marks.shape} for {shape}"
    if not marks.any():
        return "right"
    return f"wrong: {int(marks.sum())} of {marks.size} entries"
