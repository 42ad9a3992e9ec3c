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
from .files import file_loaders
from .path import PathSearch
from .pending import OwnPending

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
    system.present = _Views(system)
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


class _Views:
    """What modules of an isolated system import in the place of the few that know a system by themselves."""

    def __init__(self, system: ImportSystem) -> None:
        self._system = system
        self._made: dict[str, ModuleType] = {}

    def __call__(self, module: Any) -> Any:
        """The view of a shared module that has one, or else the module itself."""
        name = getattr(module, "__name__", None)
        if not isinstance(name, str) or name not in _KINDS:
            return module
        if sys.modules.get(name) != module:
            return module
        return self._made.get(name) or self._made.setdefault(name, _KINDS[name](module, self._system))


class _View(ModuleType):
    """A module as code in another system sees it: all that the view does not have is looked up in it."""

    def __init__(self, module: ModuleType, system: ImportSystem, **own: Any) -> None:
        super().__init__(module.__name__, module.__doc__)
        namespace = {name: getattr(module, name) for name in _IMPORT_ATTRIBUTES if hasattr(module, name)}
        self.__dict__.update(namespace, _module=module, _system=system, **own)

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._module, name)
        present = self._system.present
        return present(value) if isinstance(value, ModuleType) and present is not None else value

    def __dir__(self) -> list[str]:
        return dir(self._module)


_IMPORT_ATTRIBUTES = ("__file__", "__loader__", "__package__", "__path__", "__spec__")


class _SysView(_View):
    """`sys`, with the state of the system that looks at it."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._system.state if name in _STATE else self._module, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._system.state if name in _STATE else self._module, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._module, name)


_STATE = frozenset(vars(_State([])))


def _loadstone_view(module: ModuleType, system: ImportSystem) -> ModuleType:
    """Loadstone, with the verbs of the system that looks at it."""
    return _View(module, system, **{verb: getattr(system, verb) for verb in _VERBS})


_VERBS = ("__import__", "find_spec", "import_module", "invalidate_caches", "reload")


def _util_view(module: ModuleType, system: ImportSystem) -> ModuleType:
    """`loadstone.util`, with the `find_spec` of the system that looks at it."""
    return _View(module, system, find_spec=system.find_spec)


def _dataclasses_view(module: Any, system: ImportSystem) -> ModuleType:
    """`dataclasses`, whose decorator looks for a class's module in the system that the class is made in.

    The standard library's looks in `sys.modules`, by name, where there is none or another of that name. For
    the time that it takes, it finds the module there, under a name that nobody else has.
    """
    from functools import wraps

    plain = module.dataclass

    def decorate(cls: Any, options: dict[str, Any]) -> Any:
        name = cls.__module__
        own = system.modules.get(name)
        if own is None or sys.modules.get(name) is own:
            return plain(cls, **options)
        alias = f"{name}@{id(cls):x}"
        sys.modules[alias] = own
        cls.__module__ = alias
        try:
            made = plain(cls, **options)
        finally:
            del sys.modules[alias]
            cls.__module__ = name
        made.__module__ = name
        return made

    @wraps(plain)
    def dataclass(cls: Any = None, /, **options: Any) -> Any:
        return (lambda cls: decorate(cls, options)) if cls is None else decorate(cls, options)

    return _View(module, system, dataclass=dataclass)


_KINDS: dict[str, Callable[[ModuleType, ImportSystem], ModuleType]] = {
    "sys": _SysView,
    "dataclasses": _dataclasses_view,
    _LOADSTONE: _loadstone_view,
    f"{_LOADSTONE}.util": _util_view,
}


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
        return spec
