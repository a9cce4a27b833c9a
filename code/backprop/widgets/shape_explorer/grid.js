import { h, put, say } from "../core/dom.js";
import { short } from "../core/format.js";
import { shape_explorer as schema } from "../generated/schema.js";
import { written } from "./compute.js";

const [, MOST] = schema.ranges.m;
const [WIDTH, HEIGHT] = [3.15, 1.75]; // of a cell, in rem

// A grid of numbers with its name and shape. With `choose` its cells can be
// chosen, by pointer or keyboard.
export class Grid {
  constructor(name = "", choose = null) {
    const role = choose ? "gridcell" : null;
    this.cells = Array.from({ length: MOST }, (_, i) =>
      Array.from({ length: MOST }, (_, j) =>
        h("span", {
          class: "bp-cell",
          role,
          style: `left:${WIDTH * j}rem;top:${HEIGHT * i}rem`,
          tabindex: choose && "-1",
          onclick: choose && (() => this.size && choose(i, j)),
        }),
      ),
    );
    this.lines = this.cells.map((cells) =>
      h("span", { class: "bp-line", role: choose && "row" }, ...cells),
    );
    this.table = h("span", { class: "bp-grid", role: choose ? "grid" : "img" }, ...this.lines);
    this.name = h("span", { class: "bp-name" });
    this.sizes = [h("span"), h("span")];
    this.between = h("span");
    const shape = h(
      "span",
      { class: "bp-shape" },
      " (",
      this.sizes[0],
      this.between,
      this.sizes[1],
      ")",
    );
    this.element = h(
      "div",
      { class: `bp-slot ${name}` },
      h("div", {}, this.name, shape),
      this.table,
    );
    this.chosen = null;
  }

  focus() {
    this.chosen?.focus();
  }

  put(part, verdicts) {
    this.element.hidden = !part;
    if (!part) return;
    const { marks } = verdicts[part.source];
    const wrong = part.turn ? (i, j) => marks(j, i) : marks;
    this.show(part.name, part.array, part.on, wrong, false, part.inner);
  }

  show(name, array, on, wrong, lost, inner) {
    const { rows, flat } = array;
    const size = [rows.length, rows[0].length];
    this.size = lost ? null : size;
    this.chosen = null;
    say(this.name, name);
    write(this.sizes[0], flat ? "" : String(size[0]));
    say(this.between, flat ? "" : ", ");
    write(this.sizes[1], flat ? `${size[1]},` : String(size[1]));
    this.sizes.forEach((part, axis) => setClass(part, innerClass(inner, axis)));
    put(this.table, "aria-label", `${name} ${written(array)}`);
    this.table.style.width = `${size[1] * WIDTH + 0.07}rem`;
    this.table.style.height = `${size[0] * HEIGHT + 0.07}rem`;
    this.element.classList.toggle("bp-lost", lost);
    this.cells.forEach((cells, i) => {
      setClass(this.lines[i], i < size[0] ? "bp-line" : "bp-line bp-out");
      cells.forEach((cell, j) => {
        const there = i < size[0] && j < size[1];
        this.cell(
          cell,
          there ? rows[i][j] : undefined,
          lost,
          there && on(i, j),
          there && wrong(i, j),
        );
      });
    });
  }

  cell(cell, value, lost, on, wrong) {
    const out = value === undefined;
    setClass(cell, `bp-cell${out ? " bp-out" : ""}${on ? " bp-on" : ""}${wrong ? " bp-bad" : ""}`);
    if (!out) write(cell, lost ? "" : brief(value));
    if (!cell.hasAttribute("tabindex")) return;
    put(cell, "tabindex", on ? "0" : "-1");
    put(cell, "aria-selected", on);
    if (on) this.chosen = cell;
  }
}

// As `say`, in the text node that is there: cheaper for a hundred cells.
export function write(element, text) {
  const node = element.firstChild ?? element.appendChild(document.createTextNode(""));
  if (node.data !== text) node.data = text;
}

// A number in a cell: never more than seven characters wide.
function brief(value) {
  if (!Number.isFinite(value)) return "none";
  const size = Math.abs(value);
  return short(value, size < 1e-3 ? 1 : size < 0.1 || size >= 1e5 ? 2 : 3);
}

function innerClass(inner, axis) {
  if (!inner || inner[0] !== axis) return "";
  return inner[1] ? "bp-inner" : "bp-inner bp-clash";
}

function setClass(element, name) {
  if (element.className !== name) element.className = name;
}
