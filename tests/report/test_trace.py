"""`loadstone.trace()`: what it records of every kind of import, and that it changes nothing."""

from __future__ import annotations

import _thread
import builtins
import contextlib
import gc
import importlib
import importlib.abc
import importlib.util
import inspect
import runpy
import sys
import threading
import time
import traceback
import warnings
import weakref
import zipfile
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._core.versions import COMPILES_FOR_MODULE, HAS_LOAD_MODULE
from loadstone.report.trace.records import Import, Trace

if TYPE_CHECKING:
    from ..conftest import Sandbox


def named(trace: Trace, name: str) -> Import:
    """The one record of a module."""
    (record,) = [each for each in trace.imports if each.name == name]
    return record


def own_names(trace: Trace) -> list[str]:
    """The names of what the tests import, in order."""
    return [each.name for each in trace.imports if each.name.partition(".")[0] in ("pkg", "one", "two")]


def test_a_trace_says_who_imports_what(sandbox: Sandbox) -> None:
    """Each import has the module, file and line that asked for it, and the import in whose course it was."""
    root = sandbox.write(
        {
            "pkg/__init__.py": "",
            "pkg/mod.py": "import sys\nfrom . import other\n",
            "pkg/other.py": "import importlib\n\n\none = importlib.import_module('one')\n",
            "one.py": "import sys\n",
        },
        on_path=True,
    )
    with loadstone.trace() as trace:
        import pkg.mod  # noqa: F401
    assert own_names(trace) == ["pkg", "pkg.mod", "pkg.other", "one"]
    package, module, other, one = (named(trace, name) for name in own_names(trace))
    assert (package.parent, module.parent, other.parent, one.parent) == (
        None,
        None,
        module.number,
        other.number,
    )
    assert (package.importer, package.file) == (__name__, __file__)
    assert (other.importer, other.file, other.line) == ("pkg.mod", str(root / "pkg/mod.py"), 2)
    assert (one.importer, one.file, one.line) == ("pkg.other", str(root / "pkg/other.py"), 4)
    assert [each.name for each in trace.path_to(one)] == ["pkg.mod", "pkg.other", "one"]
    assert trace.children(module) == [other]
    assert package in trace.children()


def test_a_record_says_how_the_module_came(sandbox: Sandbox) -> None:
    """Finder, loader, kind, origin, bytes, and whether it was compiled."""
    sys.dont_write_bytecode = False
    root = sandbox.write({"one.py": "x = 1\n"}, on_path=True)
    with loadstone.trace() as first:
        importlib.import_module("one")
    del sys.modules["one"]
    with loadstone.trace() as second:
        importlib.import_module("one")
    compiled, cached = named(first, "one"), named(second, "one")
    assert compiled.finder == f"{PathFinder.__module__}.PathFinder"
    assert compiled.loader is not None
    assert compiled.loader.endswith(".SourceFileLoader")
    assert (compiled.kind, compiled.origin) == ("source", str(root / "one.py"))
    assert (compiled.compiled, cached.compiled) == (True, False)
    assert cached.size == Path(importlib.util.cache_from_source(str(root / "one.py"))).stat().st_size
    assert compiled.size is not None
    assert compiled.size >= len("x = 1\n")


def test_times_add_up(sandbox: Sandbox) -> None:
    """The phases make up the own time, own times make up the cumulative, which fits into the trace."""
    sandbox.write(
        {
            "one.py": "import time\ntime.sleep(0.02)\nimport two\n",
            "two.py": "import time\ntime.sleep(0.03)\n",
        },
        on_path=True,
    )
    with loadstone.trace() as trace:
        importlib.import_module("one")
    one, two = named(trace, "one"), named(trace, "two")
    for record in (one, two):
        assert record.own == pytest.approx(record.finding + record.loading + record.executing)
    assert one.cumulative == pytest.approx(one.own + two.cumulative)
    assert (one.executing >= 0.02, two.executing >= 0.03) == (True, True)
    assert trace.importing == pytest.approx(sum(each.cumulative for each in trace.children()))
    assert trace.seconds >= one.cumulative
    assert one.started < two.started


def test_the_module_sees_nothing_of_it(sandbox: Sandbox) -> None:
    """Loader, spec, source and the loader's attributes are as without it, while the module runs and after."""
    program = """
        import inspect, sys
        is_one = __loader__ is __spec__.loader
        seen = [type(__loader__), type(__spec__.loader), sorted(vars(__loader__)), is_one]
        source = inspect.getsource(sys.modules[__name__])
    """
    sandbox.write({"one.py": program, "two.py": program}, on_path=True)
    plain: Any = importlib.import_module("one")
    with loadstone.trace():
        traced: Any = importlib.import_module("two")
    assert traced.seen == plain.seen
    assert traced.source == plain.source
    assert traced.__spec__.loader is traced.__loader__
    assert sorted(vars(traced.__loader__)) == ["name", "path"]


def test_everything_is_put_back() -> None:
    """When it ends, the chain and `__import__` are the objects that they were, even if the block raises."""
    chain, before = list(sys.meta_path), builtins.__import__
    with pytest.raises(ZeroDivisionError), loadstone.trace() as trace:
        fail(builtins.__import__ is not before, len(sys.meta_path) == len(chain) + 1)
    assert (sys.meta_path, builtins.__import__) == (chain, before)
    trace.stop()
    with pytest.raises(RuntimeError, match="once"):
        trace.start()


def test_anothers_import_function_stays(sandbox: Sandbox) -> None:
    """Where another `__import__` has come around the trace's, it stays, and what it calls passes on."""
    sandbox.write({"one.py": "", "two.py": "import missing_one\n"}, on_path=True)
    calls = []
    with loadstone.trace() as trace:
        inner = builtins.__import__

        def outer(*arguments: Any, **named: Any) -> Any:
            calls.append(arguments[0])
            return inner(*arguments, **named)

        builtins.__import__ = outer
    assert builtins.__import__ is outer
    import one  # noqa: F401

    assert "one" in calls
    with pytest.raises(ModuleNotFoundError) as caught:
        import two  # noqa: F401
    assert sandbox.root / "two.py" in [entry.path for entry in caught.traceback]
    assert own_names(trace) == []


def test_failures_and_whether_they_were_swallowed(sandbox: Sandbox) -> None:
    """A failed import has type and message; swallowed is what its importer went on after."""
    sandbox.write(
        {
            "one.py": """
                try:
                    import absent
                except ImportError:
                    pass
                try:
                    import pkg
                except ValueError:
                    pass
                import two
            """,
            "pkg.py": "raise ValueError('no')\n",
            "two.py": "import missing\n",
        },
        on_path=True,
    )
    with pytest.raises(ModuleNotFoundError), loadstone.trace() as trace:
        importlib.import_module("one")
    failed = {each.name: (each.error, each.message, each.swallowed) for each in trace.imports if each.error}
    assert failed["absent"] == ("ModuleNotFoundError", "No module named 'absent'", True)
    assert failed["pkg"] == ("ValueError", "no", True)
    missing = ("ModuleNotFoundError", "No module named 'missing'", False)
    assert failed["missing"] == failed["two"] == failed["one"] == missing
    assert (named(trace, "absent").kind, named(trace, "absent").finder) == ("missing", None)


ASKING = """
import importlib, sys

class Asked:
    names = []

    def find_spec(self, name, path=None, target=None):
        self.names.append(name)

def absent(function, name):
    try:
        function(name)
    except ModuleNotFoundError as error:
        frames, traceback = [], error.__traceback__
        while traceback is not None:
            frames.append(traceback.tb_frame.f_code.co_filename)
            traceback = traceback.tb_next
        chained = error.__cause__, error.__context__
        return type(error), str(error), error.name, error.path, chained, frames
    raise AssertionError(name)

def statement(name):
    exec(f"import {name}")

def submodule(name):
    importlib.import_module(f"importlib.{name}")

def reload(name):
    module = sys.modules[name] = type(sys)(name)
    module.__spec__ = importlib.machinery.ModuleSpec(name, None)
    try:
        importlib.reload(module)
    finally:
        assert module.__spec__ is None

def search(name):
    assert importlib.util.find_spec(name) is None
    raise ModuleNotFoundError(name)

answers = []
sys.meta_path.append(Asked())
try:
    ways = statement, __import__, importlib.import_module, submodule, reload, search
    for number, function in enumerate(ways):
        answers.append(absent(function, f"absent{number}"))
    try:
        from importlib import absent6
    except ImportError as error:
        answers.append((type(error), str(error), error.name, error.path))
finally:
    sys.meta_path.pop()
"""


@pytest.mark.parametrize("traces", [1, 2])
@pytest.mark.parametrize("taken_over", [False, True], ids=["interpreter", "takeover"])
def test_each_finder_is_asked_once(sandbox: Sandbox, traces: int, taken_over: bool) -> None:
    """For each import that fails, whatever makes it, with the error that there is without a trace."""
    sandbox.write({"one.py": ASKING, "two.py": ASKING}, on_path=True)
    context: Any = loadstone.takeover() if taken_over else contextlib.nullcontext()
    with context:
        plain: Any = importlib.import_module("one")
        with contextlib.ExitStack() as stack:
            recorded = [stack.enter_context(loadstone.trace()) for _ in range(traces)]
            traced: Any = importlib.import_module("two")
    expected = [f"absent{number}" for number in (0, 1, 2)]
    expected += ["importlib.absent3", "absent4", "absent5", "importlib.absent6"]
    assert plain.Asked.names == expected
    assert traced.Asked.names == expected
    for one, two in zip(plain.answers, traced.answers, strict=True):
        assert two[:5] == one[:5]
        assert not [file for file in [*two, [], []][5] if file.endswith("finder.py")]
    for trace in recorded:
        failed = [each.name for each in trace.imports if each.error and "absent" in each.name]
        assert failed == [name for name in expected if name != "absent5"]


def test_failures_without_a_search(sandbox: Sandbox) -> None:
    """None in `sys.modules`, a parent that is no package and a bad relative import are failed imports too."""
    sandbox.write({"one.py": "from . import x\n", "two.py": ""}, on_path=True)
    sys.modules["blocked"] = None
    with loadstone.trace() as trace:
        for name in ("blocked", "two.sub", "one"):
            with pytest.raises(ImportError):
                __import__(name)
    failed = [(each.name, each.error, each.swallowed) for each in trace.imports if each.error]
    assert failed == [
        ("blocked", "ModuleNotFoundError", True),
        ("two.sub", "ModuleNotFoundError", True),
        ("one", "ImportError", True),
        (".x", "ImportError", False),
    ]
    assert named(trace, "blocked").file == __file__


def test_circular_imports_are_spelled_out(sandbox: Sandbox) -> None:
    """A statement that meets a half executed module is noted with the cycle, a package's submodule not."""
    root = sandbox.write(
        {
            "pkg/__init__.py": "from . import a\nVERSION = 1\n",
            "pkg/a.py": "from . import b\n",
            "pkg/b.py": "import sys\nfrom . import a, c\n",
            "pkg/c.py": "from pkg import c\nimport pkg\n",
        },
        on_path=True,
    )
    with loadstone.trace() as trace:
        import pkg  # noqa: F401
    assert [(each.cycle, each.importer, each.line) for each in trace.reentries] == [
        (("pkg", "pkg.a", "pkg.b", "pkg.c", "pkg"), "pkg.c", 2),
        (("pkg.a", "pkg.b", "pkg.a"), "pkg.b", 2),
    ]
    assert trace.reentries[1].file == str(root / "pkg/b.py")


RELATIVE = """
for name in (". import sub", "..sub.mod import x", ".. import a, b", "...b import *"):
    try:
        exec(f"from {name}")
    except ImportError:
        pass
"""


@pytest.mark.filterwarnings("ignore:can't resolve package:ImportWarning")
@pytest.mark.parametrize("setting", ["", "del __package__\n"])
def test_relative_names_are_resolved(sandbox: Sandbox, setting: str) -> None:
    """With `__package__`, and without it."""
    failing = "try:\n    from .. import VERSION\nexcept ImportError:\n    pass\n"
    sandbox.write(
        {
            "pkg/__init__.py": "from .sub import mod\nVERSION = 1\n",
            "pkg/sub/__init__.py": setting + failing,
            "pkg/sub/mod.py": setting + failing + "from . import deep\n",
            "pkg/sub/deep.py": setting + "from ..sub.mod import __name__\n",
        },
        on_path=True,
    )
    with loadstone.trace() as trace:
        import pkg  # noqa: F401
    assert [each.cycle for each in trace.reentries] == [
        ("pkg", "pkg.sub", "pkg"),
        ("pkg", "pkg.sub.mod", "pkg"),
        ("pkg.sub.mod", "pkg.sub.deep", "pkg.sub.mod"),
    ]
    sandbox.write({"pkg/script.py": RELATIVE})
    with loadstone.trace() as trace:
        runpy.run_path(str(sandbox.root / "pkg/script.py"))
    assert [each.name for each in trace.imports if each.error] == [".sub", "..sub.mod", "..a", "...b"]
    for name in ("blocked", "blocked.sub"):
        sys.modules[name] = None
    with loadstone.trace() as trace:
        for space in (
            {"__package__": "blocked"},
            {"__name__": "blocked.x"},
            {"__name__": "blocked", "__path__": []},
        ):
            with pytest.raises(ImportError):
                __import__("sub", space, None, (), 1)
    assert {each.name for each in trace.imports if each.error} == {"blocked.sub"}


def test_what_a_loader_sees(sandbox: Sandbox) -> None:
    """While it makes the module, what stands in for it looks like it; what it puts there stays."""
    seen = []

    def create_module(spec: Any) -> None:
        loader = spec.loader
        seen.append((repr(loader), isinstance(loader, Shared), loader.find_spec("three"), loader.extra))
        seen.append(hasattr(loader, "__wrapped__"))
        spec.loader = finder

    finder = Shared(create_module=create_module, extra=1)
    sys.meta_path.insert(0, finder)
    with loadstone.trace() as trace:
        module = importlib.import_module("one")
    assert seen == [(repr(finder), True, None, 1), False]
    assert module.__spec__.loader is finder
    assert module.x == 1
    assert named(trace, "one").loader == f"{__name__}.Shared"


def test_a_trace_that_ends_within_an_import(sandbox: Sandbox) -> None:
    """Has what went before; the import goes on, its loader as it was."""
    text = "import builtins, two\nbuiltins.a_trace.stop()\nimport pkg\n"
    sandbox.write({"one.py": text, "two.py": "", "pkg.py": "import one\n"}, on_path=True)
    trace = loadstone.trace()
    builtins.a_trace = trace
    try:
        trace.start()
        assert "recording" in repr(trace)
        one = importlib.import_module("one")
    finally:
        del builtins.a_trace
    assert own_names(trace) == ["one", "two"]
    assert (named(trace, "one").finished, named(trace, "two").finished) == (False, True)
    assert sorted(vars(one.__loader__)) == ["name", "path"]
    assert trace.reentries == []


def test_an_import_that_no_code_asks_for(sandbox: Sandbox) -> None:
    """As of a thread that is only that, has no importer."""
    sandbox.write({"one.py": ""}, on_path=True)
    with loadstone.trace() as trace:
        _thread.start_new_thread(importlib.import_module, ("one",))
        deadline = time.monotonic() + 30
        while not hasattr(sys.modules.get("one"), "__file__"):
            assert time.monotonic() < deadline
            time.sleep(0.001)
        time.sleep(0.05)
    one = named(trace, "one")
    assert (one.importer, one.file, one.line) == (None, None, None)


def test_a_loader_that_fails_to_get_code(sandbox: Sandbox) -> None:
    """And one that executes without: both are left without attributes of the trace's."""

    class Failing(SourceFileLoader):
        def get_data(self, path: Any) -> bytes:
            raise OSError("no data")

    class Own(SourceFileLoader):
        def exec_module(self, module: Any) -> None:
            module.x = 1

    class Twice(SourceFileLoader):
        def get_code(self, name: Any) -> Any:
            return self.source_to_code(self.get_data(self.path), self.path)

    class Slotted:
        __slots__ = ("name",)
        create_module = exec_module = get_code = lambda self, thing: None

    root = sandbox.write({"one.py": "x = 2\n"}, on_path=True)
    loaders = [
        Failing("one", str(root / "one.py")),
        Own("one", "x"),
        Twice("one", str(root / "one.py")),
        Slotted(),
    ]
    loaders[-1].name = "one"
    finder = Shared(
        find_spec=lambda name, path=None, target=None: (name == "one" and ModuleSpec(name, loader)) or None
    )
    sys.meta_path.insert(0, finder)
    records = []
    for loader in loaders:
        sys.modules.pop("one", None)
        with loadstone.trace() as trace:
            try:
                importlib.import_module("one")
            except OSError:
                assert type(loader) is Failing
        records.append(named(trace, "one"))
        assert sorted(getattr(loader, "__dict__", {"name": 1, "path": 1})) == ["name", "path"]
    assert [record.compiled for record in records] == [False, None, True, None]
    assert [record.error for record in records] == ["OSError", None, None, None]


@pytest.mark.parametrize("kind", ["importlib's", "another"])
def test_methods_that_a_loader_was_given(sandbox: Sandbox, kind: str) -> None:
    """Attributes of the one loader that stand for its methods are called, and are there afterwards."""

    class Another(SourceFileLoader):
        def exec_module(self, module: Any) -> None:
            super().exec_module(module)

    sys.dont_write_bytecode = True
    root = sandbox.write({"one.py": "x = 2\n"}, on_path=True)
    loader = (SourceFileLoader if kind == "importlib's" else Another)("one", str(root / "one.py"))
    calls = []

    def given(name: str) -> Any:
        method = getattr(loader, name)

        def call(*arguments: Any, **named: Any) -> Any:
            calls.append(name)
            return method(*arguments, **named)

        return call

    methods = {name: given(name) for name in ("exec_module", "get_code", "get_data", "source_to_code")}
    for count in (1, 3, 4):
        chosen = dict(list(methods.items())[-count:])
        vars(loader).update(chosen)
        calls.clear()
        finder = Shared(find_spec=lambda name, path=None, target=None: ModuleSpec(name, loader))
        sys.meta_path.insert(0, finder)
        with loadstone.trace() as trace:
            module = importlib.import_module("one")
        sys.meta_path.remove(finder)
        assert module.x == 2
        assert set(calls) == set(chosen)
        assert {name: vars(loader)[name] for name in chosen} == chosen
        assert sorted({*vars(loader)} - {*chosen}) == ["name", "path"]
        assert named(trace, "one").compiled is True
        assert (named(trace, "one").size or 0) >= 6
        del sys.modules["one"]


@pytest.mark.parametrize("name", ["exec_module", "get_code", "get_data", "source_to_code"])
def test_methods_that_the_class_was_given(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What a tool has put in the place of a method of the interpreter's loaders is called."""
    sys.dont_write_bytecode = True
    sandbox.write({"one.py": "x = 2\n"}, on_path=True)
    plain = getattr(SourceFileLoader, name)
    calls = []

    def given(self: Any, *arguments: Any, **named: Any) -> Any:
        calls.append(name)
        return plain(self, *arguments, **named)

    monkeypatch.setattr(SourceFileLoader, name, given)
    with loadstone.trace() as trace:
        assert importlib.import_module("one").x == 2
    assert calls
    assert named(trace, "one").compiled is True


class Compiling(SourceFileLoader):
    """Its method to compile takes all that there is, and says what it got."""

    calls: list[Any]

    def source_to_code(self, data: Any, path: Any, fullname: Any = None, **named: Any) -> Any:  # type: ignore[override]
        self.calls.append((data, path, fullname, named))
        return compile(data, path, "exec", dont_inherit=True)


class Stepping(Compiling):
    """And it is called by the loader itself, with names."""

    def get_code(self, fullname: str) -> Any:
        return self.source_to_code(data=self.get_data(self.path), path=self.path, _optimize=2)


@pytest.mark.parametrize("kind", [Compiling, Stepping])
def test_what_a_loader_is_asked_to_compile_with(sandbox: Sandbox, kind: type[Compiling]) -> None:
    """Is what it is asked without a trace: positional, named, the module's name where Python passes that."""
    sys.dont_write_bytecode = True
    path = str(sandbox.write({"one.py": "x = 2\n"}) / "one.py")
    loader = kind("one", path)
    sys.meta_path.insert(0, Shared(find_spec=lambda name, path=None, target=None: ModuleSpec(name, loader)))
    seen = []
    for context in (contextlib.nullcontext(), loadstone.trace()):
        loader.calls = []
        with context:
            assert importlib.import_module("one").x == 2
        seen.append(loader.calls)
        del sys.modules["one"], loader.calls
    assert seen[0] == seen[1]
    name = "one" if COMPILES_FOR_MODULE and kind is Compiling else None
    assert seen[1] == [(b"x = 2\n", path, name, {"_optimize": 2} if kind is Stepping else {})]


def test_what_the_interpreters_loader_is_asked_to_compile_with(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is what it is asked without a trace, too."""
    sys.dont_write_bytecode = True
    sandbox.write({"one.py": "x = 2\n"}, on_path=True)
    plain = SourceFileLoader.source_to_code
    calls: list[Any] = []

    def given(self: Any, *arguments: Any, **named: Any) -> Any:
        calls.append((arguments, named))
        return plain(self, *arguments, **named)

    monkeypatch.setattr(SourceFileLoader, "source_to_code", given)
    for context in (contextlib.nullcontext(), loadstone.trace()):
        with context:
            importlib.import_module("one")
        del sys.modules["one"]
    assert calls[0] == calls[1]
    assert len(calls[0][0]) == (3 if COMPILES_FOR_MODULE else 2)


@pytest.mark.filterwarnings("always::RuntimeWarning")
@pytest.mark.parametrize("kind", [SourceFileLoader, loadstone.machinery.SourceFileLoader])
def test_a_loader_that_compiles_data_and_path_only(sandbox: Sandbox, kind: Any) -> None:
    """Works, warns or fails as without a trace, by the interpreter's machinery and by loadstone's."""

    class Two(kind):  # type: ignore[misc]
        def source_to_code(self, data: Any, path: Any) -> Any:
            return compile(data, path, "exec", dont_inherit=True)

    sys.dont_write_bytecode = True
    loader = Two("one", str(sandbox.write({"one.py": "x = 2\n"}) / "one.py"))
    sys.meta_path.insert(0, Shared(find_spec=lambda name, path=None, target=None: ModuleSpec(name, loader)))
    seen = []
    for context in (contextlib.nullcontext(), loadstone.trace()):
        outcome: Any
        with context, warnings.catch_warnings(record=True) as caught:
            try:
                outcome = importlib.import_module("one").x
            except TypeError as error:
                outcome = str(error)
        sys.modules.pop("one", None)
        seen.append((outcome, [(str(each.message), each.filename, each.lineno) for each in caught]))
    assert seen[0] == seen[1]
    if not COMPILES_FOR_MODULE:
        assert seen[1] == (2, [])
    elif kind is SourceFileLoader:
        assert "positional arguments" in seen[1][0]
    else:
        assert (seen[1][0], len(seen[1][1])) == (2, 1)


def test_a_loader_of_many_modules(sandbox: Sandbox) -> None:
    """One with importlib's methods that knows no name of its own executes them, and does not tell bytes."""

    class Many(importlib.abc.SourceLoader):
        def __init__(self, sources: dict[str, bytes]) -> None:
            self.sources = sources
            self.extra = None

        def get_filename(self, fullname: str) -> str:
            return f"<{fullname}>"

        def get_data(self, path: Any) -> bytes:
            return self.sources[path.strip("<>")]

    loader = Many({"one": b"import two\n", "two": b"x = 2\n"})
    sys.meta_path.insert(
        0,
        Shared(
            find_spec=lambda name, path=None, target=None: (
                ModuleSpec(name, loader) if name in loader.sources else None
            )
        ),
    )
    with loadstone.trace() as trace:
        assert importlib.import_module("one").two.x == 2
    assert own_names(trace) == ["one", "two"]
    assert named(trace, "two").size is None
    assert vars(loader).keys() == {"sources", "extra"}


def test_a_loader_without_code(sandbox: Sandbox) -> None:
    """It fails as without a trace."""

    class Empty(SourceFileLoader):
        def source_to_code(self, *arguments: Any, **named: Any) -> Any:
            return None

    sys.dont_write_bytecode = True
    root = sandbox.write({"one.py": ""})
    loader = Empty("one", str(root / "one.py"))
    sys.meta_path.insert(0, Shared(find_spec=lambda name, path=None, target=None: ModuleSpec(name, loader)))
    messages = []
    for context in (contextlib.nullcontext(), loadstone.trace()):
        with context, pytest.raises(ImportError) as caught:
            importlib.import_module("one")
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert vars(loader).keys() == {"name", "path"}


def test_kinds(sandbox: Sandbox) -> None:
    """Built-in, frozen, namespace, bytecode without source, extension, zip, and loaders of other kinds."""
    root = sandbox.write({"space/part.py": "", "two.py": "x = 2\n"}, on_path=True)
    import py_compile

    py_compile.compile(str(root / "two.py"), cfile=str(root / "one.pyc"), doraise=True)
    with zipfile.ZipFile(root / "mods.zip", "w") as archive:
        archive.writestr("zipped.py", "import two\n")
    sys.path.insert(0, str(root / "mods.zip"))
    for name in ("_contextvars", "__hello__", "atexit"):
        sys.modules.pop(name, None)
    extension = next((each for each in ("_contextvars", "_queue", "_uuid") if is_extension(each)), None)
    with loadstone.trace() as trace:
        for name in ("space.part", "one", "zipped", "atexit", extension):
            if name is not None:
                sys.modules.pop(name, None)
                importlib.import_module(name)
        assert importlib.util.find_spec("__hello__") is not None
    assert (named(trace, "space").kind, named(trace, "space").loader) == ("namespace", None)
    assert (named(trace, "one").kind, named(trace, "one").compiled) == ("bytecode", None)
    assert (named(trace, "zipped").kind, named(trace, "zipped").size) == ("source", None)
    assert named(trace, "two").importer == "zipped"
    assert named(trace, "atexit").kind == "builtin"
    if extension is not None:
        assert named(trace, extension).kind == "extension"
    assert "__hello__" not in [each.name for each in trace.imports]


def is_extension(name: str) -> bool:
    """Whether the module comes from a shared library here."""
    spec = PathFinder.find_spec(name)
    return spec is not None and spec.origin is not None and spec.origin.endswith((".so", ".pyd"))


def test_a_reload_is_marked(sandbox: Sandbox) -> None:
    """What was imported before is, with the module's names kept."""
    sandbox.write({"one.py": "x = globals().get('x', 0) + 1\n"}, on_path=True)
    module: Any = importlib.import_module("one")
    with loadstone.trace() as trace:
        assert importlib.reload(module) is module
        assert loadstone.reload(module) is module
    assert module.x == 3
    assert [each.reload for each in trace.imports if each.name == "one"] == [True, True]


class Old:
    """A finder and loader of before PEP 451."""

    def __init__(self, fails: bool = False) -> None:
        self.fails = fails

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        loader: Any = self
        return ModuleSpec(name, loader, origin="one.pyc") if name == "one" else None

    def load_module(self, name: str) -> Any:
        if self.fails:
            raise ValueError("not this one")
        module = sys.modules.setdefault(name, type(sys)(name))
        importlib.import_module("two")
        return module


@pytest.mark.skipif(HAS_LOAD_MODULE, reason="this Python has load_module to fall back on")
@pytest.mark.parametrize("methods", [["load_module"], ["create_module"], []])
def test_a_loader_that_cannot_execute(sandbox: Sandbox, methods: list[str]) -> None:
    """Fails as without a trace, once the module is made; the record has the failure."""
    loader = type("Loader", (), {name: lambda self, thing: None for name in methods})()
    sys.meta_path.insert(0, Shared(find_spec=lambda name, path=None, target=None: ModuleSpec(name, loader)))
    messages = []
    trace = loadstone.trace()
    for context in (contextlib.nullcontext(), trace):
        with context, pytest.raises(AttributeError) as caught:
            importlib.import_module("one")
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert "exec_module" in messages[0]
    assert (named(trace, "one").error, named(trace, "one").message) == ("AttributeError", messages[0])


@pytest.mark.skipif(not HAS_LOAD_MODULE, reason="this Python has no load_module any more")
def test_a_loader_with_load_module_only(sandbox: Sandbox) -> None:
    """It is called as ever, with the warning naming it, and timed."""
    sandbox.write({"two.py": ""}, on_path=True)
    sys.meta_path.append(Old())
    with loadstone.trace() as trace, pytest.warns(ImportWarning, match="^Old.exec_module"):
        module = importlib.import_module("one")
    assert type(module.__loader__) is type(module.__spec__.loader) is Old
    assert named(trace, "one").kind == "bytecode"
    assert named(trace, "two").parent == named(trace, "one").number
    sys.modules.pop("one")
    sys.meta_path[-1] = Old(fails=True)
    with loadstone.trace() as trace, pytest.warns(ImportWarning), pytest.raises(ValueError, match="not this"):
        importlib.import_module("one")
    assert named(trace, "one").error == "ValueError"


class Shared:
    """A finder and loader in one, for several modules; without a seam where its code could be timed."""

    def __init__(self, **methods: Any) -> None:
        self.__dict__.update(methods)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        return ModuleSpec(name, self) if name in ("one", "two") else None

    def create_module(self, spec: Any) -> Any:
        return None

    def exec_module(self, module: Any) -> None:
        module.x = 1


def fail(*arguments: Any) -> Any:
    """Raise what no import system expects, if all is as it should be."""
    assert all(argument is not False for argument in arguments)
    raise ZeroDivisionError("by design")


@pytest.mark.parametrize("method", ["find_spec", "create_module", "exec_module"])
def test_finders_and_loaders_that_raise(sandbox: Sandbox, method: str) -> None:
    """The error passes through with the traceback of an untraced import, and is in the record."""
    finder = Shared(**{method: fail})
    sys.meta_path.insert(0, finder)

    def frames() -> list[str]:
        try:
            __import__("one")
        except ZeroDivisionError as error:
            return [frame.name for frame in traceback.extract_tb(error.__traceback__)]
        raise AssertionError

    plain = frames()
    with loadstone.trace() as trace:
        traced = frames()
    assert [name for name in traced if name not in MACHINERY] == [
        name for name in plain if name not in MACHINERY
    ]
    record = named(trace, "one")
    assert (record.error, record.message, record.swallowed) == ("ZeroDivisionError", "by design", True)
    assert record.finder == f"{__name__}.Shared"


MACHINERY = {
    "_find_and_load",
    "_find_and_load_unlocked",
    "_load_unlocked",
    "_find_spec",
    "find_spec",
    "module_from_spec",
    "create_module",
    "exec_module",
    "__import__",
    "_call_with_frames_removed",
}


def test_loaders_that_are_left_alone(sandbox: Sandbox) -> None:
    """A loader without `create_module` fails as ever; a spec that takes no other loader keeps its own."""

    class Half:
        def exec_module(self, module: Any) -> None:
            """Never called."""

    class Fixed(ModuleSpec):
        loader = property(lambda self: shared, lambda self, value: fail_attribute())

    def fail_attribute() -> None:
        if hasattr(sys, "_trace_test"):
            raise AttributeError("fixed")

    shared = Shared()
    specs: dict[str, Any] = {"one": ModuleSpec("one", Half())}
    specs["two"] = Fixed("two", shared)

    class Finder:
        @staticmethod
        def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
            return specs.get(name)

    sys.meta_path.insert(0, Finder)
    sys._trace_test = True
    try:
        with loadstone.trace() as trace:
            with pytest.raises(ImportError, match="must also define create_module"):
                importlib.import_module("one")
            assert importlib.import_module("two").x == 1
    finally:
        del sys._trace_test
    assert [each.name for each in trace.imports if each.name in specs] == ["one", "two"]
    assert named(trace, "two").loader == f"{__name__}.Shared"


@pytest.mark.parametrize("error", ["import missing", "1/0", "raise ImportError('x')", "syntax error"])
def test_tracebacks_are_as_without_it(sandbox: Sandbox, error: str) -> None:
    """What a module's code raises shows the frames of an untraced import."""
    sandbox.write({"one.py": "import two\n", "two.py": f"{error}\n"}, on_path=True)

    def shown() -> list[tuple[str, str]]:
        try:
            import one  # noqa: F401
        except Exception as failure:
            frames = traceback.extract_tb(failure.__traceback__)
            # Python 3.10 keeps the frame of a function that stands in for `__import__`.
            kept = "recorder.py" if sys.version_info < (3, 11) else "-"
            return [(frame.filename, frame.name) for frame in frames if not frame.filename.endswith(kept)]
        raise AssertionError

    plain = shown()
    with loadstone.trace():
        traced = shown()
    assert traced == plain


def test_warnings_blame_the_importer(sandbox: Sandbox) -> None:
    """A module's warning with a stack level of two is on the line of the import statement."""
    sandbox.write(
        {"one.py": "import two\n", "two.py": "import warnings\nwarnings.warn('w', stacklevel=2)\n"},
        on_path=True,
    )
    with loadstone.trace(), pytest.warns(UserWarning, match="^w$") as caught:
        import one  # noqa: F401
    assert caught[0].filename == str(sandbox.root / "one.py")


def test_finders_put_ahead_later_are_seen(sandbox: Sandbox) -> None:
    """The trace goes to the front again at the next `import` statement."""
    with loadstone.trace() as trace:
        sys.meta_path.insert(0, Shared())
        import one
        import two  # noqa: F401
    assert one.x == 1
    assert named(trace, "one").finder == named(trace, "two").finder == f"{__name__}.Shared"
    assert type(sys.meta_path[0]) is Shared


def test_a_finder_that_asks_the_trace(sandbox: Sandbox) -> None:
    """A finder ahead that asks the rest of the chain gets the loader itself, and the import is noted."""
    sandbox.write({"one.py": ""}, on_path=True)
    seen = []

    class Ahead(loadstone.Finder):
        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            spec = self.rest(fullname, path, target)
            seen.append(type(spec.loader) if spec else None)
            return spec

    with loadstone.trace() as trace:
        ahead = Ahead()
        sys.meta_path.insert(0, ahead)
        importlib.import_module("one")
        sys.meta_path.remove(ahead)
    assert seen[-1].__name__ == "SourceFileLoader"
    assert named(trace, "one").executing == 0


def test_hooks_of_loadstone(sandbox: Sandbox) -> None:
    """Finders bound to names are told apart, wrapped loaders seen through, and nothing is warned of."""
    sandbox.write({"one.py": "", "two.py": ""}, on_path=True)
    called = []
    tree = loadstone.MemoryTree({"pkg.py": "import one\n"})
    with loadstone.install(loadstone.TreeFinder(tree), name="tree", first=True):
        handle = loadstone.when_imported("one", called.append)
        with loadstone.trace() as trace:
            import pkg  # noqa: F401
            import two  # noqa: F401
        handle.uninstall()
    assert len(called) == 1
    assert named(trace, "pkg").finder == "loadstone.framework.tree.TreeFinder"
    one = named(trace, "one")
    assert one.finder is not None
    assert one.finder.startswith("loadstone.framework.imported.")
    assert one.loader is not None
    assert one.loader.endswith("SourceFileLoader")
    assert one.compiled is not None


def test_beside_takeover(sandbox: Sandbox) -> None:
    """Within a takeover and around one, every import is recorded, and all is put back."""
    sandbox.write({"one.py": "import pkg\n", "pkg.py": "import missing\n", "two.py": ""}, on_path=True)
    before = builtins.__import__
    with loadstone.takeover(), loadstone.trace() as inside, pytest.raises(ImportError):
        import one  # noqa: F401
    assert own_names(inside) == ["one", "pkg"]
    assert named(inside, "pkg").finder == "_frozen_importlib_external.PathFinder"
    assert named(inside, "one").size
    with loadstone.trace() as around, loadstone.takeover():
        import two  # noqa: F401
    assert own_names(around) == ["two"]
    assert builtins.__import__ is before


def test_nested_traces(sandbox: Sandbox) -> None:
    """Each records what happens while it runs."""
    sandbox.write({"one.py": "import pkg\n", "pkg.py": "", "two.py": ""}, on_path=True)
    with loadstone.trace() as outer:
        with loadstone.trace() as inner:
            import one  # noqa: F401
        import two  # noqa: F401
    assert own_names(inner) == ["one", "pkg"]
    assert own_names(outer) == ["one", "pkg", "two"]
    assert named(outer, "pkg").parent == named(outer, "one").number
    assert named(outer, "pkg").size == named(inner, "pkg").size


def test_threads(sandbox: Sandbox) -> None:
    """Imports of another thread have its number and hang together; what it is at in the end is unfinished."""
    sandbox.write(
        {
            "one.py": "import pkg\n",
            "pkg.py": "",
            "two.py": """
                import builtins
                builtins.trace_gates[0].set()
                builtins.trace_gates[1].wait()
            """,
        },
        on_path=True,
    )
    gates = [threading.Event(), threading.Event()]
    builtins.trace_gates = gates
    try:
        with loadstone.trace() as trace:
            first = threading.Thread(target=importlib.import_module, args=["one"])
            first.start()
            first.join()
            second = threading.Thread(target=importlib.import_module, args=["two"])
            second.start()
            gates[0].wait()
        gates[1].set()
        second.join()
    finally:
        del builtins.trace_gates
    one, package, two = (named(trace, name) for name in ("one", "pkg", "two"))
    assert one.thread == package.thread > 0
    assert package.parent == one.number
    assert (two.finished, two.own, one.finished) == (False, two.finding, True)
    assert two.cumulative > 0
    assert "unfinished" in str(trace.page().blocks)


def test_imports_while_finding(sandbox: Sandbox) -> None:
    """What a finder imports to find a module is part of that import, and not of its own time."""
    sandbox.write({"two.py": "import time\ntime.sleep(0.02)\n"}, on_path=True)

    class Importing(Shared):
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if name == "one":
                importlib.import_module("two")
                return super().find_spec(name)
            return None

    sys.meta_path.insert(0, Importing())
    with loadstone.trace() as trace:
        importlib.import_module("one")
    one, two = named(trace, "one"), named(trace, "two")
    assert two.parent == one.number
    assert one.cumulative - one.own == pytest.approx(two.cumulative)
    assert one.cumulative > 0.02 > one.finding


def test_searches_are_no_imports(sandbox: Sandbox) -> None:
    """`find_spec` and calling finders by hand give the plain answer, and leave no record."""
    sandbox.write(
        {
            "one.py": """
                import sys
                found = [finder.find_spec('two', None) for finder in sys.meta_path]
                spec = next(filter(None, found))
            """,
            "two.py": "",
        },
        on_path=True,
    )
    with loadstone.trace() as trace:
        spec = importlib.util.find_spec("two")
        assert spec is not None
        assert type(spec.loader).__name__ == "SourceFileLoader"
        assert loadstone.find_spec("absent_module") is None
        module: Any = importlib.import_module("one")
        sys.meta_path[0].invalidate_caches()
        assert "finder" in repr(sys.meta_path[0])
    assert own_names(trace) == ["one"]
    assert module.found[0] is None
    assert type(module.spec.loader).__name__ == "SourceFileLoader"


def test_a_spec_that_is_given_again(sandbox: Sandbox) -> None:
    """Has the loader that it had."""
    shared = Shared(create_module=fail)
    spec = ModuleSpec("one", shared, origin=Path("x"))

    class Same:
        @staticmethod
        def find_spec(name: str, path: Any = None, target: Any = None) -> Any:
            return spec if name == "one" else None

    sys.meta_path.insert(0, Same)
    with loadstone.trace() as trace:
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                importlib.import_module("one")
    assert spec.loader is shared
    assert [each.origin for each in trace.imports if each.name == "one"] == ["x", "x"]


def test_an_empty_chain(sandbox: Sandbox) -> None:
    """With no other finder there, nothing is found."""
    with loadstone.trace():
        sys.meta_path[1:] = []
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("one")


def test_errors_that_cannot_be_shown(sandbox: Sandbox) -> None:
    """An exception whose text cannot be made is recorded by its type."""
    text = "class Bad(Exception):\n    def __str__(self):\n        raise ValueError\nraise Bad\n"
    sandbox.write({"one.py": text}, on_path=True)
    with loadstone.trace() as trace, pytest.raises(Exception) as caught:  # noqa: PT011
        importlib.import_module("one")
    assert type(caught.value).__name__ == "Bad"
    assert (named(trace, "one").error, named(trace, "one").message) == ("Bad", "?")


def test_nothing_is_kept_alive(sandbox: Sandbox) -> None:
    """Modules that were traced can be collected, and so can classes of their loaders and finders."""
    path = str(sandbox.write({"one.py": ""}) / "one.py")

    def traced() -> tuple[Trace, list[weakref.ref[Any]]]:
        loader: Any = type("Made", (SourceFileLoader,), {})("one", path)
        spec = importlib.util.spec_from_file_location("one", path, loader=loader)
        find = staticmethod(lambda name, *_: spec if name == "one" else None)
        finder: Any = type("Making", (), {"find_spec": find})()
        sys.meta_path.insert(0, finder)
        with loadstone.trace() as trace:
            module = importlib.import_module("one")
        assert named(trace, "one").loader.endswith("Made")
        sys.meta_path.remove(finder)
        del sys.modules["one"]
        return trace, [weakref.ref(thing) for thing in (module, loader, type(loader), type(finder))]

    trace, there = traced()
    gc.collect()
    assert [reference() for reference in there] == [None] * 4
    assert "recording" not in repr(trace)
    assert inspect.getdoc(loadstone.trace)
