// Compile the archives of a folder to byte code: node compile.mjs <folder>
// Python's own compiler does it, in the very Python that the site serves.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { loadPyodide } from "pyodide";

const pyodide = await loadPyodide();
pyodide.mountNodeFS("/work", resolve(process.argv[2]));
const script = new URL("./compile.py", import.meta.url);
pyodide.runPython(readFileSync(script, "utf8"));
pyodide.runPython('main("/work", "backprop_one_update-")');
