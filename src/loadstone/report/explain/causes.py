"""The causes that an explanation names: what was seen, and what to do about it."""

from __future__ import annotations

import keyword
import os
import re
import sys
import sysconfig
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from types import ModuleType

from ...distributions import installed
from ..frozen import builder
from ..index import known_in, modules_of
from ..installer import installing
from ..known import ADDED, REMOVED
from . import (
    build,
    content,
    copies,
    elsewhere,
    extension,
    installations,
    membership,
    options,
    ownership,
    pth,
    raised,
    shadow,
    versions,
)
from .case import Case, cause
from .circle import circle_of_running
from .failure import place_of
from .misses import ABSENT
from .names import close, close_names
from .records import Answer, Cause, Miss, called

__all__ = ["causes_of", "prepare"]


def prepare(*, load: bool = False) -> None:
    """Have imported what the standard library would import while causes are looked for.

    For a search path on which there may be files that hide the standard library's. With `load`, for causes of
    failures too.
    """
    if load:
        import hashlib  # noqa: F401 - dear, for OpenSSL
    sysconfig.get_path("stdlib")
    for distribution in islice(installed(), 1):
        distribution.troubles()


def causes_of(case: Case) -> tuple[Cause, ...]:
    """What is wrong: first what is proved, then what is possible, the likeliest of each first.

    Much of it is asked only where the module is not found, or fails.
    """
    causes: list[Cause] = []
    _make(_ALWAYS, case, causes)
    if case.failure is not None:
        _make(_IF_FAILED, case, causes)
        if not any(found.proved and found.code != "LS239" for found in causes):
            _make([raised.raised], case, causes)
    elif not case.found:
        for check in _IF_MISSING:
            if any(found.proved and found.code in _SETTLING for found in causes):
                break
            _make([check], case, causes)
        if any(found.code in _CERTAIN for found in causes):
            causes = [found for found in causes if found.code not in ("LS203", "LS207")]
        if not any(found.proved and found.code != "LS239" for found in causes):
            causes.append(_unknown(case))
    if builder() is not None:
        causes = [found for found in causes if found.code not in _OF_ENVIRONMENTS]
    return tuple(sorted(causes, key=lambda found: not found.proved))


def _make(checks: Iterable[Check], case: Case, causes: list[Cause]) -> None:
    """Add what the checks find. One that fails is a cause itself, and the others are made all the same."""
    for check in checks:
        told = _TOLD_BY.get(check, set())
        if any(found.code in told and (found.proved or found.code in _ENOUGH) for found in causes):
            continue
        try:
            causes += check(case)
        except Exception as error:
            what = f"{check.__name__.strip('_')}: {type(error).__name__}: {error}"
            place = place_of(error, of_loadstone=True)
            causes.append(cause("LS239", f"{what}{f' in {place}' if place else ''}", proved=False))


def _unknown(case: Case) -> Cause:
    """Nothing has it; what is called nearly so is named with it."""
    near = close_names(case)
    nearly = f"; there is {near[0]}, whose name is nearly this one" if near else ""
    parent = case.steps[-2] if len(case.steps) > 1 and case.last.name == case.missing else None
    places = [place for place in case.path or () if isinstance(place, str)] if parent is not None else []
    if parent is not None and places:
        evidence = (
            f"{case.steps[-2].name!r} has no module {case.tail!r}: nothing in {', '.join(places)} is it"
        )
        mend = f"Import {near[0]}" if near else "Mend the name"
        return cause("LS225", evidence + nearly, f"{mend}, or make {os.path.join(places[0], case.tail)}.py.")
    evidence = f"no finder knows {case.missing!r}, and nothing here tells of a distribution that has it"
    mend = f", or import {near[0]}" if near else ", or mend the name"
    return cause("LS225", evidence + nearly, f"Install what has it: {installing('NAME')}{mend}.")


def _none(case: Case) -> Iterator[Cause]:
    for step in case.steps:
        if step.imported is not None and step.imported.state == "None":
            remedy = f"Find what puts it there, or take it away: del sys.modules[{step.name!r}]."
            yield cause("LS206", f"sys.modules[{step.name!r}] is None", remedy)


def _running(case: Case) -> Iterator[Cause]:
    """Modules that are being executed just now, by whoever asks or by another thread."""
    for step in case.steps if case.failure is None else ():
        if step.imported is not None and step.imported.state == "initialising":
            circle = circle_of_running(step.name)
            yield cause("LS205", circle or f"{step.name}.__spec__ says that it is being initialised")


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


def _certain_misses(case: Case) -> Iterator[Cause]:
    """What can only be the module that is meant, though it does not count."""
    built = ["LS231"] if "." in case.missing else []
    # Another distribution may have a module of the name in small letters.
    cased = [] if known_in(case.missing) else ["LS212"]
    yield from _misses(case, ["LS235", "LS213", *built, "LS210", *cased])


def _other_misses(case: Case) -> Iterator[Cause]:
    """What is called nearly so, and may be anything."""
    built = [] if "." in case.missing else ["LS231"]
    cased = ["LS212"] if known_in(case.missing) else []
    yield from _misses(case, [*built, *cased, "LS214", "LS217", "LS216", "LS218"])


def _misses(case: Case, codes: Iterable[str]) -> Iterator[Cause]:
    by_code: dict[str, list[Miss]] = {}
    for miss in _near(case):
        if miss.reason != ABSENT and miss not in by_code.setdefault(miss.code, []):
            by_code[miss.code].append(miss)
    for code in codes:
        misses = by_code.get(code)
        if misses:
            texts = [f"{miss.path}: {miss.reason}" for miss in misses]
            remedy = _remedy(case, code, misses[0].path)
            yield cause(code, texts, remedy, proved=any(map(_is_telling, texts)))


def _remedy(case: Case, code: str, path: str) -> str | None:
    """What is right for the very file; None where the code says all."""
    if code == "LS213" and not path.endswith(".pyc"):
        return extension.remedy_for(case, path)
    if code == "LS213":
        return f"Delete {path}, or put its source beside it."
    if code == "LS212":
        inside = os.path.join(path, "__init__.py") if os.path.isdir(path) else path
        name = f"{case.missing[: -len(case.tail)]}{os.path.basename(path).partition('.')[0]}"
        return f"Correct the name: it is {name}." if case.inventory.of_file(inside) else None
    top = case.steps[0].spec
    if code == "LS231" and top is not None and top.search_locations:
        return extension.build_it(os.path.dirname(top.search_locations[0]))
    return None


def _is_telling(text: str) -> bool:
    """Whether a near miss says why the module is not found: not if it is of data or notes of that name."""
    return not text.endswith("is no suffix of modules") or ".py" in text.rpartition(": ")[2]


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
            yield cause(miss.code, f"{miss.path}: {miss.reason}", _remedy(case, miss.code, miss.path))


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
    elif "-" in case.name and (modules_of(case.name) or case.inventory.named(case.name)):
        return  # the name of a distribution, which is told as that
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
    elif top in sys.stdlib_module_names and case.missing != top:
        move = versions.known_move(case.missing, None)
        if move is not None:
            yield cause("LS252", *move)
    elif case.missing in sys.stdlib_module_names:
        yield cause("LS215", *build.left_out(case.missing))


def _no_package(case: Case) -> Iterator[Cause]:
    if case.is_complete or not case.last.is_there:
        return
    step = case.last
    if step.loading is not None and step.spec is not None and step.spec.search_locations is not None:
        other = called(sys.modules.get(step.name))
        what = f"is a package ({step.spec.place}), whose code puts a {other} in its place in sys.modules"
        remedy = "Give what it puts there the __path__ of the package."
        yield cause("LS237", f"{step.name!r} {what}, which has no __path__", remedy)
        return
    place = step.spec or (step.imported and step.imported.spec)
    evidence = f"{step.name!r} is a module{f' ({place.place})' if place else ''}, which has no __path__"
    module = sys.modules.get(step.name)
    if isinstance(module, ModuleType) and case.tail in module.__dict__:
        kind = type(module.__dict__[case.tail]).__name__
        import_it = f"from {step.name} import {case.tail}"
        yield cause("LS208", f"{evidence}; {case.tail!r} is a {kind} in it", f"Import it so: {import_it}")
    else:
        # The loader may make it a package after all, as that of setuptools' distutils does.
        yield cause("LS208", evidence, proved=not copies.is_named_as_package(step))


def _empty_path(case: Case) -> Iterator[Cause]:
    if case.is_complete and case.parent is not None and case.last.path == ():
        yield cause("LS209", f"{case.parent.name}.__path__ is empty")


def _not_executed(case: Case) -> Iterator[Cause]:
    parent = case.parent
    if parent is None or parent.imported is not None or parent.loading is not None or not parent.is_there:
        return
    if parent.spec is not None and parent.spec.loader is not None:
        # Code that has no word of such things does not make submodules, though what it imports may.
        proved = copies.may_extend(parent)
        yield cause("LS224", f"{parent.name!r} was found, not imported", proved=proved)


_CERTAIN = {
    *("LS201", "LS202", "LS215", "LS223", "LS228", "LS234"),
    *("LS240", "LS241", "LS242", "LS246", "LS247", "LS249", "LS251", "LS252", "LS253"),
}
"""What is known about the very name: beside it, what is only nearby is no more likely."""

_OF_ENVIRONMENTS = {
    *("LS201", "LS202", "LS203", "LS207", "LS223", "LS225"),
    *("LS240", "LS241", "LS242", "LS246", "LS247", "LS249", "LS251", "LS253", "LS254"),
}
"""What is mended by installing, which a frozen application cannot."""


Check = Callable[[Case], Iterator[Cause]]
_HIDING = {"LS204", "LS226", "LS238"}
"""What says that another module than the one that is meant was found."""
_ENOUGH = {*_HIDING, "LS205"}
"""What need not be proved for others to say nothing beside it."""
_SETTLING = {*_HIDING, "LS210", "LS213", "LS222", "LS231", "LS232", "LS235"}
"""What says why the very module is not found: beside it, other causes only confuse."""
_TOLD_OF_CONTENT = {"LS243", "LS244", "LS245", "LS247", "LS248", "LS252"}
_TOLD_BY: dict[Check, set[str]] = {
    membership.near: {"LS256"},
    shadow.swallowed: {"LS249"},
    versions.mismatch: {*_HIDING, "LS205"},
    raised.circular: _HIDING,
    versions.moved: {*_HIDING, "LS205", "LS227", "LS232"},
    raised.lacking: {*_HIDING, "LS205", "LS227", "LS232", *_TOLD_OF_CONTENT},
}
"""What need not be asked where there is a cause with one of these codes."""

_ALWAYS: tuple[Check, ...] = (
    _none,
    _running,
    raised.came_to_an_end,
    options.foreign_variable,
    shadow.hides,
    shadow.hides_what_it_imports,
    _finder_raised,
    _disagreement,
    _doubtful,
    extension.found_extension,
    content.bytecode,
    installations.hidden_editable,
    installations.lost_editable,
    shadow.swallowed,
    ownership.shared,
    ownership.stranger,
    installations.lost_init,
)
_IF_FAILED: tuple[Check, ...] = (
    shadow.hides_by_failure,
    membership.relative,
    extension.extension_fails,
    content.damaged,
    raised.circular,
    raised.not_imported,
    raised.never_imported,
    versions.looked_up,
    versions.mismatch,
    content.source,
    versions.moved,
    ownership.altered,
    raised.lacking,
    raised.ended,
)
_IF_MISSING: tuple[Check, ...] = (
    _no_name,
    _not_in_this_version,
    copies.in_a_hidden_copy,
    _no_package,
    raised.in_package,
    _empty_path,
    installations.not_built_in,
    _certain_misses,
    membership.inside,
    options.unused_directory,
    options.unused_variable,
    options.unusable_variable,
    elsewhere.meant,
    installations.distribution,
    _other_misses,
    extension.unbuilt,
    membership.near,
    pth.idle_pth,
    elsewhere.others,
    close,
    _not_executed,
    pth.stale_pth,
)
