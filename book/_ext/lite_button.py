"""A button that opens a chapter as a notebook in the reader's browser.

`lite/` builds the notebooks and their Python; only a site that has them gets
the buttons, so that none is dead. ``make site`` says so with ``BOOK_LITE=1``.
"""

import os

from sphinx_book_theme.header_buttons.launch import _is_notebook

NOTEBOOK = "lite/notebooks/index.html"
TOOLTIP = (
    "Run this chapter in your browser: nothing to install; the first start "
    "takes about half a minute"
)
GROUP = {
    "type": "group",
    "tooltip": "Open as a notebook",
    "icon": "fas fa-rocket",
    "label": "launch-buttons",
}


def launch_group(buttons):
    """The theme's menu of launch buttons; it is made where there is none."""
    for group in buttons:
        if group.get("label") == GROUP["label"]:
            return group
    buttons.append(GROUP | {"buttons": []})
    return buttons[-1]


def offer_browser(app, pagename, templatename, context, doctree):
    """Add the button to a page with code, with an address that is relative."""
    if not app.config.book_lite or doctree is None:
        return
    if not _is_notebook(app, context):
        return
    name = pagename.rpartition("/")[2]
    button = {
        "type": "link",
        "text": "Run it here (starts in half a minute)",
        "tooltip": TOOLTIP,
        "icon": "fab fa-python",
        "url": f"{context['pathto'](NOTEBOOK, 1)}?path={name}.ipynb",
    }
    launch_group(context["header_buttons"])["buttons"].append(button)


def setup(app):
    """Run after the theme made its buttons, at priority 501."""
    wanted = os.environ.get("BOOK_LITE", "") == "1"
    app.add_config_value("book_lite", wanted, "html", [bool])
    app.connect("html-page-context", offer_browser, priority=502)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
