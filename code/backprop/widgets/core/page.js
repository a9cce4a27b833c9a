// The script of a page with widgets: finds each, and runs its view on the
// state that stands beside it. No kernel, no network. A view is mounted when
// it comes near the screen. The still picture and the table stay for paper
// (fallback.css).

import { PageModel } from "./model.js";
import { mount } from "./mount.js";
import { restore, share } from "./share.js";

const NEAR = "100%"; // of the screen's height, above and below it

// The views of this page, each registered by a script of its own.
const views = new Map();

export function register(name, view) {
  views.set(name, view);
}

function start() {
  const hosts = [...document.querySelectorAll(".bp-host")];
  if (hosts.length === 0) return;
  const widgets = named(hosts.map(widgetOf));
  connect(widgets.map(({ model }) => model));
  const set = () => restore(widgets, location.hash);
  set();
  addEventListener("hashchange", set);
  const near = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        near.unobserve(target);
        open(widgets[hosts.indexOf(target)], widgets);
      }
    },
    { rootMargin: NEAR },
  );
  hosts.forEach((host) => near.observe(host));
}

function widgetOf(host) {
  const { view, schema } = views.get(host.dataset.view) ?? {};
  const state = JSON.parse(host.querySelector("script").textContent);
  return { host, view, schema, name: host.dataset.name, model: new PageModel(state) };
}

// Of widgets that start alike, the second is called "NAME~2".
function named(widgets) {
  const count = new Map();
  for (const widget of widgets) {
    const seen = (count.get(widget.name) ?? 0) + 1;
    count.set(widget.name, seen);
    if (seen > 1) widget.name += `~${seen}`;
  }
  return widgets;
}

function open({ host, view, model }, widgets) {
  if (!view) return;
  const place = document.createElement("div");
  mount(host.dataset.view, view, model, place);
  share(widgets, place);
  host.append(place);
  host.classList.add("bp-runs");
}

// Traits that Python linked stay linked: the two with the name of a link.
function connect(models) {
  const groups = new Map();
  for (const model of models)
    for (const [trait, names] of Object.entries(model.get("links") ?? {}))
      for (const name of names) {
        if (!groups.has(name)) groups.set(name, []);
        groups.get(name).push([model, trait]);
      }
  for (const group of groups.values())
    for (const [model, trait] of group)
      model.on(`change:${trait}`, () => {
        for (const [other, itsTrait] of group) other.set(itsTrait, model.get(trait));
      });
}

// Deferred scripts have all run by then, so that every view is registered.
document.addEventListener("DOMContentLoaded", start);
