/* Text that is too pale for its ground: WCAG 2.2, success criterion 1.4.3.
 *
 * Returns `pale`, one example of each combination of ink, ground and type
 * that is below its limit; `triples`, how many combinations there are; and
 * `left`, how many elements this cannot judge, because they are drawn (SVG)
 * or stand on a picture. Those bear the attribute `data-contrast-left`.
 */
() => {
  const WHITE = [1, 1, 1, 1];
  const looks = new Map();

  // "rgb(1 2 3)", "rgba(1, 2, 3, 0.5)" or "color(srgb 0.1 0.2 0.3 / 0.5)"
  function rgba(text) {
    const known = /^(rgba?|color)\((?:srgb )?([^a-z]*)\)$/.exec(text);
    if (!known) throw new Error(`a colour that the test cannot read: ${text}`);
    const [r, g, b, a = 1] = known[2].split(/[\s,/]+/).filter(Boolean).map(Number);
    const unit = known[1] === "color" ? 1 : 255;
    return [r / unit, g / unit, b / unit, a];
  }

  function over([r, g, b, a], [R, G, B, A]) {
    const alpha = a + A * (1 - a);
    const mix = (top, below) => (alpha ? (top * a + below * A * (1 - a)) / alpha : 0);
    return [mix(r, R), mix(g, G), mix(b, B), alpha];
  }

  const fade = ([r, g, b, a], opacity) => [r, g, b, a * opacity];

  function look(element) {
    if (!looks.has(element)) {
      const style = getComputedStyle(element);
      const opacity = Number(style.opacity);
      const parent = element.parentElement;
      looks.set(element, {
        ground: rgba(style.backgroundColor),
        picture: style.backgroundImage !== "none",
        opacity,
        faded: opacity < 1 || Boolean(parent && look(parent).faded),
      });
    }
    return looks.get(element);
  }

  // Ink and ground as they reach the eye, or nothing where a picture shows.
  function seen(element) {
    let ink = rgba(getComputedStyle(element).color);
    let ground = [0, 0, 0, 0];
    for (let at = element; at; at = at.parentElement) {
      const { ground: own, picture, opacity, faded } = look(at);
      if (ground[3] === 1 && !faded) break;
      if (picture && ground[3] < 1) return null;
      ink = fade(over(ink, own), opacity);
      ground = fade(over(ground, own), opacity);
    }
    return [over(ink, WHITE), over(ground, WHITE)];
  }

  function luminance(colour) {
    const [r, g, b] = colour.map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function ratio(one, other) {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  }

  function off(element) {
    const label = element.closest("label");
    return element.closest(":disabled, [aria-disabled=true]") || label?.control?.disabled;
  }

  function shown(element) {
    if (off(element)) return false;
    return element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  }

  function texts() {
    const found = new Set(document.querySelectorAll("input:not([type=range], [type=checkbox]), textarea"));
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, data } = walker.currentNode;
      if (data.trim()) found.add(parentElement.closest("select") ?? parentElement);
    }
    return [...found].filter((element) => !element.matches("script, style, noscript"));
  }

  const hex = (colour) =>
    `#${colour
      .slice(0, 3)
      .map((v) => Math.round(255 * v).toString(16).padStart(2, "0"))
      .join("")}`;
  const large = (element) => {
    const { fontSize, fontWeight } = getComputedStyle(element);
    return parseFloat(fontSize) >= (Number(fontWeight) >= 700 ? 18.66 : 24);
  };
  // What is there for screen readers alone is one pixel large.
  const visible = (element) => {
    const { width, height } = element.getBoundingClientRect();
    return width > 1 && height > 1;
  };

  const pale = new Map();
  const triples = new Set();
  let left = 0;
  for (const element of texts()) {
    if (!shown(element)) continue;
    const colours = element.closest("svg") ? null : seen(element);
    if (!colours) {
      element.setAttribute("data-contrast-left", "");
      left += 1;
      continue;
    }
    const limit = large(element) ? 3 : 4.5;
    const key = [...colours.map(hex), limit].join(" ");
    triples.add(key);
    if (pale.has(key) || ratio(...colours) >= limit || !visible(element)) continue;
    pale.set(key, `${ratio(...colours).toFixed(2)}: ${key}: ${element.outerHTML.slice(0, 200)}`);
  }
  return { pale: [...pale.values()], triples: triples.size, left };
}
