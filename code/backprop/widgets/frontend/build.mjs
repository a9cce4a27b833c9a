// Bundles the widgets: one ES module for notebooks, one classic script for
// the pages (ES modules cannot be loaded from file://), and the styles.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";
import { join, dirname } from "node:path";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "..", "static");
const common = {
  alias: { "d3-interpolate": join(here, "src/lib/interpolate.js") },
  bundle: true,
  minify: true,
  target: "es2020",
  charset: "utf8",
  legalComments: "none",
};
const bundles = [
  ["src/notebook.js", "widgets.js", { format: "esm" }],
  ["src/page.js", "page.js", { format: "iife" }],
  ["src/widgets.css", "widgets.css", {}],
];

for (const [source, file, options] of bundles) {
  await build({
    ...common,
    ...options,
    entryPoints: [join(here, source)],
    outfile: join(out, file),
  });
}
