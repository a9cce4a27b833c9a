"""What the book derives: one neuron, and small networks.

>>> neuron()["dL_dw"].product
x*(a - y)*exp(-z)/(1 + exp(-z))**2
"""

import math
from dataclasses import dataclass

import sympy as sp

from backprop.symbolic import catalogue, given
from backprop.symbolic.catalogue import AnyActivation, a, b, w, x, y, z
from backprop.symbolic.derivation import Derivation, Stage

L = sp.Symbol("L")

MOST_PATHS = 9**4
"""A network has so many paths from its inputs to its outputs, at most."""


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


def network(sizes, activation="sigmoid", loss="half_squared_error", m=1):
    """A fully connected network and ``m`` examples, unit by unit.

    The symbols are ``w1_23`` (layer 1, to unit 2 from unit 3), ``b1_2``,
    ``z1_2``, ``a1_2``, ``x_3`` and ``y_1``. With several examples, all but
    the weights and biases begin their index with the example, as in the rows
    of a matrix: ``z1_42`` is unit 2 for example 4. The loss is the mean over
    the examples of the sum over the outputs. At most nine units a layer and
    nine examples. Chapters 4 and 5.

    >>> network((2, 2, 2)).stage("z1_1").definition
    b1_1 + w1_11*x_1 + w1_12*x_2
    >>> network((2, 2, 2), m=4).stage("z1_41").definition
    b1_1 + w1_11*x_41 + w1_12*x_42
    """
    check_sizes(sizes)
    _check_examples(m)
    f, per_output = catalogue.activation(activation), catalogue.loss(loss)
    depth = len(sizes) - 1
    X = outputs = _rows("x", m, sizes[0])
    stages, inputs = [], []
    for l in range(1, depth + 1):
        before, outputs = outputs, _rows(f"a{l}", m, sizes[l])
        pre = _rows(f"z{l}", m, sizes[l])
        for j in _units(sizes[l]):
            weights = [symbol(f"w{l}_{j}{k}") for k in _units(sizes[l - 1])]
            bias = symbol(f"b{l}_{j}")
            inputs += [*weights, bias]
            for row, collected in zip(before, pre, strict=True):
                total = sp.Add(*map(sp.Mul, weights, row), bias)
                stages.append(Stage(collected[j - 1], total))
        stages += [
            Stage(out, f.subs(z, at))
            for row, collected in zip(outputs, pre, strict=True)
            for out, at in zip(row, collected, strict=True)
        ]
    Y = _rows("y", m, sizes[-1])
    total = sp.Add(
        *(
            per_output.subs({a: out, y: target}, simultaneous=True)
            for row, targets in zip(outputs, Y, strict=True)
            for out, target in zip(row, targets, strict=True)
        )
    )
    inputs += [entry for row in [*X, *Y] for entry in row]
    return Derivation([*stages, Stage(L, total / m)], inputs=tuple(inputs))


def matrix_gradients(sizes, activation=None, loss="half_squared_error", m=1):
    """The four matrix equations of chapter 4, in SymPy matrices.

    ``X`` has ``m`` rows, one for each example. Returns a dict from the names
    of the weights and biases (``w1_23``, ``b1_2``) to the entries of ∂L/∂W
    and ∂L/∂b, as expressions in the inputs alone.
    """
    check_sizes(sizes)
    _check_examples(m)
    activation = AnyActivation(z) if activation is None else activation
    f, per_output = catalogue.activation(activation), catalogue.loss(loss)
    depth = len(sizes) - 1
    W, bias = _parameters(sizes)
    A, Z, dL_dZ = {0: sp.Matrix(_rows("x", m, sizes[0]))}, {}, {}
    for l in range(1, depth + 1):
        Z[l] = A[l - 1] * W[l].T + sp.ones(m, 1) * bias[l]
        A[l] = Z[l].applyfunc(lambda entry: f.subs(z, entry))
    slope, Y = per_output.diff(a) / m, sp.Matrix(_rows("y", m, sizes[-1]))
    dL_dA = sp.Matrix(
        m,
        sizes[-1],
        lambda i, j: slope.subs(
            {a: A[depth][i, j], y: Y[i, j]}, simultaneous=True
        ),
    )
    entries, f_prime = {}, f.diff(z)
    for l in range(depth, 0, -1):
        slopes = Z[l].applyfunc(lambda entry: f_prime.subs(z, entry))
        dL_dZ[l] = dL_dA.multiply_elementwise(slopes)
        dL_dW, dL_db = dL_dZ[l].T * A[l - 1], sp.ones(1, m) * dL_dZ[l]
        for j in _units(sizes[l]):
            entries[f"b{l}_{j}"] = dL_db[j - 1]
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


def prove_matrix_form(sizes, loss="half_squared_error", m=1):
    """Prove, entry by entry, that the matrix form gives the scalar partials.

    For every weight and bias of a network of these sizes, a batch of ``m``
    examples and *any* differentiable activation. Returns a tuple of `Proof`.
    Chapters 4 and 5.

    >>> all(proof.equal for proof in prove_matrix_form((2, 2, 2)))
    True
    >>> all(proof.equal for proof in prove_matrix_form((2, 1), m=3))
    True
    """
    derivation = network(sizes, AnyActivation(z), loss, m)
    return tuple(
        Proof(
            name,
            derivation.direct(symbol(name)),
            derivation.expand(derivation[f"dL_d{name}"].product),
            entry,
        )
        for name, entry in matrix_gradients(sizes, loss=loss, m=m).items()
    )


def symbol(name):
    """The symbol of that name.

    >>> symbol("w1_11")
    w1_11
    """
    return given.symbol("name", sp.Symbol(name) if type(name) is str else name)


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


def _rows(letter, m, n):
    """Symbols ``letter_ij``, a row for each example i; ``letter_j`` for a
    single one."""
    if m == 1:
        return [[symbol(f"{letter}_{j}") for j in _units(n)]]
    return [[symbol(f"{letter}_{i}{j}") for j in _units(n)] for i in _units(m)]


def _units(n):
    return range(1, n + 1)


def check_sizes(sizes):
    """Raise ``ValueError`` for what are no sizes of a network.

    >>> check_sizes((2, 10))
    Traceback (most recent call last):
    ...
    ValueError: sizes: found (2, 10), expected at least two whole numbers \
from 1 to 9, input first
    """
    good = isinstance(sizes, tuple | list) and len(sizes) >= 2
    if not (good and all(map(_is_size, sizes))):
        raise ValueError(
            f"sizes: found {given.shown(sizes)}, expected at least two whole "
            "numbers from 1 to 9, input first"
        )
    if math.prod(sizes) > MOST_PATHS:
        raise ValueError(
            f"sizes: found {given.shown(sizes)}, expected at most "
            f"{MOST_PATHS} paths through all layers"
        )


def _is_size(n):
    return type(n) is int and 1 <= n <= 9


def _check_examples(m):
    given.whole("m", m, 1, 9)
