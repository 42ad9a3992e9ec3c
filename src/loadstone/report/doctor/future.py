"""Checks of code that newer Pythons break: what it uses has gone, or will go."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from types import FunctionType, MethodType
from typing import Any

import attrs

import loadstone

from ..._core.compiler import takes_name
from ..kinds import attribute_of, is_standard, kind_of, qualified
from ..known import REMOVED
from ..places import folder
from .chain import some
from .check import Seen, check
from .environment import Environment
from .records import Severity

_MOST = 2000
_OWN = folder(os.path.dirname(loadstone.__file__)) + os.sep


@attrs.frozen
class _Use:
    version: tuple[int, ...]
    """Of the Python that is the first without it."""
    instead: str
    owner: str = "Python"


_MODULES = {
    **{name: _Use(version, instead) for name, (version, instead) in REMOVED.items()},
    "pkg_resources": _Use((82,), "importlib.resources and importlib.metadata", "setuptools"),
}
_FUNCTIONS = {
    ("importlib", "find_loader"): _Use((3, 12), "importlib.util.find_spec"),
    ("importlib.util", "set_package"): _Use((3, 12), "module_from_spec"),
    ("importlib.util", "set_loader"): _Use((3, 12), "module_from_spec"),
    ("importlib.util", "module_for_loader"): _Use((3, 12), "exec_module"),
    ("pkgutil", "ImpImporter"): _Use((3, 12), "importlib.machinery.FileFinder"),
    ("pkgutil", "ImpLoader"): _Use((3, 12), "importlib.machinery.SourceFileLoader"),
    ("pkgutil", "find_loader"): _Use((3, 14), "importlib.util.find_spec"),
    ("pkgutil", "get_loader"): _Use((3, 14), "importlib.util.find_spec"),
    ("importlib.abc", "ResourceReader"): _Use((3, 14), "importlib.resources.abc"),
    ("importlib.abc", "Traversable"): _Use((3, 14), "importlib.resources.abc"),
    ("importlib.abc", "TraversableResources"): _Use((3, 14), "importlib.resources.abc"),
}
_METHODS = {
    "find_module": (_Use((3, 12), "find_spec"), "find_spec"),
    "find_loader": (_Use((3, 12), "find_spec"), "find_spec"),
    "load_module": (_Use((3, 15), "create_module and exec_module"), "exec_module"),
}
_CALLS = {"find_module": "find_spec", "load_module": "importlib.util.module_from_spec, then exec_module"}
_IMPORTER = re.compile(r"finder|importer|loader|hook", re.I)
_PLAIN_BASES = {"object", "Finder", "Loader", "MetaPathFinder", "PathEntryFinder"}
_OF_LOADERS = {"create_module", "exec_module", "get_code", "get_data", "get_source", "load_module"}
_NAMED = (3, 15)
"""The Python that passes the module's name to `source_to_code`."""
_CACHED = _Use((3, 15), "__spec__.cached")
_SIGNS = re.compile(
    "|".join(
        [rf"\b(?:{'|'.join(_MODULES)})\b", "__cached__", *_METHODS, *(name for _, name in _FUNCTIONS)]
    ).encode()
)
_GUARDS = {"sys.version_info", "version_info", "hasattr", "TYPE_CHECKING", "PY2", "PY3", "hexversion"}
_CAUGHT = {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception", "BaseException"}


@check(
    "LS171",
    "warning",
    "a loader with load_module only",
    detail="The import system falls back to `load_module` where a loader has no `exec_module`, with a "
    "warning; that is to end with Python 3.15.",
    remedy="give the loader create_module and exec_module; or upgrade its package",
    source="importlib.abc.Loader.load_module; Pending removal in Python 3.15",
)
def load_module_only(environment: Environment) -> Iterator[Seen]:
    """The loaders of modules that are loaded."""
    found: dict[type, list[str]] = {}
    for name, module in sorted(environment.modules.items()):
        loader = getattr(attribute_of(module, "__spec__"), "loader", None) or attribute_of(
            module, "__loader__"
        )
        if loader is None or is_standard(loader) or hasattr(loader, "exec_module"):
            continue
        if hasattr(loader, "load_module"):
            found.setdefault(kind_of(loader), []).append(name)
    for kind, names in found.items():
        yield Seen(qualified(kind), f"has load_module, not exec_module; loaded {', '.join(names[:5])}")


@check(
    "LS172",
    "warning",
    "code that will break on a newer Python",
    detail="It uses what a newer Python has no more, and does not ask for the version, or catch the error. "
    "It is an error where this Python has it no more.",
    remedy="use what is there in its place, or upgrade the package",
    source="What's New in Python 3.12, 3.14, and 3.15",
)
def removed(environment: Environment) -> Iterator[Seen]:
    """In the local modules, in those of the chain's finders, and in the packages to be scanned."""
    for file, tree in _trees(environment, _SIGNS):
        found: dict[tuple[str, _Use], set[int]] = {}
        for line, what, use in _uses(tree):
            if what not in environment.once(_backports):
                found.setdefault((what, use), set()).add(line)
        for (what, use), lines in found.items():
            gone = use.owner == "Python" and environment.version >= use.version
            version = ".".join(map(str, use.version))
            yield Seen(
                file,
                f"line {', '.join(map(str, sorted(lines)))}: {what} "
                f"{'is gone since' if gone else 'goes with'} {use.owner} {version}",
                remedy=use.instead and f"use {use.instead}, not {what}",
                severity="error" if gone else "warning",
            )


@check(
    "LS173",
    "warning",
    "a source_to_code that does not take the module's name",
    detail="Since Python 3.15 importlib calls `loader.source_to_code(data, path, fullname)`, which one with "
    "two parameters answers with a TypeError: no module can be imported by such a loader. It is an error "
    "where this Python passes the name.",
    remedy="give the method a third parameter fullname=None, and pass it on where the parent's takes it; or "
    "upgrade its package",
    source="importlib.abc.InspectLoader.source_to_code; What's New in Python 3.15",
)
def nameless(environment: Environment) -> Iterator[Seen]:
    """The loaders of modules that are loaded and those of path entries; and in source, where LS172 looks."""
    severity: Severity = "error" if environment.version >= _NAMED else "warning"
    found: dict[type, list[str]] = {}
    for name, module in sorted(environment.modules.items()):
        loader = getattr(attribute_of(module, "__spec__"), "loader", None) or attribute_of(
            module, "__loader__"
        )
        if loader is not None:
            found.setdefault(kind_of(loader), []).append(name)
    for finder in environment.path_importer_cache.values():
        for _, kind in getattr(finder, "_loaders", ()):
            if isinstance(kind, type):
                found.setdefault(kind, [])
    for kind, names in found.items():
        owner = next((parent for parent in kind.__mro__ if "source_to_code" in vars(parent)), None)
        if owner is None or is_standard(owner) or _takes_name(vars(owner)["source_to_code"]):
            continue
        loaded = f"; loaded {some(names)}" if names else ""
        yield Seen(
            qualified(kind), f"takes data and path only, in {qualified(owner)}{loaded}", severity=severity
        )
    for file, tree in _trees(environment, re.compile(b"source_to_code")):
        for node in _unguarded_below(tree):
            method = _nameless_method(node)
            if method is not None:
                evidence = f"line {method.lineno}: source_to_code({ast.unparse(method.args)}) takes no name"
                yield Seen(file, evidence, severity=severity)


def _takes_name(method: Any) -> bool:
    """Whether what a class has as `source_to_code` takes a name, called on an instance."""
    if isinstance(method, FunctionType):
        method = MethodType(method, object())
    return takes_name(getattr(method, "__func__", method) if isinstance(method, staticmethod) else method)


def _nameless_method(node: ast.AST) -> ast.FunctionDef | None:
    """The `source_to_code` of the class that `node` defines, if it is a loader's and takes no name."""
    if not isinstance(node, ast.ClassDef):
        return None
    own = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    method = own.get("source_to_code")
    words = [node.name, *map(ast.unparse, node.bases)]
    if method is None or not (_OF_LOADERS & own.keys() or _IMPORTER.search(" ".join(words))):
        return None
    is_static = any(ast.unparse(each) == "staticmethod" for each in method.decorator_list)
    count = len(method.args.posonlyargs) + len(method.args.args) - (not is_static)
    return None if method.args.vararg or count > 2 else method


def _trees(environment: Environment, signs: re.Pattern[bytes]) -> Iterator[tuple[str, ast.Module]]:
    """The source files to look at that have one of the signs, parsed."""
    for file in islice(dict.fromkeys(_to_be_read(environment)), _MOST):
        try:
            with open(file, "rb") as stream:
                source = stream.read()
            if signs.search(source):
                yield file, ast.parse(source)
        except (OSError, SyntaxError, ValueError, RecursionError):
            continue


def _to_be_read(environment: Environment) -> Iterator[str]:
    """The source files to look at."""
    for name in environment.scan:
        yield from _sources(_places(environment, name))
    for finder in environment.finders:
        module = environment.modules.get(kind_of(finder).__module__)
        file = attribute_of(module, "__file__")
        if isinstance(file, str) and not is_standard(finder) and not _is_ours(file):
            yield file
    for entry in dict.fromkeys(environment.local_entries()):
        for name, is_package in sorted(environment.names(entry).items()):
            origin = environment.origin(entry, name)
            if not _is_ours(origin):
                yield from _sources([os.path.dirname(origin) if is_package else origin])


def _is_ours(file: str) -> bool:
    return folder(file).startswith(_OWN)


def _places(environment: Environment, name: str) -> list[str]:
    spec: Any = environment.find(name)
    locations = spec.submodule_search_locations
    if locations is None:
        return [str(spec.origin)]
    return list(getattr(locations, "_path", locations))


def _sources(places: Iterable[str]) -> Iterator[str]:
    for place in places:
        if place.endswith(".py"):
            yield place
        for parent, folders, files in os.walk(place):
            folders[:] = sorted(name for name in folders if name.isidentifier())
            yield from (os.path.join(parent, file) for file in sorted(files) if file.endswith(".py"))


def _backports(environment: Environment) -> set[str]:
    """Modules that the standard library has lost, or will, and another path entry has."""
    entries = [entry for entry in environment.entries() if not environment.is_standard_file(entry)]
    return {name for entry in entries for name in environment.names(entry).keys() & REMOVED.keys()}


def _uses(tree: ast.Module) -> Iterator[tuple[int, str, _Use]]:
    """What the source uses of what goes away: line, name, and what is known of it; guarded uses left out."""
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                modules[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom) and node.module == "importlib":
            for alias in node.names:
                modules[alias.asname or alias.name] = f"importlib.{alias.name}"
    for node in _unguarded_below(tree):
        yield from _uses_of(node, modules)


def _unguarded_below(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node, but what an `if` or a `try` takes care of."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        yield node
        waiting += _unguarded(node)


def _unguarded(node: ast.AST) -> list[ast.AST]:
    """What stands below a node, but what an `if` or a `try` there takes care of."""
    if isinstance(node, (ast.If, ast.IfExp)) and _names(node.test) & _GUARDS:
        return []
    if isinstance(node, ast.Try) and any(_catches(handler) for handler in node.handlers):
        return []
    return list(ast.iter_child_nodes(node))


def _catches(handler: ast.ExceptHandler) -> bool:
    return handler.type is None or bool(_names(handler.type) & _CAUGHT)


def _names(node: ast.AST) -> set[str]:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _uses_of(node: Any, modules: dict[str, str]) -> Iterator[tuple[int, str, _Use]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            head = alias.name.partition(".")[0]
            if head in _MODULES:
                yield node.lineno, head, _MODULES[head]
    elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
        head = node.module.partition(".")[0]
        if head in _MODULES:
            yield node.lineno, head, _MODULES[head]
        for alias in node.names:
            use = _FUNCTIONS.get((node.module, alias.name))
            if use is not None:
                yield node.lineno, f"{node.module}.{alias.name}", use
    elif isinstance(node, ast.Attribute):
        module = modules.get(ast.unparse(node.value), "") if _is_dotted(node.value) else ""
        use = _FUNCTIONS.get((module, node.attr))
        if use is not None:
            yield node.lineno, f"{module}.{node.attr}", use
        elif node.attr == "__cached__":
            yield node.lineno, node.attr, _CACHED
    elif isinstance(node, ast.Name) and node.id == "__cached__":
        yield node.lineno, node.id, _CACHED
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CALLS:
        if _IMPORTER.search(ast.unparse(node.func.value)):
            use = attrs.evolve(_METHODS[node.func.attr][0], instead=_CALLS[node.func.attr])
            yield node.lineno, f"{node.func.attr}()", use
    elif isinstance(node, ast.ClassDef):
        own = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
        if bases <= _PLAIN_BASES and _IMPORTER.search(" ".join([node.name, *bases])):
            for name, (use, other) in _METHODS.items():
                if name in own and other not in own:
                    yield own[name].lineno, f"{name}, without {other}", use


def _is_dotted(node: ast.AST) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
