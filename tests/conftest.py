"""What several groups of tests share."""

import os

import chromium
import lite_site
import pytest
from xdist.scheduler import LoadScopeScheduling

BUILT_ONCE = ("tests/site/", "tests/lite/")
"""Folders of tests that share what one of them has built."""


class Shares(LoadScopeScheduling):
    """Which tests one of the processes of ``make test`` runs together.

    Those of a file; those of a folder where they share a build.
    """

    def _split_scope(self, nodeid):
        whole = [name for name in BUILT_ONCE if nodeid.startswith(name)]
        return whole[0] if whole else nodeid.split("::")[0]


def pytest_xdist_make_scheduler(config, log):
    """Have the tests shared out like that."""
    return Shares(config, log)


@pytest.fixture(scope="session")
def browser():
    """Start one browser for all tests; Playwright allows no second one."""
    with chromium.browser() as running:
        yield running


def pytest_terminal_summary(terminalreporter):
    """Say how long a reader waits, and what was not tried."""
    lines = [
        value
        for report in terminalreporter.getreports("passed")
        for name, value in report.user_properties
        if name == lite_site.START
    ]
    if not lines:
        return
    terminalreporter.section("notebooks in the browser")
    for line in lines:
        terminalreporter.line(line)
    if not os.environ.get("PYODIDE_WHEELS"):
        terminalreporter.line(
            "Not tried, for PYODIDE_WHEELS is not set: what needs numpy"
        )
