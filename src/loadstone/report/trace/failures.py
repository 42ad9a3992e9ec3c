"""Failures: the imports that failed, each once, however often it was tried and how far it spread."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from .records import Import

__all__ = ["Failure", "failures"]


@attrs.frozen
class Failure:
    """What went wrong in one way."""

    records: list[Import]
    """The imports of one name that failed with one error, in order."""
    through: list[str]
    """The modules whose import failed of that in turn, from the innermost on."""
    swallowed: bool | None
    """Whether somebody has caught it each time, and gone on."""


def failures(imports: Sequence[Import]) -> list[Failure]:
    """The failures of a trace: first those that nobody has caught, then the others, in order."""
    failed = {record.number: record for record in imports if record.error is not None}
    origins = dict.fromkeys(failed)
    through: dict[int, list[Import]] = {}
    for record in failed.values():
        if (outer := _outer(record, failed)) is not None:
            origins.pop(outer.number, None)
    for number in origins:
        outer = failed[number]
        chain = through[number] = []
        while (next_one := _outer(outer, failed)) is not None:
            chain.append(next_one)
            outer = next_one
    ways: dict[tuple[object, ...], list[Import]] = {}
    for number in origins:
        record = failed[number]
        ways.setdefault((record.name, record.error, record.message), []).append(record)
    found = []
    for records in ways.values():
        ends = [(through[record.number] or [record])[-1].swallowed for record in records]
        spread = dict.fromkeys(each.name for record in records for each in through[record.number])
        swallowed = False if False in ends else None if None in ends else True
        found.append(Failure(records, list(spread), swallowed))
    return sorted(found, key=lambda failure: bool(failure.swallowed))


def _outer(record: Import, failed: dict[int, Import]) -> Import | None:
    """The import that has failed of the failure of this one."""
    outer = None if record.parent is None else failed.get(record.parent)
    is_same = outer is not None and (outer.error, outer.message) == (record.error, record.message)
    return outer if is_same else None
