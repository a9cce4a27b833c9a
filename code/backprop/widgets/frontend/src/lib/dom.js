// Elements. Attributes starting with "on" are listeners; text is a child.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null)
      element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// Replace an element's text only where it changed: a live region that is
// written again with the same words would be read out again.
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// JupyterLab would take the arrow keys of what has the focus for itself.
export function keepKeys(element) {
  for (const control of element.querySelectorAll("button, input, select, [tabindex]"))
    control.dataset.lmSuppressShortcuts = "true";
}
