"""Figures, drawn as the book draws them."""

import matplotlib as mpl
import pytest
from backprop import plotting
from matplotlib import pyplot as plt


@pytest.fixture(autouse=True)
def style():
    """The book's style on a canvas without a screen, put back afterwards."""
    mpl.use("Agg")
    with mpl.rc_context():
        plotting.use_style()
        yield
    plt.close("all")
