"""The theme's icons as drawings in the page.

The theme brings Font Awesome Free (icons: CC BY 4.0) as a script of 1.5 MB
that turns each ``<i class="fa-solid fa-bars">`` into a drawing when the page
is there. Here the build does it, from the drawings in that script, so that a
page has the dozen that it shows and loads neither script nor fonts.
"""

import re
from functools import cache
from pathlib import Path
from urllib.parse import quote

import pydata_sphinx_theme
from sphinx.errors import ExtensionError

SOURCE = Path(pydata_sphinx_theme.__file__).parent.joinpath(
    "theme/pydata_sphinx_theme/static/scripts/fontawesome.js"
)
STYLES = {
    **{"fa-solid": "fas", "fa-regular": "far", "fa-brands": "fab"},
    **{name: name for name in ("fas", "far", "fab")},
}
SIZES = {"fa-lg"}
SAFE = " =:/'"
PLACE = re.compile(
    r'<(i|span) class="([^"]*\bfa[srb]?[ -][^"]*)"([^>]*)>\s*</\1>'
)
PACK = re.compile(r'\("(fa[srb])",\w+\),\w+\("fa-')
TITLE = re.compile(r'\s*\btitle="([^"]*)"')


@cache
def packs():
    """Return the text of the script that defines each style of icons."""
    text = SOURCE.read_text(encoding="utf-8")
    ends = list(PACK.finditer(text))
    starts = [0, *(end.end() for end in ends)]
    return {
        end[1]: text[start : end.start()]
        for start, end in zip(starts, ends, strict=False)
    }


def drawing(key, style="fas"):
    """Return width, height and path of an icon, by its name or its code.

    >>> drawing("bars")[:2], drawing("f0c9") == drawing("bars")
    ((448, 512), True)

    Raises ``ExtensionError`` for an icon that Font Awesome does not have.
    """
    name = re.escape(key)
    found = re.search(
        rf'[{{,]"?(?:{name}"?:\[(\d+),(\d+),\[[^\]]*\],"\w+"'
        rf'|[\w-]+"?:\[(\d+),(\d+),\[[^\]]*\],"{name}"),"([^"]+)"',
        packs()[style],
    )
    if not found:
        raise ExtensionError(f"Font Awesome has no icon {key!r} in {style!r}")
    width, height, path = filter(None, found.groups())
    return int(width), int(height), path


def svg(classes, more=""):
    """Return the drawing that stands for an element with these classes.

    Font Awesome's own script gives the element these classes too.

    >>> svg("fa-solid fa-bars")[:54]
    '<svg class="svg-inline--fa fa-bars" aria-hidden="true"'
    """
    words = classes.split()
    style = next((STYLES[word] for word in words if word in STYLES), "fas")
    kept = [word for word in words if word not in STYLES]
    name = next(
        word[3:]
        for word in kept
        if word.startswith("fa-") and word not in SIZES
    )
    width, height, path = drawing(name, style)
    title = TITLE.search(more)
    words = f"<title>{title[1]}</title>" if title else ""
    return (
        f'<svg class="svg-inline--fa {" ".join(kept)}" aria-hidden="true" '
        f'viewBox="0 0 {width} {height}"{TITLE.sub("", more)}>{words}'
        f'<path fill="currentColor" d="{path}"/></svg>'
    )


def draw(html):
    """Return a page with a drawing in the place of every icon.

    >>> draw('<i class="fas fa-file"></i>')[:34]
    '<svg class="svg-inline--fa fa-file'
    """
    return PLACE.sub(lambda found: svg(found[2], found[3]), html)


def address(code):
    """Return the drawing of a code point, as an address for style sheets."""
    style = "fab" if code in packs()["fab"] else "fas"
    width, height, path = drawing(code, style)
    text = (
        "<svg xmlns='http://www.w3.org/2000/svg' "
        f"viewBox='0 0 {width} {height}'><path d='{path}'/></svg>"
    )
    return f'url("data:image/svg+xml,{quote(text, safe=SAFE)}")'
