"""A small site with the notebooks that run in the browser, and a reader.

The site is as ``make site`` builds it, with two pages in place of the book:
the button is real, and the notebooks are whole chapters, not yet run. A
plain static server sends it, and the reader's browser reaches no other host.
"""

import functools
import http.server
import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import chromium
import house
import jupytext
import lab_kernel
import nbformat

PYTHON = house.ROOT / ".venv-lite" / "bin" / "python"
PYODIDE = house.ROOT / "lite" / "node_modules" / "pyodide"
CHAPTER = "update"
CONF = """\
extensions = ["myst_nb", "sphinx_book_theme", "lite_button"]
html_theme = "sphinx_book_theme"
nb_execution_mode = "off"
"""
INDEX = "# The book\n\n```{toctree}\nbook/update\n```\n"
PAGE = """\
---
kernelspec:
  name: python3
---
# A chapter
"""
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
"""Other hosts are unknown. Playwright's own way would turn off the cache."""

EXECUTE = """async (code) => {
  const kernel = window.jupyterapp.shell.currentWidget
    .sessionContext.session.kernel;
  const future = kernel.requestExecute({ code });
  let text = "";
  future.onIOPub = ({ content }) => {
    text += content.text ?? content.data?.["text/plain"] ?? "";
    text += content.evalue ? `!${content.ename}: ${content.evalue}` : "";
  };
  await future.done;
  return text;
}"""
HAS_KERNEL = """() => window.jupyterapp?.shell.currentWidget
  ?.sessionContext?.session?.kernel"""
SHOW = """async (code) => {
  const { commands, shell } = window.jupyterapp;
  await commands.execute("notebook:insert-cell-below");
  const { content } = shell.currentWidget;
  content.activeCell.model.sharedModel.setSource(code);
  await commands.execute("notebook:run-cell");
}"""


START = "the first output in the browser"
"""The property of a test that says how long a reader waits for it."""


def missing():
    """What the notebooks in the browser lack here, or an empty text."""
    if not PYTHON.exists() or not PYODIDE.exists():
        return "no Node, so make test built nothing for the browser's Python"
    return ""


def build_pages(folder, lite):
    """Build two pages, as a book whose site has notebooks, or has none."""
    source, html = folder / "source", folder / "html"
    (source / "book").mkdir(parents=True)
    (source / "conf.py").write_text(CONF, encoding="utf-8")
    (source / "index.md").write_text(INDEX, encoding="utf-8")
    (source / "book" / f"{CHAPTER}.md").write_text(PAGE, encoding="utf-8")
    environment = os.environ | {
        "BOOK_LITE": "1" if lite else "",
        "PYTHONPATH": str(house.ROOT / "book" / "_ext"),
    }
    command = [sys.executable, "-m", "sphinx", "-qW", source, html]
    subprocess.run(command, env=environment, check=True)
    return html


def add_notebooks(html):
    """Build ``lite`` beside the pages, with the chapters as notebooks."""
    for path in house.chapters():
        target = html / "_sources" / "book" / f"{path.stem}.ipynb"
        nbformat.write(nbformat.v4.upgrade(jupytext.read(path)), target)
    command = [PYTHON, house.ROOT / "lite" / "build.py", html]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


class Handler(http.server.SimpleHTTPRequestHandler):
    """A plain static server that counts what it sends."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        """Say nothing."""

    def copyfile(self, source, outputfile):
        """Send a file, and count its bytes."""
        content = source.read()
        self.server.sent += len(content)
        outputfile.write(content)


@contextmanager
def served(html):
    """Serve a folder on this computer; gives the server, with ``address``."""
    handler = functools.partial(Handler, directory=html)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.sent = 0
    server.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def reader(browser, home):
    """A browser with a cache of its own, at first empty, and no network."""
    context = browser.browser_type.launch_persistent_context(
        home,
        executable_path=chromium.installed(),
        args=[*chromium.ARGUMENTS, ALONE],
        viewport={"width": 1200, "height": 900},
    )
    try:
        yield context
    finally:
        context.close()


def open_chapter(context, server, name):
    """Open a chapter's notebook by its address; wait for its kernel."""
    page = context.new_page()
    page.goto(f"{server.address}/lite/notebooks/index.html?path={name}.ipynb")
    page.wait_for_function(HAS_KERNEL, timeout=120_000)
    return page


class Notebook:
    """A notebook that a reader has opened from the book's page."""

    def __init__(self, context, server):
        """Click the button; wait for the first output of Python."""
        server.sent, self.asked = 0, []
        page = context.new_page()
        page.goto(f"{server.address}/book/{CHAPTER}.html")
        page.locator(".dropdown-launch-buttons button").click()
        began = time.monotonic()
        with context.expect_page() as opened:
            page.get_by_role("link", name="Run it here").click()
        self.page = opened.value
        self.page.on("request", lambda asked: self.asked.append(asked.url))
        self.page.wait_for_function(HAS_KERNEL, timeout=120_000)
        self.first = self.run("1 + 1")
        self.seconds = time.monotonic() - began
        self.megabytes = server.sent / 1e6
        page.close()

    def run(self, code):
        """Run code in the kernel; return what it printed or gave."""
        return self.page.evaluate(EXECUTE, code)

    def show(self, code):
        """Run code in a new cell, whose output the reader sees."""
        self.page.evaluate(SHOW, code)

    def wait(self, expression, value):
        """Wait until the kernel has heard."""
        lab_kernel.wait_for(self.page, expression, value)
