"""Offer every figure as two files, SVG and PNG, and list them all.

A figure's picture is an SVG that a cell drew. Its file gets the figure's
name, ``_images/fig-update-descent.svg``, and a PNG of twice the size, on
white, stands beside it. Both are as the cell drew them: a dark page turns
the colours over in what it shows, not in the files. ``{figure-list}`` in a
page shows every figure of the book, small, with its caption and its files.
"""

from html import escape
from pathlib import Path
from shutil import copyfile

import resvg_py
from docutils import nodes
from myst_nb.sphinx_ext import OUTPUT_FOLDER
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

ZOOM = 2
"""Pixels of a PNG for each pixel of the figure in the page."""


class figure_list(nodes.Element):
    """The place where all figures are listed."""


class FigureList(SphinxDirective):
    """``{figure-list}``: every figure of the book with its files."""

    def run(self):
        """Mark the place; the figures are known when all pages are read."""
        return [figure_list()]


class NameFigures(SphinxTransform):
    """Call the picture of a figure like the figure, in place of a hash."""

    default_priority = 500

    def apply(self):
        """Go through a page that was just read."""
        for figure in self.document.findall(nodes.figure):
            for image in drawn(figure):
                if figure["names"]:
                    self.rename(image, figure["names"][0])

    def rename(self, image, name):
        """Copy a picture to its new name, and draw its PNG once.

        The PNG has the old name, which is a hash of what is in the picture.
        """
        place = Path(self.app.srcdir, self.env.relfn2path(image["uri"])[0])
        if not place.with_suffix(".png").exists():
            png(place, place.with_suffix(".png"))
        for kind in (".svg", ".png"):
            copyfile(place.with_suffix(kind), place.with_name(name + kind))
        image["uri"] = image["uri"].replace(place.stem, name)


def png(svg, target):
    """Draw an SVG file as a PNG of `ZOOM` times its size, on white."""
    picture = resvg_py.svg_to_bytes(
        svg_path=str(svg),
        background="white",
        zoom=ZOOM,
        dpi=96,
        skip_system_fonts=True,
    )
    target.write_bytes(bytes(picture))


def drawn(figure):
    """Return the pictures of a figure that a cell drew as SVG."""
    return [
        image
        for image in figure.findall(nodes.image)
        if image["uri"].endswith(".svg") and OUTPUT_FOLDER in image["uri"]
    ]


class OfferFiles(SphinxPostTransform):
    """Put the links below the captions, and the figures into the list."""

    default_priority = 5  # myst-nb chose the outputs, nothing is resolved
    formats = ("html",)

    def run(self, **options):
        """Go through a page that is about to be written."""
        page = self.env.docname
        for figure in list(self.document.findall(nodes.figure)):
            for image in drawn(figure):
                figure += self.links(page, page, figure, image)
        for place in list(self.document.findall(figure_list)):
            place.replace_self(self.everything(page))

    def everything(self, page):
        """Return a section for each page with figures."""
        content = []
        for name in self.env.collect_relations():
            figures = self.env.get_doctree(name).findall(nodes.figure)
            items = [
                self.item(page, name, figure, image)
                for figure in figures
                for image in drawn(figure)
            ]
            if items:
                title = self.env.titles[name].astext()
                content.append(section(name, title, items))
        return content

    def item(self, page, name, figure, image):
        """Return a figure, small, for the list on ``page``."""
        item = nodes.container(classes=["listed-figure"])
        small = nodes.image(uri=image["uri"], alt=image.get("alt", ""))
        small["candidates"] = {"*": image["uri"]}
        words = nodes.paragraph("", f"{self.number(name, figure)}: ")
        words += [n.deepcopy() for n in figure.next_node(nodes.caption)]
        for reference in words.findall(addnodes.pending_xref):
            reference["refdoc"] = page
        item += [small, words, self.links(page, name, figure, image, True)]
        return item

    def number(self, name, figure):
        """Return what a figure is called, such as "Fig. 3.2"."""
        numbers = self.env.toc_fignumbers[name]["figure"][figure["ids"][0]]
        pattern = self.config.numfig_format["figure"]
        return pattern % ".".join(map(str, numbers))

    def links(self, page, name, figure, image, place=False):
        """Return the links from ``page`` to the files of a figure.

        With ``place`` also one to the figure on its own page, ``name``.
        """
        copy_png(self.app, image)
        title = escape(self.number(name, figure))
        file = f"{self.app.builder.imagedir}/{stem(self.app, image)}"
        file = relative_uri(self.app.builder.get_target_uri(page), file)
        found = [
            f'<a href="{file}.{kind.lower()}" download '
            f'aria-label="{title} as {kind}">{kind}</a>'
            for kind in ("SVG", "PNG")
        ]
        if place:
            found.append(self.way_back(page, name, figure, title))
        row = f'<p class="figure-files">{" · ".join(found)}</p>'
        return nodes.raw("", row, format="html")

    def way_back(self, page, name, figure, title):
        """Return the link to a figure where it belongs."""
        uri = self.app.builder.get_relative_uri(page, name)
        words = "In its page"
        return (
            f'<a href="{uri}#{figure["ids"][0]}" '
            f'aria-label="{words}: {title}">{words}</a>'
        )


def stem(app, image):
    """Return the name of a picture in the site, without its ending."""
    return Path(app.env.images[image["uri"]][1]).stem


def copy_png(app, image):
    """Put the PNG of a picture where Sphinx puts the SVG."""
    folder = Path(app.outdir, app.builder.imagedir)
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(app.srcdir, image["uri"]).with_suffix(".png")
    copyfile(source, folder / f"{stem(app, image)}.png")


def section(name, title, items):
    """Return a section of the list, with what is in it."""
    anchor = "figures-" + name.rpartition("/")[2]
    return nodes.section("", nodes.title("", title), *items, ids=[anchor])


def note_changes(app, env, names):
    """Keep whether any page is read anew in this build."""
    app.any_page_changed = bool(names)


def pages_with_a_list(app, env):
    """Have such pages written anew if a figure may have changed."""
    if not app.any_page_changed:
        return []
    return [
        name
        for name in env.found_docs
        if next(env.get_doctree(name).findall(figure_list), None)
    ]


def setup(app):
    """Register the directive and what works on figures."""
    app.add_node(figure_list)
    app.add_directive("figure-list", FigureList)
    app.add_transform(NameFigures)
    app.add_post_transform(OfferFiles)
    app.connect("env-before-read-docs", note_changes)
    app.connect("env-updated", pages_with_a_list)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
