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
import gzip
import os
import shutil
import statistics
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from bs4 import BeautifulSoup

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "support"))
sys.path.insert(0, str(ROOT / "browser"))

import chromium
import house

# The last commit at which pages had all of the theme's style and scripts.
BASELINE = "eadeb1ab4386e9a09884cd78a96e2cd1851dcc32"
KEPT = ROOT / "_build" / "bench"
LANDING = "book/index.html"
ROUNDS = 3
SLOWER = 4
SLOW_4G = {
    "offline": False,
    "latency": 150,  # milliseconds
    "downloadThroughput": 1.6e6 / 8,  # bytes a second
    "uploadThroughput": 750e3 / 8,
}
PHONE = {"width": 375, "height": 667}
FIRST_VISIT, NEXT_PAGE = 290, 120  # kB
BLOCKING, LANDING_BLOCKING = 1 / 6, 200  # of before; milliseconds
LARGEST = 2 / 3  # of before
TEXT = (".html", ".css", ".js", ".svg", ".json")

# Before anything else runs in a page: keep what its observers report.
WATCH = """
window.seen = { tasks: [], first: 0, largest: 0, last: 0 };
const watch = (type, use) => new PerformanceObserver((list) => {
  list.getEntries().forEach(use);
}).observe({ type, buffered: true });
watch("longtask", (task) => { seen.tasks.push([task.startTime, task.duration]);
                              seen.last = task.startTime + task.duration; });
watch("paint", (paint) => {
  if (paint.name === "first-contentful-paint") seen.first = paint.startTime;
});
watch("largest-contentful-paint", (paint) => {
  seen.largest = paint.startTime;
});
"""
# Two seconds without a long task, after all has come.
QUIET = """document.readyState === "complete" && seen.first &&
  performance.now() - Math.max(
    seen.last, performance.timing.loadEventEnd - performance.timeOrigin
  ) > 2000"""
# As Lighthouse counts: what a task takes beyond 50 ms, after the first paint.
NUMBERS = """() => ({
  first: seen.first, largest: seen.largest,
  blocking: seen.tasks
    .filter(([start, length]) => start + length > seen.first)
    .map(([start, length]) =>
      length - Math.max(0, seen.first - start) - 50)
    .filter((beyond) => beyond > 0).reduce((a, b) => a + b, 0),
  below: [...document.querySelectorAll("article img[src]")]
    .filter((i) => i.getBoundingClientRect().top > innerHeight)
    .map((i) => i.currentSrc),
})"""
# From scrolling to a widget until its first slider has changed something.
ANSWER = """(host) => new Promise((done) => {
  const start = performance.now();
  let moved = false;
  const look = () => {
    const slider = host.querySelector("input[type=range]");
    if (!slider || moved) return;
    moved = true;
    const change = new MutationObserver(() => {
      done(performance.now() - start);
    });
    change.observe(host, {
      subtree: true, childList: true, characterData: true, attributes: true,
    });
    slider.value = slider.value === slider.max ? slider.min : slider.max;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };
  new MutationObserver(look).observe(host, { subtree: true, childList: true });
  host.scrollIntoView();
  look();
})"""


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


# ---- the server -----------------------------------------------------------


@cache
def packed(path):
    """Return a file as it travels."""
    data = Path(path).read_bytes()
    return gzip.compress(data, 6) if path.endswith(TEXT) else data


class Packing(SimpleHTTPRequestHandler):
    """Serve files as a host of static pages does: packed, kept a while."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """Send a file."""
        path = self.translate_path(self.path)
        if not os.path.isfile(path):
            self.send_error(404)
            return
        data = packed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "max-age=600")
        if path.endswith(TEXT):
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(folder):
    """Serve a folder; give its address."""
    handler = partial(Packing, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


# ---- a visit --------------------------------------------------------------


@dataclass
class Reader:
    """A phone: one page after the other, with one cache."""

    context: object

    def __post_init__(self):
        """Slow the phone down, and listen to its network."""
        self.page = self.context.new_page()
        self.page.add_init_script(WATCH)
        self.sizes, self.addresses = {}, {}
        session = self.context.new_cdp_session(self.page)
        session.send("Network.enable")
        session.send("Network.setBlockedURLs", {"urls": ["https://*"]})
        session.send("Network.emulateNetworkConditions", SLOW_4G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        session.on("Network.requestWillBeSent", self.asked)
        session.on("Network.loadingFinished", self.came)

    def asked(self, event):
        """Keep which request is for which address."""
        self.addresses[event["requestId"]] = event["request"]["url"]

    def came(self, event):
        """Keep how many bytes came over the network."""
        self.sizes[event["requestId"]] = event["encodedDataLength"]

    def visit(self, address):
        """Open a page and wait until it is quiet; return its numbers."""
        self.sizes, self.addresses = {}, {}
        self.page.goto(address, wait_until="load", timeout=120_000)
        self.page.wait_for_function(QUIET, timeout=120_000)
        numbers = self.page.evaluate(NUMBERS)
        below = set(numbers.pop("below"))
        numbers["kB"] = (
            sum(
                size
                for key, size in self.sizes.items()
                if self.addresses.get(key) not in below
            )
            / 1000
        )
        return numbers

    def answer(self):
        """Milliseconds until the first widget with a slider answers."""
        hosts = self.page.locator(".bp-host")
        return hosts.first.evaluate(ANSWER) if hosts.count() else 0.0


@contextmanager
def phone(browser):
    """Give a reader with an empty cache."""
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True
    )
    try:
        yield Reader(context)
    finally:
        context.close()


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
