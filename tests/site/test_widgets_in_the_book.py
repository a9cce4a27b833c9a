"""The widgets of the built chapters run, and every control does something.

A chapter is opened once for all tests. The link that its widgets would give
at the start sets them back before a control is tried. Most controls are tried
in the sweep: the contract of the widgets tries them in a page of its own.
"""

import json
import re
from functools import partial

import house
import pytest
import visits
from backprop.widgets import registry
from widget_page import NO_NUMBER, addressed, hash_of, names_in

pytestmark = pytest.mark.site

CHAPTERS = [
    str(page.relative_to(house.ROOT).with_suffix(".html"))
    for page in house.chapters()
]
WAIT = 15  # seconds on a busy machine; Play shows the next step after 1.6

# What can be pressed; "Copy link" has a test of its own.
PRESSED = ", ".join(
    f"{kind}:visible"
    for kind in (
        *("button:not(.bp-share)", "[role=button]"),
        *("[role=option]", "[role=gridcell]"),
    )
)

# No way leads back from the first step, and none on from the last: where a
# page starts with such a button off, this one turns it on.
OPPOSITE = {"Back": "Next", "Next": "Back"}

# This one changes how fast it plays, and has a test of its own.
PACE = "each frame"

# Where a choice, a number or all its digits are seen: in the last step of a
# walk, and in an array that the activation has made.
TELLING = [".bp-step >> nth=-1", ".bp-card[aria-label='A[2]'] .bp-option"]

# What a playground says while it makes the updates that are asked for.
ON_THE_WAY = "from the start …"

# What is chosen already: to choose it again does nothing.
CHOSEN = "[aria-current=step], [aria-pressed=true], [aria-selected=true]"

# What arrow keys walk through, and where they are in it.
WALKS = {
    ".bp-walk": "[aria-current=step]",
    ".bp-cards": "[aria-selected=true]",
    ".bp-network svg": "[aria-pressed=true]",
}

# All that a widget shows, without its controls, the one that is tried, and
# what is for paper. Nothing is taken from the page itself.
SHOWN = """(host, control) => {
  const at = [...host.querySelectorAll("*")].indexOf(control);
  const copy = host.cloneNode(true);
  const tried = copy.querySelectorAll("*")[at];
  const controls = ".bp-control, .bp-toggle, .bp-footer";
  const rest = copy.querySelectorAll(`${controls}, .bp-fallback, script`);
  for (const each of rest) each.remove();
  tried?.remove();
  return copy.innerHTML;
}"""
FRAMES = """count => new Promise((done) => {
  const next = () => (count-- > 0 ? requestAnimationFrame(next) : done());
  next();
})"""
AT_REST = f"""async (host, [control, onTheWay]) => {{
  const shown = () => ({SHOWN})(host, control);
  let before, now = shown();
  while (now !== before || now.includes(onTheWay)) {{
    await ({FRAMES})(2);
    [before, now] = [now, shown()];
  }}
  return now;
}}"""
CHANGED = f"""async (host, [control, before, limit]) => {{
  const shown = () => ({SHOWN})(host, control);
  const end = performance.now() + 1000 * limit;
  while (shown() === before && performance.now() < end)
    await ({FRAMES})(1);
  return shown();
}}"""
NAME = """control => {
  const label = control.closest("label");
  const words = label?.querySelector(".bp-label") ?? label ?? control;
  return control.getAttribute("aria-label") ?? words.textContent;
}"""
LIVE = """() =>
  [...document.querySelectorAll(".bp-live")].map(e => e.textContent).join()
"""
SET_BACK = f"""async ([hash, live, limit]) => {{
  history.replaceState(null, "", hash);
  dispatchEvent(new Event("hashchange"));
  const end = performance.now() + 1000 * limit;
  while (({LIVE})() !== live && performance.now() < end)
    await ({FRAMES})(1);
}}"""
# The clock stands: no frame is too short for its updates.
PLAY_FOR = f"""async (button, count) => {{
  const {{ now }} = performance;
  performance.now = () => 0;
  button.click();
  await ({FRAMES})(count);
  button.click();
  performance.now = now;
}}"""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.xdist_group(f"widgets of {name}"))
        for name in CHAPTERS
    ],
)
def chapter(request, visit):
    """Open a chapter."""
    with visit(request.param) as seen:
        seen.page.set_default_timeout(1000 * WAIT)
        seen.open_every_fold()
        wake(seen.page)
        yield seen


def wake(page):
    """Scroll to each widget until it runs: far from the screen none does."""
    for host in page.locator(".bp-host").all():
        host.scroll_into_view_if_needed()
        host.and_(page.locator(".bp-runs")).wait_for()


@pytest.fixture
def hosts(chapter):
    """Give the places of the widgets."""
    found = chapter.page.locator(".bp-host").all()
    assert found
    for host in found:
        host.locator("> :visible").first.wait_for()  # the fold opens
    yield found
    assert chapter.complaints == []


@pytest.fixture(scope="module")
def set_back(chapter):
    """Return what sets the widgets to what they were at the start."""
    for host in chapter.page.locator(".bp-host").all():
        at_rest(host)
    live = chapter.page.evaluate(LIVE)
    shared = map(shared_by, chapter.page.locator(".bp-host").all())
    link = addressed(hash_of(*shared), names_in(chapter.page.content()))
    return partial(chapter.page.evaluate, SET_BACK, [link, live, WAIT])


def state_of(host):
    """What stands beside a widget, for the script to begin with."""
    return json.loads(host.locator("> script").text_content())


def shared_by(host):
    """What of this a link remembers."""
    state, view = state_of(host), host.get_attribute("data-view")
    return {name: state[name] for name in registry[view].shared}


def name_of(control):
    """What a reader calls a control."""
    return control.evaluate(NAME).strip()


def at_rest(host, control=None):
    """What a widget shows besides a control, when nothing is on its way."""
    return host.evaluate(AT_REST, [control, ON_THE_WAY])


def wrong_with(host, control, act):
    """Use a control; return what is wrong, or nothing."""
    handle = control.element_handle()
    before = at_rest(host, handle)
    act()
    now = host.evaluate(CHANGED, [handle, before, WAIT])
    if now == before:
        return "does nothing"
    found = NO_NUMBER.search(now)
    return f"shows {found[0]}" if found else None


def press(host, name):
    """Press a button by its name."""
    host.get_by_role("button", name=name, exact=True).click()


def show_all(host):
    """Go to where every number of a widget is shown."""
    for selector in TELLING:
        for place in host.locator(selector).all()[:1]:
            place.click()


@pytest.fixture
def faults(set_back):
    """Return what uses every control of a kind, and lists all faults.

    Its ``use`` gives pairs of what was done and what is wrong with it.
    """
    return partial(faults_of, set_back)


def faults_of(set_back, host, selector, use):
    """Use every control of a kind from the start; return all faults."""
    view, found = host.get_attribute("data-view"), []
    for control in host.locator(selector).all():
        set_back()
        name = name_of(control)
        for done, fault in use(host, control):
            if fault:
                found.append((view, name, done, fault))
    return found


def test_every_widget_runs(hosts):
    for host in hosts:
        host.scroll_into_view_if_needed()
        assert "bp-runs" in host.get_attribute("class").split()
        assert not host.locator(".bp-fallback").is_visible()
        live = host.locator(".bp-live")
        assert live.first.is_visible()
        assert live.first.text_content().strip()
        assert host.locator("svg:visible").count()
        assert not NO_NUMBER.search(at_rest(host))


def slide(host, slider):
    """Move a slider from one end to the other, and a step back."""
    show_all(host)
    slider.focus()
    for key in ("Home", "End", "ArrowLeft"):
        yield key, wrong_with(host, slider, lambda key=key: typed(host, key))


def typed(host, key):
    """Press a key where the focus is."""
    host.page.keyboard.press(key)


@pytest.mark.sweep
def test_every_slider_changes_what_is_shown(hosts, faults):
    for host in hosts:
        assert host.locator("input[type=range]").count()
        assert faults(host, "input[type=range]", slide) == []


def choose(host, chooser):
    """Choose everything else that a list offers."""
    if name_of(chooser) == PACE:
        return
    if not chooser.is_visible():  # of the third layer, where there are two
        host.get_by_label("hidden layers").select_option("3")
    present = chooser.input_value()
    for option in chooser.locator("option").all():
        value = option.get_attribute("value")
        if value != present:
            yield value, choice(host, chooser, value, present)


def choice(host, chooser, value, present):
    """Choose one thing after the present one; return what is wrong."""
    chooser.select_option(present)
    show_all(host)
    return wrong_with(host, chooser, lambda: chooser.select_option(value))


@pytest.mark.sweep
def test_every_choice_changes_what_is_shown(hosts, faults):
    for host in hosts:
        assert host.locator("select").count()
        assert faults(host, "select", choose) == []


def tick(host, box):
    """Tick a box, and take the tick away."""
    show_all(host)
    before = at_rest(host)
    yield "click", wrong_with(host, box, box.click)
    box.click()
    yield "click again", at_rest(host) != before and "stays changed"


@pytest.mark.sweep
def test_every_box_changes_what_is_shown_and_back(hosts, faults):
    for host in hosts:
        assert host.locator("input[type=checkbox]").count()
        assert faults(host, "input[type=checkbox]", tick) == []


def is_off(button):
    """Tell whether a button says that it has nothing to do."""
    return button.get_attribute("aria-disabled") == "true"


def push(host, button):
    """Press a button, where it has something to do."""
    name = name_of(button)
    if is_off(button):
        before = at_rest(host)
        button.press("Enter")
        yield "while it is off", at_rest(host) != before and "acts"
        press(host, OPPOSITE[name])
    if button.and_(host.locator(CHOSEN)).count():
        use(another(host, button))
    yield "press", wrong_with(host, button, lambda: use(button))
    if name == "Play":
        yield "pause", stops(host, button)


def use(button):
    """Press a button; one that is drawn by key, for others may cover it."""
    if button.evaluate("e => e instanceof SVGElement"):
        button.press("Enter")
    else:
        button.click()


def another(host, button):
    """One of the same kind that is not chosen."""
    kind = button.evaluate("e => e.classList[0]")
    return host.locator(f".{kind}:visible:not({CHOSEN})").first


def stops(host, button):
    """Press "Pause"; return what is wrong."""
    if button.inner_text() != "Pause":
        return "is not called Pause"
    button.click()
    return button.inner_text() != "Play" and "does not stop"


@pytest.mark.sweep
def test_every_button_changes_what_is_shown(hosts, faults):
    for host in hosts:
        assert faults(host, PRESSED, push) == []


def test_a_handle_follows_the_mouse(hosts):
    for host in hosts:
        for handle in host.locator(".bp-handle").all():
            handle.scroll_into_view_if_needed()
            assert not wrong_with(host, handle, lambda h=handle: drag(h))


def drag(handle):
    """Drag a handle to the right and up."""
    mouse, box = handle.page.mouse, handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 30, y - 30, steps=3)
    mouse.up()


@pytest.mark.sweep
def test_arrow_keys_walk_there_and_back(hosts):
    walked = 0
    for host in hosts:
        for walk, marked in WALKS.items():
            for element in host.locator(walk).all():
                walk_by_arrows(host, element, marked)
                walked += 1
    assert walked


def walk_by_arrows(host, element, marked):
    """Go to the start, to the end through every step, and back."""
    element.locator("[tabindex='0'], button").first.focus()
    places = partial(places_on_the_way, host, element, marked)
    steps = element.locator(".bp-step, [role=option]").count()
    places("ArrowLeft")
    assert ("Back" in switched_off(host)) == bool(steps)
    there = places("ArrowRight")
    assert ("Next" in switched_off(host)) == bool(steps)
    back = places("ArrowLeft")
    assert len(there) >= max(3, steps)
    assert back == there[::-1]


def places_on_the_way(host, element, marked, key):
    """Press a key as long as it leads on; return what the widget says."""
    places, here = [], None
    while places[-1:] != [here]:
        places += [here] if here else []
        if here:
            typed(host, key)
        here = (name_of(element.locator(marked)), live_of(host))
    return places


def switched_off(host):
    """The buttons that say that they have nothing to do."""
    return host.locator("button[aria-disabled=true]").all_inner_texts()


@pytest.mark.parametrize("name", CHAPTERS[-1:])
def test_a_pace_is_kept(name, visit):
    with visit(name) as seen:
        wake(seen.page)
        host = seen.page.locator(".bp-host")
        paces = host.get_by_label(PACE)
        button = host.get_by_role("button", name="Play", exact=True)
        counts = []
        for pace in paces.locator("option").all():
            press(host, "Reset")
            paces.select_option(pace.get_attribute("value"))
            button.evaluate(PLAY_FOR, 20)
            counts.append(updates(host))
        for pace, count in zip([1, 10, 100], counts, strict=True):
            assert 10 * pace <= count <= 21 * pace, counts
        assert seen.complaints == []


def live_of(host):
    """The line that says the present numbers."""
    return host.locator(".bp-live").first.text_content()


def updates(host):
    """How many updates a playground says that it made."""
    return int(re.search(r"\d+", live_of(host))[0])


@pytest.mark.sweep
def test_a_link_brings_back_what_was_set(hosts):
    page = hosts[0].page
    for host in hosts:
        slider = host.get_by_role("slider").first
        assert not wrong_with(host, slider, lambda s=slider: s.press("Home"))
    set_to = [at_rest(host) and live_of(host) for host in hosts]
    for host in hosts:
        page.evaluate("history.replaceState(null, '', '#')")
        press(host, "Copy link")
        note = host.locator(".bp-note")
        note.filter(has_text="The link is in the").wait_for()
        assert "#widgets=" in page.url
    page.reload(wait_until="load")
    page.evaluate(visits.OPEN_FOLDS)
    wake(page)
    assert [at_rest(host) and live_of(host) for host in hosts] == set_to
