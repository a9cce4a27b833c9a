"""Pages of the built book, opened as by a reader without a network.

`look` opens a page once and brings back every fact about it that tests ask
for: opening a page is what they would spend their time on.
"""

import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

import accessibility
import house
from playwright.sync_api import TimeoutError as TooLate

ELSEWHERE = re.compile(r"^(?!file:|data:|blob:|about:)")
FONTS = "**/*.woff2"
PHONE, DESK = 375, 1280
LIGHT_DESK = ("light", DESK)
DARK_PHONE = ("dark", PHONE)
EVERY_WAY = [(s, w) for s in ("light", "dark") for w in (DESK, PHONE)]

BOOK = [
    str(page.relative_to(house.ROOT).with_suffix(".html"))
    for page in house.pages()
]
CHAPTERS = [
    str(page.relative_to(house.ROOT).with_suffix(".html"))
    for page in house.chapters()
]
ALL = [*BOOK, "genindex.html", "search.html"]

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
OPEN_FOLDS = """async () => {
  document.querySelectorAll("button.toggle-button-hidden")
    .forEach(button => button.click());
  document.querySelectorAll("details")
    .forEach(fold => { fold.open = true; });
  // Those off the screen would stand still until they are scrolled to.
  const ends = one => Number.isFinite(one.effect.getComputedTiming().endTime);
  for (let still = 0; still < 3; still += 1) {
    await new Promise(requestAnimationFrame);
    for (const one of document.getAnimations().filter(ends)) {
      one.finish();
      still = 0;
    }
  }
}"""
LOAD_PICTURES = """async () => {
  for (const picture of document.images) picture.loading = "eager";
  const broken = [];
  for (const picture of document.images)
    await picture.decode().catch(() => broken.push(picture.src));
  return broken;
}"""
STILL = """async (element) => {
  const frame = () => new Promise(requestAnimationFrame);
  let since = 0, height;
  while (since < 5) {
    await frame();
    const now = element.getBoundingClientRect().y;
    since = now === height ? since + 1 : 0;
    height = now;
  }
  return height;
}"""
MEASURE = f"""() => {{
  const all = (selector, fact) =>
    [...document.querySelectorAll(selector)].map(fact);
  const without = (box) =>
    (box.scrollWidth > box.clientWidth) !== (box.tabIndex === 0);
  return {{
    theme: document.documentElement.dataset.theme,
    across: document.documentElement.scrollWidth,
    wrong_stops: [...document.querySelectorAll("{FORMULA}")]
      .filter(without).map(box => box.textContent.slice(0, 60)),
    filters: all(".cell_output img", e => getComputedStyle(e).filter),
    frames: all(
      ".bp-host", e => getComputedStyle(e.parentElement).backgroundColor),
  }};
}}"""
ON_PAPER = """() => [...document.querySelectorAll(".bp-host")].map(host => ({
  picture: host.querySelector("img.bp-still")?.checkVisibility() ?? false,
  table: host.querySelector("table")?.checkVisibility() ?? false,
  controls: [...host.querySelectorAll("input, button, select")]
    .filter(each => each.checkVisibility()).length,
}))"""


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

    def settle(self):
        """Wait until the fonts are there and what is off screen is skipped."""
        self.page.wait_for_load_state("load")
        self.page.evaluate("document.fonts.ready.then(() => null)")
        self.page.wait_for_selector(RESTS, state="attached")

    def open_every_fold(self):
        """Show what is folded, to test it too, and faded in."""
        self.page.evaluate(OPEN_FOLDS)

    def wait_for_tab_stops(self):
        """Give whoever sets tab stops the time; the caller judges them."""
        self.page.evaluate("document.fonts.ready.then(() => null)")
        with suppress(TooLate):
            self.page.wait_for_function(TAB_STOPS, timeout=5000)

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


@contextmanager
def visit(browser, html, name, width=DESK, scheme="light", **options):
    """Open a page from disk, offline; give the `Visit`.

    With `late_fonts` they arrive only when the page has been laid out.
    """
    late_fonts = options.pop("late_fonts", False)
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        reduced_motion="reduce",
        offline=True,
        **options,
    )
    seen = Visit(context.new_page())
    seen.listen()
    path, _, query = name.partition("?")
    address = (html / path).as_uri() + (f"?{query}" if query else "")
    try:
        if late_fonts:
            open_with_late_fonts(seen.page, address)
        else:
            seen.page.goto(address, wait_until="load")
        seen.page.evaluate("document.fonts.ready.then(() => null)")
        yield seen
    finally:
        context.close()


def open_with_late_fonts(page, address):
    """Open a page; hold its fonts back until it shows its text without."""
    held = []
    page.route(FONTS, lambda route: held.append(route))
    with page.expect_request(FONTS):
        page.goto(address, wait_until="domcontentloaded")
    page.evaluate("new Promise(requestAnimationFrame)")
    page.route(FONTS, lambda route: route.continue_())  # the last one counts
    for route in held:
        route.continue_()


@dataclass(frozen=True)
class Facts:
    """All that tests ask about one page in one scheme at one width."""

    scheme: str
    width: int
    theme: str
    """The theme that the page took."""
    complaints: list
    """Errors, missing files, and requests to other hosts."""
    broken: list
    """Pictures that do not show."""
    across: int
    """How many pixels wide the page is, its folds open."""
    wrong_stops: list
    """Formulas that scroll and take no focus, or the reverse."""
    folded: list
    """Whether each solution was hidden at first."""
    unfolded: list
    """Whether each was shown, and said so, after Enter on its button."""
    jump: float
    """How far a fold moved on the screen when it was opened."""
    filters: list
    """What is done to the colours of each figure."""
    frames: list
    """The ground around each widget."""
    on_paper: list
    """What each widget shows in print."""
    pale: list
    """Text with too little contrast; in drawings on a phone only."""
    violations: list
    """What axe finds beside contrast; on a phone only."""


def look(browser, html, name, scheme, width):
    """Open a page once; return the `Facts`."""
    phone = width == PHONE
    late = {"late_fonts": phone and name in CHAPTERS}
    with visit(browser, html, name, width, scheme, **late) as seen:
        seen.settle()
        folds = {} if phone else open_solutions(seen)
        seen.open_every_fold()
        broken = seen.page.evaluate(LOAD_PICTURES)
        seen.wait_for_tab_stops()
        measured = seen.page.evaluate(MEASURE)
        pale = accessibility.pale(seen.page, drawn=phone)
        found = []
        if phone:
            rules = accessibility.ALL_RULES_BUT_CONTRAST
            found = accessibility.violations(seen.page, options=rules)
        seen.page.emulate_media(media="print")
        on_paper = seen.page.evaluate(ON_PAPER)
        nothing = {"folded": [], "unfolded": [], "jump": 0.0}
        return Facts(
            scheme=scheme,
            width=width,
            complaints=seen.complaints,
            broken=broken,
            pale=pale,
            violations=found,
            on_paper=on_paper,
            **(nothing | folds),
            **measured,
        )


def open_solutions(seen):
    """Open the first solution by mouse and all by keyboard."""
    solutions = seen.page.locator("div.solution.dropdown")
    contents = [s.locator(".section, section").first for s in solutions.all()]
    buttons = [
        s.locator("button.toggle-button").first for s in solutions.all()
    ]
    folded = [not content.is_visible() for content in contents]
    if not buttons:
        return {}
    jump = jump_of(buttons[0])
    unfolded = []
    for button, content in zip(buttons, contents, strict=True):
        button.focus()
        seen.page.keyboard.press("Enter")
        with suppress(TooLate):
            content.wait_for(state="visible", timeout=5000)
        says = button.get_attribute("aria-expanded")
        unfolded.append(content.is_visible() and says == "true")
    return {"folded": folded, "unfolded": unfolded, "jump": jump}


def jump_of(button):
    """Open a fold and close it again; return how far it moved."""
    button.scroll_into_view_if_needed()
    before = button.evaluate(STILL)
    button.click()
    after = button.evaluate(STILL)
    button.click()
    return abs(after - before)
