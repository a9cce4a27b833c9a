"""Add to the built book its notebooks that run in the reader's browser.

``make lite`` runs it, in an environment of its own, when the book is built:
JupyterLite with its notebook interface only, the chapters as notebooks, a
Python compiled to WebAssembly, and every package that a chapter imports. All
of it is served from the folder ``lite`` of the site, except a few WebAssembly
wheels; these too where ``PYODIDE_WHEELS`` names a folder that holds them.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from importlib import metadata
from pathlib import Path

import lock
import nbformat

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.append(str(ROOT / "book" / "_ext"))

import package_wheel  # noqa: E402
from notebook_export import with_kernel  # noqa: E402

PYODIDE = HERE / "node_modules" / "pyodide"
KEPT = Path(sys.prefix) / "packages-compiled"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
LIBRARY = "python_stdlib.zip"
PROCESSES = re.compile(r"\bparallel\.objective\(|\bpsutil\b")
NOT_HERE = """\
**Not in a browser:** this works with processes, which a browser does not
have. It runs in a Jupyter on a computer.

```python
{}
```"""
KERNEL = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension"


def run(*command, **options):
    """Run a program quietly; where it fails, show what it said and stop."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, **options)
    if done.returncode:
        sys.exit(f"{' '.join(words)}\n{done.stdout}{done.stderr}")


def fresh(folder):
    """An empty folder: what an earlier build left is not trusted."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


# ---- the notebooks and their interface ------------------------------------


def for_the_browser(notebook):
    """A notebook for the kernel called ``python``, before its first run."""
    made = with_kernel(notebook, "python")
    made.metadata.pop("widgets", None)
    made.cells = [adapted(cell) for cell in made.cells]
    return made


def adapted(cell):
    """A code cell without outputs; one that needs processes, as text."""
    if cell.cell_type != "code":
        return cell
    if PROCESSES.search(cell.source):
        return nbformat.v4.new_markdown_cell(NOT_HERE.format(cell.source))
    cell.outputs, cell.execution_count = [], None
    return cell


def write_notebooks(html, folder):
    """Write the notebook of each page that has one."""
    paths = sorted((html / "_sources").rglob("*.ipynb"))
    if not paths:
        sys.exit(f"{html} has no notebooks: build the book first (make book)")
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        nbformat.write(for_the_browser(notebook), folder / path.name)


def build_app(html, work, output):
    """Build JupyterLite: the notebook interface, our settings, the pages."""
    shutil.copy(HERE / "jupyter-lite.json", work)
    write_notebooks(html, fresh(work / "files"))
    jupyter = Path(sys.executable).with_name("jupyter")
    command = [jupyter, "lite", "build", "--apps", "notebooks"]
    command += ["--no-sourcemaps", "--lite-dir", work, "--output-dir", output]
    run(*command, cwd=work)


# ---- Python and its packages ----------------------------------------------


def version():
    """The version of Pyodide, as package.json pins it."""
    return json.loads((PYODIDE / "package.json").read_text())["version"]


def stock():
    """Pyodide's own list of packages."""
    return json.loads((PYODIDE / "pyodide-lock.json").read_text())


def download(folder):
    """The wheels of ``wheels.txt`` and the kernel's own, as they come."""
    python = ".".join(stock()["info"]["python"].split(".")[:2])
    pip = [sys.executable, "-m", "pip", "download", "--no-deps"]
    pip += ["--require-hashes", "--only-binary", ":all:"]
    pip += ["--platform", "any", "--implementation", "py"]
    pip += ["--python-version", python, "-r", HERE / "wheels.txt"]
    run(*pip, "-d", folder)
    kernel = Path(sysconfig.get_path("data"), KERNEL, "static", "pypi")
    for name in ("ipykernel", "piplite", "pyodide_kernel"):
        shutil.copy(next(kernel.glob(f"{name}-*.whl")), folder)
    shutil.copy(next(kernel.glob("widgetsnbextension-4*.whl")), folder)
    check_pair(folder, "anywidget")


def check_pair(folder, name):
    """Stop where a wheel and its JupyterLab extension are not one version.

    Nothing but a broken picture in place of the widget would tell.
    """
    extension = metadata.version(name)
    if not (folder / f"{name}-{extension}-py3-none-any.whl").exists():
        sys.exit(f"{name}: the extension is {extension}, wheels.txt differs")


def to_byte_code(folder):
    """Compile the archives of a folder, with the Python that is served."""
    run("node", HERE / "compile.mjs", folder)


def others(kept):
    """Byte code of all that is not ours; kept until what makes it changes.

    Compiling takes longest of all, so an earlier build's is used again.
    """
    parts = ("requirements.txt", "wheels.txt", "package-lock.json")
    parts += ("compile.mjs", "compile.py")
    made_of = b"".join((HERE / name).read_bytes() for name in parts)
    folder = kept / hashlib.sha256(made_of).hexdigest()[:16]
    if not folder.exists():
        fresh(kept)
        half = fresh(kept / "half")
        download(half)
        shutil.copy(PYODIDE / LIBRARY, half)
        to_byte_code(half)
        half.rename(folder)
    return folder


def own(work):
    """A folder with this book's package, compiled but with its source."""
    folder = fresh(work / "own")
    package_wheel.build(folder)
    to_byte_code(folder)
    return folder


def serve_python(folders, target, given):
    """Put Python, the wheels and the list of them where the site is.

    ``folders`` hold wheels; ``given``, or None, the WebAssembly ones too.
    """
    target.mkdir(parents=True)
    for name in CORE:
        shutil.copy(PYODIDE / name, target)
    for folder in folders:
        shutil.copytree(folder, target, dirs_exist_ok=True)
    ours = lock.lock(stock(), version(), sorted(target.glob("*.whl")), given)
    for row in ours["packages"].values():
        if given and (given / row["file_name"]).exists():
            shutil.copy(given / row["file_name"], target)
    text = json.dumps(ours, indent=1)
    (target / "pyodide-lock.json").write_text(text, encoding="utf-8")
    return ours


# ---- the site --------------------------------------------------------------


def elsewhere(ours):
    """The addresses that a reader's browser asks at other hosts."""
    names = [row["file_name"] for row in ours["packages"].values()]
    return [name for name in names if name.startswith("https:")]


def add_check(output, addresses):
    """Let the notebook page say in words when Python cannot start."""
    shutil.copy(HERE / "check.js", output)
    page = output / "notebooks" / "index.html"
    text = page.read_text(encoding="utf-8")
    if text.count("</body>") != 1:
        sys.exit(f"{page}: found no single </body>")
    script = '<script src="../check.js" data-elsewhere="{}"></script></body>'
    script = script.format(" ".join(addresses))
    page.write_text(text.replace("</body>", script), encoding="utf-8")


def megabytes(folder):
    """The size of all files of a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files) / 1e6


def build(html, given):
    """Build ``lite`` in the site ``html``; ``given`` holds more wheels."""
    if not (PYODIDE.exists() and shutil.which("node")):
        sys.exit("Node is needed, and npm ci in the folder lite.")
    work, output = fresh(ROOT / "_build" / "lite"), fresh(html / "lite")
    build_app(html, work, output)
    folders = [others(KEPT), own(work)]
    ours = serve_python(folders, output / "static" / "pyodide", given)
    add_check(output, elsewhere(ours))
    return output


def main():
    """Read the arguments, build, say what there is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("html", type=Path, nargs="?", help="the built book")
    what.add_argument(
        "--packages", action="store_true", help="only compile what it needs"
    )
    arguments = parser.parse_args()
    if arguments.packages:
        others(KEPT)
        return
    html = arguments.html.resolve()
    given = os.environ.get("PYODIDE_WHEELS")
    output = build(html, Path(given).resolve() if given else None)
    rest = "all of it" if given else f"all but {', '.join(lock.COMPILED)}"
    print(f"{output}: {megabytes(output):.0f} MB, {rest}.")


if __name__ == "__main__":
    main()
