"""What Binder does with this repository, as far as it can be done here."""

import os
import re
import subprocess
import tomllib

import house
import lab_kernel
import pytest
from lab_server import jupyterlab

pytestmark = pytest.mark.lab

BINDER = house.ROOT / ".binder"


def test_binder_takes_a_python_that_the_package_accepts():
    project = tomllib.loads((house.ROOT / "pyproject.toml").read_text())
    oldest = project["project"]["requires-python"].removeprefix(">=")
    chosen = (BINDER / "runtime.txt").read_text().strip()
    assert re.fullmatch(r"python-3\.\d+", chosen)
    minor = [int(v.split(".")[1]) for v in (oldest, chosen)]
    assert minor[0] <= minor[1]


def test_a_chapter_opens_as_a_notebook_by_its_address(tmp_path, browser):
    """Where the button of Binder leads; the settings are postBuild's."""
    root = house.clean_copy(tmp_path / "tree")
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\necho {tmp_path / 'prefix'}\n")
    python.chmod(0o755)
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [".binder/postBuild"],
        cwd=root,
        env=os.environ | {"PATH": path},
        check=True,
    )
    settings = tmp_path / "prefix" / "share" / "jupyter" / "lab" / "settings"
    (root / "book" / "_lab" / "overrides.json").unlink()
    settings.joinpath("overrides.json").rename(
        root / "book" / "_lab" / "overrides.json"
    )
    with jupyterlab(root, tmp_path) as address:
        page = browser.new_page()
        # A server that is still starting a kernel is slow to stop.
        lab_kernel.open_notebook(page, f"{address}/lab/tree/update.md")
        page.close()
