"""Checks of the files of distributions: those that several have, and those that are gone."""

from __future__ import annotations

import os
from collections.abc import Iterator

import attrs

from ...distributions import Installed, is_as_recorded, normal
from ..requirements import read
from . import repair
from .check import Seen, check
from .environment import Environment
from .modules import COMMON, JOINS

_SHOWN = 3
_MODULES = (".py", ".so", ".pyd")
_SCRIPTS = ("/bin/", "/Scripts/")
_SPARE = {"benchmarks", "docs", "examples", "test", "tests"}
"""Directories that images go without, to be smaller."""


@attrs.frozen
class _Owner:
    """A distribution that has a file by its RECORD."""

    distribution: Installed
    listed: str
    """The file as RECORD has it."""
    digest: str
    """And what it says of the contents: an algorithm and a digest, or an empty string."""


@check(
    "LS135",
    "warning",
    "files that several distributions have",
    detail="The one that was installed last has overwritten the other's files. What is imported is that "
    "one's, or a mixture of both; when either is uninstalled, the files of the other are gone.",
    remedy="uninstall them all, then install again the one that is wanted",
    source="Recording installed projects",
)
def overlapping(environment: Environment) -> Iterator[Seen]:
    """Modules and scripts, by RECORD; a note where the contents are the same, or it is a package of tests."""
    owners: dict[str, list[_Owner]] = {}
    for distribution in environment.own:
        for listed, digest in distribution.recorded.items():
            if listed.endswith(_MODULES) or any(part in listed for part in _SCRIPTS):
                owner = _Owner(distribution, listed, digest)
                owners.setdefault(_absolute(distribution, listed), []).append(owner)
    yield from _hidden(owners)
    shared: dict[tuple[str, ...], dict[str, list[_Owner]]] = {}
    for file, several in owners.items():
        names = {owner.distribution.key for owner in several} if len(several) > 1 else ()
        if len(names) > 1:
            shared.setdefault(tuple(sorted(names)), {})[file] = several
    for files in shared.values():
        yield _overlap(environment, files)


def _hidden(owners: dict[str, list[_Owner]]) -> Iterator[Seen]:
    """Modules of different distributions in two directories on the path: the first hides the other."""
    first: dict[str, tuple[str, _Owner]] = {}
    for file, several in owners.items():
        for owner in several:
            head, _, rest = owner.listed.partition("/")
            name = head.partition(".")[0] if not rest else head
            if rest not in ("", "__init__.py") or name in COMMON or not name.isidentifier() or _joins(file):
                continue
            other, before = first.setdefault(name, (file, owner))
            names = [str(one.distribution.name) for one in (before, owner)]
            if _site([before]) != _site([owner]) and normal(names[0]) != normal(names[1]):
                evidence = f"import {name} gives {other}, of {names[0]}; it hides {file}, of {names[1]}"
                remedy = " or ".join(map(repair.uninstall, names))
                yield Seen(" and ".join(sorted(names)), evidence, remedy, file=other)


def _overlap(environment: Environment, files: dict[str, list[_Owner]]) -> Seen:
    """What there is to say of files that the same distributions have."""
    differing = [
        file
        for file, several in files.items()
        if len({owner.digest for owner in several} - {""}) != 1
        and several[0].listed.partition("/")[0] not in COMMON
        and not _joins(file)
    ]
    shown = min(differing or files)
    several = sorted(files[shown], key=lambda owner: owner.distribution.release)
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    evidence = f"{'both' if len(several) == 2 else 'all'} have {several[0].listed}{more}, in {_site(several)}"
    names = [str(owner.distribution.name) for owner in several]
    remedy = "none is needed until one of them is uninstalled"
    if differing:
        last = next((owner for owner in several if is_as_recorded(shown, owner.digest)), None)
        evidence += f"; what is there now is {last.distribution.release}'s" if last is not None else ""
        needed = [owner for owner in several if _who_requires(environment, owner, names)]
        for owner in needed:
            who = ", ".join(_who_requires(environment, owner, names)[:_SHOWN])
            evidence += f"; {owner.distribution.name} is required by {who}"
        wanted = " or ".join(repair.reinstall(owner.distribution) for owner in needed or several)
        remedy = f"{repair.uninstall(*names)}; then, of the one that is wanted, {wanted}"
    return Seen(" and ".join(names), evidence, remedy, None if differing else "note", shown)


@check(
    "LS139",
    "error",
    "a distribution whose files are gone",
    detail="It counts as installed, and so nothing installs it again, but modules of it cannot be imported.",
    remedy="install the distribution again",
    source="Recording installed projects",
)
def gone(environment: Environment) -> Iterator[Seen]:
    """Modules that RECORD has, and the disk has not; a note for tests and the like."""
    for distribution in environment.current.values():
        declared = distribution.text("top_level.txt").split()
        if declared and not distribution.recorded:
            # An egg has no list of its files.
            if not any(environment.find(name) for name in declared if name.isidentifier()):
                evidence = f"none of its modules is found: {', '.join(sorted(declared)[:_SHOWN])}"
                yield Seen(distribution.release, evidence, repair.reinstall(distribution))
            continue
        modules = [file for file in distribution.recorded if file.endswith(_MODULES)]
        missing = [file for file in modules if not _is_there(environment, _absolute(distribution, file))]
        serious = [file for file in missing if _SPARE.isdisjoint(file.split("/")[:-1])]
        if not missing:
            continue
        shown = serious or missing
        more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
        what = "none of its modules is there" if len(missing) == len(modules) else "it has lost"
        yield Seen(
            distribution.release,
            f"{what}: {', '.join(shown[:_SHOWN])}{more}, of {os.path.dirname(distribution.place)}",
            repair.reinstall(distribution),
            None if serious else "note",
            os.path.join(distribution.place, "RECORD"),
        )


def _who_requires(environment: Environment, owner: _Owner, among: list[str]) -> list[str]:
    """The distributions that require the owner, apart from those that have its files too."""
    wanted = owner.distribution.key
    return [
        str(one.name)
        for one in environment.current.values()
        if one.name not in among
        and any(need.key == wanted and need.extra is None for need in read(one.requires))
    ]


def _absolute(distribution: Installed, listed: str) -> str:
    file = f"{os.path.dirname(distribution.place)}/{listed}"
    return os.path.normpath(file) if ".." in listed or os.sep != "/" else file


def _is_there(environment: Environment, file: str) -> bool:
    parent, name = os.path.split(file)
    return name in environment.listing(parent) or os.path.exists(file)


def _site(several: list[_Owner]) -> str:
    return os.path.dirname(several[0].distribution.place)


def _joins(file: str) -> bool:
    """Whether it is the `__init__.py` of a namespace package of old, which each of its portions has."""
    if os.path.basename(file) != "__init__.py":
        return False
    try:
        with open(file, "rb") as stream:
            source = stream.read()
    except (OSError, ValueError):
        return False
    return any(sign in source for sign in JOINS)
