"""Figures: what is drawn is what was given, and can be told apart."""

import copy
import io
import itertools
import re
from urllib.parse import unquote

import house
import matplotlib as mpl
import numpy as np
import pytest
from backprop import plotting
from backprop.symbolic import network
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from matplotlib.patches import FancyArrowPatch

DIGITS = 1e-12
"""Relative: line data that pass through one multiplication and one sum."""

GRAPH = plotting.NEURON
VALUES = {"x": 2.0, "w": -1.5, "b": 0.5, "z": -2.5, "a": 0.07586, "L": 0.427}
GRADIENTS = {"w": -0.1296, "b": -0.06479, "z": -0.06478, "a": -0.9241}


@pytest.fixture
def ax():
    return plotting.figure("wide")[1]


def texts(ax):
    return {text.get_text(): text for text in ax.texts}


def box(artist):
    """Where an artist stands, in pixels, once the figure is laid out."""
    return artist.get_window_extent()


def colour(artist):
    return to_rgb(artist.get_color())


def meant(meaning):
    return to_rgb(plotting.COLOURS[meaning])


# ---- sizes and style -------------------------------------------------------


@pytest.mark.parametrize("size", ["narrow", "wide", "square"])
def test_a_figure_has_its_size(size):
    fig, ax = plotting.figure(size)
    assert tuple(fig.get_size_inches()) == plotting.SIZES[size]
    assert fig.axes == [ax]


def test_columns_are_axes_side_by_side():
    fig, axes = plotting.figure("wide", columns=3)
    fig.canvas.draw()
    assert len(axes) == 3
    for left, right in itertools.pairwise(map(box, axes)):
        assert left.x1 < right.x0
        assert left.y0 == right.y0


def test_an_unknown_size_is_named():
    message = "size: found 'huge', expected one of narrow, wide, square"
    with pytest.raises(ValueError, match=message):
        plotting.figure("huge")


def test_a_figure_has_no_ground_of_its_own(ax):
    # the page's own ground shows through, in the light and in the dark
    assert ax.get_facecolor()[3] == ax.figure.get_facecolor()[3] == 0
    assert mpl.rcParams["savefig.facecolor"] == "none"
    assert not ax.spines["top"].get_visible()


# ---- the computational graph -----------------------------------------------


def test_every_node_stands_in_its_place_with_its_label(ax):
    plotting.draw_graph(ax, GRAPH)
    drawn = {text.get_text(): text.xy for text in ax.texts}
    assert drawn == {
        f"${GRAPH.labels[n]}$": at for n, at in GRAPH.nodes.items()
    }


def test_values_stand_above_and_gradients_below(ax):
    plotting.draw_graph(ax, GRAPH, VALUES, GRADIENTS)
    ax.figure.canvas.draw()
    found = texts(ax)
    for numbers, meaning in ((VALUES, "forward"), (GRADIENTS, "gradient")):
        for name, number in numbers.items():
            text = found[f"{number:.4g}"]
            node = box(found[f"${name}$"])
            assert colour(text) == meant(meaning)
            middle = (box(text).x0 + box(text).x1) / 2
            assert node.x0 < middle < node.x1
            if meaning == "forward":
                assert box(text).y0 > node.y1
            else:
                assert box(text).y1 < node.y0


def test_no_number_touches_the_circle_of_a_node(ax):
    plotting.draw_graph(ax, GRAPH, VALUES, GRADIENTS)
    ax.figure.canvas.draw()
    nodes = [text for text in ax.texts if text.get_bbox_patch()]
    numbers = [text for text in ax.texts if not text.get_bbox_patch()]
    assert len(numbers) == len(VALUES) + len(GRADIENTS)
    for node, number in itertools.product(nodes, numbers):
        circle = node.get_bbox_patch().get_window_extent()
        assert not circle.overlaps(box(number))


def test_colour_is_not_the_only_cue_of_a_number(ax):
    plotting.draw_graph(ax, GRAPH, {"z": 1.0}, {"z": 2.0})
    found = texts(ax)
    assert found["1"].get_fontweight() != found["2"].get_fontweight()
    assert found["1"].get_fontstyle() != found["2"].get_fontstyle()


def test_only_given_numbers_are_drawn(ax):
    plotting.draw_graph(ax, GRAPH, {"z": 0.125}, {"a": 0.25})
    numbers = [t for t in texts(ax) if not t.startswith("$")]
    assert sorted(numbers) == ["0.125", "0.25"]


def test_a_gradient_of_zero_is_drawn(ax):
    plotting.draw_graph(ax, GRAPH, gradients={"w": 0.0})
    assert "0" in texts(ax)


def test_numbers_have_the_digits_asked_for(ax):
    plotting.draw_graph(ax, GRAPH, {"z": 2 / 3}, {"a": 1e-7}, digits=2)
    assert {"0.67", "1e-07"} < set(texts(ax))


def test_every_edge_is_an_arrow_from_its_source(ax):
    plotting.draw_graph(ax, GRAPH)
    ax.figure.canvas.draw()
    assert len(ax.patches) == len(GRAPH.edges)
    for patch, (source, sink) in zip(ax.patches, GRAPH.edges, strict=True):
        assert isinstance(patch, FancyArrowPatch)
        start, end = (np.array(GRAPH.nodes[n]) for n in (source, sink))
        first = patch.get_path().vertices[0]
        assert np.hypot(*(first - start)) < np.hypot(*(first - end))


@pytest.mark.parametrize(
    ("gradients", "meaning"), [(None, "plain"), (GRADIENTS, "gradient")]
)
def test_highlighted_edges_are_thicker(ax, gradients, meaning):
    chosen = (("w", "z"), ("z", "a"))
    plotting.draw_graph(ax, GRAPH, gradients=gradients, highlight=chosen)
    drawn = dict(zip(GRAPH.edges, ax.patches, strict=True))
    thin = [p.get_linewidth() for e, p in drawn.items() if e not in chosen]
    for edge in chosen:
        assert drawn[edge].get_linewidth() > max(thin)
        assert to_rgb(drawn[edge].get_edgecolor()) == meant(meaning)


def test_a_local_partial_stands_at_the_middle_of_its_edge(ax):
    plotting.draw_graph(ax, GRAPH, local={("z", "a"): r"\sigma'(z)"})
    ax.figure.canvas.draw()
    text = texts(ax)[r"$\sigma'(z)$"]
    assert text.xy == pytest.approx((2.1, 1.0))
    assert box(text).y0 > ax.transData.transform(text.xy)[1]


def test_a_network_graph_has_the_names_of_the_derivation():
    sizes = (2, 3, 1)
    graph, derivation = plotting.network_graph(sizes), network(sizes)
    units = {stage.symbol.name for stage in derivation.stages}
    units |= {s.name for s in derivation.inputs if s.name[0] in "xy"}
    assert set(graph.nodes) == set(graph.labels) == units
    used = {
        (symbol.name, stage.symbol.name)
        for stage in derivation.stages
        for symbol in stage.definition.free_symbols
        if symbol.name[0] not in "wb"
    }
    assert set(graph.edges) == used
    assert len(graph.edges) == len(used)


def test_a_network_graph_runs_from_left_to_right():
    graph = plotting.network_graph((2, 3, 1))
    edges = [e for e in graph.edges if not e[0].startswith("y")]
    for source, sink in edges:
        assert graph.nodes[source][0] < graph.nodes[sink][0]
    assert len(set(graph.nodes.values())) == len(graph.nodes)
    assert graph.labels["z1_3"] == "z^{[1]}_{3}"
    assert graph.nodes["z1_1"][1] > graph.nodes["z1_2"][1]


def test_no_arrow_of_a_network_ends_in_a_number():
    graph = plotting.network_graph((2, 2, 2))
    numbers = dict.fromkeys(graph.nodes, -0.12345)
    _, ax = plotting.figure("wide")
    plotting.draw_graph(ax, graph, numbers, numbers)
    ax.figure.canvas.draw()
    boxes = [box(text) for text in ax.texts if text.get_text() == "-0.1235"]
    assert len(boxes) == 2 * len(graph.nodes)
    for patch in ax.patches:
        vertices = ax.transData.transform(patch.get_path().vertices)
        assert not any(b.count_contains(vertices) for b in boxes)


# ---- curves ----------------------------------------------------------------


def test_an_activation_and_its_tangent(ax):
    z = np.linspace(-3, 3, 50)
    plotting.draw_activation(ax, z, z**2, (1.0, 1.0), 2.0, label="z^2")
    curve, tangent, point = ax.lines
    np.testing.assert_array_equal(curve.get_xydata(), np.c_[z, z**2])
    at, height = tangent.get_data()
    np.testing.assert_allclose(height, 1 + 2 * (at - 1), rtol=DIGITS)
    assert at[0] < 1.0 < at[-1]
    assert point.get_xydata().tolist() == [[1.0, 1.0]]
    assert colour(curve) == meant("forward")
    assert colour(tangent) == colour(point) == meant("gradient")
    assert tangent.get_linestyle() != curve.get_linestyle()
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["$z^2$", "tangent, slope 2"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$z$", "$a$")


def test_the_loss_curve_with_the_iterates_in_their_order(ax):
    w = np.linspace(-2, 2, 40)
    path = [1.5, -1.0, 0.75, -0.5]
    heights = [p**2 for p in path]
    plotting.draw_loss_curve(ax, w, w**2, path, heights, name="w_1")
    curve, iterates, start = ax.lines
    np.testing.assert_array_equal(curve.get_xydata(), np.c_[w, w**2])
    points = [*zip(path, heights, strict=True)]
    assert [*map(tuple, start.get_xydata())] == points[:1]
    assert [*map(tuple, iterates.get_xydata())] == points[1:]
    assert start.get_marker() != iterates.get_marker()
    arrows = [(text.xyann, text.xy) for text in ax.texts]
    assert arrows == [*itertools.pairwise(points)]
    assert ax.get_xlim() == (-2, 2)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$w_1$", "$L$")


def test_a_path_of_one_point_has_no_arrow(ax):
    plotting.draw_loss_curve(ax, [0.0, 1.0], [0.0, 1.0], [0.5], [0.5])
    assert len(ax.texts) == 0
    assert ax.lines[2].get_xydata().tolist() == [[0.5, 0.5]]


@pytest.mark.parametrize("logarithmic", [True, False])
def test_losses_are_lines_over_the_updates(ax, logarithmic):
    runs = {"slow": [1.0, 0.9, 0.8], "fast": np.array([1.0, 0.1])}
    plotting.draw_losses(ax, runs, logarithmic)
    for line, (label, losses) in zip(ax.lines, runs.items(), strict=True):
        assert line.get_label() == label
        np.testing.assert_array_equal(line.get_xdata(), range(len(losses)))
        np.testing.assert_array_equal(line.get_ydata(), losses)
    assert ax.get_yscale() == ("log" if logarithmic else "linear")
    legend = [text.get_text() for text in ax.get_legend().get_texts()]
    assert legend == ["slow", "fast"]


def test_no_two_runs_look_alike(ax):
    plotting.draw_losses(ax, {str(i): [1.0, 0.5] for i in range(16)})
    looks = [
        (line.get_color(), line.get_marker(), line.get_linestyle())
        for line in ax.lines
    ]
    assert len(set(looks)) == 16
    for part in zip(*looks[:4], strict=True):
        assert len(set(part)) == 4


def test_marks_are_labelled_lines(ax):
    plotting.draw_marks(ax, {r"1/L''": 2.0, r"2/L''": 4.0})
    assert [line.get_xdata()[0] for line in ax.lines] == [2.0, 4.0]
    found = {text: artist.xy[0] for text, artist in texts(ax).items()}
    assert found == {r"$1/L''$": 2.0, r"$2/L''$": 4.0}


def test_without_a_slope_or_a_point_the_rest_is_drawn(ax):
    z = np.linspace(-3, 3, 50)
    plotting.draw_activation(ax, z, z, (1.0, 1.0))
    _, point = ax.lines
    assert point.get_xydata().tolist() == [[1.0, 1.0]]
    plotting.draw_activation(ax, z, z)
    assert len(ax.lines) == 3


def test_a_note_stands_in_the_lower_right_corner(ax):
    plotting.draw_graph(ax, GRAPH, VALUES, GRADIENTS)
    plotting.draw_note(ax, [r"$\eta = 0.5$", "new"])
    ax.figure.canvas.draw()
    note = box(texts(ax)["$\\eta = 0.5$\nnew"])
    assert note.x1 == pytest.approx(box(ax).x1)
    assert note.y0 == pytest.approx(box(ax).y0)
    assert note.y1 < box(texts(ax)["$L$"]).y0


def test_a_surface_has_its_contours_and_the_path(ax):
    w, b = np.linspace(-2, 2, 9), np.linspace(-1, 3, 7)
    loss = w**2 + b[:, None] ** 2
    path = [(1.0, 1.0), (0.5, 0.5), (9.0, 9.0)]
    plotting.draw_surface(ax, w, b, loss, [0.5, 1.0, 2.0], path, "run")
    (contours,) = ax.collections
    assert contours.levels.tolist() == [0.5, 1.0, 2.0]
    far = [np.hypot(*p.vertices.T) for p in contours.get_paths()]
    for radius, level in zip(far, contours.levels, strict=True):
        assert radius.mean() == pytest.approx(np.sqrt(level), rel=0.1)
    line, start = ax.lines
    assert [*map(tuple, line.get_xydata())] == path
    assert [*map(tuple, start.get_xydata())] == path[:1]
    assert line.get_marker() != start.get_marker()
    assert ax.get_xlim() == (-2, 2)
    assert ax.get_ylim() == (-1, 3)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("$w$", "$b$")


def test_a_flat_surface_has_no_contours_and_no_path(ax):
    line = np.linspace(0, 1, 3)
    plotting.draw_surface(ax, line, line, np.ones((3, 3)), [], [])
    assert len(ax.collections) == 0
    ax.figure.canvas.draw()


# ---- small files -----------------------------------------------------------


def test_a_sheet_is_not_known_to_pyplot():
    before = plt.get_fignums()
    fig, axes = plotting.sheet("wide", columns=2)
    assert plt.get_fignums() == before
    assert tuple(fig.get_size_inches()) == plotting.SIZES["wide"]
    assert [*axes] == fig.axes
    with pytest.raises(ValueError, match="size: found 'huge'"):
        plotting.sheet("huge")


def test_the_style_holds_inside_and_not_after():
    with mpl.rc_context({"font.size": 3.0, "axes.grid": False}):
        with plotting.in_style():
            assert mpl.rcParams["font.size"] == 11
            assert mpl.rcParams["axes.grid"] is True
        assert mpl.rcParams["font.size"] == 3.0


def squeezed(draw):
    """A small SVG, and the same figure as matplotlib writes it."""
    fig, ax = plotting.sheet("wide")
    draw(ax)
    file = io.StringIO()
    fig.savefig(file, format="svg", metadata={"Date": None})
    return plotting.small_svg(fig), file.getvalue()


def test_a_small_svg_draws_the_same():
    curve = np.linspace(-3, 3, 50)

    def draw(ax):
        plotting.draw_activation(ax, curve, curve**3, (1.0, 1.0), 3.0)

    small, large = squeezed(draw)
    assert len(small) < 0.7 * len(large)
    mine, theirs = (outlines(svg) for svg in (small, large))
    assert len(mine) == len(theirs) > 10
    for one, other in zip(mine, theirs, strict=True):
        np.testing.assert_allclose(one, other, atol=0.0501)


def outlines(svg):
    """The places of every path that is no letter, in points."""
    paths = re.findall(r'<path d="([^"]*)" (?:clip|style)', svg)
    return [places(path) for path in paths]


def places(path):
    """The numbers of a path; what is given as a move, as where it leads."""
    found, here = [], (0.0, 0.0)
    for letter, text in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(n) for n in NUMBERS.findall(text)]
        if letter.islower():
            numbers = [n + here[i % 2] for i, n in enumerate(numbers)]
        found += numbers
        here = tuple(numbers[-2:]) or here
    return found


NUMBERS = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")


def test_a_halo_is_drawn_before_its_text():
    small, large = squeezed(lambda ax: plotting.draw_graph(ax, GRAPH, VALUES))
    assert small.count("paint-order:stroke") == len(VALUES)
    assert large.count("stroke: #ffffff; stroke-width: 3") == len(VALUES)


def test_a_small_svg_is_the_same_text_every_time():
    draws = [squeezed(lambda ax: ax.plot([1, 2]))[0] for _ in range(2)]
    assert draws[0] == draws[1]
    assert "metadata" not in draws[0]
    assert "matplotlib" not in draws[0].lower()


def test_an_address_leads_back_to_the_picture():
    svg, _ = squeezed(lambda ax: ax.plot([1, 2]))
    address = plotting.svg_address(svg)
    kind, _, text = address.partition(",")
    assert kind == "data:image/svg+xml"
    assert unquote(text).replace("'", '"') == svg.replace("\n", " ")
    assert not set('"<>#\n') & set(address)


def frozen(values):
    array = np.array(values, dtype=float)
    array.flags.writeable = False
    return array


LINE = frozen(np.linspace(0.5, 2.0, 7))
FLAT = frozen(np.outer(LINE, LINE))
CELLS = np.eye(7, dtype=int)
CELLS.flags.writeable = False
CALLS = {
    "draw_graph": (GRAPH, VALUES, GRADIENTS, {("z", "a"): "f'"}, [("z", "a")]),
    "draw_activation": (LINE, LINE, (1.0, 1.0), 1.0),
    "draw_loss_curve": (LINE, LINE, LINE, LINE),
    "draw_losses": ({"run": LINE, "other": [1.0, 0.5]},),
    "draw_marks": ({"x": 1.0},),
    "draw_note": (["one", "two"],),
    "draw_surface": (LINE, LINE, FLAT, [1.0], [(1.0, 1.0), (0.5, 0.6)]),
    "draw_decision": (LINE, LINE, CELLS, np.c_[LINE, LINE], CELLS[0]),
    "draw_learning_curves": ({"training": (LINE, LINE)},),
    "draw_confusion": (CELLS,),
    "draw_images": (CELLS[np.newaxis], ["a"]),
    "draw_shapes": ({"W[1]": (3, 2)}, {"W[1]": CELLS[:3, :2] > 0}),
}


def test_every_draw_function_is_called_here():
    draws = {name for name in plotting.__all__ if name.startswith("draw_")}
    assert draws == set(CALLS)


@pytest.mark.parametrize("name", CALLS)
def test_what_is_given_is_left_as_it_was(ax, name):
    before = copy.deepcopy(CALLS[name])
    getattr(plotting, name)(ax, *CALLS[name])
    np.testing.assert_equal(vars_of(CALLS[name]), vars_of(before))


def vars_of(arguments):
    """The arguments with a `Graph` opened, so that its parts compare."""
    return [vars(a) if isinstance(a, plotting.Graph) else a for a in arguments]


@pytest.mark.parametrize("name", CALLS)
def test_the_same_figure_is_the_same_file(name):
    def svg():
        fig, ax = plotting.figure("narrow")
        getattr(plotting, name)(ax, *CALLS[name])
        file = io.BytesIO()
        fig.savefig(file, format="svg", metadata={"Date": None})
        return file.getvalue()

    first = svg()
    assert first.startswith(b"<?xml")
    assert svg() == first


# ---- colours ---------------------------------------------------------------

TEXT = 4.5
"""WCAG 2.1, success criterion 1.4.3: the contrast of text of normal size."""

APART = 10.0
"""A distance in CIE Lab; 2.3 is what is just noticed side by side, and marks
in a figure are small and lie apart."""

DARK = "#14181e"
"""The dark ground of the page: --pst-color-background of the theme."""

# Machado, Oliveira and Fernandes (2009), severity 1.0, for linear RGB
READERS = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}

# linear sRGB to CIE XYZ, D65; the middle row is the luminance
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(rgb):
    rgb = np.asarray(rgb)
    return np.where(
        rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4
    )


def lab(light):
    """CIE L*a*b* of linear sRGB, white at (100, 0, 0)."""
    t = XYZ @ light / XYZ.sum(axis=1)
    small = t / (3 * (6 / 29) ** 2) + 4 / 29
    x, y, z = np.where(t > (6 / 29) ** 3, np.cbrt(t), small)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def seen(rgb, reader):
    return lab(np.clip(READERS[reader] @ linear(rgb), 0, 1))


def contrast(one, other):
    """The contrast ratio of WCAG 2.1."""
    low, high = sorted(XYZ[1] @ linear(rgb) for rgb in (one, other))
    return (high + 0.05) / (low + 0.05)


def dark_filter():
    """The share and the angle of the filter that the page style applies."""
    css = (house.ROOT / "book/_static/book.css").read_text(encoding="utf-8")
    rule = r"filter: invert\(([\d.]+)\) hue-rotate\((\d+)deg\)"
    return [float(number) for number in re.search(rule, css).groups()]


def inverted(rgb, share):
    """CSS ``invert()``: from ``share`` for 0 down to ``1 - share`` for 1."""
    return share + np.asarray(rgb) * (1 - 2 * share)


def hue_rotated(rgb, degrees):
    """CSS ``hue-rotate()``: the matrix of Filter Effects, clamped."""
    grey = np.tile([0.213, 0.715, 0.072], (3, 1))
    turn = [
        [-0.213, -0.715, 0.928],
        [0.143, 0.140, -0.283],
        [-0.787, 0.715, 0.072],
    ]
    cos, sin = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    matrix = grey + cos * (np.eye(3) - grey) + sin * np.array(turn)
    return np.clip(matrix @ rgb, 0, 1)


def in_the_dark(rgb):
    share, degrees = dark_filter()
    return hue_rotated(inverted(rgb, share), degrees)


THEMES = {"light": np.asarray, "dark": in_the_dark}
MEANINGS = [name for name in plotting.COLOURS if name != "plain"]
INKS = ("text.color", "axes.labelcolor", "xtick.color", "ytick.color")


def inks():
    """Every colour in which text is written."""
    style = {name: mpl.rcParams[name] for name in INKS}
    return {
        name: to_rgb(c) for name, c in {**plotting.COLOURS, **style}.items()
    }


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("reader", READERS)
def test_meanings_can_be_told_apart(reader, theme):
    # "plain" means nothing: frames and lines that carry a label
    for one, other in itertools.combinations(MEANINGS, 2):
        first, second = (
            seen(THEMES[theme](meant(name)), reader) for name in (one, other)
        )
        assert np.linalg.norm(first - second) >= APART, (one, other)


def test_text_can_be_read_on_white():
    for name, ink in inks().items():
        assert contrast(ink, to_rgb("white")) >= TEXT, name


def test_text_can_be_read_in_the_dark():
    # on the page, and in the circle of a node, which is filled with white
    for ground in (to_rgb(DARK), in_the_dark(to_rgb("white"))):
        for name, ink in inks().items():
            assert contrast(in_the_dark(ink), ground) >= TEXT, name


@pytest.mark.parametrize("theme", THEMES)
def test_a_count_can_be_read_on_the_darkest_shade(ax, theme):
    plotting.draw_confusion(ax, np.array([[5, 9], [1, 5]]))
    (image,) = ax.images
    ground = np.array(image.cmap(image.norm(9))[:3])
    ink = to_rgb(ax.texts[0].get_color())
    turn = THEMES[theme]
    assert contrast(turn(ink), turn(ground)) >= TEXT


def test_the_contrast_and_the_distance_themselves():
    black, white = to_rgb("black"), to_rgb("white")
    assert contrast(black, white) == pytest.approx(21.0)
    assert contrast(to_rgb("#767676"), white) == pytest.approx(4.54, abs=0.01)
    np.testing.assert_allclose(
        lab(linear(to_rgb("red"))), [53.24, 80.09, 67.20], atol=0.02
    )
    for reader in READERS:
        np.testing.assert_allclose(seen(white, reader), [100, 0, 0], atol=0.01)


@pytest.mark.parametrize(
    ("reader", "green", "red"),
    [
        ("protanopia", "#418331", "#b27330"),
        ("deuteranopia", "#48902b", "#b06235"),
    ],
)
def test_the_reader_confuses_what_is_known_to_be_confused(reader, green, red):
    def distance(reader):
        return np.linalg.norm(
            seen(to_rgb(green), reader) - seen(to_rgb(red), reader)
        )

    assert distance(reader) < 1.0
    assert distance("all cones") > 3 * APART


def test_the_filter_itself():
    grey = np.full(3, 0.4)
    np.testing.assert_allclose(inverted(grey, 1.0), 0.6)
    np.testing.assert_allclose(inverted(grey, 0.5), 0.5)
    np.testing.assert_allclose(hue_rotated(grey, 77), grey)
    np.testing.assert_allclose(
        hue_rotated([0.6, 0.4, 0.3], 0), [0.6, 0.4, 0.3]
    )
    # the specification's own table for 90 degrees, first row
    np.testing.assert_allclose(
        hue_rotated([0.5, 0, 0], 90), [0, 0.178, 0], atol=1e-12
    )
