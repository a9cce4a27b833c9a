"""Say how to cite the book, from ``CITATION.cff`` and nothing else.

``{cite-this-book}`` in a page prints an entry for BibTeX. Where the file
gains a field that BibTeX knows (a DOI, an address), the entry has it too.
"""

import re
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

SOURCE = "CITATION.cff"
KEY = "backprop-one-update"
SAME = ("title", "edition", "year", "doi", "isbn", "url")
"""Fields with one name in both formats."""


def bibtex(citation):
    """Return a BibTeX entry of a citation, a dictionary.

    Braces around a name and a title keep BibTeX from taking them apart.

    >>> print(bibtex({"title": "T", "authors": [{"name": "N"}], "year": 1}))
    @misc{backprop-one-update,
      author = {{N}},
      title = {{T}},
      year = {1},
    }
    """
    known = {name: citation[name] for name in SAME if name in citation}
    fields = {"author": " and ".join(map(author, citation["authors"]))}
    fields |= known | {"title": f"{{{plain(citation['title'])}}}"}
    if "version" in citation:
        fields["note"] = f"Version {citation['version']}"
    rows = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    kind = "book" if citation.get("type") == "book" else "misc"
    return "\n".join([f"@{kind}{{{KEY},", *rows, "}"])


def author(entry):
    """Return a person as "Family, Given", and any other name whole."""
    if "name" in entry:
        return f"{{{plain(entry['name'])}}}"
    return plain(f"{entry['family-names']}, {entry['given-names']}")


def plain(text):
    """Return a text with a backslash before what TeX takes for commands.

    >>> print(plain("A & B"))
    A \\& B
    """
    return re.sub(r"([&%$#_])", r"\\\1", text)


class CiteThisBook(SphinxDirective):
    """``{cite-this-book}``: the BibTeX entry as a block to copy."""

    def run(self):
        """Read the file each time the page is read."""
        file = Path(self.env.srcdir, SOURCE)
        self.env.note_dependency(SOURCE)
        text = yaml.safe_load(file.read_text(encoding="utf-8"))
        entry = bibtex(text.get("preferred-citation", text))
        return [nodes.literal_block(entry, entry, language="bibtex")]


def setup(app):
    """Register the directive."""
    app.add_directive("cite-this-book", CiteThisBook)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
