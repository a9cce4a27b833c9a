// Bundles the widgets. For the pages a classic script of what all share, and
// one of each view (ES modules cannot be loaded from file://); for notebooks
// an ES module of each. A folder with a view.js is a view.
import { build } from "esbuild";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { basename, dirname, join } from "node:path";

const here = dirname(fileURLToPath(import.meta.url));
const widgets = process.argv[2] ?? join(here, "..", "backprop", "widgets");
const core = join(widgets, "core");
const out = process.argv[3] ?? join(widgets, "static");

const views = readdirSync(widgets).filter((name) => existsSync(join(widgets, name, "view.js")));
const shared = readdirSync(core).filter((file) => file.endsWith(".js"));

const common = {
  alias: { "d3-interpolate": join(here, "interpolate.js") },
  bundle: true,
  minify: true,
  nodePaths: [join(here, "node_modules")],
  target: ["chrome109", "firefox115", "safari16"],
  charset: "utf8",
  legalComments: "none",
};

// What a view's own script takes from the script that all pages load.
const fromCore = {
  name: "core",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/core\/[a-z_]+\.js$/ }, ({ path }) => ({
      path: basename(path),
      namespace: "core",
    }));
    onLoad({ filter: /.*/, namespace: "core" }, ({ path }) => ({
      contents: `module.exports = backpropCore[${JSON.stringify(path)}];`,
    }));
  },
};

const script = (lines, file, options) =>
  build({
    ...common,
    ...options,
    stdin: { contents: lines.join("\n"), resolveDir: widgets },
    outfile: join(out, file),
  });

async function pages() {
  const parts = shared.map((file, i) => `import * as m${i} from "./core/${file}";`);
  const table = shared.map((file, i) => `${JSON.stringify(file)}: m${i}`).join(", ");
  await script([...parts, `globalThis.backpropCore = { ${table} };`], "page/core.js", {
    format: "iife",
  });
  for (const name of views)
    await script(
      [
        `import { register } from "./core/page.js";`,
        `import { ${name} as schema } from "./generated/schema.js";`,
        `import { view } from "./${name}/view.js";`,
        `register("${name}", { view, schema });`,
      ],
      `page/${name}.js`,
      { format: "iife", plugins: [fromCore] },
    );
}

async function notebooks() {
  for (const name of views)
    await script(
      [
        `import { mount } from "./core/mount.js";`,
        `import { view } from "./${name}/view.js";`,
        `export default { render: ({ model, el }) => mount("${name}", view, model, el) };`,
      ],
      `notebook/${name}.js`,
      { format: "esm" },
    );
}

// The styles of a view reach nothing outside it.
function scoped(name) {
  const file = join(widgets, name, "view.css");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return `:where([data-view="${name}"]) {\n${text}}`;
}

const style = (contents, file) =>
  build({
    ...common,
    stdin: { contents, resolveDir: core, loader: "css" },
    outfile: join(out, file),
  });

async function styles() {
  const everywhere = '@import "./widgets.css";\n@import "./fallback.css";\n';
  await style(everywhere, "page/core.css");
  for (const name of views) {
    await style(scoped(name), `page/${name}.css`);
    await style(everywhere + scoped(name), `notebook/${name}.css`);
  }
}

for (const folder of ["page", "notebook"])
  rmSync(join(out, folder), { recursive: true, force: true });
await pages();
await notebooks();
await styles();
