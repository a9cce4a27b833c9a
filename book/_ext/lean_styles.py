"""One small style sheet out of the many that theme and extensions bring.

A selector is dropped when it names a class, an id or an element that is in
no page and in no script; whatever stands in brackets of ``:is()``, ``:not()``
and their like does not count. A custom property goes when nothing asks for
it, an animation when nothing plays it.
"""

import posixpath
import re
from dataclasses import dataclass, field

import icons
import tinycss2
from tinycss2 import ast

WORD = re.compile(r"-{0,2}[A-Za-z_][\w-]*")
LINKS = {"string", "url"}
NESTS = {"media", "supports", "layer", "container"}
FONT_ICON = re.compile(r"\.fa-[\w-]+::?before$")
"""How a font shows an icon; the pages have drawings in these places."""


@dataclass
class Used:
    """The words of the pages and scripts: what a selector may name."""

    words: set = field(default_factory=set)

    def add(self, text):
        """Take in a page or a script."""
        self.words.update(WORD.findall(text))


def selectors(prelude):
    """Split the selectors of a rule at their commas."""
    groups = [[]]
    for token in prelude:
        if token == ",":
            groups.append([])
        else:
            groups[-1].append(token)
    return groups


def names(selector):
    """Yield the classes, ids and elements that a selector needs.

    >>> prelude = tinycss2.parse_one_rule("ul.a > li:not(.b) #c {}").prelude
    >>> sorted(names(prelude))
    ['a', 'c', 'li', 'ul']
    """
    before = None
    for token in selector:
        named = token.type == "ident" and before != ":"
        if named or token.type == "hash":
            yield token.value
        before = token if isinstance(token, ast.LiteralToken) else None


def text_of(tokens):
    """Return tokens as text, with no more space than they need."""
    return re.sub(r"\s+", " ", tinycss2.serialize(tokens)).strip()


class Sheet:
    """The style of all pages, file by file."""

    def __init__(self, used):
        self.used, self.whole = used, False
        self.rules = []

    def add(self, path, address, whole=False):
        """Take in a style sheet: its file, and its address in the site.

        Of one that is ``whole`` no rule is dropped.
        """
        self.whole = whole
        text = path.read_text(encoding="utf-8")
        rules = tinycss2.parse_stylesheet(text, True, True)
        for rule in rules:
            if getattr(rule, "lower_at_keyword", "") == "import":
                url = next(t.value for t in rule.prelude if t.type in LINKS)
                other = posixpath.normpath(f"{address}/../{url}")
                self.add((path.parent / url).resolve(), other, whole)
        self.rules += self.kept(rules, posixpath.dirname(address))

    def kept(self, rules, folder):
        """Yield, as text, what is used of some rules."""
        for rule in rules:
            if rule.type == "qualified-rule":
                yield from self.rule(rule, folder)
            elif rule.type == "at-rule" and rule.content is not None:
                yield from self.at_rule(rule, folder)

    def rule(self, rule, folder):
        """Yield a rule with those of its selectors that may match."""
        matching = [
            text_of(selector)
            for selector in selectors(rule.prelude)
            if self.whole or self.used.words.issuperset(names(selector))
        ]
        matching = [text for text in matching if not FONT_ICON.search(text)]
        body = self.body(rule.content, folder) if matching else ()
        if body:
            yield ",".join(matching), body

    def at_rule(self, rule, folder):
        """Yield an at-rule; nothing of a font of icons, for they are drawn."""
        head = f"@{rule.at_keyword} {text_of(rule.prelude)}".strip()
        if rule.lower_at_keyword in NESTS:
            inner = tinycss2.parse_blocks_contents(rule.content, True, True)
            block = list(self.kept(inner, folder))
            if block:
                yield head, block
        elif rule.lower_at_keyword.endswith("keyframes"):
            inner = tinycss2.parse_blocks_contents(rule.content, True, True)
            yield (
                head,
                [
                    (text_of(step.prelude), self.body(step.content, folder))
                    for step in inner
                ],
            )
        else:
            body = self.body(rule.content, folder)
            if "fontawesome" not in str(body):
                yield head, body

    def body(self, content, folder):
        """Return declarations as pairs of a name and a value."""
        pairs = []
        for each in tinycss2.parse_blocks_contents(content, True, True):
            if each.type != "declaration":
                continue
            self.move(each.value, folder)
            value = text_of(each.value)
            value += "!important" if each.important else ""
            pairs += as_drawing(each.name, value, letter(each.value))
        return tuple(pairs)

    def move(self, tokens, folder):
        """Let relative addresses be right where the one sheet stands."""
        for token in tokens:
            if isinstance(token, ast.URLToken) and ":" not in token.value:
                token.value = posixpath.normpath(
                    posixpath.join(folder, token.value)
                )
                token.representation = f'url("{token.value}")'
            elif isinstance(token, ast.FunctionBlock):
                self.move(token.arguments, folder)

    def text(self):
        """Return the style sheet, without what nothing in it asks for."""
        rules = self.rules
        while True:
            written = write(rules)
            asked = set(re.findall(r"var\(\s*(--[\w-]+)", written))
            asked |= self.used.words
            played = " ".join(re.findall(r"animation[\w-]*:([^;}]*)", written))
            fewer = list(needed(rules, asked, played))
            if fewer == rules:
                return written
            rules = fewer


def letter(tokens):
    """Return the code of the one letter of an icon font, if that is all.

    >>> letter(tinycss2.parse_component_value_list(' "\\\\f303"'))
    'f303'
    """
    found = [token for token in tokens if token.type != "whitespace"]
    if len(found) != 1 or found[0].type != "string":
        return ""
    text = found[0].value
    private = len(text) == 1 and 0xE000 <= ord(text) <= 0xF8FF
    return f"{ord(text):x}" if private else ""


def as_drawing(name, value, code=""):
    """Yield a declaration; one that shows a letter as icon shows a drawing.

    >>> list(as_drawing("content", "var(--pst-icon-download)"))
    [('content', '""'), ('--icon', 'var(--pst-icon-download)')]
    """
    if code:
        value = icons.address(code)
    if name == "content" and (code or value.startswith("var(--pst-icon-")):
        yield name, '""'
        yield "--icon", value
    elif name == "font" and value.startswith("var(--fa-font-"):
        yield "background-color", "currentColor"
        yield "display", "inline-block"
        yield "min-height", "1em"
        yield "min-width", "1em"
        yield "vertical-align", "-.125em"
        yield "mask", "var(--icon) 0 50%/auto 1em no-repeat"
        yield "print-color-adjust", "exact"
    else:
        yield name, value


def needed(rules, asked, played):
    """Yield the rules without custom properties and animations to spare."""
    for head, body in rules:
        if isinstance(body, list) and "keyframes" in head:
            if head.split()[-1] in played:
                yield head, body
        elif isinstance(body, list):
            inner = list(needed(body, asked, played))
            if inner:
                yield head, inner
        else:
            pairs = tuple(
                pair
                for pair in body
                if not pair[0].startswith("--") or pair[0] in asked
            )
            if pairs:
                yield head, pairs


def write(rules):
    """Return rules as text.

    >>> write([("@media print", [("a", (("color", "red"),))])])
    '@media print{a{color:red}}'
    """
    return "".join(
        f"{head}{{{write(body)}}}"
        if isinstance(body, list)
        else f"{head}{{{';'.join(map(':'.join, body))}}}"
        for head, body in rules
    )
