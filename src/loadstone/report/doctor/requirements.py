"""Checks of what distributions require: whether it is installed, in a version that will do."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...distributions import Installed, normal
from ..installer import installing
from ..requirements import Requirement, is_met, read
from .check import Seen, check
from .environment import Environment


@check(
    "LS136",
    "warning",
    "a requirement that is not met",
    detail="A distribution says in its metadata that it needs another, or a version of it or of Python, and "
    "that is not what is installed: imports fail, or names are missing. `pip check` says the same of what is "
    "required without extras.",
    remedy="install what is required",
    source="Core metadata specifications, Requires-Dist and Requires-Python; PEP 508",
)
def unmet(environment: Environment) -> Iterator[Seen]:
    """Of every distribution that counts; what is required by an extra, where another one asks for that."""
    python = ".".join(map(str, environment.python))
    for distribution in environment.current.values():
        wanted = distribution.requires_python
        if wanted is not None and not is_met(wanted, python):
            remedy = installing("--upgrade", str(distribution.name))
            yield _seen(distribution, f"requires Python {wanted}; this is Python {python}", remedy)
        asked: set[tuple[str, str]] = set()
        for need in read(distribution.requires):
            if need.applies():
                yield from _unmet(environment, distribution, need, asked, "")


def _unmet(
    environment: Environment,
    distribution: Installed,
    need: Requirement,
    asked: set[tuple[str, str]],
    way: str,
) -> Iterator[Seen]:
    """What of a requirement is not met, and of what that requires by the extras that it names."""
    by = f"{way}requires {need}"
    other = environment.current.get(need.key)
    if other is None:
        yield _seen(distribution, f"{by}: it is not installed", installing(str(need)))
        return
    if not need.is_met_by(other.version):
        place = os.path.dirname(other.place)
        yield _seen(distribution, f"{by}: {other.release} is installed, in {place}", installing(str(need)))
    for extra in sorted(need.extras):
        if (need.key, normal(extra)) not in asked:
            asked.add((need.key, normal(extra)))
            for further in read(other.requires):
                if "extra" in further.marker and further.applies(extra):
                    yield from _unmet(environment, distribution, further, asked, f"{by} and that ")


def _seen(distribution: Installed, evidence: str, remedy: str) -> Seen:
    return Seen(distribution.release, evidence, remedy, file=os.path.join(distribution.place, "METADATA"))
