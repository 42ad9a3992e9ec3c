"""Checks of finding more than once: again, in another order, in threads, for a reload, after changes."""

from __future__ import annotations

import importlib
import io
import sys
import warnings
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from typing import Any
from uuid import uuid4

from .answers import FINDERS, THREADS, at_once, found_specs, unchanged
from .check import check
from .outcome import NotApplicable, Unmet
from .subject import Subject

_IMPORTLIB = ModuleSpec.__init__.__code__.co_filename


@check(
    "LS317",
    "find_spec gives the same answer again",
    source="importlib.util.find_spec; importlib.reload",
    kinds=FINDERS,
)
def answers_are_stable(subject: Subject) -> None:
    """Reload, runpy, pickling and tools search once more for what has been imported."""
    for name, spec in found_specs(subject).items():
        for _ in range(3):
            unchanged(name, subject.ask(name), spec, "when it was looked for again")


@check(
    "LS318",
    "the answer does not depend on what was asked before",
    source="importlib.util.find_spec",
    kinds=FINDERS,
)
def order_does_not_matter(subject: Subject) -> None:
    """Programs import in any order, and between two of their modules hundreds of others are looked for."""
    specs = found_specs(subject)
    for name in reversed(list(specs)):
        subject.ask(f"kit{uuid4().hex}")
        unchanged(name, subject.ask(name), specs[name], "after other names were looked for")


@check(
    "LS319",
    "each answer is a spec of its own",
    source="PEP 451; language reference, 5.4: the import system writes on the spec",
    kinds=FINDERS,
)
def specs_are_new(subject: Subject) -> None:
    """The spec becomes the module's __spec__, and is changed while that is loaded or loaded lazily."""
    for name, spec in found_specs(subject).items():
        if subject.ask(name) is spec:
            raise Unmet(f"{name!r} was looked for twice, and got the same spec object")


@check(
    "LS320",
    "several threads may search at once",
    source="importlib documentation: import locks are per module since Python 3.3",
    kinds=FINDERS,
)
def threads_may_search_at_once(subject: Subject) -> None:
    """The import system holds no lock for finders: threads that import different modules ask them at once."""
    specs = found_specs(subject)
    for name, result in at_once(subject.ask, [*specs] * 5):
        if isinstance(result, Exception):
            raise Unmet(f"in {THREADS} threads, {name!r} raised {result!r}") from result
        unchanged(name, result, specs[name], f"in {THREADS} threads")


@check(
    "LS321",
    "a search may begin while another one is under way in the same thread",
    source="importlib documentation: finders import what they need; signal handlers and finalizers import",
    kinds=FINDERS,
    share=0.1,
)
def searches_may_be_nested(subject: Subject) -> None:
    """A lock that is no RLock ends such a program without a word: nobody will ever release it.

    The search within may come to nothing: some finders pass themselves by while they are searching.
    """
    specs = found_specs(subject)
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
        unchanged(name, outer, specs[name], "with another search within")
        for spec in seen:
            if isinstance(spec, Exception):
                raise Unmet(f"within the search for {name!r}, another one raised {spec!r}") from spec
            if spec is not None:
                unchanged(inner, spec, specs[inner], f"within the search for {name!r}")


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
    kinds=FINDERS,
)
def target_is_honoured(subject: Subject) -> None:
    """Reload passes the module that is there; what it gets is what that module is executed from."""
    modules = subject.modules
    for name, spec in found_specs(subject).items():
        if name in modules:
            unchanged(name, subject.ask(name, modules[name]), spec, "with the module itself as target")


@check(
    "LS323",
    "with a target that has not been executed, the answer is about the same module",
    source="PEP 451: target is a module object to make a more educated guess with",
    kinds=FINDERS,
)
def new_targets_are_honoured(subject: Subject) -> None:
    """What importlib.util.module_from_spec makes is in no sys.modules, and has little but a name."""
    for name, spec in found_specs(subject).items():
        if hasattr(spec.loader, "exec_module"):
            target = module_from_spec(spec)
            unchanged(name, subject.ask(name, target), spec, "with a new module as target")


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
    kinds=FINDERS,
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
    kinds=FINDERS,
)
def invalidation_loses_nothing(subject: Subject) -> None:
    """Anybody may call it at any time: it is to look anew at what is there, not to forget it."""
    specs = found_specs(subject)
    for _ in range(2):
        with suppress(Exception):  # a check of its own sees to that
            importlib.invalidate_caches()
    for name, spec in specs.items():
        unchanged(name, subject.ask(name), spec, "after importlib.invalidate_caches()")


@check(
    "LS327",
    "finding prints nothing",
    source="importlib.util.find_spec; command line: -v is what tells of searches",
    kinds=FINDERS,
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
    kinds=FINDERS,
)
def finding_does_not_warn(subject: Subject) -> None:
    """Where warnings are errors, as in test suites, a warning ends the search for a module of others."""
    names = [*found_specs(subject), *subject.misses]
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
