"""Who hides whom: local files and folders in the place of the standard library or of what is installed."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Iterator
from itertools import pairwise

from ..layout import entry_of
from ..places import PACKAGES, folder, is_standard_file, site_directories, standard_directories
from ..remedy import editable
from .case import Case, cause
from .failure import Place, errors_of, is_engine, lacks_of, place_of, places_of
from .reach import meetings
from .records import Cause, Shadow, Step

__all__ = ["hides", "hides_by_failure", "hides_what_it_imports", "rename", "swallowed"]

_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", "meson.build")


def hides(case: Case) -> Iterator[Cause]:
    """What is found under the name that was asked about is not the library of that name."""
    yield from _hidden_by(case, case.steps[0], None)


def hides_by_failure(case: Case) -> Iterator[Cause]:
    """What the failure is about, or went through, is not the library that others mean by its name."""
    if case.failure is None:
        return
    tops: dict[str, Place | None] = {}
    for lack in lacks_of(case.failure):
        place = place_of(lack.error)
        tops.setdefault(lack.module.partition(".")[0], place)
    for error in errors_of(case.failure):
        places = [place for place in places_of(error) if not is_engine(place)]
        for before, place in pairwise(places):
            # One that is imported from where it is itself is what is meant.
            if place.is_of_module and _entry(before) != _entry(place):
                tops.setdefault(place.name.partition(".")[0], before)
    for top, asker in tops.items():
        if top != case.steps[0].name and top.isidentifier():
            yield from _hidden_by(case, case.ask(top).steps[0], asker)


def hides_what_it_imports(case: Case) -> Iterator[Cause]:
    """A module that is found would get a local file in the place of what it imports."""
    if not case.found or case.failure is not None or case.last.loading is not None:
        return
    for meeting in meetings(case):
        text = linecache.getline(meeting.file, meeting.line).strip()
        for found in _hidden_by(case, case.ask(meeting.name).steps[0], None):
            first, *_ = found.evidence.split("\n")
            evidence = f"{first}, and is what {meeting.importer} would get"
            asker = f"asked for at {meeting.file}, line {meeting.line}: {text}"
            yield cause(found.code, [evidence, asker], found.remedy, proved=False)


def _entry(place: Place) -> str:
    return folder(entry_of(place.file, place.name))


def _hidden_by(case: Case, step: Step, asker: Place | None) -> Iterator[Cause]:
    spec = step.spec
    if spec is None or not spec.has_location or not spec.origin or _is_standard(spec.origin):
        return
    gets = "" if asker is None else f", and is what {asker.name} gets"
    after = [] if asker is None else [f"asked for at {asker}"]
    if step.name in sys.stdlib_module_names:
        hidden = next((one.spec.place for one in step.shadows if _is_standard(one.spec.place)), None)
        if hidden is not None:
            evidence = f"{spec.origin} is found before {hidden}{gets}"
            yield cause("LS204", [evidence, *after], rename(spec.origin))
        return
    owner, shadow = _installed(step, case)
    if shadow is None:
        return
    evidence = f"{spec.origin} hides {owner}, which is at {shadow.spec.place}{gets}"
    yield cause("LS226", [evidence, *after], rename(spec.origin, is_project=True))


def _is_standard(place: str) -> bool:
    return place in ("built-in", "frozen") or is_standard_file(place, standard_directories())


def rename(origin: str, *, is_project: bool = False) -> str:
    """What to rename: the file, or the folder of a package."""
    stem, _ = os.path.splitext(os.path.basename(origin))
    is_package = stem == "__init__"
    package = os.path.dirname(origin)
    root = os.path.dirname(package) if is_package else package
    variable = os.environ.get("PYTHONPATH", "") if not sys.flags.ignore_environment else ""
    if folder(root) in {folder(entry) for entry in variable.split(os.pathsep) if entry}:
        return f"Take {root} off PYTHONPATH, or rename {package if is_package else origin}."
    if origin.endswith(".pyc"):
        return f"Delete {origin}, which is bytecode without its source."
    if not is_package:
        return f"Rename {origin}, and delete its cache in __pycache__."
    if is_project and any(os.path.exists(os.path.join(root, name)) for name in _PROJECT):
        return (
            f"Start the program from another directory than {root}; or, if this copy is meant, install it:"
            f" {editable(root)}"
        )
    return f"Rename the folder {package}."


def _installed(step: Step, case: Case) -> tuple[str, Shadow | None]:
    """The installed distribution whose module is hidden, in words, and its module."""
    candidates = [
        (shadow, folder(entry_of(shadow.spec.origin or "", step.name)))
        for shadow in step.shadows
        if not shadow.same_file and shadow.spec.loader is not None and shadow.spec.has_location
    ]
    if not candidates or step.spec is None or step.spec.origin is None:
        return "", None
    by_folder = {
        folder(os.path.dirname(one.place)): one.release
        for one in reversed(case.inventory.having(step.name))
        if one.place
    }
    sites = {folder(place) for place in site_directories()}
    home = folder(entry_of(step.spec.origin, step.name))
    if home in by_folder or home in sites or os.path.basename(home) in PACKAGES:
        return "", None  # one installed distribution before another
    for shadow, place in candidates:
        if place in by_folder:
            return f"the installed {by_folder[place]}", shadow
        if place in sites or os.path.basename(place) in PACKAGES:
            return f"the {step.name!r} that is installed", shadow
    return "", None


def swallowed(case: Case) -> Iterator[Cause]:
    """A folder without `__init__`, found as a namespace package in the place of the package that is meant."""
    steps = list(case.steps[:1])
    if case.failure is not None:
        tops = dict.fromkeys(lack.module.partition(".")[0] for lack in lacks_of(case.failure))
        steps += [case.ask(top).steps[0] for top in tops if top != steps[0].name and top.isidentifier()]
    for step in steps:
        spec = step.spec
        if spec is None or spec.loader is not None or spec.origin is not None:
            continue
        if any(shadow.spec.loader is not None for shadow in step.shadows):
            continue  # of an editable install, which is said as that
        yield from _swallowed(step, spec.search_locations or (), case)


def _swallowed(step: Step, portions: tuple[str, ...], case: Case) -> Iterator[Cause]:
    for portion in portions:
        for inner in (os.path.join(portion, step.name), os.path.join(portion, "src", step.name)):
            if os.path.isfile(os.path.join(inner, "__init__.py")):
                home = os.path.dirname(inner)
                evidence = (
                    f"{step.name!r} is the folder {portion}, which has no __init__.py and is taken for a"
                    f" namespace package; the package is inside, in {inner}"
                )
                yield cause("LS238", evidence, f"Start the program from {home}, or put that on sys.path.")
                return
    if portions and not any(map(_has_modules, portions)) and not case.inventory.having(step.name):
        evidence = (
            f"{step.name!r} is only the folder {portions[0]}, which has no modules in it and is taken for a"
            " namespace package; there is no other of this name"
        )
        remedy = f"If a library is meant, rename the folder {portions[0]}, and install the library."
        yield cause("LS238", evidence, remedy, proved=case.failure is not None)


def _has_modules(portion: str) -> bool:
    """Whether there is any module below a folder; True where that cannot be told."""
    try:
        for number, (_, folders, files) in enumerate(os.walk(portion)):
            if number > 200 or any(file.endswith((".py", ".pyc", ".so", ".pyd")) for file in files):
                return True
            folders[:] = [name for name in folders if name.isidentifier() and name != "__pycache__"]
    except OSError:
        return True
    return False
