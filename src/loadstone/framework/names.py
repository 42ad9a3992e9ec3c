"""Patterns of module names, and what is found by them without asking one by one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate
from typing import Generic, TypeVar

__all__ = ["NameTable", "Names", "check_pattern", "is_dotted"]

T = TypeVar("T")


def is_dotted(fullname: str) -> bool:
    """Whether the name is made of parts that are not empty, none of which would lead into another folder."""
    return "" not in fullname.split(".") and not any(character in fullname for character in "/\\\0")


def check_pattern(pattern: object) -> str:
    """`pattern`, once it is known to be a pattern of module names.

    Raises TypeError for what is no str, ValueError for an empty pattern, a relative name, and what no module
    name can match.
    """
    if not isinstance(pattern, str):
        raise TypeError(f"pattern of module names must be str, not {type(pattern).__name__}")
    if not pattern or pattern.startswith("."):
        raise ValueError(f"pattern of module names must start with a name, not {pattern!r}")
    if ".." in pattern or pattern.endswith(".") or any(map(str.isspace, pattern)):
        raise ValueError(f"pattern of module names must be names joined by dots, not {pattern!r}")
    return pattern


class NameTable(Generic[T]):
    """Things by the patterns they are bound to, in their order. Not changed once it is made: thread-safe.

    ``pkg`` is that module, ``pkg.*`` is everything below it, at any depth; with other wildcards a pattern
    is matched as by `fnmatch.fnmatchcase`.
    """

    def __init__(self, entries: Iterable[tuple[T, Iterable[str]]]) -> None:
        """For things and the patterns of each."""
        self._exact: dict[str, list[tuple[int, T]]] = {}
        self._below: dict[str, list[tuple[int, T]]] = {}
        self._globs: list[tuple[int, T, re.Pattern[str]]] = []
        for order, (thing, patterns) in enumerate(entries):
            for pattern in patterns:
                self._add(order, thing, check_pattern(pattern))

    def _add(self, order: int, thing: T, pattern: str) -> None:
        front = pattern[:-2] if pattern.endswith(".*") else pattern
        if any(character in front for character in "*?["):
            self._globs.append((order, thing, re.compile(translate(pattern))))
        elif front == pattern:
            self._exact.setdefault(pattern, []).append((order, thing))
        else:
            self._below.setdefault(front, []).append((order, thing))

    def get(self, name: str) -> list[T]:
        """The things that are bound to `name`, each once, in order."""
        found: list[tuple[int, T]] = []
        if name in self._exact:
            found += self._exact[name]
        if self._below:
            end = name.rfind(".")
            while end > 0:
                found += self._below.get(name[:end], ())
                end = name.rfind(".", 0, end)
        for order, thing, glob in self._globs:
            if glob.match(name):
                found.append((order, thing))
        if len(found) < 2:
            return [thing for _, thing in found]
        return [thing for _, thing in sorted(dict(found).items())]


class Names:
    """Which module names something is for: all those that one of its patterns matches. Thread-safe."""

    def __init__(self, patterns: str | Iterable[str]) -> None:
        """For a pattern or several; see `NameTable`."""
        if not isinstance(patterns, Iterable):
            raise TypeError(f"pattern of module names must be str, not {type(patterns).__name__}")
        self.patterns = (patterns,) if isinstance(patterns, str) else tuple(patterns)
        self._table = NameTable([(True, self.patterns)])

    def __contains__(self, name: str) -> bool:
        return bool(self._table.get(name))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.patterns!r})"
