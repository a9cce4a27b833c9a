"""The book, built once for all tests, and its pages."""

from functools import partial
from pathlib import Path

import built_book
import pytest
import visits
from bs4 import BeautifulSoup


@pytest.fixture(scope="session")
def build(once):
    """Build a clean copy with an empty cache; return folder, code, log."""
    html, code, log = once("book", built_book.build_from_nothing)
    return Path(html), code, log


@pytest.fixture(scope="session")
def html(build):
    """Return the folder of the built pages."""
    folder, code, _ = build
    if code:
        pytest.fail("the book does not build: see test_build", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def published_html(html, once):
    """Return the pages as a publisher has them who set both addresses."""
    make = partial(built_book.build_for_a_publisher, html)
    return Path(once("published", make))


@pytest.fixture(scope="session")
def soup(html):
    """Return a function that gives a parsed page; each is parsed once."""
    parsed = {}

    def parse(name):
        if name not in parsed:
            text = (html / name).read_text(encoding="utf-8")
            parsed[name] = BeautifulSoup(text, "html.parser")
        return parsed[name]

    return parse


@pytest.fixture(scope="session")
def visit(html, browser):
    """Return a context manager that opens a page from disk, offline."""
    return partial(visits.visit, browser, html)
