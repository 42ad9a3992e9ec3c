"""Fixtures for the tests that run over importlib and over loadstone."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .libraries import LIBRARIES, Library

if TYPE_CHECKING:
    from ..conftest import Sandbox


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Child processes that are killed are not measured: what they leave is no coverage data."""
    for variable in ("COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(autouse=True)
def caching(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytecode is cached as it is by default, here and in child processes."""
    sys.dont_write_bytecode = False
    sys.pycache_prefix = None
    for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONOPTIMIZE"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture(params=LIBRARIES)
def library(request: pytest.FixtureRequest, sandbox: Sandbox) -> Library:
    """Each library, in a sandbox."""
    return Library(request.param)


@pytest.fixture
def running(library: Library) -> Iterator[Library]:
    """Each library in charge of imports."""
    with library.running():
        yield library


@pytest.fixture
def hooked(library: Library) -> Library:
    """Each library, whose path hooks are the only ones."""
    sys.path_hooks[:] = library.hooks()
    sys.path_importer_cache.clear()
    return library


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can reach, which those of pytest are not."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    shutil.rmtree(folder)
