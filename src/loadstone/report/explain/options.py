"""The causes in the options and variables of Python: what `sys.path` begins with, what PYTHONPATH says."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from typing import Any

from ..._setting import is_path_safe
from ..places import folder
from .case import Case, cause
from .records import Cause

__all__ = ["foreign_variable", "unusable_variable", "unused_directory", "unused_variable", "why_safe"]


def unused_directory(case: Case) -> Iterator[Cause]:
    """The module is where a program starts, and that is not looked at."""
    if not is_path_safe() or "." in case.missing:
        return
    for place, what in _starts(case):
        origin = _module_in(place, case.missing)
        if origin is not None:
            yield cause("LS256", f"{origin} is in {what}, with which sys.path does not begin: {why_safe()}")
            return


def why_safe() -> str:
    """Why `sys.path` begins with no directory of the user's."""
    if sys.flags.isolated:
        return "Python runs isolated (-I)"
    return "PYTHONSAFEPATH is set" if os.environ.get("PYTHONSAFEPATH") else "Python runs with -P"


def _starts(case: Case) -> Iterator[tuple[str, str]]:
    if case.start is not None:
        yield case.start, "the folder of the script"
    try:
        yield os.getcwd(), "the working directory"
    except OSError:  # it is gone
        return


def unused_variable(case: Case) -> Iterator[Cause]:
    """The module is on PYTHONPATH, and that is not looked at."""
    if not sys.flags.ignore_environment or "." in case.missing:
        return
    option = "-I" if sys.flags.isolated else "-E"
    for entry in _variable():
        origin = _module_in(entry, case.missing)
        if origin is not None:
            yield cause("LS257", f"{origin} is on PYTHONPATH, which Python does not look at with {option}")
            return


def unusable_variable(case: Case) -> Iterator[Cause]:
    """The module is where an entry of PYTHONPATH is meant to lead: Python takes every entry as it stands."""
    if sys.flags.ignore_environment or "." in case.missing:
        return
    for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep):
        for meant, why in _meant(entry) if entry and not os.path.exists(entry) else ():
            origin = _module_in(meant, case.missing)
            if origin is not None:
                evidence = f"PYTHONPATH has {entry!r}, which is no directory: {why}; {origin} is in {meant}"
                yield cause("LS218", evidence, f"Have PYTHONPATH lead to {meant}.")
                return


def _meant(entry: str) -> Iterator[tuple[str, str]]:
    """The directories that an entry may be meant for, and why it does not lead there."""
    bare = entry.strip().strip("\"'")
    if bare != entry:
        yield bare, "quotes and spaces are a part of it"
    if bare.startswith("~"):
        yield os.path.expanduser(bare), "only shells write the home directory for ~"
    if "$" in bare:
        yield os.path.expandvars(bare), "only shells put in the values of variables"
    if bare.endswith((f"{os.sep}*", "/*")):
        yield bare[:-2], "there are no patterns in it"
    for sign in (";", ",", ":"):
        for part in bare.split(sign) if sign in bare and sign != os.pathsep else ():
            yield part, f"entries are separated by {os.pathsep!r} here, not by {sign!r}"


def foreign_variable(case: Case) -> Iterator[Cause]:
    """The module, or what is nearly it, is in the packages of another Python, to which PYTHONPATH leads."""
    if sys.flags.ignore_environment:
        return
    spec = case.steps[0].spec
    places = [] if spec is None else [*filter(None, [spec.origin]), *(spec.search_locations or ())]
    places += [miss.path for answer in case.last.asked for entry in answer.entries for miss in entry.misses]
    for entry in _variable():
        version = _foreign_version(entry)
        inside = [place for place in places if folder(place).startswith(folder(entry) + os.sep)]
        if version and inside:
            here = ".".join(sys.version.split(".")[:2])
            leads = f"is of Python {version}, to whose packages PYTHONPATH leads"
            evidence = f"{inside[0]} {leads}; this is Python {here}"
            yield cause("LS258", evidence, proved=not case.found)
            return


def _variable() -> list[str]:
    return [os.path.abspath(entry) for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]


def _foreign_version(entry: str) -> str | None:
    """The version in the path of a directory, if that is not the version of this Python."""
    found = re.search(r"python(3\.?\d+)t?[\\/](lib[\\/])?(site|dist)-packages", entry, re.I)
    own = sys.version.split(".")[:2]
    if found is None or found[1].replace(".", "") == "".join(own):
        return None
    return found[1]


def _module_in(place: str, name: str) -> str | None:
    try:
        spec: Any = PathFinder.find_spec(name, [place])
    except Exception:  # of others' path hooks
        return None
    return None if spec is None or spec.loader is None else spec.origin
