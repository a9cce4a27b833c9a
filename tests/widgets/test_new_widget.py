"""A new widget is a folder: nothing else is touched."""

import json
import os
import shutil
import subprocess
import sys
import zipfile

import house
import package_wheel
import pytest
from commands import left_out, run

WIDGET = '''
"""A number and its square."""

import traitlets
from matplotlib import pyplot as plt

from backprop.widgets.core.base import BookWidget
from backprop.widgets.core.numbers import Number


class Tiny(BookWidget):
    """The square of a number."""

    shared = ("n", "exact")
    constants = {"POWER": 2}

    n = Number(3.0, -10, 5).tag(sync=True)

    def run(self):
        return {"square": self.n**2}

    def still(self):
        fig, ax = plt.subplots()
        plt.close(fig)
        ax.plot([0, self.n], [0, self.n**2])
        return fig

    def still_words(self):
        return f"{self.n:.6g} squared is {self.n**2:.6g}."

    def steps_table(self):
        return ["n", "n²"], [[f"{self.n:.6g}", f"{self.n**2:.6g}"]]
'''
VIEW = """
import { slider, toggle } from "../core/controls.js";
import { drawing, h, s, say } from "../core/dom.js";
import { number } from "../core/format.js";
import { watch } from "../core/model.js";
import { tiny as schema } from "../generated/schema.js";
import { square } from "./compute.js";

export function view(model, element) {
  const [low, high] = schema.ranges.n;
  const controls = [
    slider(model, "n", { label: "n", min: low, max: high }),
    toggle(model, "exact", { label: "all digits" }),
  ];
  const bar = s("rect", { class: "bp-tiny", height: 30 });
  const live = h("p", { class: "bp-live", role: "status" });
  const label = "The square as a bar";
  const viewBox = "0 0 100 30";
  const attributes = { viewBox, role: "img", "aria-label": label };
  element.append(
    h("div", { class: "bp-controls" }, ...controls.map((c) => c.element)),
    drawing(attributes, bar),
    live,
    h("button", { type: "button" }, "Nothing"),
  );
  const stop = watch(model, schema.traits, () => {
    const found = square(model.get("n"));
    bar.setAttribute("width", found);
    say(live, `n² = ${number(found, model.get("exact"))}.`);
  });
  return () => {
    stop();
    controls.forEach((control) => control.stop());
  };
}
"""
COMPUTE = """
import { tiny as schema } from "../generated/schema.js";

export const square = (n) => n ** schema.POWER;
"""
STYLE = ".bp-tiny { fill: var(--bp-forward); }\n"
CASES = '''
"""The square in a few states."""

from backprop.widgets.core.cases import Case, numbers

CASES = [
    Case("as it starts"),
    Case("nothing", {"n": 0.0}),
    Case("the end", {"n": -10.0}),
    Case("a third", {"n": 1 / 3}, press=("Nothing",)),
    Case("long", {"n": 2 / 7}),
    Case("longer", {"n": -2 / 7}),
]

BELOW = {"n": 1 / 3}


def found(shown):
    return {"square": numbers(shown["text"])[-1:]}


def wanted(_, run):
    return {"square": [run["square"]]}
'''
FILES = {
    "widget.py": WIDGET,
    "view.js": VIEW,
    "compute.js": COMPUTE,
    "view.css": STYLE,
    "cases.py": CASES,
}
TREES = ("code/backprop", "code/frontend", "tests", "book/_ext", "browser")
SINGLE = ("pyproject.toml", "README.md", "LICENSE", "pdf")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """Copy the sources, add the folder of a widget, and generate."""
    if not (shutil.which("node") and shutil.which("npm")):
        left_out("Node.js is not installed: no widget is added")
    root = tmp_path_factory.mktemp("tree")
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "*.ipynb")
    for name in TREES:
        shutil.copytree(
            house.ROOT / name, root / name, ignore=ignored, symlinks=True
        )
    for name in SINGLE:
        copy = shutil.copytree if name == "pdf" else shutil.copy
        copy(house.ROOT / name, root / name)
    folder = root / "code" / "backprop" / "widgets" / "tiny"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text.lstrip(), encoding="utf-8")
    python(root, "-m", "backprop.widgets")
    frontend = root / "code" / "frontend"
    if not (frontend / "node_modules").exists():
        code, log = run(["npm", "ci", "--no-audit", "--no-fund"], frontend)
        assert code == 0, log
    code, log = run(["node", "build.mjs"], frontend)
    assert code == 0, log
    return root


def python(root, *arguments, path=None):
    """Run Python with these sources in front; return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(path or root / "code")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


ASKED = """
import json
from backprop import widgets
tiny = widgets.Tiny(n=4)
shown = tiny._repr_mimebundle_()[0]["text/html"]
print(json.dumps([widgets.__file__, tiny.run(), "bp-still" in shown]))
"""


def test_it_works_in_python_and_stands_in_the_schema(tree):
    found = json.loads(python(tree, "-c", ASKED))
    assert found[0].startswith(str(tree))
    assert found[1:] == [{"square": 16.0}, True]
    generated = tree / "code" / "backprop" / "widgets" / "generated"
    assert "tiny" in (generated / "schema.js").read_text(encoding="utf-8")


@pytest.mark.site
def test_it_works_in_a_page_as_its_cases_say(tree):
    some = "tiny"
    log = python(
        *(tree, "-m", "pytest", "-q", "-n0", "-p", "no:randomly"),
        *("tests/widgets/test_contract.py", "-k", some),
    )
    assert " passed" in log
    assert "failed" not in log


def test_it_is_in_the_wheel(tree, tmp_path):
    wheel = package_wheel.build(tmp_path, tree)
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(unpacked)
        names = archive.namelist()
    found = json.loads(python(tmp_path, "-c", ASKED, path=unpacked))
    assert found[0].startswith(str(unpacked))
    assert found[1:] == [{"square": 16.0}, True]
    assert "backprop/widgets/static/notebook/tiny.js" in names
    assert not [name for name in names if name.endswith("cases.py")]
