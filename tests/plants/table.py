"""The defects that `make plants` plants: real mistakes, one edit each."""

from dataclasses import dataclass

CODE = "code/backprop/"
NUMERICS, SYMBOLIC = f"{CODE}numerics/", f"{CODE}symbolic/"
WIDGETS = f"{CODE}widgets/"


@dataclass(frozen=True)
class Plant:
    """One defect: in ``file``, ``new`` for ``old``, and who should notice.

    ``tests`` are files or node ids; ``sweep`` has the tests of the full
    sweep run too; ``regenerates`` is false where the plant is a stale file.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str
    sweep: bool = False
    regenerates: bool = True

    @property
    def generates(self):
        """Whether generated sources or bundles follow from the file."""
        emitted = self.file.startswith((SYMBOLIC, WIDGETS))
        return self.regenerates and emitted


NETWORK, NEURON = (
    "tests/numerics/test_network.py",
    "tests/numerics/test_neuron.py",
)
LOSSES = "tests/numerics/test_losses.py"
ACTIVATIONS = "tests/numerics/test_activations.py"
OPTIMISERS = "tests/numerics/test_optimisers.py"
GRADCHECK = "tests/numerics/test_gradcheck.py"
DATA = "tests/numerics/test_data.py"
CONTRACT = "tests/widgets/test_contract.py"

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
    # ---- views: what they compute, draw, say and listen to ------------------
    Plant(
        "view: the learning rate is squared",
        f"{WIDGETS}core/neuron.js",
        "const now = neuron(w, b, x, y, eta);",
        "const now = neuron(w, b, x, y, eta * eta);",
        CONTRACT,
    ),
    Plant(
        "view: the bias moves where it is fixed",
        f"{WIDGETS}core/neuron.js",
        'if (moves.includes("b")) b = now.b_new;',
        "b = now.b_new;",
        CONTRACT,
    ),
    Plant(
        "view: NaN is shown",
        f"{WIDGETS}core/format.js",
        'return Number.isNaN(value) ? "no value" : "too large";',
        "return String(value);",
        CONTRACT,
    ),
    Plant(
        "view: a minus is lost",
        f"{WIDGETS}core/format.js",
        'return text.replace(/-/g, "−");',
        'return text.replace(/-/g, "");',
        CONTRACT,
    ),
    Plant(
        "view: all digits are four",
        f"{WIDGETS}core/format.js",
        "  return minus(String(value));\n}",
        "  return minus(String(Number(value.toPrecision(4))));\n}",
        CONTRACT,
    ),
    Plant(
        "view: a dead slider",
        f"{WIDGETS}core/controls.js",
        "    oninput: () =>",
        "    onnothing: () =>",
        CONTRACT,
    ),
    Plant(
        "view: a dead choice",
        f"{WIDGETS}core/controls.js",
        "onchange: () => change(model, { [trait]: input.value })",
        "onnothing: () => change(model, { [trait]: input.value })",
        CONTRACT,
    ),
    Plant(
        "view: a slider keeps its place when the number changes",
        f"{WIDGETS}core/controls.js",
        "    input.value = toSlider(value);\n",
        "",
        CONTRACT,
    ),
    Plant(
        "view: Python is not told",
        f"{WIDGETS}core/model.js",
        "  updates.forEach((update) => update());\n  model.save_changes();",
        "  updates.forEach((update) => update());",
        CONTRACT,
    ),
    Plant(
        "view: a listener is left behind",
        f"{WIDGETS}core/model.js",
        "  return () => model.off(events, listener);",
        "  return () => {};",
        CONTRACT,
    ),
    Plant(
        "view: one that fails takes the others with it",
        f"{WIDGETS}core/mount.js",
        "    fail(error);\n  }\n  return",
        "    throw error;\n  }\n  return",
        CONTRACT,
    ),
    Plant(
        "page: a link sets by place, whatever stands there",
        f"{WIDGETS}core/share.js",
        "const value = states[name]?.[trait];",
        "const at = widgets.findIndex((one) => one.name === name);"
        " const value = Object.values(states)[at]?.[trait];",
        CONTRACT,
    ),
    Plant(
        "page: a link sets what no trait takes",
        f"{WIDGETS}core/share.js",
        '      if (fits(value, like, model.get("choices")?.[trait], '
        "schema.ranges[trait]))\n",
        "",
        CONTRACT,
    ),
    Plant(
        "page: linked widgets do not follow",
        f"{WIDGETS}core/page.js",
        "for (const [other, itsTrait] of group) "
        "other.set(itsTrait, model.get(trait));",
        "",
        "tests/widgets/test_page.py tests/widgets/test_contract.py",
    ),
    Plant(
        "page: a view starts far from the screen",
        f"{WIDGETS}core/page.js",
        "        if (!isIntersecting) continue;\n",
        "",
        CONTRACT,
    ),
    Plant(
        "style: pale text",
        f"{WIDGETS}core/widgets.css",
        "  --bp-ink: #1a1a1a;",
        "  --bp-ink: #b0b0b0;",
        CONTRACT,
    ),
    Plant(
        "style: the focus is not seen",
        f"{WIDGETS}core/widgets.css",
        "  outline: 3px solid var(--bp-forward);",
        "  outline: none;",
        CONTRACT,
    ),
    Plant(
        "style: a dark page keeps its light ground",
        f"{WIDGETS}core/widgets.css",
        "  --bp-ground: #16181c;",
        "  --bp-ground: #ffffff;",
        CONTRACT,
    ),
    Plant(
        "style: wider than a phone",
        f"{WIDGETS}core/widgets.css",
        ".bp-plot {\n  display: block;",
        ".bp-plot {\n  min-width: 30rem;\n  display: block;",
        CONTRACT,
    ),
    Plant(
        "style: controls on paper",
        f"{WIDGETS}core/fallback.css",
        "  .bp-runs > .bp:not(.bp-fallback) {\n    display: none;\n  }",
        "",
        CONTRACT,
    ),
    Plant(
        "stepper: an edge that the step does not use",
        f"{WIDGETS}stepper/steps.py",
        '    "dL_dw": [["w", "z"]],',
        '    "dL_dw": [["b", "z"]],',
        "tests/widgets/test_drawn.py tests/widgets/test_contract.py",
    ),
    Plant(
        "stepper: the next update starts from the old weights",
        f"{WIDGETS}stepper/view.js",
        "change(model, { w: w_new, b: b_new, step: 0",
        "change(model, { step: 0",
        "tests/widgets/test_contract.py tests/widgets/test_page.py",
    ),
    Plant(
        "learning rate: the tick stands at three by the curvature",
        f"{WIDGETS}learning_rate_explorer/view.js",
        "{ times: 2, label:",
        "{ times: 3, label:",
        "tests/widgets/test_drawn.py tests/widgets/test_contract.py",
    ),
    Plant(
        "learning rate: the limit in words is half of it",
        f"{WIDGETS}learning_rate_explorer/words.js",
        "`the limit here is η < ${show(2 / lowest.curvature)}`",
        "`the limit here is η < ${show(1 / lowest.curvature)}`",
        "tests/widgets/test_drawn.py tests/widgets/test_contract.py",
    ),
    Plant(
        "surface: the arrow points downhill",
        f"{WIDGETS}loss_surface/view.js",
        "const [u, v] = [first.dL_dw / size, first.dL_db / size];",
        "const [u, v] = [-first.dL_dw / size, -first.dL_db / size];",
        "tests/widgets/test_drawn.py",
    ),
    Plant(
        "surface: the axes of the valley are swapped",
        f"{WIDGETS}loss_surface/view.js",
        "ends.map((w) => [w, z - w * surface.x])",
        "ends.map((w) => [z - w * surface.x, w])",
        "tests/widgets/test_drawn.py",
    ),
    Plant(
        "activation: the tangent has half the slope",
        f"{WIDGETS}activation_explorer/view.js",
        "a + slope * step]",
        "a + 0.5 * slope * step]",
        "tests/widgets/test_drawn.py",
    ),
    Plant(
        "network: a path stops at the first unit",
        f"{WIDGETS}network_stepper/compute.js",
        "    pathsOf(sizes, to).map(",
        "    pathsOf(sizes, to).slice(0, 1).map(",
        "tests/widgets/test_network_stepper.py tests/widgets/test_contract.py",
    ),
    Plant(
        "shapes: a mistake is not planted",
        f"{WIDGETS}shape_explorer/compute.js",
        'is("bias") ? "copy" : "sum"',
        '"sum"',
        "tests/widgets/test_shape_explorer.py tests/widgets/test_contract.py",
    ),
    Plant(
        "playground: an update with the sign turned round",
        f"{WIDGETS}training_playground/batch_network.js",
        "values[i] -= eta * ",
        "values[i] += eta * ",
        "tests/widgets/test_training_kernel.py",
    ),
    Plant(
        "playground: the batch is never shuffled",
        f"{WIDGETS}training_playground/compute.js",
        "shuffle(this.order, this.random);",
        "",
        "tests/widgets/test_training_kernel.py",
    ),
    Plant(
        "playground: it plays out of sight",
        f"{WIDGETS}training_playground/view.js",
        "(this.playing && this.seen);\n    if (busy",
        "this.playing;\n    if (busy",
        "tests/widgets/test_training_playground.py",
    ),
    Plant(
        "class: a trait that is not synced",
        f"{WIDGETS}loss_surface/widget.py",
        'w = Number(0.8, -1e6, 1e6, help="the weight at the start")'
        ".tag(sync=True)",
        'w = Number(0.8, -1e6, 1e6, help="the weight at the start")',
        CONTRACT,
    ),
    Plant(
        "class: run() leaves out the last update",
        f"{WIDGETS}loss_surface/widget.py",
        "loss_and_gradient, start, self.eta, self.steps",
        "loss_and_gradient, start, self.eta, self.steps - 1",
        CONTRACT,
    ),
    Plant(
        "class: markup in a page breaks out of its script",
        f"{WIDGETS}core/base.py",
        "state.replace('<', chr(92) + 'u003c')",
        "state",
        "tests/widgets/test_classes.py tests/widgets/test_contract.py",
    ),
    Plant(
        "class: a bad number is taken",
        f"{WIDGETS}core/numbers.py",
        "        if not self.low <= value <= self.high:\n"
        "            self._refuse(value)\n",
        "",
        "tests/widgets/test_classes.py",
    ),
    Plant(
        "bundles: one is stale",
        f"{WIDGETS}static/page/stepper.js",
        "(()=>{",
        "(()=>{;",
        "tests/widgets/test_bundles.py",
        regenerates=False,
    ),
    Plant(
        "bundles: a request to another host",
        f"{WIDGETS}core/page.js",
        "  if (hosts.length === 0) return;\n",
        '  if (hosts.length === 0) return;\n  fetch("https://example.org/x");\n',
        "tests/widgets/test_bundles.py",
    ),
]
