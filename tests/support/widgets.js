// A view outside a page: what it gets in a notebook, a clock that stands
// still until it is turned, and what there is to be read in it.

// Counts its listeners; a trait that is set to what it is tells no one.
class Model {
  constructor(state) {
    this.state = { ...state };
    this.heard = [];
    this.saved = 0;
  }
  get(name) {
    return this.state[name];
  }
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
    this.heard = this.heard.filter(([event, one]) => !(names.includes(event) && one === listener));
  }
  save_changes() {
    this.saved += 1;
  }
}

// What is done later, in a frame or after a while, is done in `turn`; what is
// done again and again, in `tick`. `end` gives the page its own clock back.
function stopClock() {
  const names = ["requestAnimationFrame", "cancelAnimationFrame", "setTimeout", "clearTimeout"];
  names.push("setInterval", "clearInterval");
  const before = names.map((name) => [name, window[name]]);
  const [later, often] = [new Map(), new Map()];
  let last = 0;
  const into = (map) => (act) => (map.set((last += 1), act), last);
  window.requestAnimationFrame = window.setTimeout = into(later);
  window.cancelAnimationFrame = window.clearTimeout = (id) => later.delete(id);
  window.setInterval = into(often);
  window.clearInterval = (id) => often.delete(id);
  return {
    turn() {
      for (const [id, act] of [...later]) {
        later.delete(id);
        act(performance.now());
      }
    },
    tick() {
      for (const act of [...often.values()]) act();
    },
    settle() {
      for (let i = 0; i < 200 && later.size; i += 1) this.turn();
    },
    waiting: () => later.size + often.size,
    end: () => before.forEach(([name, own]) => (window[name] = own)),
  };
}

// A view with its model, in a place of its own.
class Drawn {
  constructor(name, { state, read, computed }) {
    Object.assign(this, { name, read, computed });
    this.errors = [];
    window.onerror = (message) => void this.errors.push(message);
    this.clock = stopClock();
    this.model = new Model(state);
    this.place = document.createElement("div");
    document.querySelector("main").append(this.place);
    this.start();
  }
  start() {
    this.stop = views[this.name].render({ model: this.model, el: this.place });
    this.clock.settle();
  }
  all(css) {
    return [...this.place.querySelectorAll(css)];
  }
  press(words) {
    const found = this.all("button").find((button) => button.textContent === words);
    if (!found) throw new Error(`no button "${words}"`);
    found.click();
    this.clock.settle();
  }
  // What `cases.py` reads: with all digits, when nothing is under way.
  shown() {
    this.model.set("exact", true);
    this.clock.settle();
    return {
      state: stateOf(this.model),
      text: this.place.querySelector(".bp-live")?.textContent,
      drawn: this.read?.(this.place),
      computed: this.computed?.(computes[this.name], this.model),
    };
  }
  end() {
    this.stop();
    const left = { heard: this.model.heard.length, waiting: this.clock.waiting() };
    left.nodes = this.place.childNodes.length;
    this.place.remove();
    this.clock.end();
    window.onerror = null;
    return left;
  }
}

const OUTSIDE = ["choices", "custom", "links", "sets"]; // of what is compared

function stateOf(model) {
  return Object.fromEntries(
    Object.entries(model.state).filter(([name]) => !OUTSIDE.includes(name)),
  );
}

// Words where a number should be; the names of classes are no words.
const NONE = /NaN|Infinity|undefined|null|\[object/;

function noNumber(place) {
  const found = NONE.exec(place.innerHTML);
  return found && place.innerHTML.slice(Math.max(0, found.index - 99), found.index + 40);
}

// ---- room ------------------------------------------------------------------

const isSeen = (e) => e.checkVisibility({ visibilityProperty: true, opacityProperty: true });
const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);

function nameOf(e) {
  return `${e.tagName}.${e.getAttribute("class") ?? ""} ${e.textContent.slice(0, 30)}`;
}

// What leaves the widget at a side, though nothing scrolls there.
function outside(place) {
  const edge = place.getBoundingClientRect();
  const held = (e) => {
    for (let up = e.parentElement; up !== place; up = up.parentElement)
      if (scrolls(up) || up.namespaceURI.endsWith("svg")) return true;
    return false;
  };
  return [...place.querySelectorAll("*")]
    .filter((e) => e.namespaceURI.endsWith("xhtml") || e.tagName === "svg")
    .filter((e) => isSeen(e) && !held(e))
    .filter((e) => {
      const { left, right, width } = e.getBoundingClientRect();
      return width > 0 && (left < edge.left - 1 || right > edge.right + 1);
    })
    .map(nameOf);
}

// Texts that are wider than their box.
function cut(place) {
  const CSS = ".bp-formulas, .bp-cell, .bp-option > span, .bp-norm, .bp-norm *, button, output";
  return [...place.querySelectorAll(CSS)]
    .filter((e) => isSeen(e) && !scrolls(e))
    .filter((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)
    .map((e) => `${nameOf(e)} ${e.scrollWidth} in ${e.clientWidth}`);
}

// ---- what there is to be asserted ------------------------------------------

// Each case drawn, its buttons pressed: what it shows, and what is wrong.
function examine(name, cases, reading) {
  return cases.map(({ state, press }) => {
    const drawn = new Drawn(name, { state, ...reading });
    press.forEach((words) => drawn.press(words));
    const { place } = drawn;
    const [svg] = drawn.all("svg").filter(isSeen);
    const size = svg?.getBoundingClientRect();
    const few = drawn.place.querySelector(".bp-live")?.textContent;
    const none = noNumber(place);
    const shown = drawn.shown();
    const found = {
      shown,
      few,
      none: none ?? noNumber(place),
      failed: place.querySelector(".bp-failed")?.textContent ?? null,
      drawing: size ? Math.min(size.width, size.height) : 0,
      outside: outside(place),
      cut: cut(place),
      ids: drawn.all("[id]").length,
      waiting: drawn.clock.waiting(),
      errors: drawn.errors,
    };
    return { ...found, left: drawn.end() };
  });
}

// Every control in every direction: which traits it changed, whether the
// drawing did, and what is shown then.
function sweep(name, state, reading) {
  const all = [];
  const fresh = () => new Drawn(name, { state: { ...state, exact: true }, ...reading });
  const first = fresh();
  const lists = first.all("select").map((list, i) => [list, i]).filter(([list]) => isSeen(list));
  slide(first, all);
  first.end();
  for (const [, i] of lists) {
    const drawn = fresh();
    choose(drawn, drawn.all("select")[i], all);
    drawn.end();
  }
  const drawn = fresh();
  for (const box of drawn.all("input[type=checkbox]"))
    for (const words of ["once", "twice"]) all.push(use(drawn, box, words, () => box.click()));
  drawn.end();
  return all;
}

// A slider at its ends and in between; where it stood it stands again.
function slide(drawn, all) {
  const seen = () => drawn.all("input[type=range]").filter(isSeen);
  for (let i = 0; i < seen().length; i += 1) {
    const slider = seen()[i];
    const [low, high, at] = [slider.min, slider.max, slider.value].map(Number);
    for (const value of [high, low, low + 0.6 * (high - low), at]) {
      const before = slider.value;
      slider.value = value;
      if (slider.value === before) continue;
      const moved = () => slider.dispatchEvent(new Event("input", { bubbles: true }));
      all.push(use(drawn, slider, String(value), moved));
    }
  }
}

function choose(drawn, list, all) {
  const before = list.value;
  for (const { value } of [...list.options, { value: before }]) {
    if (list.value === value) continue;
    list.value = value;
    const chosen = () => list.dispatchEvent(new Event("change", { bubbles: true }));
    all.push(use(drawn, list, value, chosen));
  }
}

function use(drawn, control, words, act) {
  const { model, place, errors } = drawn;
  const [before, html, saved] = [stateOf(model), place.innerHTML, model.saved];
  act();
  drawn.clock.settle();
  const now = stateOf(model);
  const changed = Object.keys(now).filter(
    (trait) => JSON.stringify(now[trait]) !== JSON.stringify(before[trait]),
  );
  return {
    kind: control.type,
    label: control.ariaLabel ?? control.labels[0].firstChild.textContent,
    words,
    changed,
    saved: model.saved > saved,
    redrawn: html !== place.innerHTML,
    html: place.innerHTML,
    value: control.getAttribute("aria-valuetext"),
    none: noNumber(place),
    errors: [...errors],
    shown: control.type === "checkbox" ? null : drawn.shown(),
  };
}

// ---- random states and events ----------------------------------------------

const KEYS = ["ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "Home", "End", "a", "Enter"];

// What no trait takes.
const WRONG = [null, undefined, "", "abc", "1", "__proto__", NaN, Infinity, -Infinity, 1e300];
WRONG.push(-1e300, -1, 2.5, true, [], [1], [null], {}, [[["x"]]]);

// Where a widget can be dragged or pointed at.
const PARTS = ".bp-handle, .bp-start, .bp-unit, .bp-cell, .bp-option, svg";

function mulberry(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Something random is done to a view `count` times; what is shown is noted
// after each `every` of them. `most` is the largest whole number that is set.
class Fuzz {
  constructor(name, given, schema, seed) {
    Object.assign(this, { schema, given: given.state, most: 200 });
    this.random = mulberry(seed);
    this.drawn = new Drawn(name, given);
    this.model = this.drawn.model;
    this.tally = {};
  }
  pick(all) {
    return all[Math.floor(this.random() * all.length)];
  }
  all(css) {
    return this.drawn.all(css);
  }
  run(count, { most = 200, every = 0 } = {}) {
    this.most = most;
    const [log, shown] = [[], []];
    const report = (wrong, at) => ({ wrong, at, log: log.slice(-4), state: stateOf(this.model) });
    for (let i = 0; i < count; i += 1) {
      if (this.random() < 0.01) this.again();
      try {
        log.push(this.act());
        this.drawn.clock.turn();
        if (this.random() < 0.1) this.drawn.clock.tick();
        const wrong = this.complaint();
        if (wrong) return { ...report(wrong, i), left: this.drawn.end() };
        if (every && i % every === 0) shown.push(this.drawn.shown());
      } catch (error) {
        return { ...report(String(error.stack), i), left: this.drawn.end() };
      }
    }
    return { ...report(null, count), shown, tally: this.tally, left: this.drawn.end() };
  }
  again() {
    this.drawn.stop();
    this.drawn.start();
  }
  act() {
    let rest = this.random();
    const [kind] = KINDS.find(([, share]) => (rest -= share) < 0);
    this.tally[kind] = (this.tally[kind] ?? 0) + 1;
    return `${kind} ${this[kind]()}`;
  }
  // Each trait takes what it holds, and no number is missing.
  complaint() {
    const { ranges, shared } = this.schema;
    for (const [name, [low, high, whole]] of Object.entries(ranges))
      for (const one of [this.model.get(name)].flat(3)) {
        if (!(Number.isFinite(one) && one >= low && one <= high)) return `${name} = ${one}`;
        if (whole && !Number.isInteger(one)) return `${name} = ${one}`;
      }
    for (const name of shared) {
      const [choices, now] = [this.given.choices[name], this.model.get(name)];
      if (choices && !choices.some(([one]) => one === now)) return `${name} = ${now}`;
    }
    if (this.drawn.errors.length) return this.drawn.errors.join();
    return this.all(".bp-failed")[0]?.textContent ?? noNumber(this.drawn.place);
  }

  // ---- values ----
  value(name) {
    const { choices } = this.given;
    if (choices[name]) return this.pick(choices[name])[0];
    if (typeof this.given[name] === "boolean") return this.random() < 0.5;
    const [low, high, , length] = this.schema.ranges[name];
    if (!length) return this.entries(this.model.get(name), name);
    const size = Math.floor(this.random() * (length + 1));
    return Array.from({ length: size }, () => low + Math.floor(this.random() * (high + 1 - low)));
  }
  // A number, or as many in lists as there are.
  entries(like, name) {
    if (Array.isArray(like)) return like.map((part) => this.entries(part, name));
    const { random } = this;
    const [low, high, whole] = this.schema.ranges[name];
    if (whole) return Math.floor(low + random() * (Math.min(high, this.most) + 1 - low));
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

  // ---- what is done ----
  put() {
    const name = this.pick(this.schema.shared);
    this.model.set(name, this.value(name));
    return `${name} ${this.model.get(name)}`;
  }
  // A value that no trait takes, and then the old one again. Python refuses
  // the first; a view that is shown it may fail and say so, but not for good.
  wrong() {
    const name = this.pick(this.schema.shared);
    const counts = this.schema.ranges[name]?.[2]; // so many updates never end
    const bad = this.pick(counts ? WRONG.filter((one) => !(one > 1e6)) : WRONG);
    const old = this.model.get(name);
    try {
      this.model.set(name, bad);
      this.drawn.clock.turn();
    } catch {
      this.tally.thrown = (this.tally.thrown ?? 0) + 1;
    }
    this.tally.failed = (this.tally.failed ?? 0) + this.all(".bp-failed").length;
    this.drawn.errors.length = 0;
    this.model.state[name] = old;
    this.again();
    return `${name} ${JSON.stringify(bad)}`;
  }
  slide() {
    const input = this.pick(this.all("input[type=range]"));
    const [low, high] = [Number(input.min), Number(input.max)];
    input.value = low + this.random() * (high - low);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    return `${input.ariaLabel} ${input.value}`;
  }
  click() {
    const css = "button, [role=button], .bp-cell, .bp-option, input[type=checkbox]";
    const target = this.pick(this.all(css));
    target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    return target.textContent;
  }
  choose() {
    const list = this.pick(this.all("select"));
    if (!list) return "nothing";
    list.selectedIndex = Math.floor(this.random() * list.options.length);
    list.dispatchEvent(new Event("change", { bubbles: true }));
    return list.value;
  }
  tick() {
    const box = this.pick(this.all("input[type=checkbox]"));
    if (!box) return "nothing";
    box.click();
    return box.checked;
  }
  // Down, some moves, up; sometimes the end is never heard of.
  drag() {
    const handles = this.all(".bp-handle");
    const target =
      handles.length && this.random() < 0.7 ? this.pick(handles) : this.pick(this.all(PARTS));
    const before = JSON.stringify(stateOf(this.model));
    const id = Math.floor(3 * this.random()); // of a mouse, a pen or a finger
    const act = (type) => this.point(target, type, id);
    act("down");
    for (let i = 0; i < 3; i += 1) act("move");
    if (this.random() < 0.9) act(this.random() < 0.8 ? "up" : "cancel");
    if (before !== JSON.stringify(stateOf(this.model)))
      this.tally.dragged = (this.tally.dragged ?? 0) + 1;
    return target.getAttribute("class");
  }
  point(target, type, pointerId) {
    const box = (target.closest("svg") ?? target).getBoundingClientRect();
    const along = (from, size) => from + (1.4 * this.random() - 0.2) * size;
    const place = { clientX: along(box.x, box.width), clientY: along(box.y, box.height) };
    const options = { ...place, pointerId, view: window, bubbles: true, cancelable: true };
    target.dispatchEvent(new PointerEvent(`pointer${type}`, options));
  }
  hover() {
    const target = this.pick(this.all(PARTS));
    for (const type of ["pointerover", "pointerout", "focusin", "focusout"])
      if (this.random() < 0.6) target.dispatchEvent(new Event(type, { bubbles: true }));
    return target.getAttribute("class");
  }
  key() {
    const key = this.pick(KEYS);
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    this.pick(this.all("*")).dispatchEvent(event);
    return key;
  }
}

const KINDS = [
  ["put", 0.45],
  ["wrong", 0.06],
  ["slide", 0.11],
  ["click", 0.11],
  ["choose", 0.05],
  ["tick", 0.03],
  ["drag", 0.07],
  ["hover", 0.02],
  ["key", 1],
];

// ---- life and death ---------------------------------------------------------

// Three views of one model: what they say before and after a slider is moved
// in the second, and what the third says when the second is gone.
function together(name, state) {
  const model = new Model(state);
  const main = document.querySelector("main");
  const places = [1, 2, 3].map(() => document.createElement("div"));
  main.append(...places);
  const stops = places.map((el) => views[name].render({ model, el }));
  const live = (some) => some.map((place) => place.querySelector(".bp-live").textContent);
  const move = (place, end) => {
    const slider = place.querySelector("input[type=range]");
    slider.value = slider[end];
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const before = live(places);
  move(places[1], "max");
  const after = live(places);
  stops[1]();
  move(places[0], "min");
  const alone = live([places[0], places[2]]);
  stops.forEach((stop) => stop());
  places.forEach((place) => place.remove());
  return [before, after, alone];
}

// What many views in a row leave behind: listeners of the model, the window
// and the document, and observers that were not told to stop.
function lives(name, state, count) {
  const [heard, watching] = [[], new Set()];
  const own = [];
  const swap = (object, key, make) => {
    const had = Object.hasOwn(object, key);
    const before = object[key];
    own.push(() => (had ? (object[key] = before) : delete object[key]));
    object[key] = make(before);
  };
  for (const target of [window, document])
    swap(target, "addEventListener", (add) => (...all) => {
      if (!all[2]?.signal) heard.push(all[0]);
      add.apply(target, all);
    });
  for (const kind of ["IntersectionObserver", "MutationObserver", "ResizeObserver"])
    for (const [key, act] of [
      ["observe", "add"],
      ["disconnect", "delete"],
    ])
      swap(window[kind].prototype, key, (before) => function (...all) {
        watching[act](this);
        return before.apply(this, all);
      });
  const [model, most] = [new Model(state), []];
  const place = document.createElement("div");
  document.querySelector("main").append(place);
  const clock = stopClock();
  for (let i = 0; i < count; i += 1) {
    const stop = views[name].render({ model, el: place });
    most.push(model.heard.length);
    stop();
  }
  const waiting = clock.waiting();
  clock.end();
  own.forEach((undo) => undo());
  place.remove();
  const nodes = place.childNodes.length;
  return { most, heard, watching: watching.size, left: model.heard.length, waiting, nodes };
}

// What a view that fails at once leaves in its place, and what it says when
// it fails later: its model breaks.
function failing(name, state, trait) {
  const broken = () => {
    throw new Error("planted");
  };
  const [model, place] = [new Model(state), document.createElement("div")];
  model.get = broken;
  const stop = views[name].render({ model, el: place });
  const first = place.textContent;
  stop();
  const drawn = new Drawn(name, { state });
  drawn.model.get = broken;
  drawn.model.set(trait, "something else");
  drawn.clock.settle();
  const said = drawn.all(".bp-failed").map((e) => [e.textContent, e.getAttribute("role")]);
  const nodes = drawn.place.childNodes.length;
  return { first, said, nodes, left: drawn.end(), errors: drawn.errors };
}

// ---- addresses ----------------------------------------------------------------

// What a page's widget makes of these addresses, one after the other: its
// shared traits then, and what its view shows.
async function visit(name, state, schema, hashes) {
  const [{ restore, address }, { PageModel }] = await Promise.all([
    import("/core/share.js"),
    import("/core/model.js"),
  ]);
  const clock = stopClock();
  const widgets = [{ name: "here", model: new PageModel(state), schema }];
  const place = document.createElement("div");
  const stop = views[name].render({ model: widgets[0].model, el: place });
  clock.settle();
  const found = hashes.map((hash) => {
    restore(widgets, hash);
    clock.settle();
    const link = decodeURIComponent(new URL(address(widgets)).hash.slice("#widgets=".length));
    const failed = place.querySelector(".bp-failed")?.textContent;
    return { link: JSON.parse(link), wrong: failed ?? noNumber(place) };
  });
  stop();
  clock.end();
  return found;
}
