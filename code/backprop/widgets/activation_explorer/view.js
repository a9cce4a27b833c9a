// Choose an activation, drag z along its curve: value, slope, saturation.

import { select, slider, toggle } from "../core/controls.js";
import { h, s, say } from "../core/dom.js";
import { number } from "../core/format.js";
import { change, watch } from "../core/model.js";
import { formulas } from "../core/neuron.js";
import { Plot, draggable, fingertip } from "../core/plot.js";
import { extent, range } from "../core/range.js";
import { FLAT, flatParts } from "./compute.js";
import { activation_explorer as schema } from "../generated/schema.js";

const REACH = 8;
const POINTS = 161;

export function view(model, element) {
  const controls = [
    select(model, "activation", {
      label: "activation",
      choices: model.get("choices").activation,
    }),
    slider(model, "z", { label: "z", min: -REACH, max: REACH, step: 0.05 }),
    toggle(model, "exact", { label: "all digits" }),
  ];
  const plot = new Plot({
    label: "The activation with its tangent at z",
    xLabel: "z",
    yLabel: "a",
  });
  const flat = s("path", { class: "bp-flat" });
  const curve = s("path", { class: "bp-curve bp-forward" });
  const tangent = s("path", { class: "bp-curve bp-gradient bp-dashed" });
  const point = s("circle", { class: "bp-handle bp-gradient", r: 8 });
  const around = fingertip();
  const grip = s("g", {}, around, point);
  plot.content.append(flat, curve, tangent, grip);
  const letGo = draggable(plot, grip, (z) => change(model, { z: clamp(z) }));
  const words = h("p", { class: "bp-live", role: "status" });
  const note = h("p", { class: "bp-aside" }, `Grey ground: saturated, a slope below ${FLAT}.`);
  element.append(
    h("div", { class: "bp-controls" }, ...controls.map((c) => c.element)),
    plot.svg,
    words,
    note,
  );

  let drawn = null;
  const stop = watch(model, schema.traits, () => {
    const { activation } = formulas(model);
    if (drawn !== activation) {
      drawCurve(plot, curve, flat, activation);
      note.style.visibility = flat.getAttribute("d") ? "" : "hidden";
      drawn = activation;
    }
    const z = model.get("z");
    const { a, da_dz } = activation(z);
    const at = clamp(z);
    const shown = activation(at);
    drawTangent(plot, tangent, at, shown.a, shown.da_dz);
    for (const circle of [around, point]) place(circle, plot.x(at), plot.y(shown.a));
    say(words, describe(z, a, da_dz, model.get("exact")));
  });
  return () => {
    stop();
    letGo();
    controls.forEach((control) => control.stop());
  };
}

function drawCurve(plot, curve, flat, activation) {
  const places = range(-REACH, REACH, POINTS);
  const points = places.map((z) => [z, activation(z).a]);
  plot.domains([-REACH, REACH], extent(points.map(([, a]) => a)));
  curve.setAttribute("d", plot.line(points));
  const [bottom, top] = plot.y.range();
  const strips = flatParts(places, activation).map((ends) => ends.map((z) => plot.x(z)));
  flat.setAttribute(
    "d",
    strips.map(([from, to]) => `M${from},${top}H${to}V${bottom}H${from}Z`).join(""),
  );
}

// As far as the plot goes.
function drawTangent(plot, tangent, z, a, slope) {
  const half = REACH / 4;
  const ends = plot.y
    .domain()
    .map((end) => (end - a) / slope)
    .sort((one, other) => one - other);
  const [from, to] = slope ? ends : [-half, half];
  const steps = [Math.max(-half, from, -REACH - z), Math.min(half, to, REACH - z)];
  tangent.setAttribute("d", plot.line(steps.map((step) => [z + step, a + slope * step])));
}

// A point that is nowhere on the axes is not shown.
function place(point, x, y) {
  const seen = Number.isFinite(y);
  point.setAttribute("cx", x);
  point.setAttribute("cy", seen ? y : 0);
  point.setAttribute("visibility", seen ? "visible" : "hidden");
}

function describe(z, a, slope, all) {
  const flat =
    Math.abs(slope) < FLAT ? " Saturated: almost no gradient passes back through this neuron." : "";
  return `z = ${number(z, all)}: a = f(z) = ${number(a, all)}, slope f′(z) = ${number(slope, all)}.${flat}`;
}

function clamp(z) {
  return Math.min(REACH, Math.max(-REACH, z));
}
