"""Decide what a build may keep of the one before it.

Sphinx reads and writes only the pages whose sources changed, and myst-nb runs
only the notebooks whose cells changed. What neither notices is seen to here:

- Code, or an installed package, that changed: every cell runs again.
- What makes the pages changed, such as an extension or a style: every page is
  made anew.
- A page's title, label or number changed: pages that refer to it, or list it,
  are written anew, and as these may be any, all are.
- The last build warned, failed or was stopped: a page that is kept would keep
  its warning to itself, so every page is made anew.
"""

import re
import shutil
import site
import sys
from hashlib import sha256
from pathlib import Path

from docutils.nodes import Node
from sphinx.application import ENV_PICKLE_FILENAME

CELLS = ("code", "requirements.txt")
"""What the results of cells come from, beside the cells."""
PAGES = (
    *("book/_ext", "book/_static", "_config.yml", "references.bib"),
    *("pyproject.toml", "README.md", "LICENSE", "CITATION.cff"),
)
"""What else the pages, and the wheel beside them, come from."""
NO_SOURCE = ("__pycache__", "node_modules", ".egg-info")
RECORD = "made-from"
LAST = 999
ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def files(root, names):
    """Yield the files of some files and folders, in a fixed order."""
    for name in names:
        start = root / name
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            parts = path.relative_to(root).parts
            if path.is_file() and not any(
                p.endswith(NO_SOURCE) for p in parts
            ):
                yield path


def fingerprint(root, names):
    """Return a hash of what is in some files and folders, and their names."""
    found = sha256()
    for path in files(root, names):
        found.update(f"{path.relative_to(root).as_posix()}\0".encode())
        found.update(sha256(path.read_bytes()).digest())
    return found.hexdigest()


def packages():
    """Return this Python's version, and what is installed, as a text."""
    installed = [
        path.name
        for folder in site.getsitepackages()
        for path in Path(folder).glob("*.dist-info")
    ]
    return " ".join([sys.version, *sorted(installed)])


def cache_folder(app):
    """Return where myst-nb keeps the results of cells."""
    folder = app.config.nb_execution_cache_path
    return Path(folder or Path(app.outdir).parent / ".jupyter_cache")


def text_of(path):
    """Return the text of a file, empty where there is none."""
    return path.read_text(encoding="utf-8") if path.exists() else ""


def forget(app, config):
    """Remove what the build may not keep, before Sphinx looks for it."""
    root = Path(app.srcdir)
    cells = f"{fingerprint(root, CELLS)} {packages()}"
    pages = f"{fingerprint(root, PAGES)} {cells}"
    cache, doctrees = cache_folder(app), Path(app.doctreedir)
    if text_of(cache / RECORD) != cells:
        shutil.rmtree(cache, ignore_errors=True)
        cache.mkdir(parents=True)
        (cache / RECORD).write_text(cells, encoding="utf-8")
    if text_of(doctrees / RECORD) != pages:
        (doctrees / ENV_PICKLE_FILENAME).unlink(missing_ok=True)
        shutil.rmtree(Path(app.outdir, "_static"), ignore_errors=True)
    (doctrees / RECORD).unlink(missing_ok=True)  # until the build has ended
    app.pages_are_made_from = pages


def record(app, error):
    """Note what the pages were made from, if nothing was wrong with them."""
    if error is None and not app._warncount:
        place = Path(app.doctreedir, RECORD)
        place.write_text(app.pages_are_made_from, encoding="utf-8")


def seen_elsewhere(env):
    """Return what a page may show of the others, as a text."""
    parts = [
        {name: title.astext() for name, title in env.titles.items()},
        env.toc_secnumbers,
        env.toc_fignumbers,
        env.domaindata,
    ]
    return "\n".join(map(plain, parts))


def plain(value):
    """Return a text that is the same for equal data, in whatever order.

    The order of a list is that in which pages were read, and does not count.
    An object that has no text of its own counts by its type alone.

    >>> plain({"b": {2, 1}, "a": None})
    "{'a': None, 'b': {1, 2}}"
    """
    if isinstance(value, dict):
        rows = (f"{plain(k)}: {plain(v)}" for k, v in value.items())
        return "{" + ", ".join(sorted(rows)) + "}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(plain, value)) + ")"
    if isinstance(value, (set, frozenset, list)):
        return "{" + ", ".join(sorted(map(plain, value))) + "}"
    text = str(value) if isinstance(value, Node) else repr(value)
    return ADDRESS.sub("", text)


def all_or_some(app, env):
    """Have all pages written if they may see what changed in some."""
    found = seen_elsewhere(env)
    before = getattr(env, "seen_elsewhere", found)
    env.seen_elsewhere = found
    return [] if found == before else list(env.found_docs)


def setup(app):
    """Forget before Sphinx loads what it kept; record at the very end."""
    app.connect("config-inited", forget)
    # not at "env-updated": the numbers are settled after it
    app.connect("env-get-updated", all_or_some, priority=LAST)
    app.connect("build-finished", record, priority=LAST)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
