// A small matrix kernel: 64-bit floats, row by row, in buffers made once.
// Every function writes into its last argument and makes nothing new.

// `rows` may be set to fewer than there is room for: a shorter batch.
export class Matrix {
  constructor(rows, cols, data = new Float64Array(rows * cols)) {
    Object.assign(this, { rows, cols, data });
  }

  static from(rows) {
    return new Matrix(rows.length, rows[0].length, Float64Array.from(rows.flat()));
  }
}

// Z = A Wᵀ + b: to unit j from unit k, for every row of A.
export function affine(A, W, b, Z) {
  const { rows, cols: width, data: a } = A;
  const { rows: units, data: w } = W;
  const z = Z.data;
  let to = 0;
  for (let i = 0; i < rows; i += 1) {
    const from = i * width;
    let at = 0;
    for (let j = 0; j < units; j += 1) {
      let sum = b[j];
      for (let k = 0; k < width; k += 1) sum += a[from + k] * w[at++];
      z[to++] = sum;
    }
  }
  Z.rows = rows;
}

// D W, for every row of D: the way back through a layer, ∂L/∂Z W.
export function times(D, W, out) {
  const { rows, cols: units, data: d } = D;
  const { cols: width, data: w } = W;
  const o = out.data;
  let to = 0;
  for (let i = 0; i < rows; i += 1) {
    const from = i * units;
    for (let k = 0; k < width; k += 1) {
      let sum = 0;
      for (let j = 0, at = k; j < units; j += 1, at += width) sum += d[from + j] * w[at];
      o[to++] = sum;
    }
  }
  out.rows = rows;
}

// Dᵀ A: the gradient of the weights, ∂L/∂Zᵀ A, a sum over the batch.
export function transposedTimes(D, A, out) {
  const { rows, cols: units, data: d } = D;
  const { cols: width, data: a } = A;
  const o = out.data;
  let to = 0;
  for (let j = 0; j < units; j += 1)
    for (let k = 0; k < width; k += 1) {
      let sum = 0;
      for (let i = 0, from = j, at = k; i < rows; i += 1, from += units, at += width)
        sum += d[from] * a[at];
      o[to++] = sum;
    }
}

// The sum of every column: the gradient of the biases.
export function columnSums(D, out) {
  const { rows, cols, data } = D;
  out.fill(0);
  for (let i = 0; i < rows; i += 1) for (let j = 0; j < cols; j += 1) out[j] += data[i * cols + j];
}

// The rows of A with these numbers, `count` of them from `start` on.
export function takeRows(A, order, start, count, out) {
  const { cols, data } = A;
  const o = out.data;
  for (let i = 0; i < count; i += 1) {
    const from = order[start + i] * cols;
    for (let k = 0; k < cols; k += 1) o[i * cols + k] = data[from + k];
  }
  out.rows = count;
}

// The root of the sum of squares: how long a gradient is.
export function norm(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += values[i] * values[i];
  return Math.sqrt(sum);
}
