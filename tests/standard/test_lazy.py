"""LazyLoader: modules that are executed when they are first used."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
import loadstone.abc
import loadstone.machinery
import loadstone.util

from ..forking import in_fork, needs_fork
from .libraries import Library

if TYPE_CHECKING:
    from ..conftest import Sandbox

COUNT = """
    import sys
    runs = sys.lazy_runs = getattr(sys, "lazy_runs", 0) + 1
    x = 1
    def f():
        return x
"""


@pytest.fixture(autouse=True)
def no_runs() -> Any:
    """The modules of these tests count their executions in `sys`."""
    yield
    sys.__dict__.pop("lazy_runs", None)


def runs() -> int:
    """How often the lazy module has been executed."""
    return int(getattr(sys, "lazy_runs", 0))


def lazy(library: Library, name: str) -> Any:
    """Import `name` lazily, by the recipe in importlib's documentation."""
    spec = library.util.find_spec(name)
    loader = library.util.LazyLoader(spec.loader)
    spec.loader = loader
    module = library.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module


OURS = Library("loadstone")


def test_first_use_executes(library: Library, sandbox: Sandbox) -> None:
    """The module is executed at its first use, once."""
    sandbox.write({"mod.py": COUNT}, on_path=True)
    module = lazy(library, "mod")
    assert runs() == 0
    assert module.x == 1
    assert module.f() == 1
    assert runs() == 1
    assert type(module) is ModuleType
    assert module.__loader__ is module.__spec__.loader
    assert type(module.__loader__).__name__ == "SourceFileLoader"


@pytest.mark.parametrize(
    "use",
    [
        dir,
        lambda module: hasattr(module, "y"),
        lambda module: module.__name__,
        lambda module: module.__dict__,
        vars,
    ],
    ids=["dir", "hasattr", "__name__", "__dict__", "vars"],
)
def test_uses(sandbox: Sandbox, use: Callable[[Any], Any]) -> None:
    """Any look into the module is a use."""
    sandbox.write({"mod.py": COUNT}, on_path=True)
    use(lazy(OURS, "mod"))
    assert runs() == 1


def test_no_uses(sandbox: Sandbox) -> None:
    """Its spec, its repr, setting an attribute and importing it again are none."""
    sandbox.write({"mod.py": COUNT}, on_path=True)
    module = lazy(OURS, "mod")
    assert module.__spec__.name == "mod"
    module.extra = 3
    assert loadstone.import_module("mod") is module
    import mod  # type: ignore[import-not-found]

    assert mod is module
    with loadstone.takeover():
        import mod as again

        assert again is module
    assert loadstone.find_spec("mod") is object.__getattribute__(module, "__spec__")
    assert runs() == 0
    assert module.extra == 3
    assert runs() == 1


def test_attributes_set_before(library: Library, sandbox: Sandbox) -> None:
    """What was set before the module is executed stays; what was deleted is set by the execution."""
    sandbox.write({"mod.py": COUNT}, on_path=True)
    module = lazy(library, "mod")
    module.x = "mine"
    module.other = "also"
    assert module.x == "mine"
    assert module.other == "also"
    assert module.f() == "mine"
    assert runs() == 1


def test_deleting_attributes(library: Library, sandbox: Sandbox) -> None:
    """Deleting an attribute executes the module first."""
    sandbox.write({"mod.py": COUNT}, on_path=True)
    module = lazy(library, "mod")
    del module.x
    assert runs() == 1
    assert not hasattr(module, "x")
    other = lazy(library, "mod")
    with pytest.raises(AttributeError):
        del other.nothing


def test_missing_attributes(library: Library, sandbox: Sandbox) -> None:
    """An attribute that the module does not get is an AttributeError."""
    sandbox.write({"mod.py": COUNT}, on_path=True)
    module = lazy(library, "mod")
    with pytest.raises(AttributeError, match="nothing"):
        _ = module.nothing
    assert runs() == 1


def test_module_getattr(sandbox: Sandbox) -> None:
    """A module's own `__getattr__` answers for a lazy module too."""
    sandbox.write(
        {"mod.py": COUNT + "\n    def __getattr__(name):\n        return name.upper()\n"}, on_path=True
    )
    assert lazy(OURS, "mod").anything == "ANYTHING"


def test_failing_load_is_tried_again(sandbox: Sandbox) -> None:
    """A load that fails raises, and is tried again at the next use."""
    source = COUNT + "\n    if runs < 3: raise ValueError(runs)\n"
    sandbox.write({"mod.py": source}, on_path=True)
    module = lazy(OURS, "mod")
    module.kept = "yes"
    for number in (1, 2):
        with pytest.raises(ValueError, match=str(number)):
            _ = module.x
    assert module.x == 1
    assert module.kept == "yes"
    assert runs() == 3


def test_failure_shows_no_engine_frame(sandbox: Sandbox) -> None:
    """The traceback of a failing lazy module leads from the line that uses it to the line that fails."""
    import traceback

    sandbox.write({"mod.py": "1 / 0\n"}, on_path=True)
    module = lazy(OURS, "mod")
    try:
        _ = module.x
    except ZeroDivisionError as error:
        files = [frame.filename for frame in traceback.extract_tb(error.__traceback__)]
    own = [file for file in files if "loadstone" in file and "tests" not in file]
    assert len(own) <= (1 if sys.version_info >= (3, 11) else 3)
    assert files[-1].endswith("mod.py")


def test_a_module_that_deletes_from_itself(sandbox: Sandbox) -> None:
    """While it is executed, a module may delete its own attributes."""
    sandbox.write({"mod.py": COUNT + "\n    import mod\n    gone = 1\n    del mod.gone\n"}, on_path=True)
    module = lazy(OURS, "mod")
    assert module.x == 1
    assert not hasattr(module, "gone")


def test_a_module_that_uses_itself(sandbox: Sandbox) -> None:
    """While it is executed, the module is what it is, as in a circular import."""
    source = COUNT + "\n    import mod\n    early = mod.x\n    late = hasattr(mod, 'y')\n    y = 1\n"
    sandbox.write({"mod.py": source}, on_path=True)
    module = lazy(OURS, "mod")
    assert (module.early, module.late, module.y) == (1, False, 1)
    assert runs() == 1


def test_substituted_modules(library: Library, sandbox: Sandbox) -> None:
    """A module that puts another in its place in `sys.modules` cannot be lazy."""
    sandbox.write({"mod.py": "import sys\nsys.modules[__name__] = sys\n"}, on_path=True)
    module = lazy(library, "mod")
    with pytest.raises(
        ValueError, match=r"module object for 'mod' substituted in sys\.modules during a lazy load"
    ):
        _ = module.x


def test_modules_that_left(library: Library, sandbox: Sandbox) -> None:
    """A lazy module that is in `sys.modules` no more is executed all the same."""
    sandbox.write({"mod.py": COUNT}, on_path=True)
    module = lazy(library, "mod")
    del sys.modules["mod"]
    assert module.x == 1


class Special(ModuleType):
    """A module of a class of its own."""

    kind = "special"


class SpecialLoader(loadstone.abc.Loader):
    """Makes modules of a class of their own."""

    def create_module(self, spec: Any) -> ModuleType:
        return Special(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["x"] = 1


def test_modules_of_another_class(sandbox: Sandbox) -> None:
    """A module gets back the class that its loader gave it."""
    loader = OURS.util.LazyLoader(SpecialLoader())
    module: Any = OURS.util.module_from_spec(OURS.machinery.ModuleSpec("special", loader))
    loader.exec_module(module)
    assert module.x == 1
    assert type(module) is Special
    assert module.kind == "special"


class Chameleon(loadstone.abc.Loader):
    """Gives the module another class while it is executed."""

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["x"] = 1
        object.__setattr__(module, "__class__", Special)


@pytest.mark.parametrize("use", ["get", "delete"])
def test_modules_that_change_their_class(sandbox: Sandbox, use: str) -> None:
    """A class that the module gets while it is executed stays."""
    loader: Any = loadstone.util.LazyLoader(Chameleon())
    module: Any = loadstone.util.module_from_spec(loadstone.machinery.ModuleSpec("special", loader))
    loader.exec_module(module)
    if use == "get":
        assert module.x == 1
    else:
        del module.x
        assert not hasattr(module, "x")
    assert type(module) is Special
    assert module.kind == "special"


def test_loaders_that_cannot_be_lazy(library: Library) -> None:
    """A loader without `exec_module` is refused."""
    for make in (library.util.LazyLoader, library.util.LazyLoader.factory):
        with pytest.raises(TypeError, match=r"loader must define exec_module\(\)"):
            make(object())


def test_factory(running: Library, sandbox: Sandbox) -> None:
    """A factory makes every module of a path lazy."""
    root = sandbox.write({"lib/mod.py": COUNT})
    machinery = running.machinery
    factory = running.util.LazyLoader.factory(machinery.SourceFileLoader)
    sys.path_hooks.insert(0, machinery.FileFinder.path_hook((factory, [".py"])))
    sys.path_importer_cache.clear()
    sys.path.insert(0, str(root / "lib"))
    module = running.root.import_module("mod")
    assert runs() == 0
    assert module.x == 1
    assert runs() == 1


def test_kinship(library: Library) -> None:
    """A lazy loader is a loader, and importlib's lazy loader."""
    loader = library.util.LazyLoader(SpecialLoader())
    assert isinstance(loader, Library("importlib").util.LazyLoader)
    assert isinstance(loader, Library("importlib").abc.Loader)
    assert loader.create_module(library.machinery.ModuleSpec("x", loader)).kind == "special"


def together(*actions: Callable[[], Any]) -> list[Any]:
    """Run actions in threads that start at the same time; what they return or raise."""
    barrier = threading.Barrier(len(actions))
    results: list[Any] = [None] * len(actions)

    def run(index: int, action: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[index] = action()
        except BaseException as error:
            results[index] = error

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return results


def test_threads(sandbox: Sandbox) -> None:
    """Many threads use a lazy module at once: one executes it, all get it whole."""
    source = (
        "import time\ntime.sleep(0.05)\n"
        + "\n".join(line[4:] for line in COUNT.splitlines())
        + "\nlast = 1\n"
    )
    for number in range(5):
        sandbox.write({f"mod{number}.py": source}, on_path=not number)
        module = lazy(OURS, f"mod{number}")
        assert together(*[lambda module=module: module.last] * 16) == [1] * 16
        assert runs() == number + 1


def test_threads_and_failure(sandbox: Sandbox) -> None:
    """When the first load fails, one of the waiting threads tries again."""
    source = "import time\ntime.sleep(0.02)\n" + "\n".join(line[4:] for line in COUNT.splitlines())
    sandbox.write({"mod.py": source + "\nif runs < 3: raise ValueError('not yet')\n"}, on_path=True)
    module = lazy(OURS, "mod")
    results = together(*[lambda: module.x] * 8)
    assert sum(isinstance(result, ValueError) for result in results) == 2
    assert results.count(1) == 6
    assert runs() == 3


def test_threads_that_wait_for_each_other(sandbox: Sandbox) -> None:
    """Two lazy modules that use each other are loaded by two threads without a deadlock."""
    template = "import time\nx = 1\ntime.sleep(0.1)\nimport {}\nseen = hasattr({}, 'x')\n"
    sandbox.write(
        {"one.py": template.format("two", "two"), "two.py": template.format("one", "one")}, on_path=True
    )
    one, two = lazy(OURS, "one"), lazy(OURS, "two")
    start = time.monotonic()
    assert together(lambda: one.x, lambda: two.x) == [1, 1]
    assert time.monotonic() - start < 30


@needs_fork
def test_a_fork_while_a_thread_loads(sandbox: Sandbox) -> None:
    """What a thread of the parent was loading is loaded anew by a forked child that uses it."""
    source = "import sys\nsys.lazy_started.set()\nsys.lazy_go.wait(30)\nx = 1\n"
    sandbox.write({"mod.py": source}, on_path=True)
    module = lazy(OURS, "mod")
    sys.lazy_started, sys.lazy_go = threading.Event(), threading.Event()  # type: ignore[attr-defined]
    try:
        thread = threading.Thread(target=lambda: module.x, daemon=True)
        thread.start()
        assert sys.lazy_started.wait(30)  # type: ignore[attr-defined]

        def in_child() -> None:
            sys.lazy_started = sys.lazy_go = threading.Event()  # type: ignore[attr-defined]
            sys.lazy_go.set()  # type: ignore[attr-defined]
            assert module.x == 1

        in_fork(in_child)
        sys.lazy_go.set()  # type: ignore[attr-defined]
        thread.join(30)
        assert module.x == 1
    finally:
        del sys.lazy_started, sys.lazy_go  # type: ignore[attr-defined]


def test_reload(library: Library, sandbox: Sandbox) -> None:
    """A lazy module that was loaded can be reloaded."""
    sandbox.write({"mod.py": COUNT}, on_path=True)
    module = lazy(library, "mod")
    assert module.x == 1
    assert library.root.reload(module) is module
    assert runs() == 2
