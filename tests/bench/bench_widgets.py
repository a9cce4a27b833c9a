"""Time from a slider's input to the painted frame, in the built widgets.

In headless Chromium, with its processor slowed down four times. The clock
starts with the ``input`` event and stops when the frame that shows the
change has been handed over: the handler, style, layout and paint are in it,
the wait for the next tick of the screen (up to 16.7 ms, and no work of ours)
is not. Chromium draws when it is asked to, so a frame is asked for at once:
an animation frame begins, its callback changes the slider, and a message
that is posted in it arrives as soon as the frame has been painted.

Beside it, in the same run, what `interact` would do for the same change:
Python computes the curve and matplotlib draws it as a PNG, in this process
and with no slowing down, without the kernel's messages and the browser's
decoding, so that the ratio is a lower bound. Run it with ``make bench``.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import io
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))

import chromium
import widget_page

from backprop import widgets
from backprop.numerics import activations, losses

SLOWER = 4
INPUTS = 200
MEDIAN, MOST = 8.0, 16.0  # milliseconds

# Widget, the slider that is moved, what else is set.
CASES = [
    ("ActivationExplorer", "z", {}),
    ("Stepper", "w", {"step": 10}),
    ("LearningRateExplorer", "learning rate η", {"activation": "sigmoid"}),
    ("LearningRateExplorer", "start w", {"activation": "sigmoid"}),
    ("LossSurface", "η", {"activation": "sigmoid"}),
    ("LossSurface", "w", {"activation": "sigmoid"}),
    ("TrainingPlayground", "η", {"update": 200}),
    ("TrainingPlayground", "batch size", {}),
]
MEASURE = """async ([input, count]) => {
  const [low, high] = [Number(input.min), Number(input.max)];
  const times = [];
  for (let i = 0; i < count + 20; i += 1) {
    const value = low + (high - low) * ((i * 0.618034) % 1);
    times.push(await new Promise((done) => {
      requestAnimationFrame(() => {
        const start = performance.now();
        const channel = new MessageChannel();
        channel.port1.onmessage = () => done(performance.now() - start);
        input.value = value;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        channel.port2.postMessage(null);
      });
    }));
  }
  return times.slice(20);
}"""


def in_browser(reader, label):
    """Milliseconds from input to paint, one for each input."""
    session = reader.page.context.new_cdp_session(reader.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    slider = reader.slider(label)
    slider.scroll_into_view_if_needed()
    return reader.page.evaluate(MEASURE, [slider.element_handle(), INPUTS])


def curve(eta):
    """The numbers of one redraw: the loss curve and forty iterates."""
    f = activations.get("sigmoid")
    weights = np.linspace(-8, 8, 161)
    values = [
        losses.half_squared_error(float(f(1.5 * w)), 0.2) for w in weights
    ]
    w, path = 0.8, []
    for _ in range(40):
        a = float(f(1.5 * w))
        path.append((w, losses.half_squared_error(a, 0.2)))
        w -= eta * (a - 0.2) * float(f.prime(1.5 * w)) * 1.5
    return weights, values, path


def redraw(eta):
    """What a function under `interact` does: compute, draw, make a PNG."""
    weights, values, path = curve(eta)
    figure = Figure(figsize=(5, 3.5), dpi=100)
    axes = figure.add_subplot()
    axes.plot(weights, values)
    axes.plot(*zip(*path, strict=True), "o-")
    axes.set(xlabel="w", ylabel="L")
    figure.savefig(io.BytesIO(), format="png")


def by_matplotlib(count=30):
    """Milliseconds of a redraw, the median."""
    times = []
    for eta in np.geomspace(1e-3, 100, count):
        start = time.perf_counter()
        redraw(eta)
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times[2:])


def report(name, times, other):
    """Print a row; tell whether it is within its limits."""
    median = statistics.median(times)
    most = statistics.quantiles(times, n=20)[-1]
    print(
        f"{name:<38}{median:>9.2f}{most:>9.2f}"
        f"{other:>12.1f}{other / median:>8.1f}"
    )
    return median <= MEDIAN and most <= MOST


def main():
    """Print the table; exit with 1 if a widget is above its limits."""
    other = by_matplotlib()
    print(f"{INPUTS} inputs each, processor slowed down {SLOWER} times, ms")
    print(f"limits: median {MEDIAN:g}, 95th percentile {MOST:g}")
    head = f"{'widget, slider':<38}{'median':>9}{'95 %':>9}"
    print(head + f"{'matplotlib':>12}{'ratio':>8}")
    good = True
    with tempfile.TemporaryDirectory() as folder, chromium.browser() as run:
        for name, label, more in CASES:
            part = getattr(widgets, name)(**more)
            path = widget_page.write(Path(folder), [part])
            with widget_page.reading(run, path.as_uri()) as reader:
                times = in_browser(reader, label)
            good &= report(f"{name}, {label}", times, other)
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
