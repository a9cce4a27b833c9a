"""Lead the Colab button to a notebook, not to a chapter's Markdown.

The theme makes the buttons of Binder and Colab when `_config.yml` names the
repository. Binder opens the chapter's source, as it should. Colab opens
nothing but an ``.ipynb`` in a branch on GitHub, and the chapters are none: it
is sent to the branch where the publisher puts the built notebooks.
"""

AFTER_THE_THEME = 900  # the theme's buttons are at 501
NOTEBOOKS_BRANCH = "notebooks"


def only_with_repository(app, config):
    """Ask the theme for buttons only if they have somewhere to lead.

    Without the address of a repository it would stop the build.
    """
    if not config.html_theme_options.get("repository_url"):
        config.html_theme_options.pop("launch_buttons", None)


def notebook_address(address, branch):
    """Return Colab's address of the built notebook of a chapter.

    >>> source = "https://colab.example/github/o/r/blob/main/book/a.md"
    >>> notebook_address(source, "main")
    'https://colab.example/github/o/r/blob/notebooks/book/a.ipynb'
    """
    address = address.replace(f"/blob/{branch}/", f"/blob/{NOTEBOOKS_BRANCH}/")
    return address.removesuffix(".md") + ".ipynb"


def mend_buttons(app, pagename, templatename, context, doctree):
    """Change where the Colab button of a page leads."""
    branch = app.config.html_theme_options.get("repository_branch")
    for group in context.get("header_buttons", []):
        if group.get("label") != "launch-buttons":
            continue
        for button in group["buttons"]:
            if button["text"] == "Colab":
                button["url"] = notebook_address(button["url"], branch)


def setup(app):
    """Run before the theme reads its options, and after it made buttons."""
    app.connect("config-inited", only_with_repository)
    app.connect("html-page-context", mend_buttons, priority=AFTER_THE_THEME)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
