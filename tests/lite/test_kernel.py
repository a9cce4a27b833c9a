"""Python in the browser, from a plain static server and no other host."""

import json

import house
import lite_site
import pytest
import sympy as sp

pytestmark = [pytest.mark.lite, pytest.mark.xdist_group("lite")]

DERIVE = """\
import sympy
from backprop import symbolic
print(sympy.srepr(symbolic.neuron().direct(symbolic.w)))
"""
STATE = {
    "choices": {"activation": [["sigmoid", "sigmoid"], ["tanh", "tanh"]]},
    "links": {},
    "custom": {},
    "exact": False,
    "activation": "sigmoid",
    "z": 0.5,
}
BARE = f"""\
import json
from importlib.resources import files

import anywidget, backprop, traitlets

static = files("backprop") / "widgets" / "static" / "notebook"
traits = {{
    name: traitlets.Any(value).tag(sync=True)
    for name, value in json.loads({json.dumps(STATE)!r}).items()
}}
traits["_esm"] = (static / "activation_explorer.js").read_text()
traits["_css"] = (static / "activation_explorer.css").read_text()
explorer = type("Bare", (anywidget.AnyWidget,), traits)()
explorer
"""
REAL = """\
from backprop.widgets import ActivationExplorer
explorer = ActivationExplorer(z=0.5)
explorer
"""
RUN_ALL = """async () => {
  const { commands, shell } = window.jupyterapp;
  await commands.execute("notebook:run-all-cells");
  const cells = shell.currentWidget.content.widgets.filter(
    (cell) => cell.model.type === "code",
  );
  return cells.map((cell) => ({
    code: cell.model.sharedModel.source,
    count: cell.model.executionCount,
    error: cell.model.outputs.toJSON()
      .filter((output) => output.output_type === "error")
      .map((output) => `${output.ename}: ${output.evalue}`)
      .join(),
  }));
}"""


def say_how_long(record_property, name, visit):
    """Tell the summary how long a reader waits."""
    record_property(
        lite_site.START,
        f"{name}: first output {visit.seconds:.1f} s after the click, "
        f"{visit.megabytes:.1f} MB",
    )


def test_python_starts_and_answers(notebook, record_property):
    assert notebook.first == "2"
    say_how_long(record_property, "cold", notebook)


@pytest.mark.sweep
def test_a_second_start_takes_the_files_from_the_cache(
    notebook, second_notebook, record_property
):
    assert second_notebook.first == "2"
    assert second_notebook.megabytes < notebook.megabytes / 2
    say_how_long(record_property, "warm", second_notebook)


def test_the_button_opened_its_own_chapter(notebook):
    heading = notebook.page.get_by_role("heading", name="The weight update")
    heading.wait_for()


def test_no_package_comes_from_elsewhere_but_webassembly(notebook, server):
    host = "https://cdn.jsdelivr.net/pyodide/"
    away = {
        address
        for address in notebook.asked
        if not address.startswith((server.address, "data:", "blob:"))
    }
    assert {
        address
        for address in away
        if not (address.startswith(host) and "wasm32.whl" in address)
    } == set()


def test_sympy_derives_the_gradient_for_the_weight(notebook):
    found = sp.sympify(notebook.run(DERIVE))
    w, b, x, y = sp.symbols("w b x y")
    loss = (1 / (1 + sp.exp(-(w * x + b))) - y) ** 2 / 2
    at = {"w": 0.8, "b": -0.3, "x": 1.5, "y": 0.2}
    value = found.subs({s: at[s.name] for s in found.free_symbols})
    expected = sp.diff(loss, w).subs({s: at[s.name] for s in (w, b, x, y)})
    assert float(value) == pytest.approx(float(expected), rel=1e-14)


def two_ways(notebook, code):
    """Show a widget; turn its slider, read Python; set Python, see it."""
    notebook.show(code)
    widget = notebook.page.locator(".jp-OutputArea .bp").last
    live = widget.locator(".bp-live")
    live.wait_for(timeout=60_000)
    slider = widget.get_by_role("slider", name="z", exact=True)
    slider.focus()
    slider.press("End")
    notebook.wait("explorer.z", 8.0)
    notebook.run("explorer.z = -2.5")
    live.filter(has_text="z = −2.5:").wait_for()
    assert slider.input_value() == "-2.5"


def test_a_view_of_ours_and_python_hear_each_other(notebook):
    # The classes of backprop.widgets import numpy, which is not on the site.
    # So the state is plain here; the front end is what readers get.
    two_ways(notebook, BARE)


@pytest.mark.usefixtures("wheels")
def test_a_widget_and_python_hear_each_other(notebook):
    two_ways(notebook, REAL)


CHAPTERS = [
    pytest.param(
        path.stem, marks=[pytest.mark.sweep] * (path.stem != lite_site.CHAPTER)
    )
    for path in house.chapters()
]


@pytest.mark.usefixtures("wheels")
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_whole_chapter_runs(name, server, reader):
    page = lite_site.open_chapter(reader, server, name)
    cells = page.evaluate(RUN_ALL)
    page.close()
    assert len(cells) > 10
    assert [cell for cell in cells if cell["error"]] == []
    assert [cell for cell in cells if not cell["count"]] == []
