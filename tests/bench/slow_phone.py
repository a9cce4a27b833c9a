"""A phone that reads a built site: slow processor, slow network, one cache.

`served` gives a folder an address, and sends its files packed, as a host of
static pages does. `phone` gives a `Reader` with an empty cache.
"""

import gzip
import os
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SLOWER = 4
SLOW_4G = {
    "offline": False,
    "latency": 150,  # milliseconds
    "downloadThroughput": 1.6e6 / 8,  # bytes a second
    "uploadThroughput": 750e3 / 8,
}
PHONE = {"width": 375, "height": 667}
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
