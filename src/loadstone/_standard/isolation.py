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
from .._core.pending import settle
from .._core.spec import ModuleSpec
from .._core.system import ImportSystem, live
from .._core.versions import HAS_LAZY_IMPORTS
from .directory import FileFinder
from .files import ExtensionFileLoader, file_loaders
from .path import PathSearch
from .pending import OwnPending
from .views import Views

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from typing import Any

__all__ = ["isolated_system"]

_LOADSTONE = __name__.partition(".")[0]
_FOUNDATION = {
    *("__future__", "__main__", "_collections_abc", "abc", "codecs", "encodings", "io", "site", "stat"),
    *("_frozen_importlib", "_frozen_importlib_external", "importlib", "runpy", "zipimport"),
    *("genericpath", "nt", "ntpath", "os", "posix", "posixpath"),
}
"""What the interpreter itself starts with, and writes into `sys.modules` by."""


def heeds_own_import(execute: Callable[[str, dict[str, Any]], object] = exec) -> bool:
    """Whether an `import` statement calls the `__import__` of its namespace's own `__builtins__`."""
    asked = []
    # Inside a function, where no mode makes the statement lazy.
    program = "def probe():\n import sys\nprobe()"
    execute(program, {"__builtins__": {"__import__": lambda *arguments: asked.append(arguments)}})
    return bool(asked)


OWN_IMPORT = heeds_own_import()
"""Whether this interpreter can have isolated systems: CPython can, PyPy cannot."""


class _State:
    """The state of an isolated system, under the names that it has in `sys`."""

    def __init__(self, path: list[str]) -> None:
        self.modules: dict[str, ModuleType] = {}
        self.meta_path: list[Any] = []
        self.path = path
        self.path_hooks: list[Any] = []
        self.path_importer_cache: dict[str, Any] = {}
        if HAS_LAZY_IMPORTS:
            self.lazy_modules: set[str] = set()


def isolated_system(
    path: Iterable[str | os.PathLike[str]], share: Iterable[str] | Callable[[str], bool] | None
) -> ImportSystem:
    """As `ImportSystem.isolated`."""
    if not OWN_IMPORT:
        raise NotImplementedError(
            f"{sys.implementation.name} has no isolated import systems: "
            "its import statements ignore the __import__ in their module's own __builtins__"
        )
    if isinstance(path, (str, bytes, os.PathLike)):
        raise TypeError(f"path must be an iterable of directories, not {type(path).__name__}")
    settle()
    state = _State([os.fspath(entry) for entry in path])
    for entry in state.path:
        if not isinstance(entry, str):
            raise TypeError(f"path entries must be str or path-like, not {type(entry).__name__}")
    system = ImportSystem(state, Locks(state.modules))
    system.builtins = {**vars(builtins), "__import__": system.__import__}
    system.present = Views(system)
    if HAS_LAZY_IMPORTS:
        system.pending = pending = OwnPending(system, state.lazy_modules)
        system.builtins["__lazy_import__"] = pending.lazy_import
    state.meta_path += [SharedFinder(system, _predicate(share)), IsolatedPathFinder(system)]
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
        modules = self._system.state.modules
        shared = modules[name] = live.import_module(name)
        if not hasattr(shared, "__path__"):
            # What such a module puts into `sys.modules` below itself, as os does, no finder finds.
            prefix = name + "."
            modules.update(
                {key: found for key, found in sys.modules.copy().items() if key.startswith(prefix)}
            )


class OwnExtensionLoader(ExtensionFileLoader):
    """A loader of an extension module that the live system does not have; if it fails, that is as it was."""

    @hidden
    def create_module(self, spec: Any) -> ModuleType:
        """The module, made by the extension."""
        before = frozenset(sys.modules)
        try:
            return super().create_module(spec)
        except BaseException:
            _forget(spec.name, before)
            raise

    @hidden
    def exec_module(self, module: ModuleType) -> None:
        """Initialise the module."""
        before = frozenset(sys.modules)
        try:
            super().exec_module(module)
        except BaseException:
            _forget(module.__name__, before)
            raise


def _forget(name: str, before: Collection[str]) -> None:
    """Take out of the live system what an extension module that fails has put there.

    That is itself, as Cython's do, and what it has imported of its own top-level package, if that was not
    there `before`. What else may have come meanwhile is of other threads, or whole.
    """
    top = name.partition(".")[0]
    start = name if top in before else top
    for other in list(sys.modules):
        if other not in before and f"{other}.".startswith(f"{start}."):
            sys.modules.pop(other, None)


class IsolatedPathFinder(PathSearch):
    """The path finder of one isolated system; extension modules that the live system has too are shared."""

    def __init__(self, system: ImportSystem) -> None:
        super().__init__(system.state)
        self._system = system

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of the module along the system's own path, or None."""
        spec: ModuleSpec | None = super().find_spec(fullname, path, target)
        if spec is not None and isinstance(spec.loader, _AnyExtensionFileLoader):
            own = sys.modules.get(fullname)
            if own is None and path is None:
                known: Any = find_spec(live.state, fullname, None)
            else:
                known = getattr(own, "__spec__", None)
            if known is not None and known.origin == spec.origin:
                loader: Any = SharedLoader(self._system)
                spec.loader = loader
            elif type(spec.loader) is ExtensionFileLoader:
                spec.loader = OwnExtensionLoader(spec.loader.name, spec.loader.path)
        return spec

    def find_distributions(self, context: Any = None) -> Any:
        """The standard library's distributions along the path of the context, by default the system's."""
        from importlib.metadata import DistributionFinder, MetadataPathFinder

        path = getattr(context, "__dict__", {}).get("path", self._system.path)
        wanted = DistributionFinder.Context(name=getattr(context, "name", None), path=path)
        return MetadataPathFinder.find_distributions(wanted)
