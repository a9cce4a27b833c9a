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
    draw_note,
    network_graph,
)
from backprop.plotting.shapes import draw_shapes
from backprop.plotting.style import (
    COLOURS,
    SIZES,
    figure,
    in_style,
    sheet,
    use_style,
)
from backprop.plotting.surface import draw_surface
from backprop.plotting.svg import small_svg, svg_address
from backprop.plotting.training import (
    draw_confusion,
    draw_decision,
    draw_images,
    draw_learning_curves,
)

__all__ = [
    "COLOURS",
    "NEURON",
    "SIZES",
    "Graph",
    "draw_activation",
    "draw_confusion",
    "draw_decision",
    "draw_graph",
    "draw_images",
    "draw_learning_curves",
    "draw_loss_curve",
    "draw_losses",
    "draw_marks",
    "draw_note",
    "draw_shapes",
    "draw_surface",
    "figure",
    "in_style",
    "network_graph",
    "sheet",
    "small_svg",
    "svg_address",
    "use_style",
]
