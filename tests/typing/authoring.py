"""What type checkers make of finders over trees and sources. Read by mypy and pyright, never executed."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import zipfile
from collections.abc import Iterable, Sequence
from importlib.metadata import DistributionFinder, PathDistribution
from pathlib import Path
from types import ModuleType

from typing_extensions import assert_type

import loadstone
from loadstone import Finder, Handle, Loader, MemoryTree, SourceFinder, TreeFinder
from loadstone.machinery import ModuleSpec, SourceFileLoader


class MyLoader(SourceFileLoader):
    """A loader of files of a user's."""

    def get_data(self, path: str) -> bytes:
        return super().get_data(path)


class MySources(SourceFinder):
    """Source by name."""

    names = ("mine", "mine.*")

    def get_source(self, fullname: str) -> str | None:
        return None

    def is_package(self, fullname: str) -> bool:
        return fullname == "mine"

    def list_modules(self, package: str = "") -> Iterable[tuple[str, bool]]:
        return [("mod", False)]


class BareLoader(Loader):
    """A bare loader."""

    def get_source(self, fullname: str) -> str | None:
        return ""


class BareFinder(Finder):
    """A bare finder."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return self.spec(fullname, BareLoader(), is_package=True)


def make(fullname: str, path: str) -> BareLoader:
    """A loader that is no class."""
    return BareLoader()


tree = MemoryTree({"pkg/__init__.py": "", "pkg/data.bin": b""})
tree["pkg/mod.py"] = "x = 1"
del tree["pkg/mod.py"]
assert_type(tree / "pkg", MemoryTree)
assert_type(tree.joinpath("pkg", "mod.py").read_text(encoding="utf-8"), str)
assert_type(tree.read_bytes(), bytes)

over_tree = TreeFinder(
    tree, (MyLoader, [".py"]), (importlib.machinery.SourceFileLoader, [".txt"]), (make, [".x"])
)
sys.meta_path.append(over_tree)
sys.meta_path.append(TreeFinder("folder"))
sys.meta_path.append(TreeFinder(Path("folder")))
sys.meta_path.append(TreeFinder(zipfile.Path("a.zip")))
sys.meta_path.append(MySources())
sys.meta_path.append(BareFinder())
sys.path_hooks.append(over_tree.path_hook)
found: importlib.machinery.ModuleSpec | None = over_tree.find_spec("pkg", None)
listed: list[tuple[str, bool]] = list(over_tree.list_modules("pkg"))
distributions: list[PathDistribution] = list(
    over_tree.find_distributions(DistributionFinder.Context(name="x"))
)
finders: list[importlib.abc.MetaPathFinder] = [over_tree, MySources(), BareFinder()]
assert_type(loadstone.install(over_tree, first=True), Handle)
assert_type(ModuleSpec("x", BareLoader()).parent, str)
TreeFinder(tree, [".py"])  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
tree["x"] = 3  # type: ignore[assignment]  # pyright: ignore[reportArgumentType]
