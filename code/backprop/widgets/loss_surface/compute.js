// The loss over (w, b), and gradient descent on it.

import { contours } from "d3-contour";

import { roots } from "../core/minimum.js";
import { descend } from "../core/neuron.js";
import { range } from "../core/range.js";

export const REACH = 4;
export const CELLS = 48;
export const BANDS = 12;

// How far one press of a button moves the start along its contour.
const SLIDE = 0.25;

// Gradient descent from the start: `start` has every number of the neuron
// there, `path` the iterates, `updates` how many were asked for.
export function descent(model, neuron) {
  const given = Object.fromEntries(
    ["w", "b", "x", "y", "eta"].map((name) => [name, model.get(name)]),
  );
  const { w, b, x, y, eta } = given;
  const updates = model.get("steps");
  const run = descend(neuron, given, updates, ["w", "b"]);
  return { ...run, ...given, updates, start: neuron(w, b, x, y, eta) };
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
export function crosses(z, x) {
  return Math.abs(z) <= REACH * (Math.abs(x) + 1);
}

// The learning rate beyond which nothing settles in a valley: 2/λ, with λ
// the largest eigenvalue of the matrix of second derivatives, bend·(x² + 1).
export function limit(valley, x) {
  return 2 / (valley.bend * (x * x + 1));
}

// The start moved along its contour, at a right angle to (x, 1); null where
// it would leave the picture.
export function slid(model, way) {
  const x = model.get("x");
  const length = Math.hypot(1, x);
  const w = model.get("w") + (way * SLIDE) / length;
  const b = model.get("b") - (way * SLIDE * x) / length;
  return inside({ w, b }) ? { w, b } : null;
}

export function inside({ w, b }) {
  return Math.abs(w) <= REACH && Math.abs(b) <= REACH;
}

export function clamp(value, low, high) {
  return Math.min(high, Math.max(low, value));
}
