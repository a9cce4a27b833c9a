"""A page with widgets as the book has it, and a reader who uses them."""

import json
import re
import threading
from collections import defaultdict
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock
from urllib.parse import quote, unquote, urlsplit

import house
from backprop.widgets.core.base import BookWidget

STATIC = house.ROOT / "code" / "backprop" / "widgets" / "static"
VIEW = re.compile(r'<div class="bp-host" data-view="(\w+)"')
NAME = re.compile(r'data-view="\w+" data-name="([\w-]+)"')
LOADED = 600  # seconds on the clock of a page; no page loads so long
NO_NUMBER = re.compile(r"NaN|Infinity|undefined|null")
ELSEWHERE = re.compile(r"^(?!file:|data:|blob:|about:)")
# The address is written before the clipboard, which takes a while, is.
PRESS_SHARE = "button => { button.click(); return location.hash; }"
# The browser itself says so a moment later.
SET = """hash => {
  history.replaceState(null, "", hash);
  dispatchEvent(new Event("hashchange"));
}"""
PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Widgets</title>
{files}
</head>
<body><main><h1>Widgets</h1>{body}</main></body>
</html>
"""


# In place of a still picture, where nobody looks at it: one takes half a
# second to draw.
BLANK = """<img class="bp-still" alt="left out" src="data:image/svg+xml,\
%3Csvg xmlns='http://www.w3.org/2000/svg' width='200' height='200'/%3E">"""


def without_pictures():
    """Have no still picture drawn, while this is entered."""
    return mock.patch.object(BookWidget, "_picture", return_value=BLANK)


def html_of(part, pictures=False):
    """What a page has of a widget, as a rule without its picture; or HTML."""
    if isinstance(part, str):
        return part
    if pictures:
        return part.page_html()
    with without_pictures():
        return part.page_html()


def write(folder, parts, theme="light", pictures=False):
    """Write a page with these widgets; return its path."""
    body = "\n".join(html_of(part, pictures) for part in parts)
    path = folder / "page.html"
    text = PAGE.format(theme=theme, files=files_of(body), body=body)
    path.write_text(text, encoding="utf-8")
    return path


def files_of(body):
    """The scripts and styles of the widgets in a page, as the book has them.

    From where they are committed: none is copied.
    """
    names = ["core", *dict.fromkeys(VIEW.findall(body))]
    stems = [(STATIC / "page" / name).as_uri() for name in names]
    return "\n".join(
        f'<link rel="stylesheet" href="{stem}.css">'
        f'<script defer src="{stem}.js"></script>'
        for stem in stems
    )


def hash_of(*states):
    """What sets the widgets of a page, in their order; see `addressed`."""
    return "#states=" + quote(json.dumps(states))


def addressed(fragment, names):
    """A fragment of `hash_of` as a reader's link has it, by these names."""
    if not fragment.startswith("#states="):
        return fragment
    states = json.loads(unquote(fragment.removeprefix("#states=")))
    widgets = dict(zip(names, states, strict=False))
    return "#widgets=" + quote(json.dumps({"version": 2, "widgets": widgets}))


def names_in(html):
    """What a link calls the widgets of a page, as it is on disk."""
    return counted(NAME.findall(html))


def counted(names):
    """Of widgets that start alike, the second is called ``NAME~2``."""
    found = []
    for at, base in enumerate(names):
        count = names[: at + 1].count(base)
        found.append(base if count == 1 else f"{base}~{count}")
    return found


class Reader:
    """Someone who uses the widgets of an open page."""

    def __init__(self, page, complaints, scripts=True):
        self.page = page
        self.complaints = complaints
        self.scripts = scripts
        self.awake = set()

    def host(self, index=0):
        """The element of one widget, whether it runs or not."""
        return self.page.locator(".bp-host").nth(index)

    def widget(self, index=0):
        """The element of one widget, which runs."""
        if self.scripts and index not in self.awake:
            self.wake(index)
        return self.host(index)

    def wake(self, index=0):
        """Scroll to a widget until it runs: far from the screen none does."""
        host = self.host(index)
        host.scroll_into_view_if_needed()
        host.and_(self.page.locator(".bp-runs")).wait_for()
        self.awake.add(index)

    def wake_all(self):
        """Have every widget run, and go back to the top of the page."""
        for index in range(self.page.locator(".bp-host").count()):
            self.widget(index)
        self.page.evaluate("scrollTo(0, 0)")

    def slider(self, name, index=0):
        """A slider by its name."""
        widget = self.widget(index)
        return widget.get_by_role("slider", name=name, exact=True)

    def button(self, name, index=0):
        """A button by its name."""
        widget = self.widget(index)
        return widget.get_by_role("button", name=name, exact=True)

    def chooser(self, name="activation", index=0):
        """A list of choices by what its name begins with."""
        begins = re.compile(f"^{re.escape(name)}\\b")
        return self.widget(index).get_by_role("combobox", name=begins)

    def fallback(self, index=0):
        """The still picture and the table of a widget."""
        return self.widget(index).locator(".bp-fallback")

    def all_digits(self, index=0):
        """The box to tick for all digits."""
        widget = self.widget(index)
        return widget.get_by_role("checkbox", name="all digits")

    def live(self, index=0):
        """The line that says the present numbers."""
        return self.widget(index).locator(".bp-live").text_content()

    def html(self, index=0):
        """Everything that a widget shows, and how."""
        return self.widget(index).evaluate("e => e.outerHTML")

    def values(self, index=0):
        """Where the controls stand, which HTML does not tell."""
        return self.widget(index).evaluate(
            "e => [...e.querySelectorAll('input,select')]"
            ".map(i => i.type === 'checkbox' ? i.checked : i.value)"
        )

    def states(self):
        """What a link to this page would restore."""
        text = self.widget().locator(".bp-share").evaluate(PRESS_SHARE)
        return [
            *json.loads(unquote(text).removeprefix("#widgets="))[
                "widgets"
            ].values()
        ]

    def set(self, *states):
        """Set the widgets, as a link does that is opened in an open page."""
        hosts = self.page.locator(".bp-host")
        names = hosts.evaluate_all("all => all.map(e => e.dataset.name)")
        fragment = addressed(hash_of(*states), counted(names))
        self.page.evaluate(SET, fragment)

    def wait_until_drawn(self):
        """What has changed by now is on the screen."""
        self.page.evaluate(
            "new Promise(done => requestAnimationFrame(() => "
            "requestAnimationFrame(done)))"
        )

    def check(self):
        """No error, no request, and a number wherever one should be."""
        assert self.complaints == []
        hosts = self.page.locator(".bp-host")
        for html in hosts.evaluate_all("all => all.map(e => e.outerHTML)"):
            assert "bp-failed" not in html
            found = NO_NUMBER.search(html)
            assert found is None, html[found.start() - 90 :][:180]


FREE = defaultdict(list)
"""Pages whose tests are over, by their browser and how they were opened."""


@contextmanager
def reading(browser, address, clock=False, own=False, **options):
    """Open a page from disk with no network; give its `Reader`.

    With `clock` the page's time stands still, until `page.clock.run_for`
    lets some pass: its frames and timers come when the test says so, on a
    busy machine too. A tab costs more than most tests and serves many; one
    of its `own` is for a test that adds to it what cannot be taken away.
    """
    options = {"viewport": {"width": 1280, "height": 900}} | options
    free = FREE[browser, repr(sorted(options.items()))]
    own = own or clock
    used = free.pop() if free and not own else None
    page, complaints = used or new_page(browser, options)
    if clock:
        page.clock.install(time=0)
    place, mark, fragment = address.partition("#")
    if mark and place.startswith("file:"):
        html = Path(urlsplit(place).path).read_text(encoding="utf-8")
        address = place + addressed(mark + fragment, names_in(html))
    try:
        page.goto(address, wait_until="load")
        if clock:
            page.clock.pause_at(LOADED)
        scripts = options.get("java_script_enabled", True)
        yield Reader(page, complaints, scripts)
    except BaseException:
        own = True
        raise
    finally:
        if own:
            page.context.close()
        else:
            leave(page, options["viewport"])
            complaints.clear()
            free.append((page, complaints))


def new_page(browser, options):
    """Open a tab of its own; give it, and what it will complain about."""
    context = browser.new_context(offline=True, **options)
    context.route(ELSEWHERE, lambda route: route.abort())
    page, complaints = context.new_page(), []
    add = complaints.append
    page.on("pageerror", lambda error: add(f"error: {error}"))
    page.on("request", lambda r: ELSEWHERE.match(r.url) and add(r.url))
    page.on("console", lambda m: m.type == "error" and add(m.text))
    return page, complaints


def leave(page, viewport):
    """Have a tab forget what a test did to it."""
    page.goto("about:blank")
    page.mouse.move(0, 0)
    page.emulate_media(media="null")
    page.set_viewport_size(viewport)


class Quiet(SimpleHTTPRequestHandler):
    """A file server that says nothing."""

    def log_message(self, *_):
        """Say nothing."""


@contextmanager
def served(folder):
    """Serve a folder on this computer: modules do not load from disk."""
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
