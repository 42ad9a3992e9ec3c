"""Checks in a child process, which may hang or crash: then another one goes on with the rest."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any

from .._child import start_of
from .._setting import first_entry, path_of_programs
from .check import Check
from .outcome import Outcome, Status
from .subject import Subject

__all__ = ["path_of_children", "run_in_child"]

_START_LIMIT = 60.0
_MOST_HANGS = 3


def run_in_child(
    subject: Subject, checks: Sequence[Check], add: str | None, time_limit: float
) -> Iterator[Outcome]:
    """Run the checks in a child process, for which `subject` has a reference, and yield what comes of each.

    When three have not ended within their time limit, those after them are skipped. Raises ValueError if the
    child cannot get the importer, with what it says of that.
    """
    statuses: dict[str, Status] = {}
    remaining = list(checks)
    by_code = {check.code: check for check in checks}
    hanging: list[str] = []
    while remaining:
        if len(hanging) == _MOST_HANGS:
            message = f"the importer hangs in {', '.join(hanging)}"
            yield from (Outcome(check.entry, "skipped", message) for check in remaining)
            return
        order = {
            "reference": subject.reference,
            "kind": subject.kind,
            "finds": subject.finds,
            "misses": subject.misses,
            "entry": subject.entry,
            "add": add,
            "codes": [check.code for check in remaining],
            "before": statuses,
            "time_limit": time_limit,
            "path": path_of_children(),
        }
        child = _Child(order)
        running: Check | None = None
        limit = time_limit
        try:
            if child.line(_START_LIMIT) is None:
                child.stop()
                raise ValueError(f"{subject.reference!r} cannot be checked: {child.complaint()}")
            while remaining:
                limit = time_limit if running is None else time_limit * running.share
                line = child.line(limit)
                if line is None:
                    break
                if "begins" in line:
                    running = by_code[line["begins"]]
                    continue
                outcome = Outcome(
                    by_code[line["code"]].entry, line["status"], line["message"], line["seconds"]
                )
                statuses[outcome.code] = outcome.status
                remaining.remove(by_code[line["code"]])
                running = None
                yield outcome
            else:
                return
        finally:
            hangs = child.stop()
        running = remaining[0] if running is None else running
        if hangs:
            hanging.append(running.code)
            message = f"did not end within {limit:g} s"
        else:
            message = f"the process ended with {_status_name(child.status)}: {child.complaint()}"
        statuses[running.code] = "failed"
        remaining.remove(running)
        yield Outcome(running.entry, "failed", message, limit if hangs else 0.0)


def path_of_children() -> list[str]:
    """What child processes are to have on their path: what there is here, and the working directory."""
    here = first_entry()
    entries = [os.getcwd() if entry == "" else entry for entry in path_of_programs()]
    return entries if here is None or here in entries else [*entries, here]


def _status_name(status: int) -> str:
    return f"signal {-status}" if status < 0 else f"exit status {status}"


class _Child:
    """A process that runs checks."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._start = start_of("loadstone.testing.worker")
        self._process = subprocess.Popen(
            [sys.executable, *self._start.__enter__()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="backslashreplace",
        )
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._errors: list[str] = []
        self._readers = [
            threading.Thread(target=self._read_lines, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        assert self._process.stdin is not None
        try:
            json.dump(order, self._process.stdin)
            self._process.stdin.close()
        except BrokenPipeError:
            pass
        self.status = 0

    def _read_lines(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def _read_errors(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._errors.append(line)
            del self._errors[:-20]

    def line(self, seconds: float) -> dict[str, Any] | None:
        """The next line that the child writes; None if it has ended or writes none for that long."""
        try:
            text = self._lines.get(timeout=seconds)
        except queue.Empty:
            return None
        return None if text is None else json.loads(text)

    def stop(self) -> bool:
        """End the child; whether it was still running."""
        try:
            # One that has ended or is about to needs no help.
            self.status = self._process.wait(0.5)
            return False
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.status = self._process.wait()
            return True
        finally:
            self._start.__exit__()
            for reader in self._readers:
                reader.join(5)
            for pipe in (self._process.stdout, self._process.stderr):
                if pipe is not None:
                    pipe.close()

    def complaint(self) -> str:
        """The last line that the child has written on standard error."""
        lines = [line.strip() for line in self._errors if line.strip()]
        return lines[-1] if lines else "it said nothing"
