"""The numerical steps of backpropagation in numpy, float64.

The data flows one way: parameters -> ``forward`` -> cache -> ``backward`` ->
gradients -> ``update`` -> new parameters. Nothing is changed in place.
"""

from backprop.numerics import (
    activations,
    agreement,
    data,
    gradcheck,
    losses,
    network,
    neuron,
    optimisers,
)

__all__ = [
    "activations",
    "agreement",
    "data",
    "gradcheck",
    "losses",
    "network",
    "neuron",
    "optimisers",
]
