"""What a module raised while it was executed, and what that comes of."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from difflib import get_close_matches
from types import ModuleType

import attrs

from ...framework.kinds import attribute_of
from ...startup.run import printable
from ..bindings import bindings_of
from ..died import Died
from ..installer import asking
from .case import Case, cause
from .circle import circle_of
from .failure import Lack, Place, lacks_of, loading_of, place_of, user_place_of
from .records import Cause
from .search import error_text

__all__ = [
    "came_to_an_end",
    "circular",
    "ended",
    "in_package",
    "lacking",
    "never_imported",
    "not_imported",
    "raised",
]


def circular(case: Case) -> Iterator[Cause]:
    """A module that is asked for what it does not have yet, in the middle of being executed."""
    for lack in lacks_of(case.failure) if case.failure is not None else ():
        circle = circle_of(lack)
        if circle is not None:
            evidence = [circle.reason, circle.chain]
            yield cause("LS205", evidence, circle.remedy, proved=circle.proved)
            return


def not_imported(case: Case) -> Iterator[Cause]:
    """`X.Y`, and Y is a submodule of X that nobody has imported."""
    for lack in lacks_of(case.failure) if case.failure is not None else ():
        place = place_of(lack.error)
        if not isinstance(lack.error, AttributeError) or place is None:
            continue
        inner = case.ask(lack.full_name)
        if inner.found and inner.last.spec is not None:
            evidence = (
                f"{lack.full_name} is a module ({inner.last.spec.place}), which nothing has imported yet"
            )
            yield cause("LS227", f"{evidence}: {place}", f"Write import {lack.full_name} above it.")


def never_imported(case: Case) -> Iterator[Cause]:
    """A local file for a module that the interpreter has built in, which has what that lacks."""
    for lack in lacks_of(case.failure) if case.failure is not None else ():
        step = case.ask(lack.module).last
        if lack.name is None or step.spec is None or step.spec.origin not in ("built-in", "frozen"):
            continue
        place = place_of(lack.error)
        for shadow in step.shadows:
            bindings = bindings_of(shadow.spec.origin, lack.module)
            if bindings is None or lack.name not in bindings.lines:
                continue
            evidence = (
                f"{shadow.spec.origin}, which has {lack.name!r}, is never imported: the interpreter has"
            )
            asks = "" if place is None else f": {place}"
            remedy = f"Rename {shadow.spec.origin}."
            yield cause("LS227", f"{evidence} {lack.module!r} built in, which has no such name{asks}", remedy)


def lacking(case: Case) -> Iterator[Cause]:
    """What is not there: why the module is not found, or that the module does not have the name."""
    if case.failure is None:
        return
    for lack in lacks_of(case.failure):
        if lack.is_cycle:
            continue
        place = place_of(lack.error)
        if lack.name is None:
            yield from _not_found(case, lack, place)
        elif isinstance(lack.error, ImportError):
            yield from _no_name(case, lack, place)
        elif place is not None:
            yield from _no_attribute(case, lack, place)


def _not_found(case: Case, lack: Lack, place: Place | None) -> Iterator[Cause]:
    """The causes for a module that another imports in vain."""
    inner = case.ask(lack.module)
    if inner.found:
        return
    inner = attrs.evolve(inner, asker=place)
    causes = [found for found in case.causes_of(inner) if found.code != "LS224"]
    if not _is_reason(case, lack) and not any(found.proved and found.code != "LS225" for found in causes):
        causes = [found for found in causes if found.code != "LS225"]
        yield from raised(case, f"Ask about the module that it lacks: {asking('explain', lack.module)}")
    for found in causes:
        asks = "" if place is None else "\n" + printable(f"{place.name} asks for {lack.module}: {place}")
        yield attrs.evolve(found, evidence=f"{found.evidence}{asks}")


def _is_reason(case: Case, lack: Lack) -> bool:
    """Whether the failure is about what is lacking, and not of what is done in the place of it."""
    failure = case.failure
    return isinstance(failure, ImportError) or lack.module in error_text(failure or lack.error)


def _no_name(case: Case, lack: Lack, place: Place | None) -> Iterator[Cause]:
    """`from X import Y`, and X has no Y; a package may have a module of that name."""
    inner = case.ask(lack.full_name)
    if inner.found:
        return  # it is there: something else keeps it from being seen
    is_package = inner.is_complete
    others = []
    if is_package:
        inner = attrs.evolve(inner, asker=place)
        others = [found for found in case.causes_of(inner) if found.code not in _VAGUE]
    yield from others
    if any(found.proved for found in others):
        return
    asks = "" if place is None else f": {place}"
    evidence = f"{_described(case, lack)} has no {lack.name!r}"
    if is_package:
        evidence += f", and there is no module {lack.full_name}"
    near = _near(lack)
    if near:
        evidence += f"; it has {near}"
    yield cause("LS227", f"{evidence}{asks}", f"Import {near}, if that is meant." if near else None)


_VAGUE = {"LS203", "LS208", "LS224", "LS225", "LS228", "LS239", "LS246", "LS247"}
"""What need not be told of the module that a name could be: it is a name that was asked for."""


def in_package(case: Case) -> Iterator[Cause]:
    """What was asked for as a module is a name in the package, such as a function."""
    parent = case.parent
    if parent is None or not case.is_complete:
        return
    what = None
    module = sys.modules.get(parent.name) if parent.loading or parent.imported else None
    if isinstance(module, ModuleType):
        value = attribute_of(module, case.tail)
        if value is not None:
            what = f"a {type(value).__name__} in the package"
    elif parent.spec is not None:
        bindings = bindings_of(parent.spec.origin, parent.name)
        lines = bindings.lines[case.tail] if bindings is not None and bindings.has(case.tail) else []
        if lines:
            what = f"bound at line {lines[0]} of {parent.spec.origin}, which makes the package"
    if what is not None:
        place = parent.spec.place if parent.spec is not None else "in sys.modules"
        evidence = f"{case.tail!r} is {what} {parent.name} ({place}), and no module"
        yield cause("LS228", evidence, f"Import it so: from {parent.name} import {case.tail}")


def _no_attribute(case: Case, lack: Lack, place: Place) -> Iterator[Cause]:
    """`X.Y`, and X has no Y."""
    near = _near(lack)
    has = f"; it has {near}" if near else ""
    if place.text.endswith("import *"):
        evidence = f"{_described(case, lack)} has no {lack.name!r}, which its __all__ names: {place}"
        yield cause("LS227", evidence, f"Take {lack.name!r} out of __all__, or have the module define it.")
        return
    evidence = f"{_described(case, lack)} has no {lack.name!r}{has}: {place}"
    yield cause("LS227", evidence, f"Write {near}, if that is meant." if near else None)


def _described(case: Case, lack: Lack) -> str:
    """The module that lacks a name, whose it is, and where."""
    owner = next(iter(case.inventory.providers(lack.module)), None)
    parts = [lack.file or "", "" if owner is None else f"of {owner.release}"]
    if lack.file and _is_empty(lack.file):
        parts.append("which is empty")
    text = ", ".join(filter(None, parts))
    return f"{lack.module}{f' ({text})' if text else ''}"


def _is_empty(file: str) -> bool:
    try:
        return os.path.getsize(file) == 0 and os.path.basename(file) != "__init__.py"
    except (OSError, ValueError):
        return False


def _near(lack: Lack) -> str | None:
    """What the module has under nearly the name that it lacks."""
    names: list[str] = []
    module = lack.error.obj if isinstance(lack.error, AttributeError) else sys.modules.get(lack.module)
    if isinstance(module, ModuleType):
        names = [name for name in attribute_of(module, "__dict__") or vars(module) if isinstance(name, str)]
    if not names:
        bindings = bindings_of(lack.file, lack.module)
        names = [] if bindings is None else list(bindings.lines)
    found = get_close_matches(lack.name or "", [name for name in names if name != lack.name], 1, 0.75)
    return repr(found[0]) if found else None


def ended(case: Case) -> Iterator[Cause]:
    """A module that ends the program, or takes itself out of `sys.modules`."""
    failure = case.failure
    if isinstance(failure, SystemExit):
        place = user_place_of(failure)
        where = "" if place is None else f": {place}"
        # Of what is no number and no message, the repr is the module's own code.
        status = repr(failure.code) if isinstance(failure.code, str | int | None) else "of an object"
        evidence = f"importing {case.last.name} ends the program, with the exit status {status}{where}"
        yield cause("LS237", evidence)
    elif (
        isinstance(failure, KeyError)
        and failure.args == (case.last.name,)
        and loading_of(failure) is not None
    ):
        evidence = f"{case.last.name} is not in sys.modules any more when it has been executed"
        yield cause("LS237", evidence, "Have it leave sys.modules[__name__], or put another module there.")


def came_to_an_end(case: Case) -> Iterator[Cause]:
    """A module at which the process came to its end."""
    end = case.failure
    if isinstance(end, Died):
        where = f" at {end.file}, line {end.line}" if end.file else ""
        remedy = None if "died" in end.text else "Find what ends the process, as os._exit() does."
        yield cause("LS255", f"{end.text} while it executed {end.module}{where}", remedy)


def raised(case: Case, remedy: str | None = None) -> Iterator[Cause]:
    """The exception itself, where nothing else is known of it."""
    loading = case.last.loading
    if loading is None or loading.error is None:
        return
    where = f" in {loading.file}, line {loading.line}" if loading.file else ""
    place = None if case.failure is None else user_place_of(case.failure)
    if place is not None and not isinstance(case.failure, SyntaxError) and place.file != loading.file:
        where = f" in {place}" + (f" (raised{where})" if where else "")
    *first, last = f"{case.last.name}: {loading.error}".split("\n")
    yield cause("LS220", [*first, f"{last}{where}"], remedy)
