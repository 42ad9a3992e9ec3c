"""Modules that load at their first use."""

from __future__ import annotations

import importlib
import inspect
import pickle
import sys
import threading
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._standard.lazy import is_lazy

if TYPE_CHECKING:
    from ..conftest import Sandbox

SOURCE = '''"""About it."""
import sys
sys.executed.append(__name__)
x = 1
def function():
    return x
'''


@pytest.fixture(autouse=True)
def executed(sandbox: Sandbox) -> Iterator[list[str]]:
    """The names of the modules that have been executed."""
    files = {"mod.py": SOURCE, "pkg/__init__.py": SOURCE, "pkg/sub.py": SOURCE, "space/in_it.py": SOURCE}
    sandbox.write(
        {**files, "bad.py": "import sys\nsys.executed.append(1)\nif len(sys.executed) < 2: 1 / 0\nx = 1\n"},
        on_path=True,
    )
    sys.executed = executed = []  # type: ignore[attr-defined]
    yield executed
    del sys.executed  # type: ignore[attr-defined]


def test_first_use_loads(executed: list[str]) -> None:
    """A module is executed when an attribute is first asked for, once; it is a plain module then."""
    with loadstone.lazy("mod", ["pkg", "pkg.*"]):
        import mod  # type: ignore[import-not-found]

        assert executed == []
        assert mod.function() == 1
        assert executed == ["mod"]
        assert type(mod) is type(sys)
        import pkg.sub  # type: ignore[import-not-found]  # a submodule is a use of its package

        assert executed == ["mod", "pkg"]
        assert pkg.sub.x == 1
        assert executed == ["mod", "pkg", "pkg.sub"]
    assert inspect.getsource(mod.function).startswith("def function")


LOOKS = {
    "repr": repr,
    "dir": dir,
    "name": lambda module: (
        module.__name__,
        module.__file__,
        module.__spec__,
        module.__loader__,
        module.__package__,
    ),
    "class": lambda module: isinstance(module, str),
    "getmodule": lambda module: inspect.getmodule(test_first_use_loads),
    "ismodule": inspect.ismodule,
    "unwrap": inspect.unwrap,
    "whichmodule": lambda module: search_all_modules(),
    "registries": lambda module: [
        getattr(each, "__warningregistry__", None) for each in list(sys.modules.values())
    ],
    "stack": lambda module: inspect.stack(),
    "import": lambda module: importlib.import_module("mod"),
    "warnings": lambda module: warnings.catch_warnings(record=True).__enter__(),
}


def search_all_modules() -> None:
    """Have pickle look for an object in all modules; it is in none."""
    with suppress(pickle.PicklingError):  # since Python 3.14
        pickle.whichmodule(Unknown(), "nowhere")  # type: ignore[attr-defined]


class Unknown:
    """An object that does not know its module."""

    def __getattribute__(self, name: str) -> Any:
        if name == "__module__":
            raise AttributeError
        return super().__getattribute__(name)


@pytest.mark.parametrize("look", LOOKS)
def test_looking_does_not_load(look: str, executed: list[str]) -> None:
    """Looking at what a module is does not execute it."""
    with loadstone.lazy("mod"):
        module = loadstone.import_module("mod")
        with warnings.catch_warnings():
            LOOKS[look](module)
        assert executed == []
        assert module.__doc__ == "About it."
        assert executed == ["mod"]
        assert "function" in dir(module)


@pytest.mark.parametrize("use", [vars, lambda m: setattr(m, "x", 2) or m.x, lambda m: hasattr(m, "__all__")])
def test_uses(use: Any, executed: list[str]) -> None:
    """Asking for the namespace, for what was set, or for what is not there executes the module."""
    with loadstone.lazy("mod"):
        use(loadstone.import_module("mod"))
    assert executed == ["mod"]


def test_what_cannot_wait(executed: list[str]) -> None:
    """Extension, built-in and frozen modules and namespace packages are imported as ever."""
    for name in ("_testcapi", "atexit", "__hello__", "space"):
        kept = sys.modules.pop(name, None)
        try:
            with loadstone.lazy(name):
                module = loadstone.import_module(name)
        except ModuleNotFoundError:
            continue
        finally:
            if kept is not None:
                sys.modules[name] = kept
        assert not is_lazy(module)


def test_reload_is_not_lazy(executed: list[str]) -> None:
    """A module that is reloaded is executed at once."""
    module = loadstone.import_module("mod")
    with pytest.warns(RuntimeWarning, match="Lazy.* comes too late for .*: mod"), loadstone.lazy("mod"):
        importlib.reload(module)
    assert executed == ["mod", "mod"]


@pytest.mark.parametrize("installed", [True, False])
@pytest.mark.parametrize("reload", [importlib.reload, loadstone.reload])
def test_what_waits_is_executed_by_a_reload(executed: list[str], reload: Any, installed: bool) -> None:
    """A reload is a use of a lazy module: it is executed, and then executed again."""
    handle = loadstone.lazy("mod")
    module = loadstone.import_module("mod")
    if not installed:
        handle.uninstall()
    assert reload(module) is module
    assert executed == ["mod", "mod"]
    assert module.x == 1
    assert type(module) is type(sys)
    assert reload(module).function() == 1
    assert executed == ["mod", "mod", "mod"]


@pytest.mark.parametrize("reload", [importlib.reload, loadstone.reload])
def test_a_reload_that_fails_leaves_it_lazy(reload: Any) -> None:
    """A lazy module whose code fails in a reload is tried again at its next use."""
    with loadstone.lazy("bad"):
        module: Any = loadstone.import_module("bad")
    with pytest.raises(ZeroDivisionError):
        reload(module)
    assert module.x == 1


@pytest.mark.parametrize("reload", [importlib.reload, loadstone.reload])
def test_threads_use_what_is_reloaded(sandbox: Sandbox, reload: Any) -> None:
    """A use in one thread and a reload in another, at the same time: neither sees half a module."""
    sandbox.write({"slow.py": "import time\ntime.sleep(.05)\nvalue = 1\n"})
    with loadstone.lazy("slow"):
        module: Any = loadstone.import_module("slow")
    uses: list[Any] = [lambda: module.value, lambda: reload(module).value] * 2
    with ThreadPoolExecutor(len(uses)) as threads:
        assert [future.result() for future in [threads.submit(use) for use in uses]] == [1] * 4


@pytest.mark.parametrize("use", ["hasattr(bad, 'x')", "exec('from bad import x')", "bad.x", "vars(bad)"])
def test_attribute_errors_of_its_code_are_seen(sandbox: Sandbox, use: str) -> None:
    """An AttributeError that its code raises is not taken for the answer that it lacks an attribute."""
    sandbox.write({"bad.py": "import sys\nx = 1\nsys.nothing_of_the_kind\n"})
    with loadstone.lazy("bad"):
        bad = loadstone.import_module("bad")
    for _ in range(2):
        with pytest.raises(ImportError, match=r"'bad' raised AttributeError: .*nothing_of") as caught:
            eval(use)
        assert (caught.value.name, caught.value.path) == ("bad", str(sandbox.root / "bad.py"))
        assert isinstance(caught.value.__cause__, AttributeError)
    assert bad.__name__ == "bad"


def test_failing_modules_are_tried_again(executed: list[Any]) -> None:
    """A module that fails does so at its use, and is tried again at the next."""
    with loadstone.lazy("bad"):
        module: Any = loadstone.import_module("bad")
        with pytest.raises(ZeroDivisionError):
            assert module.x
        assert module.x == 1


@pytest.mark.parametrize("rounds", range(5))
def test_threads_use_it_at_once(executed: list[str], rounds: int) -> None:
    """However many threads use a lazy module at once, it is executed once, and all see it finished."""
    with loadstone.lazy("mod"):
        module: Any = loadstone.import_module("mod")
        barrier = threading.Barrier(8)
        results: list[Any] = []

        def use() -> None:
            barrier.wait()
            results.append(module.function())

        threads = [threading.Thread(target=use) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (results, executed) == ([1] * 8, ["mod"])


def test_bad_input() -> None:
    """What is no pattern is refused."""
    for wrong, error in ((3, TypeError), ([3], TypeError), ("", ValueError)):
        with pytest.raises(error):
            loadstone.lazy(wrong)  # type: ignore[arg-type]
    assert loadstone.hooks() == []
