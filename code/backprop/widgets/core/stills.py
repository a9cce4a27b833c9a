"""What the still pictures of the widgets share: how much of a curve to show.

A picture never fails: what is infinite, or far beyond the rest, is left out.
"""

import math

import numpy as np

FAR = 1e100
"""A number of this size or more is not drawn."""


def sampled(f, places):
    """``f`` at an array of places; NaN where there is nothing to draw.

    >>> sampled(lambda z: 1.0, np.array([1.0, 2.0]))
    array([1., 1.])
    """
    values = np.broadcast_to(np.asarray(f(places), dtype=float), places.shape)
    return np.where(np.abs(values) < FAR, values, np.nan)


def drawable(*numbers):
    """Whether every number is finite and of a size that can be drawn.

    >>> drawable(1.0, -2.0), drawable(math.nan), drawable(1e200)
    (True, False, False)
    """
    return all(math.isfinite(n) and abs(n) < FAR for n in numbers)


def limits(values, *keep):
    """The least and the largest value to show, with room around them.

    What lies within the middle nine tenths counts, and all of it if the rest
    is not much farther out. Each of ``keep`` is always in sight.

    >>> low, high = limits(np.array([0.0, 1.0, np.nan]))
    >>> round(low, 6), round(high, 6)
    (-0.06, 1.06)
    """
    values = np.append(values[np.isfinite(values)], keep)
    if not values.size:
        return -1.0, 1.0
    inner = np.percentile(values, [5, 95])
    outer = values.min(), values.max()
    near = np.ptp(outer) <= 4 * np.ptp(inner)
    ends = np.append(outer if near else inner, keep)
    low, high = float(ends.min()), float(ends.max())
    room = 0.06 * (high - low)
    if not room > 1e-9 * max(abs(low), abs(high)):
        room = max(1.0, 0.5 * abs(low))
    return low - room, high + room


def unbroken(values, low, high):
    """The same curve without the strokes across a pole.

    >>> unbroken(np.array([1.0, 40.0, -40.0, -1.0]), -2.0, 2.0)
    array([  1.,  nan, -40.,  -1.])
    """
    jump = np.abs(np.diff(values)) > high - low
    flips = np.signbit(values[1:]) != np.signbit(values[:-1])
    outside = (values < low) | (values > high)
    return np.where(np.append(jump & flips, False) & outside, np.nan, values)
