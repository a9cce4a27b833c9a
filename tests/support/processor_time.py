"""What tests cost: processor seconds of this process and all it started.

A browser, a kernel and a server count with the test that keeps them busy;
what a shared fixture takes counts with the test that asks for it first.
"""

from collections import Counter

import psutil
import pytest

PROPERTY = "processor seconds"


class Clock:
    """Counts the seconds, user and system, of a process and its offspring.

    >>> clock = Clock()
    >>> before = clock.seconds()
    >>> sum(range(10**6)) and clock.seconds() >= before > 0
    True
    """

    def __init__(self):
        """Begin with nothing known."""
        self.lost, self.known = 0.0, {}

    def seconds(self):
        """Return the seconds used so far.

        What a process used that has ended is in its parent's account, but
        not where nobody waited for it, as for a tab of Chromium.
        """
        before, self.known = self.known, {}
        this = psutil.Process()
        for process in (this, *this.children(recursive=True)):
            try:
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            self.known[process] = sum(times[:2]), sum(times[2:4])
        ended = sum(sum(before[p]) for p in before if p not in self.known)
        inherited = sum(
            self.known[p][1] - before[p][1] for p in before if p in self.known
        )
        self.lost += max(0.0, ended - inherited)
        return self.lost + sum(map(sum, self.known.values()))


class Meter:
    """Measures each test, and prints a table at the end, by file."""

    def __init__(self):
        """Start the clock."""
        self.clock = Clock()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        """Remember what was used before a test."""
        self.before = self.clock.seconds()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item, call):
        """Put what a test used into its last report."""
        report = yield
        if report.when == "teardown":
            spent = self.clock.seconds() - self.before
            report.user_properties.append((PROPERTY, spent))
        return report

    def pytest_terminal_summary(self, terminalreporter):
        """Print the seconds of each file, and of the dearest tests."""
        tests = {
            report.nodeid: value
            for reports in terminalreporter.stats.values()
            for report in reports
            if getattr(report, "when", "") == "teardown"
            for name, value in report.user_properties
            if name == PROPERTY
        }
        files = Counter()
        for name, value in tests.items():
            files[name.partition("::")[0]] += value
        terminalreporter.section(PROPERTY)
        for title, rows in ("file", files), ("test", Counter(tests)):
            terminalreporter.line(f"{sum(rows.values()):8.1f}  every {title}")
            for name, value in rows.most_common(40):
                terminalreporter.line(f"{value:8.1f}  {name}")
