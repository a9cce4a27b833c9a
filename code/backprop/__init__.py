"""Backprop, one update at a time: the package the book computes with.

``numerics`` does the arithmetic (numpy only), ``symbolic`` derives the same
quantities with SymPy, ``plotting`` draws what it is given. ``numerics`` and
``symbolic`` never import each other, so each is a witness for the other.
"""

__version__ = "0.1.0"
