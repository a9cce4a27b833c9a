"""The committed bundles: built from the sources that stand beside them."""

import gzip
import json
import os
import re
import shutil
import subprocess

import house
import pytest

WIDGETS = house.ROOT / "code" / "backprop" / "widgets"
STATIC, FRONTEND = WIDGETS / "static", WIDGETS / "frontend"
BUNDLES = ["page.js", "widgets.js", "widgets.css"]
LIMIT = 60_000  # bytes, compressed: what a chapter transfers for its widgets
NAMESPACES = {"www.w3.org"}


def run(command, folder):
    """Run a command; return its exit code and what it printed."""
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"NO_COLOR": "1", "NO_UPDATE_NOTIFIER": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def left_out(words):
    """Skip on a reader's machine; fail where changes are judged."""
    judge = os.environ.get("GITHUB_ACTIONS")
    (pytest.fail if judge else pytest.skip)(words)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    """Build the bundles from a copy of the sources; return their folder."""
    if not (shutil.which("node") and shutil.which("npm")):
        left_out("Node.js is not installed: the bundles are not rebuilt")
    folder = tmp_path_factory.mktemp("front") / "frontend"
    shutil.copytree(
        FRONTEND, folder, ignore=shutil.ignore_patterns("node_modules")
    )
    code, log = run(["npm", "ci", "--no-audit", "--no-fund"], folder)
    if code and re.search(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|network", log):
        left_out("npm cannot reach its registry: not rebuilt")
    assert code == 0, log
    code, log = run(["npm", "run", "build"], folder)
    assert code == 0, log
    return folder.parent / "static"


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_is_what_its_sources_give(name, rebuilt):
    assert (rebuilt / name).read_bytes() == (STATIC / name).read_bytes()


def test_nothing_else_is_committed_there():
    assert sorted(path.name for path in STATIC.iterdir()) == sorted(BUNDLES)


def test_a_page_loads_little():
    parts = [(STATIC / name).read_bytes() for name in ("page.js", BUNDLES[2])]
    assert all(parts)
    assert sum(len(gzip.compress(part, 9)) for part in parts) <= LIMIT


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_names_no_other_host(name):
    text = (STATIC / name).read_text(encoding="utf-8")
    assert text.strip()
    hosts = set(re.findall(r"(?:https?:)?//([\w-]+(?:\.[\w-]+)+)", text))
    assert hosts <= NAMESPACES
    for word in ("import(", "importScripts", "XMLHttpRequest", "fetch("):
        assert word not in text


def test_the_page_script_is_a_classic_script():
    text = (STATIC / "page.js").read_text(encoding="utf-8")
    assert not re.search(r"\b(export|import)\s*[{*]", text)
    text = (STATIC / "widgets.js").read_text(encoding="utf-8")
    assert re.search(r"export\s*\{[\w$]+ as default", text)


def test_versions_are_pinned():
    package = json.loads((FRONTEND / "package.json").read_text())
    wanted = package["dependencies"] | package["devDependencies"]
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    for name, version in wanted.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), name
        locked = lock["packages"][f"node_modules/{name}"]
        assert locked["version"] == version


def test_the_lock_file_names_no_place_but_hashes():
    lock = json.loads((FRONTEND / "package-lock.json").read_text())
    packages = {k: v for k, v in lock["packages"].items() if k}
    assert packages
    for name, package in packages.items():
        assert "resolved" not in package, name
        assert package["integrity"].startswith("sha512-"), name
