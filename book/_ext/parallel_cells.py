"""Run the cells of several pages at once, the page with most code first.

myst-nb runs a notebook when Sphinx reads its page, one page after the other.
Here the notebooks that its cache does not have are started before the first
page is read, as many at once as there are processors; when myst-nb wants to
run one, it is given the result.

Kernels are talked to over Unix sockets, where the system has them: over TCP
anybody on the machine could listen, and each kernel says so.
"""

import asyncio
import os
import socket
import time
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from attr import evolve
from incremental_build import cache_folder
from jupyter_cache import get_cache
from jupyter_cache.executors.utils import ExecutionResult
from jupyter_client import AsyncKernelManager
from myst_nb.core.execute import cache as myst_nb_cache
from myst_nb.core.read import create_nb_reader
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

TRANSPORT = "ipc" if hasattr(socket, "AF_UNIX") else "tcp"


async def run(notebook, folder, timeout, allow_errors=False, **options):
    """Run the cells of a notebook, and return what jupyter-cache would."""
    error = trace = None
    started = time.perf_counter()
    with TemporaryDirectory() as sockets:
        client = NotebookClient(
            notebook,
            km=manager(notebook, sockets),
            timeout=timeout,
            allow_errors=allow_errors,
            resources={"metadata": {"path": folder}},
            **{"record_timing": False, **options},
        )
        try:
            await client.async_execute(cleanup_kc=True)
        except (CellExecutionError, CellTimeoutError) as found:
            error, trace = found, traceback.format_exc()
    seconds = time.perf_counter() - started
    return ExecutionResult(notebook, folder, seconds, error, trace)


def manager(notebook, sockets):
    """Return who starts the kernel of a notebook, with sockets in a folder."""
    return AsyncKernelManager(
        kernel_name=notebook.metadata.kernelspec.name,
        transport=TRANSPORT,
        connection_file=str(Path(sockets, "kernel.json")),
    )


def key(notebook):
    """Return what tells notebooks apart: their code."""
    return tuple(c.source for c in notebook.cells if c.cell_type == "code")


class Runs:
    """Notebooks that run in the background, some at once."""

    def __init__(self, at_once):
        self.loop = asyncio.new_event_loop()
        self.thread = Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.free = asyncio.Semaphore(at_once)
        self.started = {}

    def start(self, notebook, *arguments):
        """Run a notebook as soon as those before it leave a place."""
        work = self.in_turn(notebook, *arguments)
        later = asyncio.run_coroutine_threadsafe(work, self.loop)
        self.started[key(notebook)] = later

    async def in_turn(self, *arguments):
        """Wait for a place, then run."""
        async with self.free:
            return await run(*arguments)

    def hand_over(self, notebook, **options):
        """Give myst-nb the results of a notebook, into the one it has."""
        done = self.started[key(notebook)].result()
        notebook.update(done.nb)
        return evolve(done, nb=notebook)

    def stop(self):
        """End what still runs, and its kernels."""
        asyncio.run_coroutine_threadsafe(self.cancel(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def cancel(self):
        """Cancel every task but this one, and wait until they are gone."""
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def read(env, name):
    """Return the notebook of a page as myst-nb reads it, or None."""
    path = Path(env.doc2path(name))
    text = path.read_text(encoding="utf-8")
    reader = create_nb_reader(
        str(path), env.myst_config, env.mystnb_config, text
    )
    return reader and reader.read(text)


def to_run(app, env, names):
    """Return the notebooks whose results are not kept, and their folders."""
    cache, found = get_cache(cache_folder(app)), []
    for name in names:
        notebook = read(env, name)
        if notebook is None:
            continue
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            folder = str(Path(env.doc2path(name)).parent)
            found.append((notebook, folder))
    return found


def start(app, env, names):
    """Start what has to run, the notebook with most code first."""
    found = to_run(app, env, names)
    found.sort(key=lambda pair: -sum(map(len, key(pair[0]))))
    settings = env.mystnb_config
    app.runs = Runs(os.cpu_count() or 1)
    for notebook, folder in found:
        app.runs.start(
            notebook,
            folder,
            settings.execution_timeout,
            settings.execution_allow_errors,
        )
    myst_nb_cache.single_nb_execution = app.runs.hand_over


def stop(app, error):
    """Leave nothing behind, whatever happened."""
    runs = app.__dict__.pop("runs", None)
    if runs:
        runs.stop()


def setup(app):
    """Start before the first page is read; myst-nb has its settings then."""
    app.connect("env-before-read-docs", start)
    app.connect("build-finished", stop)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
