"""A program run in an interpreter of its own, and the trace of it."""

from __future__ import annotations

import marshal
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import attrs

from ... import program
from ..._child import start_of
from .child import STARTED, STOPPED
from .events import END, FAILED, FOUND
from .history import History
from .owners import with_owners
from .records import Import, Trace
from .repetition import least

__all__ = ["traced", "wait"]

_TIMES = {FOUND: 10, END: 2, FAILED: 9}  # where events have the time that they happened at
_RUNNER = runpy.run_module.__code__.co_filename
_FORWARDED = ("SIGTERM", "SIGHUP")
_STARTER = "loadstone.report.trace.start"
_LONG = 60.0  # seconds that a start may take
_PATIENCE = 0.5  # seconds that a program has to end by a signal of its own


def traced(wanted: program.Program, times: int = 1) -> tuple[Trace, int]:
    """Run the program in a fresh interpreter with the options of this one; its trace, and its exit status.

    However it ends, what it had recorded by then is in the trace. The status is negative if it died of a
    signal. Signals to end that this process gets are passed on to it. What the interpreter imports before the
    program is read off another start of it, in which nothing else is run. It is all done so many `times`, in
    fresh interpreters, but not again once it has failed.
    """
    traces = []
    for _ in range(times):
        trace, status = _traced(wanted)
        traces.append(trace)
        if status:
            break
    return (least(traces) if times > 1 else trace), status


def _traced(wanted: program.Program) -> tuple[Trace, int]:
    words = [wanted.kind or "", wanted.name, *wanted.arguments]
    begun = perf_counter()
    events, status = _recorded("loadstone.report.trace.child", words, wait)
    trace = _trace(events, begun, [word for word in words if word])
    if status >= 0 and not sys.flags.no_site:
        trace.startup = _startup()
    return trace, status


def _startup() -> list[Import]:
    """What `site` and those whom it calls import when an interpreter starts; none if that cannot be seen."""
    events, status = _recorded(_STARTER, [], _wait_quietly, "-S")
    if status:
        return []
    history, _ = _read(events)
    first = len(history.imports)
    found = []
    for record in with_owners(history.imports):
        if record.importer == _STARTER:
            record = attrs.evolve(record, importer=None, file=None, line=None)
        found.append(
            attrs.evolve(
                record,
                number=record.number - first,
                parent=None if record.parent is None else record.parent - first,
                started=record.started - history.seconds,
            )
        )
    return found


def _recorded(
    module: str, words: list[str], wait: Callable[[list[str]], int], *options: str
) -> tuple[list[tuple[Any, ...]], int]:
    """What a module of loadstone's writes that is called in a process of its own, and its exit status."""
    given = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    descriptor, path = tempfile.mkstemp(prefix="loadstone-trace-")
    os.close(descriptor)
    try:
        with start_of(module) as start:
            status = wait([sys.executable, *given, *options, *start, path, *words])
        with open(path, "rb") as file:
            return list(_events(file)), status
    finally:
        os.unlink(path)


def _wait_quietly(command: list[str]) -> int:
    """Run a command that is not to be heard, and not waited for without an end; its status."""
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_LONG,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return 1


def wait(command: list[str]) -> int:
    """Run a command to its end, whatever signal comes, and return its status.

    A signal is passed on if that has not ended meanwhile: often it was sent to both.
    """
    child: subprocess.Popen[bytes] | None = None
    started = threading.Event()
    timers: list[threading.Timer] = []

    def forward(number: int, frame: object) -> None:
        if number == signal.SIGINT and sys.stdin is not None and sys.stdin.isatty():
            return  # the terminal has sent it to both
        timer = threading.Timer(_PATIENCE, pass_on, (number,))
        timer.daemon = True
        timers.append(timer)
        timer.start()

    def pass_on(number: int) -> None:
        started.wait()
        assert child is not None
        child.send_signal(number)

    numbers = [signal.SIGINT, *(getattr(signal, name) for name in _FORWARDED if hasattr(signal, name))]
    before = {number: signal.signal(number, forward) for number in numbers}
    try:
        child = subprocess.Popen(command)
        started.set()
        return child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for timer in timers:
            timer.cancel()


def _events(file: Any) -> Iterator[tuple[Any, ...]]:
    """The events in a file, as far as they were written."""
    while True:
        try:
            event = marshal.load(file)
        except (EOFError, ValueError, TypeError):
            return
        yield event


def _trace(events: list[tuple[Any, ...]], begun: float, words: list[str]) -> Trace:
    history, ready = _read(events)
    command = " ".join(words[:2])
    imports = with_owners(history.imports)
    for place, record in enumerate(imports):
        if record.importer == "__main__":
            break
        if record.file == _RUNNER:
            # What runs the program is not what the program is made of.
            imports[place] = attrs.evolve(record, importer=None, file=command, line=None)
    return Trace(
        imports=imports,
        reentries=history.reentries,
        unused=history.unused,
        seconds=history.seconds,
        startup_seconds=max(ready - begun, 0.0),
        program=words,
        python=sys.version.split()[0],
    )


def _read(events: list[tuple[Any, ...]]) -> tuple[History, float]:
    """What the events say, and when the interpreter was ready for what they are about."""
    start = last = ready = 0.0
    thread = 0
    errors: Any = None
    own = []
    for event in events:
        if event[0] == STARTED:
            _, start, thread, ready = event
            last = start
        elif event[0] == STOPPED:
            _, stopped, errors = event
            last = max(last, stopped)
        else:
            own.append(event)
            if event[0] in _TIMES:
                last = max(last, event[_TIMES[event[0]]])
    return History(own, start, last, thread, errors), ready
