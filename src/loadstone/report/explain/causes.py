"""The causes that an explanation names: what was seen, and what to do about it."""

from __future__ import annotations

import difflib
import keyword
import os
import pkgutil
import re
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from importlib.machinery import PathFinder
from itertools import islice
from types import ModuleType

from ...distributions import installed
from ..died import Died
from ..installer import installing
from ..known import ADDED, REMOVED
from ..places import is_standard_file, standard_directories
from . import elsewhere, installations, started
from .case import Case, cause
from .circle import circle_of_error, circle_of_running
from .misses import ABSENT
from .records import Answer, Cause, Miss, SpecRecord, Step

__all__ = ["causes_of", "prepare"]


def prepare() -> None:
    """Have imported what the standard library would import while causes are looked for.

    For a search path on which there may be files that hide the standard library's.
    """
    sysconfig.get_path("stdlib")
    for distribution in islice(installed(), 1):
        distribution.troubles()


def causes_of(case: Case) -> tuple[Cause, ...]:
    """What is wrong: first what is proved, then what is possible, the likeliest of each first.

    Much of it is asked only where the module is not found.
    """
    causes = [found for check in _ALWAYS for found in check(case)]
    if not case.found and case.failure is None:
        causes += [found for check in _IF_MISSING for found in check(case)]
        if any(found.code in _CERTAIN for found in causes):
            causes = [found for found in causes if found.code != "LS203"]
        if not causes:
            remedy = f"Install what has it: {installing('NAME')}, or mend the name."
            causes.append(cause("LS225", f"no finder knows {case.missing!r}", remedy))
    return tuple(sorted(causes, key=lambda found: not found.proved))


def _none(case: Case) -> Iterator[Cause]:
    for step in case.steps:
        if step.imported is not None and step.imported.state == "None":
            remedy = f"Find what puts it there, or take it away: del sys.modules[{step.name!r}]."
            yield cause("LS206", f"sys.modules[{step.name!r}] is None", remedy)


def _circular(case: Case) -> Iterator[Cause]:
    if case.failure is not None:
        circle = circle_of_error(case.failure)
        if circle is not None:
            yield cause("LS205", circle)
        return
    for step in case.steps:
        if step.imported is not None and step.imported.state == "initialising":
            circle = circle_of_running(step.name)
            yield cause("LS205", circle or f"{step.name}.__spec__ says that it is being initialised")


def _raised(case: Case) -> Iterator[Cause]:
    loading = case.last.loading
    if loading is None or loading.error is None or isinstance(case.failure, Died):
        return
    where = f" in {loading.file}, line {loading.line}" if loading.file else ""
    *first, last = f"{case.last.name}: {loading.error}".split("\n")
    remedy = None
    if isinstance(case.failure, ModuleNotFoundError) and case.failure.name:
        remedy = f"Ask about the module that it lacks: python -m loadstone explain {case.failure.name}"
    yield cause("LS220", [*first, f"{last}{where}"], remedy)


def _finder_raised(case: Case) -> Iterator[Cause]:
    told = set()
    for step in case.steps:
        for answer in _answers(step.asked):
            if answer.error is None or answer.error in told or any(n.error for n in answer.nested):
                continue
            told.add(answer.error)
            entry = next((f", at {entry.entry}" for entry in answer.entries if entry.error), "")
            yield cause("LS211", f"{answer.finder}, asked for {answer.name!r}{entry}: {answer.error}")
        if step.error is not None and not told:
            yield cause("LS211", f"{step.name!r}: {step.error}")


def _disagreement(case: Case) -> Iterator[Cause]:
    for step in case.steps:
        imported = step.imported
        if imported is None or imported.state != "imported" or imported.agrees or not step.asked:
            continue
        if imported.spec is not None and imported.spec.name != step.name:
            continue  # one module may stand under several names
        if imported.spec is None:
            evidence = f"{step.name} in sys.modules has no __spec__"
        else:
            now = "nothing" if step.spec is None else step.spec.place
            evidence = f"{step.name} was imported from {imported.spec.place}; a search finds {now}"
        if imported.file is not None and imported.spec is None:
            evidence += f"; its __file__ is {imported.file}"
        yield cause("LS219", evidence)


def _hides_the_standard(case: Case) -> Iterator[Cause]:
    top = case.steps[0]
    if top.name not in sys.stdlib_module_names or top.spec is None or not top.spec.has_location:
        return
    origin = top.spec.origin or ""
    if _is_standard(origin):
        return
    hidden = next((shadow.spec.place for shadow in top.shadows if _is_standard(shadow.spec.place)), None)
    if hidden is not None:
        remedy = f"Rename {origin}, and delete its cache in __pycache__."
        yield cause("LS204", f"{origin} is found before {hidden}", remedy)


def _is_standard(place: str) -> bool:
    return place in ("built-in", "frozen") or is_standard_file(place, standard_directories())


def _misses(case: Case) -> Iterator[Cause]:
    by_code: dict[str, list[str]] = {}
    for miss in _near(case):
        if miss.reason != ABSENT:
            texts = by_code.setdefault(miss.code, [])
            text = f"{miss.path}: {miss.reason}"
            if text not in texts:
                texts.append(text)
    order = ("LS210", "LS212", "LS213", "LS214", "LS217", "LS216", "LS218")
    for code in order:
        if code in by_code:
            yield cause(code, by_code[code])


def _near(case: Case) -> Iterator[Miss]:
    for answer in _answers(case.last.asked):
        for entry in answer.entries:
            yield from entry.misses


def _doubtful(case: Case) -> Iterator[Cause]:
    """What was found, and will not load, or is a namespace package only for want of an `__init__`."""
    spec = case.last.spec
    if not case.found or spec is None:
        return
    for miss in _near(case):
        if miss.path == spec.origin or os.path.dirname(miss.path) in (spec.search_locations or ()):
            yield cause(miss.code, f"{miss.path}: {miss.reason}")


def _answers(asked: Iterable[Answer]) -> Iterator[Answer]:
    for answer in asked:
        yield answer
        yield from _answers(answer.nested)


def _no_name(case: Case) -> Iterator[Cause]:
    parts = case.name.split(".")
    better = case.name
    if re.search(r"\.(pyc?|pyw|pyi|so|pyd)$", better):
        better = better.rpartition(".")[0]
    better = better.strip("./\\").replace("/", ".").replace(os.sep, ".").removesuffix(".__init__")
    if better != case.name:
        yield cause("LS221", f"{case.name!r} is the name of a file", f"Its module would be {better!r}.")
    elif "-" in case.name:
        better = case.name.replace("-", "_")
        yield cause("LS214", f"{case.name!r} has a hyphen", f"The module may be called {better!r}.")
    elif not all(part.isidentifier() and not keyword.iskeyword(part) for part in parts):
        yield cause("LS221", f"{case.name!r} is not made of identifiers with dots between them")


def _not_in_this_version(case: Case) -> Iterator[Cause]:
    version = sys.version_info[:2]
    here = f"this is Python {version[0]}.{version[1]}"
    top = case.missing.partition(".")[0]
    since, instead = REMOVED.get(top, ((9, 0), ""))
    if version >= since:
        gone = f"{top!r} has left the standard library in Python {since[0]}.{since[1]}; {here}"
        yield cause("LS215", gone, f"Use {instead}." if instead else "There is nothing in its place.")
    since, instead = ADDED.get(case.missing, ((0, 0), ""))
    if version < since:
        new = f"{case.missing!r} came in Python {since[0]}.{since[1]}; {here}"
        yield cause("LS215", new, f"Use a newer Python{f', or {instead}' if instead else ''}.")
    elif case.missing in sys.stdlib_module_names:
        evidence = f"{case.missing!r} is of the standard library, but not of this build for {sys.platform}"
        remedy = "It is of another platform, was left out of the build, or is a package of the system's own."
        yield cause("LS215", evidence, remedy)


def _no_package(case: Case) -> Iterator[Cause]:
    if case.is_complete or not case.last.is_there:
        return
    step = case.last
    place = step.spec or (step.imported and step.imported.spec)
    evidence = f"{step.name!r} is a module{f' ({place.place})' if place else ''}, which has no __path__"
    module = sys.modules.get(step.name)
    if isinstance(module, ModuleType) and case.tail in module.__dict__:
        kind = type(module.__dict__[case.tail]).__name__
        import_it = f"from {step.name} import {case.tail}"
        yield cause("LS208", f"{evidence}; {case.tail!r} is a {kind} in it", f"Import it so: {import_it}")
    else:
        yield cause("LS208", evidence)


def _empty_path(case: Case) -> Iterator[Cause]:
    if case.is_complete and case.parent is not None and case.last.path == ():
        yield cause("LS209", f"{case.parent.name}.__path__ is empty")


def _not_executed(case: Case) -> Iterator[Cause]:
    parent = case.parent
    if parent is None or parent.imported is not None or parent.loading is not None or not parent.is_there:
        return
    if parent.spec is not None and parent.spec.loader is not None:
        yield cause("LS224", f"{parent.name!r} was found, not imported")


def _in_a_hidden_copy(case: Case) -> Iterator[Cause]:
    """The parent's shadows, and the portions that a regular package hides, may have the module."""
    parent = case.parent
    if parent is None or not case.is_complete:
        return
    hidden = [shadow.spec for shadow in parent.shadows]
    for answer in _answers(parent.asked):
        hidden += [entry.spec for entry in answer.entries if entry.spec and entry.spec.loader is None]
    used = set(case.last.path or ())
    for place in dict.fromkeys(location for spec in hidden for location in _locations(spec)):
        origin = None if place in used else _module_in(place, case.tail)
        if origin is not None:
            yield cause("LS222", f"{origin} is there, but {parent.name!r} is {_place(parent)}")


def _module_in(place: str, tail: str) -> str | None:
    """Where the module is in a path entry; None for what is none."""
    try:
        spec = PathFinder.find_spec(tail, [place])
    except Exception:  # of others' path hooks
        return None
    return None if spec is None or spec.loader is None else spec.origin


def _locations(spec: SpecRecord) -> tuple[str, ...]:
    return spec.search_locations or ()


def _place(step: Step) -> str:
    spec = step.imported.spec if step.imported and step.imported.spec else step.spec
    return "elsewhere" if spec is None else spec.place


def _close(case: Case) -> Iterator[Cause]:
    if case.tail.startswith("__") or (not case.is_complete and case.last.is_there):
        return
    known = _known_beside(case)
    known.discard(case.tail)
    near = difflib.get_close_matches(case.tail, sorted(known), 3, 0.75)
    folded = [name for name in sorted(known) if name.lower() == case.tail.lower() and name not in near]
    if near or folded:
        prefix = case.missing[: -len(case.tail)]
        names = ", ".join(prefix + name for name in [*folded, *near])
        yield cause("LS203", f"there {'is' if len([*folded, *near]) == 1 else 'are'} {names}")


def _known_beside(case: Case) -> set[str]:
    """The last parts of the names of the modules that are where the missing one should be."""
    is_top = "." not in case.missing
    known = set(sys.stdlib_module_names) if is_top else set()
    try:
        known.update(module.name for module in pkgutil.iter_modules(None if is_top else [*(case.path or ())]))
    except Exception:  # noqa: S110 - a finder that cannot list what it has is not the matter here
        pass
    return known


_CERTAIN = {"LS201", "LS202", "LS215", "LS223"}
"""What is known about the very name; beside it, a name that is nearly this one is no more likely meant."""

Check = Callable[[Case], Iterator[Cause]]
_ALWAYS: tuple[Check, ...] = (
    _none,
    _circular,
    started.came_to_an_end,
    _raised,
    _hides_the_standard,
    _finder_raised,
    _disagreement,
    _doubtful,
    installations.lost_init,
    started.foreign_variable,
)
_IF_MISSING: tuple[Check, ...] = (
    _no_name,
    _not_in_this_version,
    _no_package,
    _empty_path,
    _misses,
    _in_a_hidden_copy,
    started.unused_directory,
    started.unused_variable,
    elsewhere.meant,
    installations.distribution,
    elsewhere.others,
    _close,
    _not_executed,
    installations.stale_pth,
)
