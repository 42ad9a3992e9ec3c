"""Whose a module is: of a distribution, of Python itself, or of the program."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from ...distributions import Installed, installed, normal
from ..places import PACKAGES, folder, is_standard_file, standard_directories

if TYPE_CHECKING:
    from .records import Import, Trace

__all__ = ["NOT_FOUND", "PYTHON", "find_owners", "group_of", "with_owners"]

PYTHON = "Python"
"""What the standard library is called, as if it were a distribution."""
NOT_FOUND = "(not found)"
"""What searches in vain count to."""


def with_owners(imports: Iterable[Import]) -> list[Import]:
    """The same imports, with the distributions that their modules belong to where that was not known."""
    owners = _Owners()
    return [
        record
        if record.distribution is not None or (owner := owners.of(record)) is None
        else attrs.evolve(record, distribution=owner)
        for record in imports
    ]


def find_owners(trace: Trace) -> None:
    """Have the imports of a trace say which distributions their modules belong to."""
    trace.imports[:] = with_owners(trace.imports)


def group_of(record: Import) -> str:
    """What the import counts to: its distribution, or where there is none the top-level module."""
    return NOT_FOUND if record.kind == "missing" else record.distribution or _top(record.name)


def _top(name: str) -> str:
    return name.partition(".")[0] or name


class _Owners:
    """Reads what is installed where modules come from, no sooner than that is asked for."""

    def __init__(self) -> None:
        self._standard = standard_directories()
        self._is_standard: dict[str, bool] = {}
        self._installed: dict[str, list[Installed]] = {}
        self._candidates: dict[tuple[str, str], list[Installed]] = {}
        self._projects: list[tuple[str, str]] | None = None

    def of(self, record: Import) -> str | None:
        """The distribution of a module, or `PYTHON`; None where there is none, or it cannot be told."""
        if record.kind in ("builtin", "frozen"):
            return PYTHON
        origin = record.origin
        if origin is None or record.kind in ("missing", "namespace"):
            is_plain = record.kind not in ("missing", "namespace")
            return PYTHON if is_plain and _top(record.name) in sys.stdlib_module_names else None
        if not os.path.isabs(origin):
            return None
        directory = os.path.dirname(origin)
        if directory not in self._is_standard:
            self._is_standard[directory] = is_standard_file(directory, self._standard)
        if self._is_standard[directory]:
            return PYTHON
        root = _root_of(record.name, origin)
        return (root and self._in(root, _top(record.name), origin)) or self._of_project(origin)

    def _in(self, root: str, top: str, origin: str) -> str | None:
        key = root, top
        if key not in self._candidates:
            self._candidates[key] = self._owning(root, top)
        found = self._candidates[key]
        if len(found) > 1:  # portions of one namespace
            file = os.path.relpath(origin, root).replace(os.sep, "/")
            file = os.path.normcase(file)
            found = [each for each in found if file in each.listed] or found
        return found[0].name if found else None

    def _owning(self, root: str, top: str) -> list[Installed]:
        """The distributions in a directory that have a top-level module."""
        if root not in self._installed:
            self._installed[root] = list(installed([root]))
        there = self._installed[root]
        # Most are called as what they have; the lists of all the others need not be read then.
        namesakes = [each for each in there if each.likely_key == normal(top) and top in each.modules]
        return namesakes or [each for each in there if top in each.modules and each.name is not None]

    def _of_project(self, origin: str) -> str | None:
        """The distribution that is installed from a source tree in which the file is."""
        if self._projects is None:
            self._projects = [
                (folder(each.project), each.name)
                for each in installed()
                if each.project is not None and each.name is not None
            ]
            self._projects.sort(key=lambda project: -len(project[0]))
        if not self._projects:
            return None
        place = folder(origin)
        return next((name for source, name in self._projects if place.startswith(source + os.sep)), None)


def _root_of(name: str, origin: str) -> str | None:
    """The entry of a path in which a module of this name and file is; None if the file does not tell it."""
    directory, base = os.path.split(origin)
    names = name.split(".")
    if base.partition(".")[0] != "__init__":
        del names[-1]
    root = directory
    for each in reversed(names):
        root, last = os.path.split(root)
        if last != each:
            break
    else:
        return root
    while directory and os.path.basename(directory) not in PACKAGES:
        up = os.path.dirname(directory)
        directory = "" if up == directory else up
    return directory or None
