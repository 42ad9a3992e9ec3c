"""A directory of modules: what is in it, as long as it stays unchanged, and the finder of it."""

from __future__ import annotations

import os
import sys
from _frozen_importlib_external import FileFinder as _FileFinder
from os import stat
from time import time

from .._core.cache import CACHE_DIRECTORY, absolute, join
from .._core.frames import verbose
from .._core.spec import ModuleSpec, search_locations_of
from .._core.versions import FINDS_CURRENT_DIRECTORY
from .files import file_spec, spec_from_file_location

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from importlib.machinery import ModuleSpec as AnySpec
    from types import ModuleType
    from typing import Any

    from .files import LoaderDetails

    Loaders = Sequence[tuple[str, Any]]
    Found = tuple[Any, str, list[str] | None, os.stat_result | None]

__all__ = ["Directory", "FileFinder"]

_FILE_TYPE, _REGULAR, _DIRECTORY = 0o170000, 0o100000, 0o040000
_FOLDS_CASE = sys.platform.startswith(("win", "cygwin", "darwin", "ios", "tvos", "watchos"))
_CASE_VARIABLE: Any = "PYTHONCASEOK" if sys.platform == "win32" else b"PYTHONCASEOK"
_COARSE_TICK, _FINE_TICK = 2.0, 0.1


def _is_type(path: str, kind: int) -> bool:
    try:
        return stat(path).st_mode & _FILE_TYPE == kind
    except OSError:
        return False


def _facts_of_regular(path: str) -> os.stat_result | None:
    """The facts about the regular file at `path`; None if that is something else."""
    try:
        facts = stat(path)
    except OSError:
        return None
    return facts if facts.st_mode & _FILE_TYPE == _REGULAR else None


def _ignores_case() -> bool:
    """Whether files may differ from the module's name in case: where the file system and the user say so."""
    if not _FOLDS_CASE or sys.flags.ignore_environment:
        return False
    return _CASE_VARIABLE in (os.environ if sys.platform == "win32" else os.environb)


class Directory:
    """What is in one directory, and which module file a name stands for in it.

    It is listed when its modification time has changed. Thread-safe under the import lock.
    """

    def __init__(self, path: str) -> None:
        """For the directory `path`, which is absolute; it is not looked at yet."""
        self.path = path
        self.mtime: float = -1
        self.stems: Any = {}
        """What may be found: names up to their first dot, each with its entry, if that is the only one."""
        self._settled = False
        self._loaders: list[tuple[str, Any]] = []
        self._by_suffix: dict[str, Any] = {}
        self._listing: list[os.DirEntry[str]] = []
        self._entries: dict[str, os.DirEntry[str]] | None = None

    def read(self, mtime: float, loaders: Loaders) -> None:
        """List the directory, whose modification time is `mtime`, for these loaders, each after its suffix.

        A listing proves what is there as long as the modification time stays the same, if the directory had
        been left alone for longer than the file system's clock takes to tick: with a time in whole seconds
        that could be two seconds, as on FAT, and with a fraction it is a few milliseconds. Within that time
        of a change another could go unnoticed, and every file found is looked at again, as CPython always
        does. Raises OSError if it cannot be listed for a reason other than being missing, unreadable or none.
        """
        now = time()
        try:
            listing = list(os.scandir(self.path.rstrip("/") or self.path))
        except (FileNotFoundError, PermissionError, NotADirectoryError):
            listing = []
        self._listing = listing
        self._entries = None
        if _FOLDS_CASE or sys.flags.verbose > 1 or not all(suffix[:1] == "." for suffix, _ in loaders):
            self.stems = _Everything()
        else:
            stems: dict[str, Any] = {}
            for entry in listing:
                stem = entry.name.partition(".")[0]
                stems[stem] = None if stem in stems else entry
            self.stems = stems
        self._settled = 0 <= mtime < now - (_FINE_TICK if mtime % 1 else _COARSE_TICK)
        self.mtime = mtime

    def find(self, tail: str, loaders: Loaders) -> Found | None:
        """The loader, file and search locations of the module called `tail` in its package.

        With them come the facts about the file, if it was looked at for this answer. A folder without a
        module file in it is a portion of a namespace package, and has no loader. To be called for what is in
        `stems`.
        """
        only = self.stems[tail]
        if only is not None:
            if loaders != self._loaders:
                self._loaders = list(loaders)
                self._by_suffix = dict(reversed(self._loaders))  # the first of a suffix is the one
            ending = only.name[len(tail) :]
            if ending in self._by_suffix:
                # Not `is_file(follow_symlinks=False)`: a keyword costs more than another call.
                if self._settled and not only.is_symlink() and only.is_file():
                    return self._by_suffix[ending], only.path, None, None
                facts = _facts_of_regular(only.path)
                if facts is not None:
                    return self._by_suffix[ending], only.path, None, facts
        entries: Any = self._entries
        if entries is None:
            entries = self._entries = _by_name(self._listing)
        key = tail
        if _FOLDS_CASE and _ignores_case():
            entries = {name.lower() for name in entries}
            key = tail.lower()
        is_portion = False
        folder = ""
        if key in entries and not self._is(entries, key, _REGULAR):
            folder = join(self.path, tail)
            for suffix, loader in loaders:
                path = f"{folder}{os.sep}__init__{suffix}"
                facts = _facts_of_regular(path)
                if facts is not None:
                    return loader, path, [folder], facts
            is_portion = self._is(entries, key, _DIRECTORY) or _is_type(folder, _DIRECTORY)
        talks = sys.flags.verbose > 1
        for suffix, loader in loaders:
            name = key + suffix
            if talks:
                verbose("trying {}", join(self.path, tail + suffix), verbosity=2)
            if name in entries:
                path = join(self.path, tail + suffix)
                if self._is(entries, name, _REGULAR):
                    return loader, path, None, None
                facts = _facts_of_regular(path)
                if facts is not None:
                    return loader, path, None, facts
        if is_portion:
            verbose("possible namespace for {}", folder)
            return None, folder, [folder], None
        return None

    def _is(self, entries: Any, name: str, kind: int) -> bool:
        """Whether the listing alone proves that the entry is of this kind."""
        listed = self._entries
        if not self._settled or listed is None or entries is not listed:
            return False
        entry = listed[name]
        if kind == _REGULAR:
            return entry.is_file(follow_symlinks=False)
        return entry.is_dir(follow_symlinks=False)

    def names(self, loaders: Loaders) -> list[str]:
        """The names that modules in the directory may have, each once, in the order of a listing made now."""
        try:
            listing = list(os.scandir(self.path))
        except OSError:
            return []
        names: dict[str, None] = {}
        for entry in listing:
            if entry.name == CACHE_DIRECTORY:
                continue
            if "." not in entry.name:
                names[entry.name] = None
            for suffix, _ in loaders:
                if suffix and entry.name.endswith(suffix):
                    names[entry.name.removesuffix(suffix)] = None
        return list(names)


class FileFinder(_FileFinder):
    """The path entry finder of one directory.

    Same promise as `importlib.machinery.FileFinder`, whose subclass it is. What is in the directory is
    remembered until the directory's modification time changes. Thread-safe under the import lock.
    """

    def __init__(self, path: str, *loader_details: LoaderDetails) -> None:
        """For the directory `path` (the working directory of now, if empty or ``.``).

        `loader_details` are pairs of a loader, called with a module's name and the path of its file, and
        the file suffixes that it is for, in the order they are looked for.
        """
        self._loaders = [(suffix, loader) for loader, suffixes in loader_details for suffix in suffixes]
        if FINDS_CURRENT_DIRECTORY and path in ("", "."):
            self.path: str = os.getcwd()
        else:
            self.path = absolute(path or ".")
        self.directory: Directory = Directory(self.path)

    def invalidate_caches(self) -> None:
        """Have the directory listed anew before the next search."""
        self.directory.mtime = -1

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> Any:
        """The spec of the module in this directory, or None.

        A directory without a module file in it gives a spec without loader: a portion of a namespace
        package (PEP 420). Raises OSError if the directory cannot be listed for a reason other than
        being missing, unreadable or no directory.
        """
        directory = self.directory
        try:
            mtime = stat(self.path).st_mtime
        except OSError:
            mtime = -1
        if mtime != directory.mtime:
            directory.read(mtime, self._loaders)
        tail = fullname.rpartition(".")[2]
        found = directory.find(tail, self._loaders) if tail in directory.stems else None
        return None if found is None else self.spec(fullname, found, target)

    def spec(self, fullname: str, found: Found, target: ModuleType | None) -> ModuleSpec | None:
        """The spec of a module that was found in the directory."""
        loader_class, path, locations, _ = found
        if loader_class is None:
            spec = ModuleSpec(fullname, None)
            spec.submodule_search_locations = locations
            return spec
        return self._get_spec(loader_class, fullname, path, locations, target)

    def _get_spec(
        self, loader_class: Any, fullname: str, path: str, smsl: list[str] | None, target: Any
    ) -> ModuleSpec | None:
        loader = loader_class(fullname, path)
        if loader is None:
            return spec_from_file_location(fullname, path, submodule_search_locations=smsl)
        spec = file_spec(fullname, path, loader)
        spec.submodule_search_locations = smsl
        return spec

    def discover(self, parent: AnySpec | None = None) -> Iterator[AnySpec]:
        """The specs of the modules in this directory, each name once, in the order of the listing.

        `parent` is the spec of the package they are in, None at top level. Raises ValueError if it is none of
        a package. A directory that cannot be listed has none. Since Python 3.15 importlib has it.
        """
        if parent is not None:
            search_locations_of(parent)
        prefix = "" if parent is None else f"{parent.name}."
        for name in self.directory.names(self._loaders):
            spec = self.find_spec(prefix + name)
            if spec is not None:
                yield spec

    @classmethod
    def path_hook(cls, *loader_details: LoaderDetails) -> Any:
        """A path hook that makes a finder of this class, with these loaders, for a directory.

        It raises ImportError, with `path`, for anything else.
        """

        def path_hook_for_FileFinder(path: str) -> FileFinder:
            """Path hook for loadstone.machinery.FileFinder."""
            if not _is_type(path or os.getcwd(), _DIRECTORY):
                raise ImportError("only directories are supported", path=path)
            return cls(path, *loader_details)

        return path_hook_for_FileFinder

    def __repr__(self) -> str:
        return f"FileFinder({self.path!r})"


class _Everything:
    """Contains whatever is asked for, and knows nothing of it."""

    def __contains__(self, thing: object) -> bool:
        return True

    def __getitem__(self, thing: object) -> None:
        """None."""


def _by_name(listing: list[os.DirEntry[str]]) -> dict[str, os.DirEntry[str]]:
    """The entries of a directory by the names that modules in it may go by."""
    if sys.platform == "win32":
        return {_with_lower_suffix(entry.name): entry for entry in listing}
    return {entry.name: entry for entry in listing}


def _with_lower_suffix(name: str) -> str:
    base, dot, suffix = name.partition(".")
    return f"{base}.{suffix.lower()}" if dot else name
