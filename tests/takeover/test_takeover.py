"""Taking over the interpreter, and giving it back."""

from __future__ import annotations

import _frozen_importlib
import builtins
import importlib
import inspect
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from importlib import machinery
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

import loadstone
import loadstone.abc
from loadstone._core import loading
from loadstone._core.versions import HAS_LAZY_IMPORTS

if TYPE_CHECKING:
    from ..conftest import Sandbox


class State:
    """The state of the interpreter's import system, object by object."""

    def __init__(self) -> None:
        self.seam = _frozen_importlib._find_and_load  # type: ignore[attr-defined]
        self.function = builtins.__import__
        self.lists = [(places, list(places)) for places in (sys.meta_path, sys.path_hooks, sys.path)]
        self.cache = sys.path_importer_cache
        self.finders = dict(sys.path_importer_cache)
        self.modules = sys.modules
        self.names = {
            (kind, name): value
            for kind in vars(machinery).values()
            if isinstance(kind, type)
            for name, value in vars(kind).items()
            if callable(value)
        }

    def check(self, *, taken: bool = False) -> None:
        """Everything is what it was, object by object; but for the seam, if it is `taken`."""
        assert (_frozen_importlib._find_and_load is self.seam) != taken  # type: ignore[attr-defined]
        assert builtins.__import__ is self.function
        for (places, items), now in zip(self.lists, (sys.meta_path, sys.path_hooks, sys.path), strict=True):
            assert now is places
            assert all(one is other for one, other in zip(now, items, strict=True))
        assert sys.path_importer_cache is self.cache
        for entry, finder in self.finders.items():
            assert self.cache.get(entry) is finder
        assert sys.modules is self.modules
        for (kind, name), value in self.names.items():
            assert vars(kind)[name] is value


@pytest.fixture
def state(sandbox: Sandbox) -> State:
    """The state before a test, with the finders of every path entry remembered."""
    for entry in sys.path:
        machinery.PathFinder._path_importer_cache(entry)  # type: ignore[attr-defined]
    return State()


@contextmanager
def loads() -> Iterator[list[str]]:
    """The names of the modules that the engine loads meanwhile."""
    names: list[str] = []
    load = loading._load

    def tell(system: Any, spec: Any) -> Any:
        names.append(spec.name)
        return load(system, spec)

    with mock.patch.object(loading, "_load", tell):
        yield names


def is_ours(name: str) -> bool:
    """Whether the engine imports the module `name`, by a statement now."""
    with loads() as names:
        __import__(name)
    return name in names


def test_what_is_put_in_place(state: State) -> None:
    """The engine is in the interpreter's seam; finders, hooks, caches, classes and `__import__` stay."""
    with loadstone.takeover():
        state.check(taken=True)
    state.check()


def test_handle(state: State) -> None:
    """The handle undoes it, once; it tells whether it is active."""
    handle = loadstone.takeover()
    assert isinstance(handle, loadstone.Takeover)
    assert handle.active
    assert repr(handle) == "<Takeover active>"
    handle.uninstall()
    assert not handle.active
    assert repr(handle) == "<Takeover uninstalled>"
    state.check()
    with loadstone.takeover():
        handle.uninstall()
        state.check(taken=True)
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


def test_nested(state: State, sandbox: Sandbox) -> None:
    """A takeover within another finds nothing to do, and undoes nothing."""
    sandbox.write({"one.py": "", "two.py": ""}, on_path=True)
    with loadstone.takeover() as outer:
        with loadstone.takeover() as second:
            assert "within another" in repr(second)
            assert is_ours("one")
        assert outer.active
        assert is_ours("two")


def test_interpreter_before_and_after(state: State, sandbox: Sandbox) -> None:
    """Imports before, in and after the takeover are the interpreter's, loadstone's and the interpreter's."""
    sandbox.write({f"mod{number}.py": "" for number in range(3)}, on_path=True)
    found = []
    for number in range(3):
        with loadstone.takeover() if number == 1 else nullcontext():
            found.append(is_ours(f"mod{number}"))
    assert found == [False, True, False]


def test_what_is_imported_is_as_the_interpreter_has_it(state: State, sandbox: Sandbox) -> None:
    """Specs, loaders, finders and namespace paths are exactly of importlib's classes."""
    sandbox.write({"mod.py": "", "lone/x.py": "", "pkg/__init__.py": ""}, on_path=True)
    names = ("mod", "pkg", "lone", "lone.x", "colorsys", "_testcapi", "__hello__", "_symtable")
    described = []
    for taken in (True, False):
        for name in names:  # an earlier test may have imported some
            sys.modules.pop(name, None)
        with loadstone.takeover() if taken else nullcontext():
            for name in names:
                try:
                    module = importlib.import_module(name)
                except ImportError:
                    continue
                spec = module.__spec__
                assert spec is not None
                path = spec.submodule_search_locations
                facts = [type(module), type(spec), type(spec.loader), type(path), spec.origin, spec.cached]
                described.append((taken, name, facts, sorted(vars(spec)), sorted(vars(module))))
    taken_facts = [fact[1:] for fact in described if fact[0]]
    assert taken_facts == [fact[1:] for fact in described if not fact[0]]
    assert len(taken_facts) > 5


@pytest.mark.parametrize("verb", ["statement", "import_module", "dunder", "from", "lazy"])
def test_every_way_to_import_is_reached(state: State, sandbox: Sandbox, verb: str) -> None:
    """Statements, `importlib.import_module`, `__import__` and lazy imports run on the engine."""
    sandbox.write({"pkg/__init__.py": "", "pkg/mod.py": "x = 1"}, on_path=True)
    if verb == "lazy" and not HAS_LAZY_IMPORTS:
        pytest.skip("lazy imports came with Python 3.15")
    ways = {
        "statement": "import pkg.mod",
        "import_module": "importlib.import_module('pkg.mod')",
        "dunder": "importlib.__import__('pkg.mod')",
        "from": "from pkg import mod",
        "lazy": "lazy from pkg.mod import x\nx",
    }
    with loadstone.takeover(), loads() as names:
        exec(ways[verb], {"importlib": importlib, "__name__": "user"})
    assert names == ["pkg", "pkg.mod"]


def test_statements_for_what_is_there_stay_in_c(state: State) -> None:
    """An import statement for a module that is loaded runs no Python code."""
    calls = []

    def profile(frame: Any, event: str, argument: Any) -> None:
        calls.append((event, frame.f_code.co_name))

    def statements() -> None:
        from json.decoder import JSONDecoder  # noqa: F401

    import json.decoder  # noqa: F401

    with loadstone.takeover():
        statements()
        sys.setprofile(profile)
        try:
            statements()
        finally:
            sys.setprofile(None)
    python = [name for event, name in calls if event == "call"]
    assert python == ["statements"]


PATCHES = ["create_module", "exec_module", "get_code", "get_data", "path_stats", "source_to_code", "set_data"]


@pytest.mark.parametrize("place", ["class", "parent", "instance"])
@pytest.mark.parametrize("method", PATCHES)
def test_methods_that_others_put_into_loaders_act(
    state: State, sandbox: Sandbox, method: str, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a tool puts in the place of a method of importlib's loader is called, wherever it puts it."""
    sandbox.write({"mod.py": "x = 1"}, on_path=True)
    sys.dont_write_bytecode = False
    kind = machinery.SourceFileLoader
    original = getattr(kind, method)
    calls = []

    def patched(self: Any, *arguments: Any, **options: Any) -> Any:
        calls.append(method)
        return original(self, *arguments, **options)

    if place == "class":
        monkeypatch.setattr(kind, method, patched)
    elif place == "parent":
        owner = next(parent for parent in kind.__mro__ if method in vars(parent))
        monkeypatch.setattr(owner, method, patched)
    else:
        init = kind.__init__

        def initialised(self: Any, *arguments: Any) -> None:
            init(self, *arguments)
            setattr(self, method, partial(patched, self))

        monkeypatch.setattr(kind, "__init__", initialised)
    with loadstone.takeover():
        import mod  # type: ignore[import-not-found]
    assert mod.x == 1
    assert calls


def test_what_an_interceptor_does_to_a_loader_acts(state: State, sandbox: Sandbox) -> None:
    """A loader that has been found is asked, if one who was told of it before the import has changed it."""
    sandbox.write({"mod.py": "x = 1", "other.py": "x = 1"}, on_path=True)

    class Changing(loadstone.Interceptor):
        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            spec: Any = self.rest(fullname, path, target)
            if fullname == "mod":
                spec.loader.get_code = lambda name: compile("x = 2", "changed", "exec")
            elif fullname == "other":
                sandbox.write({"other.py": "x = 'changed'"})
            return spec

    with loadstone.takeover(), loadstone.install(Changing()):
        import mod
        import other  # type: ignore[import-not-found]
    assert mod.x == 2
    assert other.x == "changed"


@pytest.mark.parametrize("finder", [machinery.BuiltinImporter, machinery.FrozenImporter])
def test_what_others_put_into_the_interpreters_importers_acts(
    state: State, sandbox: Sandbox, finder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A `find_spec` in the place of a built-in or frozen importer's is asked."""
    sandbox.write({"mod.py": "x = 1"}, on_path=True)
    asked = []

    def find_spec(cls: Any, fullname: str, path: Any = None, target: Any = None) -> None:
        asked.append(fullname)

    monkeypatch.setattr(finder, "find_spec", classmethod(find_spec))
    with loadstone.takeover():
        import mod
    assert mod.x == 1
    assert asked == ["mod"]


def test_methods_that_others_put_into_finders_act(
    state: State, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same for the path finder, the finder of a directory, and path hooks."""
    sandbox.write({"one.py": "", "two.py": "", "three.py": ""}, on_path=True)
    calls: list[str] = []

    def tell(name: str, function: Any) -> Any:
        def told(*arguments: Any) -> Any:
            calls.append(name)
            return function(*arguments)

        return told

    with loadstone.takeover():
        with monkeypatch.context() as patch:
            patch.setattr(machinery.PathFinder, "find_spec", tell("path", machinery.PathFinder.find_spec))
            importlib.import_module("one")
        with monkeypatch.context() as patch:
            patch.setattr(machinery.FileFinder, "find_spec", tell("file", machinery.FileFinder.find_spec))
            importlib.import_module("two")
        with monkeypatch.context() as patch:
            sys.path_importer_cache.clear()
            patch.setattr(sys, "path_hooks", [tell("hook", sys.path_hooks[-1])])
            importlib.import_module("three")
    assert set(calls) == {"path", "file", "hook"}


def test_suffixes_that_others_add_count(state: State, sandbox: Sandbox) -> None:
    """A suffix that is added to importlib's lists, or to a finder's loaders, names modules."""
    sandbox.write({"one.hy": "x = 1", "two.hz": "x = 2"}, on_path=True)
    with loadstone.takeover():
        machinery.SOURCE_SUFFIXES.append(".hy")
        try:
            sys.path_importer_cache.clear()
            assert importlib.import_module("one").x == 1
        finally:
            machinery.SOURCE_SUFFIXES.remove(".hy")
        finder: Any = sys.path_importer_cache[sys.path[0]]
        finder._loaders.append((".hz", machinery.SourceFileLoader))
        assert importlib.import_module("two").x == 2


def test_directories_are_listed_anew_after_invalidate_caches(state: State, sandbox: Sandbox) -> None:
    """`importlib.invalidate_caches` reaches what the engine knows of a directory, again and again."""
    root = sandbox.write({"one.py": ""}, on_path=True)
    stamp = root.stat()
    with loadstone.takeover():
        importlib.import_module("one")
        for name in ("two", "three"):
            (root / f"{name}.py").write_text("")
            os.utime(root, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
            importlib.invalidate_caches()
            importlib.import_module(name)


def test_the_finders_work_by_themselves_too(state: State, sandbox: Sandbox) -> None:
    """Whoever asks importlib's finders directly, between imports of the engine's, finds what is there."""
    root = sandbox.write({"one.py": "", "two.py": ""}, on_path=True)
    with loadstone.takeover():
        importlib.import_module("one")
        finder: Any = sys.path_importer_cache[str(root)]
        assert finder.find_spec("two").origin == str(root / "two.py")
        assert machinery.PathFinder.find_spec("two") == finder.find_spec("two")
        importlib.import_module("two")
        assert finder.find_spec("three") is None


def test_finders_of_others_stay(state: State, sandbox: Sandbox) -> None:
    """Finders and path hooks that others put there before or meanwhile are asked, and stay."""
    asked = []

    class Finder(loadstone.abc.MetaPathFinder):
        def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
            asked.append(self)

    before, first = Finder(), Finder()
    sys.meta_path.insert(1, before)
    with loadstone.takeover():
        sys.meta_path.insert(0, first)
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("no_such_module")
    assert asked == [first, before]
    own = state.lists[0][1]
    assert sys.meta_path == [first, own[0], before, *own[1:]]


def test_a_foreign_function_in_the_seam(state: State) -> None:
    """What has taken the seam since stays, with a warning at the caller's line."""
    handle = loadstone.takeover()
    ours = _frozen_importlib._find_and_load  # type: ignore[attr-defined]

    def foreign(*arguments: Any, **options: Any) -> Any:
        return ours(*arguments, **options)

    _frozen_importlib._find_and_load = foreign  # type: ignore[attr-defined]
    try:
        with pytest.warns(RuntimeWarning, match=r"by <function .*foreign.*no longer by loadstone") as caught:
            handle.uninstall()
        assert caught[0].filename == __file__
        assert _frozen_importlib._find_and_load is foreign  # type: ignore[attr-defined]
    finally:
        _frozen_importlib._find_and_load = state.seam  # type: ignore[attr-defined]
    state.check()


def test_a_foreign_import_function(state: State, sandbox: Sandbox) -> None:
    """A function of others in `builtins.__import__` stays, is called, and its imports are loadstone's."""
    sandbox.write({"mod.py": ""}, on_path=True)
    calls = []

    def foreign(name: str, *arguments: Any) -> Any:
        calls.append(name)
        return state.function(name, *arguments)

    with mock.patch.object(builtins, "__import__", foreign), loadstone.takeover():
        assert is_ours("mod")
        assert builtins.__import__ is foreign
    assert "mod" in calls
    sys.path.pop(0)
    state.check()


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


@pytest.mark.parametrize("last", ["1 / 0", "def", "import absent"])
def test_tracebacks_through_nested_imports(state: State, sandbox: Sandbox, last: str) -> None:
    """Where the innermost of nested imports fails, the traceback has the lines that it has without."""
    files = {f"nested{number}.py": f"import nested{number + 1}" for number in range(9)}
    sandbox.write({**files, "nested9.py": last}, on_path=True)

    def lines() -> list[tuple[str, int | None]]:
        with pytest.raises((ArithmeticError, SyntaxError, ImportError)) as caught:
            exec("import nested0", {})
        return [(frame.filename, frame.lineno) for frame in traceback.extract_tb(caught.value.__traceback__)]

    plain = lines()
    with loadstone.takeover():
        assert lines() == plain


def test_recursion_is_as_deep_as_without(state: State, sandbox: Sandbox) -> None:
    """A chain of modules that import each other can be as long under takeover as without, but for one.

    The two frames that make room for the others take its place, on Python 3.11 to 3.13.
    """
    deep = "import sys; sys.deepest = {}; import deep{}"
    files = {f"deep{number}.py": deep.format(number, number + 1) for number in range(400)}
    sandbox.write(files, on_path=True)

    def depth() -> int:
        for name in [name for name in sys.modules if name.startswith("deep")]:
            del sys.modules[name]
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(len(inspect.stack()) + 400)
        try:
            with pytest.raises((RecursionError, ImportError)):
                importlib.import_module("deep0")
        finally:
            sys.setrecursionlimit(limit)
        found: int = sys.deepest  # type: ignore[attr-defined]
        return found

    plain = depth()
    with loadstone.takeover():
        ours = depth()
    assert ours >= plain - 1
