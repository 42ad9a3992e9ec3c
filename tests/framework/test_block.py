"""Blocks: modules that are not to be had."""

from __future__ import annotations

import importlib.util
import pkgutil
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

import loadstone

if TYPE_CHECKING:
    from ..conftest import Sandbox

BY_NAME = [importlib.import_module, loadstone.import_module, __import__]
SEARCHES = [importlib.util.find_spec, loadstone.find_spec]


@pytest.fixture(autouse=True, params=[False, True], ids=["plain", "takeover"])
def modules(request: pytest.FixtureRequest, sandbox: Sandbox) -> Any:
    """Modules to import, in a sandbox."""
    sandbox.write({"new/__init__.py": "", "new/sub/__init__.py": "", "new/sub/deep.py": ""}, on_path=True)
    if not request.param:
        yield
        return
    with loadstone.takeover():
        yield


@pytest.mark.parametrize("importer", BY_NAME)
def test_a_blocked_module_cannot_be_imported(importer: Any) -> None:
    """The error says why, and is that of a module that is not installed; others can be imported."""
    handle = loadstone.block("new.sub", "it is slow")
    importer("new")
    with pytest.raises(ModuleNotFoundError, match=r"import of new\.sub is blocked: it is slow") as caught:
        importer("new.sub.deep")
    assert caught.value.name == "new.sub"
    assert "new.sub" not in sys.modules
    handle.uninstall()
    importer("new.sub.deep")


@pytest.mark.parametrize("find", SEARCHES)
def test_who_asks_whether_it_is_there_finds_nothing(find: Any) -> None:
    """A search that is no import gives None, and fails below a blocked package, as of one not installed."""
    with loadstone.block("new", "as if not installed"):
        assert find("new") is None
        with pytest.raises(ModuleNotFoundError):
            find("new.sub")
        assert find("json").name == "json"
    assert find("new").name == "new"
    with loadstone.block("new.*", "only what is below"):
        assert find("new.sub") is None
        assert find("new").name == "new"


@pytest.mark.parametrize("pattern", ["new", "new.sub", "new.*"])
def test_what_is_loaded_is_not_to_be_had_meanwhile(pattern: str) -> None:
    """Modules that others have imported are taken out of sight, and are the same ones afterwards."""
    deep = importlib.import_module("new.sub.deep")
    before = {name: sys.modules[name] for name in ("new", "new.sub", "new.sub.deep")}
    with loadstone.block(pattern, "as if not installed"):
        assert "new.sub" not in sys.modules
        assert "new.sub.deep" not in sys.modules
        assert ("new" in sys.modules) is (pattern != "new")
        for statement in ("import new.sub", "from new import sub", "import new.sub.deep"):
            with pytest.raises(ImportError):
                exec(statement)
    assert {name: sys.modules[name] for name in before} == before
    assert sys.modules["new"].sub.deep is deep


def test_what_has_taken_the_place_meanwhile_stays() -> None:
    """A module that a program puts there itself is not replaced when the block ends."""
    importlib.import_module("new")
    stub: Any = object()
    with loadstone.block("new", "stubbed"):
        sys.modules["new"] = stub
    assert sys.modules.pop("new") is stub


def test_a_lazy_module_stays_lazy(sandbox: Sandbox) -> None:
    """Taking a module out of sight does not execute it."""
    sandbox.write({"waiting.py": "1 / 0"})
    with loadstone.lazy("waiting"):
        waiting = importlib.import_module("waiting")
    with loadstone.block("waiting", "not now"), pytest.raises(ModuleNotFoundError, match="not now"):
        importlib.import_module("waiting")
    assert sys.modules["waiting"] is waiting


def test_a_module_that_is_being_imported_is_left_there(sandbox: Sandbox) -> None:
    """The import that is under way in another thread ends well."""
    sandbox.write({"gates.py": "import threading\nready, go = threading.Event(), threading.Event()\n"})
    sandbox.write({"slow.py": "import gates\ngates.ready.set()\ngates.go.wait(20)\ndone = True\n"})
    gates = importlib.import_module("gates")
    thread = threading.Thread(target=importlib.import_module, args=["slow"])
    thread.start()
    gates.ready.wait(20)
    with loadstone.block("slow", "too late"):
        gates.go.set()
        thread.join()
    assert sys.modules["slow"].done


def test_listings_are_as_they_were() -> None:
    """A block hides a module from who wants it, not from who looks into the directory."""
    with loadstone.block("new", "as if not installed"):
        assert "new" in {module.name for module in pkgutil.iter_modules()}


def test_a_reason_is_text() -> None:
    """What is no str is refused, and nothing is installed."""
    with pytest.raises(TypeError, match="reason must be str, not int"):
        loadstone.block("x", 3)  # type: ignore[arg-type]
    assert loadstone.hooks() == []
