"""The plugin for pytest: the fixture `sandbox`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from loadstone.testing import Sandbox

__all__ = ["sandbox"]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A `loadstone.testing.Sandbox` in a directory of its own; afterwards the import state is what it was."""
    from loadstone import testing

    with testing.sandbox(tmp_path) as box:
        yield box
