"""The chain as a hook sees it: the finders in order, those that are bound to names among them."""

from __future__ import annotations

import _thread
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .._core.finding import find_spec
from .._core.frames import hidden
from .names import NameTable
from .order import begin

__all__ = [
    "Switchboard",
    "all_finders",
    "alone",
    "finders_for",
    "handles",
    "is_alone",
    "keep_order",
    "rest_of_chain",
]

handles: list[Any] = []
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

    It stands on `sys.meta_path` in their place, so that a hundred of them cost an import one look-up.
    """

    def __init__(self, finders: Iterable[Any]) -> None:
        """For finders that each have `names`, patterns of module names."""
        self.finders = tuple(finders)
        self._table = NameTable((finder, finder.names) for finder in self.finders)

    def bound_to(self, fullname: str) -> list[Any]:
        """The finders that the module's name concerns, in order."""
        return self._table.get(fullname)

    @hidden
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the first of the finders concerned that knows the module says, or None."""
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

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self.finders)} finders>"


def all_finders() -> list[Any]:
    """The finders on `sys.meta_path`, those in switchboards one by one."""
    finders: list[Any] = []
    for finder in list(sys.meta_path):
        if type(finder) is Switchboard:
            finders += finder.finders
        else:
            finders.append(finder)
    return finders


def keep_order() -> None:
    """Have the chain in order again, where others have put another list in its place."""
    if handles and type(sys.meta_path) is list:
        begin()


def finders_for(fullname: str) -> list[Any]:
    """A snapshot of the finders of `sys.meta_path` that would be asked for the module, in order."""
    finders = []
    for finder in list(sys.meta_path or ()):
        if type(finder) is Switchboard:
            finders += finder.bound_to(fullname)
        else:
            finders.append(finder)
    return finders


def asks_rest(finder: Any) -> bool:
    """Whether the finder is an interceptor that this thread is not inside of: it asks all those behind it."""
    return getattr(getattr(type(finder), "find_spec", None), "asks_rest", False) and (
        _thread.get_ident() not in finder._inside
    )


class _Rest:
    """The state of a walk over some finders of the live chain."""

    def __init__(self, finders: list[Any]) -> None:
        self.modules = sys.modules
        self.meta_path = finders


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
    state: Any = _Rest(finders)
    return find_spec(state, fullname, path, target)
