// A view in its place, in a page or in a notebook.

import { h, keepKeys } from "./dom.js";
import { onFailure } from "./model.js";

// Draw a widget into an element; returns the function that clears it away. A
// view that fails says so in its place, and no other widget notices.
export function mount(name, view, model, element) {
  let stop = () => {};
  const clear = () => {
    stop();
    stop = () => {};
    element.replaceChildren();
  };
  const fail = (error) => {
    clear();
    element.append(h("p", { class: "bp-failed", role: "alert" }, words(error)));
  };
  element.replaceChildren();
  element.classList.add("bp");
  element.dataset.view = name; // its styles
  const forget = onFailure(model, fail);
  try {
    stop = view(model, element);
    keepKeys(element);
  } catch (error) {
    fail(error);
  }
  return () => {
    forget();
    clear();
  };
}

function words(error) {
  return `This widget stopped: ${error?.message ?? error}. Reload the page to start it again.`;
}
