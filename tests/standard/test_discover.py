"""Finders list the modules that they can find by `discover`, which importlib has since Python 3.15."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
import loadstone.machinery
from loadstone._core.versions import DISCOVERS

from .libraries import Library

if TYPE_CHECKING:
    from ..conftest import Sandbox

FILES = {
    "one.py": "",
    "two.pyc": "",
    "pkg/__init__.py": "",
    "pkg/sub.py": "",
    "pkg/inner/__init__.py": "",
    "space/deep.py": "",
    "__pycache__/one.cpython-310.pyc": "",
    "no-name.py": "",
    "data.txt": "",
    "folder.d/x.py": "",
}


def found(specs: Any) -> dict[str, str | None]:
    """The specs by name, in order, with the class of their loaders."""
    return {spec.name: spec.loader and type(spec.loader).__name__ for spec in specs}


@pytest.fixture
def discovering(library: Library) -> Library:
    """A library that has `discover`: importlib since 3.15, loadstone always."""
    if not (DISCOVERS or library.is_loadstone):
        pytest.skip("importlib has it since Python 3.15")
    return library


def test_the_modules_of_a_directory(discovering: Library, sandbox: Sandbox) -> None:
    """A FileFinder lists what `find_spec` would find: files by their suffix, packages and portions."""
    root = str(sandbox.write(FILES))
    machinery = discovering.machinery
    details = (machinery.SourceFileLoader, [".py"]), (machinery.SourcelessFileLoader, [".pyc"])
    finder = machinery.FileFinder(root, *details)
    assert found(finder.discover()) == {
        "one": "SourceFileLoader",
        "two": "SourcelessFileLoader",
        "pkg": "SourceFileLoader",
        "space": None,
        "no-name": "SourceFileLoader",
    }
    inner = machinery.FileFinder(f"{root}/pkg", *details)
    package = finder.find_spec("pkg")
    assert found(inner.discover(package)) == {
        "pkg.__init__": "SourceFileLoader",
        "pkg.sub": "SourceFileLoader",
        "pkg.inner": "SourceFileLoader",
    }
    with pytest.raises(ValueError, match="is not a package module"):
        list(finder.discover(finder.find_spec("one")))


def test_the_modules_of_a_path(discovering: Library, sandbox: Sandbox) -> None:
    """PathFinder lists those of the entries of `sys.path`, or of a package's path."""
    root = str(sandbox.write({f"entry/{name}": text for name, text in FILES.items()}))
    with zipfile.ZipFile(f"{root}/archive.zip", "w") as archive:
        archive.writestr("zipped.py", "")
    sys.path[:] = [f"{root}/entry", f"{root}/archive.zip", f"{root}/missing", f"{root}/entry", 3]  # type: ignore[list-item]
    machinery = discovering.machinery
    sys.path_hooks.insert(0, machinery.FileFinder.path_hook((machinery.SourceFileLoader, [".py"])))
    sys.path_importer_cache.clear()
    finder = machinery.PathFinder
    names = [spec.name for spec in finder.discover()]
    assert sorted(names) == ["no-name", "one", "pkg", "space"]
    package = finder.find_spec("pkg")
    assert sorted(found(finder.discover(package))) == ["pkg.__init__", "pkg.inner", "pkg.sub"]
    assert found(finder.discover(finder.find_spec("space"))) == {"space.deep": "SourceFileLoader"}
    with pytest.raises(ValueError, match="is not a package module"):
        list(finder.discover(finder.find_spec("one")))


def test_a_directory_that_is_gone(sandbox: Sandbox) -> None:
    """A directory that cannot be listed has no modules."""
    finder = loadstone.machinery.FileFinder(
        str(sandbox.root / "missing"), (loadstone.machinery.SourceFileLoader, [".py"])
    )
    assert list(finder.discover()) == []


class Known(loadstone.SourceFinder):
    """A finder that can list what it knows."""

    files: Mapping[str, str] = {"comp": "", "comp.part": "", "solo": ""}

    def get_source(self, fullname: str) -> str | None:
        return self.files.get(fullname)

    def is_package(self, fullname: str) -> bool:
        return fullname == "comp"

    def list_modules(self, package: str = "") -> Any:
        for name in self.files:
            parent, _, tail = name.rpartition(".")
            if parent == package:
                yield tail, self.is_package(name)


class Silent(loadstone.SourceFinder):
    """One that cannot, until it has found something."""

    def get_source(self, fullname: str) -> str | None:
        return "" if fullname == "solo" else None


@pytest.mark.parametrize(
    "finder",
    [
        Known(),
        loadstone.TreeFinder(
            loadstone.MemoryTree({"comp/__init__.py": "", "comp/part.py": "", "solo.py": ""})
        ),
    ],
    ids=["source", "tree"],
)
def test_finders_of_the_framework(sandbox: Sandbox, finder: Any) -> None:
    """Finders of the framework list by name, as the path finder does for the packages they have found."""
    with loadstone.install(finder):
        assert sorted(found(finder.discover())) == ["comp", "solo"]
        package = loadstone.find_spec("comp")
        assert package is not None
        assert list(found(finder.discover(package))) == ["comp.part"]
        assert list(found(loadstone.machinery.PathFinder.discover(package))) == ["comp.part"]
        with pytest.raises(ValueError, match="is not a package module"):
            list(finder.discover(loadstone.find_spec("solo")))


def test_a_finder_that_cannot_list(sandbox: Sandbox) -> None:
    """A finder that does not override `list_modules` lists what it has found, or nothing."""
    finder = Silent()
    assert list(finder.discover()) == []
    with loadstone.install(finder):
        loadstone.import_module("solo")
    assert list(found(finder.discover())) == ["solo"]
