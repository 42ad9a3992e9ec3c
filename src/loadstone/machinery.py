"""The finders, loaders and specs that every Python starts with, under importlib's names.

Each class is a subclass of the one of the same name in `importlib.machinery`, so that tools which ask for
that type accept it; what it does is loadstone's own. `WindowsRegistryFinder` and `AppleFrameworkLoader`
are those of the running Python.
"""

from __future__ import annotations

import importlib.machinery as _importlib_machinery
from importlib.machinery import WindowsRegistryFinder

from ._core.cache import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES, all_suffixes
from ._core.namespace import NamespaceLoader
from ._core.spec import ModuleSpec
from ._standard.builtin import BuiltinImporter, FrozenImporter
from ._standard.files import (
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from ._standard.path import PathFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

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

DEBUG_BYTECODE_SUFFIXES = OPTIMIZED_BYTECODE_SUFFIXES = BYTECODE_SUFFIXES
"""Deprecated since Python 3.5: the same as `BYTECODE_SUFFIXES`."""


def __getattr__(name: str) -> Any:
    if name == "AppleFrameworkLoader" and hasattr(_importlib_machinery, name):
        return getattr(_importlib_machinery, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
