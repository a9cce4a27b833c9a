"""The loss over two parameters, with a path of gradient descent on it."""

import numpy as np

from backprop.plotting.style import COLOURS


def draw_surface(ax, w, b, loss, levels, path, label="path"):
    """Contours of a loss, and the iterates joined by a line.

    ``loss`` has the shape ``(len(b), len(w))``, NaN where there is none, and
    ``levels`` are the losses to draw contours at, in rising order. ``path``
    is a list of ``(w, b)``; the start is a square. Outside the arrays
    nothing is drawn.
    """
    if len(levels):
        lines = ax.contour(
            w, b, loss, levels, colors=COLOURS["plain"], linewidths=0.8
        )
        ax.clabel(lines, lines.levels[::2], fmt="%.2g", fontsize=8)
    points = np.asarray(path, dtype=float).reshape(-1, 2)
    ink = COLOURS["gradient"]
    ax.plot(*points.T, "o-", color=ink, ms=4, lw=1.3, label=label)
    ax.plot(*points[:1].T, "s", color=ink, ms=7)
    ax.set(xlabel="$w$", ylabel="$b$", xlim=(w[0], w[-1]), ylim=(b[0], b[-1]))
    ax.legend(loc="lower right", bbox_to_anchor=(1, 1), borderpad=0)
