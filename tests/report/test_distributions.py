"""Installed distributions, by their metadata."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from loadstone.distributions import installed

if TYPE_CHECKING:
    from ..conftest import Sandbox


@pytest.mark.parametrize("name", ["plain", "with space", "größe", "100%", "a;b", "a#b", "\udcff"])
def test_the_project_of_an_editable_install(sandbox: Sandbox, name: str) -> None:
    """Its directory is read off the URL that pip has written, whatever bytes its name has."""
    project = sandbox.root / name
    direct = {"url": project.as_uri(), "dir_info": {"editable": True}}
    sandbox.write({"site/own-1.0.dist-info/direct_url.json": json.dumps(direct)})
    (one,) = installed([str(sandbox.root / "site")])
    assert one.project == str(project)


def test_what_explain_imports_for_it(sandbox: Sandbox) -> None:
    """Reading metadata brings in nothing of the network."""
    code = "import sys, loadstone.distributions; print(*{'urllib.request', 'http', 'ssl'} & {*sys.modules})"
    assert sandbox.python("-c", code).stdout == "\n"
