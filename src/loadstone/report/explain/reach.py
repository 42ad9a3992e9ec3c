"""What a module comes to import, by source that is read and not executed: where that meets a local file."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterator
from importlib.machinery import PathFinder
from typing import Any, NamedTuple

from ..bindings import bindings_of
from ..layout import entry_of, has_module, names_of
from ..places import folder, is_standard_file, standard_directories
from .case import Case

__all__ = ["Meeting", "meetings"]

_MOST = 150
# Folders that projects have and no library imports: not worth reading sources for.
_COMMON = {
    "benchmarks",
    "build",
    "conftest",
    "doc",
    "docs",
    "examples",
    "scripts",
    "setup",
    "test",
    "tests",
    "tools",
}


class Meeting(NamedTuple):
    """An import that gets a local file in the place of the module that is meant."""

    name: str
    """The top-level module that is asked for."""
    importer: str
    """The module that asks for it."""
    file: str
    line: int


def meetings(case: Case) -> Iterator[Meeting]:
    """Where what a found module imports, and those import, meets local files of the same names.

    Only what lies elsewhere than the local files counts: their neighbours mean them. Nothing is read unless
    there are such files.
    """
    hiding = _hiding()
    spec = case.last.spec
    if not hiding or spec is None or not spec.has_location or spec.origin is None:
        return
    waiting: deque[tuple[str, str, bool]] = deque()
    waiting.append((case.name, spec.origin, spec.search_locations is not None))
    seen = {case.name}
    told: set[str] = set()
    read = 0
    while waiting and read < _MOST and len(told) < len(hiding):
        name, file, is_package = waiting.popleft()
        read += 1
        entry = folder(entry_of(file, name))
        bindings = bindings_of(file, name)
        for node in bindings.imports() if bindings is not None else ():
            for full in names_of(node, name if is_package else name.rpartition(".")[0]):
                top = full.partition(".")[0]
                if top in hiding:
                    if hiding[top] != entry and top not in told:
                        told.add(top)
                        yield Meeting(top, name, file, node.lineno)
                elif full not in seen:
                    seen.add(full)
                    found = _find(full)
                    if found is not None:
                        # The standard library's own last: it is large, and mostly in order.
                        add = waiting.append if top in sys.stdlib_module_names else waiting.appendleft
                        add((full, found.origin, found.submodule_search_locations is not None))


def _hiding() -> dict[str, str]:
    """The local modules that are called as others further back on the path; each with its path entry."""
    standard = standard_directories()
    entries = [entry or os.curdir for entry in sys.path if isinstance(entry, str)]
    places = list(map(folder, entries))
    # What is before the standard library is the user's; environments come behind it.
    end = next((number for number, place in enumerate(places) if place in standard), 0)
    found: dict[str, str] = {}
    for number, place in enumerate(places[:end]):
        if place.endswith(".zip") or is_standard_file(place, standard):
            continue
        for name in _modules_in(place):
            behind = [each for each in places[number + 1 :] if each != place]
            if name not in found and any(has_module(each, [name]) for each in behind):
                found[name] = place
    return {name: place for name, place in found.items() if name not in sys.builtin_module_names}


def _modules_in(place: str) -> list[str]:
    try:
        names = {name.partition(".")[0] for name in os.listdir(place)}
    except OSError:
        return []
    return sorted(
        name for name in names if name.isidentifier() and name not in _COMMON and has_module(place, [name])
    )


def _find(full: str) -> Any:
    """The spec of a module with source, found along the path without importing its parents; or None."""
    path: Any = None
    spec: Any = None
    try:
        for part in _prefixes(full):
            spec = PathFinder.find_spec(part, path)
            if spec is None:
                return None
            path = spec.submodule_search_locations
            if path is None and part != full:
                return None
    except Exception:  # of others' path hooks
        return None
    return spec if spec.has_location and isinstance(spec.origin, str) else None


def _prefixes(full: str) -> Iterator[str]:
    parts = full.split(".")
    for number in range(len(parts)):
        yield ".".join(parts[: number + 1])
