"""What several groups of tests share."""

import json
import os
from pathlib import Path

import chromium
import lite_site
import processor_time
import pytest
from filelock import FileLock

LONG = ("site", "lab", "lite", "hub")
"""Markers of tests that take long."""


def pytest_addoption(parser):
    """Add what `make test` can be asked for."""
    parser.addoption(
        "--processor-time",
        action="store_true",
        help="print the processor seconds of every file, browsers included",
    )


def pytest_configure(config):
    """Measure, where it is asked for."""
    if config.getoption("processor_time"):
        config.pluginmanager.register(processor_time.Meter())


@pytest.hookimpl(tryfirst=True)  # xdist has to see the groups
def pytest_collection_modifyitems(items):
    """Begin with what takes long, and keep the tests of a file together.

    Those of a file share what its fixtures make, unless they name a group.
    """
    items.sort(key=lambda item: not any(map(item.get_closest_marker, LONG)))
    for item in items:
        if not item.get_closest_marker("xdist_group"):
            path = Path(item.nodeid.partition("::")[0])
            name = f"{path.parent.name}/{path.stem}"
            item.add_marker(pytest.mark.xdist_group(name))


@pytest.fixture(scope="session")
def browser():
    """Start one browser for all tests; Playwright allows no second one."""
    with chromium.browser() as running:
        yield running


@pytest.fixture(scope="session")
def once(tmp_path_factory, worker_id):
    """Return a function that makes a thing once for all processes.

    ``once(name, make)`` calls ``make`` with a folder that is not there yet,
    in the first process that asks, and gives all of them what it returned,
    which has to be JSON. The others wait for it.
    """
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent

    def make_once(name, make):
        result = base / f"{name}.json"
        with FileLock(base / f"{name}.lock"):
            if not result.exists():
                text = json.dumps(make(base / name))
                result.write_text(text, encoding="utf-8")
        return json.loads(result.read_text(encoding="utf-8"))

    return make_once


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
