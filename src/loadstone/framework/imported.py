"""Callbacks that are called when a module has been imported."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, TypeVar, overload

from .._core.frames import passing, trim_own
from .._core.namespace import loader_over
from .._standard.lazy import is_lazy
from .install import Handle, install
from .interceptor import Interceptor
from .loader import WrappedLoader
from .names import Names

__all__ = ["ImportCallback", "when_imported"]

Callback = Callable[[ModuleType], object]
C = TypeVar("C", bound=Callback)

_plain = ModuleType.__getattribute__
_TheirLazyModule: Any = importlib.util._LazyModule  # type: ignore[attr-defined]


class ImportCallback(Interceptor):
    """The interceptor of `when_imported`: it has `callback` called with each module that `names` match."""

    changes_modules = False

    def __init__(self, pattern: str, callback: Callback) -> None:
        """For the modules that `pattern` matches (see `Finder.names`)."""
        super().__init__(pattern)
        self.callback = callback
        self._called: dict[str, int] = {}

    def intercept(self, spec: ModuleSpec) -> ModuleSpec:
        """Have the callback called after the module of `spec` is executed."""
        loader: Any = spec.loader
        if loader is None:
            if spec.submodule_search_locations is None:
                return spec
            loader = loader_over(spec.submodule_search_locations)
        wrapped: Any = _CallingLoader(loader, self)
        spec.loader = wrapped
        return spec

    def watch_loaded(self) -> None:
        """Have the callback called for modules that are loaded already, and for lazy ones when they load."""
        names = Names(self.names or ())
        for name, module in list(sys.modules.items()):
            if name not in names or module is None:
                continue
            spec = _attribute(module, "__spec__")
            if spec is not None and _waits(module):
                spec.loader = _CallingLoader(spec.loader, self)
            elif getattr(spec, "_initializing", False) and spec.loader is not None:
                continue
            else:
                self.call(name)

    def call(self, name: str) -> None:
        """Call the callback for the module `name`, once for each module object.

        What it raises is reported by `sys.unraisablehook`, as for other callbacks that nobody waits for.
        """
        module = sys.modules.get(name)
        if module is None or self._called.get(name) == id(module):
            return
        self._called[name] = id(module)
        try:
            self.callback(module)
        except Exception as error:
            _report(error, self.callback)


class _Unraisable:
    """What `sys.unraisablehook` is called with."""

    def __init__(self, *fields: Any) -> None:
        self.exc_type, self.exc_value, self.exc_traceback, self.err_msg, self.object = fields


def _report(error: Exception, callback: Callback) -> None:
    hook: Any = sys.unraisablehook
    try:
        hook(_Unraisable(type(error), error, error.__traceback__, None, callback))
    except Exception:
        # The interpreter's own hook takes nothing but what the interpreter makes.
        if sys.stderr is not None:
            import traceback

            print(f"Exception ignored in: {callback!r}", file=sys.stderr)
            traceback.print_exception(type(error), error, error.__traceback__, file=sys.stderr)


class _CallingLoader(WrappedLoader):
    """A loader that has a callback called after it has executed its module."""

    def __init__(self, inner: Any, hook: ImportCallback) -> None:
        super().__init__(inner)
        self.hook = hook

    @passing
    def exec_module(self, module: ModuleType) -> None:
        loads = _waits(module)
        try:
            super().exec_module(module)
        except BaseException as error:
            trim_own(error)
            raise
        spec: Any = _attribute(module, "__spec__")
        if _waits(module) and not loads:
            spec.loader = _CallingLoader(spec.loader, self.hook)
        else:
            self.hook.call(module.__name__ if spec is None else spec.name)


def _waits(module: object) -> bool:
    """Whether the module is a lazy one, loadstone's or importlib's, that has not been executed yet."""
    return is_lazy(module) or issubclass(type(module), _TheirLazyModule)


def _attribute(module: object, name: str) -> Any:
    """An attribute of a module as it is, also if it is a lazy one."""
    try:
        return _plain(module, name) if isinstance(module, ModuleType) else getattr(module, name)
    except AttributeError:
        return None


@overload
def when_imported(pattern: str) -> Callable[[C], C]: ...
@overload
def when_imported(pattern: str, callback: Callback) -> Handle: ...
def when_imported(pattern: str, callback: Callback | None = None) -> Any:
    """Have `callback` called with each module that `pattern` matches, after it has been imported.

    Called once for each module; at once, in this thread, for modules that are loaded already; for lazily
    loaded modules when they load. No lock of loadstone's is held meanwhile; the thread holds the lock of
    the module it imports, as the module's own code does. What the callback raises does not make the import
    fail: it goes to `sys.unraisablehook`, and later callbacks are called. Callbacks for one module are
    called in the order they were installed in. A module in the middle of its import, in this or another
    thread, is passed by.

    Returns the handle whose `uninstall()` undoes it, or, without `callback`, a decorator that returns the
    function unchanged and keeps the handle as its attribute `hook`. Raises TypeError or ValueError for
    what is no pattern or not callable. Thread-safe.
    """
    if callback is None:

        def decorate(function: C) -> C:
            function.hook = when_imported(pattern, function)  # type: ignore[attr-defined]
            return function

        return decorate
    if not callable(callback):
        raise TypeError(f"callback must be callable, not {type(callback).__name__}")
    hook = ImportCallback(pattern, callback)
    handle = install(hook)
    hook.watch_loaded()
    return handle
