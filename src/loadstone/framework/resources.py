"""Resources of packages that are not in directories: what `importlib.resources` gets to see of them."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

if sys.version_info >= (3, 11):
    from importlib.resources.abc import Traversable, TraversableResources
else:
    from importlib.abc import Traversable, TraversableResources

__all__ = ["Data", "Joined", "Reader", "Traversable", "opened"]


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


class Data(Traversable):
    """A folder of what a function from paths to bytes knows, or something in it."""

    def __init__(
        self, path: str, get_data: Callable[[str], bytes], names: Callable[[], Iterable[str]] | None = None
    ) -> None:
        """At `path`; `get_data(path)` raises OSError for what is not there. A folder has `names` in it."""
        self._path = path
        self._get_data = get_data
        self._names = names

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self._path.rpartition("/")[2]

    def is_dir(self) -> bool:
        """Whether it is the folder itself: what is below it is known by asking for data only."""
        return self._names is not None

    def is_file(self) -> bool:
        """Whether there are data."""
        if self._names is not None:
            return False
        try:
            self._get_data(self._path)
        except OSError:
            return False
        return True

    def iterdir(self) -> Iterator[Traversable]:
        """What is known to be in the folder; there may be more. Raises NotADirectoryError for others."""
        if self._names is None:
            raise NotADirectoryError(20, "no folder", self._path)
        for name in self._names():
            yield self.joinpath(name)

    def joinpath(self, *descendants: Any) -> Data:
        """What is below, whether it is there or not."""
        parts = [part for each in descendants for part in str(each).split("/") if part not in ("", ".")]
        return Data("/".join([self._path, *parts]), self._get_data) if parts else self

    __truediv__ = joinpath

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
        if self._names is not None:
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


class Joined(Traversable):
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
        parts = [part for each in descendants for part in str(each).split("/") if part not in ("", ".")]
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
            first: Any = self._folders[0].joinpath(parts[0])
            found = [first]
        here = Joined(parts[0], found) if len(found) > 1 else found[0]
        for part in parts[1:]:
            here = here.joinpath(part)
        return here

    __truediv__ = joinpath

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
