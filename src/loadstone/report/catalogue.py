"""The catalogue: every finding has a code, under which it is documented."""

from __future__ import annotations

import attrs

__all__ = ["Entry", "entries", "register"]


@attrs.frozen
class Entry:
    """What a code stands for. The page of the catalogue in the documentation is made of these."""

    code: str
    """``LS1..`` what `doctor` finds, ``LS2..`` the causes that `explain` names, from ``LS3..`` on the checks
    of `loadstone.testing`."""
    title: str
    """One line: what is wrong or, of a check for importers, what is promised."""
    detail: str
    """Why it matters, in a sentence or two."""
    remedy: str = ""
    """What to do about it."""
    source: str = ""
    """Where it is specified: a PEP, a section of the language reference, the documentation of a module."""


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> Entry:
    """Put the entry into the catalogue. Raises ValueError if its code stands for something else already."""
    known = _entries.setdefault(entry.code, entry)
    if known != entry:
        raise ValueError(f"{entry.code} stands for {known.title!r} already: found {entry.title!r}")
    return entry


def entries() -> tuple[Entry, ...]:
    """The entries of all tools that have been imported, in the order of their codes."""
    return tuple(_entries[code] for code in sorted(_entries))
