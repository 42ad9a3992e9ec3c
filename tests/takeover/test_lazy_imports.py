"""Lazy imports (PEP 810) under a takeover, and beside hooks: they do what they do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loadstone._core.versions import HAS_LAZY_IMPORTS

from ..lazies import PROGRAMS, prints

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = pytest.mark.skipif(not HAS_LAZY_IMPORTS, reason="there are no lazy imports before Python 3.15")


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_print_what_they_print_without(sandbox: Sandbox, program: str) -> None:
    """What is put off, what is loaded when, and every error are under a takeover as without."""
    assert prints(sandbox, "takeover", program) == prints(sandbox, "plain", program)
