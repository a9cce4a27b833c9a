// Every array of a forward and a backward pass with its shape; one of them
// large, with the arrays that it is made of, entry by entry.

import { button, select, slider, toggle } from "../core/controls.js";
import { h, put, say } from "../core/dom.js";
import { change, watch } from "../core/model.js";
import { shape_explorer as schema } from "../generated/schema.js";
import { Cards } from "./cards.js";
import { MADE, ORDER, compute, within } from "./compute.js";
import { Panel } from "./panel.js";
import { overall, sentence } from "./words.js";

const [, MOST] = schema.ranges.m;
const SIZES = [
  ["m", "examples m"],
  ["inputs", "inputs n₀"],
  ["hidden", "hidden n₁"],
  ["outputs", "outputs n₂"],
];

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
