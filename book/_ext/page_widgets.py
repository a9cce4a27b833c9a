"""Give each page the scripts of the widgets that stand on it.

A page without a widget loads none of them; one with widgets loads what all
share, and one script for each kind (`backprop.widgets`). Their styles are in
the one style sheet of all pages (`lean_pages`).
"""

import re

from myst_nb.sphinx_ import NbMetadataCollector

VIEW = re.compile(r'<div class="bp-host" data-view="(\w+)"')
STATE = "ipywidgets_state"
BEFORE_MYST_NB = 400  # which adds a page's scripts at Sphinx's 500


def views(body):
    """Return the names of the views on a page, in order, each once.

    >>> views('<div class="bp-host" data-view="stepper" data-name="s-1">')
    ['stepper']
    """
    return list(dict.fromkeys(VIEW.findall(body)))


def add_files(app, pagename, templatename, context, doctree):
    """Add what the page's widgets need."""
    found = views(context.get("body", ""))
    for name in ["core", *found] if found else []:
        app.add_js_file(f"page/{name}.js", loading_method="defer")


def leave_out_state(app, pagename, templatename, context, doctree):
    """Forget the state of a kernel's widgets before MyST-NB writes it.

    It would have the whole front end once more, in a script for a widget
    manager; this book's pages have none.
    """
    NbMetadataCollector.get_js_files(app.env, pagename).pop(STATE, None)


def setup(app):
    """Register both."""
    app.connect("html-page-context", add_files)
    app.connect("html-page-context", leave_out_state, priority=BEFORE_MYST_NB)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
