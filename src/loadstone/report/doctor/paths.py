"""Checks of the entries of `sys.path`."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

from ...framework.kinds import qualified
from ..places import folder
from .check import Seen, check
from .environment import Environment

_VERSION = re.compile(r"[Pp]ython-?(\d)\.?(\d+)t?(?:-32)?")


@check(
    "LS151",
    "warning",
    "an entry of sys.path that is not there",
    detail="Nothing is found in it, and each import of something further behind looks there in vain.",
    remedy="correct it, or remove it from where it comes from: PYTHONPATH, a .pth file, or code",
    source="sys.path",
)
def missing(environment: Environment) -> Iterator[Seen]:
    """Entries that are neither files or directories nor known to a path hook."""
    for place, entry in _strings(environment):
        if entry and not os.path.exists(entry) and os.path.basename(entry) != environment.standard_zip:
            if environment.is_standard_file(entry) or environment.finder_of(entry) is not None:
                continue
            yield Seen(entry, f"sys.path[{place}] does not exist, and no path hook knows it")


@check(
    "LS152",
    "note",
    "an entry of sys.path that is listed twice",
    detail="Its modules are found at the first place; the second only costs time.",
    remedy="add it once, in one spelling",
    source="sys.path",
)
def twice(environment: Environment) -> Iterator[Seen]:
    """Entries that lead to the same file or directory."""
    seen: dict[str, int] = {}
    for place, entry in _strings(environment):
        first = seen.setdefault(folder(entry), place)
        if first != place:
            other = environment.path[first]
            same = "is the same as" if other == entry else f"is {other!r} in another spelling:"
            yield Seen(entry or "''", f"sys.path[{place}] {same} sys.path[{first}]")


@check(
    "LS153",
    "warning",
    "a relative entry of sys.path",
    detail="What it stands for, and so what is imported, changes with the current directory.",
    remedy="make it absolute: os.path.abspath when it is added",
    source="sys.path",
)
def relative(environment: Environment) -> Iterator[Seen]:
    """An empty one in front is none: the interactive interpreter starts with it."""
    for place, entry in _strings(environment):
        if (not entry and place) or (entry and not os.path.isabs(entry) and os.path.exists(entry)):
            yield Seen(entry or "''", f"sys.path[{place}] means {folder(entry)} for now")


@check(
    "LS154",
    "error",
    "an entry of sys.path that is no string",
    detail="The path finder passes it by: nothing in it is ever found.",
    remedy="add str(entry): sys.path takes strings only, not pathlib.Path",
    source="sys.path",
)
def no_string(environment: Environment) -> Iterator[Seen]:
    """Path objects, bytes and others."""
    for place, entry in enumerate(environment.path):
        if not isinstance(entry, str):
            yield Seen(repr(entry), f"sys.path[{place}] is of {qualified(entry)}")


@check(
    "LS156",
    "warning",
    "an entry of sys.path that nothing can be found in",
    detail="It is there, but no path hook takes it: a file that is no archive, or a damaged one. Imports "
    "pass by it in silence.",
    remedy="build or download the archive again, or take the entry off the path",
    source="sys.path_hooks; zipimport",
)
def unusable(environment: Environment) -> Iterator[Seen]:
    """Files that are no archives; what a hook takes is its own business."""
    for place, entry in _strings(environment):
        if not entry or os.path.isdir(entry) or not os.path.exists(entry):
            continue
        if environment.finder_of(entry) is None:
            yield Seen(entry, f"sys.path[{place}] is no directory, and no path hook takes it", file=entry)


@check(
    "LS157",
    "warning",
    "an entry of sys.path that is of another Python or environment",
    detail="What is installed there was chosen, and compiled, for that one: extension modules are not found, "
    "or crash, and code may be too new or too old.",
    remedy="take it off the path: unset PYTHONPATH, or correct what adds it; install the packages for this "
    "Python",
    source="sys.path; site",
)
def of_another_python(environment: Environment) -> Iterator[Seen]:
    """Directories that are called after a version; a note where it is another environment of this version."""
    own = {folder(place) for place in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    this = ".".join(map(str, environment.version))
    for place, entry in _strings(environment):
        if not os.path.isdir(entry) or environment.is_standard_file(entry):
            continue
        said = f"sys.path[{place}]{_by_variable(entry)}"
        named = [_VERSION.fullmatch(part) for part in os.path.abspath(entry).split(os.sep)[-3:]]
        version = next((f"Python {match[1]}.{match[2]}" for match in reversed(named) if match), "")
        if all(os.path.isfile(os.path.join(entry, file)) for file in ("os.py", "site.py")):
            evidence = f"{said} is the standard library of {version or 'another Python'}"
            yield Seen(entry, f"{evidence}; this is {this}", severity="error")
        elif not environment.is_site(entry):
            continue
        elif version not in ("", f"Python {this}"):
            yield Seen(entry, f"{said} has the packages of {version}; this is {this}")
        else:
            home = next((up for up in _above(entry) if os.path.isfile(os.path.join(up, "pyvenv.cfg"))), None)
            if home is not None and folder(home) not in own:
                evidence = f"{said} is of the environment {home}, not of {sys.prefix}"
                yield Seen(entry, evidence, severity="note")


def _by_variable(entry: str) -> str:
    """Whether PYTHONPATH has it."""
    variable = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return ", by PYTHONPATH," if folder(entry) in {folder(each) for each in variable if each} else ""


def _above(place: str) -> Iterator[str]:
    """The few directories above in which an environment may say that it is one."""
    for _ in range(4):
        place = os.path.dirname(place)
        yield place


def _strings(environment: Environment) -> Iterator[tuple[int, str]]:
    for place, entry in enumerate(environment.path):
        if isinstance(entry, str):
            yield place, entry
