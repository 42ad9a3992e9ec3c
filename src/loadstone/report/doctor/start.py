"""Checks of what is read when Python starts: `.pth` and `.start` files."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator

from .check import Seen, check
from .environment import Environment
from .records import Severity

__all__ = ["lines_of", "text_of"]

_IMPORTS = ("import ", "import\t")
_ENTRY_POINT = re.compile(r"^\w+(\.\w+)*:\w+(\.\w+)*$")


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
            yield Seen(file, f"cannot be opened: {error.strerror}")
        except UnicodeDecodeError as error:
            yield Seen(file, f"is not UTF-8: byte {error.object[error.start]:#04x} at {error.start}")
        else:
            if "\0" in text:
                yield Seen(file, "holds a null character")


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
                    yield Seen(f"{file}, line {number}", f"there is no {place}")


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
            where = f"{file}, line {number}"
            try:
                tree = ast.parse(line)
            except (SyntaxError, ValueError) as error:
                yield Seen(where, f"does not compile: {error.args[0]}")
                continue
            for name in _imported(tree):
                if name not in environment.modules and environment.find(name) is None:
                    yield Seen(where, f"imports {name}, which is not found")


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
            problem = _problem(environment, line)
            if problem:
                yield Seen(f"{file}, line {number}", f"{line}: {problem}", severity=severity)


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
        for name in sorted(os.listdir(site))
        if name.endswith(endings) and not name.startswith(".")
    ]


def _imported(tree: ast.Module) -> Iterator[str]:
    """The modules that the statements of a line import, whatever happens."""
    for statement in tree.body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield alias.name
        elif isinstance(statement, ast.ImportFrom) and statement.module and not statement.level:
            yield statement.module


def _problem(environment: Environment, entry_point: str) -> str | None:
    """Why the entry point does not resolve; None if it does, or that cannot be said."""
    if not _ENTRY_POINT.match(entry_point):
        return "is not of the form pkg.mod:callable"
    name, _, attribute = entry_point.partition(":")
    spec = environment.find(name)
    if spec is None:
        return f"{name} is not found"
    get_source = getattr(spec.loader, "get_source", None)
    source = get_source(name) if get_source else None
    if source is None:
        return None
    try:
        bound = _bound(ast.parse(source))
    except SyntaxError as error:
        return f"{name} does not compile: {error.msg}"
    if bound & {attribute.partition(".")[0], "__getattr__", "*"}:
        return None
    return f"{name} does not define {attribute}"


def _bound(tree: ast.Module) -> set[str]:
    """The names that the source binds, anywhere."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names.update((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    return names
