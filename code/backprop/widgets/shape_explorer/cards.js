import { h, put, s } from "../core/dom.js";
import { shape_explorer as schema } from "../generated/schema.js";
import { ORDER, shown, written } from "./compute.js";
import { write } from "./grid.js";
import { map } from "./rows.js";

const [, MOST] = schema.ranges.m;
const CELL = 6; // of a small grid, in pixels
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -99, End: 99 };

const LATTICE = Array.from(
  { length: MOST + 1 },
  (_, k) => `M0,${k * CELL}h${CELL * MOST}M${k * CELL},0v${CELL * MOST}`,
).join("");

// Every array, small: values above, each gradient below its array.
export class Cards {
  constructor(choose, walk) {
    this.options = {};
    const option = (name) => {
      const wrong = s("path", { class: "bp-mini-wrong" });
      const grid = s(
        "svg",
        { class: "bp-mini", viewBox: "-2 -2 40 40", role: "img", "aria-label": "as a grid" },
        s("path", { class: "bp-mini-grid", d: LATTICE }),
        wrong,
      );
      const shape = h("span");
      const mark = h("span", { class: "bp-mark" });
      const box = h(
        "div",
        {
          class: `bp-option ${name.startsWith("dL") ? "bp-gradient" : "bp-forward"}`,
          role: "option",
          tabindex: "-1",
          onclick: () => choose(name),
        },
        h("span", { class: "bp-name" }, shown(name)),
        grid,
        shape,
        mark,
      );
      this.options[name] = { box, grid, wrong, shape, mark };
      return box;
    };
    const card = (name) => {
      const gradient = `dL_d${name}`;
      const parts = ORDER.includes(gradient) ? [option(name), option(gradient)] : [option(name)];
      return h("div", { class: "bp-card", role: "group", "aria-label": name }, ...parts);
    };
    this.element = h(
      "div",
      {
        class: "bp-cards",
        role: "listbox",
        "aria-label": "the arrays of the pass",
        onkeydown: (event) => {
          const by = STEPS[event.key];
          if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
          event.preventDefault();
          walk(by);
          this.chosen.focus();
        },
      },
      ...schema.flow.map(card),
    );
  }

  show({ array, found, right, verdicts, rule }) {
    const used = rule ? [rule.left, rule.right, rule.add] : [];
    for (const [name, { box, grid, wrong, shape, mark }] of Object.entries(this.options)) {
      const rows = found[name].rows ?? right[name].rows;
      const { words, marks } = verdicts[name];
      if (name === array) this.chosen = box;
      put(box, "aria-selected", name === array);
      put(box, "tabindex", name === array ? "0" : "-1");
      box.classList.toggle("bp-used", used.includes(name));
      box.classList.toggle("bp-lost", !found[name].rows);
      cut(grid, rows.length, rows[0].length);
      put(wrong, "d", crosses(rows, marks));
      write(shape, written(found[name].rows ? found[name] : right[name]));
      write(mark, badge(words));
    }
  }
}

function badge(words) {
  if (words === "right") return "";
  if (words.startsWith("wrong: "))
    return `✗ ${words.slice(7).replace(" entries", "").replace(" of ", "/")}`;
  if (words.startsWith("wrong shape")) return "✗ shape";
  return words === "not reached" ? "no value" : words.split(":")[0];
}

// All small grids are the same lattice, cut to size: nothing is laid out anew.
function cut(svg, rows, columns) {
  const [right, below] = [columns, rows].map((count) => CELL * (MOST - count) + 1);
  const at = `translateX(${(CELL * (MOST - columns)) / 2}px)`;
  const clip = `inset(0px ${right}px ${below}px 0px)`;
  if (svg.style.clipPath !== clip) svg.style.clipPath = clip;
  if (svg.style.transform !== at) svg.style.transform = at;
}

function crosses(rows, marks) {
  let d = "";
  map(rows, (_, i, j) => {
    if (marks(i, j)) d += `M${j * CELL + 1},${i * CELL + 1}l4,4m0,-4l-4,4`;
  });
  return d;
}
