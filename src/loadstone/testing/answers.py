"""What finders answer, and whether it stays so: asked once more, or by many threads."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from .check import Kind
from .outcome import NotApplicable, Unmet
from .subject import Subject

__all__ = ["FINDERS", "THREADS", "at_once", "facts", "found_specs", "missed", "unchanged"]

FINDERS: tuple[Kind, ...] = ("finder", "path hook")
THREADS = 8


def facts(spec: Any) -> dict[str, Any]:
    """What a spec says of where the module is, to be compared with what another one says."""
    locations = spec.submodule_search_locations
    return {
        "origin": spec.origin,
        "has_location": spec.has_location,
        "search locations": None if locations is None else list(locations),
        "loader": type(spec.loader).__qualname__,
    }


def missed(ask: Callable[[str], Any], name: str) -> None:
    """Ask for what is not there. Raises Unmet if the answer is anything but None."""
    shown = repr(name) if len(name) < 80 else f"{name[:20]!r}… of {len(name):,} characters"
    try:
        spec = ask(name)
    except Exception as error:
        raise Unmet(f"find_spec raised {type(error).__name__} for {shown}: {error!s:.200}") from error
    if spec is not None:
        raise Unmet(f"find_spec found {shown}: {spec!r:.200}")


def at_once(work: Callable[[str], Any], names: Iterable[str]) -> list[tuple[str, Any]]:
    """What `work` returns, or raises, for each of the names in each of many threads at the same time."""
    names = list(names)
    start = threading.Barrier(THREADS)
    results: list[tuple[str, Any]] = []

    def run(first: int) -> None:
        start.wait()
        for name in names[first:] + names[:first]:
            try:
                result = work(name)
            except Exception as error:
                result = error
            results.append((name, result))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [
            threading.Thread(target=run, args=(number % len(names),), daemon=True)
            for number in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return results


def found_specs(subject: Subject) -> dict[str, Any]:
    """The specs, once all parents are imported, so that each is the answer to the very same question."""
    for name in subject.specs:
        subject.search_path(name)
    specs = subject.specs
    if not specs:
        raise NotApplicable("no module is found")
    return specs


def unchanged(name: str, spec: Any, before: Any, when: str) -> None:
    """Raises Unmet if `spec` does not say what `before` said."""
    if spec is None:
        raise Unmet(f"{name!r} was found, and not found {when}")
    for fact, value in facts(before).items():
        now = facts(spec)[fact]
        if now != value:
            raise Unmet(f"{name!r} has the {fact} {value!r}, and {when} {now!r}")
