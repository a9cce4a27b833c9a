"""Make sure that a browser can be started, and install one if not.

Run as ``python browser/ensure_browser.py``; ``make test`` and ``make pdf`` do.
It takes the first that works: a Chromium or Chrome in PATH, Playwright's own
browser, and, for root on Debian or Ubuntu, the package ``chromium``.
"""

import os
import shutil
import subprocess
import sys

import chromium


def starts():
    """Tell whether a browser starts and shows a page."""
    try:
        with chromium.browser() as browser:
            browser.new_page().set_content("<p>ready</p>")
    except chromium.NoBrowser as error:
        print(f"No browser yet: {str(error).splitlines()[-1]}")
        return False
    return True


def install_playwright_browser():
    """Download the browser that belongs to Playwright."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    return subprocess.run(command, check=False).returncode == 0


def install_debian_package():
    """Install Debian's Chromium; only root can."""
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return False
    steps = (
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "chromium"],
    )
    return all(
        subprocess.run(step, check=False).returncode == 0 for step in steps
    )


def main():
    """Stop at the first way that gives a working browser."""
    if starts():
        return
    for install in (install_playwright_browser, install_debian_package):
        if install() and starts():
            return
    sys.exit(chromium.HELP)


if __name__ == "__main__":
    main()
