"""Callbacks that are called when a module has been imported."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, overload

from .._core.frames import passing, trim_own
from .._core.namespace import loader_over
from .._standard.lazy import is_lazy
from .install import Handle, install
from .interceptor import Interceptor
from .loader import WrappedLoader
from .names import Names, check_pattern

if TYPE_CHECKING:
    from ..abc import LoaderLike

__all__ = ["ImportCallback", "when_imported"]

Callback = Callable[[ModuleType], object]
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

_plain = ModuleType.__getattribute__
_TheirLazyModule: Any = importlib.util._LazyModule  # type: ignore[attr-defined]


class ImportCallback(Interceptor):
    """The interceptor of `when_imported`: it has `callback` called with each module that `names` match."""

    changes_modules = False

    def __init__(self, pattern: str, callback: Callback) -> None:
        """For the modules that `pattern` matches (see `Finder.names`)."""
        super().__init__(pattern)
        self.callback = callback
        self._called: dict[str, Any] | None = {}

    def intercept(self, spec: ModuleSpec) -> ModuleSpec:
        """Have the callback called after the module of `spec` is executed."""
        loader: Any = spec.loader
        if _calls(loader, self):
            return spec  # of a finder that keeps its specs
        if loader is None:
            if spec.submodule_search_locations is None:
                return spec
            loader = loader_over(spec.submodule_search_locations)
        wrapped: Any = _CallingLoader(loader, self)
        spec.loader = wrapped
        return spec

    def watch_loaded(self) -> None:
        """Have the callback called for modules that are loaded already, and for lazy ones when they load."""
        for name in Names(self.names or ()).among(sys.modules):
            module = sys.modules.get(name)
            if module is None:
                continue
            spec = _attribute(module, "__spec__")
            if spec is not None and _waits(module):
                spec.loader = _CallingLoader(spec.loader, self)
            elif getattr(spec, "_initializing", False) and spec.loader is not None:
                continue
            elif self._called is None or self._called.get(name) is not module:
                self.call(name)
        self._called = None  # it was for modules that other threads have imported meanwhile

    def call(self, name: str) -> None:
        """Call the callback for the module `name`.

        What it raises is reported by `sys.unraisablehook`, as for other callbacks that nobody waits for.
        """
        module = sys.modules.get(name)
        if module is None:
            return
        if self._called is not None:
            self._called[name] = module
        try:
            self.callback(module)
        except Exception as error:
            _report(error, self.callback)

    def __repr__(self) -> str:
        pattern = ", ".join(map(repr, Names(self.names or ()).patterns))
        return f"{type(self).__name__}({pattern}, {self.callback!r})"


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

    def __init__(self, inner: LoaderLike, hook: ImportCallback) -> None:
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


def _calls(loader: Any, hook: ImportCallback) -> bool:
    """Whether the loader has the hook's callback called already."""
    while type(loader) is _CallingLoader:
        if loader.hook is hook:
            return True
        loader = loader.inner
    return False


def _waits(module: object) -> bool:
    """Whether the module is a lazy one, loadstone's or importlib's, that has not been executed yet."""
    return is_lazy(module) or issubclass(type(module), _TheirLazyModule)


def _attribute(module: object, name: str) -> Any:
    """An attribute of a module as it is, also if it is a lazy one."""
    try:
        return _plain(module, name) if isinstance(module, ModuleType) else getattr(module, name)
    except AttributeError:
        return None


class Decorated(Protocol[R_co]):
    """A function that `when_imported` has decorated."""

    hook: Handle
    """The handle that undoes it."""

    def __call__(self, module: ModuleType, /) -> R_co:
        """As the function."""


class Decorator(Protocol):
    """What `when_imported` is without a callback."""

    def __call__(self, function: Callable[[ModuleType], R], /) -> Decorated[R]:
        """Have the function called, and return it with the handle as its attribute `hook`."""


@overload
def when_imported(pattern: str) -> Decorator: ...
@overload
def when_imported(pattern: str, callback: Callback) -> Handle: ...
def when_imported(pattern: str, callback: Callback | None = None) -> Any:
    """Have `callback` called with each module that `pattern` matches, after it has been imported.

    Called each time that a module has been executed, and so after a reload too; at once, in this thread, for
    modules that are loaded already; for lazily loaded modules when they load. No lock of loadstone's is held
    meanwhile; the thread holds the lock of the module it imports, as the module's own code does. What the
    callback raises does not make the import fail: it goes to `sys.unraisablehook`, and later callbacks are
    called. Callbacks for one module are called in the order they were installed in. A module in the middle
    of its import, in this or another thread, is passed by.

    Returns the handle whose `uninstall()` undoes it, or, without `callback`, a decorator that returns the
    function unchanged and keeps the handle as its attribute `hook`. Raises TypeError or ValueError for
    what is no pattern, TypeError for what is not callable, or where there is no room for the attribute.
    Thread-safe.
    """
    check_pattern(pattern)
    if callback is None:

        def decorate(function: Any) -> Any:
            handle = when_imported(pattern, function)
            try:
                function.hook = handle
            except AttributeError:
                handle.uninstall()
                raise TypeError(
                    f"{function!r} cannot have an attribute hook: give it as the second argument"
                ) from None
            return function

        return decorate
    if not callable(callback):
        raise TypeError(f"callback must be callable, not {type(callback).__name__}")
    hook = ImportCallback(pattern, callback)
    handle = install(hook)
    hook.watch_loaded()
    return handle
