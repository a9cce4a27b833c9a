"""The book builds from a clean copy, and a warning counts as a failure."""

import pytest

pytestmark = pytest.mark.site


def test_the_book_builds_without_a_warning(build):
    _, code, log = build
    clean = code == 0 and "WARNING:" not in log and "ERROR:" not in log
    if not clean:
        pytest.fail(f"exit code {code}\n{log}", pytrace=False)
