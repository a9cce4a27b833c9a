// The state of a network, its numbers, and what they are called.

import { networks } from "../generated/networks.js";
import { change } from "../core/model.js";
import { formulas, whereFinite } from "../core/neuron.js";
import { network_stepper as schema } from "../generated/schema.js";

const GROUPS = ["W", "b", "x", "y"];

// What the view works with. Where the numbers do not have the shape of the
// sizes (Python sends the sizes first), those that the sizes start with.
export function read(model) {
  const sizes = model.get("sizes");
  const start = schema.starts[sizes];
  const given = Object.fromEntries(GROUPS.map((name) => [name, model.get(name)]));
  const fits = GROUPS.every((name) => sameShape(given[name], start[name]));
  const { uses } = networks[sizes];
  const selected = model.get("selected");
  return {
    sizes,
    ...(fits ? given : start),
    selected: isParameter(selected) && Object.hasOwn(uses, selected) ? selected : "w1_11",
  };
}

// The weights and biases of an architecture, by their names.
export function parametersOf(sizes) {
  return Object.keys(networks[sizes].uses).filter(isParameter);
}

function isParameter(name) {
  return name[0] === "w" || name[0] === "b";
}

// Every path from a symbol to the loss: the symbols in their order, and the
// names of the local partials between them.
export function pathsOf(sizes, from) {
  if (from === "L") return [{ symbols: ["L"], factors: [] }];
  return Object.entries(networks[sizes].uses[from]).flatMap(([to, factor]) =>
    pathsOf(sizes, to).map(({ symbols, factors }) => ({
      symbols: [from, ...symbols],
      factors: [factor, ...factors],
    })),
  );
}

// Everything of one update, with the function that SymPy emitted.
export function compute(model, state) {
  const { activation } = formulas(model);
  const run = networks[state.sizes].compute;
  const [eta, biases] = [model.get("eta"), model.get("biases") ? 1 : 0];
  const now = run(activation, state.W, state.b, state.x, state.y, eta, biases);
  const { W, b } = moved(state, now);
  const then = whereFinite([W, b].flat(3), () =>
    run(activation, W, b, state.x, state.y, eta, biases),
  );
  return { ...now, then, L_new: then.L, change: then.L - now.L, W, b };
}

// The new parameters as nested lists.
function moved(state, now) {
  return {
    W: state.W.map((matrix, l) =>
      matrix.map((row, j) => row.map((_, k) => now[`w${l + 1}_${j + 1}${k + 1}_new`])),
    ),
    b: state.b.map((row, l) => row.map((_, j) => now[`b${l + 1}_${j + 1}_new`])),
  };
}

export function sameShape(one, other) {
  if (!Array.isArray(other)) return typeof one === typeof other;
  return (
    Array.isArray(one) &&
    one.length === other.length &&
    other.every((part, i) => sameShape(one[i], part))
  );
}

// A name of the derivation in its parts: w2_13 is {letter: "w", layer: 2,
// units: [1, 3]}.
export function parts(name) {
  const [, letter, layer, units] = /^([a-zA-Z])(\d*)_(\d+)$/.exec(name);
  return { letter, layer: Number(layer), units: [...units].map(Number) };
}

// "to unit 2 from unit 1": how the indices are read.
export function reading(name) {
  const { letter, layer, units } = parts(name);
  if (letter === "b") return `bias of layer ${layer}, unit ${units[0]}`;
  const from = layer === 1 ? "input" : "unit";
  return `weight of layer ${layer}, to unit ${units[0]} from ${from} ${units[1]}`;
}

// A name as in the book, in plain text: W[1]₂₁.
export function plain(name) {
  const { letter, layer, units } = parts(name);
  const low = units.map((unit) => "₀₁₂₃₄₅₆₇₈₉"[unit]).join("");
  return `${letter === "w" ? "W" : letter}${layer ? `[${layer}]` : ""}${low}`;
}

// The same as HTML, also for derivatives and new values.
export function symbol(name) {
  if (name === "L") return "<i>L</i>";
  if (name === "predicted") return "−<i>η</i> ‖∇<i>L</i>‖²";
  if (name.endsWith("_new")) return `new ${symbol(name.slice(0, -4))}`;
  const slope = /^da\w+_d(z.*)$/.exec(name);
  if (slope) return `<i>f</i>′(${symbol(slope[1])})`;
  if (name.startsWith("dL_dz")) return entry("δ", name.slice(4));
  if (name.startsWith("dL_d")) return `∂<i>L</i>/∂${symbol(name.slice(4))}`;
  return entry(name[0] === "w" ? "W" : name[0], name);
}

function entry(letter, name) {
  const { layer, units } = parts(name);
  const high = layer ? `<sup>[${layer}]</sup>` : "";
  return `<i>${letter}</i>${high}<sub>${units.join("")}</sub>`;
}

// A model in which every entry is a trait of its own, as the controls want
// it: "x_1", "w2_13"; and "network", which sets all numbers at once.
export class Entries {
  constructor(model) {
    this.model = model;
    const { sizes, preset } = model.get("choices");
    this.choices = { network: [...sizes, ...preset] };
  }

  get(name) {
    if (name === "choices") return this.choices;
    if (name === "network") return presetOf(this.model) ?? this.model.get("sizes");
    const [group, place] = where(name);
    return place.reduce((part, i) => part?.[i], read(this.model)[group]) ?? 0;
  }

  set(name, value) {
    if (name === "network") return change(this.model, load(this.model, value));
    const [group, place] = where(name);
    const { W, b, x, y } = read(this.model);
    const all = { W, b, x, y };
    all[group] = withEntry(all[group], place, value);
    // Weights that were set by hand are those after no update.
    const undone = group === "W" || group === "b" ? { update: 0 } : {};
    change(this.model, { ...all, ...undone });
  }

  on(events, listener) {
    this.model.on(this.events(events), listener);
  }

  off(events, listener) {
    this.model.off(this.events(events), listener);
  }

  save_changes() {} // `set` has done it

  events(names) {
    const groups = names.split(" ").flatMap((name) => {
      if (name === "change:choices") return [];
      if (name === "change:network") return ["sizes", ...SET_BY_PRESET];
      return ["sizes", where(name.slice("change:".length))[0]];
    });
    return [...new Set(groups)].map((name) => `change:${name}`).join(" ");
  }
}

const SET_BY_PRESET = [...GROUPS, "eta", "activation", "biases"];

// The published example whose numbers these are, if any.
function presetOf(model) {
  return Object.entries(schema.presets).find(([, numbers]) =>
    Object.entries(numbers).every(
      ([name, value]) => JSON.stringify(model.get(name)) === JSON.stringify(value),
    ),
  )?.[0];
}

// All traits that a choice of the network sets.
function load(model, choice) {
  const preset = schema.presets[choice];
  const numbers = preset ?? { sizes: choice, ...schema.starts[choice] };
  return {
    ...numbers,
    preset: preset ? choice : "",
    selected: "w1_11",
    step: 0,
    update: 0,
  };
}

// The trait an entry is in, and its place there, from 0.
function where(name) {
  const { letter, layer, units } = parts(name);
  const place = units.map((unit) => unit - 1);
  return [letter === "w" ? "W" : letter, layer ? [layer - 1, ...place] : place];
}

function withEntry(list, [first, ...rest], value) {
  return list.map((part, i) => {
    if (i !== first) return part;
    return rest.length ? withEntry(part, rest, value) : value;
  });
}
