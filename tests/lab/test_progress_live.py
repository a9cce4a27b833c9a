"""The bar of long work, as the reader of a live notebook sees it."""

import lab_kernel
import nbformat
import pytest

pytestmark = [pytest.mark.lab, pytest.mark.xdist_group("lab")]

SHOWN = ".jp-NotebookPanel:visible .jp-OutputArea-output"
LONG = """\
import time
from pathlib import Path
from backprop import progress
def until_seen():
    while not Path("seen").exists():
        time.sleep(0.1)
        yield
for _ in progress.Watch(until_seen(), words="waiting"):
    pass
print("the long work is done")"""
SHORT = """\
print(list(progress.Watch(range(3), total=3, words="hardly")))"""


@pytest.fixture(scope="module")
def running(lab, page):
    """Give a page whose notebook has just been told to run, and the file that
    its long work waits for."""
    folder = lab[0] / "book"
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(text) for text in (LONG, SHORT)]
    kernel = {"name": "python3", "display_name": "Python 3"}
    book.metadata["kernelspec"] = kernel
    nbformat.write(book, folder / "bar.ipynb")
    lab_kernel.open_another(page, "bar.ipynb")
    lab_kernel.run_all(page)
    return page, folder / "seen"


def test_a_bar_shows_while_the_work_goes_on_and_goes_with_it(running):
    page, seen = running
    outputs = page.locator(SHOWN)
    bar = outputs.locator(".progress-bar")
    bar.wait_for(timeout=60_000)
    outputs.filter(has_text="waiting").first.wait_for()
    seen.touch()
    outputs.filter(has_text="the long work is done").wait_for(timeout=60_000)
    bar.wait_for(state="hidden")
    assert "waiting" not in "".join(outputs.all_inner_texts())


def test_short_work_shows_none(running):
    page, _ = running
    outputs = page.locator(SHOWN)
    outputs.filter(has_text="[0, 1, 2]").wait_for(timeout=60_000)
    assert "hardly" not in "".join(outputs.all_inner_texts())
