// One training run: gradient descent on minibatches, update by update. The
// same settings give the same run, here and in `TrainingPlayground.run()`.

import { Matrix, takeRows } from "./matrix.js";
import { Network } from "./batch_network.js";
import { generator, shuffle } from "./random.js";
import { training_playground as schema } from "../generated/schema.js";

// So many points of the loss curves are kept for each doubling of the count.
const { KEPT } = schema;

export class Training {
  // `points` are { training, held_out }, rows [x1, x2, class]; `hidden` the
  // sizes of the hidden layers; `passes` their activation; `rule` that of the
  // updates, plain gradient descent if none is given.
  constructor({ points, hidden, passes, eta, batchSize, seed, rule }) {
    this.training = examples(points.training);
    this.heldOut = examples(points.held_out);
    const m = points.training.length;
    this.batchSize = Math.min(batchSize, m);
    this.eta = eta;
    const room = Math.max(m, points.held_out.length);
    this.network = new Network([2, ...hidden, 2], passes, room, rule);
    this.random = generator(seed);
    initialise(this.network, this.random);
    this.order = new Int32Array(m);
    this.next = m;
    this.X = new Matrix(this.batchSize, 2);
    this.Y = new Matrix(this.batchSize, 2);
    this.count = 0;
    this.history = [];
    this.diverged = null;
    this.record();
  }

  // One update: the next rows, their gradient, all weights at once. Returns
  // whether it was made; where it was not, `diverged` is its number.
  update() {
    if (this.diverged !== null) return false;
    this.takeBatch();
    this.network.forward(this.X);
    const loss = this.network.backward(this.Y);
    if (!(Number.isFinite(loss) && this.network.update(this.eta))) {
      this.diverged = this.count + 1;
      return false;
    }
    this.count += 1;
    if (this.count % spacing(this.count) === 0) this.record();
    return true;
  }

  takeBatch() {
    const m = this.order.length;
    if (this.next >= m) {
      shuffle(this.order, this.random);
      this.next = 0;
    }
    const count = Math.min(this.batchSize, m - this.next);
    takeRows(this.training.X, this.order, this.next, count, this.X);
    takeRows(this.training.Y, this.order, this.next, count, this.Y);
    this.next += count;
  }

  // Note the two losses, if they are numbers.
  record() {
    const losses = [this.lossOf(this.training), this.lossOf(this.heldOut)];
    if (losses.every(Number.isFinite)) this.history.push([this.count, ...losses]);
  }

  lossOf({ X, Y }) {
    this.network.forward(X);
    return this.network.loss(Y);
  }

  // What the present weights do: the losses, the shares of points told
  // right, and the gradient over all training points, layer by layer.
  measure() {
    const heldOut = this.lossOf(this.heldOut);
    const heldOutRight = this.right(this.heldOut);
    this.network.forward(this.training.X);
    const training = this.network.backward(this.training.Y);
    const norms = this.network.gradientNorms();
    return { training, heldOut, right: this.right(this.training), heldOutRight, norms };
  }

  // How many points of the batch that went forward last are told right.
  right({ Y }) {
    const { data, rows } = this.network.logits;
    let count = 0;
    for (let i = 0; i < rows; i += 1)
      if (data[2 * i + 1] > data[2 * i] === Y.data[2 * i + 1] > 0) count += 1;
    return count;
  }

  // The layers as Python reads them: rows of weights, and biases.
  get layers() {
    return this.network.layers.map(({ W, b }) => ({ W: rowsOf(W), b: [...b] }));
  }
}

// How far apart the updates are whose loss is kept: 1, and from 64 updates
// on twice as far at every doubling.
export function spacing(count) {
  return 2 ** Math.max(0, Math.floor(Math.log2(count / KEPT)));
}

// Weights evenly from -√(6 / (n_in + n_out)) to +√(6 / (n_in + n_out)), row
// by row; the biases are 0.
function initialise(network, random) {
  for (const { W } of network.layers) {
    const reach = Math.sqrt(6 / (W.cols + W.rows));
    for (let i = 0; i < W.data.length; i += 1) W.data[i] = (2 * random() - 1) * reach;
  }
}

function examples(points) {
  return {
    X: Matrix.from(points.map(([x1, x2]) => [x1, x2])),
    Y: Matrix.from(points.map(([, , label]) => [1 - label, label])),
  };
}

function rowsOf({ rows, cols, data }) {
  return Array.from({ length: rows }, (_, j) => [...data.subarray(j * cols, (j + 1) * cols)]);
}
