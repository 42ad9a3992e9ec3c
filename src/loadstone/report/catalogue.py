"""The catalogue: every finding has a code, under which it is documented."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import attrs

__all__ = ["Entry", "address_of", "entries", "examples_in", "register", "together"]


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
    bad: str = ""
    """An example of what is wrong, a few lines long; of what `doctor` and `explain` name."""
    good: str = ""
    """The same example put right."""


_entries: dict[str, Entry] = {}


def register(entry: Entry) -> Entry:
    """Put the entry into the catalogue. Raises ValueError if its code stands for something else already."""
    known = _entries.setdefault(entry.code, entry)
    if known != entry:
        raise ValueError(f"{entry.code} stands for {known.title!r} already: found {entry.title!r}")
    return entry


def examples_in(text: str) -> dict[str, tuple[str, str]]:
    """The examples in `text`, by code: the bad one and the good one.

    Below a line with the code, a line of the one begins with ``- ``, a line of the other with ``+ ``, as in a
    patch. It is of Python; or ``$ `` and a command; or ``# `` and the name of a file, whose lines follow.
    """
    found: dict[str, tuple[list[str], list[str]]] = {}
    code = ""
    for line in text.splitlines():
        if line[:2] in ("- ", "+ ", "-", "+"):
            found[code][line[0] == "+"].append(line[2:])
        elif line:
            code = line
            found[code] = [], []
    return {code: ("\n".join(bad), "\n".join(good)) for code, (bad, good) in found.items()}


def entries() -> tuple[Entry, ...]:
    """The entries of all tools that have been imported, in the order of their codes."""
    return tuple(_entries[code] for code in sorted(_entries))


def address_of(code: str) -> str:
    """Where more is told of a code: its place in the published documentation, if the metadata of the
    installed distribution says where that is; else the command that shows its entry.
    """
    pages = _documentation()
    return f"{pages}/reference/catalogue.html#{code.lower()}" if pages else f"{_SHOWS} {code}"


def together(addresses: Iterable[str]) -> str:
    """Several such addresses in a line: the commands among them as one that shows all their codes."""
    several = list(dict.fromkeys(addresses))
    codes = [address.removeprefix(f"{_SHOWS} ") for address in several if address.startswith(_SHOWS)]
    pages = [address for address in several if not address.startswith(_SHOWS)]
    return " ".join([*pages, *[_SHOWS] * bool(codes), *codes])


_SHOWS = "loadstone explain"


@cache
def _documentation() -> str:
    """The address of the documentation; empty where it is not said."""
    # It takes longer to import than the rest of a report, which may have no code to tell of.
    from importlib.metadata import metadata

    try:
        links = metadata("loadstone").get_all("Project-URL") or ()
    except Exception:  # not installed, or damaged
        return ""
    for link in links:
        label, _, address = link.partition(",")
        if label.strip().lower() == "documentation":
            return str(address).strip().rstrip("/")
    return ""
