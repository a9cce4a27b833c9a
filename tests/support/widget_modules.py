"""The views as notebooks load them: in a page that a test turns, not a page
for each test.
"""

import json
from contextlib import contextmanager
from pathlib import Path

import house
import widget_page
from backprop import widgets
from backprop.widgets.core import schema

WIDGETS = house.ROOT / "code" / "backprop" / "widgets"
SCRIPT = (Path(__file__).parent / "widgets.js").read_text(encoding="utf-8")
PAGE = """<!doctype html><html lang="en" data-theme="light">
<meta charset="utf-8"><title>Views</title>
<meta name="viewport" content="width=device-width">
{styles}
<script type="importmap">{imports}</script>
<body><main></main></body></html>
"""
# What draws is bundled; `compute.js` itself only computes.
STUB = "data:text/javascript,export const contours = null"
IMPORTS = {"imports": {"d3-contour": STUB}}
LOAD = """async (names) => {
  globalThis.views = {};
  globalThis.computes = {};
  const shared = await import("/core/neuron.js");
  for (const name of names) {
    views[name] = (await import(`/static/notebook/${name}.js`)).default;
    computes[name] = { ...shared, ...(await import(`/${name}/compute.js`)) };
  }
}"""
GLOBALS = "Object.assign(globalThis, { Model, stopClock, Drawn, stateOf, "
GLOBALS += "noNumber, examine, sweep, Fuzz, "
GLOBALS += "together, lives, failing, visit })"


@contextmanager
def opened(browser, folder=WIDGETS, names=None):
    """Open a page with the views of all widgets; give it."""
    names = [*widgets.registry] if names is None else names
    styles = "".join(
        f'<link rel="stylesheet" href="/static/page/{name}.css">'
        for name in ["core", *names]
    )
    text = PAGE.format(styles=styles, imports=json.dumps(IMPORTS))
    with widget_page.served(folder) as address:
        context = browser.new_context(has_touch=True, device_scale_factor=2)
        page = context.new_page()
        page.set_default_timeout(300_000)
        page.route(
            f"{address}/views.html",
            lambda route: route.fulfill(body=text, content_type="text/html"),
        )
        page.goto(f"{address}/views.html")
        page.evaluate(f"() => {{ {SCRIPT}\n{GLOBALS} }}")
        page.evaluate(LOAD, names)
        try:
            yield page
        finally:
            context.close()


def state_of(widget):
    """The state of a widget as a view gets it."""
    return json.loads(json.dumps(widget.page_state()))


def schema_of(widget):
    """What the front end knows of a widget's class."""
    cls = widgets.registry[widget.view]
    return json.loads(json.dumps(schema.of(cls)))
