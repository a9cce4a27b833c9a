"""JupyterHub for a class on one server; see README.md beside this file.

Everything lives in one environment: the hub, the book's package, and what the
students' servers run. Nothing here needs a change to be tried out; before a
class uses it, look at every line that says CLASS.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

c = get_config()  # noqa: F821

BOOK = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent
STATE = Path(os.environ.get("CLASS_STATE", "/srv/jupyterhub"))


def names(file):
    """The names in a file, one on each line; nobody if there is no file."""
    path = STATE / file
    lines = path.read_text(encoding="utf-8").split() if path.exists() else []
    return set(lines)


# ---- who may come in --------------------------------------------------------

# CLASS: PAM asks for the password of an account on this server. With
# oauthenticator ("github", "google", "generic-oauth"), ltiauthenticator (a
# course in Moodle or Canvas) or ldapauthenticator, students use the account
# that they have.
c.JupyterHub.authenticator_class = "pam"
c.Authenticator.allowed_users = names("students.txt") | names("teachers.txt")
c.Authenticator.admin_users = names("teachers.txt")

# ---- where the hub listens, and what it keeps -------------------------------

# CLASS: on this computer only. A web server in front of it brings HTTPS.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.db_url = f"sqlite:///{STATE}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(STATE / "jupyterhub_cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "jupyterhub-proxy.pid")

# ---- a student's server -----------------------------------------------------

# systemd holds a server to its limits. Without it a server is an ordinary
# process: the limits are told to it, and nobody enforces them.
if find_spec("systemdspawner") and Path("/run/systemd/system").is_dir():
    c.JupyterHub.spawner_class = "systemd"
    c.SystemdSpawner.isolate_tmp = True
else:
    c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"

# CLASS: one chapter takes about a third of this.
c.Spawner.mem_limit = "1G"
c.Spawner.cpu_limit = 1.0

c.Spawner.cmd = [str(PROGRAMS / "jupyterhub-singleuser")]
c.Spawner.environment = {
    "PATH": f"{PROGRAMS}:/usr/local/bin:/usr/bin:/bin",
    # numpy would start a thread for each core, for every student
    "OPENBLAS_NUM_THREADS": "1",
}
c.Spawner.default_url = "/lab"
c.Spawner.args = [
    # a double click on a chapter opens it as a notebook
    f"--LabApp.app_settings_dir={BOOK / 'book' / '_lab'}",
    # a kernel that nobody has used for half an hour is stopped
    "--MappingKernelManager.cull_idle_timeout=1800",
    "--MappingKernelManager.cull_interval=120",
]
c.Spawner.http_timeout = 60
c.Spawner.start_timeout = 120

# ---- many at once -----------------------------------------------------------

# CLASS: 60 servers of 1 GB, of which few are busy at a time.
c.JupyterHub.active_server_limit = 60
c.JupyterHub.concurrent_spawn_limit = 10

# A server that nobody has used for an hour is stopped; files stay.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [
            sys.executable,
            "-m",
            "jupyterhub_idle_culler",
            "--timeout=3600",
        ],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": [
            "list:users",
            "read:users:activity",
            "read:servers",
            "delete:servers",
        ],
    }
]
