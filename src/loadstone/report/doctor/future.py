"""Checks of code that newer Pythons break: what it uses has gone, or will go."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterable, Iterator, Sequence, Set
from itertools import islice
from types import FunctionType, MethodType
from typing import Any

import attrs

from ..._core.compiler import takes_name
from ...framework.kinds import attribute_of, is_standard, kind_of, qualified
from ..index import DISTRIBUTIONS
from ..known import LEFT, REMOVED
from ..places import is_ours
from .chain import some
from .check import Seen, check
from .environment import Environment, locations_of
from .records import Severity

_MOST = 2000


@attrs.frozen
class _Use:
    version: tuple[int, ...]
    """Of the Python that is the first without it."""
    instead: str
    owner: str = "Python"


_MODULES = {
    **{name: _Use(version, instead) for name, (version, instead) in REMOVED.items()},
    **{name: _Use(*LEFT[name], DISTRIBUTIONS[name][0]) for name in LEFT},
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
_MOST_ARGUMENTS = {"find_module": 2, "find_loader": 1, "load_module": 1}
_IMPORTER = re.compile(r"finder|importer|loader|hook", re.I)
_ABSTRACT = {"Finder", "Loader", "MetaPathFinder", "PathEntryFinder", "InspectLoader", "ResourceLoader"}
_OF_LOADERS = {"create_module", "exec_module", "get_code", "get_data", "get_source", "load_module"}
_NAMED = (3, 15)
"""The Python that passes the module's name to `source_to_code`."""
_CACHED = _Use((3, 15), "__spec__.cached")
_SIGNS = re.compile(
    "|".join(
        [rf"\b(?:{'|'.join(_MODULES)})\b", "__cached__", *_METHODS, *(name for _, name in _FUNCTIONS)]
    ).encode()
)
_GUARDS = {
    "version_info",
    "hexversion",
    "python_version",
    "python_version_tuple",
    "hasattr",
    "find_spec",
    "TYPE_CHECKING",
}
_VERSION_NAME = re.compile(r"(is_)?(py|python)_?\d", re.I)
_INSTALL = {"meta_path", "path_hooks"}
_ABOUT_IMPORTS = {"importlib", "pkgutil", "imp", "zipimport", *_INSTALL}
_TESTS = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Attribute, ast.Subscript)
_ENDS = (ast.Return, ast.Raise, ast.Continue, ast.Break)
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
            if what not in environment.once(_backports) and not {use.owner, what} & {*file.split(os.sep)}:
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
                file=file,
                line=min(lines),
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
        if not _is_called_by_importlib(kind):
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
                yield Seen(file, evidence, severity=severity, file=file, line=method.lineno)


def _is_called_by_importlib(kind: type) -> bool:
    """Whether it is importlib's `get_code`, if any, that calls the `source_to_code` of a loader's class."""
    for parent in kind.__mro__:
        method = vars(parent).get("get_code")
        if method is None:
            continue
        code = getattr(getattr(method, "__func__", method), "__code__", None)
        # One's own may still call that of its parent.
        if is_standard(parent) or code is None or "get_code" not in code.co_names:
            return is_standard(parent)
    return True


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
    if "get_code" in own and "get_code" not in _names(own["get_code"]):
        return None  # importlib's, which passes the name, is not called
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
        if isinstance(file, str) and not is_standard(finder) and not is_ours(file):
            yield file
    for entry in dict.fromkeys(environment.local_entries()):
        for name, is_package in sorted(environment.names(entry).items()):
            origin = environment.origin(entry, name)
            if not is_ours(origin):
                yield from _sources([os.path.dirname(origin) if is_package else origin])


def _places(environment: Environment, name: str) -> list[str]:
    spec: Any = environment.find(name)
    locations = spec.submodule_search_locations
    if locations is None:
        return [str(spec.origin)]
    return locations_of(locations)


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
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                modules[alias.asname or alias.name] = alias.name
                used.add(alias.name.partition(".")[0])
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            used.update([node.module.partition(".")[0], *(alias.name for alias in node.names)])
            if node.module == "importlib":
                modules.update((each.asname or each.name, f"importlib.{each.name}") for each in node.names)
        elif isinstance(node, ast.Attribute):
            used.add(node.attr)
    for node in _unguarded_below(tree):
        yield from _uses_of(node, modules, used)


def _unguarded_below(tree: ast.Module) -> Iterator[ast.AST]:
    """Every node, but what an `if`, a `try` and the like take care of."""
    guards = _GUARDS | _told_by_version(tree)
    waiting: list[ast.AST] = _unguarded_part(tree.body, guards)
    while waiting:
        node = waiting.pop()
        yield node
        waiting += _unguarded(node, guards)


def _told_by_version(tree: ast.Module) -> set[str]:
    """The names of what a test of the version says."""
    told: set[str] = set()
    for node in ast.walk(tree):
        # What a function makes of the version is no test of it.
        if isinstance(node, ast.Assign) and isinstance(node.value, _TESTS) and _asks(node.value, _GUARDS):
            told.update(*map(_names, node.targets))
    return told


def _asks(node: ast.AST, guards: Set[str]) -> bool:
    """Whether an expression asks for the version, or for what is there."""
    names = _names(node)
    is_guard = bool(names & guards) or {"sys", "modules"} <= names
    return is_guard or any(_VERSION_NAME.match(name) for name in names)


def _unguarded(node: ast.AST, guards: Set[str]) -> list[ast.AST]:
    """What stands below a node, but what an `if`, a `try` and the like there takes care of."""
    asks: Iterable[ast.AST] = ()
    if isinstance(node, (ast.If, ast.IfExp, ast.While)):
        asks = [node.test]
    elif isinstance(node, ast.BoolOp):
        asks = node.values[:-1]
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        asks = node.decorator_list  # of a test that some versions skip
    if isinstance(node, ast.Try) and any(_catches(handler.type) for handler in node.handlers):
        return []
    if isinstance(node, ast.With) and any(_suppresses(item.context_expr) for item in node.items):
        return []
    if any(_asks(each, guards) for each in asks):
        return []
    below: list[ast.AST] = []
    for _, value in ast.iter_fields(node):
        if isinstance(value, list):
            below += _unguarded_part([each for each in value if isinstance(each, ast.AST)], guards)
        elif isinstance(value, ast.AST):
            below.append(value)
    return below


def _unguarded_part(body: Sequence[ast.AST], guards: Set[str]) -> list[ast.AST]:
    """The statements until one that goes no further on some versions."""
    for place, node in enumerate(body):
        if isinstance(node, ast.If) and _asks(node.test, guards) and isinstance(node.body[-1], _ENDS):
            return list(body[:place])
    return list(body)


def _catches(errors: ast.expr | None) -> bool:
    return errors is None or bool(_names(errors) & _CAUGHT)


def _suppresses(context: ast.expr) -> bool:
    is_one = isinstance(context, ast.Call) and "suppress" in _names(context.func)
    return is_one and bool(_names(context) & _CAUGHT)


def _names(node: ast.AST) -> set[str]:
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _uses_of(node: Any, modules: dict[str, str], used: Set[str]) -> Iterator[tuple[int, str, _Use]]:
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
        is_importer_s = used & _ABOUT_IMPORTS and len(node.args) <= _MOST_ARGUMENTS[node.func.attr]
        if is_importer_s and _IMPORTER.search(ast.unparse(node.func.value)):
            use = attrs.evolve(_METHODS[node.func.attr][0], instead=_CALLS[node.func.attr])
            yield node.lineno, f"{node.func.attr}()", use
    elif isinstance(node, ast.ClassDef):
        for method, (use, other) in _METHODS.items():
            own = _old_method(node, method, other, used)
            if own is not None:
                yield own.lineno, f"{method}, without {other}", use


def _old_method(node: ast.ClassDef, name: str, other: str, used: Set[str]) -> ast.FunctionDef | None:
    """The method `name` of an importer's class that has not the `other`, which came in its place.

    Plugins have finders and loaders, too: an importer's can be called as the import system does, and the
    class has another method of importers, is derived from an abstract one, or stands in a file that installs
    importers; or the method calls the name what the protocol calls it.
    """
    own = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
    bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases} - {"object"}
    method = own.get(name)
    if method is None or other in own or bases - _ABSTRACT:
        return None
    arguments = [*method.args.posonlyargs, *method.args.args][1:]
    least = len(arguments) - len(method.args.defaults)
    if not arguments or least > _MOST_ARGUMENTS[name]:
        return None
    is_importer = (
        bool(bases or used & _INSTALL)
        or arguments[0].arg == "fullname"
        or bool(own.keys() & {*_METHODS, *_OF_LOADERS} - {name})
    )
    return method if is_importer and _IMPORTER.search(" ".join([node.name, *bases])) else None


def _is_dotted(node: ast.AST) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)
