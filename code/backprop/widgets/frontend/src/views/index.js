// Every view by the name that the Python class gives: one line each.

import { keepKeys } from "../lib/dom.js";
import { activationExplorer } from "./activation_explorer.js";
import { learningRateExplorer } from "./learning_rate_explorer.js";
import { lossSurface } from "./loss_surface.js";
import { networkStepper } from "./network_stepper.js";
import { shapeExplorer } from "./shape_explorer.js";
import { stepper } from "./stepper.js";
import { trainingPlayground } from "./training_playground.js";

export const views = {
  activation_explorer: activationExplorer,
  learning_rate_explorer: learningRateExplorer,
  loss_surface: lossSurface,
  network_stepper: networkStepper,
  shape_explorer: shapeExplorer,
  stepper,
  training_playground: trainingPlayground,
};

// Draw a widget into an element; returns the function that clears it away.
export function mount(model, element) {
  element.replaceChildren();
  element.classList.add("bp");
  const stop = views[model.get("view")](model, element);
  keepKeys(element);
  return () => {
    stop();
    element.replaceChildren();
  };
}
