// A fully connected network with two classes, for a batch: `forward`,
// `backward`, `update`, by the names of the book. Layers count from 1. All
// buffers are made with the network, so that training makes no garbage.

import { classes } from "../generated/formulas.js";
import { Matrix, affine, columnSums, norm, times, transposedTimes } from "./matrix.js";
import { training_playground as schema } from "../generated/schema.js";
import { plain } from "./rules.js";

// From here on a weight, a bias or the loss is called diverged.
const { LIMIT } = schema;

export class Network {
  // `sizes` are the numbers of units, input first; `passes` the activation
  // of the hidden layers, { forward, backward }; `room` the largest batch;
  // `rule` what makes the direction of an update from the gradient.
  constructor(sizes, passes, room, rule = plain) {
    Object.assign(this, { sizes, passes, rule });
    this.layers = sizes.slice(1).map((units, at) => ({
      W: new Matrix(units, sizes[at]),
      b: new Float64Array(units),
      dL_dW: new Matrix(units, sizes[at]),
      dL_db: new Float64Array(units),
    }));
    this.Z = [null, ...sizes.slice(1).map((units) => new Matrix(room, units))];
    this.dL_dZ = this.Z.map((Z) => Z && new Matrix(room, Z.cols));
    // The last layer has no activation: its Z are the logits of the loss.
    this.A = this.Z.map((Z) => Z && new Matrix(room, Z.cols));
    this.A[this.depth] = this.Z[this.depth];
    this.dL_dA = this.dL_dZ.map((D) => D && new Matrix(room, D.cols));
    this.losses = new Float64Array(room);
    const arrays = ({ W, b, dL_dW, dL_db }) => [
      [W.data, dL_dW.data],
      [b, dL_db],
    ];
    this.moves = this.layers.flatMap(arrays).map(([values, gradient]) => ({
      values,
      gradient,
      state: rule.init(values),
      direction: gradient,
    }));
  }

  get depth() {
    return this.layers.length;
  }

  get logits() {
    return this.Z[this.depth];
  }

  // Z[l] = A[l-1] W[l]ᵀ + b[l] and A[l] = f(Z[l]) for every layer.
  forward(X) {
    this.A[0] = X;
    this.layers.forEach(({ W, b }, at) => {
      const l = at + 1;
      const Z = this.Z[l];
      affine(this.A[at], W, b, Z);
      if (l === this.depth) return;
      this.passes.forward(Z.data, this.A[l].data, Z.rows * Z.cols);
      this.A[l].rows = Z.rows;
    });
    return this.logits;
  }

  // The loss of the batch that went forward last, the mean of its examples;
  // the gradient with respect to the logits comes with it.
  loss(Y) {
    const { rows } = this.logits;
    const D = this.dL_dZ[this.depth];
    classes.softmax_cross_entropy(this.logits.data, Y.data, this.losses, D.data, rows);
    D.rows = rows;
    let sum = 0;
    for (let i = 0; i < rows; i += 1) sum += this.losses[i];
    return sum / rows;
  }

  // The gradient of the loss with respect to every W and b, from the last
  // layer to the first. No weight moves here. Returns the loss.
  backward(Y) {
    const loss = this.loss(Y);
    for (let l = this.depth; l >= 1; l -= 1) {
      const { W, dL_dW, dL_db } = this.layers[l - 1];
      const D = this.dL_dZ[l];
      transposedTimes(D, this.A[l - 1], dL_dW);
      columnSums(D, dL_db);
      if (l === 1) break;
      const [Z, dL_dA, before] = [this.Z[l - 1], this.dL_dA[l - 1], this.dL_dZ[l - 1]];
      times(D, W, dL_dA);
      this.passes.backward(Z.data, dL_dA.data, before.data, Z.rows * Z.cols);
      before.rows = Z.rows;
    }
    return loss;
  }

  // W - η · direction and b - η · direction, everywhere, where the rule says
  // what the direction is; or false, and no weight is changed, where a number
  // would be beyond the limit.
  update(eta) {
    for (const one of this.moves) one.direction = this.rule.step(one.gradient, one.state);
    for (const { values, direction } of this.moves)
      if (!bounded(values, direction, eta)) return false;
    for (const { values, direction } of this.moves) move(values, direction, eta);
    return true;
  }

  // The length of the gradient of each layer's weights.
  gradientNorms() {
    return this.layers.map(({ dL_dW }) => norm(dL_dW.data));
  }

  // The probability of the second class, for the batch that went forward.
  probabilities(P) {
    classes.softmax(this.logits.data, P, this.logits.rows);
    return P;
  }
}

function bounded(values, direction, eta) {
  for (let i = 0; i < values.length; i += 1)
    if (!(Math.abs(values[i] - eta * direction[i]) < LIMIT)) return false;
  return true;
}

function move(values, direction, eta) {
  for (let i = 0; i < values.length; i += 1) values[i] -= eta * direction[i];
}
