"""The class that every widget extends: its traits, its view, and the HTML in
which it lives without Python.
"""

import hashlib
import html
import json
import math
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from backprop import plotting

STATIC = Path(__file__).parents[1] / "static"

registry = {}
"""Every widget's class, by the name of its folder."""


class BookWidget(anywidget.AnyWidget):
    """A widget with a folder of its own, and a page without Python.

    A subclass in ``widgets/NAME/widget.py`` registers itself, and its view is
    ``widgets/NAME/view.js``. It gives ``shared``, the traits a reader changes,
    which a link remembers, and ``constants``, the numbers and names that its
    view needs too. What stands in the page where there is no JavaScript, and
    on paper, comes from ``still()`` and ``still_words()``, a picture and its
    alternative text, and from ``steps_table()``.
    """

    view = ""
    shared = ()
    constants = {}

    choices = traitlets.Dict().tag(sync=True)
    links = traitlets.Dict(
        key_trait=traitlets.Unicode(),
        value_trait=traitlets.List(traitlets.Unicode()),
        help="for each linked trait the names of its links",
    ).tag(sync=True)
    exact = traitlets.Bool(False, help="show all digits").tag(sync=True)

    def __init_subclass__(cls, **options):
        """Register the class of a widget's folder, and find its bundles."""
        *_, folder, module = cls.__module__.split(".")
        # anywidget makes a further class of the same name for every widget.
        if module == "widget" and folder not in registry:
            cls.view = folder
            registry[folder] = cls
            for name, kind in (("_esm", "js"), ("_css", "css")):
                bundle = STATIC / "notebook" / f"{folder}.{kind}"
                if bundle.exists():
                    setattr(cls, name, bundle)
        super().__init_subclass__(**options)

    def __init__(self, **traits):
        if not hasattr(type(self), "_esm"):
            raise FileNotFoundError(
                f"{type(self).__name__}: found no bundle of the view "
                f"{self.view!r}, expected one that `make generate` writes"
            )
        for name in traits:
            if not self.has_trait(name):
                raise TypeError(
                    f"{name}: found what {type(self).__name__} does not have, "
                    f"expected one of {', '.join(self.shared)}"
                )
        super().__init__(**traits)

    @classmethod
    def emitted(cls):
        """Further generated modules of the view: file name -> text."""
        return {}

    def still(self):
        """A matplotlib figure of the present state, for the fallback."""
        raise NotImplementedError

    def still_words(self):
        """What that figure shows, for those who do not see it."""
        raise NotImplementedError

    def steps_table(self):
        """The head and the rows of the fallback table, as text."""
        raise NotImplementedError

    @classmethod
    def state_names(cls):
        """The synced traits of the view, by their names.

        >>> from backprop.widgets import ActivationExplorer
        >>> ActivationExplorer.state_names()
        ['activation', 'choices', 'custom', 'exact', 'links', 'z']
        """
        own = set(cls.class_traits(sync=True))
        own -= set(anywidget.AnyWidget.class_traits(sync=True))
        return sorted(name for name in own if not name.startswith("_"))

    def page_state(self):
        """The synced traits of the view, as plain data for a page."""
        return {name: getattr(self, name) for name in self.state_names()}

    def name(self):
        """What a link calls this widget: its view, and a hash of what it
        starts with, so that a link to a widget that has been edited since
        sets nothing.

        >>> from backprop.widgets import ActivationExplorer
        >>> ActivationExplorer(z=1.0).name()
        'activation_explorer-3f4ce44b'
        """
        state = {name: self.page_state()[name] for name in self.shared}
        text = json.dumps(state, allow_nan=False, sort_keys=True)
        return f"{self.view}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"

    def page_html(self):
        """The widget as it stands in a page: its state, picture and table.

        The page's script puts the live view in front of the last two.
        """
        state = json.dumps(self.page_state(), allow_nan=False)
        return (
            f'<div class="bp-host" data-view="{self.view}" '
            f'data-name="{self.name()}">'
            '<script type="application/json">'
            f"{state.replace('<', chr(92) + 'u003c')}</script>"
            '<div class="bp bp-fallback" tabindex="0" role="group" '
            'aria-label="The widget as a picture and a table">'
            f"{self._picture()}{self._table()}</div></div>"
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


def text(value, digits):
    """A number for the still table, or words for what is none.

    >>> text(0.1 + 0.2, 9), text(float("nan"), 9)
    ('0.3', 'no value')
    """
    return f"{value:.{digits}g}" if math.isfinite(value) else "no value"
