"""Lazy modules: executed when an attribute of them is first asked for, by one thread."""

from __future__ import annotations

import _thread
import sys
import types

from .._core.frames import hidden, trim_own
from .._core.locks import DeadlockError
from .._core.system import live

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["LazyModule", "Pending", "is_lazy"]


class Pending:
    """What a lazy module keeps until it is loaded, as its spec's `loader_state`."""

    def __init__(self, module: types.ModuleType) -> None:
        self.kind = type(module)
        self.attributes = dict(module.__dict__)
        self.thread: int | None = None  # the one that executes it


class LazyModule(types.ModuleType):
    """A module that is executed when an attribute other than `__spec__` is first asked for."""

    tells_attribute_errors = False
    """Whether an AttributeError of its code becomes an ImportError, and not a missing attribute."""

    @hidden
    def __getattribute__(self, attribute: str) -> Any:
        if attribute != "__spec__":
            _load(self)
        return _plain(self, attribute) if is_lazy(self) else getattr(self, attribute)

    @hidden
    def __setattr__(self, attribute: str, value: Any) -> None:
        if attribute == "__spec__" and value is not _plain(self, attribute):
            # A reload. What waits is in the spec that is replaced: it happens now.
            _load(self)
        if is_lazy(self):
            super().__setattr__(attribute, value)
        else:
            setattr(self, attribute, value)

    @hidden
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


@hidden
def _load(module: LazyModule) -> None:
    """Execute a lazy module, unless that has been done or this thread is at it.

    Another thread's execution is waited for by the module's own lock, except where that thread waits for
    this one: then the module is what it is, as in any circular import.
    """
    spec = _plain(module, "__spec__")
    try:
        try:
            lock = live.locks.take(spec.name)
        except DeadlockError:
            return
        try:
            pending = spec.loader_state
            if is_lazy(module) and pending.thread != _thread.get_ident():
                pending.thread = _thread.get_ident()
                try:
                    _execute(module, spec, pending)
                except AttributeError as error:
                    if not type(module).tells_attribute_errors:
                        raise
                    message = f"lazy module {spec.name!r} raised AttributeError: {error}"
                    raise ImportError(message, name=spec.name, path=spec.origin) from error
                finally:
                    pending.thread = None
        finally:
            lock.release()
    except BaseException as exception:
        trim_own(exception)
        raise


@hidden
def _execute(module: LazyModule, spec: Any, pending: Pending) -> None:
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
