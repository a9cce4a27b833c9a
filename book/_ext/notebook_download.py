"""Offer every chapter as a notebook to download, and the code it needs.

Chapters are MyST Markdown; the build executes them. Each one that has code is
written beside the HTML as an ``.ipynb`` that opens without any extension, see
`notebook_export`. The site also holds the book's package as a wheel, which
the first cell of a notebook installs where it is missing.
"""

from contextlib import suppress
from pathlib import Path

import nbformat
import package_wheel
from incremental_build import cache_folder
from jupyter_cache import get_cache
from myst_nb.core.utils import coalesce_streams
from myst_nb.sphinx_ext import OUTPUT_FOLDER
from notebook_export import export, extras, install_cell
from plain_markdown import page_blocks, page_of

BEFORE_THE_THEME, AFTER_THE_THEME = 400, 900  # the theme's buttons are at 501
WHEEL_BUTTON = {
    "type": "link",
    "text": ".whl",
    "icon": "fas fa-box",
    "tooltip": "Download the code that the notebooks use",
    "label": "download-wheel-button",
}


def written(app, pagename):
    """Return the path of the notebook that myst-nb wrote, or None."""
    if app.builder.format != "html":
        return None
    folder = Path(app.outdir).parent / OUTPUT_FOLDER
    path = folder / f"{pagename}.ipynb"
    return path if path.exists() else None


def offer_notebook(app, pagename, templatename, context, doctree):
    """Let the theme show its button for a notebook."""
    if written(app, pagename):
        context["ipynb_source"] = f"{pagename}.ipynb"


def executed(app, path):
    """Return a notebook with its outputs, printed pieces joined.

    When nothing had to be executed, myst-nb writes it without them. They are
    where it took them from for the page: in the cache.
    """
    notebook = nbformat.read(path, as_version=4)
    cache = get_cache(cache_folder(app))
    with suppress(KeyError):
        notebook = cache.merge_match_into_notebook(notebook)[1]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = coalesce_streams(cell.outputs)
    return notebook


def first_cell(app, notebook):
    """Return the installing cell for what the publisher has configured."""
    theme = app.config.html_theme_options
    return install_cell(
        package_wheel.name(),
        site=app.config.html_baseurl,
        repository=theme.get("repository_url", ""),
        branch=theme.get("repository_branch") or "main",
        extras=extras(notebook),
    )


def write_notebook(app, pagename, templatename, context, doctree):
    """Write the notebook; after the theme, which copies the raw one there."""
    source = written(app, pagename)
    if not source or doctree is None:
        return
    notebook = executed(app, source)
    blocks = page_blocks(doctree, page_of(app, pagename))
    made = export(notebook, blocks, first_cell(app, notebook))
    target = Path(app.outdir) / "_sources" / f"{pagename}.ipynb"
    target.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, target)
    offer_wheel(context)


def offer_wheel(context):
    """Add the package to the theme's download menu."""
    wheel = f"_static/{package_wheel.name()}"
    button = WHEEL_BUTTON | {"url": context["pathto"](wheel, 1)}
    for group in context.get("header_buttons", []):
        if group.get("label") == "download-buttons":
            group["buttons"].insert(1, button)


def write_wheel(app, exception):
    """Put the package on the site when the pages are written.

    One that is there is of today: see `incremental_build.forget`.
    """
    if exception is not None or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    if not (static / package_wheel.name()).exists():
        package_wheel.build(static)


def setup(app):
    """Announce the notebook before the theme makes buttons, write it after."""
    context = "html-page-context"
    app.connect(context, offer_notebook, priority=BEFORE_THE_THEME)
    app.connect(context, write_notebook, priority=AFTER_THE_THEME)
    app.connect("build-finished", write_wheel)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
