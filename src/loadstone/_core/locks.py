"""One lock a module: of the interpreter's own for the live system, of the same kind for isolated ones.

A thread that imports a module holds its lock until the module is executed. The interpreter's `import`
statement takes the same locks, so a module that is imported both ways is executed once. The locks know
which thread waits for which, whatever the system, and raise DeadlockError instead of waiting in a circle.
"""

from __future__ import annotations

import _frozen_importlib
import _thread
import os
import sys
from _imp import acquire_lock, release_lock
from _weakref import _remove_dead_weakref as remove_dead  # type: ignore[attr-defined]
from _weakref import ref

from .versions import COUNTS_LOCKS_BY_LIST

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Protocol

    class Lock(Protocol):
        """A lock that its thread can take more than once."""

        owner: int | None

        def acquire(self) -> bool:
            """Take the lock; raises DeadlockError if waiting for it would never end."""

        def release(self) -> None:
            """Give it back; raises RuntimeError if this thread does not hold it."""


__all__ = ["DeadlockError", "Lock", "Locks", "acquire_lock", "live_locks", "release_lock"]

_count_references: Any = getattr(
    sys, "getrefcount", lambda thing: object()
)  # PyPy has none: no two are equal

_interpreter: Any = _frozen_importlib
DeadlockError: type[RuntimeError] = _interpreter._DeadlockError
_ModuleLock: Any = _interpreter._ModuleLock


class Locks:
    """The module locks of one import system. A lock stays in the table while someone holds or wants it.

    Most locks are never known to more than one thread. Those are used again: making one and letting it
    go costs a third of what finding the module does.
    """

    def __init__(self, modules: dict[str, ModuleType], table: dict[str, Any] | None = None) -> None:
        """`modules` is where the system keeps the modules that the locks are for.

        `table` is the interpreter's own for the live system.
        """
        self._modules = modules
        self._table: dict[str, Any] = {} if table is None else table
        self._idle: list[list[Any]] = []  # lock, weak reference to it, and what made it
        own_table = self._table

        def forget(reference: ref[Any]) -> None:
            for name, each in list(own_table.items()):
                if each is reference:
                    remove_dead(own_table, name)

        self._forget = forget
        _all.add(ref(self, _all.discard))

    def take(self, name: str) -> Lock:
        """Take the lock of the module `name`, and return it to be released.

        Raises DeadlockError if waiting for it would never end.
        """
        return self.hold(name)[0]  # type: ignore[no-any-return]

    def hold(self, name: str) -> list[Any]:
        """Take the lock of the module `name`, and return what `give_back` is to be called with.

        That has the lock in the first place, the only reference to it. Raises DeadlockError if waiting for it
        would never end.
        """
        idle, table = self._idle, self._table
        acquire_lock()
        try:
            # Monkey patchers replace what makes locks, for those who wait.
            if idle and (held := idle.pop())[2] is _thread.allocate_lock:
                lock, reference, _ = held
            else:
                idle.clear()
                maker = _thread.allocate_lock
                lock = _ModuleLock(name)
                lock.count = (
                    [True] if COUNTS_LOCKS_BY_LIST else 1
                )  # and so it stays: nobody takes an idle one
                reference = ref(lock, self._forget)
                held = [lock, reference, maker]
            known = table.setdefault(name, reference)
            other = None if known is reference else known()
            if other is None:
                # Nobody else knows a new lock: it can be taken without waiting.
                if known is not reference:
                    table[name] = reference
                lock.name = name
                lock.owner = _thread.get_ident()
                return held
            idle.append(held)
        finally:
            release_lock()
        other.acquire()
        return [other, None, None]

    def give_back(self, name: str, held: list[Any]) -> None:
        """Release the lock of the module `name`; `held` is what `hold` has returned for it."""
        acquire_lock()
        try:
            # Others come to know a lock by the table, under the lock that is held now.
            if _count_references(held[0]) == _ALONE and held[1] is not None and not held[0].waiters:
                if self._table.get(name) is held[1]:
                    del self._table[name]
                self._idle.append(held)
                return
        finally:
            release_lock()
        held[0].release()

    def holds_below(self, package: str) -> bool:
        """Whether this thread has taken the lock of a module that is in the package `package`."""
        mine = _thread.get_ident()
        acquire_lock()
        try:
            known = [reference() for name, reference in self._table.items() if name.startswith(f"{package}.")]
        finally:
            release_lock()
        return any(lock is not None and lock.owner == mine for lock in known)

    def forget_lost_threads(self) -> None:
        """In a forked child: have it import anew what another thread of its parent was importing.

        Such a thread may have been anywhere in taking a lock, or in giving it back, this thread's among them.
        """
        mine = _thread.get_ident()
        for name, reference in list(self._table.items()):
            lock = reference()
            if lock is None:
                continue
            fresh = vars(_ModuleLock(name))
            if lock.owner == mine:
                fresh |= {"owner": mine, "count": lock.count}
            elif lock.owner is not None:
                spec = getattr(self._modules.get(name), "__spec__", None)
                if getattr(spec, "_initializing", False):
                    self._modules.pop(name, None)
            vars(lock).update(fresh)


_held = [object()]
_ALONE = _count_references(_held[0])
"""How many references are counted to what only a list holds: the list's, and one for the time of counting."""
_all: set[ref[Locks]] = set()
live_locks = Locks(sys.modules, _interpreter._module_locks)


def _forget_lost_threads() -> None:
    waits, mine = _interpreter._blocking_on, _thread.get_ident()
    own = waits.get(mine)
    waits.clear()
    if own is not None:
        waits.setdefault(mine, own)
    for reference in list(_all):
        locks = reference()
        if locks is not None:
            locks.forget_lost_threads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_lost_threads)
