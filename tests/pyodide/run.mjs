// node run.mjs PYODIDE PACKAGES PROGRAM: a Python program in Pyodide, with a folder of packages on sys.path.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [pyodide, packages, program] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(pyodide).href);
const python = await loadPyodide();
python.mountNodeFS("/packages", packages);
python.runPython("import sys; sys.path.append('/packages')");
try {
  python.runPython(readFileSync(program, "utf8"), { filename: program });
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
