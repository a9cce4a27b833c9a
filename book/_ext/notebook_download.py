"""Offer every chapter as a notebook to download.

Chapters are MyST Markdown; the build writes each one that has code as an
executed ``.ipynb`` beside the HTML. The theme shows a download button for it
when the page's context names the file.
"""

from pathlib import Path
from shutil import copyfile

from myst_nb.sphinx_ext import OUTPUT_FOLDER


def offer_notebook(app, pagename, templatename, context, doctree):
    """Copy the executed notebook of a page to where the button looks."""
    name = f"{pagename}.ipynb"
    notebook = Path(app.outdir).parent / OUTPUT_FOLDER / name
    if app.builder.format != "html" or not notebook.exists():
        return
    download = Path(app.outdir) / "_sources" / name
    download.parent.mkdir(parents=True, exist_ok=True)
    copyfile(notebook, download)
    context["ipynb_source"] = name


def setup(app):
    """Run before the theme makes its buttons, at priority 501."""
    app.connect("html-page-context", offer_notebook)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
