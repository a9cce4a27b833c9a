"""Every page and every widget in Firefox and in WebKit, opened from disk.

Debian's WebKit makes no window narrower than about 450 pixels; a phone's width
is that of Firefox, and of Chromium in `test_browser`.
"""

import other_browsers
import pytest
import visits

pytestmark = [pytest.mark.site, pytest.mark.sweep]

# The first slider of each widget is moved; its live line has to follow.
USE = """async () => {
  const LIMIT = 30000;
  const frame = () => new Promise(requestAnimationFrame);
  const until = async (holds) => {
    const end = performance.now() + LIMIT;
    while (!holds() && performance.now() < end) await frame();
    return holds();
  };
  const wrong = [];
  const hosts = [...document.querySelectorAll(".bp-host")];
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  for (const host of hosts) {
    const view = host.dataset.view ?? hosts.indexOf(host);
    const live = () => host.querySelector(".bp-live")?.textContent.trim();
    host.scrollIntoView({ block: "center", behavior: "instant" });
    if (!(await until(() => host.classList.contains("bp-runs") && live()))) {
      wrong.push(`${view} does not start`);
      continue;
    }
    const slider = host.querySelector("input[type=range]");
    const before = live();
    slider.value = slider.value === slider.max ? slider.min : slider.max;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    if (!(await until(() => live() !== before)))
      wrong.push(`${view} does not follow ${slider.ariaLabel}`);
    if (/NaN|undefined|null/.test(live())) wrong.push(`${view}: ${live()}`);
  }
  return {
    widgets: hosts.length,
    wrong,
    formulas: document.querySelectorAll(".katex-html").length,
    across: document.documentElement.scrollWidth - innerWidth,
  };
}"""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.xdist_group(name))
        for name in other_browsers.BROWSERS
    ],
)
def other(request):
    """Run a browser, or say how to get it."""
    if other_browsers.left_out(request.param):
        pytest.skip(f"{request.param} is left out, as LEAVE_OUT says")
    missing = other_browsers.missing(request.param)
    if missing:
        pytest.fail(missing, pytrace=False)
    with other_browsers.BROWSERS[request.param]() as running:
        yield running


@pytest.mark.parametrize("width", [visits.DESK, visits.PHONE])
@pytest.mark.parametrize("name", visits.ALL)
def test_a_page_and_its_widgets_work(name, width, other, html):
    other.open((html / name).as_uri(), width)
    found = other.evaluate(USE)
    assert found["wrong"] == []
    assert found["across"] <= 0
    assert other.errors == []
    assert found["widgets"] or name not in visits.CHAPTERS
    assert found["formulas"] or name not in visits.CHAPTERS
