// Every view by the name that the Python class gives: one line each.

import { activationExplorer } from "./activation_explorer.js";
import { learningRateExplorer } from "./learning_rate_explorer.js";
import { lossSurface } from "./loss_surface.js";
import { shapeExplorer } from "./shape_explorer.js";
import { stepper } from "./stepper.js";
import { trainingPlayground } from "./training_playground.js";

export const views = {
  activation_explorer: activationExplorer,
  learning_rate_explorer: learningRateExplorer,
  loss_surface: lossSurface,
  shape_explorer: shapeExplorer,
  stepper,
  training_playground: trainingPlayground,
};

// Draw a widget into an element; returns the function that clears it away.
export function mount(model, element) {
  element.replaceChildren();
  element.classList.add("bp");
  const stop = views[model.get("view")](model, element);
  // JupyterLab would take the arrow keys of what has the focus for itself.
  for (const control of element.querySelectorAll("button, input, select, [tabindex]"))
    control.dataset.lmSuppressShortcuts = "true";
  return () => {
    stop();
    element.replaceChildren();
  };
}
