"""The book on paper: what a reader of the PDF must find."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property

import book_pages
import house
import make_pdf
import press
import pypdfium2
import pytest
from bs4 import BeautifulSoup
from pypdf import PdfReader

pytestmark = pytest.mark.site

A4 = (595, 842)  # points, rounded


def squeezed(text):
    """A text without its spaces: a PDF knows letters, not words.

    >>> squeezed("one update")
    'oneupdate'
    """
    return re.sub(r"\s+", "", text)


@dataclass
class Printed:
    """The PDF, its document in HTML, and the text of each page."""

    file: object

    @cached_property
    def reader(self):
        """The PDF, open."""
        return PdfReader(self.file)

    @cached_property
    def document(self):
        """The HTML that was printed, before its page numbers were known."""
        text = self.file.with_suffix(".html").read_text(encoding="utf-8")
        return BeautifulSoup(text, "html.parser")

    @cached_property
    def lines(self):
        """The text of each page."""
        document = pypdfium2.PdfDocument(self.file)  # pypdf takes 20 times it
        found = [page.get_textpage().get_text_range() for page in document]
        document.close()
        return found

    @cached_property
    def texts(self):
        """The text of each page, without spaces."""
        return [squeezed(text) for text in self.lines]

    @cached_property
    def headings(self):
        """All headings that the contents list, with their ids."""
        rows = self.document.select(".contents .row a")
        return [(row["href"][1:], row.span.get_text()) for row in rows]

    @cached_property
    def places(self):
        """The page number of every id that is linked."""
        return press.page_numbers(self.reader)

    @cached_property
    def outline(self):
        """Title and page number of every entry of the outline."""
        return list(self.flat(self.reader.outline))

    def flat(self, entries):
        """The outline without its levels."""
        for entry in entries:
            if isinstance(entry, list):
                yield from self.flat(entry)
            else:
                page = self.reader.get_destination_page_number(entry) + 1
                yield squeezed(entry.title), page

    def links(self):
        """What every link of every page leads to: a name, or an address."""
        for page in self.reader.pages:
            for note in page.get("/Annots") or []:
                note = note.get_object()
                action = note.get("/A") or {}
                yield note.get("/Dest") or action.get("/URI")


@pytest.fixture(scope="session")
def pdf(html, browser, tmp_path_factory):
    """The book that was built, printed once."""
    file = tmp_path_factory.mktemp("pdf") / "book.pdf"
    make_pdf.make_pdf(browser, html, file)
    return Printed(file)


def test_every_page_is_a4_and_has_its_number(pdf):
    assert len(pdf.reader.pages) > 60
    for page in pdf.reader.pages:
        assert tuple(round(side) for side in page.mediabox[2:]) == A4
    for number, text in enumerate(pdf.lines[2:], 3):
        assert str(number) in text.splitlines()[:2]


def test_the_cover_says_what_the_book_is(pdf):
    assert squeezed("Backprop, one update at a time") in pdf.texts[0]
    version = re.search(
        r'^version = "(.+)"$',
        (house.ROOT / "pyproject.toml").read_text("utf-8"),
        re.MULTILINE,
    )[1]
    assert f"Edition{version}" in pdf.texts[0]
    assert pdf.reader.metadata.title == "Backprop, one update at a time"
    assert pdf.reader.metadata.creation_date is None


def test_every_page_of_the_book_is_in_it(pdf, soup):
    titles = [squeezed(text) for _, text in pdf.headings]
    for page in house.pages()[1:]:
        name = str(page.relative_to(house.ROOT).with_suffix(""))
        if name not in book_pages.NOT_ON_PAPER:
            heading = soup(f"{name}.html").select_one("article h1")
            title = squeezed(heading.get_text().removesuffix("#"))
            assert title in titles
            assert any(title in text for text in pdf.texts[6:])


def test_the_contents_give_the_right_pages(pdf):
    start = pdf.places["index"] - 1
    contents = "".join(pdf.texts[2:start])
    assert len(pdf.headings) > 60
    for mark, title in pdf.headings:
        page = pdf.places[mark]
        assert squeezed(f"{title}{page}") in contents
        assert squeezed(title) in pdf.texts[page - 1], title


def test_the_outline_has_every_heading_on_its_page(pdf):
    expected = [(squeezed(t), pdf.places[mark]) for mark, t in pdf.headings]
    assert [row for row in expected if row not in pdf.outline] == []


def test_every_link_leads_to_a_page_or_to_the_web(pdf):
    names = set(pdf.reader.named_destinations)
    links = list(pdf.links())
    inside = [link for link in links if link in names]
    others = [link for link in links if link not in names]
    assert len(inside) > 300
    assert [t for t in others if not str(t).startswith("http")] == []


def test_every_solution_is_in_the_appendix_only(pdf):
    first = pdf.places["solutions"] - 1
    chapters = "".join(pdf.texts[:first])
    appendix = "".join(pdf.texts[first:])
    solutions = pdf.document.select("#solutions ~ .solution")
    assert len(solutions) == len(pdf.document.select(".solution"))
    for solution in solutions:
        texts = solution.find_all(string=True)
        words = max(
            (text for text in texts if not text.find_parent("h3")), key=len
        )
        assert squeezed(words)[:60] in appendix
        assert squeezed(words)[:60] not in chapters


def test_every_exercise_names_the_page_of_its_solution(pdf):
    exercises = pdf.document.select(".exercise")
    assert len(exercises) == len(pdf.document.select(".solution"))
    for exercise in exercises:
        title = exercise.select_one(".admonition-title").get_text()
        mark = exercise.select_one(".solution-link a")["href"][1:]
        page = pdf.places[mark]
        assert squeezed(title) in pdf.texts[page - 1]
        said = squeezed(f"Solution: page {page}")
        assert said in pdf.texts[pdf.places[exercise["id"]] - 1]


def test_every_picture_and_every_table_of_a_widget_is_in_it(pdf, soup):
    for kind in ("figure img", ".bp-still", ".bp-fallback table"):
        expected = sum(
            len(soup(f"{name}.html").select(f"article {kind}"))
            for name, _ in book_pages.names(house.ROOT / "_toc.yml")
        )
        assert len(pdf.document.select(kind)) == expected
        assert expected


def test_nothing_is_a_number_that_is_none(pdf):
    for text in pdf.texts:
        assert not re.search(r"NaN|undefined|\[objectObject\]", text)


def test_no_file_is_offered_on_paper(pdf):
    assert not [n for n, text in enumerate(pdf.texts) if "SVG·PNG" in text]


def test_every_font_is_embedded(pdf):
    fonts = {}
    for page in pdf.reader.pages:
        for font in (page["/Resources"].get("/Font") or {}).values():
            font = font.get_object()
            inner = font.get("/DescendantFonts", [font])[0].get_object()
            descriptor = inner["/FontDescriptor"].get_object()
            fonts[font["/BaseFont"]] = {*descriptor}
    families = {name.partition("+")[2].partition("-")[0] for name in fonts}
    assert {"STIXGeneral", "DejaVuSansMono", "KaTeX_Math"} <= families
    for name, parts in fonts.items():
        assert parts & {"/FontFile", "/FontFile2", "/FontFile3"}, name


@pytest.mark.parametrize("paper", press.PAPERS)
def test_nothing_is_wider_than_the_paper(pdf, browser, paper):
    script = """() => [...document.querySelectorAll("body *:not(svg *)")]
        .filter(e => e.getClientRects().length)
        .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
        .map(e => e.outerHTML.slice(0, 200))"""
    source = pdf.file.with_suffix(".html")
    with press.laid_out(browser, source, paper) as page:
        assert page.evaluate(script) == []


def test_what_is_too_wide_is_set_smaller(browser, tmp_path):
    file = tmp_path / "page.html"
    rows = [f"<div><pre>{'x' * count}</pre></div>" for count in (10, 85)]
    style = "<style>pre { font-size: 10pt; overflow: visible }</style>"
    file.write_text(style + "".join(rows), encoding="utf-8")
    with press.laid_out(browser, file, "A4") as page:
        sizes = page.locator("pre").evaluate_all(
            "all => all.map(e => [getComputedStyle(e).fontSize,"
            " e.scrollWidth > e.clientWidth])"
        )
    (short, _), (long, clipped) = sizes
    assert not clipped
    assert float(long[:-2]) < float(short[:-2])


def test_a_number_that_never_settles_is_an_error(browser, tmp_path):
    file = tmp_path / "page.html"
    file.write_text("<p>one page</p>", encoding="utf-8")
    always_new = iter(range(100))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(press, "page_numbers", lambda _: {"a": next(always_new)})
        with pytest.raises(RuntimeError, match="expected the same twice"):
            press.print_numbered(browser, file, "A4")


def test_a_book_that_is_not_built_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="run `make book`"):
        book_pages.read(tmp_path, house.ROOT / "_toc.yml")


def test_without_a_browser_it_says_what_to_install(tmp_path):
    done = subprocess.run(
        [sys.executable, make_pdf.__file__],
        env={"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path)}
        | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "apt-get install chromium" in done.stderr
    assert "Traceback" not in done.stderr
