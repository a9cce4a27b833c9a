"""Widgets that compute: live in a notebook, and in the bare page.

Each is an ``anywidget``: its traits are its state, read and set from Python.
Its view is JavaScript that computes with the formulas that
`backprop.symbolic.emit` printed, and so works with no kernel too. ``run()``
computes the same numbers with `backprop.numerics`, the other witness.

A folder with a ``widget.py`` is a widget; its class registers itself.
"""

import sys
import warnings
from importlib import import_module
from pathlib import Path

from backprop.widgets.core.base import registry
from backprop.widgets.core.links import link, show_boxes_in_pages

for _file in sorted(Path(__file__).parent.glob("*/widget.py")):
    import_module(f"{__name__}.{_file.parent.name}.widget")

globals().update({cls.__name__: cls for cls in registry.values()})

__all__ = ["link", *sorted(cls.__name__ for cls in registry.values())]

show_boxes_in_pages()


def _known_where_it_was(cls):
    """Find a class in its folder too, where it was once a module; warn."""
    folder = cls.__module__.rpartition(".")[0]

    def find(name):
        if name != cls.__name__:
            raise AttributeError(f"module {folder!r} has no {name!r}")
        new = f"{__name__}.{name}"
        words = f"{folder}.{name} is {new} now"
        warnings.warn(words, DeprecationWarning, stacklevel=2)
        return cls

    sys.modules[folder].__getattr__ = find


for _cls in registry.values():
    _known_where_it_was(_cls)
