"""Time that the still picture and the table of a widget take.

Every display of a widget makes both, for readers without JavaScript and for
paper. Beside it, in turn and in the same run, a figure of two curves in the
book's style, saved as SVG like the figures of the chapters. The processor's
time is taken, the median of some rounds. Run it with ``make bench``.
"""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import io
import statistics
import sys
import time

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np

from backprop import plotting, widgets

ROUNDS, WARM_UP = 9, 2
MOST = 6.0  # times a plain figure


def plain():
    """Draw two curves, and save them."""
    x = np.linspace(-1, 1, 200)
    with plotting.in_style():
        figure, places = plt.subplots(1, 2, figsize=(7, 3))
        for power, axes in enumerate(places, start=2):
            axes.plot(x, x**power)
        figure.savefig(io.BytesIO(), format="svg")
    plt.close(figure)


def seconds(work):
    """The processor's time that some work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def every_class():
    """The classes of widgets, by name."""
    found = [getattr(widgets, name) for name in widgets.__all__]
    return [thing for thing in found if hasattr(thing, "page_html")]


def report(cls):
    """Print a row; tell whether the widget is within its limit."""
    rounds = [
        (seconds(lambda: cls().page_html()), seconds(plain))
        for _ in range(ROUNDS)
    ][WARM_UP:]
    ours, figure = map(statistics.median, zip(*rounds, strict=True))
    ratio = ours / figure
    mark = "" if ratio <= MOST else "  above the limit"
    print(
        f"{cls.__name__:<24}{1000 * ours:>8.0f}{1000 * figure:>14.0f}"
        f"{ratio:>8.1f}{mark}"
    )
    return ratio <= MOST


def main():
    """Print the table; exit with 1 if a widget is above its limit."""
    print(f"still pictures, ms of the processor; limit: ratio {MOST:g}")
    print(f"{'widget':<24}{'still':>8}{'plain figure':>14}{'ratio':>8}")
    good = [report(cls) for cls in every_class()]
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
