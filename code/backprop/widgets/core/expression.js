// An activation of the reader's own. It comes as a tree, plain data (see
// backprop.symbolic.tree), and is walked, never compiled: value, slope and the
// slope of the slope together, by the chain rule. The derivatives of each
// operation, and all that is computed with the activation, come from own.js.

import { backward, limits, neuron, rules, words } from "../generated/own.js";

const RULES = new Map(Object.entries(rules));
const COMPARED = new Map([
  ["<", (u, v) => u < v],
  ["<=", (u, v) => u <= v],
  [">", (u, v) => u > v],
  [">=", (u, v) => u >= v],
  ["==", (u, v) => u === v],
  ["!=", (u, v) => u !== v],
]);

// The functions that a view needs for an activation, as formulas.js has them
// for a name. Throws, in Python's words, for a tree that cannot be walked.
export function own(tree) {
  const f = planted(tree);
  const activation = (z) => {
    f.at(z, 2);
    return { a: f.f, da_dz: f.d, d2a_dz2: f.dd };
  };
  return {
    activation,
    neuron: (...numbers) => neuron(activation, ...numbers),
    forward: (Z, A, m) => {
      for (let i = 0; i < m; i += 1) A[i] = (f.at(Z[i], 0), f.f);
    },
    backward: (Z, dL_dA, dL_dZ, m) => {
      for (let i = 0; i < m; i += 1) dL_dZ[i] = (f.at(Z[i], 1), f.d);
      backward(dL_dA, dL_dZ, dL_dZ, m);
    },
  };
}

// The tree as nodes. `at(z, order)` of a node sets its value `f` and, up to
// that order, its derivatives by z, `d` and `dd`; `live` says that they are
// not 0 everywhere.
function planted(tree) {
  let parts = 0;

  function measure(level) {
    parts += 1;
    if (parts > limits.parts || level > limits.levels) refuse("size");
  }

  function node(part, level) {
    measure(level);
    if (part === "z") return variable();
    if (typeof part === "number") return constant(part);
    if (!Array.isArray(part)) refuse("kind", part);
    const [name, ...inside] = part;
    if (name === "if") return choice(inside, level + 1);
    const rule = RULES.get(name);
    const count = inside.length;
    // Sums and products may have more than two parts.
    if (rule?.[0].length !== Math.min(count, 2) || (name === "^" && count > 2))
      refuse("kind", name);
    const nodes = inside.map((one) => node(one, level + 1));
    if (count === 1) return operation(rule, nodes[0]);
    return nodes.reduce((one, other) => operation(rule, one, other));
  }

  function choice([test, ...cases], level) {
    if (cases.length < 2) refuse("otherwise");
    if (cases.length > 2) refuse("kind", "if");
    const holds = condition(test, level);
    const [then, otherwise] = cases.map((one) => node(one, level));
    const here = {
      live: true,
      at(z, order) {
        const chosen = holds(z) ? then : otherwise;
        chosen.at(z, order);
        ({ f: here.f, d: here.d, dd: here.dd } = chosen);
      },
    };
    return here;
  }

  function condition(test, level) {
    measure(level);
    if (typeof test === "boolean") return () => test;
    if (!Array.isArray(test)) refuse("kind", test);
    const [name, ...inside] = test;
    const compare = COMPARED.get(name);
    if (compare && inside.length === 2) {
      const [one, other] = inside.map((part) => node(part, level + 1));
      return (z) => {
        one.at(z, 0);
        other.at(z, 0);
        return compare(one.f, other.f);
      };
    }
    const tests = inside.map((part) => condition(part, level + 1));
    if (name === "and") return (z) => tests.every((holds) => holds(z));
    if (name === "or") return (z) => tests.some((holds) => holds(z));
    if (name !== "not" || tests.length !== 1) refuse("kind", name);
    return (z) => !tests[0](z);
  }

  return node(tree, 1);
}

function variable() {
  const here = { live: true, f: 0, d: 1, dd: 0, at: (z) => (here.f = z) };
  return here;
}

function constant(f) {
  if (!Number.isFinite(f)) refuse("constant");
  return { live: false, f, d: 0, dd: 0, at() {} };
}

const NONE = constant(0);

// One operation of one or two parts: the chain rule. What is 0 everywhere is
// left out, so that no infinity is multiplied by it.
function operation([f, u, uu, v, uv, vv], one, other = NONE) {
  const [first, second] = [one.live, other.live];
  const here = { live: first || second, f: 0, d: 0, dd: 0, at };
  function at(z, order) {
    one.at(z, order);
    other.at(z, order);
    const [x, y] = [one.f, other.f];
    here.f = f(x, y);
    if (order === 0) return;
    const by_u = first ? u(x, y) : 0;
    const by_v = second ? v(x, y) : 0;
    here.d = (first && by_u * one.d) + (second && by_v * other.d);
    if (order === 1) return;
    let dd = (first && by_u * one.dd) + (second && by_v * other.dd);
    if (first && uu) dd += uu(x, y) * one.d * one.d;
    if (second && vv) dd += vv(x, y) * other.d * other.d;
    if (first && second && uv) dd += 2 * uv(x, y) * one.d * other.d;
    here.dd = dd;
  }
  return here;
}

function refuse(why, found) {
  throw new Error(`activation: ${words[why].replace("@", String(found).slice(0, 40))}`);
}
