"""Checks of what distributions require: whether it is installed, in a version that will do."""

from __future__ import annotations

import os
from collections.abc import Iterator

from ...distributions import Installed
from ..installer import installing
from .check import Seen, check
from .environment import Environment, normal
from .needs import Need, Reader, reader

_EXTRA = "extra"


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
    """Of every distribution that counts; what is required by an extra, where another one asks for that.

    Markers and versions are read by `packaging`. Without it, what has a marker is passed over, and so are
    versions that are not plain numbers.
    """
    read = reader(environment)
    python = ".".join(map(str, environment.python))
    for distribution in environment.current.values():
        wanted = distribution.requires_python
        if wanted is not None and read.allows(wanted, python) is False:
            remedy = installing("--upgrade", str(distribution.name))
            yield _seen(distribution, f"requires Python {wanted}; this is Python {python}", remedy)
        asked: set[tuple[str, str]] = set()
        for text in distribution.requires:
            yield from _unmet(environment, read, distribution, text, "", asked, [])


def _unmet(
    environment: Environment,
    read: Reader,
    distribution: Installed,
    text: str,
    extra: str,
    asked: set[tuple[str, str]],
    way: list[str],
) -> Iterator[Seen]:
    """What of a requirement is not met, and of what that requires by the extras that it names."""
    text = " ".join(text.split())  # a field may go on in the next line
    # Most requirements are those of extras that nobody asks for.
    if not extra and _EXTRA in text.partition(";")[2] and " or " not in text:
        return
    need = read.need(text, extra)
    if need is None:
        return
    by = f"requires {need.text}" if not way else f"{' and that '.join([*way, f'requires {need.text}'])}"
    other = environment.current.get(normal(need.name))
    if other is None:
        yield _seen(distribution, f"{by}: it is not installed", installing(need.text))
        return
    if other.version is not None and read.allows(need.versions, other.version) is False:
        place = os.path.dirname(other.place)
        evidence = f"{by}: {other.release} is installed, in {place}"
        yield _seen(distribution, evidence, _remedy(need))
    for name in sorted(need.extras):
        if (normal(need.name), normal(name)) not in asked:
            asked.add((normal(need.name), normal(name)))
            for line in other.requires:
                if _EXTRA in line.partition(";")[2]:
                    yield from _unmet(environment, read, distribution, line, name, asked, [*way, by])


def _remedy(need: Need) -> str:
    return installing(f"{need.name}{need.versions}")


def _seen(distribution: Installed, evidence: str, remedy: str) -> Seen:
    return Seen(distribution.release, evidence, remedy, file=os.path.join(distribution.place, "METADATA"))
