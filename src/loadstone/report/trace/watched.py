"""Loaders that are watched: what stands in for one until its import is over."""

from __future__ import annotations

from time import perf_counter

from ..._core.finding import object_name
from ..._core.frames import hidden, passing, trim_own
from .events import errors_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any

    from .entry import Entry
    from .events import Error

__all__ = ["Watched", "WatchedOld", "WatchedUnable"]


class Around:
    """Stands in for a loader until that has its turn, and looks like it."""

    __slots__ = ("__dict__", "entry", "inner", "spec")  # the dict is made only for who puts something there

    def __init__(self, inner: Any, entry: Entry, spec: Any) -> None:
        self.inner: Any = inner
        self.entry: Entry = entry
        self.spec: Any = spec

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        return type(self.inner)

    def __getattr__(self, name: str) -> Any:
        if name == "inner" or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(name)
        return getattr(self.inner, name)

    def give_back(self) -> None:
        """Have the spec name its own loader."""
        if self.spec.loader is self:
            self.spec.loader = self.inner

    def __repr__(self) -> str:
        return repr(self.inner)


class Watched(Around):
    """Around a loader as they are."""

    __slots__ = ()

    @passing
    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """What the loader makes."""
        entry = self.entry
        if entry.traits.makes_none:
            return self.inner.create_module(spec)  # type: ignore[no-any-return]
        stack = entry.stack
        stack.append(entry)
        try:
            module: ModuleType | None = self.inner.create_module(spec)
        except BaseException as error:
            stack.pop()
            self.give_back()
            entry.end(perf_counter(), errors_of(error))
            trim_own(error)
            raise
        stack.pop()
        return module

    @passing
    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own loader back, and have that execute it."""
        inner = self.inner
        entry = self.entry
        spec = self.spec
        if spec.loader is self:
            spec.loader = inner
        if getattr(module, "__loader__", None) is self:
            module.__loader__ = inner
        name = entry.name
        running = entry.recorder.running
        names = {name}
        _, dot, name = name.partition(".")
        while dot:
            names.add(name)
            _, dot, name = name.partition(".")
        names -= running
        running |= names
        entry.is_running = True
        stack = entry.stack
        stack.append(entry)
        entry.within_loading = entry.within
        entry.loaded = perf_counter()
        try:
            twin = entry.twin() if inner is entry.loader else None
            if twin is None:
                entry.watch_code()
                inner.exec_module(module)
            else:
                twin.exec_module(module)
        except BaseException as error:
            if entry.held:
                entry.unwatch_code()
            stack.pop()
            running -= names
            entry.end(perf_counter(), errors_of(error))
            trim_own(error)
            raise
        now = perf_counter()
        if entry.held:
            entry.unwatch_code()
        stack.pop()
        running -= names
        entry.end(now)


class WatchedUnable(Watched):
    """Around a loader that cannot execute a module, where that is found out when it should."""

    @hidden
    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """What the loader makes, if it does."""
        return super().create_module(spec) if hasattr(self.inner, "create_module") else None


class WatchedOld(Around):
    """Around a loader of before PEP 451."""

    def __init__(self, inner: Any, entry: Entry, spec: Any) -> None:
        super().__init__(inner, entry, spec)
        self.__qualname__ = object_name(inner)  # what a warning calls it

    @passing
    def load_module(self, fullname: str) -> ModuleType:
        """What the loader loads."""
        self.give_back()
        entry = self.entry
        stack = entry.stack
        stack.append(entry)
        entry.is_running = True
        entry.loaded = perf_counter()
        errors: tuple[Error, ...] = ()
        try:
            module: ModuleType = self.inner.load_module(fullname)
        except BaseException as error:
            errors = errors_of(error)
            trim_own(error)
            raise
        finally:
            stack.pop()
            entry.end(perf_counter(), errors)
        return module
