"""Checks of the entries of `sys.path`."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...framework.kinds import qualified
from ..places import folder
from .check import Seen, check
from .environment import Environment


@check(
    "LS151",
    "warning",
    "an entry of sys.path that is not there",
    detail="Nothing is found in it, and each import of something further behind looks there in vain.",
    remedy="correct it, or remove it from where it comes from: PYTHONPATH, a .pth file, or code",
    source="sys.path",
)
def missing(environment: Environment) -> Iterator[Seen]:
    """Entries that are neither files or directories nor known to a path hook."""
    for place, entry in _strings(environment):
        if entry and not os.path.exists(entry) and os.path.basename(entry) != environment.standard_zip:
            if environment.is_standard_file(entry) or environment.finder_of(entry) is not None:
                continue
            yield Seen(entry, f"sys.path[{place}] does not exist, and no path hook knows it")


@check(
    "LS152",
    "note",
    "an entry of sys.path that is listed twice",
    detail="Its modules are found at the first place; the second only costs time.",
    remedy="add it once, in one spelling",
    source="sys.path",
)
def twice(environment: Environment) -> Iterator[Seen]:
    """Entries that lead to the same file or directory."""
    seen: dict[str, int] = {}
    for place, entry in _strings(environment):
        first = seen.setdefault(folder(entry), place)
        if first != place:
            other = environment.path[first]
            same = "is the same as" if other == entry else f"is {other!r} in another spelling:"
            yield Seen(entry or "''", f"sys.path[{place}] {same} sys.path[{first}]")


@check(
    "LS153",
    "warning",
    "a relative entry of sys.path",
    detail="What it stands for, and so what is imported, changes with the current directory.",
    remedy="make it absolute: os.path.abspath when it is added",
    source="sys.path",
)
def relative(environment: Environment) -> Iterator[Seen]:
    """An empty one in front is none: the interactive interpreter starts with it."""
    for place, entry in _strings(environment):
        if (not entry and place) or (entry and not os.path.isabs(entry) and os.path.exists(entry)):
            yield Seen(entry or "''", f"sys.path[{place}] means {folder(entry)} for now")


@check(
    "LS154",
    "error",
    "an entry of sys.path that is no string",
    detail="The path finder passes it by: nothing in it is ever found.",
    remedy="add str(entry): sys.path takes strings only, not pathlib.Path",
    source="sys.path",
)
def no_string(environment: Environment) -> Iterator[Seen]:
    """Path objects, bytes and others."""
    for place, entry in enumerate(environment.path):
        if not isinstance(entry, str):
            yield Seen(repr(entry), f"sys.path[{place}] is of {qualified(entry)}")


def _strings(environment: Environment) -> Iterator[tuple[int, str]]:
    for place, entry in enumerate(environment.path):
        if isinstance(entry, str):
            yield place, entry
