// Drag the learning rate, or the start, and see where gradient descent goes.

import { button, select, slider, toggle } from "../core/controls.js";
import { h, s, say } from "../core/dom.js";
import { short } from "../core/format.js";
import { change, watch } from "../core/model.js";
import { Plot, draggable, fingertip } from "../core/plot.js";
import { extent, range } from "../core/range.js";
import { compute } from "./compute.js";
import { describe, explain } from "./words.js";
import { learning_rate_explorer as schema } from "../generated/schema.js";

const ETA = { min: 1e-3, max: 100 };
const START = schema.ranges.start;
const POINTS = 161;

// How far from the minimum, in z, the loss curve goes: the first of these
// outside which the activation is straight.
const REACHES = [1.5, 3, 5, 8];

// The right plot: this many powers of ten above the highest loss of the left
// plot, and that many in all.
const ABOVE = 2;
const DECADES = 12;

export function view(model, element) {
  const rate = new Rate(model);
  const start = slider(model, "start", { label: "start w", min: -1, max: 1 });
  const others = [
    select(model, "activation", {
      label: "activation",
      choices: model.get("choices").activation,
    }),
    start,
    toggle(model, "exact", { label: "all digits" }),
  ];
  const valley = new Valley(model, start.element.querySelector("input"));
  const losses = new Losses();
  const live = h("p", { class: "bp-live", role: "status" });
  const note = h("p", { class: "bp-aside" });
  element.append(
    rate.element,
    h("div", { class: "bp-controls" }, ...others.map((c) => c.element)),
    h("div", { class: "bp-row" }, valley.plot.svg, losses.plot.svg),
    live,
    note,
  );

  const stop = watch(model, schema.traits, () => {
    const now = compute(model);
    rate.show(now);
    valley.show(now);
    losses.show(now, valley.highest);
    say(live, describe(now, model.get("exact")));
    say(note, explain(losses.floor, valley.hidden || losses.hidden));
  });
  return () => {
    stop();
    [rate, valley, ...others].forEach((part) => part.stop());
  };
}

// ---- the slider with its scale ------------------------------------------

const TICKS = [
  { times: 1, label: "1/L″", name: "bp-target" },
  { times: 2, label: "2/L″", name: "bp-gradient" },
];

// The learning rate, with 1/L'' and 2/L'' on a scale below it.
class Rate {
  constructor(model) {
    this.model = model;
    this.slider = slider(model, "eta", { label: "learning rate η", step: 0.02, log: true, ...ETA });
    this.slider.element.classList.add("bp-rate-slider");
    this.ticks = TICKS.map(({ label, times, name }) => {
      const line = s("line", { class: `bp-rate-tick ${name}`, y1: 0, y2: 40 });
      const set = button(label, () => change(model, { eta: this.rates[times] }), { class: name });
      const side = h("div", {}, set);
      return { line, set, side, label, times };
    });
    this.marks = h("div", { class: "bp-rate-marks" }, ...this.ticks.map((t) => t.side));
    this.scale = s(
      "svg",
      { class: "bp-plot bp-rate-scale", "aria-hidden": "true" },
      ...decades(),
      ...this.ticks.map((t) => t.line),
    );
    this.element = h("div", { class: "bp-rate" }, this.slider.element, this.scale, this.marks);
    this.stop = this.slider.stop;
  }

  show({ lowest }) {
    const curvature = lowest.curvature ?? null;
    if (curvature === this.shown) return;
    this.shown = curvature;
    this.rates = { 1: 1 / curvature, 2: 2 / curvature };
    this.marks.hidden = curvature === null;
    this.ticks.forEach((tick) => this.mark(tick, curvature));
  }

  mark({ line, set, side, label, times }, curvature) {
    const rate = this.rates[times];
    const at = onScale(rate);
    line.style.display = curvature !== null && at >= 0 && at <= 1 ? "" : "none";
    if (curvature === null) return;
    const [low, high] = schema.ranges.eta;
    line.setAttribute("x1", percent(at));
    line.setAttribute("x2", percent(at));
    say(set, `${label} = ${short(rate)}`);
    set.setAttribute("aria-label", `${label} = ${short(rate)}: set η to it`);
    set.disabled = rate < low || rate > high;
    // The two buttons meet where the ticks are, as far as there is room.
    const share = Math.min(1, Math.max(0, onScale(Math.SQRT2 * this.rates[1])));
    side.style.flexGrow = times === 1 ? share : 1 - share;
  }
}

// The position of a rate on the slider, from 0 to 1.
function onScale(rate) {
  return Math.log10(rate / ETA.min) / Math.log10(ETA.max / ETA.min);
}

function percent(share) {
  return `${(100 * share).toFixed(2)}%`;
}

function decades() {
  const count = Math.round(Math.log10(ETA.max / ETA.min));
  return range(0, 1, count + 1).flatMap((share, i) => {
    const x = percent(share);
    const text = String(Number((ETA.min * 10 ** i).toPrecision(1)));
    return [
      s("line", { class: "bp-rate-decade", x1: x, x2: x, y1: 0, y2: 6 }),
      s("text", { x, y: 20, "text-anchor": "middle" }, text),
    ];
  });
}

// ---- the plots ----------------------------------------------------------

// Iterates in a plot: a thin line, and one path of small circles. What lies
// outside is drawn at the edge, hollow.
class Trail {
  constructor(plot) {
    this.plot = plot;
    const [x0, x1] = plot.x.range();
    const [y0, y1] = plot.y.range();
    this.box = { x0, x1, y0: y1, y1: y0 };
    const view = { x: x0, y: y1, width: x1 - x0, height: y0 - y1 };
    this.line = s("path", { class: "bp-curve bp-gradient bp-path" });
    this.inside = s("path", { class: "bp-dot bp-gradient" });
    this.outside = s("path", { class: "bp-hollow" });
    // An inner svg clips what it holds; a clipPath would need an id.
    this.clip = s(
      "svg",
      { ...view, viewBox: Object.values(view).join(" "), overflow: "hidden" },
      this.line,
    );
    plot.content.append(this.clip, this.inside, this.outside);
  }

  // `points` are in the units of the axes; returns whether any is outside.
  show(points) {
    const { plot } = this;
    const dots = { line: "", inside: "", outside: "" };
    let before = "";
    for (const [x, y] of points) {
      const px = pixel(plot.x(x));
      const py = pixel(plot.y(y));
      const place = `${px},${py}`;
      if (place === before) continue;
      dots.line += `${before ? "L" : "M"}${place}`;
      before = place;
      const [cx, cy] = this.clamp(px, py);
      const where = cx === px && cy === py ? "inside" : "outside";
      dots[where] += `M${cx - 3},${cy}a3,3 0 1,0 6,0a3,3 0 1,0 -6,0`;
    }
    for (const part of Object.keys(dots)) this[part].setAttribute("d", dots[part]);
    return dots.outside !== "";
  }

  clamp(px, py) {
    const { x0, x1, y0, y1 } = this.box;
    return [Math.min(x1, Math.max(x0, px)), Math.min(y1, Math.max(y0, py))];
  }
}

// A tenth of a pixel is enough, and so are some screens away.
function pixel(value) {
  const far = Math.min(1e4, Math.max(-1e4, value));
  return Math.round(far * 10) / 10;
}

// The loss over w, with the iterates on it.
class Valley {
  constructor(model, input) {
    this.input = input;
    this.model = model;
    this.plot = new Plot({
      label: "The loss over w, with the weight after each update",
      xLabel: "w",
      yLabel: "L",
    });
    this.curve = s("path", { class: "bp-curve bp-forward" });
    this.bottom = s("path", { class: "bp-bottom" });
    this.trail = new Trail(this.plot);
    this.trail.clip.prepend(this.bottom, this.curve);
    this.handle = s("rect", { class: "bp-handle bp-gradient", width: 15, height: 15 });
    this.reach = fingertip();
    const grip = s("g", {}, this.reach, this.handle);
    this.plot.content.append(grip);
    this.letGo = draggable(this.plot, grip, (w) => this.drag(w));
    // While the reader moves the start, the axes stay where they are.
    this.hold = () => (this.held = true);
    this.release = () => (this.held = false);
    this.slider = input.parentNode;
    this.slider.addEventListener("input", this.hold, true);
    this.slider.addEventListener("input", this.release);
  }

  stop() {
    this.letGo();
    this.slider.removeEventListener("input", this.hold, true);
    this.slider.removeEventListener("input", this.release);
  }

  drag(w) {
    const { low, high, step } = this.slides;
    const snapped = Math.round(Math.min(high, Math.max(low, w)) / step) * step;
    this.hold();
    change(this.model, { start: Number(snapped.toPrecision(12)) });
    this.release();
  }

  show(now) {
    this.fit(now);
    const { path, start } = now;
    this.hidden = this.trail.show(path.map(({ w, L }) => [w, L]));
    const L = path.length > 0 ? path[0].L : this.highest;
    const [cx, cy] = this.trail.clamp(pixel(this.plot.x(start)), pixel(this.plot.y(L)));
    this.handle.setAttribute("x", cx - 7.5);
    this.handle.setAttribute("y", cy - 7.5);
    this.reach.setAttribute("cx", cx);
    this.reach.setAttribute("cy", cy);
  }

  // Choose the domain and draw the curve, where they have to change: for
  // another curve, and for a start that was set from elsewhere.
  fit(now) {
    const { neuron, x, y, b, start, lowest } = now;
    const key = [x, y, b, lowest.w].join();
    const same = neuron === this.neuron && key === this.key;
    if (same && (start === this.start || this.held)) {
      this.start = start;
      return;
    }
    Object.assign(this, { neuron, key, start });
    const domain = around(now);
    const shown = domain.join();
    if (same && shown === this.domain) return;
    this.domain = shown;
    this.draw(now, domain);
  }

  draw({ neuron, x, y, b, lowest, start }, domain) {
    const places = range(...domain, POINTS);
    if (lowest.w > domain[0] && lowest.w < domain[1]) places.push(lowest.w);
    const points = places
      .sort((one, other) => one - other)
      .map((w) => [w, neuron(w, b, x, y, 0).L])
      .filter(([, L]) => L < 1e300);
    this.highest = Math.max(0, ...points.map(([, L]) => L));
    this.plot.domains(domain, extent([0, this.highest]));
    this.curve.setAttribute("d", this.plot.line(points));
    const [y0, y1] = this.plot.y.range();
    this.bottom.setAttribute(
      "d",
      lowest.w === undefined ? "" : `M${pixel(this.plot.x(lowest.w))},${y0}V${y1}`,
    );
    this.slides = slides(domain, start);
    const { low, high, step } = this.slides;
    Object.assign(this.input, { min: low, max: high, step, value: start });
  }
}

// The domain for w: the minimum in the middle, the start well inside.
function around({ activation, x, b, start, lowest }) {
  let half = reach(activation, lowest.z ?? 0) / Math.abs(x);
  let middle = lowest.w ?? -b / x;
  if (!(half < 1e90 && Math.abs(middle) < 1e90)) [half, middle] = [1, start];
  while (half < 1.5 * Math.abs(start - middle)) half *= 2;
  const step = nice(half / 100);
  return [Math.floor((middle - half) / step) * step, Math.ceil((middle + half) / step) * step];
}

function reach(activation, z) {
  const slope = (at) => activation(z + at).da_dz;
  const end = REACHES.at(-1);
  return (
    REACHES.find((r) =>
      [-1, 1].every((side) => Math.abs(slope(side * r) - slope(side * end)) < 0.05),
    ) ?? end
  );
}

// Where the start may go: what is drawn, within the range of the trait.
function slides(domain, start) {
  const low = Math.max(START[0], Math.min(domain[0], start));
  const high = Math.min(START[1], Math.max(domain[1], start));
  return { low, high, step: nice((high - low) / 200) };
}

// The power of ten, or 2 or 5 times one, next above a positive number.
function nice(size) {
  const power = 10 ** Math.floor(Math.log10(size));
  const digit = [1, 2, 5, 10].find((d) => d * power >= size * (1 - 1e-9));
  return digit < 10 || power < 1 ? Number((digit * power).toPrecision(1)) : digit * power;
}

// The loss against the update, on a logarithmic axis.
class Losses {
  constructor() {
    this.plot = new Plot({
      label: "The loss after each update, on a logarithmic axis",
      xLabel: "update",
      yLabel: "L",
      log: true,
    });
    this.trail = new Trail(this.plot);
  }

  show({ path, steps }, highest) {
    const power = Math.ceil(Math.log10(Math.max(highest, 1e-100))) + ABOVE;
    const updates = Math.max(6, steps);
    const key = [power, updates].join();
    if (key !== this.drawn) this.axes(power, updates);
    this.drawn = key;
    this.hidden = this.trail.show(path.map(({ L }, k) => [k, Math.max(L, this.floor)]));
  }

  // d3 would label a long logarithmic axis with "0.000001".
  axes(power, updates) {
    this.floor = tenTo(power - DECADES);
    this.plot.domains([0, updates], [this.floor, tenTo(power)]);
    const powers = range(power - DECADES, power, 5);
    this.plot.tickAt(powers.map(tenTo), (_, i) => `10${raised(powers[i])}`);
  }
}

// 10 ** -7 is not quite 1e-7.
function tenTo(power) {
  return Number(`1e${power}`);
}

function raised(power) {
  return [...String(power)].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("");
}
