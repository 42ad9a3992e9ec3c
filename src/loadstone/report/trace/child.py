"""The traced program's side: runs it and writes each event at once: none is lost, however it ends."""

from __future__ import annotations

import marshal
import os
import sys
from _thread import get_ident
from time import perf_counter

from ... import program
from .events import errors_of
from .recorder import Recorder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any

__all__ = ["STARTED", "STOPPED", "main"]

STARTED, STOPPED = -1, -2
"""Kinds of events of this side: time and thread at the start, and when the interpreter was ready for that;
time and errors when the program has ended."""


_HIGH = (900, 200)


class _Writer:
    """Records imports from when a program starts, into a file."""

    def __init__(self, path: str) -> None:
        self._file = _high(os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)))
        self._recorder = Recorder(self.write)
        # Its own process was started by it; the program's `__main__` will take its place.
        self._ready = getattr(sys.modules["__main__"], "READY", 0.0)

    def write(self, event: tuple[Any, ...]) -> None:
        """Write an event; once that fails, for the program may have closed the file, no more."""
        try:
            os.write(self._file, marshal.dumps(event))
        except (OSError, ValueError):
            self._recorder.stop()

    def __enter__(self) -> None:
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._recorder.stop)
        self.write((STARTED, perf_counter(), get_ident(), self._ready))
        self._recorder.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # Without an error, other threads and what runs at exit are still recorded.
        if error is not None and not isinstance(error, SystemExit):
            self._recorder.stop()
        self.write((STOPPED, perf_counter(), () if error is None else errors_of(error)))
        self._recorder.tell_unused()


def _high(descriptor: int) -> int:
    """A high number for the file: programs that close what they don't know would be given a low one again."""
    for number in _HIGH:
        try:
            os.fstat(number)
        except OSError:
            try:
                os.dup2(descriptor, number, inheritable=False)
            except OSError:
                continue
            os.close(descriptor)
            return number
    return descriptor


def main() -> int:
    """Run the program that `sys.argv` says: file for events, ``-m``, ``-c`` or nothing, name, arguments."""
    path, kind, name, *arguments = sys.argv[1:]
    return program.run(program.Program(kind or None, name, arguments), during=_Writer(path))
