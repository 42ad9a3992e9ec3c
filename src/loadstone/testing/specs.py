"""Checks of specs: what finders say of the modules that they have found."""

from __future__ import annotations

import importlib.abc
import os
import sys
from collections.abc import Iterator
from typing import Any

from .answers import facts
from .check import Kind, check
from .outcome import NotApplicable, Unmet
from .subject import Subject

_FINDERS: tuple[Kind, ...] = ("finder", "path hook")
_ATTRIBUTES = (
    "name",
    "loader",
    "origin",
    "submodule_search_locations",
    "loader_state",
    "cached",
    "parent",
    "has_location",
)


def _specs(subject: Subject) -> Iterator[tuple[str, Any]]:
    """Name and spec of what is found, at first and once it is loaded. Raises NotApplicable without any."""
    specs = subject.specs
    if not specs:
        raise NotApplicable("no module is found")
    yield from specs.items()
    for name in specs:
        try:
            subject.load(name)
        except Exception:
            continue  # a check of its own sees to that
    yield from subject.specs.items()


@check(
    "LS401",
    "what find_spec returns has all the attributes of a module spec",
    source="importlib.machinery.ModuleSpec; PEP 451",
    kinds=_FINDERS,
)
def specs_are_complete(subject: Subject) -> None:
    """The import system, pkgutil, runpy and lazy loading each read others of them."""
    for name, spec in _specs(subject):
        missing = [attribute for attribute in _ATTRIBUTES if not hasattr(spec, attribute)]
        if missing:
            raise Unmet(f"the spec of {name!r} has no {', '.join(missing)}: {spec!r:.200}")


@check(
    "LS402", "the name of the spec is the name asked for", source="ModuleSpec.name; PEP 451", kinds=_FINDERS
)
def names_are_those_asked_for(subject: Subject) -> None:
    """The module is entered into sys.modules under it, and the import fails where that is another."""
    for name, spec in _specs(subject):
        if spec.name != name:
            raise Unmet(f"{name!r} was asked for, and the spec found has the name {spec.name!r}")


@check(
    "LS403",
    "the parent of the spec is the package that the module is in, or is itself",
    source="ModuleSpec.parent; PEP 366",
    kinds=_FINDERS,
)
def parents_are_right(subject: Subject) -> None:
    """It becomes __package__, from which relative imports start."""
    for name, spec in _specs(subject):
        parent = spec.name if spec.submodule_search_locations is not None else spec.name.rpartition(".")[0]
        if spec.parent != parent:
            raise Unmet(f"the spec of {name!r} has the parent {spec.parent!r}, expected {parent!r}")


@check(
    "LS404",
    "a spec has a loader, or else search locations",
    source="PEP 420; ModuleSpec.loader",
    kinds=_FINDERS,
)
def specs_can_be_loaded(subject: Subject) -> None:
    """A namespace package needs no loader, but portions; what has neither is found and cannot be imported."""
    specs = dict(_specs(subject))
    try:
        subject.add("kit404/own.py", "value = 1\n")
    except NotApplicable:
        pass
    else:
        folder: Any = subject.ask("kit404")
        if folder is not None:
            specs["kit404"] = folder
    for name, spec in specs.items():
        if spec.loader is None and spec.submodule_search_locations is None:
            raise Unmet(f"the spec of {name!r} has neither loader nor search locations: {spec!r:.200}")


@check(
    "LS405",
    "a portion of a namespace package has no location",
    source="PEP 420: namespace packages have no __file__",
    kinds=_FINDERS,
)
def portions_have_no_location(subject: Subject) -> None:
    """Tools tell by it that there is no file to open, and no one folder to put files into."""
    subject.add("kit405/own.py", "value = 1\n")
    spec = subject.ask("kit405")
    if spec is None or spec.submodule_search_locations is None:
        raise NotApplicable("the importer finds no namespace packages")
    if spec.has_location:
        raise Unmet(f"the spec of 'kit405', which has no __init__.py, has the location {spec.origin!r}")


@check("LS406", "origin is a str or None", source="ModuleSpec.origin", kinds=_FINDERS)
def origins_are_text(subject: Subject) -> None:
    """It becomes __file__, which programs cut into pieces and join to others as text."""
    for name, spec in _specs(subject):
        if not isinstance(spec.origin, (str, type(None))):
            raise Unmet(f"the spec of {name!r} has the origin {spec.origin!r}")


@check(
    "LS407",
    "where a spec has a location, that is the origin",
    source="ModuleSpec.has_location: origin refers to a loadable location",
    kinds=_FINDERS,
)
def locations_are_there(subject: Subject) -> None:
    """Otherwise the module gets a __file__ that is None, which breaks whoever asks whether it has one."""
    for name, spec in _specs(subject):
        if spec.has_location and not spec.origin:
            raise Unmet(f"the spec of {name!r} has a location, and the origin {spec.origin!r}")


@check(
    "LS408",
    "the location of a file is an absolute path",
    source="What's New in Python 3.4: __file__ and related values are absolute paths",
    kinds=_FINDERS,
)
def locations_are_absolute(subject: Subject) -> None:
    """After a change of the working directory a relative one names another file, or none."""
    for name, spec in _specs(subject):
        origin = spec.origin
        if (
            spec.has_location
            and isinstance(origin, str)
            and not os.path.isabs(origin)
            and os.path.exists(origin)
        ):
            raise Unmet(f"the spec of {name!r} has the location {origin!r}, a file in {os.getcwd()}")


@check(
    "LS409",
    "cached is None or the file of bytecode for this Python",
    source="ModuleSpec.cached; PEP 3147",
    kinds=_FINDERS,
)
def caches_are_this_python_s(subject: Subject) -> None:
    """Several Pythons share the folder, and tell their files in it by the tag in the name."""
    tag = sys.implementation.cache_tag
    for name, spec in _specs(subject):
        cached = spec.cached
        if cached is None or cached == spec.origin:
            continue
        if not isinstance(cached, str) or f".{tag}." not in os.path.basename(cached):
            raise Unmet(f"the spec of {name!r} has {cached!r} as cached, which is not of {tag}")


@check(
    "LS410",
    "search locations are strings",
    source="ModuleSpec.submodule_search_locations; language reference, 5.4.5",
    kinds=_FINDERS,
)
def search_locations_are_text(subject: Subject) -> None:
    """They become __path__; the path finder passes over what is no str, and pkgutil lists it all the same."""
    for name, spec in _specs(subject):
        locations = spec.submodule_search_locations
        if isinstance(locations, (str, bytes)):
            raise Unmet(f"the search locations of {name!r} are not several, but {locations!r}")
        for location in locations or ():
            if not isinstance(location, str):
                raise Unmet(f"among the search locations of {name!r} is {location!r}")


@check(
    "LS411",
    "the search locations of each spec are its own",
    source="pkgutil.extend_path; language reference, 5.4.5: __path__ may be changed by the package",
    kinds=_FINDERS,
)
def search_locations_are_not_shared(subject: Subject) -> None:
    """Packages add to their __path__: that must not change another package, or the finder's own records."""
    seen: dict[int, tuple[str, Any]] = {}
    for name, spec in [*subject.specs.items(), *subject.specs.items()]:
        locations = spec.submodule_search_locations
        if locations is not None:
            other, _ = seen.setdefault(id(locations), (name, spec))
            if seen[id(locations)][1] is not spec:
                raise Unmet(f"specs of {other!r} and {name!r} share one object as search locations")


@check(
    "LS412",
    "the __spec__ of an imported module says what the finder had said",
    source="PEP 451: __spec__ is the spec that was used to import the module",
    kinds=_FINDERS,
)
def specs_stay_what_they_were(subject: Subject) -> None:
    """Tools take from it where the module is from, as they do from importlib.util.find_spec."""
    before = {name: facts(spec) for name, spec in subject.specs.items()}
    for name, module in subject.modules.items():
        spec = getattr(module, "__spec__", None)
        if name not in before or spec is None:
            continue
        now = facts(spec)
        for fact in ("origin", "has_location"):
            if now[fact] != before[name][fact]:
                raise Unmet(
                    f"{name!r} was found with the {fact} {before[name][fact]!r}, and has {now[fact]!r}"
                )


@check(
    "LS413",
    "specs, loaders and modules can be shown",
    source="language reference, 5.4.6 Module reprs",
    kinds=_FINDERS,
)
def specs_can_be_shown(subject: Subject) -> None:
    """Errors, logs, debuggers and the prompt show them; one that raises hides what was to be seen."""
    for name, spec in _specs(subject):
        for thing in (spec, spec.loader, sys.modules.get(name)):
            try:
                repr(thing)
            except Exception as error:
                kind = type(thing).__qualname__
                raise Unmet(
                    f"repr of the {kind} of {name!r} raised {type(error).__name__}: {error}"
                ) from error


@check(
    "LS414",
    "a file loader is for the module and the file that the spec names",
    source="importlib.abc.FileLoader: name and path",
    kinds=_FINDERS,
)
def file_loaders_agree(subject: Subject) -> None:
    """Coverage, debuggers and packagers read name and path of the loader without calling anything."""
    seen = False
    for name, spec in _specs(subject):
        loader = spec.loader
        if isinstance(loader, importlib.abc.FileLoader):
            seen = True
            told = getattr(loader, "name", name), getattr(loader, "path", spec.origin)
            if told != (name, spec.origin):
                raise Unmet(f"the loader of {name!r}, which is in {spec.origin!r}, has name and path {told}")
    if not seen:
        raise NotApplicable("no module has a loader of files")
