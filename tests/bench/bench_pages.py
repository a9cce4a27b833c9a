"""Weight and speed of the built pages, beside an earlier build of the book.

A phone's screen in headless Chromium, its processor slowed down four times,
its network "slow 4G" as Lighthouse has it, the pages with gzip from a server
on this computer. Each page is visited three times with an empty cache; the
table has the medians: kB of a first visit and of one by a reader who comes
from the page before, first and largest paint, blocking time, and the time
from arriving at the first widget with a slider to its first change.

Each of these is measured for the book as it is and as it was at an earlier
commit, which is built once, from a git worktree; then for a plain Jupyter
Book page with as many words as a chapter. Pictures below the first screen
are not counted. Run it with ``make bench``; `--pages PATH` measures another
built book, `--before PATH` compares with one that is built already.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "browser"))

import chromium
import house
from slow_phone import SLOWER, phone, served

# The last commit at which pages had all of the theme's style and scripts.
BASELINE = "eadeb1ab4386e9a09884cd78a96e2cd1851dcc32"
KEPT = ROOT / "_build" / "bench"
LANDING = "book/index.html"
ROUNDS = 3
FIRST_VISIT, NEXT_PAGE = 290, 120  # kB
BLOCKING, LANDING_BLOCKING = 1 / 6, 200  # of before; milliseconds
LARGEST = 2 / 3  # of before


# ---- the books ------------------------------------------------------------


def run(*command, **more):
    """Run a command; stop with what it said where it fails."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, **more
    )
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


def build(root):
    """Build the book at ``root`` with the code that is there."""
    tools = Path(sys.executable).parent
    run(
        *(str(tools / "jupyter-book"), "build", "--all", str(root)),
        env=os.environ
        | {
            "PYTHONPATH": str(root / "code"),
            "PATH": f"{tools}:{os.environ['PATH']}",
        },
    )
    return root / "_build" / "html"


def before(commit):
    """Return the pages of an earlier commit, built where they are not."""
    tree = KEPT / commit[:12]
    html = tree / "_build" / "html"
    if not (html / "searchindex.js").exists():
        git = partial(run, "git", "-C", str(ROOT))
        if not has(commit):
            sys.exit(
                f"The commit {commit} is not in this clone, which is shallow "
                "perhaps (git fetch --unshallow gets all). Name a built book "
                "in its place: --before PATH"
            )
        git("worktree", "prune")
        git("worktree", "add", "--force", "--detach", str(tree), commit)
        print(f"The book is built as it was at {commit[:12]} ...", flush=True)
        build(tree)
    return html


def has(commit):
    """Tell whether a commit is in this clone."""
    command = [
        "git",
        "-C",
        str(ROOT),
        "cat-file",
        "-e",
        f"{commit}^{{commit}}",
    ]
    return not subprocess.run(command, capture_output=True).returncode


def plain(chapter):
    """Return a Jupyter Book of one page, with the words of a built chapter."""
    folder = KEPT / "plain"
    page = folder / "intro.md"
    html = folder / "_build" / "html"
    soup = BeautifulSoup(chapter.read_text(encoding="utf-8"), "html.parser")
    blocks = soup.select("article p, article h2")
    text = "\n\n".join(" ".join(b.get_text().split()) for b in blocks)
    if not html.exists() or page.read_text(encoding="utf-8") != text:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        page.write_text(f"# Plain\n\n{text}", encoding="utf-8")
        contents = "format: jb-book\nroot: intro\n"
        (folder / "_toc.yml").write_text(contents, encoding="utf-8")
        (folder / "_config.yml").write_text("title: Plain\n", encoding="utf-8")
        build(folder)
    return html


# ---- the numbers ----------------------------------------------------------


def measure(browser, folder, pages):
    """Return the numbers of pages: medians of first visits, and ``next``."""
    result = {}
    with served(folder) as host:
        for name in pages:
            rounds = []
            for _ in range(ROUNDS):
                with phone(browser) as reader:
                    numbers = reader.visit(f"{host}/{name}")
                    rounds.append(numbers | {"answer": reader.answer()})
            result[name] = {
                key: statistics.median(each[key] for each in rounds)
                for key in rounds[0]
            }
        with phone(browser) as reader:
            for name in pages:
                kilobytes = reader.visit(f"{host}/{name}")["kB"]
                result[name]["next"] = kilobytes
    return result


# ---- the table ------------------------------------------------------------

COLUMNS = {
    "kB": "kB",
    "next": "next kB",
    "first": "first ms",
    "largest": "largest ms",
    "blocking": "blocking ms",
    "answer": "answer ms",
}


def misses(name, now, old):
    """Return the columns in which a page is above its limit."""
    limits = {
        "kB": FIRST_VISIT,
        "next": FIRST_VISIT if name == LANDING else NEXT_PAGE,
        "largest": old["largest"] * LARGEST,
        "blocking": LANDING_BLOCKING
        if name == LANDING
        else old["blocking"] * BLOCKING,
    }
    return [key for key, most in limits.items() if now[key] > most]


def row(name, numbers, wrong=()):
    """Print one line of the table."""
    cells = [
        f"{numbers[key]:.0f}{'!' if key in wrong else ' '}" for key in COLUMNS
    ]
    print(f"{name:<26}" + "".join(f"{cell:>13}" for cell in cells), flush=True)


def compare(now, old, plain_page):
    """Print the table; tell whether every number is within its limit."""
    print(f"{'':<26}" + "".join(f"{c + ' ':>13}" for c in COLUMNS.values()))
    missed = False
    for name, numbers in now.items():
        wrong = misses(name, numbers, old[name])
        missed |= bool(wrong)
        row(f"{Path(name).stem}, before", old[name])
        row(f"{Path(name).stem}, now", numbers, wrong)
    row("plain Jupyter Book page", plain_page)
    return not missed


def arguments():
    """What the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=Path, default=ROOT / "_build" / "html")
    parser.add_argument("--before", type=Path)
    parser.add_argument("--commit", default=BASELINE)
    return parser.parse_args()


def main():
    """Print the table; exit with 1 if a page is above a limit."""
    given = arguments()
    if not (given.pages / LANDING).exists():
        sys.exit("The book is not built: run `make book`.")
    names = [LANDING] + [
        str(page.relative_to(ROOT).with_suffix(".html"))
        for page in house.chapters()
    ]
    old = given.before or before(given.commit)
    simple = plain(given.pages / names[3])
    print(f"phone, processor {SLOWER} times slower, slow 4G, ", end="")
    print(f"medians of {ROUNDS}; `!` is above the limit")
    with chromium.browser() as browser:
        other = measure(browser, simple, ["intro.html"])["intro.html"]
        was = measure(browser, old, names)
        now = measure(browser, given.pages, names)
    return int(not compare(now, was, other))


if __name__ == "__main__":
    sys.exit(main())
