"""A page with widgets, for the tests that read one."""

from contextlib import contextmanager

import pytest
import widget_modules
import widget_page


@pytest.fixture
def show(browser, tmp_path):
    """Return a context manager that shows widgets and gives a `Reader`."""

    @contextmanager
    def open_page(*parts, hash="", theme="light", pictures=False, **options):
        path = widget_page.write(tmp_path, parts, theme, pictures)
        address = path.as_uri() + hash
        with widget_page.reading(browser, address, **options) as reader:
            yield reader
            if options.get("java_script_enabled", True):
                reader.check()

    return open_page


@pytest.fixture
def no_pictures():
    """Have no still picture drawn."""
    with widget_page.without_pictures():
        yield


@pytest.fixture(scope="session")
def views(browser):
    """Open one page with the views of all widgets, for all tests."""
    with widget_modules.opened(browser) as page:
        yield page
