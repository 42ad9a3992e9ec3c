"""Module specs, and modules made from them."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from loadstone._core.namespace import NamespaceLoader, NamespacePath
from loadstone._core.spec import ModuleSpec, bind, module_from_spec, spec_from_loader
from loadstone._core.versions import SETS_CACHED

from ..pythons import with_load_module


class Loader:
    """A loader that can be asked all that a spec is made from."""

    def __init__(self, package: Any = None, file: Any = None) -> None:
        self.package = package
        self.file = file

    def is_package(self, name: str) -> Any:
        if isinstance(self.package, Exception):
            raise self.package
        return self.package

    def create_module(self, spec: Any) -> Any:
        return None

    def exec_module(self, module: ModuleType) -> None:
        pass


class FileLoader(Loader):
    def get_filename(self, name: str) -> Any:
        if isinstance(self.file, Exception):
            raise self.file
        return self.file


def facts(spec: Any) -> dict[str, Any]:
    """A spec by its public attributes."""
    names = (
        "name",
        "loader",
        "origin",
        "submodule_search_locations",
        "loader_state",
        "cached",
        "parent",
        "has_location",
    )
    return {name: getattr(spec, name) for name in names}


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"origin": "/a/b.py"},
        {"origin": "/a/b.py", "is_package": True},
        {"is_package": False},
        {"loader_state": 5, "is_package": True},
    ],
    ids=repr,
)
@pytest.mark.parametrize("location", [False, True])
def test_specs_are_those_of_importlib(options: Any, location: bool) -> None:
    """A spec has importlib's attributes, repr and equality, and is an instance of importlib's class."""
    loader = Loader()
    specs: list[Any] = [
        kind("a.b", loader, **options) for kind in (ModuleSpec, importlib.machinery.ModuleSpec)
    ]
    for spec in specs:
        spec.has_location = location
    ours, theirs = specs
    assert isinstance(ours, importlib.machinery.ModuleSpec)
    assert facts(ours) == facts(theirs)
    assert repr(ours) == repr(theirs)
    assert ours == theirs
    assert theirs == ours
    assert ours != ModuleSpec("other", loader)
    assert ours != 5
    assert ours.__eq__(5) is NotImplemented
    with pytest.raises(TypeError):
        hash(ours)


def test_cached_can_be_set() -> None:
    """Where bytecode is cached is worked out from the origin, until it is set."""
    spec = ModuleSpec("a", None, origin="/x/a.py")
    assert spec.cached is None
    spec.has_location = True
    assert spec.cached == f"/x/__pycache__/a.{sys.implementation.cache_tag}.pyc"
    spec.cached = "/elsewhere.pyc"
    assert spec.cached == "/elsewhere.pyc"


LOADERS = [
    None, object(), Loader(), Loader(True), Loader(False), Loader(ImportError()), FileLoader(None, "/a/b.py"),
    FileLoader(True, "/a/__init__.py"), FileLoader(False, ImportError()),
    FileLoader(ImportError(), "/a/b.py"),
    FileLoader(True, ImportError()), SimpleNamespace(_ORIGIN="there"), FileLoader(True, "b.py"),
]  # fmt: skip


@pytest.mark.parametrize("loader", LOADERS, ids=lambda loader: type(loader).__name__)
@pytest.mark.parametrize(
    "options", [{}, {"origin": "o"}, {"origin": ""}, {"is_package": True}, {"is_package": False}], ids=repr
)
def test_spec_from_loader(loader: Any, options: Any) -> None:
    """The spec by what a loader says is importlib's."""
    ours, theirs = (
        make("a.b", loader, **options) for make in (spec_from_loader, importlib.util.spec_from_loader)
    )
    found, expected = facts(ours), facts(theirs)
    assert found == expected
    assert type(ours) is ModuleSpec


def test_spec_from_loader_passes_on_what_a_loader_raises() -> None:
    """What a loader raises other than ImportError passes through."""
    with pytest.raises(ZeroDivisionError):
        spec_from_loader("a", FileLoader(None, ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        spec_from_loader("a", Loader(ZeroDivisionError()))


@pytest.mark.parametrize("make", [None, lambda: ModuleType("made"), lambda: SimpleNamespace(__loader__=None)])
@pytest.mark.parametrize("locations", [None, [], ["/x"]], ids=repr)
@pytest.mark.parametrize("origin", [None, "/a.py", "/a.so"])
def test_module_from_spec(make: Any, locations: Any, origin: Any) -> None:
    """The module that is made from a spec has importlib's attributes."""
    loader = Loader()
    loader.create_module = lambda spec: make and make()  # type: ignore[method-assign]
    spec = ModuleSpec("a.b", loader, origin=origin)
    spec.submodule_search_locations = locations
    spec.has_location = origin is not None
    ours, theirs = (vars(each(spec)) for each in (module_from_spec, importlib.util.module_from_spec))
    assert ours == theirs
    assert list(ours) == list(theirs)


@pytest.mark.parametrize("locations", [None, [], ["/x"]], ids=repr)
def test_module_from_spec_without_loader(locations: Any) -> None:
    """A spec without loader gives a plain module, or a namespace package with a loader of its own."""
    spec = ModuleSpec("a.b", None)
    spec.submodule_search_locations = locations
    module: Any = module_from_spec(spec)
    if locations is None:
        assert module.__loader__ is None
    else:
        assert type(module.__loader__) is NamespaceLoader
        assert module.__loader__ is spec.loader
        assert module.__path__ is locations
        assert module.__file__ is None


def test_module_from_spec_refuses_half_a_loader() -> None:
    """A loader with exec_module but no create_module is an ImportError."""
    loader = SimpleNamespace(exec_module=lambda module: None)
    with pytest.raises(ImportError, match=r"must also define create_module\(\)"):
        module_from_spec(ModuleSpec("a", loader))
    assert module_from_spec(ModuleSpec("a", SimpleNamespace())).__name__ == "a"


def test_bind_leaves_what_is_set_unless_told() -> None:
    """The import attributes of a module are set where missing, or all of them."""
    loader = Loader()
    spec = ModuleSpec("a", loader, origin="/a.py", is_package=True)
    spec.has_location = True
    module: Any = SimpleNamespace(__name__="kept", __file__="kept", __path__="kept", __cached__=None)
    bind(spec, module)
    assert (module.__name__, module.__file__, module.__path__) == ("kept", "kept", "kept")
    assert module.__loader__ is loader
    assert module.__cached__ == (spec.cached if SETS_CACHED else None)
    bind(spec, module, override=True)
    assert (module.__name__, module.__file__, module.__path__) == ("a", "/a.py", [])


def test_bind_takes_no_for_an_answer() -> None:
    """Attributes that cannot be set are left alone."""
    closed: Any = type("Closed", (), {"__slots__": ()})()
    bind(ModuleSpec("a", Loader()), closed)
    assert not hasattr(closed, "__loader__")


def test_namespace_loader(tmp_path: Path) -> None:
    """A namespace package's loader is a loader with nothing to do."""
    loader = NamespaceLoader("a", [str(tmp_path)], lambda name, path: None)
    assert loader.is_package("a")
    assert loader.get_source("a") == ""
    exec(loader.get_code("a"), {})
    assert loader.create_module(ModuleSpec("a", loader)) is None  # type: ignore[func-returns-value]
    assert loader.exec_module(ModuleType("a")) is None  # type: ignore[func-returns-value]
    assert type(loader.get_resource_reader("a")).__name__ == "NamespaceReader"
    assert isinstance(loader._path, NamespacePath)


def test_namespace_path_keeps_its_portions_if_there_are_none() -> None:
    """Where the package is not found any more, its last portions stay."""
    answers: list[Any] = [
        None,
        ModuleSpec("a", Loader(), is_package=True),
        ModuleSpec("a", None, is_package=True),
    ]
    state = SimpleNamespace(path=["one"], modules={})
    path = NamespacePath("a", ["x"], lambda name, parent: answers.pop(), state)
    for entry in ("two", "three", "four"):
        state.path = [entry]
        assert list(path) == ["x"]
    assert not answers
    found = ModuleSpec("a", None)
    found.submodule_search_locations = ["y"]
    answers.append(found)
    state.path = ["five"]
    assert list(path) == ["y"]
    assert path[0] == "y"


@with_load_module
def test_namespace_loader_load_module() -> None:
    """The deprecated load_module of a namespace package's loader imports it, with a warning."""
    loader = NamespaceLoader("some_space", ["/x"], lambda name, path: None)
    try:
        with pytest.warns(DeprecationWarning, match="load_module"):
            module = loader.load_module("some_space")
        assert sys.modules["some_space"] is module
        assert module.__loader__ is loader
    finally:
        sys.modules.pop("some_space", None)
