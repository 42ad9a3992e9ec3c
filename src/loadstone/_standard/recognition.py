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
from .path import TheirPathSearch
from .plain import Plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

__all__ = ["begin", "end"]

_external: Any = _frozen_importlib_external
_cache_from_source = _external.cache_from_source
_plain_path_finder = Plain(
    _PathFinder, "find_spec", "_get_spec", "_path_importer_cache", "_path_hooks", "__getattribute__"
)
_plain_source_loader = Plain(
    _SourceFileLoader,
    *("exec_module", "get_code", "get_data", "get_filename", "path_stats", "path_mtime"),
    *("source_to_code", "set_data", "_cache_bytecode"),
)
_search = TheirPathSearch()


def begin() -> None:
    """Have the walk and the loading recognise what is importlib's."""
    stand_ins[_PathFinder] = _find_along_path
    codes[_SourceFileLoader] = _code_of_source


def end() -> None:
    """Have them call it."""
    stand_ins.pop(_PathFinder, None)
    codes.pop(_SourceFileLoader, None)


@hidden
def _find_along_path(fullname: str, path: Any, target: Any) -> Any:
    if not _plain_path_finder.holds():
        return NotImplemented
    return _search.find_spec(fullname, path, target)


@hidden
def _code_of_source(loader: Any, name: str) -> CodeType | None:
    if not (_plain_source_loader.covers(loader) and _external.cache_from_source is _cache_from_source):
        return None
    code = cached_code(loader, name)
    return SourceLoader.get_code(loader, name) if code is None else code
