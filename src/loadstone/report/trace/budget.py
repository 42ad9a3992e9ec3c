"""Import budgets: how long imports may take, and what must not be imported."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase

import attrs

from ..formats import Remark, is_inside
from ..page import Page
from .page import duration, places, with_cpu
from .records import Import, Trace

__all__ = ["Overrun", "check", "seconds_of"]

_SHOWN = 3
_TITLES = {
    "forbidden import": "a module is imported that must not be",
    "import budget": "imports take longer than they may",
}
_TIME = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(ms|s)")


@attrs.frozen
class Overrun:
    """A budget that is exceeded."""

    what: str
    """In a sentence: what was allowed, and what was found."""
    paths: list[list[Import]]
    """The imports that led to what was found, the outermost first: to the slowest ones, or to each
    module that was forbidden."""
    rule: str = "forbidden import"
    """What kind of budget it is."""

    def remark(self) -> Remark:
        """The finding beside the source: at the last import that the project itself asks for."""
        steps = [record for path in self.paths[:1] for record in reversed(path) if record.file is not None]
        own = [record for record in steps if is_inside(str(record.file))]
        led = [" → ".join(record.name for record in path) for path in self.paths]
        message = "\n".join([self.what, *led])
        where = next(iter(own or steps), None)
        file, line = (where.file or "", where.line or 0) if where is not None else ("", 0)
        return Remark(self.rule, "error", _TITLES[self.rule], message, file, line)

    def page(self) -> Page:
        """The finding for people."""
        page = Page()
        page.line(("bad", self.what))
        for path in self.paths:
            for step, record in enumerate(path):
                arrow = "→ " if step else ""
                time = f" {duration(record.cumulative)}" if record.error is None else ""
                page.line(arrow, ("name", record.name), time, ("dim", f"  {places(record)}"), indent=step + 1)
        return page


def seconds_of(text: str) -> float:
    """The seconds that a time like ``300ms`` or ``1.5s`` stands for. Raises ValueError for another text."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"expected a time like 300ms or 1.5s, not {text!r}")
    return float(match[1]) * (1e-3 if match[2] == "ms" else 1.0)


def check(trace: Trace, *, limit: float | None = None, forbidden: Sequence[str] = ()) -> list[Overrun]:
    """What of the budgets is exceeded: `limit` in seconds for all imports, `forbidden` patterns of names.

    A pattern is matched against full module names as by `fnmatch.fnmatchcase`; one that is a plain name
    forbids its submodules too. What was tried but not found is not held against the program.
    """
    overruns = []
    if limit is not None and trace.importing > limit:
        what = f"imports took {with_cpu(trace.importing, trace.cpu)}, more than {duration(limit)}"
        slowest = sorted(trace.imports, key=lambda record: -record.own)[:_SHOWN]
        overruns.append(Overrun(what, [trace.path_to(record) for record in slowest], "import budget"))
    for pattern in forbidden:
        found = [
            record
            for record in [*trace.startup, *trace.imports]
            if record.kind != "missing" and _matches(record.name, pattern)
        ]
        # Below a module that is forbidden itself, nothing new is said.
        numbers = {record.number for record in found}
        first = [
            record
            for record in found
            if not any(step.number in numbers for step in trace.path_to(record)[:-1])
        ]
        if first:
            names = ", ".join(dict.fromkeys(record.name for record in first))
            what = f"{pattern!r} must not be imported, but {names} was"
            overruns.append(Overrun(what, [trace.path_to(record) for record in first[:_SHOWN]]))
    return overruns


def _matches(name: str, pattern: str) -> bool:
    return fnmatchcase(name, pattern) or name.startswith(f"{pattern}.")
