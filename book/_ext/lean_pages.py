"""Pages that load what they show, and nothing else.

The theme and the extensions bring thirteen style sheets and seventeen
scripts, all on every page. Here a page gets one style sheet, with the rules
that some page or script of the book can use (`lean_styles`), its icons as
drawings (`icons`), and the scripts for what is on it. None of them waits for
another host or holds up the first paint, but for a few bytes (``mode.js``)
that decide between light and dark. What the theme's own scripts did is done
by ``frame.js``, or not before somebody asks for it: the menus' script when a
menu is touched, the search when its page is opened.

What extensions write into pages as small scripts goes into a file,
``settings.js``, so that a page holds no script of its own.
"""

import hashlib
import posixpath
import re
import shutil
from pathlib import Path

import icons
import lean_styles

LAST = 950  # after everyone who adds to a page, and to the site
SHEET, SETTINGS = "page.css", "settings.js"
OWN = {"book.css"}
"""Style sheets that are the book's own: kept whole, as the widgets' are."""

CORE = "page/core.css"
"""What all widgets share; their own styles come after it."""

COMPOSED = "bs-tooltip-auto bs-tooltip-top bs-tooltip-bottom bs-tooltip-start "
COMPOSED += "bs-tooltip-end"
"""Classes that a script puts together from their halves."""

NEEDS = {
    "clipboard.min.js": 'class="highlight"',
    "copybutton.js": 'class="highlight"',
    "documentation_options.js": 'class="highlight"',
    "design-tabs.js": "sd-tab-label",
    "togglebutton.js": "toggle|dropdown",
}
"""Scripts, and what in a page they are for."""

SEARCH = {"documentation_options.js", "doctools.js", "sphinx_highlight.js"}
"""Scripts that the page of search results has to have at once."""

REPLACED = SEARCH | {"sphinx-book-theme.js"}
"""Scripts of which other pages need nothing."""

GONE = (
    *("**/*.map", "**/*.LICENSE.txt.map", "locales", "vendor/fontawesome"),
    *("scripts/fontawesome.js*", "scripts/pydata-sphinx-theme.js*"),
    *("scripts/sphinx-book-theme.js", "webpack-macros.html"),
    *("sbt-webpack-macros.html", "plus.png", "minus.png"),
    "notebook",
)
"""Files that the theme ships, or widgets for notebooks, and no page asks
for."""

THEME = ("_static/styles/theme.css", "_static/styles/pydata-sphinx-theme.css")
"""Style sheets that the theme's template links, before all others."""

PRINTED = {"pygments.css", "katex.min.css"}
"""Style sheets that the book on paper reads too."""

PICTURE = re.compile(r'<img (?=[^>]*src="[^"]*_images/([^"]*\.svg)")')
SIZE = re.compile(r'<svg[^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"')
PIXELS = 96 / 72
"""Of a point."""

LINKED = re.compile(r'(?<=_static/)([\w-]+\.(?:js|css))(?:\?v=\w+)?(?=")')
HANDLER = 'onclick="window.print()"'


def name_of(script):
    """Return the name of a script, without its folders."""
    return posixpath.basename(str(script.filename or ""))


def choose(app, pagename, templatename, context, doctree):
    """Say which style sheets and scripts a page loads."""
    sheets = sorted(context["css_files"], key=lambda sheet: sheet.priority)
    app.lean_sheets = [str(sheet.filename) for sheet in sheets]
    context["css_files"] = []
    kept = []
    for script in context["script_files"]:
        body = script.attributes.get("body", "")
        if body and not body.startswith("DOCUMENTATION_OPTIONS"):
            app.lean_settings[body] = None
        elif not body and wanted(name_of(script), pagename, context):
            kept.append(script if pagename == "search" else later(script))
    context["script_files"] = kept


def wanted(name, pagename, context):
    """Tell whether a page needs a script."""
    if pagename == "search" and name in SEARCH:
        return True
    if name in NEEDS:
        return re.search(NEEDS[name], context.get("body", "")) is not None
    return name not in REPLACED


def later(script):
    """Return a script as one that runs when the page has been read."""
    more = script.attributes | {"defer": "defer"}
    return type(script)(script.filename, priority=script.priority, **more)


def place_pictures(text, folder):
    """Give pictures their size; those below the start of a page wait.

    What has a size moves nothing when it comes.
    """
    start = text.find("<h2", text.find("<article"))

    def attributes(found):
        head = (folder / found[1]).read_text(encoding="utf-8")[:2000]
        sides = map(float, SIZE.search(head).groups())
        width, height = (round(side * PIXELS) for side in sides)
        late = 'loading="lazy" ' if found.start() > start > 0 else ""
        return f'<img width="{width}" height="{height}" {late}'

    return PICTURE.sub(attributes, text)


def finish(text, folder):
    """Return a page as it is published, but for the style sheet."""
    text = icons.draw(text).replace(HANDLER, 'data-does="print"')
    return place_pictures(text, folder)


def dated(text, static):
    """Give the links to files their hash, so that no stale one is used."""

    def link(found):
        data = (static / found[1]).read_bytes()
        return f"{found[1]}?v={hashlib.sha256(data).hexdigest()[:8]}"

    return LINKED.sub(link, text)


def bundle(app, texts, static):
    """Write the one style sheet; remove those that are in it."""
    used = lean_styles.Used()
    used.add(COMPOSED)
    for text in texts:
        used.add(text)
    for script in static.rglob("*.js"):
        used.add(script.read_text(encoding="utf-8"))
    sheet = lean_styles.Sheet(used)
    names = dict.fromkeys([*THEME, *app.lean_sheets])
    files = [static / name.removeprefix("_static/") for name in names]
    widgets = sorted((static / "page").glob("*.css"))
    files += [
        static / CORE,
        *(one for one in widgets if one.name != "core.css"),
    ]
    for file in files:
        address = file.relative_to(static).as_posix()
        own = address in OWN or file.parent.name == "page"
        sheet.add(file, address, whole=own)
    (static / SHEET).write_text(sheet.text(), encoding="utf-8")
    for file in {*files, static / "basic.css"}:
        if file.name not in PRINTED:
            file.unlink()


def publish(app, error):
    """Finish the pages that were written, and the files that they load.

    Where none was, Sphinx has not copied those files anew either.
    """
    if error or app.builder.format != "html" or not app.lean_sheets:
        return
    out = Path(app.outdir)
    static = out / "_static"
    for pattern in GONE:
        for path in static.glob(pattern):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    settings = "".join(f"{body}\n" for body in app.lean_settings)
    (static / SETTINGS).write_text(settings, encoding="utf-8")
    texts = {}
    for page in [*out.glob("*.html"), *out.glob("book/*.html")]:
        text = page.read_text(encoding="utf-8")
        if f"_static/{SHEET}" in text:
            texts[page] = finish(text, out / "_images")
    bundle(app, texts.values(), static)
    for page, text in texts.items():
        page.write_text(dated(text, static), encoding="utf-8")


def setup(app):
    """Choose when all have added theirs; finish when all is written."""
    app.lean_sheets, app.lean_settings = [], {}
    app.add_js_file(SETTINGS, priority=100)
    app.connect("html-page-context", choose, priority=LAST)
    app.connect("build-finished", publish, priority=LAST)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
