"""Put cover, contents, chapters and solutions into one HTML document."""

from html import escape
from pathlib import Path

import front_matter
import matplotlib
from on_paper import check_links, make, prepare

SHEET = Path(__file__).with_name("print.css")

FACES = {
    "Book": {
        "STIXGeneral.ttf": "",
        "STIXGeneralItalic.ttf": "font-style: italic",
        "STIXGeneralBol.ttf": "font-weight: bold",
        "STIXGeneralBolIta.ttf": "font-weight: bold; font-style: italic",
    },
    "Labels": {
        "DejaVuSans.ttf": "",
        "DejaVuSans-Bold.ttf": "font-weight: bold",
    },
    "Code": {
        "DejaVuSansMono.ttf": "",
        "DejaVuSansMono-Bold.ttf": "font-weight: bold",
        "DejaVuSansMono-Oblique.ttf": "font-style: italic",
    },
}
"""Fonts that come with matplotlib: the same book on every computer."""

DOCUMENT = """<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<title>{title}</title>
{sheets}
<style>
{style}
</style>
</head>
<body>
{body}
</body>
</html>
"""


def assemble(pages, facts, html, paper):
    """The whole book as the text of one HTML document, and its headings."""
    solutions = prepare(pages)
    chapters = _chapters(pages, solutions)
    headings = front_matter.headings(chapters)
    body = make(
        "main",
        "",
        front_matter.cover(facts, pages[0]),
        front_matter.imprint(facts),
        front_matter.contents(headings),
        *chapters,
    )
    check_links(body)
    text = DOCUMENT.format(
        title=escape(facts["title"]),
        sheets="\n".join(_sheets(html)),
        style="\n".join(_style(chapters, paper)),
        body=body,
    )
    return text, headings


def _chapters(pages, solutions):
    """The chapters, and after the last with exercises their solutions."""
    pages[0].article.h1.string = front_matter.ABOUT
    chapters = [_chapter(page) for page in pages]
    if solutions:
        last = max(pages.index(page) for page in solutions)
        chapters.insert(last + 1, _appendix(solutions))
    return chapters


def _chapter(page):
    """A chapter under the name of its part."""
    part = make("p", page.part, **{"class": "part"})
    return _section(page.id, page.part, part, page.article)


def _section(mark, part, *children):
    """What begins on a new page, with its own running head."""
    style = f"page: {_css_name(mark)}"
    attributes = {"class": "chapter", "data-part": part, "style": style}
    return make("section", "", *children, **attributes)


def _appendix(solutions):
    """All solutions, chapter by chapter."""
    rows = [make("h1", "Solutions", id="solutions")]
    for page, found in solutions.items():
        rows.append(make("h2", page.title, id=f"solutions.{page.id}"))
        rows += found
    return _section("solutions", "Appendix", *rows)


def _css_name(mark):
    """A page's name in CSS.

    >>> _css_name("backward")
    'ch-backward'
    """
    return f"ch-{mark}"


def _sheets(html):
    """Links to the style sheets of the built book that paper needs too."""
    for name in ("katex/katex.min.css", "pygments.css"):
        address = (html / "_static" / name).resolve().as_uri()
        yield f'<link rel="stylesheet" href="{address}">'


def _style(chapters, paper):
    """The style sheet: fonts, paper, running heads, and ``print.css``."""
    fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for family, files in FACES.items():
        for file, style in files.items():
            address = (fonts / file).as_uri()
            yield (
                f'@font-face {{ font-family: {family}; src: url("{address}"); '
                f"{style} }}"
            )
    yield f"@page {{ size: {paper} }}"
    yield SHEET.read_text(encoding="utf-8")
    for chapter in chapters:
        yield _running_head(chapter.h1)


def _running_head(heading):
    """The title of a chapter at the head of its pages."""
    title = " ".join(heading.get_text().split()).replace('"', "'")
    name = _css_name(heading["id"])
    return f'@page {name} {{ @top-left {{ content: "{title}" }} }}'
