"""Figures of training: what is drawn is what was given."""

import numpy as np
import pytest
from backprop import plotting
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb


@pytest.fixture
def ax():
    return plotting.figure("square")[1]


def shown(image, value):
    """The colour, without its opacity, in which an image shows a value."""
    return image.cmap(image.norm(value))[:3]


# ---- decisions -------------------------------------------------------------

GRID_X, GRID_Y = np.linspace(-1, 1, 5), np.linspace(0, 3, 4)
X = np.array([[-0.5, 0.5], [0.5, 2.5], [0.25, 0.0], [1.0, 3.0]])


def decided(ax, classes=3, labels=(0, 2, 1, 2)):
    values = np.tile(np.arange(5) % classes, (4, 1))
    plotting.draw_decision(ax, GRID_X, GRID_Y, values, X, labels)
    return values


def test_the_cells_of_a_decision_are_centred_on_the_grid(ax):
    values = decided(ax)
    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array(), values)
    assert image.get_extent() == [-1.25, 1.25, -0.5, 3.5]
    assert image.origin == "lower"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$x_1$", "$x_2$")


def test_every_example_stands_in_its_place_with_the_marker_of_its_class(ax):
    decided(ax)
    assert [line.get_label() for line in ax.lines] == [
        "class 0",
        "class 1",
        "class 2",
    ]
    points = [line.get_xydata().tolist() for line in ax.lines]
    assert points == [[[-0.5, 0.5]], [[0.25, 0.0]], [[0.5, 2.5], [1.0, 3.0]]]
    assert len({line.get_marker() for line in ax.lines}) == 3
    assert len({line.get_color() for line in ax.lines}) == 3


def test_a_region_is_a_paler_tone_of_its_class(ax):
    decided(ax)
    for c, line in enumerate(ax.lines):
        full = np.array(to_rgb(line.get_color()))
        np.testing.assert_allclose(
            shown(ax.images[0], c), 1 - 0.25 * (1 - full), atol=0.005
        )


def test_regions_have_a_border_and_one_region_has_none(ax):
    decided(ax)
    assert len(ax.collections) == 2
    _, other = plotting.figure("square")
    decided(other, classes=1, labels=(0, 0, 0, 0))
    assert len(other.collections) == 0


def test_ten_classes_have_ten_looks(ax):
    points = np.zeros((10, 2))
    plotting.draw_decision(
        ax, GRID_X, GRID_Y, np.zeros((4, 5), int), points, np.arange(10)
    )
    assert len({line.get_marker() for line in ax.lines}) == 10


# ---- learning curves -------------------------------------------------------


@pytest.mark.parametrize("logarithmic", [True, False])
def test_learning_curves_are_lines_over_their_own_updates(ax, logarithmic):
    curves = {
        "training": (range(100), np.linspace(1, 0.1, 100)),
        "held out": ([0, 50, 99], [1.0, 0.5, 0.4]),
    }
    plotting.draw_learning_curves(ax, curves, "accuracy", logarithmic)
    for line, (label, (at, values)) in zip(
        ax.lines, curves.items(), strict=True
    ):
        assert line.get_label() == label
        np.testing.assert_array_equal(line.get_xdata(), at)
        np.testing.assert_array_equal(line.get_ydata(), values)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("update", "accuracy")
    assert ax.get_yscale() == ("log" if logarithmic else "linear")
    assert [line.get_markevery() for line in ax.lines] == [10, 1]


def test_no_two_learning_curves_look_alike(ax):
    runs = {str(i): ([0, 1], [1.0, i]) for i in range(4)}
    plotting.draw_learning_curves(ax, runs)
    for part in ("color", "linestyle", "marker"):
        assert len({plt.getp(line, part) for line in ax.lines}) == 4


# ---- mistakes --------------------------------------------------------------

MATRIX = np.array([[9, 0, 2], [1, 0, 0], [0, 4, 7]])


def test_every_count_stands_in_its_row_and_column_and_no_zero(ax):
    plotting.draw_confusion(ax, MATRIX)
    found = {text.xy: text.get_text() for text in ax.texts}
    assert found == {
        (column, row): str(MATRIX[row, column])
        for row, column in zip(*np.nonzero(MATRIX), strict=True)
    }
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("predicted class", "class")
    # row 0 is at the top
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_only_mistakes_are_shaded_the_more_the_darker(ax):
    plotting.draw_confusion(ax, MATRIX)
    drawn = ax.images[0].get_array()
    assert drawn.compressed().tolist() == [2, 1, 4]
    light = [sum(shown(ax.images[0], count)) for count in (1, 2, 4)]
    assert light == sorted(light, reverse=True)
    assert len(set(light)) == 3


def test_what_is_right_is_bold(ax):
    plotting.draw_confusion(ax, MATRIX)
    for text in ax.texts:
        right = text.xy[0] == text.xy[1]
        assert text.get_fontweight() == ("bold" if right else "normal")


def test_no_mistake_at_all_is_drawn_too(ax):
    plotting.draw_confusion(ax, np.eye(3, dtype=int))
    ax.figure.canvas.draw()
    assert ax.images[0].get_array().count() == 0


# ---- images ----------------------------------------------------------------

IMAGES = np.arange(7 * 2 * 3).reshape(7, 2, 3) / 41.0


@pytest.mark.parametrize(("columns", "rows"), [(3, 3), (5, 2), (9, 1)])
def test_images_stand_side_by_side_in_rows(ax, columns, rows):
    plotting.draw_images(ax, IMAGES, columns=columns)
    places = [image.get_extent() for image in ax.images]
    for image, given in zip(ax.images, IMAGES, strict=True):
        np.testing.assert_array_equal(image.get_array(), given)
    assert len({place[3] for place in places}) == rows
    for index, (left, right, bottom, top) in enumerate(places):
        assert (right - left, top - bottom) == pytest.approx((3, 2))
        if index % columns:
            assert left > places[index - 1][1]
        if index >= columns:
            assert top < places[index - columns][2]
    assert ax.get_xlim()[0] < min(p[0] for p in places)
    assert ax.get_xlim()[1] > max(p[1] for p in places)
    assert ax.get_ylim()[0] < min(p[2] for p in places)
    assert ax.get_ylim()[1] > 0.0


def test_images_share_one_scale_from_white_to_black(ax):
    plotting.draw_images(ax, IMAGES)
    for image in ax.images:
        assert image.get_clim() == (0.0, 1.0)
        assert shown(image, 0.0) == pytest.approx((1, 1, 1))
        assert shown(image, 1.0) == pytest.approx((0, 0, 0))


def test_titles_stand_above_their_images(ax):
    names = [f"{i}, not 8" for i in range(7)]
    plotting.draw_images(ax, IMAGES, names)
    ax.figure.canvas.draw()
    assert [text.get_text() for text in ax.texts] == names
    for text, image in zip(ax.texts, ax.images, strict=True):
        box, below = text.get_window_extent(), image.get_window_extent()
        assert box.y0 > below.y1
        assert not any(
            box.overlaps(other.get_window_extent()) for other in ax.images
        )


def test_too_few_titles_are_refused(ax):
    with pytest.raises(ValueError, match="shorter"):
        plotting.draw_images(ax, IMAGES, ["one"])


def test_weights_are_white_at_0_and_differ_in_colour_by_sign(ax):
    weights = np.array([[[-2.0, 0.0], [1.0, -0.1]], [[0.5, 0.5], [0, 0]]])
    plotting.draw_images(ax, weights, signed=True)
    for image in ax.images:
        assert image.get_clim() == (-2.0, 2.0)
        assert shown(image, 0.0) == pytest.approx((1, 1, 1), abs=0.01)
    for value, meaning in ((2.0, "forward"), (-2.0, "gradient")):
        expected = to_rgb(plotting.COLOURS[meaning])
        assert shown(ax.images[0], value) == pytest.approx(expected)


def test_negative_weights_have_a_dot_in_their_cell(ax):
    weights = np.array([[[0.5, -2.0], [1.0, -0.1]], [[0.5, 0.5], [-1.0, 0]]])
    plotting.draw_images(ax, weights, signed=True)
    dots = [line for line in ax.lines if line.get_marker() == "."]
    cells = []
    for line, image in zip(dots, ax.images, strict=True):
        left, _, _, top = image.get_extent()
        x, y = line.get_data()
        cells.append(
            np.c_[top - 0.5 - y, x - left - 0.5].round(9).astype(int).tolist()
        )
    assert cells == [[[0, 1]], [[1, 0]]]


def test_weights_of_zero_are_white(ax):
    plotting.draw_images(ax, np.zeros((1, 2, 2)), signed=True)
    assert ax.images[0].get_clim() == (-1.0, 1.0)
