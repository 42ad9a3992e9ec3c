"""How source becomes code, and code a module: what is common to loaders, wherever the source comes from."""

from __future__ import annotations

import _imp
import sys

from .._core.cache import split
from .._core.compiler import call_source_to_code, module_argument, module_option
from .._core.frames import call_with_frames_removed, hidden, passing, trim_own, verbose
from .._core.spec import default_cache_path
from .._core.system import load_module
from .._core.versions import HAS_LOAD_MODULE
from .bytecode import (
    CHECK_SOURCE,
    HASH_BASED,
    HEADER_SIZE,
    checked_flags,
    code_from,
    decode_source,
    hash_pyc,
    same_hash,
    same_source,
    source_hash,
    timestamp_pyc,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec as AnySpec
    from types import CodeType, ModuleType
    from typing import Any

    from typing_extensions import Buffer

__all__ = ["LoaderBasics", "SourceLoader", "cache_path_of", "whole_code"]

_CODE_MARKS = (b"c", b"\xe3")


class LoaderBasics:
    """What loaders of source and of bytecode have in common."""

    def is_package(self: Any, fullname: str) -> bool:
        """Whether the module's file is called ``__init__``, and the module is not."""
        base = split(self.get_filename(fullname))[1].rsplit(".", 1)[0]
        return base == "__init__" and fullname.rpartition(".")[2] != "__init__"

    def create_module(self, spec: AnySpec) -> ModuleType | None:
        """None: a plain module will do."""
        return None

    @passing
    def exec_module(self: Any, module: ModuleType) -> None:
        """Execute the module's code in its namespace.

        Raises ImportError if `get_code` returns None; what the code raises passes through.
        """
        try:
            code = self.get_code(module.__name__)
            if code is None:
                raise ImportError(f"cannot load module {module.__name__!r} when get_code() returns None")
            call_with_frames_removed(exec, code, module.__dict__)
        except BaseException as exception:
            trim_own(exception)
            raise

    if HAS_LOAD_MODULE:

        @hidden
        def load_module(self, fullname: str) -> ModuleType:
            """Deprecated: import the module and return it."""
            return load_module(self, fullname)


class SourceLoader(LoaderBasics):
    """How source becomes a module, and how its bytecode is cached.

    A subclass gives `get_filename` and `get_data`; with `path_stats` it reads cached bytecode, with
    `set_data` it writes it. `cache_path` says where.
    """

    def path_mtime(self, path: str) -> float:
        """The time the source at `path` was modified (seconds). Raises OSError: not known here."""
        raise OSError

    def path_stats(self, path: str) -> Any:
        """Facts about the source at `path`: ``mtime`` (seconds) and, optionally, ``size`` (bytes).

        Raises OSError if they are not to be had.
        """
        return {"mtime": self.path_mtime(path)}

    cache_path = default_cache_path

    def _cache_bytecode(self, source_path: str, cache_path: str, data: Buffer) -> None:
        self.set_data(cache_path, data)

    def set_data(self, path: str, data: Buffer) -> None:
        """Write `data` to `path`. Does nothing: there is nowhere to write to here."""

    def get_source(self: Any, fullname: str) -> str:
        """The source of the module, decoded. Raises ImportError if it cannot be read."""
        try:
            data = self.get_data(self.get_filename(fullname))
        except OSError as error:
            raise ImportError("source not available through get_data()", name=fullname) from error
        return decode_source(data)

    @hidden
    def source_to_code(
        self, data: Any, path: Any, fullname: str | None = None, *, _optimize: int = -1
    ) -> CodeType:
        """The code object compiled from `data`: source as bytes or str, or an AST.

        `fullname` is the module's name, which filters of SyntaxWarnings by module see since Python 3.15.
        Raises SyntaxError, or ValueError for what is not source at all.
        """
        code: CodeType = call_with_frames_removed(
            compile, data, path, "exec", dont_inherit=True, optimize=_optimize, **module_option(fullname)
        )
        return code

    @hidden
    def get_code(self: Any, fullname: str) -> CodeType:
        """The code object of the module: cached bytecode while it is valid, else compiled from source.

        What is compiled is written to the cache, unless `sys.dont_write_bytecode` is set. Raises ImportError
        or EOFError for a cache file with a valid header and no code after it, SyntaxError for bad source,
        OSError if there is neither. Thread-safe; a cache file is replaced in one step.
        """
        source_path: str = self.get_filename(fullname)
        cache_path: str | None = cache_path_of(self, source_path)
        mtime: int | None = None
        source: Any = None
        flags = 0
        if cache_path is not None:
            try:
                facts = self.path_stats(source_path)
                mtime = int(facts["mtime"])
                data: Any = self.get_data(cache_path)
            except OSError:
                data = b""
            try:
                flags = checked_flags(data, fullname, cache_path) if data else 0
                if not data or mtime is None:
                    valid = False
                elif flags & HASH_BASED:
                    valid = True
                    if _imp.check_hash_based_pycs != "never" and (
                        flags & CHECK_SOURCE or _imp.check_hash_based_pycs == "always"
                    ):
                        source = self.get_data(source_path)
                        valid = same_hash(data, source)
                else:
                    valid = same_source(data, mtime, facts.get("size"))
            except (EOFError, ImportError):
                valid = False
            if valid:
                verbose("{} matches {}", cache_path, source_path)
                code = whole_code(data, fullname, cache_path, source_path)
                if code is not None:
                    return code
        if source is None:
            source = self.get_data(source_path)
        code = call_source_to_code(self.source_to_code, source, source_path, *module_argument(fullname))
        verbose("code object from {}", source_path)
        if cache_path is not None and mtime is not None and not sys.dont_write_bytecode:
            if flags & HASH_BASED:
                pyc = hash_pyc(code, source_hash(source), check_source=bool(flags & CHECK_SOURCE))
            else:
                pyc = timestamp_pyc(code, mtime, len(source))
            try:
                self._cache_bytecode(source_path, cache_path, pyc)
            except NotImplementedError:
                pass
        return code


def cache_path_of(loader: Any, source_path: str) -> str | None:
    """Where a loader caches the bytecode of the source at `source_path`; importlib's have no say in it."""
    cache_path = getattr(type(loader), "cache_path", default_cache_path)
    path: str | None = cache_path(loader, source_path)
    return path


@hidden
def whole_code(data: bytes, name: str, cache_path: str, source_path: str) -> CodeType | None:
    """The code in a cache file with a valid header, or None if it is cut off or damaged."""
    try:
        return code_from(data, name, cache_path, source_path)
    except ImportError:
        raise
    except EOFError:
        if data[HEADER_SIZE : HEADER_SIZE + 1] not in _CODE_MARKS:
            raise
    except Exception as error:
        verbose("bytecode in {!r} is damaged: {!r}", cache_path, error)
    return None
