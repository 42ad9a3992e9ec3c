"""An explanation as a page."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ..catalogue import together
from ..page import Node, Page, Part, Style
from ..places import near
from .records import Answer, AskedEntry, Cause, Explanation, Miss, Shadow, SpecRecord, Step
from .verdict import first_line

__all__ = ["page_of"]

Shown = Callable[[str], str]
"""How a text that may hold paths is written."""


def page_of(explanation: Explanation, notes: Iterable[str] = (), *, verbose: bool = False) -> Page:
    """What `explanation` says: the verdict, the causes, then what was seen, with `notes` on how it was asked.

    Unless `verbose`, what was seen is what matters for the verdict, and paths below the current directory
    are written relative to it.
    """
    page = Page()
    page.heading(explanation.name)
    verbose = verbose or explanation.interrupted is not None
    shown = str if verbose else near
    _add_verdict(page, explanation, shown)
    if explanation.causes:
        page.heading("Likely causes")
        for cause in explanation.causes:
            _add_cause(page, cause)
        page.line(("dim", f"more: {together(cause.address for cause in explanation.causes)}"))
    steps = [*explanation.parents, *filter(None, [explanation.module])]
    page.heading("Evidence")
    for note in notes:
        page.line(("dim", note))
    if verbose:
        for step in steps:
            _add_search(page, step)
            if step is explanation.module and step.spec is not None:
                page.heading("Its spec")
                page.table(("field", "value"), _rows(step.spec))
            _add_consequences(page, step, shown)
            if step.loading is not None:
                page.line()
                _add_loading(page, step, shown)
        return page
    for step in steps:
        _add_summary(page, step, explanation.causes)
    page.line(("dim", "--verbose has every finder and path entry that was asked, and the spec"))
    for step in steps:
        _add_consequences(page, step, shown, "It" if step is explanation.module else step.name)
    return page


def _add_verdict(page: Page, explanation: Explanation, shown: Shown) -> None:
    verdict = explanation.verdict
    python = f"Python {explanation.python}"
    asked = f"{python}, {explanation.executable}" if explanation.executable else python
    style: Style = "good" if verdict.state == "found" else "bad"
    # Where the module is found is written whole: it is the answer, to be taken along.
    rest = verdict.what[len(verdict.state) :]
    page.line((style, verdict.state), rest, ("dim", f"  ({shown(asked)})"))
    if verdict.why:
        page.line(shown(verdict.why))
    if verdict.remedy:
        page.line("→ ", ("strong", shown(verdict.remedy)))


def _add_summary(page: Page, step: Step, causes: Iterable[Cause]) -> None:
    """What matters of a search: what `sys.modules` has, what ended it, who was asked for what is not there,
    and what is nearly it, unless a cause tells of that.
    """
    _add_state(page, step, near)
    if step.error is not None:
        page.line(f"the search for {step.name} ended with ", ("bad", near(step.error)))
    entries = list(_entries(step.asked))
    if step.asked and not step.is_there:
        finders = [answer.finder.removeprefix("importlib.machinery.") for answer in step.asked]
        page.line(f"asked for {step.name}, in vain: ", ", ".join(finders))
        if entries:
            page.line("looked in: ", ", ".join(near(entry.entry) or "''" for entry in entries))
    told = "\n".join(cause.evidence for cause in causes)
    for miss in dict.fromkeys(miss for entry in entries for miss in _inner(entry)):
        if miss.path not in told:
            page.line(("warning", near(miss.path)), f": {miss.reason}")
    _add_loading(page, step, near)


def _entries(asked: Iterable[Answer]) -> Iterator[AskedEntry]:
    for answer in asked:
        yield from answer.entries
        yield from _entries(answer.nested)


def _add_search(page: Page, step: Step) -> None:
    page.heading(f"The search for {step.name}")
    _add_state(page, step, str)
    if step.path is not None:
        page.line("along the parent's path: ", ", ".join(step.path) or "(empty)")
    if step.asked:
        root = page.tree(("strong", "the finders, in order"))
        _hang_answers(root, step.asked)
    if step.error is not None:
        page.line(("bad", f"the search ended with {step.error}"))


def _add_state(page: Page, step: Step, shown: Shown) -> None:
    """What `sys.modules` has of the module, and whether a lazy import has put it off."""
    imported = step.imported
    if imported is not None:
        where = imported.file or (imported.spec and imported.spec.place) or "without a file"
        text = {
            "None": "is None in sys.modules: importing it fails",
            "initialising": f"is being initialised just now: {shown(where)}",
            "imported": f"is imported already: {shown(where)}",
        }[imported.state]
        page.line(f"{step.name} {text}")
        if imported.spec is not None and imported.spec.name != step.name:
            page.line(f"it is the module {imported.spec.name}, under another name")
        elif imported.state == "imported" and not imported.agrees:
            page.line(("warning", "a search finds something else now"))
    if step.pending is not None:
        where = ", ".join(step.pending)
        page.line(f"{step.name} is put off by a lazy import until its first use{where and f': {where}'}")


def _add_consequences(page: Page, step: Step, shown: Shown, subject: str = "It") -> None:
    if step.changes:
        page.heading("Interceptors changed")
        for change in step.changes:
            page.line(("name", change.finder), f": {change.field}")
            page.line("from ", shown(_value(change.before)), indent=1)
            other = "another " if change.before == change.after else ""
            page.line("to   ", other, shown(_value(change.after)), indent=1)
    for title, same in (f"{subject} shadows", False), ("The same file again", True):
        shadows = [shadow for shadow in step.shadows if shadow.same_file is same]
        if shadows:
            page.heading(title)
            for shadow in shadows:
                page.line(*_shadow(step, shadow, shown))


def _add_loading(page: Page, step: Step, shown: Shown) -> None:
    """What came of the import of the module, if it was made."""
    if step.loading is None:
        return
    outcome: Part = ("good", "imported")
    if step.loading.error is not None:
        where = f" ({step.loading.file}, line {step.loading.line})" if step.loading.file else ""
        outcome = ("bad", shown(f"{first_line(step.loading.error)}{where}"))
    page.line(f"loading {step.name}: ", outcome, ("dim", f"  {_time(step.loading.seconds)}"))


def _hang_answers(parent: Node, answers: Iterable[Answer]) -> None:
    idle = 0
    for answer in answers:
        if answer.later and answer.spec is None and answer.error is None:
            idle += 1
            continue
        node = parent.add(("name", answer.finder), *_outcome(answer), ("dim", f"  {_time(answer.seconds)}"))
        _hang_answers(node, answer.nested)
        _hang_entries(node, answer.entries)
    _hang_idle(parent, idle, "finder")


def _hang_entries(parent: Node, entries: Iterable[AskedEntry]) -> None:
    idle = 0
    for entry in entries:
        if entry.later and entry.spec is None and entry.error is None and not _inner(entry):
            idle += 1
            continue
        node = parent.add(*_entry(entry))
        for miss in _inner(entry):
            node.add(("warning", miss.path), f": {miss.reason}")
    _hang_idle(parent, idle, "entry")


def _hang_idle(parent: Node, count: int, what: str) -> None:
    if count:
        whats = what if count == 1 else "entries" if what == "entry" else f"{what}s"
        parent.add(("dim", f"{count} more {whats} after it: no"))


def _inner(entry: AskedEntry) -> list[Miss]:
    """The misses inside an entry; what is wrong with itself stands in its own line."""
    return [miss for miss in entry.misses if miss.path != entry.entry]


def _outcome(answer: Answer) -> list[Part]:
    if not answer.finished:
        return [("bad", " had not answered")]
    if answer.error is not None:
        return [": ", ("bad", answer.error)]
    if answer.spec is None:
        return [": no"]
    if answer.later:
        return [("dim", f" would find {answer.spec.place}")]
    return [" found ", ("good", answer.spec.place)]


def _entry(entry: AskedEntry) -> list[Part]:
    name = entry.entry or "'' (the working directory)"
    finder = "" if entry.finder is None else f" ({entry.finder.rpartition('.')[2]})"
    time: Part = ("dim", f"  {_time(entry.seconds)}")
    if entry.error is not None:
        return [name, finder, ": ", ("bad", entry.error), time]
    if entry.spec is None:
        own = next((miss.reason for miss in entry.misses if miss.path == entry.entry), "no")
        return [name, finder, f": {own}", time]
    has = " would have " if entry.later else " has "
    if entry.spec.loader is None:
        return [name, finder, has, "a directory without __init__.py", time]
    place = entry.spec.place
    if entry.entry and place.startswith(entry.entry + os.sep):
        place = place[len(entry.entry) + 1 :]
    return [name, finder, has, ("dim" if entry.later else "good", place), time]


def _rows(spec: SpecRecord) -> list[tuple[str, str]]:
    values = (
        ("name", spec.name),
        ("loader", spec.loader),
        ("origin", spec.origin),
        ("has_location", spec.has_location),
        ("cached", spec.cached),
        ("submodule_search_locations", spec.search_locations),
        ("loader_state", spec.loader_state),
    )
    return [(name, _value(value)) for name, value in values]


def _value(value: Any) -> str:
    if isinstance(value, SpecRecord):
        return value.place
    if isinstance(value, tuple):
        return ", ".join(value) or "(empty)"
    return str(value)


def _shadow(step: Step, shadow: Shadow, shown: Shown) -> list[Part]:
    where = "" if shadow.entry is None else f", at {shown(shadow.entry) or 'the working directory'}"
    text: list[Part] = [("warning", shown(shadow.spec.place)), f" ({shadow.finder}{where})"]
    if shadow.same_file and step.spec is not None:
        if shadow.spec.loader == step.spec.loader:
            text.append(": the path leads there twice")
        else:
            text.append(f": with {shadow.spec.loader}, in whose place a tool has put its own")
    elif shadow.spec.loader is None:
        text.append(": a portion, which no regular package lets in")
    return text


def _add_cause(page: Page, cause: Cause) -> None:
    possible = "" if cause.proved else " (possible)"
    page.line(("strong", f"{cause.code}{possible} {cause.title}"))
    for line in cause.evidence.split("\n"):
        page.line(line, indent=1)
    page.line("→ ", cause.remedy, indent=1)


def _time(seconds: float) -> str:
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    return f"{seconds * 1e3:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
