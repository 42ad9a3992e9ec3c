"""All the checks, in the order of their codes."""

from __future__ import annotations

from . import (
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


# Their checks register themselves. Where all imports are lazy, only a module that is used is imported.
_ROOMS = (
    finding,
    naming,
    repetition,
    specs,
    loaders,
    modules,
    source,
    resources,
    listings,
    ecosystem,
    processes,
    hooks,
)


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
