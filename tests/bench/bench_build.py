"""Time that ``make book`` takes: cold, after an edit, and without a change.

A copy of the sources is built, so the book in ``_build`` stays as it is. The
limits are in seconds of cells: first the cells of every page run alone, one
page after the other, and their times are added up, without the start of their
kernels. Only a machine with nothing else to do, and with two processors, can
be held to the limits. Run it with ``make bench``.
"""

import asyncio
import sys
import time
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve()
sys.path[:0] = [
    str(HERE.parents[1] / "support"),
    str(HERE.parents[2] / "book/_ext"),
]

import chapter
import house
import parallel_cells

COLD = 0.8  # times the cells
EDIT = 8.0  # s more than the cells of the page that was edited
SAME = 5.0  # s
BEGAN, ENDED = "iopub.execute_input", "shell.execute_reply"


def cells_alone(page):
    """Run the cells of a page, nothing beside; return their seconds."""
    book = chapter.notebook(page)
    if not chapter.code_cells(book):
        return 0.0
    work = parallel_cells.run(book, str(page.parent), 120, record_timing=True)
    done = asyncio.run(work)
    if done.err:
        raise done.err
    return sum(map(seconds_of, chapter.code_cells(done.nb)))


def seconds_of(cell):
    """Return how long a cell took; 0 for one that was not run."""
    stamps = cell.metadata.get("execution", {})
    if ENDED not in stamps:
        return 0.0
    began, ended = (
        datetime.fromisoformat(stamps[name].replace("Z", "+00:00"))
        for name in (BEGAN, ENDED)
    )
    return (ended - began).total_seconds()


def build(root):
    """Build the book in a folder; return the seconds."""
    start = time.perf_counter()
    code, log = house.build(root)
    if code:
        raise SystemExit(f"the book does not build:\n{log}")
    return time.perf_counter() - start


def edit(page):
    """Change the words of a page, and one of its cells."""
    text = page.read_text(encoding="utf-8")
    head, fence, rest = text.partition("```{code-cell} ipython3\n")
    cell, end, rest = rest.partition("\n```")
    text = f"{head}Edited.\n\n{fence}{cell}\n# edited{end}{rest}"
    page.write_text(text, encoding="utf-8")


def report(what, seconds, limit):
    """Print a row; tell whether it is within its limit."""
    mark = "" if seconds <= limit else "  above the limit"
    print(f"  {what:<32}{seconds:8.1f}{limit:8.1f}{mark}")
    return seconds <= limit


def main():
    """Print the table; exit with 1 if a build is above its limit."""
    alone = {page.stem: cells_alone(page) for page in house.pages()}
    total = sum(alone.values())
    edited = house.chapters()[-1]
    print("make book, s                         took   limit")
    print(f"  {'all cells, one at a time':<32}{total:8.1f}")
    with TemporaryDirectory() as folder:
        root = house.clean_copy(Path(folder, "book"))
        good = [report("cold", build(root), COLD * total)]
        good += [report("without a change", build(root), SAME)]
        edit(root / edited.relative_to(house.ROOT))
        most = alone[edited.stem] + EDIT
        good += [report(f"{edited.stem}.md edited", build(root), most)]
    return int(not all(good))


if __name__ == "__main__":
    sys.exit(main())
