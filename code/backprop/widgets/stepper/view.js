// One neuron, one update, one step at a time.

import { select, slider, toggle } from "../core/controls.js";
import { h, say } from "../core/dom.js";
import { number, short, signed } from "../core/format.js";
import { Graph } from "../core/graph.js";
import { change, watch } from "../core/model.js";
import { Walk, afterUpdates, enable } from "../core/walk.js";
import { common, order, special } from "../generated/mathml.js";
import { compute, inRange } from "./compute.js";
import { stepper as schema } from "../generated/schema.js";

const FORWARD = 3;

const TITLES = {
  z: "z",
  a: "a",
  L: "L",
  dL_da: "∂L/∂a",
  da_dz: "∂a/∂z",
  dL_dz: "∂L/∂z",
  dL_dw: "∂L/∂w",
  dL_db: "∂L/∂b",
  w_new: "new w",
  b_new: "new b",
  L_new: "new L",
};

// The node below which a gradient stands once its step is reached.
const GRADIENT_OF = { a: "dL_da", z: "dL_dz", w: "dL_dw", b: "dL_db" };

const SLIDERS = [
  ["x", -5, 5],
  ["w", -5, 5],
  ["b", -5, 5],
  ["y", -2, 2],
];

export function view(model, element) {
  const names = order.slice(0, order.indexOf(model.get("until")) + 1);
  const update = names.includes("w_new");
  const controls = [
    select(model, "activation", {
      label: "activation",
      choices: model.get("choices").activation,
    }),
    ...SLIDERS.map(([name, min, max]) =>
      slider(model, name, { label: name, min, max, step: 0.05, also: undone(name) }),
    ),
  ];
  if (update)
    controls.push(slider(model, "eta", { label: "η", min: 1e-3, max: 100, step: 0.02, log: true }));
  controls.push(toggle(model, "exact", { label: "all digits" }));

  const graph = new Graph();
  const panel = new Panel(names);
  const titles = names.map((name) => TITLES[name]);
  const actions = update ? { "Next update": () => again(model) } : {};
  const walk = new Walk(model, titles, names.map(isBackward), actions);
  element.append(
    h("div", { class: "bp-controls" }, ...controls.map((c) => c.element)),
    graph.svg,
    walk.element,
    panel.element,
  );

  const stop = watch(model, schema.traits, () => {
    const step = Math.min(model.get("step"), names.length - 1);
    const now = compute(model);
    drawGraph(graph, model, now, names, step);
    panel.show(model, now, step);
    walk.show(step);
    if (update) enable(walk.buttons["Next update"], inRange(model, now));
  });
  return () => {
    stop();
    walk.stop();
    controls.forEach((control) => control.stop());
  };
}

// Weights that were set by hand are those after no update.
function undone(name) {
  return name === "w" || name === "b" ? { update: 0 } : {};
}

// Go on from the new weights.
function again(model) {
  const now = compute(model);
  if (!inRange(model, now)) return;
  const { w_new, b_new } = now;
  change(model, { w: w_new, b: b_new, step: 0, update: model.get("update") + 1 });
}

// The numbers that are there by then; forward again, those of the new weights.
function drawGraph(graph, model, now, names, step) {
  const reached = new Set(names.slice(0, step + 1));
  const again = reached.has("L_new");
  const values = { x: short(now.x), y: short(now.y) };
  for (const name of ["w", "b"])
    values[name] = short(reached.has(`${name}_new`) ? now[`${name}_new`] : now[name]);
  for (const name of ["z", "a", "L"])
    if (reached.has(name)) values[name] = short((again ? now.moved : now)[name]);
  const gradients = {};
  for (const [node, name] of Object.entries(GRADIENT_OF))
    if (reached.has(name) && !again) gradients[node] = short(now[name]);
  graph.show(values, gradients, stepOf(model, names[step]).edges, isBackward(names[step]));
}

// What goes forward is blue, the loss of the new weights too.
function isBackward(name) {
  return name !== "L_new" && order.indexOf(name) >= FORWARD;
}

// The words and formulas of a step, for the model's activation.
function stepOf(model, name) {
  const activation = model.get("activation");
  const custom = model.get("custom");
  if (custom?.name === activation && custom.steps[name]) return custom.steps[name];
  return special[activation]?.[name] ?? common[name];
}

// The text below the graph: what this step is, in symbols and in numbers.
class Panel {
  constructor(names) {
    this.names = names;
    this.title = h("p", { class: "bp-title", role: "status" });
    this.formula = h("div");
    this.numbers = h("div");
    // Long formulas scroll, by keyboard too.
    const formulas = h(
      "div",
      {
        class: "bp-formulas",
        tabindex: 0,
        role: "group",
        "aria-label": "The formula of this step",
      },
      this.formula,
      this.numbers,
    );
    this.live = h("p", { class: "bp-live", role: "status" });
    this.element = h("div", { class: "bp-panel" }, this.title, formulas, this.live);
    this.shown = null;
  }

  show(model, now, step) {
    const name = this.names[step];
    const about = stepOf(model, name);
    const all = model.get("exact");
    if (about !== this.shown) this.write(about);
    this.shown = about;
    say(this.title, `Step ${step + 1} of ${this.names.length}. ${about.words}`);
    for (const [slot, node] of this.slots) say(node, inFormula(now[slot], all));
    say(this.end, result(name, now, all));
    say(this.live, sentence(model, name, now, all));
  }

  // The formulas of a step, with a node for each number: only the text of
  // these nodes changes when a number does.
  write({ formula, numbers }) {
    this.formula.innerHTML = formula;
    this.numbers.innerHTML = withSlots(numbers);
    const nodes = [...this.numbers.querySelectorAll("[data-slot]")];
    this.slots = nodes.slice(0, -1).map((node) => [node.dataset.slot, node]);
    this.end = nodes.at(-1);
  }
}

// A formula with a place for each number, and one for the result.
export function withSlots(template) {
  return template
    .replace(/<mtext>@(\w+)@<\/mtext>/g, '<mn data-slot="$1"></mn>')
    .replace("</math>", '<mo>=</mo><mn data-slot="end"></mn></math>');
}

// A negative number stands in parentheses, and one with a power of ten.
export function inFormula(value, all) {
  const text = number(value, all);
  return value < 0 || text.includes("·") ? `(${text})` : text;
}

function result(name, now, all) {
  return name === "L_new" ? number(now.predicted, all) : number(now[name], all);
}

function sentence(model, name, now, all) {
  const where = afterUpdates(model.get("update"), name.endsWith("_new"));
  if (name === "L_new") return loss(model, now, all) + where;
  if (name === "w_new" || name === "b_new") {
    const parameter = name[0];
    const moved = now[name] - now[parameter];
    return `${TITLES[name]} = ${number(now[name], all)}, a change of ${signed(moved, all)}${where}.`;
  }
  return `${TITLES[name]} = ${number(now[name], all)}${where}.`;
}

function loss(model, now, all) {
  const words =
    `L: ${number(now.L, all)} → ${number(now.L_new, all)}. Predicted change ` +
    `${signed(now.predicted, all)}, actual change ${signed(now.change, all)}.`;
  if (!inRange(model, now))
    return `${words} The new weights are out of this widget's range: η is far too large.`;
  return now.change > 0 ? `${words} The step was too long.` : words;
}
