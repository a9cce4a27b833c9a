// A run on the surface in words.

import { number } from "../core/format.js";
import { inside, limit } from "./compute.js";

// The run has arrived where the loss stays below this share of the first.
const ARRIVED = 1e-6;

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
  return (
    `Start (w, b) = ${pair(w, b, all)}: L = ${number(L, all)}, ∇L = ` +
    `${pair(dL_dw, dL_db, all)}. First step −η∇L = ${step}.`
  );
}

function becomes(run, surface, all) {
  const { path, diverged } = run;
  const [first, last] = [path[0], path.at(-1)];
  if (diverged !== null) return `Diverges: beyond all bounds at update ${diverged}.`;
  if (still(first)) return staysPut(first, surface);
  const k = arrival(path);
  if (k < path.length) {
    const way = jumps(path.slice(0, k + 1)) ? ", jumping from side to side" : "";
    return (
      `Reaches L = ${number(path[k].L, all)} after ${updates(k)}${way}: less than a ` +
      "millionth of the start."
    );
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
    return (
      `No z was found with f(z) = y = ${number(y, all)}: there is no lowest point, and ` +
      "so no limit near it."
    );
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

export function aboutValley(x, all) {
  const same =
    x === 0
      ? "with x = 0, a move in w alone changes nothing"
      : `a move of 1 in w and ${number(-x, all)} in b changes nothing`;
  return (
    `The valley is a line. Along x·Δw + Δb = 0 the loss stays the same: ${same}. ` +
    `Every step goes straight across, along (x, 1) = (${number(x, all)}, 1). Move ` +
    "the start along its contour, and read L:"
  );
}

function updates(count) {
  return `${count} update${count === 1 ? "" : "s"}`;
}

function pair(one, other, all) {
  return `(${finite(one, all)}, ${finite(other, all)})`;
}

export function finite(value, all) {
  return Number.isFinite(value) ? number(value, all) : "beyond all bounds";
}
