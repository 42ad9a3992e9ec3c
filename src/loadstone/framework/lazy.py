"""Modules that are executed at their first use."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.machinery import ExtensionFileLoader, ModuleSpec
from types import ModuleType
from typing import Any

from .._core.frames import hidden
from .._standard.lazy import LazyModule, is_lazy
from ..util import LazyLoader
from .alias import AliasLoader
from .install import Handle, install
from .interceptor import Interceptor
from .names import Names

__all__ = ["Lazy", "lazy"]

_AT_HAND = frozenset(
    {"__name__", "__file__", "__loader__", "__package__", "__cached__", "__class__", "__spec__"}
)
_NEVER_THERE = frozenset({"__wrapped__", "__warningregistry__"})
_plain = ModuleType.__getattribute__


class _QuietModule(LazyModule):
    """A lazy module that is not loaded by code which only looks at what modules there are."""

    # `hasattr` and `from module import name` take an AttributeError for the answer that there is none.
    tells_attribute_errors = True

    @hidden
    def __getattribute__(self, attribute: str) -> Any:
        if is_lazy(self):
            if attribute in _AT_HAND:
                return _plain(self, attribute)
            if attribute in _NEVER_THERE or _is_walk(sys._getframe(1)):
                raise AttributeError(f"module {_plain(self, '__name__')!r} has no attribute {attribute!r}")
        return LazyModule.__getattribute__(self, attribute)

    def __dir__(self) -> list[str]:
        return sorted(_AT_HAND & _plain(self, "__dict__").keys())


def _is_walk(frame: Any) -> bool:
    """Whether this is `pickle` going through all modules in search of an object."""
    return frame.f_globals.get("__name__") == "pickle" and frame.f_code.co_name in (
        "_getattribute",
        "whichmodule",
    )


class _QuietLoader(LazyLoader):
    """A lazy loader that has all that the loader has which does the work."""

    module_class = _QuietModule

    def __getattr__(self, name: str) -> Any:
        if name == "loader" or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(name)
        return getattr(self.loader, name)


class Lazy(Interceptor):
    """The interceptor of `lazy`: the modules that it is bound to are executed at their first use."""

    def intercept(self, spec: ModuleSpec) -> ModuleSpec:
        """Have the module made now and executed later; what cannot wait stays as it is."""
        loader: Any = spec.loader
        waits = hasattr(loader, "exec_module") and not isinstance(
            loader, (type, AliasLoader, ExtensionFileLoader)
        )
        if waits and spec.name not in sys.modules:
            spec.loader = _QuietLoader(loader)
        return spec

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, Names(self.names or ()).patterns))})"


def lazy(*names: str | Iterable[str]) -> Handle:
    """Have the modules that the patterns match executed at their first use, not when they are imported.

    The first use is asking for an attribute (and so ``from module import name`` and importing a submodule).
    Looking at what a module is does not load it: its `repr`, `dir`, `__name__`, `__file__`, `__spec__` and
    the like, `inspect.getmodule`, `pickle.whichmodule`. One thread executes the module, others that use it
    wait; if it fails, the error comes at the use, and the next use tries again. An AttributeError of its code
    comes as the cause of an ImportError: by itself it would say that the attribute asked for is not there.
    Extension, built-in and frozen modules, namespace packages and aliases are imported as ever, and so is
    what is reloaded, whether or not it has been executed by then.

    Returns the handle whose `uninstall()` undoes it: lazy modules stay lazy, later imports are not. Raises
    TypeError or ValueError for what is no pattern, TypeError where there is none. Warns with RuntimeWarning
    if such modules are loaded already. Thread-safe.
    """
    patterns = [name for given in names for name in ([given] if isinstance(given, str) else given)]
    if not patterns:
        raise TypeError("lazy() needs at least one pattern of module names")
    return install(Lazy(patterns))
