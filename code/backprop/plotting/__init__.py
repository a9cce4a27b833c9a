"""Figures: each ``draw_*`` function draws the numbers it is given.

Nothing here trains or differentiates. Colours have meanings, and never stand
alone: values are above a node and gradients below it, lines differ in style
or carry a label.

>>> fig, ax = figure("narrow")
>>> tuple(float(side) for side in fig.get_size_inches())
(4.6, 3.2)
"""

from backprop.plotting.curves import (
    draw_activation,
    draw_loss_curve,
    draw_losses,
    draw_marks,
)
from backprop.plotting.graph import (
    NEURON,
    Graph,
    draw_graph,
    network_graph,
)
from backprop.plotting.shapes import draw_shapes
from backprop.plotting.style import COLOURS, SIZES, figure, use_style

__all__ = [
    "COLOURS",
    "NEURON",
    "SIZES",
    "Graph",
    "draw_activation",
    "draw_graph",
    "draw_loss_curve",
    "draw_losses",
    "draw_marks",
    "draw_shapes",
    "figure",
    "network_graph",
    "use_style",
]
