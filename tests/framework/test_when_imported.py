"""Callbacks after an import."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
import threading
import types
from typing import TYPE_CHECKING, Any

import pytest

import loadstone

if TYPE_CHECKING:
    from ..conftest import Sandbox


@pytest.fixture(autouse=True)
def modules(sandbox: Sandbox) -> None:
    """Modules to import, in a sandbox."""
    files = {
        "mod.py": "x = 1\n",
        "pkg/__init__.py": "",
        "pkg/sub.py": "",
        "space/in_it.py": "",
        "bad.py": "1 / 0",
    }
    sandbox.write(files, on_path=True)


@pytest.fixture
def unraisable(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What goes to `sys.unraisablehook`."""
    seen: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", seen.append)
    return seen


@pytest.mark.parametrize("importer", [importlib.import_module, loadstone.import_module, __import__])
def test_called_once_after_the_import(importer: Any) -> None:
    """The callback is called with the finished module, each time that it has been executed."""
    seen: list[Any] = []
    handle = loadstone.when_imported("mod", lambda module: seen.append((module, module.x, module.__loader__)))
    assert seen == []
    importer("mod")
    module = sys.modules["mod"]
    importer("mod")
    assert seen == [(module, 1, module.__loader__)]
    importlib.reload(module)
    assert seen[1:] == [(module, 1, module.__loader__)]
    assert type(module.__loader__).__name__ == "SourceFileLoader"
    del sys.modules["mod"]
    importer("mod")
    assert len(seen) == 3
    handle.uninstall()
    del sys.modules["mod"]
    importer("mod")
    assert len(seen) == 3


def test_called_for_every_execution() -> None:
    """What is executed anew is called for anew, be it at the same place in memory as the module before."""
    same = types.ModuleType("reborn")

    class InPlace(loadstone.Loader):
        def create_module(self, spec: Any) -> Any:
            return same

        def exec_module(self, module: Any) -> None:
            pass

    class Finder(loadstone.Finder):
        names = "reborn"

        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            return self.spec(fullname, InPlace())

    loadstone.install(Finder())
    seen: list[Any] = []
    loadstone.when_imported("reborn", seen.append)
    for _ in range(3):
        loadstone.import_module("reborn")
        del sys.modules["reborn"]
    assert seen == [same] * 3


def test_a_finder_that_keeps_its_specs() -> None:
    """A spec that is found twice before its module is executed has the callback called once."""
    kept: Any = loadstone.find_spec("mod")

    class Keeps(loadstone.Finder):
        names = "mod"

        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            return kept

    seen: list[str] = []
    loadstone.install(Keeps())
    for _ in range(2):
        loadstone.when_imported("mod", lambda module: seen.append(module.__name__))
    assert importlib.util.find_spec("mod") is kept
    loadstone.import_module("mod")
    assert seen == ["mod", "mod"]
    assert type(kept.loader).__name__ == "SourceFileLoader"


def test_what_is_no_module(sandbox: Sandbox) -> None:
    """What a module has put in its place need not be one that can be referred to weakly."""
    sandbox.write({"number.py": "import sys\nsys.modules[__name__] = 3\n"})
    seen: list[Any] = []
    loadstone.when_imported("number", seen.append)
    loadstone.import_module("number")
    assert seen == [3]


def test_what_a_handle_says() -> None:
    """A handle's repr tells what is called for what."""
    handle = loadstone.when_imported("mod.*", print)
    what = "ImportCallback('mod.*', <built-in function print>)"
    assert repr(handle) == f"<Handle 'ImportCallback': interceptor {what} at sys.meta_path[0]>"


def test_patterns_and_decorators() -> None:
    """A pattern has the callback called for every module it matches; as a decorator it keeps the function."""
    seen = []

    @loadstone.when_imported("pkg.*")
    def note(module: Any) -> None:
        seen.append(module.__name__)

    assert callable(note)
    loadstone.import_module("pkg.sub")
    assert seen == ["pkg.sub"]
    note.hook.uninstall()
    assert loadstone.hooks() == []


def test_at_once_for_what_is_loaded() -> None:
    """For a module that is there already the callback is called at once, in this thread."""
    seen: list[Any] = []
    loadstone.when_imported("json", lambda module: seen.append((module, threading.get_ident())))
    assert seen == [(json, threading.get_ident())]


@pytest.mark.parametrize("library", [importlib.util, loadstone.util], ids=lambda library: library.__name__)
@pytest.mark.parametrize("late", [False, True])
def test_lazy_modules_when_they_load(library: Any, late: bool) -> None:
    """For a lazily loaded module the callback is called when it loads, whoever of the two came first."""
    seen: list[Any] = []
    if not late:
        loadstone.when_imported("mod", lambda module: seen.append(module.x))
    spec: Any = loadstone.find_spec("mod")
    spec.loader = library.LazyLoader(spec.loader)
    module = library.module_from_spec(spec)
    sys.modules["mod"] = module
    spec.loader.exec_module(module)
    if late:
        loadstone.when_imported("mod", lambda module: seen.append(module.x))
    assert seen == []
    assert module.x == 1
    assert seen == [1]
    assert type(module.__loader__).__name__ == "SourceFileLoader"


@pytest.mark.parametrize("lazy_first", [False, True])
def test_lazy_hook_and_callback(lazy_first: bool) -> None:
    """`lazy` and `when_imported` on one module go together, in both orders."""
    seen: list[str] = []
    if lazy_first:
        loadstone.lazy("mod")
    loadstone.when_imported("mod", lambda module: seen.append(module.__name__))
    if not lazy_first:
        loadstone.lazy("mod")
    module: Any = loadstone.import_module("mod")
    assert seen == []
    assert module.x == 1
    assert seen == ["mod"]
    assert type(module.__loader__).__name__ == "SourceFileLoader"


def test_packages_without_code_and_extensions() -> None:
    """Namespace packages, extension and built-in modules are told of too, and stay what they are."""
    seen = []
    for name in ("space", "_testcapi", "faulthandler", "atexit"):
        kept = sys.modules.pop(name, None)
        handle = loadstone.when_imported(name, lambda module: seen.append(module.__name__))
        try:
            module = loadstone.import_module(name)
        except ModuleNotFoundError:
            seen.append(name)
            continue
        finally:
            handle.uninstall()
            if kept is not None:
                sys.modules[name] = kept
        assert "Calling" not in type(module.__loader__).__name__
    assert seen == ["space", "_testcapi", "faulthandler", "atexit"]
    assert sorted(sys.modules["space"].__path__)
    loadstone.import_module("space.in_it")


def test_callbacks_that_raise(unraisable: list[Any]) -> None:
    """A callback that raises does not make the import fail; the error is reported, later ones are called."""
    seen: list[str] = []

    def fail(module: Any) -> None:
        raise RuntimeError(module.__name__)

    loadstone.when_imported("mod", fail)
    loadstone.when_imported("mod", lambda module: seen.append(module.__name__))
    loadstone.import_module("mod")
    assert seen == ["mod"]
    assert [(type(each.exc_value), each.object) for each in unraisable] == [(RuntimeError, fail)]

    def leave(module: Any) -> None:
        raise KeyboardInterrupt

    loadstone.when_imported("pkg", leave)
    with pytest.raises(KeyboardInterrupt):
        loadstone.import_module("pkg")
    assert "pkg" not in sys.modules


def test_modules_that_fail() -> None:
    """A module that fails is not told of; what it raises passes through."""
    seen: list[Any] = []
    loadstone.when_imported("bad", seen.append)
    with pytest.raises(ZeroDivisionError):
        loadstone.import_module("bad")
    assert (seen, "bad" in sys.modules) == ([], False)


def test_order_and_unfinished_modules(sandbox: Sandbox) -> None:
    """Callbacks are called in the order they were installed in; a module in the middle is passed by."""
    source = "import loadstone\nseen = []\nloadstone.when_imported('mid', seen.append)\n"
    sandbox.write({"mid.py": source})
    seen: list[int] = []
    for number in range(3):
        loadstone.when_imported("mid", lambda module, number=number: seen.append(number))  # type: ignore[misc]
    module: Any = loadstone.import_module("mid")
    assert (seen, module.seen) == ([0, 1, 2], [])


def test_modules_that_replace_themselves(sandbox: Sandbox) -> None:
    """A module that puts another object in its place: the callback gets what `sys.modules` holds."""
    sandbox.write({"other.py": "import sys\nsys.modules[__name__] = sys.modules['json']\n"})
    seen: list[Any] = []
    loadstone.when_imported("other", seen.append)
    assert loadstone.import_module("other") is json
    assert seen == [json]


@pytest.mark.parametrize(
    ("arguments", "error"), [((1, print), TypeError), (("", print), ValueError), (("mod", 3), TypeError)]
)
def test_bad_input(arguments: Any, error: type[Exception]) -> None:
    """What is no pattern or not callable is refused, and nothing is installed."""
    with pytest.raises(error):
        loadstone.when_imported(*arguments)
    for wrong in (3, ""):
        with pytest.raises((TypeError, ValueError), match="pattern of module names must"):
            loadstone.when_imported(wrong)  # type: ignore[call-overload]
    with pytest.raises(TypeError, match="print> cannot have an attribute hook"):
        loadstone.when_imported("mod")(print)
    assert loadstone.hooks() == []


def test_callbacks_that_raise_before_the_interpreters_own_hook(sandbox: Sandbox) -> None:
    """A callback that raises is shown on stderr with its traceback; the import succeeds, later ones run."""
    program = """
        import loadstone, sys
        def fail(module):
            raise RuntimeError("of " + module.__name__)
        import json
        loadstone.when_imported("json", fail)
        loadstone.when_imported("wave", fail)
        loadstone.when_imported("wave", lambda module: print("second", module.__name__))
        import wave
        sys.stderr = None
        loadstone.when_imported("wave", fail)
    """
    sandbox.write({"program.py": program})
    result = sandbox.python("-W", "ignore", "program.py")
    assert (result.returncode, result.stdout) == (0, "second wave\n")
    assert result.stderr.count("Exception ignored in: <function fail") == 2
    assert "RuntimeError: of json" in result.stderr
    assert "RuntimeError: of wave" in result.stderr
