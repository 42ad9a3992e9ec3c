"""Checks of modules: those that hide others, those that are loaded twice, portions that are hidden."""

from __future__ import annotations

import _imp
import os
import sys
import traceback
from collections.abc import Iterator
from importlib.machinery import BYTECODE_SUFFIXES, SOURCE_SUFFIXES, all_suffixes

from ...framework.kinds import attribute_of
from ..installer import asking
from ..places import folder, is_ours
from ..trace.lazies import standing
from .check import Seen, check
from .environment import Environment

__all__ = ["COMMON", "JOINS", "modules_in"]

COMMON = {
    "benchmarks",
    "build",
    "conftest",
    "dist",
    "doc",
    "docs",
    "examples",
    "scripts",
    "setup",
    "test",
    "tests",
    "tools",
}
_PROJECT = {".git", ".hg", "pyproject.toml", "setup.cfg", "setup.py"}
JOINS = (b"extend_path", b"declare_namespace")
_DEPTH = 3


@check(
    "LS141",
    "warning",
    "a local module that shadows the standard library",
    detail="Every import of that name gets the local module, those in the standard library and in installed "
    "packages too: they fail with an AttributeError or ImportError that names neither.",
    remedy="rename the local module, or put it into a package",
    source="The Python Tutorial, 6.1.2 The Module Search Path",
)
def shadows_standard_library(environment: Environment) -> Iterator[Seen]:
    """Modules in path entries ahead of the standard library's; backports among them, by PYTHONPATH."""
    for entry in _ahead_of_standard_library(environment):
        for name in sorted(environment.names(entry).keys() & sys.stdlib_module_names):
            file = environment.origin(entry, name)
            if environment.is_standard_file(file):
                continue
            of = environment.provider(name) if environment.is_site(entry) else ""
            if name in sys.builtin_module_names or _imp.is_frozen(name):
                yield Seen(
                    name,
                    f"{file} is never imported: the interpreter has {name!r} built in or frozen",
                    severity="note",
                    file=file,
                )
            else:
                evidence = f"{file}{f', of {of},' if of else ''} is found before the standard library's"
                remedy = f"uninstall it, or take {entry} off the path: unset PYTHONPATH" if of else ""
                yield Seen(name, evidence, remedy, file=file)


@check(
    "LS142",
    "warning",
    "a local module that shadows an installed distribution",
    detail="Every import of that name gets the local module, in installed packages too.",
    remedy="rename the local module; where it is the project itself, install that with pip install -e, or "
    "uninstall the copy",
    source="The Python Tutorial, 6.1.2 The Module Search Path",
)
def shadows_distribution(environment: Environment) -> Iterator[Seen]:
    """Modules in path entries ahead of those where distributions are installed."""
    entries = environment.entries()
    local = set(environment.local_entries())
    for place, entry in enumerate(entries):
        if entry not in local:
            continue
        for site in dict.fromkeys(entries[place + 1 :]):
            if not environment.is_site(site):
                continue
            for name in sorted(environment.names(entry).keys() & environment.names(site).keys()):
                file, hidden = environment.origin(entry, name), environment.origin(site, name)
                if folder(file) != folder(hidden):
                    of = environment.provider(name)
                    yield Seen(
                        name,
                        f"{file} is found before {hidden}" + (f", of {of}" if of else ""),
                        severity="note" if name in COMMON else None,
                        file=file,
                    )


@check(
    "LS143",
    "warning",
    "one module loaded twice under two names",
    detail="There are two modules of one file, each with its own classes and variables: what one of them "
    "sets the other does not see, and isinstance fails between them.",
    remedy="import it by one name everywhere; keep a package's own directory off sys.path; put what a script "
    "and others share into a module of its own",
    source="PEP 395; PEP 499",
)
def loaded_twice(environment: Environment) -> Iterator[Seen]:
    """Different modules of one source file, but for copies that are made on purpose, under another name."""
    by_file: dict[str, dict[int, list[str]]] = {}
    for name, module in sorted(environment.modules.items()):
        file = attribute_of(module, "__file__")
        spec_name = getattr(attribute_of(module, "__spec__"), "name", name)
        if spec_name != name and spec_name in environment.modules and name != "__main__":
            continue
        if isinstance(file, str) and file.endswith((*SOURCE_SUFFIXES, *BYTECODE_SUFFIXES)):
            by_file.setdefault(folder(file), {}).setdefault(id(module), []).append(name)
    for file, modules in by_file.items():
        if len(modules) > 1:
            names = sorted(names[0] for names in modules.values())
            yield Seen(" and ".join(names), f"both are {file}, each loaded from it", file=file)


@check(
    "LS144",
    "warning",
    "a portion that a package hides",
    detail="A directory without `__init__.py` is part of a namespace package only if no directory of that "
    "name on the path has one: the package that has it hides the others, wherever they stand.",
    remedy="delete the __init__.py, so that all are portions of one namespace package, or rename one of them",
    source="PEP 420; The Python Language Reference, 5.2.2 Namespace packages",
)
def hidden_portion(environment: Environment) -> Iterator[Seen]:
    """Directories along `sys.path`, and in namespace packages there."""
    yield from _hidden_portions(environment, "", tuple(dict.fromkeys(environment.entries())), _DEPTH)


@check(
    "LS145",
    "warning",
    "a lazy import whose module is not found",
    detail="A lazy import fails at its first use, wherever that is, not at the line that declares it.",
    remedy="install what has the module, or mend the name; ask why with python -m loadstone explain NAME",
    source="PEP 810",
)
def lost_lazy_import(environment: Environment) -> Iterator[Seen]:
    """Those that stand in loaded modules, on Python 3.15 and newer; they are not resolved."""
    for holder, bound, name, _ in standing():
        missing = _missing(environment, name)
        if missing is None:
            continue
        parent = missing.rpartition(".")[0]
        evidence = f"{name} is to be imported at the first use of {bound}, and {missing} is not found"
        if parent and parent not in environment.modules:
            yield Seen(f"{holder}.{bound}", f"{evidence} before {parent} is executed", severity="note")
        else:
            remedy = f"install what has the module, or mend the name; {asking('explain', missing)} says more"
            yield Seen(f"{holder}.{bound}", evidence, remedy)


@check(
    "LS146",
    "error",
    "a module that cannot be imported",
    detail="It was to be imported before the checks were made, and that failed. They have looked at what it "
    "had set up by then: among their findings may be the reason.",
    remedy="mend what the evidence names; python -m loadstone explain --load NAME says more",
    source="loadstone doctor --import",
)
def failed_import(environment: Environment) -> Iterator[Seen]:
    """Those of `--import`, with the line that raised the exception."""
    for name, error in environment.failures:
        where = ""
        file, line = "", 0
        for frame, number in traceback.walk_tb(error.__traceback__):
            code = frame.f_code
            if not is_ours(code.co_filename) and os.path.exists(code.co_filename):
                file, line = code.co_filename, number
                where = f", in {file}, line {line}"
        said = f"{type(error).__name__}: {error}".removesuffix(": ")
        remedy = f"mend what it names; {asking('explain', '--load', name)} says more"
        yield Seen(name, said + where, remedy, file=file, line=line)


def _missing(environment: Environment, name: str) -> str | None:
    """The first of the module `name` and its parents that is neither loaded nor found."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        one = ".".join(parts[:end])
        if one in environment.modules:
            is_there = environment.modules[one] is not None
        else:
            is_there = environment.find(one) is not None
        if not is_there:
            return one
    return None


def _ahead_of_standard_library(environment: Environment) -> Iterator[str]:
    for entry in dict.fromkeys(environment.entries()):
        if environment.is_standard_file(entry):
            return
        if os.path.basename(entry) != environment.standard_zip:
            yield entry


def _hidden_portions(
    environment: Environment, prefix: str, entries: tuple[str, ...], depth: int
) -> Iterator[Seen]:
    regular: dict[str, str] = {}
    plain: dict[str, list[str]] = {}
    for entry in entries:
        for name in _directories(entry):
            place = os.path.join(entry, name)
            initial = [f"__init__{suffix}" for suffix in all_suffixes()]
            if any(os.path.exists(os.path.join(place, file)) for file in initial):
                regular.setdefault(name, place)
            else:
                plain.setdefault(name, []).append(place)
    for name, places in sorted(plain.items()):
        full = f"{prefix}{name}"
        if name not in regular:
            if depth > 1 and len(places) > 1:
                yield from _hidden_portions(environment, f"{full}.", tuple(places), depth - 1)
            continue
        package = regular[name]
        joined = _joined(environment, full, package)
        for place in places:
            modules = modules_in(place)
            if modules and joined is not None and folder(place) not in joined:
                yield Seen(
                    full,
                    f"{package} hides {place}, where there is {', '.join(modules[:3])}",
                    severity="note" if name in COMMON else None,
                )


def _directories(entry: str) -> list[str]:
    try:
        with os.scandir(entry) as found:
            return [item.name for item in found if item.name.isidentifier() and item.is_dir()]
    except OSError:
        return []


def _joined(environment: Environment, name: str, package: str) -> set[str] | None:
    """The directories that a package has in its path; None if it is not loaded, and joins others itself."""
    path = attribute_of(environment.modules.get(name), "__path__")
    if path is not None:
        return {folder(entry) for entry in path if isinstance(entry, str)}
    try:
        with open(os.path.join(package, "__init__.py"), "rb") as stream:
            source = stream.read()
    except OSError:
        return set()
    return None if any(sign in source for sign in JOINS) else set()


def modules_in(place: str) -> list[str]:
    """The modules in a directory without `__init__.py`; none where it looks like a project of its own."""
    try:
        files = sorted(os.listdir(place))
    except OSError:
        return []
    if _PROJECT.intersection(files):
        return []
    return [
        file
        for file in files
        if file.endswith(tuple(all_suffixes())) or os.path.exists(os.path.join(place, file, "__init__.py"))
    ]
