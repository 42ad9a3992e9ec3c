"""Two traces compared: what got slower, what is newly imported, what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from ..page import Page
from .page import duration, milliseconds, place
from .records import Import, Trace

if TYPE_CHECKING:
    from ..page import Part

__all__ = ["Change", "Comparison", "compare"]

_NOISE = 0.001
_SHARE = 0.2
_SHOWN = 25


@attrs.frozen
class Change:
    """A module that both traces have imported: the seconds it took without the imports it makes."""

    name: str
    before: float
    after: float

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
            f"imports took {duration(self.before)} before, {duration(self.after)} now (",
            _signed(self.after - self.before),
            " ms)",
        )
        for title, changes in (("Slower", self.slower), ("Faster", self.faster)):
            if changes:
                page.heading(f"{title}, own ms")
                rows = [
                    [
                        _signed(change.difference),
                        milliseconds(change.before),
                        milliseconds(change.after),
                        ("name", change.name),
                    ]
                    for change in changes
                ]
                page.table(["change", "before", "now", "module"], rows, right=range(3))
        for title, records in (("Newly imported", self.new), ("No longer imported", self.gone)):
            if records:
                page.heading(f"{title}, own ms")
                cells: list[list[Part]] = [
                    [milliseconds(record.own), ("name", record.name), ("dim", place(record))]
                    for record in records[:_SHOWN]
                ]
                page.table(["own", "module", "imported at"], cells, right=[0])
                if len(records) > _SHOWN:
                    rest = duration(sum(record.own for record in records[_SHOWN:]))
                    page.line(("dim", f"… {len(records) - _SHOWN} more, {rest}"))
        if not (self.slower or self.faster or self.new or self.gone):
            page.line("nothing has changed beyond the noise")
        return page


def compare(before: Trace, after: Trace, *, noise: float = _NOISE, share: float = _SHARE) -> Comparison:
    """What has changed from the trace `before` to the trace `after`.

    A module counts as slower or faster if its own time differs by more than `noise` seconds, and by more than
    `share` of the smaller. What failed to import counts as not imported.
    """
    old, new = _by_name(before), _by_name(after)
    changes = []
    for name in old.keys() & new.keys():
        change = Change(name, _own(old[name]), _own(new[name]))
        if abs(change.difference) > max(noise, share * min(change.before, change.after)):
            changes.append(change)
    changes.sort(key=lambda change: (-change.difference, change.name))
    return Comparison(
        before=before.importing,
        after=after.importing,
        slower=[change for change in changes if change.difference > 0],
        faster=[change for change in reversed(changes) if change.difference < 0],
        new=_only(new, old),
        gone=_only(old, new),
    )


def _by_name(trace: Trace) -> dict[str, list[Import]]:
    found: dict[str, list[Import]] = {}
    for record in trace.imports:
        if record.error is None:
            found.setdefault(record.name, []).append(record)
    return found


def _own(records: list[Import]) -> float:
    return sum(record.own for record in records)


def _only(these: dict[str, list[Import]], others: dict[str, list[Import]]) -> list[Import]:
    records = [these[name][0] for name in these.keys() - others.keys()]
    return sorted(records, key=lambda record: (-record.own, record.name))


def _signed(seconds: float) -> Part:
    return ("bad" if seconds > 0 else "good"), f"{seconds * 1e3:+.1f}"
