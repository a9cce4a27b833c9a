// The model of a widget in a bare page: what `anywidget` gives a view in a
// notebook (get, set, on, off, save_changes), with no kernel behind it.

export class PageModel {
  constructor(state) {
    this.state = { ...state };
    this.listeners = new Map();
  }

  get(name) {
    return this.state[name];
  }

  set(name, value) {
    if (same(this.state[name], value)) return;
    this.state[name] = value;
    for (const event of [`change:${name}`, "change"])
      for (const listener of [...(this.listeners.get(event) ?? [])]) listener();
  }

  on(events, listener) {
    for (const event of events.split(" ")) {
      if (!this.listeners.has(event)) this.listeners.set(event, new Set());
      this.listeners.get(event).add(listener);
    }
  }

  off(events, listener) {
    for (const event of events.split(" ")) this.listeners.get(event)?.delete(listener);
  }

  save_changes() {}
}

// The updates that wait while `change` sets several traits of a model.
const waiting = new WeakMap();

// What to do, for a model, when an update of one of its views fails.
const failures = new WeakMap();

// Have `fail(error)` called when an update of a model's view throws; returns
// the function that ends it.
export function onFailure(model, fail) {
  if (!failures.has(model)) failures.set(model, new Set());
  failures.get(model).add(fail);
  return () => failures.get(model).delete(fail);
}

// Call `update` now and whenever one of the traits changes; returns the
// function that ends it.
export function watch(model, names, update) {
  const events = names.map((name) => `change:${name}`).join(" ");
  const guarded = () => {
    try {
      update();
    } catch (error) {
      for (const fail of [...(failures.get(model) ?? [])]) fail(error);
    }
  };
  const listener = () => {
    if (waiting.has(model)) waiting.get(model).add(guarded);
    else guarded();
  };
  model.on(events, listener);
  update();
  return () => model.off(events, listener);
}

// Set traits together: views are drawn once, when all of them are set. Then
// send them to Python, if there is a Python.
export function change(model, values) {
  if (waiting.has(model)) return set(model, values);
  const updates = new Set();
  waiting.set(model, updates);
  set(model, values);
  waiting.delete(model);
  updates.forEach((update) => update());
  model.save_changes();
}

function set(model, values) {
  for (const [name, value] of Object.entries(values)) model.set(name, value);
}

function same(one, other) {
  return (
    Object.is(one, other) ||
    (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other))
  );
}
