// A page's widgets in its address: "copy link" writes what the reader has
// set, and opening that link sets it again.

import { h, say } from "./dom.js";

const KEY = "widgets=";

// What a reader can change, widget by widget, as an address.
export function address(models, base = location.href) {
  const states = models.map((model) => {
    const names = model.get("shared") ?? [];
    return Object.fromEntries(names.map((name) => [name, model.get(name)]));
  });
  const url = new URL(base);
  url.hash = KEY + encodeURIComponent(JSON.stringify(states));
  return url.href;
}

// Set the widgets from an address. What does not fit a trait is left out.
export function restore(models, hash) {
  const text = hash.replace(/^#/, "");
  if (!text.startsWith(KEY)) return;
  let states;
  try {
    states = JSON.parse(decodeURIComponent(text.slice(KEY.length)));
  } catch {
    return;
  }
  if (!Array.isArray(states)) return;
  models.forEach((model, index) => {
    for (const name of model.get("shared") ?? []) {
      const value = states[index]?.[name];
      const like = shapeOf(model, name);
      if (fits(value, like, model.get("choices")?.[name], model.get("ranges")?.[name]))
        model.set(name, value);
    }
  });
}

// A value of the kind that is wanted: lists have the shape that a network's
// sizes, restored before them, give them.
function shapeOf(model, name) {
  return model.get("starts")?.[model.get("sizes")]?.[name] ?? model.get(name);
}

function fits(value, present, choices, range) {
  if (Array.isArray(present)) return fitsList(value, present, range);
  if (typeof value !== typeof present) return false;
  if (choices) return choices.some(([name]) => name === value);
  if (typeof value !== "number") return true;
  if (!range) return Number.isFinite(value);
  const [low, high, whole] = range;
  return value >= low && value <= high && (!whole || Number.isInteger(value));
}

// A list of the same shape; or of any length up to the fourth number of its
// range, where it has one.
function fitsList(value, present, range) {
  if (!Array.isArray(value)) return false;
  const most = range?.[3];
  if (most !== undefined)
    return value.length <= most && value.every((item) => fits(item, 0, null, range));
  return (
    value.length === present.length &&
    present.every((part, index) => fits(value[index], part, null, range))
  );
}

// The button below a widget.
export function share(models, place) {
  const note = h("span", { class: "bp-note", role: "status" });
  const button = h(
    "button",
    {
      type: "button",
      class: "bp-share",
      onclick: async () => {
        const link = address(models);
        history.replaceState(null, "", link);
        try {
          await navigator.clipboard.writeText(link);
          say(note, "The link is in the clipboard.");
        } catch {
          say(note, "The link is in the address bar.");
        }
      },
    },
    "Copy link",
  );
  place.append(h("div", { class: "bp-footer" }, button, note));
}
