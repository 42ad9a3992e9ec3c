"""The events of a recorder, small tuples, and the errors in them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Error = tuple[str, str]
    Event = tuple[Any, ...]

__all__ = ["CODE", "END", "FAILED", "FOUND", "REENTRY", "UNUSED", "errors_of"]

FOUND, END, REENTRY, FAILED, CODE, UNUSED = range(6)
"""The kinds of events, the first item of each.

`FOUND`: number of the import, number of the one in whose course it happens (or None), thread, name, whether
it is a reload, who imports (module, file, line), start, end of finding, seconds of other imports meanwhile,
finder, loader, kind, origin, declaration.
`END`: number, end, when it was loaded, seconds of other imports until then and in all, its own of the CPU,
bytes read, whether it was compiled (None: not known), errors.
`REENTRY`: number of the import in whose course it happens, thread, name, who imports (3), numbers of the
cycle.
`FAILED`, without a search: number, as `FOUND` up to who imports (3), time, errors, declaration.
`CODE`: number, name of a module, its code, which declares lazy imports.
`UNUSED`: declaration of a lazy import that nobody has used, whether its module is there all the same.

A declaration is None for what is not lazy, or what `Lazies` tells.
"""

_CHAIN_LENGTH = 20


def errors_of(error: BaseException) -> tuple[Error, ...]:
    """The error and those that it was raised from or in the course of: types and messages."""
    found: list[Error] = []
    link: BaseException | None = error
    while link is not None and len(found) < _CHAIN_LENGTH:
        try:
            message = str(link)
        except Exception:
            message = "?"
        found.append((type(link).__qualname__, message))
        link = link.__cause__ or link.__context__
    return tuple(found)
