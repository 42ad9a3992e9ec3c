"""The verdict of an explanation: what happens, why, and what to do, each in a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import attrs

if TYPE_CHECKING:
    from .records import Answer, Explanation, Step

__all__ = ["State", "Verdict", "first_line", "verdict_of"]

State = Literal["found", "found, but fails", "not found", "interrupted"]
"""What comes of an import: ``found, but fails`` is told where it was made, with `load`."""


@attrs.frozen
class Verdict:
    """An explanation in three lines. `str` of it is the lines that there are."""

    state: State
    """``found``, ``found, but fails``, ``not found`` or ``interrupted``."""
    what: str
    """What happens, in a line that begins with the state."""
    why: str
    """Why: a sentence about the likeliest cause or, where nothing is wrong, who finds the module."""
    remedy: str
    """What to do about it; empty where nothing is wrong."""

    def __str__(self) -> str:
        return "\n".join(filter(None, (self.what, self.why, self.remedy and f"→ {self.remedy}")))


def verdict_of(explanation: Explanation) -> Verdict:
    """What it comes to."""
    state, what = _what(explanation)
    if state == "interrupted":
        return Verdict(state, what, "", "")
    for cause in explanation.causes:
        # The first line of the evidence is the sentence that says why; the others are particulars.
        return Verdict(state, what, cause.evidence.partition("\n")[0], first_line(cause.remedy))
    why = "" if explanation.module is None else _finder(explanation.module)
    of = f"; it is of the distribution {explanation.distribution}" if explanation.distribution else ""
    return Verdict(state, what, f"{why}{of}", "")


def first_line(message: str) -> str:
    """The first line of a message, and a sign that there are more."""
    first, line_break, _ = message.partition("\n")
    return f"{first} …" if line_break else first


def _what(explanation: Explanation) -> tuple[State, str]:
    module = explanation.module
    if explanation.interrupted is not None:
        return "interrupted", f"interrupted while it was with {explanation.interrupted}"
    for step in explanation.parents:
        if step.loading is not None and step.loading.error is not None:
            fails = f"its parent {step.name} is found, but fails: {first_line(step.loading.error)}"
            return "not found", f"not found: {explanation.name}: {fails}"
    if module is not None and module.loading is not None and module.loading.error is not None:
        return "found, but fails", f"found, but fails: {first_line(module.loading.error)}"
    if explanation.found and module is not None:
        return "found", f"found: {_place(module)}; {_progress(module)}"
    why = ""
    if module is None and explanation.parents:
        last = explanation.parents[-1]
        why = f": its parent {last.name} is {'not a package' if last.is_there else 'not found'}"
    if any(cause.code == "LS224" for cause in explanation.causes):
        why += f", which may change when {explanation.parents[-1].name} is executed"
    return "not found", f"not found: {explanation.name}{why}"


def _place(module: Step) -> str:
    spec = module.spec or (module.imported and module.imported.spec)
    return spec.place if spec else "in sys.modules"


def _progress(module: Step) -> str:
    """How far the import of a module that is found has come."""
    if module.loading is not None:
        return "imported without an error"
    if module.imported is not None:
        return "imported already" if module.imported.state == "imported" else "being imported just now"
    return "not executed: --load tries it"


def _finder(module: Step) -> str:
    """Who finds it, and where."""
    finder = next((answer for answer in module.asked if answer.spec is not None and not answer.later), None)
    if finder is None:
        return "it is in sys.modules, and no finder was asked"
    entry = _entry([finder])
    where = "" if entry is None else f" in {entry or 'the working directory'}"
    return f"{finder.finder} finds it{where}"


def _entry(answers: Iterable[Answer]) -> str | None:
    """The path entry in which it was found."""
    for answer in answers:
        for entry in answer.entries:
            if entry.spec is not None and not entry.later:
                return entry.entry
        inner = _entry(answer.nested)
        if inner is not None:
            return inner
    return None
