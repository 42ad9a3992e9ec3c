"""Who takes the time: each distribution's share of it, and the imports that cost most."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from ..places import current_directory
from .owners import find_owners, group_of

if TYPE_CHECKING:
    from .records import Import, Trace

__all__ = ["Dear", "Share", "dearest", "shares"]

_LEAST = 0.005  # of all import time: what is less is not dear


@attrs.frozen
class Share:
    """What the imports of one distribution take."""

    name: str
    """The distribution, ``Python`` for the standard library, or a top-level module that is in none."""
    own: float
    """The seconds of its modules, without what others take that they import."""
    part: float
    """That as a part of the time of all imports, 0 to 1."""
    modules: int
    cumulative: float
    """With all that happened in their course."""
    entry: Import
    """The import that has brought most of it in: its `importer`, `file` and `line` are what asked for it."""


@attrs.frozen
class Dear:
    """An import that the program asks for, and what it costs."""

    record: Import
    cost: float
    """Seconds. Of what is installed: all of it. Of the program's own modules: without what is installed."""


def shares(trace: Trace) -> list[Share]:
    """The share of each distribution, the largest first."""
    find_owners(trace)
    imports = trace.imports
    groups = {record.number: group_of(record) for record in imports}
    parents = {record.number: record.parent for record in imports}
    members: dict[str, list[Import]] = {}
    for record in imports:
        members.setdefault(groups[record.number], []).append(record)
    total = sum(record.own for record in imports)
    found = []
    for name, records in members.items():
        entries = [record for record in records if name not in _above(record, parents, groups)]
        own = sum(record.own for record in records)
        found.append(
            Share(
                name=name,
                own=own,
                part=own / total if total else 0.0,
                modules=len({record.name for record in records}),
                cumulative=sum(record.cumulative for record in entries),
                entry=max(entries, key=lambda record: record.cumulative),
            )
        )
    return sorted(found, key=lambda share: -share.own)


def _above(record: Import, parents: dict[int, int | None], groups: dict[int, str]) -> set[str]:
    """What the imports count to in whose course this one happened."""
    found = set()
    number = record.parent
    while number is not None and number in parents:
        found.add(groups[number])
        number = parents[number]
    return found


def dearest(trace: Trace, most: int) -> list[Dear]:
    """The imports that cost most of those that the program asks for in its own modules, the dearest first.

    Its own is what belongs to no distribution, and the distribution that a program of ``-m`` or a script of
    the environment is from.
    """
    find_owners(trace)
    imports = trace.imports
    children: dict[int | None, list[Import]] = {}
    for record in imports:
        children.setdefault(record.parent, []).append(record)
    own = _own_groups(trace.program, imports)
    costs: dict[int, float] = {}
    entries: dict[tuple[object, ...], Import] = {}
    # Each with the entry that its time is counted to, if the program's own module asks for it.
    waiting: list[tuple[Import, Import | None]]
    waiting = [(record, None) for record in reversed(children.get(None, []))]
    while waiting:
        record, entry = waiting.pop()
        group = group_of(record)
        if entry is None or group_of(entry) != group:
            # Of a package and what is in it, one statement may ask for both.
            entry = entries.setdefault((group, record.file, record.line or record.number), record)
            costs.setdefault(entry.number, 0.0)
        if record.distribution is not None and group not in own:
            costs[entry.number] += record.cumulative
            continue
        costs[entry.number] += record.own
        waiting += [(child, entry) for child in children.get(record.number, ())]
    found = sorted(entries.values(), key=lambda record: (-costs[record.number], record.number))
    least = _LEAST * sum(record.own for record in imports)
    return [Dear(record, costs[record.number]) for record in found[:most] if costs[record.number] > least]


def _own_groups(program: Sequence[str], imports: Sequence[Import]) -> set[str]:
    """What is the program's own, though it is installed: what a command of the environment runs."""
    if program[:1] == ["-m"]:
        command = " ".join(program[:2])
        return {group_of(record) for record in imports if record.file == command}
    scripts = {os.path.dirname(sys.executable), sysconfig.get_path("scripts")}
    if program and os.path.dirname(os.path.join(current_directory(), program[0])) in scripts:
        by_script = [record for record in imports if record.importer == "__main__"]
        return {group_of(max(by_script, key=lambda record: record.cumulative))} if by_script else set()
    return set()
