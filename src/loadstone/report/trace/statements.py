"""Statements that import: what a line of source says, and whether its import could wait until it is used."""

from __future__ import annotations

import ast
import tokenize
from collections.abc import Iterator

import attrs

from ..._core.versions import MAIN_HAS_ANNOTATIONS

__all__ = ["Statement", "statement_at"]

_EXECUTES_ANNOTATIONS = MAIN_HAS_ANNOTATIONS  # both ended with PEP 649
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_IMPORTS = (ast.Import, ast.ImportFrom)


@attrs.frozen
class Statement:
    """A statement that imports."""

    text: str
    """Its source, in one line."""
    could_wait: bool | None
    """Whether it could be lazy, as far as its own module goes. None if it is in a function: it waits."""
    reason: str
    """Why, or why not: goes on after "could be lazy:", and "not lazy:"."""


def statement_at(file: str | None, line: int | None, module: str) -> Statement | None:
    """The statement in a line of a file by which a module is imported, perhaps among others.

    None if the file cannot be read, or does not import there.
    """
    if file is None or line is None:
        return None
    try:
        with tokenize.open(file) as stream:
            tree = ast.parse(stream.read())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for statement, around in _statements(tree):
        if isinstance(statement, _IMPORTS) and statement.lineno <= line <= (statement.end_lineno or 0):
            return _judged(tree, statement, around, module)
    return None


def _judged(
    tree: ast.Module, statement: ast.Import | ast.ImportFrom, around: list[ast.AST], module: str
) -> Statement:
    text = ast.unparse(statement)
    if any(isinstance(each, _FUNCTIONS) for each in around):
        return Statement(text, None, "it is in a function")
    if any(not isinstance(each, ast.If) for each in around):
        kind = next(type(each).__name__.lower() for each in around if not isinstance(each, ast.If))
        return Statement(text, False, f"it is in a {kind.removesuffix('def').removesuffix('star')} statement")
    aliases = statement.names
    if isinstance(statement, ast.Import):
        aliases = [alias for alias in aliases if f"{alias.name}.".startswith(f"{module}.")] or aliases
    names = {alias.asname or alias.name.partition(".")[0] for alias in aliases}
    if "*" in names:
        return Statement(text, False, "it takes all names")
    used = sorted({use.lineno for use in _uses(tree) if use.id in names})
    if used:
        return Statement(text, False, f"line {used[0]} uses it while the module is imported")
    everywhere = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    later = sorted({node.lineno for node in everywhere if node.id in names})
    if later:
        return Statement(text, True, f"it is first used in a function, at line {later[0]}")
    return Statement(text, True, "nothing in this file uses it")


def _statements(tree: ast.AST) -> Iterator[tuple[ast.AST, list[ast.AST]]]:
    """Every node of a module with the statements around it, the innermost last."""
    waiting: list[tuple[ast.AST, list[ast.AST]]] = [(tree, [])]
    while waiting:
        node, around = waiting.pop()
        yield node, around
        inner = around
        if isinstance(node, (ast.stmt, ast.Lambda)):
            inner = [*around, node]
        waiting += [(child, inner) for child in ast.iter_child_nodes(node)]


def _uses(tree: ast.Module) -> Iterator[ast.Name]:
    """The names that are looked up, or deleted, while the module is imported: what is in no function."""
    is_later = not _EXECUTES_ANNOTATIONS or any(
        isinstance(each, ast.ImportFrom)
        and each.module == "__future__"
        and any(alias.name == "annotations" for alias in each.names)
        for each in tree.body
    )
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
            yield node
        if isinstance(node, _FUNCTIONS):
            arguments = node.args
            waiting += [*arguments.defaults, *filter(None, arguments.kw_defaults)]
            if not isinstance(node, ast.Lambda):
                waiting += node.decorator_list
                if not is_later:
                    waiting += _annotations(node)
        elif isinstance(node, ast.AnnAssign) and is_later:
            waiting += [node.target, *filter(None, [node.value])]
        else:
            waiting += ast.iter_child_nodes(node)


def _annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.expr]:
    given = function.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    found = [each.annotation for each in arguments if each is not None]
    return [each for each in [*found, function.returns] if each is not None]
