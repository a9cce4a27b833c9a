"""What a build keeps of the one before it, and what it makes anew."""

from types import SimpleNamespace

import incremental_build
import pytest
from docutils import nodes
from sphinx.application import ENV_PICKLE_FILENAME

SOURCES = ("code/a.py", "requirements.txt", "book/_ext/b.py", "_config.yml")
KEPT = {
    "cells": "_build/.jupyter_cache/global.db",
    "pages": f"_build/.doctrees/{ENV_PICKLE_FILENAME}",
    "wheel": "_build/html/_static/a.whl",
}


def write(path, text=""):
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


class Book:
    """A book that was built once, without a fault."""

    def __init__(self, root):
        self.root = root
        for name in SOURCES:
            write(root / name)
        self.build()

    def build(self, warnings=0, error=None, stopped=False):
        """Build; return what had been kept for it."""
        app = SimpleNamespace(
            srcdir=self.root,
            outdir=self.root / "_build/html",
            doctreedir=self.root / "_build/.doctrees",
            config=SimpleNamespace(nb_execution_cache_path=""),
            _warncount=warnings,
        )
        incremental_build.forget(app, app.config)
        kept = {n for n, place in KEPT.items() if (self.root / place).exists()}
        for place in KEPT.values():
            write(self.root / place)
        if not stopped:
            incremental_build.record(app, error)
        return kept


@pytest.fixture
def book(tmp_path):
    """Return a book that was built once, without a fault."""
    return Book(tmp_path)


def test_everything_is_kept_where_nothing_changed(book):
    write(book.root / "code/__pycache__/a.pyc", "not a source")
    assert book.build() == set(KEPT)
    assert book.build() == set(KEPT)


@pytest.mark.parametrize("name", ["code/a.py", "code/new.json"])
def test_code_that_changed_runs_every_cell(book, name):
    write(book.root / name, "changed")
    assert book.build() == set()


def test_a_package_that_changed_runs_every_cell(book, monkeypatch):
    monkeypatch.setattr(incremental_build, "packages", lambda: "numpy-9")
    assert book.build() == set()


@pytest.mark.parametrize("name", ["book/_ext/b.py", "_config.yml"])
def test_what_makes_pages_has_them_made_anew(book, name):
    write(book.root / name, "changed")
    assert book.build() == {"cells"}


@pytest.mark.parametrize(
    "fault", [{"warnings": 1}, {"error": OSError()}, {"stopped": True}]
)
def test_a_build_with_a_fault_is_followed_by_a_whole_one(book, fault):
    book.build(**fault)
    assert book.build() == {"cells"}
    assert book.build() == set(KEPT)


def environment(**data):
    """Return what Sphinx knows of two pages."""
    titles = {n: nodes.title("", n) for n in ("one", "two")}
    given = {"toc_secnumbers": {}, "toc_fignumbers": {}, "domaindata": data}
    return SimpleNamespace(titles=titles, found_docs=set(titles), **given)


def test_a_title_or_label_that_changed_has_all_pages_written():
    env = environment(std={"labels": {"a": ("one", "x")}})
    incremental_build.all_or_some(None, env)
    assert incremental_build.all_or_some(None, env) == []
    env.titles["one"] = nodes.title("", "another")
    assert set(incremental_build.all_or_some(None, env)) == {"one", "two"}
    env.domaindata["std"]["labels"]["b"] = ("two", "y")
    assert set(incremental_build.all_or_some(None, env)) == {"one", "two"}
    assert incremental_build.all_or_some(None, env) == []


def test_the_order_in_which_pages_were_read_is_no_change():
    one = environment(cite={"refs": [("one", 1), ("two", (2, 1))]})
    other = environment(cite={"refs": [("two", (2, 1)), ("one", 1)]})
    third = environment(cite={"refs": [("two", (1, 2)), ("one", 1)]})
    texts = [incremental_build.seen_elsewhere(e) for e in (one, other, third)]
    assert texts[0] == texts[1] != texts[2]


def test_an_object_is_known_by_what_it_says_not_by_its_address():
    one, other = [{"a": object(), "b": {x, "c"}} for x in "ab"]
    assert incremental_build.plain(one["a"]) == "<object object>"
    assert incremental_build.plain(one) != incremental_build.plain(other)
