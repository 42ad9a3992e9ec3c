"""What type checkers make of a user's own finders and loaders. Read by mypy and pyright, never executed."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType, ModuleType

from typing_extensions import assert_type

import loadstone
from loadstone.abc import (
    ExecutionLoader,
    FileLoader,
    InspectLoader,
    Loader,
    MetaPathFinder,
    PathEntryFinder,
    ResourceLoader,
    SourceLoader,
)
from loadstone.machinery import (
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from loadstone.util import LazyLoader, module_from_spec, spec_from_file_location, spec_from_loader


class MyLoader(Loader):
    """A loader of a user's."""

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["x"] = 1


class MyFinder(MetaPathFinder):
    """A finder of a user's."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "mine":
            return None
        return ModuleSpec(fullname, MyLoader(), origin="nowhere", is_package=False)


class MyEntryFinder(PathEntryFinder):
    """A path entry finder of a user's."""

    def __init__(self, path: str) -> None:
        if not path.startswith("mine:"):
            raise ImportError(path=path)

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, MyLoader())


class ByName(InspectLoader):
    """Source by name."""

    def get_source(self, fullname: str) -> str | None:
        return f"name = {fullname!r}"


class Runnable(ExecutionLoader):
    """Source with a file name."""

    def get_source(self, fullname: str) -> str | None:
        return ""

    def get_filename(self, fullname: str) -> str:
        return "mine.py"


class Data(ResourceLoader):
    """A loader with data."""

    def get_data(self, path: str) -> bytes:
        return b""


class Stored(SourceLoader):
    """Source from a store, with a cache of its own."""

    def get_filename(self, fullname: str) -> str:
        return f"store:{fullname}"

    def get_data(self, path: str) -> bytes:
        return b""

    def cache_path(self, source_path: str) -> str | None:
        return None


class OfFiles(FileLoader):
    """A loader of files."""

    def get_source(self, fullname: str) -> str | None:
        return None


class Rewriting(SourceFileLoader):
    """A loader that changes source."""

    def get_data(self, path: str) -> bytes:
        return super().get_data(path)

    def cache_path(self, source_path: str) -> str | None:
        return f"{source_path}c"


class Only(FileFinder):
    """A path entry finder with another rule."""

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        return None


class MyPathFinder(PathFinder):
    """The path finder with another rule."""


# They go where the interpreter's go.
sys.meta_path.insert(0, MyFinder())
sys.meta_path.append(MyPathFinder)
sys.meta_path.append(PathFinder)
sys.meta_path.append(loadstone.machinery.BuiltinImporter)
sys.meta_path.append(loadstone.machinery.FrozenImporter)
sys.path_hooks.insert(0, MyEntryFinder)
sys.path_hooks.append(FileFinder.path_hook((Rewriting, SOURCE_SUFFIXES), (SourcelessFileLoader, [".pyc"])))
sys.path_hooks.append(Only.path_hook((ExtensionFileLoader, [".so"])))
sys.path_importer_cache["mine:"] = MyEntryFinder("mine:")
sys.path_importer_cache["folder"] = FileFinder("folder", (Rewriting, [".py"]))
MyLoader().exec_module("mine")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
MyFinder().find_spec(b"mine", None)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def of_importlib(
    finder: importlib.abc.MetaPathFinder, loader: importlib.abc.Loader, spec: importlib.machinery.ModuleSpec
) -> None:
    """A function written for importlib's types."""


of_importlib(MyFinder(), MyLoader(), ModuleSpec("mine", None))
for each in (
    ByName(),
    Runnable(),
    Data(),
    Stored(),
    OfFiles("mine", "mine.py"),
    Rewriting("mine", "mine.py"),
):
    of_importlib(MyFinder(), each, ModuleSpec("mine", each))
lazy: importlib.abc.Loader = LazyLoader(MyLoader())
make: Callable[..., LazyLoader] = LazyLoader.factory(SourceFileLoader)
inspecting: list[importlib.abc.InspectLoader] = [ByName(), Runnable(), Stored(), Rewriting("a", "a.py")]
sources: list[importlib.abc.SourceLoader] = [Stored(), Rewriting("a", "a.py")]
files: list[importlib.machinery.SourceFileLoader] = [Rewriting("a", "a.py"), SourceFileLoader("a", "a.py")]

# Specs: loadstone's functions take importlib's, and importlib's take loadstone's.
theirs = importlib.machinery.ModuleSpec("mine", MyLoader())
ours = ModuleSpec("mine", MyLoader())
assert_type(module_from_spec(theirs), ModuleType)
assert_type(importlib.util.module_from_spec(ours), ModuleType)
assert_type(ours.name, str)
assert_type(ours.parent, str)
assert_type(ours.has_location, bool)
located: ModuleSpec | None = spec_from_file_location("mine", Path("mine.py"))
located = spec_from_file_location("mine", "mine.py", loader=Rewriting("mine", "mine.py"))
located = spec_from_file_location("mine", "mine.py", submodule_search_locations=["mine"])
as_theirs: importlib.machinery.ModuleSpec | None = located
assert_type(SourceFileLoader("a", "a.py").get_code("a"), CodeType)
assert_type(SourceFileLoader("a", "a.py").get_data("a.py"), bytes)
assert_type(SourceFileLoader("a", "a.py").get_source("a"), str)
SourceFileLoader("a")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
