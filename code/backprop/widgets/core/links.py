"""Links between widgets, and boxes of widgets, in a page without Python."""

from itertools import count

import traitlets
from IPython import get_ipython
from ipywidgets import Box

from backprop.widgets.core.base import BookWidget

_names = count(1)


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
