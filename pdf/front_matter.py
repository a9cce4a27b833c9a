"""Cover, imprint and contents, made from what the book says of itself."""

import tomllib
from dataclasses import dataclass

import yaml
from on_paper import make, page_number

ABOUT = "About this book"
"""The title of the first page, whose own is on the cover."""

LICENCES = """\
Text and figures: Creative Commons Attribution 4.0 International
(CC BY 4.0). Code: MIT licence."""

ON_PAPER = """\
This is the book on paper. Where its pages on a screen have something to
move, here stand a picture of it and a table of its numbers; where they fold
a solution, here an exercise names the page on which the solution is. All
numbers and figures were computed when the book was built."""


def facts(root):
    """Title, author, copyright and version of the book.

    The edition is the version of the package: two builds of one version are
    the same edition, whatever the day.
    """
    config = yaml.safe_load((root / "_config.yml").read_text("utf-8"))
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    return {
        "title": config["title"],
        "author": config["author"],
        "copyright": config["copyright"],
        "version": project["project"]["version"],
    }


def cover(facts, start):
    """The cover: title, promise and drawing, both from the first page."""
    picture = start.article.select_one("figure img")
    promise = start.article.h1.find_next("p").get_text()
    return make(
        "section",
        "",
        make("p", facts["title"], **{"class": "title"}),
        make("p", promise, **{"class": "promise"}),
        make("img", src=picture["src"], alt=picture["alt"]),
        make("p", _edition(facts), **{"class": "edition"}),
        **{"class": "cover"},
    )


def imprint(facts):
    """The back of the cover: edition, licences, and how to read it."""
    rights = f"\N{COPYRIGHT SIGN} {facts['copyright']} {facts['author']}"
    lines = (facts["title"], _edition(facts), rights, LICENCES, ON_PAPER)
    paragraphs = [make("p", line) for line in lines]
    return make("section", "", *paragraphs, **{"class": "imprint"})


def _edition(facts):
    """The edition in words."""
    return f"Edition {facts['version']}"


@dataclass(frozen=True)
class Heading:
    """A heading that the contents and the outline list."""

    part: str
    level: int
    mark: str
    title: str


def headings(chapters):
    """The headings of all chapters and their sections, in order."""
    return [
        Heading(
            chapter["data-part"],
            int(heading.name[1]),
            heading["id"],
            " ".join(heading.get_text().split()),
        )
        for chapter in chapters
        for heading in chapter.find_all(["h1", "h2"])
    ]


def contents(headings):
    """The contents: parts, chapters and their sections, with page numbers."""
    rows, part = [], ""
    for heading in headings:
        if heading.part != part:
            part = heading.part
            rows.append(make("p", part, **{"class": "part"}))
        rows.append(_row(heading))
    title = make("h1", "Contents", id="contents")
    return make("nav", "", title, *rows, **{"class": "contents"})


def _row(heading):
    """One line of the contents."""
    text = make("span", heading.title)
    dots = make("span", **{"class": "dots"})
    number = page_number(heading.mark)
    link = make("a", "", text, dots, number, href=f"#{heading.mark}")
    return make("p", "", link, **{"class": f"row h{heading.level}"})
