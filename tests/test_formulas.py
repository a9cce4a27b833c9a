"""KaTeX in the build: what it leaves behind."""

import subprocess
import sys

import katex_render

COUNTS_THREADS_AT_EXIT = """
import atexit, os, threading

def last():
    print(threading.active_count(), flush=True)
    os._exit(0)  # with a thread left, Python itself may wait for ever

atexit.register(last)
import katex_render
katex_render.render("x^2", True)
"""


def test_no_thread_is_left_to_an_exiting_python():
    done = subprocess.run(
        [sys.executable, "-c", COUNTS_THREADS_AT_EXIT],
        cwd=katex_render.KATEX.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("1\n", "")
