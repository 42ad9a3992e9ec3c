"""Checks of what is read when Python starts: `.pth` and `.start` files."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import targets
from .check import Seen, check
from .environment import Environment
from .records import Severity

__all__ = ["lines_of", "text_of"]

_IMPORTS = ("import ", "import\t")
_NAMESPACE = re.compile(r"\['sitedir'\], \*\((.*?)\)\)")
"""What setuptools writes for the namespace packages of old: the parts of a directory beside the file."""


@check(
    "LS121",
    "error",
    "a start-up file that cannot be read",
    detail="What a `.pth` or `.start` file says is lost if it cannot be opened or decoded; older Pythons may "
    "not even start.",
    remedy="write it in UTF-8, or delete it",
    source="site; PEP 829, Encoding",
)
def unreadable(environment: Environment) -> Iterator[Seen]:
    """`.pth` and `.start` files."""
    for file in _files(environment, ".pth", ".start"):
        try:
            text = text_of(file)
        except OSError as error:
            yield Seen(file, f"cannot be opened: {error.strerror}", file=file)
        except UnicodeDecodeError as error:
            byte = error.object[error.start]
            yield Seen(file, f"is not UTF-8: byte {byte:#04x} at {error.start}", file=file)
        else:
            if "\0" in text:
                yield Seen(file, "holds a null character", file=file)


@check(
    "LS122",
    "warning",
    "a .pth line for a directory that is not there",
    detail="The line adds nothing to `sys.path`: most often it is left over from something that was removed "
    "or has moved.",
    remedy="install the project again, or delete the line",
    source="site",
)
def missing_directory(environment: Environment) -> Iterator[Seen]:
    """Lines of `.pth` files that are no imports."""
    for file in _files(environment, ".pth"):
        for number, line in lines_of(file):
            if not line.startswith(_IMPORTS):
                place = os.path.join(os.path.dirname(file), line)
                if not os.path.exists(place):
                    yield Seen.at(file, number, f"there is no {place}")


@check(
    "LS123",
    "error",
    "a .pth line that fails",
    detail="An import line is executed whenever Python starts. When it fails, every start prints an error, "
    "and the rest of the file is not read.",
    remedy="install again what the line belongs to, or delete it",
    source="site",
)
def failing_line(environment: Environment) -> Iterator[Seen]:
    """Lines that start with ``import``: compiled, and what they import looked for; never executed."""
    for file in _files(environment, ".pth"):
        if environment.version >= (3, 15) and os.path.exists(file.removesuffix(".pth") + ".start"):
            continue
        for number, line in lines_of(file):
            if not line.startswith(_IMPORTS):
                continue
            try:
                tree = ast.parse(line)
            except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
                yield Seen.at(file, number, f"does not compile: {error.args[0] if error.args else error!r}")
                continue
            namespace = _NAMESPACE.search(line)
            if namespace is not None and os.path.basename(file).endswith("-nspkg.pth"):
                place = os.path.join(os.path.dirname(file), *re.findall(r"'([^']*)'", namespace[1]))
                if not os.path.isdir(place):
                    yield Seen.at(file, number, f"makes a namespace package of {place}, which is not there")
            for name, condition in _imported(tree):
                if name in environment.modules or environment.find(name) is not None:
                    continue
                if condition:
                    yield Seen.at(file, number, f"imports {name}, which is not found")
                elif condition is None:
                    evidence = f"imports {name} on a condition, and it is not found"
                    yield Seen.at(file, number, evidence, severity="note")


@check(
    "LS124",
    "error",
    "an entry point in a .start file that does not resolve",
    detail="Python 3.15 and newer call the entry points of `.start` files when they start. One that does not "
    "resolve prints an error then, and is passed by.",
    remedy="write pkg.mod:callable, and have pkg.mod define it; or install the package again",
    source="PEP 829",
)
def unresolved_entry_point(environment: Environment) -> Iterator[Seen]:
    """Lines of `.start` files, by the source of the modules that they name."""
    severity: Severity = "error" if environment.version >= (3, 15) else "warning"
    for file in _files(environment, ".start"):
        for number, line in lines_of(file):
            problem = targets.problem(environment, line, needs_attribute=True)
            if problem:
                yield Seen.at(file, number, f"{line}: {problem}", severity=severity)


def text_of(file: str) -> str:
    """The text of a `.pth` or `.start` file. Raises OSError or UnicodeDecodeError."""
    with open(file, encoding="utf-8-sig") as stream:
        return stream.read()


def lines_of(file: str) -> list[tuple[int, str]]:
    """The lines that say something, with their numbers; none, if the file cannot be read."""
    try:
        text = text_of(file)
    except (OSError, UnicodeDecodeError):
        return []
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
    return [
        (number, line) for number, line in lines if line and not line.startswith("#") and "\0" not in line
    ]


def _files(environment: Environment, *endings: str) -> list[str]:
    return [
        os.path.join(site, name)
        for site in environment.sites
        for name in sorted(environment.listing(site))
        if name.endswith(endings) and not name.startswith(".")
    ]


def _imported(tree: ast.Module) -> Iterator[tuple[str, bool | None]]:
    """The modules that a line imports, and whether it does: None where that cannot be said."""
    values: dict[str, Any] = {}
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield alias.name, True
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield statement.module, True
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            values[statement.targets[0].id] = _value(statement.value, values)
        elif isinstance(statement, ast.Expr):
            condition: Any = True
            expression = statement.value
            if isinstance(expression, ast.BoolOp) and isinstance(expression.op, ast.And):
                condition = _value(expression.values[0], values)
                expression = expression.values[-1]
            for node in ast.walk(expression):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "__import__":
                    name = _value(node.args[0], values) if node.args else None
                    if isinstance(name, str):
                        yield name, None if condition is None else bool(condition)


def _value(node: ast.expr, values: Mapping[str, Any]) -> Any:
    """What an expression is at the start of Python: constants, variables of the process; else None."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return values.get(node.id)
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], ast.Eq):
        left, right = _value(node.left, values), _value(node.comparators[0], values)
        return None if left is None or right is None else left == right
    if isinstance(node, ast.Call) and ast.unparse(node.func) in ("os.environ.get", "os.getenv"):
        name, *default = (_value(argument, values) for argument in node.args) if node.args else (None,)
        if isinstance(name, str):
            return os.environ.get(name, *default[:1]) or ""
    return None
