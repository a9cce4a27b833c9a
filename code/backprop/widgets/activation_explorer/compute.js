// Where an activation is flat.

// Below this slope a neuron passes less than a hundredth of what comes back.
export const FLAT = 0.01;

// The stretches, as [from, to], on which the activation is flat.
export function flatParts(places, activation) {
  const parts = [];
  let before = false;
  for (const z of places) {
    const now = Math.abs(activation(z).da_dz) < FLAT;
    if (now && before) parts.at(-1)[1] = z;
    else if (now) parts.push([z, z]);
    before = now;
  }
  return parts;
}
