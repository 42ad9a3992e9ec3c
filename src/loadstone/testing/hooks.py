"""Checks of path hooks, and of the path entry finders that they make."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.machinery import PathFinder
from typing import Any
from uuid import uuid4

from .answers import at_once, facts
from .check import Kind, check
from .outcome import NotApplicable, Unmet
from .subject import Subject

_HOOKS: tuple[Kind, ...] = ("path hook",)
_STANDARD = ("colorsys", "xml", "json.scanner", "_json", "_struct", "_bz2", "_contextvars")
"""Modules that a Python has in several places and of several kinds."""


def _finder(subject: Subject) -> Any:
    """A new path entry finder for the entry."""
    assert subject.entry is not None
    return subject.thing(subject.entry)


def _top_level(subject: Subject) -> list[str]:
    """The modules that are found in the entry itself. Raises NotApplicable without any."""
    names = [name for name in subject.specs if "." not in name]
    if not names:
        raise NotApplicable("finds has no module at top level")
    return names


def _where(name: str) -> Any:
    """Where the path finder finds a module of the standard library, with all finders of entries made anew."""
    sys.path_importer_cache.clear()
    package = sys.modules.get(name.rpartition(".")[0])
    spec = PathFinder.find_spec(name, getattr(package, "__path__", None))
    return None if spec is None else spec.origin


@check(
    "LS901",
    "entries of others are left to others",
    source="language reference, 5.5.1: a path hook raises ImportError for what it cannot handle",
    kinds=_HOOKS,
)
def others_keep_their_entries(subject: Subject) -> None:
    """The first hook that takes an entry has it for good: what it does not find there, nobody finds."""
    with_it = {name: _where(name) for name in _STANDARD}
    sys.path_hooks.remove(subject.thing)
    for name, where in with_it.items():
        without = _where(name)
        if where != without:
            raise Unmet(f"{name!r} is found in {without!r}, and with the path hook first in {where!r}")


def _refuses(subject: Subject, entry: str) -> None:
    shown = repr(entry) if len(entry) < 80 else f"a str of {len(entry):,} characters"
    try:
        finder = subject.thing(entry)
    except ImportError:
        return
    except Exception as error:
        raise Unmet(f"the hook raised {type(error).__name__} for the entry {shown}: {error}") from error
    raise Unmet(f"the hook returned {finder!r:.200} for the entry {shown}")


@check(
    "LS902",
    "entries that nobody knows are refused with ImportError",
    source="language reference, 5.5.1; sys.path_hooks",
    kinds=_HOOKS,
)
def unknown_entries_are_refused(subject: Subject) -> None:
    """It is how a hook says that the next one is to be asked; None in place of a finder ends the asking."""
    unknown = f"kit{uuid4().hex}"
    for entry in (unknown, f"/{unknown}/lib", f"<{unknown}>", f"{unknown}://host/path", f"{unknown}.zip"):
        _refuses(subject, entry)


@check(
    "LS903",
    "entries that cannot be paths are refused with ImportError",
    source="language reference, 5.5.1: ImportError if it cannot handle the path entry",
    kinds=_HOOKS,
)
def odd_entries_are_refused(subject: Subject) -> None:
    """Any other error goes through every import statement there is, for as long as that entry is there."""
    for entry in ("x" * 5000, "kit\nkit", "\0", "kit\0kit", "\udcff", "\ud800"):
        _refuses(subject, entry)


@check(
    "LS904",
    "find_spec of a path entry finder can be called with the name alone",
    source="importlib.abc.PathEntryFinder.find_spec(fullname, target=None)",
    kinds=_HOOKS,
)
def entry_target_is_optional(subject: Subject) -> None:
    """pkgutil and tools that look into one entry have no target."""
    for name in _top_level(subject):
        try:
            spec = _finder(subject).find_spec(name)
        except TypeError as error:
            raise Unmet(f"find_spec(name) raised TypeError: {error}") from error
        if spec is None:
            raise Unmet(f"{name!r} is found with a target, and not without")


@check(
    "LS905",
    "target may be given by name to a path entry finder",
    source="importlib.abc.PathEntryFinder.find_spec(fullname, target=None)",
    kinds=_HOOKS,
)
def entry_target_has_a_name(subject: Subject) -> None:
    """Finders that wrap or ask others pass it on by its name, as it stands in the documentation."""
    for name in _top_level(subject):
        try:
            _finder(subject).find_spec(name, target=None)
        except TypeError as error:
            raise Unmet(f"find_spec(name, target=…) raised TypeError: {error}") from error


def _again(subject: Subject, finder: Any, name: str, times: int) -> Iterator[Any]:
    for _ in range(times):
        spec = finder.find_spec(name, None)
        if spec is None:
            raise Unmet(f"{name!r} was found by a path entry finder, and not when it was asked again")
        yield spec


@check(
    "LS906",
    "a path entry finder gives the same answer any number of times",
    source="sys.path_importer_cache; language reference, 5.5",
    kinds=_HOOKS,
)
def entry_finders_last(subject: Subject) -> None:
    """It is kept in sys.path_importer_cache and asked as long as the program runs."""
    finder = _finder(subject)
    for name in _top_level(subject):
        answers = [facts(spec) for spec in _again(subject, finder, name, 20)]
        for answer in answers:
            if answer != answers[0]:
                raise Unmet(f"{name!r} was found as {answers[0]}, and later as {answer}")


@check(
    "LS907",
    "a path hook leaves the import state as it is",
    source="sys.path_hooks; language reference, 5.5: the path finder keeps what hooks return",
    kinds=_HOOKS,
)
def hooks_change_nothing(subject: Subject) -> None:
    """sys.path and sys.path_hooks are being walked along while it is called."""

    def state() -> dict[str, Any]:
        return {
            "sys.path": list(sys.path),
            "sys.meta_path": list(sys.meta_path),
            "sys.path_hooks": list(sys.path_hooks),
            "sys.path_importer_cache": dict(sys.path_importer_cache),
        }

    sys.path_importer_cache.pop(str(subject.entry), None)
    before = state()
    _finder(subject)
    for what, now in state().items():
        if now != before[what]:
            raise Unmet(f"the hook has changed {what}")


@check(
    "LS908",
    "the search locations of packages are entries that a path hook accepts",
    source="language reference, 5.5: the path finder looks for submodules along __path__",
    kinds=_HOOKS,
)
def search_locations_are_entries(subject: Subject) -> None:
    """Submodules are found, and listed, by what path hooks make of the entries; others are passed over."""
    packages = {name: spec for name, spec in subject.specs.items() if name in subject.packages}
    if not packages:
        raise NotApplicable("finds has no package")
    for name, spec in packages.items():
        for location in spec.submodule_search_locations or ():
            for hook in (subject.thing, *sys.path_hooks):
                try:
                    hook(location)
                except ImportError:
                    continue
                break
            else:
                raise Unmet(f"no path hook accepts {location!r}, a search location of {name!r}")


@check(
    "LS909",
    "invalidate_caches of a path entry finder can be called without arguments",
    source="importlib.abc.PathEntryFinder.invalidate_caches",
    kinds=_HOOKS,
)
def entry_caches_can_be_invalidated(subject: Subject) -> None:
    """The path finder calls that of each finder it knows, and an error in one keeps it from the rest."""
    finder = _finder(subject)
    if not hasattr(finder, "invalidate_caches"):
        raise NotApplicable("the path entry finder has no invalidate_caches")
    try:
        finder.invalidate_caches()
    except Exception as error:
        raise Unmet(f"invalidate_caches() raised {type(error).__name__}: {error}") from error
    for name in _top_level(subject):
        for _ in _again(subject, finder, name, 1):
            pass


@check(
    "LS910",
    "a path entry finder in use finds what was added, after importlib.invalidate_caches()",
    source="importlib.invalidate_caches; importlib.abc.PathEntryFinder.invalidate_caches",
    kinds=_HOOKS,
)
def entry_invalidation_takes_effect(subject: Subject) -> None:
    """The finders in sys.path_importer_cache stay: they themselves have to look anew."""
    if PathFinder.find_spec("kit910") is not None:
        raise NotApplicable("'kit910' is there already")
    finder = sys.path_importer_cache.get(str(subject.entry))
    subject.add("kit910.py", "value = 1\n")
    if _finder(subject).find_spec("kit910", None) is None:
        raise NotApplicable("what add() puts there is not found: 'kit910'")
    if PathFinder.find_spec("kit910") is None:
        raise Unmet(f"'kit910' was missing, was added, and is not found by {finder!r:.200}")


@check(
    "LS911",
    "several threads may ask one path entry finder at once",
    source="importlib documentation: import locks are per module since Python 3.3",
    kinds=_HOOKS,
)
def threads_may_ask_an_entry_finder(subject: Subject) -> None:
    """There is one for each entry, and the import system holds no lock for it."""
    finder = _finder(subject)
    names = _top_level(subject)
    known = {name: facts(finder.find_spec(name, None)) for name in names}
    for name, result in at_once(lambda name: finder.find_spec(name, None), names * 5):
        if isinstance(result, Exception):
            raise Unmet(f"in several threads, {name!r} raised {result!r}") from result
        if result is None or facts(result) != known[name]:
            raise Unmet(f"in several threads, the answer for {name!r} was {result!r:.200}")


@check(
    "LS912",
    "each answer of a path entry finder is a spec of its own",
    source="PEP 451; language reference, 5.4: the import system writes on the spec",
    kinds=_HOOKS,
)
def entry_specs_are_new(subject: Subject) -> None:
    """The spec becomes the module's __spec__, and is changed while that is loaded or loaded lazily."""
    finder = _finder(subject)
    for name in _top_level(subject):
        first, second = _again(subject, finder, name, 2)
        if first is second:
            raise Unmet(f"{name!r} was looked for twice, and got the same spec object")
