"""Compile the modules of archives to byte code, as the browser would.

Runs inside Pyodide (``compile.mjs`` starts it), for byte code belongs to one
version of Python. An archive keeps its name; its modules become ``.pyc``, so
that no reader's browser has to compile them. This book's own modules keep
their source beside it, to be read.
"""

import marshal
import sys
import warnings
import zipfile
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path

HEADER = MAGIC_NUMBER + bytes([1, 0, 0, 0])
"""Of byte code that is never compared with a source: PEP 552."""

PACKAGES = "/lib/python{}.{}/site-packages".format(*sys.version_info)
LIBRARY = "/lib/python{}{}.zip".format(*sys.version_info)


def byte_code(name, source, home):
    """The content of a ``.pyc`` file, or None for what does not compile."""
    try:
        code = compile(source, f"{home}/{name}", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):  # a template, say, or a test's data
        return None
    return HEADER + source_hash(source) + marshal.dumps(code)


def members(archive, home, keep_source):
    """The names and contents of the new archive."""
    for name in archive.namelist():
        if "/tests/" in name:  # of no use to a reader, and a fifth of SymPy
            continue
        content = archive.read(name)
        code = byte_code(name, content, home) if name[-3:] == ".py" else None
        if code is None or keep_source:
            yield name, content
        if code is not None:
            compiled = cache_from_source(name) if keep_source else f"{name}c"
            yield compiled, code


def rewrite(path, home, keep_source=False):
    """Replace an archive by one with byte code; the order and dates fixed."""
    with zipfile.ZipFile(path) as archive:
        parts = list(members(archive, home, keep_source))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            info = zipfile.ZipInfo(name)  # of 1980, whenever it is built
            archive.writestr(info, content, zipfile.ZIP_DEFLATED, 9)


def main(folder, own):
    """Compile every wheel of a folder, and the standard library if there."""
    warnings.simplefilter("ignore")  # not about code of ours
    for path in sorted(Path(folder).iterdir()):
        if path.suffix == ".whl":
            rewrite(path, PACKAGES, keep_source=path.name.startswith(own))
        elif path.name == "python_stdlib.zip":
            rewrite(path, LIBRARY)
