"""Lazy imports (PEP 810) in isolated systems: they do what they do elsewhere, and keep to their system."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from loadstone._core.versions import HAS_LAZY_IMPORTS

from ..lazies import PROGRAMS, prints

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = pytest.mark.skipif(not HAS_LAZY_IMPORTS, reason="there are no lazy imports before Python 3.15")


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_print_what_they_print_elsewhere(sandbox: Sandbox, program: str) -> None:
    """What is put off, what is loaded when, and every error are in an isolated system as in the live one."""
    assert prints(sandbox, "isolated", program) == prints(sandbox, "plain", program)
