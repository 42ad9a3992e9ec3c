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

from .._core.cache import SOURCE_SUFFIXES, _cache_from_source
from .._core.finding import made, stand_ins
from .._core.frames import hidden
from .._core.loading import ways
from .._core.versions import SETS_CACHED
from .files import cached_code
from .path import TheirPathSearch
from .source import SourceLoader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

__all__ = ["begin", "end"]

_external: Any = _frozen_importlib_external
_SOURCE = tuple(SOURCE_SUFFIXES)
_path_finder: Any = vars(_PathFinder)
_FIND_SPEC, _GET_SPEC = _path_finder["find_spec"], _path_finder["_get_spec"]
_CACHE, _HOOKS = _path_finder["_path_importer_cache"], _path_finder["_path_hooks"]


def _methods(loader: Any) -> tuple[object, ...]:
    """What importing by a loader of importlib's goes through, of which tools may have changed anything."""
    return (
        loader.__init__,
        loader.create_module,
        loader.exec_module,
        loader.get_code,
        loader.get_data,
        loader.get_filename,
        loader.path_stats,
        loader.source_to_code,
        loader.set_data,
        loader._cache_bytecode,
        _external.cache_from_source,
    )


_METHODS = _methods(_SourceFileLoader)
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


@hidden
def _find_along_path(fullname: str, path: Any, target: Any) -> Any:
    if (
        _path_finder["find_spec"] is not _FIND_SPEC
        or _path_finder["_get_spec"] is not _GET_SPEC
        or _path_finder["_path_importer_cache"] is not _CACHE
        or _path_finder["_path_hooks"] is not _HOOKS
    ):
        return NotImplemented
    spec = _search.spec_in(fullname, sys.path if path is None else path, target)
    return spec if spec is None or spec.loader is not None else _search.joined(spec)


@hidden
def _way_around_source(loader: Any, spec: Any) -> Any:
    ours, facts = made[0]
    if ours is spec:
        made[0] = None, None
    elif len(loader.__dict__) != _ATTRIBUTES:
        return None
    path = loader.path
    if type(path) is not str or _methods(_SourceFileLoader) != _METHODS:
        return None
    try:
        cached = _cache_from_source(path)
    except NotImplementedError:
        return None
    if ours is not spec:
        facts = None
    elif SETS_CACHED and path.endswith(_SOURCE):
        spec._cached = cached  # which it would work out by itself, in three times the time
    return cached, facts


@hidden
def _code_of_source(loader: Any, name: str, way: Any) -> CodeType:
    code = cached_code(loader, name, *way)
    return SourceLoader.get_code(loader, name) if code is None else code
