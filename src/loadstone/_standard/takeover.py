"""Taking over the interpreter: every later `import` statement runs on loadstone, until that is undone."""

from __future__ import annotations

import builtins
import sys
from _frozen_importlib import BuiltinImporter as _BuiltinImporter
from _frozen_importlib import FrozenImporter as _FrozenImporter
from _frozen_importlib_external import FileFinder as _FileFinder
from _frozen_importlib_external import PathFinder as _PathFinder
from _warnings import warn

from .._core.locks import acquire_lock, release_lock
from .._core.pending import settle
from .._core.system import live
from .builtin import BuiltinImporter, FrozenImporter
from .files import FileFinder, file_loaders
from .path import PathFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

    from typing_extensions import Self

__all__ = ["Takeover", "takeover"]

_FINDERS = [
    (_BuiltinImporter, BuiltinImporter),
    (_FrozenImporter, FrozenImporter),
    (_PathFinder, PathFinder),
]


def takeover() -> Takeover:
    """Put loadstone in charge of every later `import` statement, and return the handle that undoes it.

    The engine's `__import__` goes into `builtins`; loadstone's finders take the places of the interpreter's
    three on `sys.meta_path`, its path hook that of theirs. Finders and path hooks of others stay as they
    are. Modules that are imported already stay as they are.
    """
    return Takeover()


class Takeover:
    """What `takeover` has put in place: `uninstall()` undoes it, as does leaving a `with` block.

    Undoing it gives each place back that still holds what was put there. If something else has replaced
    `builtins.__import__` since, that stays, with a RuntimeWarning. A takeover within another finds nothing
    to do, and undoes nothing. Idempotent; thread-safe.
    """

    def __init__(self) -> None:
        self.active = True
        settle()
        hook = FileFinder.path_hook(*file_loaders())
        acquire_lock()
        try:
            self._import: Any = builtins.__import__
            self._finders = _replace(sys.meta_path, _FINDERS)
            self._hooks = _replace(
                sys.path_hooks, [(old, hook) for old in sys.path_hooks if _makes_file_finders(old)]
            )
            cache = sys.path_importer_cache
            self._cache = {entry: finder for entry, finder in cache.items() if type(finder) is _FileFinder}
            for entry in self._cache:
                del cache[entry]
            builtins.__import__ = live.__import__
        finally:
            release_lock()

    def uninstall(self) -> None:
        """Leave the interpreter as it was; does nothing the second time."""
        acquire_lock()
        try:
            if not self.active:
                return
            self.active = False
            if builtins.__import__ is live.__import__:
                builtins.__import__ = self._import
            else:
                warn(
                    f"builtins.__import__ is {builtins.__import__!r}, no longer loadstone's: left as it is",
                    RuntimeWarning,
                    stacklevel=2,
                )
            _replace(sys.meta_path, [(new, old) for old, new in self._finders])
            _replace(sys.path_hooks, [(new, old) for old, new in self._hooks])
            if self._hooks:
                cache: dict[str, Any] = sys.path_importer_cache
                for entry in [entry for entry, finder in cache.items() if type(finder) is FileFinder]:
                    del cache[entry]
                for entry, finder in self._cache.items():
                    cache.setdefault(entry, finder)
        finally:
            release_lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.uninstall()

    def __repr__(self) -> str:
        state = "active" if self.active else "uninstalled"
        replaced = ", ".join(new.__name__ for _, new in (*self._finders, *self._hooks))
        return f"<{type(self).__name__} {state}: {replaced or 'nothing replaced'}>"


def _makes_file_finders(hook: Any) -> bool:
    return (
        getattr(hook, "__qualname__", "") == "FileFinder.path_hook.<locals>.path_hook_for_FileFinder"
        and getattr(hook, "__module__", "") == _FileFinder.__module__
    )


def _replace(places: list[Any], pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Put the second of each pair in the place of the first, by identity; the pairs that were there."""
    done = []
    for old, new in pairs:
        for index, thing in enumerate(places):
            if thing is old:
                places[index] = new
                done.append((old, new))
    return done
