"""The directories of packages along the path, walked once for all checks that look into them."""

from __future__ import annotations

import os

import attrs

from .environment import Environment

__all__ = ["MOST", "Walk", "walks"]

MOST = 5000
"""How many directories are looked at below a path entry."""


@attrs.define
class Walk:
    """What is below a path entry."""

    entry: str
    folders: list[tuple[str, list[str]]] = attrs.field(factory=list)
    """The directories in which modules may be, and their files."""
    complete: bool = True
    """Whether these are all."""


def walks(environment: Environment) -> list[Walk]:
    """Below each path entry that is a directory, but the standard library's; nothing comes twice."""
    return environment.once(_walks)


def _walks(environment: Environment) -> list[Walk]:
    done: set[str] = set()
    return [
        _walk(entry, done)
        for entry in dict.fromkeys(environment.entries())
        if os.path.isdir(entry) and not environment.is_standard_file(entry)
    ]


def _walk(entry: str, done: set[str]) -> Walk:
    walk = Walk(entry)
    for place, folders, files in os.walk(entry):
        if place in done or (place != entry and "pyvenv.cfg" in files):
            folders.clear()
            continue
        done.add(place)
        if len(walk.folders) == MOST:
            walk.complete = False
            break
        walk.folders.append((place, files))
        folders[:] = sorted(name for name in folders if name.isidentifier() and name != "node_modules")
    return walk
