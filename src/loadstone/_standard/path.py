"""PathFinder: a module in the entries of a path, by path hooks; portions of namespace packages."""

from __future__ import annotations

import os
import sys
from _frozen_importlib_external import PathFinder as _PathFinder
from _warnings import warn
from os import stat

from .._core.cache import is_absolute
from .._core.finding import object_name
from .._core.namespace import NamespacePath
from .._core.spec import ModuleSpec, spec_from_loader
from .._core.versions import (
    ASKS_FIND_MODULE,
    FORGETS_METADATA,
    FORGETS_RELATIVE_ENTRIES,
    FORGIVES_UNREADABLE_DIRECTORY,
)
from .files import FileFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from importlib.machinery import ModuleSpec as AnySpec
    from types import ModuleType
    from typing import Any

    from .._core.system import State

__all__ = ["PathFinder"]

_MISSING: Any = object()
_NO_DIRECTORY = (FileNotFoundError, *((PermissionError,) if FORGIVES_UNREADABLE_DIRECTORY else ()))


class PathFinder(_PathFinder):
    """Finds modules along `sys.path` and packages' `__path__`. Not instantiated; thread-safe.

    Same promise as `importlib.machinery.PathFinder`, whose subclass it is.
    """

    _state: State = sys

    @classmethod
    def invalidate_caches(cls) -> None:
        """Have every path entry finder look anew at what it remembers; namespace packages follow."""
        cache = cls._state.path_importer_cache
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

    @classmethod
    def _path_hooks(cls, path: str) -> Any:
        """A path entry finder for `path`, made by the first path hook that accepts it, or None."""
        hooks = cls._state.path_hooks
        if hooks is not None and not hooks:
            warn("sys.path_hooks is empty", ImportWarning)
        for hook in hooks:
            try:
                return hook(path)
            except ImportError:
                continue
        return None

    @classmethod
    def _path_importer_cache(cls, path: str) -> Any:
        """The path entry finder for `path`, remembered; None if there is none for it."""
        if path == "":
            try:
                path = os.getcwd()
            except _NO_DIRECTORY:
                return None
        cache = cls._state.path_importer_cache
        try:
            return cache[path]
        except KeyError:
            finder = cache[path] = cls._path_hooks(path)
            return finder

    @classmethod
    def _get_spec(
        cls, fullname: str, path: Iterable[str], target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The first spec with a loader, or one of the portions found, which may be none."""
        portions: list[str] = []
        tail = fullname.rpartition(".")[2]
        cache = cls._state.path_importer_cache
        for entry in path:
            if not isinstance(entry, str):
                continue
            finder = cache.get(entry, _MISSING) if entry else _MISSING
            if finder is _MISSING:
                finder = cls._path_importer_cache(entry)
            if finder is None:
                continue
            if type(finder) is FileFinder:
                # What its find_spec does, without the call: this loop is where long paths take their time.
                try:
                    mtime = stat(finder.path).st_mtime
                except OSError:
                    mtime = -1
                if mtime != finder._path_mtime:
                    finder._list(mtime)
                if tail not in finder._stems:
                    continue
                spec = finder._search(fullname, tail, target)
            elif not ASKS_FIND_MODULE or hasattr(finder, "find_spec"):
                spec = finder.find_spec(fullname, target)
            else:
                spec = _find_by_loader(finder, fullname)
            if spec is None:
                continue
            if spec.loader is not None:
                return spec  # type: ignore[no-any-return]
            found = spec.submodule_search_locations
            if found is None:
                raise ImportError("spec missing loader")
            portions.extend(found)
        spec = ModuleSpec(fullname, None)
        spec.submodule_search_locations = portions
        return spec

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of the module in the entries of `path`, or of `sys.path` if that is None; or None.

        What path hooks and path entry finders raise passes through, except a path hook's ImportError.
        """
        if path is None:
            path = cls._state.path
        spec = cls._get_spec(fullname, path, target)
        if spec is None or spec.loader is not None:
            return spec
        portions = spec.submodule_search_locations
        if not portions:
            return None
        spec.origin = None
        locations: Any = NamespacePath(fullname, portions, cls._get_spec, cls._state)
        spec.submodule_search_locations = locations
        return spec

    @classmethod
    def discover(cls, parent: AnySpec | None = None) -> Iterator[AnySpec]:
        """The specs of the modules that the path entry finders of the entries list, in their order.

        `parent` is the spec of the package whose path is meant, None for `sys.path`. Raises ValueError if it
        is none of a package. Since Python 3.15 importlib has it.
        """
        path: Iterable[str]
        if parent is None:
            path = cls._state.path
        elif parent.submodule_search_locations is None:
            raise ValueError(f"{parent} is not a package module")
        else:
            path = parent.submodule_search_locations
        for entry in dict.fromkeys(entry for entry in path if isinstance(entry, str)):
            discover = getattr(cls._path_importer_cache(entry), "discover", None)
            if discover is not None:
                yield from discover(parent)

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
