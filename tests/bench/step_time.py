"""The picture of how the time of an update grows."""

from backprop.plotting import COLOURS, in_style, sheet

LOOKS = (("o", "-"), ("s", "--"))
"""The points and the line of the first network of a panel, of the second."""

LABELS = {"batch": "batch size $m$", "width": "width $w$"}


def draw_growth(ax, curves):
    """Draw the times of one or two networks, and the lines fitted to them.

    ``curves`` are pairs of points and a line: of each the sizes, the
    seconds and a label.
    """
    for (points, line), (mark, dash) in zip(curves, LOOKS, strict=False):
        for (sizes, seconds, label), look, name in (
            (points, mark, "forward"),
            (line, dash, "plain"),
        ):
            micro = [second * 1e6 for second in seconds]
            ax.plot(sizes, micro, look, color=COLOURS[name], label=label)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.legend(loc="upper left")


def write_picture(path, panels):
    """Write an SVG: the curves of each panel, by what is on its axis."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with in_style():
        figure, axes = sheet("wide", columns=len(panels))
        for ax, (grows, curves) in zip(axes, panels.items(), strict=True):
            draw_growth(ax, curves)
            ax.set(xlabel=LABELS[grows], ylabel="time of an update, µs")
        figure.savefig(path, facecolor="white", metadata={"Date": None})
