// Matrices as arrays of rows: the few operations of a forward and a backward
// pass. `multiply` expects inner sizes that fit.

export const map = (a, f) => a.map((row, i) => row.map((value, j) => f(value, i, j)));

export const transpose = (a) => a[0].map((_, j) => a.map((row) => row[j]));

export const multiply = (a, b) =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));

export const sumRows = (a) => [a[0].map((_, j) => a.reduce((sum, row) => sum + row[j], 0))];

export const crop = (a, rows, columns) => a.slice(0, rows).map((row) => row.slice(0, columns));
