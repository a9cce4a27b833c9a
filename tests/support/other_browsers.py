"""Firefox and WebKit, which Playwright drives only as its own builds.

Both open a page and evaluate an async function in it. Firefox speaks
WebDriver BiDi itself, WebKit through Debian's driver; neither has a network.
"""

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from itertools import count

import websocket
from selenium import webdriver
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

PATIENCE = 120
"""Seconds that a browser has for one page on a busy machine."""

PACKAGES = {
    "firefox": "firefox-esr",
    "webkit": "webkit2gtk-driver xvfb",
}
NEEDED = {
    "firefox": [("firefox-esr", "firefox")],
    "webkit": [("WebKitWebDriver",), ("Xvfb",)],
}
PREFERENCES = {
    "remote.active-protocols": 1,  # BiDi alone
    "network.proxy.type": 1,  # every host is out of reach
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
    "network.proxy.no_proxies_on": "",
    "datareporting.policy.dataSubmissionEnabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.aboutwelcome.enabled": False,
}


def missing(name):
    """Say what a browser lacks here and how to get it, or nothing.

    >>> "apt-get install" in (missing("firefox") or "apt-get install")
    True
    """
    for programs in NEEDED[name]:
        if not any(map(shutil.which, programs)):
            return (
                f"No {' or '.join(programs)} in PATH. On Debian and Ubuntu: "
                f"apt-get install {PACKAGES[name]}. To leave it out: "
                f"make test-all LEAVE_OUT={name}"
            )
    return ""


def left_out(name):
    """Tell whether the one who runs the tests wants them without a browser.

    >>> left_out("firefox")
    False
    """
    return name in os.environ.get("LEAVE_OUT", "").split()


class Firefox:
    """A Firefox over WebDriver BiDi."""

    def __init__(self, address):
        """Begin a session at the address that Firefox printed."""
        self.numbers, self.errors = count(), []
        self.socket = websocket.create_connection(
            f"{address}/session", timeout=PATIENCE, suppress_origin=True
        )
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded"])
        tree = self.ask("browsingContext.getTree")
        self.tab = tree["contexts"][0]["context"]

    def ask(self, method, **params):
        """Send a command; return its result, and note errors on the way."""
        number = next(self.numbers)
        message = {"id": number, "method": method, "params": params}
        self.socket.send(json.dumps(message))
        while True:
            heard = json.loads(self.socket.recv())
            if heard.get("method") == "log.entryAdded":
                self.hear(heard["params"])
            elif heard.get("id") == number:
                assert heard["type"] == "success", heard
                return heard["result"]

    def hear(self, entry):
        """Keep what the console shows in red."""
        if entry["level"] == "error":
            self.errors.append(entry["text"])

    def open(self, address, width):
        """Open a page at a width."""
        self.errors.clear()
        size = {"width": width, "height": 900}
        self.ask(
            "browsingContext.setViewport", context=self.tab, viewport=size
        )
        self.ask(
            "browsingContext.navigate",
            context=self.tab,
            url=address,
            wait="complete",
        )

    def evaluate(self, function):
        """Return what an async function gives, which has to be JSON."""
        given = self.ask(
            "script.evaluate",
            expression=f"({function})().then(JSON.stringify)",
            target={"context": self.tab},
            awaitPromise=True,
        )
        assert given["type"] == "success", given
        return json.loads(given["result"]["value"])


class WebKit:
    """A WebKitGTK through its driver."""

    def __init__(self, driver):
        """Take a driver that is running."""
        self.driver, self.errors = driver, []
        driver.set_script_timeout(PATIENCE)
        driver.set_page_load_timeout(PATIENCE)

    def open(self, address, width):
        """Open a page at a width; its console cannot be read."""
        self.driver.set_window_size(width, 900)
        self.driver.get(address)

    def evaluate(self, function):
        """Return what an async function gives, which has to be JSON."""
        given = self.driver.execute_async_script(
            f"const done = arguments[0]; ({function})().then("
            "found => done(JSON.stringify(found)), "
            "error => done(JSON.stringify({error: String(error)})))"
        )
        return json.loads(given)


@contextmanager
def firefox():
    """Run Firefox with a profile of its own."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});"
            for name, value in PREFERENCES.items()
        ]
        with open(f"{profile}/user.js", "w", encoding="utf-8") as file:
            file.write("\n".join(lines))
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        command = [program, "--headless", "--remote-debugging-port=0"]
        running = subprocess.Popen(
            [*command, "--no-remote", "--profile", profile, "about:blank"],
            env=os.environ | {"HOME": profile, "MOZ_REMOTE_ALLOW": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            words = "WebDriver BiDi listening on "
            line = next(line for line in running.stderr if words in line)
            session = Firefox(line.split(words)[1].strip())
            yield session
            session.socket.close()
        finally:
            running.terminate()
            running.wait(timeout=30)
            running.stderr.close()


@contextmanager
def screen():
    """Run an X server that shows nothing to anyone; give its name."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1000x24"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as said:
            yield f":{said.readline().strip()}"
    finally:
        server.terminate()
        server.wait(timeout=30)


@contextmanager
def webkit():
    """Run WebKit on a screen of its own."""
    with screen() as display:
        environment = os.environ | {
            "DISPLAY": display,
            "GDK_BACKEND": "x11",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",  # root in CI
            "http_proxy": "http://127.0.0.1:9",
            "https_proxy": "http://127.0.0.1:9",
            "no_proxy": "localhost,127.0.0.1",
        }
        service = Service(shutil.which("WebKitWebDriver"), env=environment)
        service.start()
        try:
            there = ClientConfig(service.service_url)
            driver = webdriver.Remote(
                RemoteConnection(client_config=there), options=Options()
            )
            yield WebKit(driver)
            driver.quit()
        finally:
            service.stop()


BROWSERS = {"firefox": firefox, "webkit": webkit}
