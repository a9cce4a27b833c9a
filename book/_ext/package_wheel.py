"""Build the book's own code as a wheel, from nothing but the sources.

A copy is built, so that neither left-overs of an older build get in nor
anything is left in the source folder; the same sources give the same bytes.
"""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[2]
EPOCH = "315532800"  # 1980, the first year that a zip file can name
NOT_NEEDED = shutil.ignore_patterns("__pycache__", "*.egg-info", "cases.py")


def name(root=ROOT):
    """Return the file name of the wheel."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    distribution = project["name"].replace("-", "_")
    return f"{distribution}-{project['version']}-py3-none-any.whl"


def build(folder, root=ROOT):
    """Build the wheel into a folder, and return its path."""
    wheel = Path(folder) / name(root)
    with TemporaryDirectory() as temporary:
        copy = Path(temporary) / "source"
        sources = Path("code", "backprop")
        shutil.copytree(root / sources, copy / sources, ignore=NOT_NEEDED)
        for file in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(root / file, copy)
        pip_wheel(copy, wheel.parent)
    if not wheel.exists():
        raise FileNotFoundError(f"pip built no {wheel.name}")
    return wheel


def pip_wheel(source, folder):
    """Run pip without the network; raise with its words if it fails."""
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index"]
    command += ["--no-build-isolation", "--disable-pip-version-check"]
    command += ["--wheel-dir", str(folder), str(source)]
    done = subprocess.run(
        command,
        env=os.environ | {"SOURCE_DATE_EPOCH": EPOCH},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"pip could not build the wheel:\n{done.stdout}")
