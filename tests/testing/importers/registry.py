"""What the faulty importers are collected in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FAULTS: dict[str, Any] = {}
"""By code, what makes the faulty importer."""
KINDS: dict[str, str] = {}
"""By code, what kind of importer that is."""


def fault(code: str, *, kind: str = "finder") -> Callable[[Any], Any]:
    """Have what is decorated, called without arguments, make the importer that the check `code` catches."""

    def add(make: Any) -> Any:
        assert code not in FAULTS, code
        FAULTS[code] = make
        KINDS[code] = kind
        return make

    return add
