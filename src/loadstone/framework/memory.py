"""MemoryTree: a tree of files in memory."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any

from .resources import Node, opened, parts_of

if TYPE_CHECKING:
    TreeDirectory = dict[str, Any]

__all__ = ["MemoryTree"]

_numbers = count(1)


class MemoryTree(Node):
    """A tree of files in memory: a standard Traversable, whose files can be changed. Thread-safe.

    ``tree["pkg/mod.py"] = "…"`` writes a file, ``del tree["pkg/mod.py"]`` removes it, or a folder with all
    that is in it. Folders are there as long as something is in them. Text is kept as UTF-8.
    """

    _files: TreeDirectory
    _root: MemoryTree
    _parts: tuple[str, ...]
    _lock = allocate_lock()

    def __init__(self, files: Mapping[str, str | bytes] | None = None) -> None:
        """With `files`, contents by path, with ``/`` between folders. Raises as assigning them does."""
        self._files = {}
        self._root = self
        self._parts = ()
        for path, content in (files or {}).items():
            self[path] = content

    def __setitem__(self, path: str, content: str | bytes) -> None:
        """Write a file.

        Raises TypeError for what is neither text nor bytes, ValueError for a path that is empty or leads out
        of the tree, NotADirectoryError and IsADirectoryError where files and folders are in each other's way.
        """
        if isinstance(content, str):
            data = content.encode()
        elif isinstance(content, (bytes, bytearray, memoryview)):
            data = bytes(content)
        else:
            raise TypeError(f"content of {path!r} must be str or bytes, not {type(content).__name__}")
        parts = self._checked(path)
        with self._lock:
            folders = [self._root._files]
            for part in parts[:-1]:
                folder = folders[-1].get(part, {})
                if not isinstance(folder, dict):
                    raise NotADirectoryError(20, "is a file", "/".join(parts[: len(folders)]))
                folders.append(folder)
            if isinstance(folders[-1].get(parts[-1]), dict):
                raise IsADirectoryError(21, "is a folder", path)
            folders[-1][parts[-1]] = data
            for place in range(len(parts) - 1, 0, -1):
                folders[place - 1][parts[place - 1]] = folders[place]

    def __delitem__(self, path: str) -> None:
        """Remove a file, or a folder with all that is in it. Raises KeyError if there is neither."""
        parts = self._checked(path)
        with self._lock:
            folders: list[Any] = [self._root._files]
            for part in parts[:-1]:
                folder = folders[-1].get(part)
                if not isinstance(folder, dict):
                    raise KeyError(path)
                folders.append(folder)
            if parts[-1] not in folders[-1]:
                raise KeyError(path)
            del folders[-1][parts[-1]]
            for place in range(len(parts) - 1, 0, -1):
                if not folders[place]:
                    del folders[place - 1][parts[place - 1]]

    def _checked(self, path: str) -> list[str]:
        if not isinstance(path, str):
            raise TypeError(f"path must be str, not {type(path).__name__}")
        parts = [*self._parts, *path.split("/")]
        if not path or any(part in ("", ".", "..") for part in parts):
            raise ValueError(f"path must name a file in the tree, like 'pkg/mod.py', not {path!r}")
        return parts

    def _found(self) -> Any:
        """The contents of the file, a dict for a folder, or None."""
        found: Any = self._root._files
        for part in self._parts:
            if not isinstance(found, dict) or part not in found:
                return None
            found = found.get(part)
        return found

    @property
    def name(self) -> str:
        """The last part of the path; empty for the root."""
        return self._parts[-1] if self._parts else ""

    @property
    def parent(self) -> MemoryTree:
        """The folder it is in; the root is in itself."""
        return self._at(self._parts[:-1])

    def _at(self, parts: tuple[str, ...]) -> MemoryTree:
        node = MemoryTree()
        node._root = self._root
        node._parts = parts
        return node

    def is_dir(self) -> bool:
        """Whether it is a folder; the root always is."""
        return isinstance(self._found(), dict)

    def is_file(self) -> bool:
        """Whether it is a file."""
        return isinstance(self._found(), bytes)

    def iterdir(self) -> Iterator[MemoryTree]:
        """What is in the folder. Raises NotADirectoryError or FileNotFoundError if it is none."""
        found = self._found()
        if not isinstance(found, dict):
            self._refuse(found, NotADirectoryError(20, "is a file", str(self)))
        return iter([self.joinpath(name) for name in list(found)])

    def joinpath(self, *descendants: Any) -> MemoryTree:
        """What is below, whether it is there or not; each of the `descendants` may have several parts."""
        parts = parts_of(descendants)
        return self._at((*self._parts, *parts)) if parts else self

    def __truediv__(self, child: Any) -> MemoryTree:
        """As `joinpath`."""
        return self.joinpath(child)

    def open(
        self,
        mode: str = "r",
        encoding: str | None = None,
        errors: str | None = None,
        newline: str | None = None,
    ) -> Any:
        """The file, opened for reading: bytes for mode ``rb``, text for ``r`` (UTF-8, unless told otherwise).

        Raises ValueError for other modes, FileNotFoundError or IsADirectoryError if it is no file.
        """
        return opened(self.read_bytes(), mode, encoding, errors, newline)

    def read_bytes(self) -> bytes:
        """The contents. Raises FileNotFoundError or IsADirectoryError if it is no file."""
        found = self._found()
        if not isinstance(found, bytes):
            self._refuse(found, IsADirectoryError(21, "is a folder", str(self)))
        return bytes(found)

    def read_text(self, encoding: str | None = None, errors: str | None = None) -> str:
        """The contents as text. Raises as `read_bytes`, and UnicodeDecodeError for what is no such text."""
        with self.open("r", encoding, errors) as file:
            return str(file.read())

    def _refuse(self, found: Any, error: OSError) -> None:
        if found is None:
            raise FileNotFoundError(2, "no such file", str(self))
        raise error

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, MemoryTree):
            return NotImplemented
        return self._root is other._root and self._parts == other._parts

    def __hash__(self) -> int:
        return hash((id(self._root), self._parts))

    def __str__(self) -> str:
        # Such paths stand in code and in the cache of lines: no later tree has the number of one gone.
        number = vars(self._root).setdefault("_number", next(_numbers))
        return "/".join([f"<{type(self).__name__} {number}>", *self._parts])

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_number"}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {'/'.join(self._parts) or 'its root'}>"
