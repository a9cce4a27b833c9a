// A walk through steps: a tab for each, Back, Next and Play, the arrow keys.
// The trait `step` says where the reader is.

import { button } from "./controls.js";
import { h, put } from "./dom.js";
import { change } from "./model.js";

const PAUSE = 1600;

// How many updates a number comes after; one of the update itself is in it.
export function afterUpdates(count, within = false) {
  if (within) return count > 0 ? ` (update ${count + 1})` : "";
  return count > 0 ? ` (after ${count} update${count > 1 ? "s" : ""})` : "";
}

export class Walk {
  // `titles` are the tabs' texts, `backward` which of them go backward,
  // `actions` what further buttons do, by name.
  constructor(model, titles, backward, actions) {
    this.last = titles.length - 1;
    this.play = player(model, titles.length);
    const stop = this.play.stop;
    const go = (step) => {
      stop();
      change(model, { step: Math.max(0, Math.min(this.last, step)) });
    };
    const step = () => Math.min(model.get("step"), this.last);
    this.back = button("Back", () => go(step() - 1));
    this.next = button("Next", () => go(step() + 1));
    this.tabs = titles.map((title, index) =>
      button(title, () => go(index), {
        class: `bp-step ${backward[index] ? "bp-gradient" : "bp-forward"}`,
      }),
    );
    this.buttons = {};
    for (const [name, act] of Object.entries(actions))
      this.buttons[name] = button(name, () => {
        stop();
        act();
      });
    this.element = h(
      "div",
      {
        class: "bp-walk",
        role: "group",
        "aria-label": "Steps: the arrow keys go back and forth",
        onkeydown: (event) => {
          const to = stepAfter(event.key, step(), titles.length);
          if (to === null) return;
          event.preventDefault();
          go(to);
        },
      },
      h("div", { class: "bp-steps" }, ...this.tabs),
      h(
        "div",
        { class: "bp-buttons" },
        ...[this.back, this.next, this.play.element, ...Object.values(this.buttons)],
      ),
    );
  }

  show(step) {
    if (step === this.shown) return;
    this.shown = step;
    this.tabs.forEach((tab, index) => {
      if (index === step) tab.setAttribute("aria-current", "step");
      else tab.removeAttribute("aria-current");
      tab.classList.toggle("bp-done", index < step);
    });
    enable(this.back, step > 0);
    enable(this.next, step < this.last);
  }

  stop() {
    this.play.stop();
  }
}

// Where a key leads, or null if it is not one of ours.
export function stepAfter(key, step, count) {
  const leads = {
    ArrowRight: step + 1,
    ArrowDown: step + 1,
    ArrowLeft: step - 1,
    ArrowUp: step - 1,
    Home: 0,
    End: count - 1,
  };
  return leads[key] ?? null;
}

// A button that has nothing to do keeps the focus: the arrow keys go on.
export function enable(element, works) {
  put(element, "aria-disabled", !works);
}

// Plays the steps one after the other; any other move stops it.
function player(model, count) {
  let timer = null;
  const element = button("Play", () => (timer === null ? start() : stop()));
  function stop() {
    clearInterval(timer);
    timer = null;
    element.textContent = "Play";
  }
  function start() {
    if (model.get("step") >= count - 1) change(model, { step: 0 });
    element.textContent = "Pause";
    timer = setInterval(() => {
      if (model.get("step") >= count - 1) stop();
      else change(model, { step: model.get("step") + 1 });
    }, PAUSE);
  }
  return { element, stop };
}
