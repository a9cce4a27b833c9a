"""Pages become one document: ids, links, folds and solutions."""

import book_pages
import on_paper
import pytest
from bs4 import BeautifulSoup

TOC = """\
root: book/index
parts:
  - caption: One
    chapters:
      - file: book/first
"""
INDEX = """<article><section id="start"><h1>Start</h1>
<p><a class="internal" href="first.html#ch-first">First</a>
<a class="internal" href="first.html#why">why</a>
<a href="../_images/picture.svg">a file</a>
<a class="external" href="https://example.org/">a site</a></p>
</section></article>"""
FIRST = """<article><section id="first"><span id="ch-first"></span>
<h1>1. First<a class="headerlink" href="#first">#</a></h1>
<section id="why"><h2>Why</h2></section>
<details><summary>Show</summary><div class="highlight-ipython3">x</div>
</details><details><summary>Show</summary><p>words</p></details>
<div class="exercise" id="ex-a"><p class="admonition-title">Exercise 1</p>
</div>
<div class="solution" id="sol-a"><p class="admonition-title">Solution to
<a href="#ex-a">Exercise 1</a></p><p>Because.</p></div>
</section></article>"""
PUBLISHED = '<link rel="canonical" href="https://example.org/book/index.html">'


@pytest.fixture
def read(tmp_path):
    """A function that reads a small built book, published or not."""

    def pages(head="", first=FIRST):
        folder = tmp_path / "html" / "book"
        folder.mkdir(parents=True)
        (tmp_path / "_toc.yml").write_text(TOC, encoding="utf-8")
        (folder / "index.html").write_text(head + INDEX, encoding="utf-8")
        (folder / "first.html").write_text(first, encoding="utf-8")
        return book_pages.read(folder.parent, tmp_path / "_toc.yml")

    return pages


def links(page):
    """Text and address of every link."""
    return {a.get_text(): a["href"] for a in page.article.select("a[href]")}


def test_links_between_pages_stay_in_the_document(read):
    index, first = read()
    assert links(index)["First"] == "#first"
    assert links(index)["why"] == "#first.why"
    assert first.article.h1["id"] == "first"
    assert first.article.h2["id"] == "first.why"
    assert first.title == "1. First"
    assert first.part == "One"


def test_a_file_is_linked_only_where_it_is_published(read):
    index, _ = read()
    assert "a file" not in links(index)
    assert "a file" in index.article.get_text()


def test_a_published_file_is_linked_where_it_is(read):
    index, _ = read(PUBLISHED)
    expected = "https://example.org/_images/picture.svg"
    assert links(index)["a file"] == expected


def test_nothing_is_folded_and_folded_code_is_left_out(read):
    pages = read()
    on_paper.prepare(pages)
    article = pages[1].article
    assert not article.select("details, summary, .highlight-ipython3")
    assert "words" in article.get_text()


def test_an_exercise_leads_to_its_solution_and_back(read):
    pages = read()
    solutions = on_paper.prepare(pages)
    assert [page.id for page in solutions] == ["first"]
    (solution,) = solutions[pages[1]]
    exercise = pages[1].article.find(id="first.ex-a")
    assert exercise.select_one(".solution-link a")["href"] == "#first.sol-a"
    assert solution["id"] == "first.sol-a"
    assert solution.h3.a["href"] == "#first.ex-a"
    assert not pages[1].article.select(".solution")


def test_an_address_is_written_out_and_a_chapter_gets_its_page(read):
    pages = read()
    on_paper.prepare(pages)
    text = pages[0].article.get_text()
    assert "a site (example.org)" in text
    numbers = pages[0].article.select(".page-number")
    assert [number["data-of"] for number in numbers] == ["first"]


def test_a_link_that_leads_nowhere_is_named():
    document = BeautifulSoup("<a href='#lost'>x</a>", "html.parser")
    with pytest.raises(ValueError, match=r"#lost.*expected ids of the book"):
        on_paper.check_links(document)
