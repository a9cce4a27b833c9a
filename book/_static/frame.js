/* What stands around a page: side bars, contents, menus, search, colours.
 *
 * It does what the theme's own scripts do, without their cost: those measure
 * the whole page when it comes. The menus and tooltips are Bootstrap's; its
 * script comes when the first of them is touched.
 */

/* ---- light and dark ------------------------------------------------------ */

(function () {
  "use strict";

  const root = document.documentElement.dataset;
  const dark = matchMedia("(prefers-color-scheme: dark)");

  function show(mode) {
    root.mode = mode;
    root.theme = mode !== "auto" ? mode : dark.matches ? "dark" : "light";
    document.querySelectorAll(".dropdown-menu").forEach(function (menu) {
      menu.classList.toggle("dropdown-menu-dark", root.theme === "dark");
    });
  }

  // From "auto" the first step is always one that is seen.
  function next() {
    const order = dark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
    const mode = order[(order.indexOf(root.mode) + 1) % order.length];
    show(mode);
    try {
      localStorage.setItem("mode", mode);
    } catch {
      // a browser that keeps nothing: the choice holds for this page
    }
  }

  show(root.mode);
  dark.addEventListener("change", function () {
    show(root.mode);
  });
  document.querySelectorAll(".theme-switch-button").forEach(function (button) {
    button.addEventListener("click", next);
  });
})();

/* ---- dialogs: search, and the side bars of a narrow screen ----------------- */

(function () {
  "use strict";

  const mac = /^(Mac|iPhone)/.test(navigator.platform);
  const search = document.getElementById("pst-search-dialog");

  function closeOutside(event) {
    const { left, right, top, bottom } = event.currentTarget.getBoundingClientRect();
    const { clientX: x, clientY: y } = event;
    if (x < left || right < x || y < top || bottom < y) event.currentTarget.close();
  }

  /* The page of results has a search field of its own. */
  function toggleSearch() {
    const field = document.querySelector(":not(#pst-search-dialog) > form.bd-search input");
    if (!field) {
      if (search.open) search.close();
      else search.showModal();
    } else if (document.activeElement === field) {
      field.blur();
    } else {
      field.focus();
      field.select();
      field.scrollIntoView({ block: "center" });
    }
  }

  function shortcut(event) {
    if (event.shiftKey || event.altKey || !/^k$/i.test(event.key)) return;
    if (mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      toggleSearch();
    }
  }

  function move(from, to) {
    to.append(...from.childNodes);
    [...from.classList].forEach(function (name) {
      from.classList.remove(name);
      to.classList.add(name);
    });
  }

  /* On a narrow screen a side bar opens as a dialog, with the same content. */
  function setUpSideBar(button, dialog, bar) {
    if (!button || !dialog || !bar) return;
    button.addEventListener("click", function () {
      if (button.matches(".primary-toggle") && matchMedia("(min-width: 992px)").matches) {
        bar.classList.toggle("pst-sidebar-hidden");
        return;
      }
      const focused = document.activeElement;
      move(bar, dialog);
      dialog.showModal();
      dialog.addEventListener("close", () => focused?.focus(), { once: true });
    });
    dialog.addEventListener("click", closeOutside);
    dialog.addEventListener("close", function () {
      move(dialog, bar);
    });
  }

  if (search) {
    addEventListener("keydown", shortcut, true);
    search.addEventListener("click", closeOutside);
    document.querySelectorAll(".search-button__button").forEach(function (button) {
      button.addEventListener("click", toggleSearch);
    });
  }
  if (mac) {
    document.querySelectorAll(".search-button__kbd-shortcut").forEach(function (keys) {
      keys.querySelector(".kbd-shortcut__modifier").textContent = "⌘";
    });
  }
  ["primary", "secondary"].forEach(function (side) {
    setUpSideBar(
      document.querySelector(`.${side}-toggle`),
      document.getElementById(`pst-${side}-sidebar-modal`),
      document.getElementById(`pst-${side}-sidebar`),
    );
  });
})();

/* ---- menus and tooltips: Bootstrap's, when the first is touched ------------ */

(function () {
  "use strict";

  const here = document.currentScript.src;
  const HAS_TIP = '[data-bs-toggle="tooltip"]';
  const ANY = `${HAS_TIP}, [data-bs-toggle="dropdown"]`;
  let coming;

  function bootstrapHere() {
    coming ??= new Promise(function (done, failed) {
      const script = document.createElement("script");
      script.src = new URL("scripts/bootstrap.js", here).href;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    return coming;
  }

  // Who is there already would have to leave and come back.
  function again(tipped, type) {
    const there = type === "focusin" ? document.activeElement === tipped : tipped.matches(":hover");
    if (there) tipped.dispatchEvent(new Event(type, { bubbles: true }));
  }

  function touched(event) {
    const tipped = event.target.closest?.(ANY);
    if (!tipped || window.bootstrap) return;
    bootstrapHere().then(function () {
      if (tipped.matches(HAS_TIP)) again(tipped, event.type);
    });
  }

  function clicked(event) {
    const button = event.target.closest?.('[data-bs-toggle="dropdown"]');
    if (!button || window.bootstrap) return;
    event.stopPropagation();
    bootstrapHere().then(() => button.click());
  }

  document.addEventListener("mouseover", touched);
  document.addEventListener("focusin", touched);
  document.addEventListener("click", clicked, true);
  // A tooltip would stay as long as the button has the focus.
  document
    .querySelectorAll(".theme-switch-button, .search-button, .sidebar-toggle")
    .forEach(function (button) {
      button.addEventListener("click", () => button.blur(), true);
    });
  document.querySelectorAll('[data-does="print"]').forEach(function (button) {
    button.addEventListener("click", () => window.print());
  });
})();

/* ---- where the reader is --------------------------------------------------- */

(function () {
  "use strict";

  const links = [...document.querySelectorAll("#pst-page-toc-nav a[href^='#']")];
  const entries = [...document.querySelectorAll("#pst-page-toc-nav .toc-entry")];
  const ofHeading = new Map();
  let held = 0; // until then the entry that was asked for stays marked

  function mark(link) {
    links.forEach(function (each) {
      each.classList.toggle("active", each === link);
      if (each === link) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    });
    entries.forEach(function (entry) {
      entry.classList.toggle("active", entry.contains(link));
    });
  }

  function asked() {
    const link = location.hash && links.find((each) => each.hash === location.hash);
    if (!link) return;
    held = performance.now() + 1000;
    mark(link);
  }

  function seen(changes) {
    const change = changes.filter((each) => each.isIntersecting).pop();
    if (change && performance.now() > held) mark(ofHeading.get(change.target));
  }

  if (links.length) {
    // A heading counts in the upper third of the screen.
    const observer = new IntersectionObserver(seen, { rootMargin: "0px 0px -70% 0px" });
    links.forEach(function (link) {
      const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      const heading = target?.querySelector("h1, h2, h3, h4, h5, h6") ?? target;
      if (!heading) return;
      ofHeading.set(heading, link);
      observer.observe(heading);
    });
    asked();
    addEventListener("hashchange", asked);
    addEventListener("click", function (event) {
      const link = event.target.closest?.("a");
      if (link && link.hash === location.hash && link.origin === location.origin) asked();
    });
  }
})();

/* ---- side bar and way back -------------------------------------------------- */

(function () {
  "use strict";

  const bar = document.querySelector("div.bd-sidebar");
  const up = document.getElementById("back-to-top");
  let before = scrollY;

  /* The side bar stays where it was on the page before, or shows this page. */
  function scrollBar() {
    const kept = Number.parseInt(sessionStorage.getItem("sidebar-scroll-top"), 10);
    if (!Number.isNaN(kept)) {
      bar.scrollTop = kept;
      return;
    }
    const current = [...bar.querySelectorAll(".active")].pop()?.getBoundingClientRect();
    if (current && current.y > innerHeight / 2)
      bar.scrollTop = current.y - bar.getBoundingClientRect().y - bar.clientHeight / 4;
  }

  if (bar) {
    requestAnimationFrame(scrollBar);
    addEventListener("pagehide", function () {
      sessionStorage.setItem("sidebar-scroll-top", bar.scrollTop);
    });
  }
  addEventListener(
    "scroll",
    function () {
      document.body.classList.toggle("scrolled", scrollY > 0);
      if (up) up.style.display = scrollY < before && scrollY > 0 ? "block" : "none";
      before = scrollY;
    },
    { passive: true },
  );
  up?.addEventListener("click", () => scrollTo(0, 0));
})();
