"""Names that are nearly the one that was asked for."""

from __future__ import annotations

import difflib
import pkgutil
import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from typing import Any

from ..index import known_in
from .case import Case, cause
from .records import Cause

__all__ = ["close", "close_names"]

_MOST = 3
_NEAR = 0.75


def close(case: Case) -> Iterator[Cause]:
    """Modules that are there, and have nearly this name."""
    names = close_names(case)
    if names:
        is_are = "is" if len(names) == 1 else "are"
        evidence = f"there {is_are} {', '.join(names)}"
        yield cause("LS203", evidence, f"If that is what was meant, import {names[0]}.", proved=False)


def close_names(case: Case) -> list[str]:
    """The names of those, the nearest first; none for a name that is known to be another module's."""
    if case.tail.startswith("__") or (not case.is_complete and case.last.is_there):
        return []
    prefix = case.missing[: -len(case.tail)]
    if not prefix and known_in(case.missing):
        return []
    known = _beside(case)
    known.discard(case.tail)
    near = difflib.get_close_matches(case.tail, sorted(known), _MOST, _NEAR)
    folded = [name for name in sorted(known) if name.lower() == case.tail.lower() and name not in near]
    return [prefix + name for name in [*folded, *near] if prefix or _can_be_found(name)]


def _beside(case: Case) -> set[str]:
    """The last parts of the names of the modules that are where the missing one should be."""
    is_top = "." not in case.missing
    known = set(sys.stdlib_module_names) if is_top else set()
    try:
        path: Any = None if is_top else [*(case.path or ())]
        known.update(module.name for module in pkgutil.iter_modules(path))
    except Exception:  # noqa: S110 - a finder that cannot list what it has is not the matter here
        pass
    return known


def _can_be_found(name: str) -> bool:
    """Whether the module is there: the standard library has some on other platforms, or in other builds."""
    if name in sys.builtin_module_names or name not in sys.stdlib_module_names:
        return True
    try:
        return PathFinder.find_spec(name) is not None
    except Exception:  # of others' path hooks
        return False
