// What gradient descent does at a learning rate: the run, and its regime.

import { minimum } from "../core/minimum.js";
import { descend, formulas } from "../core/neuron.js";

// Below this slope a neuron passes less than a hundredth of what comes back.
const FLAT = 0.009;

// The run, the minimum, and what they say about the learning rate.
export function compute(model) {
  const { activation, neuron } = formulas(model);
  const [eta, start, x, y, b] = ["eta", "start", "x", "y", "b"].map((name) => model.get(name));
  const steps = model.get("steps");
  const { path, diverged } = descend(neuron, { w: start, b, x, y, eta }, steps, ["w"]);
  const lowest = minimum({ activation, neuron }, { x, y, b }, start);
  const factor = lowest.curvature ? oneMinus(eta * lowest.curvature) : null;
  const lost = path.length === 0 && Number.isNaN(neuron(start, b, x, y, eta).L);
  const what = lost ? { kind: "nowhere" } : regime(path, diverged, factor, { ...lowest, x });
  return { activation, neuron, eta, start, x, y, b, steps, path, diverged, lowest, factor, what };
}

// What is left of 1 after rounding is 0.
function oneMinus(product) {
  const rest = 1 - product;
  return Math.abs(rest) < 1e-14 ? 0 : rest;
}

// What a run does, from its iterates ({ w, L, dL_dw, dL_db } each), the update at
// which it left all bounds (or null) and the factor 1 - ηL'' (or null, where
// there is no curvature). `w` is the minimum and `curvature` L'', if there is one. `ratio` in the
// result is what the last telling update multiplied the distance to w by.
export function regime(path, diverged, factor, { w, x, curvature } = {}) {
  if (diverged !== null) return { kind: "diverges", step: diverged };
  if (w === undefined) return downhill(path, x);
  const away = path.map((step) => step.w - w);
  const noise = 1e-9 * Math.max(Math.abs(away[0]), Math.abs(w));
  if (Math.abs(away.at(-1)) <= noise) return settled(away, noise);
  const last = path.at(-1);
  const slope = slopeAt(last);
  if (isElsewhere(path, away.at(-1), slope, curvature)) return { kind: "elsewhere" };
  if (last.L === 0) return settled(away, Math.abs(away.at(-1)));
  if (slope < FLAT && isStuck(path, x)) return { kind: "plateau", gradient: last.dL_dw };
  const ratio = away.at(-1) / away.at(-2);
  return ratio < 0 ? alternating(path, away, ratio, factor) : onOneSide(ratio, factor);
}

// Whether the loss is gone though w is not at the minimum: far less is left
// than a parabola of this curvature has there, and more than rounding.
function isElsewhere(path, distance, slope, curvature) {
  const { L } = path.at(-1);
  if (curvature === undefined) return L === 0;
  const expected = 0.5 * curvature * distance * distance;
  return (L === 0 || slope > FLAT) && L < 1e-6 * expected && expected > 1e-20 * path[0].L;
}

// It ended at the minimum: how did it come there?
function settled(away, noise) {
  const first = away.findIndex((distance) => Math.abs(distance) <= noise);
  if (first === 0) return { kind: "rests" };
  if (first === 1) return { kind: "arrives" };
  const ratio = away[first - 1] / away[first - 2];
  return { kind: ratio < 0 ? "oscillates" : "converges", ratio };
}

// The last update changed the side. Two updates together tell the trend.
function alternating(path, away, ratio, factor) {
  const two = away.length > 2 ? Math.abs(away.at(-1) / away.at(-3)) : ratio * ratio;
  const over = factor !== null && factor < -1;
  if (Math.abs(two - 1) < (over ? 0.02 : 1e-9)) {
    const grows = over && isLinear(two, factor) && Math.abs(two - 1) > 1e-9;
    return grows ? { kind: "grows", ratio, since: above(path) } : { kind: "jumps", ratio };
  }
  if (over && two > 1 && isLinear(two, factor)) return { kind: "grows", ratio, since: above(path) };
  return two < 1 && !over ? { kind: "oscillates", ratio } : { kind: "restless", ratio };
}

// The update after which the loss is above that of the start, to the end.
function above(path) {
  return path.findLastIndex(({ L }) => !(L > path[0].L)) + 1;
}

// Whether the distance grows as it does on a parabola, without slowing.
function isLinear(two, factor) {
  return two >= factor * factor * (1 - 1e-6);
}

function onOneSide(ratio, factor) {
  if (ratio > 1) return { kind: "restless", ratio };
  if (ratio >= 0.9 - 1e-9) return { kind: "crawls", ratio };
  const over = factor !== null && factor < -1;
  return { kind: over ? "restless" : "converges", ratio };
}

// There is no minimum to go to.
function downhill(path, x) {
  if (x === 0 || path[0].L === 0) return { kind: "rests" };
  const last = path.at(-1);
  if (last.L === 0) return { kind: "elsewhere" };
  if (slopeAt(last) < FLAT && isStuck(path, x)) return { kind: "plateau", gradient: last.dL_dw };
  const moves = path.slice(1).map((step, i) => Math.sign(step.w - path[i].w));
  return { kind: moves.every((move) => move === moves[0]) ? "slides" : "restless" };
}

// |f'(z)|, from ∂L/∂z = (a - y) f'(z) and L = ½ (a - y)².
function slopeAt({ L, dL_db }) {
  return L > 0 ? Math.abs(dL_db) / Math.sqrt(2 * L) : 0;
}

// Whether the second half of the run went nowhere, measured in z.
function isStuck(path, x) {
  const middle = path[Math.floor((path.length - 1) / 2)];
  return Math.abs((path.at(-1).w - middle.w) * x) < 1;
}
