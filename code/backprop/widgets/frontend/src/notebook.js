// The entry for notebooks: what anywidget loads.

import { mount } from "./views/index.js";

export default {
  render({ model, el }) {
    return mount(model, el);
  },
};
