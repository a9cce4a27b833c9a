// Controls that read and write one trait each. Native inputs: keyboard,
// touch and screen readers come with them.

import { h, say } from "./dom.js";
import { short } from "./format.js";
import { change, watch } from "./model.js";

// A slider for a number. `log` slides over powers of ten,
// to three digits. A value outside
// the slider's range is kept; the slider rests at its end. `also` is set with
// it: what is no longer true once it has moved.
export function slider(model, trait, options) {
  const { label, min, max, step = 0.01, log = false, also = {} } = options;
  const toSlider = log ? Math.log10 : (value) => value;
  const toValue = log ? (position) => 10 ** position : (position) => position;
  const input = h("input", {
    type: "range",
    "aria-label": label, // without the reading, which is the value
    min: toSlider(min),
    max: toSlider(max),
    step,
    oninput: () =>
      change(model, {
        [trait]: Number(toValue(Number(input.value)).toPrecision(log ? 3 : 12)),
        ...also,
      }),
  });
  // The slider's own value is read out; this is the same for the eye.
  const output = h("output", { class: "bp-reading", "aria-live": "off" });
  const element = h(
    "label",
    { class: "bp-control" },
    h("span", { class: "bp-label" }, label),
    input,
    output,
  );
  const stop = watch(model, [trait], () => {
    const value = model.get(trait);
    input.value = toSlider(value);
    say(output, short(value));
    input.setAttribute("aria-valuetext", short(value));
  });
  return { element, stop };
}

// A choice among named values: `choices` are [value, words]. The model's own
// choices, which a reader can add to, come before them.
export function select(model, trait, { label, choices }) {
  const input = h("select", {
    onchange: () => change(model, { [trait]: input.value }),
  });
  const element = h(
    "label",
    { class: "bp-control" },
    h("span", { class: "bp-label" }, label),
    input,
  );
  let listed = null;
  const stop = watch(model, [trait, "choices"], () => {
    const rows = model.get("choices")?.[trait] ?? choices;
    if (rows !== listed)
      input.replaceChildren(...rows.map(([value, words]) => h("option", { value }, words)));
    listed = rows;
    input.value = model.get(trait);
  });
  return { element, stop };
}

// A box to tick.
export function toggle(model, trait, { label }) {
  const input = h("input", {
    type: "checkbox",
    onchange: () => change(model, { [trait]: input.checked }),
  });
  const element = h("label", { class: "bp-toggle" }, input, ` ${label}`);
  const stop = watch(model, [trait], () => {
    input.checked = model.get(trait);
  });
  return { element, stop };
}

export function button(label, onclick, attributes = {}) {
  return h("button", { type: "button", onclick, ...attributes }, label);
}
