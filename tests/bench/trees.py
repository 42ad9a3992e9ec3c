"""The module trees that the benchmark imports, generated for every run."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

LONG_AGO = 1000.0
"""Seconds: older than the directories whose listing an importer must not rely on yet."""

MODULE = '''"""Module {number} of a package: small, and like many others."""

from __future__ import annotations

import sys

from . import m{sibling:02}
from .m{friend:02} import LIMIT, scaled

__all__ = ["Counter", "scaled_{number}", "summary"]

_SEPARATORS = (",", ";", ":")


def scaled_{number}(value, factor={number}):
    """`value` by `factor`, within the limit."""
    result = scaled(value) * factor
    return min(result, LIMIT)


def summary(values, *, separator=_SEPARATORS[0]):
    """The values in one line of text."""
    if not values:
        raise ValueError("nothing to summarise in module {number}")
    return separator.join(f"{{index}}={{value!r}}" for index, value in enumerate(values))


class Counter:
    """Counts things by name."""

    default = {number}

    def __init__(self, names=()):
        self.counts = dict.fromkeys(names, self.default)

    def add(self, name, amount=1):
        """Count one more thing, or `amount` more."""
        self.counts[name] = self.counts.get(name, self.default) + amount
        return self

    @property
    def total(self):
        """How many there are of all."""
        return sum(self.counts.values())
'''

BASE = '''"""What the modules of a package share."""

LIMIT = 1_000_000


def scaled(value):
    """Twice the value."""
    return 2 * value
'''


def write_packages(tree: Path, packages: int, modules: int) -> None:
    """Packages ``p00``… of modules ``m00``…, with their bytecode cached.

    The last module of a package is what all others use; of the others, half are first reached by a sibling.
    """
    last = modules - 1
    for package in range(packages):
        folder = tree / f"p{package:02}"
        folder.mkdir(parents=True)
        (folder / "__init__.py").write_text(f'"""Package {package}."""\n\n__version__ = "1.{package}"\n')
        for number in range(last):
            sibling = number + 1 if number % 2 == 0 else last
            text = MODULE.format(number=number, sibling=sibling, friend=last)
            (folder / f"m{number:02}.py").write_text(text)
        (folder / f"m{last:02}.py").write_text(BASE.format(number=last))
    settle(tree)


def write_roots(tree: Path, packages: int, modules: int) -> None:
    """A module ``everything`` that imports all modules of the packages, by one more for each package."""
    for package in range(packages):
        lines = [f"import p{package:02}.m{module:02}\n" for module in range(modules)]
        (tree / f"all{package:02}.py").write_text("".join(lines))
    (tree / "everything.py").write_text("".join(f"import all{package:02}\n" for package in range(packages)))
    settle(tree)


def write_entries(tree: Path, length: int, targets: int) -> None:
    """`length` path entries ``d000``… with a few modules in each, and ``last`` with modules to import."""
    for entry in range(length):
        folder = tree / f"d{entry:03}"
        folder.mkdir(parents=True)
        for name in ("alpha", "beta", "gamma"):
            (folder / f"{name}{entry}.py").write_text(f"NAME = {name!r}\n")
    last = tree / "last"
    last.mkdir()
    for number in range(targets):
        (last / f"target{number:02}.py").write_text(f"NUMBER = {number}\n")
    settle(tree)


def settle(tree: Path) -> None:
    """Compile all modules of a new tree and let it look old."""
    then = time.time() - LONG_AGO
    for folder, _, files in os.walk(tree):
        for name in files:
            os.utime(Path(folder, name), (then, then))
    subprocess.run([sys.executable, "-I", "-m", "compileall", "-q", str(tree)], check=True)
    set_age(tree, LONG_AGO)


def set_age(tree: Path, age: float) -> None:
    """Let the directories of a tree look as if they had last been changed `age` seconds ago."""
    then = time.time() - age
    for folder, _, _ in os.walk(tree):
        os.utime(folder, (then, then))
