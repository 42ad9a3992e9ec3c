"""What the engine does itself in the place of importlib's finders and loaders, where these are as they were.

Tools look at these objects by their exact types, patch their methods, and add to their lists. So they stay
where they are; what is exactly theirs and unpatched is known, and the engine's own way to the same result is
taken; whatever else there is, is called.
"""

from __future__ import annotations

import _frozen_importlib_external
import sys
from _frozen_importlib_external import PathFinder as _PathFinder
from _frozen_importlib_external import SourceFileLoader as _SourceFileLoader

from .._core.cache import SOURCE_SUFFIXES, bytecode_path
from .._core.finding import NOTHING, made, stand_ins
from .._core.frames import hidden
from .._core.loading import ways
from .._core.versions import SETS_CACHED
from .files import cached_code
from .path import PathFinder, PathSearch, TheirPathSearch
from .source import SourceLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import CodeType
    from typing import Any

__all__ = ["begin", "end", "path_search"]

_external: Any = _frozen_importlib_external
_SOURCE = tuple(SOURCE_SUFFIXES)
_path_finder: Any = vars(_PathFinder)
_SEARCH_METHODS = ("find_spec", "_get_spec", "_path_importer_cache", "_path_hooks")
_SEARCH = tuple(map(_path_finder.get, _SEARCH_METHODS))


def _steps_of(loader: Any) -> tuple[object, ...]:
    """What importing by a loader of importlib's goes through, of which tools may have changed anything.

    That is, up to code from the cache; what comes instead, such as compiling, is called as it is.
    """
    return (
        loader.__init__,
        loader.create_module,
        loader.exec_module,
        loader.get_code,
        loader.get_data,
        loader.get_filename,
        loader.path_stats,
        _external.cache_from_source,
    )


_STEPS = _steps_of(_SourceFileLoader)
_ATTRIBUTES = 2  # name and path: a loader with more may have a method of its own
_search = TheirPathSearch()


def begin() -> None:
    """Have the walk and the loading recognise what is importlib's."""
    stand_ins[_PathFinder] = _find_along_path
    ways[_SourceFileLoader] = _way_around_source, _code_of_source


def end() -> None:
    """Have them call it."""
    stand_ins.pop(_PathFinder, None)
    ways.pop(_SourceFileLoader, None)


def path_search(finder: Any) -> PathSearch | None:
    """The search that `finder` makes, if it is importlib's or loadstone's path finder in all that matters."""
    if isinstance(finder, PathSearch):
        return finder
    kind = finder if isinstance(finder, type) else type(finder)
    spaces: list[Mapping[str, Any]] = [vars(each) for each in kind.__mro__]
    if kind is not finder:
        spaces.insert(0, getattr(finder, "__dict__", {}))
    methods = _methods(spaces)
    return next((search for known, search in _SEARCHES if known == methods), None)


def _methods(spaces: Sequence[Mapping[str, Any]]) -> list[Any]:
    """What the methods of a search along a path are, in the first of some namespaces that has them."""
    return [next((space[name] for space in spaces if name in space), None) for name in _SEARCH_METHODS]


_SEARCHES = (
    (_methods([vars(_PathFinder)]), _search),
    (_methods([vars(PathFinder)]), PathFinder._search),
)


@hidden
def _find_along_path(fullname: str, path: Any, target: Any, tail: str | None) -> Any:
    now = _path_finder
    search = now["find_spec"], now["_get_spec"], now["_path_importer_cache"], now["_path_hooks"]
    if search != _SEARCH:
        return NotImplemented
    spec = _search.spec_in(fullname, sys.path if path is None else path, target, tail)
    return spec if spec is None or spec.loader is not None else _search.joined(spec)


@hidden
def _way_around_source(loader: Any, spec: Any) -> Any:
    ours, facts = made[0]
    path = loader.path
    if type(path) is not str or _steps_of(_SourceFileLoader) != _STEPS:
        return None
    cached = bytecode_path(path)
    if cached is None:
        return None
    if ours is spec:
        made[0] = NOTHING
        if SETS_CACHED and path.endswith(_SOURCE):
            spec._cached = cached  # which it would work out by itself, in three times the time
        return cached, facts
    return (cached, None) if len(loader.__dict__) == _ATTRIBUTES else None


@hidden
def _code_of_source(loader: Any, name: str, way: Any) -> CodeType:
    cached, facts = way
    code = cached_code(loader, name, cached, facts)
    return SourceLoader.get_code(loader, name) if code is None else code
