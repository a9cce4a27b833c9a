// The drawing of a network: a circle for each unit, its value above it and
// its δ below, its bias above both; on every edge the weight, and its
// gradient below. Weights and biases are buttons.

import { drawing, put, s, say } from "../core/dom.js";
import { Edge } from "../core/graph.js";
import { plain, reading } from "./compute.js";

const [COLUMN, ROW, TOP, LEFT] = [125, 146, 82, 32];
const WIDER = 1.6; // two units beside three are further apart

export class NetworkGraph {
  // `choose(name)` is called with the name of a weight or a bias.
  constructor(sizes, choose) {
    const counts = sizes.split("-").map(Number);
    this.depth = counts.length - 1;
    const rows = Math.max(...counts);
    const middle = TOP + ((rows - 1) * ROW) / 2;
    const row = (j, count) => middle + (j - (count - 1) / 2) * ROW * (rows > count ? WIDER : 1);
    const column = (l) => LEFT + l * COLUMN;
    const end = column(this.depth + 1) - 30;
    this.texts = {};
    this.buttons = {};
    this.edges = {};
    this.losses = [];
    this.targets = [];
    this.numbers = {};
    const edges = [];
    const nodes = counts.map((_, l) => this.heading(l, column(l)));
    counts.forEach((count, l) => {
      for (let j = 1; j <= count; j += 1) {
        const at = [column(l), row(j - 1, count)];
        nodes.push(...this.unit(l, j, at, choose));
        if (l < this.depth)
          for (let to = 1; to <= counts[l + 1]; to += 1) {
            const name = `w${l + 1}_${to}${j}`;
            const ends = [at, [column(l + 1), row(to - 1, counts[l + 1])]];
            edges.push(this.weight(name, ends, count > counts[l + 1], choose));
          }
        else this.losses.push(new Edge(at, [end, middle]));
      }
    });
    const targets = counts[this.depth];
    const low = targets === 1 ? 0.62 * ROW : 0;
    for (let j = 1; j <= targets; j += 1) {
      const at = [end, row(j - 1, targets) + low];
      const below = at[1] > middle;
      this.targets.push(new Edge(at, [end, middle]));
      nodes.push(circle(at, "y", "y", j), this.text(`y_${j}`, at, below ? 33 : -23, "bp-value"));
    }
    // Between the edges from two outputs, or above the edge from one.
    const aside = targets === 1 ? [end, middle - 28] : [end - 44, middle];
    nodes.push(circle([end, middle], "L", "L"), this.text("L", aside, 5, "bp-value"));
    const width = end + 34;
    this.least = Math.round(0.74 * width); // pixels: smaller cannot be read
    const height = middle + Math.max(((rows - 1) * ROW) / 2, low) + 46;
    this.svg = drawing(
      {
        viewBox: `0 0 ${width} ${height}`,
        class: "bp-plot bp-graph bp-net",
        role: "group",
        "aria-label": `A ${sizes} network: choose a weight or a bias to see its paths to the loss`,
        style: `min-width:${this.least}px`,
      },
      ...[...this.losses, ...this.targets].map((edge) => edge.element),
      ...edges,
      ...nodes,
      ...Object.values(this.numbers),
    );
  }

  heading(l, x) {
    const title = l === 0 ? "inputs" : `layer ${l}`;
    return s("text", { class: "bp-heading", x, y: 15 }, title);
  }

  unit(l, j, at, choose) {
    if (l === 0) return [circle(at, "x", "x", j), this.text(`x_${j}`, at, -23, "bp-value")];
    const name = `b${l}_${j}`;
    const text = this.text(name, at, -42, "bp-weight");
    const [x, y] = at;
    const box = s("rect", {
      class: "bp-hit-box",
      x: x - 34,
      y: y - 58,
      width: 68,
      height: 22,
      rx: 5,
    });
    return [
      circle(at, "a", "a", j),
      this.text(`z${l}_${j}`, at, -23, "bp-value bp-light"),
      this.text(`a${l}_${j}`, at, -23, "bp-value"),
      this.text(`dL_dz${l}_${j}`, at, 33, "bp-slope"),
      this.choosable(name, choose, [box, text]),
    ];
  }

  // The numbers stand aside of where edges cross, and above all edges.
  weight(name, [from, to], narrows, choose) {
    const t = along(Math.abs(to[1] - from[1]) / ROW, narrows);
    const at = [from[0] + t * (to[0] - from[0]), from[1] + t * (to[1] - from[1])];
    const [x1, y1, x2, y2] = [...from, ...to];
    this.numbers[name] = s(
      "g",
      { onclick: () => choose(name) },
      this.text(name, at, -4, "bp-weight"),
      this.text(`dL_d${name}`, at, 11, "bp-slope"),
    );
    this.edges[name] = new Edge(from, to);
    return this.choosable(name, choose, [
      s("line", { class: "bp-hit", x1, y1, x2, y2 }),
      s("line", { class: "bp-halo", x1, y1, x2, y2 }),
      this.edges[name].element,
    ]);
  }

  choosable(name, choose, children) {
    const element = s(
      "g",
      {
        class: "bp-choose",
        role: "button",
        tabindex: 0,
        onclick: () => choose(name),
        onkeydown: (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          choose(name);
        },
      },
      s("title", {}, `${plain(name)}: ${reading(name)}`),
      ...children,
    );
    this.buttons[name] = element;
    return element;
  }

  text(name, [x, y], below, kind, aside = 0, anchor = "middle") {
    const element = s("text", { class: kind, x: x + aside, y: y + below, "text-anchor": anchor });
    this.texts[name] = element;
    return element;
  }

  // `texts` maps names to what stands there; `lit` is the layer whose edges
  // are lit (the loss comes after the last), `paths` are the names of the
  // weights on the way of the selected one.
  show({ texts, labels, lit, backward, selected, paths }) {
    for (const [name, element] of Object.entries(this.texts)) say(element, texts[name] ?? "");
    for (const [name, element] of Object.entries(this.buttons)) {
      put(element, "aria-label", labels[name]);
      put(element, "aria-pressed", String(name === selected));
      element.classList.toggle("bp-on-path", paths.has(name));
      if (!this.numbers[name]) continue; // a bias
      const isLit = Number(name[1]) === lit;
      this.edges[name].show(isLit, backward);
      const loud = isLit || lit === null || name === selected;
      put(this.numbers[name], "class", loud ? "bp-numbers" : "bp-numbers bp-quiet");
    }
    // Nothing goes back to the targets: they are given.
    const last = lit === this.depth + 1;
    for (const edge of this.losses) edge.show(last, backward);
    for (const edge of this.targets) edge.show(last && !backward, false);
  }
}

// Where on an edge its numbers stand: by how many rows it drops, and whether
// fewer units follow, so that edges cross earlier.
function along(drop, narrows) {
  if (drop < 0.1) return 0.5;
  if (drop > 1.2) return narrows ? 0.2 : 0.27;
  return narrows && drop > 0.6 ? 0.55 : 0.38;
}

function circle([cx, cy], kind, letter, index = "") {
  return s(
    "g",
    {},
    s("circle", { class: `bp-node bp-node-${kind}`, cx, cy, r: 17 }),
    s(
      "text",
      { class: "bp-name", x: cx, y: cy + 5 },
      letter,
      s("tspan", { class: "bp-index", dy: 4 }, String(index)),
    ),
  );
}
