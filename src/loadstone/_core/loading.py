"""A spec becomes a module: locks, `modules` bookkeeping, failure, reload."""

from __future__ import annotations

import sys
from _warnings import warn
from sys import audit

from .finding import find_spec, object_name
from .frames import QUIET, execute, hidden, verbose
from .locks import DeadlockError
from .spec import bind, module_from_spec, new_module, spec_from_loader
from .versions import (
    AUDITS_EVERY_IMPORT,
    HAS_LAZY_IMPORTS,
    HAS_LOAD_MODULE,
    LOAD_MODULE_ENDS,
    TRACKS_SUBMODULES,
    WAITS_FOR_PARENTS,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
    from typing import Any

    from .system import ImportSystem

__all__ = ["MISSING", "import_name", "load_module", "module_for", "reload", "ways"]

MISSING: Any = object()

ways: dict[type, tuple[Callable[[Any, Any], Any], Callable[[Any, str, Any], CodeType]]] = {}
"""By class of loaders, how to do without them. The first is called with a loader and its spec: it returns a
way, or None if the loader is to be asked after all. The second is called with a loader, a name and the way;
it returns the code to execute in a plain new module."""


@hidden
def module_for(system: ImportSystem, name: str, *, audited: bool = False) -> ModuleType:
    """The module `name` of `system`: the one that is there and initialised, or else imported now.

    While another thread is executing the module, this waits for it, except where both would wait for
    each other: then the module is returned as it is, as the interpreter does. `audited` raises the
    ``import`` audit event, which belongs to the `import` statement, and since Python 3.15 to every import.
    Raises ModuleNotFoundError if the module cannot be found or is None in `modules`; what executing it
    raises passes through.
    """
    while True:
        module = system.state.modules.get(name)
        if module is None:
            return import_name(system, name, audited)  # type: ignore[return-value]
        if not _is_initializing(module):
            return module
        try:
            system.locks.take(name).release()
        except DeadlockError:
            return module
        if system.state.modules.get(name) is module:
            return module


def _is_initializing(module: ModuleType | None) -> bool:
    """Whether a thread is executing the module for the first time."""
    try:
        return bool(module.__spec__._initializing)  # type: ignore[union-attr]
    except AttributeError:
        return False


@hidden
def import_name(
    system: ImportSystem, name: str, audited: bool, announced: bool = False, lenient: bool = False
) -> ModuleType | None:
    """Import the module `name`, unless another thread has done so by the time its lock is ours.

    Its audit event has been raised already if it is `announced`. A `lenient` import of what is not there is
    None.
    """
    state = system.state
    if not announced and ((name not in state.modules) if AUDITS_EVERY_IMPORT else audited):
        audit("import", name, None, state.path, state.meta_path, state.path_hooks)
    # The parent first, while this thread holds no lock that the thread at the parent could be waiting for.
    parent_name, _, child = name.rpartition(".")
    if parent_name and name not in state.modules:
        if WAITS_FOR_PARENTS and ("." in parent_name or _is_initializing(state.modules.get(parent_name))):
            _await_ancestors(system, parent_name)
        if parent_name not in state.modules:
            import_name(system, parent_name, audited)
    try:
        held = system.locks.hold(name)
    except DeadlockError:
        module: ModuleType | None = state.modules.get(name)
        if module is None:
            raise
        return module
    try:
        module = state.modules.get(name, MISSING)
        if module is MISSING:
            return _find_and_load(system, name, parent_name, child, audited, lenient)
    finally:
        system.locks.give_back(name, held)
    if module is None:
        raise ModuleNotFoundError(f"import of {name} halted; None in sys.modules", name=name)
    return module


@hidden
def _await_ancestors(system: ImportSystem, name: str) -> None:
    """Wait while other threads execute the package `name` or those it is in, the outermost first.

    What such a package has yet to do could decide where its submodules are found.
    """
    ancestor, rest = "", name
    while rest:
        part, _, rest = rest.partition(".")
        ancestor = f"{ancestor}.{part}" if ancestor else part
        if _is_initializing(system.state.modules.get(ancestor)):
            _await(system, ancestor)


@hidden
def _await(system: ImportSystem, name: str) -> None:
    """Wait while another thread executes the module `name`, unless that thread waits for this one."""
    try:
        system.locks.take(name).release()
    except DeadlockError:
        pass


@hidden
def _find_and_load(
    system: ImportSystem, name: str, parent_name: str, child: str, audited: bool, lenient: bool
) -> ModuleType | None:
    state = system.state
    if parent_name:
        if parent_name not in state.modules:
            import_name(system, parent_name, audited)
            if name in state.modules:
                return state.modules[name]
        try:
            parent = state.modules[parent_name]
        except KeyError:
            parent = _settled(system, parent_name)
        try:
            path = parent.__path__
        except AttributeError:
            if lenient:
                return None
            message = f"No module named {name!r}; {parent_name!r} is not a package"
            raise ModuleNotFoundError(message, name=name) from None
        parent_spec: Any = parent.__spec__ if TRACKS_SUBMODULES else None
        if WAITS_FOR_PARENTS and _is_initializing(parent):
            module_for(system, parent_name)
            if name in state.modules:
                return state.modules[name]
        spec = find_spec(state, name, path, None, child)
    else:
        parent_spec = None
        spec = find_spec(state, name, None, None, child)
    if spec is None:
        if lenient:
            return None
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
    if not parent_spec:
        module = _load(system, spec)
    else:
        parent_spec._uninitialized_submodules.append(child)
        try:
            module = _load(system, spec)
        finally:
            parent_spec._uninitialized_submodules.pop()
    if parent_name:
        try:
            parent = state.modules[parent_name]  # which the module may have replaced
        except KeyError:
            parent = _settled(system, parent_name)
        try:
            setattr(parent, child, module)
        except AttributeError:
            warn(
                f"Cannot set an attribute on {parent_name!r} for child module {child!r}",
                ImportWarning,
            )
    if HAS_LAZY_IMPORTS:
        system.pending.arrived(module, name)
    return module


def _settled(system: ImportSystem, name: str) -> ModuleType:
    """The module `name` in `modules`. Raises KeyError if it is not there."""
    try:
        return system.state.modules[name]
    except KeyError:
        # The thread that finishes a module moves it to the end of `modules`, under the module's lock.
        _await(system, name)
        if name not in system.state.modules:
            raise
        return system.state.modules[name]


@hidden
def _load(system: ImportSystem, spec: ModuleSpec) -> ModuleType:
    """Make the module of `spec`, put it into `modules`, execute it; take it out again if that fails."""
    state = system.state
    loader = spec.loader
    way = None
    kind = type(loader)
    if kind in ways:
        way_around, code_of = ways[kind]
        way = way_around(loader, spec)
    if way is not None:
        module = new_module(spec)
    elif HAS_LOAD_MODULE and loader is not None and not hasattr(loader, "exec_module"):
        _warn_load_module(loader)
        return _load_by_load_module(state.modules, spec)
    else:
        module = module_from_spec(spec)
    if system.builtins is not None:
        module.__dict__["__builtins__"] = system.builtins
        system.pending.adopt(module)
    initializing: Any = spec
    initializing._initializing = True
    try:
        state.modules[spec.name] = module
        try:
            if way is not None:
                execute(code_of(loader, spec.name, way), module.__dict__)
            elif (loader := spec.loader) is not None:
                loader.exec_module(module)
            elif spec.submodule_search_locations is None:
                raise ImportError("missing loader", name=spec.name)
        except BaseException:
            state.modules.pop(spec.name, None)
            raise
        # The module may have put another in its place, and may have renamed its spec.
        name, modules = spec.name, state.modules
        modules[name] = module = modules.pop(name)
        if sys.flags is not QUIET:
            verbose("import {!r} # {!r}", spec.name, spec.loader)
    finally:
        initializing._initializing = False
    return module


@hidden
def _load_by_load_module(modules: dict[str, ModuleType], spec: ModuleSpec) -> ModuleType:
    """Load by a loader of before PEP 451, which puts the module into `modules` by itself."""
    loader: Any = spec.loader
    name = spec.name
    try:
        loader.load_module(name)
    except BaseException:
        if name in modules:
            modules[name] = modules.pop(name)
        raise
    module = modules[name] = modules.pop(name)
    if getattr(module, "__package__", None) is None:
        package = module.__name__ if hasattr(module, "__path__") else name.rpartition(".")[0]
        _set(module, "__package__", package)
    for attribute, value in (("__loader__", loader), ("__spec__", spec)):
        if getattr(module, attribute, None) is None:
            _set(module, attribute, value)
    return module


def _set(module: ModuleType, attribute: str, value: object) -> None:
    try:
        setattr(module, attribute, value)
    except AttributeError:
        pass


@hidden
def reload(system: ImportSystem, module: ModuleType) -> ModuleType:
    """Find the module again and execute it in the namespace that it has; what `modules` then holds."""
    try:
        name: str = module.__spec__.name  # type: ignore[union-attr]
    except AttributeError:
        try:
            name = module.__name__
        except AttributeError:
            raise TypeError("reload() argument must be a module") from None
    state = system.state
    if state.modules.get(name) is not module:
        raise ImportError(f"module {name} not in sys.modules", name=name)
    if name in system.reloading:
        return system.reloading[name]
    system.reloading[name] = module
    try:
        parent_name = name.rpartition(".")[0]
        path = None
        if parent_name:
            try:
                parent = state.modules[parent_name]
            except KeyError:
                message = f"parent {parent_name!r} not in sys.modules"
                raise ImportError(message, name=parent_name) from None
            path = parent.__path__
        spec = module.__spec__ = find_spec(state, name, path, module)
        if spec is None:
            raise ModuleNotFoundError(f"spec not found for the module {name!r}", name=name)
        _execute_again(system, spec, module)
        return state.modules[name]
    finally:
        system.reloading.pop(name, None)


@hidden
def _execute_again(system: ImportSystem, spec: ModuleSpec, module: ModuleType) -> ModuleType:
    state = system.state
    name = spec.name
    lock = system.locks.take(name)
    try:
        if state.modules.get(name) is not module:
            raise ImportError(f"module {name!r} not in sys.modules", name=name)
        try:
            loader: Any = spec.loader
            if loader is None and spec.submodule_search_locations is None:
                raise ImportError("missing loader", name=name)
            bind(spec, module, override=True)
            if loader is not None:
                if HAS_LOAD_MODULE and not hasattr(loader, "exec_module"):
                    _warn_load_module(loader)
                    loader.load_module(name)
                else:
                    loader.exec_module(module)
        finally:
            modules = state.modules
            module = modules.pop(name)
            modules[name] = module
    finally:
        lock.release()
    return module


def _warn_load_module(loader: object) -> None:
    warn(
        f"{object_name(loader)}.exec_module() not found; falling back to load_module()",
        ImportWarning,
        stacklevel=2,
    )


@hidden
def load_module(
    system: ImportSystem, loader: Any, fullname: str, spec: ModuleSpec | None = None
) -> ModuleType:
    """What the deprecated `load_module` of a loader with `exec_module` does."""
    warn(
        "the load_module() method is deprecated and slated for removal in "
        f"Python {LOAD_MODULE_ENDS}; use exec_module() instead",
        DeprecationWarning,
    )
    if spec is None:
        spec = spec_from_loader(fullname, loader)
    modules = system.state.modules
    if fullname in modules:
        _execute_again(system, spec, modules[fullname])
        return modules[fullname]
    lock = system.locks.take(fullname)
    try:
        return _load(system, spec)
    finally:
        lock.release()
