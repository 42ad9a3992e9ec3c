"""Checks of the names that finders are asked for: empty, odd, in another case, of others."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from .answers import FINDERS, found_specs, missed
from .check import check
from .outcome import Unmet
from .subject import Subject


def _ask_as_it_is(subject: Subject, name: str) -> Any:
    """What is said of a name with which the import system would find no parent."""
    if name.rpartition(".")[0] in subject.packages:
        return subject.ask(name)
    if subject.kind == "path hook":
        return subject.thing(subject.entry).find_spec(name, None)
    return subject.thing.find_spec(name, None, None)


@check(
    "LS311",
    "names with an empty part are not found",
    source="language reference, 5.3 Searching: the name may be a dotted path",
    kinds=FINDERS,
)
def empty_parts_are_not_found(subject: Subject) -> None:
    """import_module("pkg..mod") asks for "pkg." first: a slip of the pen becomes a module of its own."""
    for name in ("", ".", *(f"{package}." for package in subject.packages)):
        missed(lambda name: _ask_as_it_is(subject, name), name)


@check(
    "LS312",
    "find_spec returns None for names that no module can have",
    source="importlib.abc.MetaPathFinder.find_spec: None is returned if no spec can be found",
    kinds=FINDERS,
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
    kinds=FINDERS,
)
def paths_are_not_names(subject: Subject) -> None:
    """Otherwise one file becomes two modules, and names that users give lead out of the folder."""
    for name in found_specs(subject):
        stem = name.replace(".", "/")
        for other in {stem, f"./{stem}", f"../{stem}", f"{stem}/", stem.replace("/", "\\")} - {name}:
            missed(lambda other: _ask_as_it_is(subject, other), other)


@check(
    "LS314",
    "names are told apart by case",
    source="PEP 235",
    kinds=FINDERS,
)
def case_matters(subject: Subject) -> None:
    """Python's identifiers are, also where file systems are not; otherwise a module is loaded twice."""
    for name in found_specs(subject):
        parent, _, tail = name.rpartition(".")
        other = f"{parent}.{tail.swapcase()}".lstrip(".")
        if other not in (name, *subject.finds):
            missed(subject.ask, other)


@check(
    "LS315",
    "find_spec does not claim what nobody has heard of",
    source="PEP 302: the importer returns None if it cannot handle the module",
    kinds=FINDERS,
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
    for name, spec in found_specs(subject).items():
        parent, _, tail = name.rpartition(".")
        if not parent or tail in subject.finds:
            continue
        other = subject.thing.find_spec(tail, None, None)
        if other is not None and spec.has_location and other.origin == spec.origin:
            raise Unmet(f"{tail!r} was found, and is {name!r}: {other!r:.200}")
