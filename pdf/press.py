"""Print a document with Chromium until its page numbers are right.

Chromium cannot write on which page something is (CSS ``target-counter``).
So the document is printed to find out, the numbers are written into their
places, and it is printed again: most often twice in all, and once more where
a number that got longer moved a line to the next page.
"""

import io
import logging
from contextlib import contextmanager

from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DictionaryObject, Fit, NameObject

PAPERS = {"A4": 604, "Letter": 627}
"""The width of the text on each paper, in CSS pixels of 1/96 inch."""

PRINTINGS = 5

FIT = """() => {
  const boxes = "div.math > .formula, pre, table, .output.text_latex";
  for (const box of document.querySelectorAll(boxes)) {
    const room = box.parentElement.clientWidth;
    let size = 100;
    while (box.scrollWidth > Math.min(box.clientWidth, room) && size > 60) {
      size -= 4;
      box.style.fontSize = `${size}%`;
    }
  }
}"""

FILL = """pages => {
  for (const place of document.querySelectorAll(".page-number"))
    place.textContent = pages[place.dataset.of];
}"""


@contextmanager
def laid_out(browser, file, paper):
    """Open an HTML file as it will be printed, everything fitted."""
    size = {"width": PAPERS[paper], "height": 1000}
    context = browser.new_context(offline=True, viewport=size)
    page = context.new_page()
    page.emulate_media(media="print", color_scheme="light")
    page.goto(file.as_uri(), wait_until="load")
    page.evaluate("document.fonts.ready.then(() => null)")
    page.evaluate(FIT)
    yield page
    context.close()


def print_numbered(browser, file, paper):
    """The bytes of the PDF of an HTML file, with its page numbers filled in.

    Raises ``RuntimeError`` if they still change after `PRINTINGS`.
    """
    with laid_out(browser, file, paper) as page:
        numbers = None
        for _ in range(PRINTINGS):
            printed = _pdf(page)
            found = page_numbers(PdfReader(io.BytesIO(printed)))
            if found == numbers:
                return printed
            numbers = found
            page.evaluate(FILL, numbers)
    raise RuntimeError(
        f"page numbers: found others after {PRINTINGS} printings, "
        "expected the same twice"
    )


def _pdf(page):
    """Print the open page as it is; its style sheet sets paper and margins."""
    return page.pdf(
        prefer_css_page_size=True,
        print_background=True,
        tagged=True,
    )


def page_numbers(reader):
    """The number of the page, counted from 1, of every id that is linked."""
    return {
        name.lstrip("/"): reader.get_destination_page_number(place) + 1
        for name, place in reader.named_destinations.items()
    }


def write(printed, facts, headings, target):
    """Write the PDF with its outline and title, without the time of day.

    pypdf warns where a copy has more objects than the original: it gives
    some that are shared a copy each, which does no harm.
    """
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    reader = PdfReader(io.BytesIO(printed))
    writer = PdfWriter(clone_from=reader)
    writer.pdf_header = reader.pdf_header
    writer.metadata = {
        "/Title": facts["title"],
        "/Author": facts["author"],
        "/Subject": f"Edition {facts['version']}",
    }
    _outline(writer, headings)
    writer.page_mode = "/UseOutlines"
    show = {NameObject("/DisplayDocTitle"): BooleanObject(True)}
    writer.root_object[NameObject("/ViewerPreferences")] = DictionaryObject(
        show
    )
    writer.write(target)


def _outline(writer, headings):
    """The headings as bookmarks; Chromium's own say some titles twice."""
    places = writer.named_destinations
    chapter = None
    for heading in headings:
        place = places[f"/{heading.mark}"]
        entry = writer.add_outline_item(
            title=heading.title,
            page_number=writer.get_destination_page_number(place),
            fit=Fit.xyz(left=place.left, top=place.top),
            parent=chapter if heading.level > 1 else None,
            is_open=False,
        )
        chapter = entry if heading.level == 1 else chapter


def count(file):
    """How many pages a PDF has."""
    return len(PdfReader(file).pages)
