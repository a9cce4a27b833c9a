"""Environments of Python that have a kernel and nothing of the book."""

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import nbformat
from packaging.requirements import Requirement

BOOK = "backprop-one-update"
RUN = """
import sys
import nbformat
from nbclient import NotebookClient

notebook = nbformat.read(sys.argv[1], as_version=4)
client = NotebookClient(
    notebook, timeout=120, kernel_name="python3", skip_cells_with_tag=""
)
try:
    client.execute(cwd=sys.argv[2])
finally:
    nbformat.write(notebook, sys.argv[1])
"""


@dataclass(frozen=True)
class Bare:
    """A virtual environment without the book, and a folder for notebooks."""

    python: Path
    folder: Path
    settings: tuple = ()

    def pip(self, *arguments):
        """Run pip in it."""
        command = [self.python, "-m", "pip", *arguments, "--quiet"]
        subprocess.run(command, env=self.environment(), check=True)

    def environment(self):
        """Return variables with nothing of this Python in them."""
        kept = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        kept["PIP_NO_COMPILE"] = "1"  # only what is imported, and then
        home = self.folder / "jupyter"
        kept |= {f"JUPYTER_{k}_DIR": str(home) for k in ("CONFIG", "DATA")}
        kept |= {"JUPYTER_RUNTIME_DIR": str(home / "runtime")}
        return kept | dict(self.settings)

    def run(self, notebook, name):
        """Execute a notebook here; return it, and what went wrong."""
        path = self.folder / f"{name}.ipynb"
        nbformat.write(notebook, path)
        done = subprocess.run(
            [self.python, "-c", RUN, path, self.folder],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        wrong = done.stderr if done.returncode else ""
        return nbformat.read(path, as_version=4), wrong


def python_of(folder):
    """Return the path of the Python of a virtual environment."""
    scripts = "Scripts" if sys.platform == "win32" else "bin"
    return folder / scripts / "python"


def downloaded(folder):
    """Make an environment for which pip fetches what is needed."""
    venv.create(folder / "venv", with_pip=True)
    made = Bare(python_of(folder / "venv"), folder)
    made.pip("install", "ipykernel", "nbclient")
    return made


def linked(folder):
    """Make an environment of what this one has and the book declares.

    Nothing is downloaded, and what is not declared is not there: links lead
    to a kernel, to pip, and to the packages that the book's own requirements
    bring. The book itself is missing.
    """
    venv.create(folder / "venv", with_pip=False)
    made = Bare(python_of(folder / "venv"), folder, (("PIP_NO_INDEX", "1"),))
    links = folder / "links"
    links.mkdir()
    everything = f"{BOOK}[widgets,parallel]"
    for found in brought_by("pip", "ipykernel", "nbclient", everything):
        if found.name != BOOK:
            link(found, links)
    asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.check_output([made.python, "-c", asked], text=True)
    path = Path(packages.strip()) / "links.pth"
    path.write_text(f"{links}\n", encoding="utf-8")
    return made


def link(distribution, folder):
    """Link the files of an installed package, folder by folder."""
    tops = {file.parts[0] for file in distribution.files or []}
    for top in tops - {"..", "__pycache__"}:
        target = Path(distribution.locate_file(top))
        place = folder / top
        if target.exists() and not place.exists():
            place.symlink_to(target)


def brought_by(*requirements):
    """Return the installed packages that these requirements bring.

    >>> sorted(found.name for found in brought_by("tqdm"))
    ['tqdm']
    """
    found, waiting = {}, [Requirement(text) for text in requirements]
    while waiting:
        asked = waiting.pop()
        key = asked.name.lower(), frozenset(asked.extras)
        if key in found:
            continue
        found[key] = metadata.distribution(asked.name)
        for needed in map(Requirement, found[key].requires or []):
            extras = [{"extra": extra} for extra in {"", *asked.extras}]
            if not needed.marker or any(map(needed.marker.evaluate, extras)):
                waiting.append(needed)
    return list(found.values())
