// A page's widgets in its address: "copy link" writes what the reader has
// set, widget by widget, by their names; opening that link sets it again. A
// widget that has been edited since has another name, and is left alone.

import { h, say } from "./dom.js";

const KEY = "widgets=";
const VERSION = 2; // of the address; the first told widgets by their place

// What a reader can change, as an address.
export function address(widgets, base = location.href) {
  const states = widgets.map(({ name, model, schema }) => [
    name,
    Object.fromEntries(schema.shared.map((trait) => [trait, model.get(trait)])),
  ]);
  const url = new URL(base);
  const found = { version: VERSION, widgets: Object.fromEntries(states) };
  url.hash = KEY + encodeURIComponent(JSON.stringify(found));
  return url.href;
}

// Set the widgets from an address. What does not fit a trait is left out.
export function restore(widgets, hash) {
  const states = read(hash);
  for (const { name, model, schema } of widgets) {
    if (!schema || !Object.hasOwn(states, name)) continue;
    for (const trait of schema.shared) {
      const value = states[name]?.[trait];
      const like = shapeOf(model, schema, trait);
      if (fits(value, like, model.get("choices")?.[trait], schema.ranges[trait]))
        model.set(trait, value);
    }
  }
}

// The states in an address by the names of their widgets; none, where it is
// not one of ours.
function read(hash) {
  const text = hash.replace(/^#/, "");
  if (!text.startsWith(KEY)) return {};
  try {
    const found = JSON.parse(decodeURIComponent(text.slice(KEY.length)));
    const known = found?.version === VERSION && typeof found.widgets === "object";
    return known ? (found.widgets ?? {}) : {};
  } catch {
    return {};
  }
}

// A value of the kind that is wanted: lists have the shape that a network's
// sizes, restored before them, give them.
function shapeOf(model, schema, trait) {
  return schema.starts?.[model.get("sizes")]?.[trait] ?? model.get(trait);
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
export function share(widgets, place) {
  const note = h("span", { class: "bp-note", role: "status" });
  const button = h(
    "button",
    {
      type: "button",
      class: "bp-share",
      onclick: async () => {
        const link = address(widgets);
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
