"""Build the book once, and open its pages as a reader without a network."""

import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import house
import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import TimeoutError as TooLate

ELSEWHERE = re.compile(r"^(?!file:|data:|blob:|about:)")
# What the keyboard scrolls has a tab stop, which the theme and ours set late,
# and ours take away again.
FORMULA = "div.math > .formula"
TABLE = ".pst-scrollable-table-container"
SCROLLS = f"pre, .cell_output > .output, {TABLE}, {FORMULA}"
TAB_STOPS = f"""() => {{
  const right = (box) => {{
    const scrolls = box.scrollWidth > box.clientWidth;
    if (scrolls) return box.tabIndex === 0;
    return box.tabIndex !== 0 || !box.matches("{FORMULA}");
  }};
  return [...document.querySelectorAll("{SCROLLS}")].every(right);
}}"""
RESTS = ".bd-article.at-rest, body:not(:has(.bd-article))"
OPEN_FOLDS = """() => {
  document.querySelectorAll("button.toggle-button-hidden")
    .forEach(button => button.click());
  document.querySelectorAll("details")
    .forEach(fold => { fold.open = true; });
}"""


@pytest.fixture(scope="session")
def build(tmp_path_factory):
    """Build a clean copy with an empty cache; return folder, code, log."""
    root = house.clean_copy(tmp_path_factory.mktemp("book") / "tree")
    cache = root / ".pytest_cache"  # there in real life, and no page of ours
    cache.mkdir()
    (cache / "README.md").write_text("# not a page\n", encoding="utf-8")
    code, log = house.build(root)
    html = root / "_build" / "html"
    for report in sorted((html / "reports").rglob("*.log")):
        log += f"\n{report.name}\n{report.read_text(encoding='utf-8')}"
    return html, code, log


@pytest.fixture(scope="session")
def html(build):
    """Return the folder of the built pages."""
    folder, code, _ = build
    if code:
        pytest.fail("the book does not build: see test_build", pytrace=False)
    return folder


@pytest.fixture(scope="session")
def soup(html):
    """Return a function that gives a parsed page; each is parsed once."""
    parsed = {}

    def parse(name):
        if name not in parsed:
            text = (html / name).read_text(encoding="utf-8")
            parsed[name] = BeautifulSoup(text, "html.parser")
        return parsed[name]

    return parse


@dataclass
class Visit:
    """An open page, and what it asked for or complained about."""

    page: object
    complaints: list = field(default_factory=list)

    def listen(self):
        """Collect errors, requests to other hosts and files not found."""
        add = self.complaints.append
        self.page.on("pageerror", lambda error: add(f"error: {error}"))
        self.page.on("console", self.heard)
        self.page.on("request", self.asked)
        self.page.on("requestfailed", self.lost)

    def open_every_fold(self):
        """Show what is folded, so that it is tested too."""
        self.page.evaluate(OPEN_FOLDS)

    def wait_for_rest(self):
        """The page skips what is off the screen from now on."""
        self.page.wait_for_selector(RESTS, state="attached")

    def wait_for_tab_stops(self):
        """Whoever sets tab stops has had the time; who forgot is not told."""
        self.page.evaluate("document.fonts.ready.then(() => null)")
        with suppress(TooLate):
            self.page.wait_for_function(TAB_STOPS, timeout=5000)

    def wait_until_still(self, element):
        """Wait until a thing stays in its place; return its height there."""
        heights = [None]
        while len(heights) < 200:
            heights.append(element.bounding_box()["y"])
            if heights[-1] == heights[-2]:
                return heights[-1]
            self.page.wait_for_timeout(100)
        raise AssertionError(f"it moves without end: {heights[-9:]}")

    def heard(self, message):
        """Keep what the console shows in red."""
        if message.type == "error":
            self.complaints.append(f"console: {message.text}")

    def lost(self, request):
        """Keep a file that is not there, not one that a reload gave up."""
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"failed: {request.url}")

    def asked(self, request):
        """Keep every request that leaves the book."""
        if ELSEWHERE.match(request.url):
            self.complaints.append(f"request: {request.url}")


@pytest.fixture(scope="session")
def visit(html, browser):
    """Return a context manager that opens a page from disk, offline."""

    @contextmanager
    def open_page(name, width=1280, scheme="light", javascript=True):
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=javascript,
            offline=True,
        )
        context.route(ELSEWHERE, lambda route: route.abort())
        seen = Visit(context.new_page())
        seen.listen()
        path, _, query = name.partition("?")
        address = (html / path).as_uri() + (f"?{query}" if query else "")
        seen.page.goto(address, wait_until="load")
        seen.page.evaluate("document.fonts.ready.then(() => null)")
        try:
            yield seen
        finally:
            context.close()

    return open_page
