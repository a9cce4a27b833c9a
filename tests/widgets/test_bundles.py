"""The committed bundles: built from the sources that stand beside them."""

import gzip
import json
import re
import shutil

import house
import pytest
from backprop.widgets import registry
from backprop.widgets.__main__ import GENERATED, generated
from commands import left_out, run

WIDGETS = house.ROOT / "code" / "backprop" / "widgets"
STATIC, FRONTEND = WIDGETS / "static", house.ROOT / "code" / "frontend"
NAMES = [*registry]
PAGE = [f"page/{n}.{kind}" for n in ("core", *NAMES) for kind in ("js", "css")]
NOTEBOOK = [f"notebook/{n}.{kind}" for n in NAMES for kind in ("js", "css")]
BUNDLES = PAGE + NOTEBOOK
DEAREST = ("core", "stepper", "learning_rate_explorer", "loss_surface")
"""What the chapter with the most widgets loads (chapter 3)."""

LIMIT, CORE = 45_000, 22_000  # bytes, compressed
NAMESPACES = {"www.w3.org"}


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
    out = folder.parent / "static"
    code, log = run(["node", "build.mjs", str(WIDGETS), str(out)], folder)
    assert code == 0, log
    return out


def test_the_bundles_are_what_their_sources_give(rebuilt):
    for name in BUNDLES:
        assert (rebuilt / name).read_bytes() == text_of(name).encode(), name


def test_nothing_else_is_committed_there(rebuilt):
    for folder in (STATIC, rebuilt):
        files = [path for path in folder.rglob("*") if path.is_file()]
        found = sorted(path.relative_to(folder).as_posix() for path in files)
        assert found == sorted(BUNDLES)


def test_the_generated_sources_are_a_fresh_emission():
    files = generated()
    assert {path.name for path in GENERATED.iterdir()} == {*files}
    for name, text in files.items():
        assert (GENERATED / name).read_text(encoding="utf-8") == text, name


def text_of(name):
    return (STATIC / name).read_text(encoding="utf-8")


def weight(*views):
    """What a page loads for these views, compressed."""
    names = [f"page/{view}.{kind}" for view in views for kind in ("js", "css")]
    return sum(len(gzip.compress(text_of(n).encode(), 9)) for n in names)


def test_a_page_loads_little():
    assert weight("core") <= CORE
    assert weight(*DEAREST) <= LIMIT
    for name in NAMES:
        assert weight("core", name) <= LIMIT, name


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_names_no_other_host(name):
    text = text_of(name)
    hosts = set(re.findall(r"(?:https?:)?//([\w-]+(?:\.[\w-]+)+)", text))
    assert hosts <= NAMESPACES
    for word in ("import(", "importScripts", "XMLHttpRequest", "fetch("):
        assert word not in text


def test_a_page_has_classic_scripts_and_a_notebook_modules():
    for name in BUNDLES:
        text = text_of(name)
        if name.startswith("page/"):
            assert not re.search(r"\b(export|import)\s*[{*]", text), name
        elif name.endswith(".js"):
            assert re.search(r"export\s*\{[\w$]+ as default", text), name


@pytest.mark.parametrize("name", NAMES)
def test_the_styles_of_a_view_reach_nothing_else(name):
    text = text_of(f"page/{name}.css")
    heads = re.findall(r"([^{};]+)\{", text)
    rules = [head for head in heads if not head.startswith("@")]
    assert bool(rules) == (WIDGETS / name / "view.css").exists()
    for selector in [one for rule in rules for one in rule.split(",")]:
        assert f"[data-view={name}]" in selector, selector


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
