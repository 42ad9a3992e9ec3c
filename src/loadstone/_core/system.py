"""An import system: the state it works on and the verbs; `live` is the interpreter's own."""

from __future__ import annotations

import sys

from .finding import find_spec
from .frames import hidden, trim
from .front import absolute_names, import_module
from .loading import load_module as _load_module
from .loading import module_for
from .loading import reload as _reload
from .locks import live_locks
from .pending import LivePending
from .statement import absolute_name, import_function, joined_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.machinery import ModuleSpec
    from os import PathLike
    from types import ModuleType
    from typing import Any, Protocol

    from ..abc import FinderLike, PathEntryFinderLike, PathHook
    from .locks import Locks
    from .pending import Pending
    from .statement import ImportFunction

    class State(Protocol):
        """What an import system works on; the module `sys` is the live one's."""

        modules: dict[str, ModuleType]
        meta_path: list[Any]
        path: list[str]
        path_hooks: list[Any]
        path_importer_cache: dict[str, Any]


__all__ = ["ImportSystem", "State", "import_module", "import_now", "live", "load_module", "resolve_name"]

_NAMES_KEPT = 256


class ImportSystem:
    """An import system: `modules`, `meta_path`, `path`, `path_hooks`, `path_importer_cache`, and the verbs.

    `loadstone.live` is the interpreter's own: its state is that of `sys`, read and written at every use.
    `ImportSystem.isolated` makes another. The verbs are as thread-safe as the interpreter's own import.
    """

    builtins: dict[str, Any] | None = None
    """What modules of an isolated system get as their `__builtins__`; None for the live one."""

    present: Callable[[Any], Any] | None = None
    """What an `import` statement inside an isolated system gets for a module; None for the live one."""

    pending: Pending = LivePending()
    """The names that lazy imports have put off."""

    def __init__(self, state: State, locks: Locks) -> None:
        """A system that works on `state` and locks its modules by `locks`."""
        self.state = state
        self.locks = locks
        self.reloading: dict[str, ModuleType] = {}
        self.__import__: ImportFunction = import_function(self)

    @staticmethod
    def isolated(
        path: Iterable[str | PathLike[str]] = (),
        *,
        share: Iterable[str] | Callable[[str], bool] | None = None,
    ) -> ImportSystem:
        """Another import system, whose modules are its own.

        `path` is where it looks for modules (directories; str or path-like). What is imported in it lands
        in its own `modules`, and `import` statements inside its modules go through it. `share` says which
        modules it takes from the live system instead: a collection of names, each with its submodules, or
        a function that is called with a full name; by default the standard library. Built-in modules,
        extension modules of the standard library and what the interpreter itself starts with are shared
        always. What can leak is documented under "Isolated import systems".

        Raises TypeError if `path` or `share` is of another kind, NotImplementedError on an interpreter whose
        `import` statements ignore the `__import__` in the `__builtins__` of their module, as PyPy's do.
        """
        from .._standard.isolation import isolated_system

        return isolated_system(path, share)

    @property
    def modules(self) -> dict[str, ModuleType]:
        """The modules that are imported, by full name."""
        return self.state.modules

    @modules.setter
    def modules(self, value: dict[str, ModuleType]) -> None:
        self.state.modules = value

    @property
    def meta_path(self) -> list[FinderLike]:
        """The chain: the finders, in the order they are asked."""
        return self.state.meta_path

    @meta_path.setter
    def meta_path(self, value: list[FinderLike]) -> None:
        self.state.meta_path = value

    @property
    def path(self) -> list[str]:
        """The path entries that top-level modules are looked for in."""
        return self.state.path

    @path.setter
    def path(self, value: list[str]) -> None:
        self.state.path = value

    @property
    def path_hooks(self) -> list[PathHook]:
        """The path hooks: callables that make a path entry finder for a path entry, or raise ImportError."""
        return self.state.path_hooks

    @path_hooks.setter
    def path_hooks(self, value: list[PathHook]) -> None:
        self.state.path_hooks = value

    @property
    def path_importer_cache(self) -> dict[str, PathEntryFinderLike | None]:
        """The path entry finders that the path hooks have made, by path entry."""
        return self.state.path_importer_cache

    @path_importer_cache.setter
    def path_importer_cache(self, value: dict[str, PathEntryFinderLike | None]) -> None:
        self.state.path_importer_cache = value

    @hidden
    def import_module(self, name: str, package: str | None = None) -> ModuleType:
        """Import the module `name` in this system and return it; as `loadstone.import_module`."""
        try:
            return module_for(self, _full_name(name, package))
        except BaseException as exception:
            trim(exception)
            raise

    @hidden
    def reload(self, module: ModuleType) -> ModuleType:
        """Find `module` again, execute it anew in the namespace it has, and return what `modules` holds then.

        Same promise as `importlib.reload`. Raises TypeError for what is no module, ImportError if it or its
        parent is not in `modules`, ModuleNotFoundError if it is not found any more.
        """
        try:
            return _reload(self, module)
        except BaseException as exception:
            trim(exception)
            raise

    def invalidate_caches(self) -> None:
        """Have every finder of the chain that has `invalidate_caches` look anew at what it remembers."""
        for finder in self.state.meta_path:
            if hasattr(finder, "invalidate_caches"):
                finder.invalidate_caches()

    @hidden
    def find_spec(self, name: str, package: str | None = None) -> ModuleSpec | None:
        """The spec of the module `name`, which is not imported for it (its parents are), or None.

        Same promise as `importlib.util.find_spec`: an imported module's `__spec__` is the answer; ValueError
        if that is missing or None. A relative name needs `package`. Raises TypeError for a name that is
        no str, ModuleNotFoundError if the parent is no package.
        """
        try:
            return _find_spec_of(self, name, package)
        except BaseException as exception:
            trim(exception)
            raise

    def __repr__(self) -> str:
        if self.state is sys:
            return "<loadstone.live>"
        return f"<{type(self).__name__} of {len(self.state.modules)} modules, path={self.state.path!r}>"


live: ImportSystem = ImportSystem(sys, live_locks)


@hidden
def _full_name(name: str, package: str | None) -> str:
    """The absolute name of what `import_module` is asked for."""
    if not isinstance(name, str):
        raise TypeError(f"module name must be str, not {type(name).__name__}")
    # A slice is a plain str, whatever the class of the name.
    return _anchored(name, package) if name.startswith(".") else absolute_name(name[:], None, 0)


@hidden
def _anchored(name: str, package: str | None) -> str:
    """The absolute name of `name`, which starts with a dot, in `package`."""
    if not package:
        raise TypeError(f"the 'package' argument is required to perform a relative import for {name!r}")
    bare = name.lstrip(".")
    return absolute_name(bare, package, len(name) - len(bare))


@hidden
def _find_spec_of(system: ImportSystem, name: str, package: str | None) -> ModuleSpec | None:
    """As `ImportSystem.find_spec`."""
    if not isinstance(name, str):
        raise TypeError(f"module name must be str, not {type(name).__name__}")
    full_name = resolve_name(name, package) if name.startswith(".") else name
    state = system.state
    if full_name in state.modules:
        module = state.modules[full_name]
        if module is None:
            return None
        try:
            spec = module.__spec__
        except AttributeError:
            raise ValueError(f"{name}.__spec__ is not set") from None
        if spec is None:
            raise ValueError(f"{name}.__spec__ is None")
        return spec
    parent_name = full_name.rpartition(".")[0]
    path = None
    if parent_name:
        parent = module_for(system, parent_name, audited=True)
        try:
            path = parent.__path__
        except AttributeError as error:
            raise ModuleNotFoundError(
                f"__path__ attribute not found on {parent_name!r} while trying to find {full_name!r}",
                name=full_name,
            ) from error
    return find_spec(state, full_name, path)


def resolve_name(name: str, package: str | None) -> str:
    """The absolute name of a module `name`, relative to `package` if it starts with dots.

    Same promise as `importlib.util.resolve_name`. Raises ImportError if a relative name comes without
    `package` or goes beyond the top-level package. Thread-safe.
    """
    if not name.startswith("."):
        return name
    if not package:
        raise ImportError(f"no package specified for {name!r} (required for relative module names)")
    bare = name.lstrip(".")
    return joined_name(bare, package, len(name) - len(bare))


@hidden
def load_module(loader: Any, fullname: str, spec: ModuleSpec | None = None) -> ModuleType:
    """What the deprecated `load_module` of a loader with `exec_module` does, in the live system."""
    return _load_module(live, loader, fullname, spec)


@hidden
def import_now(name: str, package: str | None) -> ModuleType:
    """As `import_module` of the live system, which returns a module that is there by itself."""
    full_name = _full_name(name, package)
    if type(name) is type(package) is str:
        if len(absolute_names) >= _NAMES_KEPT:
            absolute_names.clear()
        names = absolute_names.setdefault(package, {})
        if len(names) >= _NAMES_KEPT:
            names.clear()
        names[name] = full_name
    return module_for(live, full_name)
