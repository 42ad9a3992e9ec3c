"""Where bytecode is cached: the paths of PEP 3147 and PEP 488, and the suffixes of module files."""

from __future__ import annotations

import os
import sys
from _imp import extension_suffixes

from .versions import DROPS_DOT_FROM_PATHS, HAS_DEBUG_OVERRIDE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "BYTECODE_SUFFIXES",
    "CACHE_DIRECTORY",
    "EXTENSION_SUFFIXES",
    "SOURCE_SUFFIXES",
    "absolute",
    "bytecode_path",
    "cache_from_source",
    "cached_path",
    "is_absolute",
    "join",
    "source_from_cache",
    "split",
]

SOURCE_SUFFIXES = [".py", ".pyw"] if sys.platform == "win32" else [".py"]
BYTECODE_SUFFIXES = [".pyc"]
EXTENSION_SUFFIXES = extension_suffixes()

_IS_POSIX = sys.platform != "win32"
CACHE_DIRECTORY = "__pycache__"
_OPTIMIZATION = "opt-"
_TAG = sys.implementation.cache_tag
_IS_USUAL = _IS_POSIX and _TAG is not None and not sys.flags.optimize
_USUAL = (_TAG, None, sys.flags) if _IS_USUAL else None
_FOLDER, _ENDING = f"/{CACHE_DIRECTORY}/", f".{_TAG}.pyc"
_SOURCE = tuple(SOURCE_SUFFIXES)
_BYTECODE = tuple(BYTECODE_SUFFIXES)

if sys.platform == "win32":
    _SEPARATORS = "\\/"
    join = os.path.join

    def is_absolute(path: str) -> bool:
        """Whether `path` does not depend on the working directory or the current drive."""
        drive, rest = os.path.splitdrive(path)
        return bool(drive) and rest[:1] in ("\\", "/")

    def split(path: str) -> tuple[str, str]:
        """`path` up to its last separator, and what comes after it."""
        cut = max(path.rfind(separator) for separator in _SEPARATORS)
        return (path[:cut], path[cut + 1 :]) if cut >= 0 else ("", path)

else:
    _SEPARATORS = "/"

    def join(*parts: str) -> str:
        """The path made of the parts that are not empty."""
        return "/".join([part.rstrip("/") for part in parts if part])

    def is_absolute(path: str) -> bool:
        """Whether `path` does not depend on the working directory."""
        return path.startswith("/")

    def split(path: str) -> tuple[str, str]:
        """`path` up to its last separator, and what comes after it."""
        head, _, tail = path.rpartition("/")
        return head, tail


def absolute(path: str) -> str:
    """`path` made absolute, by the working directory of this moment.

    Raises OSError if there is no working directory.
    """
    if is_absolute(path):
        return path
    if DROPS_DOT_FROM_PATHS:
        for separator in _SEPARATORS:
            path = path.removeprefix(f".{separator}")
    return join(os.getcwd(), path)


def cache_from_source(path: Any, *, optimization: Any = None) -> str:
    """The path of the bytecode file that belongs to the source file at `path` (PEP 3147, PEP 488).

    Neither file needs to exist. `path` is a str or path-like object. `optimization` is the optimization
    level, whose text must be alphanumeric; None means the level that the interpreter runs at, and ``""``
    none. Up to Python 3.14 there is `debug_override` after `path`, deprecated: true means
    ``optimization=""``, false ``optimization=1``.

    Raises NotImplementedError if `sys.implementation.cache_tag` is None, ValueError for an `optimization`
    that is not alphanumeric, TypeError if both options are given or `path` is no path. Thread-safe.
    """
    return _cache_from_source(path, optimization)


def bytecode_path(path: Any) -> str | None:
    """As `cache_from_source`, or None where that raises NotImplementedError."""
    if type(path) is str and (sys.implementation.cache_tag, sys.pycache_prefix, sys.flags) == _USUAL:
        # What nearly all calls come to, without a step that these have not to take.
        folder, slash, name = path.rpartition("/")
        if slash and folder[-1:] != "/" and name[-3:] == ".py" and name != ".py":
            return folder + _FOLDER + name[:-3] + _ENDING
    try:
        return _cache_from_source(path)
    except NotImplementedError:
        return None


def _cache_from_source(path: Any, optimization: Any = None) -> str:
    tag = sys.implementation.cache_tag
    head, tail = split(os.fspath(path))
    base, dot, rest = tail.rpartition(".")
    if tag is None:
        raise NotImplementedError("sys.implementation.cache_tag is None")
    if optimization is None:
        level = sys.flags.optimize
        optimization = f".{_OPTIMIZATION}{level}" if level else ""
    elif optimization := str(optimization):
        if not optimization.isalnum():
            raise ValueError(f"{optimization!r} is not alphanumeric")
        optimization = f".{_OPTIMIZATION}{optimization}"
    name = f"{base or rest}{dot}{tag}{optimization}{BYTECODE_SUFFIXES[0]}"
    prefix = sys.pycache_prefix
    if prefix is None:
        if head:
            return f"{head.rstrip(_SEPARATORS)}{os.sep}{CACHE_DIRECTORY}{os.sep}{name}"
        return f"{CACHE_DIRECTORY}{os.sep}{name}"
    head = absolute(head)
    if head[1:2] == ":" and head[0] not in _SEPARATORS:
        head = head[2:]
    return join(prefix, head.lstrip(_SEPARATORS), name)


def source_from_cache(path: Any) -> str:
    """The path of the source file that the bytecode file at `path` belongs to (PEP 3147, PEP 488).

    Neither file needs to exist. `path` is a str or path-like object.

    Raises NotImplementedError if `sys.implementation.cache_tag` is None, ValueError if `path` does not
    have the form of those PEPs. Thread-safe.
    """
    if sys.implementation.cache_tag is None:
        raise NotImplementedError("sys.implementation.cache_tag is None")
    path = os.fspath(path)
    head, name = split(path)
    prefix = None if sys.pycache_prefix is None else sys.pycache_prefix.rstrip(_SEPARATORS)
    if prefix is not None and head.startswith(prefix + os.sep):
        head = head[len(prefix) :]
    else:
        head, directory = split(head)
        if directory != CACHE_DIRECTORY:
            raise ValueError(f"{CACHE_DIRECTORY} not bottom-level directory in {path!r}")
    parts = name.split(".")
    if len(parts) not in (3, 4):
        raise ValueError(f"expected only 2 or 3 dots in {name!r}")
    if len(parts) == 4:
        optimization = parts[2]
        if not optimization.startswith(_OPTIMIZATION):
            raise ValueError(f"optimization portion of filename does not start with {_OPTIMIZATION!r}")
        if not optimization[len(_OPTIMIZATION) :].isalnum():
            raise ValueError(f"optimization level {optimization!r} is not an alphanumeric value")
    return join(head, parts[0] + SOURCE_SUFFIXES[0])


def cached_path(origin: str) -> str | None:
    """Where the bytecode of the module file `origin` is: None if there is no such place."""
    if origin.endswith(_SOURCE):
        return bytecode_path(origin)
    return origin if origin.endswith(_BYTECODE) else None


if HAS_DEBUG_OVERRIDE and not TYPE_CHECKING:
    _promise = cache_from_source.__doc__

    def cache_from_source(path, debug_override=None, *, optimization=None):
        if debug_override is not None:
            from _warnings import warn

            warn(
                "the debug_override parameter is deprecated; use 'optimization' instead",
                DeprecationWarning,
                stacklevel=2,
            )
            if optimization is not None:
                raise TypeError("debug_override or optimization must be set to None")
            optimization = "" if debug_override else 1
        return _cache_from_source(path, optimization)

    cache_from_source.__doc__ = _promise
