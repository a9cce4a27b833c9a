// The loss over (w, b): contours, a start to drag, and the path of gradient
// descent from it. Both axes have one scale: right angles are right angles.

import { button, select, slider, toggle } from "../core/controls.js";
import { h, s, say } from "../core/dom.js";
import { number } from "../core/format.js";
import { change, watch } from "../core/model.js";
import { formulas } from "../core/neuron.js";
import { Plot, draggable, fingertip } from "../core/plot.js";
import { range } from "../core/range.js";
import { BANDS, CELLS, REACH, Surface, clamp, crosses, descent, inside, slid } from "./compute.js";
import { aboutValley, describe, finite } from "./words.js";
import { loss_surface as schema } from "../generated/schema.js";

// The least and the greatest length of the arrow, in units of the axes.
const ARROW = [0.6, 2];

export function view(model, element) {
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
  const stop = watch(model, schema.traits, () => {
    const { activation, neuron } = formulas(model);
    const [x, y] = [model.get("x"), model.get("y")];
    if (!surface?.is(neuron, x, y)) {
      surface = new Surface(activation, neuron, x, y);
      picture.showSurface(surface);
    }
    const run = descent(model, neuron);
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

function slide(model, way) {
  const next = slid(model, way);
  if (next) change(model, next);
}

// A dragged place: within the picture, to two digits.
function inPicture(value) {
  return Math.round(100 * clamp(value, -REACH, REACH)) / 100;
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
      `${words} The arrow ∇L points uphill, at a right angle to the contour; it is ` +
        `drawn no shorter than ${ARROW[0]} and no longer than ${ARROW[1]}. Dots: the ` +
        "iterates.",
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
