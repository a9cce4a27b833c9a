"""Arrays as grids of cells, each with its name and its shape."""

from matplotlib.patches import Rectangle

from backprop.plotting.style import COLOURS

CELL = 0.32
LINE = 0.42
GAP = 0.75


def draw_shapes(ax, shapes, wrong=None):
    """Draw arrays as grids, values above, each gradient below its array.

    ``shapes`` maps names (``"W[1]"``, ``"dL_dW[1]"``) to shapes, which are
    drawn in that order: a vector is a row. ``wrong`` maps names to arrays of
    booleans: their true entries are crossed out, and the grid has their
    shape; a name that it lacks was not computed, and is drawn dashed.

    >>> from matplotlib.figure import Figure
    >>> ax = Figure().add_subplot()
    >>> draw_shapes(ax, {"W[1]": (3, 2), "dL_dW[1]": (3, 2)})
    >>> [text.get_text() for text in ax.texts]
    ['W[1]', '(3, 2)', '∂L/∂W[1]', '(3, 2)']
    """
    left, floor, upper = 0.0, 0.0, _upper(shapes)
    tallest = max(_drawn(shapes[name])[0] for name in shapes)
    for name in upper:
        pair = [each for each in (name, f"dL_d{name}") if each in shapes]
        width = max(_width(each, shapes[each], wrong) for each in pair)
        for place, each in enumerate(pair):
            top = -place * (tallest * CELL + 2 * LINE + 0.35)
            marks = None if wrong is None else wrong.get(each)
            lost = wrong is not None and marks is None
            middle = (left + width / 2, top)
            _draw_array(ax, each, middle, shapes[each], marks, lost)
            floor = min(floor, top)
        left += width + GAP
    ax.set_xlim(-0.3, left - GAP + 0.3)
    ax.set_ylim(floor - tallest * CELL - LINE - 0.2, LINE + 0.25)
    ax.set_aspect("equal")
    ax.axis("off")


def _upper(shapes):
    """The arrays of the upper row: all that are no gradients."""
    return [name for name in shapes if not name.startswith("dL_d")]


def _drawn(shape):
    """Rows and columns of a grid: a vector is one row."""
    return (1, *shape) if len(shape) == 1 else shape


def _width(name, shape, wrong):
    """How much room a grid and its name take."""
    marks = (wrong or {}).get(name)
    _, columns = _drawn(shape if marks is None else marks.shape)
    return max(columns * CELL, 0.22 * len(_title(name)))


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
    ax.text(*place, words, ha="center", va=side, fontsize=7, color=colour)
