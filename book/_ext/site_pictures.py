"""Draw the pictures of the site: the one that links show, and its icons.

``social.png`` is what a message with a link to the book shows, of the size
that such pictures have. It is the graph of the landing page, its numbers
computed here. The icons come from ``favicon.svg``, which browsers that know
SVG take as it is, with other colours in the dark.
"""

import io
from pathlib import Path

import resvg_py
from backprop import plotting
from backprop.numerics import losses, neuron
from matplotlib import rc_context
from matplotlib.figure import Figure
from PIL import Image

SIZE = (1200, 630)
ALT = "The graph of one neuron, with its values and its gradients."
ICON = Path(__file__).parent.parent / "_static" / "favicon.svg"
ICONS = {"favicon.png": (96, None), "apple-touch-icon.png": (180, "white")}
"""Pictures for who takes no SVG: their sizes in pixels, and their grounds."""


def numbers():
    """Return the values of one neuron, and the gradients of its loss."""
    x, y, w, b = 1.5, 0.2, 0.8, -0.3
    step = neuron.forward(w, b, x, "sigmoid")
    back = neuron.backward(step, x, y, "half_squared_error")
    loss = losses.half_squared_error(step.a, y)
    values = {"x": x, "y": y, "w": w, "b": b}
    values |= {"z": step.z, "a": step.a, "L": loss}
    return values, {n: getattr(back, f"dL_d{n}") for n in "xwbza"} | {"L": 1.0}


def draw_social(title, target):
    """Write the picture that a link to the book shows."""
    dots = 150
    with plotting.in_style(), rc_context({"savefig.bbox": "standard"}):
        figure = Figure([side / dots for side in SIZE], dpi=dots)
        figure.set_facecolor("white")
        figure.text(0.06, 0.88, title, size=20, weight="bold")
        figure.get_layout_engine().set(rect=(0.02, 0.02, 0.96, 0.84))
        plotting.draw_graph(figure.subplots(), plotting.NEURON, *numbers())
        figure.savefig(target, dpi=dots, facecolor="white")


def icon(size, ground=None):
    """Return the icon as a PNG of that many pixels, as bytes."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_path=str(ICON), width=size, background=ground
        )
    )


def draw_icons(folder, root):
    """Write the icons, and ``favicon.ico`` for who asks for it unasked."""
    for name, looks in ICONS.items():
        (folder / name).write_bytes(icon(*looks))
    picture = Image.open(io.BytesIO(icon(48)))
    picture.save(root / "favicon.ico", sizes=[(16, 16), (32, 32), (48, 48)])


def draw_all(app, error):
    """Write all of them into the finished site.

    Those that are there are of today: see `incremental_build.forget`.
    """
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir, "_static")
    if (static / "social.png").exists():
        return
    draw_social(app.config.html_title, static / "social.png")
    draw_icons(static, Path(app.outdir))


def setup(app):
    """Draw when the pages are written."""
    app.connect("build-finished", draw_all)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
