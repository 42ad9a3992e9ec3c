"""`SourceLoader.cache_path`: the seam for loaders that keep a bytecode cache of their own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
import loadstone.abc
import loadstone.machinery
import loadstone.util

from ..pythons import cached
from .caches import put, run, timestamp_pyc

if TYPE_CHECKING:
    from ..conftest import Sandbox


class OwnCache(loadstone.machinery.SourceFileLoader):
    """Code that says which loader compiled it, cached beside the ordinary cache."""

    def cache_path(self, source_path: str) -> str | None:
        return f"{source_path}.own"

    def source_to_code(self, data: Any, path: Any, *name: Any, _optimize: int = -1) -> Any:
        return super().source_to_code(data + b"\nx = 'own'\n", path, *name)


class NoCache(OwnCache):
    """Code that is not cached at all."""

    def cache_path(self, source_path: str) -> str | None:
        return None


@pytest.fixture
def file(sandbox: Sandbox) -> Path:
    """A source file that is on the path, with an ordinary cache."""
    file = sandbox.write({"mod.py": "x = 'source'\n"}, on_path=True) / "mod.py"
    loadstone.machinery.SourceFileLoader("mod", str(file)).get_code("mod")
    return file


def hooks(loader: type) -> None:
    """Have `loader` load all modules of the path."""
    sys.path_hooks.insert(0, loadstone.machinery.FileFinder.path_hook((loader, [".py"])))
    sys.path_importer_cache.clear()


def test_the_cache_is_apart(file: Path) -> None:
    """Bytecode is written to and read from the loader's own path; the ordinary cache is not touched."""
    ordinary = Path(loadstone.util.cache_from_source(file))
    before = ordinary.read_bytes()
    for _ in range(2):
        assert run(OwnCache("mod", str(file)).get_code("mod")) == "own"
    assert ordinary.read_bytes() == before
    own = Path(f"{file}.own")
    own.write_bytes(timestamp_pyc(file, compile("x = 'from own cache'", "mod.py", "exec")))
    assert run(OwnCache("mod", str(file)).get_code("mod")) == "from own cache"
    assert run(loadstone.machinery.SourceFileLoader("mod", str(file)).get_code("mod")) == "source"


def test_stale_caches_are_replaced(file: Path) -> None:
    """The loader's own cache goes stale as any other."""
    own = Path(f"{file}.own")
    own.write_bytes(timestamp_pyc(file, mtime=5))
    assert run(OwnCache("mod", str(file)).get_code("mod")) == "own"
    assert own.read_bytes()[:16] == timestamp_pyc(file)[:16]


def test_no_cache(file: Path) -> None:
    """A loader whose cache path is None reads and writes none."""
    put(file, timestamp_pyc(file))
    before = sorted(os.listdir(file.parent))
    assert run(NoCache("mod", str(file)).get_code("mod")) == "own"
    assert sorted(os.listdir(file.parent)) == before


def test_missing_folders_are_made(file: Path) -> None:
    """The own cache may be in a folder that is not there yet."""

    class Elsewhere(OwnCache):
        def cache_path(self, source_path: str) -> str | None:
            return os.path.join(os.path.dirname(source_path), "deep", "own", "mod.cache")

    Elsewhere("mod", str(file)).get_code("mod")
    assert (file.parent / "deep/own/mod.cache").exists()


def test_import_tells_the_path(file: Path) -> None:
    """`spec.cached` of what is imported, and `__cached__` where there is one, tell the loader's own path."""
    hooks(OwnCache)
    module = loadstone.import_module("mod")
    assert module.x == "own"
    assert module.__spec__ is not None
    assert module.__spec__.cached == f"{file}.own"
    assert cached(module) == f"{file}.own"
    assert Path(f"{file}.own").exists()


def test_the_statement_tells_the_path(file: Path) -> None:
    """An import by the interpreter's own engine tells the loader's own path too."""
    hooks(OwnCache)
    import mod  # type: ignore[import-not-found]

    assert mod.x == "own"
    assert cached(mod) == f"{file}.own"


def test_import_without_cache(file: Path) -> None:
    """Where the loader has no cache path, the spec and the module have none."""
    hooks(NoCache)
    module = loadstone.import_module("mod")
    assert module.x == "own"
    assert module.__spec__ is not None
    assert module.__spec__.cached is None
    assert getattr(module, "__cached__", None) is None


def test_specs_from_files(file: Path) -> None:
    """`spec_from_file_location` asks the loader for the path."""
    loader: Any = OwnCache("mod", str(file))
    spec = loadstone.util.spec_from_file_location("mod", file, loader=loader)
    assert spec is not None
    assert spec.cached == f"{file}.own"


def test_specs_from_loaders(file: Path) -> None:
    """`spec_from_loader` asks the loader for the path."""
    spec = loadstone.util.spec_from_loader("mod", OwnCache("mod", str(file)))
    assert spec.cached == f"{file}.own"


def test_packages(sandbox: Sandbox) -> None:
    """Packages have the seam too."""
    root = sandbox.write({"pkg/__init__.py": "", "pkg/sub.py": ""}, on_path=True)
    hooks(OwnCache)
    assert cached(loadstone.import_module("pkg.sub")) == f"{root}/pkg/sub.py.own"
    assert cached(sys.modules["pkg"]) == f"{root}/pkg/__init__.py.own"


def test_reload(file: Path) -> None:
    """A reloaded module is cached in the same place."""
    hooks(OwnCache)
    module = loadstone.import_module("mod")
    file.write_text("x = 1\ny = 2\n")
    loadstone.reload(module)
    assert module.y == 2
    assert cached(module) == f"{file}.own"


def test_the_abstract_loader_has_the_seam() -> None:
    """A SourceLoader that keeps its files elsewhere says where its cache is."""

    class InMemory(loadstone.abc.SourceLoader):
        def __init__(self) -> None:
            self.files = {"/src/mod.py": b"x = 'memory'\n"}

        def get_filename(self, fullname: str) -> str:
            return "/src/mod.py"

        def get_data(self, path: str) -> bytes:
            try:
                return self.files[path]
            except KeyError:
                raise OSError(path) from None

        def path_stats(self, path: str) -> dict[str, Any]:
            return {"mtime": 1, "size": 13}

        def set_data(self, path: str, data: Any) -> None:
            self.files[path] = bytes(data)

        def cache_path(self, source_path: str) -> str | None:
            return source_path.replace("/src/", "/cache/")

    loader = InMemory()
    assert run(loader.get_code("mod")) == "memory"
    assert set(loader.files) == {"/src/mod.py", "/cache/mod.py"}
    loader.files["/cache/mod.py"] = b"junk"
    assert run(loader.get_code("mod")) == "memory"


def test_the_ordinary_path() -> None:
    """Without being overridden, `cache_path` is `cache_from_source`, or None where there is no such path."""
    loader = loadstone.machinery.SourceFileLoader("mod", "mod.py")
    assert loader.cache_path("/a/mod.py") == loadstone.util.cache_from_source("/a/mod.py")


def test_no_cache_tag(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a cache tag, the ordinary `cache_path` is None."""
    monkeypatch.setattr(sys.implementation, "cache_tag", None)
    assert loadstone.machinery.SourceFileLoader("mod", "mod.py").cache_path("/a/mod.py") is None
