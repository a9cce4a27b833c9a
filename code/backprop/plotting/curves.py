"""Curves: an activation with its tangent, a loss with its iterates."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from backprop.plotting.style import COLOURS


def draw_activation(ax, z, a, at=None, slope=None, label="f(z)"):
    """The curve ``a`` over the array ``z``, and its tangent at one point.

    ``at`` is the point ``(z, a)`` and ``slope`` the derivative there; with
    None, the point or the tangent is left out. ``label`` names the function,
    as mathematics without dollar signs.
    """
    ax.plot(z, a, color=COLOURS["forward"], label=f"${label}$")
    if at is not None and slope is not None:
        _draw_tangent(ax, at, slope, 0.22 * (z[-1] - z[0]))
    if at is not None:
        ax.plot(*at, "o", color=COLOURS["gradient"], markersize=8)
    ax.set(xlabel="$z$", ylabel="$a$")
    ax.legend(loc="best")


def _draw_tangent(ax, at, slope, reach):
    z0, a0 = at
    ends = np.array([z0 - reach, z0 + reach])
    ax.plot(
        ends,
        a0 + slope * (ends - z0),
        "--",
        color=COLOURS["gradient"],
        label=f"tangent, slope {slope:.4g}",
    )


def draw_loss_curve(ax, w, loss, path_w, path_loss, name="w"):
    """The loss over one parameter, with the iterates of gradient descent.

    ``w`` and ``loss`` are the curve; ``path_w`` and ``path_loss`` the
    iterates in their order, joined by arrows. The start is a square.
    """
    path_w, path_loss = np.asarray(path_w), np.asarray(path_loss)
    ax.plot(w, loss, color=COLOURS["forward"], zorder=1)
    for i in range(len(path_w) - 1):
        ax.annotate(
            "",
            (path_w[i + 1], path_loss[i + 1]),
            (path_w[i], path_loss[i]),
            arrowprops={
                "arrowstyle": "->",
                "color": COLOURS["gradient"],
                "lw": 1.3,
            },
        )
    ax.plot(path_w[1:], path_loss[1:], "o", color=COLOURS["gradient"], ms=4.5)
    ax.plot(path_w[:1], path_loss[:1], "s", color=COLOURS["gradient"], ms=7)
    ax.set(xlabel=f"${name}$", ylabel="$L$", xlim=(w[0], w[-1]))


def draw_losses(ax, runs, logarithmic=True):
    """The loss against the number of updates, one line for each run.

    ``runs`` maps a label to the sequence of losses. The first four lines
    differ in colour, marker and dash; no two of sixteen look alike.
    """
    colours = ("forward", "target", "gradient", "error")
    marks = (("o", "-"), ("s", "--"), ("^", "-."), ("D", ":"))
    for index, (label, losses) in enumerate(runs.items()):
        colour = colours[index % 4]
        marker, dash = marks[(index + index // 4) % 4]
        ax.plot(
            range(len(losses)),
            losses,
            dash,
            marker=marker,
            markersize=4,
            color=COLOURS[colour],
            label=label,
        )
    if logarithmic:
        ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.set(xlabel="update", ylabel="$L$")
    ax.legend(loc="best")


def draw_marks(ax, marks):
    """Dashed vertical lines at named places: ``marks`` maps labels to x."""
    for label, place in marks.items():
        ax.axvline(place, color=COLOURS["plain"], ls="--", lw=1)
        ax.annotate(
            f"${label}$",
            (place, 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(3, -2),
            textcoords="offset points",
            va="top",
        )
