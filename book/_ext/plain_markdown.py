"""Write a finished page as Markdown that every notebook program shows.

The page is Sphinx's own tree *after* all references, numbers, citations and
substitutions were resolved, so nothing is looked up twice: what stands on the
site stands here. Links lead to the site if its address is known; otherwise
their words stay, without a dead link.

A kind of node that has no Markdown here is a Sphinx warning at its place in
the source, which fails a build with ``-W``.
"""

import re
from dataclasses import dataclass, field, replace
from urllib.parse import urljoin

from docutils import nodes
from katex_render import display_source
from sphinx.util import logging

logger = logging.getLogger(__name__)

SPECIAL = re.compile(r"([\\`*_$])")
STARTS_A_BLOCK = re.compile(r"^(#{1,6} |[-+>] |\d+[.)] )")
NOTHING = (
    *("target", "comment", "index", "compound", "toctree", "meta"),
    *("substitution_definition", "system_message", "colspec"),
)


@dataclass(frozen=True)
class Block:
    """A piece of Markdown, or the number of a code cell.

    ``alone`` begins a new Markdown cell; ``folded`` is a heading whose
    section is closed at first. ``marks`` go into the metadata of the cell:
    they say to which exercise it belongs.
    """

    text: str = ""
    cell: int | None = None
    output: str = ""
    alone: bool = False
    folded: bool = False
    marks: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """Where a page is, and its numbers.

    ``address`` is the page on the site, or empty; ``sections`` maps anchors,
    ``figures`` kinds and identifiers to tuples of numbers.
    """

    address: str
    sections: dict
    figures: dict
    formats: dict

    def number(self, kind, node):
        """Return ``"3.1"``, or an empty text for what has no number.

        >>> figures = {"figure": {"fig-a": (3, 1)}}
        >>> node = nodes.figure(ids=["fig-a"])
        >>> Page("", {}, figures, {}).number("figure", node)
        '3.1'
        """
        numbers = self.figures.get(kind, {})
        found = [numbers[name] for name in node["ids"] if name in numbers]
        return ".".join(map(str, found[0])) if found else ""

    def section_number(self, section):
        """Return ``"3.1. "`` as the site writes it before a title, or ``""``.

        The first section of a page is known by the empty anchor.
        """
        anchors = [f"#{name}" for name in section["ids"]]
        if isinstance(section.parent, nodes.document):
            anchors.append("")
        found = [self.sections[a] for a in anchors if a in self.sections]
        return ".".join(map(str, found[0])) + ". " if found else ""


def page_of(app, docname):
    """Return what Sphinx knows of a page."""
    base = app.config.html_baseurl
    target = app.builder.get_target_uri(docname)
    return Page(
        address=urljoin(base.rstrip("/") + "/", target) if base else "",
        sections=app.env.toc_secnumbers.get(docname, {}),
        figures=app.env.toc_fignumbers.get(docname, {}),
        formats=app.config.numfig_format,
    )


# ---- words within a line ----------------------------------------------


def words(node, page):
    """Return the children of a node as one line of Markdown."""
    return "".join(word(child, page) for child in node.children)


def word(node, page):
    """Return one inline node as Markdown."""
    name = type(node).__name__
    if name in NOTHING:
        return ""
    if name not in WORDS:
        return unknown(node)
    return WORDS[name](node, page)


def text(node, page):
    """Return words, with the signs that Markdown would act on escaped.

    >>> text(nodes.Text("2*w costs $1, a < b"), None)
    '2\\\\*w costs \\\\$1, a &lt; b'
    """
    plain = SPECIAL.sub(r"\\\1", node.astext().replace("\n", " "))
    return plain.replace("<", "&lt;")


def marked(sign):
    """Return a function that puts a sign on both sides."""

    def mark(node, page):
        inner = words(node, page)
        return f"{sign}{inner.strip()}{sign}" if inner.strip() else inner

    return mark


def tagged(tag):
    """Return a function that puts words into an HTML element."""
    return lambda node, page: f"<{tag}>{words(node, page)}</{tag}>"


def literal(node, page):
    """Return code within a line; the fence is longer than any inside."""
    code = node.astext()
    if "`" not in code:
        return f"`{code}`"
    return f"`` {code} ``"


def math(node, page):
    """Return a formula within a line; no spaces beside the dollars."""
    return f"${' '.join(node.astext().split())}$"


def reference(node, page):
    """Return a link, or its words if its target cannot be reached."""
    inner = words(node, page)
    address = node.get("refuri") or f"#{node.get('refid', '')}"
    if page.address:
        address = urljoin(page.address, address)
    reachable = re.match(r"https?:|mailto:", address)
    shown = inner.strip()
    if not reachable or not shown:
        return inner
    return inner.replace(shown, f"[{shown}]({address})")


def line_image(node, page):
    """Return the words that stand for a picture within a line."""
    return f"*{node.get('alt', '')}*" if node.get("alt") else ""


WORDS = {
    "Text": text,
    "emphasis": marked("*"),
    "strong": marked("**"),
    "title_reference": marked("*"),
    "literal": literal,
    "math": math,
    "reference": reference,
    "number_reference": reference,
    "inline": words,
    "image": line_image,
    "subscript": tagged("sub"),
    "superscript": tagged("sup"),
    "raw": lambda node, page: node.astext(),
}


# ---- the page -----------------------------------------------------------


def page_blocks(document, page):
    """Yield the blocks of a page, and the works that it cites."""
    yield from blocks(document, page)
    cited = {
        node["reftitle"]
        for citation in document.findall(nodes.inline)
        if "bibtex-citation" in citation["classes"]
        for node in citation.findall(nodes.reference)
    }
    if cited:
        lines = [f"- {linked(title)}" for title in sorted(cited)]
        yield Block("## References\n\n" + "\n".join(lines), alone=True)


def linked(title):
    """Return a title whose addresses are links.

    >>> linked("Goh. Momentum. URL: https://example.org/a_b.")
    'Goh. Momentum. URL: <https://example.org/a_b>.'
    """
    return re.sub(r"https?://\S+?(?=\.?(\s|$))", r"<\g<0>>", title)


# ---- blocks -------------------------------------------------------------


def blocks(node, page):
    """Yield the blocks of a node's children."""
    for child in node.children:
        yield from block(child, page)


def block(node, page):
    """Yield the blocks of one node."""
    name = type(node).__name__
    if name in NOTHING:
        return
    if name not in BLOCKS:
        unknown(node)
        return
    yield from BLOCKS[name](node, page)


def paragraph(node, page):
    """Yield a paragraph; what looks like a list or a heading is none."""
    line = words(node, page).strip()
    if line:
        yield Block(STARTS_A_BLOCK.sub(r"\\\1", line))


def level(node):
    """Return how deep a heading is: 1 for the title of the page."""
    depth = 0
    while node is not None:
        depth += isinstance(node, nodes.section)
        node = node.parent
    return min(depth, 6)


def section(node, page):
    """Yield a heading with the site's number, and what stands under it."""
    title = node.next_node(nodes.title, descend=True)
    if title is not None and title.parent is node:
        number = page.section_number(node)
        heading = f"{'#' * level(node)} {number}{words(title, page)}"
        yield Block(heading, alone=True)
    for child in node.children:
        if child is not title:
            yield from block(child, page)


def boxed(node, page, kind, folded=False):
    """Yield an exercise or a solution as a small section."""
    title, *rest = node.children
    unlinked = replace(page, address="")
    shown = re.sub(r"\s+", " ", words(title, unlinked)).strip()
    number = page.number(kind, node)
    if "%s" in title.get("title", ""):
        shown = f"{title['title'] % number} {shown}"
    heading = "#" * min(level(node) + 1, 6)
    shown = re.sub(r"\( | \)", lambda sign: sign[0].strip(), shown)
    yield Block(f"{heading} {shown}", alone=True, folded=folded)
    for child in rest:
        yield from block(child, page)


def exercise(node, page):
    """Yield an exercise under a heading with its number."""
    marks = {"exercise": node["label"]}
    for piece in boxed(node, page, "exercise"):
        yield replace(piece, marks=marks)


def solution(node, page):
    """Yield a solution under a heading that is folded at first."""
    marks = {"solution": node["target_label"]}
    for piece in boxed(node, page, "solution", folded=True):
        yield replace(piece, marks=marks)


def quoted(inner, first="> ", then="> "):
    """Yield blocks with marks before their lines; cells stay as they are.

    >>> [b.text for b in quoted([Block("a"), Block("b")], "- ", "  ")]
    ['- a\\n\\n  b']
    """
    pieces, cells = [], []
    for piece in inner:
        (pieces if piece.cell is None else cells).append(piece)
    lines = "\n\n".join(one_line_formula(p.text) for p in pieces).split("\n")
    marks = [first] + [then] * (len(lines) - 1)
    pairs = zip(marks, lines, strict=True)
    yield Block("\n".join((mark + line).rstrip() for mark, line in pairs))
    yield from cells


def one_line_formula(text):
    """Return a formula in one line, since marks would become part of it."""
    return " ".join(text.split()) if text.startswith("$$") else text


def admonition(node, page):
    """Yield a note or a warning as a quotation with a bold title."""
    title = type(node).__name__.capitalize()
    inner = list(node.children)
    if isinstance(inner[0], nodes.title):
        title = words(inner.pop(0), page)
    body = [piece for child in inner for piece in block(child, page)]
    yield from quoted([Block(f"**{title}**"), *body])


def bullet_list(node, page):
    """Yield a list; its items are close together."""
    yield from item_list(node, page, lambda index: "- ")


def enumerated_list(node, page):
    """Yield a numbered list."""
    start = node.get("start", 1)
    yield from item_list(node, page, lambda index: f"{start + index}. ")


def item_list(node, page, mark):
    """Yield the items of a list as one block, then the cells inside it."""
    items, cells = [], []
    for index, item in enumerate(node.children):
        first = mark(index)
        inner = quoted(blocks(item, page), first, " " * len(first))
        for piece in inner:
            (items if piece.cell is None else cells).append(piece)
    yield Block("\n".join(item.text for item in items))
    yield from cells


def definition_list(node, page):
    """Yield terms in bold, each with its definition, as a list."""
    lines = []
    for item in node.children:
        terms = [c for c in item.children if isinstance(c, nodes.term)]
        names = ", ".join(words(term, page).strip() for term in terms)
        inner = list(blocks(item.children[-1], page))
        first = Block(f"**{names}**: {inner[0].text}")
        lines += quoted([first, *inner[1:]], "- ", "  ")
    yield Block("\n".join(line.text for line in lines))


def table(node, page):
    """Yield a table; a bar inside a cell would end it."""
    rows = [
        [entry_text(entry, page) for entry in row.children]
        for row in node.findall(nodes.row)
    ]
    rows.insert(1, ["---"] * len(rows[0]))
    for title in node.children:
        if isinstance(title, nodes.title):
            number = page.formats["table"] % page.number("table", node)
            yield Block(f"**{number}.** {words(title, page)}")
    yield Block("\n".join(f"| {' | '.join(row)} |" for row in rows))


def entry_text(entry, page):
    """Return one cell of a table in one line.

    A bar of a formula becomes ``\\vert``, any other is escaped.
    """
    line = " ".join(piece.text for piece in blocks(entry, page))
    pieces = re.split(r"(\$[^$]*\$)", line.replace("\n", " "))
    return "".join(
        re.sub(r"(?<!\\)\|", r"\\vert ", piece).replace(r"\|", r"\Vert ")
        if piece.startswith("$")
        else piece.replace("|", r"\|")
        for piece in pieces
    )


def math_block(node, page):
    """Yield a display formula, tagged with its number on the site."""
    source = node.astext()
    tex = source.strip() if node.get("nowrap") else display_source(source)
    number = page.number("displaymath", node) if node.get("number") else ""
    tag = f" \\tag{{{number}}}" if number else ""
    yield Block(f"$$\n{tex}{tag}\n$$")


def code(node, page):
    """Yield code that is shown and not run."""
    language = node.get("language", "")
    language = "" if language in ("default", "none", "myst-ansi") else language
    yield Block(f"```{language}\n{node.astext().rstrip()}\n```")


def container(node, page):
    """Yield a code cell with the captions of its figures, or what is inside.

    A figure's caption stands in a Markdown cell below the code cell.
    """
    if node.get("nb_element") != "cell_code":
        yield from blocks(node, page)
        return
    yield Block(cell=node["cell_index"], output=output_markdown(node, page))
    for figure in node.findall(nodes.figure):
        yield from caption(figure, page)


def output_markdown(cell, page):
    """Return as plain Markdown what a cell printed as MyST, or nothing."""
    outputs = [
        child
        for child in cell.children
        if child.get("nb_element") == "cell_code_output"
    ]
    written = (nodes.table, nodes.paragraph, nodes.math_block)
    kinds = [child for output in outputs for child in output.children]
    if not kinds or not all(isinstance(kind, written) for kind in kinds):
        return ""
    pieces = [piece.text for kind in kinds for piece in block(kind, page)]
    return "\n\n".join(pieces)


def caption(figure, page):
    """Yield a figure's number and caption."""
    number = page.number("figure", figure)
    label = f"**{page.formats['figure'] % number}.** " if number else ""
    for child in figure.children:
        if isinstance(child, nodes.caption):
            yield Block(label + words(child, page), alone=True)


def unknown(node):
    """Warn that a node has no Markdown here; return nothing."""
    logger.warning(
        "no Markdown for a node of kind %s in the notebook",
        type(node).__name__,
        location=node,
        type="notebook",
    )
    return ""


BLOCKS = {
    "section": section,
    "paragraph": paragraph,
    "bullet_list": bullet_list,
    "enumerated_list": enumerated_list,
    "definition_list": definition_list,
    "glossary": blocks,
    "block_quote": lambda node, page: quoted(blocks(node, page)),
    "table": table,
    "math_block": math_block,
    "literal_block": code,
    "container": container,
    "HideCodeCellNode": blocks,
    "transition": lambda node, page: [Block("---")],
    "raw": lambda node, page: [Block(node.astext())],
    "exercise_node": exercise,
    "exercise_enumerable_node": exercise,
    "exercise_unenumerable_node": exercise,
    "solution_node": solution,
    **dict.fromkeys(
        (
            *("admonition", "attention", "caution", "danger", "error"),
            *("hint", "important", "note", "seealso", "tip", "warning"),
        ),
        admonition,
    ),
}
