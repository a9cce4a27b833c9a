"""Grids of shapes: every line that was asked for, and no other."""

import numpy as np
import pytest
from backprop import plotting
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

SHAPES = {"X": (4, 2), "W[1]": (3, 2), "b[1]": (3,)}
SHAPES |= {"dL_dW[1]": (3, 2), "dL_db[1]": (3,)}


@pytest.fixture
def ax():
    return Figure().add_subplot()


def grids(ax, meaning=None):
    """How many lines each path has; only those of one colour, if given."""
    wanted = meaning and to_rgb(plotting.COLOURS[meaning])
    return [
        len(patch.get_path().vertices) // 2
        for patch in ax.patches
        if wanted in (None, to_rgb(patch.get_edgecolor()))
    ]


def words(ax):
    return [text.get_text() for text in ax.texts]


def test_every_array_has_its_cells_its_name_and_its_shape(ax):
    plotting.draw_shapes(ax, SHAPES)
    assert grids(ax, "forward") == [8, 7, 6]
    assert grids(ax, "gradient") == [7, 6]
    assert len(ax.patches) == 5
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


def no_marks():
    return {name: np.zeros(shape, bool) for name, shape in SHAPES.items()}


def test_wrong_entries_are_crossed_and_missing_arrays_dashed(ax):
    marks = no_marks()
    marks["dL_dW[1]"][1, 0] = marks["dL_dW[1]"][2, 1] = True
    del marks["dL_db[1]"]
    plotting.draw_shapes(ax, SHAPES, marks)
    assert grids(ax, "error") == [2 * 2]
    (crosses,) = (
        patch.get_path().vertices
        for patch in ax.patches
        if to_rgb(patch.get_edgecolor()) == to_rgb(plotting.COLOURS["error"])
    )
    grid = ax.patches[3].get_path().vertices
    (x, y), (right, bottom) = crosses.min(axis=0), crosses.max(axis=0)
    assert (x, right) == pytest.approx((grid[:, 0].min(), grid[:, 0].max()))
    assert y == pytest.approx(grid[:, 1].min())
    assert bottom < grid[:, 1].max()  # the first row is right
    assert words(ax).count("not computed") == 1
    dashed = [patch for patch in ax.patches if patch.get_linestyle() == ":"]
    assert len(dashed) == 1


def test_an_array_of_another_shape_is_drawn_as_it_is(ax):
    marks = no_marks() | {"dL_db[1]": np.ones((4, 3), bool)}
    plotting.draw_shapes(ax, SHAPES, marks)
    assert grids(ax, "gradient") == [7, 9]
    assert words(ax).count("(4, 3)") == 1
    assert grids(ax, "error") == [2 * 12]


def test_nothing_overlaps(ax):
    shapes = {f"W[{l}]": (6, 6) for l in range(1, 8)}
    plotting.draw_shapes(
        ax, shapes | {f"dL_d{n}": s for n, s in shapes.items()}
    )
    boxes = [patch.get_path().get_extents() for patch in ax.patches]
    assert len(boxes) == 14
    for index, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[:index])
    low, high = ax.get_ylim()
    assert all(low < box.y0 and box.y1 < high for box in boxes)
