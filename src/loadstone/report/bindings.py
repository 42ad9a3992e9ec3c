"""What a module's source binds and uses, and where: read, not executed."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from itertools import islice
from types import ModuleType

from .._core.versions import EVALUATES_ANNOTATIONS

__all__ = ["Bindings", "bindings_of", "defining"]

_LARGEST = 4_000_000
_MOST_FILES = 400
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Bindings:
    """The names that a module has when it has been executed, as far as its source shows."""

    def __init__(self, tree: ast.Module, name: str, is_package: bool) -> None:
        """Of the module `name`."""
        self.name = name
        self.lines: dict[str, list[int]] = {}
        """Where each name is bound, in order; at the end of the statement that binds it."""
        self._submodules: dict[str, int] = {}
        self._imports: dict[str, int] = {}
        self._opens: list[int] = []
        self._tree = tree
        self._package = name if is_package else name.rpartition(".")[0]
        self._is_package = is_package
        for node in _at_top(tree):
            self._look_at(node)
        for lines in self.lines.values():
            lines.sort()

    def has(self, name: str) -> bool:
        """Whether it binds the name, and not only by importing a submodule of its own that is called so."""
        return len(self.lines.get(name, ())) > self._submodules.get(name, 0)

    def defines(self, name: str) -> bool:
        """Whether it binds the name itself, and not only by an import."""
        return len(self.lines.get(name, ())) > self._imports.get(name, 0)

    def is_bound_after(self, name: str, line: int) -> int | None:
        """The first line below `line` at which the name is bound; None if there is none."""
        return next((bound for bound in self.lines.get(name, ()) if bound > line), None)

    def may_get_after(self, line: int) -> bool:
        """Whether names that do not show may come below `line`.

        By an import of everything, `__getattr__`, `globals()` or another module in its own place.
        """
        return any(opened > line for opened in self._opens)

    def import_at(self, line: int) -> ast.Import | ast.ImportFrom | None:
        """The import statement in the body of the module that stands at the line."""
        return next((node for node in self.imports() if _first(node) <= line <= _last(node)), None)

    def imports(self) -> Iterator[ast.Import | ast.ImportFrom]:
        """The import statements in the body of the module."""
        for node in _at_top(self._tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node

    def bound_by(self, node: ast.Import | ast.ImportFrom) -> list[str]:
        """The names that an import statement binds."""
        return [_bound_name(node, alias) for alias in node.names]

    def users_of(self, names: list[str]) -> tuple[list[int], list[str]]:
        """Where one of the names is used: the lines in the body of the module, and the functions.

        Annotations that are not evaluated do not count.
        """
        lines: list[int] = []
        functions: dict[str, None] = {}
        for node, function in _uses(self._tree, None, self._evaluates_annotations):
            if node.id in names:
                if function is None:
                    lines.append(node.lineno)
                else:
                    functions[function] = None
        return sorted(lines), list(functions)

    def is_annotation(self, names: list[str]) -> bool:
        """Whether an annotation names one of them, which is not evaluated."""
        if self._evaluates_annotations:
            return False
        everywhere = [node for node, _ in _uses(self._tree, None, True) if node.id in names]
        return len(everywhere) > len([0 for node, _ in _uses(self._tree, None, False) if node.id in names])

    @property
    def _evaluates_annotations(self) -> bool:
        return EVALUATES_ANNOTATIONS and not any(
            isinstance(node, ast.ImportFrom)
            and node.module == "__future__"
            and any(alias.name == "annotations" for alias in node.names)
            for node in self._tree.body
        )

    def _look_at(self, node: ast.AST) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self._bind(node.name, node)
            if node.name == "__getattr__":
                self._opens.append(_last(node))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                self._bind(_bound_name(node, alias), node)
                self._bind_submodule(alias.name, node)
        elif isinstance(node, ast.ImportFrom):
            self._look_at_from(node)
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                self._bind(node.id, node)
            elif node.id in ("globals", "vars", "setattr", "exec", "__dict__"):
                self._opens.append(_last(node))
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar):
            if node.name is not None:
                self._bind(node.name, node)
        elif isinstance(node, ast.MatchMapping):
            if node.rest is not None:
                self._bind(node.rest, node)
        elif isinstance(node, ast.Attribute) and node.attr == "modules":
            self._opens.append(_last(node))  # sys.modules, in which it may replace itself

    def _look_at_from(self, node: ast.ImportFrom) -> None:
        source = node.module or ""
        if node.level:
            parts = self._package.split(".")
            anchor = parts[: len(parts) - node.level + 1]
            source = ".".join([*anchor, source] if source else anchor)
        for alias in node.names:
            if alias.name == "*":
                self._opens.append(_last(node))
            elif source == self.name and self._is_package and alias.asname in (None, alias.name):
                self._bind_imported(alias.name, node)
            else:
                self._bind(alias.asname or alias.name, node)
        self._bind_submodule(source, node)

    def _bind_submodule(self, module: str, node: ast.stmt) -> None:
        """A submodule that is imported becomes an attribute of its package, whoever imports it."""
        if self._is_package and module.startswith(f"{self.name}."):
            self._bind_imported(module[len(self.name) + 1 :].partition(".")[0], node)

    def _bind_imported(self, name: str, node: ast.AST) -> None:
        self._submodules[name] = self._submodules.get(name, 0) + 1
        self._bind(name, node)

    def _bind(self, name: str, node: ast.AST) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self._imports[name] = self._imports.get(name, 0) + 1
        self.lines.setdefault(name, []).append(_last(node))


def _first(node: ast.AST) -> int:
    return int(getattr(node, "lineno", 0))


def _last(node: ast.AST) -> int:
    return int(getattr(node, "end_lineno", None) or _first(node))


def _bound_name(node: ast.Import | ast.ImportFrom, alias: ast.alias) -> str:
    if alias.asname is not None:
        return alias.asname
    return alias.name.partition(".")[0] if isinstance(node, ast.Import) else alias.name


def _at_top(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes whose bindings are the module's: none in the bodies of functions and classes."""
    for child in ast.iter_child_nodes(node):
        yield child
        if isinstance(child, (*_SCOPES, ast.ClassDef)):
            continue
        if isinstance(child, ast.If) and _is_for_checkers(child.test):
            for part in child.orelse:
                yield part
                yield from _at_top(part)
            continue
        yield from _at_top(child)


def _is_for_checkers(test: ast.expr) -> bool:
    """Whether what follows is for type checkers, and never executed."""
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


def _uses(node: ast.AST, function: str | None, annotated: bool) -> Iterator[tuple[ast.Name, str | None]]:
    """The names that are read, each with the function in which it stands; None for the body of the module.

    Those in annotations are among them if `annotated`.
    """
    if isinstance(node, ast.Name):
        if isinstance(node.ctx, ast.Load):
            yield node, function
        return
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        # Decorators and defaults are evaluated where the function is defined, as annotations are if at all.
        for part in [*node.decorator_list, node.args, *filter(None, [node.returns if annotated else None])]:
            yield from _uses(part, function, annotated)
        for part in node.body:
            yield from _uses(part, function or node.name, annotated)
        return
    if isinstance(node, ast.Lambda):
        yield from _uses(node.args, function, annotated)
        yield from _uses(node.body, function or "a lambda", annotated)
        return
    skipped = node.annotation if isinstance(node, ast.arg | ast.AnnAssign) and not annotated else None
    for child in ast.iter_child_nodes(node):
        if child is not skipped:
            yield from _uses(child, function, annotated)


def bindings_of(file: str | None, name: str) -> Bindings | None:
    """What the source file of the module `name` binds; None where there is none to be read."""
    if file is None or not file.endswith((".py", ".pyw")):
        return None
    try:
        if os.path.getsize(file) > _LARGEST:
            return None
        with open(file, "rb") as source:
            tree = ast.parse(source.read(), file)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    stem = os.path.splitext(os.path.basename(file))[0]
    return Bindings(tree, name, stem == "__init__")


def defining(module: str, name: str) -> list[str]:
    """The modules in the package that `module` is in whose source defines `name`: those for others first."""
    top = module.partition(".")[0]
    package = sys.modules.get(top)
    found = []
    for root in _roots(package):
        for file in islice(_sources(root), _MOST_FILES):
            parts = os.path.relpath(file, root).removesuffix(".py").split(os.sep)
            full_name = ".".join([top, *parts]).removesuffix(".__init__")
            bindings = bindings_of(file, full_name) if _mentions(file, name) else None
            if bindings is not None and bindings.defines(name):
                found.append(full_name)
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
