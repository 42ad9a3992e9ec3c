"""Taking over the interpreter: every later import of what is not there runs on loadstone's engine."""

from __future__ import annotations

import _frozen_importlib
import sys
from _warnings import warn

from .._core.frames import as_interpreter_s, trim
from .._core.loading import import_name, module_for
from .._core.locks import acquire_lock, release_lock
from .._core.pending import settle
from .._core.system import live
from .._core.versions import AUDITS_EVERY_IMPORT, FREES_STACK_AT_ONCE
from . import recognition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType, TracebackType
    from typing import Any

    from typing_extensions import Self

__all__ = ["Takeover", "takeover"]

_interpreter: Any = _frozen_importlib
_gcd_import = _interpreter._gcd_import


@as_interpreter_s
def _find_and_load(name: str, import_: Any, *, lazy_submodule: bool = False) -> ModuleType | None:
    # The interpreter's seam: the `import` statement calls it for a module that is missing or unfinished, by
    # its name in `_frozen_importlib`, as does importlib.import_module. Up to Python 3.14 the audit event of
    # the module itself has been raised by then; those of its parents are the statement's, too.
    if FREES_STACK_AT_ONCE:
        _under_way.append(None)
    try:
        if FREES_STACK_AT_ONCE and len(_under_way) == _DEEP:
            return _find_with_room(name, import_, lazy_submodule)
        if lazy_submodule:
            return import_name(live, name, True, lenient=True)
        if sys.modules.get(name) is None:
            return import_name(live, name, import_ is not _gcd_import, not AUDITS_EVERY_IMPORT)
        return module_for(live, name, audited=import_ is not _gcd_import)
    except BaseException as exception:
        trim(exception)
        raise
    finally:
        if FREES_STACK_AT_ONCE:
            _under_way.pop()


@as_interpreter_s
def _find_with_room(name: str, import_: Any, lazy_submodule: bool) -> ModuleType | None:
    return _find_and_load(name, import_, lazy_submodule=lazy_submodule)


# A frame so large gets a block of memory for itself and for the frames that come after it. Otherwise nested
# imports fill one of the interpreter's small blocks after the other, and code that happens to run at the end
# of one maps and unmaps the next at each call.
_find_with_room.__code__ = _find_with_room.__code__.replace(co_stacksize=7500)
_DEEP = 5  # so many nested imports are worth a block; those that are less deep are most
_under_way: list[None] = []  # the imports of all threads


def takeover() -> Takeover:
    """Put loadstone's engine in charge of every later import, and return the handle that undoes it.

    It takes the place of the interpreter's function that finds and loads a module which is not there: the
    `import` statement, `importlib.import_module` and lazy imports (Python 3.15) call it. Statements for what
    is there stay in the interpreter's C code. Finders, path hooks, loaders and specs are whatever they were,
    importlib's own among them: where those are unchanged, the engine does their work itself.
    """
    return Takeover()


class Takeover:
    """What `takeover` has put in place: `uninstall()` undoes it, as does leaving a `with` block.

    If something else has taken that place since, it stays, with a RuntimeWarning. A takeover within another
    finds nothing to do, and undoes nothing. Idempotent; thread-safe.
    """

    def __init__(self) -> None:
        settle()
        self.active: bool = True
        acquire_lock()
        try:
            self._before: Any = _interpreter._find_and_load
            self._nested = self._before is _find_and_load
            if not self._nested:
                recognition.begin()
                _interpreter._find_and_load = _find_and_load
        finally:
            release_lock()

    def uninstall(self) -> None:
        """Leave the interpreter as it was; does nothing the second time."""
        acquire_lock()
        try:
            if not self.active:
                return
            self.active = False
            if self._nested:
                return
            recognition.end()
            if _interpreter._find_and_load is _find_and_load:
                _interpreter._find_and_load = self._before
            else:
                warn(
                    f"the interpreter imports by {_interpreter._find_and_load!r}, no longer by loadstone: "
                    "left as it is",
                    RuntimeWarning,
                    stacklevel=2,
                )
        finally:
            release_lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.uninstall()

    def __repr__(self) -> str:
        state = "active" if self.active else "uninstalled"
        return f"<{type(self).__name__} {state}{', within another' if self._nested else ''}>"
