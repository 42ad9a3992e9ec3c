"""Interceptors: the rest of the chain, stacking, re-entry; and wrapped loaders."""

from __future__ import annotations

import copy
import importlib.resources
import importlib.util
import pickle
import sys
import threading
from importlib.machinery import ModuleSpec, SourceFileLoader
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone._core.versions import HAS_LOAD_MODULE
from loadstone.framework.resources import Reader

if TYPE_CHECKING:
    from ..conftest import Sandbox


class Watch(loadstone.Interceptor):
    """An interceptor that notes what it sees."""

    changes_modules = False

    def __init__(self, names: Any = None, log: list[Any] | None = None) -> None:
        super().__init__(names)
        self.log = [] if log is None else log

    def intercept(self, spec: Any) -> Any:
        self.log.append((id(self), spec.name))


class Counting:
    """A finder that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def find_spec(self, *arguments: Any) -> None:
        self.asked.append(arguments)


@pytest.fixture(autouse=True)
def modules(sandbox: Sandbox) -> None:
    """Modules to import, in a sandbox."""
    files = {
        "mod.py": "x = 1\n",
        "pkg/__init__.py": "",
        "pkg/sub.py": "from . import other",
        "pkg/other.py": "",
    }
    sandbox.write(files, on_path=True)


def test_rest_of_chain_asks_those_behind_with_all_that_was_given() -> None:
    """The finders behind are asked in order, with path and target; those ahead, and itself, are not."""
    ahead, behind = Counting(), Counting()
    watch = Watch()
    sys.meta_path[:0] = [ahead, watch, behind, watch]  # type: ignore[list-item]
    target = sys
    assert loadstone.rest_of_chain(watch, "pkg.nothing", ["nowhere"], target) is None
    assert (ahead.asked, behind.asked) == ([], [("pkg.nothing", ["nowhere"], target)])
    spec = loadstone.rest_of_chain(watch, "mod")
    assert spec is not None
    assert spec.name == "mod"
    assert watch.log == []
    assert "mod" not in sys.modules


def test_rest_of_chain_for_one_that_is_not_on_it() -> None:
    """A finder that is not on the chain has all of it as the rest; an empty rest finds nothing."""
    last = Counting()
    spec = loadstone.rest_of_chain(object(), "mod")
    assert spec is not None
    sys.meta_path.append(last)  # type: ignore[arg-type]
    assert loadstone.rest_of_chain(last, "mod") is None
    sys.meta_path.clear()
    assert loadstone.rest_of_chain(object(), "mod") is None


def test_interceptors_stack() -> None:
    """Each interceptor sees each module once, the one that is nearest to the front last; bound ones too."""
    log: list[Any] = []
    hooks = [Watch(None, log), Watch("mod", log), Watch(None, log), Watch("m*", log)]
    for hook in hooks:
        loadstone.install(hook)
    loadstone.import_module("mod")
    assert log == [(id(hook), "mod") for hook in hooks]


def test_what_nobody_finds_is_asked_for_seldom() -> None:
    """However many interceptors stack, the finders behind are asked for a missing module once for each."""
    for _ in range(12):
        loadstone.install(Watch())
    last = Counting()
    sys.meta_path.append(last)  # type: ignore[arg-type]
    with pytest.raises(ModuleNotFoundError):
        loadstone.import_module("missing")
    assert len(last.asked) == 13


@pytest.mark.parametrize("names", [None, "*"])
def test_an_interceptor_that_imports_neither_recurses_nor_deadlocks(sandbox: Sandbox, names: Any) -> None:
    """An interceptor may import what it needs, even what is being imported (dd-trace-py #17742)."""
    sandbox.write({"helper.py": "", "one.py": "", "two.py": ""})
    done = []

    class Busy(Watch):
        def intercept(self, spec: Any) -> Any:
            import helper  # noqa: F401

            assert importlib.util.find_spec("one") is not None
            assert loadstone.find_spec("mod") is not None
            done.append(spec.name)

    loadstone.install(Busy(names))
    threads = [
        threading.Thread(target=loadstone.import_module, args=(name,)) for name in ("one", "two", "mod")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
        assert not thread.is_alive()
    assert sorted(set(done) - {"helper"}) == ["mod", "one", "two"]


def test_interceptors_change_specs() -> None:
    """What `intercept` returns is used; None leaves the spec as it is; nonsense is refused by name."""

    class Change(loadstone.Interceptor):
        changes_modules = False
        result: Any = None

        def intercept(self, spec: ModuleSpec) -> Any:
            spec.loader_state = "seen"
            return self.result

    change = Change("mod")
    with loadstone.install(change):
        assert loadstone.find_spec("mod").loader_state == "seen"  # type: ignore[union-attr]
        change.result = other = ModuleSpec("mod", SourceFileLoader("mod", "nowhere.py"))
        assert loadstone.find_spec("mod") is other
        change.result = 3
        with pytest.raises(
            TypeError, match=r"Change\.intercept\(\) must return a spec or None, not int \('mod'\)"
        ):
            loadstone.import_module("mod")
        assert "mod" not in sys.modules
        assert change._inside == set()


def test_applies_to() -> None:
    """What an interceptor does not apply to passes by it."""

    class Some(Watch):
        def applies_to(self, spec: ModuleSpec) -> bool:
            return spec.name != "mod"

    watch = Some()
    with loadstone.install(watch):
        loadstone.import_module("mod")
        loadstone.import_module("pkg.sub")
    assert [name for _, name in watch.log] == ["pkg", "pkg.sub", "pkg.other"]


def test_interceptors_are_pickled_without_their_threads() -> None:
    """An interceptor can be sent to another process."""
    watch = Watch("mod")
    watch._inside.add(1)
    other = pickle.loads(pickle.dumps(watch))
    assert (other.names, other._inside) == (("mod",), set())


class Bare:
    """A loader with nothing but what it must have."""

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: Any) -> None:
        module.loader = module.__loader__, module.__spec__.loader


class Old:
    """A loader of before PEP 451."""

    def load_module(self, name: str) -> Any:
        module = sys.modules[name]
        module.old = True  # type: ignore[attr-defined]
        return module


PROTOCOLS = (
    "get_code",
    "get_source",
    "is_package",
    "get_filename",
    "get_data",
    "get_resource_reader",
    "contents",
)


@pytest.mark.parametrize(
    "inner", [Bare(), SourceFileLoader("mod", "mod.py"), loadstone.machinery.FrozenImporter]
)
def test_wrapped_loaders_have_what_the_inner_one_has(inner: Any) -> None:
    """Each optional protocol that the inner loader has is forwarded, and nothing more (wrapt #238)."""
    wrapped = loadstone.WrappedLoader(inner)
    for name in PROTOCOLS:
        assert hasattr(wrapped, name) == hasattr(inner, name)
    assert isinstance(wrapped, type(inner))
    assert repr(wrapped) == f"<WrappedLoader of {inner!r}>"
    assert not hasattr(copy.copy(wrapped), "__nonsense__")


def test_wrapped_loaders_do_not_leak() -> None:
    """A module has its own loader, as `__loader__` and in its spec, before its code runs (wrapt #221)."""

    class Wrap(loadstone.Interceptor):
        changes_modules = False

        def intercept(self, spec: Any) -> Any:
            spec.loader = loadstone.WrappedLoader(spec.loader)

    class Finder:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            return ModuleSpec(name, {"bare": Bare(), "old": Old()}[name]) if name in ("bare", "old") else None  # type: ignore[arg-type]

    sys.meta_path.insert(0, Finder())
    with loadstone.install(Wrap()):
        bare: Any = loadstone.import_module("bare")
        assert all(type(loader) is Bare for loader in (*bare.loader, bare.__loader__, bare.__spec__.loader))
        module = loadstone.import_module("mod")
        assert type(module.__loader__) is type(module.__spec__.loader)  # type: ignore[union-attr]
        assert not isinstance(type(module.__loader__), loadstone.WrappedLoader)
        assert type(module.__loader__).__name__ == "SourceFileLoader"
        if HAS_LOAD_MODULE:
            old: Any = loadstone.import_module("old")
            assert old.old
            assert type(old.__loader__) is Old
        else:
            with pytest.raises(AttributeError, match="exec_module"):
                loadstone.import_module("old")
        assert loadstone.reload(module) is module


def test_what_a_wrapper_answers_itself_stays(sandbox: Sandbox) -> None:
    """A wrapper with an answer of its own is the module's loader for good, and hands on all else."""
    sandbox.write({"pkg/__init__.py": "loader = __loader__\n", "pkg/page.txt": "plain"}, on_path=True)

    class Themed(loadstone.WrappedLoader):
        def get_resource_reader(self, fullname: str) -> Any:
            return Reader(loadstone.MemoryTree({"page.txt": f"theme of {fullname}"}))

    class Theme(loadstone.Interceptor):
        def intercept(self, spec: Any) -> Any:
            spec.loader = Themed(spec.loader)

    with loadstone.install(Theme("pkg")):
        for module in [importlib.import_module("pkg"), importlib.reload(sys.modules["pkg"])]:
            assert importlib.resources.files("pkg").joinpath("page.txt").read_text() == "theme of pkg"
            for loader in (module.loader, module.__loader__, module.__spec__.loader):  # type: ignore[union-attr]
                assert type(loader) is Themed
                assert isinstance(loader, SourceFileLoader)
                assert loader.get_source("pkg") == "loader = __loader__\n"


def test_loader_defaults() -> None:
    """A bare loader answers each optional protocol as one that knows no better."""
    loader = loadstone.Loader()
    assert loader.is_package("x") is False
    assert loader.get_source("x") is None
    assert loader.get_code("x") is None
    assert loader.get_resource_reader("x") is None
    assert loader.create_module(ModuleSpec("x", None)) is None
    with pytest.raises(ImportError, match="'x' has no file") as caught:
        loader.get_filename("x")
    assert caught.value.name == "x"
    with pytest.raises(FileNotFoundError) as missing:
        loader.get_data("there")
    assert missing.value.filename == "there"

    class Source(loadstone.Loader):
        def get_source(self, fullname: str) -> str:
            return "x = 1"

    code = Source().get_code("thing")
    assert code is not None
    assert code.co_filename == Source().get_filename("thing") == f"<{Source.__qualname__}>/thing.py"
