"""What a trace has recorded: imports, re-entries, and the trace itself; as JSON and back."""

from __future__ import annotations

import json
import sys
from _thread import get_ident
from collections.abc import Iterable
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import attrs

from ..records import as_json
from .events import errors_of
from .recorder import Recorder

if TYPE_CHECKING:
    from typing_extensions import Self

    from ..page import Page

__all__ = ["Import", "Lazy", "Reentry", "Trace", "document", "trace"]

T = TypeVar("T")
FORMAT = 1
_NOTEBOOK_DEPTH = 2


@attrs.frozen
class Lazy:
    """A lazy import as it was declared, in Python 3.15 and newer: ``lazy import name``, or `attribute` of it.

    By the keyword, by ``__lazy_modules__`` or because all are, as under ``-X lazy_imports=all``.
    """

    name: str
    """The module that it imports."""
    attribute: str | None = None
    """What of the module, for ``lazy from name import attribute``."""
    bound: str | None = None
    """The name that it is bound to."""
    importer: str | None = None
    """The module that declares it; None, as what follows, where that is not known."""
    file: str | None = None
    """The file of that, and `line` in it."""
    line: int | None = None
    loaded: bool = True
    """False for one never used, of a module that nothing else has imported either."""


@attrs.frozen
class Import:
    """One import: who asked for it, who found and loaded it, and the time that took.

    Times are seconds. What finding, loading and executing took is without the imports that happened
    meanwhile; together they are `own`.
    """

    number: int
    """Its place in the order in which imports began; in `Trace.imports` and in `parent`."""
    parent: int | None
    """The import in whose course this one happened; None for one that the program asked for itself."""
    name: str
    importer: str | None = None
    """The module whose code asked for it; None if it is not known, as for code run by C."""
    file: str | None = None
    """The file of that code, and `line` in it."""
    line: int | None = None
    thread: int = 0
    """0 for the thread that began the trace, others numbered in the order of their first imports."""
    finder: str | None = None
    """The class of the finder that answered, or the finder if that is a class; None if none did."""
    loader: str | None = None
    """The same of the loader."""
    kind: str = "other"
    """``source``, ``bytecode`` (without source), ``extension``, ``builtin``, ``frozen``, ``namespace``,
    ``missing`` for what was not found, ``other``."""
    origin: str | None = None
    """Where it comes from: `__spec__.origin`, a file for most."""
    distribution: str | None = None
    """The distribution that the module belongs to, by the metadata where it lies; ``Python`` for the standard
    library; None where there is none, and in a trace of this process: that asks when it shows itself."""
    started: float = 0.0
    """When it began, from the beginning of the trace."""
    finding: float = 0.0
    loading: float = 0.0
    """Making the module and getting its code: reading and unmarshalling, or compiling; extensions: linking.
    With loaders that do not belong to one module (zipimport's) getting the code counts as executing."""
    executing: float = 0.0
    own: float = 0.0
    cumulative: float = 0.0
    """All of it, with the imports that happened meanwhile."""
    cpu: float | None = None
    """The CPU seconds in `own`, of the thread: what a busy machine adds is not in them. None if not known."""
    size: int | None = None
    """How many bytes its loader has read; None where that cannot be seen."""
    compiled: bool | None = None
    """Whether it was compiled rather than taken from the bytecode cache; None where that cannot be seen."""
    reload: bool = False
    """Whether it was imported before."""
    lazy: Lazy | None = None
    """The lazy import that was resolved by this, with where it was declared; what asked for the import is
    where that was used first. None for what was not lazy."""
    finished: bool = True
    """False if the trace ended before."""
    error: str | None = None
    """The type of the exception it failed with, and `message`."""
    message: str | None = None
    swallowed: bool | None = None
    """Whether the failure was caught and what had asked for it went on; None if nothing failed or where it is
    not known, as for the outermost imports of other threads."""


@attrs.frozen
class Reentry:
    """An `import` statement that met a module which was only half executed: a circular import."""

    name: str
    parent: int
    """The import that was being executed."""
    importer: str | None
    file: str | None
    line: int | None
    thread: int
    cycle: tuple[str, ...]
    """The modules from the one met, by whom each has imported, to itself again."""


@attrs.define(eq=False, repr=False)
class Trace:
    """A trace: `with loadstone.trace() as t:` records every import, to be read afterwards.

    One trace records once. Traces may be nested, and run beside any other hook. Imports of isolated systems,
    and what is loaded by a spec's loader by hand, are not seen.
    """

    imports: list[Import] = attrs.field(factory=list)
    """In the order in which they began. Filled when the trace ends."""
    reentries: list[Reentry] = attrs.field(factory=list)
    seconds: float = 0.0
    """How long the trace ran."""
    program: list[str] = attrs.field(factory=list)
    """The command line, where a program was traced."""
    python: str = ""
    """The version of Python."""
    unused: list[Lazy] = attrs.field(factory=list)
    """The lazy imports that were declared and that nobody had used by the end. Not known of a program that
    ended by `os._exit` or a signal."""
    startup: list[Import] = attrs.field(factory=list)
    """Where a program was traced, what the interpreter imports before that: `site`, and what the lines of
    ``.pth`` files, `sitecustomize` and `usercustomize` import. They are of another start of the interpreter,
    and have numbers below 0 and times before 0, where the program begins."""
    startup_seconds: float = 0.0
    """How long the interpreter took to start the program that was traced."""
    runs: int = 1
    """How often the program was run; the times are the least of all runs."""
    _events: list[Any] = attrs.field(factory=list, init=False, repr=False)
    _recorder: Recorder | None = attrs.field(default=None, init=False, repr=False)
    _times: tuple[float, int] = attrs.field(default=(0.0, 0), init=False, repr=False)

    def start(self) -> None:
        """Begin to record. Raises RuntimeError if this trace has begun before, or was read from JSON."""
        from . import history  # noqa: F401 - not to be recorded

        if self._recorder is not None or self.python:
            raise RuntimeError("a trace records once: make another by loadstone.trace()")
        self.python = sys.version.split()[0]
        self._recorder = Recorder(self._events.append)
        self._times = (perf_counter(), get_ident())
        self._recorder.start()

    def stop(self, error: BaseException | None = None) -> None:
        """End recording, and make the records; `error` is what the program ends with. Idempotent."""
        from .history import History

        if self._recorder is None or not self._recorder.active:
            return
        end = perf_counter()
        self._recorder.stop()
        self._recorder.tell_unused()
        events, self._events = list(self._events), []
        self._recorder.emit = _forget
        start, thread = self._times
        history = History(events, start, end, thread, () if error is None else errors_of(error))
        self.imports, self.reentries, self.seconds = history.imports, history.reentries, history.seconds
        self.unused = history.unused

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop(error)

    @property
    def importing(self) -> float:
        """The seconds that all imports took: the sum of their `own`, over all threads."""
        return sum(each.own for each in self.imports)

    @property
    def cpu(self) -> float | None:
        """The CPU seconds in `importing`; None if they are not known."""
        known = [each.cpu for each in self.imports if each.cpu is not None]
        return sum(known) if known else None

    def children(self, of: Import | None = None) -> list[Import]:
        """The imports that happened in the course of one, in order; without it, the outermost ones."""
        number = None if of is None else of.number
        return [each for each in self.imports if each.parent == number]

    def path_to(self, record: Import) -> list[Import]:
        """The imports that led to this one, the outermost first, itself last."""
        by_number = {each.number: each for each in [*self.startup, *self.imports]}
        path = [record]
        while (parent := path[0].parent) is not None and parent in by_number:
            path.insert(0, by_number[parent])
        return path

    def page(self, *, whole: bool = False, depth: int | None = None, least: float = 0.0) -> Page:
        """The trace for people: what is circular, has failed, or was not used; last who takes the time.

        `whole` has the tree of all imports in it, and lists in full, as a short trace has in any case. With
        `depth`, the tree is so many levels deep; imports that took less than `least` seconds are left out of
        it, with their number.
        """
        from .page import page_of

        return page_of(self, whole=whole, depth=depth, least=least)

    def to_json(self) -> str:
        """The records as JSON text, which `from_json` reads."""
        return as_json(document(self))

    def to_html(self) -> str:
        """One HTML page that needs nothing else: a flame chart and a table of the imports."""
        from .html import html_of

        return html_of(self)

    def to_speedscope(self) -> str:
        """The trace as JSON for `speedscope <https://www.speedscope.app>`_: a profile for each thread."""
        from .exports import speedscope

        return speedscope(self)

    def to_chrome(self) -> str:
        """The trace as JSON of Chrome's trace events, which Perfetto and ``chrome://tracing`` show."""
        from .exports import chrome

        return chrome(self)

    @classmethod
    def from_importtime(cls, text: str) -> Trace:
        """The trace that a log of ``python -X importtime`` tells, whatever else is in it.

        It says less than one recorded here: names, own and cumulative times and who imported what; nothing of
        places, finders, loaders and failures. Raises ValueError if there is no line of such a log.
        """
        from .importtime import trace_of

        return trace_of(text)

    @classmethod
    def from_json(cls, text: str | bytes) -> Trace:
        """The trace that `to_json` has written. Raises ValueError, which says why, for anything else."""
        try:
            data = json.loads(text)
        except ValueError as error:
            raise ValueError(f"not the JSON of a trace: {error}") from None
        if not isinstance(data, dict) or data.get("report") != "loadstone trace":
            raise ValueError('not a trace: expected an object with "report": "loadstone trace"')
        if data.get("format") != FORMAT:
            raise ValueError(f"expected a trace in format {FORMAT}, not {data.get('format')!r}")
        try:
            return cls(
                imports=_records(Import, data["imports"]),
                reentries=_records(Reentry, data["reentries"]),
                seconds=float(data["seconds"]),
                program=[str(word) for word in data["program"]],
                python=str(data["python"]),
                unused=_records(Lazy, data.get("unused", ())),  # older traces have none, nor what follows
                startup=_records(Import, data.get("startup", ())),
                startup_seconds=float(data.get("startup_seconds", 0.0)),
                runs=int(data.get("runs", 1)),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not the JSON of a trace: {type(error).__name__}: {error}") from None

    def _repr_html_(self) -> str:
        """For notebooks: what `page` says, in short."""
        from ..notebook import html_of as fragment_of

        return fragment_of(self.page(depth=_NOTEBOOK_DEPTH))

    def __repr__(self) -> str:
        if self._recorder is not None and self._recorder.active:
            return f"<{type(self).__name__}: recording>"
        return f"<{type(self).__name__}: {len(self.imports)} imports in {self.importing:.3f} s>"


@attrs.frozen
class _Document:
    """What is written."""

    python: str
    program: list[str]
    seconds: float
    imports: list[Import]
    reentries: list[Reentry]
    unused: list[Lazy]
    startup: list[Import]
    startup_seconds: float
    runs: int
    report: str = "loadstone trace"
    format: int = FORMAT


def document(of: Trace) -> _Document:
    """What is written of a trace."""
    from .owners import find_owners

    find_owners(of)
    return _Document(
        python=of.python,
        program=of.program,
        seconds=of.seconds,
        imports=of.imports,
        reentries=of.reentries,
        unused=of.unused,
        startup=of.startup,
        startup_seconds=of.startup_seconds,
        runs=of.runs,
    )


def trace() -> Trace:
    """A trace, to be used in `with`: it records every import until the block ends, in all threads.

    Each is noted with who asked for it, the finder and loader, and the seconds for finding, loading and
    executing; failures, whether they were swallowed; circular imports; lazy ones, where they were declared
    and which nobody used. Works beside `takeover` and other
    hooks, of which it stays in front. When it ends, `sys.meta_path` and `builtins.__import__` are as they
    were, unless another's `__import__` has come around the trace's own: that stays. Thread-safe.
    """
    return Trace()


def _records(kind: type[T], items: Iterable[Any]) -> list[T]:
    """Records of a class, from dicts. Raises TypeError for what does not fit."""
    known = {field.name for field in attrs.fields(kind)}  # type: ignore[arg-type]
    records = []
    for item in items:
        if not isinstance(item, dict):
            raise TypeError(f"a record must be an object, not {item!r}")
        values = {name: value for name, value in item.items() if name in known}
        if "cycle" in values:
            values["cycle"] = tuple(values["cycle"])
        if values.get("lazy") is not None:
            (values["lazy"],) = _records(Lazy, [values["lazy"]])
        for name in _NUMBERS & values.keys():
            if not isinstance(values[name], (int, float)):
                raise TypeError(f"{name} must be a number, not {values[name]!r}")
        number, parent = values.get("number"), values.get("parent")
        if number is not None and parent is not None and not parent < number:
            raise ValueError(f"parent must be a number below {number}, not {parent!r}")
        if not isinstance(values.get("name"), str):
            raise TypeError("an import without a name")
        records.append(kind(**values))
    return records


_NUMBERS = {"number", "started", "finding", "loading", "executing", "own", "cumulative"}


def _forget(event: object) -> None:
    """Of threads that are still importing: nothing more is kept."""
