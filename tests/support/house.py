"""Where things are in this repository, and how to work on a copy of it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
NOT_SOURCE = shutil.ignore_patterns(
    *(".git", ".venv*", "_build", "*.egg-info", "__pycache__", ".*_cache"),
    "node_modules",
)


def pages(root=ROOT):
    """Return the paths of all pages of the book, in the book's order."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"]]
    for part in toc["parts"]:
        names += [chapter["file"] for chapter in part["chapters"]]
    return [root / f"{name}.md" for name in names]


def chapters(root=ROOT):
    """Return the paths of the numbered chapters, in the book's order."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    names = [
        chapter["file"]
        for part in toc["parts"]
        if part.get("numbered")
        for chapter in part["chapters"]
    ]
    return [root / f"{name}.md" for name in names]


def clean_copy(target):
    """Copy the sources, and nothing built, to a folder."""
    shutil.copytree(ROOT, target, ignore=NOT_SOURCE)
    return target


def build(root):
    """Build the book at ``root`` as ``make book`` does; return code and log.

    A plain environment: no colours in the log, and this Python first in PATH
    so that the kernels are its own.
    """
    jupyter_book = Path(sys.executable).with_name("jupyter-book")
    command = [str(jupyter_book), "build"]
    command += ["-n", "-W", "--keep-going", str(root)]
    environment = os.environ | {
        "NO_COLOR": "1",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        command,
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, re.sub(r"\x1b\[[0-9;]*m", "", done.stdout)
