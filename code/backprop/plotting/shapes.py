"""Arrays as grids of cells, each with its name and its shape."""

from matplotlib.patches import PathPatch
from matplotlib.path import Path

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
    left = x - columns * CELL / 2
    colour = COLOURS["gradient" if name.startswith("dL_d") else "forward"]
    style = ":" if lost else "-"
    _draw_lines(ax, _lattice(left, top, rows, columns), colour, style)
    if marks is not None and marks.any():
        crosses = _crosses(left, top, marks.reshape(rows, columns))
        _draw_lines(ax, crosses, COLOURS["error"], "-")
    title = name.replace("dL_d", "∂L/∂")
    below = "not computed" if lost else str(tuple(map(int, shape)))
    foot = (x, top - rows * CELL - 0.1)
    _say(ax, (x, top + 0.1), title, "bottom", colour)
    _say(ax, foot, below, "top", COLOURS["plain"])


def _lattice(left, top, rows, columns):
    """The lines of a grid, as pairs of points."""
    right, bottom = left + columns * CELL, top - rows * CELL
    levels = [top - i * CELL for i in range(rows + 1)]
    places = [left + j * CELL for j in range(columns + 1)]
    return [((left, y), (right, y)) for y in levels] + [
        ((x, top), (x, bottom)) for x in places
    ]


def _crosses(left, top, marks):
    """Two diagonals of every marked cell, as pairs of points."""
    found = []
    for i, j in zip(*marks.nonzero(), strict=True):
        x, y = left + j * CELL, top - i * CELL
        far, low = x + CELL, y - CELL
        found += [((x, y), (far, low)), ((x, low), (far, y))]
    return found


def _draw_lines(ax, lines, colour, style):
    """All lines as one path, which keeps a picture small."""
    points = [point for line in lines for point in line]
    codes = [Path.MOVETO, Path.LINETO] * len(lines)
    path = Path(points, codes)
    ax.add_patch(
        PathPatch(path, fill=False, edgecolor=colour, lw=1, linestyle=style)
    )


def _say(ax, place, words, side, colour):
    ax.text(*place, words, ha="center", va=side, fontsize=9, color=colour)
