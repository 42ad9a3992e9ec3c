"""What the engine does itself in the place of importlib's finders and loaders, where these are as they were.

Tools look at these objects by their exact types, patch their methods, and add to their lists. So they stay
where they are; what is exactly theirs and unpatched is known, and the engine's own way to the same result is
taken; whatever else there is, is called.
"""

from __future__ import annotations

import _frozen_importlib_external
from _frozen_importlib_external import PathFinder as _PathFinder
from _frozen_importlib_external import SourceFileLoader as _SourceFileLoader

from .._core.finding import stand_ins
from .._core.frames import hidden
from .._core.loading import codes
from .files import SourceLoader, cached_code
from .path import PathFinder, PathSearch, TheirPathSearch

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import CodeType
    from typing import Any

__all__ = ["begin", "end", "path_search"]

_external: Any = _frozen_importlib_external
_cache_from_source = _external.cache_from_source
_path_finder: Any = vars(_PathFinder)
_SEARCH_METHODS = ("find_spec", "_get_spec", "_path_importer_cache", "_path_hooks")
_FIND_SPEC, _GET_SPEC, _CACHE, _HOOKS = map(_path_finder.get, _SEARCH_METHODS)
_Loader: Any = _SourceFileLoader
_EXEC_MODULE, _GET_CODE, _GET_DATA = _Loader.exec_module, _Loader.get_code, _Loader.get_data
_GET_FILENAME, _PATH_STATS = _Loader.get_filename, _Loader.path_stats
_SOURCE_TO_CODE, _SET_DATA, _CACHE_BYTECODE = (
    _Loader.source_to_code,
    _Loader.set_data,
    _Loader._cache_bytecode,
)
_ATTRIBUTES = 2  # name and path: a loader with more may have a method of its own
_search = TheirPathSearch()


def begin() -> None:
    """Have the walk and the loading recognise what is importlib's."""
    stand_ins[_PathFinder] = _find_along_path
    codes[_SourceFileLoader] = _code_of_source


def end() -> None:
    """Have them call it."""
    stand_ins.pop(_PathFinder, None)
    codes.pop(_SourceFileLoader, None)


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
def _find_along_path(fullname: str, path: Any, target: Any) -> Any:
    if (
        _path_finder["find_spec"] is _FIND_SPEC
        and _path_finder["_get_spec"] is _GET_SPEC
        and _path_finder["_path_importer_cache"] is _CACHE
        and _path_finder["_path_hooks"] is _HOOKS
    ):
        return _search.find_spec(fullname, path, target)
    return NotImplemented


@hidden
def _code_of_source(loader: Any, name: str) -> CodeType | None:
    if (
        _Loader.exec_module is _EXEC_MODULE
        and _Loader.get_code is _GET_CODE
        and _Loader.get_data is _GET_DATA
        and _Loader.get_filename is _GET_FILENAME
        and _Loader.path_stats is _PATH_STATS
        and _Loader.source_to_code is _SOURCE_TO_CODE
        and _Loader.set_data is _SET_DATA
        and _Loader._cache_bytecode is _CACHE_BYTECODE
        and _external.cache_from_source is _cache_from_source
        and len(loader.__dict__) == _ATTRIBUTES
    ):
        code = cached_code(loader, name)
        return SourceLoader.get_code(loader, name) if code is None else code
    return None
