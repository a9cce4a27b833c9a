"""Look into an open notebook: its cells, and the kernel behind it."""

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


def open_notebook(page, address):
    """Open a notebook; wait until its kernel is there."""
    page.goto(address)
    page.locator(".jp-Notebook:visible").wait_for(timeout=90_000)
    page.wait_for_function(CONNECTED, timeout=60_000)


def run_all(page):
    """Run all cells of the open notebook by the menu."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
