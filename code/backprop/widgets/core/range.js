// Places along an axis.

// Numbers from a to b, both ends included.
export function range(a, b, count) {
  return Array.from({ length: count }, (_, i) => a + ((b - a) * i) / (count - 1));
}

// The least and largest of some numbers, with a margin on both sides. What
// is not finite, or too large to draw, does not count.
export function extent(values, margin = 0.06) {
  const drawn = values.filter((value) => Math.abs(value) < 1e100);
  if (drawn.length === 0) return [-1, 1];
  const low = Math.min(...drawn);
  const high = Math.max(...drawn);
  const space = (high - low || Math.abs(high) || 1) * margin;
  return [low - space, high + space];
}
