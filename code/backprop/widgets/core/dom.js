// Elements. Attributes starting with "on" are listeners; text is a child.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// An svg with a ground: what is drawn on it changes, the area that the browser
// paints does not, and the other layers of the page stay as they are.
export function drawing(attributes, ...children) {
  const [x, y, width, height] = attributes.viewBox.split(" ");
  return s("svg", attributes, s("rect", { class: "bp-ground", x, y, width, height }), ...children);
}

// Set an attribute only where it changed.
export function put(element, name, value) {
  if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// Replace an element's text only where it changed: a live region that is
// written again with the same words would be read out again. The text node
// stays, which is less work for the browser than a new one.
export function say(element, text) {
  const node = element.firstChild;
  if (!node) element.append(text);
  else if (node.data !== String(text)) node.data = text;
}

// JupyterLab would take the arrow keys of what has the focus for itself.
export function keepKeys(element) {
  for (const control of element.querySelectorAll("button, input, select, [tabindex]"))
    control.dataset.lmSuppressShortcuts = "true";
}
