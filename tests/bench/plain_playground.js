// The algorithm of TensorFlow Playground, written plainly: nodes and links
// are objects, one example goes through at a time, derivatives pile up in
// them, and a batch's mean moves the weights. Own code, after the structure
// that its source describes (nodes, links, forwardProp, backProp,
// updateWeights); two linear outputs and softmax cross-entropy, as in ours.

const TANH = {
  output: (x) => Math.tanh(x),
  der: (x) => {
    const output = TANH.output(x);
    return 1 - output * output;
  },
};
const LINEAR = { output: (x) => x, der: () => 1 };

class Node {
  constructor(activation) {
    this.inputLinks = [];
    this.outputs = [];
    this.bias = 0;
    this.activation = activation;
    this.outputDer = 0;
    this.inputDer = 0;
    this.accInputDer = 0;
    this.numAccumulatedDers = 0;
  }

  updateOutput() {
    this.totalInput = this.bias;
    for (let j = 0; j < this.inputLinks.length; j += 1) {
      const link = this.inputLinks[j];
      this.totalInput += link.weight * link.source.output;
    }
    this.output = this.activation.output(this.totalInput);
    return this.output;
  }
}

class Link {
  constructor(source, dest, weight) {
    Object.assign(this, { source, dest, weight });
    this.errorDer = 0;
    this.accErrorDer = 0;
    this.numAccumulatedDers = 0;
  }
}

// Layers of nodes, with these weights: one { W, b } for each but the inputs.
export function buildNetwork(layers) {
  const network = [layers[0].W[0].map(() => new Node(LINEAR))];
  layers.forEach(({ W, b }, at) => {
    const activation = at === layers.length - 1 ? LINEAR : TANH;
    network.push(
      W.map((row, j) => {
        const node = new Node(activation);
        node.bias = b[j];
        row.forEach((weight, k) => {
          const source = network[at][k];
          const link = new Link(source, node, weight);
          source.outputs.push(link);
          node.inputLinks.push(link);
        });
        return node;
      }),
    );
  });
  return network;
}

export function forwardProp(network, inputs) {
  for (let i = 0; i < inputs.length; i += 1) network[0][i].output = inputs[i];
  for (let l = 1; l < network.length; l += 1)
    for (let i = 0; i < network[l].length; i += 1) network[l][i].updateOutput();
}

export function backProp(network, label) {
  const [one, two] = network[network.length - 1];
  const p = 1 / (1 + Math.exp(one.output - two.output));
  two.outputDer = p - label;
  one.outputDer = -two.outputDer;
  for (let l = network.length - 1; l >= 1; l -= 1) {
    const layer = network[l];
    for (let i = 0; i < layer.length; i += 1) {
      const node = layer[i];
      node.inputDer = node.outputDer * node.activation.der(node.totalInput);
      node.accInputDer += node.inputDer;
      node.numAccumulatedDers += 1;
    }
    for (let i = 0; i < layer.length; i += 1) {
      const node = layer[i];
      for (let j = 0; j < node.inputLinks.length; j += 1) {
        const link = node.inputLinks[j];
        link.errorDer = node.inputDer * link.source.output;
        link.accErrorDer += link.errorDer;
        link.numAccumulatedDers += 1;
      }
    }
    if (l === 1) continue;
    const before = network[l - 1];
    for (let i = 0; i < before.length; i += 1) {
      const node = before[i];
      node.outputDer = 0;
      for (let j = 0; j < node.outputs.length; j += 1) {
        const output = node.outputs[j];
        node.outputDer += output.weight * output.dest.inputDer;
      }
    }
  }
}

export function updateWeights(network, learningRate) {
  for (let l = 1; l < network.length; l += 1)
    for (let i = 0; i < network[l].length; i += 1) {
      const node = network[l][i];
      if (node.numAccumulatedDers > 0) {
        node.bias -= (learningRate * node.accInputDer) / node.numAccumulatedDers;
        node.accInputDer = 0;
        node.numAccumulatedDers = 0;
      }
      for (let j = 0; j < node.inputLinks.length; j += 1) {
        const link = node.inputLinks[j];
        if (link.numAccumulatedDers > 0) {
          link.weight -= (learningRate * link.accErrorDer) / link.numAccumulatedDers;
          link.accErrorDer = 0;
          link.numAccumulatedDers = 0;
        }
      }
    }
}

// The weights as rows, to hold against ours.
export function weightsOf(network) {
  return network.slice(1).map((layer) => ({
    W: layer.map((node) => node.inputLinks.map((link) => link.weight)),
    b: layer.map((node) => node.bias),
  }));
}
