"""Floating-point errors fail every test of this folder.

Underflow is left out: a tiny number that becomes 0 is the right answer.
"""

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def strict_floating_point():
    with np.errstate(all="raise", under="ignore"):
        yield
