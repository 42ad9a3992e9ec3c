"""Import systems as objects, the face of the package, and the engine's odd corners."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._core import finding, front, loading, statement, system
from loadstone._core.locks import DeadlockError, Locks

if TYPE_CHECKING:
    from ..conftest import Sandbox

STATE = ("modules", "meta_path", "path", "path_hooks", "path_importer_cache")


@pytest.mark.parametrize("name", STATE)
def test_live_reads_and_writes_sys(sandbox: Sandbox, name: str) -> None:
    """The state of `loadstone.live` is that of `sys`, in both directions."""
    original = getattr(sys, name)
    assert getattr(loadstone.live, name) is original
    replacement = original.copy()
    try:
        setattr(loadstone.live, name, replacement)
        assert getattr(sys, name) is replacement
    finally:
        setattr(sys, name, original)
    assert getattr(loadstone.live, name) is original


@pytest.mark.parametrize("name", STATE)
def test_isolated_systems_have_their_own_state(name: str) -> None:
    """The state of an isolated system is its own, and can be set."""
    one, other = loadstone.ImportSystem.isolated(), loadstone.ImportSystem.isolated()
    assert getattr(one, name) is not getattr(other, name)
    assert getattr(one, name) is not getattr(sys, name)
    replacement = getattr(one, name).copy()
    setattr(one, name, replacement)
    assert getattr(one, name) is replacement


def test_representation(sandbox: Sandbox) -> None:
    """A system says which it is."""
    assert repr(loadstone.live) == "<loadstone.live>"
    isolated = loadstone.ImportSystem.isolated(["/x"])
    assert repr(isolated) == "<ImportSystem of 0 modules, path=['/x']>"


def test_verbs_of_live_are_those_of_the_package(sandbox: Sandbox) -> None:
    """`loadstone.live` and the package itself offer the same verbs."""
    sandbox.write({"pkg/__init__.py": "", "pkg/sub.py": ""}, on_path=True)
    module = loadstone.live.import_module("pkg.sub")
    assert loadstone.import_module("pkg.sub") is module
    assert loadstone.live.import_module(".sub", "pkg") is module
    assert loadstone.find_spec("pkg.sub") is loadstone.live.find_spec("pkg.sub") is module.__spec__
    assert loadstone.__import__("pkg.sub") is loadstone.live.__import__("pkg.sub")
    assert loadstone.reload(module) is loadstone.live.reload(module) is module
    with pytest.raises(TypeError, match="'package' argument is required"):
        loadstone.live.import_module(".sub")


def test_invalidate_caches(sandbox: Sandbox) -> None:
    """invalidate_caches reaches the finders that have it."""
    called = []
    sys.meta_path[:0] = [SimpleNamespace(invalidate_caches=lambda: called.append(1)), SimpleNamespace()]
    loadstone.invalidate_caches()
    loadstone.live.invalidate_caches()
    assert called == [1, 1]


def test_names_of_the_package() -> None:
    """Every public name resolves, stays, and is listed; others are an AttributeError."""
    for name in loadstone.__all__:
        vars(loadstone).pop(name, None) if name not in ("abc", "machinery", "util") else None
        value = getattr(loadstone, name)
        assert getattr(loadstone, name) is value
        assert vars(loadstone)[name] is value
    assert set(loadstone.__all__) <= set(dir(loadstone))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'") as caught:
        loadstone.nothing  # type: ignore[attr-defined]  # noqa: B018
    assert caught.value.name == "nothing"
    assert caught.value.obj is loadstone


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="importlib has no find_loader any more")
def test_find_loader(sandbox: Sandbox) -> None:
    """find_loader is there where importlib has it."""
    find_loader = loadstone.find_loader  # type: ignore[attr-defined]
    with pytest.warns(DeprecationWarning, match="find_spec"):
        assert find_loader("json") is sys.modules["json"].__loader__


def test_importing_the_package_is_cheap(sandbox: Sandbox) -> None:
    """`import loadstone` and import_module pull in no third-party package, and none of the costly modules."""
    program = (
        "import sys; before = set(sys.modules); import loadstone; loadstone.import_module('errno');"
        "print(*sorted(set(sys.modules) - before))"
    )
    source = os.path.dirname(os.path.dirname(loadstone.__file__))
    env = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True
    )
    new = {name.partition(".")[0] for name in done.stdout.split()}
    costly = {"attr", "attrs", "typing_extensions", "typing", "inspect", "dataclasses", "enum", "re",
              "functools", "collections", "contextlib", "threading", "pathlib"}  # fmt: skip
    assert not new & costly


def test_resolve_name() -> None:
    """resolve_name turns relative names into absolute ones, or raises importlib's errors."""
    import importlib.util

    for name in ("a", ".a", "..a", "...a", ".", ".."):
        for package in (None, "", "x", "x.y"):
            results = []
            for resolve in (importlib.util.resolve_name, system.resolve_name):
                try:
                    results.append(resolve(name, package))
                except ImportError as error:
                    results.append(repr(error))
            assert results[0] == results[1]


def test_relative_names_of_loaded_modules(sandbox: Sandbox) -> None:
    """Modules that are loaded are found by any number of dots."""
    import email.mime.text

    assert loadstone.import_module("email.mime.text") is email.mime.text
    assert loadstone.import_module(".text", "email.mime") is email.mime.text
    assert loadstone.import_module("..mime.text", "email.mime") is email.mime.text
    assert loadstone.import_module("..", "email.mime") is email
    assert loadstone.import_module("email", "email.mime") is email
    for number in range(600):
        assert loadstone.import_module("." * (number + 1) + "text", "email.mime" + ".x" * number)
        sys.modules[f"email.x{number}"] = email
        assert loadstone.import_module(f".x{number}", "email") is email
    assert len(front.absolute_names) <= 256
    assert all(len(names) <= 256 for names in front.absolute_names.values())
    assert loadstone.import_module("..mime.text", "email.mime") is email.mime.text


def test_package_of() -> None:
    """The package that relative imports start from is `__package__`, else the spec's parent, else by name."""
    spec = SimpleNamespace(parent="p")
    assert statement.package_of({"__package__": "p"}) == "p"
    assert statement.package_of({"__package__": "p", "__spec__": spec}) == "p"
    assert statement.package_of({"__spec__": spec}) == "p"
    with pytest.warns(statement._MISMATCH_WARNING, match="__package__ != __spec__.parent"):
        assert statement.package_of({"__package__": "q", "__spec__": spec}) == "q"
    with pytest.warns(ImportWarning, match="can't resolve package"):
        assert statement.package_of({"__name__": "a.b"}) == "a"
    with pytest.warns(ImportWarning, match="can't resolve package"):
        assert statement.package_of({"__name__": "a.b", "__path__": []}) == "a.b"


def test_object_name() -> None:
    """Warnings name a class, or the class of an object."""
    assert finding.object_name(ModuleType) == "module"
    assert finding.object_name(5) == "int"


def test_load_module(sandbox: Sandbox) -> None:
    """The deprecated load_module imports, executes again what is there, and warns at its caller's line."""
    sandbox.write({"mod.py": "count = 1 + globals().get('count', 0)"}, on_path=True)
    sys.dont_write_bytecode = True
    spec = loadstone.find_spec("mod")
    assert spec is not None
    with pytest.warns(DeprecationWarning, match="load_module"):
        module = system.load_module(spec.loader, "mod")
    assert module.count == 1
    with pytest.warns(DeprecationWarning, match="load_module"):
        assert system.load_module(spec.loader, "mod", spec) is module
    assert module.count == 2


def test_deadlocks_without_a_module(sandbox: Sandbox) -> None:
    """A circle of waiting threads in which the module is not there yet is an error that says so."""

    class Circle(Locks):
        def hold(self, name: str) -> Any:
            raise DeadlockError("circle")

    state = SimpleNamespace(modules={}, meta_path=[], path=[], path_hooks=[], path_importer_cache={})
    circular = loadstone.ImportSystem(state, Circle(state.modules))
    with pytest.raises(DeadlockError):
        circular.import_module("a")
    unfinished = ModuleType("a")
    unfinished.__spec__ = SimpleNamespace(_initializing=True)  # type: ignore[assignment]
    state.modules["a"] = unfinished
    assert circular.import_module("a") is unfinished
    assert loading.import_name(circular, "a", False) is unfinished


@pytest.mark.parametrize("name", [3, None, Path("json"), b"json"], ids=repr)
def test_a_name_that_is_no_str(name: Any) -> None:
    """Verbs that take a name say what it must be, and what it was."""
    system = loadstone.ImportSystem.isolated([])
    for verb in (loadstone.import_module, loadstone.find_spec, system.import_module, system.find_spec):
        with pytest.raises(TypeError, match=f"module name must be str, not {type(name).__name__}"):
            verb(name)
