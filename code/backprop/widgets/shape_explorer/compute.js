// One forward and backward pass through two layers, array by array, with a
// planted mistake or none. An array is { rows, flat }: `flat` for a vector,
// which is one row. What numpy would refuse is { refused: [left, right] },
// and what comes after it { missing: true }.

import { crop, map, multiply, sumRows, transpose } from "./rows.js";
import { formulas } from "../core/neuron.js";
import { shape_explorer as schema } from "../generated/schema.js";

export const MADE = schema.made;
export const ORDER = [...schema.given, ...MADE];

// A name as a reader knows it.
export const shown = (name) => name.replace("dL_d", "∂L/∂");

export const within = (value, most) => Math.max(0, Math.min(most, value));

// How each array is made: [name, { kind, left, right, ... }], in the order
// of the pass. `turnLeft` and `turnRight` transpose a factor.
export function equations(mistake) {
  const is = (name) => mistake === name;
  const input = (l) => (l === 1 ? "X" : `A[${l - 1}]`);
  const again = is("twice");
  const forward = (l) => [
    [
      `Z[${l}]`,
      {
        kind: "product",
        left: input(l),
        right: `W[${l}]`,
        turnRight: !is("forward"),
        add: `b[${l}]`,
      },
    ],
    [`A[${l}]`, { kind: "map", left: `Z[${l}]` }],
  ];
  const weights = (l) =>
    is("swapped")
      ? { left: input(l), turnLeft: true, right: `dL_dZ[${l}]` }
      : { left: `dL_dZ[${l}]`, turnLeft: !is("gradient"), right: input(l) };
  const backward = (l) => [
    [`dL_dZ[${l}]`, { kind: "slope", left: `dL_dA[${l}]`, right: `Z[${l}]` }],
    [`dL_dW[${l}]`, { kind: "product", ...weights(l), again }],
    [`dL_db[${l}]`, { kind: is("bias") ? "copy" : "sum", left: `dL_dZ[${l}]`, again }],
  ];
  return [
    ...forward(1),
    ...forward(2),
    ["dL_dA[2]", { kind: "error", left: "A[2]", right: "Y", share: !is("sum") }],
    ...backward(2),
    ["dL_dA[1]", { kind: "product", left: "dL_dZ[2]", right: "W[2]", turnRight: is("backward") }],
    ...backward(1),
  ];
}

// The arrays that are given, cut to the present sizes.
export function given({ m, inputs, hidden, outputs }) {
  const take = (name, rows, columns) => [
    name,
    { rows: crop(schema.parameters[name], rows, columns) },
  ];
  const vector = (name, size) => [
    name,
    { rows: [schema.parameters[name].slice(0, size)], flat: true },
  ];
  return Object.fromEntries([
    take("X", m, inputs),
    take("W[1]", hidden, inputs),
    vector("b[1]", hidden),
    take("W[2]", outputs, hidden),
    vector("b[2]", outputs),
    take("Y", m, outputs),
  ]);
}

// Every array by its name. `activation(z)` gives { a, da_dz }.
export function pass(sizes, mistake, activation) {
  const arrays = given(sizes);
  let stopped = false;
  for (const [name, rule] of equations(mistake)) {
    arrays[name] = stopped ? { missing: true } : make(rule, arrays, sizes.m, activation);
    stopped ||= Boolean(arrays[name].refused);
  }
  return arrays;
}

// A factor as it stands in its product.
export const turned = (rows, turn) => (turn ? transpose(rows) : rows);

function make(rule, arrays, m, activation) {
  const left = turned(arrays[rule.left].rows, rule.turnLeft);
  const right = rule.right && turned(arrays[rule.right].rows, rule.turnRight);
  const again = rule.again ? m : 1;
  const { kind } = rule;
  if (kind === "map") return { rows: map(left, (z) => activation(z).a) };
  if (kind === "slope")
    return { rows: map(left, (value, i, j) => value * activation(right[i][j]).da_dz) };
  if (kind === "error")
    return { rows: map(left, (a, i, j) => (a - right[i][j]) / (rule.share ? m : 1)) };
  if (kind === "copy") return { rows: map(left, (value) => value / again) };
  if (kind === "sum") return { rows: map(sumRows(left), (value) => value / again), flat: true };
  if (left[0].length !== right.length) return { refused: [shape(left), shape(right)] };
  const bias = rule.add && arrays[rule.add].rows[0];
  return {
    rows: map(multiply(left, right), (value, i, j) => (value + (bias ? bias[j] : 0)) / again),
  };
}

export const shape = (rows) => [rows.length, rows[0].length];

// How numpy writes the shape of an array.
export const written = ({ rows, flat }) =>
  flat ? `(${rows[0].length},)` : `(${shape(rows).join(", ")})`;

// What there is to say about an array, given the right one: `marks(i, j)` is
// true for a wrong entry, `words` is the verdict.
export function verdict(found, right) {
  const none = () => false;
  if (found.missing) return { words: "not reached", marks: none };
  if (found.refused) {
    const [left, other] = found.refused;
    const words =
      `refused: shapes (${left.join(", ")}) and (${other.join(", ")}) do not fit, ` +
      `inner sizes ${left[1]} and ${other[0]}`;
    return { words, marks: none };
  }
  if (written(found) !== written(right))
    return { words: `wrong shape: ${written(found)} for ${written(right)}`, marks: () => true };
  const wrong = map(found.rows, (value, i, j) => !same(value, right.rows[i][j]));
  const count = wrong.flat().filter(Boolean).length;
  if (count === 0) return { words: "right", marks: none };
  const words = `wrong: ${count} of ${wrong.flat().length} entries`;
  return { words, marks: (i, j) => wrong[i]?.[j] };
}

function same(one, other) {
  return (
    Object.is(one, other) ||
    Math.abs(one - other) <= schema.CLOSE * Math.max(1, Math.abs(other)) ||
    one === other
  );
}

// The pass with its mistake, the right one, and the verdict on every array.
export function compute(model) {
  const names = ["m", "inputs", "hidden", "outputs", "mistake", "array"];
  const state = Object.fromEntries(names.map((name) => [name, model.get(name)]));
  const { activation } = formulas(model);
  const found = pass(state, state.mistake, activation);
  const right = state.mistake === "none" ? found : pass(state, "none", activation);
  const verdicts = Object.fromEntries(
    ORDER.map((name) => [name, verdict(found[name], right[name])]),
  );
  const rule = Object.fromEntries(equations(state.mistake))[state.array];
  const now = { ...state, found, right, verdicts, rule, activation };
  const grid = right[state.array].rows;
  const drawn = found[state.array].rows ?? grid;
  return {
    ...now,
    row: within(model.get("row"), drawn.length - 1),
    column: within(model.get("column"), drawn[0].length - 1),
  };
}
