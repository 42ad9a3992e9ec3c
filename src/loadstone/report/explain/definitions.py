"""What source files define at their top, read and not executed."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from itertools import islice
from types import ModuleType

__all__ = ["defining", "definitions_of"]

_MOST_FILES = 400
_LARGEST = 1_000_000


def definitions_of(file: str) -> frozenset[str]:
    """The functions, classes and variables that a source file defines; none where it cannot be read."""
    try:
        if os.path.getsize(file) > _LARGEST:
            return frozenset()
        with open(file, "rb") as source:
            tree = ast.parse(source.read(), file)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    return frozenset(_defined(tree.body))


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, (ast.Assign, ast.AnnAssign)):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, (ast.If, ast.Try)):
            yield from _defined([*node.body, *node.orelse])
            for handler in node.handlers if isinstance(node, ast.Try) else ():
                yield from _defined(handler.body)


def defining(module: str, name: str) -> list[str]:
    """The modules in the package that `module` is in whose source defines `name`: those for others first."""
    top = module.partition(".")[0]
    package = sys.modules.get(top)
    found = []
    for root in _roots(package):
        for file in islice(_sources(root), _MOST_FILES):
            if _mentions(file, name) and name in definitions_of(file):
                parts = os.path.relpath(file, root).removesuffix(".py").split(os.sep)
                found.append(".".join([top, *parts]).removesuffix(".__init__"))
    return sorted(found, key=lambda one: ("._" in one, "test" in one, one.count("."), one))


def _roots(package: ModuleType | None) -> list[str]:
    try:
        return [root for root in package.__path__ if isinstance(root, str)] if package is not None else []
    except Exception:  # of no package, or one whose path is made by others
        return []


def _sources(root: str) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name.isidentifier() and name != "__pycache__")
        yield from (os.path.join(folder, file) for file in sorted(files) if file.endswith(".py"))


def _mentions(file: str, name: str) -> bool:
    """Whether the name is in the file at all, which is far quicker to see than what it defines."""
    try:
        with open(file, "rb") as source:
            return name.encode() in source.read(_LARGEST)
    except OSError:
        return False
