"""Random numbers that the browser draws too, bit for bit.

Mulberry32, by Tommy Ettinger (public domain): 32 bits of state, whole-number
arithmetic only. ``random.js`` beside this is the other half, so that a
seed gives one training run, in the page and in Python.
"""

import numpy as np

MASK = 0xFFFFFFFF


class Mulberry:
    """A generator with the two methods that training needs.

    >>> rng = Mulberry(1)
    >>> [round(rng.random(), 6) for _ in range(3)]
    [0.627074, 0.002736, 0.527447]
    """

    def __init__(self, seed):
        self.state = seed & MASK

    def random(self):
        """The next number, from 0 up to but not including 1."""
        self.state = (self.state + 0x6D2B79F5) & MASK
        t = self.state
        t = (t ^ t >> 15) * (t | 1) & MASK
        t ^= t + (t ^ t >> 7) * (t | 61) & MASK
        return (t ^ t >> 14) / 2**32

    def permutation(self, m):
        """The numbers 0 to m - 1 in a random order, as numpy's generators
        give them: what `backprop.numerics.data.batches` asks for.

        >>> Mulberry(1).permutation(5).tolist()
        [4, 2, 1, 0, 3]
        """
        order = np.arange(m)
        for i in range(m - 1, 0, -1):
            j = int(self.random() * (i + 1))
            order[i], order[j] = order[j], order[i]
        return order
