"""The recorder: watches every import and says what it sees as events.

It runs inside the program that is traced. So it imports next to nothing, keeps nothing of the program alive,
and leaves the making of records to `history`.
"""

from __future__ import annotations

import builtins
import sys
from _thread import get_ident
from time import perf_counter

from ..._core.frames import hidden, trim
from ..._core.pending import settle
from ..._core.versions import HAS_LAZY_IMPORTS
from .events import CODE, FAILED, REENTRY, UNUSED, errors_of
from .finder import Finder
from .importer import absolute_name, place_of
from .lazies import Lazies

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from types import CodeType, FrameType
    from typing import Any

    from .entry import Entry
    from .events import Error, Event
    from .lazies import Declared

__all__ = ["Recorder"]


class Recorder:
    """Watches the imports of this interpreter from `start` to `stop`; calls `emit` with each event."""

    def __init__(self, emit: Callable[[Event], object]) -> None:
        self.emit = emit
        self.active: bool = False
        self.numbers: Iterator[int] = iter(range(1 << 62))
        self.stacks: dict[int, list[Entry]] = {}
        self.failures: dict[int, Error] = {}  # by thread: of the import that has failed last, seen otherwise
        # What is being executed: the names, also as relative ones. Without any name, a package may be.
        self.running: set[str] = {""}
        self.finder: Finder = Finder(self)
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
        self.finder.forget()

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
        if self.active and chain and type(chain[0]) is not Finder and self.finder in chain:
            chain.remove(self.finder)
            chain.insert(0, self.finder)

    def stack(self) -> list[Entry]:
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
        if self.failures.pop(thread, None) != errors[0]:
            stack = self.stack()
            parent = stack[-1].number if stack else None
            now = perf_counter()
            number = next(self.numbers)
            place, declared = place_of(call.f_back), self.declared(name, call)
            self.emit((FAILED, number, parent, thread, name, False, *place, now, errors, declared))


def _import_function(recorder: Recorder, inner: Any) -> Any:
    """An `__import__` that passes everything on to `inner`, and looks at how it went."""
    # Only with its own function, the interpreter resolves `lazy import a.b` step by step. That is kept up.
    has_steps = HAS_LAZY_IMPORTS and getattr(inner, "__self__", None) is builtins
    function = (_import_by_steps if has_steps else _import_at_once)(recorder, inner)
    hidden(function)
    recorder.import_code = function.__code__
    return function


def _import_at_once(recorder: Recorder, inner: Any) -> Any:
    finder = recorder.finder
    running = recorder.running
    is_apart = running.isdisjoint

    # Most calls are for what is imported already: each step counts here.
    def __import__(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        """Import the module: as the function that was here before."""
        try:
            if sys.meta_path[0] is not finder:
                recorder.come_first()
        except (IndexError, TypeError):  # there is no finder at all
            pass
        try:
            module = inner(name, globals, locals, fromlist, level)
        except BaseException as error:
            if recorder.active:
                recorder.note(error, absolute_name(name, globals, level, fromlist), sys._getframe())
            trim(error)
            raise
        if name in running or (fromlist and type(fromlist) is tuple and not is_apart(fromlist)):
            recorder.look_back(absolute_name(name, globals, level), fromlist, sys._getframe(1))
        return module

    return __import__


def _import_by_steps(recorder: Recorder, inner: Any) -> Any:
    finder = recorder.finder
    running = recorder.running
    is_apart = running.isdisjoint
    pending = recorder.pending

    def __import__(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        """Import the module: as the function that was here before."""
        try:
            if sys.meta_path[0] is not finder:
                recorder.come_first()
        except (IndexError, TypeError):  # there is no finder at all
            pass
        wanted = name
        if pending and fromlist is None and type(name) is str and name in pending and "." in name:
            wanted = recorder.first_step(name, sys._getframe())
        try:
            module = inner(wanted, globals, locals, fromlist, level)
            if wanted is not name and not hasattr(module, "__path__"):
                module = inner(name, globals, locals, fromlist, level)  # which says that it is no package
        except BaseException as error:
            if recorder.active:
                recorder.note(error, absolute_name(wanted, globals, level, fromlist), sys._getframe())
            trim(error)
            raise
        if wanted in running or (fromlist and type(fromlist) is tuple and not is_apart(fromlist)):
            recorder.look_back(absolute_name(wanted, globals, level), fromlist, sys._getframe(1))
        return module

    return __import__
