"""Arrays as grids of cells, each with its name and its shape."""

from matplotlib.patches import Rectangle

from backprop.plotting.style import COLOURS

CELL = 0.32
LINE = 0.42
GAP = 0.25
STEP = 2.3
ABREAST = 5


def draw_shapes(ax, shapes, wrong=None):
    """Draw arrays as grids, values above, each gradient below its array.

    ``shapes`` maps names (``"W[1]"``, ``"dL_dW[1]"``) to shapes, which are
    drawn in that order, five beside each other: a vector is a row. ``wrong``
    maps names to arrays of booleans: their true entries are crossed out, and
    the grid has their shape; a name that it lacks was not computed, and is
    drawn dashed.

    >>> from matplotlib.figure import Figure
    >>> ax = Figure().add_subplot()
    >>> draw_shapes(ax, {"W[1]": (3, 2), "dL_dW[1]": (3, 2)})
    >>> [text.get_text() for text in ax.texts]
    ['W[1]', '(3, 2)', '∂L/∂W[1]', '(3, 2)']
    """
    upper = [name for name in shapes if not name.startswith("dL_d")]
    top, right = 0.0, 0.0
    for start in range(0, len(upper), ABREAST):
        for row in _pair_of_rows(upper[start : start + ABREAST], shapes):
            tall = 0.0
            for place, name in enumerate(row):
                if name is None:
                    continue
                marks = None if wrong is None else wrong.get(name)
                lost = wrong is not None and marks is None
                middle = (place * STEP, top)
                _draw_array(ax, name, middle, shapes[name], marks, lost)
                shape = shapes[name] if marks is None else marks.shape
                tall = max(tall, _drawn(shape)[0] * CELL)
                right = max(right, place * STEP)
            top -= tall + 2 * LINE + GAP if tall else 0.0
    ax.set_xlim(-STEP / 2, right + STEP / 2)
    ax.set_ylim(top + GAP, LINE + 0.1)
    ax.set_aspect("equal")
    ax.axis("off")


def _pair_of_rows(names, shapes):
    """The arrays, and below them their gradients; None where there is none."""
    below = [f"dL_d{name}" for name in names]
    return names, [name if name in shapes else None for name in below]


def _drawn(shape):
    """Rows and columns of a grid: a vector is one row."""
    return (1, *shape) if len(shape) == 1 else shape


def _draw_array(ax, name, middle, shape, marks, lost):
    """One grid, its name above and its shape below."""
    x, top = middle
    shape = shape if marks is None else marks.shape
    rows, columns = _drawn(shape)
    colour = COLOURS["gradient" if name.startswith("dL_d") else "forward"]
    flags = None if marks is None else marks.reshape(rows, columns)
    for i in range(rows):
        for j in range(columns):
            place = x + (j - columns / 2) * CELL, top - (i + 1) * CELL
            bad = flags is not None and bool(flags[i, j])
            _draw_cell(ax, place, colour, bad, lost)
    below = "not computed" if lost else str(tuple(map(int, shape)))
    _say(ax, (x, top + 0.1), _title(name), "bottom", colour)
    foot = (x, top - rows * CELL - 0.1)
    _say(ax, foot, below, "top", COLOURS["plain"])


def _title(name):
    return name.replace("dL_d", "∂L/∂")


def _draw_cell(ax, place, colour, bad, lost):
    """A cell; crossed out if its number is wrong, dashed if there is none."""
    x, y = place
    ax.add_patch(
        Rectangle(
            place,
            CELL,
            CELL,
            facecolor="none",
            edgecolor=COLOURS["error"] if bad else colour,
            linewidth=1.0,
            linestyle=":" if lost else "-",
        )
    )
    if bad:
        for ends in ((y, y + CELL), (y + CELL, y)):
            ax.plot((x, x + CELL), ends, color=COLOURS["error"], lw=1.0)


def _say(ax, place, words, side, colour):
    ax.text(*place, words, ha="center", va=side, fontsize=9, color=colour)
