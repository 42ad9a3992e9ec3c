"""A trace in the formats of tools that show profiles: speedscope, and what reads Chrome's trace events."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from .records import Import, Trace

__all__ = ["chrome", "speedscope"]

_MICROSECONDS = 1e6


def speedscope(trace: Trace) -> str:
    """The trace as JSON for speedscope (https://www.speedscope.app): a profile a thread, in seconds."""
    frames: list[dict[str, Any]] = []
    numbers: dict[tuple[str, str | None, int | None], int] = {}
    profiles = []
    for thread in sorted({record.thread for record in trace.imports}):
        events = []
        for record, is_start, at in _spans(trace, thread):
            key = record.name, record.file, record.line
            if key not in numbers:
                numbers[key] = len(frames)
                facts = {"name": record.name, "file": record.file, "line": record.line}
                frames.append({name: value for name, value in facts.items() if value is not None})
            events.append({"type": "O" if is_start else "C", "frame": numbers[key], "at": at})
        profiles.append(
            {
                "type": "evented",
                "name": f"thread {thread}" if thread else "main thread",
                "unit": "seconds",
                "startValue": 0.0,
                "endValue": max([trace.seconds, *(event["at"] for event in events)]),
                "events": events,
            }
        )
    return _text(
        {
            "$schema": "https://www.speedscope.app/file-format-schema.json",
            "exporter": "loadstone",
            "name": _title(trace),
            "activeProfileIndex": 0,
            "shared": {"frames": frames},
            "profiles": profiles,
        }
    )


def chrome(trace: Trace) -> str:
    """The trace as JSON of Chrome's trace events, which Perfetto and chrome://tracing show."""
    events: list[dict[str, Any]] = [
        {"ph": "M", "name": "process_name", "pid": 1, "tid": 0, "args": {"name": _title(trace)}}
    ]
    for thread in sorted({record.thread for record in trace.imports}):
        name = f"thread {thread}" if thread else "main thread"
        events.append({"ph": "M", "name": "thread_name", "pid": 1, "tid": thread, "args": {"name": name}})
        begun: dict[int, float] = {}
        for record, is_start, at in _spans(trace, thread):
            if is_start:
                begun[record.number] = at
                continue
            start = begun.pop(record.number)
            events.append(
                {
                    "ph": "X",
                    "name": record.name,
                    "cat": f"import,{record.kind}",
                    "pid": 1,
                    "tid": thread,
                    "ts": start * _MICROSECONDS,
                    "dur": (at - start) * _MICROSECONDS,
                    "args": _facts(record),
                }
            )
    return _text({"traceEvents": events, "displayTimeUnit": "ms"})


def _facts(record: Import) -> dict[str, Any]:
    facts = {
        "importer": record.importer,
        "file": record.file,
        "line": record.line,
        "origin": record.origin,
        "finder": record.finder,
        "loader": record.loader,
        "own ms": round(record.own * 1e3, 3),
        "error": None if record.error is None else f"{record.error}: {record.message}",
    }
    return {name: value for name, value in facts.items() if value is not None}


def _spans(trace: Trace, thread: int) -> Iterator[tuple[Import, bool, float]]:
    """When the imports of a thread begin and end, in order, none of them across the limits of its parent.

    Both formats want them nested, to the last bit of a number.
    """
    children: dict[int | None, list[Import]] = {}
    known = {record.number for record in trace.imports if record.thread == thread}
    for record in trace.imports:
        if record.thread == thread:
            children.setdefault(record.parent if record.parent in known else None, []).append(record)
    now = 0.0
    # Of what is to begin, the limit; of what is to end, when that is.
    waiting = [(record, True, float("inf")) for record in reversed(children.get(None, []))]
    while waiting:
        record, is_start, limit = waiting.pop()
        if not is_start:
            now = max(now, limit)
            yield record, False, now
            continue
        now = min(max(now, record.started), limit)
        yield record, True, now
        end = min(max(now, record.started + record.cumulative), limit)
        waiting.append((record, False, end))
        waiting += [(child, True, end) for child in reversed(children.get(record.number, []))]


def _title(trace: Trace) -> str:
    return " ".join(["imports of", *trace.program]) if trace.program else "imports"


def _text(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
