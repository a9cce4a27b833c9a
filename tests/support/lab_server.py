"""Run a real JupyterLab, with the settings of ``make lab``."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest


def free_port():
    """Return a port of this computer that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_up(server, address):
    """Wait for the server's first answer."""
    for _ in range(120):
        assert server.poll() is None, "JupyterLab stopped at its start"
        try:
            with urlopen(f"{address}/api", timeout=5):
                return
        except OSError:
            time.sleep(0.5)
    pytest.fail("JupyterLab did not answer within a minute")


@contextmanager
def jupyterlab(root, home):
    """Run JupyterLab as ``make lab`` does, but for this test alone.

    Notebook 7, if it is installed, answers at ``/notebooks/``.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).with_name("jupyter")), "lab"]
    command += [
        f"--notebook-dir={root / 'book'}",
        f"--LabApp.app_settings_dir={root / 'book' / '_lab'}",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        f"--ServerApp.port={port}",
        "--ServerApp.ip=127.0.0.1",
        "--IdentityProvider.token=",
        "--no-browser",
        "--allow-root",
    ]
    environment = os.environ | {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
    }
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            command, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_until_up(server, address)
            yield address
        finally:
            server.terminate()
            server.wait(timeout=30)
