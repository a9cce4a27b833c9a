"""The class's own configuration, with what a test must have otherwise.

Other ports, a folder for its state, a password for everybody, and servers
that need no account on this computer. All else is deploy/jupyterhub_config.py.
"""

import json
import os
from pathlib import Path

given = json.loads(os.environ["HUB_TEST"])
c = get_config()  # noqa: F821
load_subconfig(given["config"])  # noqa: F821

c.JupyterHub.bind_url = f"http://127.0.0.1:{given['ports'][0]}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{given['ports'][1]}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{given['ports'][2]}"
c.ConfigurableHTTPProxy.command = given["proxy"]

c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = given["password"]
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(
    Path(given["homes"]) / "{username}"
)
c.JupyterHub.services[0]["api_token"] = given["token"]

# the test looks into JupyterLab, and may be run by root, as in a container
c.Spawner.args += ["--LabApp.expose_app_in_browser=True", "--allow-root"]
