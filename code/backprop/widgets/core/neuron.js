// One neuron and its descent, with the formulas that SymPy emitted. Nothing
// is computed here that is not in formulas.js but the loop.

import { activations, neurons_half_squared_error as neurons } from "../generated/formulas.js";
import { neuron as schema } from "../generated/schema.js";
import { own } from "./expression.js";

// Beyond this a weight is called diverged: its square is still finite.
export const { LIMIT } = schema;

// The functions for a model: its own, if the reader gave one from Python.
export function formulas(model) {
  const custom = model.get("custom");
  const name = model.get("activation");
  if (custom?.name === name) return planted(custom);
  return { activation: activations[name], neuron: neurons[name] };
}

// The iterates of gradient descent from the model's own parameters: an array
// of {w, b, L, dL_dw, dL_db}. It ends early where a number leaves the finite
// range; `diverged` is then the step at which it did, else null.
export function descend(neuron, start, steps, moves) {
  const path = [];
  let { w, b } = start;
  const { x, y, eta } = start;
  for (let step = 0; step <= steps; step += 1) {
    const now = neuron(w, b, x, y, eta);
    if (!usable(now, w, b)) return { path, diverged: step };
    path.push({ w, b, L: now.L, dL_dw: now.dL_dw, dL_db: now.dL_db });
    if (moves.includes("w")) w = now.w_new;
    if (moves.includes("b")) b = now.b_new;
  }
  return { path, diverged: null };
}

// What follows from parameters that an update has left finite; else nothing.
export function whereFinite(parameters, run) {
  const found = run();
  if (parameters.every(Number.isFinite)) return found;
  return Object.fromEntries(Object.keys(found).map((name) => [name, NaN]));
}

function usable(now, w, b) {
  return (
    Math.abs(w) < LIMIT &&
    Math.abs(b) < LIMIT &&
    [now.L, now.dL_dw, now.dL_db].every(Number.isFinite)
  );
}

const known = new WeakMap();

// The functions for the reader's own activation, made once.
export function planted(custom) {
  if (!known.has(custom)) known.set(custom, own(custom.tree));
  return known.get(custom);
}
