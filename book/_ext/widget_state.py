"""Leave the state of a kernel's widgets out of the pages.

MyST-NB writes what every widget knew, the whole front end included, into a
script at the end of a page, for a widget manager that would read it there.
This book's pages have none: a widget stands in its place with what it needs.
"""

from myst_nb.sphinx_ import NbMetadataCollector

STATE = "ipywidgets_state"
BEFORE_MYST_NB = 400  # which adds a page's scripts at Sphinx's 500


def leave_out(app, pagename, templatename, context, doctree):
    """Forget the state before it becomes a script of the page."""
    NbMetadataCollector.get_js_files(app.env, pagename).pop(STATE, None)


def setup(app):
    """Register the one thing that this extension does."""
    app.connect("html-page-context", leave_out, priority=BEFORE_MYST_NB)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
