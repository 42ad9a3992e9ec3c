"""All the checks, in the order of their codes."""

from __future__ import annotations

from . import (  # noqa: F401 - their checks register themselves
    ecosystem,
    finding,
    hooks,
    listings,
    loaders,
    modules,
    naming,
    processes,
    repetition,
    resources,
    source,
    specs,
)
from .check import Check, Kind, registered

__all__ = ["checks"]


def checks(kind: Kind | None = None) -> tuple[Check, ...]:
    """The checks for a kind of importer (``finder``, ``loader``, ``path hook``), or all of them.

    Raises ValueError for another kind.
    """
    found = tuple(check for _, check in sorted(registered.items()))
    if kind is None:
        return found
    chosen = tuple(check for check in found if kind in check.kinds)
    if not chosen:
        raise ValueError(f"expected 'finder', 'loader' or 'path hook', found {kind!r}")
    return chosen
