"""Make one PDF of the built book.

Run as ``python pdf/make_pdf.py``; ``make pdf`` does. It takes the pages from
``_build/html``, writes ``_build/book.pdf``, and copies it into the site.
"""

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.append(str(ROOT / "browser"))

import book_pages  # noqa: E402
import chromium  # noqa: E402
import front_matter  # noqa: E402
import one_document  # noqa: E402
import press  # noqa: E402


def make_pdf(browser, html, target, paper="A4"):
    """Write the book that is built in the folder ``html`` as one PDF.

    Raises ``ValueError`` for a link that leads nowhere, and
    ``FileNotFoundError`` where the book is not built.
    """
    pages = book_pages.read(html, ROOT / "_toc.yml")
    facts = front_matter.facts(ROOT)
    document, headings = one_document.assemble(pages, facts, html, paper)
    source = target.with_suffix(".html")
    source.write_text(document, encoding="utf-8")
    printed = press.print_numbered(browser, source, paper)
    press.write(printed, facts, headings, target)


def arguments():
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paper", default="A4", choices=press.PAPERS)
    return parser.parse_args()


def main():
    """Make the PDF, and offer it in the site."""
    html, target = ROOT / "_build" / "html", ROOT / "_build" / "book.pdf"
    paper = arguments().paper
    try:
        with chromium.browser() as browser:
            make_pdf(browser, html, target, paper)
    except (FileNotFoundError, chromium.NoBrowser) as error:
        sys.exit(str(error))
    shutil.copyfile(target, html / target.name)
    print(f"The book is on {press.count(target)} pages of {paper}: {target}")


if __name__ == "__main__":
    main()
