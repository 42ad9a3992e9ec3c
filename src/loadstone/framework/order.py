"""The lists of `sys` while hooks are installed: steady for who walks along them, interceptors in front."""

from __future__ import annotations

import _frozen_importlib
import importlib.util
import sys
from collections.abc import Iterable, Iterator
from operator import is_not
from typing import Any, SupportsIndex

from .._core import finding, system
from .._core.locks import acquire_lock, release_lock
from .names import Names

__all__ = ["Chain", "SteadyList", "begin", "end", "stand_in_front", "stands_in_front", "unfindable"]

unfindable: list[Names] = []
"""Names of modules of which a search that is no import finds nothing."""

_interpreter: Any = _frozen_importlib
_SEARCHES = {
    (_interpreter._find_spec.__code__, importlib.util.find_spec.__code__),
    (finding.find_spec.__code__, system._find_spec_of.__code__),
}

_front: dict[int, Any] = {}
"""The entries of the chain that stand in front, whoever comes later; by identity, and kept alive here."""
_changes = [0]
"""How often these have changed."""


class SteadyList(list[Any]):
    """A list in the place of one of `sys`: who walks along it meets all that were there when they began.

    The interpreter, up to Python 3.13, and most tools walk along the list itself: taken out under them, an
    entry would cost them the one behind it. What is done to the list that was there before, by those who
    still hold it, is done to this one. Thread-safe as far as single calls are.
    """

    def __init__(self, before: list[Any]) -> None:
        """In the place of the list `before`."""
        super().__init__(before)
        self.before = before
        self._seen = self[:]

    def __iter__(self) -> Iterator[Any]:
        self.follow()
        return iter(self[:])

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return list, (self[:],)

    def follow(self) -> None:
        """Do what others have done to the list that was there before."""
        before, seen = self.before, self._seen
        if len(before) == len(seen) and not any(map(is_not, before, seen)):
            return
        acquire_lock()
        try:
            now, seen = before[:], self._seen
            self._seen = now
            for thing in seen:
                if not _contains(now, thing) and _contains(self[:], thing):
                    del self[_index(self[:], thing)]
            for index, thing in enumerate(now):
                if not _contains(seen, thing) and not _contains(self[:], thing):
                    behind = now[index - 1] if index else None
                    if index == 0:
                        self.insert(0, thing)
                    elif _contains(self[:], behind):
                        self.insert(_index(self[:], behind) + 1, thing)
                    else:
                        self.append(thing)
        finally:
            release_lock()

    def restored(self) -> list[Any]:
        """The list that was there before, which now holds what this one does."""
        self.follow()
        mine = self[:]
        if len(mine) != len(self.before) or any(map(is_not, mine, self.before)):
            self.before[:] = mine
        return self.before


class Chain(SteadyList):
    """`sys.meta_path` while hooks are installed: what stands in front stays there, whoever comes later.

    Who inserts at the front gets the first place behind it, and is asked by the interceptors; who takes off
    the first entry after that gets back what was inserted.
    """

    def __init__(self, before: list[Any]) -> None:
        """In the place of the list `before`, of which those that are to stand in front do."""
        super().__init__(before)
        for finder in self[:]:
            _admit(finder)
        self[:] = self[:]
        self._moved: list[Any] = []
        self._known: list[int] = []
        """By identity, what was followed and in order at the last walk."""
        self._kept: Any = None  # what has these identities, so that nothing else comes to have them

    def __iter__(self) -> Iterator[Any]:
        if unfindable and _is_search_in_vain(sys._getframe(1)):
            return iter((_Nobody(),))
        mine = self[:]
        # Nearly always nothing has changed since the last walk: that shows without going through each part.
        if [*_changes, *map(id, mine), 0, *map(id, self.before)] != self._known:
            self.follow()
            seen, here = self._seen, self[:]
            mine = _ordered(here)
            if mine is here:
                self._kept = seen, here
                self._known = [*_changes, *map(id, here), 0, *map(id, seen)]
        return iter(mine)

    def __radd__(self, other: list[Any]) -> list[Any]:
        return Chain([*other, *self[:]])

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice):
            changed = self[:]
            changed[index] = value
            index, value = slice(None), _ordered(changed)
        super().__setitem__(index, value)

    def __delitem__(self, index: Any) -> None:
        if index == 0 and self._put_back():
            return
        super().__delitem__(index)

    def insert(self, index: SupportsIndex, finder: Any) -> None:
        """Insert at `index`, or behind those that stand in front."""
        _admit(finder)
        place = index.__index__()
        if place < 0:
            place = max(0, len(self) + place)
        if not stands_in_front(finder):
            behind = self.front_length()
            if place < behind:
                self._moved.append(finder)
                place = behind
        super().insert(place, finder)

    def pop(self, index: SupportsIndex = -1) -> Any:
        """Take off what is at `index`, or what an insertion there has put behind those in front."""
        if index == 0:
            moved = self._put_back()
            if moved:
                return moved[0]
        return super().pop(index)

    def front_length(self) -> int:
        """How many stand in front."""
        for place, finder in enumerate(self[:]):
            if not stands_in_front(finder):
                return place
        return len(self)

    def _put_back(self) -> list[Any]:
        """Take off what has been inserted at the front last and was moved behind: that, or nothing."""
        while self._moved:
            finder = self._moved.pop()
            here = self[:]
            if _contains(here, finder):
                super().__delitem__(_index(here, finder))
                return [finder]
        return []


class _Nobody:
    """A finder that knows no module: a chain without any finder would give a warning."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> None:
        """Nothing."""


def _is_search_in_vain(frame: Any) -> bool:
    """Whether the frame walks along the chain for a `find_spec` that is to give None.

    A finder cannot say so: after None the next one is asked, and what it raises passes through.
    """
    if frame.f_back is None or (frame.f_code, frame.f_back.f_code) not in _SEARCHES:
        return False
    name = frame.f_locals["name"]
    return any(name in names for names in unfindable)


def begin() -> None:
    """Have the lists of `sys` steady, and the chain in order."""
    if type(sys.meta_path) is list:
        sys.meta_path = Chain(sys.meta_path)
    if type(sys.path_hooks) is list:
        sys.path_hooks = SteadyList(sys.path_hooks)


def end() -> None:
    """Have the lists that were there before, with what has been done to them since."""
    stand_in_front((), instead=list(_front.values()))
    if isinstance(sys.meta_path, Chain):
        sys.meta_path = sys.meta_path.restored()
    if isinstance(sys.path_hooks, SteadyList):
        sys.path_hooks = sys.path_hooks.restored()


def stands_in_front(finder: Any) -> bool:
    """Whether this entry of the chain is to stay in front."""
    return id(finder) in _front


def stand_in_front(entries: Iterable[Any], instead: Iterable[Any] = ()) -> None:
    """Have these entries stay in front; those that they come `instead` of no more."""
    for finder in entries:
        _front[id(finder)] = finder
    for finder in instead:
        _front.pop(id(finder), None)
    _changes[0] += 1


def _admit(finder: Any) -> None:
    """Have the finder stay in front if it is one of loadstone's own that has to see everything."""
    if getattr(getattr(type(finder), "find_spec", None), "stands_in_front", False):
        stand_in_front([finder])


def _ordered(finders: list[Any]) -> list[Any]:
    """The finders, those that stand in front first; the very list, if they do."""
    places = [id(finder) in _front for finder in finders]
    length = places.count(True)
    if all(places[:length]):
        return finders
    return [
        *(finder for finder, is_front in zip(finders, places, strict=True) if is_front),
        *(finder for finder, is_front in zip(finders, places, strict=True) if not is_front),
    ]


def _index(things: list[Any], wanted: Any) -> int:
    return next(index for index, thing in enumerate(things) if thing is wanted)


def _contains(things: list[Any], wanted: Any) -> bool:
    return any(thing is wanted for thing in things)
