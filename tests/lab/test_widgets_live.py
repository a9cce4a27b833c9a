"""The widgets in a real JupyterLab with a real kernel: two ways, live."""

import ast
import re

import lab_kernel
import nbformat
import pytest
from lab_kernel import EXECUTE

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab")]

CELLS = [
    """\
from ipywidgets import VBox
import numpy as np
import sympy as sp
from backprop.symbolic import z
from backprop.widgets import *
explorer = ActivationExplorer(z=0.5)
explorer""",
    "stepper = Stepper(exact=True)\nstepper",
    "rate = LearningRateExplorer()\nrate",
    "surface = LossSurface()\nsurface",
    "network = NetworkStepper(exact=True)\nnetwork",
    "shapes = ShapeExplorer(exact=True)\nshapes",
    "playground = TrainingPlayground()\nplayground",
    """\
one, other = ActivationExplorer(), ActivationExplorer()
tie = link(one, "z", other, "z")
VBox([one, other])""",
]
PLACES = ["explorer", "stepper", "rate", "surface", "network", "shapes"]
PLACES += ["playground", "one", "other"]


def write_notebook(path):
    """Write a small notebook that shows every widget."""
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(text) for text in CELLS]
    kernel = {"name": "python3", "display_name": "Python 3"}
    book.metadata["kernelspec"] = kernel
    nbformat.write(book, path)


class Notebook:
    """An open notebook: its widgets, and the kernel behind it."""

    def __init__(self, page):
        self.page = page

    def python(self, expression):
        """The value of an expression in the kernel."""
        text = self.run(f"print(repr({expression}))")
        return ast.literal_eval(text)

    def run(self, code):
        """Run a statement in the kernel; return what it printed."""
        return self.page.evaluate(EXECUTE, code)

    def widget(self, name):
        """The element of a widget, by its Python name."""
        found = self.page.locator(".jp-OutputArea .bp:visible")
        return found.nth(PLACES.index(name))

    def slider(self, name, label):
        """A slider of a widget."""
        widget = self.widget(name)
        return widget.get_by_role("slider", name=label, exact=True)

    def choice(self, name, label):
        """A menu of a widget."""
        return self.widget(name).get_by_role("combobox", name=label)

    def live(self, name):
        """The line that says a widget's numbers."""
        return self.widget(name).locator(".bp-live").text_content()

    def wait(self, expression, value):
        """Wait until the kernel has heard."""
        lab_kernel.wait_for(self.page, expression, value)

    def move(self, name, label, key):
        """Move a slider to one of its ends, by Home or End."""
        lab_kernel.move_to_end(self.slider(name, label), key)

    def wait_for_words(self, name, words):
        """Wait until a widget says this."""
        line = self.widget(name).locator(".bp-live")
        line.filter(has_text=re.compile(words)).wait_for()


@pytest.fixture(scope="module")
def notebook(lab, page):
    """Give a notebook in which every widget is shown."""
    write_notebook(lab[0] / "book" / "live.ipynb")
    lab_kernel.open_another(page, "live.ipynb")
    opened = Notebook(page)
    opened.run("pass")  # the kernel answers
    lab_kernel.run_all(page)
    opened.widget(PLACES[-1]).locator(".bp-live").wait_for(timeout=60_000)
    opened.run("pass")  # after all cells
    return opened


def test_the_slider_sets_the_trait(notebook):
    notebook.move("explorer", "z", "End")
    notebook.wait("explorer.z", 8.0)
    notebook.slider("explorer", "z").press("ArrowLeft")
    notebook.wait("explorer.z", 7.95)
    notebook.move("rate", "learning rate η", "Home")
    notebook.wait("rate.eta", 0.001)


def test_the_trait_moves_the_slider(notebook):
    notebook.run("explorer.z = -2.5")
    notebook.wait_for_words("explorer", "z = −2.5:")
    assert notebook.slider("explorer", "z").input_value() == "-2.5"


def test_a_bad_value_raises_and_the_old_one_stays(notebook):
    notebook.run("explorer.z = 1.5")
    said = notebook.run("explorer.z = float('nan')")
    assert "z: found nan, expected a number from" in said
    said = notebook.run("explorer.activation = 'swish'")
    assert "activation: found 'swish'" in said
    assert notebook.python("(explorer.z, explorer.activation)") == (
        1.5,
        "sigmoid",
    )
    notebook.wait_for_words("explorer", "z = 1.5:")


def test_the_stepper_shows_what_run_computes(notebook):
    notebook.run("stepper.step = 8")
    for wish in ("stepper.w = 0.3", "stepper.activation = 'tanh'"):
        notebook.run(wish)
        value = notebook.python("float(stepper.run()['w_new'])")
        start = repr(value).replace("-", "−")[:12]
        notebook.wait_for_words("stepper", f"new w = {re.escape(start)}")


def said(value):
    """The first digits of a number, as a view says them."""
    return re.escape(repr(value).replace("-", "−")[:9])


@pytest.mark.parametrize(
    ("name", "ends", "place"),
    [("rate", "w = {}", 0), ("surface", "L = {}\\d* after", -1)],
)
def test_a_view_says_where_run_ends(name, ends, place, notebook):
    notebook.run(f"{name}.exact = True")
    for wish in ("eta = 0.02", "activation = 'sigmoid'", "eta = 0.01"):
        notebook.run(f"{name}.{wish}")
        last = notebook.python(f"float({name}.run()[-1][{place}])")
        notebook.wait_for_words(name, ends.format(said(last)))


def test_the_shapes_say_what_run_computes(notebook):
    notebook.move("shapes", "hidden n₁", "Home")
    notebook.wait("shapes.hidden", 1)
    notebook.run("shapes.mistake = 'forward'; shapes.array = 'Z[1]'")
    refused = notebook.python("shapes.verdicts()['Z[1]']")
    assert refused.startswith("refused")
    notebook.wait_for_words("shapes", re.escape(refused))
    notebook.run("shapes.array, shapes.exact = 'dL_dW[2]', True")
    for wish in ("mistake = 'twice'", "mistake = 'sum'", "inputs = 1"):
        notebook.run(f"shapes.{wish}")
        value = notebook.python("float(shapes.run()['dL_dW[2]'][0][0])")
        notebook.wait_for_words("shapes", f"= {said(value)}")
    assert "hidden" in notebook.run("shapes.hidden = 7")
    assert notebook.python("shapes.hidden") == 1


def test_the_playground_is_trained_from_both_sides(notebook):
    trained = (
        "next(row[1] for row in playground.steps_table()[1] "
        "if row[0] == str(playground.update))"
    )
    for wish in ("update = 100", "data = 'moons'", "hidden = [5, 2]"):
        notebook.run(f"playground.{wish}")
        loss = notebook.python(trained)
        notebook.wait_for_words("playground", f"Update 100.*loss {loss} on")
    widget = notebook.widget("playground")
    widget.get_by_role("button", name="One update", exact=True).click()
    notebook.wait("playground.update", 101)
    widget.get_by_role("button", name="Play", exact=True).click()
    notebook.wait_for_words("playground", "training goes on")
    widget.get_by_role("button", name="Pause", exact=True).click()
    notebook.wait_for_words("playground", "correct are")
    assert notebook.python("playground.update") > 101
    loss = notebook.python(trained)
    notebook.wait_for_words("playground", f"loss {loss} on")
    assert "hidden: found [0]" in notebook.run("playground.hidden = [0]")


def test_the_arrow_keys_walk(notebook):
    notebook.run("stepper.step = 2")
    notebook.wait_for_words("stepper", "^L = ")
    stepper = notebook.widget("stepper")
    stepper.get_by_role("button", name="Next", exact=True).focus()
    for key, step in (("Right", 3), ("Down", 4), ("Left", 3), ("Up", 2)):
        notebook.page.keyboard.press(f"Arrow{key}")
        notebook.wait("stepper.step", step)


def test_next_update_reaches_python(notebook):
    notebook.run("stepper.w, stepper.step = 0.8, 10")
    promised = notebook.python("float(stepper.run()['w_new'])")
    notebook.wait_for_words("stepper", "Predicted change")
    stepper = notebook.widget("stepper")
    stepper.get_by_role("button", name="Next update").click()
    notebook.wait("stepper.update", 1)
    assert notebook.python("stepper.w") == pytest.approx(promised, rel=1e-12)


def test_the_network_goes_both_ways(notebook):
    notebook.run("network.preset = 'han_kamber_3_2_1'")
    notebook.wait_for_words("network", "^z of layer 1 = −0.7,")
    choice = notebook.choice("network", "network")
    assert choice.input_value() == "han_kamber_3_2_1"
    notebook.move("network", "x₃", "End")
    notebook.wait("network.x", (1.0, 0.0, 5.0))
    notebook.wait("network.preset", "")
    choice.select_option("mazur_2_2_2")
    notebook.wait("(network.sizes, network.preset)", ("2-2-2", "mazur_2_2_2"))
    notebook.wait("network.biases", False)
    notebook.run("network.W = [[[1, 2], [3, 4]], [[-1, 2], [1, 0.5]]]")
    notebook.run("network.step, network.selected = 8, 'w1_21'")
    value = notebook.python("network.run()['dL_dw1_21']")
    start = repr(value).replace("-", "−")[:12]
    notebook.wait_for_words("network", f", {re.escape(start)}")
    edge = notebook.widget("network").get_by_role(
        "button", name=re.compile("^bias of layer 2, unit 2")
    )
    edge.press("Enter")
    notebook.wait("network.selected", "b2_2")
    said = notebook.run("network.W = [[[1]]]")
    assert "W: found (1, 1), expected the shape (2, 2) and (2, 2)" in said


def test_the_network_is_updated_like_in_python(notebook):
    notebook.run("network.sizes = (2, 3, 1)")
    notebook.wait_for_words("network", "^z of layer 1 = ")
    promised = notebook.python("network.run()['w2_13_new']")
    widget = notebook.widget("network")
    widget.get_by_role("button", name="Next update").click()
    notebook.wait("network.update", 1)
    assert notebook.python("network.W[1][0][2]") == pytest.approx(
        promised, rel=1e-12
    )


def test_an_activation_of_the_reader(notebook):
    for name in ("explorer", "stepper", "rate", "surface", "network"):
        notebook.run(f"{name}.activation = z / (1 + sp.exp(-z))")
        select = notebook.choice(name, "activation")
        own = notebook.python(f"{name}.custom['name']")
        notebook.page.wait_for_function(
            "([select, own]) => select.value === own",
            arg=[select.element_handle(), own],
        )
        select.select_option("tanh")
        notebook.wait(f"str({name}.activation)", "tanh")
        select.select_option(own)
        notebook.wait(f"str({name}.activation)", own)
    notebook.run("explorer.z, explorer.exact = 1.25, True")
    value = notebook.python("float(explorer.run()['a'])")
    notebook.wait_for_words("explorer", re.escape(repr(value)[:14]))


def test_linked_widgets_in_a_box_follow_each_other(notebook):
    notebook.move("one", "z", "Home")
    notebook.wait("other.z", -8.0)
    notebook.wait_for_words("other", "z = −8:")
    notebook.move("other", "z", "End")
    notebook.wait("one.z", 8.0)
    notebook.wait_for_words("one", "z = 8:")
