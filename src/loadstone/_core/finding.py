"""The walk along a chain: the one place where finders are asked for a spec."""

from __future__ import annotations

import _imp
import _thread
import sys
from _frozen_importlib import BuiltinImporter, FrozenImporter
from _frozen_importlib_external import PathFinder
from _warnings import warn

from .frames import hidden
from .locks import acquire_lock, release_lock
from .spec import spec_from_loader
from .versions import ASKS_FIND_MODULE, COPIES_CHAIN, FROZEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, Protocol

    class Searched(Protocol):
        """What a walk has to know of an import system."""

        modules: dict[str, ModuleType]
        meta_path: Any


__all__ = [
    "NOTHING",
    "NOWHERE",
    "Walk",
    "find_spec",
    "made",
    "object_name",
    "observers",
    "stand_ins",
]

NOWHERE: Any = object()
"""What a finder answers, to this walk only, that has asked all those behind it in vain."""

NOTHING: tuple[Any, Any] = None, None
made: list[tuple[Any, Any]] = [NOTHING]
"""The spec that a stand-in has made for a walk, and that nobody else has seen yet; with it the facts about
the file, if that was looked at for this answer. Who loads the module at once need not look again."""

stand_ins: dict[Any, Callable[..., Any]] = {}
"""By finder, what does its work: a function that is called as its `find_spec`, or returns NotImplemented."""

_builtin, _frozen = vars(BuiltinImporter), vars(FrozenImporter)
_FIND_BUILTIN, _FIND_FROZEN = _builtin["find_spec"], _frozen["find_spec"]
_BUILTIN = frozenset(sys.builtin_module_names)
_find_frozen: Any = getattr(_imp, "find_frozen", _imp.is_frozen)
_Iterator: Any = type(iter([]))

observers: dict[int, Callable[[Any], Any]] = {}
"""By thread, what is called with each finder in turn of that thread's walks, and returns what is asked in
its place."""


class Walk:
    """The state of a walk along `finders`, for modules of the live system."""

    def __init__(self, finders: Any) -> None:
        self.meta_path = finders
        self.modules = sys.modules


@hidden
def find_spec(
    state: Searched,
    name: str,
    path: Sequence[str] | None,
    target: ModuleType | None = None,
    tail: str | None = None,
) -> ModuleSpec | None:
    """Ask the finders of `state.meta_path` in order; the first spec that one returns, or None.

    `path` is the parent package's search path (None at top level), `target` the module that is to be
    reloaded, `tail` the last part of its name, if the caller has that. The finders are asked under the
    global import lock, one thread at a time. Where finding the module imported it, its own spec is the
    answer. Raises ImportError while the interpreter shuts down; warns with ImportWarning if there is no
    finder. What a finder raises passes through.
    """
    asked = finders = state.meta_path
    if type(finders) is list:
        if COPIES_CHAIN:
            asked = finders[:]
    elif finders is None:
        raise ImportError("sys.meta_path is None, Python is likely shutting down")
    elif COPIES_CHAIN and type(finders) is not _Iterator:  # by which a trace sees whose turn it was
        asked = finders = list(finders)
    if not finders:
        warn("sys.meta_path is empty", ImportWarning)
    is_reload = name in state.modules
    if observers:
        observer = observers.get(_thread.get_ident())
        if observer is not None:
            asked = map(observer, asked)
    acquire_lock()
    try:
        for finder in asked:
            # What they have shows by its name, sooner than by a call.
            if finder is BuiltinImporter:
                if name not in _BUILTIN and _builtin["find_spec"] is _FIND_BUILTIN:
                    continue
            elif finder is FrozenImporter:
                if (name not in FROZEN or not _find_frozen(name)) and _frozen["find_spec"] is _FIND_FROZEN:
                    continue
            elif finder is PathFinder and stand_ins:
                spec = stand_ins[PathFinder](name, path, target, tail)
                if spec is None:
                    continue
                if spec is not NotImplemented:
                    break
            try:
                find = finder.find_spec
            except AttributeError:
                spec = _find_by_module(finder, name, path) if ASKS_FIND_MODULE else None
            else:
                spec = find(name, path, target)
            if spec is not None:
                if spec is NOWHERE:
                    return None
                made[0] = NOTHING
                break
        else:
            return None
    finally:
        release_lock()
    found: ModuleSpec = spec
    if not is_reload and name in state.modules:
        own: ModuleSpec | None = getattr(state.modules[name], "__spec__", None)
        return found if own is None else own
    return found


@hidden
def _find_by_module(finder: Any, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """Ask a finder of before Python 3.4, which has `find_module` only."""
    warn(
        f"{object_name(finder)}.find_spec() not found; falling back to find_module()",
        ImportWarning,
    )
    loader = finder.find_module(name, path)
    return None if loader is None else spec_from_loader(name, loader)


def object_name(thing: Any) -> str:
    """What a warning calls a finder or loader: its class's name, or its own if it is a class."""
    try:
        return str(thing.__qualname__)
    except AttributeError:
        return type(thing).__qualname__
