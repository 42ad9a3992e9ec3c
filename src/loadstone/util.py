"""Helpers for those who write importers, under importlib's names."""

from __future__ import annotations

import importlib.util as _importlib_util
import sys
import types
from _thread import get_ident as _get_ident

from ._core.cache import cache_from_source, source_from_cache
from ._core.frames import hidden as _hidden
from ._core.frames import trim_own as _trim_own
from ._core.locks import DeadlockError as _DeadlockError
from ._core.spec import module_from_spec, spec_from_loader
from ._core.system import live as _live
from ._core.system import resolve_name
from ._standard.bytecode import MAGIC_NUMBER, decode_source, source_hash
from ._standard.files import spec_from_file_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = [
    "MAGIC_NUMBER",
    "LazyLoader",
    "cache_from_source",
    "decode_source",
    "find_spec",
    "module_from_spec",
    "resolve_name",
    "source_from_cache",
    "source_hash",
    "spec_from_file_location",
    "spec_from_loader",
]

find_spec = _live.find_spec


class _Pending:
    """What a lazy module keeps until it is loaded, as its spec's `loader_state`."""

    def __init__(self, module: types.ModuleType) -> None:
        self.kind = type(module)
        self.attributes = dict(module.__dict__)
        self.thread: int | None = None  # the one that executes it


class LazyModule(types.ModuleType):
    """A module that is executed when an attribute other than `__spec__` is first asked for."""

    @_hidden
    def __getattribute__(self, attribute: str) -> Any:
        if attribute != "__spec__":
            _load(self)
        return _plain(self, attribute) if is_lazy(self) else getattr(self, attribute)

    @_hidden
    def __delattr__(self, attribute: str) -> None:
        _load(self)
        if is_lazy(self):
            super().__delattr__(attribute)
        else:
            delattr(self, attribute)


_plain = types.ModuleType.__getattribute__


def is_lazy(module: object) -> bool:
    """Whether `module` is a lazy one that has not been executed yet; looking does not execute it."""
    return issubclass(type(module), LazyModule)


@_hidden
def _load(module: LazyModule) -> None:
    """Execute a lazy module, unless that has been done or this thread is at it.

    Another thread's execution is waited for by the module's own lock, except where that thread waits for
    this one: then the module is what it is, as in any circular import.
    """
    spec = _plain(module, "__spec__")
    try:
        try:
            lock = _live.locks.take(spec.name)
        except _DeadlockError:
            return
        try:
            pending = spec.loader_state
            if is_lazy(module) and pending.thread != _get_ident():
                pending.thread = _get_ident()
                try:
                    _execute(module, spec, pending)
                finally:
                    pending.thread = None
        finally:
            lock.release()
    except BaseException as exception:
        _trim_own(exception)
        raise


@_hidden
def _execute(module: LazyModule, spec: Any, pending: _Pending) -> None:
    namespace = _plain(module, "__dict__")
    before = pending.attributes
    changed = {
        name: value for name, value in namespace.items() if name not in before or value is not before[name]
    }
    spec.loader.exec_module(module)
    if sys.modules.get(spec.name, module) is not module:
        raise ValueError(f"module object for {spec.name!r} substituted in sys.modules during a lazy load")
    namespace.update(changed)
    if is_lazy(module):
        object.__setattr__(module, "__class__", pending.kind)


class LazyLoader(_importlib_util.LazyLoader):
    """A loader that puts off executing a module until one of its attributes is first asked for.

    Same promise as `importlib.util.LazyLoader`, whose subclass it is, and thread-safe on every Python: one
    thread executes the module, others that use it wait. A load that fails is tried again at the next use.
    Importing the module again does not load it.
    """

    module_class: type[LazyModule] = LazyModule
    """What a module is until it is executed."""

    def __init__(self, loader: Any) -> None:
        """Around `loader`; raises TypeError if that has no `exec_module`."""
        _check_eager(loader)
        self.loader = loader

    @classmethod
    def factory(cls, loader: Any) -> Callable[..., LazyLoader]:
        """A callable that makes a lazy `loader`, for the loader details of `FileFinder`.

        Raises TypeError if the loader has no `exec_module`.
        """
        _check_eager(loader)
        return lambda *args, **kwargs: cls(loader(*args, **kwargs))

    def create_module(self, spec: Any) -> types.ModuleType | None:
        """What the loader inside makes; None for a plain module."""
        module: types.ModuleType | None = self.loader.create_module(spec)
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Make the module lazy: the loader inside executes it at its first use."""
        spec: Any = module.__spec__
        module.__loader__ = spec.loader = self.loader
        spec.loader_state = _Pending(module)
        module.__class__ = self.module_class


def _check_eager(loader: Any) -> None:
    if not hasattr(loader, "exec_module"):
        raise TypeError("loader must define exec_module()")


_UNTIL_312 = ("module_for_loader", "set_loader", "set_package")


def __getattr__(name: str) -> Any:
    if name in _UNTIL_312 or name == "_incompatible_extension_module_restrictions":
        return getattr(_importlib_util, name)
    if name == "Loader":
        from .abc import Loader

        return Loader
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
