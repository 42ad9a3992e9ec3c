"""The module locks: one lock a module, for the live system and for isolated ones."""

from __future__ import annotations

import _thread
import functools
import gc
import sys
import threading
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from loadstone._core.locks import DeadlockError, Locks, live_locks

from ..forking import in_fork, needs_fork


def run(function: Callable[[], Any]) -> threading.Thread:
    """Start `function` in a thread."""
    thread = threading.Thread(target=function, daemon=True)
    thread.start()
    return thread


def test_one_lock_a_module() -> None:
    """A name has one lock while that is in use, and each system its own."""
    one, other = Locks({}), Locks({})
    lock = one.take("a")
    assert one.take("a") is lock
    assert one.take("b") is not lock
    assert other.take("a") is not lock
    assert live_locks.take("a") is not lock


def test_locks_that_nobody_uses_are_forgotten() -> None:
    """The table of locks does not grow with the modules that were imported."""
    system = Locks({})
    lock = system.take("a")
    system.take("b")
    gc.collect()
    assert list(system._table) == ["a"]
    del lock
    gc.collect()
    assert not system._table


def test_a_lock_that_nobody_else_knows_is_used_again() -> None:
    """The lock of one import serves the next, if no other thread has come to know it."""
    system = Locks({})
    held = system.hold("a")
    first = id(held[0])
    system.give_back("a", held)
    del held
    assert not system._table
    held = system.hold("b")
    assert (id(held[0]), held[0].owner) == (first, threading.get_ident())
    known = held[0]
    system.give_back("b", held)
    assert known.owner is None
    assert system.take("c") is not known


def test_a_lock_that_is_given_back_goes_to_the_thread_that_waits() -> None:
    """Another thread that waits for the lock of an import gets it, and no third one until it is done."""
    system = Locks({})
    held = system.hold("a")
    taken, done = threading.Event(), threading.Event()

    def wait() -> None:
        theirs = system.hold("a")
        taken.set()
        done.wait(10)
        system.give_back("a", theirs)

    thread = run(wait)
    assert not taken.wait(0.05)
    system.give_back("a", held)
    assert taken.wait(10)
    third = run(lambda: system.take("a").release())
    third.join(0.05)
    assert third.is_alive()
    done.set()
    for each in (thread, third):
        each.join(10)
        assert not each.is_alive()


def test_a_new_lock_is_not_forgotten_for_an_old_one() -> None:
    """Where a lock that is forgotten has a successor in the table already, that one stays."""
    system = Locks({})
    lock, other = system.take("a"), system.take("b")
    system._table["a"] = system._table["b"]
    del lock
    gc.collect()
    assert system._table["a"]() is other


@pytest.mark.parametrize("locks", [Locks({}), live_locks], ids=["isolated", "live"])
def test_locks_are_reentrant_and_exclusive(locks: Locks) -> None:
    """A thread can take a lock again; another one waits until it is given back as often."""
    lock = locks.take("some_module")
    locks.take("some_module")
    taken = threading.Event()

    def take() -> None:
        mine = locks.take("some_module")
        taken.set()
        mine.release()

    thread = run(take)
    assert not taken.wait(0.05)
    lock.release()
    assert not taken.wait(0.05)
    lock.release()
    assert taken.wait(10)
    thread.join(10)
    with pytest.raises(RuntimeError):
        lock.release()
    locks.take("some_module").release()


def test_waiting_in_a_circle_is_an_error_across_systems() -> None:
    """Where two threads would wait for each other's lock, of whatever systems, one gets a DeadlockError."""
    system = Locks({})
    mine = system.take("a")
    started, errors = threading.Event(), []

    def attempt(locks: Locks, name: str) -> None:
        try:
            locks.take(name).release()
        except DeadlockError as error:
            errors.append(error)

    def opposite() -> None:
        theirs = live_locks.take("b")
        started.set()
        attempt(system, "a")
        theirs.release()

    thread = run(opposite)
    assert started.wait(10)
    attempt(live_locks, "b")
    mine.release()
    thread.join(10)
    assert len(errors) == 1


@needs_fork
def test_what_a_forked_child_forgets() -> None:
    """In a child, locks that threads of the parent held are free, and modules they were importing gone."""
    initializing, done = ModuleType("initializing"), ModuleType("done")
    initializing.__spec__ = SimpleNamespace(_initializing=True)  # type: ignore[assignment]
    modules = {"initializing": initializing, "done": done, "mine": initializing}
    system = Locks(modules)
    held: list[Any] = []
    run(lambda: held.extend(system.take(name) for name in ("initializing", "done", "absent"))).join(10)
    mine, free = system.take("mine"), system.take("free")
    system.take("mine")
    free.release()

    def in_child() -> None:
        assert modules == {"done": done, "mine": initializing}
        for lock in (*held, free):
            assert system.take(lock.name) is lock
            lock.release()
        taken: list[Any] = []
        thread = run(lambda: taken.append(system.take("mine")))
        mine.release()
        thread.join(0.2)
        assert thread.is_alive()
        mine.release()
        thread.join(10)
        assert taken == [mine]

    in_fork(in_child)
    assert modules == {"initializing": initializing, "done": done, "mine": initializing}
    assert held[0].owner is not None


@needs_fork
@pytest.mark.parametrize("locks", [Locks({}), live_locks], ids=["isolated", "live"])
def test_a_fork_while_a_thread_is_taking_locks(locks: Locks) -> None:
    """In a child no lock hangs because a thread of the parent was in the middle of taking it."""
    mine, free = locks.take("mine"), locks.take("free")
    free.release()
    for lock in (mine, free):
        inner: Any = lock
        run(inner.lock.acquire).join(10)
        run(inner.wakeup.acquire).join(10)
    bootstrap: Any = sys.modules["_frozen_importlib"]
    waits, blocked = bootstrap._blocking_on, ModuleType("blocked")
    waits.setdefault(-1, blocked)

    def in_child() -> None:
        assert waits.get(-1) is None
        mine.release()
        for lock in (mine, free):
            assert locks.take(lock.name) is lock
            thread = run(functools.partial(locks.take, lock.name))
            thread.join(0.2)
            assert thread.is_alive()
            lock.release()
            thread.join(10)
            assert not thread.is_alive()

    in_fork(in_child)
    assert waits.get(-1) is blocked
    del getattr(waits, "data", waits)[-1]


def test_dead_references_are_nothing_to_forget() -> None:
    """A lock that is gone by itself is passed over when a child looks after its locks."""
    system = Locks({})
    system._table["gone"] = lambda: None
    system.forget_lost_threads()
    assert list(system._table) == ["gone"]


def test_the_live_locks_are_the_interpreters() -> None:
    """The live system takes the lock that an import statement takes, whichever comes first."""
    bootstrap: Any = sys.modules["_frozen_importlib"]
    lock = live_locks.take("some_module")
    assert bootstrap._get_module_lock("some_module") is lock
    lock.release()
    theirs = bootstrap._get_module_lock("other_module")
    assert live_locks.take("other_module") is theirs
    theirs.release()


def test_idle_locks_are_not_used_once_locks_are_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a monkey patcher has replaced what locks are made by, no lock of before is used again."""
    locks = Locks({})

    def used() -> Any:
        held = locks.hold("a")
        inner = held[0].wakeup  # type: ignore[attr-defined]
        locks.give_back("a", held)
        return inner

    before = used()
    assert used() is before
    made: list[Any] = []

    def allocate_lock() -> Any:
        made.append(threading.Lock())
        return made[-1]

    monkeypatch.setattr(_thread, "allocate_lock", allocate_lock)
    patched = used()
    assert patched is not before
    assert used() is patched
    monkeypatch.undo()
    assert used() is not patched
