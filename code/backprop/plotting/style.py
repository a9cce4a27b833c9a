"""The style of the figures: one file, three sizes, colours by meaning."""

from importlib.resources import files

import matplotlib.pyplot as plt
from matplotlib import style
from matplotlib.figure import Figure

SIZES = {"narrow": (4.6, 3.2), "wide": (7.6, 3.4), "square": (4.8, 4.8)}
"""Width and height in inches."""

COLOURS = {
    "forward": "#0072B2",
    "gradient": "#B84A00",
    "target": "#00704F",
    "error": "#8E3C74",
    "plain": "#444444",
}
"""Safe for colour-blind readers: blue for values, orange for gradients,
green for targets, purple for errors and for what diverges."""


STYLE = str(files("backprop.plotting") / "backprop.mplstyle")


def in_style():
    """The book's style inside a ``with``, whatever is set outside.

    >>> import matplotlib
    >>> with in_style():
    ...     matplotlib.rcParams["axes.spines.top"]
    False
    """
    return style.context(STYLE, after_reset=True)


def use_style():
    """Use the book's style for every figure that follows.

    In a notebook, figures become SVG: sharp at every size and on paper.
    """
    plt.style.use(STYLE)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:
        return
    if get_ipython() is not None:
        set_matplotlib_formats("svg", metadata={"Date": None})


def figure(size="narrow", columns=1):
    """A figure of one of the `SIZES`, and its axes (an array if several).

    Raises ``ValueError`` for another size.

    >>> fig, (left, right) = figure("wide", columns=2)
    """
    return plt.subplots(1, columns, figsize=_inches(size))


def sheet(size="narrow", columns=1):
    """As `figure`, but of no window: pyplot neither shows nor keeps it.

    >>> fig, ax = sheet("square")
    >>> fig in map(plt.figure, plt.get_fignums())
    False
    """
    fig = Figure(figsize=_inches(size))
    return fig, fig.subplots(1, columns)


def _inches(size):
    if size not in SIZES:
        raise ValueError(
            f"size: found {size!r}, expected one of {', '.join(SIZES)}"
        )
    return SIZES[size]
