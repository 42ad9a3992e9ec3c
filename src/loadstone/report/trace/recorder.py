"""The recorder: watches every import and says what it sees as events, small tuples.

It runs inside the program that is traced. So it imports next to nothing, keeps nothing of the program alive,
and leaves the making of records to `history`.
"""

from __future__ import annotations

import builtins
import sys
from _frozen_importlib_external import SourceFileLoader
from _thread import get_ident
from time import perf_counter

from ..._core.compiler import call_source_to_code
from ..._core.finding import find_spec, object_name
from ..._core.frames import hidden, trim, trim_own
from ..._core.pending import settle
from ..._core.versions import HAS_LAZY_IMPORTS, HAS_LOAD_MODULE
from .importer import CALLS, FIND_AND_LOAD, absolute_name, importer, place_of
from .lazies import Lazies
from .traits import kind_by, name_of, traits_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, FrameType, ModuleType
    from typing import Any

    from .importer import Place
    from .lazies import Declared

    Error = tuple[str, str]
    Seen = tuple[str | None, str | None, str | None]
    Event = tuple[Any, ...]

__all__ = ["CODE", "END", "FAILED", "FOUND", "REENTRY", "UNUSED", "Recorder", "errors_of"]

FOUND, END, REENTRY, FAILED, CODE, UNUSED = range(6)
"""The kinds of events, the first item of each.

`FOUND`: number of the import, number of the one in whose course it happens (or None), thread, name, whether
it is a reload, who imports (module, file, line), start, end of finding, seconds of other imports meanwhile,
finder, loader, kind, origin, declaration.
`END`: number, end, when it was loaded, seconds of other imports until then and in all, bytes read, whether it
was compiled (None: not known), errors.
`REENTRY`: number of the import in whose course it happens, thread, name, who imports (3), numbers of the
cycle.
`FAILED`, without a search: number, as `FOUND` up to who imports (3), time, errors, declaration.
`CODE`: number, name of a module, its code, which declares lazy imports.
`UNUSED`: declaration of a lazy import that nobody has used, whether its module is there all the same.

A declaration is None for what is not lazy, or what `Lazies` tells.
"""

_ABSENT: object = object()
_ATTRIBUTES = {"name", "path"}
_CHAIN_LENGTH = 20
_OF_A_PARENT = 8
_DEPTHS = (5, 7, _OF_A_PARENT)  # of `__import__`: for the module itself, a name in a fromlist, a parent


class Recorder:
    """Watches the imports of this interpreter from `start` to `stop`; calls `emit` with each event."""

    def __init__(self, emit: Callable[[Event], object]) -> None:
        self.emit = emit
        self.active = False
        self.numbers: Iterator[int] = iter(range(1 << 62))
        self.stacks: dict[int, list[_Import]] = {}
        self.failures: dict[int, Error] = {}
        self.running: set[str] = set()  # what is being executed: the names, also as relative ones
        self.finder = _Finder(self)
        self.import_code: CodeType | None = None
        self.lazies: Lazies | None = None
        self.steps: Container[str] = ()
        self.pending: Container[str] = getattr(sys, "lazy_modules", ())  # the interpreter's own set
        self._import: Any = None
        self._inner: Any = None

    def start(self) -> None:
        """Put the finder first on `sys.meta_path` and a function of its own around `builtins.__import__`."""
        settle()
        if HAS_LAZY_IMPORTS:
            self.lazies = Lazies(lambda *told: self.emit((CODE, *told)))
            self.steps = self.lazies.steps
        self.active = True
        self._inner = builtins.__import__
        self._import = _import_function(self, self._inner)
        sys.meta_path.insert(0, self.finder)
        builtins.__import__ = self._import

    def stop(self) -> None:
        """Take both away again; where another's `__import__` has come around this one, it only passes on."""
        self.active = False
        if builtins.__import__ is self._import:
            builtins.__import__ = self._inner
        for index, finder in enumerate(sys.meta_path or ()):
            if finder is self.finder:
                del sys.meta_path[index]
                break

    def tell_unused(self) -> None:
        """Note the lazy imports that were declared since the start and are not used by now."""
        if self.lazies is not None:
            for declared, is_loaded in self.lazies.unused():
                self.emit((UNUSED, declared, is_loaded))

    def declared(self, fullname: str, call: FrameType | None) -> Declared | None:
        """The lazy import by which `fullname` is imported in a call that means to import something."""
        if call is None or self.lazies is None:
            return None
        return self.lazies.behind(fullname, call, self.running)

    def first_step(self, name: str, call: FrameType) -> str:
        """What the interpreter would import first for a call of `__import__` with a dotted name."""
        is_first = self.lazies is not None and self.lazies.begin(call, self.running)
        return name.partition(".")[0] if is_first else name

    def come_first(self) -> None:
        """Go to the front of the chain again, if another finder but a recorder's has been put there."""
        chain = sys.meta_path
        if self.active and chain and type(chain[0]) is not _Finder and self.finder in chain:
            chain.remove(self.finder)
            chain.insert(0, self.finder)

    def stack(self) -> list[_Import]:
        """The imports that this thread is in the middle of."""
        thread = get_ident()
        stack = self.stacks.get(thread)
        if stack is None:
            stack = self.stacks[thread] = []
        return stack

    def look_back(self, name: str, fromlist: Any, frame: FrameType | None) -> None:
        """Note which modules an `import` statement has met that this thread is in the middle of executing."""
        if not self.active or (name not in self.running and self.running.isdisjoint(fromlist or ())):
            return
        stack = self.stack()
        places = {entry.name: place for place, entry in enumerate(stack) if entry.is_running}
        met = [f"{name}.{item}" for item in fromlist or () if f"{name}.{item}" in places]
        if name in places:
            names = [item for item in fromlist or () if item != "*"]
            if not names or not all(f"{name}.{item}" in sys.modules for item in names):
                met.append(name)
        for full_name in met:
            if full_name == stack[-1].name:
                continue  # itself: by C code of its own, or to have a name for it
            cycle = tuple(entry.number for entry in stack[places[full_name] :])
            self.emit((REENTRY, stack[-1].number, get_ident(), full_name, *place_of(frame), cycle))

    def note(self, error: BaseException, name: str, call: FrameType) -> None:
        """Note the error of an `import` statement, unless it is that of an import seen otherwise."""
        errors = errors_of(error)
        thread = get_ident()
        if self.failures.get(thread) != errors[0]:
            self.failures[thread] = errors[0]
            stack = self.stack()
            parent = stack[-1].number if stack else None
            now = perf_counter()
            number = next(self.numbers)
            place, declared = place_of(call.f_back), self.declared(name, call)
            self.emit((FAILED, number, parent, thread, name, False, *place, now, errors, declared))


class _Import:
    """An import on its way."""

    __slots__ = (
        "compiled",
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
        "to_code",
        "traits",
        "within",
        "within_loading",
    )

    loader: Any
    traits: Any
    held: dict[str, Any]  # what the loader had before in the place of the attributes it was given
    read: Any
    to_code: Any
    size: int | None
    compiled: bool | None

    def __init__(self, recorder: Recorder, stack: list[_Import], name: str, start: float) -> None:
        self.recorder = recorder
        self.stack = stack  # of the thread
        self.number = next(recorder.numbers)
        self.name = name
        self.start = start
        self.within = self.loaded = self.within_loading = 0.0
        self.is_running = False
        self.held = {}
        self.loader = self.traits = self.to_code = self.size = self.compiled = None

    def end(self, now: float, errors: tuple[Error, ...] = ()) -> None:
        """The import is over."""
        stack = self.stack
        if stack:
            stack[-1].within += now - self.start
        if errors:
            self.recorder.failures[get_ident()] = errors[0]
        loaded = self.loaded or now
        within = self.within
        self.recorder.emit(
            (END, self.number, now, loaded, self.within_loading, within, self.size, self.compiled, errors)
        )

    def look_at(self, spec: Any) -> Seen:
        """The name of the loader, the kind of the module and its origin."""
        origin = getattr(spec, "origin", None)
        if origin is not None and type(origin) is not str:
            origin = str(origin)
        loader = getattr(spec, "loader", None)
        if loader is None:
            return None, "namespace", origin
        traits = traits_of(loader)
        while traits.wraps:
            loader = loader.inner
            traits = traits_of(loader)
        self.loader = loader
        self.traits = traits
        return traits.name, traits.kind or kind_by(origin), origin

    def twin(self) -> _Twin | None:
        """What executes the module in the place of the interpreter's loader, if nobody has changed that."""
        loader = self.loader
        if type(loader) is SourceFileLoader and loader.__dict__.keys() == _ATTRIBUTES:
            return _Twin(loader.name, loader.path, self)
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
        self.held[name] = own.get(name, _ABSENT)
        own[name] = function

    def unwatch_code(self) -> None:
        """Have the attributes of the loader be as they were."""
        held, self.held = self.held, {}
        own = self.loader.__dict__
        for name, before in held.items():
            if before is _ABSENT:
                own.pop(name, None)
            else:
                own[name] = before

    @hidden
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

    @hidden
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


class _Twin(SourceFileLoader):
    """In the place of the interpreter's loader, which stays as it is: does the same, and notes it."""

    def __init__(self, name: str, path: str, entry: _Import) -> None:
        SourceFileLoader.__init__(self, name, path)
        self._entry = entry

    @hidden
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

    @hidden
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


class _Rest:
    """The state of a walk over the rest of the chain."""

    __slots__ = ("meta_path", "modules")


class _Finder:
    """The finder of a recorder: it says what the rest of the chain says."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._chain: list[Any] = []
        self._behind: list[Any] = []
        self._is_plain = True

    @hidden
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the finders behind this one have found; with a loader that is watched, if it is imported."""
        finders = self._rest(fullname)
        if not finders:
            return None
        state: Any = _Rest()
        state.modules = sys.modules
        turns: Any = iter(finders)
        state.meta_path = turns
        recorder = self.recorder
        start = perf_counter()
        asked = self._importer(fullname) if recorder.active else None
        if asked is None:
            return find_spec(state, fullname, path, target)
        who, declared = asked
        thread = get_ident()
        stack = recorder.stacks.get(thread)
        if stack is None:
            stack = recorder.stacks[thread] = []
        entry = _Import(recorder, stack, fullname, start)
        parent = stack[-1].number if stack else None
        is_reload = fullname in sys.modules
        stack.append(entry)
        errors: tuple[Error, ...] = ()
        spec: Any = None
        try:
            spec = find_spec(state, fullname, path, target)
        except BaseException as error:
            errors = errors_of(error)
            trim_own(error)
            raise
        finally:
            stack.pop()
            found = perf_counter()
            within = entry.within_loading = entry.within
            finder: str | None = None
            seen: Seen = (None, None, None)
            if spec is not None or errors:
                finder = name_of(finders[-turns.__length_hint__() - 1])
            if spec is None:
                errors = errors or (("ModuleNotFoundError", f"No module named {fullname!r}"),)
            else:
                seen = entry.look_at(spec)
            facts = (fullname, is_reload, *who, start, found, within, finder, *seen, declared)
            recorder.emit((FOUND, entry.number, parent, thread, *facts))
            if spec is None or not self._watch(spec, entry):
                entry.end(found, errors)
        return spec  # type: ignore[no-any-return]

    find_spec.stands_in_front = True  # type: ignore[attr-defined]

    def _rest(self, fullname: str) -> list[Any]:
        """The finders behind this one, those of a switchboard one by one."""
        chain = sys.meta_path
        if chain != self._chain:
            seen = list(chain)
            place = next((place for place, finder in enumerate(seen) if finder is self), -1)
            self._behind = [finder for finder in seen[place + 1 :] if finder is not self]
            self._is_plain = not any(hasattr(finder, "bound_to") for finder in self._behind)
            self._chain = seen
        if self._is_plain:
            return self._behind
        finders: list[Any] = []
        for finder in self._behind:
            if hasattr(finder, "bound_to"):
                finders += finder.bound_to(fullname)
            else:
                finders.append(finder)
        return finders

    def _importer(self, fullname: str) -> tuple[Place, Declared | None] | None:
        """Who imports the module, and by which lazy import. None if it is only searched for."""
        frame = sys._getframe
        recorder = self.recorder
        try:
            if frame(3).f_code is FIND_AND_LOAD:
                statement = recorder.import_code
                for depth in _DEPTHS:
                    if frame(depth).f_code is statement:
                        who = frame(depth + 1)
                        if "importlib" not in who.f_code.co_filename:
                            if (
                                depth == _OF_A_PARENT
                                or fullname in recorder.pending
                                or fullname in recorder.steps
                            ):
                                call = frame(5) if frame(5).f_code.co_name in CALLS else frame(depth)
                                return place_of(who), recorder.declared(fullname, call)
                            return place_of(who), None
                        break
        except ValueError:
            pass
        frames = importer(frame(2))
        if frames is None:
            return None
        return place_of(frames[0]), recorder.declared(fullname, frames[1])

    def _watch(self, spec: Any, entry: _Import) -> bool:
        """Put a loader around that of `spec` that says when the import is over; False if that cannot be."""
        loader = spec.loader
        watched: Any
        if hasattr(loader, "exec_module"):
            watched, is_loader = _Watched, hasattr(loader, "create_module")
        elif HAS_LOAD_MODULE:
            watched, is_loader = _WatchedOld, hasattr(loader, "load_module")
        else:
            watched, is_loader = _WatchedUnable, loader is not None
        if not is_loader:
            return False
        if type(sys.meta_path[0]) is not _Finder:
            return False  # an interceptor has asked, which may have a use for the loader
        try:
            spec.loader = watched(loader, entry, spec)
        except AttributeError:
            return False
        return True

    def invalidate_caches(self) -> None:
        """Nothing is remembered."""

    def __repr__(self) -> str:
        return f"<finder of {self.recorder!r}>"


class _Around:
    """Stands in for a loader until that has its turn, and looks like it."""

    def __init__(self, inner: Any, entry: _Import, spec: Any) -> None:
        self.inner = inner
        self.entry = entry
        self.spec = spec

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


class _Watched(_Around):
    """Around a loader as they are."""

    @hidden
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

    @hidden
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
        while "." in name:
            name = name.partition(".")[2]
            names.add(name)
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


class _WatchedUnable(_Watched):
    """Around a loader that cannot execute a module, where that is found out when it should."""

    @hidden
    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """What the loader makes, if it does."""
        return super().create_module(spec) if hasattr(self.inner, "create_module") else None


class _WatchedOld(_Around):
    """Around a loader of before PEP 451."""

    def __init__(self, inner: Any, entry: _Import, spec: Any) -> None:
        super().__init__(inner, entry, spec)
        self.__qualname__ = object_name(inner)  # what a warning calls it

    @hidden
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


def _import_function(recorder: Recorder, inner: Any) -> Any:
    """An `__import__` that passes everything on to `inner`, and looks at how it went."""
    finder = recorder.finder
    running = recorder.running
    # Only with its own function, the interpreter resolves `lazy import a.b` step by step. That is kept up.
    pending = recorder.pending if getattr(inner, "__self__", None) is builtins else ()

    def __import__(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        """Import the module: as the function that was here before."""
        chain = sys.meta_path
        if not chain or chain[0] is not finder:
            recorder.come_first()
        wanted = name
        if pending and fromlist is None and type(name) is str and name in pending and "." in name:
            wanted = recorder.first_step(name, sys._getframe())
        try:
            module = inner(wanted, globals, locals, fromlist, level)
            if wanted is not name and not hasattr(module, "__path__"):
                module = inner(name, globals, locals, fromlist, level)  # which says that it is no package
        except BaseException as error:
            if recorder.active:
                recorder.note(error, absolute_name(wanted, globals, level), sys._getframe())
            trim(error)
            raise
        if running and (
            wanted in running or not name or (type(fromlist) is tuple and not running.isdisjoint(fromlist))
        ):
            recorder.look_back(absolute_name(wanted, globals, level), fromlist, sys._getframe(1))
        return module

    hidden(__import__)
    recorder.import_code = __import__.__code__
    return __import__


def errors_of(error: BaseException) -> tuple[Error, ...]:
    """The error and those that it was raised from or in the course of: types and messages."""
    found: list[Error] = []
    link: BaseException | None = error
    while link is not None and len(found) < _CHAIN_LENGTH:
        try:
            message = str(link)
        except Exception:
            message = "?"
        found.append((type(link).__qualname__, message))
        link = link.__cause__ or link.__context__
    return tuple(found)
