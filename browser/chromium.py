"""Find and start the browser that prints the book and that tests drive."""

import shutil
from contextlib import contextmanager

from playwright.sync_api import Error, sync_playwright

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

HELP = """\
This needs a browser, and none could be started. Install Chromium or Google
Chrome so that it is found in PATH, for example
    apt-get install chromium        (Debian and Ubuntu, as root)
or Playwright's own browser with
    .venv/bin/playwright install --with-deps chromium
and run it again.
"""


class NoBrowser(RuntimeError):
    """There is none, or it does not start; the text says what to install."""


def installed():
    """Return the path of a browser of this computer, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser():
    """Give a headless browser: this computer's, or else Playwright's own.

    Raises ``NoBrowser`` where neither starts.
    """
    with sync_playwright() as playwright:
        chromium = _launch(playwright.chromium)
        try:
            yield chromium
        finally:
            chromium.close()


def _launch(kind):
    """Start a browser, or say what to install."""
    try:
        return kind.launch(executable_path=installed(), args=ARGUMENTS)
    except Error as error:
        reason = str(error).splitlines()[0]
        raise NoBrowser(f"{HELP}({reason})") from error
