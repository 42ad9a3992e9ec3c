"""The importers that are checked, where this process and its children can import them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ..conftest import Sandbox

IMPORTERS = Path(__file__).with_name("importers")

collect_ignore = ["importers"]


@pytest.fixture
def importers(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the modules of `importers/` importable here and in child processes."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(IMPORTERS), os.environ.get("PYTHONPATH", "")]))
    sys.path.insert(0, str(IMPORTERS))
    return IMPORTERS
