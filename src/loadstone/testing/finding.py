"""Checks of finding: how `find_spec` is called, what it answers to, and what it leaves alone."""

from __future__ import annotations

import importlib
import io
import sys
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from typing import Any
from uuid import uuid4

from .check import Kind, Table
from .outcome import NotApplicable, Unmet
from .subject import Subject

__all__ = ["at_once", "facts", "missed", "table"]

table = Table()
check = table.check

_IMPORTLIB = ModuleSpec.__init__.__code__.co_filename
_FINDERS: tuple[Kind, ...] = ("finder", "path hook")
_THREADS = 8


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
    start = threading.Barrier(_THREADS)
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
            for number in range(_THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    return results


def _found(subject: Subject) -> dict[str, Any]:
    """The specs, once all parents are imported, so that each is the answer to the very same question."""
    for name in subject.specs:
        subject.search_path(name)
    specs = subject.specs
    if not specs:
        raise NotApplicable("no module is found")
    return specs


def _same(name: str, spec: Any, before: Any, when: str) -> None:
    """Raises Unmet if `spec` does not say what `before` said."""
    if spec is None:
        raise Unmet(f"{name!r} was found, and not found {when}")
    for fact, value in facts(before).items():
        now = facts(spec)[fact]
        if now != value:
            raise Unmet(f"{name!r} has the {fact} {value!r}, and {when} {now!r}")


@check(
    "LS301", "find_spec finds each module that it is said to find", source="PEP 451, finders", kinds=_FINDERS
)
def finds_modules(subject: Subject) -> None:
    """A finder that knows a module returns its spec; without one the import system asks the next finder."""
    for name in subject.finds:
        subject.find(name)


@check(
    "LS302",
    "find_spec returns None for what it does not know",
    source="importlib.abc.MetaPathFinder",
    kinds=_FINDERS,
)
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
    kinds=_FINDERS,
)
def finding_imports_nothing(subject: Subject) -> None:
    """It is the import system that puts a module there, once it is found."""
    for name in subject.finds:
        subject.search_path(name)
        before = set(sys.modules)
        subject.find(name)
        if name in set(sys.modules) - before:
            raise Unmet(f"{name!r} is in sys.modules after find_spec")


@check(
    "LS304",
    "target may be left out",
    source="importlib.abc.MetaPathFinder.find_spec(fullname, path, target=None)",
    kinds=["finder"],
)
def target_is_optional(subject: Subject) -> None:
    """Tools that only look, and finders that ask other finders, pass the name and the path."""
    for name in _found(subject):
        try:
            subject.thing.find_spec(name, subject.search_path(name))
        except TypeError as error:
            raise Unmet(f"find_spec(name, path) raised TypeError: {error}") from error


@check(
    "LS305",
    "path and target may be given by name",
    source="importlib.abc.MetaPathFinder.find_spec(fullname, path, target=None)",
    kinds=["finder"],
)
def arguments_have_names(subject: Subject) -> None:
    """Finders that wrap or ask others pass them on by their names, as they stand in the documentation."""
    for name in _found(subject):
        try:
            subject.thing.find_spec(name, path=subject.search_path(name), target=None)
        except TypeError as error:
            raise Unmet(f"find_spec(name, path=…, target=…) raised TypeError: {error}") from error


class _Entries:
    """A path that can be iterated over, and nothing more."""

    def __init__(self, entries: Iterable[Any]) -> None:
        self._entries = list(entries)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._entries)


def _ask_along(subject: Subject, change: Callable[[Any], Any], what: str) -> None:
    """Ask for submodules along other paths of the same entries. Raises Unmet where one is not found."""
    if not subject.submodules:
        raise NotApplicable("finds has no submodules")
    for name in subject.submodules:
        path = change(subject.search_path(name))
        try:
            spec = subject.thing.find_spec(name, path, None)
        except Exception as error:
            raise Unmet(f"find_spec raised {type(error).__name__} for {what}: {error}") from error
        if spec is None and subject.ask(name) is not None:
            raise Unmet(f"{name!r} was not found along {what}")


@check(
    "LS306",
    "path may be any iterable of strings",
    source="language reference, 5.4.5: __path__ must be an iterable of strings",
    kinds=["finder"],
)
def path_is_any_iterable(subject: Subject) -> None:
    """The path of a namespace package is no list, and packages may set their __path__ to what they like."""
    _ask_along(subject, tuple, "a tuple as path")
    _ask_along(subject, _Entries, "an iterable as path")


@check(
    "LS307",
    "entries of the path that are no strings are passed over",
    source="sys.path: all other data types are ignored during import",
    kinds=["finder"],
)
def odd_entries_are_ignored(subject: Subject) -> None:
    """A Path object that somebody has put on sys.path is not to end each import there is."""
    odd: tuple[Any, ...] = (None, 7)
    sys.path[:0] = odd
    for name in _found(subject):
        path = subject.search_path(name)
        try:
            spec = subject.thing.find_spec(name, None if path is None else [*odd, *path], None)
        except Exception as error:
            raise Unmet(f"with None and 7 on the path, {type(error).__name__} was raised: {error}") from error
        if spec is None:
            raise Unmet(f"with None and 7 on the path, {name!r} was not found")


@check(
    "LS308",
    "the path that find_spec is given stays as it is",
    source="importlib.abc.MetaPathFinder.find_spec: path is a Sequence",
    kinds=["finder"],
)
def path_is_left_alone(subject: Subject) -> None:
    """It is the __path__ of the package itself, or sys.path."""
    if not subject.submodules:
        raise NotApplicable("finds has no submodules")
    for name in subject.submodules:
        path = list(subject.search_path(name))
        given = list(path)
        subject.thing.find_spec(name, given, None)
        if given != path:
            raise Unmet(f"find_spec({name!r}, path) has changed the path from {path} to {given}")


@check(
    "LS309",
    "finding leaves sys.path and sys.meta_path as they are",
    source="importlib.util.find_spec: nothing but parents is imported; PEP 451",
    kinds=_FINDERS,
)
def finding_changes_no_path(subject: Subject) -> None:
    """Both are being walked along at that moment, and belong to the program."""
    for name in subject.finds:
        with suppress(Exception):  # for other checks to see
            subject.search_path(name)
        before = list(sys.path), list(sys.meta_path)
        with suppress(Exception):
            subject.ask(name)
        for what, old, new in zip(
            ("sys.path", "sys.meta_path"), before, (sys.path, sys.meta_path), strict=True
        ):
            if old != new:
                raise Unmet(f"finding {name!r} has changed {what} to {new}")


@check(
    "LS310",
    "a module that is loaded stays in sys.modules while it is found once more",
    source="language reference, 5.3.1 The module cache; importlib.reload",
    kinds=_FINDERS,
)
def finding_unloads_nothing(subject: Subject) -> None:
    """Reload looks for a module that is loaded, and so do tools that want to know where it would be."""
    for name, module in subject.modules.items():
        before = sys.modules.get(name)
        subject.ask(name, module)
        subject.ask(name)
        if sys.modules.get(name) is not before:
            raise Unmet(f"sys.modules has another {name!r} after find_spec: {sys.modules.get(name)!r}")


@check(
    "LS311",
    "names with an empty part are not found",
    source="language reference, 5.3 Searching: the name may be a dotted path",
    kinds=_FINDERS,
)
def empty_parts_are_not_found(subject: Subject) -> None:
    """import_module("pkg..mod") asks for "pkg." first: a slip of the pen becomes a module of its own."""
    for name in ("", ".", *(f"{package}." for package in subject.packages)):
        missed(lambda name: _ask_as_it_is(subject, name), name)


def _ask_as_it_is(subject: Subject, name: str) -> Any:
    """What is said of a name with which the import system would find no parent."""
    if name.rpartition(".")[0] in subject.packages:
        return subject.ask(name)
    if subject.kind == "path hook":
        return subject.thing(subject.entry).find_spec(name, None)
    return subject.thing.find_spec(name, None, None)


@check(
    "LS312",
    "find_spec returns None for names that no module can have",
    source="importlib.abc.MetaPathFinder.find_spec: None is returned if no spec can be found",
    kinds=_FINDERS,
)
def odd_names_return_none(subject: Subject) -> None:
    """Names come from configuration files and from users; none of them is to end in an error of open()."""
    names = ["loadstone kit", "loadstone-kit", "größe_漢_kit", "\0", "kit\0kit", "\udcff", "%s", "x" * 5000]
    for name in names:
        missed(subject.ask, name)
        if subject.packages:
            missed(subject.ask, f"{subject.packages[0]}.{name}")


@check(
    "LS313",
    "a module is found under its dotted name, not under the path of its file",
    source="language reference, 5.3 Searching; glossary: qualified name",
    kinds=_FINDERS,
)
def paths_are_not_names(subject: Subject) -> None:
    """Otherwise one file becomes two modules, and names that users give lead out of the folder."""
    for name in _found(subject):
        stem = name.replace(".", "/")
        for other in {stem, f"./{stem}", f"../{stem}", f"{stem}/", stem.replace("/", "\\")} - {name}:
            missed(lambda other: _ask_as_it_is(subject, other), other)


@check(
    "LS314",
    "names are told apart by case",
    source="PEP 235",
    kinds=_FINDERS,
)
def case_matters(subject: Subject) -> None:
    """Python's identifiers are, also where file systems are not; otherwise a module is loaded twice."""
    for name in _found(subject):
        parent, _, tail = name.rpartition(".")
        other = f"{parent}.{tail.swapcase()}".lstrip(".")
        if other not in (name, *subject.finds):
            missed(subject.ask, other)


@check(
    "LS315",
    "find_spec does not claim what nobody has heard of",
    source="PEP 302: the importer returns None if it cannot handle the module",
    kinds=_FINDERS,
)
def unknown_names_are_not_claimed(subject: Subject) -> None:
    """Optional dependencies are imported to see whether they are there; a finder of everything says yes."""
    for package in ("", *subject.packages):
        missed(subject.ask, f"{package}.kit{uuid4().hex}".lstrip("."))


@check(
    "LS316",
    "a submodule is not found under the last part of its name",
    source="language reference, 5.3 Searching: finders get the fully qualified name",
    kinds=["finder"],
)
def tails_are_not_names(subject: Subject) -> None:
    """A package's own json.py must not become what the rest of the program gets from import json."""
    for name, spec in _found(subject).items():
        parent, _, tail = name.rpartition(".")
        if not parent or tail in subject.finds:
            continue
        other = subject.thing.find_spec(tail, None, None)
        if other is not None and spec.has_location and other.origin == spec.origin:
            raise Unmet(f"{tail!r} was found, and is {name!r}: {other!r:.200}")


@check(
    "LS317",
    "find_spec gives the same answer again",
    source="importlib.util.find_spec; importlib.reload",
    kinds=_FINDERS,
)
def answers_are_stable(subject: Subject) -> None:
    """Reload, runpy, pickling and tools search once more for what has been imported."""
    for name, spec in _found(subject).items():
        for _ in range(3):
            _same(name, subject.ask(name), spec, "when it was looked for again")


@check(
    "LS318",
    "the answer does not depend on what was asked before",
    source="importlib.util.find_spec",
    kinds=_FINDERS,
)
def order_does_not_matter(subject: Subject) -> None:
    """Programs import in any order, and between two of their modules hundreds of others are looked for."""
    specs = _found(subject)
    for name in reversed(list(specs)):
        subject.ask(f"kit{uuid4().hex}")
        _same(name, subject.ask(name), specs[name], "after other names were looked for")


@check(
    "LS319",
    "each answer is a spec of its own",
    source="PEP 451; language reference, 5.4: the import system writes on the spec",
    kinds=_FINDERS,
)
def specs_are_new(subject: Subject) -> None:
    """The spec becomes the module's __spec__, and is changed while that is loaded or loaded lazily."""
    for name, spec in _found(subject).items():
        if subject.ask(name) is spec:
            raise Unmet(f"{name!r} was looked for twice, and got the same spec object")


@check(
    "LS320",
    "several threads may search at once",
    source="importlib documentation: import locks are per module since Python 3.3",
    kinds=_FINDERS,
)
def threads_may_search_at_once(subject: Subject) -> None:
    """The import system holds no lock for finders: threads that import different modules ask them at once."""
    specs = _found(subject)
    for name, result in at_once(subject.ask, [*specs] * 5):
        if isinstance(result, Exception):
            raise Unmet(f"in {_THREADS} threads, {name!r} raised {result!r}") from result
        _same(name, result, specs[name], f"in {_THREADS} threads")


@check(
    "LS321",
    "a search may begin while another one is under way in the same thread",
    source="importlib documentation: finders import what they need; signal handlers and finalizers import",
    kinds=_FINDERS,
    share=0.1,
)
def searches_may_be_nested(subject: Subject) -> None:
    """A lock that is no RLock ends such a program without a word: nobody will ever release it.

    The search within may come to nothing: some finders pass themselves by while they are searching.
    """
    specs = _found(subject)
    asks = {name: _prepared(subject, name) for name in specs}
    inner = list(specs)[-1]
    for name, ask in asks.items():
        seen: list[Any] = []

        def profile(frame: Any, event: str, argument: Any, seen: list[Any] = seen) -> None:
            # In the midst of the outer search, but not of importlib's own locking. Nothing here is profiled.
            if event not in ("call", "c_call") or len(seen) == 100:
                return
            if frame.f_code.co_filename != _IMPORTLIB:
                try:
                    seen.append(asks[inner]())
                except Exception as error:
                    seen.append(error)

        before = sys.getprofile()
        sys.setprofile(profile)
        try:
            outer = ask()
        finally:
            sys.setprofile(before)
        _same(name, outer, specs[name], "with another search within")
        for spec in seen:
            if isinstance(spec, Exception):
                raise Unmet(f"within the search for {name!r}, another one raised {spec!r}") from spec
            if spec is not None:
                _same(inner, spec, specs[inner], f"within the search for {name!r}")


def _prepared(subject: Subject, name: str) -> Callable[[], Any]:
    """Asks for the module without importing anything."""
    path = subject.search_path(name)
    if subject.kind == "finder":
        return lambda: subject.thing.find_spec(name, path, None)
    finders = []
    for entry in [subject.entry] if path is None else path:
        try:
            finders.append(subject.thing(entry))
        except ImportError:
            continue
    return lambda: next(filter(None, (finder.find_spec(name, None) for finder in finders)), None)


@check(
    "LS322",
    "with a target, the answer is about the same module",
    source="importlib.abc.MetaPathFinder.find_spec: target; importlib.reload",
    kinds=_FINDERS,
)
def target_is_honoured(subject: Subject) -> None:
    """Reload passes the module that is there; what it gets is what that module is executed from."""
    modules = subject.modules
    for name, spec in _found(subject).items():
        if name in modules:
            _same(name, subject.ask(name, modules[name]), spec, "with the module itself as target")


@check(
    "LS323",
    "with a target that has not been executed, the answer is about the same module",
    source="PEP 451: target is a module object to make a more educated guess with",
    kinds=_FINDERS,
)
def new_targets_are_honoured(subject: Subject) -> None:
    """What importlib.util.module_from_spec makes is in no sys.modules, and has little but a name."""
    for name, spec in _found(subject).items():
        if hasattr(spec.loader, "exec_module"):
            target = module_from_spec(spec)
            _same(name, subject.ask(name, target), spec, "with a new module as target")


@check(
    "LS324",
    "invalidate_caches can be called without arguments",
    source="importlib.abc.MetaPathFinder.invalidate_caches",
    kinds=["finder"],
)
def caches_can_be_invalidated(subject: Subject) -> None:
    """importlib.invalidate_caches() calls that of each finder, and an error in one keeps it from the rest."""
    if not hasattr(subject.thing, "invalidate_caches"):
        raise NotApplicable("the finder has no invalidate_caches")
    try:
        subject.thing.invalidate_caches()
    except Exception as error:
        raise Unmet(f"invalidate_caches() raised {type(error).__name__}: {error}") from error


@check(
    "LS325",
    "what was added is found after importlib.invalidate_caches(), also if it was looked for before",
    source="importlib.invalidate_caches",
    kinds=_FINDERS,
)
def invalidation_takes_effect(subject: Subject) -> None:
    """Programs that write modules, build tools and notebooks call it, and import what they have written."""
    path = subject.inside("kit325")
    name = path.replace("/", ".")
    before = subject.ask(name)
    subject.add(f"{path}.py", "value = 1\n")
    if before is None and subject.ask(name) is None:
        subject.add_module("kit325_other", "value = 1\n")  # not applicable if that is not found either
        raise Unmet(f"{name!r} was missing, was added, and is not found after importlib.invalidate_caches()")


@check(
    "LS326",
    "what was found is found after importlib.invalidate_caches()",
    source="importlib.invalidate_caches",
    kinds=_FINDERS,
)
def invalidation_loses_nothing(subject: Subject) -> None:
    """Anybody may call it at any time: it is to look anew at what is there, not to forget it."""
    specs = _found(subject)
    for _ in range(2):
        with suppress(Exception):  # a check of its own sees to that
            importlib.invalidate_caches()
    for name, spec in specs.items():
        _same(name, subject.ask(name), spec, "after importlib.invalidate_caches()")


@check(
    "LS327",
    "finding prints nothing",
    source="importlib.util.find_spec; command line: -v is what tells of searches",
    kinds=_FINDERS,
)
def finding_prints_nothing(subject: Subject) -> None:
    """The output of a program is data for others, and not the finder's."""
    names = [*subject.specs, *subject.misses]
    out, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(errors):
        for name in names:
            subject.ask(name)
    if out.getvalue() or errors.getvalue():
        raise Unmet(f"find_spec has printed {out.getvalue() or errors.getvalue()!r:.200}")


@check(
    "LS328",
    "finding does not warn",
    source="warnings; command line: -W error",
    kinds=_FINDERS,
)
def finding_does_not_warn(subject: Subject) -> None:
    """Where warnings are errors, as in test suites, a warning ends the search for a module of others."""
    names = [*_found(subject), *subject.misses]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for name in names:
            try:
                subject.ask(name)
            except Warning as warning:
                text = f"{type(warning).__name__}: {warning}"
                raise Unmet(f"finding {name!r} has warned with {text}") from warning


@check(
    "LS329",
    "find_distributions can be called with a context and without",
    source="importlib.metadata.DistributionFinder.find_distributions(context=Context())",
    kinds=["finder"],
)
def context_is_optional(subject: Subject) -> None:
    """importlib.metadata passes a context by position; others who ask a finder leave it out or name it."""
    from importlib.metadata import DistributionFinder

    find = getattr(subject.thing, "find_distributions", None)
    if find is None:
        raise NotApplicable("the finder has no find_distributions")
    context = DistributionFinder.Context(name=f"kit{uuid4().hex}")
    for how, call in (
        ("find_distributions()", find),
        ("find_distributions(context)", lambda: find(context)),
        ("find_distributions(context=context)", lambda: find(context=context)),
    ):
        try:
            iter(call())
        except TypeError as error:
            raise Unmet(f"{how} raised TypeError: {error}") from error
