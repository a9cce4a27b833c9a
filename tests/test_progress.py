"""A bar where somebody watches, none in a build, and the seconds."""

import io
import sys
import time

import nbclient
import nbformat
import pytest
from backprop import progress

WORK = """\
import time
from backprop import progress

progress.DELAY = 0.0
work = progress.Watch(range(5), total=5, words="waiting")
print([thing for thing in work if not time.sleep(0.01)])
"""


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self):
        return True


class Shell:
    """A notebook's shell, of which only the message of a cell matters."""

    def __init__(self, parent):
        self.parent = parent

    def get_parent(self):
        return self.parent


def outputs(stdin):
    """What a notebook shows: run with somebody there to be asked, or not."""
    book = nbformat.v4.new_notebook()
    book.cells = [nbformat.v4.new_code_cell(WORK)]
    client = nbclient.NotebookClient(book, timeout=60, kernel_name="python3")
    with client.setup_kernel():
        client.kc.allow_stdin = stdin
        cell = client.execute_cell(book.cells[0], 0)
    return cell.outputs


def test_a_notebook_that_nobody_watches_shows_nothing_of_the_bar():
    (printed,) = outputs(stdin=False)
    assert (printed.name, printed.text) == ("stdout", "[0, 1, 2, 3, 4]\n")


def test_a_notebook_that_somebody_watches_shows_the_bar():
    kinds = [set(o.get("data", {})) for o in outputs(stdin=True)]
    assert {"application/vnd.jupyter.widget-view+json"} < set().union(*kinds)


@pytest.mark.parametrize(
    ("parent", "watched"),
    [
        ({"content": {"allow_stdin": True}}, True),
        ({"content": {"allow_stdin": False}}, False),
        ({"content": {}}, False),
        ({}, False),
    ],
)
def test_who_watches_is_what_the_front_end_says(parent, watched):
    assert progress.is_watched(Shell(parent)) is watched


def test_a_terminal_gets_a_bar_that_goes_again(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setattr(progress, "DELAY", 0.0)
    assert list(progress.Watch(range(3), 3, "counting")) == [0, 1, 2]
    shown = sys.stderr.getvalue()
    assert "counting" in shown
    assert shown.endswith("\r")


def test_a_file_gets_none(capsys):
    assert list(progress.Watch(range(3), 3, "counting")) == [0, 1, 2]
    assert capsys.readouterr() == ("", "")


def test_short_work_shows_none_even_in_a_terminal(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    list(progress.Watch(range(3), 3, "counting"))
    assert "counting" not in sys.stderr.getvalue()


def test_the_seconds_stand_still_at_the_end():
    work = progress.Watch(range(3))
    assert work.seconds == 0.0
    for _ in work:
        time.sleep(0.02)
    took = work.seconds
    assert took >= 0.06
    time.sleep(0.02)
    assert work.seconds == took


def test_the_seconds_run_while_the_work_does():
    work = progress.Watch(range(2))
    things = iter(work)
    next(things)
    first = work.seconds
    time.sleep(0.01)
    assert work.seconds > first


def test_they_stand_still_where_the_work_is_left():
    work = progress.Watch(range(1000))
    for _ in work:
        break
    took = work.seconds
    time.sleep(0.01)
    assert work.seconds == took


def test_an_error_in_the_work_is_the_readers_to_see():
    def broken():
        yield 1
        raise ValueError("eta: found -1")

    work = progress.Watch(broken())
    with pytest.raises(ValueError, match="eta: found -1"):
        list(work)
    assert work.seconds > 0.0
