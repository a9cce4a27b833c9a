// What d3-scale takes from d3-interpolate, for numbers only: build.mjs puts
// this in its place. The package also mixes colours and dates, which no axis
// of ours needs, and would be a tenth of what a page loads.

export function interpolateNumber(a, b) {
  return (t) => a * (1 - t) + b * t;
}

export function interpolateRound(a, b) {
  return (t) => Math.round(interpolateNumber(a, b)(t));
}

export const interpolate = interpolateNumber;

// Only for scales of colours, which nothing here imports.
export const piecewise = undefined;
