"""Several runs of one program, put together: of each import the least that it took in any of them.

What else a machine does only ever adds to a time, so the least is what the import itself takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from .records import Import, Trace

__all__ = ["least"]


def least(traces: Sequence[Trace]) -> Trace:
    """One trace of several: what the run with the least import time has imported, each in the least time."""
    base = min(traces, key=lambda trace: trace.importing)
    known = [_by_occurrence(trace.imports) for trace in traces]
    runs = [_by_occurrence(trace.startup) for trace in traces]
    return attrs.evolve(
        base,
        imports=_least_of(base.imports, known),
        startup=_least_of(base.startup, runs),
        seconds=min(trace.seconds for trace in traces),
        startup_seconds=min(trace.startup_seconds for trace in traces),
        runs=sum(trace.runs for trace in traces),
    )


Occurrence = tuple[str, str | None, int]


def _occurrences(imports: Sequence[Import]) -> list[Occurrence]:
    """What each import is called in every run: its name and error, and the how-manieth of those it is."""
    counts: dict[tuple[str, str | None], int] = {}
    found = []
    for record in imports:
        key = record.name, record.error
        counts[key] = counts.get(key, 0) + 1
        found.append((*key, counts[key]))
    return found


def _by_occurrence(imports: Sequence[Import]) -> dict[Occurrence, Import]:
    return dict(zip(_occurrences(imports), imports, strict=True))


def _least_of(imports: Sequence[Import], runs: Sequence[dict[Occurrence, Import]]) -> list[Import]:
    found: dict[int, Import] = {}
    below: dict[int | None, float] = {}
    for record, key in reversed(list(zip(imports, _occurrences(imports), strict=True))):
        same = [run[key] for run in runs if key in run]
        quickest = min(same, key=lambda each: each.own)
        cpus = [each.cpu for each in same if each.cpu is not None]
        # Whatever an import has imported comes after it, and so has been seen by now.
        cumulative = quickest.own + below.get(record.number, 0.0)
        below[record.parent] = below.get(record.parent, 0.0) + cumulative
        found[record.number] = attrs.evolve(
            record,
            finding=quickest.finding,
            loading=quickest.loading,
            executing=quickest.executing,
            own=quickest.own,
            cpu=min(cpus, default=None),
            cumulative=cumulative,
        )
    return [found[record.number] for record in imports]
