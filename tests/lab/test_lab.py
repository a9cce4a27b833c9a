"""A chapter opens as a notebook by double click, and runs to its end.

A real JupyterLab, with the settings of ``make lab``, in a copy of the tree.
"""

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import house
import pytest

pytestmark = pytest.mark.lab

CHAPTERS = house.chapters()
CELLS = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
  return Array.from(cells)
    .filter(cell => cell.type === "code")
    .map(cell => ({
      source: cell.sharedModel.getSource(),
      count: cell.executionCount,
      errors: cell.outputs.toJSON().filter(o => o.output_type === "error"),
    }));
}"""
FINISHED = f"""() => {{
  const cells = ({CELLS})();
  return cells.some(cell => cell.errors.length)
      || cells.every(cell => cell.count || !cell.source.trim());
}}"""


def free_port():
    """Return a port of this computer that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(server, address):
    """Wait for the server's first answer."""
    for _ in range(120):
        assert server.poll() is None, "JupyterLab stopped at its start"
        try:
            with urlopen(f"{address}/api", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail("JupyterLab did not answer within a minute")


@contextmanager
def jupyterlab(root, home):
    """Run JupyterLab as ``make lab`` does, but for this test alone."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).with_name("jupyter")), "lab"]
    command += [
        f"--notebook-dir={root / 'book'}",
        f"--LabApp.app_settings_dir={root / 'book' / '_lab'}",
        "--LabApp.expose_app_in_browser=True",
        f"--ServerApp.port={port}",
        "--ServerApp.ip=127.0.0.1",
        "--IdentityProvider.token=",
        "--no-browser",
        "--allow-root",
    ]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            command, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until_up(server, address)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)


@pytest.fixture(scope="module")
def lab(tmp_path_factory, browser):
    """Give a page on which JupyterLab has come up."""
    folder = tmp_path_factory.mktemp("lab")
    root = house.clean_copy(folder / "tree")
    with jupyterlab(root, folder) as address:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(f"{address}/lab")
        page.wait_for_selector(".jp-DirListing-item", timeout=60_000)
        yield page
        page.close()


@pytest.mark.parametrize("path", CHAPTERS, ids=[p.stem for p in CHAPTERS])
def test_a_chapter_opens_by_double_click_and_runs(path, lab):
    lab.locator(f".jp-DirListing-item[title*='{path.name}']").dblclick()
    notebook = lab.locator(".jp-NotebookPanel:visible")
    notebook.wait_for(timeout=60_000)
    notebook.locator("[data-status='idle']").first.wait_for(timeout=60_000)

    exercise = notebook.locator(".myst-exercise").first
    exercise.wait_for(timeout=30_000)
    raw = notebook.locator(".myst", has_text=re.compile(r"(:::|```)\{"))
    assert raw.count() == 0

    lab.get_by_role("menuitem", name="Run", exact=True).click()
    lab.get_by_role("menuitem", name=re.compile("^Run All Cells$")).click()
    lab.wait_for_function(FINISHED, timeout=180_000)

    cells = lab.evaluate(CELLS)
    assert cells
    assert [cell["errors"] for cell in cells if cell["errors"]] == []
    assert all(c["count"] for c in cells if c["source"].strip())
