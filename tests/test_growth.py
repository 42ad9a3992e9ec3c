"""Long runs do not grow: the quick form of `growth`, which measures the whole number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .growth import RUNS, measure

if TYPE_CHECKING:
    from .conftest import Sandbox


@pytest.mark.parametrize("run", RUNS)
def test_imports_leave_nothing(sandbox: Sandbox, run: str) -> None:
    """After a warm-up, hundreds of imports leave less than an object for each ten, and no module."""
    growth = measure(run, 320, 160)
    assert growth.objects < 32
    assert growth.alive == 0
