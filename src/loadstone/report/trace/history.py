"""A history: the events of a recorder, put together to records."""

from __future__ import annotations

import dis
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from .events import CODE, END, FAILED, FOUND, REENTRY, UNUSED
from .records import Import, Lazy, Reentry

__all__ = ["History"]


class History:
    """The records that events make: `imports`, `reentries`, `unused` and `seconds`."""

    def __init__(
        self,
        events: Iterable[Sequence[Any]],
        start: float,
        end: float,
        thread: int,
        errors: Sequence[tuple[str, str]] | None,
    ) -> None:
        """For `events` between `start` and `end`, which began in `thread`.

        `errors` are those that the program ended with, empty if none, None if that is not known.
        """
        self.seconds: float = end - start
        self._start = start
        self._threads = {thread: 0}
        self._errors = errors
        by_kind: dict[int, list[Sequence[Any]]] = {
            kind: [] for kind in (FOUND, END, REENTRY, FAILED, CODE, UNUSED)
        }
        unused = {}
        for event in events:
            by_kind[event[0]].append(event[1:])
            if event[0] == UNUSED:
                unused[event[1][:4]] = event[1:]
            elif event[0] in (FOUND, FAILED) and event[-1] is not None:
                unused.pop(event[-1][:4], None)  # by another thread, or at exit
        self._declaring = {
            number: (holder, code.co_filename, _statements(code)) for number, holder, code in by_kind[CODE]
        }
        self._ends = {event[0]: event[1:] for event in by_kind[END]}
        imports = [self._found(event, end) for event in by_kind[FOUND]]
        imports += [self._failed(event) for event in by_kind[FAILED]]
        known = {record.number: record for record in imports}
        self.imports: list[Import] = [
            attrs.evolve(record, swallowed=self._swallowed(record, known), parent=self._parent(record, known))
            for record in sorted(imports, key=lambda record: record.number)
        ]
        self.reentries: list[Reentry] = [self._reentry(event, known) for event in by_kind[REENTRY]]
        # What failed was used, though it still stands in its module.
        failed = {_meaning(each.lazy) for each in imports if each.lazy and each.error}
        lazies = [self._lazy(*event) for event in unused.values()]
        lazies = [lazy for lazy in lazies if lazy.importer is not None and _meaning(lazy) not in failed]
        order = {lazy.importer: place for place, lazy in reversed(list(enumerate(lazies)))}
        self.unused: list[Lazy] = sorted(lazies, key=lambda lazy: (order[lazy.importer], lazy.line or 0))

    def _thread(self, ident: int) -> int:
        return self._threads.setdefault(ident, len(self._threads))

    def _found(self, event: Sequence[Any], last: float) -> Import:
        number, parent, thread, name, is_reload, importer, file, line, start, found, within_finding = event[
            :11
        ]
        finder, loader, kind, origin, declared = event[11:]
        finding = found - start - within_finding
        end = self._ends.get(number)
        if end is None:
            ended, loaded, within_loading, within = last, found, within_finding, 0.0
            cpu, size, compiled, errors = None, None, None, ()
        else:
            ended, loaded, within_loading, within, cpu, size, compiled, errors = end
        loading = max(loaded - found - (within_loading - within_finding), 0.0)
        executing = max(ended - loaded - (within - within_loading), 0.0)
        if end is None:
            executing = 0.0  # what it was at is not known
        return Import(
            number=number,
            parent=parent,
            name=name,
            importer=importer,
            file=file,
            line=line,
            thread=self._thread(thread),
            finder=finder,
            loader=loader,
            kind=kind or "missing",
            origin=origin,
            started=start - self._start,
            finding=finding,
            loading=loading,
            executing=executing,
            own=finding + loading + executing,
            cumulative=ended - start,
            cpu=cpu,
            size=size,
            compiled=compiled,
            reload=is_reload,
            lazy=None if declared is None else self._lazy(declared),
            finished=end is not None,
            error=errors[0][0] if errors else None,
            message=errors[0][1] if errors else None,
        )

    def _failed(self, event: Sequence[Any]) -> Import:
        number, parent, thread, name, is_reload, importer, file, line, now, errors, declared = event
        self._ends[number] = (now, now, 0.0, 0.0, None, None, None, errors)
        return Import(
            number=number,
            parent=parent,
            name=name,
            importer=importer,
            file=file,
            line=line,
            thread=self._thread(thread),
            kind="missing",
            started=now - self._start,
            reload=is_reload,
            lazy=None if declared is None else self._lazy(declared),
            error=errors[0][0],
            message=errors[0][1],
        )

    def _parent(self, record: Import, known: dict[int, Import]) -> int | None:
        return record.parent if record.parent in known else None

    def _swallowed(self, record: Import, known: dict[int, Import]) -> bool | None:
        """Whether what asked for a failed import did not fail of that."""
        if record.error is None:
            return None
        parent = self._parent(record, known)
        if parent is not None:
            end = self._ends.get(parent)
            outer = None if end is None else end[-1]
        else:
            outer = self._errors if record.thread == 0 else None
        return None if outer is None else (record.error, record.message) not in map(tuple, outer)

    def _lazy(self, declared: Sequence[Any], is_loaded: bool = True) -> Lazy:
        importer, bound, name, attribute, file, code = declared
        if code is None:
            return self._lost(name, attribute, is_loaded)
        line = None
        for at, *names in self._declaring[code][-1]:
            if _declares(names, bound, name, attribute):
                line = at  # the last one: it is that which the name is bound by
        return Lazy(name, attribute, bound, importer, file, line, is_loaded)

    def _lost(self, name: str, attribute: str | None, is_loaded: bool) -> Lazy:
        """One that no module holds any more, as `a.b` is not if `import a.c` follows: by the code of both."""
        bound = name.partition(".")[0]
        for importer, file, statements in self._declaring.values():
            for line, *names in statements:
                if attribute is None and names == [name, None, bound]:
                    return Lazy(name, None, bound, importer, file, line, is_loaded)
        return Lazy(name, attribute, loaded=is_loaded)

    def _reentry(self, event: Sequence[Any], known: dict[int, Import]) -> Reentry:
        parent, thread, name, importer, file, line, cycle = event
        names = [known[number].name for number in cycle if number in known]
        return Reentry(name, parent, importer, file, line, self._thread(thread), (*names, name))


Statement = tuple[Any, str, Any, str]


def _statements(code: Any) -> list[Statement]:
    """The names that imports in the code bind: line, module as it is written, what of that, name."""
    found = []
    module = attribute = line = None
    each: Any
    for each in dis.get_instructions(code):
        if each.opname == "IMPORT_NAME":
            module, attribute, line = each.argval, None, each.positions.lineno
        elif each.opname == "IMPORT_FROM":
            attribute = each.argval
        elif each.opname in ("STORE_NAME", "STORE_GLOBAL") and module is not None:
            found.append((line, module, attribute, each.argval))
    return found


def _meaning(lazy: Lazy) -> tuple[str | None, ...]:
    return lazy.importer, lazy.bound, lazy.name, lazy.attribute


def _declares(names: Sequence[Any], bound: str, name: str, attribute: str | None) -> bool:
    """Whether an import binds this: written as `names`, perhaps with a relative name of the module."""
    module, of_it, to = names
    is_module = not module or name == module or name.endswith(f".{module}")
    return to == bound and is_module and attribute in (None, of_it)
