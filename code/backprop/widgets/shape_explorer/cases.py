"""The shape explorer with every array, size and mistake."""

import math

import numpy as np
import sympy as sp
from backprop.symbolic import z
from backprop.widgets.core.cases import Case, flat, numbers
from backprop.widgets.shape_explorer.widget import EQUATIONS, GIVEN, MISTAKES

SIZES = ("m", "inputs", "hidden", "outputs")
LARGE = dict(zip(SIZES, (6, 6, 5, 5), strict=True))
ONES = dict.fromkeys(SIZES, 1)
SQUARE = dict.fromkeys(SIZES, 3)

CASES = [
    *(Case(f"{name}", {"array": name}) for name in (*GIVEN, *EQUATIONS)),
    *(
        Case(f"{words}, sizes {size}", {"mistake": name, **given})
        for name, words in MISTAKES.items()
        for size, given in {"1": ONES, "3": SQUARE, "6 and 5": LARGE}.items()
    ),
    *(
        Case(words, {"array": "X"}, press=(words,))
        for words in MISTAKES.values()
    ),
    Case(
        "a wrong entry",
        {"mistake": "twice", "array": "dL_dW[1]", "row": 2, "column": 1},
    ),
    Case("out of the array", {"array": "b[2]", "row": 5, "column": 5}),
    *(
        Case(name, {"activation": name, "array": "dL_dZ[1]"})
        for name in ("sigmoid", "relu", "leaky_relu", "softplus", "identity")
    ),
    Case(
        "a function of the reader",
        {"activation": z / (1 + sp.exp(-z)), "array": "A[2]"},
    ),
    Case("no value", {"activation": sp.log(z), "array": "A[1]"}),
    Case("to the end", {"array": "dL_dW[1]"}, press=("Next", "Next", "Back")),
]

BELOW = {"array": "A[1]"}
"""Where no two activations look the same."""

COMPUTED = """({ compute }, model) => Object.fromEntries(
  Object.entries(compute(model).found).filter(([, { rows }]) => rows).map(
    ([name, { rows, flat }]) => [name, flat ? rows[0] : rows]))"""

READ = """place => ({
  marks: [...place.querySelectorAll(".bp-mark")].map((e) => e.textContent),
  cells: [...place.querySelectorAll(
    ".bp-result:not(.bp-lost) .bp-cell:not(.bp-out)",
  )].map((e) => e.textContent),
})"""


def found(shown):
    """The chosen entry, the digits in the cells, and every array."""
    parts = {}
    if "Entry" in shown["text"]:
        entry = shown["text"].split("Entry")[1].split(": ", 1)[1]
        parts["entry"] = numbers(entry.split(" = ")[-1])[:1]
    for name, array in shown.get("computed", {}).items():
        parts[f"computed {name}"] = flat(array)
    return parts


def wanted(widget, run):
    """The same."""
    rows = np.atleast_2d(run.get(widget.array, [[math.nan]]))
    places = zip((widget.row, widget.column), rows.shape, strict=True)
    row, column = (min(at, size - 1) for at, size in places)
    parts = {f"computed {name}": flat(array) for name, array in run.items()}
    return parts | {"entry": [float(rows[row][column])]}


def check(widget, shown):
    """The verdicts on all arrays are those of `verdicts`, and what is not
    computed is missing; the cells have their entries, to two digits."""
    if "computed" in shown:
        assert {*shown["computed"]} == {*widget.run()}
    if "drawn" not in shown:
        return
    verdicts = widget.verdicts().values()
    assert sorted(shown["drawn"]["marks"]) == sorted(map(badge, verdicts))
    array = np.ravel(widget.run().get(widget.array, []))
    cells = shown["drawn"]["cells"]
    assert len(cells) == len(array)
    for text, value in zip(cells, array, strict=True):
        assert text == "none" or is_near(text, value), (text, value)


def is_near(text, value):
    """Whether a cell has this number, as far as its digits go: one where it
    is tiny, two or three elsewhere."""
    plain = str.maketrans("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789")
    number = float(text.translate(plain).replace("·10", "e"))
    rough = 0.5 if abs(value) < 1e-3 else 0.06
    return math.isclose(number, value, rel_tol=rough, abs_tol=1e-300)


def badge(words):
    """A verdict as the view puts it beside a small grid."""
    if words.startswith("wrong: "):
        some = words.removeprefix("wrong: ").removesuffix(" entries")
        return f"✗ {some.replace(' of ', '/')}"
    if words.startswith("wrong shape"):
        return "✗ shape"
    if words == "not reached":
        return "no value"
    return "" if words == "right" else words.split(":")[0]
