"""Checks of editable installs: of which kind they are, and what is in their way."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from typing import Any

import attrs

from ...distributions import Installed
from ..places import folder
from ..remedy import editable as editable_command
from .check import Seen, check
from .environment import Environment
from .start import lines_of

_IMPORT = re.compile(r"^import\s+(\w+)")
_ENTRY_POINT = re.compile(r"^(\w+)")
_KINDS = (
    ("__editable___", "setuptools' finder"),
    ("ScikitBuild", "scikit-build-core's finder"),
    ("Meson", "meson-python's finder"),
    ("editables.redirector", "the finder of the package editables"),
)


@attrs.frozen
class _Editable:
    name: str
    kind: str
    """How its modules are found."""
    project: str
    """The directory that it was installed from."""
    modules: dict[str, str]
    """The top-level modules that are known to be its, and where the project has them: empty if not known."""
    own: frozenset[str]
    """The files that were installed for it."""
    lost: dict[str, str] = attrs.field(factory=dict)
    """The modules that are not where its finder looks for them, and where that is."""


@check(
    "LS131",
    "note",
    "an editable install",
    detail="Its modules are imported from the project's directory, as they are there; what the wheel of the "
    "project would hold may differ.",
    remedy="none is needed; python -m pip install . makes it an ordinary install",
    source="PEP 660; importlib.metadata, direct_url.json",
)
def installed(environment: Environment) -> Iterator[Seen]:
    """All there are."""
    for editable in environment.once(_editables):
        modules = ", ".join(editable.modules) or "no modules that could be told"
        yield Seen(editable.name, f"from {editable.project}, by {editable.kind}: {modules}")


@check(
    "LS132",
    "error",
    "an editable install whose project is gone",
    detail="The distribution counts as installed, but its modules cannot be imported.",
    remedy="install it again from where the project is now, or uninstall it",
    source="PEP 660",
)
def gone(environment: Environment) -> Iterator[Seen]:
    """Those whose project's directory is not there, or modules of which have moved within it."""
    for editable in environment.once(_editables):
        if not os.path.isdir(editable.project):
            yield Seen(editable.name, f"there is no directory {editable.project}")
            continue
        for name, place in editable.lost.items():
            evidence = f"there is no {place}, where its finder looks for {name}"
            yield Seen(editable.name, evidence, editable_command(editable.project))


@check(
    "LS133",
    "warning",
    "an editable install and another copy of its module",
    detail="Only one of the two is imported, and which one depends on the order of the chain and of "
    "`sys.path`.",
    remedy="uninstall or rename the copy that is not wanted",
    source="PEP 660",
)
def other_copy(environment: Environment) -> Iterator[Seen]:
    """Modules of the same names on `sys.path`, outside the project."""
    for editable in environment.once(_editables):
        root = folder(editable.project) + os.sep
        for name in editable.modules:
            spec = environment.find(name)
            used = str(spec.origin) if spec is not None and spec.origin else ""
            for entry in environment.entries():
                if name not in environment.names(entry):
                    continue
                copy = environment.origin(entry, name)
                if folder(copy).startswith(root) or folder(copy) in editable.own:
                    continue
                which = f"import {name} gives {used or 'a namespace package'}"
                if used and folder(copy) == folder(used):
                    owners = {str(one.name) for one in environment.providers(name)} - {editable.name}
                    of = f", of {', '.join(sorted(owners))}" if owners else ""
                    hidden = editable.modules[name] or f"that of the project in {editable.project}"
                    yield Seen(
                        f"{name}, of {editable.name}", f"{which}{of}; there is {hidden} too", file=copy
                    )
                else:
                    yield Seen(f"{name}, of {editable.name}", f"{which}; there is {copy} too", file=copy)


def _editables(environment: Environment) -> list[_Editable]:
    """The editable installs, by their ``direct_url.json`` or ``.egg-link``."""
    found = []
    for distribution in environment.distributions():
        project = distribution.project
        if project is not None:
            found.append(_described(environment, distribution, project))
    for site in environment.sites:
        for file in sorted(environment.listing(site)):
            if file.endswith(".egg-link"):
                found.append(_linked(environment, site, file))
    return found


def _linked(environment: Environment, site: str, file: str) -> _Editable:
    """An editable install of old: a file whose first line is the project's directory."""
    lines = lines_of(os.path.join(site, file))
    project = lines[0][1] if lines else site
    modules = _modules_of(environment, project)
    return _Editable(file.removesuffix(".egg-link"), "an egg-link", project, modules, frozenset())


def _described(environment: Environment, distribution: Installed, project: str) -> _Editable:
    """What the files that were installed for it say."""
    files = [distribution.place_of(file) for file in distribution.files]
    endings = (".pth", ".start") if environment.version >= (3, 15) else (".pth",)
    lost: dict[str, str] = {}
    kind, modules = "", dict.fromkeys(distribution.text("top_level.txt").split(), "")
    for file in files:
        for _, line in lines_of(file) if file.endswith(endings) else ():
            imported = (_IMPORT if file.endswith(".pth") else _ENTRY_POINT).match(line)
            if imported is None:
                kind = kind or "a .pth file"
                place = os.path.join(os.path.dirname(file), line)
                modules.update(_modules_of(environment, place))
            else:
                finder = os.path.join(os.path.dirname(file), f"{imported[1]}.py")
                source = _read(finder)
                signs = [name for sign, name in _KINDS if sign in source or sign in finder]
                kind = signs[0] if signs else f"the finder {imported[1]}"
                for module, where in _mapped(source).items():
                    modules[module] = _file(where)
                    if os.path.isabs(where) and not modules[module]:
                        lost[module] = where
    modules = {
        name: where or _guess(project, name)
        for name, where in sorted(modules.items())
        if name.isidentifier() and name not in ("setup", "conftest")
    }
    own = frozenset(map(folder, files))
    name = distribution.name or os.path.basename(project)
    return _Editable(name, kind or "a way of its own", project, modules, own, lost)


def _modules_of(environment: Environment, place: str) -> dict[str, str]:
    """The modules in a directory that is a path entry, and where they are."""
    if place not in environment.entries():
        return {}
    return {name: environment.origin(place, name) for name in environment.names(place)}


def _guess(project: str, name: str) -> str:
    """Where a project most often has a module, if it is there."""
    for folder_ in ("src", ""):
        for file in (os.path.join(name, "__init__.py"), f"{name}.py", name):
            guess = os.path.join(project, folder_, file)
            if os.path.exists(guess):
                return guess
    return ""


def _read(file: str) -> str:
    try:
        with open(file, encoding="utf-8") as stream:
            return stream.read()
    except (OSError, UnicodeDecodeError):
        return ""


def _mapped(source: str) -> dict[str, str]:
    """The top-level modules that the source of a finder names: in its first collection of names.

    And where they are, if that is said there too.
    """
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    tables: list[Any] = [
        node.value
        for node in nodes
        if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "MAPPING"
    ]
    for call in nodes:
        if isinstance(call, ast.Call):
            by_name = isinstance(call.func, ast.Attribute) and call.func.attr == "map_module"
            tables += [ast.Dict([*call.args[:1]], call.args[1:2])] if by_name else call.args
    for table in tables:
        try:
            names = ast.literal_eval(table)
        except (ValueError, TypeError, RecursionError, MemoryError):
            continue
        if isinstance(names, (dict, set)) and names and all(isinstance(name, str) for name in names):
            places = names if isinstance(names, dict) else dict.fromkeys(names, "")
            found = {name.partition(".")[0]: "" for name in names}
            said = {name: place for name, place in places.items() if isinstance(place, str)}
            return found | {name: place for name, place in said.items() if name in found}
    return {}


def _file(place: str) -> str:
    """The file of a module by what a finder has for it: a file, a directory, or a file without its ending."""
    if not place:
        return ""
    candidates = (os.path.join(place, "__init__.py"), f"{place}.py", place)
    return next((file for file in candidates if os.path.exists(file)), "")
