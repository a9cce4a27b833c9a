/* Small helps; every page makes sense without them. */

/* Let the keyboard scroll a formula or a cell that is wider than its box.
 *
 * A box takes focus only while it scrolls, so that no one has to step through
 * every formula of a page. The theme does the same for code and outputs, but
 * not for those in a fold that opens later.
 */
(function () {
  "use strict";

  const BOXES = "div.math > .formula, pre, .cell_output > .output";

  function setFocus(box) {
    if (box.scrollWidth > box.clientWidth) {
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Scrolls sideways");
    } else {
      box.removeAttribute("tabindex");
      box.removeAttribute("role");
      box.removeAttribute("aria-label");
    }
  }

  function watch() {
    const observer = new ResizeObserver(function (entries) {
      entries.forEach(function (entry) {
        setFocus(entry.target);
      });
    });
    const boxes = document.querySelectorAll(BOXES);
    boxes.forEach(function (box) {
      observer.observe(box);
    });
    // A font that comes late widens what is in a box, and not the box.
    document.fonts.addEventListener("loadingdone", function () {
      boxes.forEach(setFocus);
    });
    // Off the screen a box in a fold that opens has a size, and no observer
    // hears of it.
    function opened(event) {
      const fold = event.target.closest?.("details, .dropdown");
      fold?.querySelectorAll(BOXES).forEach(setFocus);
    }
    document.addEventListener("toggle", opened, true); // it does not bubble
    document.addEventListener("click", opened);
  }

  watch();
})();

/* Search without excerpts when the book is opened from disk.
 *
 * A browser does not let a page read its neighbours there; the titles that
 * were found are shown all the same.
 */
(function () {
  "use strict";

  if (location.protocol === "file:") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }
})();

/* Paper is light, whatever the screen was. */
(function () {
  "use strict";

  const root = document.documentElement.dataset;
  let before;

  addEventListener("beforeprint", function () {
    before = root.theme;
    root.theme = "light";
  });
  addEventListener("afterprint", function () {
    root.theme = before;
  });
})();

/* Say beforehand that a notebook cannot run in a page opened from disk.
 *
 * The button still leads somewhere: to words that say what to do.
 */
(function () {
  "use strict";

  if (location.protocol !== "file:") return;
  document
    .querySelectorAll('a[href*="lite/notebooks/"]')
    .forEach(function (link) {
      const words = "Run it here (needs a web server: make serve)";
      link.querySelector(".btn__text-container").textContent = words;
      link.title = words;
    });
})();

/* Draw only what is on the screen.
 *
 * A browser walks a whole page to redraw one widget of it: half of the time
 * that passes between a slider and its picture goes to formulas that nobody
 * sees. The styles (book.css) let it skip them once the page is at rest. By
 * then every block's size is known, so nothing moves and no scroll bar jumps;
 * where the width changes, all is laid out again before the rest is skipped.
 */
(function () {
  "use strict";

  const article = document.querySelector(".bd-article");
  let waiting;

  function rest() {
    clearTimeout(waiting);
    article.classList.remove("at-rest");
    waiting = setTimeout(function () {
      requestAnimationFrame(function () {
        article.classList.add("at-rest");
      });
    }, 300);
  }

  if (!article) return;
  if (document.readyState === "complete") rest();
  else addEventListener("load", rest);
  addEventListener("resize", rest);
})();
