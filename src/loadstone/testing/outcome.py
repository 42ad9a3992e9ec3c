"""What came of a check, and the report of many."""

from __future__ import annotations

from typing import Literal

import attrs

from ..report.catalogue import Entry
from ..report.formats import Remark
from ..report.page import Page, Style
from ..report.terminal import rendered

__all__ = ["NotApplicable", "Outcome", "Report", "Status", "Unmet"]

Status = Literal["passed", "failed", "not applicable", "skipped"]

_SIGNS: dict[Status, tuple[Style, str]] = {
    "passed": ("good", "✓"),
    "failed": ("bad", "✗"),
    "not applicable": ("dim", "-"),
    "skipped": ("warning", "-"),
}


class Unmet(AssertionError):
    """What a check raises where the importer does not do what is promised; its text says what it does."""


class NotApplicable(Exception):
    """What a check raises where the importer has nothing that it is about; its text says what is missing."""


@attrs.frozen
class Outcome:
    """What came of one check."""

    entry: Entry
    """What is promised, and where."""
    status: Status
    """``skipped`` is a check that builds on one that has failed, or one that could not be run any more."""
    message: str = ""
    """What was seen, if it failed; why there was nothing to see, if it was not run to the end."""
    seconds: float = 0.0
    """How long it took."""

    @property
    def code(self) -> str:
        """The code of the check."""
        return self.entry.code


@attrs.frozen
class Report:
    """What came of all the checks that were asked for, in order."""

    subject: str
    """What was checked."""
    outcomes: tuple[Outcome, ...]

    @property
    def passed(self) -> bool:
        """Whether no check has failed."""
        return not self.failures

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The checks that have failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.status == "failed")

    def remarks(self) -> list[Remark]:
        """The failures, for what shows them beside the source."""
        return [
            Remark(outcome.code, "error", outcome.entry.title, f"{self.subject}: {outcome.message}")
            for outcome in self.failures
        ]

    def page(self, *, everything: bool = False) -> Page:
        """The report for people: the failures, then how many checks came to what; or `everything`."""
        page = Page()
        page.heading(self.subject)
        for outcome in self.outcomes:
            if everything or outcome.status == "failed":
                page.line(_SIGNS[outcome.status], " ", ("name", outcome.code), " ", outcome.entry.title)
                if outcome.message and outcome.status != "passed":
                    for line in outcome.message.splitlines():
                        page.line(line, indent=2)
                if outcome.status == "failed" and outcome.entry.source:
                    page.line(("dim", f"promised by: {outcome.entry.source}"), indent=2)
        counts = dict.fromkeys(_SIGNS, 0)
        for outcome in self.outcomes:
            counts[outcome.status] += 1
        page.line(", ".join(f"{count} {status}" for status, count in counts.items() if count) or "no checks")
        return page

    def __str__(self) -> str:
        return rendered(self.page()).removesuffix("\n")
