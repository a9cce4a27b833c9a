"""The same derivatives, derived by SymPy, stage by stage.

``derivation`` holds the chain rule, ``catalogue`` the activations and losses
as expressions, ``models`` builds one neuron or a small network, ``latex``
prints. Nothing here knows ``numerics``.
"""

from backprop.symbolic.catalogue import (
    ACTIVATIONS,
    LOSSES,
    AnyActivation,
    a,
    b,
    w,
    x,
    y,
    z,
)
from backprop.symbolic.cost import count_multiplications, multiplications
from backprop.symbolic.derivation import Derivation, Partial, Path, Stage
from backprop.symbolic.latex import Formula, formula
from backprop.symbolic.models import (
    matrix_gradients,
    network,
    neuron,
    prove_matrix_form,
)

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "AnyActivation",
    "Derivation",
    "Formula",
    "Partial",
    "Path",
    "Stage",
    "a",
    "b",
    "count_multiplications",
    "formula",
    "matrix_gradients",
    "multiplications",
    "network",
    "neuron",
    "prove_matrix_form",
    "w",
    "x",
    "y",
    "z",
]
