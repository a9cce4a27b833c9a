"""Time from a slider's input to the painted frame, in the built book.

In headless Chromium, with its processor slowed down four times. The clock
starts with the ``input`` event and stops when the frame that shows the
change has been handed over: the handler, style, layout and paint are in it,
the wait for the next tick of the screen (up to 16.7 ms, and no work of ours)
is not. Chromium draws when it is asked to, so a frame is asked for at once:
an animation frame begins, its callback changes the slider, and a message
that is posted in it arrives as soon as the frame has been painted.

Beside it, in the same run, what any slider costs there: the widget makes room
for a bare ``input`` and a number that follows it, in the same place of the
same page, and in an empty one. And the ordinary way: a notebook in
JupyterLab whose ``interact`` calls a function that computes a loss curve and
a path with `backprop.numerics` and draws them with matplotlib. A key moves
its slider, the browser is slowed down just as much, the kernel not at all,
and the clock stops when the new image has been painted; again without the
wait for a tick.
Run it with ``make bench``.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "browser"))

import chromium
import lab_kernel
import widget_page
from lab_server import jupyterlab

HTML = ROOT / "_build" / "html" / "book"
SLOWER = 4
INPUTS, WARM_UP = 200, 20
REDRAWS, FIRST = 30, 5
RATIO = 1.5  # of a bare slider in the same place
MEDIAN, MOST = 8.0, 16.0  # milliseconds, for comparison

# Page, view, the slider that is moved, what else is set.
SIGMOID = {"activation": "sigmoid"}
DEEP = {"sizes": "2-2-2-2", "step": 13}
BIG = {"inputs": 6, "hidden": 6, "outputs": 6}
SWAPPED = {"m": 6, "mistake": "swapped"}
CASES = [
    ("forward", "activation_explorer", "z", {}),
    ("forward", "stepper", "w", {}),
    ("update", "stepper", "w", {"step": 10}),
    ("update", "learning_rate_explorer", "learning rate η", SIGMOID),
    ("update", "learning_rate_explorer", "start w", SIGMOID),
    ("update", "loss_surface", "η", SIGMOID),
    ("update", "loss_surface", "w", SIGMOID),
    ("layers", "network_stepper", "W[1]₁₁", DEEP),
    ("layers", "network_stepper", "x₁", {"step": 6}),
    ("matrices", "shape_explorer", "examples m", BIG),
    ("matrices", "shape_explorer", "hidden n₁", SWAPPED),
    ("training", "training_playground", "η", {"update": 200}),
    ("training", "training_playground", "batch size", {"update": 20}),
]

# `painted` does something in an animation frame; milliseconds until the
# frame has been painted.
PAINTED = """const painted = (work) => new Promise((done) => {
  requestAnimationFrame(() => {
    const start = performance.now();
    const channel = new MessageChannel();
    channel.port1.onmessage = () => done(performance.now() - start);
    work();
    channel.port2.postMessage(null);
  });
});"""
MOVE = f"""async ([input, count]) => {{
  {PAINTED}
  const [low, high] = [Number(input.min), Number(input.max)];
  const times = [];
  for (let i = 0; i < count; i += 1)
    times.push(await painted(() => {{
      input.value = low + (high - low) * ((i * 0.618034) % 1);
      input.dispatchEvent(new Event("input", {{ bubbles: true }}));
    }}));
  return times;
}}"""

# From one end to the other, and what the widget then shows, without the
# controls themselves.
ENDS = """async (input) => {
  const middle = (Number(input.min) + Number(input.max)) / 2;
  input.value = Number(input.value) > middle ? input.min : input.max;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  await new Promise((done) => setTimeout(done, 1500));
  const shown = input.closest(".bp-host").cloneNode(true);
  shown.querySelectorAll(".bp-control").forEach((each) => each.remove());
  return shown.innerHTML;
}"""

# In place of the widget, a slider with its number and nothing else.
BARE = """(input) => {
  const bare = input.cloneNode();
  const number = document.createElement("output");
  bare.oninput = () => { number.textContent = bare.value; };
  input.closest(".bp").replaceChildren(bare, number);
  return bare;
}"""

INTERACT = """\
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets import FloatLogSlider, interact

from backprop.numerics import activations, losses, neuron, optimisers

x, y, b = 1.5, 0.2, -0.3
f = activations.get("sigmoid")


def loss_and_gradient(w):
    forward = neuron.forward(w, b, x, f)
    back = neuron.backward(forward, x, y, "half_squared_error")
    return losses.half_squared_error(forward.a, y), back.dL_dw


@interact(eta=FloatLogSlider(value=1.0, min=-3, max=2, step=0.02))
def draw(eta):
    w = np.linspace(-8, 8, 161)
    path = [*optimisers.descend(loss_and_gradient, 0.8, eta, 40)]
    plt.figure(figsize=(5, 3.5))
    plt.plot(w, [loss_and_gradient(each)[0] for each in w])
    plt.plot([s.parameters for s in path], [s.loss for s in path], "o-")
    plt.xlabel("w")
    plt.ylabel("L")
    plt.show()
"""
IMAGE = ".jp-NotebookPanel .jp-OutputArea img"
HANDLE = ".jp-NotebookPanel .noUi-handle"
PRESS = f"""async ([handle, selector, count]) => {{
  {PAINTED}
  const find = () => document.querySelector(selector);
  const next = (before) => new Promise((done) => {{
    const observer = new MutationObserver(() => {{
      if (!find() || find().src === before) return;
      observer.disconnect();
      done(find());
    }});
    const what = {{ childList: true, subtree: true, attributes: true }};
    observer.observe(handle.closest(".jp-OutputArea"), what);
  }});
  const times = [];
  for (let i = 0; i < count; i += 1) {{
    const changed = next(find().src);
    const start = performance.now();
    const press = {{ key: "ArrowRight", bubbles: true, cancelable: true }};
    handle.dispatchEvent(new KeyboardEvent("keydown", press));
    await (await changed).decode();
    const decoded = performance.now() - start;
    times.push(decoded + (await painted(() => {{}})));
    await new Promise((done) => setTimeout(done, 200)); // the kernel rests
  }}
  return times;
}}"""


def slow_down(page):
    """Let a page have a quarter of the processor."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


# ---- the widgets ------------------------------------------------------------


def address(path, view, more):
    """The page with its first widget of this view set; and which that is."""
    soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    views = [host["data-view"] for host in soup.select(".bp-host")]
    index = views.index(view)
    given = [more if i == index else {} for i in range(len(views))]
    return path.as_uri() + widget_page.hash_of(*given), index


def in_book(browser, page, view, label, more):
    """Milliseconds from input to paint: of the widget, of a bare slider."""
    link, index = address(HTML / f"{page}.html", view, more)
    with widget_page.reading(browser, link, own=True) as reader:
        reader.wake(index)
        slider = reader.slider(label, index)
        slider.scroll_into_view_if_needed()
        handle = slider.element_handle()
        shown = {reader.page.evaluate(ENDS, handle) for _ in range(2)}
        assert len(shown) == 2, "the slider moved nothing"
        slow_down(reader.page)
        times = reader.page.evaluate(MOVE, [handle, WARM_UP + INPUTS])
        bare = reader.page.evaluate_handle(BARE, handle)
        alone = reader.page.evaluate(MOVE, [bare, WARM_UP + INPUTS])
    return times[WARM_UP:], alone[WARM_UP:]


def in_an_empty_page(browser):
    """Milliseconds from input to paint of a bare slider and nothing else."""
    page = browser.new_page()
    page.set_content("<div class=bp><input type=range step=any></div>")
    slow_down(page)
    bare = page.evaluate_handle(f"({BARE})(document.querySelector('input'))")
    times = page.evaluate(MOVE, [bare, WARM_UP + INPUTS])
    page.close()
    return times[WARM_UP:]


# ---- interact ---------------------------------------------------------------


def write_notebook(folder):
    """A folder for JupyterLab, with one notebook of one cell."""
    shutil.copytree(ROOT / "book" / "_lab", folder / "book" / "_lab")
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(INTERACT)]
    kernel = {"name": "python3", "display_name": "Python 3"}
    book.metadata["kernelspec"] = kernel
    nbformat.write(book, folder / "book" / "interact.ipynb")


def by_interact(browser):
    """Milliseconds from a key to the new image, one for each redraw."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_notebook(folder)
        with jupyterlab(folder, folder) as server:
            page = browser.new_page(viewport={"width": 1400, "height": 1200})
            page.set_default_timeout(120_000)
            lab_kernel.open_notebook(page, f"{server}/lab/tree/interact.ipynb")
            run_the_cell(page)
            slow_down(page)
            handle = page.locator(HANDLE).element_handle()
            times = page.evaluate(PRESS, [handle, IMAGE, FIRST + REDRAWS])
            page.close()
    return times[FIRST:]


def run_the_cell(page):
    """Run the notebook, and wait for its first image."""
    idle = ".jp-NotebookPanel [data-status='idle']"
    page.locator(idle).first.wait_for()
    lab_kernel.run_all(page)
    page.locator(IMAGE).first.wait_for()
    page.locator(idle).first.wait_for()
    page.wait_for_timeout(1000)


# ---- the table --------------------------------------------------------------


def report(page, view, label, times, alone, other):
    """Print a row; tell whether it is within its limits."""
    median, bare = statistics.median(times), statistics.median(alone)
    most = statistics.quantiles(times, n=20)[-1]
    print(
        f"{f'{view} ({page})':<34}{label:<16}{median:>8.2f}{most:>8.2f}"
        f"{bare:>8.2f}{median / bare:>8.1f}{other / median:>12.1f}",
        flush=True,
    )
    return median <= RATIO * bare


def main():
    """Print the table; exit with 1 if a widget is above its limits."""
    if not HTML.is_dir():
        sys.exit("The book is not built: run `make book`.")
    print(f"{INPUTS} inputs each, processor slowed down {SLOWER} times, ms")
    print(f"limit: {RATIO:g} times the median of a bare slider there")
    print(f"for comparison: median {MEDIAN:g}, 95th percentile {MOST:g}")
    with chromium.browser() as browser:
        other = statistics.median(by_interact(browser))
        print(f"interact with matplotlib: {other:.1f}, {REDRAWS} redraws")
        empty = statistics.median(in_an_empty_page(browser))
        print(f"a bare slider in an empty page: {empty:.1f}")
        head = f"{'widget (page)':<34}{'slider':<16}{'median':>8}{'95 %':>8}"
        print(head + f"{'bare':>8}{'/ bare':>8}{'interact /':>12}")
        good = [
            report(*case[:3], *in_book(browser, *case), other)
            for case in CASES
        ]
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
