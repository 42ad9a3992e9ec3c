"""Patterns of module names, and what is found by them without asking one by one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from fnmatch import translate
from typing import Generic, TypeAlias, TypeVar

__all__ = ["NameTable", "Names", "check_pattern", "is_dotted"]

T = TypeVar("T")

_Entry: TypeAlias = "tuple[int, T, re.Pattern[str] | None]"
_WILDCARD = re.compile(r"[*?[]")


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
    """Things by the patterns they are bound to, in their order. A look-up may go on while it is changed.

    ``pkg`` is that module, ``pkg.*`` is everything below it, at any depth; with other wildcards a pattern
    is matched as by `fnmatch.fnmatchcase`. What a look-up costs does not grow with the things that are bound
    to other names, as far as their patterns start with other letters.
    """

    def __init__(self, entries: Iterable[tuple[T, Iterable[str]]] = ()) -> None:
        """For things and the patterns of each."""
        self._exact: dict[str, tuple[_Entry[T], ...]] = {}
        self._below: dict[str, tuple[_Entry[T], ...]] = {}
        self._globs: dict[str, tuple[_Entry[T], ...]] = {}
        self._starts: dict[int, int] = {}  # how many keys of `_globs` are that long
        for order, (thing, patterns) in enumerate(entries):
            self.add(order, thing, patterns)

    def add(self, order: int, thing: T, patterns: Iterable[str]) -> None:
        """Bind a thing to patterns; `order` is its place among the others."""
        for pattern in patterns:
            places, key, glob = self._place(check_pattern(pattern))
            if places is self._globs and key not in places:
                self._starts = {**self._starts, len(key): self._starts.get(len(key), 0) + 1}
            # A tuple of its own for each state, since others may be looking at the one that is there.
            places[key] = (*places.get(key, ()), (order, thing, glob))

    def remove(self, order: int, patterns: Iterable[str]) -> None:
        """Take out the thing that has been added with this `order` and these patterns."""
        for pattern in patterns:
            places, key, _ = self._place(pattern)
            if key not in places:
                continue  # another of the patterns was found there too
            left = tuple(entry for entry in places[key] if entry[0] != order)
            if left:
                places[key] = left
                continue
            del places[key]
            if places is self._globs:
                starts = {**self._starts, len(key): self._starts[len(key)] - 1}
                self._starts = {length: number for length, number in starts.items() if number}

    def _place(self, pattern: str) -> tuple[dict[str, tuple[_Entry[T], ...]], str, re.Pattern[str] | None]:
        front = pattern[:-2] if pattern.endswith(".*") else pattern
        wild = _WILDCARD.search(front)
        if wild is not None:
            return self._globs, front[: wild.start()], re.compile(translate(pattern))
        return (self._exact if front == pattern else self._below), front, None

    def get(self, name: str) -> list[T]:
        """The things that are bound to `name`, each once, in order."""
        if name not in self._exact and not self._below and not self._starts:
            return []
        found = list(self._exact.get(name, ()))
        if self._below:
            end = name.rfind(".")
            while end > 0:
                found += self._below.get(name[:end], ())
                end = name.rfind(".", 0, end)
        for length in self._starts:
            for entry in self._globs.get(name[:length], ()):
                if entry[2].match(name):  # type: ignore[union-attr]
                    found.append(entry)
        if len(found) < 2:
            return [entry[1] for entry in found]
        return [thing for _, thing in sorted({entry[0]: entry[1] for entry in found}.items())]


class Names:
    """Which module names something is for: all those that one of its patterns matches. Thread-safe."""

    def __init__(self, patterns: str | Iterable[str]) -> None:
        """For a pattern or several; see `NameTable`."""
        if not isinstance(patterns, Iterable):
            raise TypeError(f"pattern of module names must be str, not {type(patterns).__name__}")
        self.patterns: tuple[str, ...] = (patterns,) if isinstance(patterns, str) else tuple(patterns)
        """The patterns, each once known to be one."""
        self._table = NameTable([(True, self.patterns)])

    def __contains__(self, name: str) -> bool:
        return bool(self._table.get(name))

    def among(self, names: Collection[str]) -> list[str]:
        """Those of `names`, the keys of a dict, that it is for; where it can, without going through them."""
        if not any(map(_WILDCARD.search, self.patterns)):
            return [name for name in dict.fromkeys(self.patterns) if name in names]
        return [name for name in list(names) if name in self]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.patterns!r})"
