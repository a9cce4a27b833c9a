"""The computational graph: values above the nodes, gradients below.

>>> network_graph((1, 1)).edges
(('x_1', 'z1_1'), ('z1_1', 'a1_1'), ('a1_1', 'L'), ('y_1', 'L'))
"""

import math
from dataclasses import dataclass

from matplotlib.patches import FancyArrowPatch
from matplotlib.patheffects import withStroke

from backprop.plotting.style import COLOURS


@dataclass(frozen=True)
class Graph:
    """Where the nodes stand, what they are called, and what feeds what.

    ``nodes`` maps a name to ``(x, y)``; ``labels`` a name to mathematics
    without dollar signs; ``edges`` are pairs of names, from and to. Steep
    edges begin and end ``aside`` of a node's middle, on the side of the other
    node: the numbers above and below stay free.
    """

    nodes: dict
    labels: dict
    edges: tuple
    aside: float = 0.0


NEURON = Graph(
    nodes={
        "x": (0.0, 2.0),
        "w": (0.0, 1.0),
        "b": (0.0, 0.0),
        "z": (1.4, 1.0),
        "a": (2.8, 1.0),
        "y": (2.8, 0.0),
        "L": (4.2, 1.0),
    },
    labels={name: name for name in "xwbzayL"},
    edges=(
        ("x", "z"),
        ("w", "z"),
        ("b", "z"),
        ("z", "a"),
        ("a", "L"),
        ("y", "L"),
    ),
)
"""One neuron: ``x``, ``w``, ``b`` to ``z`` to ``a`` to ``L``."""


def network_graph(sizes):
    """The graph of a small network: units, not weights.

    ``sizes`` are the numbers of units, input first. Node names are those of
    the symbolic derivation, ``x_1``, ``z1_2``, ``a1_2``, ``y_1``, ``L``.
    """
    nodes, labels, edges = {}, {}, []
    previous = _column(nodes, labels, "x", None, sizes[0], 0.0)
    for l, size in enumerate(sizes[1:], start=1):
        pre = _column(nodes, labels, "z", l, size, 3.0 * l - 1.4)
        post = _column(nodes, labels, "a", l, size, 3.0 * l)
        edges += [(source, sink) for sink in pre for source in previous]
        edges += zip(pre, post, strict=True)
        previous = post
    end = 3.0 * (len(sizes) - 1)
    targets = _column(nodes, labels, "y", None, sizes[-1], end + 3.4)
    nodes["L"], labels["L"] = (end + 1.8, 0.0), "L"
    edges += [(source, "L") for source in [*previous, *targets]]
    return Graph(nodes, labels, tuple(edges), aside=0.2)


def draw_graph(
    ax, graph, values=None, gradients=None, local=None, highlight=(), digits=4
):
    """Draw a `Graph` with its numbers.

    ``values`` and ``gradients`` map node names to numbers: a value stands
    above its node, the gradient of the loss with respect to it below.
    ``local`` maps edges to labels (local partials, mathematics without
    dollar signs). ``highlight`` are edges to draw thick.
    """
    for edge in graph.edges:
        _draw_edge(ax, graph, edge, edge in highlight, bool(gradients))
    for edge, label in (local or {}).items():
        _draw_local(ax, graph, edge, label)
    for name, place in graph.nodes.items():
        _draw_node(ax, graph, name, place)
        if values and name in values:
            _draw_number(ax, place, values[name], +1, "forward", digits)
        if gradients and name in gradients:
            _draw_number(ax, place, gradients[name], -1, "gradient", digits)
    _frame(ax, graph)


def draw_note(ax, lines):
    """Lines of text, mathematics included, in the lower right corner."""
    ax.annotate(
        "\n".join(lines),
        (1.0, 0.0),
        xycoords="axes fraction",
        ha="right",
        va="bottom",
        linespacing=1.5,
        fontsize=10,
    )


def _column(nodes, labels, letter, layer, size, x):
    """Place one column of units; returns their names."""
    names = []
    for j in range(1, size + 1):
        name = f"{letter}_{j}" if layer is None else f"{letter}{layer}_{j}"
        above = "" if layer is None else f"^{{[{layer}]}}"
        nodes[name] = (x, 2.2 * ((size - 1) / 2 - (j - 1)))
        labels[name] = f"{letter}{above}_{{{j}}}"
        names.append(name)
    return names


def _draw_node(ax, graph, name, place):
    colour = "target" if name.startswith("y") else "plain"
    ax.annotate(
        f"${graph.labels[name]}$",
        place,
        ha="center",
        va="center",
        fontsize=14,
        bbox={
            "boxstyle": "circle,pad=0.28",
            "facecolor": "white",
            "edgecolor": COLOURS[colour],
            "linewidth": 1.5,
        },
        zorder=3,
    )


def _draw_edge(ax, graph, edge, thick, backward):
    (x0, y0), (x1, y1) = (graph.nodes[name] for name in edge)
    level = y0 == y1 or not graph.aside
    aside = 0.0 if level else math.copysign(graph.aside, x1 - x0)
    gap = 17 if level else 10
    ax.add_patch(
        FancyArrowPatch(
            (x0 + aside, y0),
            (x1 - aside, y1),
            arrowstyle="-|>",
            mutation_scale=13,
            shrinkA=gap,
            shrinkB=gap,
            linewidth=3 if thick else 1.3,
            color=COLOURS["gradient" if thick and backward else "plain"],
            zorder=2 if thick else 1,
        )
    )


def _draw_local(ax, graph, edge, label):
    (x0, y0), (x1, y1) = (graph.nodes[name] for name in edge)
    ax.annotate(
        f"${label}$",
        ((x0 + x1) / 2, (y0 + y1) / 2),
        xytext=(0, 7),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=10,
    )


def _draw_number(ax, place, number, side, colour, digits):
    ax.annotate(
        f"{number:.{digits}g}",
        place,
        xytext=(0, 19 * side),
        textcoords="offset points",
        ha="center",
        va="bottom" if side > 0 else "top",
        color=COLOURS[colour],
        fontweight="bold" if side > 0 else "normal",
        fontstyle="normal" if side > 0 else "italic",
        zorder=4,
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )


def _frame(ax, graph):
    xs, ys = zip(*graph.nodes.values(), strict=True)
    ax.set_xlim(min(xs) - 0.5, max(xs) + 0.5)
    ax.set_ylim(min(ys) - 0.62, max(ys) + 0.62)
    ax.axis("off")
