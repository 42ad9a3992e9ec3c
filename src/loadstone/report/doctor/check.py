"""A check: what it looks for in an environment, as the catalogue has it, and what it has seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from ..catalogue import Entry, register
from .environment import Environment
from .examples import EXAMPLES
from .records import Severity

__all__ = ["Check", "Look", "Seen", "check", "registered"]


@attrs.frozen
class Seen:
    """Something that a check has seen; the check's own remedy and severity hold unless it has others."""

    subject: str
    evidence: str
    remedy: str = ""
    severity: Severity | None = None
    file: str = ""
    """The file that is to be changed, where it is one, and the line in it."""
    line: int = 0

    @classmethod
    def at(cls, file: str, line: int, evidence: str, **others: Any) -> Seen:
        """Something that was seen in a line of a file."""
        return cls(f"{file}, line {line}", evidence, file=file, line=line, **others)


Look = Callable[[Environment], Iterable[Seen]]


@attrs.frozen
class Check:
    """A check: its entry in the catalogue, how bad it is what it finds, and the function that looks."""

    entry: Entry
    severity: Severity
    look: Look


registered: dict[str, Check] = {}
"""The checks by code: those of the modules that have been imported."""


def check(
    code: str, severity: Severity, title: str, *, detail: str, remedy: str, source: str = ""
) -> Callable[[Look], Check]:
    """Make a check of a function that takes an `Environment` and yields what it has `Seen`."""

    def decorate(look: Look) -> Check:
        entry = Entry(code, title, detail, remedy, source, *EXAMPLES.get(code, ("", "")))
        made = Check(register(entry), severity, look)
        registered[code] = made
        return made

    return decorate
