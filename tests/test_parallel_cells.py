"""Cells of several pages run at once, quietly, and fail as they would."""

import nbformat
import parallel_cells
import pytest

MEETS = """
import time
from pathlib import Path
Path({mine!r}).touch()
while not Path({other!r}).exists():
    time.sleep(0.01)
print("met", {other!r})
"""


def notebook(source):
    """Return a notebook of one cell."""
    kernel = {"name": "python3", "display_name": "", "language": "python"}
    cell = nbformat.v4.new_code_cell(source)
    metadata = {"kernelspec": kernel}
    return nbformat.v4.new_notebook(cells=[cell], metadata=metadata)


@pytest.fixture
def runs():
    """Return a place where two notebooks run at once."""
    place = parallel_cells.Runs(2)
    yield place
    place.stop()


def test_two_run_at_once_and_no_kernel_complains(runs, tmp_path, capfd):
    names = ["one", "two"]
    sources = [MEETS.format(mine=a, other=b) for a, b in (names, names[::-1])]
    for source in sources:
        runs.start(notebook(source), str(tmp_path), 60)
    for source, other in zip(sources, names[::-1], strict=True):
        asked = notebook(source)
        done = runs.hand_over(asked)
        assert done.err is None
        assert asked.cells[0].outputs[0].text == f"met {other}\n"
        assert not asked.cells[0].metadata  # else the cache does not know it
    assert capfd.readouterr().err == ""


def test_a_cell_that_fails_is_handed_over_as_a_failure(runs, tmp_path):
    runs.start(notebook("1 / 0"), str(tmp_path), 60)
    done = runs.hand_over(notebook("1 / 0"))
    assert "ZeroDivisionError" in done.exc_string
    assert done.nb.cells[0].outputs[0].ename == "ZeroDivisionError"
