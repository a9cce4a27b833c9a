"""CITATION.cff is valid, and the page cites the book from it alone.

The rules are those of the Citation File Format 1.2.0 for the keys in use; a
key that is not among them fails, so that the rules grow with the file.
"""

import re
import tomllib

import cite_this_book
import house
import pytest
import yaml

TEXT = (house.ROOT / "CITATION.cff").read_text(encoding="utf-8")
CITATION = yaml.safe_load(TEXT)
NEEDED = {"cff-version", "message", "title", "authors"}
NEEDED_TO_PREFER = {"type", "title", "authors"}
PROJECT = tomllib.loads(
    (house.ROOT / "pyproject.toml").read_text(encoding="utf-8")
)["project"]


def words(value):
    """Tell whether a value is a text with something in it."""
    return isinstance(value, str) and bool(value.strip())


def authors(value):
    """Tell whether a value is a list of people and of other names."""
    people = {"family-names", "given-names", "orcid", "affiliation"}
    return bool(value) and all(
        ("name" in one or "family-names" in one)
        and ({*one} <= people or {*one} <= {"name", "website"})
        and all(map(words, one.values()))
        for one in value
    )


RULES = {
    "cff-version": lambda v: v == "1.2.0",
    "message": words,
    "title": words,
    "abstract": words,
    "authors": authors,
    "version": words,
    "license": lambda v: {*v} <= {"MIT", "CC-BY-4.0"},
    "keywords": lambda v: len({*v}) == len(v) and all(map(words, v)),
    "doi": lambda v: re.fullmatch(r"10\.\d{4,9}/\S+", v),
    "url": lambda v: re.match(r"https?://\S+$", v),
    "type": lambda v: v == "book",
    "year": lambda v: isinstance(v, int) and v >= 2024,
}


def wrong(entry, needed, allowed):
    """Return the keys of an entry that are missing, unknown or ill-formed."""
    known = {*entry} & allowed
    return {
        *(needed - {*entry}),
        *({*entry} - known),
        *(key for key in known if not RULES[key](entry[key])),
    }


def test_the_file_is_valid():
    entry = {k: v for k, v in CITATION.items() if k != "preferred-citation"}
    assert wrong(entry, NEEDED, {*RULES} - {"type", "year"}) == set()


def test_what_to_cite_is_valid():
    entry = CITATION["preferred-citation"]
    assert wrong(entry, NEEDED_TO_PREFER, {*RULES}) == set()


@pytest.mark.parametrize(
    "change",
    [
        {"title": " "},
        {"authors": []},
        {"authors": [{"nickname": "N"}]},
        {"version": 0.1},
        {"cff-version": "1.1.0"},
        {"licence": ["MIT"]},
    ],
)
def test_the_rules_see_what_is_wrong(change):
    entry = {k: v for k, v in CITATION.items() if k != "preferred-citation"}
    assert wrong(entry | change, NEEDED, {*RULES}) == {*change}


def test_it_agrees_with_the_book_and_the_package():
    config = yaml.safe_load(
        (house.ROOT / "_config.yml").read_text(encoding="utf-8")
    )
    for entry in (CITATION, CITATION["preferred-citation"]):
        assert entry["title"] == config["title"]
        assert entry["version"] == PROJECT["version"]
        assert entry["authors"] == PROJECT["authors"]
    assert str(CITATION["preferred-citation"]["year"]) == config["copyright"]


def test_an_entry_for_bibtex_has_every_field_that_is_known():
    entry = {
        "type": "book",
        "title": "A & B",
        "authors": [
            {"family-names": "Family", "given-names": "Given"},
            {"name": "The Others"},
        ],
        "year": 2026,
        "version": "1.2.3",
        "doi": "10.1234/5",
    }
    assert cite_this_book.bibtex(entry).splitlines() == [
        "@book{backprop-one-update,",
        "  author = {Family, Given and {The Others}},",
        r"  title = {{A \& B}},",
        "  year = {2026},",
        "  doi = {10.1234/5},",
        "  note = {Version 1.2.3},",
        "}",
    ]


@pytest.mark.site
def test_the_page_prints_the_entry(soup):
    entry = cite_this_book.bibtex(CITATION["preferred-citation"])
    page = soup("book/bibliography.html")
    shown = page.select_one("#cite-this-book .highlight-bibtex pre")
    assert shown.get_text().strip() == entry
