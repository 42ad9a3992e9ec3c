"""What the faulty importers are collected in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

FAULTS: dict[str, Any] = {}
"""By code, what makes the faulty importer."""


def fault(code: str) -> Callable[[Any], Any]:
    """Have what is decorated, called without arguments, make the importer that the check `code` catches."""

    def add(make: Any) -> Any:
        assert code not in FAULTS, code
        FAULTS[code] = make
        return make

    return add
