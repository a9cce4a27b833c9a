/* Light or dark, decided before anything is drawn.
 *
 * The only script that holds up a page. `data-mode` is what the reader chose,
 * `data-theme` what is shown; the styles also take `data-mode` as the sign
 * that scripts run. `data-whole` marks a visit that lays out all of the page
 * at once (book.js says why).
 */
(function () {
  "use strict";

  const root = document.documentElement.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function remembered() {
    try {
      return localStorage.getItem("mode");
    } catch {
      return null; // a browser that keeps nothing
    }
  }

  const mode = remembered();
  root.mode = mode === "light" || mode === "dark" ? mode : "auto";
  root.theme = root.mode !== "auto" ? root.mode : dark.matches ? "dark" : "light";

  const came = performance.getEntriesByType("navigation")[0]?.type;
  if (location.hash || came !== "navigate") root.whole = "";
})();
