"""The notation table: one row a symbol, and a row for every symbol."""

import dataclasses
import re
from collections import Counter

import house
import pytest
from backprop import notation
from backprop.numerics import activations, network, neuron

ROWS = pytest.mark.parametrize(
    "row", notation.TABLE, ids=lambda row: row.python
)
DERIVATIVE = re.compile(r"d[A-Za-z]+_d[A-Za-z]+")


def labels():
    """Every label that a page of the book begins with."""
    pages = (house.ROOT / "book").glob("*.md")
    texts = [page.read_text(encoding="utf-8") for page in pages]
    return {
        label
        for text in texts
        for label in re.findall(r"^\((ch-[\w-]+)\)=$", text, re.MULTILINE)
    }


def derivatives(cls):
    """The public derivative names of a class."""
    fields = {field.name for field in dataclasses.fields(cls)}
    return {n for n in fields | set(vars(cls)) if DERIVATIVE.fullmatch(n)}


def in_python(prefix):
    """The table's Python names that begin so: prefix and index removed."""
    names = [row.python for row in notation.TABLE]
    return {
        name.removeprefix(prefix).removesuffix("[l]")
        for name in names
        if name.startswith(prefix)
    }


@pytest.mark.parametrize("field", ["maths", "latex", "python"])
def test_no_symbol_stands_for_two_things(field):
    counts = Counter(getattr(row, field) for row in notation.TABLE)
    assert [name for name, count in counts.items() if count > 1] == []


@ROWS
def test_a_row_is_complete(row):
    assert all(text.strip() for text in dataclasses.astuple(row))


@ROWS
def test_the_chapter_of_a_row_is_there(row):
    assert row.chapter in labels()


@ROWS
def test_the_link_of_a_row_names_the_chapter(row):
    page = house.ROOT / "book" / f"{row.chapter[3:]}.md"
    text = page.read_text(encoding="utf-8")
    title = notation.TITLES[row.chapter]
    assert f"({row.chapter})=\n# {title}\n" in text


@ROWS
def test_the_page_shows_the_row(row):
    head, rule, line = notation.markdown([row]).splitlines()
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == [
        f"${row.latex}$",
        f"`{row.python}`",
        row.shape,
        row.meaning,
        f"[{notation.TITLES[row.chapter]}]({row.chapter[3:]}.md)",
    ]
    assert head.count("|") == rule.count("|") == line.count("|")


def test_the_page_shows_the_rows_in_their_order():
    _, _, *lines = notation.markdown(notation.TABLE).splitlines()
    found = [re.search(r"\| `([^`]+)` \|", line)[1] for line in lines]
    assert found == [row.python for row in notation.TABLE]


def test_the_notation_page_shows_the_whole_table():
    page = (house.ROOT / "book" / "notation.md").read_text(encoding="utf-8")
    shown = re.findall(r"notation\.markdown\(notation\.(\w+)\)", page)
    rows = [row for part in shown for row in getattr(notation, part)]
    assert rows == list(notation.TABLE)


@ROWS
def test_a_row_is_found_by_its_python_name(row):
    assert notation.row(row.python) is row


def test_a_name_without_a_row_is_named():
    message = "python: found 'dL_dq', expected a name of the notation table"
    with pytest.raises(ValueError, match=re.escape(message)):
        notation.row("dL_dq")


def test_every_derivative_of_a_neuron_has_its_row():
    assert derivatives(neuron.Backward) == {
        name for name in in_python("") if DERIVATIVE.fullmatch(name)
    }


def test_every_derivative_of_a_network_has_its_row():
    assert derivatives(network.Gradients) == in_python("gradients.")


@pytest.mark.parametrize(
    ("prefix", "cls"), [("cache.", network.Cache), ("layer.", network.Layer)]
)
def test_a_row_names_what_there_is(prefix, cls):
    fields = {field.name for field in dataclasses.fields(cls)}
    assert set() < in_python(prefix) <= fields


def test_the_sigmoid_of_the_table_is_an_activation():
    assert notation.row("sigmoid").python in activations.ACTIVATIONS
