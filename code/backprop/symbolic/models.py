"""What the book derives: one neuron, and small networks.

>>> neuron()["dL_dw"].product
x*(a - y)*exp(-z)/(1 + exp(-z))**2
"""

from dataclasses import dataclass

import sympy as sp

from backprop.symbolic import catalogue
from backprop.symbolic.catalogue import AnyActivation, a, b, w, x, y, z
from backprop.symbolic.derivation import Derivation, Stage

L = sp.Symbol("L")


def neuron(activation="sigmoid", loss="half_squared_error"):
    """``z = w x + b``, ``a = f(z)``, ``L``: the `Derivation` of one neuron.

    ``activation`` is a name or an expression in ``z``; ``loss`` a name or
    an expression in ``a`` and ``y``. Chapter 2.

    >>> list(neuron(activation=z**2).partials)
    ['dL_da', 'dL_dz', 'dL_dw', 'dL_db', 'dL_dx', 'dL_dy']
    """
    return Derivation(
        [
            Stage(z, sp.Add(w * x, b, evaluate=False)),
            Stage(a, catalogue.activation(activation)),
            Stage(L, catalogue.loss(loss)),
        ],
        inputs=(w, b, x, y),
    )


def network(sizes, activation="sigmoid", loss="half_squared_error"):
    """A fully connected network and one example, unit by unit.

    The symbols are ``w1_23`` (layer 1, to unit 2 from unit 3), ``b1_2``,
    ``z1_2``, ``a1_2``, ``x_3`` and ``y_1``; the loss is the sum over the
    outputs. At most nine units a layer. Chapter 4.

    >>> network((2, 2, 2)).stage("z1_1").definition
    b1_1 + w1_11*x_1 + w1_12*x_2
    """
    _check_sizes(sizes)
    f, per_output = catalogue.activation(activation), catalogue.loss(loss)
    depth = len(sizes) - 1
    outputs = [symbol(f"x_{k}") for k in _units(sizes[0])]
    stages, inputs = [], []
    for l in range(1, depth + 1):
        previous, outputs = outputs, []
        for j in _units(sizes[l]):
            weights = [symbol(f"w{l}_{j}{k}") for k in _units(sizes[l - 1])]
            bias, pre = symbol(f"b{l}_{j}"), symbol(f"z{l}_{j}")
            total = sp.Add(*map(sp.Mul, weights, previous), bias)
            stages.append(Stage(pre, total))
            outputs.append(symbol(f"a{l}_{j}"))
            inputs += [*weights, bias]
        stages += [
            Stage(out, f.subs(z, symbol(f"z{l}_{j}")))
            for j, out in enumerate(outputs, start=1)
        ]
    targets = [symbol(f"y_{j}") for j in _units(sizes[-1])]
    total = sp.Add(
        *(
            per_output.subs({a: out, y: target}, simultaneous=True)
            for out, target in zip(outputs, targets, strict=True)
        )
    )
    inputs += [symbol(f"x_{k}") for k in _units(sizes[0])] + targets
    return Derivation([*stages, Stage(L, total)], inputs=tuple(inputs))


def matrix_gradients(sizes, activation=None, loss="half_squared_error"):
    """The four matrix equations of chapter 4, in SymPy matrices.

    One example, so ``X`` is a row. Returns a dict from the names of the
    weights and biases (``w1_23``, ``b1_2``) to the entries of ∂L/∂W and
    ∂L/∂b, as expressions in the inputs alone.
    """
    _check_sizes(sizes)
    activation = AnyActivation(z) if activation is None else activation
    f, per_output = catalogue.activation(activation), catalogue.loss(loss)
    depth = len(sizes) - 1
    W, bias = _parameters(sizes)
    A = {0: sp.Matrix([[symbol(f"x_{k}") for k in _units(sizes[0])]])}
    Z, dL_dZ = {}, {}
    for l in range(1, depth + 1):
        Z[l] = A[l - 1] * W[l].T + bias[l]
        A[l] = Z[l].applyfunc(lambda entry: f.subs(z, entry))
    slope = per_output.diff(a)
    dL_dA = sp.Matrix(
        [
            [
                slope.subs({a: out, y: symbol(f"y_{j}")}, simultaneous=True)
                for j, out in enumerate(A[depth], start=1)
            ]
        ]
    )
    entries = {}
    for l in range(depth, 0, -1):
        f_prime = f.diff(z)
        slopes = Z[l].applyfunc(lambda entry, g=f_prime: g.subs(z, entry))
        dL_dZ[l] = dL_dA.multiply_elementwise(slopes)
        dL_dW = dL_dZ[l].T * A[l - 1]
        for j in _units(sizes[l]):
            entries[f"b{l}_{j}"] = dL_dZ[l][0, j - 1]
            for k in _units(sizes[l - 1]):
                entries[f"w{l}_{j}{k}"] = dL_dW[j - 1, k - 1]
        dL_dA = dL_dZ[l] * W[l]
    return entries


@dataclass(frozen=True)
class Proof:
    """One entry: the scalar partials, the matrix entry, and their verdict.

    ``scalar`` is SymPy's derivative of the whole composed loss, ``staged``
    the chain rule's sum over paths, ``matrix`` the entry of the matrix form;
    ``equal`` is true if their differences expand to 0.
    """

    parameter: str
    scalar: sp.Expr
    staged: sp.Expr
    matrix: sp.Expr

    @property
    def equal(self):
        """Whether all three are one expression."""
        return all(
            sp.expand(self.scalar - other) == 0
            for other in (self.staged, self.matrix)
        )


def prove_matrix_form(sizes, loss="half_squared_error"):
    """Prove, entry by entry, that the matrix form gives the scalar partials.

    For every weight and bias of a network of these sizes and *any*
    differentiable activation. Returns a tuple of `Proof`. Chapter 4.

    >>> all(proof.equal for proof in prove_matrix_form((2, 2, 2)))
    True
    """
    derivation = network(sizes, AnyActivation(z), loss)
    return tuple(
        Proof(
            name,
            derivation.direct(symbol(name)),
            derivation.expand(derivation[f"dL_d{name}"].product),
            entry,
        )
        for name, entry in matrix_gradients(sizes, loss=loss).items()
    )


def symbol(name):
    """The symbol of that name.

    >>> symbol("w1_11")
    w1_11
    """
    return sp.Symbol(name)


def _parameters(sizes):
    """``W[l]`` (n_l, n_{l-1}) and ``b[l]`` as a row, by layer."""
    W, bias = {}, {}
    for l in range(1, len(sizes)):
        W[l] = sp.Matrix(
            sizes[l],
            sizes[l - 1],
            lambda j, k, l=l: symbol(f"w{l}_{j + 1}{k + 1}"),
        )
        bias[l] = sp.Matrix([[symbol(f"b{l}_{j}") for j in _units(sizes[l])]])
    return W, bias


def _units(n):
    return range(1, n + 1)


def _check_sizes(sizes):
    whole = all(isinstance(n, int) and 1 <= n <= 9 for n in sizes)
    if len(sizes) < 2 or not whole:
        raise ValueError(
            f"sizes: found {tuple(sizes)}, expected at least two whole "
            "numbers from 1 to 9, input first"
        )
