"""A check: one promise that importers keep, with the function that sees whether this one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Literal

import attrs

from ..report.catalogue import Entry, register

if TYPE_CHECKING:
    from .subject import Subject

__all__ = ["Check", "Kind", "check", "registered"]

Kind = Literal["finder", "loader", "path hook"]


@attrs.frozen
class Check:
    """One promise, and the function that raises `Unmet` where it is not kept."""

    entry: Entry
    function: Callable[[Subject], None] = attrs.field(repr=False)
    kinds: frozenset[str]
    """What it is for: ``finder``, ``loader``, ``path hook``."""
    after: tuple[str, ...]
    """The codes of the checks it builds on: where one of them has not passed, this one is skipped."""
    share: float = 1.0
    """The part of the time limit that it may take: less, where an importer may well hang in it."""

    @property
    def code(self) -> str:
        """The code, under which the check is documented."""
        return self.entry.code

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.__name__


registered: dict[str, Check] = {}
"""The checks by code: those of the modules that have been imported."""


def check(
    code: str,
    title: str,
    *,
    source: str,
    after: Iterable[str] = (),
    kinds: Iterable[Kind] = ("finder", "loader", "path hook"),
    share: float = 1.0,
) -> Callable[[Callable[[Subject], None]], Callable[[Subject], None]]:
    """Have the decorated function be the check `code`; its docstring says why the promise matters."""

    def add(function: Callable[[Subject], None]) -> Callable[[Subject], None]:
        detail = " ".join((function.__doc__ or "").split())
        entry = register(Entry(code=code, title=title, detail=detail, source=source))
        registered[code] = Check(entry, function, frozenset(kinds), tuple(after), share)
        return function

    return add
