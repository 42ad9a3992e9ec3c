"""Whose a module is: of the well-known distribution or another, of two at once, or of none any more."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...distributions import Installed, is_as_recorded, normal
from ..index import DISTRIBUTIONS, known_in
from ..installer import installing, pip
from ..places import is_same
from ..remedy import again
from .case import Case, cause
from .failure import errors_of, is_engine, lacks_of, places_of
from .records import Cause

__all__ = ["altered", "shared", "stranger"]

_MOST = 10
_SHARED = ("extend_path", "declare_namespace")


def stranger(case: Case) -> Iterator[Cause]:
    """The module is of a distribution that is not the one by which it is known.

    That is nothing wrong in itself: it is told of a module that fails, and of a namesake that is often taken
    for the well-known distribution.
    """
    for name, file in _modules(case).items():
        key = known_in(name)
        known = DISTRIBUTIONS.get(key, ())
        if not known:
            continue
        owners = case.inventory.of_file(file)
        keys = {one.key for one in owners}
        if not owners or keys & set(map(normal, known)):
            continue
        is_namesake = normal(key) in keys
        if case.failure is None and not is_namesake:
            continue
        evidence = f"{name!r} here is of the distribution {owners[0].release} ({file}); "
        evidence += f"the well-known one of that name is of {known[0]!r}"
        remedy = f"If that is meant: {pip('uninstall', str(owners[0].name))}, then {installing(known[0])}"
        yield cause("LS243", evidence, remedy, proved=case.failure is not None)
        return


def shared(case: Case) -> Iterator[Cause]:
    """The file of the module is in the lists of several distributions, with other content in each."""
    for name, file in _modules(case).items():
        if case.failure is None and not _is_contested(name):
            continue
        owners = [one for one in case.inventory.of_file(file) if one.project is None]
        if len(owners) < 2 or not _differ(owners, file):
            continue
        releases = " and ".join(one.release for one in owners)
        evidence = f"{releases} have both written {file}: what is there is the last one's"
        known = {normal(one): one for one in DISTRIBUTIONS.get(known_in(name), ())}
        kept = next((one.name for key in known for one in owners if one.key == key), None)
        names = [str(one.name) for one in owners]
        remedy = f"{pip('uninstall', *names)}, then install the one that is wanted: "
        yield cause("LS244", evidence, f"Uninstall both: {remedy}{installing(kept or str(owners[0].name))}")
        return


def altered(case: Case) -> Iterator[Cause]:
    """A file that the failure went through is not as it was installed."""
    if case.failure is None:
        return
    lacking = {lack.file for lack in lacks_of(case.failure)}
    for file in _modules(case).values():
        for one in case.inventory.of_file(file):
            wanted = _hash_of(one, file)
            if wanted is not None and is_as_recorded(file, wanted) is False:
                evidence = f"{file} is not as {one.release} was installed: its hash is not that in RECORD"
                yield cause("LS245", evidence, again(one), proved=file in lacking)
                return


def _modules(case: Case) -> dict[str, str]:
    """The modules that were found on the way, that lack something or that failed, with their files."""
    found = _files_of(case)
    for lack in lacks_of(case.failure) if case.failure is not None else ():
        found.update(_files_of(case.ask(lack.module.partition(".")[0])))
        if lack.file is not None:
            found[lack.module] = lack.file
    for error in errors_of(case.failure) if case.failure is not None else ():
        for place in places_of(error)[-_MOST:]:
            if not is_engine(place):
                found.setdefault(place.name, place.file)
    return found


def _files_of(case: Case) -> dict[str, str]:
    specs = {step.name: step.spec or (step.imported and step.imported.spec) for step in case.steps}
    return {name: spec.origin for name, spec in specs.items() if spec and spec.has_location and spec.origin}


def _is_contested(name: str) -> bool:
    """Whether several well-known distributions have the module."""
    return len(DISTRIBUTIONS.get(known_in(name), ())) > 1


def _differ(owners: list[Installed], file: str) -> bool:
    """Whether their files are not the same, as those of packages are that several have a part of."""
    hashes = [_hash_of(one, file) for one in owners]
    if None not in hashes:
        return len(set(hashes)) > 1
    try:
        with open(file, encoding="utf-8", errors="replace") as source:
            text = source.read(10_000)
    except OSError:
        return False
    return bool(text.strip()) and not any(sign in text for sign in _SHARED)


def _hash_of(one: Installed, file: str) -> str | None:
    """The hash of a file in the list of the distribution's files: ``sha256=...``."""
    name = os.path.basename(file)
    for listed, digest in one.recorded.items():
        if digest and listed.endswith(name) and is_same(one.place_of(listed), file):
            return digest
    return None
