"""doctor: all checks, on the environment of this process."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from typing import Any

from ...framework.kinds import qualified
from . import (
    caches,
    chain,
    editable,
    environment,
    extensions,
    files,
    future,
    loaders,
    metadata,
    modules,
    paths,
    points,
    requirements,
    start,
)
from .check import Check, Seen, check, registered
from .environment import Environment
from .records import Diagnosis, Finding

__all__ = ["CHECKS", "diagnose", "doctor", "findings_of"]

_RANKS = {"error": 0, "warning": 1, "note": 2}


@check(
    "LS100",
    "warning",
    "a check that could not be made",
    detail="Something that the check looked at raised an exception: most often a finder or loader that "
    "fails when it is looked at.",
    remedy="look at what the exception names; if it is loadstone itself, please report it",
)
def failed(environment: Environment) -> Iterator[Seen]:
    """Stands for checks that raise."""
    return iter(())


# Their checks register themselves. Where all imports are lazy, only a module that is used is imported.
_ROOMS = (
    chain,
    loaders,
    start,
    editable,
    metadata,
    requirements,
    files,
    points,
    modules,
    paths,
    caches,
    extensions,
    future,
)

CHECKS: tuple[Check, ...] = tuple(check for _, check in sorted(registered.items()))
"""All there are, in the order of their codes."""


def doctor(*, only: Iterable[str] = (), ignore: Iterable[str] = (), scan: Iterable[str] = ()) -> Diagnosis:
    """Look at the import system of this process and its environment, and say what is wrong, or will be.

    `only` and `ignore` are codes of checks, as the catalogue has them: those to make, if there are any, and
    those to leave out. `scan` are names of packages (or modules) whose source is to be read for what newer
    Pythons break, beside the local modules and those of the finders.

    Nothing is imported or changed by it, but finders are asked, by their `find_spec`, for modules that
    are loaded, for those that are named in `.pth` and `.start` files, and for one with a made-up name.
    Raises TypeError for a str in the place of several, ValueError for a code that there is not,
    ModuleNotFoundError for a package in `scan` that is not found. A check that fails is a finding itself.
    Other threads should not import meanwhile.
    """
    for name, given in (("only", only), ("ignore", ignore), ("scan", scan)):
        if isinstance(given, str):
            raise TypeError(f"{name} must be an iterable of str, not str: expected [{given!r}]")
    return diagnose(set(only), set(ignore), tuple(scan))


def diagnose(
    only: Set[str],
    ignore: Set[str],
    scan: Collection[str],
    watched: Callable[[Collection[Check]], Iterable[Check]] = iter,
    failures: Iterable[tuple[str, BaseException]] = (),
    modules: Mapping[str, Any] | None = None,
) -> Diagnosis:
    """As `doctor`; the checks are made as `watched` passes them on. `failures` are imports that failed.

    `modules` are those that are loaded, if they are not the ones of this process.
    """
    known = {check.entry.code for check in CHECKS}
    for code in sorted((only | ignore) - known):
        raise ValueError(f"no check has the code {code!r}")
    chosen = (only or known) - ignore
    checks = [check for check in CHECKS if check.entry.code in chosen]
    started = time.perf_counter()
    seen = environment.live(scan, failures, modules)
    cache = set(sys.path_importer_cache)
    findings: list[Finding] = []
    try:
        for name in scan:
            if seen.find(name) is None:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        for check in watched(checks):
            findings += (finding for finding in findings_of(check, seen) if finding.code not in ignore)
    finally:
        # What finders do when they are asked: setuptools' takes distutils out of sys.modules.
        for entry in sys.path_importer_cache.keys() - cache:
            del sys.path_importer_cache[entry]
        for name in seen.modules.keys() - sys.modules.keys():
            sys.modules[name] = seen.modules[name]
    return Diagnosis(
        python=sys.version.partition(" ")[0],
        executable=sys.executable,
        prefix=sys.prefix,
        finders=tuple(map(qualified, seen.finders)),
        path=tuple(map(str, seen.path)),
        modules=len(seen.modules),
        checks=tuple(check.entry.code for check in checks),
        seconds=time.perf_counter() - started,
        findings=tuple(sorted(findings, key=lambda finding: _RANKS[finding.severity])),
    )


def findings_of(check: Check, seen: Environment) -> Iterator[Finding]:
    """What the check finds; if it fails, that too."""
    try:
        for one in check.look(seen):
            yield _finding(check, one)
    except Exception as error:
        subject = f"{check.entry.code}, {check.entry.title}"
        yield _finding(failed, Seen(subject, f"{type(error).__name__}: {error}"))


def _finding(check: Check, seen: Seen) -> Finding:
    entry, severity = check.entry, seen.severity or check.severity
    remedy = seen.remedy or entry.remedy
    return Finding(
        entry.code, entry.title, severity, seen.subject, seen.evidence, remedy, seen.file, seen.line
    )
