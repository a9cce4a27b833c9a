"""What Binder does with this repository, as far as it can be done here."""

import os
import re
import subprocess
import tomllib

import house
import pytest

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab")]

BINDER = house.ROOT / ".binder"


def test_binder_takes_a_python_that_the_package_accepts():
    project = tomllib.loads((house.ROOT / "pyproject.toml").read_text())
    oldest = project["project"]["requires-python"].removeprefix(">=")
    chosen = (BINDER / "runtime.txt").read_text().strip()
    assert re.fullmatch(r"python-3\.\d+", chosen)
    minor = [int(v.split(".")[1]) for v in (oldest, chosen)]
    assert minor[0] <= minor[1]


def test_binder_has_the_settings_of_make_lab(tmp_path):
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    python.write_text(f"#!/bin/sh\necho {tmp_path / 'prefix'}\n")
    python.chmod(0o755)
    path = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [BINDER / "postBuild"],
        cwd=house.ROOT,
        env=os.environ | {"PATH": path},
        check=True,
    )
    settings = tmp_path / "prefix" / "share" / "jupyter" / "lab" / "settings"
    ours = house.ROOT / "book" / "_lab" / "overrides.json"
    assert (settings / ours.name).read_bytes() == ours.read_bytes()


def test_a_chapter_opens_as_a_notebook_by_its_address(page):
    """Where the button of Binder leads: see the fixture."""
    opened = page.get_by_role("main").get_by_role("tab", name="update.md")
    assert opened.count() == 1
