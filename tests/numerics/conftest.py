"""Floating-point errors fail every test of this folder.

Underflow is left out: a tiny number that becomes 0 is the right answer.
"""

import numpy as np
import pytest
import random_networks


@pytest.fixture(autouse=True)
def strict_floating_point():
    with np.errstate(all="raise", under="ignore"):
        yield


def pytest_terminal_summary(terminalreporter):
    """Say how far the witnesses of the gradients are, at most."""
    largest = {}
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name.startswith(random_networks.FURTHEST):
                largest[name] = max(value, largest.get(name, 0.0))
    for name, value in largest.items():
        terminalreporter.line(f"{name}: {value:.1e}")
