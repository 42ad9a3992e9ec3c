"""Two releases of a real package side by side in one process, each with its own dependency."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from loadstone import ImportSystem

pytestmark = pytest.mark.network

RELEASES = [
    {"markdown-it-py": "2.2.0", "mdurl": "0.1.0"},
    {"markdown-it-py": "3.0.0", "mdurl": "0.1.2"},
]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two folders with different releases of the same packages, from the package index."""
    if os.environ.get("LOADSTONE_OFFLINE"):
        pytest.skip("LOADSTONE_OFFLINE is set")
    root = tmp_path_factory.mktemp("releases")
    python = sys.executable
    if find_spec("pip") is None:
        venv.create(root / "venv", with_pip=True)
        python = str(root / "venv" / "bin" / "python")
    made = []
    for number, release in enumerate(RELEASES):
        folder = root / str(number)
        command = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--no-compile",
        ]
        wanted = [f"{name}=={version}" for name, version in release.items()]
        done = subprocess.run(
            [*command, "--target", str(folder), *wanted],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, f"the package index was not reached:\n{done.stderr}"
        made.append(folder)
    return made


def versions(system: ImportSystem) -> tuple[Any, Any]:
    """The versions of both packages, as the system's modules tell them."""
    package: Any = system.import_module("markdown_it")
    dependency: Any = system.import_module("mdurl")
    return package.__version__, dependency.__version__


def test_two_releases_side_by_side(folders: list[Path], sandbox: Any) -> None:
    """Each system has its own release and its own dependency; both work; the live system has neither."""
    before = set(sys.modules)
    systems = [ImportSystem.isolated([folder]) for folder in folders]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        found = [versions(system) for system in systems]
        pages = []
        for system in systems:
            markdown: Any = system.import_module("markdown_it")
            pages.append(
                markdown.MarkdownIt().enable("table").render("# Title\n\n[a](https://example.org/ü) *b*\n")
            )
    assert found == [tuple(release.values()) for release in RELEASES]
    expected = '<h1>Title</h1>\n<p><a href="https://example.org/%C3%BC">a</a> <em>b</em></p>\n'
    assert pages == [expected, expected]
    assert not {name for name in set(sys.modules) - before if name.startswith(("markdown_it", "mdurl"))}
    for system, folder in zip(systems, folders, strict=True):
        own = [name for name in system.modules if name.startswith(("markdown_it", "mdurl"))]
        assert len(own) > 30
        for name in own:
            assert str(system.modules[name].__file__).startswith(str(folder))


def test_each_sees_its_own_dependency(folders: list[Path], sandbox: Any) -> None:
    """The dependency that a release's modules hold is the one in its own folder, not the other's."""
    systems = [ImportSystem.isolated([folder]) for folder in folders]
    users: list[Any] = [system.import_module("markdown_it.common.normalize_url") for system in systems]
    for user, system, folder in zip(users, systems, folders, strict=True):
        assert user.mdurl is system.modules["mdurl"]
        assert user.mdurl.__file__ == str(folder / "mdurl" / "__init__.py")
    assert users[0].mdurl is not users[1].mdurl
    classes = [system.import_module("markdown_it").MarkdownIt for system in systems]  # type: ignore[attr-defined]
    assert classes[0] is not classes[1]
    assert not isinstance(classes[0](), classes[1])
