"""Where files stand in packages: what a file is called when it is imported from the directory above them."""

from __future__ import annotations

import ast
import linecache
import os
import re
import shlex
import sys
from collections.abc import Iterable

import attrs

from .places import folder, is_standard_file, standard_directories

__all__ = ["Placed", "advice", "has_module", "hiding", "names_in", "names_of", "placed", "placed_below"]


@attrs.frozen
class Placed:
    """A file, as the module that it is in a package."""

    root: str
    """The directory in which the outermost package is."""
    name: str
    """The full name of the module."""

    @property
    def command(self) -> str:
        """How it is run as what it is."""
        name = self.name.removesuffix(".__main__").removesuffix(".__init__")
        where = "" if self.root == os.getcwd() else f"cd {shlex.quote(self.root)} && "
        return f"{where}python -m {name}"


def placed(file: str, least: int = 0) -> Placed | None:
    """The file as a module of the packages around it: those with `__init__.py`, and `least` in any case.

    None for what is in no package, or in directories whose names cannot be those of packages.
    """
    root, base = os.path.split(os.path.abspath(file))
    stem = base.partition(".")[0]
    names: list[str] = []
    while len(names) < least or os.path.isfile(os.path.join(root, "__init__.py")):
        up, folder = os.path.split(root)
        if up == root or not folder.isidentifier():
            break
        names.insert(0, folder)
        root = up
    if not names or len(names) < least or not stem.isidentifier():
        return None
    return Placed(root, ".".join([*names, stem]))


def placed_below(file: str, top: str) -> Placed | None:
    """The file as a module of the innermost directory around it that is called `top`."""
    folders = os.path.dirname(os.path.abspath(file)).split(os.sep)
    if top not in folders:
        return None
    return placed(file, folders[::-1].index(top) + 1)


def entry_of(file: str, name: str) -> str:
    """The path entry below which the module `name` is, by its file."""
    directory = os.path.dirname(file)
    if os.path.basename(file).partition(".")[0] == "__init__":
        directory = os.path.dirname(directory)
    for _ in range(name.count(".")):
        directory = os.path.dirname(directory)
    return directory


def has_module(root: str, names: list[str]) -> bool:
    """Whether a directory has one of the modules.

    A directory without `__init__.py` alone is none, which may be called as a library by chance.
    """
    for name in names:
        place = os.path.join(root, *name.split("."))
        if os.path.isfile(f"{place}.py") or os.path.isfile(os.path.join(place, "__init__.py")):
            return True
        if "." in name and os.path.isdir(place):
            return True
    return False


def names_in(text: str, package: str = "") -> list[str]:
    """The modules that an import statement in `package` names; empty for what is no whole statement."""
    try:
        tree = ast.parse(text.strip())
    except (SyntaxError, ValueError):
        return []
    return [name for node in ast.walk(tree) for name in names_of(node, package)]


def names_of(node: ast.AST, package: str) -> list[str]:
    """The modules that a statement in `package` names; those of from-imports may be other things."""
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        parts = package.split(".")
        anchor = parts[: len(parts) - node.level + 1] if node.level else []
        source = ".".join(filter(None, [*anchor, node.module or ""]))
        names = [source, *(f"{source}.{alias.name}" for alias in node.names)]
    return [name for name in names if name.strip(".")]


def advice(script: str, failures: Iterable[tuple[str, str, str | None, int | None]]) -> str | None:
    """What to do about a script that is a part of a package, and lacks that for the way it was started.

    `failures` are the imports that failed: the name, what was raised, and the file and line that asked. None
    where that is not the matter, or it was no script that was started.
    """
    if not os.path.isfile(script):
        return None
    for name, error, file, line in failures:
        place = None
        if re.search(r"relative import (with no known parent|beyond top-level) package", error):
            place = placed(script, 1)
        elif error.startswith("ModuleNotFoundError") and name.partition(".")[0].isidentifier():
            place = placed_below(script, name.partition(".")[0])
            asked = names_in(linecache.getline(file, line)) if file is not None and line is not None else []
            if place is not None and not has_module(place.root, [name, *asked]):
                place = None
            if place is None and (above := _above(script, name)) is not None:
                top = name.partition(".")[0]
                return f"{top} is in {above.root}, which is not on sys.path: run it as {above.command}"
        if place is not None:
            return (
                f"{script} is a part of the package {place.name.partition('.')[0]}: run it as {place.command}"
            )
    return None


def _above(script: str, name: str) -> Placed | None:
    """The script as a module below the working directory, if that has the module and the script is below."""
    try:
        here = os.getcwd()
    except OSError:  # it is gone
        return None
    parts = os.path.relpath(os.path.splitext(os.path.abspath(script))[0], here).split(os.sep)
    if len(parts) < 2 or not all(map(str.isidentifier, parts)) or not has_module(here, [name]):
        return None
    return Placed(here, ".".join(parts))


def hiding(script: str, imports: Iterable[tuple[str, str | None]]) -> str | None:
    """What to do about a file beside a script that is imported in the place of another by the same name.

    `imports` are the names and origins of what the program has imported. Told are files that are called as
    modules of the standard library, and the script itself, which is imported by what it is called.
    """
    if not os.path.isfile(script):
        return None
    beside = folder(os.path.dirname(os.path.abspath(script)))
    standard = standard_directories()
    for name, origin in imports:
        if origin is None or "." in name or not os.path.isfile(origin):
            continue
        home = os.path.dirname(origin)
        if os.path.basename(origin).partition(".")[0] == "__init__":
            home = os.path.dirname(home)
        if folder(home) != beside:
            continue
        if folder(origin) == folder(script):
            return (
                f"{script} imports itself as {name!r}: if a library of that name is meant, rename the script"
            )
        if name in sys.stdlib_module_names and not is_standard_file(origin, standard):
            return f"{origin} is imported in the place of the standard library's {name!r}: rename it"
    return None
