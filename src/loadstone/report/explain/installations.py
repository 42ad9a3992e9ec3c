"""The causes that lie in what is installed: distributions, their files, `.pth` files, other Pythons."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from glob import escape, glob
from importlib.machinery import all_suffixes

from ...distributions import Installed, installed, providers
from ..known import DISTRIBUTIONS, LEFT
from ..places import PACKAGES, site_directories
from .case import Case, cause
from .records import Cause

__all__ = ["distribution", "lost_init", "stale_pth"]


def distribution(case: Case) -> Iterator[Cause]:
    name = case.missing
    if not case.is_complete and case.last.is_there:
        return
    known_by = providers()
    top = name.partition(".")[0]
    if name == top and top in known_by:
        names = ", ".join(dict.fromkeys(one.release for one in known_by[top]))
        yield cause("LS201", f"{names} has {top!r}, by its own list", _again(known_by[top][0]))
        return
    known = DISTRIBUTIONS.get(name)
    if known is not None:
        yield _of_another_name(name, known, known_by)
        return
    if name != top:
        return
    wanted = _normal(name)
    for distribution in (one for found in known_by.values() for one in found):
        if _normal(str(distribution.name)) == wanted:
            names = ", ".join(sorted(distribution.modules))
            evidence = f"the distribution {distribution.release} is installed; its modules are {names}"
            yield cause("LS202", evidence, f"Import one of them: {names}.")
            return
    for module, other in DISTRIBUTIONS.items():
        if _normal(other) == wanted:
            evidence = f"{other!r} is the name of a distribution; its module is {module!r}"
            yield cause("LS202", evidence, f"Install {other!r}, and import {module!r}.")


def _of_another_name(name: str, known: str, known_by: Mapping[str, list[Installed]]) -> Cause:
    """The module comes with the distribution `known`, which may be there, in a version without it."""
    evidence = f"{name!r} comes with the distribution {known!r}"
    install = f"{sys.executable} -m pip install"
    all_installed = (one for found in known_by.values() for one in found)
    there = next((one for one in all_installed if _normal(str(one.name)) == _normal(known)), None)
    if there is not None:
        evidence += f"; {there.release} is installed, which does not have it"
    if name in LEFT:
        version, instead = LEFT[name]
        without = f"{known} {'.'.join(map(str, version))}"
        older = f'{install} "{without.replace(" ", "<")}"'
        return cause("LS202", f"{evidence}; it has left with {without}", f"Use {instead}, or: {older}")
    if there is not None:
        names = ", ".join(sorted(there.modules))
        remedy = f"Install another version of {known}; the modules of this one are {names}."
        return cause("LS202", evidence, remedy)
    return cause("LS202", evidence, f"Install it: {install} {known}")


def lost_init(case: Case) -> Iterator[Cause]:
    """A namespace package only because the `__init__` that was installed for it is gone."""
    top = case.steps[0]
    if top.spec is None or top.spec.loader is not None:
        return
    for distribution in installed():
        for file in distribution.files:
            folder, _, base = file.rpartition("/")
            if folder != top.name or base not in _INITS or os.path.exists(distribution.place_of(file)):
                continue
            if distribution.name is not None:
                evidence = f"{distribution.release} has {file}, by its own list, and it is not there"
                yield cause("LS201", evidence, _again(distribution))


_INITS = tuple(f"__init__{suffix}" for suffix in all_suffixes())


def _again(distribution: Installed) -> str:
    return f"Install it again: {sys.executable} -m pip install --force-reinstall {distribution.name}"


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def stale_pth(case: Case) -> Iterator[Cause]:
    if "." in case.missing:
        return
    lost = []
    for folder in _pth_directories():
        for file in sorted(glob(os.path.join(escape(folder), "*.pth"))):
            lost += [f"{file}, line {line}: {path}" for line, path in _lost_lines(folder, file)]
    if lost:
        yield cause("LS207", lost)


def _pth_directories() -> list[str]:
    named = [entry for entry in sys.path if isinstance(entry, str) and os.path.basename(entry) in PACKAGES]
    return list(dict.fromkeys([*site_directories(), *named]))


def _lost_lines(folder: str, file: str) -> Iterator[tuple[int, str]]:
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as lines:
            text = lines.read()
    except OSError:
        return
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if line and not line.startswith(("#", "import ", "import\t")):
            path = os.path.join(folder, line)
            if "\0" not in path and not os.path.exists(path):
                yield number, path
