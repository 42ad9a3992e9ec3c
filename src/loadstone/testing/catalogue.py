"""All the checks, in the order of their codes."""

from __future__ import annotations

from .check import Check, Kind
from .finding import table as finding

__all__ = ["checks"]

_TABLES = (finding,)


def checks(kind: Kind | None = None) -> tuple[Check, ...]:
    """The checks for a kind of importer (``finder``, ``loader``, ``path hook``), or all of them.

    Raises ValueError for another kind.
    """
    found = sorted((check for table in _TABLES for check in table.checks), key=lambda check: check.code)
    if kind is None:
        return tuple(found)
    chosen = tuple(check for check in found if kind in check.kinds)
    if not chosen:
        raise ValueError(f"expected 'finder', 'loader' or 'path hook', found {kind!r}")
    return chosen
