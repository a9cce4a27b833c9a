// What the units of a network do all over the input plane: evaluated on a
// grid by the network itself, and painted on canvases.

import { Matrix } from "./matrix.js";
import { Network } from "./batch_network.js";

// Points along each side of the grid.
export const CELLS = 40;

const SHADES = 256;

// How much of its colour the plane keeps at the ends of the scale.
const TINT = 0.62;

// The units of a network over a square of the plane, { low, high } each way.
export class Maps {
  constructor() {
    this.X = new Matrix(CELLS * CELLS, 2);
    this.values = new Float64Array(CELLS * CELLS);
  }

  // The grid, its top row first, as pictures have it.
  cover({ x, y }) {
    const at = ([low, high], i) => low + ((high - low) * (i + 0.5)) / CELLS;
    for (let row = 0; row < CELLS; row += 1)
      for (let column = 0; column < CELLS; column += 1) {
        const i = 2 * (row * CELLS + column);
        this.X.data[i] = at(x, column);
        this.X.data[i + 1] = at(y, CELLS - 1 - row);
      }
  }

  // Evaluate a network of any batch size, in buffers of the grid's size.
  forward({ sizes, passes, layers }) {
    if (this.network?.sizes.join() !== sizes.join())
      this.network = new Network(sizes, passes, CELLS * CELLS);
    Object.assign(this.network, { passes, layers });
    this.network.forward(this.X);
  }

  // The values of a unit: an input, an activation, or for both outputs the
  // probability of class 1, so that a class keeps its colour. Returns how far
  // they reach.
  of(layer, unit) {
    const { network, values } = this;
    if (layer === network.depth) {
      network.probabilities(values);
      return { low: 0, high: 1 };
    }
    const { data, cols } = network.A[layer];
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0; i < values.length; i += 1) {
      const value = data[i * cols + unit];
      values[i] = value;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return { low, high };
  }
}

// The two colours of a scale, mixed with the ground between them.
export class Palette {
  constructor() {
    this.shades = new Uint32Array(SHADES);
    this.image = new ImageData(CELLS, CELLS);
    this.pixels = new Uint32Array(this.image.data.buffer);
  }

  // Read the colours of a theme from the style of an element.
  read(element) {
    const style = getComputedStyle(element);
    const [low, high, ground] = ["--bp-forward", "--bp-gradient", "--bp-ground"].map((name) =>
      style.getPropertyValue(name).trim(),
    );
    Object.assign(this, { low, high, ground, line: style.getPropertyValue("--bp-line").trim() });
    const bytes = new Uint8Array(this.shades.buffer);
    const [one, two, middle] = [low, high, ground].map(parts);
    for (let i = 0; i < SHADES; i += 1) {
      const at = (2 * i) / (SHADES - 1) - 1;
      const end = at < 0 ? one : two;
      const share = TINT * Math.abs(at);
      for (let k = 0; k < 3; k += 1) bytes[4 * i + k] = middle[k] + share * (end[k] - middle[k]);
      bytes[4 * i + 3] = 255;
    }
  }

  // Values as a picture: blue below the middle of the scale, orange above.
  // A probability has its middle at 1/2, an activation at 0. What is no
  // number is left clear.
  paint(values, { low, high }, isProbability) {
    const middle = isProbability ? 0.5 : 0;
    const reach = Math.max(high - middle, middle - low) || 1;
    const { shades, pixels } = this;
    const half = (SHADES - 1) / 2;
    const [slope, start] = [half / reach, half + 0.5 - (half * middle) / reach];
    for (let i = 0; i < values.length; i += 1) {
      const shade = start + slope * values[i];
      pixels[i] = shade >= 0 && shade < SHADES ? shades[shade | 0] : 0;
    }
    return this.image;
  }
}

// The red, green and blue of "#rrggbb".
function parts(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}
