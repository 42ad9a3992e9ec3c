"""Abstract base classes of finders and loaders, under importlib's names.

Each is a subclass of the class of the same name in `importlib.abc`, so that what is made of them counts as
that too. The standard library's finders and loaders and loadstone's are registered where they qualify.
"""

from __future__ import annotations

import abc as _abc
import importlib.abc as _importlib_abc
import importlib.machinery as _theirs
from _warnings import warn as _warn
from collections.abc import Sequence as _Sequence
from typing import Protocol as _Protocol
from zipimport import zipimporter as _zipimporter

from . import machinery as _ours
from ._core.compiler import call_source_to_code as _call_source_to_code
from ._core.compiler import module_argument as _module_argument
from ._core.compiler import module_option as _module_option
from ._core.frames import hidden as _hidden
from ._core.system import load_module as _load_module
from ._core.versions import HAS_LOAD_MODULE as _HAS_LOAD_MODULE
from ._core.versions import WARNS_OF_OLD_NAMES as _WARNS_OF_OLD_NAMES
from ._standard import files as _files
from ._standard import source as _source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

    from typing_extensions import Buffer

__all__ = [
    "ExecutionLoader",
    "FileLoader",
    "FinderLike",
    "InspectLoader",
    "Loader",
    "LoaderLike",
    "MetaPathFinder",
    "PathEntryFinder",
    "PathEntryFinderLike",
    "PathHook",
    "ResourceLoader",
    "SourceLoader",
]


class FinderLike(_Protocol):
    """What is asked on `sys.meta_path`: an instance, or a class whose `find_spec` works on itself."""

    def find_spec(
        self, fullname: str, path: _Sequence[str] | None, target: ModuleType | None = None, /
    ) -> _theirs.ModuleSpec | None:
        """The spec of the module, or None if it is not this finder's."""


class PathEntryFinderLike(_Protocol):
    """What is asked for one path entry."""

    def find_spec(self, fullname: str, target: ModuleType | None = None, /) -> _theirs.ModuleSpec | None:
        """The spec of the module, or None if it is not in this path entry."""


class LoaderLike(_Protocol):
    """What executes a module: an instance, or a class whose methods work on itself."""

    def exec_module(self, module: ModuleType, /) -> object:
        """Execute the module."""


class PathHook(_Protocol):
    """What makes a path entry finder for a path entry: a function, or a class."""

    def __call__(self, entry: str, /) -> PathEntryFinderLike:
        """The path entry finder; raises ImportError for an entry that is not of its kind."""


class MetaPathFinder(_importlib_abc.MetaPathFinder):
    """A finder for `sys.meta_path`: give it ``find_spec(fullname, path, target=None)``."""

    def invalidate_caches(self) -> None:
        """Look anew at what is remembered. Does nothing unless overridden."""


class PathEntryFinder(_importlib_abc.PathEntryFinder):
    """A finder for one path entry, made by a path hook: give it ``find_spec(fullname, target=None)``."""

    def invalidate_caches(self) -> None:
        """Look anew at what is remembered. Does nothing unless overridden."""


class Loader(_importlib_abc.Loader):
    """A loader: give it ``exec_module(module)``, and ``create_module(spec)`` for a module of its own kind."""

    def create_module(self, spec: Any) -> ModuleType | None:
        """The module to execute, or None for a plain one."""
        return None

    if _HAS_LOAD_MODULE:

        @_hidden
        def load_module(self, fullname: str) -> ModuleType:
            """Deprecated: import the module and return it. Raises ImportError without `exec_module`."""
            if not hasattr(self, "exec_module"):
                raise ImportError
            return _load_module(self, fullname)


class ResourceLoader(Loader, _importlib_abc.ResourceLoader):
    """A loader that gives access to data it keeps (PEP 302)."""

    @_abc.abstractmethod
    def get_data(self, path: str) -> bytes:
        """The data at `path`; raises OSError if there is none."""
        raise OSError


class InspectLoader(Loader, _importlib_abc.InspectLoader):
    """A loader that can tell about its modules without executing them (PEP 302)."""

    def is_package(self, fullname: str) -> bool:
        """Whether the module is a package; raises ImportError if it is not known."""
        raise ImportError

    def get_code(self, fullname: str) -> CodeType | None:
        """The code object, or None where one makes no sense; raises ImportError if it cannot be had."""
        source = self.get_source(fullname)
        if source is None:
            return None
        return _call_source_to_code(self.source_to_code, source, "<string>", *_module_argument(fullname))

    @_abc.abstractmethod
    def get_source(self, fullname: str) -> str | None:
        """The source, or None where there is none; raises ImportError if it cannot be had."""
        raise ImportError

    @staticmethod
    @_hidden
    def source_to_code(data: Any, path: Any = "<string>", fullname: str | None = None) -> CodeType:
        """The code object compiled from `data`: source as bytes or str, or an AST.

        `fullname` is the module's name, which filters of SyntaxWarnings by module see since Python 3.15.
        """
        code: CodeType = compile(data, path, "exec", dont_inherit=True, **_module_option(fullname))
        return code

    if TYPE_CHECKING:

        def exec_module(self, module: ModuleType) -> None: ...
        def load_module(self, fullname: str) -> ModuleType: ...
    else:
        exec_module = _source.LoaderBasics.exec_module
        if _HAS_LOAD_MODULE:
            load_module = _source.LoaderBasics.load_module


class ExecutionLoader(InspectLoader, _importlib_abc.ExecutionLoader):
    """A loader whose modules can be run as scripts (PEP 302)."""

    @_abc.abstractmethod
    def get_filename(self, fullname: str) -> str:
        """What `__file__` is to be; raises ImportError if it is not known."""
        raise ImportError

    def get_code(self, fullname: str) -> CodeType | None:
        """The code object, or None where one makes no sense; raises ImportError if it cannot be had."""
        source = self.get_source(fullname)
        if source is None:
            return None
        try:
            path = self.get_filename(fullname)
        except ImportError:
            path = "<string>"
        return _call_source_to_code(self.source_to_code, source, path, *_module_argument(fullname))


class FileLoader(_files.FileLoader, ResourceLoader, ExecutionLoader, _importlib_abc.FileLoader):
    """A loader of one module from one file: `name` and `path`, and what follows from them."""


class SourceLoader(_source.SourceLoader, ResourceLoader, ExecutionLoader, _importlib_abc.SourceLoader):  # type: ignore[misc]
    """A loader of source: give it `get_data` and `get_filename`, and `path_stats` and `set_data` to cache.

    `cache_path` says where bytecode is cached.
    """

    def path_mtime(self, path: str) -> int:
        """The time the source at `path` was modified (seconds), by `path_stats`. Raises OSError."""
        if _WARNS_OF_OLD_NAMES:
            message = "SourceLoader.path_mtime is deprecated in favour of SourceLoader.path_stats()."
            _warn(message, DeprecationWarning, stacklevel=2)
        if type(self).path_stats is SourceLoader.path_stats:
            raise OSError
        return int(self.path_stats(path)["mtime"])

    def path_stats(self, path: str) -> Any:
        """Facts about the source at `path`: ``mtime`` (seconds) and, optionally, ``size`` (bytes).

        Raises OSError if they are not to be had.
        """
        if type(self).path_mtime is SourceLoader.path_mtime:
            raise OSError
        return {"mtime": self.path_mtime(path)}

    def set_data(self, path: str, data: Buffer) -> None:
        """Write `data` to `path`, making missing folders; silently do not where that is not allowed."""


def _register(kind: Any, *names: str) -> None:
    for machinery in (_theirs, _ours):
        for name in names:
            if hasattr(machinery, name):
                kind.register(getattr(machinery, name))


_register(MetaPathFinder, "BuiltinImporter", "FrozenImporter", "PathFinder", "WindowsRegistryFinder")
_register(PathEntryFinder, "FileFinder")
_register(InspectLoader, "BuiltinImporter", "FrozenImporter", "NamespaceLoader")
_register(ExecutionLoader, "ExtensionFileLoader", "AppleFrameworkLoader")
_register(FileLoader, "SourceFileLoader", "SourcelessFileLoader")
_register(SourceLoader, "SourceFileLoader")
for _kind in (PathEntryFinder, ResourceLoader, ExecutionLoader):
    _kind.register(_zipimporter)


__all__ += [name for name in getattr(_importlib_abc, "__all__", ()) if name not in __all__]


def __getattr__(name: str) -> Any:
    # What importlib.abc has besides, up to Python 3.13, is the running Python's own.
    if not name.startswith("_") and hasattr(_importlib_abc, name):
        return getattr(_importlib_abc, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
