// A run in words.

import { number, short } from "../core/format.js";

const WORDS = {
  rests: () => "nothing moves: the gradient is 0 at the start",
  arrives: () => "arrives at the minimum in one update",
  crawls: ({ ratio }) =>
    ratio < 1
      ? `crawls: an update takes it only ${short(100 * (1 - ratio), 2)} % closer to the minimum`
      : "crawls: an update is too small to be seen in w",
  converges: () => "converges from one side",
  oscillates: () => "oscillates and converges",
  jumps: () => "does not settle: jumps between two points",
  restless: () => "does not settle: jumps about",
  slides: () => "slides on: there is no minimum where it could settle",
  plateau: ({ gradient }) =>
    `stuck on a plateau: the gradient has vanished (∂L/∂w = ${short(gradient, 2)})`,
  elsewhere: () => "stops where the loss is 0, to the last digit",
  grows: ({ ratio, since }) =>
    `diverges: from update ${since} on the loss is above that of the start; the last ` +
    `update multiplied the distance to the minimum by ${short(ratio)}`,
  nowhere: () => "no value: there is no loss at the start",
  diverges: ({ step }) =>
    step === 0
      ? "diverges: the loss at the start is already beyond all bounds"
      : `diverges: beyond all bounds at update ${step}`,
};

const WHY = {
  input: () => "x = 0: the loss does not depend on w, so no limit for η.",
  unreached: (y) =>
    `No weight makes this neuron put out y = ${short(y)}, so no minimum with a ` +
    "curvature, and no limit for η.",
  flat: () => "The loss is flat where it is lowest, so no curvature and no limit for η.",
  kink: () =>
    "The minimum is at a kink, with another curvature on either side, so no single limit for η.",
};

const AT_LIMIT = "this η is the limit itself, 2/L″";
const UNDECIDED = ", and there the curvature alone does not decide";

export function describe(now, all) {
  const show = (value) => number(value, all);
  const { eta, lowest, factor, path, what, y } = now;
  const words = [`η = ${show(eta)}: ${WORDS[what.kind](what)}`];
  if (factor === null) words.push(`. ${WHY[lowest.why](y)}`);
  else
    words.push(
      `; ${limit(now, show)}.`,
      ` At the minimum, w = ${show(lowest.w)}, L″ = ${show(lowest.curvature)} and the ` +
        `factor 1 − ηL″ = ${show(factor)}.`,
    );
  if (factor < -1 && what.kind === "crawls") words.push(" This run does not come near it.");
  if (what.kind === "jumps") words.push(` The two points: ${ends(path, show)}.`);
  if (path.length > 0) words.push(` ${ending(path, show)}`);
  return words.join("");
}

// Of a run that jumps at the limit, as on a parabola, nothing is undecided.
function limit({ factor, lowest, what }, show) {
  if (!atLimit(factor)) return `the limit here is η < ${show(2 / lowest.curvature)}`;
  return what.kind === "jumps" ? AT_LIMIT : AT_LIMIT + UNDECIDED;
}

// 2/L″ as a float may miss the limit in its last digit.
function atLimit(factor) {
  return Math.abs(factor + 1) < 1e-12;
}

function ends(path, show) {
  return [path.at(-2), path.at(-1)].map(({ w }) => `w = ${show(w)}`).join(" and ");
}

function ending(path, show) {
  const count = path.length - 1;
  const { w, L } = path.at(-1);
  return `After ${count} update${count === 1 ? "" : "s"}: w = ${show(w)}, L = ${show(L)}.`;
}

export function explain(floor, hidden) {
  const edge = hidden ? " Hollow points lie outside the plot, beyond its edge." : "";
  return (
    "The square is the start: drag it, or move its slider. A loss below " +
    `${short(floor)}, 0 too, is drawn at ${short(floor)}.${edge}`
  );
}
