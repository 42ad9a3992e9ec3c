"""The search along a path: by path hooks and path entry finders, portions of namespace packages joined."""

from __future__ import annotations

import os
import sys
from _frozen_importlib import ModuleSpec as _TheirSpec
from _frozen_importlib_external import FileFinder as _TheirFileFinder
from _frozen_importlib_external import PathFinder as _PathFinder
from _frozen_importlib_external import (  # type: ignore[attr-defined,unused-ignore]
    _NamespacePath as _TheirNamespacePath,
)
from _warnings import warn
from os import stat

from .._core.cache import is_absolute
from .._core.finding import NOTHING, made, object_name
from .._core.namespace import NamespacePath
from .._core.spec import ModuleSpec, search_locations_of, spec_from_loader
from .._core.versions import (
    ASKS_FIND_MODULE,
    FORGETS_METADATA,
    FORGETS_RELATIVE_ENTRIES,
    FORGIVES_UNREADABLE_DIRECTORY,
    TRACKS_SUBMODULES,
)
from .directory import Directory, FileFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from importlib.machinery import ModuleSpec as AnySpec
    from types import ModuleType
    from typing import Any

    from .._core.system import State

    Observer = Callable[[str, Callable[[str], Any]], Any]

__all__ = ["PathFinder", "PathSearch", "TheirPathSearch"]

_MISSING: Any = object()
_NO_DIRECTORY = (FileNotFoundError, *((PermissionError,) if FORGIVES_UNREADABLE_DIRECTORY else ()))
_Theirs: Any = _TheirFileFinder
_METHODS = _Theirs.find_spec, _Theirs._get_spec, _Theirs._fill_cache
# In an importlib finder: its directory has been listed by us. No number equals it, so that the finder's own
# methods would list anew; its `invalidate_caches` puts -1 in its place.
_LISTED_BY_US = float("nan")


class PathSearch:
    """The search for modules along a path, in the import system whose state is `state`.

    `observer` is called with each path entry and the function that gives the finder for it; what it returns
    is asked. Thread-safe as far as the path hooks and path entry finders are.
    """

    spec_class: Any = ModuleSpec

    def __init__(self, state: State = sys, observer: Observer | None = None) -> None:
        self.state = state
        self.observer = observer
        self._plain = self

    def observed(self, observer: Observer) -> PathSearch:
        """The same search, observed; what it leaves behind, such as paths of namespace packages, is not."""
        search = object.__new__(type(self))
        search.__dict__.update(self.__dict__, observer=observer)
        return search

    def hook(self, entry: str) -> Any:
        """A path entry finder for `entry`, made by the first path hook that accepts it, or None."""
        hooks = self.state.path_hooks
        if hooks is not None and not hooks:
            warn("sys.path_hooks is empty", ImportWarning)
        for hook in hooks:
            try:
                return hook(entry)
            except ImportError:
                continue
        return None

    def finder_for(self, entry: str) -> Any:
        """The path entry finder for `entry`, remembered; None if there is none for it."""
        if entry == "":
            try:
                entry = os.getcwd()
            except _NO_DIRECTORY:
                return None
        cache = self.state.path_importer_cache
        try:
            return cache[entry]
        except KeyError:
            finder = cache[entry] = self.hook(entry)
            return finder

    def spec_in(
        self,
        fullname: str,
        path: Iterable[str],
        target: ModuleType | None = None,
        tail: str | None = None,
    ) -> Any:
        """The first spec with a loader, or one of the portions found, which may be none.

        `tail` is the last part of the name, if the caller has that.
        """
        portions: list[str] = []
        if tail is None:
            tail = fullname.rpartition(".")[2]
        cache = self.state.path_importer_cache
        observer = self.observer
        # Tools patch importlib's classes: what is not as it was made is called, not recognised.
        plain = (_Theirs.find_spec, _Theirs._get_spec, _Theirs._fill_cache) == _METHODS
        for entry in path:
            if not isinstance(entry, str):
                continue
            if observer is None:
                try:
                    finder = cache[entry or _MISSING]
                except KeyError:
                    finder = self.finder_for(entry)
            else:
                finder = observer(entry, self.finder_for)
            if finder is None:
                continue
            # What their find_spec does, without the call: this loop is where long paths take their time.
            kind = type(finder)
            if kind is FileFinder:
                directory = finder.directory
                try:
                    mtime = stat(directory.path).st_mtime
                except OSError:
                    mtime = -1
                if mtime != directory.mtime:
                    directory.read(mtime, finder._loaders)
                if tail not in directory.stems:
                    continue
                found = directory.find(tail, finder._loaders)
                spec = None if found is None else finder.spec(fullname, found, target)
            elif kind is _TheirFileFinder and plain and "find_spec" not in (known := finder.__dict__):
                # Importlib's finder stays unchanged but for two marks.
                try:
                    directory = known["_loadstone_directory"]
                except KeyError:
                    directory = known["_loadstone_directory"] = Directory(finder.path)
                try:
                    mtime = stat(finder.path).st_mtime
                except OSError:
                    mtime = -1
                if mtime != directory.mtime or known["_path_mtime"] == -1:
                    directory.read(mtime, finder._loaders)
                    known["_path_mtime"] = _LISTED_BY_US
                if tail not in directory.stems:
                    continue
                found = directory.find(tail, finder._loaders)
                spec = None if found is None else _their_spec(fullname, found)
            else:
                if not ASKS_FIND_MODULE or hasattr(finder, "find_spec"):
                    spec = finder.find_spec(fullname, target)
                else:
                    spec = _find_by_loader(finder, fullname)
                made[0] = NOTHING
            if spec is None:
                continue
            if spec.loader is not None:
                return spec
            locations = spec.submodule_search_locations
            if locations is None:
                raise ImportError("spec missing loader")
            portions.extend(locations)
        spec = self.spec_class(fullname, None)
        spec.submodule_search_locations = portions
        return spec

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> Any:
        """The spec of the module in the entries of `path`, or of the system's path if that is None; or None.

        What path hooks and path entry finders raise passes through, except a path hook's ImportError.
        """
        if path is None:
            path = self.state.path
        spec = self.spec_in(fullname, path, target)
        return spec if spec is None or spec.loader is not None else self.joined(spec)

    def joined(self, spec: Any) -> Any:
        """The spec of a namespace package, by that of the portions found; None if there are none."""
        portions = spec.submodule_search_locations
        if not portions:
            return None
        spec.origin = None
        spec.submodule_search_locations = self.namespace_path(spec.name, portions)
        return spec

    def namespace_path(self, fullname: str, portions: list[str]) -> Any:
        """The path of a namespace package, which follows its parent's."""
        return NamespacePath(fullname, portions, self._plain.spec_in, self.state)

    def invalidate_caches(self) -> None:
        """Have every path entry finder look anew at what it remembers; namespace packages follow."""
        cache = self.state.path_importer_cache
        for entry, finder in list(cache.items()):
            if finder is None or (FORGETS_RELATIVE_ENTRIES and not is_absolute(entry)):
                cache.pop(entry, None)
            elif hasattr(finder, "invalidate_caches"):
                finder.invalidate_caches()
        NamespacePath.epoch += 1
        if FORGETS_METADATA:
            from importlib.metadata import MetadataPathFinder

            forget: Any = MetadataPathFinder.invalidate_caches
            forget()

    def discover(self, parent: AnySpec | None = None) -> Iterator[AnySpec]:
        """The specs of the modules that the path entry finders of the entries list, in their order.

        `parent` is the spec of the package whose path is meant, None for the system's path. Raises ValueError
        if it is none of a package.
        """
        path: Iterable[str] = self.state.path if parent is None else search_locations_of(parent)
        for entry in dict.fromkeys(entry for entry in path if isinstance(entry, str)):
            discover = getattr(self.finder_for(entry), "discover", None)
            if discover is not None:
                yield from discover(parent)


class TheirPathSearch(PathSearch):
    """The same with specs and namespace paths of importlib's: what its PathFinder finds."""

    spec_class = _TheirSpec

    def namespace_path(self, fullname: str, portions: list[str]) -> Any:
        """One of importlib's, which asks importlib's PathFinder when it changes."""
        return _TheirNamespacePath(fullname, portions, _PathFinder._get_spec)  # type: ignore[attr-defined]


def _their_spec(fullname: str, found: Any) -> Any:
    loader_class, path, locations, facts = found
    if loader_class is None:
        spec: Any = _TheirSpec(fullname, None)
        spec.submodule_search_locations = locations
        return spec
    loader = loader_class(fullname, path)
    if loader is None:
        from importlib.util import spec_from_file_location

        return spec_from_file_location(fullname, path, submodule_search_locations=locations)
    if not _SETS_PLAIN or _TheirSpec.__init__ is not _INIT:
        spec = _TheirSpec(fullname, loader)
        spec.origin = path
        spec._set_fileattr = True
        spec.submodule_search_locations = locations
    else:
        # The same attribute by attribute: the interpreter calls an `__init__` with keywords by a detour.
        spec = _new(_TheirSpec)
        spec.name = fullname
        spec.loader = loader
        spec.origin = path
        spec.loader_state = None
        spec.submodule_search_locations = locations
        if TRACKS_SUBMODULES:
            spec._uninitialized_submodules = []
        spec._set_fileattr = True
        spec._cached = None
    made[0] = spec, facts
    return spec


_new = object.__new__
_INIT = _TheirSpec.__init__
# Whether this Python's specs have just what is set by hand.
_ATTRIBUTES = ["name", "loader", "origin", "loader_state", "submodule_search_locations"]
_ATTRIBUTES += ["_uninitialized_submodules"] * TRACKS_SUBMODULES + ["_set_fileattr", "_cached"]
_SETS_PLAIN = list(vars(_TheirSpec("", None))) == _ATTRIBUTES


class PathFinder(_PathFinder):
    """Finds modules along `sys.path` and packages' `__path__`. Not instantiated; thread-safe.

    Same promise as `importlib.machinery.PathFinder`, whose subclass it is.
    """

    _search = PathSearch()

    @classmethod
    def invalidate_caches(cls) -> None:
        """Have every path entry finder look anew at what it remembers; namespace packages follow."""
        cls._search.invalidate_caches()

    @classmethod
    def _path_hooks(cls, path: str) -> Any:
        return cls._search.hook(path)

    @classmethod
    def _path_importer_cache(cls, path: str) -> Any:
        return cls._search.finder_for(path)

    @classmethod
    def _get_spec(cls, fullname: str, path: Iterable[str], target: ModuleType | None = None) -> Any:
        return cls._search.spec_in(fullname, path, target)

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of the module in the entries of `path`, or of `sys.path` if that is None; or None.

        What path hooks and path entry finders raise passes through, except a path hook's ImportError.
        """
        spec: ModuleSpec | None = cls._search.find_spec(fullname, path, target)
        return spec

    @classmethod
    def discover(cls, parent: AnySpec | None = None) -> Iterator[AnySpec]:
        """The specs of the modules that the path entry finders of the entries list, in their order.

        `parent` is the spec of the package whose path is meant, None for `sys.path`. Raises ValueError if it
        is none of a package. Since Python 3.15 importlib has it.
        """
        yield from cls._search.discover(parent)

    @staticmethod
    def find_distributions(*args: Any, **kwargs: Any) -> Any:
        """The standard library's distributions along a path, for `importlib.metadata`."""
        from importlib.metadata import MetadataPathFinder

        return MetadataPathFinder.find_distributions(*args, **kwargs)


def _find_by_loader(finder: Any, name: str) -> ModuleSpec:
    """Ask a path entry finder of before Python 3.4, which has `find_loader` or `find_module` only."""
    method = "find_loader" if hasattr(finder, "find_loader") else "find_module"
    warn(
        f"{object_name(finder)}.find_spec() not found; falling back to {method}()",
        ImportWarning,
    )
    portions: list[str] = []
    if method == "find_loader":
        loader, portions = finder.find_loader(name)
    else:
        loader = finder.find_module(name)
    if loader is not None:
        return spec_from_loader(name, loader)
    spec = ModuleSpec(name, None)
    spec.submodule_search_locations = portions
    return spec
