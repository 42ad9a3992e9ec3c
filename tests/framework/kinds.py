"""The kinds of finders that one test body goes over: each is made of the same files."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import loadstone


class Unlistable:
    """A small Traversable that cannot list: what it knows is whether a file is there, and what is in it."""

    def __init__(self, files: Mapping[str, str], path: str = "") -> None:
        self.files = files
        self.path = path

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def joinpath(self, child: str) -> Unlistable:
        return Unlistable(self.files, f"{self.path}/{child}".lstrip("/"))

    __truediv__ = joinpath

    def iterdir(self) -> Iterator[Unlistable]:
        raise NotImplementedError("cannot list")

    def is_dir(self) -> bool:
        return any(path.startswith(f"{self.path}/") for path in self.files)

    def is_file(self) -> bool:
        return self.path in self.files

    def read_bytes(self) -> bytes:
        if self.path not in self.files:
            raise FileNotFoundError(self.path)
        return self.files[self.path].encode()

    def read_text(self, encoding: str | None = None) -> str:
        return self.read_bytes().decode(encoding or "utf-8")

    def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    def __str__(self) -> str:
        return f"unlistable:/{self.path}".rstrip("/")


class Computed(loadstone.SourceFinder):
    """Source by name, from a dict of files."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def get_source(self, fullname: str) -> str | None:
        path = fullname.replace(".", "/")
        return self.files.get(f"{path}/__init__.py", self.files.get(f"{path}.py"))

    def is_package(self, fullname: str) -> bool:
        return any(path.startswith(f"{fullname.replace('.', '/')}/") for path in self.files)

    def get_data(self, path: str) -> bytes:
        name = path.partition(">/")[2]
        return self.files[name].encode() if name in self.files else super().get_data(path)


class ComputedAndListed(Computed):
    """The same, with a listing of its own."""

    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        return listed(self.files, package)


class BareLoader(loadstone.Loader):
    """A loader with source from a dict of files."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def is_package(self, fullname: str) -> bool:
        return f"{fullname.replace('.', '/')}/__init__.py" in self.files

    def get_source(self, fullname: str) -> str | None:
        path = fullname.replace(".", "/")
        return self.files.get(f"{path}/__init__.py", self.files.get(f"{path}.py"))

    def get_data(self, path: str) -> bytes:
        name = path.partition(">/")[2]
        return self.files[name].encode() if name in self.files else super().get_data(path)


class Bare(loadstone.Finder):
    """A finder over a dict of files."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        start = fullname.replace(".", "/")
        if f"{start}.py" in self.files or f"{start}/__init__.py" in self.files:
            return self.spec(fullname, BareLoader(self.files))
        if any(path.startswith(f"{start}/") for path in self.files):
            return self.spec(fullname, None)
        return None

    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        return listed(self.files, package)


class BareWithPortions(Bare):
    """The same, asked for its portion of every namespace package."""

    adds_portions = True


def listed(files: Mapping[str, str], package: str) -> Iterator[tuple[str, bool]]:
    """What `list_modules` says of a dict of files."""
    start = f"{package.replace('.', '/')}/" if package else ""
    for path in sorted(files):
        name, slash, rest = path.removeprefix(start).partition("/")
        if not path.startswith(start):
            continue
        if rest == "__init__.py":
            yield name, True
        elif not slash and name.endswith(".py") and name != "__init__.py":
            yield name.removesuffix(".py"), False


class Made(NamedTuple):
    """A finder, and how to change one of its files."""

    finder: Any
    change: Callable[[str, str], None]


class Kind:
    """One kind of finder. What is not so for all of them is said here."""

    lists = True
    caches = False
    real_files = False
    adds_portions = True

    def make(self, files: dict[str, str], folder: Path) -> Made:
        """A finder over `files`, contents by path."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the files that what was made has open."""


class Directory(Kind):
    """A directory on disk."""

    caches = real_files = True

    def make(self, files: dict[str, str], folder: Path) -> Made:
        root = folder / "tree"

        def change(path: str, text: str) -> None:
            file = root / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")

        for path, text in files.items():
            change(path, text)
        return Made(self.finder(root), change)

    def finder(self, root: Path) -> Any:
        return loadstone.TreeFinder(root)


class DirectoryWithLoaders(Directory):
    """The same, with loaders given."""

    def finder(self, root: Path) -> Any:
        return loadstone.TreeFinder(str(root), (loadstone.machinery.SourceFileLoader, [".py"]))


class Zip(Kind):
    """A zip archive."""

    def __init__(self) -> None:
        self.opened: list[zipfile.ZipFile] = []

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()

    def root(self, file: Path) -> zipfile.Path:
        """The root of an archive on disk."""
        self.opened.append(zipfile.ZipFile(file))
        return zipfile.Path(self.opened[-1])

    def make(self, files: dict[str, str], folder: Path) -> Made:
        archive = zipfile.ZipFile(folder / "tree.zip", "w")
        for path, text in files.items():
            archive.writestr(path, text)
        archive.close()

        def change(path: str, text: str) -> None:
            files[path] = text
            with zipfile.ZipFile(folder / "new.zip", "w") as new:
                for each, content in files.items():
                    new.writestr(each, content)
            finder.root = self.root(folder / "new.zip")
            finder.invalidate_caches()

        finder = loadstone.TreeFinder(self.root(folder / "tree.zip"))
        return Made(finder, change)


class Memory(Kind):
    """A tree in memory."""

    loaders: tuple[Any, ...] = ()

    def make(self, files: dict[str, str], folder: Path) -> Made:
        tree = loadstone.MemoryTree(files)
        return Made(loadstone.TreeFinder(tree, *self.loaders), tree.__setitem__)


class MemoryForeign(Memory):
    """A tree in memory, by importlib's own loader."""

    from importlib.machinery import SourceFileLoader

    loaders = ((SourceFileLoader, [".py"]),)


class Probed(Kind):
    """A tree that cannot list."""

    lists = False

    def make(self, files: dict[str, str], folder: Path) -> Made:
        return Made(loadstone.TreeFinder(Unlistable(files)), files.__setitem__)


class OfSource(Kind):
    """Source by name."""

    lists = False

    def make(self, files: dict[str, str], folder: Path) -> Made:
        return Made(Computed(files), files.__setitem__)


class OfListedSource(Kind):
    """Source by name, with a listing."""

    def make(self, files: dict[str, str], folder: Path) -> Made:
        return Made(ComputedAndListed(files), files.__setitem__)


class FinderAndLoader(Kind):
    """The bare classes."""

    adds_portions = False

    def make(self, files: dict[str, str], folder: Path) -> Made:
        return Made(Bare(files), files.__setitem__)


class FinderWithPortions(Kind):
    """The bare classes, with the one switch that they have."""

    def make(self, files: dict[str, str], folder: Path) -> Made:
        return Made(BareWithPortions(files), files.__setitem__)


KINDS = {
    kind.__name__: kind()
    for kind in (
        Directory,
        DirectoryWithLoaders,
        Zip,
        Memory,
        MemoryForeign,
        Probed,
        OfSource,
        OfListedSource,
        FinderAndLoader,
        FinderWithPortions,
    )
}
