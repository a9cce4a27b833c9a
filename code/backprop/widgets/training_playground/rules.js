// How gradients become the direction of an update, w - η · direction. A rule
// has `init(parameters)`, which makes the state, and `step(gradient, state)`,
// which returns the direction; both arguments are 64-bit arrays. A step
// changes the state in its place, so that training makes no garbage.

// Plain gradient descent: the gradient as it is, and nothing to remember.
export const plain = { init: () => null, step: (gradient) => gradient };

// The heavy ball: the velocity v <- β v + ∂L/∂w, at first 0, is the direction.
export function momentum(beta) {
  return {
    init: ({ length }) => new Float64Array(length),
    step(gradient, velocity) {
      for (let i = 0; i < velocity.length; i += 1) velocity[i] = beta * velocity[i] + gradient[i];
      return velocity;
    },
  };
}
