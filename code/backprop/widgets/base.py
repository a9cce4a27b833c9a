"""What all widgets share: traits that refuse bad values, an activation that
may be the reader's own, and the HTML in which a widget lives without Python.
"""

import html
import json
import math
from itertools import count
from numbers import Real
from pathlib import Path

import anywidget
import numpy as np
import traitlets
from IPython import get_ipython
from ipywidgets import Box

from backprop import plotting
from backprop.numerics import activations
from backprop.symbolic import catalogue
from backprop.widgets import own

STATIC = Path(__file__).parent / "static"

ACTIVATION_WORDS = {
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "relu": "ReLU",
    "leaky_relu": "leaky ReLU",
    "softplus": "softplus",
    "identity": "identity (linear)",
}

LARGEST_COUNT = 2**53
"""Beyond this a browser does not count in whole numbers."""

_names = count(1)


class Number(traitlets.TraitType):
    """A finite number between two bounds; a bad value is refused.

    >>> class Example(traitlets.HasTraits):
    ...     eta = Number(0.5, 0, 2)
    >>> Example(eta=3)
    Traceback (most recent call last):
    ...
    traitlets.traitlets.TraitError: eta: found 3, expected a number from 0 to 2
    """

    def __init__(self, default, low, high, **options):
        super().__init__(default_value=float(default), **options)
        self.low, self.high = low, high

    def validate(self, obj, value):
        """The value as a float, or ``TraitError``."""
        good = isinstance(value, Real) and not isinstance(value, bool)
        if not (good and math.isfinite(value)):
            self._refuse(value)
        if not self.low <= value <= self.high:
            self._refuse(value)
        return float(value)

    def _refuse(self, value):
        raise traitlets.TraitError(
            f"{self.name}: found {value!r}, expected a number from "
            f"{self.low} to {self.high}"
        )


class BookWidget(anywidget.AnyWidget):
    """The base class: a view by name, and a page without Python.

    A subclass gives ``view`` (the name of its view in the front end) and
    ``shared`` (the traits a reader changes, which a link remembers). What
    stands in the page where there is no JavaScript, and on paper, comes from
    ``still()`` and ``still_words()``, a picture and its alternative text,
    and from ``steps_table()``.
    """

    _esm = STATIC / "widgets.js"
    _css = STATIC / "widgets.css"

    view = traitlets.Unicode().tag(sync=True)
    shared = traitlets.List(traitlets.Unicode()).tag(sync=True)
    choices = traitlets.Dict().tag(sync=True)
    ranges = traitlets.Dict().tag(sync=True)
    links = traitlets.Dict(
        key_trait=traitlets.Unicode(),
        value_trait=traitlets.List(traitlets.Unicode()),
        help="for each linked trait the names of its links",
    ).tag(sync=True)
    exact = traitlets.Bool(False, help="show all digits").tag(sync=True)

    @traitlets.default("ranges")
    def _ranges(self):
        """Least and largest value; a third entry, 1, for a whole number."""
        found = {}
        for name, trait in self.traits(sync=True).items():
            if isinstance(trait, Number):
                found[name] = [trait.low, trait.high]
            elif isinstance(trait, traitlets.Int) and name in self.shared:
                high = LARGEST_COUNT if trait.max is None else trait.max
                found[name] = [trait.min, high, 1]
        return found

    def still(self):
        """A matplotlib figure of the present state, for the fallback."""
        raise NotImplementedError

    def still_words(self):
        """What that figure shows, for those who do not see it."""
        raise NotImplementedError

    def steps_table(self):
        """The head and the rows of the fallback table, as text."""
        raise NotImplementedError

    def page_state(self):
        """The synced traits of the view, as plain data for a page."""
        ours = set(self.traits(sync=True)) - set(
            anywidget.AnyWidget.class_traits(sync=True)
        )
        return {
            name: getattr(self, name)
            for name in sorted(ours)
            if not name.startswith("_")
        }

    def page_html(self):
        """The widget as it stands in a page: its state, picture and table.

        The page's script puts the live view in front of the last two.
        """
        state = json.dumps(self.page_state(), allow_nan=False)
        return (
            '<div class="bp-host"><script type="application/json">'
            f"{state.replace('<', chr(92) + 'u003c')}</script>"
            f'<div class="bp bp-fallback">{self._picture()}{self._table()}'
            "</div></div>"
        )

    def _picture(self):
        """The still picture; as an address, so that no two share an id."""
        with plotting.in_style(), np.errstate(all="ignore"):
            address = plotting.svg_address(plotting.small_svg(self.still()))
        return (
            f'<img class="bp-still" alt="{html.escape(self.still_words())}" '
            f'src="{html.escape(address, quote=False)}">'
        )

    def _table(self):
        head, rows = self.steps_table()
        cells = "".join(f"<th>{html.escape(text)}</th>" for text in head)
        body = "".join(
            "<tr>"
            + "".join(f"<td>{html.escape(text)}</td>" for text in row)
            + "</tr>"
            for row in rows
        )
        return (
            f"<table><thead><tr>{cells}</tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )

    def _repr_mimebundle_(self, **options):
        """The live widget for a notebook, and the HTML for a page."""
        bundle = super()._repr_mimebundle_(**options)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        return {**data, "text/html": self.page_html()}, metadata


class NeuronWidget(BookWidget):
    """A widget about one neuron: an activation, a name or the reader's own.

    ``activation`` may be set to a name, to a text such as
    ``"z * sigmoid(z)"`` (`backprop.symbolic.grammar`) or to a SymPy
    expression in ``backprop.symbolic.z``; formulas, derivative and steps
    follow. Raises ``TraitError`` for anything else.
    """

    activation = traitlets.TraitType("sigmoid").tag(
        sync=True, to_json=lambda value, _: _name(value)
    )
    custom = traitlets.Dict().tag(sync=True)
    _formulas = None

    @traitlets.default("choices")
    def _choices(self):
        return {"activation": [list(row) for row in ACTIVATION_WORDS.items()]}

    @traitlets.validate("activation")
    def _check_activation(self, proposal):
        given = proposal.value
        if isinstance(given, str) and given == self.custom.get("name"):
            return self._own
        try:
            expression = catalogue.activation(given)
            if not (isinstance(given, str) and given in ACTIVATION_WORDS):
                self._adopt(given, expression)
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from None
        return given

    @traitlets.validate("custom")
    def _check_custom(self, proposal):
        if proposal.value not in ({}, self._formulas):
            raise traitlets.TraitError(
                "custom: found formulas of its own, expected those that "
                "follow from activation"
            )
        return proposal.value

    def _adopt(self, given, expression):
        """Give the view the tree before it hears of the new name."""
        name = _name(given)
        numeric = own.numeric(name, expression)
        self._formulas = {"name": name, **self.custom_parts(expression)}
        self.custom = self._formulas
        self._own, self._numeric = given, numeric
        rows = [list(row) for row in ACTIVATION_WORDS.items()]
        self.choices = {**self.choices, "activation": [*rows, [name, name]]}

    def custom_parts(self, expression):
        """What the view needs for an activation that it does not have."""
        return {"tree": own.plain(expression)}

    def page_state(self):
        """As in a page, where an activation has only its name."""
        return super().page_state() | {"activation": _name(self.activation)}

    def numeric_activation(self):
        """The activation for `backprop.numerics`."""
        name = _name(self.activation)
        return (
            self._numeric
            if name not in ACTIVATION_WORDS
            else (activations.get(name))
        )


class Tie(traitlets.link):
    """A link of two widgets' traits that a page knows by its name."""

    def __init__(self, source, target):
        self.name = f"link{next(_names)}"
        super().__init__(source, target)

    def link(self):
        """Begin, in the page too."""
        super().link()
        self._name_ends(lambda names: [*names, self.name])

    def unlink(self):
        """End, in the page too."""
        super().unlink()
        self._name_ends(lambda names: [n for n in names if n != self.name])

    def _name_ends(self, change):
        for widget, trait in (self.source, self.target):
            names = change(widget.links.get(trait, []))
            widget.links = {**widget.links, trait: names}


def link(first, first_trait, second, second_trait):
    """Keep a trait of one widget equal to a trait of another.

    As ``ipywidgets.link``, and in the page too, where there is no Python.
    Link before the widgets are displayed. Returns the link; its ``unlink()``
    ends it.

    >>> from backprop.widgets import ActivationExplorer
    >>> one, other = ActivationExplorer(), ActivationExplorer()
    >>> tie = link(one, "z", other, "z")
    >>> one.z = 3.0
    >>> other.z
    3.0
    """
    return Tie((first, first_trait), (second, second_trait))


def box_html(box):
    """A box with our widgets as it stands in a page, or None for other boxes.

    Boxes may stand in boxes. What is not ours, a plain slider for example,
    needs Python and is left out of a page.

    >>> from ipywidgets import HBox, IntSlider, VBox
    >>> from backprop.widgets import ActivationExplorer
    >>> ours = VBox([HBox([ActivationExplorer()]), IntSlider()])
    >>> "bp-host" in box_html(ours), box_html(VBox([IntSlider()]))
    (True, None)
    """
    parts = [_part_html(child) for child in box.children]
    inside = "".join(part for part in parts if part)
    return f'<div class="bp-box">{inside}</div>' if inside else None


def _part_html(child):
    if isinstance(child, BookWidget):
        return child.page_html()
    return box_html(child) if isinstance(child, Box) else None


def show_boxes_in_pages():
    """Tell IPython, where it runs, how a box of widgets stands in a page."""
    shell = get_ipython()
    if shell is not None:
        formatter = shell.display_formatter.formatters["text/html"]
        formatter.for_type(Box, box_html)


def text(value, digits):
    """A number for the still table, or words for what is none.

    >>> text(0.1 + 0.2, 9), text(float("nan"), 9)
    ('0.3', 'no value')
    """
    return f"{value:.{digits}g}" if math.isfinite(value) else "no value"


def _name(activation):
    return activation if isinstance(activation, str) else str(activation)
