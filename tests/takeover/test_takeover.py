"""Taking over the interpreter, and giving it back."""

from __future__ import annotations

import builtins
import sys
import threading
import warnings
from importlib import machinery
from typing import TYPE_CHECKING, Any
from zipimport import zipimporter

import pytest

import loadstone
import loadstone.abc
import loadstone.machinery

if TYPE_CHECKING:
    from ..conftest import Sandbox

PAIRS = [
    (machinery.BuiltinImporter, loadstone.machinery.BuiltinImporter),
    (machinery.FrozenImporter, loadstone.machinery.FrozenImporter),
    (machinery.PathFinder, loadstone.machinery.PathFinder),
]


class State:
    """The state of the interpreter's import system, object by object."""

    def __init__(self) -> None:
        self.function = builtins.__import__
        self.lists = [(places, list(places)) for places in (sys.meta_path, sys.path_hooks, sys.path)]
        self.cache = sys.path_importer_cache
        self.finders = dict(sys.path_importer_cache)
        self.modules = sys.modules

    def check(self) -> None:
        """Everything is what it was, object by object; no finder of loadstone's is left."""
        assert builtins.__import__ is self.function
        for (places, items), now in zip(self.lists, (sys.meta_path, sys.path_hooks, sys.path), strict=True):
            assert now is places
            assert all(one is other for one, other in zip(now, items, strict=True))
        assert sys.path_importer_cache is self.cache
        for entry, finder in self.finders.items():
            assert self.cache.get(entry) is finder
        assert not any(isinstance(finder, loadstone.machinery.FileFinder) for finder in self.cache.values())
        assert sys.modules is self.modules


@pytest.fixture
def state(sandbox: Sandbox) -> State:
    """The state before a test, with the finders of every path entry remembered."""
    for entry in sys.path:
        machinery.PathFinder._path_importer_cache(entry)  # type: ignore[attr-defined]
    return State()


def test_what_is_put_in_place(state: State) -> None:
    """The engine's `__import__`, and loadstone's finders and path hook in the places of the interpreter's."""
    handle = loadstone.takeover()
    try:
        assert builtins.__import__ is loadstone.live.__import__
        (_, before), (_, hooks), _ = state.lists
        expected = [dict(PAIRS).get(finder, finder) for finder in before]
        assert sys.meta_path == expected
        assert len(sys.path_hooks) == len(hooks)
        assert zipimporter in sys.path_hooks
        replaced = [new for new, old in zip(sys.path_hooks, hooks, strict=True) if new is not old]
        assert len(replaced) == 1
        assert type(replaced[0]("/")) is loadstone.machinery.FileFinder
        assert not any(type(finder) is machinery.FileFinder for finder in sys.path_importer_cache.values())
    finally:
        handle.uninstall()
    state.check()


def test_handle(state: State) -> None:
    """The handle undoes it, once; it tells whether it is active."""
    handle = loadstone.takeover()
    assert isinstance(handle, loadstone.Takeover)
    assert handle.active
    assert repr(handle).startswith("<Takeover active: BuiltinImporter, FrozenImporter, PathFinder, path_hook")
    handle.uninstall()
    assert not handle.active
    assert repr(handle).startswith("<Takeover uninstalled: BuiltinImporter")
    state.check()
    with loadstone.takeover():
        handle.uninstall()
        assert builtins.__import__ is loadstone.live.__import__
    state.check()


def test_context_manager(state: State) -> None:
    """Leaving the `with` block undoes it, by an exception too."""
    with loadstone.takeover() as handle:
        assert handle.active
    state.check()
    with pytest.raises(KeyError, match="inside"), loadstone.takeover():
        raise KeyError("inside")
    state.check()
    with loadstone.takeover() as handle:
        handle.uninstall()
        state.check()
    state.check()


def test_nested(state: State) -> None:
    """A takeover within another finds nothing to do, and undoes nothing."""
    with loadstone.takeover() as outer:
        inner = list(sys.meta_path)
        with loadstone.takeover() as second:
            assert sys.meta_path == inner
            assert "nothing replaced" in repr(second)
        assert builtins.__import__ is loadstone.live.__import__
        assert sys.meta_path == inner
        assert outer.active
    state.check()


def test_interpreter_before_and_after(state: State, sandbox: Sandbox) -> None:
    """Imports before, in and after the takeover are the interpreter's, loadstone's and the interpreter's."""
    sandbox.write({f"mod{number}.py": "" for number in range(3)}, on_path=True)
    kinds = []
    for number in range(3):
        with loadstone.takeover() if number == 1 else warnings.catch_warnings():
            kinds.append(type(__import__(f"mod{number}").__loader__))
    assert kinds == [
        machinery.SourceFileLoader,
        loadstone.machinery.SourceFileLoader,
        machinery.SourceFileLoader,
    ]


def test_finders_of_others_stay(state: State) -> None:
    """Finders and path hooks that others put there before or meanwhile stay, in their places."""

    class Finder(loadstone.abc.MetaPathFinder):
        def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
            return None

    def hook(entry: str) -> Any:
        raise ImportError

    before, first, last = Finder(), Finder(), Finder()
    sys.meta_path.insert(1, before)
    handle = loadstone.takeover()
    sys.meta_path.insert(0, first)
    sys.meta_path.append(last)
    sys.path_hooks.insert(0, hook)
    entry = loadstone.abc.PathEntryFinder()
    sys.path_importer_cache["other:"] = entry
    handle.uninstall()
    own = state.lists[0][1]
    assert sys.meta_path == [first, own[0], before, *own[1:], last]
    assert sys.path_hooks == [hook, *state.lists[1][1]]
    assert sys.path_importer_cache["other:"] is entry


def test_finders_that_are_removed_meanwhile(state: State) -> None:
    """A finder that somebody removes during the takeover does not come back."""
    with loadstone.takeover():
        sys.meta_path.remove(loadstone.machinery.FrozenImporter)
    own = state.lists[0][1]
    assert sys.meta_path == [finder for finder in own if finder is not machinery.FrozenImporter]


def test_finders_that_are_not_there(state: State, sandbox: Sandbox) -> None:
    """Where the interpreter's finders or path hook are missing, loadstone's are not put there."""
    sys.meta_path.remove(machinery.FrozenImporter)
    sys.path_hooks.clear()
    with loadstone.takeover() as handle:
        assert loadstone.machinery.FrozenImporter not in sys.meta_path
        assert sys.path_hooks == []
        assert "path_hook" not in repr(handle)
    assert machinery.FrozenImporter not in sys.meta_path
    assert sys.path_hooks == []


def test_new_lists(state: State) -> None:
    """Where somebody put other lists in place meanwhile, these get the interpreter's finders back."""
    handle = loadstone.takeover()
    sys.meta_path = list(sys.meta_path)
    sys.path_hooks = list(sys.path_hooks)
    sys.path_importer_cache = dict(sys.path_importer_cache)
    handle.uninstall()
    assert sys.meta_path == state.lists[0][1]
    assert sys.path_hooks == state.lists[1][1]
    for entry, finder in state.finders.items():
        assert sys.path_importer_cache.get(entry) is finder


def test_new_path_entries(state: State, sandbox: Sandbox) -> None:
    """Finders that were made for new path entries go, and the interpreter makes its own."""
    entry = sandbox.write({"mod.py": ""}, on_path=True)
    with loadstone.takeover():
        import mod  # type: ignore[import-not-found]

        assert type(sys.path_importer_cache[str(entry)]) is loadstone.machinery.FileFinder
        assert type(mod.__spec__) is loadstone.machinery.ModuleSpec
    assert str(entry) not in sys.path_importer_cache
    del sys.modules["mod"]
    import mod

    assert type(sys.path_importer_cache[str(entry)]) is machinery.FileFinder


def test_a_foreign_import_function_on_top(state: State) -> None:
    """What has replaced `builtins.__import__` since stays, with a warning at the caller's line."""
    handle = loadstone.takeover()
    ours = builtins.__import__
    calls = []

    def foreign(name: str, *arguments: Any, **options: Any) -> Any:
        calls.append(name)
        return ours(name, *arguments, **options)

    builtins.__import__ = foreign
    with pytest.warns(
        RuntimeWarning, match=r"builtins\.__import__ is <function .*foreign.*no longer loadstone's"
    ) as caught:
        handle.uninstall()
    assert caught[0].filename == __file__
    assert builtins.__import__ is foreign
    assert sys.meta_path == state.lists[0][1]
    builtins.__import__ = state.function
    state.check()


def test_a_foreign_import_function_below(state: State) -> None:
    """A foreign `__import__` that was there before comes back."""

    def foreign(*arguments: Any, **options: Any) -> Any:
        return state.function(*arguments, **options)

    builtins.__import__ = foreign
    with loadstone.takeover():
        assert builtins.__import__ is loadstone.live.__import__
    assert builtins.__import__ is foreign


def test_threads_take_over_and_give_back(state: State, sandbox: Sandbox) -> None:
    """Threads may take over, import and give back at once; in the end everything is as it was."""
    sandbox.write({f"mod{number}.py": "import json\n" for number in range(40)}, on_path=True)
    outer = loadstone.takeover()
    errors: list[BaseException] = []

    def work(start: int) -> None:
        try:
            for number in range(start, 40, 4):
                handle = loadstone.takeover()
                __import__(f"mod{number}")
                handle.uninstall()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(start,)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    closers = [threading.Thread(target=outer.uninstall) for _ in range(4)]
    for thread in closers:
        thread.start()
    for thread in closers:
        thread.join()
    assert errors == []
    sys.path.pop(0)
    state.check()


def test_import_verbs_of_importlib(state: State, sandbox: Sandbox) -> None:
    """`importlib.import_module` runs its own engine, and asks loadstone's finders."""
    import importlib

    sandbox.write({"mod.py": ""}, on_path=True)
    with loadstone.takeover():
        assert type(importlib.import_module("mod").__loader__) is loadstone.machinery.SourceFileLoader
