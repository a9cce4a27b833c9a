"""The one table of notation.

A symbol exists in the book only if it has its row here. The notation page is
rendered from this table, and the tests hold the names in `symbolic` and
`numerics` against it.

>>> row("eta").latex
'\\\\eta'
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Symbol:
    """One row: ``maths`` (Unicode), ``latex``, ``python``, ``shape``,
    ``meaning`` and ``chapter`` (the label of the page that introduces it)."""

    maths: str
    latex: str
    python: str
    shape: str
    meaning: str
    chapter: str


FORWARD, BACKWARD = "ch-forward", "ch-backward"
UPDATE, LAYERS = "ch-update", "ch-layers"
MATRICES = "ch-matrices"
TRAINING_A_NETWORK = "ch-training"

TITLES = {
    FORWARD: "The forward pass",
    BACKWARD: "The backward pass",
    UPDATE: "The weight update",
    LAYERS: "Layer by layer",
    MATRICES: "Matrices and batches",
    TRAINING_A_NETWORK: "Training a network",
}
"""The title of each chapter that introduces a symbol."""

ONE_NEURON = (
    Symbol("x", "x", "x", "number", "input", FORWARD),
    Symbol("w", "w", "w", "shape of x", "weight", FORWARD),
    Symbol("b", "b", "b", "number", "bias", FORWARD),
    Symbol("z", "z", "z", "number", "pre-activation, w·x + b", FORWARD),
    Symbol("a", "a", "a", "number", "activation, f(z): the output", FORWARD),
    Symbol("f", "f", "activation", "function", "activation function", FORWARD),
    Symbol(
        "σ", r"\sigma", "sigmoid", "function", "the logistic sigmoid", FORWARD
    ),
    Symbol("y", "y", "y", "number", "target", FORWARD),
    Symbol("L", "L", "loss", "number", "loss", FORWARD),
    Symbol(
        "∂L/∂a",
        r"\frac{\partial L}{\partial a}",
        "dL_da",
        "number",
        "partial derivative of the loss with respect to a",
        BACKWARD,
    ),
    Symbol(
        "f′(z) = ∂a/∂z",
        r"f'(z) = \frac{\partial a}{\partial z}",
        "da_dz",
        "number",
        "derivative of the activation with respect to z, as a function of z",
        BACKWARD,
    ),
    Symbol(
        "δ = ∂L/∂z",
        r"\delta = \frac{\partial L}{\partial z}",
        "dL_dz",
        "number",
        "error of the neuron: derivative of the loss with respect to z",
        BACKWARD,
    ),
    Symbol(
        "∂L/∂w",
        r"\frac{\partial L}{\partial w}",
        "dL_dw",
        "shape of w",
        "gradient of the loss with respect to the weight",
        BACKWARD,
    ),
    Symbol(
        "∂L/∂b",
        r"\frac{\partial L}{\partial b}",
        "dL_db",
        "number",
        "gradient of the loss with respect to the bias",
        BACKWARD,
    ),
    Symbol(
        "∂L/∂x",
        r"\frac{\partial L}{\partial x}",
        "dL_dx",
        "shape of x",
        "gradient of the loss with respect to the input",
        BACKWARD,
    ),
    Symbol("η", r"\eta", "eta", "number > 0", "learning rate", UPDATE),
    Symbol(
        "∇L",
        r"\nabla L",
        "gradient",
        "shape of the parameters",
        "all partial derivatives of L with respect to the parameters",
        UPDATE,
    ),
    Symbol(
        "L″",
        "L''",
        "curvature",
        "number",
        "second derivative of the loss along one parameter",
        UPDATE,
    ),
)
"""One neuron, one example: chapters 1 to 3."""

NETWORK = (
    Symbol(
        "l", "l", "l", "1 … depth", "number of a layer, input is 0", LAYERS
    ),
    Symbol("nₗ", "n_l", "sizes[l]", "number", "units in layer l", LAYERS),
    Symbol("m", "m", "len(X)", "number", "examples in the batch", LAYERS),
    Symbol("X", "X", "X", "(m, n₀)", "batch: examples are rows", LAYERS),
    Symbol("Y", "Y", "Y", "(m, n_depth)", "targets of the batch", LAYERS),
    Symbol(
        "W[l]",
        "W^{[l]}",
        "layer.W",
        "(nₗ, nₗ₋₁)",
        "weights: W[j, k] goes to unit j from unit k",
        LAYERS,
    ),
    Symbol("b[l]", "b^{[l]}", "layer.b", "(nₗ,)", "biases", LAYERS),
    Symbol(
        "Z[l]",
        "Z^{[l]}",
        "cache.Z[l]",
        "(m, nₗ)",
        "pre-activations, A[l−1] W[l]ᵀ + b[l]",
        LAYERS,
    ),
    Symbol(
        "A[l]",
        "A^{[l]}",
        "cache.A[l]",
        "(m, nₗ)",
        "activations; A[0] is X",
        LAYERS,
    ),
    Symbol(
        "∂L/∂Z[l]",
        r"\frac{\partial L}{\partial Z^{[l]}}",
        "gradients.dL_dZ[l]",
        "(m, nₗ)",
        "errors of layer l, row by row",
        LAYERS,
    ),
    Symbol(
        "∂L/∂W[l]",
        r"\frac{\partial L}{\partial W^{[l]}}",
        "gradients.dL_dW[l]",
        "(nₗ, nₗ₋₁)",
        "gradient of the loss with respect to W[l]",
        LAYERS,
    ),
    Symbol(
        "∂L/∂b[l]",
        r"\frac{\partial L}{\partial b^{[l]}}",
        "gradients.dL_db[l]",
        "(nₗ,)",
        "gradient of the loss with respect to b[l]",
        LAYERS,
    ),
    Symbol(
        "∂L/∂X",
        r"\frac{\partial L}{\partial X}",
        "gradients.dL_dX",
        "(m, n₀)",
        "gradient of the loss with respect to the input",
        LAYERS,
    ),
    Symbol(
        "∘",
        r"\circ",
        "*",
        "equal shapes",
        "product entry by entry",
        LAYERS,
    ),
    Symbol("ᵀ", r"^{\mathsf T}", ".T", "(n, m)", "transpose", LAYERS),
    Symbol(
        "i", "i", "i", "1 … m", "number of an example, first index", MATRICES
    ),
    Symbol(
        "p",
        "p",
        "p",
        "shape of the logits",
        "softmax of the logits: probabilities, row by row",
        MATRICES,
    ),
    Symbol(
        "J",
        "J",
        "J",
        "(n, n)",
        "Jacobian: J[j, k] is the slope of output j along input k",
        MATRICES,
    ),
)
"""A network of layers and a batch: chapter 4 onwards."""

TRAINING = (
    Symbol(
        "N",
        "N",
        "len(training)",
        "number",
        "training examples, of which a minibatch holds m",
        TRAINING_A_NETWORK,
    ),
    Symbol("K", "K", "classes", "number", "classes", TRAINING_A_NETWORK),
    Symbol(
        "B",
        "B",
        "step.rows",
        "(m,)",
        "rows of a minibatch",
        TRAINING_A_NETWORK,
    ),
    Symbol(
        "∇L_B",
        r"\nabla L_B",
        "step.gradient",
        "shape of the parameters",
        "gradient of the loss of these rows alone, their mean",
        TRAINING_A_NETWORK,
    ),
    Symbol(
        "S",
        "S",
        "S",
        "number",
        "typical distance of one example's gradient from their mean",
        TRAINING_A_NETWORK,
    ),
)
"""Many examples, a few at a time: chapter 6."""

TABLE = ONE_NEURON + NETWORK + TRAINING


def row(python):
    """The row of a Python name.

    Raises ``ValueError`` for a name that has no row.

    >>> row("z").meaning
    'pre-activation, w·x + b'
    """
    for symbol in TABLE:
        if symbol.python == python:
            return symbol
    raise ValueError(
        f"python: found {python!r}, expected a name of the notation table"
    )


def _link(chapter):
    """A link to a chapter that a notebook shows too, without MyST."""
    return f"[{TITLES[chapter]}]({chapter.removeprefix('ch-')}.md)"


def markdown(symbols):
    """Rows as a Markdown table, for the notation page.

    >>> print(markdown([row("x")]).splitlines()[0])
    | symbol | in Python | shape | meaning | first met in |
    """
    head = "| symbol | in Python | shape | meaning | first met in |"
    lines = [head, "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| ${symbol.latex}$ | `{symbol.python}` | {symbol.shape} "
        f"| {symbol.meaning} | {_link(symbol.chapter)} |"
        for symbol in symbols
    ]
    return "\n".join(lines)
