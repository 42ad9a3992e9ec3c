"""One lock a module: of the interpreter's own for the live system, of the same kind for isolated ones.

A thread that imports a module holds its lock until the module is executed. The interpreter's `import`
statement takes the same locks, so a module that is imported both ways is executed once. The locks know
which thread waits for which, whatever the system, and raise DeadlockError instead of waiting in a circle.
"""

from __future__ import annotations

import _frozen_importlib
import os
import sys
from _imp import acquire_lock, release_lock
from _thread import get_ident
from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType
    from typing import Any, Protocol

    class Lock(Protocol):
        """A lock that its thread can take more than once."""

        owner: int | None

        def acquire(self) -> bool:
            """Take the lock; raises DeadlockError if waiting for it would never end."""

        def release(self) -> None:
            """Give it back; raises RuntimeError if this thread does not hold it."""


__all__ = ["DeadlockError", "Lock", "Locks", "acquire_lock", "live_lock", "release_lock"]

_interpreter: Any = _frozen_importlib
DeadlockError: type[RuntimeError] = _interpreter._DeadlockError
live_lock: Callable[[str], Lock] = _interpreter._get_module_lock


class Locks:
    """The locks of an isolated system: `locks(name)` is the one of the module `name`, while it is in use."""

    def __init__(self, modules: dict[str, ModuleType]) -> None:
        """`modules` is where the system keeps the modules that the locks are for."""
        self._modules = modules
        self._table: dict[str, ref[Lock]] = {}
        self._process = os.getpid()

    def __call__(self, name: str) -> Lock:
        acquire_lock()
        try:
            if self._process != os.getpid():
                self._process = os.getpid()
                _forget_lost_threads(self._table, self._modules)
            known = self._table.get(name)
            lock: Lock | None = known() if known is not None else None
            if lock is None:
                lock = _interpreter._ModuleLock(name)

                def forget(gone: ref[Lock]) -> None:
                    self._forget(name, gone)

                self._table[name] = ref(lock, forget)
            return lock
        finally:
            release_lock()

    def _forget(self, name: str, gone: ref[Lock]) -> None:
        acquire_lock()
        try:
            if self._table.get(name) is gone:
                del self._table[name]
        finally:
            release_lock()


def _forget_lost_threads(table: dict[str, ref[Lock]], modules: dict[str, ModuleType]) -> None:
    """In a forked child: have it import anew what a thread of its parent was in the middle of importing."""
    mine = get_ident()
    for name, reference in list(table.items()):
        lock = reference()
        if lock is not None and lock.owner not in (None, mine):
            table.pop(name, None)
            spec = getattr(modules.get(name), "__spec__", None)
            if getattr(spec, "_initializing", False):
                modules.pop(name, None)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _forget_lost_threads(_interpreter._module_locks, sys.modules))
