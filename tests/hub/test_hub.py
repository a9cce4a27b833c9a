"""A class on a real JupyterHub: several students at once, in a browser each.

The hub runs with deploy/jupyterhub_config.py. Each student follows a link of
nbgitpuller, which copies the book, opens chapter 3 as a notebook, runs it and
moves a slider. ``make hub-test`` installs what this takes, and runs it.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import house
import pytest
from backprop import classroom

PROXY = shutil.which("configurable-http-proxy")
MISSING = [
    name
    for name, found in (
        ("jupyterhub", find_spec("jupyterhub")),
        ("jupyterhub-idle-culler", find_spec("jupyterhub_idle_culler")),
        ("nbgitpuller", find_spec("nbgitpuller")),
        ("configurable-http-proxy", PROXY),
    )
    if not found
]
pytestmark = [
    pytest.mark.hub,
    pytest.mark.skipif(
        bool(MISSING) and "HUB_REQUIRED" not in os.environ,
        reason=f"not installed: {', '.join(MISSING)}; run `make hub-test`",
    ),
]

STUDENTS = ("ada", "emmy", "sofia")
PASSWORD, TOKEN = "chain rule", "of-the-culler-in-this-test"
PATIENCE = 240
"""Seconds that a student waits for anything, with all of them on two cores."""

READY = """() => {
  const panel = window.jupyterapp?.shell.currentWidget;
  const kernel = panel?.sessionContext?.session?.kernel;
  return panel?.content?.model?.cells?.length > 10
    && kernel?.connectionStatus === "connected" && kernel.status === "idle";
}"""
RUN_ALL = (
    "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
)
CELLS = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
  return Array.from(cells).filter((cell) => cell.type === "code").map(
    (cell) => ({
      ran: cell.executionCount !== null || !cell.sharedModel.getSource(),
      errors: cell.outputs.toJSON().filter((o) => o.output_type === "error"),
    }));
}"""
SHOW = """(text) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const index = notebook.widgets.findIndex((cell) =>
    cell.model.sharedModel.getSource().includes(text));
  notebook.activeCellIndex = index;
  return notebook.scrollToItem(index, "center").then(() => index);
}"""
EXECUTE = """async (code) => {
  const panel = window.jupyterapp.shell.currentWidget;
  const kernel = panel.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code });
  let text = "";
  future.onIOPub = ({ content }) => { text += content.text ?? ""; };
  await future.done;
  return text;
}"""


def git(folder, *arguments):
    """Run git, as somebody, whoever runs the test."""
    who = ["-c", "user.name=teacher", "-c", "user.email=teacher@localhost"]
    command = ["git", "-C", str(folder), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True)


def repository(folder):
    """Put the book under version control, as a teacher would publish it."""
    house.clean_copy(folder)
    git(folder, "init", "--initial-branch=main")
    git(folder, "add", "--all")
    git(folder, "commit", "--message=The book")
    return f"file://{folder}"


def free_ports(count):
    """Ports of this computer that nothing listens on, all different."""
    import socket

    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def wait_until_up(server, address, log):
    """Wait for the hub's first answer."""
    for _ in range(120):
        assert server.poll() is None, log.read_text()
        with suppress(OSError), urlopen(f"{address}/hub/api", timeout=5):
            return
        time.sleep(0.5)
    pytest.fail(f"the hub did not answer within a minute\n{log.read_text()}")


@contextmanager
def running(folder):
    """Run the hub with its state in a folder; give its address."""
    state, homes = folder / "state", folder / "homes"
    state.mkdir(), homes.mkdir()
    (state / "students.txt").write_text("\n".join(STUDENTS))
    ports = free_ports(3)
    given = {
        "config": str(house.ROOT / "deploy" / "jupyterhub_config.py"),
        "ports": ports,
        "proxy": [PROXY],
        "password": PASSWORD,
        "homes": str(homes),
        "token": TOKEN,
    }
    environment = os.environ | {
        "CLASS_STATE": str(state),
        "HUB_TEST": json.dumps(given),
    }
    config = Path(__file__).with_name("jupyterhub_test_config.py")
    command = [sys.executable, "-m", "jupyterhub", "-f", str(config)]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            command,
            cwd=state,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{ports[0]}"
            wait_until_up(server, address, folder / "log")
            yield address
        finally:
            server.terminate()
            server.wait(timeout=60)


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    """Give a running hub: its address and its folder."""
    folder = tmp_path_factory.mktemp("hub")
    with running(folder) as address:
        yield address, folder


class Student:
    """Somebody with a browser of their own."""

    def __init__(self, browser, name):
        self.name, self.seconds = name, {}
        viewport = {"width": 1400, "height": 1000}
        self.context = browser.new_context(viewport=viewport)
        self.page = self.context.new_page()

    def log_in(self, link):
        """Follow a link to the hub, which asks who this is."""
        self.page.goto(link)
        self.page.locator("#username_input").fill(self.name)
        self.page.locator("#password_input").fill(PASSWORD)
        self.started = time.monotonic()
        self.page.locator("#login_submit").click(no_wait_after=True)

    def is_true(self, expression):
        """Ask the page; one that is on its way elsewhere says no."""
        from playwright.sync_api import Error

        with suppress(Error):
            return self.page.evaluate(expression)
        return False

    def until(self, what, expression):
        """Let the others go on until this is true; note the seconds."""
        while not self.is_true(expression):
            waited = time.monotonic() - self.started
            assert waited < PATIENCE, f"{self.name} waits: {what}"
            yield
        self.seconds[what] = time.monotonic() - self.started

    def lesson(self, link):
        """Log in, open the chapter, run it; stops at every wait."""
        self.log_in(link)
        yield from self.until("open", READY)
        self.page.evaluate(RUN_ALL)
        over = f"() => ({CELLS})().every((c) => c.ran || c.errors.length)"
        yield from self.until("run", over)

    def python(self, expression):
        """The value of an expression in the student's kernel."""
        return float(self.page.evaluate(EXECUTE, f"print({expression})"))

    def megabytes(self):
        """The memory of everything that runs for this student."""
        import psutil

        total = 0
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                if process.environ().get("JUPYTERHUB_USER") == self.name:
                    total += process.memory_info().rss
        return total / 1e6


def at_once(lessons):
    """Let several lessons go on in turn until all are over."""
    going = list(lessons)
    while going:
        going = [lesson for lesson in going if next(lesson, "over") is None]
        time.sleep(0.1)


@pytest.fixture(scope="module")
def students(hub, browser, tmp_path_factory):
    """Three students who have all run chapter 3, at the same time."""
    address, folder = hub
    source = repository(tmp_path_factory.mktemp("teacher") / "backprop-book")
    link = classroom.git_link(address, source, "book/update.md")
    students = [Student(browser, name) for name in STUDENTS]
    try:
        at_once(student.lesson(link) for student in students)
    except BaseException:
        print((folder / "log").read_text()[-8000:])
        for student in students:
            shot = folder / f"{student.name}.png"
            student.page.screenshot(path=shot)
            print(student.name, student.page.url, shot)
        raise
    yield students
    for student in students:
        student.context.close()


def test_all_that_it_takes_is_installed():
    assert MISSING == []


def test_the_chapter_ran_without_an_error_for_everybody(students, capsys):
    for student in students:
        cells = student.page.evaluate(CELLS)
        assert len(cells) > 20
        assert [c["errors"] for c in cells if c["errors"]] == []
        assert all(cell["ran"] for cell in cells)
    with capsys.disabled():
        print(f"\n{'student':<10}{'open, s':>10}{'run, s':>10}{'MB':>8}")
        for student in students:
            opened, ran = student.seconds["open"], student.seconds["run"]
            used = student.megabytes()
            print(f"{student.name:<10}{opened:>10.1f}{ran:>10.1f}{used:>8.0f}")
            assert 50 < used < 1000  # the limit that the configuration sets


def test_a_slider_that_a_student_moves_is_heard_in_python(students):
    before = {}
    for student in students:
        student.page.evaluate(SHOW, "widgets.LearningRateExplorer(")
        slider = student.page.get_by_role("slider", name="learning rate η")
        slider.first.wait_for()
        before[student.name] = student.python("explorer.eta")
        slider.first.press("Home")
    for student in students:
        after = before[student.name]
        for _ in range(300):
            if (after := student.python("explorer.eta")) != before[
                student.name
            ]:
                break
            student.page.wait_for_timeout(100)
        assert after < before[student.name]


def test_every_student_has_a_kernel_of_their_own(students):
    first, *others = students
    first.page.evaluate(EXECUTE, "explorer.start = 1.25")
    assert first.python("explorer.start") == 1.25
    assert all(other.python("explorer.start") != 1.25 for other in others)


def test_each_has_a_copy_of_the_book(students, hub):
    for student in students:
        home = hub[1] / "homes" / student.name
        assert (home / "backprop-book" / "book" / "update.md").is_file()


def test_who_is_not_in_the_class_is_refused(hub, browser):
    stranger = Student(browser, "mallory")
    stranger.log_in(f"{hub[0]}/hub/login")
    refused = stranger.page.locator(".login_error")
    refused.wait_for(timeout=20_000)
    assert "Invalid username" in refused.text_content()
    stranger.context.close()


def servers(address):
    """The names of the users whose server runs, as the culler sees them."""
    request = Request(
        f"{address}/hub/api/users", headers={"Authorization": f"token {TOKEN}"}
    )
    with urlopen(request, timeout=10) as answer:
        return {user["name"] for user in json.load(answer) if user["servers"]}


def test_the_culler_may_stop_servers_and_nothing_else(students, hub):
    address, _ = hub
    assert servers(address) == set(STUDENTS)
    command = [sys.executable, "-m", "jupyterhub_idle_culler"]
    command += ["--timeout=2", "--cull-every=1", f"--url={address}/hub/api"]
    environment = os.environ | {"JUPYTERHUB_API_TOKEN": TOKEN}
    for student in students:
        student.page.goto("about:blank")
    culler = subprocess.Popen(command, env=environment)
    try:
        for _ in range(60):
            if not servers(address):
                break
            time.sleep(0.5)
    finally:
        culler.terminate()
        culler.wait(timeout=10)
    assert servers(address) == set()
    request = Request(
        f"{address}/hub/api/users/{STUDENTS[0]}",
        headers={"Authorization": f"token {TOKEN}"},
        method="DELETE",
    )
    with pytest.raises(HTTPError, match="40[34]"):
        urlopen(request, timeout=10)
