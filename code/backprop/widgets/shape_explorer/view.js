// Every array of a forward and a backward pass with its shape; one of them
// large, with the arrays that it is made of, entry by entry.

import { button, select, slider, toggle } from "../core/controls.js";
import { h, put, s, say } from "../core/dom.js";
import { number, short } from "../core/format.js";
import { change, watch } from "../core/model.js";
import { ORDER, compute, equations, turned, within, written } from "./compute.js";
import { map } from "./rows.js";
import { shape_explorer as schema } from "../generated/schema.js";

const MOST = schema.ranges.m[1];
const CELL = 6; // of a small grid, in pixels
const [WIDTH, HEIGHT] = [3.15, 1.75]; // of a cell of a large one, in rem
const SIZES = [
  ["m", "examples m"],
  ["inputs", "inputs n₀"],
  ["hidden", "hidden n₁"],
  ["outputs", "outputs n₂"],
];
const FLOW = ["X", "W[1]", "b[1]", "Z[1]", "A[1]", "W[2]", "b[2]", "Z[2]", "A[2]", "Y"];
const MADE = equations("none").map(([name]) => name);
const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -99, End: 99 };
const MOVES = {
  ArrowRight: [0, 1],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowUp: [-1, 0],
  Home: [0, -99],
  End: [0, 99],
};

const LATTICE = Array.from(
  { length: MOST + 1 },
  (_, k) => `M0,${k * CELL}h${CELL * MOST}M${k * CELL},0v${CELL * MOST}`,
).join("");

const shown = (name) => name.replace("dL_d", "∂L/∂");

export function view(model, element) {
  const controls = [
    ...SIZES.map(([name, label]) => slider(model, name, { label, min: 1, max: MOST, step: 1 })),
    select(model, "activation", {
      label: "activation f",
      choices: model.get("choices").activation,
    }),
    toggle(model, "exact", { label: "all digits" }),
  ];
  const mistakes = model.get("choices").mistake ?? [];
  const pills = mistakes.map(([mistake, words]) =>
    button(words, () => plant(mistake), { class: "bp-pill" }),
  );
  // Go to the first array that the mistake spoils.
  const plant = (mistake) => {
    change(model, { mistake });
    const { verdicts } = compute(model);
    const array = MADE.find((name) => verdicts[name].words !== "right");
    if (array) change(model, { array });
  };
  const walk = (by) => {
    const at = ORDER.indexOf(model.get("array")) + by;
    change(model, { array: ORDER[within(at, ORDER.length - 1)] });
  };
  const cards = new Cards((array) => change(model, { array }), walk);
  const panel = new Panel(
    (row, column) => change(model, { row, column }),
    () => [model.get("row"), model.get("column")],
  );
  const back = button("Back", () => walk(-1));
  const next = button("Next", () => walk(1));
  const live = h("p", { class: "bp-live", role: "status" });
  const summary = h("p", { class: "bp-verdict", role: "status" });
  element.append(
    h("div", { class: "bp-controls bp-given" }, ...controls.map((c) => c.element)),
    h(
      "div",
      { class: "bp-buttons bp-mistakes", role: "group", "aria-label": "plant a mistake" },
      h("span", { class: "bp-label" }, "mistake"),
      ...pills,
    ),
    cards.element,
    summary,
    panel.element,
    live,
    h("div", { class: "bp-buttons" }, back, next),
  );

  const stop = watch(model, schema.traits, () => {
    const now = compute(model);
    const at = ORDER.indexOf(now.array);
    pills.forEach((pill, i) => put(pill, "aria-pressed", mistakes[i][0] === now.mistake));
    put(back, "aria-disabled", at === 0);
    put(next, "aria-disabled", at === ORDER.length - 1);
    cards.show(now);
    panel.show(now);
    say(summary, overall(now));
    say(live, sentence(now, model.get("exact")));
  });
  return () => {
    stop();
    controls.forEach((control) => control.stop());
  };
}

// Every array, small: values above, each gradient below its array.
class Cards {
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
      ...FLOW.map(card),
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

// The chosen array, large, and the arrays that it is made of.
class Panel {
  constructor(choose, place) {
    this.result = new Grid("bp-result", choose);
    this.parts = [new Grid(), new Grid(), new Grid()];
    this.signs = [0, 1, 2, 3].map(() => h("span", { class: "bp-sign" }));
    const [first, second, third, end] = this.signs;
    const [left, right, add] = this.parts.map((part) => part.element);
    // A sign stays with what follows it.
    const term = (...both) => h("div", { class: "bp-term" }, ...both);
    this.element = h(
      "div",
      { class: "bp-equation" },
      this.result.element,
      term(first, left),
      term(second, right),
      term(third, add),
      end,
    );
    this.result.element.addEventListener("keydown", (event) => {
      const move = MOVES[event.key];
      if (!move || !this.result.size || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const [row, column] = place().map((value, axis) => {
        const most = this.result.size[axis] - 1;
        return within(within(value, most) + move[axis], most);
      });
      choose(row, column);
      this.result.focus();
    });
  }

  show(now) {
    const { array, found, right, rule, row, column, verdicts } = now;
    const lost = !found[array].rows;
    const on = (i, j) => !lost && i === row && j === column;
    this.result.show(
      shown(array),
      lost ? right[array] : found[array],
      on,
      verdicts[array].marks,
      lost,
    );
    const factors = operands(now);
    this.parts.forEach((part, i) => part.put(factors[i], verdicts));
    const texts = signs(rule, now.m, factors);
    this.signs.forEach((sign, i) => {
      say(sign, texts[i]);
      sign.hidden = !texts[i];
    });
  }
}

// The arrays of an equation as they stand in it, and which of their entries
// make the chosen one.
function operands({ array, rule, found, row, column, activation }) {
  if (!rule || !found[rule.left].rows) return [];
  const { kind } = rule;
  const left = factor(rule.left, rule.turnLeft, found);
  const product = kind === "product";
  const lost = !found[array].rows;
  left.on = lost
    ? () => false
    : product
      ? (i) => i === row
      : kind === "sum"
        ? (_, j) => j === column
        : (i, j) => i === row && j === column;
  if (!rule.right) return [left];
  const right = factor(rule.right, rule.turnRight, found);
  right.on = product && !lost ? (_, j) => j === column : left.on;
  if (kind === "slope") {
    right.array = { rows: map(right.array.rows, (z) => activation(z).da_dz) };
    right.name = `f′(${right.name})`;
  }
  if (product) {
    const fits = left.array.rows[0].length === right.array.rows.length;
    left.inner = [1, fits];
    right.inner = [0, fits];
  }
  if (!rule.add) return [left, right];
  const add = factor(rule.add, false, found);
  add.on = lost ? left.on : (_, j) => j === column;
  return [left, right, add];
}

function factor(source, turn, found) {
  const { rows, flat } = found[source];
  return {
    source,
    turn,
    name: shown(source) + (turn ? "ᵀ" : ""),
    array: { rows: turned(rows, turn), flat },
  };
}

function signs(rule, m, factors) {
  if (!rule || factors.length === 0) return ["", "", "", ""];
  const first = {
    product: "=",
    map: "= f of",
    slope: "=",
    error: "= (",
    copy: "=",
    sum: "= sum of the rows of",
  };
  const second = { product: "·", slope: "∘", error: "−" };
  const end = (rule.kind === "error" ? ")" : "") + (rule.share || rule.again ? ` / ${m}` : "");
  const fits = factors[0].inner?.[1] ?? true;
  return [first[rule.kind], fits ? (second[rule.kind] ?? "") : "≠", rule.add ? "+" : "", end];
}

// A grid of numbers with its name and shape. With `choose` its cells can be
// chosen, by pointer or keyboard.
class Grid {
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
function write(element, text) {
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

// ---- words -----------------------------------------------------------------

// What the mistake does to the whole pass.
function overall(now) {
  const { mistake, m, verdicts } = now;
  if (mistake === "none") return "No mistake. Each gradient has the shape of its array.";
  const wrong = MADE.filter((name) => verdicts[name].words !== "right");
  const stopped = MADE.find((name) => verdicts[name].words.startsWith("refused"));
  if (stopped)
    return `Refused by numpy at ${shown(stopped)}; nothing after it is reached. This mistake is found at once.`;
  if (wrong.length === 0) return "With these sizes the mistake changes nothing.";
  const count = `Nothing is refused, and ${wrong.length} of ${MADE.length} arrays are wrong.`;
  const bad = wrong.find((name) => verdicts[name].words.startsWith("wrong shape"));
  if (bad) return `${count} ${update(now, bad)}`;
  if (mistake === "sum") return `${count} The gradients are ${m} times too large, as if η were.`;
  if (mistake === "twice") return `${count} The gradients are ${m} times too small, as if η were.`;
  return count;
}

// What numpy makes of the update with a gradient of the wrong shape.
function update({ found }, name) {
  const parameter = name.replace("dL_d", "");
  const [before, gradient] = [found[parameter], found[name]];
  const pairs = [0, 1].map((axis) =>
    [before, gradient].map(({ rows }) => (axis ? rows[0] : rows).length),
  );
  const sum = `${parameter} − η ${shown(name)}, of shapes ${written(before)} and ${written(gradient)},`;
  if (pairs.some(([a, b]) => a !== b && a !== 1 && b !== 1)) return `The update ${sum} is refused.`;
  return `The update ${sum} is not refused either: it becomes (${pairs.map((pair) => Math.max(...pair)).join(", ")}).`;
}

// The chosen array and its entry, in words and numbers.
function sentence(now, all) {
  const { array, found, verdicts } = now;
  const { words } = verdicts[array];
  const is = `${shown(array)} ${words.startsWith("wrong shape") ? "has the" : "is"} ${words}.`;
  if (!found[array].rows) return is;
  const end = words === "right" ? "" : ` ${is}`;
  return `${equation(now)} ${entry(now, all)}${end}`;
}

function equation({ array, found, rule, m }) {
  const head = `${shown(array)} ${written(found[array])}`;
  if (!rule) return `${head} is given.`;
  const part = (name, turn) => `${shown(name)}${turn ? "ᵀ" : ""}`;
  const left = part(rule.left, rule.turnLeft);
  const right = rule.right && part(rule.right, rule.turnRight);
  const again = rule.again ? ` / ${m}` : "";
  const made = {
    product: () => `${left} · ${right}${rule.add ? ` + ${rule.add}` : ""}${again}`,
    map: () => `f(${left})`,
    slope: () => `${left} ∘ f′(${right})`,
    error: () => (rule.share ? `(${left} − ${right}) / ${m}` : `${left} − ${right}`),
    copy: () => `${left}${again}`,
    sum: () => `sum of the ${m} rows of ${left}${again}`,
  };
  return `${head} = ${made[rule.kind]()}.`;
}

function entry(now, all) {
  const { array, found, right, row, column } = now;
  const { rows, flat } = found[array];
  const value = rows[row][column];
  const where = `Entry [${flat ? column : `${row}, ${column}`}], ${meaning(now, flat)}: `;
  const other = right[array].rows[row]?.[column];
  const wrong =
    now.verdicts[array].words.startsWith("wrong: ") && now.verdicts[array].marks(row, column);
  const should = wrong ? `, and should be ${number(other, all)}` : "";
  return `${where}${sum(now, all)}${number(value, all)}${should}.`;
}

// The sum that makes the entry, with an equals sign after it.
function sum({ rule, found, row, column, m, activation }, all) {
  if (!rule || (rule.kind === "copy" && !rule.again)) return "";
  const text = (value) => (value < 0 ? `(${number(value, all)})` : number(value, all));
  const left = turned(found[rule.left].rows, rule.turnLeft);
  const right = rule.right && turned(found[rule.right].rows, rule.turnRight);
  const divide = (terms, yes) => (yes ? `[${terms}] / ${m}` : terms);
  const here = left[row]?.[column];
  const made = {
    product: () => {
      const terms = left[row].map((value, k) => `${text(value)}·${text(right[k][column])}`);
      if (rule.add) terms.push(text(found[rule.add].rows[0][column]));
      return divide(terms.join(" + "), rule.again);
    },
    map: () => `f(${number(here, all)})`,
    slope: () => `${text(here)}·${text(activation(right[row][column]).da_dz)}`,
    error: () => divide(`${number(here, all)} − ${text(right[row][column])}`, rule.share),
    copy: () => divide(number(here, all), rule.again),
    sum: () => divide(left.map((line) => text(line[column])).join(" + "), rule.again),
  };
  return `${made[rule.kind]()} = `;
}

// Rows and columns in words, counted from 1 as on paper.
function meaning({ array, mistake, row, column }, flat) {
  const layer = Number(array.at(-2));
  const [i, j] = [row + 1, column + 1];
  const unit = (l, k) => (l === 0 ? `input ${k}` : `unit ${k} of layer ${l}`);
  if (/W/.test(array)) {
    const [to, from] = mistake === "swapped" && array.startsWith("dL") ? [j, i] : [i, j];
    return `to ${unit(layer, to)} from ${unit(layer - 1, from)}`;
  }
  if (flat) return unit(layer, j);
  const column_ = array === "X" ? unit(0, j) : array === "Y" ? `target ${j}` : unit(layer, j);
  return `example ${i}, ${column_}`;
}
