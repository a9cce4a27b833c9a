"""The list of packages for the browser's Python: whole, and with hashes."""

import ast
import doctest
import json
import sys
import zipfile

import house
import nbformat
import pytest

pytestmark = [pytest.mark.lite, pytest.mark.xdist_group("lite")]
sys.path.append(str(house.ROOT / "lite"))

import lock  # noqa: E402

STOCK = {
    "info": {"python": "3.14.2"},
    "packages": {
        name: {
            "name": name,
            "file_name": f"{name}-1-cp314-cp314-pyemscripten_wasm32.whl",
            "sha256": "0" * 64,
            "depends": ["pytz"],
        }
        for name in lock.COMPILED
    },
}


def test_the_examples_hold():
    assert doctest.testmod(lock).attempted > 0
    assert doctest.testmod(lock).failed == 0


def write_wheel(folder, name, *needs):
    """Write the smallest wheel that says what it needs."""
    path = folder / f"{name}-1-py3-none-any.whl"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 1"]
    lines += [f"Requires-Dist: {need}" for need in needs]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{name}/__init__.py", "")
        archive.writestr(f"{name}-1.dist-info/METADATA", "\n".join(lines))
    return path


def test_a_wheel_is_listed_with_its_hash_modules_and_needs(tmp_path):
    one = write_wheel(tmp_path, "one", "Two_x>=1", 'pywin32; os_name=="nt"')
    two = write_wheel(tmp_path, "two_x")
    rows = lock.lock(STOCK, "1", [one, two])["packages"]
    assert rows["one"]["sha256"] == lock.sha256(one)
    assert rows["one"]["imports"] == ["one"]
    assert rows["one"]["depends"] == ["two-x"]


def test_a_package_that_nobody_brings_stops_the_build(tmp_path):
    one = write_wheel(tmp_path, "one", "absent")
    with pytest.raises(SystemExit, match="one needs absent"):
        lock.lock(STOCK, "1", [one])


def test_webassembly_comes_from_its_host_with_the_upstream_hash():
    row = lock.lock(STOCK, "314.0.6", [])["packages"]["numpy"]
    assert row["file_name"].startswith(
        "https://cdn.jsdelivr.net/pyodide/v314.0.6/full/numpy-1-"
    )
    assert row["sha256"] == "0" * 64
    assert row["depends"] == []


def test_given_webassembly_is_checked(tmp_path):
    with pytest.raises(SystemExit, match="found no contourpy-1-"):
        lock.lock(STOCK, "1", [], tmp_path)
    for row in STOCK["packages"].values():
        (tmp_path / row["file_name"]).write_bytes(b"another file")
    with pytest.raises(SystemExit, match="has the SHA-256"):
        lock.lock(STOCK, "1", [], tmp_path)


def test_what_the_site_serves_has_the_hashes_of_its_list(site):
    folder = site / "lite" / "static" / "pyodide"
    rows = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    for row in rows.values():
        if not row["file_name"].startswith("https:"):
            assert lock.sha256(folder / row["file_name"]) == row["sha256"]


def imported(cells):
    """The top-level modules that code cells import."""
    for node in ast.walk(ast.parse("\n".join(c.source for c in cells))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def test_all_that_chapters_import_is_in_the_list(site):
    folder = site / "lite" / "static" / "pyodide"
    rows = json.loads((folder / "pyodide-lock.json").read_text())["packages"]
    known = {name for row in rows.values() for name in row["imports"]}
    for path in house.chapters():
        book = read_notebook(site, path.stem)
        cells = [c for c in book.cells if c.cell_type == "code"]
        missing = set(imported(cells)) - known - sys.stdlib_module_names
        assert missing == set(), path.name


def read_notebook(site, name):
    """A notebook as the browser's kernel gets it."""
    path = site / "lite" / "files" / f"{name}.ipynb"
    return nbformat.read(path, as_version=4)


def test_a_cell_that_needs_processes_is_text_that_says_so(site):
    told = [
        cell.source
        for path in house.chapters()
        for cell in read_notebook(site, path.stem).cells
        if "import psutil" in cell.source
    ]
    assert told
    assert all(text.startswith("**Not in a browser:**") for text in told)
