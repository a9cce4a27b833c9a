"""Widgets that compute: live in a notebook, and in the bare page.

Each is an ``anywidget``: its traits are its state, read and set from Python.
Its view is JavaScript that computes with the formulas that
`backprop.symbolic.emit` printed, and so works with no kernel too. ``run()``
computes the same numbers with `backprop.numerics`, the other witness.
"""

from backprop.widgets.activation_explorer import ActivationExplorer
from backprop.widgets.base import link, show_boxes_in_pages
from backprop.widgets.learning_rate_explorer import LearningRateExplorer
from backprop.widgets.loss_surface import LossSurface
from backprop.widgets.network_stepper import NetworkStepper
from backprop.widgets.shape_explorer import ShapeExplorer
from backprop.widgets.stepper import Stepper
from backprop.widgets.training_playground import TrainingPlayground

__all__ = [
    "ActivationExplorer",
    "LearningRateExplorer",
    "LossSurface",
    "NetworkStepper",
    "ShapeExplorer",
    "Stepper",
    "TrainingPlayground",
    "link",
]

show_boxes_in_pages()
