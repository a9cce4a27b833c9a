/* Small helps; every page makes sense without them. */

/* Lay out a page piece by piece, and let the keyboard scroll what is too wide.
 *
 * A browser that lays out a whole chapter at once, with its formulas and cells,
 * is deaf for a second on a phone; and it walks the whole page to redraw one
 * widget of it. So it skips what is off the screen (book.css). For a scroll bar
 * that never jumps every block has to be measured once: here, when nothing
 * else is to be done, some at a time. When all are known the page is at rest,
 * and whole sections are skipped. Where the width changes, or a font comes
 * late, all is measured again.
 *
 * A visit to a heading, or back to where one was, lays out all at once
 * (mode.js), and so does a link within a page that is not yet at rest: what
 * stands above the screen must not grow later.
 *
 * On the way a formula, a cell or a table that is wider than its box takes
 * focus, and only while it is, so that no one has to step through every
 * formula of a page.
 */
(function () {
  "use strict";

  const BOXES =
    "div.math > .formula, pre, .cell_output > .output, .pst-scrollable-table-container";
  const AT_A_TIME = 4; // milliseconds
  const root = document.documentElement.dataset;
  const article = document.querySelector(".bd-article");
  const idle = window.requestIdleCallback ?? ((work) => setTimeout(work, 16));
  let round = 0;
  let waiting;

  function scrolls(box) {
    return box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight + 1;
  }

  /* First all are asked, then some are changed: a change between two questions
     would have the page laid out anew for each. */
  function setFocus(boxes) {
    const wrong = boxes.filter((box) => scrolls(box) !== (box.tabIndex === 0));
    wrong.forEach(function (box) {
      if (box.tabIndex === 0) {
        box.removeAttribute("tabindex");
        box.removeAttribute("role");
        box.removeAttribute("aria-label");
      } else {
        box.tabIndex = 0;
        box.setAttribute("role", "group");
        box.setAttribute("aria-label", "Scrolls sideways");
      }
    });
  }

  /* Blocks of the text; a solution is one, with the blocks in it. */
  function topBlocks() {
    let last;
    return [...article.querySelectorAll("section > :not(section)")].filter(function (block) {
      if (last?.contains(block)) return false;
      last = block;
      return true;
    });
  }

  function mark(block, measured) {
    block.classList.toggle("measured", measured);
    block.querySelectorAll("section > *").forEach(function (inner) {
      inner.classList.toggle("measured", measured);
    });
  }

  function measure(block) {
    mark(block, true);
    const boxes = [...block.querySelectorAll(BOXES)];
    if (block.matches(BOXES)) boxes.push(block);
    setFocus(boxes);
    return block.offsetHeight; // laid out now, and not with all the others
  }

  /* The browser keeps a block's size with the frame in which it was laid out;
     from the next on it may be skipped. */
  function measureAll() {
    const mine = ++round;
    const blocks = topBlocks();
    let shown = [];

    function some() {
      if (mine !== round) return;
      const start = performance.now();
      const before = shown;
      shown = [];
      while (blocks.length && performance.now() - start < AT_A_TIME) {
        const block = blocks.shift();
        measure(block);
        shown.push(block);
      }
      before.forEach((block) => mark(block, false));
      if (shown.length) {
        requestAnimationFrame(() => idle(some));
      } else {
        article.classList.add("at-rest");
        delete root.whole;
      }
    }

    article.classList.remove("at-rest");
    article.querySelectorAll(".measured").forEach((block) => mark(block, false));
    idle(some);
  }

  function soon() {
    clearTimeout(waiting);
    waiting = setTimeout(measureAll, 300);
  }

  // Off the screen a box in a fold that opens has a size, and no observer
  // hears of it.
  function opened(event) {
    if (event.target.closest?.('a[href^="#"]') && !article.matches(".at-rest")) root.whole = "";
    const fold = event.target.closest?.("details, .dropdown");
    if (fold) setFocus([...fold.querySelectorAll(BOXES)]);
  }

  if (!article) return;
  const observer = new ResizeObserver((entries) => setFocus(entries.map((each) => each.target)));
  article.querySelectorAll(BOXES).forEach((box) => observer.observe(box));
  document.addEventListener("toggle", opened, true); // it does not bubble
  document.addEventListener("click", opened);
  // A font that comes late widens what is in a box, and not the box.
  document.fonts.addEventListener("loadingdone", soon);
  addEventListener("resize", soon);
  if (document.readyState === "complete") soon();
  else addEventListener("load", soon);
})();

/* Search without excerpts when the book is opened from disk.
 *
 * A browser does not let a page read its neighbours there; the titles that
 * were found are shown all the same.
 */
(function () {
  "use strict";

  if (location.protocol === "file:" && typeof Search !== "undefined") {
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
