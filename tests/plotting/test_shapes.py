"""Grids of shapes: every cell that was given, and no other."""

import numpy as np
import pytest
from backprop import plotting
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

SHAPES = {"X": (4, 2), "W[1]": (3, 2), "b[1]": (3,)}
SHAPES |= {"dL_dW[1]": (3, 2), "dL_db[1]": (3,)}
CELLS = 8 + 2 * 6 + 2 * 3


@pytest.fixture
def ax():
    return Figure().add_subplot()


def cells(ax):
    return [patch for patch in ax.patches if isinstance(patch, Rectangle)]


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_every_array_has_its_cells_its_name_and_its_shape(ax):
    plotting.draw_shapes(ax, SHAPES)
    assert len(cells(ax)) == CELLS
    assert len(ax.lines) == 0
    for name, shape in SHAPES.items():
        at = words(ax).index(name.replace("dL_d", "∂L/∂"))
        assert words(ax)[at + 1] == str(shape)


def test_a_gradient_stands_below_its_array(ax):
    plotting.draw_shapes(ax, SHAPES)
    place = {t.get_text(): t.get_position() for t in ax.texts}
    for name in ("W[1]", "b[1]"):
        above, below = place[name], place[f"∂L/∂{name}"]
        assert above[0] == below[0]
        assert above[1] > below[1]


def test_wrong_entries_are_crossed_and_missing_arrays_dashed(ax):
    marks = {name: np.zeros(shape, bool) for name, shape in SHAPES.items()}
    marks["dL_dW[1]"][1, 0] = True
    del marks["dL_db[1]"]
    plotting.draw_shapes(ax, SHAPES, marks)
    assert len(ax.lines) == 2
    crossed = [
        cell
        for cell in cells(ax)
        if to_rgb(cell.get_edgecolor()) == to_rgb(plotting.COLOURS["error"])
    ]
    assert len(crossed) == 1
    x, y = crossed[0].get_xy()
    assert min(ax.lines[0].get_xdata()) == x
    assert min(ax.lines[0].get_ydata()) == y
    assert words(ax).count("not computed") == 1
    dashed = [cell for cell in cells(ax) if cell.get_linestyle() == ":"]
    assert len(dashed) == 3


def test_an_array_of_another_shape_is_drawn_as_it_is(ax):
    marks = {name: np.zeros(shape, bool) for name, shape in SHAPES.items()}
    marks["dL_db[1]"] = np.ones((4, 3), bool)
    plotting.draw_shapes(ax, SHAPES, marks)
    assert len(cells(ax)) == CELLS - 3 + 12
    assert words(ax).count("(4, 3)") == 1
    assert len(ax.lines) == 2 * 12


def test_nothing_overlaps(ax):
    plotting.draw_shapes(ax, SHAPES)
    boxes = [(*c.get_xy(), c.get_width()) for c in cells(ax)]
    assert len({(round(x, 6), round(y, 6)) for x, y, _ in boxes}) == CELLS
