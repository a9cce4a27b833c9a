"""Build the site of the notebooks that run in the reader's browser.

``make lite`` runs it, in an environment of its own, after the book is built:
JupyterLite with its notebook interface only, the chapters as notebooks, a
Python compiled to WebAssembly, and every package that a chapter imports. All
of it is served from one folder; what is not (a few WebAssembly wheels) is
where ``PYODIDE_WHEELS`` names a folder with them.
"""

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import jupytext
import lock
import yaml

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PYODIDE = HERE / "node_modules" / "pyodide"
CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
LIBRARY = "python_stdlib.zip"
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


def pages():
    """The pages of the book that hold code, as paths of their sources."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = [row["file"] for part in toc["parts"] for row in part["chapters"]]
    paths = [ROOT / f"{name}.md" for name in names]
    return [path for path in paths if "\nkernelspec:" in path.read_text()]


def write_notebooks(folder):
    """Write each page with code as a notebook for the browser's kernel."""
    for path in pages():
        book = jupytext.read(path)
        book.metadata["kernelspec"] = {
            "name": "python",
            "display_name": "Python (in this browser)",
        }
        jupytext.write(book, folder / f"{path.stem}.ipynb", fmt="ipynb")


def build_app(work, output):
    """Build JupyterLite: the notebook interface, our settings, the pages."""
    shutil.copy(HERE / "jupyter-lite.json", work)
    write_notebooks(fresh(work / "files"))
    jupyter = Path(sys.executable).with_name("jupyter")
    command = [jupyter, "lite", "build", "--apps", "notebooks"]
    command += ["--no-sourcemaps", "--lite-dir", work, "--output-dir", output]
    run(*command, cwd=work)


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


def to_byte_code(folder):
    """Compile the archives of a folder, with the Python that is served."""
    run("node", HERE / "compile.mjs", folder)


def others(kept):
    """Byte code of all that is not ours; kept until what it is made of changes.

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


def own_wheel(work):
    """A folder with this book's package as a wheel, built from a copy."""
    source, folder = fresh(work / "source"), fresh(work / "own")
    skip = shutil.ignore_patterns("node_modules", "__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "code", source / "code", ignore=skip)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = (sys.executable, "-m", "pip", "wheel", "--no-deps")
    run(*pip, "--no-build-isolation", "-w", folder, source)
    to_byte_code(folder)
    return folder


def version():
    """The version of Pyodide, as package.json pins it."""
    package = json.loads((PYODIDE / "package.json").read_text())
    return package["version"]


def stock():
    """Pyodide's own list of packages."""
    return json.loads((PYODIDE / "pyodide-lock.json").read_text())


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


def elsewhere(ours):
    """The addresses that a reader's browser asks at other hosts."""
    names = [row["file_name"] for row in ours["packages"].values()]
    return [name for name in names if name.startswith("https:")]


def add_check(output, addresses):
    """Let the notebook page say in words when Python cannot start."""
    shutil.copy(HERE / "check.js", output)
    page = output / "notebooks" / "index.html"
    text = page.read_text(encoding="utf-8")
    script = (
        '<script src="../check.js" '
        f'data-elsewhere="{" ".join(addresses)}"></script>'
    )
    if text.count("</body>") != 1:
        sys.exit("notebooks/index.html: expected one </body>")
    page.write_text(
        text.replace("</body>", f"{script}</body>"), encoding="utf-8"
    )


def megabytes(folder):
    """The size of all files of a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return sum(path.stat().st_size for path in files) / 1e6


def build(output, given):
    """Build the site at ``output``; ``given`` holds WebAssembly wheels."""
    if not (PYODIDE.exists() and shutil.which("node")):
        sys.exit("Node is needed, and npm ci in the folder lite.")
    work = fresh(ROOT / "_build" / "lite")
    fresh(output)
    build_app(work, output)
    wheels = [others(ROOT / "_build" / "lite-wheels"), own_wheel(work)]
    ours = serve_python(wheels, output / "static" / "pyodide", given)
    add_check(output, elsewhere(ours))


def main():
    """Read the arguments, build, say what there is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("output", type=Path, help="folder of the site")
    output = parser.parse_args().output.resolve()
    given = os.environ.get("PYODIDE_WHEELS")
    build(output, Path(given).resolve() if given else None)
    hosts = "no other host" if given else "Pyodide's host for five wheels"
    print(f"{output}: {megabytes(output):.0f} MB; it asks {hosts}.")


if __name__ == "__main__":
    main()
