"""The marker and the fixtures of the tests of isolated import systems."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from loadstone import ImportSystem
from loadstone._core.versions import HAS_LAZY_IMPORTS

if TYPE_CHECKING:
    from ..conftest import Sandbox


collect_ignore = [] if HAS_LAZY_IMPORTS else ["test_lazy_imports.py"]


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "network: needs a package index; skipped if LOADSTONE_OFFLINE is set")


@pytest.fixture(autouse=True)
def untouched(sandbox: Sandbox) -> None:
    """No test writes bytecode: modules that change within a second are loaded anew."""
    sys.dont_write_bytecode = True


@pytest.fixture
def system(sandbox: Sandbox) -> ImportSystem:
    """An isolated system whose path is the sandbox."""
    return ImportSystem.isolated([sandbox.root])
