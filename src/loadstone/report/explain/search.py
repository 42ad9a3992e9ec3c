"""The search, observed: the walk along the chain with a stand-in for each finder that notes its answer."""

from __future__ import annotations

import sys
from _thread import get_ident
from functools import partial
from importlib.machinery import ModuleSpec
from time import perf_counter
from typing import Any

from ..._core.finding import Walk, find_spec, object_name, observers
from ..._core.locks import acquire_lock, release_lock
from ..._standard.path import PathSearch
from ..._standard.recognition import path_search
from ...framework.chain import finders_for
from .misses import near
from .records import Answer, AskedEntry, Change, Shadow, SpecRecord, called

__all__ = ["Search", "error_text"]

_DEEPEST = 20


class Search:
    """One search for a module, from which nothing is executed.

    `run` makes it; the records can be asked for at any time, also after it was interrupted.
    """

    def __init__(self, name: str, path: Any) -> None:
        """For the module `name`, along `path`, the search path of its parent (None at top level)."""
        self.name = name
        self.path = path
        self.spec: Any = None
        self.found: SpecRecord | None = None
        self.error: str | None = None
        self._questions: list[_Question] = []
        self._now = self._questions
        self._depth = 0
        self._later = False

    def run(self) -> None:
        """Ask the finders in order as an import does, then those that an import would not have asked.

        What finders raise is noted. Only KeyboardInterrupt passes through.
        """
        finders = None if sys.meta_path is None else finders_for(self.name)
        try:
            self.spec = self._ask(finders)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            self.error = error_text(error)
        if self.spec is not None:
            self.found = SpecRecord.of(self.spec)
        if self.spec is None and self.error is None:
            return
        self._later = True
        for finder in finders or ():
            if not any(question.finder is finder for question in _all(self._questions)):
                _quietly(self._ask, [finder])
        for question in list(_all(self._questions)):
            question.ask_the_rest()

    def _ask(self, finders: Any) -> Any:
        """Have the engine walk along `finders`, observed."""
        thread = get_ident()
        before = observers.get(thread)
        observers[thread] = self._stand_in
        try:
            return find_spec(Walk(finders), self.name, self.path)
        finally:
            if before is None:
                del observers[thread]
            else:
                observers[thread] = before

    def _stand_in(self, finder: Any) -> Any:
        if self._depth >= _DEEPEST:
            return finder
        if not (hasattr(finder, "find_spec") or hasattr(finder, "find_module")):
            question = _Question(finder, self.name, later=self._later)
            question.error = "has no find_spec()"
            self._now.append(question)
        return _StandIn(finder, partial(self._note, finder))

    def _note(self, finder: Any, method: str, name: str, *arguments: Any) -> Any:
        """Ask the finder, and note the answer; what it raises passes through."""
        question = _Question(finder, name, later=self._later)
        self._now.append(question)
        outer, self._now = self._now, question.nested
        self._depth += 1
        began = perf_counter()
        try:
            answer = question.ask(method, arguments)
        except BaseException as error:
            question.error = error_text(error)
            question.finished = not isinstance(error, KeyboardInterrupt)
            raise
        finally:
            question.seconds = perf_counter() - began
            self._depth -= 1
            self._now = outer
        return answer

    @property
    def asked(self) -> tuple[Answer, ...]:
        """The finders asked, in order."""
        return tuple(question.record() for question in self._questions)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What interceptors made of the answers that they got, the innermost first."""
        return tuple(change for question in self._questions for change in question.changes())

    @property
    def shadows(self) -> tuple[Shadow, ...]:
        """What would have been answered after the answer that counts."""
        found = self.found
        if found is None:
            return ()
        shadows = []
        for question in _all(self._questions):
            own = _answering(question)
            by_others = any(nested.spec is not None for nested in question.nested)
            if question.later and question.spec is not None and not by_others:
                shadows.append(_shadow(found, question, own, question.spec))
            for entry in question.entries:
                if entry.spec is not None and entry is not own and entry.later:
                    shadows.append(_shadow(found, question, entry, entry.spec))
        return tuple(shadows)


class _StandIn:
    """What is asked in the place of a finder or a path entry finder: it has the methods that that has."""

    def __init__(self, finder: Any, ask: Any) -> None:
        self._finder = finder
        self._ask = ask

    def __getattr__(self, name: str) -> Any:
        if name == "__qualname__":
            return object_name(self._finder)
        getattr(self._finder, name)  # raises what is to be raised
        return partial(self._ask, name)


class _Entry:
    """An entry of a path, while it is asked."""

    def __init__(self, entry: Any, *, later: bool) -> None:
        self.entry = entry
        self.later = later
        self.finder: Any = None
        self.answer: Any = None
        self.spec: SpecRecord | None = None
        self.error: str | None = None
        self.seconds = 0.0

    def find(self, make: Any) -> Any:
        """The path entry finder as `make` gives it: a stand-in for it, or None."""
        began = perf_counter()
        try:
            self.finder = make(self.entry)
        except BaseException as error:
            self.error = error_text(error)
            raise
        finally:
            self.seconds += perf_counter() - began
        return None if self.finder is None else _StandIn(self.finder, self.ask)

    def ask(self, method: str, name: str, *arguments: Any) -> Any:
        """Ask the path entry finder, and note the answer."""
        began = perf_counter()
        try:
            answer = getattr(self.finder, method)(name, *arguments)
        except BaseException as error:
            self.error = error_text(error)
            raise
        finally:
            self.seconds += perf_counter() - began
        spec = _as_spec(method, name, answer)
        self.spec = None if spec is None else SpecRecord.of(spec)
        return answer

    def record(self, name: str) -> AskedEntry:
        return AskedEntry(
            entry=self.entry if isinstance(self.entry, str) else repr(self.entry),
            finder=None if self.finder is None else called(self.finder),
            spec=self.spec,
            seconds=self.seconds,
            later=self.later,
            error=self.error,
            misses=near(self.entry, self.finder, name, self.spec),
        )


class _Question:
    """A finder, while it is asked."""

    def __init__(self, finder: Any, name: str, *, later: bool) -> None:
        self.finder = finder
        self.name = name
        self.later = later
        self.answer: Any = None
        self.spec: SpecRecord | None = None
        self.loader: Any = None
        self.error: str | None = None
        self.finished = True
        self.seconds = 0.0
        self.entries: list[_Entry] = []
        self.nested: list[_Question] = []
        self._path: _ObservedPath | None = None

    def ask(self, method: str, arguments: Any) -> Any:
        asked = self.finder
        search = path_search(asked)
        if search is not None and method == "find_spec":
            self._path = _ObservedPath(self, search, *arguments)
            asked = self._path.search
        try:
            answer = getattr(asked, method)(self.name, *arguments)
        except (KeyError, ModuleNotFoundError) as error:
            # Of a parent that is not imported: finders may rely on it, since an import imports it first.
            parent = self.name.rpartition(".")[0]
            named = error.args[:1] if isinstance(error, KeyError) else (error.name,)
            if not parent or named != (parent,) or parent in sys.modules:
                raise
            answer = self._path and self._path.portion()
            if answer is None:
                self.error = f"can only be asked once {parent!r} is imported"
        self.answer = _as_spec(method, self.name, answer)
        if self.answer is not None:
            self.spec = SpecRecord.of(self.answer)
            self.loader = getattr(self.answer, "loader", None)
        return answer

    def ask_the_rest(self) -> None:
        """Ask the entries of the path behind the one that answered."""
        if self._path is not None:
            self._path.ask_the_rest()

    def changes(self) -> list[Change]:
        changes = [change for question in self.nested for change in question.changes()]
        given = [question for question in self.nested if question.name == self.name and question.spec]
        if not given or self.later:
            return changes
        before, after, finder = given[-1].spec, self.spec, called(self.finder)
        assert before is not None
        if after is None:
            return [*changes, Change(finder, "spec", before, None)]
        for field in _FIELDS:
            old, new = getattr(before, field), getattr(after, field)
            if old != new or (field == "loader" and given[-1].loader is not self.loader):
                changes.append(Change(finder, field, old, new))
        return changes

    def record(self) -> Answer:
        return Answer(
            finder=called(self.finder),
            name=self.name,
            spec=self.spec,
            seconds=self.seconds,
            later=self.later,
            error=self.error,
            finished=self.finished,
            entries=tuple(entry.record(self.name) for entry in self.entries),
            nested=tuple(question.record() for question in self.nested),
        )


_FIELDS = ("loader", "origin", "has_location", "cached", "search_locations", "loader_state")


class _ObservedPath:
    """The search of a path finder for one question, which notes what each entry of the path answers."""

    def __init__(self, question: _Question, search: PathSearch, path: Any = None, target: Any = None) -> None:
        self.search = search.observed(self._entry)
        self._question = question
        self._target = target
        self._later = question.later
        try:
            self._path = list(search.state.path if path is None else path)
        except Exception:  # what cannot be gone through, the finder itself will tell
            self._path = []

    def _entry(self, entry: str, make: Any) -> Any:
        """The path entry finder for the entry whose turn it is, as `make` gives it: a stand-in for it."""
        if entry in self._path:
            place = self._path.index(entry)
            self._pass_by(self._path[:place])
            del self._path[: place + 1]
        asked = _Entry(entry, later=self._later)
        self._question.entries.append(asked)
        return asked.find(make)

    def portion(self) -> Any:
        """The portions of a namespace package that were found when the parent turned out to be missing."""
        entries = self._question.entries
        found = [entry.spec.search_locations or () for entry in entries if entry.spec is not None]
        locations = [location for portion in found for location in portion]
        if not locations:
            return None
        spec = ModuleSpec(self._question.name, None)
        spec.submodule_search_locations = locations
        return spec

    def _pass_by(self, entries: list[Any]) -> None:
        """Note the entries that the path finder does not ask: they are no str."""
        self._question.entries += [_Entry(entry, later=self._later) for entry in entries]

    def ask_the_rest(self) -> None:
        """Ask the entries that have not been asked."""
        self._later = True
        acquire_lock()
        try:
            for entry in list(self._path):
                if isinstance(entry, str):
                    _quietly(self.search.spec_in, self._question.name, [entry], self._target)
            self._pass_by(self._path)
        finally:
            release_lock()


def _quietly(function: Any, *arguments: Any) -> None:
    """Call the function for what is noted, which is also what it raises; only KeyboardInterrupt passes."""
    try:
        function(*arguments)
    except KeyboardInterrupt:
        raise
    except BaseException:  # noqa: S110
        pass


def _all(questions: list[_Question]) -> Any:
    for question in questions:
        yield question
        yield from _all(question.nested)


def _answering(question: _Question) -> _Entry | None:
    """The entry of the path whose answer is that of the path finder."""
    for entry in question.entries:
        if entry.spec is not None and question.spec is not None and entry.spec.origin == question.spec.origin:
            return entry
    return None


def _shadow(found: SpecRecord, question: _Question, entry: _Entry | None, spec: SpecRecord) -> Shadow:
    same = found.has_location and spec.has_location and spec.origin == found.origin
    return Shadow(called(question.finder), None if entry is None else entry.entry, spec, same)


def _as_spec(method: str, name: str, answer: Any) -> Any:
    """The answer of a finder, or of one of before Python 3.4, as a spec."""
    if method == "find_spec" or answer is None:
        return answer
    loader, portions = answer if method == "find_loader" else (answer, [])
    if loader is None and not portions:
        return None
    spec = ModuleSpec(name, loader)
    if loader is None:
        spec.submodule_search_locations = list(portions)
    return spec


def error_text(error: BaseException) -> str:
    """The type and the message of an exception, in one line."""
    try:
        message = " ".join(str(error).split())
    except Exception:
        message = "(no message: its str raises)"
    return f"{type(error).__qualname__}: {message}" if message else type(error).__qualname__
