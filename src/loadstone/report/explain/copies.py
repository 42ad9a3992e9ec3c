"""Packages of one name in several places: the one that is found does not have the module, another has."""

from __future__ import annotations

import os
from collections.abc import Iterator
from importlib.machinery import PathFinder

from ..installer import pip
from ..places import is_standard_file, standard_directories
from .case import Case, cause
from .records import Answer, Cause, Step
from .shadow import rename

__all__ = ["in_a_hidden_copy", "is_named_as_package", "may_extend"]

_LARGEST = 1_000_000


def in_a_hidden_copy(case: Case) -> Iterator[Cause]:
    """The parent's shadows, and the portions that a regular package hides, may have the module."""
    if case.last.name != case.missing:
        parent = case.last
    elif len(case.steps) > 1:
        parent = case.steps[-2]
    else:
        return
    hidden = [shadow.spec for shadow in parent.shadows]
    for answer in _answers(parent.asked):
        hidden += [entry.spec for entry in answer.entries if entry.spec and entry.spec.loader is None]
    used = set(case.last.path or ()) if parent is not case.last else set()
    for place in dict.fromkeys(location for spec in hidden for location in spec.search_locations or ()):
        origin = None if place in used else _module_in(place, case)
        if origin is not None:
            yield _hidden(case, parent, origin)


def _hidden(case: Case, parent: Step, origin: str) -> Cause:
    """The module is in the one place, and the parent in the other: that of a distribution, or a local one."""
    spec = parent.imported.spec if parent.imported and parent.imported.spec else parent.spec
    if spec is None or spec.origin is None or not spec.has_location:
        where = "elsewhere" if spec is None else spec.place
        proved = not may_extend(parent)
        return cause("LS222", f"{origin} is there, but {parent.name!r} is {where}", proved=proved)
    there = next(iter(case.inventory.of_file(origin)), None)
    here = next(iter(case.inventory.of_file(spec.origin)), None)
    evidence = f"{origin}{f', of {there.release},' if there else ''} is there, but {parent.name!r} is "
    evidence += f"{spec.origin}{f', of {here.release}' if here else ''}, which hides it"
    remedy = None
    package = _package_in(origin, case)
    if is_standard_file(spec.origin, standard_directories()):
        remedy = f"Rename the folder {package}: {parent.name!r} is a module of the standard library."
    elif here is not None and there is None:
        remedy = f"Rename the folder {package}, or make it a package, with an __init__.py, before the other."
    elif here is None and there is not None:
        remedy = rename(spec.origin, is_project=True)
    elif here is not None and there is not None and here != there:
        remedy = f"Uninstall the one of the two that is not wanted: {pip('uninstall', here.name or '')}; or "
        remedy += f"install both into one directory, in versions that share {parent.name!r}."
    return cause("LS222", evidence, remedy, proved=not may_extend(parent))


def _package_in(origin: str, case: Case) -> str:
    """The folder of the parent in which the file of the module is."""
    base = os.path.basename(origin).partition(".")[0]
    for _ in case.name[len(case.missing) - len(case.tail) :].split(".")[base != "__init__" :]:
        origin = os.path.dirname(origin)
    return os.path.dirname(origin)


def may_extend(package: Step) -> bool:
    """Whether a package may have submodules that are not in its places, or look in others, when executed."""
    if package.imported is not None or package.loading is not None:
        return False
    if is_named_as_package(package):
        return True
    if package.spec is None or not package.spec.has_location or package.spec.origin is None:
        return True
    try:
        with open(package.spec.origin, "rb") as source:
            text = source.read(_LARGEST)
    except OSError:
        return True
    return any(word in text for word in (b"__path__", b"declare_namespace", b"sys.modules", b"meta_path"))


def is_named_as_package(step: Step) -> bool:
    """Whether the file is one of packages, though the spec, of what is not executed, is none of a package."""
    spec = step.spec
    if step.imported is not None or step.loading is not None or spec is None or spec.origin is None:
        return False
    return spec.search_locations is None and os.path.basename(spec.origin).startswith("__init__.")


def _module_in(place: str, case: Case) -> str | None:
    """Where the module is in a path entry; None for what is none.

    A folder without `__init__` counts only for what is asked for below it.
    """
    below = case.name[len(case.missing) :].split(".")[1:]
    try:
        spec = PathFinder.find_spec(case.tail, [place])
        for part in below:
            if spec is not None and spec.loader is None:
                spec = PathFinder.find_spec(part, [*(spec.submodule_search_locations or ())])
    except Exception:  # of others' path hooks
        return None
    if spec is None or spec.loader is None or spec.origin is None or not os.path.isabs(spec.origin):
        return None
    return spec.origin


def _answers(asked: tuple[Answer, ...]) -> Iterator[Answer]:
    for answer in asked:
        yield answer
        yield from _answers(answer.nested)
