"""The set-ups for a class, as far as they can be checked without a hub."""

import re
import runpy
from types import SimpleNamespace

import house
import pytest
import yaml
from backprop.classroom import git_link

DEPLOY = house.ROOT / "deploy"
VALUES = yaml.safe_load((DEPLOY / "values.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


class Settings(SimpleNamespace):
    """Takes what a configuration sets, as traitlets does."""

    def __getattr__(self, name):
        made = Settings()
        setattr(self, name, made)
        return made


@pytest.fixture
def configured(tmp_path, monkeypatch):
    """Give a function that reads the configuration of the single server."""
    monkeypatch.setenv("CLASS_STATE", str(tmp_path))

    def read():
        made = Settings()
        runpy.run_path(
            str(DEPLOY / "jupyterhub_config.py"),
            init_globals={"get_config": lambda: made},
        )
        return made

    return read


def test_only_those_on_the_lists_come_in(configured, tmp_path):
    nobody = configured()
    assert nobody.Authenticator.allowed_users == set()
    assert nobody.Authenticator.admin_users == set()
    (tmp_path / "students.txt").write_text("ada\nemmy\n")
    (tmp_path / "teachers.txt").write_text("sofia\n")
    c = configured()
    assert c.Authenticator.allowed_users == {"ada", "emmy", "sofia"}
    assert c.Authenticator.admin_users == {"sofia"}


def test_it_listens_on_this_computer_only(configured):
    assert configured().JupyterHub.bind_url.startswith("http://127.0.0.1:")


def test_the_folder_of_settings_is_there(configured):
    folders = [
        argument.partition("=")[2]
        for argument in configured().Spawner.args
        if "app_settings_dir" in argument
    ]
    assert folders == [str(house.ROOT / "book" / "_lab")]


def test_the_culler_may_do_what_it_needs_and_no_more(configured):
    c = configured()
    (role,) = c.JupyterHub.load_roles
    (service,) = c.JupyterHub.services
    assert role["services"] == [service["name"]]
    assert not any("admin" in scope for scope in role["scopes"])


def test_both_set_ups_give_a_student_the_same(configured):
    c, student = configured(), VALUES["singleuser"]
    assert student["memory"]["limit"] == c.Spawner.mem_limit
    assert student["cpu"]["limit"] == c.Spawner.cpu_limit
    assert student["defaultUrl"] == c.Spawner.default_url
    (service,) = c.JupyterHub.services
    assert f"--timeout={VALUES['cull']['timeout']}" in service["command"]
    for name, value in student["extraEnv"].items():
        assert c.Spawner.environment[name] == value


def test_the_values_are_for_sections_that_the_chart_has():
    sections = {"hub", "proxy", "singleuser", "cull", "scheduling"}
    assert set(VALUES) == sections | {"prePuller"}
    # helm's schema wants text where YAML might see a number
    assert isinstance(VALUES["singleuser"]["image"]["tag"], str)


def test_no_address_is_anybodys():
    for path in (*DEPLOY.iterdir(), house.ROOT / "book" / "instructors.md"):
        text = path.read_text(encoding="utf-8")
        for host in re.findall(r"https?://([^/\s\"'`)]+)", text):
            known = host.endswith((".jupyter.org", "HUB", "HOST"))
            assert known or host.startswith("127.0.0.1:"), host


def test_the_image_has_what_a_link_needs():
    assert "git " in DOCKERFILE
    assert "nbgitpuller" in DOCKERFILE
    assert "requirements.txt" in DOCKERFILE
    assert re.search(r"^USER 1000$", DOCKERFILE, re.M)
    copied = re.findall(r"\bcp (\S+)", DOCKERFILE)
    assert all((house.ROOT / path).exists() for path in copied)
    link = git_link("https://HUB", "https://HOST/BOOK", "book/update.md")
    assert "git-pull" in link


def test_an_image_leaves_out_what_git_leaves_out():
    ignored = (house.ROOT / ".dockerignore").read_text().splitlines()
    assert {".git", "_build", ".venv*"} <= set(ignored)
