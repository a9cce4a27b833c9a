// The pass, its mistake and the chosen entry in words.

import { number } from "../core/format.js";
import { MADE, shown, turned, written } from "./compute.js";

// What the mistake does to the whole pass.
export function overall(now) {
  const { mistake, m, verdicts } = now;
  if (mistake === "none") return "No mistake. Each gradient has the shape of its array.";
  const wrong = MADE.filter((name) => verdicts[name].words !== "right");
  const stopped = MADE.find((name) => verdicts[name].words.startsWith("refused"));
  if (stopped)
    return (
      `Refused by numpy at ${shown(stopped)}; nothing after it is reached. This ` +
      "mistake is found at once."
    );
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
  return (
    `The update ${sum} is not refused either: it becomes ` +
    `(${pairs.map((pair) => Math.max(...pair)).join(", ")}).`
  );
}

// The chosen array and its entry, in words and numbers.
export function sentence(now, all) {
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
