"""Write what a published site needs beside its pages.

Every page gets its description, its icons, and the tags from which a message
with a link to it makes a card (OpenGraph). The site gets a page for wrong
addresses, ``404.html``, and its first page, which leads to the book.

Nothing here invents an address. Where the publisher names the one of the
site, ``html: baseurl:`` in ``_config.yml`` or the variable ``BOOK_BASE_URL``,
there are also canonical links, the card's picture and ``sitemap.xml``; and
``robots.txt``, if the site has a host to itself, for it is read nowhere else.

Why not the extensions that others maintain: sphinx-sitemap warns where there
is no address, and leaves out pages that a build did not write anew;
sphinxext-opengraph then writes tags with relative addresses, and describes a
page by the first 200 letters of its text; sphinx-notfound-page needs to know
the folder on the host; sphinx-favicon gives the index and the search no icon.
"""

import os
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit
from xml.sax.saxutils import escape as xml

import site_pictures
from docutils import nodes
from sphinx.errors import ConfigError
from sphinx.util.osutil import relative_uri

HERE = Path(__file__).parent
NOT_FOUND = Template((HERE / "404.html").read_text(encoding="utf-8"))
FIRST = Template((HERE / "first.html").read_text(encoding="utf-8"))
ICONS = {
    "favicon.svg": 'rel="icon" type="image/svg+xml" sizes="any"',
    "favicon.png": 'rel="icon" type="image/png" sizes="96x96"',
    "apple-touch-icon.png": 'rel="apple-touch-icon"',
}

HINT = (
    "<p>If a link here leads nowhere either, shorten the address above from "
    "its end, one part after the other.</p>"
)


def take_address(app, config):
    """Settle the address of the site: with a slash at its end, or none."""
    base = config.html_baseurl or os.environ.get("BOOK_BASE_URL", "")
    parts = urlsplit(base)
    if base and not (parts.scheme in ("http", "https") and parts.netloc):
        raise ConfigError(
            f"baseurl: found {base!r}, expected an address such as "
            "https://host/ or https://host/book/"
        )
    config.html_baseurl = base.rstrip("/") + "/" if base else ""


def promise(doctree):
    """Return the first paragraph of a page, which says what it is about."""
    first = next(doctree.findall(nodes.paragraph), None)
    return " ".join(first.astext().split()) if first else ""


def tags(app, name, title, words):
    """Return the lines of a page's head that describe it to others."""
    book, base = app.config.html_title, app.config.html_baseurl
    card = {"title": title, "type": "website", "site_name": book}
    card["description"] = words
    if base:
        card["url"] = base + app.builder.get_target_uri(name)
        card["image"] = f"{base}_static/social.png"
        card["image:width"], card["image:height"] = site_pictures.SIZE
        card["image:alt"] = site_pictures.ALT
    rows = [meta("property", f"og:{key}", card[key]) for key in card]
    rows.append(meta("name", "description", words))
    if base:
        rows.append(meta("name", "twitter:card", "summary_large_image"))
    return "\n".join(rows)


def meta(kind, name, content):
    """Return a ``<meta>`` element.

    >>> meta("name", "description", 'a "b"')
    '<meta name="description" content="a &quot;b&quot;" />'
    """
    return f'<meta {kind}="{name}" content="{escape(str(content))}" />'


def icons(page):
    """Return the links from a page to the site's icons.

    >>> icons("book/update.html").splitlines()[-1]
    '<link rel="apple-touch-icon" href="../_static/apple-touch-icon.png" />'
    """
    return "\n".join(
        f'<link {kind} href="{relative_uri(page, f"_static/{name}")}" />'
        for name, kind in ICONS.items()
    )


def describe(app, pagename, templatename, context, doctree):
    """Add the tags to the head of a page."""
    page = app.builder.get_target_uri(pagename)
    rows = [context.get("metatags", ""), icons(page)]
    if doctree is not None:
        title = app.env.titles[pagename].astext()
        rows.append(tags(app, pagename, title, promise(doctree)))
    context["metatags"] = "\n".join(rows) + "\n"


def pages(app):
    """Return the names of the book's pages, in its order."""
    return list(app.env.collect_relations())


def sitemap(app):
    """Return the list of all pages for search engines."""
    base, uri = app.config.html_baseurl, app.builder.get_target_uri
    rows = [
        f"  <url><loc>{xml(base + uri(name))}</loc></url>"
        for name in pages(app)
    ]
    head = '<?xml version="1.0" encoding="utf-8"?>'
    root = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return "\n".join([head, root, *rows, "</urlset>\n"])


def not_found(app):
    """Return the page for wrong addresses, which are of any depth.

    It brings its own style, and needs nothing that could be missing too.
    Its links start at the site's root: ``<base>`` is the site's address where
    that is known, and else is found by a script: above the folder that the
    pages are in.
    """
    root, base = app.config.root_doc, app.config.html_baseurl
    rows = [
        f'<li><a href="{app.builder.get_target_uri(name)}">'
        f"{escape(app.env.titles[name].astext())}</a></li>"
        for name in pages(app)
    ]
    return NOT_FOUND.substitute(
        book=escape(app.config.html_title),
        base=f'<base href="{escape(base)}" />' if base else "",
        folder=root.rpartition("/")[0],
        pages="\n".join(rows),
        hint="" if base else HINT,
        hidden="" if base else " hidden",
    )


def first_page(app):
    """Return the page at the site's root, which leads to the book's first."""
    root, base = app.config.root_doc, app.config.html_baseurl
    words = promise(app.env.get_doctree(root))
    uri = app.builder.get_target_uri(root)
    canonical = f'<link rel="canonical" href="{escape(base + uri)}" />'
    return FIRST.substitute(
        book=escape(app.config.html_title),
        first=uri,
        canonical=canonical if base else "",
        tags=tags(app, root, app.config.html_title, words),
        icons=icons("index.html"),
    )


def robots(app):
    """Return what tells search engines where the list of pages is."""
    where = f"{app.config.html_baseurl}sitemap.xml"
    return f"User-agent: *\nAllow: /\nSitemap: {where}\n"


def publish(app, error):
    """Write these files into the finished site, and no stale one."""
    if error or app.builder.format != "html":
        return
    base = app.config.html_baseurl
    files = {"404.html": not_found(app), "index.html": first_page(app)}
    files["sitemap.xml"] = sitemap(app) if base else None
    files["robots.txt"] = robots(app) if urlsplit(base).path == "/" else None
    for name, text in files.items():
        file = Path(app.outdir, name)
        if text is None:
            file.unlink(missing_ok=True)
        else:
            file.write_text(text, encoding="utf-8")


def setup(app):
    """Settle the address first; write the files last."""
    app.connect("config-inited", take_address)
    app.connect("html-page-context", describe)
    app.connect("build-finished", publish, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
