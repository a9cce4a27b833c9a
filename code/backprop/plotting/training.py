"""Training in pictures: decisions, learning curves, mistakes, images."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, ListedColormap, to_rgb
from matplotlib.ticker import MaxNLocator

from backprop.plotting.style import COLOURS

CLASSES = ("forward", "gradient", "target", "error")
"""The colours of the first four classes; then they come again, with other
markers."""

MARKERS = "os^DvP*X<>"
"""One marker a class, so that a class is not known by its colour alone."""


def draw_decision(ax, grid_x, grid_y, values, X, labels):
    """The class that is predicted everywhere, and the examples.

    ``values`` are whole numbers, ``(len(grid_y), len(grid_x))``: the class
    at each point of an evenly spaced grid. ``X`` (m, 2) are the examples,
    ``labels`` (m,) their classes, each with its own marker.
    """
    values, labels = np.asarray(values), np.asarray(labels)
    x, y = _half_cell(grid_x), _half_cell(grid_y)
    count = 1 + max(values.max(), labels.max())
    ax.imshow(
        values,
        cmap=ListedColormap([_pale(_colour(c)) for c in range(count)]),
        vmin=-0.5,
        vmax=count - 0.5,
        extent=(
            grid_x[0] - x,
            grid_x[-1] + x,
            grid_y[0] - y,
            grid_y[-1] + y,
        ),
        origin="lower",
        aspect="auto",
        interpolation="nearest",
    )
    for c in np.unique(values)[1:]:
        _draw_border(ax, grid_x, grid_y, values == c)
    for c in np.unique(labels):
        _draw_class(ax, c, np.asarray(X)[labels == c])
    ax.set(xlabel="$x_1$", ylabel="$x_2$")
    ax.grid(False)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4)


def draw_learning_curves(ax, curves, name="$L$", logarithmic=False):
    """A quantity over the updates, for training and for held-out examples.

    ``curves`` maps a label to ``(updates, values)``, two sequences of one
    length. ``name`` is the quantity. Up to four lines differ in colour, dash
    and marker; some ten markers stand on each, however long it is.
    """
    dashes, markers = ("-", "--", "-.", ":"), "os^D"
    for index, (label, (updates, values)) in enumerate(curves.items()):
        ax.plot(
            updates,
            values,
            dashes[index % 4],
            marker=markers[index % 4],
            markersize=5,
            markevery=max(1, len(updates) // 10),
            color=_colour(index),
            label=label,
        )
    if logarithmic:
        ax.set_yscale("log")
    ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ax.set(xlabel="update", ylabel=name)
    ax.legend(loc="best")


def draw_confusion(ax, matrix):
    """How often each class (row) was taken for each (column).

    ``matrix`` holds whole numbers. What is right stands on the diagonal, in
    bold; the others are mistakes, the darker the more often they were made.
    A zero is left blank.
    """
    matrix = np.asarray(matrix)
    right = np.eye(len(matrix), dtype=bool)
    wrong = np.ma.masked_where(right | (matrix == 0), matrix)
    shades = LinearSegmentedColormap.from_list(
        "mistakes", ["white", _pale(COLOURS["error"], 0.4)]
    )
    ax.imshow(wrong, cmap=shades, vmin=0, vmax=max(1, wrong.filled(0).max()))
    for (row, column), count in np.ndenumerate(matrix):
        if count:
            _draw_count(ax, row, column, count)
    ax.set(xlabel="predicted class", ylabel="class")
    ax.set_xticks(range(len(matrix)))
    ax.set_yticks(range(len(matrix)))
    ax.grid(False)


def draw_images(ax, images, titles=None, columns=5, signed=False):
    """Small images side by side, in rows of ``columns``.

    ``images`` are ``(k, height, width)``; ``titles``, one for each, stand
    above. All share one scale: white is the smallest value and black the
    largest. With ``signed``, for weights, white is 0, blue is positive, and
    orange negative, with a dot in every cell below a quarter of the scale.
    """
    images = np.asarray(images, dtype=float)
    scale = _signed_scale(images) if signed else _grey_scale(images)
    places = _tiles(images.shape, columns, 0.4 if titles is not None else 0.15)
    for image, place in zip(images, places, strict=True):
        ax.imshow(image, extent=place, **scale)
        left, right, bottom, top = place
        ax.plot(
            [left, right, right, left, left],
            [bottom, bottom, top, top, bottom],
            color=COLOURS["plain"],
            lw=0.8,
        )
        if signed:
            _draw_dots(ax, image < scale["vmin"] / 4, left, top)
    for place, title in zip(places, titles or (), strict=titles is not None):
        _draw_title(ax, place, title)
    _frame(ax, places, titles is not None)


def _colour(c):
    return COLOURS[CLASSES[c % len(CLASSES)]]


def _pale(colour, share=0.25):
    """A colour mixed with white, of which it is ``share``."""
    return tuple(1 - share * (1 - part) for part in to_rgb(colour))


def _half_cell(grid):
    return (grid[-1] - grid[0]) / (len(grid) - 1) / 2


def _draw_border(ax, grid_x, grid_y, inside):
    ax.contour(
        grid_x,
        grid_y,
        inside.astype(float),
        levels=[0.5],
        colors=COLOURS["plain"],
        linewidths=1.2,
    )


def _draw_class(ax, c, points):
    ax.plot(
        points[:, 0],
        points[:, 1],
        linestyle="none",
        marker=MARKERS[c % len(MARKERS)],
        markersize=5,
        markeredgecolor="white",
        markeredgewidth=0.6,
        color=_colour(c),
        label=f"class {c}",
    )


def _draw_count(ax, row, column, count):
    ax.annotate(
        f"{count}",
        (column, row),
        ha="center",
        va="center",
        fontsize=10,
        fontweight="bold" if row == column else "normal",
    )


def _grey_scale(images):
    return {"cmap": "Greys", "vmin": images.min(), "vmax": images.max()}


def _signed_scale(images):
    """Orange to white to blue, the same distance to both sides of 0."""
    ends = [COLOURS["gradient"], "white", COLOURS["forward"]]
    cmap = LinearSegmentedColormap.from_list("signed", ends)
    largest = np.abs(images).max() or 1.0
    return {"cmap": cmap, "vmin": -largest, "vmax": largest}


def _tiles(shape, columns, gap):
    """(left, right, bottom, top) of each image, row by row downwards."""
    count, height, width = shape
    across, down = width * 1.15, height * (1 + gap)
    return [
        (
            across * (index % columns),
            across * (index % columns) + width,
            -down * (index // columns) - height,
            -down * (index // columns),
        )
        for index in range(count)
    ]


def _draw_dots(ax, cells, left, top):
    """A dot in the middle of each cell that is True."""
    rows, columns = np.nonzero(cells)
    ax.plot(
        left + columns + 0.5,
        top - rows - 0.5,
        linestyle="none",
        marker=".",
        markersize=2,
        color=COLOURS["plain"],
    )


def _draw_title(ax, place, title):
    left, right, _, top = place
    ax.annotate(
        title,
        ((left + right) / 2, top),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=9,
    )


def _frame(ax, places, titled):
    """Room for all images, with square pixels and no axes."""
    left, right, bottom, top = np.transpose(places)
    margin = 0.05 * (right[0] - left[0])
    head = 0.25 * (top[0] - bottom[0]) if titled else margin
    ax.set_xlim(left.min() - margin, right.max() + margin)
    ax.set_ylim(bottom.min() - margin, top.max() + head)
    ax.set_aspect("equal")
    ax.axis("off")
