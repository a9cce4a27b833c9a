"""The pages of the built book, made ready to stand in one document.

An id is unique in its page only, so the page's name goes before it:
``nudge-it`` of ``book/backward.html`` becomes ``backward.nudge-it``, and the
chapter itself is ``backward``. Links between the pages follow.
"""

import posixpath
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import yaml
from bs4 import BeautifulSoup

NOT_ON_PAPER = ("book/figures",)
"""Pages that only offer files to download."""

TOOLS = "a.headerlink, .figure-files, script, button"
"""What is there to be clicked, and scripts."""

HEADINGS = ("h1", "h2", "h3", "h4")


@dataclass(frozen=True)
class Page:
    """A page of the book: its name, its part, and its parsed article."""

    name: str
    part: str
    article: object
    address: str
    """Where the page is published; empty where the book does not say."""

    @property
    def id(self):
        """The id of the chapter in the document."""
        return page_id(self.name)

    @property
    def title(self):
        """The text of its first heading, with the number."""
        return " ".join(self.article.h1.get_text().split())


def page_id(name):
    """The id of a page: its name without the folder.

    >>> page_id("book/backward")
    'backward'
    """
    return posixpath.basename(name)


def names(toc_file):
    """The name and the part of every page, in the book's order."""
    toc = yaml.safe_load(toc_file.read_text(encoding="utf-8"))
    found = [(toc["root"], "")]
    for part in toc["parts"]:
        found += [(row["file"], part["caption"]) for row in part["chapters"]]
    return [row for row in found if row[0] not in NOT_ON_PAPER]


def read(html, toc_file):
    """All pages of the book built into the folder ``html``.

    Raises ``FileNotFoundError`` where a page of ``_toc.yml`` is not built.
    """
    known = names(toc_file)
    pages = [_parse(html, name, part) for name, part in known]
    moved = {}
    for page in pages:
        _remove_tools(page.article)
        _find_pictures(page, html)
        _rename_links(page, {name for name, _ in known})
        _rename_ids(page)
        moved |= _ids_to_headings(page)
    for page in pages:
        _follow(page, moved)
    return pages


def _parse(html, name, part):
    """One page from its file."""
    file = Path(html) / f"{name}.html"
    if not file.is_file():
        raise FileNotFoundError(
            f"html: found no {file}, expected the built book; run `make book`"
        )
    soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    published = soup.select_one("link[rel=canonical][href]")
    address = published["href"] if published else ""
    return Page(name, part, soup.select_one("article").extract(), address)


def _remove_tools(article):
    """Take away what paper has no use for."""
    for tool in article.select(TOOLS):
        tool.decompose()


def _find_pictures(page, html):
    """Give every picture its full address on this computer."""
    folder = (Path(html) / page.name).parent
    for picture in page.article.select("img[src]"):
        for hint in ("loading", "width", "height"):  # they are for a screen
            picture.attrs.pop(hint, None)
        if not urlsplit(picture["src"]).scheme:
            file = folder / unquote(picture["src"])
            picture["src"] = file.resolve().as_uri()


def _rename_links(page, known):
    """Turn links between pages into links inside the document.

    A link to another file leads to where the book is published; where that
    is not known, its text remains.
    """
    for link in page.article.select("a[href]"):
        parts = urlsplit(link["href"])
        if parts.scheme:
            continue
        name, mark = _target(page, parts)
        if name in known:
            link["href"] = f"#{full_id(name, mark)}"
        elif page.address:
            link["href"] = urljoin(page.address, link["href"])
        else:
            link.unwrap()


def _target(page, parts):
    """The page and the id in it that a relative link leads to."""
    if not parts.path:
        return page.name, unquote(parts.fragment)
    folder = posixpath.dirname(page.name)
    path = posixpath.normpath(posixpath.join(folder, unquote(parts.path)))
    return path.removesuffix(".html"), unquote(parts.fragment)


def full_id(name, mark):
    """The id in the document of an id in a page.

    >>> full_id("book/backward", "nudge-it"), full_id("book/backward", "")
    ('backward.nudge-it', 'backward')
    """
    return f"{page_id(name)}.{mark}" if mark else page_id(name)


def _rename_ids(page):
    """Put the page's name before every id, and name the chapter."""
    for element in page.article.select("[id]"):
        element["id"] = full_id(page.name, element["id"])


def _ids_to_headings(page):
    """Put ids on the headings they stand for; return which became which.

    A section, or an empty ``<span>`` before its heading, may begin at the
    foot of the page before it; a heading is where the reader looks.
    """
    moved = {}
    for heading in page.article.find_all(HEADINGS):
        section = heading.parent
        marks = heading.find_previous_siblings("span", id=True)
        old = [element.attrs.pop("id") for element in (section, *marks)]
        heading["id"] = page.id if heading.name == "h1" else old[0]
        moved |= dict.fromkeys(old, heading["id"])
        for mark in marks:
            mark.decompose()
    return moved


def _follow(page, moved):
    """Let links lead to where ids went."""
    for link in page.article.select("a[href^='#']"):
        mark = link["href"][1:]
        link["href"] = f"#{moved.get(mark, mark)}"
