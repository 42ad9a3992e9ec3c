"""A trace as a page: the tree of imports, the slowest, what failed and what is circular."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..layout import advice
from ..page import Node, Page, Part
from .records import Import, Lazy, Trace

__all__ = ["milliseconds", "page_of", "place", "places"]

_SLOWEST = 10
_HOT, _WARM = 0.15, 0.05  # of all import time


def page_of(trace: Trace, *, depth: int | None, least: float) -> Page:
    """The page of a trace."""
    page = Page()
    total = trace.importing
    page.heading("Imports")
    page.line(_summary(trace))
    if trace.imports:
        _tree(page, trace, total, depth, least)
    slowest = sorted(trace.imports, key=lambda record: -record.own)[:_SLOWEST]
    if slowest:
        page.heading("Slowest, without the imports they make")
        rows = [
            [
                _timed(record.own, total),
                *map(milliseconds, _phases(record)),
                ("name", record.name),
                _from(record),
            ]
            for record in slowest
        ]
        page.table(
            ["own ms", "finding", "loading", "executing", "module", "imported at"], rows, right=range(4)
        )
    _failures(page, trace)
    _cycles(page, trace)
    _unused(page, trace)
    return page


def milliseconds(seconds: float) -> str:
    """Seconds in milliseconds, as reports show them."""
    return f"{seconds * 1e3:.1f}"


def place(record: Import | Lazy) -> str:
    """Where the import stands."""
    if record.file is None:
        return "?"
    return record.file if record.line is None else f"{record.file}:{record.line}"


def places(record: Import) -> str:
    """Where the import stands; for a lazy one, where it was used and where it stands."""
    if record.lazy is None:
        return place(record)
    return f"{place(record)}, declared lazy at {place(record.lazy)}"


def _summary(trace: Trace) -> str:
    compiled = sum(record.compiled is True for record in trace.imports)
    failed = sum(record.error is not None for record in trace.imports)
    facts = [
        f"{len(trace.imports)} imports in {milliseconds(trace.importing)} ms",
        f"{milliseconds(trace.seconds)} ms in all",
    ]
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
    text = milliseconds(seconds)
    if seconds > _HOT * total:
        return "bad", text
    return ("warning", text) if seconds > _WARM * total else text


def _from(record: Import) -> Part:
    return "dim", place(record)


def _tree(page: Page, trace: Trace, total: float, depth: int | None, least: float) -> None:
    children: dict[int | None, list[Import]] = {}
    for record in trace.imports:
        children.setdefault(record.parent, []).append(record)
    page.line(("dim", "ms with and without the imports they make"))
    root = page.tree(("strong", milliseconds(total)), " ms importing")
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
            time = milliseconds(sum(record.cumulative for record in left_out))
            node.add(("dim", f"… {len(left_out)} more in {time} ms"))
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


def _failures(page: Page, trace: Trace) -> None:
    failed: dict[tuple[object, ...], list[Import]] = {}
    for record in trace.imports:
        if record.error is not None:
            facts = (record.name, record.error, record.message, record.swallowed)
            failed.setdefault(facts, []).append(record)
    if not failed:
        return
    page.heading("Failed")
    for record, *others in failed.values():
        outcome: Part = ("dim", "")
        if record.swallowed is not None:
            outcome = ("dim", " (swallowed)") if record.swallowed else ("bad", " (raised)")
        first, *others_of = str(record.message).split("\n")
        page.line(("name", record.name), f": {record.error}: {first}", outcome)
        for line in others_of:
            page.line(line, indent=1)
        more = f" and {len(others)} times more" if others else ""
        page.line(("dim", f"at {place(record)}{more}"), indent=1)
    raised = [record for record, *_ in failed.values() if not record.swallowed]
    facts_of_raised = [(one.name, f"{one.error}: {one.message}", one.file, one.line) for one in raised]
    remedy = advice(trace.program[0] if trace.program else "", facts_of_raised)
    if remedy is not None:
        page.line(f"→ {remedy}")


def _cycles(page: Page, trace: Trace) -> None:
    if not trace.reentries:
        return
    page.heading("Circular")
    for reentry in trace.reentries:
        page.line(("name", " → ".join(reentry.cycle)))
        line = "" if reentry.line is None else f":{reentry.line}"
        page.line(("dim", f"half executed when it was imported at {reentry.file}{line}"), indent=1)


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
