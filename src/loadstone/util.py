"""Helpers for those who write importers, under importlib's names."""

from __future__ import annotations

import importlib.util as _importlib_util

from ._core.cache import cache_from_source, source_from_cache
from ._core.frames import hidden as _hidden
from ._core.frames import trim as _trim
from ._core.spec import module_from_spec, spec_from_loader
from ._core.system import live as _live
from ._core.system import resolve_name as _resolve_name
from ._standard.bytecode import MAGIC_NUMBER, decode_source
from ._standard.bytecode import source_hash as _source_hash
from ._standard.files import spec_from_file_location
from ._standard.lazy import LazyModule as _LazyModule
from ._standard.lazy import Pending as _Pending

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    from typing_extensions import Buffer

    from .abc import Loader

del TYPE_CHECKING  # not one of the names that this module is for

__all__ = [
    "MAGIC_NUMBER",
    "LazyLoader",
    "Loader",
    "cache_from_source",
    "decode_source",
    "find_spec",
    "module_from_spec",
    "resolve_name",
    "source_from_cache",
    "source_hash",
    "spec_from_file_location",
    "spec_from_loader",
]


@_hidden
def find_spec(name: str, package: str | None = None) -> ModuleSpec | None:
    """The spec of the module `name`, which is not imported for it (its parents are), or None.

    As `ImportSystem.find_spec` of the live system.
    """
    try:
        return _live.find_spec(name, package)
    except BaseException as exception:
        _trim(exception)
        raise


def resolve_name(name: str, package: str | None) -> str:
    """The absolute name of a module `name`, relative to `package` if it starts with dots.

    Raises ImportError if a relative name comes without `package` or goes beyond the top-level package.
    Thread-safe.
    """
    return _resolve_name(name, package)


def source_hash(source_bytes: Buffer) -> bytes:
    """The 8 bytes that stand for `source_bytes` in hash-based .pyc files (PEP 552). Thread-safe."""
    return _source_hash(source_bytes)


class LazyLoader(_importlib_util.LazyLoader):
    """A loader that puts off executing a module until one of its attributes is first asked for.

    Same promise as `importlib.util.LazyLoader`, whose subclass it is, and thread-safe on every Python: one
    thread executes the module, others that use it wait. A load that fails is tried again at the next use.
    Importing the module again does not load it.
    """

    module_class: type[_LazyModule] = _LazyModule
    """What a module is until it is executed."""

    def __init__(self, loader: Any) -> None:
        """Around `loader`; raises TypeError if that has no `exec_module`."""
        _check_eager(loader)
        self.loader = loader

    @classmethod
    def factory(cls, loader: Any) -> Callable[..., LazyLoader]:
        """A callable that makes a lazy `loader`, for the loader details of `FileFinder`.

        Raises TypeError if the loader has no `exec_module`.
        """
        _check_eager(loader)
        return lambda *args, **kwargs: cls(loader(*args, **kwargs))

    def create_module(self, spec: Any) -> ModuleType | None:
        """What the loader inside makes; None for a plain module."""
        module: ModuleType | None = self.loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Make the module lazy: the loader inside executes it at its first use."""
        spec: Any = module.__spec__
        module.__loader__ = spec.loader = self.loader
        spec.loader_state = _Pending(module)
        module.__class__ = self.module_class


def _check_eager(loader: Any) -> None:
    if not hasattr(loader, "exec_module"):
        raise TypeError("loader must define exec_module()")


def __getattr__(name: str) -> Any:
    if name == "Loader":
        from .abc import Loader

        return Loader
    # What importlib.util has besides is the running Python's own: deprecated decorators, names it imports.
    if not name.startswith("__") and hasattr(_importlib_util, name):
        return getattr(_importlib_util, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
