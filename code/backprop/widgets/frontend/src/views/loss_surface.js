// The loss over (w, b): contours, a start to drag, and the path of gradient
// descent from it. Both axes have one scale: right angles are right angles.

import { contours } from "d3-contour";

import { button, select, slider, toggle } from "../lib/controls.js";
import { h, s, say } from "../lib/dom.js";
import { number } from "../lib/format.js";
import { roots } from "../lib/minimum.js";
import { change, watch } from "../lib/model.js";
import { descend, formulas } from "../lib/neuron.js";
import { Plot, draggable, fingertip, range } from "../lib/plot.js";

const REACH = 4;
const CELLS = 48;
const BANDS = 12;

// The run has arrived where the loss stays below this share of the first.
const ARRIVED = 1e-6;

// The least and the greatest length of the arrow, in units of the axes.
const ARROW = [0.6, 2];

// How far one press of a button moves the start along its contour.
const SLIDE = 0.25;

const TRAITS = ["w", "b", "x", "y", "eta", "steps", "activation", "custom", "exact"];

export function lossSurface(model, element) {
  const picture = new Picture();
  const start = (w, b) => change(model, { w: inPicture(w), b: inPicture(b) });
  const letGo = draggable(picture.plot, picture.handle, start);
  const controls = controlsFor(model);
  const along = [
    ["Back along the contour", -1],
    ["Forth along the contour", 1],
  ].map(([words, way]) => button(words, () => slide(model, way)));
  const words = h("p", { class: "bp-live", role: "status" });
  const valley = h("p", { class: "bp-surface-note" });
  element.append(
    h("div", { class: "bp-controls" }, ...controls.map((c) => c.element)),
    h("div", { class: "bp-surface" }, picture.plot.svg, picture.key),
    words,
    valley,
    h("div", { class: "bp-buttons" }, ...along),
  );

  let surface = null;
  const stop = watch(model, TRAITS, () => {
    const { activation, neuron } = formulas(model);
    const [x, y] = [model.get("x"), model.get("y")];
    if (!surface?.is(neuron, x, y)) {
      surface = new Surface(activation, neuron, x, y);
      picture.showSurface(surface);
    }
    const run = descent(model, neuron);
    publish(model, run.path);
    picture.showRun(run);
    picture.showLegend(surface, model.get("exact"));
    along.forEach((b, i) => b.setAttribute("aria-disabled", !slid(model, 2 * i - 1)));
    say(words, describe(run, surface, model.get("exact")));
    say(valley, aboutValley(x, model.get("exact")));
  });
  return () => {
    stop();
    controls.forEach((control) => control.stop());
    letGo();
  };
}

function controlsFor(model) {
  const { activation } = model.get("choices");
  const place = { min: -REACH, max: REACH, step: 0.05 };
  return [
    select(model, "activation", { label: "activation", choices: activation }),
    slider(model, "eta", { label: "η", min: 1e-3, max: 100, step: 0.01, log: true }),
    slider(model, "w", { label: "w", ...place }),
    slider(model, "b", { label: "b", ...place }),
    toggle(model, "exact", { label: "all digits" }),
  ];
}

// ---- what is computed -----------------------------------------------------

// Gradient descent from the start: `start` has every number of the neuron
// there, `path` the iterates, `updates` how many were asked for.
export function descent(model, neuron) {
  const given = Object.fromEntries(
    ["w", "b", "x", "y", "eta"].map((name) => [name, model.get(name)]),
  );
  const { w, b, x, y, eta } = given;
  const updates = Math.max(1, Math.min(200, Math.round(model.get("steps"))));
  const run = descend(neuron, given, updates, ["w", "b"]);
  return { ...run, ...given, updates, start: neuron(w, b, x, y, eta) };
}

// What is drawn, for Python.
function publish(model, path) {
  const rows = path.map(({ w, b, L }) => [w, b, L]);
  if (JSON.stringify(rows) !== JSON.stringify(model.get("path")))
    change(model, { path: rows });
}

// What depends on x, y and the activation only: the loss on a grid, its
// levels, and where the loss is 0.
export class Surface {
  constructor(activation, neuron, x, y) {
    Object.assign(this, { neuron, x, y });
    this.valleys = valleys(activation, neuron, y);
    // Levels of √(2L), evenly spaced, are levels of L, quadratically spaced.
    this.values = heights(neuron, x, y);
    this.high = Math.max(...this.values);
    this.low = this.valleys.some(({ z }) => crosses(z, x)) ? 0 : Math.min(...this.values);
  }

  is(neuron, x, y) {
    return this.neuron === neuron && this.x === x && this.y === y;
  }

  get flat() {
    return !(this.high - this.low > 1e-9 * this.high);
  }

  // Band by band from the second, the region that lies above it, as d3 gives
  // it: a MultiPolygon in units of the grid.
  bands() {
    if (this.flat) return [];
    const levels = range(this.low, this.high, BANDS + 1).slice(1, -1);
    const size = CELLS + 1;
    return contours().size([size, size]).thresholds(levels)(this.values);
  }

  // The valley nearest to a z, or undefined.
  nearest(z) {
    const away = (valley) => Math.abs(valley.z - z);
    return this.valleys.reduce((one, two) => (away(two) < away(one) ? two : one), this.valleys[0]);
  }
}

// √(2L) on the grid, row by row from the lowest b.
function heights(neuron, x, y) {
  const places = range(-REACH, REACH, CELLS + 1);
  const values = [];
  for (const b of places)
    for (const w of places) values.push(Math.sqrt(2 * neuron(w, b, x, y, 1).L));
  const top = values.reduce((m, v) => (Number.isFinite(v) && v > m ? v : m), 0);
  return values.map((v) => (Number.isFinite(v) ? v : top));
}

// Every z with f(z) = y that the search finds, each with the second derivative
// of the loss along z there: that of a neuron whose weight has the input 1.
// Where f stays at y, as a dead ReLU does, one place stands for all.
function valleys(activation, neuron, y) {
  const places = roots(activation, y);
  const flat = places.filter((z) => activation(z).da_dz === 0);
  const edge = flat.sort((one, two) => Math.abs(one) - Math.abs(two)).slice(0, 1);
  return [...places.filter((z) => !flat.includes(z)), ...edge].map((z) => ({
    z,
    bend: neuron(0, z, 1, y, 1).curvature,
  }));
}

// Whether the line w·x + b = z goes through the picture.
function crosses(z, x) {
  return Math.abs(z) <= REACH * (Math.abs(x) + 1);
}

// The learning rate beyond which nothing settles in a valley: 2/λ, with λ
// the largest eigenvalue of the matrix of second derivatives, bend·(x² + 1).
export function limit(valley, x) {
  return 2 / (valley.bend * (x * x + 1));
}

// The start moved along its contour, at a right angle to (x, 1); null where
// it would leave the picture.
function slid(model, way) {
  const x = model.get("x");
  const length = Math.hypot(1, x);
  const w = model.get("w") + (way * SLIDE) / length;
  const b = model.get("b") - (way * SLIDE * x) / length;
  return inside({ w, b }) ? { w, b } : null;
}

function slide(model, way) {
  const next = slid(model, way);
  if (next) change(model, next);
}

function inside({ w, b }) {
  return Math.abs(w) <= REACH && Math.abs(b) <= REACH;
}

// A dragged place: within the picture, to two digits.
function inPicture(value) {
  return Math.round(100 * clamp(value, -REACH, REACH)) / 100;
}

function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}

// ---- what is drawn --------------------------------------------------------

class Picture {
  constructor() {
    const label = "Contours of the loss over w and b, with the path of gradient descent";
    this.plot = new Plot({ width: 420, height: 400, label, xLabel: "w", yLabel: "b" });
    this.plot.domains([-REACH, REACH], [-REACH, REACH]);
    this.bands = range(1, BANDS - 1, BANDS - 1).map((band) =>
      s("path", { class: "bp-band", "fill-rule": "evenodd", "fill-opacity": veil(band) }),
    );
    this.valley = s("path", { class: "bp-valley" });
    this.tangent = s("path", { class: "bp-tangent" });
    this.corner = s("path", { class: "bp-corner" });
    this.path = s("path", { class: "bp-path" });
    this.dots = s("path", { class: "bp-dots" });
    this.arrow = s("path", { class: "bp-arrow" });
    this.name = s("text", { class: "bp-halo" }, "∇L");
    this.counts = [1, 2, 3].map((count) => s("text", { class: "bp-halo bp-count" }, count));
    this.handle = s(
      "g",
      { class: "bp-start" },
      fingertip(),
      s("circle", { class: "bp-handle bp-gradient", r: 8 }),
    );
    const marks = [this.valley, this.tangent, this.corner, this.path, this.dots, this.arrow];
    this.plot.content.append(
      clipped(this.plot, [ground(this.plot), ...this.bands, ...marks]),
      this.name,
      ...this.counts,
      this.handle,
    );
    this.legend = h("span");
    this.key = h("p", { class: "bp-surface-note" }, scale(), this.legend);
  }

  showSurface(surface) {
    const regions = surface.bands();
    this.bands.forEach((band, i) => {
      band.setAttribute("d", regions[i] ? outline(this.plot, regions[i]) : "");
    });
    const lines = surface.valleys.filter(({ z }) => crosses(z, surface.x));
    const ends = [-REACH, REACH];
    this.valley.setAttribute(
      "d",
      lines.map(({ z }) => this.plot.line(ends.map((w) => [w, z - w * surface.x]))).join(""),
    );
  }

  showLegend(surface, all) {
    const [low, high] = [surface.low, surface.high].map((v) => number((v * v) / 2, all));
    const bottom = surface.valleys.length > 0 ? " Dashed: a = y, where L = 0." : "";
    const words = surface.flat
      ? `L is ${finite(surface.high ** 2 / 2, all)} everywhere in the picture.`
      : `Light is low, dark is high: L from ${low} to ${high}, the lines at equal steps of √L.${bottom}`;
    say(
      this.legend,
      `${words} The arrow ∇L points uphill, at a right angle to the contour; it is drawn no shorter than ${ARROW[0]} and no longer than ${ARROW[1]}. Dots: the iterates.`,
    );
  }

  showRun(run) {
    const at = { w: clamp(run.w, -REACH, REACH), b: clamp(run.b, -REACH, REACH) };
    const [left, top] = this.pixels(at);
    this.handle.setAttribute("transform", `translate(${left},${top})`);
    this.handle.classList.toggle("bp-outside", !inside(run));
    const points = this.onLine(run).map((p) => this.pixels(p));
    const drawn = points.map(([px, py]) => `${px},${py}`);
    this.path.setAttribute("d", drawn.length > 1 ? `M${drawn.join("L")}` : "");
    const places = new Set(run.path.filter(inside).map((p) => this.pixels(p).join()));
    this.dots.setAttribute("d", [...places].map((p) => `M${p}h0`).join(""));
    this.showCounts(run);
    this.showGradient(run);
  }

  pixels({ w, b }) {
    return [this.plot.x(w), this.plot.y(b)].map((v) => Math.round(100 * v) / 100);
  }

  // The iterates, those outside moved to the frame. One example's gradient
  // is always a multiple of (x, 1), so that all of them lie on one line.
  onLine({ path, w, b, x }) {
    const length = Math.hypot(x, 1);
    const [u, v] = [x / length, 1 / length];
    const [low, high] = span([w, b], [u, v]);
    if (!(low < high)) return [];
    const places = path.map((p) => clamp((p.w - w) * u + (p.b - b) * v, low, high));
    return places
      .filter((t, i) => i === 0 || t !== places[i - 1])
      .map((t) => ({ w: w + t * u, b: b + t * v }));
  }

  // The numbers 1, 2, 3 beside the first iterates, where there is room.
  showCounts({ path, w, b, x }) {
    const length = Math.hypot(x, 1);
    const taken = [this.pixels({ w, b })];
    this.counts.forEach((text, i) => {
      const p = path[i + 1];
      const at = p && inside(p) ? this.pixels(p) : null;
      const free = at && taken.every(([px, py]) => Math.hypot(px - at[0], py - at[1]) > 16);
      text.textContent = free ? i + 1 : "";
      if (!free) return;
      taken.push(at);
      text.setAttribute("x", at[0] + 14 / length);
      text.setAttribute("y", at[1] + (14 * Math.abs(x)) / length + 4);
      if (x < 0) text.setAttribute("x", at[0] - 14 / length);
    });
  }

  // The gradient at the start, the contour's tangent, and their right angle.
  showGradient({ w, b, path }) {
    const [first] = path;
    const size = first ? Math.hypot(first.dL_dw, first.dL_db) : 0;
    const shown = size > 0 && inside({ w, b });
    const parts = [this.arrow, this.tangent, this.corner];
    this.name.textContent = shown ? "∇L" : "";
    if (!shown) return parts.forEach((part) => part.setAttribute("d", ""));
    const [u, v] = [first.dL_dw / size, first.dL_db / size];
    const go = (along, across) => [w + along * u - across * v, b + along * v + across * u];
    const long = clamp(size, ...ARROW);
    const line = (...points) => this.plot.line(points.map(([p, q]) => go(p, q)));
    const head = line([long - 0.22, -0.13], [long, 0], [long - 0.22, 0.13]);
    this.arrow.setAttribute("d", line([0, 0], [long, 0]) + head);
    this.tangent.setAttribute("d", line([0, -0.9], [0, 0.9]));
    this.corner.setAttribute("d", line([0.26, 0], [0.26, 0.26], [0, 0.26]));
    const end = span([w, b], [u, v])[1];
    const place = end < long ? go(end - 0.2, -0.35) : go(long + 0.3, 0);
    const [px, py] = this.pixels(within(place));
    this.name.setAttribute("x", px);
    this.name.setAttribute("y", py + 5);
  }
}

function within([w, b]) {
  const edge = REACH - 0.25;
  return { w: clamp(w, -edge, edge), b: clamp(b, -edge, edge) };
}

// The part of the line from `at` along `way` that is within the picture.
function span(at, way) {
  let [low, high] = [-Infinity, Infinity];
  at.forEach((value, i) => {
    const ends = [(-REACH - value) / way[i], (REACH - value) / way[i]];
    if (way[i] === 0) return;
    low = Math.max(low, Math.min(...ends));
    high = Math.min(high, Math.max(...ends));
  });
  return [low, high];
}

// How much of the dark a band adds to those below it, so that all steps
// from the lowest to the highest are equal.
function veil(band) {
  return 1 / (BANDS - band);
}

// What is drawn in it ends at the axes. A nested svg clips with no id.
function clipped(plot, children) {
  const [[x, right], [bottom, y]] = [plot.x.range(), plot.y.range()];
  const [width, height] = [right - x, bottom - y];
  const viewBox = `${x} ${y} ${width} ${height}`;
  return s("svg", { x, y, width, height, viewBox, overflow: "hidden" }, ...children);
}

function ground(plot) {
  const [[x, right], [bottom, y]] = [plot.x.range(), plot.y.range()];
  return s("rect", { class: "bp-low", x, y, width: right - x, height: bottom - y });
}

// A region of the grid as a path. The value of cell i stands at i + 1/2.
function outline(plot, { coordinates }) {
  const at = (i) => -REACH + ((i - 0.5) * 2 * REACH) / CELLS;
  const place = ([i, j]) => [plot.x(at(i)), plot.y(at(j))];
  return coordinates
    .flat()
    .map((ring) => {
      const points = straight(ring.slice(0, -1).map(place));
      return `M${points.map((p) => p.map((v) => v.toFixed(2)).join()).join("L")}Z`;
    })
    .join("");
}

// A ring without the points that lie on the line between their neighbours.
function straight(ring) {
  const kept = [];
  ring.forEach((point, i) => {
    const before = kept.at(-1) ?? ring.at(-1);
    const after = ring[(i + 1) % ring.length];
    if (offLine(before, point, after) > 0.02) kept.push(point);
  });
  return kept;
}

function offLine([ax, ay], [px, py], [bx, by]) {
  const length = Math.hypot(bx - ax, by - ay) || 1;
  return Math.abs((bx - ax) * (py - ay) - (by - ay) * (px - ax)) / length;
}

// The scale of the legend: every band, from low to high.
function scale() {
  const [width, height] = [9, 14];
  const veiled = range(1, BANDS - 1, BANDS - 1).map((band) =>
    s("rect", {
      class: "bp-band",
      "fill-opacity": veil(band),
      x: band * width,
      width: (BANDS - band) * width,
      height,
    }),
  );
  return s(
    "svg",
    {
      class: "bp-scale",
      viewBox: `0 0 ${BANDS * width} ${height}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    },
    s("rect", { class: "bp-low", width: BANDS * width, height }),
    ...veiled,
  );
}

// ---- what is said ---------------------------------------------------------

export function describe(run, surface, all) {
  if (run.path.length === 0)
    return "At the start the loss is no finite number: choose another start.";
  return [
    atStart(run, all),
    becomes(run, surface, all),
    aboutLimit(run, surface, all),
    aboutPicture(run),
  ]
    .filter(Boolean)
    .join(" ");
}

function atStart({ w, b, eta, path: [first] }, all) {
  const { L, dL_dw, dL_db } = first;
  const step = pair(-eta * dL_dw, -eta * dL_db, all);
  return `Start (w, b) = ${pair(w, b, all)}: L = ${number(L, all)}, ∇L = ${pair(dL_dw, dL_db, all)}. First step −η∇L = ${step}.`;
}

function becomes(run, surface, all) {
  const { path, diverged } = run;
  const [first, last] = [path[0], path.at(-1)];
  if (diverged !== null) return `Diverges: beyond all bounds at update ${diverged}.`;
  if (still(first)) return staysPut(first, surface);
  const k = arrival(path);
  if (k < path.length) {
    const way = jumps(path.slice(0, k + 1)) ? ", jumping from side to side" : "";
    return `Reaches L = ${number(path[k].L, all)} after ${updates(k)}${way}: less than a millionth of the start.`;
  }
  const stuck = path.findIndex(still);
  if (stuck > 0)
    return `Stuck after ${updates(stuck)}: the neuron passes no gradient there, L = ${number(last.L, all)}.`;
  const end = `L = ${number(last.L, all)} after ${updates(path.length - 1)}`;
  if (jumps(path.slice(-3))) return jumping(run, surface, end);
  return creeping(path, end, all);
}

function staysPut({ L }, surface) {
  if (L > 0) return "Nothing moves: the neuron passes no gradient, though L is not 0.";
  return surface.valleys.length > 0
    ? "The start is at the bottom: nothing moves."
    : "Nothing moves: L is 0 as far as its digits can tell.";
}

// A run whose last steps lead from one side of the valley to the other.
function jumping({ path, x, eta, start }, surface, end) {
  const valley = surface.nearest(start.z);
  const grows = path.every((p, i) => i === 0 || p.L > path[i - 1].L);
  if (grows && valley && eta > limit(valley, x))
    return `Oscillates and diverges: every update makes the loss larger, ${end}.`;
  return `Oscillates across the valley: ${end}${trend(path)}.`;
}

// A run that neither arrives nor jumps.
function creeping(path, end, all) {
  const [first, last] = [path[0], path.at(-1)];
  const slope = Math.hypot(last.dL_dw, last.dL_db);
  if (path.every((p) => p.w === first.w && p.b === first.b))
    return `Has not arrived: ${end}. Each step is smaller than the last digit of w and b.`;
  if (last.L <= first.L) return `Has not arrived: ${end}.`;
  const words = `${end}, more than at the start`;
  return slope < Math.hypot(first.dL_dw, first.dL_db) / 10
    ? `Thrown onto a plateau: ${words}, and ∇L has only the length ${number(slope, all)} there.`
    : `Has not arrived: ${words}.`;
}

function trend(path) {
  if (path.length < 3) return "";
  const [before, now] = [path.at(-3).L, path.at(-1).L];
  if (Math.abs(now - before) <= 1e-9 * before) return ", as two updates before";
  return now < before ? ", less than two updates before" : ", more than two updates before";
}

function still({ dL_dw, dL_db }) {
  return dL_dw === 0 && dL_db === 0;
}

// The first iterate from which on the loss stays small.
function arrival(path) {
  let k = path.length;
  while (k > 0 && path[k - 1].L <= ARRIVED * path[0].L) k -= 1;
  return k;
}

// Whether a step leads to the other side, where the gradient is turned round.
function jumps(path) {
  return path.some((p, i) => i > 0 && Math.sign(p.dL_db) * Math.sign(path[i - 1].dL_db) < 0);
}

function aboutLimit({ x, y, eta, start }, surface, all) {
  const valley = surface.nearest(start.z);
  if (!valley)
    return `No z was found with f(z) = y = ${number(y, all)}: there is no lowest point, and so no limit near it.`;
  const most = limit(valley, x);
  if (!(most > 0 && Number.isFinite(most)))
    return "Where a = y the slope of the activation is 0: close enough to it, no η is too large.";
  const side = eta < most ? "below" : eta > most ? "above" : "at";
  return `The limit near the minimum is η < ${number(most, all)}; this η is ${side} it.`;
}

function aboutPicture({ path, w, b }) {
  const from = inside({ w, b });
  const turn = path.findIndex((p) => inside(p) !== from);
  if (!from) {
    const where = "The start is outside the picture, and its handle waits at the edge.";
    return turn < 0 ? where : `${where} The path enters at update ${turn}.`;
  }
  if (turn < 0) return "";
  const back = inside(path.at(-1)) ? ", and ends inside it" : "";
  return `The path leaves the picture at update ${turn}${back}.`;
}

function aboutValley(x, all) {
  const same =
    x === 0
      ? "with x = 0, a move in w alone changes nothing"
      : `a move of 1 in w and ${number(-x, all)} in b changes nothing`;
  return `The valley is a line. Along x·Δw + Δb = 0 the loss stays the same: ${same}. Every step goes straight across, along (x, 1) = (${number(x, all)}, 1). Move the start along its contour, and read L:`;
}

function updates(count) {
  return `${count} update${count === 1 ? "" : "s"}`;
}

function pair(one, other, all) {
  return `(${finite(one, all)}, ${finite(other, all)})`;
}

function finite(value, all) {
  return Number.isFinite(value) ? number(value, all) : "beyond all bounds";
}
