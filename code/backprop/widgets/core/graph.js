// The computational graph of one neuron: values above the nodes, gradients
// below, the edges of the present step lit.

import { drawing, put, s, say } from "./dom.js";

const NODES = {
  x: [40, 40],
  w: [40, 130],
  b: [40, 220],
  z: [170, 130],
  a: [305, 130],
  y: [305, 220],
  L: [435, 130],
};
const EDGES = [
  ["x", "z"],
  ["w", "z"],
  ["b", "z"],
  ["z", "a"],
  ["a", "L"],
  ["y", "L"],
];
export const RADIUS = 17;

export class Graph {
  constructor() {
    this.edges = new Map(
      EDGES.map(([from, to]) => [`${from},${to}`, new Edge(NODES[from], NODES[to])]),
    );
    this.numbers = {};
    const nodes = Object.entries(NODES).map(([name, [x, y]]) => {
      const value = s("text", { class: "bp-value", x, y: y - 24 });
      const gradient = s("text", { class: "bp-slope", x, y: y + 36 });
      this.numbers[name] = { value, gradient };
      return s(
        "g",
        {},
        s("circle", { class: `bp-node bp-node-${name}`, cx: x, cy: y, r: RADIUS }),
        s("text", { class: "bp-name", x, y: y + 5 }, name),
        value,
        gradient,
      );
    });
    this.svg = drawing(
      {
        viewBox: "-5 0 490 270",
        class: "bp-plot bp-graph",
        role: "img",
        "aria-label": "The computational graph: x, w and b lead to z, z to a, a and y to L",
      },
      ...[...this.edges.values()].map((edge) => edge.element),
      ...nodes,
    );
  }

  // `values` and `gradients` map node names to text; an edge in `lit` is lit,
  // with an arrowhead at the end where the number arrives.
  show(values, gradients, lit, backward) {
    for (const [name, { value, gradient }] of Object.entries(this.numbers)) {
      say(value, values[name] ?? "");
      say(gradient, gradients[name] ?? "");
    }
    const keys = new Set(lit.map((edge) => edge.join()));
    for (const [key, edge] of this.edges) edge.show(keys.has(key), backward);
  }
}

// A line between two nodes. Lit backward, it points to where it comes from.
export class Edge {
  constructor(from, to) {
    this.forth = arrow(from, to);
    this.back = arrow(to, from);
    this.element = s("path", { class: "bp-edge", d: this.forth });
  }

  show(lit, backward) {
    const way = backward ? "bp-gradient" : "bp-forward";
    put(this.element, "class", lit ? `bp-edge bp-lit ${way}` : "bp-edge");
    put(this.element, "d", lit && backward ? this.back : this.forth);
  }
}

// A line from circle to circle with a small arrowhead, both in one path.
function arrow([x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const point = (along, aside = 0) =>
    [x0 + ux * along - uy * aside, y0 + uy * along + ux * aside].map((at) => +at.toFixed(2)).join();
  const end = length - RADIUS - 4;
  return `M${point(RADIUS + 3)}L${point(end)}M${point(end - 9, 5)}L${point(end)}L${point(end - 9, -5)}`;
}
