"""Checks of what shows source: inspect, tracebacks, and pickle, which looks definitions up."""

from __future__ import annotations

import importlib.util
import inspect
import pickle
import traceback
from collections.abc import Iterator
from itertools import islice
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from .check import check
from .outcome import NotApplicable, Unmet
from .subject import Subject

if TYPE_CHECKING:
    pass


def _with_source(subject: Subject) -> Iterator[tuple[str, ModuleType, str]]:
    """Name, module and source of the modules that have a file and source."""
    seen = False
    for name, module in subject.modules.items():
        get_source = getattr(getattr(getattr(module, "__spec__", None), "loader", None), "get_source", None)
        source = None if get_source is None else get_source(name)
        is_named = getattr(module, "__name__", None) == name
        if is_named and isinstance(source, str) and isinstance(getattr(module, "__file__", None), str):
            seen = True
            yield name, module, source
    if not seen:
        raise NotApplicable("no module has both a file and source")


@check(
    "LS701", "inspect.getsource gives the source of a module", source="inspect.getsource; PEP 302, get_source"
)
def source_is_there(subject: Subject) -> None:
    """It asks the loader where the file is not on disk, and nobody where the file is named <something>."""
    import linecache

    for name, module, source in _with_source(subject):
        if not source.strip():
            continue  # inspect has its own ways with what is empty
        linecache.cache.pop(str(module.__file__), None)
        try:
            found = inspect.getsource(module)
        except Exception as error:
            raise Unmet(f"the source of {name!r}: {type(error).__name__}: {error}") from error
        if found.splitlines() != source.splitlines():
            raise Unmet(
                f"the source of {name!r} begins with {found[:60]!r}, the loader's with {source[:60]!r}"
            )


@check(
    "LS702",
    "tracebacks show the source line that raised the error",
    source="linecache; PEP 302, get_source",
)
def tracebacks_show_lines(subject: Subject) -> None:
    """It is taken from the file that the code names, or asked of the loader in the module's globals."""
    line = "raise ValueError(str(1 + 1))  # kit702"
    name = subject.add_module("kit702", f"value = 1\n\n\ndef work():\n    {line}\n")
    spec: Any = importlib.util.find_spec(name)
    if getattr(spec.loader, "get_source", None) is None:
        raise NotApplicable("the loader has no get_source")
    module: Any = subject.load(name)
    try:
        module.work()
    except ValueError as error:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        if line not in text:
            raise Unmet(f"a traceback does not have the line {line!r}:\n{text}") from error


@check(
    "LS703",
    "inspect finds the file and the module of what a module defines",
    source="inspect.getfile, inspect.getmodule",
)
def definitions_are_found(subject: Subject) -> None:
    """Documentation, doctest and test runners tell by that what belongs to a module."""
    name = subject.add_module("kit703", "class Thing:\n    pass\n\n\ndef work():\n    pass\n")
    module: Any = subject.load(name)
    for thing in (module.Thing, module.work):
        found: Any = inspect.getmodule(thing)
        if found is not module:
            raise Unmet(f"the module of {thing!r} is {found!r}, not {module!r}")
        if isinstance(getattr(module, "__file__", None), str) and inspect.getfile(thing) != module.__file__:
            raise Unmet(f"the file of {thing!r} is {inspect.getfile(thing)!r}, not {module.__file__!r}")


def defined(module: ModuleType) -> Iterator[Any]:
    """The classes and functions that a module defines, and has under their own names; classes first."""
    for kind in (type, FunctionType):
        for name in list(vars(module)):
            value = getattr(module, name, None)
            if (
                isinstance(value, kind)
                and getattr(value, "__module__", None) == module.__name__
                and getattr(value, "__qualname__", None) == name
            ):
                yield value


@check("LS704", "what a module defines can be pickled", source="pickle: what can be pickled and unpickled")
def definitions_can_be_pickled(subject: Subject) -> None:
    """Classes and functions are pickled by name: the name must lead back to the same object."""
    seen = False
    for module in subject.modules.values():
        for value in islice(defined(module), 200):
            seen = True
            try:
                same = pickle.loads(pickle.dumps(value)) is value
            except Exception as error:
                raise Unmet(f"pickling {value!r} raised {type(error).__name__}: {error}") from error
            if not same:
                raise Unmet(f"{value!r} comes out of pickling as another object")
    if not seen:
        raise NotApplicable("the modules define no classes or functions")
