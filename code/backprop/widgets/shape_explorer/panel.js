import { h, say } from "../core/dom.js";
import { shown, turned, within } from "./compute.js";
import { Grid } from "./grid.js";
import { map } from "./rows.js";

const MOVES = {
  ArrowRight: [0, 1],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowUp: [-1, 0],
  Home: [0, -99],
  End: [0, 99],
};
// The chosen array, large, and the arrays that it is made of.
export class Panel {
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
