"""`check_finder`, `check_loader` and `check_path_hook`: an importer checked as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from .catalogue import checks
from .check import Check, Kind
from .child import run_in_child
from .outcome import Report
from .run import TIME_LIMIT, run
from .subject import Subject

if TYPE_CHECKING:
    from ..abc import FinderLike, LoaderLike, PathHook

__all__ = ["check_finder", "check_loader", "check_path_hook"]

Add = Callable[[str, str], object]


def check_finder(
    finder: FinderLike | str,
    finds: Iterable[str],
    misses: Iterable[str] = (),
    *,
    add: Add | str | None = None,
    reference: str | None = None,
    only: Iterable[str] | None = None,
    time_limit: float = TIME_LIMIT,
) -> Report:
    """Check a finder for `sys.meta_path` against all that is expected of one.

    `finder` is the finder itself, or the ``pkg.mod:name`` of one as a str: then the checks are run in a
    process of their own, which may crash without harm, or hang, in three checks before the rest is skipped.
    `finds` names modules that it finds, packages and submodules among them if it knows such; `misses` names
    modules that it must not find.

    `add` is called with the path of a file, such as ``"pkg/mod.py"``, and its text, and puts the file into
    what the finder searches; without it, checks that need a module of their own do not apply. For a `finder`
    given as a str it is the ``pkg.mod:name`` of a function, or the ``.name`` of a method of the finder.
    `reference` is how other processes get the finder; found out by itself where a module holds it. `only`
    picks checks by code, or by how their codes begin. `time_limit` is in seconds, for each check.

    The import state is restored after each check. Modules are imported and executed. Not thread-safe.
    Raises TypeError or ValueError for arguments of another kind, and, for a `finder` given as a str, what
    importing it raises as a `ValueError`.
    """
    return _check(finder, "finder", finds, misses, None, add, reference, only, time_limit)


def check_loader(
    loader: LoaderLike | str,
    name: str,
    *,
    add: Add | str | None = None,
    reference: str | None = None,
    only: Iterable[str] | None = None,
    time_limit: float = TIME_LIMIT,
) -> Report:
    """Check a loader of the module `name` against all that is expected of one; the rest as `check_finder`."""
    return _check(loader, "loader", [name], (), None, add, reference, only, time_limit)


def check_path_hook(
    hook: PathHook | str,
    entry: str,
    finds: Iterable[str],
    misses: Iterable[str] = (),
    *,
    add: Add | str | None = None,
    reference: str | None = None,
    only: Iterable[str] | None = None,
    time_limit: float = TIME_LIMIT,
) -> Report:
    """Check a path hook and the path entry finder that it makes for `entry`; the rest as `check_finder`.

    `finds` names modules to be found with `entry` on `sys.path`.
    """
    return _check(hook, "path hook", finds, misses, entry, add, reference, only, time_limit)


def _check(
    thing: Any,
    kind: Kind,
    finds: Iterable[str],
    misses: Iterable[str],
    entry: str | None,
    add: Add | str | None,
    reference: str | None,
    only: Iterable[str] | None,
    time_limit: float,
) -> Report:
    chosen = chosen_checks(kind, only)
    if isinstance(thing, str):
        subject = Subject(None, kind, finds=finds, misses=misses, entry=entry, reference=thing)
        if add is not None and not isinstance(add, str):
            raise TypeError(f"expected the pkg.mod:name of a function for add, found {add!r}")
        return Report(thing, tuple(run_in_child(subject, chosen, add, time_limit)))
    if isinstance(add, str):
        raise TypeError("add is a function where the importer itself is given, not its name")
    subject = Subject(thing, kind, finds=finds, misses=misses, entry=entry, add=add, reference=reference)
    return Report(str(subject), tuple(run(subject, chosen, time_limit)))


def chosen_checks(kind: Kind, only: Iterable[str] | None) -> tuple[Check, ...]:
    """The checks for `kind` whose codes begin as one of `only` does, or all of them.

    Raises TypeError where `only` is a str, ValueError where nothing begins so.
    """
    every = checks(kind)
    if only is None:
        return every
    if isinstance(only, str):
        raise TypeError(f"only must be a collection of codes, not the str {only!r}")
    starts = tuple(only)
    for start in starts:
        if not any(check.code.startswith(start) for check in every):
            raise ValueError(f"no check for a {kind} has a code that begins with {start!r}")
    return tuple(check for check in every if check.code.startswith(starts))
