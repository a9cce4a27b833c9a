"""The defects that `make plants` plants: real mistakes, one edit each."""

from dataclasses import dataclass

CODE = "code/backprop/"
NUMERICS, SYMBOLIC = f"{CODE}numerics/", f"{CODE}symbolic/"
WIDGETS = f"{CODE}widgets/"


@dataclass(frozen=True)
class Plant:
    """One defect: in ``file``, ``new`` for ``old``, and who should notice.

    ``tests`` are files or node ids; ``sweep`` has the tests of the full
    sweep run too.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str
    sweep: bool = False

    @property
    def generates(self):
        """Whether generated sources or bundles follow from the file."""
        emitted = self.file.startswith((SYMBOLIC, WIDGETS))
        return emitted and "/cases.py" not in self.file


NETWORK, NEURON = (
    "tests/numerics/test_network.py",
    "tests/numerics/test_neuron.py",
)
LOSSES = "tests/numerics/test_losses.py"
ACTIVATIONS = "tests/numerics/test_activations.py"
OPTIMISERS = "tests/numerics/test_optimisers.py"
GRADCHECK = "tests/numerics/test_gradcheck.py"
DATA = "tests/numerics/test_data.py"

PLANTS = [
    # ---- numerics: signs, factors, transposes, late updates ----------------
    Plant(
        "neuron: the update climbs",
        f"{NUMERICS}neuron.py",
        "return w - eta * backward.dL_dw, b - eta",
        "return w + eta * backward.dL_dw, b - eta",
        NEURON,
    ),
    Plant(
        "neuron: the slope is left out",
        f"{NUMERICS}neuron.py",
        "dL_dz = dL_da * da_dz",
        "dL_dz = dL_da",
        NEURON,
    ),
    Plant(
        "neuron: the bias is not moved",
        f"{NUMERICS}neuron.py",
        "b - eta * backward.dL_db",
        "b",
        NEURON,
    ),
    Plant(
        "neuron: the slope is taken of the output",
        f"{NUMERICS}neuron.py",
        "forward.activation.prime(forward.z)",
        "forward.activation.prime(forward.a)",
        NEURON,
    ),
    Plant(
        "network: the weights are not transposed",
        f"{NUMERICS}network.py",
        "dL_dA = dL_dZ[l] @ layer.W",
        "dL_dA = dL_dZ[l] @ layer.W.T",
        NETWORK,
    ),
    Plant(
        "network: a gradient from the wrong layer's input",
        f"{NUMERICS}network.py",
        "dL_dZ[l].T @ cache.A[l - 1]",
        "dL_dZ[l].T @ cache.A[l - 1] * 1.001",
        NETWORK,
    ),
    Plant(
        "network: the bias is averaged, not summed",
        f"{NUMERICS}network.py",
        "dL_dZ[l].sum(axis=0)",
        "dL_dZ[l].mean(axis=0)",
        NETWORK,
    ),
    Plant(
        "network: the bias is left out",
        f"{NUMERICS}network.py",
        "        Z[l] += layer.b\n",
        "",
        NETWORK,
    ),
    Plant(
        "network: the largest output is the smallest",
        f"{NUMERICS}network.py",
        "return output.argmax(axis=1)",
        "return output.argmin(axis=1)",
        NETWORK,
    ),
    Plant(
        "losses: the half is lost",
        f"{NUMERICS}losses.py",
        "return float(np.sum(D * D)) / (2 * _examples(A))",
        "return float(np.sum(D * D)) / _examples(A)",
        LOSSES,
    ),
    Plant(
        "losses: the gradient is not divided by the batch",
        f"{NUMERICS}losses.py",
        "return (A - Y) / _examples(A)",
        "return A - Y",
        LOSSES,
    ),
    Plant(
        "losses: cross-entropy with its sign turned round",
        f"{NUMERICS}losses.py",
        "return (sigmoid(Z) - Y) / _examples(Z)",
        "return (Y - sigmoid(Z)) / _examples(Z)",
        LOSSES,
    ),
    Plant(
        "losses: the softmax overflows",
        f"{NUMERICS}losses.py",
        "E = np.exp(Z - Z.max(axis=1, keepdims=True))",
        "E = np.exp(Z)",
        LOSSES,
    ),
    Plant(
        "activations: ReLU has slope 1 at 0",
        f"{NUMERICS}activations.py",
        "return np.greater(z, 0).astype(np.float64)",
        "return np.greater_equal(z, 0).astype(np.float64)",
        ACTIVATIONS,
    ),
    Plant(
        "activations: softplus overflows",
        f"{NUMERICS}activations.py",
        "return np.logaddexp(0.0, z)",
        "return np.log1p(np.exp(z))",
        ACTIVATIONS,
    ),
    Plant(
        "activations: the slope of tanh is out by a percent",
        f"{NUMERICS}activations.py",
        "return 4.0 * e / (1.0 + e) ** 2",
        "return 4.04 * e / (1.0 + e) ** 2",
        ACTIVATIONS,
    ),
    Plant(
        "optimisers: momentum forgets",
        f"{NUMERICS}optimisers.py",
        "velocity = self.beta * velocity + gradient",
        "velocity = self.beta * gradient + gradient",
        OPTIMISERS,
    ),
    Plant(
        "optimisers: momentum climbs back",
        f"{NUMERICS}optimisers.py",
        "velocity = self.beta * velocity + gradient",
        "velocity = gradient - self.beta * velocity",
        OPTIMISERS,
    ),
    Plant(
        "optimisers: a diverged run goes on",
        f"{NUMERICS}optimisers.py",
        "        if record.diverged:\n            return\n",
        "",
        OPTIMISERS,
    ),
    Plant(
        "gradcheck: a one-sided difference",
        f"{NUMERICS}gradcheck.py",
        "difference = (up - down) / (2 * h)",
        "difference = (up - middle) / h",
        GRADCHECK,
    ),
    Plant(
        "gradcheck: it passes what is far off",
        f"{NUMERICS}gradcheck.py",
        "RTOL = 1e-6",
        "RTOL = 1e-2",
        GRADCHECK,
    ),
    Plant(
        "gradcheck: NaN agrees",
        f"{NUMERICS}gradcheck.py",
        "passed = abs(claimed - difference) <= allowed < np.inf",
        "passed = not abs(claimed - difference) > allowed",
        GRADCHECK,
    ),
    Plant(
        "data: training and test share rows",
        f"{NUMERICS}data.py",
        "order = rng.permutation(len(data))",
        "order = rng.integers(0, len(data), len(data))",
        DATA,
    ),
    Plant(
        "data: an epoch leaves out the last rows",
        f"{NUMERICS}data.py",
        "order = rng.permutation(m)",
        "order = rng.permutation(m)[:-1]",
        DATA,
    ),
    Plant(
        "agreement: what differs agrees in all digits",
        f"{NUMERICS}agreement.py",
        "    if a == b:\n        return ALL\n",
        "    if abs(a - b) < 1e-3:\n        return ALL\n",
        "tests/numerics/test_agreement.py",
    ),
    # ---- symbolic, and what it emits ---------------------------------------
    Plant(
        "symbolic: only the first path is added",
        f"{SYMBOLIC}derivation.py",
        "return sp.Add(*(path.product for path in self.paths))",
        "return self.paths[0].product",
        "tests/symbolic/test_derivation.py tests/symbolic/test_models.py",
    ),
    Plant(
        "symbolic: a leak ten times too large",
        f"{SYMBOLIC}catalogue.py",
        "LEAK = sp.Rational(1, 100)",
        "LEAK = sp.Rational(1, 10)",
        "tests/symbolic/test_catalogue.py tests/widgets/test_emit.py",
    ),
    Plant(
        "symbolic: the mean over the examples is a sum",
        f"{SYMBOLIC}models.py",
        "Stage(L, total / m)",
        "Stage(L, total)",
        "tests/symbolic/test_batches.py",
    ),
    Plant(
        "grammar: a minus binds tighter than a power",
        f"{SYMBOLIC}grammar.py",
        'return _minus(found) if sign == "-" else found',
        "return found",
        "tests/symbolic",
    ),
    Plant(
        "emitted: a network's bias moves when it should not",
        f"{SYMBOLIC}emit_network.py",
        'step = eta * gradient * (biases if name[0] == "b" else 1)',
        "step = eta * gradient",
        "tests/widgets/test_emit_network.py",
    ),
    Plant(
        "emitted: the predicted change has the wrong sign",
        f"{SYMBOLIC}emit_network.py",
        '{"predicted": -eta * norm2}',
        '{"predicted": eta * norm2}',
        "tests/widgets/test_emit_network.py",
    ),
    Plant(
        "emitted: the curvature lacks a square",
        f"{SYMBOLIC}emit.py",
        '{"curvature": x**2 * along_z}',
        '{"curvature": x * along_z}',
        "tests/widgets/test_emit.py",
    ),
]
