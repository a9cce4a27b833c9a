// One update of one neuron.

import { formulas, whereFinite } from "../core/neuron.js";
import { stepper as schema } from "../generated/schema.js";

// Everything of one update, with the formulas that SymPy emitted.
export function compute(model) {
  const { neuron } = formulas(model);
  const [w, b, x, y, eta] = ["w", "b", "x", "y", "eta"].map((n) => model.get(n));
  const now = neuron(w, b, x, y, eta);
  const parameters = [now.w_new, now.b_new];
  const moved = whereFinite(parameters, () => neuron(...parameters, x, y, eta));
  return { x, y, w, b, eta, ...now, moved, L_new: moved.L, change: moved.L - now.L };
}

export function inRange(model, now) {
  return ["w", "b"].every((name) => {
    const [low, high] = schema.ranges[name];
    const value = now[`${name}_new`];
    return value >= low && value <= high;
  });
}
