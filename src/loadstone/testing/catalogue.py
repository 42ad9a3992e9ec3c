"""All the checks, in the order of their codes."""

from __future__ import annotations

from .check import Check, Kind
from .ecosystem import table as ecosystem
from .finding import table as finding
from .hooks import table as hooks
from .loaders import table as loaders
from .modules import table as modules
from .processes import table as processes
from .specs import table as specs

__all__ = ["checks"]

_TABLES = (finding, specs, loaders, modules, ecosystem, processes, hooks)


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
