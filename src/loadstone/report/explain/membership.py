"""The causes in what is a part of a package, and was started or is imported as if it were none."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator

from ..installer import pip
from ..layout import Placed, has_module, placed, placed_below
from ..places import current_directory, folder
from ..remedy import editable
from .case import Case, cause
from .failure import Place, asked_at, errors_of, lacks_of, place_of
from .records import Cause

__all__ = ["inside", "near", "relative"]

_HIGHEST = 8
_WIDEST = 200
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg")


def relative(case: Case) -> Iterator[Cause]:
    """A relative import in a module that is imported, or run, as if it were in no package, or in fewer."""
    if case.failure is None:
        return
    about = [lack.error for lack in lacks_of(case.failure)]
    for error in errors_of(case.failure):
        place = place_of(error)
        if type(error) is not ImportError or error.name is not None or error in about or place is None:
            continue
        level = _level_at(place)
        package = place.globals.get("__package__") or ""
        if not isinstance(package, str):
            continue
        depth = len(package.split(".")) if package else 0
        if not level or level <= depth:
            continue
        what = (
            f"is imported as {place.name!r}, in the package {package!r}"
            if package
            else (f"is imported as {place.name!r}, in no package")
        )
        evidence = f"{place.file} {what}, and its line {place.line} goes {_times(level)} up: {place.text}"
        where = placed(place.file, level)
        if where is None:
            remedy = "Import what it needs by its full name, from a directory that is on sys.path."
        else:
            remedy = f"Import it as {where.name}, from {where.root}; as a program: {where.command}"
        yield cause("LS233", evidence, remedy)
        return


def _times(level: int) -> str:
    return "one package" if level == 1 else f"{level} packages"


def _level_at(place: Place) -> int:
    """How far up the relative import at a line goes; 0 for what is none."""
    try:
        tree = ast.parse(place.text)
    except (SyntaxError, ValueError):
        match = re.match(r"from\s*(\.+)", place.text)
        return len(match[1]) if match else 0
    return max((node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), default=0)


def inside(case: Case) -> Iterator[Cause]:
    """What is missing is the package that the program itself is in, or what is beside it in its package."""
    if not _is_askable(case):
        return
    if case.asker is not None and os.path.isabs(case.asker.file):
        yield from _beside(case, case.asker)
    for start, root in _places(case):
        top = os.path.join(root, case.missing.partition(".")[0])
        if f"{start}{os.sep}".startswith(f"{top}{os.sep}"):
            yield _away(case, start, root)
            return


def near(case: Case) -> Iterator[Cause]:
    """What is missing is near the program, in a directory that is not on the search path."""
    if not _is_askable(case):
        return
    for start, root in _places(case):
        top = os.path.join(root, case.missing.partition(".")[0])
        if not f"{start}{os.sep}".startswith(f"{top}{os.sep}"):
            yield _away(case, start, root)
        return
    if "." not in case.missing:
        yield from _below(current_directory(), case.missing, _on_path())


def _is_askable(case: Case) -> bool:
    return not case.found and all(part.isidentifier() for part in case.missing.split("."))


def _on_path() -> set[str]:
    return {folder(entry or os.curdir) for entry in sys.path if isinstance(entry, str)}


def _places(case: Case) -> Iterator[tuple[str, str]]:
    """Where the program is, and the directory above that which has the module: at most one for each.

    The working directory may be that directory itself: the search does not begin there for a script.
    """
    here = current_directory()
    starts = [here] if here else []
    if case.start is not None and case.start != here:
        starts.insert(0, os.path.abspath(case.start))
    names = [case.missing, case.name]
    if case.asker is not None and os.path.isabs(case.asker.file):
        starts.insert(0, os.path.dirname(case.asker.file))
        names += [name for name in asked_at(case.asker) if f"{name}.".startswith(f"{case.missing}.")]
    on_path = _on_path()
    for start in starts:
        root = _above(start, names, on_path)
        if root is not None:
            yield start, root
    if here and folder(here) not in on_path and has_module(here, names):
        yield here, here


def _away(case: Case, start: str, root: str) -> Cause:
    top = case.missing.partition(".")[0]
    where = None if case.asker is None else placed_below(case.asker.file, top)
    command = where.command if where is not None else Placed(root, _dotted(case, root, start)).command
    evidence = f"{case.missing!r} is {_thing(root, case.missing)}, and {root} is not on sys.path"
    if case.missing != top:
        evidence += f"; {top!r} is found elsewhere"
    remedy = f"Run the program from there, as a module: {command}"
    if not f"{start}{os.sep}".startswith(f"{os.path.join(root, top)}{os.sep}"):
        remedy += f"; or put {root} on PYTHONPATH."
    return cause("LS234", evidence, remedy)


def _beside(case: Case, asker: Place) -> Iterator[Cause]:
    """In the package of the one that asks for it, as Python 2 found it."""
    missing = case.missing
    package = asker.globals.get("__package__")
    directory = os.path.dirname(asker.file)
    thing = None if "." in missing else _thing(directory, missing)
    if thing is not None and package and isinstance(package, str):
        evidence = f"{missing!r} is {thing}, which is a part of the package {package!r}"
        written = re.sub(rf"^from\s+{missing}\b", f"from .{missing}", asker.text)
        better = written if written != asker.text else f"from . import {missing}"
        owner = next(iter(case.inventory.of_file(asker.file)), None)
        remedy = f"Write in {asker.file}: {better}"
        if owner is not None and owner.project is None:
            evidence += f", which only Python 2 took it for; it is of {owner.release}"
            newer = pip("install", "--upgrade", str(owner.name))
            remedy = f"Install a version of {owner.name} that is for Python 3: {newer}"
        yield cause("LS234", evidence, remedy)


def _thing(root: str, name: str) -> str | None:
    """The file or folder in a directory that would be the module `name`; None if there is none."""
    place = os.path.join(root, *name.split("."))
    return next(filter(os.path.exists, (place, f"{place}.py")), None)


def _dotted(case: Case, root: str, start: str) -> str:
    """The program as a module below a directory, as far as it is known which it is."""
    parts = os.path.relpath(start, root).split(os.sep)
    program = "MODULE"
    if case.asker is not None and case.asker.is_of_module and os.path.dirname(case.asker.file) == start:
        program = os.path.basename(case.asker.file).partition(".")[0]
    return ".".join([*parts, program]) if all(map(str.isidentifier, parts)) else program


def _above(start: str, names: list[str], on_path: set[str]) -> str | None:
    """The directory above `start` that has one of the modules, and is not on the path."""
    root = start
    for _ in range(_HIGHEST):
        root = os.path.dirname(root)
        if os.path.dirname(root) == root:
            return None
        if folder(root) not in on_path and has_module(root, names):
            return root
    return None


def _below(here: str, top: str, on_path: set[str]) -> Iterator[Cause]:
    """In a folder of the project, such as `src`."""
    try:
        with os.scandir(here) as items:
            folders = sorted(
                item.name for item, _ in zip(items, range(_WIDEST), strict=False) if item.is_dir()
            )
    except OSError:
        return
    for name in sorted(folders, key=lambda name: name != "src"):
        root = os.path.join(here, name)
        package = os.path.join(root, top, "__init__.py")
        module = os.path.join(root, f"{top}.py")
        file = next(filter(os.path.isfile, (package, module)), None)
        if file is None or folder(root) in on_path or name.startswith(".") or _is_environment(root):
            continue
        evidence = f"{top!r} is {file}, and {root} is not on sys.path"
        if any(os.path.isfile(os.path.join(here, project)) for project in _PROJECT):
            remedy = f"Install the project: {editable(here)}"
        else:
            remedy = f"Start the program from {root}, or put that on PYTHONPATH."
        yield cause("LS234", evidence, remedy, proved=name == "src")
        return


def _is_environment(root: str) -> bool:
    return os.path.isfile(os.path.join(root, "pyvenv.cfg"))
