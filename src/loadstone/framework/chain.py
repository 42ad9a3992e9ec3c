"""The chain as a hook sees it: the finders in order, those that are bound to names among them."""

from __future__ import annotations

import _thread
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from operator import itemgetter
from types import ModuleType
from typing import Any

from .._core.finding import Walk, find_spec
from .._core.frames import hidden
from .kinds import is_ours, kind_of
from .names import NameTable
from .order import begin

__all__ = [
    "Handles",
    "Switchboard",
    "all_finders",
    "alone",
    "chain_state",
    "concerned",
    "finders_for",
    "handles",
    "is_alone",
    "keep_order",
    "rest_of_chain",
    "strangers_ahead",
    "unfolded",
]


class Handles:
    """The handles of the hooks that are installed, found by hook and by name at the cost of one look-up."""

    def __init__(self) -> None:
        self._by_hook: dict[int, Any] = {}  # by what `id` says of hooks that the handles keep alive
        self._by_name: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}

    def add(self, handle: Any) -> None:
        """Have the handle, whose hook and name no other one has."""
        self._by_hook[id(handle.hook)] = handle
        self._by_name[handle.name] = handle

    def remove(self, handle: Any) -> None:
        """Have it no more."""
        del self._by_hook[id(handle.hook)]
        del self._by_name[handle.name]
        self._numbers.pop(handle.name, None)

    def of(self, hook: object) -> Any:
        """The handle of the hook, or None."""
        return self._by_hook.get(id(hook))

    def named(self, name: str) -> Any:
        """The handle that has the name, or None."""
        return self._by_name.get(name)

    def free_name(self, name: str) -> str:
        """`name`, or if a hook has that, the name with a number that makes it another."""
        if name not in self._by_name:
            return name
        number = self._numbers.get(name, 1) + 1
        while f"{name} {number}" in self._by_name:
            number += 1
        self._numbers[name] = number
        return f"{name} {number}"

    def __len__(self) -> int:
        return len(self._by_hook)

    def __iter__(self) -> Iterator[Any]:
        return iter(list(self._by_hook.values()))


handles: Handles = Handles()
"""The handles of the hooks that are installed."""


_alone: set[tuple[int, str]] = set()


@contextmanager
def alone(fullname: str) -> Iterator[None]:
    """Within it, what this thread asks a finder for is that finder's own portion of the package."""
    key = _thread.get_ident(), fullname
    outermost = key not in _alone
    _alone.add(key)
    try:
        yield
    finally:
        if outermost:
            _alone.discard(key)


def is_alone(fullname: str) -> bool:
    """Whether this thread is within `alone` for the package."""
    return (_thread.get_ident(), fullname) in _alone


class Switchboard:
    """A finder that asks, of the finders bound to names, only those that a module's name concerns.

    It stands on `sys.meta_path` in their place, so that a thousand of them cost an import one look-up.
    """

    def __init__(self, bound: Iterable[tuple[Any, tuple[str, ...]]] = ()) -> None:
        """For finders, and the patterns of module names that each is bound to."""
        self._table: NameTable[Any] = NameTable()
        self._bound: dict[int, tuple[Any, tuple[str, ...]]] = {}  # by place
        self._places: dict[int, int] = {}  # by what `id` says of finders that are in it
        self._ends = [0, -1]  # the first place that has been taken, and the last
        self.state: object = object()
        """Another one whenever a finder has come or gone."""
        for finder, patterns in bound:
            self.add(finder, patterns)

    def add(self, finder: Any, patterns: tuple[str, ...], *, first: bool = False) -> None:
        """Have the finder asked too, after the others or before them."""
        self._ends[not first] += -1 if first else 1
        place = self._ends[not first]
        self._table.add(place, finder, patterns)
        self._bound[place] = finder, patterns
        self._places[id(finder)] = place
        self.state = object()

    def remove(self, finder: Any) -> None:
        """Have the finder asked no more."""
        place = self._places.pop(id(finder))
        _, patterns = self._bound.pop(place)
        self._table.remove(place, patterns)
        self.state = object()

    @property
    def bound(self) -> list[tuple[Any, tuple[str, ...]]]:
        """The finders in order, each with its patterns."""
        return [bound for _, bound in sorted(self._bound.copy().items(), key=itemgetter(0))]

    @property
    def finders(self) -> list[Any]:
        """The finders in order."""
        return [finder for finder, _ in self.bound]

    def bound_to(self, fullname: str) -> list[Any]:
        """The finders that the module's name concerns, in order."""
        return self._table.get(fullname)

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """The top-level modules of the finders, for `pkgutil`, as far as they would be asked for them."""
        for finder in self.finders:
            if hasattr(finder, "iter_modules"):
                for name, is_package in finder.iter_modules(prefix):
                    if self._asks(finder, name[len(prefix) :]):
                        yield name, is_package

    def find_distributions(self, context: Any = None) -> Iterator[Any]:
        """The distributions that the finders know, for `importlib.metadata`."""
        for finder in self.finders:
            if hasattr(finder, "find_distributions"):
                yield from finder.find_distributions(context)

    @hidden
    def discover(self, parent: ModuleSpec | None = None) -> Iterator[ModuleSpec]:
        """The specs that the finders discover, as far as they would be asked for them."""
        for finder in self.finders:
            if hasattr(finder, "discover"):
                for spec in finder.discover(parent):
                    if self._asks(finder, spec.name):
                        yield spec

    def _asks(self, finder: Any, fullname: str) -> bool:
        return any(other is finder for other in self.bound_to(fullname))

    @hidden
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the first of the finders concerned that knows the module says, or None."""
        if type(sys.meta_path) is list:
            keep_order()
        for finder in self._table.get(fullname):
            spec: ModuleSpec | None = finder.find_spec(fullname, path, target)
            if spec is not None:
                return spec
        return None

    def invalidate_caches(self) -> None:
        """Have each finder look anew at what it remembers."""
        for finder in self.finders:
            if hasattr(finder, "invalidate_caches"):
                finder.invalidate_caches()

    def __contains__(self, finder: object) -> bool:
        return id(finder) in self._places

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._bound)} finders>"


def unfolded(chain: Iterable[Any]) -> list[Any]:
    """The finders of a chain, those in switchboards one by one."""
    finders: list[Any] = []
    for finder in list(chain):
        finders += finder.finders if type(finder) is Switchboard else [finder]
    return finders


def concerned(chain: Iterable[Any], fullname: str) -> list[Any]:
    """The finders of a chain that would be asked for the module, in order."""
    finders: list[Any] = []
    for finder in list(chain):
        finders += finder.bound_to(fullname) if type(finder) is Switchboard else [finder]
    return finders


def all_finders() -> list[Any]:
    """The finders on `sys.meta_path`, those in switchboards one by one."""
    return unfolded(sys.meta_path)


def keep_order() -> None:
    """Have the chain in order again, where others have put another list in its place."""
    if handles and type(sys.meta_path) is list:
        begin()


def strangers_ahead(finder: Any) -> list[Any]:
    """The finders before this one on `sys.meta_path` that are neither loadstone's nor installed by it."""
    strangers: list[Any] = []
    for other in list(sys.meta_path or ()):
        if other is finder or (type(other) is Switchboard and finder in other):
            return strangers
        if not is_ours(kind_of(other)) and handles.of(other) is None:
            strangers.append(other)
    return []


def chain_state() -> list[Any]:
    """What stands on `sys.meta_path`: other objects whenever a hook comes or goes."""
    return [finder.state if type(finder) is Switchboard else finder for finder in sys.meta_path]


def finders_for(fullname: str) -> list[Any]:
    """A snapshot of the finders of `sys.meta_path` that would be asked for the module, in order."""
    return concerned(sys.meta_path or (), fullname)


def asks_rest(finder: Any) -> bool:
    """Whether the finder is an interceptor that this thread is not inside of: it asks all those behind it."""
    return getattr(getattr(type(finder), "find_spec", None), "asks_rest", False) and (
        _thread.get_ident() not in finder._inside
    )


@hidden
def rest_of_chain(
    finder: object,
    fullname: str,
    path: Sequence[str] | None = None,
    target: ModuleType | None = None,
) -> ModuleSpec | None:
    """What the finders after `finder` on `sys.meta_path` say of the module: the first spec, or None.

    For a finder that changes or watches what others find. They are asked over a snapshot of the chain,
    with `path` and `target` as given; every other place where `finder` stands is skipped. Where it does not
    stand on the chain, all finders are asked. What they raise passes through. Thread-safe; may be called
    within a search.
    """
    finders = finders_for(fullname)
    for index, other in enumerate(finders):
        if other is finder:
            finders = finders[index + 1 :]
            break
    finders = [other for other in finders if other is not finder]
    for index, other in enumerate(finders):
        if asks_rest(other):
            # What it does not find, none of those behind it has found.
            del finders[index + 1 :]
            break
    if not finders:
        return None
    return find_spec(Walk(finders), fullname, path, target)
