"""Vendored files are what VENDOR.md says they are."""

import hashlib
import re

import house
import pytest

TABLE = (house.ROOT / "VENDOR.md").read_text(encoding="utf-8")
LISTED = dict(
    re.findall(r"^\| `([^`]+)` \| `([0-9a-f]{64})` \|$", TABLE, re.M)
)
FOLDERS = (
    "book/_ext/vendor",
    "book/_static/katex",
    "code/backprop/numerics/vendor",
)


@pytest.mark.parametrize("name", LISTED)
def test_a_vendored_file_is_unchanged(name):
    content = (house.ROOT / name).read_bytes()
    assert hashlib.sha256(content).hexdigest() == LISTED[name]


def test_every_vendored_file_is_listed():
    found = {
        str(path.relative_to(house.ROOT))
        for folder in FOLDERS
        for path in (house.ROOT / folder).rglob("*")
        if path.is_file()
    }
    assert found == set(LISTED)
