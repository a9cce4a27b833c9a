"""What a page needs on paper: nothing folded, and solutions at the end."""

from bs4 import BeautifulSoup

NUMBER = "page-number"
"""The class of an element that gets the page number of the id it names."""

_new = BeautifulSoup("", "html.parser").new_tag


def make(tag, text="", *children, **attributes):
    """A new element.

    >>> str(make("p", "now", id="then"))
    '<p id="then">now</p>'
    """
    element = _new(tag, attrs=attributes)
    element.extend([text, *children] if text else children)
    return element


def page_number(mark):
    """A place for the page number of an id, as wide as most are.

    >>> str(page_number("backward"))
    '<span class="page-number" data-of="backward">00</span>'
    """
    return make("span", "00", **{"class": NUMBER, "data-of": mark})


def prepare(pages):
    """Change the articles of all pages for paper; return the solutions.

    One ``<div>`` for each solution, grouped by the page they come from.
    """
    titles = {page.id for page in pages}
    solutions = {}
    for page in pages:
        _unfold(page.article)
        _name_formulas(page.article)
        _show_addresses(page.article)
        _number_references(page, titles)
        solutions[page] = _take_solutions(page.article)
    return {page: found for page, found in solutions.items() if found}


def _unfold(article):
    """Open every fold; code that the page folds away is left out."""
    for fold in article.find_all("details"):
        if fold.select_one(".highlight-ipython3"):
            fold.decompose()
            continue
        if fold.summary:
            fold.summary.decompose()
        fold.unwrap()


def _name_formulas(article):
    """One formula is one thing, read as its LaTeX.

    In a page a formula stands twice, for eyes and for screen readers; a PDF
    would have both in its text.
    """
    for formula in article.select(".katex"):
        source = formula.select_one("annotation").get_text()
        formula.select_one(".katex-mathml").decompose()
        seen = formula.select_one(".katex-html")
        del seen["aria-hidden"]
        seen.attrs |= {"role": "img", "aria-label": source}


def _show_addresses(article):
    """Write the address of a link to elsewhere behind it."""
    for link in article.select("a.external[href]"):
        text, address = link.get_text(), link["href"]
        if text not in address and not text.startswith("doi:"):
            shown = address.removeprefix("https://").rstrip("/")
            link.insert_after(make("span", f" ({shown})", **{"class": "url"}))


def _number_references(page, titles):
    """Say on which page another chapter begins that a sentence names."""
    for link in page.article.select("a.internal[href^='#']"):
        mark = link["href"][1:]
        if mark in titles and mark != page.id:
            number = page_number(mark)
            link.append(make("span", " p.\N{NO-BREAK SPACE}", number))
            link.contents[-1]["class"] = "see"


def _take_solutions(article):
    """Remove the solutions; each exercise says on which page its own is."""
    found = []
    for solution in article.select("div.solution"):
        title = solution.select_one(".admonition-title")
        back = title.a["href"][1:]
        exercise = article.find(id=back)
        exercise.append(_link_to(solution["id"]))
        title.replace_with(_title(title, back))
        found.append(solution.extract())
    return found


def _link_to(mark):
    """The line under an exercise that leads to its solution."""
    link = make("a", "Solution: page ", page_number(mark), href=f"#{mark}")
    return make("p", "", link, **{"class": "solution-link"})


def _title(title, exercise):
    """The heading of a solution, which leads back to its exercise."""
    text = " ".join(title.a.get_text().split())
    return make("h3", "", make("a", text, href=f"#{exercise}"))


def check_links(document):
    """Raise ``ValueError`` where a link leads to an id that is not there."""
    ids = {element["id"] for element in document.select("[id]")}
    links = document.select("a[href^='#']")
    lost = sorted({link["href"] for link in links} - {f"#{i}" for i in ids})
    if lost:
        raise ValueError(f"links: found {lost}, expected ids of the book")
