// The entry for the pages of the book: finds every widget, and runs its view
// on the state that stands beside it. No kernel, no network. The still picture
// and the table stay for paper (fallback.css).

import { PageModel } from "./lib/model.js";
import { restore, share } from "./lib/share.js";
import { mount } from "./views/index.js";

function start() {
  const hosts = [...document.querySelectorAll(".bp-host")];
  const models = hosts.map(
    (host) => new PageModel(JSON.parse(host.querySelector("script").textContent)),
  );
  connect(models);
  restore(models, location.hash);
  addEventListener("hashchange", () => restore(models, location.hash));
  hosts.forEach((host, index) => {
    const place = document.createElement("div");
    mount(models[index], place);
    share(models, place);
    host.append(place);
    host.classList.add("bp-runs");
  });
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
        for (const [other, itsTrait] of group)
          other.set(itsTrait, model.get(trait));
      });
}

if (document.readyState === "loading")
  document.addEventListener("DOMContentLoaded", start);
else start();
