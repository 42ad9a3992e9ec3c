"""An import on its way: what the recorder notes of it while the module is loaded."""

from __future__ import annotations

import sys
from _frozen_importlib_external import SourceFileLoader
from _thread import get_ident
from time import perf_counter, thread_time

from ..._core.compiler import call_source_to_code
from ..._core.frames import hidden, passing, trim_own
from ...framework.traits import kind_by, traits_of
from .events import END

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any

    from .events import Error
    from .recorder import Recorder

    Seen = tuple[str | None, str | None, str | None]

__all__ = ["Entry"]

_ABSENT: object = object()
_ATTRIBUTES = {"name", "path"}
_SOURCE = traits_of(SourceFileLoader)
_SHORT = 0.0005


class Entry:
    """An import on its way."""

    __slots__ = (
        "compiled",
        "cpu_within",
        "held",
        "is_running",
        "loaded",
        "loader",
        "name",
        "number",
        "read",
        "recorder",
        "size",
        "stack",
        "start",
        "start_cpu",
        "to_code",
        "traits",
        "within",
        "within_loading",
    )

    loader: Any
    traits: Any
    held: dict[str, Any] | None  # what the loader had before in the place of the attributes it was given
    read: Any
    to_code: Any
    size: int | None
    within: float
    cpu_within: float
    loaded: float
    within_loading: float
    compiled: bool | None

    def __init__(self, recorder: Recorder, stack: list[Entry], name: str, start: float) -> None:
        self.recorder: Recorder = recorder
        self.stack: list[Entry] = stack  # of the thread
        self.number: int = next(recorder.numbers)
        self.name: str = name
        self.start: float = start
        self.start_cpu: float = thread_time()
        self.within = self.loaded = self.within_loading = self.cpu_within = 0.0
        self.is_running: bool = False
        self.held = self.loader = self.traits = self.to_code = self.size = self.compiled = None

    def end(self, now: float, errors: tuple[Error, ...] = ()) -> None:
        """The import is over."""
        stack = self.stack
        recorder = self.recorder
        seconds = now - self.start
        # Asking for the CPU time takes longer than the difference could be.
        cpu = thread_time() - self.start_cpu if seconds > _SHORT else seconds
        if stack:
            outer = stack[-1]
            outer.within += seconds
            outer.cpu_within += cpu
        if errors:
            recorder.failures[get_ident()] = errors[0]
        recorder.emit(
            (
                END,
                self.number,
                now,
                self.loaded or now,
                self.within_loading,
                self.within,
                cpu - self.cpu_within,
                self.size,
                self.compiled,
                errors,
            )
        )

    def look_at(self, spec: Any) -> Seen:
        """The name of the loader, the kind of the module and its origin."""
        origin = getattr(spec, "origin", None)
        if origin is not None and type(origin) is not str:
            origin = str(origin)
        loader = getattr(spec, "loader", None)
        if loader is None:
            return None, "namespace", origin
        if type(loader) is SourceFileLoader:  # as most are
            traits = _SOURCE
        else:
            traits = traits_of(loader)
            while traits.keeps == "inner":
                loader = loader.inner
                traits = traits_of(loader)
        self.loader = loader
        self.traits = traits
        return traits.name, traits.kind or kind_by(origin), origin

    def twin(self) -> Twin | None:
        """What executes the module in the place of the interpreter's loader, if nobody has changed that."""
        loader = self.loader
        if type(loader) is SourceFileLoader and loader.__dict__.keys() == _ATTRIBUTES:
            return Twin(loader.name, loader.path, self)
        return None

    def has_code(self) -> None:
        """The loader has got the code, or failed to."""
        self.within_loading = self.within
        self.loaded = perf_counter()

    def watch_code(self) -> None:
        """Have the loader, if it is this module's alone, say when it gives the code."""
        loader = self.loader
        try:
            if self.traits.has_code and loader.name == self.name and not isinstance(loader, type):
                self.put("get_code", self.get_code)
        except AttributeError:
            pass

    def put(self, name: str, function: Any) -> None:
        """Give the loader an attribute of its own."""
        own = self.loader.__dict__
        if self.held is None:
            self.held = {}
        self.held[name] = own.get(name, _ABSENT)
        own[name] = function

    def unwatch_code(self) -> None:
        """Have the attributes of the loader be as they were."""
        held, self.held = self.held, None
        own = self.loader.__dict__
        for name, before in (held or {}).items():
            if before is _ABSENT:
                own.pop(name, None)
            else:
                own[name] = before

    @passing
    def get_code(self, fullname: str) -> CodeType | None:
        """What the loader gives; what it takes to get that is noted."""
        self.unwatch_code()
        loader = self.loader
        traits = self.traits
        if traits.reads:
            self.read = loader.get_data
            self.put("get_data", self.get_data)
        if traits.compiles:
            self.compiled = False
            if not traits.reads_first:
                self.watch_compiling()
        try:
            code: CodeType | None = loader.get_code(fullname)
        except BaseException as error:
            trim_own(error)
            raise
        finally:
            self.unwatch_code()
            self.has_code()
        return code

    def watch_compiling(self) -> None:
        """Have the loader say if it compiles."""
        self.to_code = self.loader.source_to_code
        self.put("source_to_code", self.source_to_code)

    @hidden
    def get_data(self, path: str) -> bytes:
        """What the loader reads."""
        data: bytes = self.read(path)
        self.size = len(data) + (self.size or 0)
        if self.to_code is None and self.traits.compiles and not str(path).endswith(".pyc"):
            self.watch_compiling()
        return data

    @passing
    def source_to_code(self, *arguments: Any, **named: Any) -> Any:
        """What the loader compiles."""
        self.compiled = True
        try:
            if sys._getframe(1).f_code is call_source_to_code.__code__:  # it has looked at this method
                return call_source_to_code(self.to_code, *arguments, **named)
            return self.to_code(*arguments, **named)
        except BaseException as error:
            trim_own(error)
            raise


class Twin(SourceFileLoader):
    """In the place of the interpreter's loader, which stays as it is: does the same, and notes it."""

    def __init__(self, name: str, path: str, entry: Entry) -> None:
        self.name = name  # as its own class does, without the call
        self.path = path
        self._entry = entry

    @passing
    def get_code(self, fullname: str) -> CodeType | None:
        """What the loader gives."""
        self._entry.compiled = False
        try:
            return SourceFileLoader.get_code(self, fullname)
        except BaseException as error:
            trim_own(error)
            raise
        finally:
            self._entry.has_code()

    @hidden
    def get_data(self, path: str) -> bytes:
        """What the loader reads."""
        data = SourceFileLoader.get_data(self, path)
        self._entry.size = len(data) + (self._entry.size or 0)
        return data

    @passing
    def source_to_code(  # type: ignore[override] # typeshed has InspectLoader's static method for it
        self, *arguments: Any, **named: Any
    ) -> Any:
        """What the loader compiles."""
        self._entry.compiled = True
        try:
            return SourceFileLoader.source_to_code(self, *arguments, **named)
        except BaseException as error:
            trim_own(error)
            raise
