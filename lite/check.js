/* Say in words what a reader must know before Python has started.
 *
 * A classic script in the notebook's page: it runs where nothing else does,
 * opened from disk or in a browser without WebAssembly. JupyterLite itself
 * shows a cell's [*] for ever when its kernel cannot start.
 */
(function () {
  "use strict";

  const ELSEWHERE = (document.currentScript.dataset.elsewhere || "")
    .split(" ")
    .filter(Boolean);
  const LIST = "../static/pyodide/pyodide-lock.json";
  const PATIENCE = 10; // seconds in which another host must answer
  const TOO_LONG = 180; // seconds after which we say that it takes too long
  const STYLE =
    "position:fixed;inset:auto 0 0 0;z-index:10000;display:flex;gap:1em;" +
    "align-items:start;padding:.75em 1em;color:#111;background:#fff8e1;" +
    "border-top:3px solid #b45309;font:16px/1.45 system-ui,sans-serif;" +
    "max-height:60vh;overflow:auto";

  const file = new URLSearchParams(location.search).get("path") || "";
  const box = document.createElement("div");
  const words = document.createElement("div");

  function show() {
    const close = document.createElement("button");
    close.textContent = "Close";
    close.style.cssText = "margin-left:auto;font:inherit";
    close.addEventListener("click", function () {
      box.remove();
    });
    words.setAttribute("role", "status");
    words.id = "book-says";
    box.style.cssText = STYLE;
    box.append(words, close);
    document.body.append(box);
  }

  /* Parts are text, or [address, text] for a link. */
  function say(...parts) {
    words.replaceChildren(
      ...parts.map(function (part) {
        if (typeof part === "string") return part;
        const link = document.createElement("a");
        [link.href, link.textContent] = part;
        if (link.href.endsWith(".ipynb")) link.download = "";
        link.style.color = "#1d4ed8";
        return link;
      }),
    );
  }

  const INSTEAD = [
    "What you can do instead: read on in ",
    ["../../index.html", "the book"],
    ", whose widgets need no Python; or ",
    [`../files/${encodeURIComponent(file)}`, "download this notebook"],
    " and open it in a Jupyter of your own.",
  ];

  function pause(seconds) {
    return new Promise(function (resolve) {
      setTimeout(resolve, seconds * 1000);
    });
  }

  /* Whether an address answers; the browser keeps the file for the kernel. */
  async function answers(address) {
    const late = pause(PATIENCE).then(() => ({ ok: false }));
    try {
      const answer = await Promise.race([fetch(address), late]);
      if (answer.ok) answer.blob().catch(() => {});
      return answer.ok;
    } catch {
      return false;
    }
  }

  /* The host that does not answer, or "". */
  async function unreachable() {
    const good = await Promise.all(ELSEWHERE.map(answers));
    const bad = ELSEWHERE.find((_, index) => !good[index]);
    return bad ? new URL(bad).host : "";
  }

  /* The kernel of the open notebook, or undefined while there is none. */
  function kernel() {
    const panel = window.jupyterapp?.shell?.currentWidget;
    return panel?.sessionContext?.session?.kernel;
  }

  /* Resolves when Python has run its first, empty piece of code. */
  async function started() {
    while (!kernel()) await pause(0.25);
    await kernel().requestExecute({ code: "" }).done;
    return true;
  }

  async function follow() {
    const late = pause(TOO_LONG).then(() => false);
    const python = started();
    const lost = await unreachable();
    if (lost)
      return say(
        `Your browser does not reach ${lost}, from which numpy and ` +
          "matplotlib come. Here SymPy works; figures, widgets and all " +
          "that computes with arrays do not. ",
        ...INSTEAD,
      );
    if (await Promise.race([python, late])) return box.remove();
    say("Python has not started within three minutes. ", ...INSTEAD);
  }

  async function main() {
    show();
    if (location.protocol === "file:")
      return say(
        "A notebook cannot run in a page opened from disk: browsers start " +
          "Python only in a page that a web server sends. In the folder of " +
          "the book, make serve starts one on this computer; or, in the " +
          "folder of the pages, python -m http.server. ",
        ...INSTEAD,
      );
    if (!window.WebAssembly || !window.Worker)
      return say("This browser cannot run WebAssembly. ", ...INSTEAD);
    if (!(await answers(LIST)))
      return say("This site lacks its Python: lite/static. ", ...INSTEAD);
    say(
      "Python is starting in your browser, about half a minute the first " +
        "time. Changes stay in this tab: download the notebook to keep them.",
    );
    await follow();
  }

  main();
})();
