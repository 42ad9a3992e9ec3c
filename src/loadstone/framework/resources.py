"""Resources of packages that are not in directories: what `importlib.resources` gets to see of them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

if sys.version_info >= (3, 11):
    from importlib.resources.abc import Traversable, TraversableResources
else:
    from importlib.abc import Traversable, TraversableResources

__all__ = ["Data", "Joined", "Node", "Reader", "Traversable", "opened", "parts_of"]


def opened(data: bytes, mode: str, encoding: str | None, errors: str | None, newline: str | None) -> Any:
    """A file object over `data`: binary for mode ``rb``, text for ``r`` (UTF-8, unless told otherwise).

    Raises ValueError for other modes.
    """
    if mode not in ("r", "rt", "rb"):
        raise ValueError(f"files here are read only: mode must be 'r' or 'rb', not {mode!r}")
    file = io.BytesIO(data)
    if mode == "rb":
        return file
    return io.TextIOWrapper(file, encoding or "utf-8", errors, newline)


class Reader(TraversableResources):
    """The reader of the resources in a folder."""

    def __init__(self, folder: Any) -> None:
        """For a folder that is a Traversable."""
        self._folder = folder

    def files(self) -> Traversable:
        """The folder."""
        folder: Traversable = self._folder
        return folder


class Node(Traversable):
    """A Traversable that has what callers know from `pathlib.Path` and `zipfile.Path`, too."""

    def exists(self) -> bool:
        """Whether there is a file or a folder."""
        return self.is_file() or self.is_dir()

    @property
    def suffix(self) -> str:
        """The end of the name, from its last dot on; empty, if there is none."""
        return PurePosixPath(self.name).suffix

    @property
    def suffixes(self) -> list[str]:
        """The name's suffixes, each with its dot."""
        return PurePosixPath(self.name).suffixes

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    def __truediv__(self, child: Any) -> Any:
        """As `joinpath`."""
        return self.joinpath(child)


class Data(Node):
    """A folder of what a function from paths to bytes knows, or something in it."""

    def __init__(
        self,
        folder: str,
        get_data: Callable[[str], bytes],
        list_files: Callable[[], Iterable[str]] = tuple,
        parts: tuple[str, ...] = (),
    ) -> None:
        """What is at `parts` below `folder`.

        `get_data(path)` raises OSError for what is not there. `list_files()` are the files in the folder that
        are known, as paths relative to it: what is in them can be listed.
        """
        self._folder = folder
        self._get_data = get_data
        self._list_files = list_files
        self._parts = parts

    @property
    def _path(self) -> str:
        return "/".join([self._folder, *self._parts])

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self._path.rpartition("/")[2]

    @property
    def parent(self) -> Data:
        """The folder it is in; the first one is in itself."""
        return self._at(self._parts[:-1])

    def _at(self, parts: tuple[str, ...]) -> Data:
        return type(self)(self._folder, self._get_data, self._list_files, parts)

    def _below(self) -> Iterator[str]:
        """What is known to be below it, as relative paths."""
        start = "".join(f"{part}/" for part in self._parts)
        for path in self._list_files():
            if path.startswith(start):
                yield path[len(start) :]

    def is_dir(self) -> bool:
        """Whether it is the folder itself, or something in it is known."""
        return not self._parts or any(self._below())

    def is_file(self) -> bool:
        """Whether there are data."""
        if self.is_dir():
            return False
        try:
            self._get_data(self._path)
        except OSError:
            return False
        return True

    def iterdir(self) -> Iterator[Traversable]:
        """What is known to be in the folder; there may be more. Raises NotADirectoryError for others."""
        if not self.is_dir():
            raise NotADirectoryError(20, "no folder", self._path)
        for name in dict.fromkeys(path.partition("/")[0] for path in self._below()):
            yield self.joinpath(name)

    def joinpath(self, *descendants: Any) -> Data:
        """What is below, whether it is there or not."""
        parts = parts_of(descendants)
        return self._at(self._parts + parts) if parts else self

    def open(
        self,
        mode: str = "r",
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> Any:
        """A file object, see `opened`. Raises OSError if there are no data."""
        return opened(self.read_bytes(), mode, encoding, errors, newline)

    def read_bytes(self) -> bytes:
        """The data. Raises OSError if there are none."""
        if self.is_dir():
            raise IsADirectoryError(21, "is a folder", self._path)
        return self._get_data(self._path)

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        """The data as text. Raises OSError if there are none, UnicodeDecodeError if they are no text."""
        with self.open("r", encoding, errors) as file:
            return str(file.read())

    def __str__(self) -> str:
        return self._path

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._path!r})"


def parts_of(descendants: Iterable[Any]) -> tuple[str, ...]:
    """The names that lead to what is below, each of which may be given as a path."""
    return tuple(part for each in descendants for part in str(each).split("/") if part not in ("", "."))


class Joined(Node):
    """Several folders seen as one: the portions of a namespace package."""

    def __init__(self, name: str, folders: Iterable[Any]) -> None:
        """For folders that are Traversables; of two things of one name, the first counts."""
        self._name = name
        self._folders = list(folders)

    @property
    def name(self) -> str:
        """The name of the package."""
        return self._name

    def is_dir(self) -> bool:
        """True."""
        return True

    def is_file(self) -> bool:
        """False."""
        return False

    def iterdir(self) -> Iterator[Traversable]:
        """What is in any of the folders, each name once."""
        seen = set()
        for folder in self._folders:
            for child in folder.iterdir():
                if child.name not in seen:
                    seen.add(child.name)
                    yield self.joinpath(child.name)

    def joinpath(self, *descendants: Any) -> Any:
        """What is there in the first folder that has it; a folder that several have is joined too."""
        parts = parts_of(descendants)
        if not parts:
            return self
        found = []
        for folder in self._folders:
            child = folder.joinpath(parts[0])
            if child.is_dir():
                found.append(child)
            elif child.is_file() and not found:
                found = [child]
                break
        if not found:
            found = [folder.joinpath(parts[0]) for folder in self._folders[:1]] or [_nothing(parts[0])]
        here = Joined(parts[0], found) if len(found) > 1 else found[0]
        for part in parts[1:]:
            here = here.joinpath(part)
        return here

    def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        """Raises IsADirectoryError."""
        raise IsADirectoryError(21, "is a folder", self._name)

    def read_bytes(self) -> bytes:
        """Raises IsADirectoryError."""
        return bytes(self.open("rb"))

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        """Raises IsADirectoryError."""
        return str(self.open())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._name!r}, {self._folders!r})"


def _nothing(path: str) -> Data:
    """What is at a path where nothing is."""

    def get_data(path: str) -> bytes:
        raise FileNotFoundError(2, "no such file", path)

    folder, _, name = path.rpartition("/")
    return Data(folder, get_data, parts=(name,))
