"""Checks of finding: how `find_spec` is called, what it answers to, and what it leaves alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

from .answers import FINDERS, found_specs
from .check import check
from .outcome import NotApplicable, Unmet
from .subject import Subject


@check(
    "LS301", "find_spec finds each module that it is said to find", source="PEP 451, finders", kinds=FINDERS
)
def finds_modules(subject: Subject) -> None:
    """A finder that knows a module returns its spec; without one the import system asks the next finder."""
    for name in subject.finds:
        subject.find(name)


@check(
    "LS302",
    "find_spec returns None for what it does not know",
    source="importlib.abc.MetaPathFinder",
    kinds=FINDERS,
)
def misses_return_none(subject: Subject) -> None:
    """An exception ends the whole search, so that finders further down the chain are never asked."""
    for name in subject.misses:
        spec = subject.ask(name)
        if spec is not None:
            raise Unmet(f"{name!r} was found: {spec}")


@check(
    "LS303",
    "finding puts no module into sys.modules",
    source="language reference, 5.4 Loading",
    after=["LS301"],
    kinds=FINDERS,
)
def finding_imports_nothing(subject: Subject) -> None:
    """It is the import system that puts a module there, once it is found."""
    for name in subject.finds:
        subject.search_path(name)
        before = set(sys.modules)
        subject.find(name)
        if name in set(sys.modules) - before:
            raise Unmet(f"{name!r} is in sys.modules after find_spec")


@check(
    "LS304",
    "target may be left out",
    source="importlib.abc.MetaPathFinder.find_spec(fullname, path, target=None)",
    kinds=["finder"],
)
def target_is_optional(subject: Subject) -> None:
    """Tools that only look, and finders that ask other finders, pass the name and the path."""
    for name in found_specs(subject):
        try:
            subject.thing.find_spec(name, subject.search_path(name))
        except TypeError as error:
            raise Unmet(f"find_spec(name, path) raised TypeError: {error}") from error


@check(
    "LS305",
    "path and target may be given by name",
    source="importlib.abc.MetaPathFinder.find_spec(fullname, path, target=None)",
    kinds=["finder"],
)
def arguments_have_names(subject: Subject) -> None:
    """Finders that wrap or ask others pass them on by their names, as they stand in the documentation."""
    for name in found_specs(subject):
        try:
            subject.thing.find_spec(name, path=subject.search_path(name), target=None)
        except TypeError as error:
            raise Unmet(f"find_spec(name, path=…, target=…) raised TypeError: {error}") from error


class _Entries:
    """A path that can be iterated over, and nothing more."""

    def __init__(self, entries: Iterable[Any]) -> None:
        self._entries = list(entries)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._entries)


def _ask_along(subject: Subject, change: Callable[[Any], Any], what: str) -> None:
    """Ask for submodules along other paths of the same entries. Raises Unmet where one is not found."""
    if not subject.submodules:
        raise NotApplicable("finds has no submodules")
    for name in subject.submodules:
        path = change(subject.search_path(name))
        try:
            spec = subject.thing.find_spec(name, path, None)
        except Exception as error:
            raise Unmet(f"find_spec raised {type(error).__name__} for {what}: {error}") from error
        if spec is None and subject.ask(name) is not None:
            raise Unmet(f"{name!r} was not found along {what}")


@check(
    "LS306",
    "path may be any iterable of strings",
    source="language reference, 5.4.5: __path__ must be an iterable of strings",
    kinds=["finder"],
)
def path_is_any_iterable(subject: Subject) -> None:
    """The path of a namespace package is no list, and packages may set their __path__ to what they like."""
    _ask_along(subject, tuple, "a tuple as path")
    _ask_along(subject, _Entries, "an iterable as path")


@check(
    "LS307",
    "entries of the path that are no strings are passed over",
    source="sys.path: all other data types are ignored during import",
    kinds=["finder"],
)
def odd_entries_are_ignored(subject: Subject) -> None:
    """A Path object that somebody has put on sys.path is not to end each import there is."""
    odd: tuple[Any, ...] = (None, 7)
    sys.path[:0] = odd
    for name in found_specs(subject):
        path = subject.search_path(name)
        try:
            spec = subject.thing.find_spec(name, None if path is None else [*odd, *path], None)
        except Exception as error:
            raise Unmet(f"with None and 7 on the path, {type(error).__name__} was raised: {error}") from error
        if spec is None:
            raise Unmet(f"with None and 7 on the path, {name!r} was not found")


@check(
    "LS308",
    "the path that find_spec is given stays as it is",
    source="importlib.abc.MetaPathFinder.find_spec: path is a Sequence",
    kinds=["finder"],
)
def path_is_left_alone(subject: Subject) -> None:
    """It is the __path__ of the package itself, or sys.path."""
    if not subject.submodules:
        raise NotApplicable("finds has no submodules")
    for name in subject.submodules:
        path = list(subject.search_path(name))
        given = list(path)
        subject.thing.find_spec(name, given, None)
        if given != path:
            raise Unmet(f"find_spec({name!r}, path) has changed the path from {path} to {given}")


@check(
    "LS309",
    "finding leaves sys.path and sys.meta_path as they are",
    source="importlib.util.find_spec: nothing but parents is imported; PEP 451",
    kinds=FINDERS,
)
def finding_changes_no_path(subject: Subject) -> None:
    """Both are being walked along at that moment, and belong to the program."""
    for name in subject.finds:
        with suppress(Exception):  # for other checks to see
            subject.search_path(name)
        before = list(sys.path), list(sys.meta_path)
        with suppress(Exception):
            subject.ask(name)
        for what, old, new in zip(
            ("sys.path", "sys.meta_path"), before, (sys.path, sys.meta_path), strict=True
        ):
            if old != new:
                raise Unmet(f"finding {name!r} has changed {what} to {new}")


@check(
    "LS310",
    "a module that is loaded stays in sys.modules while it is found once more",
    source="language reference, 5.3.1 The module cache; importlib.reload",
    kinds=FINDERS,
)
def finding_unloads_nothing(subject: Subject) -> None:
    """Reload looks for a module that is loaded, and so do tools that want to know where it would be."""
    for name, module in subject.modules.items():
        before = sys.modules.get(name)
        subject.ask(name, module)
        subject.ask(name)
        if sys.modules.get(name) is not before:
            raise Unmet(f"sys.modules has another {name!r} after find_spec: {sys.modules.get(name)!r}")
