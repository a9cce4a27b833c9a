// Where the loss of one neuron is lowest, and how curved it is there.

import { LIMIT } from "./neuron.js";

// Places z to look at: close together near 0, then ever further apart.
const SIDE = [
  ...Array.from({ length: 128 }, (_, i) => (i + 1) / 4),
  ...Array.from({ length: 16 }, (_, i) => 2 ** (i + 6)),
];
const GRID = [...SIDE.map((z) => -z).reverse(), 0, ...SIDE];

// The minimum over w, where a = y. With several (an activation that is not
// monotone), the one nearest to the weight `near`. Returns { w, z, curvature };
// where there is no positive curvature { why }, one of "input", "unreached",
// "flat", "kink" (that one with w and z, but two different curvatures).
export function minimum({ activation, neuron }, { x, y, b }, near) {
  if (x === 0) return { why: "input" };
  const places = roots(activation, y);
  if (places.length === 0) return { why: "unreached" };
  const from = near * x + b;
  const z = places.reduce((best, at) => (Math.abs(at - from) < Math.abs(best - from) ? at : best));
  const w = (z - b) / x;
  if (!(Math.abs(w) < LIMIT)) return { why: "flat" };
  if (isKink(activation, z)) return { why: "kink", w, z };
  // L'' depends on w and b through z alone: b = z and w = 0 hit z exactly.
  const { curvature } = neuron(0, z, x, activation(z).a, 1);
  if (!(curvature > 0 && Number.isFinite(2 / curvature))) return { why: "flat" };
  return { w, z, curvature };
}

// Every z of the grid's range with f(z) = y, as far as the grid can tell.
export function roots(activation, y) {
  const gap = (z) => activation(z).a - y;
  const found = [];
  let before = null;
  for (const z of GRID) {
    const here = gap(z);
    if (here === 0 && !isRounded(activation(z), z)) found.push(z);
    else if (before !== null && before.gap * Math.sign(here) < 0) {
      const root = bisect(gap, before.z, z);
      // A pole changes its sign too.
      if (Math.abs(gap(root)) <= 1e-6 * Math.max(1, Math.abs(y))) found.push(root);
    }
    before = Number.isFinite(here) ? { z, gap: Math.sign(here) } : null;
  }
  return found;
}

// Far out f(z) = y may hold by rounding alone, as the sigmoid's 1 does.
function isRounded({ a, da_dz }, z) {
  return da_dz !== 0 && Math.abs(da_dz * z) < 1e-12 * Math.abs(a);
}

// Halve the interval until there is no number in between.
function bisect(gap, low, high) {
  const sign = Math.sign(gap(low));
  for (let i = 0; i < 200; i += 1) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (Math.sign(gap(middle)) === sign) low = middle;
    else high = middle;
  }
  return Math.abs(gap(low)) < Math.abs(gap(high)) ? low : high;
}

function isKink(activation, z) {
  const step = 1e-12 * Math.max(1, Math.abs(z));
  const left = activation(z - step).da_dz;
  const right = activation(z + step).da_dz;
  const change = Math.abs(right - left);
  return change > 1e-6 && change > 1e-3 * Math.max(Math.abs(left), Math.abs(right));
}
