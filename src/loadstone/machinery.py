"""The finders, loaders and specs that every Python starts with, under importlib's names.

Each class is a subclass of the one of the same name in `importlib.machinery`, so that tools which ask for
that type accept it; what it does is loadstone's own. `WindowsRegistryFinder` and `AppleFrameworkLoader`
are those of the running Python.
"""

from __future__ import annotations

import importlib.machinery as _importlib_machinery
from _warnings import warn as _warn
from importlib.machinery import WindowsRegistryFinder

from ._core.cache import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from ._core.namespace import NamespaceLoader
from ._core.namespace import NamespacePath as _NamespacePath
from ._core.spec import ModuleSpec
from ._core.versions import NAMES_NAMESPACE_PATH as _NAMES_NAMESPACE_PATH
from ._core.versions import WARNS_OF_OLD_NAMES as _WARNS_OF_OLD_NAMES
from ._standard.builtin import BuiltinImporter, FrozenImporter
from ._standard.directory import FileFinder
from ._standard.files import ExtensionFileLoader, SourceFileLoader, SourcelessFileLoader
from ._standard.path import PathFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    DEBUG_BYTECODE_SUFFIXES: list[str]
    OPTIMIZED_BYTECODE_SUFFIXES: list[str]

del TYPE_CHECKING  # not one of the names that this module is for

__all__ = [
    "BYTECODE_SUFFIXES",
    "DEBUG_BYTECODE_SUFFIXES",
    "EXTENSION_SUFFIXES",
    "OPTIMIZED_BYTECODE_SUFFIXES",
    "SOURCE_SUFFIXES",
    "BuiltinImporter",
    "ExtensionFileLoader",
    "FileFinder",
    "FrozenImporter",
    "ModuleSpec",
    "NamespaceLoader",
    "PathFinder",
    "SourceFileLoader",
    "SourcelessFileLoader",
    "WindowsRegistryFinder",
    "all_suffixes",
]

if hasattr(_importlib_machinery, "AppleFrameworkLoader"):
    AppleFrameworkLoader = _importlib_machinery.AppleFrameworkLoader
    __all__ += ["AppleFrameworkLoader"]
if _NAMES_NAMESPACE_PATH:
    NamespacePath = _NamespacePath


def all_suffixes() -> list[str]:
    """All file suffixes that name a module: of source, bytecode and extension modules, in a new list."""
    return SOURCE_SUFFIXES + BYTECODE_SUFFIXES + EXTENSION_SUFFIXES


_OLD_NAMES = ("DEBUG_BYTECODE_SUFFIXES", "OPTIMIZED_BYTECODE_SUFFIXES")


def __getattr__(name: str) -> Any:
    if name in _OLD_NAMES:
        # Deprecated since Python 3.5; since 3.14 the use of it warns.
        if _WARNS_OF_OLD_NAMES:
            message = f"{__name__}.{name} is deprecated; use {__name__}.BYTECODE_SUFFIXES instead."
            _warn(message, DeprecationWarning, stacklevel=2)
        return BYTECODE_SUFFIXES
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
