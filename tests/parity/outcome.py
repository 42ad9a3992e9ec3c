"""What an import did, as plain values that two worlds can be compared by.

Where loadstone differs from importlib on purpose, and what the comparison does about it:

| difference | reason | here |
|---|---|---|
| warnings that blame importlib may blame the importer | its reader can act on it | any line will do |
| errors have no context from inside the engine | it raises none while handling its own | left out |
| classes of loaders and paths are subclasses | behaviour by own code | compared by name |
| what the engines import for themselves | each needs others | standard library left out |
| tracebacks show no engine frame | clean tracebacks | `tests/core/test_frames.py` |
| waiters import anew what failed elsewhere | nobody gets half a module | `tests/core/test_threads.py` |
| statements say what importlib.__import__ says | one engine for both | rare texts not compared |
"""

from __future__ import annotations

import importlib
import os
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import loadstone

from .worlds import World

_SAME = {"_NamespaceLoader": "NamespaceLoader", "_NamespacePath": "NamespacePath"}


@dataclass
class Outcome:
    """Result, exception, warnings, and what became of `sys.modules`, `sys.path` and `sys.meta_path`."""

    value: Any
    error: Any
    warned: list[tuple[str, str, str, int]]
    modules: dict[str, Any]
    order: list[str]
    lists: tuple[int, int]


Agree = Callable[..., "list[Outcome]"]
"""The type of the fixture `agree`."""


def outcome(world: World, action: Callable[..., Any], *arguments: Any) -> Outcome:
    """Run `action` while the world is in charge, and put the import state back that it changed."""
    before = dict(sys.modules)
    cache = dict(sys.path_importer_cache)
    kept = [(things, list(things)) for things in (sys.path, sys.meta_path, sys.path_hooks)]
    value, error = None, None
    with world.running(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = describe(action(world, *arguments))
        except BaseException as exception:
            error = describe_error(exception)
        new = [name for name in sys.modules if name not in before and not _incidental(name)]
        result = Outcome(
            value,
            error,
            [(w.category.__name__, str(w.message), *_blamed(w.filename, w.lineno)) for w in caught],
            {name: describe(sys.modules[name]) for name in new},
            new,
            (len(sys.path), len(sys.meta_path)),
        )
    for things, items in kept:
        things[:] = items
    sys.modules.clear()
    sys.modules.update(before)
    sys.path_importer_cache.clear()
    sys.path_importer_cache.update(cache)
    importlib.invalidate_caches()
    return result


def different(expected: Outcome, found: Outcome) -> list[str]:
    """Where two outcomes differ.

    A warning that blames a line of the engine's own under importlib may blame another line.
    """
    pairs = {name: (getattr(expected, name), getattr(found, name)) for name in vars(expected)}
    if len(expected.warned) == len(found.warned):
        pairs["warned"] = (
            expected.warned,
            [
                (*mine[:2], *theirs[2:]) if theirs[2] == "<engine>" else mine
                for theirs, mine in zip(expected.warned, found.warned, strict=True)
            ],
        )
    return [line for name, (one, other) in pairs.items() for line in _leaves(name, one, other)]


def _leaves(where: str, one: Any, other: Any) -> list[str]:
    """The parts of two plain values that differ, each with the way to it."""
    if one == other:
        return []
    if isinstance(one, dict) and isinstance(other, dict):
        keys = {**one, **other}
        pairs = [(f"{where}[{key!r}]", one.get(key, "nothing"), other.get(key, "nothing")) for key in keys]
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = [(f"{where}[{i}]", *pair) for i, pair in enumerate(zip(one, other, strict=True))]
    else:
        return [f"{where}: expected {one!r}, found {other!r}"]
    return [line for pair in pairs for line in _leaves(*pair)]


def _blamed(file: str, line: int) -> tuple[str, int]:
    """Where a warning points to; what points into an engine points to no line."""
    engines = (os.path.dirname(loadstone.__file__), os.path.dirname(importlib.__file__), "<frozen importlib.")
    return ("<engine>", 0) if file.startswith(engines) else (file, line)


def _incidental(name: str) -> bool:
    """Whether a module is of loadstone or of the standard library, which each engine imports as it needs."""
    return name.partition(".")[0] in {"loadstone", *sys.stdlib_module_names}


def describe(value: Any) -> Any:
    """A value by what can be seen of it; modules by their attributes."""
    if isinstance(value, ModuleType):
        return {
            "type": type(value).__name__,
            "spec": _spec(getattr(value, "__spec__", None)),
            "attributes": {
                key: list(item) if key == "__path__" else _plain(item)
                for key, item in vars(value).items()
                if key not in ("__builtins__", "__spec__")
            },
        }
    if type(value).__name__ == "ModuleSpec":
        return _spec(value)
    if isinstance(value, (list, tuple)):
        return [describe(item) for item in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bytes, int, float)):
        return value
    if isinstance(value, ModuleType):
        return f"module {value.__name__}"
    kind = value.__name__ if isinstance(value, type) else type(value).__name__
    return _SAME.get(kind, kind)


def _spec(spec: Any) -> Any:
    if spec is None:
        return None
    names = ("name", "origin", "cached", "parent", "has_location", "loader_state", "_initializing")
    locations = getattr(spec, "submodule_search_locations", None)
    return {
        "type": type(spec).__name__,
        "loader": _plain(getattr(spec, "loader", None)),
        "locations": None if locations is None else list(locations),
        **{name: _plain(getattr(spec, name, None)) for name in names},
    }


def describe_error(error: BaseException | None) -> Any:
    """An exception: type, text, what it says of the module, and its cause.

    Not its context: importlib raises some errors while it handles others of its own, loadstone does not.
    """
    if error is None:
        return None
    return {
        "type": type(error).__name__,
        "text": str(error),
        "arguments": [_plain(item) for item in error.args],
        "name": getattr(error, "name", None) if isinstance(error, ImportError) else None,
        "path": getattr(error, "path", None),
        "cause": describe_error(error.__cause__),
    }
