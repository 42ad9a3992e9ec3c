"""Running checks on a subject in this process, each within a time limit."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Iterable, Iterator, Mapping
from time import perf_counter
from typing import Any

from .check import Check
from .outcome import NotApplicable, Outcome, Status, Unmet
from .subject import Subject

__all__ = ["TIME_LIMIT", "run"]

TIME_LIMIT = 30.0
"""Seconds that a check may take, unless said otherwise."""


def run(
    subject: Subject,
    checks: Iterable[Check],
    time_limit: float = TIME_LIMIT,
    before: Mapping[str, Status] | None = None,
) -> Iterator[Outcome]:
    """Run the checks one after the other, and yield what comes of each.

    `before` is what came of checks that were run earlier: those that build on them ask it. Each check runs
    in a thread of its own; where it does not end within `time_limit` seconds it has failed, and as it may
    hold locks of the import system, those after it are skipped.
    """
    statuses = dict(before or {})
    hangs = None
    for check in checks:
        unmet = [code for code in check.after if statuses.get(code, "passed") in ("failed", "skipped")]
        if hangs is not None:
            outcome = Outcome(check.entry, "skipped", f"the importer still hangs in {hangs}")
        elif unmet:
            outcome = Outcome(check.entry, "skipped", f"builds on {', '.join(unmet)}")
        else:
            outcome, ended = _run_one(subject, check, time_limit * check.share)
            if not ended:
                hangs = check.code
        statuses[check.code] = outcome.status
        yield outcome


def _run_one(subject: Subject, check: Check, time_limit: float) -> tuple[Outcome, bool]:
    """What came of the check, and whether it has come to an end."""
    results: list[tuple[Status, str]] = []

    def work() -> None:
        try:
            with subject.placed():
                check.function(subject)
        except Unmet as error:
            results.append(("failed", str(error)))
        except NotApplicable as error:
            results.append(("not applicable", str(error)))
        except BaseException as error:
            results.append(("failed", _raised(error)))
        else:
            results.append(("passed", ""))

    places: list[list[Any]] = [sys.meta_path, sys.path_hooks, sys.path]
    lists = [(value, list(value)) for value in places]
    start = perf_counter()
    thread = threading.Thread(target=work, name=check.code, daemon=True)
    thread.start()
    thread.join(time_limit)
    seconds = perf_counter() - start
    if not results:
        for value, items in lists:  # or else whoever imports next hangs too
            value[:] = items
        return Outcome(check.entry, "failed", f"did not end within {time_limit:g} s", seconds), False
    thread.join()
    status, message = results[0]
    return Outcome(check.entry, status, message, seconds), True


def _raised(error: BaseException) -> str:
    """What was raised and where, in two lines."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    text = "".join(traceback.format_exception_only(type(error), error)).strip()
    return f"raised {text}\nin {last.name}, {last.filename}:{last.lineno}"
