// Train a small network in the page, and watch what it learns.

import { contours } from "d3-contour";

import { backwards, forwards } from "../generated/formulas.js";
import { button, select, slider, toggle } from "../core/controls.js";
import { drawing, h, s, say } from "../core/dom.js";
import { number, short } from "../core/format.js";
import { CELLS, Maps, Palette } from "./maps.js";
import { change, watch } from "../core/model.js";
import { planted } from "../core/neuron.js";
import { Plot } from "../core/plot.js";
import { extent } from "../core/range.js";
import { Training } from "./compute.js";
import { training_playground as schema } from "../generated/schema.js";

const RUN = ["data", "sets", "hidden", "activation", "custom", "eta", "batch_size", "seed"];
const [, MOST] = schema.ranges.update;
const [, UNITS] = schema.ranges.hidden;

// Milliseconds of updates: at once after a change, and in each frame.
const AT_ONCE = 2;
const FRAME = 8;

// Milliseconds from one reading aloud to the next, and from one drawing to
// the next where little motion is asked for.
const READING = 1000;
const CALM = 500;

// The loss of a network that gives both classes one half.
const GUESSING = Math.LN2;

// The least loss that is drawn, and the least length of a gradient.
const { FLOOR } = schema;

export function view(model, element) {
  const view = new View(model);
  element.append(...view.parts);
  const stops = [
    watch(model, [...RUN, "update"], () => view.follow()),
    watch(model, ["exact"], () => view.read()),
    view.listen(element),
  ];
  return () => {
    view.halt();
    [...stops, ...view.controls.map((c) => c.stop)].forEach((stop) => stop());
  };
}

// ---- the run, and the clock that drives it ---------------------------------

class View {
  constructor(model) {
    this.model = model;
    this.palette = new Palette();
    this.maps = new Maps();
    this.plane = new Plane();
    this.losses = new Losses();
    this.diagram = new Diagram((unit) => this.show(unit));
    this.norms = new Norms();
    this.words = h("p", { class: "bp-live", role: "status" });
    this.caption = h("p", { class: "bp-aside bp-caption" });
    this.controls = controlsFor(model);
    this.play = button("Play", () => (this.playing ? this.pause() : this.start()));
    this.one = button("One update", () => this.step());
    this.playing = false;
    this.seen = true;
    this.frame = null;
    this.unit = null;
    this.parts = [
      h("div", { class: "bp-controls" }, ...this.controls.map((c) => c.element)),
      h(
        "div",
        { class: "bp-buttons" },
        this.play,
        this.one,
        button("Reset", () => this.reset()),
        button("New weights", () => this.reset({ seed: (model.get("seed") + 1) % 2 ** 32 })),
      ),
      this.words,
      h(
        "div",
        { class: "bp-row" },
        h("div", {}, this.plane.element, this.caption),
        this.diagram.element,
      ),
      h(
        "div",
        { class: "bp-row" },
        h("div", {}, this.losses.plot.svg, this.losses.key),
        this.norms.element,
      ),
    ];
  }

  // What ends with the view: being out of sight, or out of the document,
  // pauses the clock; a change of the theme changes the colours.
  listen(element) {
    const eyes = new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      this.wake();
    });
    eyes.observe(element);
    const themes = new MutationObserver(() => {
      this.palette.read(element);
      this.stale = true;
      this.wake();
    });
    const attributes = { attributeFilter: ["data-theme", "data-jp-theme-light"] };
    themes.observe(document.documentElement, attributes);
    themes.observe(document.body, attributes);
    this.diagram.listen();
    return () => {
      eyes.disconnect();
      themes.disconnect();
    };
  }

  // Make the run that the traits describe: a new one from the start, or the
  // same one some updates on.
  follow() {
    const settings = settingsOf(this.model);
    const goal = this.goal;
    if (!same(settings, this.settings) || goal < this.training.count) this.begin(settings);
    if (this.training.count === goal && this.counted === this.training) return;
    this.advance(goal, AT_ONCE);
    // What takes longer is shown when it is done: until then the old stands.
    if (this.behind && this.measure) return this.wake();
    this.count();
    this.settle();
  }

  begin(settings) {
    const fresh = settings.points !== this.settings?.points;
    this.settings = settings;
    this.training = new Training(settings);
    if (fresh) this.maps.cover(this.plane.cover(settings.points));
    if (this.unit && !has(settings.hidden, this.unit)) this.unit = null;
    this.diagram.arrange(settings.hidden);
    this.norms.arrange(settings.hidden.length + 1);
  }

  get goal() {
    return this.model.get("update");
  }

  get ended() {
    return this.training.diverged !== null || this.training.count >= MOST;
  }

  // Updates up to a count, as many as there is time for.
  advance(goal, milliseconds) {
    const end = performance.now() + milliseconds;
    const { training } = this;
    while (training.count < goal && training.update()) if (performance.now() >= end) break;
  }

  start() {
    if (this.ended) return;
    this.playing = true;
    this.read();
    this.wake();
  }

  pause() {
    this.playing = false;
    this.count();
    this.rest();
  }

  step() {
    this.playing = false;
    if (!this.ended) this.advance(this.training.count + 1, FRAME);
    this.count();
    this.rest();
  }

  reset(more = {}) {
    this.playing = false;
    change(this.model, { ...more, update: 0 });
    this.read();
  }

  // Whether there are updates that the traits ask for.
  get behind() {
    return !this.ended && this.training.count < this.goal;
  }

  // One frame later, if there is something to do; to play, only if seen.
  wake() {
    const busy = this.behind || this.stale || (this.playing && this.seen);
    if (busy && this.frame === null) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  halt() {
    this.playing = false;
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    this.frame = null;
  }

  tick(now) {
    this.frame = null;
    const again = this.behind;
    if (again || (this.playing && this.seen)) this.go(again, now);
    if (this.stale) this.paint();
    if (!again || !this.behind) this.tell(now);
    return this.settle();
  }

  // The updates of a frame; their numbers, unless they are of no interest
  // yet, or little motion is asked for.
  go(again, now) {
    const next = this.training.count + (Number(this.model.get("pace")) || 1);
    if (again)
      this.advance(this.goal, FRAME); // hardly a frame of it is drawn
    else this.advance(Math.min(MOST, next), this.budget());
    if (this.playing && this.ended) return this.pause();
    const due = !(now - this.countedAt < CALM);
    if (due || (!this.behind && (again || !CALMLY.matches))) {
      this.countedAt = now;
      this.count();
      if (this.behind) this.read();
    }
  }

  // While it plays, once in a while.
  tell(now) {
    if (!this.playing || now - this.readAt < READING) return;
    this.readAt = now;
    change(this.model, { update: this.training.count });
    this.read();
  }

  // What a frame leaves for updates once it has been drawn.
  budget() {
    return Math.max(1, Math.min(FRAME, 12 - 2 * (this.cost ?? 2)));
  }

  // A replay goes on in the next frame; of a run that rests Python hears how far it came.
  settle() {
    if (this.behind || this.playing) this.wake();
    else if (this.told !== this.measure) this.rest();
  }

  rest() {
    this.told = this.measure;
    const { count, diverged } = this.training;
    // A run that diverged before its goal keeps the goal.
    const update = diverged === null || count > this.goal ? count : this.goal;
    change(this.model, { update });
    this.read();
    this.wake();
  }

  // ---- drawing ------------------------------------------------------------

  // Everything that is a number; the pictures come with the next frame.
  count() {
    const { training } = this;
    this.counted = training;
    this.measure = training.measure();
    this.norms.show(this.measure.norms, this.model.get("exact") && !this.playing);
    this.losses.show(training, this.measure, this.behind);
    this.stale = true;
  }

  paint() {
    const start = performance.now();
    if (!this.palette.ground) this.palette.read(this.words);
    this.maps.forward(this.training.network);
    this.diagram.draw(this.maps, this.palette);
    this.drawPlane();
    this.stale = false;
    this.cost = performance.now() - start;
  }

  drawPlane() {
    const { network } = this.training;
    const [layer, unit] = this.unit ?? [network.depth, 1];
    const reach = this.maps.of(layer, unit);
    const output = layer === network.depth;
    this.plane.draw(this.palette.paint(this.maps.values, reach, output));
    this.plane.border(output ? this.maps.values : null);
    say(this.caption, output ? CAPTION : captionOf(layer, unit, reach));
  }

  // Show another unit's map, or with null the decision.
  show(unit) {
    this.unit = unit;
    if (!this.palette.ground) return;
    this.maps.forward(this.training.network);
    this.drawPlane();
    this.diagram.mark(unit);
    if (unit) this.diagram.name(unit, describeUnit(this.training.network, ...unit));
  }

  read() {
    const { training, measure, playing } = this;
    if (!measure) return;
    say(this.play, playing ? "Pause" : "Play");
    const off = !playing && this.ended;
    this.play.setAttribute("aria-disabled", off);
    this.one.setAttribute("aria-disabled", off);
    const all = this.model.get("exact");
    say(this.words, describe(this, training, measure, all));
    if (!playing) this.norms.show(measure.norms, all);
  }
}

const CALMLY = matchMedia("(prefers-reduced-motion: reduce)");

// What makes a run, from the traits.
function settingsOf(model) {
  const sets = model.get("sets");
  const custom = model.get("custom");
  const activation = model.get("activation");
  return {
    points: sets[model.get("data")],
    hidden: model.get("hidden"),
    passes:
      custom?.name === activation
        ? planted(custom)
        : { forward: forwards[activation], backward: backwards[activation] },
    activation,
    eta: model.get("eta"),
    batchSize: model.get("batch_size"),
    seed: model.get("seed"),
  };
}

function same(one, other) {
  return (
    other !== undefined &&
    Object.keys(one).every((key) =>
      key === "hidden"
        ? one.hidden.join() === other.hidden.join()
        : key === "passes"
          ? one.passes.forward === other.passes.forward
          : one[key] === other[key],
    )
  );
}

function has(hidden, [layer, unit]) {
  return unit < ([2, ...hidden, 2][layer] ?? 0);
}

// ---- in words -----------------------------------------------------------------

const CAPTION =
  "The output, over the inputs: blue where class 0 is the likelier one, orange " +
  "where class 1 is; the line lies where they are even. Hollow points are held out.";

function captionOf(layer, unit, { low, high }) {
  return (
    `${nameOf(layer, unit)}, over the inputs: from ${short(low, 3)} to ` +
    `${short(high, 3)}; blue is negative, orange positive.`
  );
}

function nameOf(layer, unit) {
  return layer === 0 ? `Input ${unit + 1}` : `Unit ${unit + 1} of layer ${layer}`;
}

function describeUnit({ layers, depth }, layer, unit) {
  const name = layer === depth ? `output for class ${unit}` : nameOf(layer, unit);
  if (layer === 0) return name;
  const { W, b } = layers[layer - 1];
  const row = W.data.subarray(unit * W.cols, (unit + 1) * W.cols);
  return `${name}: bias ${short(b[unit], 3)}, weights ${[...row].map((w) => short(w, 3)).join(", ")}`;
}

function describe({ playing, goal, settings }, training, measure, all) {
  const { count, diverged } = training;
  const show = (value) => number(value, all);
  const at = `Update ${count}`;
  if (playing)
    return (
      `${at}, training goes on: loss ${show(measure.training)} (training), ` +
      `${show(measure.heldOut)} (held out).`
    );
  if (count < goal && diverged === null) return `${goal} updates are made, from the start …`;
  const [m, n] = [training.training.X.rows, training.heldOut.X.rows];
  const epochs = count / Math.ceil(m / training.batchSize);
  return [
    `${at} (epoch ${short(epochs, 3)}, η = ${show(settings.eta)}): loss ` +
      `${show(measure.training)} on the training data, ${show(measure.heldOut)} on the ` +
      "held-out data;",
    ` correct are ${measure.right} of ${m} and ${measure.heldOutRight} of ${n}.`,
    remark(training, measure, settings),
  ].join("");
}

function remark({ count, diverged }, { training, norms }, { eta }) {
  if (diverged !== null)
    return (
      ` Update ${diverged} diverges: a weight would be no number below 10¹⁰, so ` +
      "training stops before it. Try a smaller η, such as " +
      `${short(Math.min(1, eta / 10))}.`
    );
  if (count >= MOST) return ` That is all: no more than ${MOST} updates are made here.`;
  if (count >= 20 && training > 1.02 * GUESSING)
    return (
      ` That is worse than guessing, ${short(GUESSING)}. Try a smaller η, such as ` +
      `${short(Math.min(1, eta / 10))}.`
    );
  if (training > 0.1 && Math.max(...norms) < 1e-4)
    return " Hardly any gradient is left: it is stuck. Try other weights, or a smaller η.";
  return CALMLY.matches && count === 0
    ? " While it plays, it is drawn twice a second, for little motion was asked for."
    : "";
}

// ---- controls -------------------------------------------------------------------

function controlsFor(model) {
  const choices = model.get("choices");
  return [
    select(model, "data", { label: "data", choices: choices.data }),
    depth(model),
    ...[0, 1, 2].map((at) => width(model, at)),
    select(model, "activation", { label: "activation", choices: choices.activation }),
    slider(model, "eta", { label: "η", min: 1e-3, max: 10, step: 0.02, log: true }),
    slider(model, "batch_size", { label: "batch size", min: 1, max: 200, step: 1 }),
    select(model, "pace", { label: "each frame", choices: choices.pace }),
    toggle(model, "exact", { label: "all digits" }),
  ];
}

// A choice of whole numbers that stands for a part of `hidden`.
function pick(model, label, numbers, read, write) {
  const input = h(
    "select",
    { onchange: () => change(model, { hidden: write(model.get("hidden"), Number(input.value)) }) },
    ...numbers.map((n) => h("option", { value: n }, String(n))),
  );
  const element = h(
    "label",
    { class: "bp-control" },
    h("span", { class: "bp-label" }, label),
    input,
  );
  const stop = watch(model, ["hidden"], () => {
    const value = read(model.get("hidden"));
    element.hidden = value === undefined;
    if (value !== undefined) input.value = value;
  });
  return { element, stop };
}

function depth(model) {
  return pick(
    model,
    "hidden layers",
    [0, 1, 2, 3],
    (sizes) => sizes.length,
    (sizes, count) => Array.from({ length: count }, (_, at) => sizes[at] ?? sizes[at - 1] ?? UNITS),
  );
}

function width(model, at) {
  return pick(
    model,
    `units in layer ${at + 1}`,
    Array.from({ length: UNITS }, (_, i) => i + 1),
    (sizes) => sizes[at],
    (sizes, units) => sizes.map((size, i) => (i === at ? units : size)),
  );
}

// ---- the plane --------------------------------------------------------------------

const SIDE = 380;

// The input plane: a canvas with the map, below the axes and the points.
class Plane {
  constructor() {
    this.plot = new Plot({
      width: SIDE,
      height: SIDE - 20,
      label: "The output over the inputs, with the points",
      xLabel: "x₁",
      yLabel: "x₂",
    });
    this.canvas = h("canvas", {
      class: "bp-map",
      "aria-hidden": true,
      width: CELLS,
      height: CELLS,
    });
    this.context = this.canvas.getContext("2d");
    const marks = [0, 1].flatMap((label) =>
      ["bp-trained", "bp-held"].map((part) => `bp-point bp-class-${label} ${part}`),
    );
    this.marks = marks.map((name) => s("path", { class: name }));
    this.line = s("path", { class: "bp-border" });
    this.plot.content.append(this.line, ...this.marks);
    this.element = h("div", { class: "bp-plane" }, this.canvas, this.plot.svg);
    const [x0, x1] = this.plot.x.range();
    const [y1, y0] = this.plot.y.range();
    const share = (value, whole) => `${(100 * value) / whole}%`;
    const place = {
      left: share(x0, SIDE),
      width: share(x1 - x0, SIDE),
      top: share(y0, SIDE - 20),
      height: share(y1 - y0, SIDE - 20),
    };
    Object.assign(this.canvas.style, place);
    // From a cell of the grid to the plot: d3 counts from the cells' corners.
    this.scale = [(x1 - x0) / CELLS, (y1 - y0) / CELLS, x0, y0];
  }

  // Show these points; returns what the axes cover.
  cover({ training, held_out }) {
    const all = [...training, ...held_out];
    const [x, y] = [0, 1].map((k) =>
      extent(
        all.map((point) => point[k]),
        0.12,
      ),
    );
    this.plot.domains(x, y);
    const parts = [training, held_out];
    this.marks.forEach((mark, i) => {
      const shown = parts[i % 2].filter(([, , label]) => label === Math.floor(i / 2));
      const shape = i < 2 ? circle : square;
      mark.setAttribute("d", shown.map(([a, b]) => shape(this.plot.x(a), this.plot.y(b))).join(""));
    });
    return { x, y };
  }

  draw(image) {
    this.context.putImageData(image, 0, 0);
  }

  // The line where the probability of class 1 is one half.
  border(values) {
    const [a, b, x0, y0] = this.scale;
    const { coordinates } = values
      ? contours().size([CELLS, CELLS]).contour(values, 0.5)
      : { coordinates: [] };
    const inside = ([x, y]) => x > 0 && y > 0 && x < CELLS && y < CELLS;
    let path = "";
    for (const ring of coordinates.flat()) {
      let command = "M";
      for (const point of ring) {
        // A region ends at the edge of the grid, where no border is.
        if (inside(point)) {
          path += `${command}${(x0 + a * point[0]).toFixed(1)},${(y0 + b * point[1]).toFixed(1)}`;
          command = "L";
        } else command = "M";
      }
    }
    this.line.setAttribute("d", path);
  }
}

function circle(x, y) {
  return `M${(x - 3.2).toFixed(1)},${y.toFixed(1)}a3.2,3.2 0 1,0 6.4,0a3.2,3.2 0 1,0 -6.4,0`;
}

function square(x, y) {
  return `M${(x - 2.9).toFixed(1)},${(y - 2.9).toFixed(1)}h5.8v5.8h-5.8z`;
}

// ---- the curves -------------------------------------------------------------------

class Losses {
  constructor() {
    this.plot = new Plot({
      height: 210,
      log: true,
      label: "The loss on the training and on the held-out data, after each update",
      xLabel: "update",
      yLabel: "L",
    });
    this.lines = ["bp-curve bp-forward", "bp-curve bp-held-out bp-dashed"].map((name) =>
      s("path", { class: name }),
    );
    this.dots = ["bp-dot bp-forward", "bp-dot bp-held-out"].map((name) =>
      s("circle", { class: name, r: 4 }),
    );
    this.last = s("path", { class: "bp-last" });
    this.plot.content.append(this.last, ...this.lines, ...this.dots);
    this.named = h("span", {}, ", ", h("span", { class: "bp-swatch bp-last" }), " the run before");
    this.key = h(
      "p",
      { class: "bp-aside" },
      h("span", { class: "bp-swatch bp-forward" }),
      " training, ",
      h("span", { class: "bp-swatch bp-held-out" }),
      " held out",
      this.named,
    );
    this.whole = [];
    this.before = [];
  }

  // A run that is `behind` what was asked for is none to compare with.
  show(run, { training, heldOut }, behind) {
    const { plot } = this;
    const fresh = this.run !== run;
    if (fresh) this.before = this.whole;
    this.run = run;
    const { history, count } = run;
    const row = [count, training, heldOut];
    const rows = [...history, row];
    if (!behind) this.whole = rows;
    const seen = [...history, ...this.before]
      .flatMap(([, ...both]) => both)
      .filter((loss) => loss > 0);
    const low = Math.max(FLOOR, 10 ** Math.floor(Math.log10(Math.min(0.5, ...seen))));
    const high = 10 ** Math.ceil(Math.log10(Math.max(1, ...seen)));
    const end = Math.max(10, count, this.before.at(-1)?.[0] ?? 0);
    const moved = plot.domains([0, 1.04 * roundUp(end)], [low, high]);
    const place = (k) => (one) => [one[0], Math.max(low, one[k])];
    this.named.style.visibility = this.before.length > 0 ? "" : "hidden";
    if (fresh || moved) this.last.setAttribute("d", plot.line(this.before.map(place(1))));
    [1, 2].forEach((k) => {
      this.lines[k - 1].setAttribute("d", plot.line(rows.map(place(k))));
      const y = plot.y(Math.max(low, row[k]));
      const dot = this.dots[k - 1];
      dot.setAttribute("visibility", Number.isFinite(y) ? "visible" : "hidden");
      dot.setAttribute("cx", plot.x(count));
      dot.setAttribute("cy", Number.isFinite(y) ? y : 0);
    });
  }
}

// The next of 10, 20, 50, 100, …
function roundUp(count) {
  const power = 10 ** Math.floor(Math.log10(count));
  return power * [1, 2, 5, 10].find((times) => times * power >= count);
}

// The length of each layer's gradient, as a bar on a scale of powers of ten.
class Norms {
  constructor() {
    this.rows = [];
    this.element = h("div", { class: "bp-norms" });
  }

  arrange(count) {
    if (count === this.rows.length) return;
    this.rows = Array.from({ length: count }, (_, at) => {
      const bar = h("span", { class: "bp-bar" });
      const value = h("span", { class: "bp-reading" });
      return {
        bar,
        value,
        label: h("span", {}, `layer ${at + 1}`),
        track: h("span", { class: "bp-track" }, bar),
      };
    });
    this.element.replaceChildren(
      h(
        "p",
        { class: "bp-aside" },
        `The gradient of each layer, ‖∂L/∂W‖, on a scale from 10⁻⁶ to 10:`,
      ),
      ...this.rows.map(({ label, track, value }) =>
        h("div", { class: "bp-norm" }, label, track, value),
      ),
    );
  }

  show(norms, all) {
    this.rows.forEach(({ bar, value }, at) => {
      const share = (Math.log10(norms[at]) - Math.log10(FLOOR)) / 7;
      bar.style.transform = `scaleX(${Math.min(1, Math.max(0, share || 0)).toFixed(3)})`;
      say(value, all ? number(norms[at], true) : short(norms[at], 3));
    });
  }
}

// ---- the network -------------------------------------------------------------------

const [WIDE, TALL, TILE] = [460, 262, 26];

// The width of the widest line, in half units.
const WIDEST = 10;

// Canvas pixels for a unit of the drawing: a tile is the grid, pixel by pixel.
const FINE = CELLS / TILE;

// The network: on a canvas its edges and the map of every unit, above them
// what takes the focus.
class Diagram {
  constructor(show) {
    this.showUnit = show;
    this.canvas = h("canvas", {
      class: "bp-map",
      "aria-hidden": true,
      width: WIDE * FINE,
      height: TALL * FINE,
    });
    this.context = this.canvas.getContext("2d");
    this.svg = drawing({
      viewBox: `0 0 ${WIDE} ${TALL}`,
      class: "bp-plot",
      role: "group",
      "aria-label": "The network. The arrow keys go from unit to unit.",
    });
    this.places = [];
    this.element = h(
      "div",
      { class: "bp-network" },
      h("div", { class: "bp-plane" }, this.canvas, this.svg),
      h(
        "p",
        { class: "bp-aside" },
        "Each unit with its own map; point at one, tap it or go there with Tab and the " +
          "arrow keys, and the large map shows it. A line is as thick as its weight is " +
          "large: orange if it is positive, blue and dashed if negative.",
      ),
    );
  }

  arrange(hidden) {
    const sizes = [2, ...hidden, 2];
    if (sizes.join() === this.sizes?.join()) return;
    this.sizes = sizes;
    this.places = sizes.map((size, layer) => {
      const x = 44 + (layer * (WIDE - 104)) / (sizes.length - 1);
      return Array.from({ length: size }, (_, unit) => [
        x,
        TALL / 2 + 32 * (unit - (size - 1) / 2),
      ]);
    });
    this.units = this.places.map((column, layer) =>
      column.map((place, unit) => this.box(layer, unit, place)),
    );
    const names = ["x₁", "x₂"].map((text, i) => label(text, 16, this.places[0][i][1]));
    const classes = [0, 1].map((i) =>
      label(i === 0 ? "class 0" : "class 1", WIDE - 22, this.places.at(-1)[i][1]),
    );
    this.svg.replaceChildren(...names, ...classes, ...this.units.flat());
    this.units[0][0].setAttribute("tabindex", 0);
  }

  box(layer, unit, [x, y]) {
    return s("rect", {
      class: "bp-unit",
      x: x - TILE / 2 - 1,
      y: y - TILE / 2 - 1,
      width: TILE + 2,
      height: TILE + 2,
      rx: 3,
      role: "button",
      tabindex: -1,
      "aria-pressed": false,
      "aria-label":
        layer === this.sizes.length - 1 ? `output for class ${unit}` : nameOf(layer, unit),
      "data-lm-suppress-shortcuts": true,
      "data-at": `${layer},${unit}`,
    });
  }

  listen() {
    const unitOf = (event) => event.target.dataset?.at?.split(",").map(Number) ?? null;
    const on = (names, act) => names.forEach((name) => this.svg.addEventListener(name, act));
    on(["pointerover", "focusin", "click"], (event) => {
      const unit = unitOf(event);
      if (unit) this.showUnit(unit);
    });
    on(["pointerout"], () => this.showUnit(this.focused));
    on(["focusout"], () => this.showUnit(null));
    on(["keydown"], (event) => this.key(event));
  }

  get focused() {
    const at = document.activeElement?.dataset?.at;
    return at && this.svg.contains(document.activeElement) ? at.split(",").map(Number) : null;
  }

  key(event) {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ];
    const here = event.target.dataset?.at?.split(",").map(Number);
    if (!here) return;
    if (event.key === "Enter" || event.key === " ") event.preventDefault();
    if (!move) return;
    event.preventDefault();
    const column = this.units[here[0] + move[0]] ?? this.units[here[0]];
    const next = column[Math.max(0, Math.min(column.length - 1, here[1] + move[1]))];
    for (const unit of this.units.flat()) unit.setAttribute("tabindex", unit === next ? 0 : -1);
    next.focus();
  }

  mark(shown) {
    const key = shown?.join();
    for (const unit of this.units.flat()) {
      const pressed = String(unit.dataset.at === key);
      if (unit.getAttribute("aria-pressed") !== pressed) unit.setAttribute("aria-pressed", pressed);
    }
  }

  name([layer, unit], words) {
    this.units[layer]?.[unit]?.setAttribute("aria-label", words);
  }

  draw(maps, palette) {
    const { context, places } = this;
    const { network } = maps;
    context.setTransform(FINE, 0, 0, FINE, 0, 0);
    context.clearRect(0, 0, WIDE, TALL);
    this.edges(network, palette);
    places.forEach((column, layer) =>
      column.forEach(([x, y], unit) => {
        const image = palette.paint(maps.values, maps.of(layer, unit), layer === network.depth);
        context.putImageData(
          image,
          Math.round((x - TILE / 2) * FINE),
          Math.round((y - TILE / 2) * FINE),
        );
      }),
    );
  }

  // The lines of one width and sign together: twenty strokes for all.
  edges({ layers }, palette) {
    const { context, places } = this;
    for (const positive of [true, false]) {
      context.strokeStyle = positive ? palette.high : palette.low;
      context.setLineDash(positive ? [] : [5, 3]);
      for (let width = 1; width <= WIDEST; width += 1) {
        context.lineWidth = width / 2;
        context.beginPath();
        layers.forEach(({ W }, at) => {
          for (let i = 0; i < W.data.length; i += 1) {
            const w = W.data[i];
            if (w > 0 !== positive || widthOf(w) !== width) continue;
            const [x0, y0] = places[at][i % W.cols];
            const [x1, y1] = places[at + 1][Math.floor(i / W.cols)];
            context.moveTo(x0, y0);
            context.lineTo(x1, y1);
          }
        });
        context.stroke();
      }
    }
    context.setLineDash([]);
  }
}

// In half units of the drawing.
function widthOf(w) {
  return Math.min(WIDEST, 1 + Math.floor(2 * Math.abs(w)));
}

function label(text, x, y) {
  return s("text", { class: "bp-unit-name", x, y: y + 4 }, text);
}
