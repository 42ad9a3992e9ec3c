"""Isolated import systems: modules of their own, and what they share with the live system."""

from __future__ import annotations

import _imp
import builtins
import os
import sys
from importlib.machinery import ExtensionFileLoader as _AnyExtensionFileLoader
from types import ModuleType

from .._core.finding import find_spec
from .._core.frames import hidden
from .._core.locks import Locks
from .._core.spec import ModuleSpec
from .._core.system import ImportSystem, live
from .files import FileFinder, file_loaders
from .path import PathFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

__all__ = ["isolated_system"]

_LOADSTONE = __name__.partition(".")[0]
_FOUNDATION = {
    *("__future__", "__main__", "_collections_abc", "abc", "codecs", "encodings", "io", "site", "stat"),
    *("_frozen_importlib", "_frozen_importlib_external", "importlib", "runpy", "zipimport"),
    *("genericpath", "nt", "ntpath", "os", "posix", "posixpath"),
}
"""What the interpreter itself starts with, and writes into `sys.modules` by."""


class _State:
    """The state of an isolated system, under the names that it has in `sys`."""

    def __init__(self, path: list[str]) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.meta_path: list[Any] = []
        self.path = path
        self.path_hooks: list[Any] = []
        self.path_importer_cache: dict[str, Any] = {}


def isolated_system(path: Iterable[str], share: Iterable[str] | Callable[[str], bool] | None) -> ImportSystem:
    """As `ImportSystem.isolated`."""
    if isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(f"path must be an iterable of directories, not {type(path).__name__}")
    state = _State([os.fspath(entry) for entry in path])
    for entry in state.path:
        if not isinstance(entry, str):
            raise TypeError(f"path entries must be str or path-like, not {type(entry).__name__}")
    system = ImportSystem(state, Locks(state.modules))
    system.builtins = {**vars(builtins), "__import__": system.__import__}
    finder = type("PathFinder", (_IsolatedPathFinder,), {"_state": state, "_system": system})
    state.meta_path += [SharedFinder(system, _predicate(share)), finder]
    state.path_hooks += [*_foreign_hooks(), FileFinder.path_hook(*file_loaders())]
    return system


def _foreign_hooks() -> list[Any]:
    """The live path hooks for anything but directories: zip archives, and what users have added."""
    return [hook for hook in sys.path_hooks if getattr(hook, "__name__", "") != "path_hook_for_FileFinder"]


def _predicate(share: Iterable[str] | Callable[[str], bool] | None) -> Callable[[str], bool]:
    if share is None:
        names: frozenset[str] = frozenset(sys.stdlib_module_names)
    elif callable(share):
        return share
    elif isinstance(share, (str, bytes)):
        raise TypeError(f"share must be a collection of names or a function, not {type(share).__name__}")
    else:
        names = frozenset(share)

    def shares(name: str) -> bool:
        while name not in names:
            name, dot, _ = name.rpartition(".")
            if not dot:
                return False
        return True

    return shares


class SharedFinder:
    """The first finder of an isolated system's chain: finds what the system shares with the live one."""

    def __init__(self, system: ImportSystem, shares: Callable[[str], bool]) -> None:
        self._system = system
        self._shares = shares

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec that takes the module from the live system, or None if it is not shared."""
        top = fullname.partition(".")[0]
        parent = fullname.rpartition(".")[0]
        shared = (
            top in _FOUNDATION
            or top == _LOADSTONE
            or _imp.is_builtin(fullname)
            or self._shares(fullname)
            or (parent and self._system.modules.get(parent) is sys.modules.get(parent))
            or (top == fullname and top in sys.stdlib_module_names and _is_live_extension(fullname))
        )
        if not shared:
            return None
        origin = None
        if fullname not in sys.modules:
            spec = live.find_spec(fullname)
            if spec is None:
                return None
            origin = spec.origin
        return ModuleSpec(fullname, SharedLoader(self._system), origin=origin)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._system!r}>"


def _is_live_extension(name: str) -> bool:
    module = sys.modules.get(name)
    spec = find_spec(live.state, name, None) if module is None else getattr(module, "__spec__", None)
    return isinstance(getattr(spec, "loader", None), _AnyExtensionFileLoader)


class SharedLoader:
    """Puts the live system's module in the place of the one that is being loaded."""

    def __init__(self, system: ImportSystem) -> None:
        self._system = system

    def create_module(self, spec: Any) -> ModuleType | None:
        """None: a plain module will do, which is replaced."""
        return None

    @hidden
    def exec_module(self, module: ModuleType) -> None:
        """Import the module in the live system, and have this system hold that one."""
        name = module.__name__
        shared = live.import_module(name)
        modules = self._system.state.modules
        if name == _LOADSTONE:
            shared = _View(shared, self._system, _VERBS)
        elif name == f"{_LOADSTONE}.util":
            shared = modules[_LOADSTONE].__dict__["util"] = _View(shared, self._system, ("find_spec",))
        modules[name] = shared


_VERBS = ("__import__", "find_spec", "import_module", "invalidate_caches", "reload")


class _View(ModuleType):
    """A module of loadstone's as code in another system sees it: with the verbs of that system."""

    def __init__(self, module: ModuleType, system: ImportSystem, verbs: Iterable[str]) -> None:
        super().__init__(module.__name__, module.__doc__)
        self.__dict__.update(
            {name: getattr(module, name) for name in ("__file__", "__loader__", "__package__", "__spec__")},
            **{verb: getattr(system, verb) for verb in verbs},
            _module=module,
            _system=system,
        )
        if hasattr(module, "__path__"):
            self.__path__ = module.__path__

    def __getattr__(self, name: str) -> Any:
        if name == "util" and self.__name__ == _LOADSTONE:
            return self._system.import_module(f"{_LOADSTONE}.util")
        return getattr(self._module, name)

    def __dir__(self) -> list[str]:
        return dir(self._module)


class _IsolatedPathFinder(PathFinder):
    """A PathFinder for one isolated system; extension modules that the live system has too are shared."""

    _system: ImportSystem

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """As `PathFinder.find_spec`, along the system's own path."""
        spec = super().find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, _AnyExtensionFileLoader):
            own = sys.modules.get(fullname)
            if own is None and path is None:
                known: Any = find_spec(live.state, fullname, None)
            else:
                known = getattr(own, "__spec__", None)
            if known is not None and known.origin == spec.origin:
                loader: Any = SharedLoader(cls._system)
                spec.loader = loader
        return spec
