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
from collections.abc import Iterator
from typing import Any

import attrs

from ... import program
from ..._child import start_of
from ..examination import Python, own_options
from .child import STARTED, STOPPED
from .events import END, FAILED, FOUND
from .history import History
from .records import Trace

__all__ = ["traced"]

_TIMES = {FOUND: 10, END: 2, FAILED: 9}  # where events have the time that they happened at
_RUNNER = runpy.run_module.__code__.co_filename
_FORWARDED = ("SIGTERM", "SIGHUP")
_PATIENCE = 0.5  # seconds that a program has to end by a signal of its own


def traced(wanted: program.Program, python: Python | None = None) -> tuple[Trace, int]:
    """Run the program in a fresh interpreter, of `python` or this one; its trace, and its exit status.

    However it ends, what it had recorded by then is in the trace. The status is negative if it died of a
    signal. Signals to end that this process gets are passed on to it.
    """
    interpreter = [sys.executable, *own_options()] if python is None else python.command
    descriptor, path = tempfile.mkstemp(prefix="loadstone-trace-")
    os.close(descriptor)
    words = [path, wanted.kind or "", wanted.name, *wanted.arguments]
    try:
        with start_of("loadstone.report.trace.child") as start:
            status = _wait([*interpreter, *start, *words])
        with open(path, "rb") as file:
            events = list(_events(file))
    finally:
        os.unlink(path)
    version = sys.version.split()[0] if python is None else python.version
    return _trace(events, [word for word in words[1:] if word], version), status


def _wait(command: list[str]) -> int:
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


def _trace(events: list[tuple[Any, ...]], words: list[str], version: str) -> Trace:
    start = last = 0.0
    thread = 0
    errors: Any = None
    own = []
    for event in events:
        if event[0] == STARTED:
            _, start, thread = event
            last = start
        elif event[0] == STOPPED:
            _, stopped, errors = event
            last = max(last, stopped)
        else:
            own.append(event)
            if event[0] in _TIMES:
                last = max(last, event[_TIMES[event[0]]])
    history = History(own, start, last, thread, errors)
    command = " ".join(words[:2])
    imports = history.imports
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
        program=words,
        python=version,
    )
