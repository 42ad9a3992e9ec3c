"""Checks of finding: how `find_spec` is called, what it returns, and what it leaves alone."""

from __future__ import annotations

import sys

from .check import Table
from .outcome import Unmet
from .subject import Subject

__all__ = ["table"]

table = Table()
check = table.check


@check("LS301", "find_spec finds each module that it is said to find", source="PEP 451, finders")
def finds_modules(subject: Subject) -> None:
    """A finder that knows a module returns its spec; without one the import system asks the next finder."""
    for name in subject.finds:
        subject.find(name)


@check("LS302", "find_spec returns None for what it does not know", source="importlib.abc.MetaPathFinder")
def misses_return_none(subject: Subject) -> None:
    """An exception ends the whole search, so that finders further down the chain are never asked."""
    for name in subject.misses:
        spec = subject.ask(name)
        if spec is not None:
            raise Unmet(f"{name!r} was found: {spec}")


@check(
    "LS303",
    "finding puts no module into sys.modules",
    source="language reference, 5.4 Loading",
    after=["LS301"],
)
def finding_imports_nothing(subject: Subject) -> None:
    """It is the import system that puts a module there, once it is found."""
    for name in subject.finds:
        subject.search_path(name)
        before = set(sys.modules)
        subject.find(name)
        if name in set(sys.modules) - before:
            raise Unmet(f"{name!r} is in sys.modules after find_spec")
