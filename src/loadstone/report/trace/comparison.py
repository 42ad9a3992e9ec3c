"""Two traces compared: what got slower, what is newly imported, what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ..page import Page
from .page import duration, milliseconds, place, with_cpu
from .records import Import, Trace

if TYPE_CHECKING:
    from ..page import Part

__all__ = ["Change", "Comparison", "compare"]

_BUSY = 8  # times as long as it computes, something may wait on a busy machine


@attrs.frozen
class _Noise:
    """By how much times differ with no change: seconds and share of CPU time, and seconds of waiting."""

    seconds: float
    share: float
    waiting: float


_OF_SEVERAL = _Noise(0.001, 0.2, 0.03)
_OF_ONE = _Noise(0.005, 0.3, 0.1)
_SHOWN = 25


@attrs.frozen
class Change:
    """A module that both traces have imported: the seconds it took without the imports it makes."""

    name: str
    before: float
    after: float
    measure: str = "clock"
    """``CPU``, or ``clock`` for what it waited, and where the CPU time is not known."""

    @property
    def difference(self) -> float:
        """How many seconds more."""
        return self.after - self.before


@attrs.frozen
class Comparison:
    """What has changed from one trace to another."""

    before: float
    """The seconds that all imports took, then and now."""
    after: float
    before_cpu: float | None
    """The CPU seconds in that, where they are known."""
    after_cpu: float | None
    slower: list[Change]
    """What took longer, by more than what is noise; the most first."""
    faster: list[Change]
    new: list[Import]
    """What only the later trace has imported; the slowest first."""
    gone: list[Import]
    """What only the earlier one had imported."""

    def page(self) -> Page:
        """The comparison for people."""
        page = Page()
        page.heading("Compared")
        page.line(
            f"imports took {with_cpu(self.before, self.before_cpu)} before, "
            f"{with_cpu(self.after, self.after_cpu)} now (",
            _signed(self.after - self.before),
            ")" if abs(self.after - self.before) >= 1 else " ms)",
        )
        for title, changes in (("Slower", self.slower), ("Faster", self.faster)):
            if changes:
                page.heading(f"{title}, own ms")
                rows = [
                    [
                        _signed(change.difference),
                        _cell(change.before),
                        _cell(change.after),
                        change.measure,
                        ("name", change.name),
                    ]
                    for change in changes
                ]
                page.table(["change", "before", "now", "by", "module"], rows, right=range(3))
        for title, records in (("Newly imported", self.new), ("No longer imported", self.gone)):
            if records:
                page.heading(f"{title}, own ms")
                cells: list[list[Part]] = [
                    [_cell(record.own), ("name", record.name), ("dim", place(record))]
                    for record in records[:_SHOWN]
                ]
                page.table(["own", "module", "imported at"], cells, right=[0])
                if len(records) > _SHOWN:
                    rest = duration(sum(record.own for record in records[_SHOWN:]))
                    page.line(("dim", f"… {len(records) - _SHOWN} more, {rest}"))
        if not (self.slower or self.faster or self.new or self.gone):
            page.line("nothing has changed beyond the noise")
        return page


def compare(
    before: Trace, after: Trace, *, noise: float | None = None, share: float | None = None
) -> Comparison:
    """What has changed from the trace `before` to the trace `after`.

    A module counts as slower or faster if its own CPU time differs by more than `noise` seconds, and by more
    than `share` of the smaller: by a millisecond and a fifth where both are of several runs, else by five and
    30 %. So does what waits longer, by more than a busy machine makes it. Where the CPU time is not known,
    the clock's counts. What failed to import counts as not imported.
    """
    old, new = _by_name(before), _by_name(after)
    is_sure = min(before.runs, after.runs) > 1 or None in (before.cpu, after.cpu)
    usual = _OF_SEVERAL if is_sure else _OF_ONE
    limit = _Noise(
        usual.seconds if noise is None else noise, usual.share if share is None else share, usual.waiting
    )
    found = (_change(name, old[name], new[name], limit) for name in old.keys() & new.keys())
    changes = sorted(filter(None, found), key=lambda change: (-change.difference, change.name))
    return Comparison(
        before=before.importing,
        after=after.importing,
        before_cpu=before.cpu,
        after_cpu=after.cpu,
        slower=[change for change in changes if change.difference > 0],
        faster=[change for change in reversed(changes) if change.difference < 0],
        new=_only(new, old),
        gone=_only(old, new),
    )


def _change(name: str, old: list[Import], new: list[Import], noise: _Noise) -> Change | None:
    by_clock = Change(name, _own(old), _own(new))
    old_cpu, new_cpu = _cpu(old), _cpu(new)
    if old_cpu is None or new_cpu is None:
        return by_clock if _is_beyond(by_clock, noise) else None
    by_cpu = Change(name, old_cpu, new_cpu, "CPU")
    waiting = by_clock.difference - by_cpu.difference
    # What computes is interrupted for other programs, and the longer it computes the more.
    if abs(waiting) > max(noise.waiting, _BUSY * max(old_cpu, new_cpu)):
        return by_clock
    return by_cpu if _is_beyond(by_cpu, noise) else None


def _is_beyond(change: Change, noise: _Noise) -> bool:
    return abs(change.difference) > max(noise.seconds, noise.share * min(change.before, change.after))


def _by_name(trace: Trace) -> dict[str, list[Import]]:
    found: dict[str, list[Import]] = {}
    for record in trace.imports:
        if record.error is None:
            found.setdefault(record.name, []).append(record)
    return found


def _own(records: list[Import]) -> float:
    return sum(record.own for record in records)


def _cpu(records: list[Import]) -> float | None:
    known = [record.cpu for record in records if record.cpu is not None]
    return sum(known) if len(known) == len(records) else None


def _only(these: dict[str, list[Import]], others: dict[str, list[Import]]) -> list[Import]:
    records = [these[name][0] for name in these.keys() - others.keys()]
    return sorted(records, key=lambda record: (-record.own, record.name))


def _cell(seconds: float) -> str:
    """A time in a column of milliseconds, where seconds are called so."""
    return duration(seconds) if seconds >= 1 else milliseconds(seconds)


def _signed(seconds: float) -> Part:
    text = f"{seconds:+.2f} s" if abs(seconds) >= 1 else f"{seconds * 1e3:+.1f}"
    return ("bad" if seconds > 0 else "good"), text
