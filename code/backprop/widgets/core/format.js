// Numbers as text: a real minus sign, few digits, or all of them.

export function short(value, digits = 4) {
  if (!Number.isFinite(value)) return words(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-4) return power(value, digits - 1);
  return minus(String(Number(value.toPrecision(digits))));
}

// Every digit that the number has: read back, it is the same number.
export function exact(value) {
  if (!Number.isFinite(value)) return words(value);
  return minus(String(value));
}

export function number(value, all) {
  return all ? exact(value) : short(value);
}

// With its sign, for a change.
export function signed(value, all) {
  return (value > 0 ? "+" : "") + number(value, all);
}

// A reader's own activation may have no value at some place.
function words(value) {
  return Number.isNaN(value) ? "no value" : "too large";
}

function power(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits).split("e");
  const superscript = [...String(Number(exponent))].map((c) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[c] ?? "⁻").join("");
  return `${minus(String(Number(mantissa)))}·10${superscript}`;
}

function minus(text) {
  return text.replace(/-/g, "−");
}
