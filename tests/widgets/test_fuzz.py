"""Ten thousand random states and events on each widget, inside one page."""

import json
import random

import pytest
import traitlets
import widget_page
import widget_says
from backprop import widgets
from backprop.symbolic import z

pytestmark = pytest.mark.site

NAMES = [name for name in widgets.__all__ if name != "link"]
COUNT = 10_000
LEAST = 300
"""So many states of a widget are compared with numpy."""

FEW = 20
"""More updates of a playground take numpy too long."""

KINDS = {"put", "wrong", "slide", "click", "choose", "tick", "drag", "hover"}
KINDS |= {"key"}
REAL_KEYS = ("ArrowRight", "ArrowLeft", "Home", "End", "Space", "PageUp")
WITH_HANDLE = {"ActivationExplorer", "LearningRateExplorer", "LossSurface"}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<title>Fuzz</title><body><div id="place"></div></body></html>"""

# What a view gets in a notebook: a model that also counts its listeners.
MODEL = """
class Model {
  constructor(state) { this.state = { ...state }; this.heard = []; }
  get(name) { return this.state[name]; }
  set(name, value) {
    if (JSON.stringify(this.state[name]) === JSON.stringify(value)) return;
    this.state[name] = value;
    for (const [event, listener] of [...this.heard])
      if (event === `change:${name}` || event === "change") listener();
  }
  on(events, listener) {
    for (const event of events.split(" ")) this.heard.push([event, listener]);
  }
  off(events, listener) {
    const names = events.split(" ");
    this.heard = this.heard.filter(
      ([event, one]) => !(names.includes(event) && one === listener));
  }
  save_changes() {}
}
"""

FUZZ = """
const BAD = /NaN|Infinity|undefined|null/;
const KEYS = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home",
  "End", "a", "Enter"];

function generator(seed) {  // mulberry32
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// What no trait takes.
const WRONG = [null, undefined, "", "abc", "1", "__proto__", NaN, Infinity,
  -Infinity, 1e300, -1e300, -1, 2.5, true, [], [1], [null], {}, [[["x"]]]];

// Where a widget can be dragged or pointed at.
const PARTS = ".bp-handle, .bp-start, .bp-unit, .bp-cell, .bp-option, svg";

// What a widget does later, in frames or after a while, it does in `turn`;
// what it does again and again, in some turns.
function clock(random) {
  const [later, often] = [new Map(), new Map()];
  let last = 0;
  const into = (map) => (act) => (map.set(last += 1, act), last);
  window.requestAnimationFrame = window.setTimeout = into(later);
  window.cancelAnimationFrame = window.clearTimeout = (id) => later.delete(id);
  window.setInterval = into(often);
  window.clearInterval = (id) => often.delete(id);
  function turn() {
    for (const [id, act] of [...later]) {
      later.delete(id);
      act(performance.now());
    }
    if (random() < 0.1) for (const act of [...often.values()]) act();
  }
  return { turn, ticks: () => often.size, waits: () => later.size };
}

// `most` is the largest whole number that is set; what is shown is noted
// after each `every` events.
function fuzz(render, state, seed, count, { most = 200, every = 0 } = {}) {
  const random = generator(seed);
  const pick = (all) => all[Math.floor(random() * all.length)];
  const place = document.getElementById("place");
  const all = (what) => [...place.querySelectorAll(what)];
  const model = new Model(state);
  const log = [];
  const errors = [];
  const tally = { thrown: 0, dragged: 0 };
  const { turn, ticks, waits } = clock(random);
  window.onerror = (message) => { errors.push(message); };

  function value(name) {
    if (state.choices[name]) return pick(state.choices[name])[0];
    if (typeof state[name] === "boolean") return random() < 0.5;
    const [low, high, , length] = state.ranges[name];
    if (length)
      return Array.from({ length: Math.floor(random() * (length + 1)) },
        () => low + Math.floor(random() * (high + 1 - low)));
    return entries(model.get(name), name);
  }

  // A number, or as many in lists as there are.
  function entries(like, name) {
    if (Array.isArray(like)) return like.map((part) => entries(part, name));
    const [low, high, whole] = state.ranges[name];
    const top = Math.min(high, most);
    if (whole) return Math.floor(low + random() * (top + 1 - low));
    const kind = random();
    if (kind < 0.1) return low;
    if (kind < 0.2) return high;
    const least = low > 0 ? Math.log10(low) : -12;
    const size = 10 ** (least + random() * (Math.log10(high) - least));
    if (low > 0) return Math.min(high, Math.max(low, size));
    if (kind < 0.25) return 0;
    if (kind < 0.6) return Math.max(low, Math.min(high, 8 * random() - 4));
    return random() < 0.5 ? size : Math.max(low, -size);
  }

  // A value that no trait takes, and then the old one again. Python refuses
  // the first; a view that is shown it may fail, but not for good.
  function wrong() {
    const [name, bad] = [pick(state.shared), pick(WRONG)];
    const old = model.get(name);
    try {
      model.set(name, bad);
      model.save_changes();
      turn();
    } catch { tally.thrown += 1; }
    errors.length = 0;
    model.set(name, old);
    model.save_changes();
    turn();
    const said = all(".bp-live")[0].textContent;
    if (BAD.test(said)) errors.push(said);
    stop();
    stop = render({ model, el: place });
    return `wrong ${name} ${JSON.stringify(bad)}`;
  }

  function somewhere(target) {
    const box = (target.closest("svg") ?? target).getBoundingClientRect();
    const along = (from, size) => from + (1.4 * random() - 0.2) * size;
    return { clientX: along(box.x, box.width),
      clientY: along(box.y, box.height) };
  }

  function point(target, type, pointerId) {
    const options = { ...somewhere(target), pointerId, view: window,
      bubbles: true, cancelable: true };
    target.dispatchEvent(new PointerEvent(`pointer${type}`, options));
  }

  // Down, some moves, up; sometimes the end is never heard of.
  function drag() {
    const handles = all(".bp-handle");
    const target = handles.length && random() < 0.7 ? pick(handles)
      : pick(all(PARTS));
    const before = JSON.stringify(state.shared.map((name) => model.get(name)));
    const id = Math.floor(3 * random()); // of a mouse, a pen or a finger
    const act = (type) => point(target, type, id);
    act("down");
    for (let i = 0; i < 3; i += 1) act("move");
    if (random() < 0.9) act(random() < 0.8 ? "up" : "cancel");
    const after = JSON.stringify(state.shared.map((name) => model.get(name)));
    if (before !== after) tally.dragged += 1;
    return `drag ${target.getAttribute("class")} ${after}`;
  }

  function hover() {
    const target = pick(all(PARTS));
    for (const type of ["pointerover", "pointerout", "focusin", "focusout"])
      if (random() < 0.6)
        target.dispatchEvent(new Event(type, { bubbles: true }));
    return `hover ${target.getAttribute("class")}`;
  }

  function choose() {
    const list = pick(all("select"));
    list.selectedIndex = Math.floor(random() * list.options.length);
    list.dispatchEvent(new Event("change", { bubbles: true }));
    return `choose ${list.value}`;
  }

  function tick() {
    const box = pick(all("input[type=checkbox]"));
    box.click();
    return `tick ${box.checked}`;
  }

  function put() {
    const name = pick(state.shared);
    model.set(name, value(name));
    return `set ${name} ${model.get(name)}`;
  }

  function slide() {
    const input = pick(all("input[type=range]"));
    const [low, high] = [Number(input.min), Number(input.max)];
    input.value = low + random() * (high - low);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return `slide ${input.ariaLabel} ${input.value}`;
  }

  function click() {
    const button = pick(all(
      "button, [role=button], .bp-cell, .bp-option, input[type=checkbox]"));
    button.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return `click ${button.textContent}`;
  }

  function key() {
    const key = pick(KEYS);
    pick(all("*")).dispatchEvent(new KeyboardEvent("keydown",
      { key, bubbles: true, cancelable: true }));
    return `key ${key}`;
  }

  const KINDS = [[put, 0.45], [wrong, 0.06], [slide, 0.11], [click, 0.11],
    [choose, 0.05], [tick, 0.03], [drag, 0.07], [hover, 0.02], [key, 1]];

  function act() {
    let rest = random();
    const [kind] = KINDS.find(([, share]) => (rest -= share) < 0);
    tally[kind.name] = (tally[kind.name] ?? 0) + 1;
    return kind();
  }

  // Every trait that the widget may hold after this, and what it shows.
  function complaint() {
    for (const [name, range] of Object.entries(state.ranges)) {
      const now = model.get(name);
      for (const one of [now].flat(3)) {
        if (!(Number.isFinite(one) && one >= range[0] && one <= range[1]))
          return `${name} = ${now}`;
        if (range[2] && !Number.isInteger(one)) return `${name} = ${now}`;
      }
    }
    for (const name of state.shared)
      if (state.choices[name] &&
          !state.choices[name].some(([one]) => one === model.get(name)))
        return `${name} = ${model.get(name)}`;
    if (errors.length) return errors.join();
    const found = BAD.exec(place.innerHTML);
    return found && place.innerHTML.slice(found.index - 99, found.index + 40);
  }

  // With all digits, and when nothing is under way.
  function look() {
    model.set("exact", true);
    for (let i = 0; i < 20 && waits(); i += 1) turn();
    const texts = (what) => all(what).map((one) => one.textContent);
    const now = { ...model.state, custom: 0, choices: 0, sets: 0, starts: 0,
      presets: 0, parameters: 0 };
    return { state: now, text: texts(".bp-live")[0],
      rows: texts(".bp-rows p"), marks: texts(".bp-mark") };
  }

  let stop = render({ model, el: place });
  const shown = [];
  for (let i = 0; i < count; i += 1) {
    if (random() < 0.01) { stop(); stop = render({ model, el: place }); }
    try {
      log.push(act());
      turn();
      const found = complaint();
      if (found)
        return { wrong: found, at: i, log: log.slice(-4), state: model.state };
      if (every && i % every === 0) shown.push(look());
    } catch (error) {
      return { wrong: String(error.stack), at: i, log: log.slice(-4),
        state: model.state };
    }
  }
  stop();
  return { wrong: null, at: count, left: model.heard.length + ticks(), shown,
    tally, empty: place.childElementCount === 0 };
}
"""


HASHES = r"""
// The script of a page, with an address and a history of its own: what it
// makes of each of these states in the address.
([source, html, offers]) => {
  const place = document.createElement("div");
  place.innerHTML = html;
  document.body.append(place);
  const address = { hash: "", href: "http://localhost/" };
  let link = "";
  const past = { replaceState: (_, __, text) => { link = text; } };
  const errors = [];
  window.onerror = (message) => { errors.push(message); };
  new Function("location", "history", "navigator", source)(address, past, {});
  const found = offers.map((text) => {
    address.hash = `#widgets=${encodeURIComponent(text)}`;
    dispatchEvent(new Event("hashchange"));
    place.querySelector(".bp-share").click();
    const states = decodeURIComponent(new URL(link).hash.slice(9));
    const live = place.querySelector(".bp-live").textContent;
    const bad = /NaN|Infinity|undefined|null/.exec(
      place.querySelector(".bp:not(.bp-fallback)").innerHTML);
    return { state: JSON.parse(states)[0], text: live, bad: bad?.[0] };
  });
  place.remove();
  return { found, errors };
}
"""


@pytest.fixture(scope="module")
def module_page(browser, tmp_path_factory):
    """A page that has imported the module of the notebooks."""
    folder = tmp_path_factory.mktemp("module")
    widget_page.write(folder, [])
    start = "<script type=module>import w from './widgets.js';"
    script = f"{MODEL}{FUZZ}Object.assign(window, {{Model, fuzz, w}});"
    page_text = PAGE.replace("</body>", f"{start}{script}</script></body>")
    (folder / "fuzz.html").write_text(page_text, encoding="utf-8")
    with widget_page.served(folder) as address:
        page = browser.new_page(has_touch=True)
        page.set_default_timeout(300_000)
        page.goto(f"{address}/fuzz.html")
        page.wait_for_function("window.fuzz !== undefined")
        yield page
        page.close()


def state_of(widget):
    """The state of a widget as a view gets it."""
    return json.loads(json.dumps(widget.page_state()))


def run(page, widget, seed, count=COUNT, **options):
    """Fuzz a widget; return the browser's report."""
    script = "([state, ...more]) => fuzz(w.render, state, ...more)"
    return page.evaluate(script, [state_of(widget), seed, count, options])


@pytest.mark.parametrize("name", NAMES)
def test_nothing_breaks_a_widget(name, module_page):
    report = run(module_page, getattr(widgets, name)(), seed=1)
    assert report["wrong"] is None, report
    assert report["at"] == COUNT
    assert report["left"] == 0
    assert report["empty"]
    tally = report["tally"]
    assert {kind for kind, count in tally.items() if count} >= KINDS
    assert tally["wrong"] >= 0.05 * COUNT
    assert (tally["dragged"] > 100) == (name in WITH_HANDLE)


@pytest.mark.parametrize("expression", [z**3, 1 / z, z * z - 2], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_breaks_an_activation_of_the_reader(
    name, expression, module_page
):
    widget = getattr(widgets, name)(activation=expression)
    count = 700 if name == "TrainingPlayground" else 1500
    report = run(module_page, widget, seed=2, count=count)
    assert report["wrong"] is None, report


# ---- the numbers are right


def at_rest(shown):
    """Whether the line has the numbers of the state, all of them."""
    moving = ("training goes on", "updates are made, from the start")
    long = "pace" in shown["state"] and shown["state"]["update"] > FEW
    return not long and not any(words in shown["text"] for words in moving)


def compared(name, report):
    """How many of the states that were shown agree with ``run()``."""
    assert report["wrong"] is None, report
    states = [one for one in report["shown"] if at_rest(one)]
    return sum(widget_says.assert_agrees(name, one) > 0 for one in states)


@pytest.mark.parametrize("name", NAMES)
def test_the_numbers_are_those_of_run(name, module_page):
    widget = getattr(widgets, name)()
    few = name == "TrainingPlayground"
    options = {"most": 8, "every": 3} if few else {"most": 40, "every": 5}
    report = run(module_page, widget, 3, 1200 if few else 2000, **options)
    assert compared(name, report) >= LEAST


@pytest.mark.parametrize("until", ["L", "dL_db"])
def test_the_numbers_of_a_shorter_stepper_are_right(until, module_page):
    stepper = widgets.Stepper(until=until)
    last = widget_says.STEPS.index(until)
    report = run(module_page, stepper, 3, 2000, most=last, every=5)
    assert compared("Stepper", report) >= LEAST


# ---- an address


OFFERS = 400
WRONG = [None, "", "abc", "1", "__proto__", 1e300, -1e300, -1, 2.5, True]
WRONG += [[], [1], [None], ["x"], {}, {"a": 1}, [[["x"]]], [[[1e9]]]]


def offered(widget, rng):
    """Values for some of the traits: right ones, and more that are wrong."""
    state = {}
    for name in widget.shared:
        kind = rng.random()
        if kind < 0.25:
            state[name] = right(widget, name, rng)
        elif kind < 0.7:
            state[name] = rng.choice(WRONG)
    return state


def right(widget, name, rng):
    """A value that a trait takes."""
    value = getattr(widget, name)
    if name in widget.choices:
        return rng.choice(widget.choices[name])[0]
    if isinstance(value, bool):
        return rng.random() < 0.5
    low, high, *whole = widget.ranges[name]
    if whole:
        number = rng.randint(low, min(high, 10))
        return [number] if name == "hidden" else number
    if isinstance(value, tuple):
        return json.loads(json.dumps(value))
    return min(high, max(low, rng.choice([low, high, rng.uniform(-4, 4)])))


def takes(widget, name, value, sizes):
    """Whether Python takes a value for a trait, where these are the sizes."""
    old = getattr(widget, name)
    if isinstance(old, str):  # a name of another network waits for it
        return value in [row[0] for row in widget.choices[name]]
    if isinstance(old, bool) != isinstance(value, bool):
        return False  # to a trait of Python True is a number
    if isinstance(old, int) and isinstance(value, float):
        return False
    try:
        type(widget)(**sizes, **{name: value})
    except traitlets.TraitError:
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_an_address_sets_what_python_takes_and_nothing_else(name, module_page):
    widget, rng = getattr(widgets, name)(exact=True), random.Random(4)
    offers = [offered(widget, rng) for _ in range(OFFERS)]
    source = (widget_page.STATIC / "page.js").read_text(encoding="utf-8")
    texts = [json.dumps([one]) for one in offers]
    given = [source, widget.page_html(), texts]
    report = module_page.evaluate(HASHES, given)
    assert report["errors"] == []
    start, refused = state_of(widget), 0
    now = {trait: start[trait] for trait in widget.shared}
    for offer, found in zip(offers, report["found"], strict=True):
        assert found["bad"] is None, (offer, found)
        for trait, value in offer.items():
            listed = "sizes" in now and trait in {*"Wbxy"}
            sizes = {"sizes": now["sizes"]} if listed else {}
            if takes(widget, trait, value, sizes):
                now[trait] = value
            else:
                refused += 1
        assert found["state"] == now, offer
    assert refused > OFFERS


# ---- a real mouse, and real keys


def use(reader, rng):
    """Fifteen drags with the mouse, and thirty keys where the focus is."""
    box = reader.widget().bounding_box()
    handles = reader.widget().locator(".bp-handle:visible")
    mouse, press = reader.page.mouse, reader.page.keyboard.press
    for at in range(15):
        spot = box
        if at % 2 and handles.count():
            spot = handles.first.bounding_box()
        mouse.move(*within(spot, rng))
        mouse.down()
        mouse.move(*within(box, rng))
        mouse.up()
        for _ in range(2):
            press(rng.choice(["Tab", "Tab", *REAL_KEYS]))


def within(box, rng):
    """A place in a box; the lowest part of a page may not be in sight."""
    x = box["x"] + rng.uniform(0.02, 0.98) * box["width"]
    return x, box["y"] + rng.uniform(0.02, 0.98) * min(box["height"], 700)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_breaks_in_the_hands_of_a_reader(name, show):
    rng = random.Random(name)
    with show(getattr(widgets, name)()) as reader:
        use(reader, rng)
        reader.check()
        reader.all_digits().check()
        if reader.button("Pause").count():
            reader.button("Pause").click()
        shown = {"state": reader.states()[0], "text": reader.live()}
        assert widget_says.assert_agrees(name, shown)


@pytest.mark.parametrize("name", NAMES)
def test_a_view_leaves_nothing_behind(name, module_page):
    left = module_page.evaluate(
        """state => {
          const heard = [];
          for (const target of [window, document]) {
            const add = target.addEventListener.bind(target);
            target.addEventListener = (...all) => {
              heard.push(all[0]); add(...all); };
          }
          const model = new Model(state), most = [];
          const place = document.getElementById("place");
          for (let i = 0; i < 50; i += 1) {
            const stop = w.render({ model, el: place });
            most.push(model.heard.length);
            stop();
          }
          delete window.addEventListener;
          delete document.addEventListener;
          return { left: model.heard.length, heard, most: Math.max(...most),
            first: most[0], empty: place.childElementCount === 0 };
        }""",
        state_of(getattr(widgets, name)()),
    )
    assert left["most"] == left["first"] > 0
    assert left["left"] == 0
    assert left["heard"] == []
    assert left["empty"]


@pytest.mark.parametrize(
    "name", ["ActivationExplorer", "LearningRateExplorer", "LossSurface"]
)
def test_a_drag_ends_with_its_view(name, module_page):
    moved = module_page.evaluate(
        """state => {
          const model = new Model(state);
          const place = document.getElementById("place");
          const stop = w.render({ model, el: place });
          const handle = place.querySelector(".bp-handle");
          const { left, top } = handle.getBoundingClientRect();
          const point = (target, type, by) => target.dispatchEvent(
            new PointerEvent(`pointer${type}`, { bubbles: true, view: window,
              clientX: left + 5 - by, clientY: top + 5 + by }));
          const now = () => JSON.stringify(
            ["z", "start", "w", "b"].map((trait) => model.get(trait)));
          const seen = [now()];
          point(handle, "down", 0);
          point(window, "move", 20);
          seen.push(now());
          stop();
          point(window, "move", 40);
          seen.push(now());
          point(window, "up", 40);
          return seen;
        }""",
        state_of(getattr(widgets, name)()),
    )
    before, dragged, ended = moved
    assert before != dragged == ended


@pytest.mark.parametrize("name", NAMES)
def test_many_views_of_one_model_agree(name, module_page):
    texts = module_page.evaluate(
        """state => {
          const model = new Model(state);
          const places = [1, 2, 3].map(() => document.createElement("div"));
          document.body.append(...places);
          const stops = places.map((el) => w.render({ model, el }));
          const slider = places[1].querySelector("input[type=range]");
          const live = () => places.map(
            (p) => p.querySelector(".bp-live").textContent);
          const before = live();
          slider.value = slider.max;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
          const after = live();
          stops[1]();
          places.forEach((place) => place.remove());
          return [before, after];
        }""",
        state_of(getattr(widgets, name)()),
    )
    before, after = map(set, texts)
    assert len(before) == len(after) == 1
    assert before != after
