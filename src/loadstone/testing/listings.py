"""Checks of what is listed: distributions, modules, packages."""

from __future__ import annotations

import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from .check import check
from .outcome import NotApplicable, Unmet
from .subject import Subject

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_MOST = 200
"""How much is looked at of what an importer lists."""


def _distributions(subject: Subject) -> list[Distribution]:
    """Some of the distributions that the finder knows, after one was added where it is known how."""
    from importlib.metadata import DistributionFinder

    find = getattr(subject.thing, "find_distributions", None)
    if find is None:
        raise NotApplicable("the finder has no find_distributions")
    try:
        subject.add("kitdist-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: kitdist\nVersion: 1.5\n")
    except NotApplicable:
        pass
    found: list[Distribution] = list(islice(find(DistributionFinder.Context()), 20))
    if not found:
        raise NotApplicable("the finder knows no distributions")
    return found


@check(
    "LS711",
    "find_distributions gives the distributions that have the name asked for, and only them",
    source="importlib.metadata.DistributionFinder.find_distributions",
    kinds=["finder"],
)
def distributions_are_found_by_name(subject: Subject) -> None:
    """importlib.metadata takes the first that it is given for the one asked for, whatever its name is."""
    from importlib.metadata import DistributionFinder

    known = [each.metadata["Name"] for each in _distributions(subject)][:3]
    for name in known:
        context: Any = DistributionFinder.Context(name=name)
        found = [each.metadata["Name"] for each in subject.thing.find_distributions(context)]
        if name not in found:
            raise Unmet(f"{name!r} is among the distributions, and is not found by its name")
    context = DistributionFinder.Context(name="loadstone-kit-missing")
    for other in subject.thing.find_distributions(context):
        raise Unmet(f"'loadstone-kit-missing' was asked for, and {other.metadata['Name']!r} was given")


@check(
    "LS712",
    "a distribution tells its name and version, and None for files that it does not have",
    source="importlib.metadata.Distribution.read_text",
    kinds=["finder"],
)
def distributions_are_complete(subject: Subject) -> None:
    """entry_points() reads all distributions of an environment: one that raises breaks it for everybody."""
    for each in _distributions(subject):
        name = each.metadata["Name"]
        if not isinstance(name, str) or not isinstance(each.version, str):
            raise Unmet(f"the name of a distribution is {name!r}, its version {each.version!r}")
        if each.read_text("loadstone-kit-missing.txt") is not None:
            raise Unmet(f"the distribution {name!r} has text in a file that is not there")
        for fact in ("entry_points", "files", "requires"):
            try:
                getattr(each, fact)
            except Exception as error:
                raise Unmet(f"{fact} of {name!r} raised {type(error).__name__}: {error}") from error


def _listings(subject: Subject) -> Iterator[tuple[str, list[tuple[str, bool]]]]:
    """For the top level, if the importer lists that, and for each package: its name, and what is listed.

    Raises NotApplicable if nothing is listed at all.
    """
    listings: list[tuple[str, Any]] = []
    if subject.kind == "path hook":
        listings.append(("", pkgutil.iter_modules([str(subject.entry)])))
    elif subject.kind == "finder" and hasattr(subject.thing, "iter_modules"):
        listings.append(("", (("", *each) for each in subject.thing.iter_modules(""))))
    for name in subject.packages:
        path = getattr(subject.load(name), "__path__", None)
        if path is not None:
            listings.append((name, pkgutil.iter_modules(path)))
    nothing = True
    for package, listing in listings:
        modules = [(name, is_package) for _, name, is_package in islice(listing, _MOST)]
        if modules:
            nothing = False
            yield package, modules
    if nothing:
        raise NotApplicable("the importer lists no modules")


def _listed_specs(subject: Subject) -> Iterator[tuple[str, bool, Any]]:
    """The full names of what is listed, whether as packages, and the specs found."""
    specs = subject.specs
    for package, modules in _listings(subject):
        for name, is_package in modules:
            full = f"{package}.{name}" if package else name
            if full in sys.modules:
                yield full, is_package, getattr(sys.modules[full], "__spec__", None)
            elif full not in subject.finds:
                yield full, is_package, importlib.util.find_spec(full)
            elif full in specs:
                yield full, is_package, specs[full]


@check("LS713", "modules that are listed can be found", source="pkgutil.iter_modules; PEP 302")
def listed_modules_are_found(subject: Subject) -> None:
    """Plugins and test modules are discovered by listing a package and importing what is listed."""
    for name, _, spec in _listed_specs(subject):
        if spec is None and name not in sys.modules:
            raise Unmet(f"{name!r} is listed, and is not found")


@check(
    "LS714",
    "where modules are listed, those that are found are among them",
    source="pkgutil.iter_modules",
)
def found_modules_are_listed(subject: Subject) -> None:
    """Half a list is worse than none: what is missing in it is missed by nobody."""
    for package, modules in _listings(subject):
        names = {name for name, _ in modules}
        for name in subject.specs:
            parent, _, tail = name.rpartition(".")
            if parent == package and tail not in names and len(modules) < _MOST:
                raise Unmet(f"{name!r} is found, and not listed in {package or 'the top level'!r}: {names}")


@check("LS715", "listings tell packages from modules", source="pkgutil.ModuleInfo.ispkg")
def listings_tell_packages(subject: Subject) -> None:
    """walk_packages goes into packages only, and test runners look into no others."""
    for name, is_package, spec in _listed_specs(subject):
        if spec is not None and bool(is_package) != (spec.submodule_search_locations is not None):
            kind = "a package" if is_package else "a module"
            raise Unmet(f"{name!r} is listed as {kind}, and its spec says otherwise")


@check(
    "LS716",
    "pkgutil.walk_packages reaches what is in packages within packages",
    source="pkgutil.walk_packages",
)
def packages_can_be_walked(subject: Subject) -> None:
    """It imports each package by the name that is listed, prefix and all, and lists that in turn."""
    seen = False
    for package in subject.packages:
        module = subject.load(package)
        listed = [name for _, name, _ in islice(pkgutil.walk_packages(module.__path__, f"{package}."), _MOST)]
        for name in listed:
            seen = True
            if not name.startswith(f"{package}."):
                raise Unmet(f"a walk through {package!r} with the prefix '{package}.' gave {name!r}")
        for name in subject.specs:
            parent = name.rpartition(".")[0]
            if parent in listed and name not in listed and len(listed) < _MOST:
                raise Unmet(f"a walk through {package!r} reached {parent!r}, and not {name!r} in it")
    if not seen:
        raise NotApplicable("the importer lists no modules")
