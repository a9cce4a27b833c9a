"""Find and start the browser that the tests drive."""

import shutil
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

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


def installed():
    """Return the path of a browser of this computer, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def browser():
    """Give a headless browser: this computer's, or else Playwright's own."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=installed(), args=ARGUMENTS
        )
        try:
            yield chromium
        finally:
            chromium.close()
