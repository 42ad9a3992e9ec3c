"""`explain`: the search for a module and its parents, observed, and what it shows."""

from __future__ import annotations

import sys
import traceback
from contextlib import AbstractContextManager, nullcontext
from time import perf_counter
from types import ModuleType
from typing import Any

from ..._core.system import live, resolve_name
from ...framework.kinds import attribute_of
from ...program import imported_since_start, without_own_modules
from ..died import Died
from ..trace.lazies import standing
from .case import Case
from .causes import causes_of
from .failure import source_of
from .fresh import Fresh
from .inventory import Inventory
from .owner import owner_of
from .records import Answer, Explanation, Imported, Loading, SpecRecord, Step
from .search import Search, error_text

__all__ = ["explain", "inquire"]

_ABSENT: Any = object()


def explain(name: str, package: str | None = None, *, load: bool = False) -> Explanation:
    """Make the search for the module `name`, observed, and tell what every finder answered, and why.

    Nothing is executed: where a parent package is not imported, its submodules are looked for along the
    search locations of its spec. With `load`, the parents and the module are imported, and what that raises
    is part of the explanation. A relative name needs `package`. The finders are asked as by an import, under
    the import lock, in the calling thread; then those that an import would not have asked any more. What
    finders raise is noted. Thread-safe.

    Raises TypeError for what is no str, ValueError for an empty name, ImportError for a relative one that
    comes without `package` or leads beyond it. KeyboardInterrupt passes through; its attribute
    `explanation` is what was found so far, whose `interrupted` is the finder that was being asked.
    """
    if not isinstance(name, str):
        raise TypeError(f"name must be str, not {type(name).__name__}")
    if package is not None and not isinstance(package, str):
        raise TypeError(f"package must be str or None, not {type(package).__name__}")
    full_name = resolve_name(name, package)
    if not full_name:
        raise ValueError("name is empty: expected the name of a module")
    return inquire(full_name, load=load)


def inquire(name: str, *, load: bool, fresh: Fresh | None = None) -> Explanation:
    """As `explain`, for an absolute name. With `fresh`, as in a program that has only just started.

    Then what is in `sys.modules` counts only where no finder has it, and loadstone's own imports not at all.
    """
    inquiry = _Inquiry(name, load, fresh)
    try:
        inquiry.make()
        return inquiry.result()
    except KeyboardInterrupt as error:
        error.explanation = inquiry.result(interrupted=True)  # type: ignore[attr-defined]
        raise


class _Inquiry:
    """The searches for the parents of a module, and for itself."""

    def __init__(self, name: str, load: bool, fresh: Fresh | None) -> None:
        self.name = name
        self._load = load
        self._fresh = fresh
        self.inventory = Inventory()
        self._stages: list[_Stage] = []
        # What the command itself has put off or imported is nothing of a program that has only just started.
        self._put_off = _put_off() if fresh else set()
        self._own = {} if fresh is None else imported_since_start()
        self._as_for_programs = nullcontext() if fresh is None else without_own_modules(*fresh.keeps)

    def make(self) -> None:
        path: Any = None
        end = -1
        while True:
            end = self.name.find(".", end + 1)
            name = self.name if end < 0 else self.name[:end]
            stage = self._stage(name, path)
            self._stages.append(stage)
            stage.search.run()
            if self._fresh is not None:
                stage.forget_module(name in self._own)
                if self._fresh.end is not None and self._fresh.end.module == name:
                    stage.fail(self._fresh.end)
                    return
            if self._load and stage.is_there and not self._load_stage(stage):
                return
            if end < 0 or not stage.is_there:
                break
            path = stage.search_path()
            if path is None:
                break
        if stage.name != self.name and self.name in sys.modules.keys() - self._own.keys():
            # An import takes it from there, whatever its parents are.
            self._stages.append(self._stage(self.name, None))

    def _load_stage(self, stage: _Stage) -> bool:
        if self._fresh is not None:
            self._fresh.progress(stage.name)
        return stage.load(self._as_for_programs)

    def _stage(self, name: str, path: Any) -> _Stage:
        is_pending = name in _put_off() - self._put_off and name not in sys.modules
        return _Stage(name, path, _places(name) if is_pending else None)

    def case(self) -> Case:
        """What is known when the search is over."""
        steps = [stage.record() for stage in self._stages]
        last = self._stages[-1]
        found = last.name == self.name and steps[-1].is_there and last.failure is None
        start = None if self._fresh is None else self._fresh.start
        path, failure = last.search.path, last.failure
        return Case(self.name, steps, found, path, failure, self._ask, causes_of, self.inventory, start=start)

    def _ask(self, name: str) -> Case:
        """The case of another module, as the program that is explained would find it now."""
        inquiry = _Inquiry(name, load=False, fresh=None)
        inquiry.inventory = self.inventory
        with self._as_for_programs:
            inquiry.make()
            return inquiry.case()

    def result(self, *, interrupted: bool = False) -> Explanation:
        case = self.case()
        steps, is_complete = case.steps, case.is_complete
        last = self._stages[-1]
        at = None
        if interrupted:
            at = _unfinished(steps[-1].asked) or last.doing
        return Explanation(
            name=self.name,
            found=case.found and not interrupted,
            parents=tuple(steps[:-1] if is_complete else steps),
            module=steps[-1] if is_complete else None,
            causes=() if interrupted else causes_of(case),
            interrupted=at,
            distribution=owner_of(steps[-1]) if case.found else None,
        )


class _Stage:
    """One module on the way: what `sys.modules` has of it, the search, and the import if that is made."""

    def __init__(self, name: str, path: Any, pending: tuple[str, ...] | None) -> None:
        self.name = name
        self.pending = pending
        self.search = Search(name, path)
        self.failure: BaseException | None = None
        self.doing = f"the causes for {name}"
        self._module = sys.modules.get(name, _ABSENT)
        self._initialising = _is_initialising(self._module)
        self._loading: Loading | None = None
        self._loaded: ModuleType | None = None

    @property
    def is_there(self) -> bool:
        """Whether an import would find it."""
        if self._module is _ABSENT:
            return self.search.spec is not None
        return self._module is not None

    def forget_module(self, is_own: bool) -> None:
        """Have the module not imported, if it can be found and is not None, or is loadstone's own."""
        if is_own or (self._module is not None and self.search.spec is not None):
            self._module = _ABSENT

    def fail(self, end: Died) -> None:
        """Have the module fail as another process came to its end by it."""
        self.failure = end
        self._loading = Loading(0.0, end.text, end.file, end.line)

    def load(self, surroundings: AbstractContextManager[None]) -> bool:
        """Import the module, in its `surroundings`; whether that went well."""
        doing, self.doing = self.doing, f"the import of {self.name}"
        began = perf_counter()
        try:
            with surroundings:
                live.import_module(self.name)
                self._loaded = sys.modules.get(self.name)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.failure = error
            self._loading = Loading(perf_counter() - began, error_text(error), *_place_of(error))
            return False
        self._loading = Loading(perf_counter() - began)
        self.doing = doing
        return True

    def search_path(self) -> Any:
        """Where submodules are looked for; None for a module that is no package."""
        module: Any = None
        if self._loading is not None:
            module = self._loaded
        elif self._module is not _ABSENT:
            module = sys.modules.get(self.name)
        if module is None:
            return self.search.spec.submodule_search_locations
        path = _attribute(module, "__path__")
        return getattr(type(module), "__path__", None) if path is None else path

    def record(self) -> Step:
        search = self.search
        return Step(
            name=self.name,
            path=_entries(search.path),
            imported=self._imported(),
            asked=search.asked,
            spec=search.found,
            error=search.error,
            changes=search.changes,
            shadows=search.shadows,
            loading=self._loading,
            pending=self.pending,
        )

    def _imported(self) -> Imported | None:
        module = self._module
        if module is _ABSENT:
            return None
        if module is None:
            return Imported("None", None, None, False)
        spec = _attribute(module, "__spec__")
        file = _attribute(module, "__file__")
        own = None if spec is None else SpecRecord.of(spec)
        found = self.search.found
        agrees = own is not None and found is not None and own.place == found.place
        state = "initialising" if self._initialising else "imported"
        return Imported(state, file if isinstance(file, str) else None, own, agrees)


def _put_off() -> set[str]:
    """The names that lazy imports have named, and nobody has used."""
    return set(getattr(sys, "lazy_modules", ()))


def _places(name: str) -> tuple[str, ...]:
    """Where the lazy imports stand that import the module `name`, or something in it."""
    return tuple(
        f"{holder}.{bound}"
        for holder, bound, module, attribute in standing()
        if f"{module}.{attribute or ''}.".startswith(f"{name}.")
    )


def _entries(path: Any) -> tuple[str, ...] | None:
    """The entries of a search path; of what is none, what it is."""
    try:
        return None if path is None else tuple(map(str, path))
    except Exception:
        return (repr(path),)


def _attribute(module: Any, name: str) -> Any:
    """An attribute of a module as it is: a lazy module is not executed for it."""
    try:
        return attribute_of(module, name) if isinstance(module, ModuleType) else getattr(module, name)
    except Exception:
        return None


def _is_initialising(module: Any) -> bool:
    return getattr(_attribute(module, "__spec__"), "_initializing", False) is True


def _place_of(error: BaseException) -> tuple[str | None, int | None]:
    """The file and line that an exception is about, or in which it was raised, but for the engine's own."""
    if isinstance(error, SyntaxError):
        return source_of(error)
    frames = traceback.extract_tb(error.__traceback__)[1:]
    for frame in reversed(frames):
        if not ("importlib" in frame.filename and "_bootstrap" in frame.filename):
            return frame.filename, frame.lineno
    return None, None


def _unfinished(asked: tuple[Answer, ...]) -> str | None:
    """The innermost finder that was being asked."""
    for answer in asked:
        if not answer.finished:
            entry = f", at {answer.entries[-1].entry}" if answer.entries else ""
            return _unfinished(answer.nested) or f"{answer.finder}{entry}"
    return None
