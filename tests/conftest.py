"""What several groups of tests share."""

import chromium
import pytest


@pytest.fixture(scope="session")
def browser():
    """Start one browser for all tests; Playwright allows no second one."""
    with chromium.browser() as running:
        yield running
