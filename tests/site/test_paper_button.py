"""The book on paper is offered where the site has it, and nowhere else."""

from types import SimpleNamespace

import paper_button
import pytest

MENU = {"label": "download-buttons", "buttons": [{"url": "page.md"}]}
OTHER = {"label": "launch-buttons", "buttons": []}


def offered(wanted, groups):
    """The addresses in the menus of a page one folder down."""
    app = SimpleNamespace(config=SimpleNamespace(book_pdf=wanted))
    menus = [g | {"buttons": list(g["buttons"])} for g in groups]
    context = {
        "header_buttons": menus,
        "pathto": lambda name, is_file: f"../{name}",
    }
    paper_button.offer_paper(app, "book/index", "page.html", context, None)
    return [[b["url"] for b in menu["buttons"]] for menu in menus]


def test_the_menu_of_downloads_gets_the_book():
    assert offered(True, [OTHER, MENU]) == [[], ["page.md", "../book.pdf"]]


def test_a_site_without_the_file_has_no_entry():
    assert offered(False, [OTHER, MENU]) == [[], ["page.md"]]


@pytest.mark.parametrize(("value", "wanted"), [("1", True), ("", False)])
def test_make_site_says_so_in_the_environment(monkeypatch, value, wanted):
    found = {}
    monkeypatch.setenv("BOOK_PDF", value)
    paper_button.setup(
        SimpleNamespace(
            add_config_value=lambda name, *rest: found.update({name: rest[0]}),
            connect=lambda *given, **more: None,
        )
    )
    assert found == {"book_pdf": wanted}
