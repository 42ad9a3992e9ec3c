"""The finder of a recorder: first on the chain, it notes what the rest of it finds, and for whom."""

from __future__ import annotations

import sys
from _frozen_importlib_external import SourceFileLoader
from _thread import get_ident
from time import perf_counter

from ..._core.finding import NOWHERE, find_spec
from ..._core.frames import hidden, passing, trim_own
from ..._core.versions import HAS_LOAD_MODULE
from ...framework.traits import name_of
from .entry import Entry
from .events import FOUND, errors_of
from .importer import CALLS, FIND_AND_LOAD, importer, place_of
from .watched import Watched, WatchedOld, WatchedUnable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, FrameType, ModuleType
    from typing import Any

    from .entry import Seen
    from .events import Error
    from .importer import Place
    from .lazies import Declared
    from .recorder import Recorder

__all__ = ["Finder"]

_WALK: CodeType = find_spec.__code__
_OF_A_PARENT = 8
_DEPTHS = (5, 7, _OF_A_PARENT)  # of `__import__`: for the module itself, a name in a fromlist, a parent


class _Rest:
    """The state of a walk over the rest of the chain."""

    __slots__ = ("meta_path", "modules")


@hidden
def _end_import(fullname: str, target: Any, caller: FrameType | None) -> None:
    """Raise what the interpreter would say at the end of its own walk; it would ask all finders again for it.

    `caller` is who has asked for the walk. Of others than the interpreter's own it is not known what they do;
    and it says nothing itself where an attribute of a package that is lazy might be a module (Python 3.15).
    """
    code = None if caller is None else caller.f_code
    if caller and code is FIND_AND_LOAD and not caller.f_locals.get("lazy_submodule"):
        raise ModuleNotFoundError(f"No module named {fullname!r}", name=fullname)
    reload: Any = getattr(sys.modules.get("importlib"), "reload", None)
    if target is not None and code is getattr(reload, "__code__", reload):
        target.__spec__ = None
        raise ModuleNotFoundError(f"spec not found for the module {fullname!r}", name=fullname)


class Finder:
    """The finder of a recorder: it says what the rest of the chain says."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self._chain: list[Any] = []
        self._behind: tuple[list[Any], list[str] | None] = [], []  # those behind, and their names
        self._is_plain = True

    @passing
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the finders behind this one have found for an import; with a loader that is watched.

        Nobody is asked twice: where they have found nothing, the import ends here. Where a module is only
        searched for, None: whoever searches asks them next.
        """
        recorder = self.recorder
        start = perf_counter()
        asked = self._importer(fullname) if recorder.active else None
        is_known = self._is_plain and sys.meta_path == self._chain
        finders, names = self._behind if is_known else self._rest(fullname)
        if asked is None or not finders:
            return None
        state: Any = _Rest()
        state.modules = sys.modules
        turns: Any = iter(finders)
        state.meta_path = turns
        who, declared = asked
        thread = get_ident()
        stack = recorder.stacks.get(thread)
        if stack is None:
            stack = recorder.stacks[thread] = []
        entry = Entry(recorder, stack, fullname, start)
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
                turn = -turns.__length_hint__() - 1
                finder = names[turn] if names is not None else name_of(finders[turn])
            if spec is None:
                errors = errors or (("ModuleNotFoundError", f"No module named {fullname!r}"),)
            else:
                seen = entry.look_at(spec)
            facts = (start, found, within, finder)
            recorder.emit(
                (FOUND, entry.number, parent, thread, fullname, is_reload, *who, *facts, *seen, declared)
            )
            if spec is None or not self._watch(spec, entry):
                entry.end(found, errors)
        if spec is None:
            asker = sys._getframe(1)
            if asker.f_code is _WALK:
                return NOWHERE  # type: ignore[no-any-return]
            try:
                _end_import(fullname, target, asker.f_back)
            except ModuleNotFoundError as error:
                trim_own(error)
                raise
        return spec  # type: ignore[no-any-return]

    find_spec.stands_in_front = True  # type: ignore[attr-defined]

    def forget(self) -> None:
        """Keep no finder alive any longer."""
        self._chain, self._behind = [], ([], [])

    def _rest(self, fullname: str) -> tuple[list[Any], list[str] | None]:
        """The finders behind this one, those of a switchboard one by one; their names, if they are known."""
        chain = sys.meta_path
        if chain != self._chain:
            seen = list(chain)
            place = next((place for place, finder in enumerate(seen) if finder is self), -1)
            behind = [finder for finder in seen[place + 1 :] if finder is not self]
            self._is_plain = not any(hasattr(finder, "bound_to") for finder in behind)
            self._behind = behind, [name_of(finder) for finder in behind]
            self._chain = seen
        if self._is_plain:
            return self._behind
        finders: list[Any] = []
        for finder in self._behind[0]:
            if hasattr(finder, "bound_to"):
                finders += finder.bound_to(fullname)
            else:
                finders.append(finder)
        return finders, None

    def _importer(self, fullname: str) -> tuple[Place, Declared | None] | None:
        """Who imports the module, and by which lazy import. None if it is only searched for."""
        frame = sys._getframe
        recorder = self.recorder
        try:
            if frame(3).f_code is FIND_AND_LOAD:
                statement = recorder.import_code
                is_lazy = fullname in recorder.pending or fullname in recorder.steps
                if frame(5).f_code is statement and not is_lazy:  # as most often
                    who = frame(6)
                    file = who.f_code.co_filename
                    if "importlib" not in file:
                        name = who.f_globals.get("__name__")
                        return (name if type(name) is str else None, file, who.f_lineno), None
                for depth in _DEPTHS:
                    if frame(depth).f_code is statement:
                        who = frame(depth + 1)
                        if "importlib" not in who.f_code.co_filename:
                            if is_lazy or depth == _OF_A_PARENT:
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

    def _watch(self, spec: Any, entry: Entry) -> bool:
        """Put a loader around that of `spec` that says when the import is over; False if that cannot be."""
        loader = spec.loader
        watched: Any
        if type(loader) is SourceFileLoader:
            watched, is_loader = Watched, True
        elif hasattr(loader, "exec_module"):
            watched, is_loader = Watched, hasattr(loader, "create_module")
        elif HAS_LOAD_MODULE:
            watched, is_loader = WatchedOld, hasattr(loader, "load_module")
        else:
            watched, is_loader = WatchedUnable, loader is not None
        if not is_loader:
            return False
        if type(sys.meta_path[0]) is not Finder:
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
