"""What `import a.b` and `from . import c` mean: levels, names, fromlists."""

from __future__ import annotations

import sys
from _warnings import warn

from .frames import hidden, trim
from .loading import MISSING, module_for
from .versions import WARNS_OF_PACKAGE_BY_IMPORT_WARNING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import ModuleType
    from typing import Any, Protocol

    from .system import ImportSystem, State

    class ImportFunction(Protocol):
        """The signature of `builtins.__import__`."""

        def __call__(
            self,
            name: str,
            globals: Mapping[str, object] | None = None,
            locals: Mapping[str, object] | None = None,
            fromlist: Sequence[str] | None = (),
            level: int = 0,
        ) -> ModuleType: ...


__all__ = ["ImportFunction", "absolute_name", "import_function"]

_Module = type(sys)
_MISMATCH_WARNING = ImportWarning if WARNS_OF_PACKAGE_BY_IMPORT_WARNING else DeprecationWarning


def import_function(system: ImportSystem) -> ImportFunction:
    """The `__import__` of `system`: what the `import` statement calls."""
    state = system.state

    def __import__(
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """Import the module `name` and return what the `import` statement needs of it.

        Without `fromlist` that is the first package of a dotted name, else the module itself, its
        submodules that `fromlist` names imported too. `level` is the number of leading dots of a relative
        import, which `globals` anchors; `locals` is not used. Same promise as `importlib.__import__`.

        Raises TypeError for a name that is no str, ValueError for an empty name or a negative level,
        ImportError for a relative import without or beyond a parent package, ModuleNotFoundError if there
        is no such module; what executing a module raises passes through. Thread-safe.
        """
        try:
            if level == 0 and type(name) is str and name:
                full_name = name
            elif level > 0:
                full_name = absolute_name(name, package_of(globals or {}), level)
            else:
                full_name = absolute_name(name, None, level)
            module: Any = state.modules.get(full_name)
            if module is None or getattr(getattr(module, "__spec__", None), "_initializing", False):
                module = module_for(system, full_name, audited=True)
            if fromlist:
                if _is_package(module):
                    _import_listed(system, module, fromlist)
            elif level == 0:
                front = name.partition(".")[0]
                if front != name:
                    if not front:
                        raise ValueError("Empty module name")
                    module = state.modules.get(front)
                    if module is None or getattr(getattr(module, "__spec__", None), "_initializing", False):
                        module = module_for(system, front, audited=True)
            elif name:
                cut = len(name) - len(name.partition(".")[0])
                front = full_name[: len(full_name) - cut]
                try:
                    module = state.modules[front]
                except KeyError:
                    raise KeyError(f"{front!r} not in sys.modules as expected") from None
            if system.present is not None:
                _bind_early(state, full_name, fromlist)
                return system.present(module)  # type: ignore[no-any-return]
            return module  # type: ignore[no-any-return]
        except BaseException as exception:
            trim(exception)
            raise

    return hidden(__import__)


def _is_package(module: Any) -> bool:
    """Whether `module` has a `__path__`."""
    # A plain module is asked by its namespace: there, an attribute that is missing is dear.
    if type(module) is not _Module:
        return hasattr(module, "__path__")
    namespace = module.__dict__
    return "__path__" in namespace or ("__getattr__" in namespace and hasattr(module, "__path__"))


def _bind_early(state: State, name: str, fromlist: Iterable[str] | None) -> None:
    """Set modules that are in the middle of a circular import as attributes of their packages.

    Of the live system, the interpreter looks them up in `sys.modules` when an attribute is missing.
    """
    names = [name, *(f"{name}.{item}" for item in fromlist or ())]
    for full_name in names:
        while (parent_name := full_name.rpartition(".")[0]) and full_name in state.modules:
            parent = state.modules.get(parent_name)
            child = full_name[len(parent_name) + 1 :]
            if parent is not None and not hasattr(parent, child):
                try:
                    setattr(parent, child, state.modules[full_name])
                except AttributeError:
                    break
            full_name = parent_name


@hidden
def absolute_name(name: str, package: Any, level: int) -> str:
    """The absolute name of what is `level` dots and `name` in `package`, checked."""
    if not isinstance(name, str):
        raise TypeError(f"module name must be str, not {type(name)}")
    if level < 0:
        raise ValueError("level must be >= 0")
    if level == 0:
        if not name:
            raise ValueError("Empty module name")
        return name
    if not isinstance(package, str):
        raise TypeError("__package__ not set to a string")
    if not package:
        raise ImportError("attempted relative import with no known parent package")
    return joined_name(name, package, level)


@hidden
def joined_name(name: str, package: Any, level: int) -> str:
    """The absolute name of what is `level` dots and `name` in `package`, which is taken for a str."""
    bits: list[str] = package.rsplit(".", level - 1)
    if len(bits) < level:
        raise ImportError("attempted relative import beyond top-level package")
    return f"{bits[0]}.{name}" if name else bits[0]


@hidden
def package_of(namespace: Mapping[str, object]) -> Any:
    """The package that a module's relative imports start from, by its globals (PEP 366, PEP 451)."""
    package = namespace.get("__package__")
    spec: Any = namespace.get("__spec__")
    if package is not None:
        if spec is not None and package != spec.parent:
            warn(
                f"__package__ != __spec__.parent ({package!r} != {spec.parent!r})",
                _MISMATCH_WARNING,
                stacklevel=3,
            )
        return package
    if spec is not None:
        return spec.parent
    warn(
        "can't resolve package from __spec__ or __package__, falling back on __name__ and __path__",
        ImportWarning,
        stacklevel=3,
    )
    name: Any = namespace["__name__"]
    return name if "__path__" in namespace else name.rpartition(".")[0]


@hidden
def _import_listed(
    system: ImportSystem, package: Any, names: Iterable[object], *, from_all: bool = False
) -> None:
    """Import the submodules among `names` that `package` does not have as attributes yet."""
    for name in names:
        if not isinstance(name, str):
            where = f"{package.__name__}.__all__" if from_all else "``from list''"
            raise TypeError(f"Item in {where} must be str, not {type(name).__name__}")
        if name == "*":
            if not from_all and hasattr(package, "__all__"):
                _import_listed(system, package, package.__all__, from_all=True)
        elif not hasattr(package, name):
            full_name = f"{package.__name__}.{name}"
            try:
                module_for(system, full_name, audited=True)
            except ModuleNotFoundError as error:
                found_nothing = error.name == full_name
                if found_nothing and system.state.modules.get(full_name, MISSING) is not None:
                    continue
                raise
