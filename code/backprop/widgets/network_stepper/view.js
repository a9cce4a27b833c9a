// A small network: one update, one step at a time, and the paths of a weight.

import { select, slider, toggle } from "../core/controls.js";
import { h, keepKeys, say } from "../core/dom.js";
import { number, short, signed } from "../core/format.js";
import { change, watch } from "../core/model.js";
import {
  Entries,
  compute,
  parametersOf,
  pathsOf,
  plain,
  read,
  reading,
  symbol,
} from "./compute.js";
import { NetworkGraph } from "./network_graph.js";
import { Walk, afterUpdates, enable } from "../core/walk.js";
import { counts, formulas, networks, updateRule, words } from "../generated/networks.js";
import { network_stepper as schema } from "../generated/schema.js";

// The sum over the paths and the backward pass round differently.
const SAME = 1e-12;

export function view(model, element) {
  const entries = new Entries(model);
  const controls = [
    select(entries, "network", { label: "network", choices: [] }),
    select(model, "activation", {
      label: "activation",
      choices: model.get("choices").activation,
    }),
    toggle(model, "biases", { label: "update biases" }),
    toggle(model, "exact", { label: "all digits" }),
  ];
  const place = h("div");
  const counter = new Counter(model);
  element.append(
    h("div", { class: "bp-controls" }, ...controls.map((c) => c.element)),
    place,
    counter.element,
  );
  let drawing = null;
  const stop = watch(model, schema.traits, () => {
    const state = read(model);
    if (drawing?.sizes !== state.sizes) {
      drawing?.stop();
      drawing = new Drawing(model, entries, state.sizes);
      place.replaceChildren(drawing.element);
      keepKeys(place);
    }
    drawing.show(state);
  });
  return () => {
    stop();
    drawing.stop();
    counter.stop();
    controls.forEach((control) => control.stop());
  };
}

// Everything that belongs to one architecture.
class Drawing {
  constructor(model, entries, sizes) {
    this.model = model;
    this.entries = entries;
    this.sizes = sizes;
    this.steps = Object.entries(networks[sizes].steps);
    this.parameters = parametersOf(sizes);
    const state = read(model);
    this.sliders = [...names("x", state.x), ...names("y", state.y)].map((name) =>
      slider(entries, name, { label: plain(name), ...(name[0] === "x" ? WIDE : NARROW) }),
    );
    this.sliders.push(
      slider(model, "eta", { label: "η", min: 1e-3, max: 100, step: 0.02, log: true }),
    );
    this.chosen = null;
    this.place = h("span", { class: "bp-control" });
    this.graph = new NetworkGraph(sizes, (name) => change(model, { selected: name }));
    const walked = this.steps.map(([step]) => step);
    this.walk = new Walk(
      model,
      walked.map((step) => TITLES[step[0]](step)),
      walked.map((step) => /^[dWu]/.test(step)),
      { "Next update": () => this.again() },
    );
    this.panel = new Panel(model, this.steps);
    this.paths = new Paths(sizes);
    const given = h(
      "div",
      { class: "bp-controls bp-given" },
      ...this.sliders.map((control) => control.element),
      this.place,
    );
    // What moves the drawing stands below it, the steps beside it: or below
    // too, where the drawing is wide.
    const drawn = h(
      "div",
      { class: "bp-drawn", style: `flex-basis:${this.graph.least}px` },
      h(
        "div",
        { class: "bp-scroll", tabindex: 0, role: "group", "aria-label": "The network" },
        this.graph.svg,
      ),
      given,
    );
    const told = h("div", {}, this.walk.element, this.panel.element);
    const row = h("div", { class: "bp-row" }, drawn, told);
    this.element = h("div", {}, row, this.paths.element);
  }

  show(state) {
    const { model } = this;
    this.choose(state.selected);
    const step = Math.min(model.get("step"), this.steps.length - 1);
    const now = compute(model, state);
    const all = model.get("exact");
    this.graph.show(this.drawn(state, now, step));
    this.walk.show(step);
    this.panel.show(now, step, state.selected, inRange(model, now));
    this.paths.show(now, state.selected, all);
    enable(this.walk.buttons["Next update"], inRange(model, now));
  }

  // A slider for the selected weight or bias.
  choose(name) {
    if (this.chosen?.name === name) return;
    this.chosen?.stop();
    this.chosen = {
      name,
      ...slider(this.entries, name, { label: plain(name), ...WIDE }),
    };
    this.place.replaceChildren(this.chosen.element);
    keepKeys(this.place);
  }

  again() {
    const now = compute(this.model, read(this.model));
    if (!inRange(this.model, now)) return;
    const { W, b } = now;
    const { x, y } = read(this.model);
    change(this.model, { W, b, x, y, step: 0, update: this.model.get("update") + 1 });
  }

  // What the graph shows at a step: the numbers that are there by then;
  // forward again, those of the new weights.
  drawn(state, now, step) {
    const reached = new Set(this.steps.slice(0, step + 1).flatMap(([, found]) => found));
    const again = this.steps[step][0] === "L_new";
    const value = (name) =>
      reached.has(`${name}_new`) ? now[`${name}_new`] : (again ? now.then : now)[name];
    const texts = {};
    const labels = {};
    for (const name of Object.keys(this.graph.texts)) {
      const given = /^[xywb]/.test(name);
      const over = name.startsWith("dL")
        ? again
        : name[0] === "z" && reached.has(name.replace("z", "a"));
      if (given || (reached.has(name) && !over)) texts[name] = prefix(name) + short(value(name), 3);
    }
    for (const name of this.parameters) {
      const gradient = texts[`dL_d${name}`] ? `, gradient ${short(now[`dL_d${name}`])}` : "";
      labels[name] = `${reading(name)} = ${short(value(name))}${gradient}`;
    }
    return { texts, labels, ...light(this.steps[step][0], this.graph.depth), ...this.way(state) };
  }

  // The weights on the paths of the selected one.
  way({ selected }) {
    const found = pathsOf(this.sizes, selected).flatMap(({ factors }) => factors);
    return { selected, paths: new Set(found) };
  }

  stop() {
    this.walk.stop();
    this.sliders.forEach((control) => control.stop());
    this.chosen?.stop();
  }
}

const WIDE = { min: -5, max: 5, step: 0.05 };
const NARROW = { min: -2, max: 2, step: 0.01 };

const TITLES = {
  z: (step) => `z[${step.slice(1)}]`,
  a: (step) => `a[${step.slice(1)}]`,
  L: (step) => (step === "L" ? "L" : "new L"),
  d: (step) => `δ[${step.slice(1)}]`,
  W: (step) => `∂L/∂W[${step.slice(1)}]`,
  u: () => "new W, b",
};

// What stands before a number in the graph.
function prefix(name) {
  if (name.startsWith("dL_dz")) return "δ ";
  return /^[zb]/.test(name) ? `${name[0]} ` : "";
}

function names(letter, values) {
  return values.map((_, i) => `${letter}_${i + 1}`);
}

// The layer whose edges a step lights, and in which direction.
function light(step, depth) {
  const layer = Number(step.slice(1));
  if (step[0] === "z") return { lit: layer, backward: false };
  if (step === "L") return { lit: depth + 1, backward: false };
  if (step[0] === "d") return { lit: layer + 1, backward: true };
  if (step[0] === "W") return { lit: layer, backward: true };
  return { lit: null, backward: false };
}

function inRange(model, now) {
  return ["W", "b"].every((name) => {
    const [low, high] = schema.ranges[name];
    return now[name].flat(2).every((value) => value >= low && value <= high);
  });
}

// The text beside the graph: what a step is, in symbols and in numbers.
class Panel {
  constructor(model, steps) {
    this.model = model;
    this.steps = steps;
    this.rules = networks[model.get("sizes")].rules;
    this.title = h("p", { class: "bp-title", role: "status" });
    this.formula = h("div", {
      class: "bp-formulas",
      tabindex: 0,
      role: "group",
      "aria-label": "The formula of this step",
    });
    this.rows = h("div", { class: "bp-rows" });
    this.live = h("p", { class: "bp-live", role: "status" });
    this.element = h("div", { class: "bp-panel" }, this.title, this.formula, this.rows, this.live);
    this.shown = null;
  }

  show(now, step, selected, possible) {
    const all = this.model.get("exact");
    if (step !== this.shown) this.write(step);
    this.shown = step;
    for (const [name, node] of this.numbers) say(node, this.row(name, now, all));
    say(this.live, this.sentence(now, step, selected, all, possible));
  }

  // The words, the formula and a row for each number: only the texts of the
  // rows change with the numbers.
  write(step) {
    const [name, found] = this.steps[step];
    const depth = networkDepth(this.steps);
    const kind = kindOf(name, depth);
    const layer = kind === "L" ? depth : Number(name.slice(1));
    const fill = (text) =>
      text
        .replaceAll("@l@", layer)
        .replaceAll("@k@", layer - 1)
        .replaceAll("@n@", layer + 1);
    say(this.title, `Step ${step + 1} of ${this.steps.length}. ${fill(words[kind])}`);
    this.formula.innerHTML = fill(formulas[kind]);
    this.numbers = found.map((number) => [number, h("span")]);
    this.rows.replaceChildren(
      ...this.numbers.map(([number, node]) => {
        const label = h("span", { class: "bp-symbol" });
        label.innerHTML = `${symbol(number)} = `;
        return h("p", {}, label, node);
      }),
    );
  }

  row(name, now, all) {
    const end = number(now[name], all);
    if (/^b.*_new$/.test(name) && !this.model.get("biases")) return `${end}, kept`;
    const rule = this.rules[name] ?? updateRule.replaceAll("@", name.slice(0, -4));
    const text = filled(rule, now, all);
    return text === end ? end : `${text} = ${end}`;
  }

  sentence(now, step, selected, all, possible) {
    const [name, found] = this.steps[step];
    const within = name === "update" || name === "L_new";
    const where = afterUpdates(this.model.get("update"), within);
    if (name === "L_new") return lossSentence(now, all, possible) + where;
    if (name === "update") return updateSentence(this.model, now, selected, all) + where;
    const list = (start) =>
      found
        .filter((one) => one.startsWith(start))
        .map((one) => number(now[one], all))
        .join(", ");
    if (name === "L") return `L = ${list("L")}${where}.`;
    const layer = ` of layer ${name.slice(1)}`;
    if (name[0] === "W")
      return `∂L/∂W${layer} = ${list("dL_dw")}; ∂L/∂b = ${list("dL_db")}${where}.`;
    const start = name[0] === "d" ? "dL_dz" : name[0];
    return `${name[0] === "d" ? "δ" : name[0]}${layer} = ${list(start)}${where}.`;
  }
}

function networkDepth(steps) {
  return steps.filter(([name]) => name[0] === "z").length;
}

function kindOf(name, depth) {
  if (Object.hasOwn(words, name)) return name;
  return name === `d${depth}` ? "d_last" : name[0];
}

// A rule with numbers for its names; a negative one in parentheses.
function filled(rule, now, all) {
  return rule.replace(/[a-zA-Z]\w*/g, (name, at) => {
    if (!Object.hasOwn(now, name)) return name;
    const text = number(now[name], all);
    const inside = rule[at - 1] === "(" && rule[at + name.length] === ")";
    return now[name] < 0 && !inside && rule !== name ? `(${text})` : text;
  });
}

function updateSentence(model, now, selected, all) {
  const from = now[selected];
  const to = now[`${selected}_new`];
  const kept = model.get("biases") ? "" : " The biases are kept.";
  return (
    `The ${reading(selected)}: ${number(from, all)} → ${number(to, all)}, a change ` +
    `of ${signed(to - from, all)}.${kept}`
  );
}

function lossSentence(now, all, possible) {
  const text =
    `L: ${number(now.L, all)} → ${number(now.L_new, all)}. Predicted change ` +
    `${signed(now.predicted, all)}, actual change ${signed(now.change, all)}.`;
  if (!possible)
    return `${text} The new weights are out of this widget's range: η is far too large.`;
  return now.change > 0 ? `${text} The step was too long.` : text;
}

// Every path of the selected parameter, from it to the loss: the local
// partials along it, their product, and the sum of the products.
class Paths {
  constructor(sizes) {
    this.sizes = sizes;
    this.title = h("p", { class: "bp-title" });
    this.list = h("ol", { class: "bp-paths" });
    this.sum = h("p");
    this.element = h("div", { class: "bp-net-paths" }, this.title, this.list, this.sum);
    this.selected = null;
  }

  show(now, selected, all) {
    if (selected !== this.selected) this.write(selected);
    this.selected = selected;
    const products = this.factors.map((factors) =>
      factors.reduce((product, name) => product * valueOf(name, now), 1),
    );
    this.factors.forEach((factors, i) => {
      const text = factors.map((name) => inRow(valueOf(name, now), all)).join(" · ");
      say(this.nodes[i], `${text} = ${number(products[i], all)}`);
    });
    say(this.sum, this.verdict(products, now[`dL_d${selected}`], all));
  }

  write(selected) {
    const all = pathsOf(this.sizes, selected);
    const count = all.length === 1 ? "The only path" : `The ${all.length} paths`;
    this.title.innerHTML = `${count} from ${symbol(selected)} to the loss`;
    this.factors = all.map((path) => path.factors);
    this.nodes = all.map(() => h("div"));
    this.list.replaceChildren(
      ...all.map(({ symbols }, i) => {
        const way = h("div", { class: "bp-symbol" });
        way.innerHTML = symbols.map(symbol).join(" → ");
        return h("li", {}, way, this.nodes[i]);
      }),
    );
  }

  verdict(products, gradient, all) {
    const sum = products.reduce((total, product) => total + product, 0);
    const size = products.reduce((total, product) => total + Math.abs(product), 0);
    const name = `∂L/∂${plain(this.selected)}`;
    const shown = number(sum, all);
    const parts =
      products.length === 1 ? "" : `${products.map((p) => inRow(p, all)).join(" + ")} = `;
    const same = Math.abs(sum - gradient) <= SAME * size;
    const end = same
      ? `the gradient that the backward pass gives.`
      : `the backward pass gives ${number(gradient, all)}.`;
    return `${parts ? "The sum: " : "Its product: "}${parts}${shown} = ${name}, ${end}`;
  }
}

function valueOf(name, now) {
  return name === "1" ? 1 : now[name];
}

function inRow(value, all) {
  return value < 0 ? `(${number(value, all)})` : number(value, all);
}

// How many multiplications the gradient of all weights takes.
class Counter {
  constructor(model) {
    this.controls = [
      slider(model, "depth", { label: "layers", min: 1, max: 20, step: 1 }),
      slider(model, "width", { label: "units in each", min: 1, max: 100, step: 1 }),
    ];
    const result = h("output", { class: "bp-count" });
    this.element = h(
      "div",
      {},
      h("p", { class: "bp-title" }, "Why backwards? Multiplications for all ∂L/∂W"),
      h("div", { class: "bp-controls" }, ...this.controls.map((c) => c.element)),
      result,
    );
    this.unwatch = watch(model, ["depth", "width"], () => {
      const { paths, separate, reuse } = counts(model.get("depth"), model.get("width"));
      const one = paths === 1 ? "1 path" : `${whole(paths)} paths`;
      say(
        result,
        `A weight of layer 1 has ${one} to the loss. Every path by itself: ` +
          `${whole(separate)} multiplications. With re-use, from the loss back: ` +
          `${whole(reuse)}. ${times(separate / reuse)}`,
      );
    });
  }

  stop() {
    this.unwatch();
    this.controls.forEach((control) => control.stop());
  }
}

function whole(count) {
  return count < 1e6 ? String(count) : short(count, 3);
}

function times(ratio) {
  return ratio === 1
    ? "That is the same."
    : `Without re-use it takes ${short(ratio, 3)} times as many.`;
}
