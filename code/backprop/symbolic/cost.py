"""What a gradient costs: multiplications, path by path and with re-use.

Counted for the gradient of all weights of a network. The local partials are
known from the forward pass; additions do not count, nor do the biases, whose
last partial is 1. Chapter 4.

>>> multiplications((2, 2, 2))
(40, 16)
"""

import sympy as sp

from backprop.symbolic import given, models
from backprop.symbolic.catalogue import AnyActivation, z

MOST = 1000
"""So many layers, or units in a layer, are counted at most."""

depth, width, k = sp.symbols("depth width k", integer=True, positive=True)


def multiplications(sizes):
    """Path by path and with re-use, counted in the derivation.

    A path of n local partials takes n - 1 multiplications. With re-use, each
    step of the chain rule takes one for each of its terms, but for those of
    the loss itself. Returns two whole numbers.

    >>> multiplications((1, 1))
    (2, 2)
    """
    chain = models.network(sizes, AnyActivation(z))
    used = [p for p in chain.partials.values() if str(p.symbol)[0] in "waz"]
    separate = sum(
        len(path.factors) - 1
        for partial in used
        if str(partial.symbol)[0] == "w"
        for path in partial.paths
    )
    reuse = sum(up != 1 for partial in used for _, up, _ in partial.terms)
    return separate, reuse


def formulas():
    """The same for ``depth`` layers of ``width`` units, as expressions.

    A weight with k layers behind it has ``width**k`` paths of ``2 k + 3``
    partials, and there are ``width**2`` such weights. Returns a dict with
    ``separate``, ``reuse``, and ``paths``, how many a weight of the first
    layer has.

    >>> formulas()["reuse"]
    depth*width + width**2*(2*depth - 1)
    """
    separate = sp.piecewise_fold(
        sp.summation(2 * (k + 1) * width ** (k + 2), (k, 0, depth - 1))
    )
    one, many = (sp.factor(case.expr) for case in separate.args)
    one = sp.factor(one.subs(width, 1))
    return {
        "paths": width ** (depth - 1),
        "separate": sp.Piecewise((one, sp.Eq(width, 1)), (many, True)),
        "reuse": width**2 * (2 * depth - 1) + width * depth,
    }


def count_multiplications(layers, units):
    """Path by path and with re-use, for so many layers of so many units.

    By `formulas`, exactly. Raises ``ValueError`` unless both are whole
    numbers from 1 to `MOST`.

    >>> count_multiplications(layers=2, units=2)
    (40, 16)
    """
    for name, value in (("layers", layers), ("units", units)):
        given.whole(name, value, 1, MOST)
    values, costs = {depth: layers, width: units}, formulas()
    return tuple(
        int(costs[name].subs(values)) for name in ("separate", "reuse")
    )
