"""Ten thousand random states and events on each widget, inside one page."""

import json

import pytest
import widget_page
from backprop import widgets
from backprop.numerics import activations
from backprop.symbolic import z

pytestmark = pytest.mark.site

NAMES = [name for name in widgets.__all__ if name != "link"]
COUNT = 10_000
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

function fuzz(render, state, seed, count, custom) {
  const random = generator(seed);
  const pick = (all) => all[Math.floor(random() * all.length)];
  const place = document.getElementById("place");
  const choices = state.choices.activation.map(([name]) => name);
  const model = new Model(state);
  const log = [];
  const errors = [];
  // What a widget does in frames, it does after each event.
  const frames = new Map();
  window.requestAnimationFrame = (act) => {
    frames.set(frames.next = (frames.next ?? 0) + 1, act);
    return frames.next;
  };
  window.cancelAnimationFrame = (id) => frames.delete(id);
  function turn() {
    for (const [id, act] of [...frames]) {
      frames.delete(id);
      act(performance.now());
    }
  }
  window.onerror = (message) => { errors.push(message); };

  function value(name) {
    if (name === "activation") return pick(choices);
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
    const most = Math.min(high, 200);
    if (whole) return Math.floor(low + random() * (most + 1 - low));
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

  function act() {
    const kind = random();
    if (kind < 0.55) {
      const name = pick(state.shared);
      model.set(name, value(name));
      return `set ${name} ${model.get(name)}`;
    }
    if (kind < 0.7) {
      const input = pick([...place.querySelectorAll("input[type=range]")]);
      const [low, high] = [Number(input.min), Number(input.max)];
      input.value = low + random() * (high - low);
      input.dispatchEvent(new Event("input", { bubbles: true }));
      return `slide ${input.ariaLabel} ${input.value}`;
    }
    if (kind < 0.85) {
      const button = pick([...place.querySelectorAll(
        "button, [role=button], input[type=checkbox]")]);
      button.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      return `click ${button.textContent}`;
    }
    const target = pick([...place.querySelectorAll("*")]);
    const key = pick(KEYS);
    target.dispatchEvent(new KeyboardEvent("keydown",
      { key, bubbles: true, cancelable: true }));
    return `key ${key}`;
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
    if (errors.length) return errors.join();
    const found = BAD.exec(place.innerHTML);
    return found && place.innerHTML.slice(found.index - 99, found.index + 40);
  }

  let stop = render({ model, el: place });
  const shown = [];
  for (let i = 0; i < count; i += 1) {
    if (random() < 0.01) { stop(); stop = render({ model, el: place }); }
    try {
      log.push(act());
      turn();
      const wrong = complaint();
      if (wrong)
        return { wrong, at: i, log: log.slice(-4), state: model.state };
    } catch (error) {
      return { wrong: String(error.stack), at: i, log: log.slice(-4),
        state: model.state };
    }
    if (i % 10 === 0) shown.push([{ ...model.state, custom: 0, choices: 0 },
      place.querySelector(".bp-live").textContent]);
  }
  stop();
  return { wrong: null, at: count, left: model.heard.length, shown,
    empty: place.childElementCount === 0 };
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
        page = browser.new_page()
        page.set_default_timeout(300_000)
        page.goto(f"{address}/fuzz.html")
        page.wait_for_function("window.fuzz !== undefined")
        yield page
        page.close()


def state_of(widget):
    """The state of a widget as a view gets it."""
    return json.loads(json.dumps(widget.page_state()))


def run(page, widget, seed, count=COUNT):
    """Fuzz a widget; return the browser's report."""
    script = "([state, seed, n]) => fuzz(w.render, state, seed, n)"
    return page.evaluate(script, [state_of(widget), seed, count])


def number(text):
    return float(text.rstrip(".").replace("−", "-"))


def one_update(state):
    """The update by hand, in floats; the activation is numpy's."""
    f = activations.get(state["activation"])
    w, b, x, y = (state[name] for name in ("w", "b", "x", "y"))
    pre = b + w * x
    error = float(f(pre)) - y
    slope = float(f.prime(pre))
    back = error * slope
    return {
        "z": pre,
        "a": float(f(pre)),
        "L": error * error / 2,
        "∂L/∂a": error,
        "∂a/∂z": slope,
        "∂L/∂z": back,
        "∂L/∂w": back * x,
        "∂L/∂b": back,
        "new w": w - state["eta"] * back * x,
        "new b": b - state["eta"] * back,
    }


@pytest.mark.parametrize("name", NAMES)
def test_nothing_breaks_a_widget(name, module_page):
    report = run(module_page, getattr(widgets, name)(), seed=1)
    assert report["wrong"] is None, report
    assert report["at"] == COUNT
    assert report["left"] == 0
    assert report["empty"]


@pytest.mark.parametrize("expression", [z**3, 1 / z, z * z - 2], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_nothing_breaks_an_activation_of_the_reader(
    name, expression, module_page
):
    widget = getattr(widgets, name)(activation=expression)
    report = run(module_page, widget, seed=2, count=1500)
    assert report["wrong"] is None, report


@pytest.mark.parametrize("until", ["L", "dL_db", "L_new"])
def test_the_numbers_of_the_stepper_are_right(until, module_page):
    stepper = widgets.Stepper(until=until, exact=True)
    report = run(module_page, stepper, seed=3, count=6000)
    assert report["wrong"] is None, report
    checked = set()
    for state, text in report["shown"]:
        title, _, rest = text.partition(" = ")
        if not rest or not state["exact"]:
            continue
        expected = one_update(state)[title]
        found = number(rest.split(" ")[0].split(",")[0])
        assert abs(found - expected) <= 1e-12 * max(1, abs(expected)), state
        checked.add(title)
    assert len(checked) == {"L": 3, "dL_db": 8, "L_new": 10}[until]


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
