"""The branch that Colab opens holds the built notebooks, and nothing else."""

import subprocess

import pytest

pytestmark = pytest.mark.site


def test_the_branch_holds_the_notebooks(html, tmp_path):
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", remote], check=True)
    script = html.parents[1] / ".ci" / "push-notebooks"
    for _ in range(2):  # the second replaces the first
        subprocess.run([script, remote], check=True)
    git = ["git", "--git-dir", remote]
    listed = subprocess.run(
        [*git, "ls-tree", "-r", "--name-only", "notebooks"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    built = (html / "_sources").rglob("*.ipynb")
    names = sorted(str(path.relative_to(html / "_sources")) for path in built)
    assert listed == names != []
    count = [*git, "rev-list", "--count", "notebooks"]
    assert subprocess.check_output(count, text=True).strip() == "1"
