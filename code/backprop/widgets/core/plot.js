// A drawing with axes. d3 has the scales and the axes; a `Plot`
// holds an SVG with its two scales, redrawn when their domains change.

import { axisBottom, axisLeft } from "d3-axis";
import { scaleLinear, scaleLog } from "d3-scale";
import { select } from "d3-selection";

import { drawing, s } from "./dom.js";
import { short } from "./format.js";

const MARGIN = { top: 12, right: 14, bottom: 40, left: 58 };

// Further out than this no line is drawn, in pixels.
const OFF = 1e6;

export class Plot {
  constructor({ width = 420, height = 280, label, xLabel, yLabel, log = false }) {
    this.x = scaleLinear([0, 1], [MARGIN.left, width - MARGIN.right]);
    this.log = log;
    const scale = log ? scaleLog : scaleLinear;
    this.y = scale([0.1, 1], [height - MARGIN.bottom, MARGIN.top]);
    this.xAxis = s("g", {
      class: "bp-axis",
      transform: `translate(0,${height - MARGIN.bottom})`,
    });
    this.yAxis = s("g", {
      class: "bp-axis",
      transform: `translate(${MARGIN.left},0)`,
    });
    this.content = s("g");
    this.svg = drawing(
      { viewBox: `0 0 ${width} ${height}`, class: "bp-plot", role: "img", "aria-label": label },
      this.xAxis,
      this.yAxis,
      s("text", { class: "bp-axis-label", x: (MARGIN.left + width) / 2, y: height - 6 }, xLabel),
      s("text", { class: "bp-axis-label", x: 4, y: height / 2 - 16 }, yLabel),
      this.content,
    );
    this.shown = "";
  }

  // Set the domains; whether they changed. Only then the axes are drawn anew.
  domains(x, y) {
    const key = JSON.stringify([x, y]);
    if (key === this.shown) return false;
    this.shown = key;
    this.x.domain(x);
    this.y.domain(y);
    select(this.xAxis).call(axisBottom(this.x).ticks(6));
    select(this.yAxis).call(this.ticks());
    return true;
  }

  // On a log axis d3 leaves out the labels that would not fit.
  ticks() {
    const axis = axisLeft(this.y);
    return this.log ? axis.ticks(5, "~g") : axis.ticks(5).tickFormat((value) => short(value));
  }

  // Ticks of the vertical axis at these values, with these words.
  tickAt(values, words) {
    select(this.yAxis).call(axisLeft(this.y).tickValues(values).tickFormat(words));
  }

  // The path through points given in the units of the axes; it is broken
  // where a point is no place on them.
  line(points) {
    let command = "M";
    return points
      .map(([x, y]) => {
        const place = [this.x(x), this.y(y)];
        if (!place.every((at) => Math.abs(at) < OFF)) {
          command = "M";
          return "";
        }
        const text = `${command}${place.map((at) => at.toFixed(2)).join()}`;
        command = "L";
        return text;
      })
      .join("");
  }

  // A pixel position as numbers on the axes.
  at(px, py) {
    return [this.x.invert(px), this.y.invert(py)];
  }
}

// What a finger needs around a handle, unseen.
export function fingertip() {
  return s("circle", { class: "bp-reach", r: 20 });
}

// Let an element of a plot be dragged: `moved(x, y)` gets axis units. Returns
// the function that ends it, in the middle of a drag too.
export function draggable(plot, element, moved) {
  let end = () => {};
  const begin = (down) => {
    if (down.button !== 0) return;
    down.preventDefault(); // no text is selected
    end();
    const held = new AbortController();
    end = () => held.abort();
    const move = (event) => {
      if (event.pointerId !== down.pointerId) return;
      const toPlot = plot.content.getScreenCTM().inverse();
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(toPlot);
      moved(...plot.at(x, y));
    };
    const on = { signal: held.signal };
    addEventListener("pointermove", move, on);
    for (const type of ["pointerup", "pointercancel"]) addEventListener(type, end, on);
  };
  // A finger that drags does not scroll the page.
  const keep = (event) => event.preventDefault();
  element.addEventListener("pointerdown", begin);
  element.addEventListener("touchstart", keep, { passive: false });
  return () => {
    end();
    element.removeEventListener("pointerdown", begin);
    element.removeEventListener("touchstart", keep);
  };
}
