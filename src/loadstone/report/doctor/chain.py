"""Checks of the chain: finders and path entry finders, and which of them come in each other's way."""

from __future__ import annotations

import inspect
import os
from collections.abc import Iterator
from itertools import islice
from types import FunctionType
from typing import Any

from ...framework.chain import asks_rest
from ...framework.kinds import attribute_of, is_standard, qualified
from .check import Seen, check
from .environment import Environment

__all__ = ["layers", "some"]

_MANY = 500
_SHOWN = 5


@check(
    "LS101",
    "error",
    "a finder without find_spec",
    detail="Python 3.12 and newer pass by a finder that has no `find_spec`, silently: what only this finder "
    "knows is not found. Older ones fall back to `find_module` or `find_loader`, with an ImportWarning.",
    remedy="give it find_spec(fullname, path, target), which returns a spec or None; or upgrade its package",
    source="PEP 451; What's New in Python 3.12, Removed",
)
def without_find_spec(environment: Environment) -> Iterator[Seen]:
    """On `sys.meta_path`, and among the path entry finders."""
    falls_back = environment.version < (3, 12)
    for where, finder in _all_finders(environment):
        if hasattr(finder, "find_spec"):
            continue
        old = [name for name in ("find_module", "find_loader") if hasattr(finder, name)]
        has = f"has {' and '.join(old)} only" if old else "has no method that finds"
        asked = falls_back and old
        yield Seen(
            qualified(finder),
            f"{where} {has}: Python {environment.version[0]}.{environment.version[1]} "
            + ("still asks it that way" if asked else "never asks it"),
            severity="warning" if asked else "error",
        )


@check(
    "LS102",
    "error",
    "a class where an instance was meant",
    detail="Called on the class, a method takes the module's name for its `self` and the path for the "
    "name: it raises TypeError, or looks for the wrong thing.",
    remedy="put an instance there: the class, called; or make the methods class methods",
    source="The Python Language Reference, 5.3.4 The meta path",
)
def class_for_instance(environment: Environment) -> Iterator[Seen]:
    """Classes whose `find_spec` is a method of instances."""
    for where, finder in _all_finders(environment):
        if _is_class_for_instance(finder):
            yield Seen(qualified(finder), f"{where} is the class itself, and find_spec a method of instances")


@check(
    "LS103",
    "warning",
    "a finder that answers anything",
    detail="It has a spec for a name that nobody can know. With it, optional dependencies seem to be there, "
    "misspelled imports fail in its loader or succeed, and finders behind it are never asked.",
    remedy="have find_spec return None for every module that the finder cannot load",
    source="The Python Language Reference, 5.3.4 The meta path",
)
def answers_anything(environment: Environment) -> Iterator[Seen]:
    """Asked for a name that was made up."""
    for where, finder, name, answer in _asked_for_nothing(environment):
        if answer is not None and not isinstance(answer, Exception):
            yield Seen(qualified(finder), f"{where} has a spec for {name!r}, a made-up name")


@check(
    "LS104",
    "error",
    "a finder that raises for a module it does not know",
    detail="The search ends there: no module that the finders behind it know can be imported, and what is "
    "optional is not found missing, unless it is an ImportError that is raised.",
    remedy="have find_spec return None for modules that the finder does not know",
    source="importlib.abc.MetaPathFinder.find_spec",
)
def raises(environment: Environment) -> Iterator[Seen]:
    """Asked for a name that was made up."""
    for where, finder, name, answer in _asked_for_nothing(environment):
        if isinstance(answer, Exception) and not _is_class_for_instance(finder):
            yield Seen(
                qualified(finder), f"{where}, asked for {name!r}, raised {type(answer).__name__}: {answer}"
            )


@check(
    "LS105",
    "warning",
    "an interceptor that is passed by",
    detail="A finder that changes how modules are loaded (a type checker, an instrumenting tool, one of "
    "loadstone's interceptors) stands behind one that finds the same modules by itself: it is not asked "
    "for them, and they are loaded unchanged.",
    remedy="install the interceptor later, or first: ahead of the other finder",
    source="The Python Language Reference, 5.3.4 The meta path",
)
def passed_by(environment: Environment) -> Iterator[Seen]:
    """Of two finders that answer for a loaded module, the later one alone has a loader of its own."""
    for winner, loser, mine, theirs, names in _rivals(environment):
        if is_standard(mine):
            yield Seen(
                qualified(loser),
                f"{qualified(winner)} is ahead of it, and finds {names} by itself: "
                f"loaded by {qualified(mine)}, not by {qualified(theirs)}",
            )


@check(
    "LS106",
    "warning",
    "two tools that replace one package's loader",
    detail="Both would load the same modules with a loader of their own; the one ahead does, and what "
    "the other would do with them is lost.",
    remedy="use one of the two for these modules; or have the one ahead ask the rest of the chain, and wrap "
    "the loader that comes back (loadstone.Interceptor does)",
    source="The Python Language Reference, 5.3.4 The meta path",
)
def two_loaders(environment: Environment) -> Iterator[Seen]:
    """Of two finders that answer for a loaded module, each has a loader of its own."""
    for winner, loser, mine, theirs, names in _rivals(environment):
        if not is_standard(mine):
            yield Seen(
                f"{qualified(winner)} and {qualified(loser)}",
                f"for {names}, {qualified(mine)} is ahead of {qualified(theirs)}, and does not lead to it",
            )


def layers(loader: Any) -> list[Any]:
    """The loader, and those that it holds, which it may stand in for."""
    found: list[Any] = []
    waiting = [loader]
    while waiting:
        thing = waiting.pop()
        if thing is None or any(thing is other for other in found):
            continue
        found.append(thing)
        held = getattr(thing, "__dict__", {})
        if isinstance(thing, type) or not isinstance(held, dict):
            continue
        waiting += [
            value
            for value in list(held.values())
            if hasattr(type(value), "exec_module") or hasattr(type(value), "load_module")
        ]
    return found


def _all_finders(environment: Environment) -> Iterator[tuple[str, Any]]:
    """The finders of the chain, and one path entry finder of each kind; with where they are."""
    for place, finder in enumerate(environment.finders):
        yield f"finder {place + 1} of the chain", finder
    kinds = set()
    for entry, finder in environment.path_importer_cache.items():
        if finder is not None and type(finder) not in kinds:
            kinds.add(type(finder))
            yield f"the path entry finder of {entry!r}", finder


def _is_class_for_instance(finder: Any) -> bool:
    function = inspect.getattr_static(finder, "find_spec", None)
    if not isinstance(finder, type) or not isinstance(function, FunctionType):
        return False
    signature = inspect.signature(function)
    try:
        signature.bind("name", None, None)
    except TypeError:
        return True
    return next(iter(signature.parameters)) == "self"


def _asked_for_nothing(environment: Environment) -> Iterator[tuple[str, Any, str, Any]]:
    """What finders that are not Python's own answer, or raise, for a name that nobody can know."""
    name = f"no_such_module_{os.urandom(8).hex()}"
    on_chain = {id(finder) for finder in environment.finders}
    bound = {id(finder) for finder in environment.finders_for(name)}
    for where, finder in _all_finders(environment):
        if is_standard(finder) or asks_rest(finder) or not hasattr(finder, "find_spec"):
            continue
        if id(finder) in on_chain and id(finder) not in bound:
            continue
        arguments = (name, None, None) if id(finder) in on_chain else (name,)
        try:
            answer = finder.find_spec(*arguments)
        except Exception as error:
            answer = error
        yield where, finder, name.rpartition("_")[0] + "_…", answer


def _rivals(environment: Environment) -> list[tuple[Any, Any, Any, Any, str]]:
    """Pairs of finders that both answer for loaded modules, where the loader of the second is lost.

    The winner, the loser, the loader of each for the first such module, and the modules' names.
    """
    found: dict[tuple[int, int], list[Any]] = {}
    if all(is_standard(finder) for finder in environment.finders):
        return []
    for name, path in islice(_searched(environment), _MANY):
        answers: list[tuple[Any, Any]] = []
        for finder in environment.finders_for(name):
            try:
                spec = finder.find_spec(name, path, None)
            except Exception:  # what a finder raises is LS104
                continue
            if spec is not None and spec.loader is not None:
                answers.append((finder, spec.loader))
                if asks_rest(finder):
                    break
        for loser, theirs in answers[1:]:
            winner, mine = answers[0]
            if is_standard(theirs) or any(isinstance(one, type(theirs)) for one in layers(mine)):
                continue
            pair = found.setdefault((id(winner), id(loser)), [winner, loser, mine, theirs, []])
            pair[-1].append(name)
    return [(*pair[:4], some(pair[4])) for pair in found.values()]


def _searched(environment: Environment) -> Iterator[tuple[str, Any]]:
    """The loaded modules that come from files, and the path that each is looked for on."""
    for name, module in sorted(environment.modules.items()):
        spec = attribute_of(module, "__spec__")
        origin = getattr(spec, "origin", None)
        if name == "__main__" or not isinstance(origin, str) or getattr(spec, "name", None) != name:
            continue
        if origin in ("built-in", "frozen") or environment.is_standard_file(origin):
            continue
        parent = name.rpartition(".")[0]
        if not parent:
            yield name, None
        elif parent in environment.modules:
            path = attribute_of(environment.modules[parent], "__path__")
            if path is not None:
                yield name, path


def some(names: list[str]) -> str:
    """A few of the names."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
