"""Write the list of packages that the kernel in the browser can load.

Pyodide finds a package by its ``pyodide-lock.json``: a name, the file, its
SHA-256, what it needs, and the modules it brings. The stock list lacks the
widgets and this book, and names another host for each file. Ours names the
files that the site serves; only what is WebAssembly comes from Pyodide's own
host, unless its wheels are given too.
"""

import hashlib
import re
import zipfile
from email import message_from_string

from packaging.requirements import Requirement

CDN = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
COMPILED = ("contourpy", "kiwisolver", "matplotlib", "numpy", "pillow")
"""Packages that are WebAssembly: no registry has them, Pyodide's host does."""

EXTRAS = {"backprop-one-update": "widgets"}
NOT_NEEDED = {"jupyterlab-widgets", "pytz"}
"""What is listed and never imported: the front end of ipywidgets, which
JupyterLite brings by itself, and the time zones in matplotlib's row."""


def normal(name):
    """A package's name as Pyodide writes it.

    >>> normal("Prompt_Toolkit")
    'prompt-toolkit'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def sha256(path):
    """The SHA-256 of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def metadata(wheel):
    """What a wheel says of itself: the headers of its METADATA."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(
            name
            for name in archive.namelist()
            if name.endswith(".dist-info/METADATA")
        )
        return message_from_string(archive.read(name).decode())


def modules(wheel):
    """The top-level modules of a wheel, sorted."""
    with zipfile.ZipFile(wheel) as archive:
        tops = {
            name.split("/")[0].removesuffix(".py").removesuffix(".pyc")
            for name in archive.namelist()
            if name.endswith((".py", ".pyc"))
        }
    return sorted(top for top in tops if top.isidentifier())


def needs(headers, environment):
    """The names of the packages that a package needs in the browser."""
    own = normal(headers["Name"])
    found = set()
    for line in headers.get_all("Requires-Dist", []):
        need = Requirement(line)
        here = environment | {"extra": EXTRAS.get(own, "")}
        if need.marker is None or need.marker.evaluate(here):
            found.add(normal(need.name))
    return sorted(found - NOT_NEEDED)


def served(wheel, environment):
    """The row of a wheel that the site serves beside the list."""
    headers = metadata(wheel)
    return {
        "name": normal(headers["Name"]),
        "version": headers["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": sha256(wheel),
        "package_type": "package",
        "imports": modules(wheel),
        "depends": needs(headers, environment),
        "unvendored_tests": False,
    }


def compiled(stock, version, folder):
    """The rows of the WebAssembly packages, with their upstream hashes.

    Without ``folder`` each names its address at Pyodide's host; with it the
    file, which must be there and have the hash of the stock list.
    """
    rows = []
    for name in COMPILED:
        row = dict(stock["packages"][name])
        row["depends"] = sorted(set(row["depends"]) - NOT_NEEDED)
        if folder is None:
            row["file_name"] = CDN.format(version=version) + row["file_name"]
        else:
            check(folder / row["file_name"], row["sha256"])
        rows.append(row)
    return rows


def check(wheel, expected):
    """Stop unless a given WebAssembly wheel is there, and the right one."""
    if not wheel.exists():
        raise SystemExit(
            f"PYODIDE_WHEELS: found no {wheel.name} in {wheel.parent}, "
            "expected the file from Pyodide's release"
        )
    if sha256(wheel) != expected:
        raise SystemExit(
            f"PYODIDE_WHEELS: {wheel.name} has the SHA-256 {sha256(wheel)}, "
            f"expected {expected}"
        )


def lock(stock, version, wheels, folder=None):
    """Our list: ``wheels``, and the WebAssembly packages of the stock list.

    Raises ``SystemExit`` where a package needs one that is not in the list.
    """
    environment = {
        "sys_platform": "emscripten",
        "platform_system": "Emscripten",
        "os_name": "posix",
        "python_version": ".".join(stock["info"]["python"].split(".")[:2]),
        "python_full_version": stock["info"]["python"],
    }
    rows = [served(wheel, environment) for wheel in wheels]
    rows += compiled(stock, version, folder)
    packages = {normal(row["name"]): row for row in rows}
    for name, row in packages.items():
        for need in set(row["depends"]) - set(packages):
            raise SystemExit(f"{name} needs {need}: add it to wheels.txt")
    return stock | {"packages": dict(sorted(packages.items()))}
