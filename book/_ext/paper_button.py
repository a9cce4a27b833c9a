"""An entry for the book on paper, in the menu of downloads.

``make pdf`` prints the book; only a site that has the file gets the entry, so
that none is dead. ``make site`` says so with ``BOOK_PDF=1``.
"""

import os

FILE = "book.pdf"
BUTTON = {
    "type": "link",
    "text": "The whole book (.pdf)",
    "icon": "fas fa-book",
    "tooltip": "Download the book as one PDF, to read or to print",
    "label": "download-book-button",
}


def offer_paper(app, pagename, templatename, context, doctree):
    """Add the entry to the theme's download menu, its address relative."""
    if not app.config.book_pdf:
        return
    button = BUTTON | {"url": context["pathto"](FILE, 1)}
    for group in context.get("header_buttons", []):
        if group.get("label") == "download-buttons":
            group["buttons"].append(button)


def setup(app):
    """Run after the theme made its buttons, at priority 501."""
    wanted = os.environ.get("BOOK_PDF", "") == "1"
    app.add_config_value("book_pdf", wanted, "html", [bool])
    app.connect("html-page-context", offer_paper, priority=502)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
