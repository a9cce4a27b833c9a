"""Look into an open notebook: its cells, and the kernel behind it."""

from playwright.sync_api import TimeoutError as TooLate

CELLS = """() => {
  const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
  return Array.from(cells)
    .filter(cell => cell.type === "code")
    .map(cell => ({
      source: cell.sharedModel.getSource(),
      count: cell.executionCount,
      errors: cell.outputs.toJSON().filter(o => o.output_type === "error"),
    }));
}"""
FINISHED = f"""() => {{
  const cells = ({CELLS})();
  return cells.some(cell => cell.errors.length)
      || cells.every(cell => cell.count || !cell.source.trim());
}}"""
CONNECTED = """() => window.jupyterapp?.shell.currentWidget
  ?.sessionContext?.session?.kernel?.connectionStatus === "connected"
"""
EXECUTE = """async (code) => {
  const panel = window.jupyterapp.shell.currentWidget;
  const kernel = panel.sessionContext.session.kernel;
  const future = kernel.requestExecute({ code });
  let text = "";
  future.onIOPub = ({ content }) => {
    text += content.text ?? (content.evalue ? `!${content.evalue}` : "");
  };
  await future.done;
  return text;
}"""
OPEN = """path => {
  window.jupyterapp.commands.execute("docmanager:open", { path });
}"""
SHOWS = """path =>
  window.jupyterapp.shell.currentWidget?.context?.path === path
  && window.jupyterapp.shell.currentWidget.content.widgets?.length > 0
"""
IS_TRUE = f"async (code) => (await ({EXECUTE})(code)).trim() === 'True'"
AT_ITS_END = "(slider, end) => Number(slider.value) === Number(slider[end])"


def open_notebook(page, address):
    """Open a notebook; wait until its kernel is there."""
    page.goto(address)
    page.locator(".jp-Notebook:visible").wait_for(timeout=90_000)
    page.wait_for_function(CONNECTED, timeout=60_000)


def open_another(page, path):
    """Open a notebook in a JupyterLab that is there, and wait for its kernel.

    The path begins in the folder that JupyterLab shows.
    """
    page.evaluate(OPEN, path)
    page.wait_for_function(SHOWS, arg=path, timeout=60_000)
    page.wait_for_function(CONNECTED, timeout=60_000)


def run_all(page):
    """Run all cells of the open notebook by the menu."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def wait_for(page, expression, value):
    """Wait until an expression has a value in the kernel."""
    code = f"print(({expression}) == {value!r})"
    try:
        page.wait_for_function(IS_TRUE, arg=code, polling=50)
    except TooLate:
        found = page.evaluate(EXECUTE, f"print({expression})")
        raise AssertionError(
            f"{expression}: found {found}, expected {value!r}"
        ) from None


def move_to_end(slider, key):
    """Press Home or End on a slider until it is there.

    JupyterLab takes the focus away when the last cell has run, however late
    that is; a key that came after that went elsewhere.
    """
    end = {"Home": "min", "End": "max"}[key]
    for _ in range(10):
        slider.press(key)
        if slider.evaluate(AT_ITS_END, end):
            return
    raise AssertionError(f"{key} does not move the slider to its {end}")
