"""The two libraries that the tests in this folder run over: importlib, and loadstone in its place."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from zipimport import zipimporter

import loadstone
import loadstone.abc
import loadstone.machinery
import loadstone.util

LIBRARIES = ("importlib", "loadstone")
NOBODY = 65534

IN_CHARGE = """
import sys
import loadstone, loadstone.machinery as _ours, importlib.machinery as _theirs
loadstone.takeover()
_names = "BuiltinImporter", "FrozenImporter", "PathFinder"
_own = {getattr(_theirs, name): getattr(_ours, name) for name in _names}
sys.meta_path[:] = [_own.get(finder, finder) for finder in sys.meta_path]
sys.path_hooks[-1] = _ours.FileFinder.path_hook(
    (_ours.ExtensionFileLoader, _ours.EXTENSION_SUFFIXES),
    (_ours.SourceFileLoader, _ours.SOURCE_SUFFIXES),
    (_ours.SourcelessFileLoader, _ours.BYTECODE_SUFFIXES),
)
sys.path_importer_cache.clear()
"""
"""What puts loadstone's engine, finders and loaders in the place of the interpreter's."""


@contextmanager
def in_charge() -> Iterator[None]:
    """A time in which loadstone's engine, finders and loaders are in the place of the interpreter's."""
    before = sys.meta_path[:], sys.path_hooks[:], dict(sys.path_importer_cache)
    with loadstone.takeover():
        exec(IN_CHARGE, {})
        try:
            yield
        finally:
            sys.meta_path[:], sys.path_hooks[:] = before[:2]
            sys.path_importer_cache.clear()
            sys.path_importer_cache.update(before[2])


class Library:
    """One of the two, by the names that both have."""

    def __init__(self, name: str) -> None:
        self.name = name
        root: Any = importlib if name == "importlib" else loadstone
        self.root = root
        self.abc: Any = root.abc
        self.machinery: Any = root.machinery
        self.util: Any = root.util
        self.is_loadstone = root is loadstone
        self.prelude = IN_CHARGE if self.is_loadstone else ""
        """What a program starts with to have this library import the rest of it."""

    def running(self) -> AbstractContextManager[object]:
        """The time in which this library is in charge of imports."""
        return in_charge() if self.is_loadstone else nullcontext()

    def details(self) -> list[tuple[Any, list[str]]]:
        """The loaders of module files and their suffixes, as the interpreter has them."""
        machinery = self.machinery
        return [
            (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
            (machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES),
            (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
        ]

    def finder(self, path: object, *details: Any) -> Any:
        """A FileFinder of the directory `path`."""
        return self.machinery.FileFinder(str(path), *(details or self.details()))

    def hooks(self) -> list[Any]:
        """Path hooks for zip archives and for directories."""
        return [zipimporter, self.machinery.FileFinder.path_hook(*self.details())]

    def loader(self, path: object, name: str = "mod") -> Any:
        """A SourceFileLoader of the file `path`."""
        return self.machinery.SourceFileLoader(name, str(path))


def result(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What a call returns, or the exception that it raises, in comparable form."""
    try:
        return "returned", function(*arguments, **options)
    except Exception as error:
        return type(error), str(error), getattr(error, "name", None), getattr(error, "path", None)


def both(function: Callable[[Library], Any]) -> tuple[Any, Any]:
    """The results of a function for importlib and for loadstone."""
    theirs, ours = (result(function, Library(name)) for name in LIBRARIES)
    return theirs, ours


def facts(spec: Any) -> Any:
    """What a spec says, in comparable form."""
    if spec is None:
        return None
    loader = spec.loader
    kind = loader if isinstance(loader, type) else type(loader)
    locations = spec.submodule_search_locations
    return {
        "name": spec.name,
        "loader": kind.__name__,
        "loader's": {key: str(value) for key, value in sorted(vars(loader).items())}
        if hasattr(loader, "__dict__") and loader is not kind
        else None,
        "origin": spec.origin,
        "locations": None if locations is None else list(locations),
        "cached": spec.cached,
        "parent": spec.parent,
        "has_location": spec.has_location,
    }


@contextmanager
def unprivileged() -> Iterator[None]:
    """A time in which the file system refuses this process what it refuses others than root."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
