"""A trace as a page: the imports, what failed and what is circular; last who takes the time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from ..layout import advice, hiding
from ..page import Node, Page, Part
from ..places import PACKAGES, current_directory
from .failures import Failure, failures
from .records import Import, Lazy, Reentry, Trace
from .shares import dearest, shares
from .statements import statement_at

__all__ = ["duration", "milliseconds", "page_of", "place", "places", "with_cpu"]

_SHORT = 25  # a tree of so many imports is shown unasked
_SLOWEST = 5
_DEAREST = 5
_SHARES = 8
_FAILURES = 8
_CIRCLES = 5
_QUICK = 0.002  # seconds: what starts in less is not shown
_HOT, _WARM = 0.15, 0.05  # of all import time


def page_of(trace: Trace, *, whole: bool, depth: int | None, least: float) -> Page:
    """The page of a trace."""
    page = Page()
    total = trace.importing
    page.heading("Imports")
    page.line(_summary(trace))
    is_short = len(trace.imports) <= _SHORT
    if trace.imports and (whole or is_short or depth is not None or least):
        _tree(page, trace, total, depth, least)
    elif trace.imports:
        page.line(("dim", "the whole tree: --verbose; cut down: --depth 2, --min 5"))
    _startup(page, trace, 0.0 if whole else _QUICK)
    _cycles(page, trace, len(trace.reentries) if whole else _CIRCLES)
    _failures(page, trace, len(trace.imports) if whole else _FAILURES)
    _unused(page, trace)
    _slowest(page, trace, total)
    _shares(page, trace, len(trace.imports) if whole else _SHARES)
    _dearest(page, trace, total)
    return page


def duration(seconds: float) -> str:
    """A time as reports show it: in seconds from one on, else in milliseconds."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{milliseconds(seconds)} ms"


def with_cpu(seconds: float, cpu: float | None) -> str:
    """A time, with the CPU time in it where that is known."""
    return duration(seconds) if cpu is None else f"{duration(seconds)} ({duration(cpu)} CPU)"


def milliseconds(seconds: float) -> str:
    """Seconds in milliseconds, for columns of changes."""
    return f"{seconds * 1e3:.1f}"


def place(record: Import | Lazy | Reentry) -> str:
    """Where the import stands, by as much of the path as tells the file."""
    if record.file is None:
        return "?"
    return shown(record.file) + ("" if record.line is None else f":{record.line}")


def places(record: Import) -> str:
    """Where the import stands; for a lazy one, where it was used and where it stands."""
    if record.lazy is None:
        return place(record)
    return f"{place(record)}, declared lazy at {place(record.lazy)}"


def _startup(page: Page, trace: Trace, least: float) -> None:
    if not trace.startup:
        return
    page.heading("Start of the interpreter")
    imports = sum(record.own for record in trace.startup)
    page.line(
        f"{duration(trace.startup_seconds)} before the program began; of another start, "
        f"{duration(imports)} for {len(trace.startup)} imports by site"
    )
    _grow(page.tree(("strong", duration(imports)), " importing"), trace.startup, imports, None, least)


def _summary(trace: Trace) -> str:
    compiled = sum(record.compiled is True for record in trace.imports)
    failed = sum(record.error is not None for record in trace.imports)
    facts = [
        f"{len(trace.imports)} imports in {with_cpu(trace.importing, trace.cpu)}",
        f"{duration(trace.seconds + trace.startup_seconds)} in all",
    ]
    if trace.startup_seconds:
        facts[-1] += f" with {duration(trace.startup_seconds)} before the program began"
    if trace.runs > 1:
        facts.append(f"the least of {trace.runs} runs")
    if compiled:
        facts.append(f"{compiled} compiled")
    if failed:
        facts.append(f"{failed} failed")
    unfinished = sum(not record.finished for record in trace.imports)
    if unfinished:
        facts.append(f"{unfinished} unfinished")
    lazy = sum(record.lazy is not None for record in trace.imports)
    if lazy or trace.unused:
        facts.append(f"{lazy} lazy")
        facts.append(f"{len(trace.unused)} lazy never used")
    return ", ".join(facts)


def _phases(record: Import) -> tuple[float, float, float]:
    return record.finding, record.loading, record.executing


def _timed(seconds: float, total: float) -> Part:
    text = duration(seconds)
    if seconds > _HOT * total:
        return "bad", text
    return ("warning", text) if seconds > _WARM * total else text


def _from(record: Import) -> Part:
    return "dim", place(record)


def _tree(page: Page, trace: Trace, total: float, depth: int | None, least: float) -> None:
    page.line(("dim", "with and without the imports they make"))
    root = page.tree(("strong", duration(total)), " importing")
    _grow(root, trace.imports, total, depth, least)


def _grow(root: Node, imports: Iterable[Import], total: float, depth: int | None, least: float) -> None:
    children: dict[int | None, list[Import]] = {}
    for record in imports:
        children.setdefault(record.parent, []).append(record)
    waiting: list[tuple[Node, int | None, int]] = [(root, None, 1)]
    while waiting:
        node, parent, level = waiting.pop()
        shown: list[Import] = []
        left_out: list[Import] = []
        for record in children.get(parent, ()):
            is_shown = (depth is None or level <= depth) and record.cumulative >= least
            (shown if is_shown else left_out).append(record)
        for record in shown:
            waiting.append((node.add(*_line(record, total)), record.number, level + 1))
        if left_out and (shown or least):
            time = duration(sum(record.cumulative for record in left_out))
            node.add(("dim", f"… {len(left_out)} more in {time}"))
        elif left_out:
            node.parts = (*node.parts, ("dim", f"  … {_below(left_out, children)} more below"))


def _below(records: Iterable[Import], children: dict[int | None, list[Import]]) -> int:
    waiting = list(records)
    count = 0
    while waiting:
        count += 1
        waiting += children.get(waiting.pop().number, ())
    return count


def _line(record: Import, total: float) -> Iterator[Part]:
    yield _timed(record.cumulative, total)
    yield "  "
    yield _timed(record.own, total)
    yield "  "
    yield ("bad" if record.error else "name"), record.name
    if record.kind != "source":
        yield "dim", f" {record.kind}"
    if record.compiled:
        yield "warning", " compiled"
    if record.reload:
        yield "dim", " reload"
    if not record.finished:
        yield "bad", " unfinished"
    if record.error and record.kind != "missing":
        yield "bad", f" {record.error}"
    if record.swallowed:
        yield "dim", " swallowed"
    if record.thread:
        yield "dim", f" thread {record.thread}"
    if record.file is not None or record.lazy:
        yield "dim", f"  {places(record)}"


def _failures(page: Page, trace: Trace, most: int) -> None:
    found = failures(trace.imports)
    if not found:
        return
    page.heading("Failed")
    for failure in found[:most]:
        _failure(page, failure)
    if len(found) > most:
        page.line(("dim", f"… {len(found) - most} more"))
    raised = [failure.records[0] for failure in found if not failure.swallowed]
    facts = [(one.name, f"{one.error}: {one.message}", one.file, one.line) for one in raised]
    script = trace.program[0] if trace.program else ""
    remedy = advice(script, facts)
    if remedy is None and raised:
        remedy = hiding(script, [(record.name, record.origin) for record in trace.imports])
    if remedy is not None:
        page.line(f"→ {remedy}")


def _failure(page: Page, failure: Failure) -> None:
    record, *others = failure.records
    outcome: Part = ("dim", "")
    if failure.swallowed is not None:
        outcome = ("dim", " (swallowed)") if failure.swallowed else ("bad", " (raised)")
    first, *others_of = str(record.message).split("\n")
    page.line(("name", record.name), f": {record.error}: {first}", outcome)
    for line in others_of:
        page.line(line, indent=1)
    more = f" and {len(others)} times more" if others else ""
    page.line(("dim", f"at {place(record)}{more}"), indent=1)
    if failure.through:
        page.line(("dim", f"of that failed {', '.join(failure.through)}"), indent=1)


def _cycles(page: Page, trace: Trace, most: int) -> None:
    if not trace.reentries:
        return
    page.heading("Circular")
    for reentry in trace.reentries[:most]:
        _cycle(page, reentry)
    if len(trace.reentries) > most:
        page.line(("dim", f"… {len(trace.reentries) - most} more"))


def _cycle(page: Page, reentry: Reentry) -> None:
    page.line(("name", " → ".join(reentry.cycle)))
    page.line(("dim", f"half executed when it was imported at {place(reentry)}"), indent=1)


def _unused(page: Page, trace: Trace) -> None:
    if not trace.unused:
        return
    page.heading("Lazy, never used")
    statements: dict[tuple[str | None, str], list[Lazy]] = {}
    for lazy in trace.unused:
        statements.setdefault((lazy.importer, place(lazy)), []).append(lazy)
    importer: str | None = ""
    for (declaring, at), found in statements.items():
        if declaring != importer:
            importer = declaring
            page.line(("name", declaring or "?"))
        names = ", ".join(_name(lazy) for lazy in found)
        loaded = "" if not any(lazy.loaded for lazy in found) else " (imported all the same)"
        page.line(names, ("dim", f"{loaded}  {at}"), indent=1)


def _name(lazy: Lazy) -> str:
    return lazy.name if lazy.attribute is None else f"{lazy.name}.{lazy.attribute}"


def _slowest(page: Page, trace: Trace, total: float) -> None:
    found = sorted(trace.imports, key=lambda record: -record.own)[:_SLOWEST]
    if not found:
        return
    page.heading("Slowest, without the imports they make")
    headings = ["own", "finding", "loading", "executing", "module", "imported at"]
    rows = [
        [_timed(record.own, total), *map(duration, _phases(record)), ("name", record.name), _from(record)]
        for record in found
    ]
    page.table(headings, rows, right=range(4))


def _shares(page: Page, trace: Trace, most: int) -> None:
    found = shares(trace)
    if not found:
        return
    page.heading("By distribution")
    total = trace.importing
    rows: list[list[Part]] = [
        [
            ("name", share.name),
            _timed(share.own, total),
            f"{share.part:.0%}",
            duration(share.cumulative),
            str(share.modules),
            _from(share.entry),
        ]
        for share in found[:most]
    ]
    if len(found) > most:
        rest = sum(share.own for share in found[most:])
        rows.append([("dim", f"… {len(found) - most} more"), duration(rest), "", "", "", ""])
    headings = ["distribution", "own", "share", "with imports", "modules", "pulled in by"]
    page.table(headings, rows, right=range(1, 5))


def _dearest(page: Page, trace: Trace, total: float) -> None:
    found = dearest(trace, _DEAREST)
    if not found:
        return
    page.heading("What the program asks for that costs most")
    for dear in found:
        record = dear.record
        statement = None if record.lazy else statement_at(record.file, record.line, record.name)
        text = "" if statement is None else f": {statement.text}"
        page.line(_timed(dear.cost, total), "  ", ("name", record.name), ("dim", f"  {place(record)}"), text)
        if statement is not None and statement.could_wait is not None:
            verdict: Part = ("good", "could be lazy: ") if statement.could_wait else ("dim", "not lazy: ")
            page.line(verdict, ("dim", statement.reason), indent=1)


def shown(file: str) -> str:
    """A path as the reader knows it: from the working directory, or from where packages are installed."""
    here = current_directory()
    if here and file.startswith(here + os.sep):
        return file[len(here) + 1 :]
    parts = file.split(os.sep)
    for place, part in enumerate(parts):
        if part in PACKAGES:
            return os.sep.join(["…", *parts[place + 1 :]])
    return file
