"""Whether long runs grow: modules imported and unloaded through each kind of finder, transform and system.

    python -m tests.growth [COUNT] [KIND ...]

The whole number is 100,000; the suite makes a few hundred. Memory is counted, not estimated: after a warm-up
and after the run, in objects that the collector knows and in blocks that the interpreter has allocated.
"""

from __future__ import annotations

import ast
import gc
import importlib
import os
import sys
import tempfile
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import loadstone

from .framework.kinds import KINDS

Step = Callable[[int], Any]
"""Imports and unloads a module, and returns it."""

SOURCE = """
import math
class Thing:
    def call(self):
        return math.pi
    also = call
things = [Thing() for _ in range(3)]
here = __import__("sys").modules[__name__]
"""
NAMES = [f"grown{number}" for number in range(7)]
FILES = {f"{name}.py": SOURCE for name in NAMES} | {
    "grownpkg/__init__.py": "from . import mod",
    "grownpkg/mod.py": SOURCE,
}


class Growth(NamedTuple):
    """What there is more after a run than before it."""

    objects: int
    blocks: int
    alive: int
    """How many of the last modules had not been collected."""
    seconds: float


class Text(loadstone.Transform):
    """A transform of source text."""

    def transform_source(self, source: str, spec: Any) -> str:
        return source.replace("math.pi", "math.e")


class Tree(loadstone.Transform):
    """A transform of trees."""

    def transform_ast(self, tree: ast.Module, spec: Any) -> ast.Module:
        return tree


class AnyName(loadstone.Finder):
    """A finder of names that are new each time: what is kept by name would grow.

    `SourceFinder` keeps the names that it has found, on purpose: they are what it lists.
    """

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return self.spec(fullname, AnySource()) if fullname.startswith("new") else None


class AnySource(loadstone.Loader):
    """Its loader."""

    def get_source(self, fullname: str) -> str | None:
        return SOURCE


def unloading(import_module: Callable[[str], Any], modules: dict[str, Any]) -> Step:
    """A step that imports with a function, and takes the modules out of a dict."""

    def step(number: int) -> Any:
        if number % 8 == 7:
            import_module("grownpkg.mod")
            del modules["grownpkg"]
            return modules.pop("grownpkg.mod")
        name = NAMES[number % 8]
        import_module(name)
        return modules.pop(name)

    return step


@contextmanager
def of_finder(kind: str, folder: Path) -> Iterator[Step]:
    """Imports through a finder of one of the kinds, by importlib and by loadstone in turns."""
    with loadstone.install(KINDS[kind].make(dict(FILES), folder).finder, first=True):
        by_turns = [importlib.import_module, loadstone.import_module]
        steps = [unloading(each, sys.modules) for each in by_turns]
        yield lambda number: steps[number // 8 % 2](number)


@contextmanager
def on_path(folder: Path) -> Iterator[None]:
    """The modules in files, in a directory on `sys.path`."""
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        sys.path_importer_cache.pop(str(folder), None)


@contextmanager
def of_engine(folder: Path) -> Iterator[Step]:
    """Imports by the engine, from a directory."""
    with on_path(folder):
        yield unloading(loadstone.import_module, sys.modules)


@contextmanager
def of_takeover(folder: Path) -> Iterator[Step]:
    """Imports by statements, which the engine has taken over."""
    with on_path(folder), loadstone.takeover():
        yield unloading(lambda name: exec(f"import {name}"), sys.modules)


@contextmanager
def of_hooks(folder: Path, *hooks: Callable[[], AbstractContextManager[Any]]) -> Iterator[Step]:
    """Imports from a directory while hooks act."""
    with on_path(folder):
        handles = [make() for make in hooks]
        try:
            yield unloading(importlib.import_module, sys.modules)
        finally:
            for handle in handles:
                handle.__exit__(None, None, None)


@contextmanager
def of_new_names(folder: Path) -> Iterator[Step]:
    """Imports of modules each of which has a name of its own, and searches for others in vain."""

    def step(number: int) -> Any:
        with_absent = f"absent{number}"
        try:
            importlib.import_module(with_absent)
        except ModuleNotFoundError:
            pass
        importlib.import_module(f"new{number}")
        return sys.modules.pop(f"new{number}")

    called = loadstone.when_imported("new*", lambda module: None)
    with loadstone.install(AnyName(), first=True), Text().install(), called:
        yield step


@contextmanager
def of_install(folder: Path) -> Iterator[Step]:
    """A hook of each kind is installed anew for each module, and goes with it."""
    with on_path(folder):
        step = unloading(importlib.import_module, sys.modules)

        def with_hooks(number: int) -> Any:
            with Text().install(), Tree(["grown*"]).install(), loadstone.alias("grownalias", "math"):
                return step(number)

        yield with_hooks


@contextmanager
def of_system(folder: Path) -> Iterator[Step]:
    """Imports in an isolated system, and of some modules that it shares."""
    with on_path(folder):
        system = loadstone.ImportSystem.isolated([folder])
        yield unloading(system.import_module, system.modules)


@contextmanager
def of_systems(folder: Path) -> Iterator[Step]:
    """An isolated system for each module."""
    with on_path(folder):

        def step(number: int) -> Any:
            return loadstone.ImportSystem.isolated([folder]).import_module(NAMES[number % 7])

        yield step


RUNS: dict[str, Callable[[Path], AbstractContextManager[Step]]] = {
    **{kind: lambda folder, kind=kind: of_finder(kind, folder) for kind in KINDS},  # type: ignore[misc]
    "engine": of_engine,
    "takeover": of_takeover,
    "text transform": lambda folder: of_hooks(folder, Text().install),
    "tree transform": lambda folder: of_hooks(folder, Tree().install),
    "two transforms": lambda folder: of_hooks(folder, Text().install, Tree().install),
    "lazy": lambda folder: of_hooks(folder, lambda: loadstone.lazy("grown*")),
    "when imported": lambda folder: of_hooks(
        folder, lambda: loadstone.when_imported("grown0", lambda module: None)
    ),
    "alias": lambda folder: of_hooks(folder, lambda: loadstone.alias("grownalias", "math")),
    "new names": of_new_names,
    "install": of_install,
    "isolated system": of_system,
    "isolated systems": of_systems,
}


def measure(run: str, count: int, warm_up: int) -> Growth:
    """What `count` imports leave, after as many as `warm_up`."""
    dead: list[weakref.ref[Any]] = []

    def imports(step: Step, numbers: range) -> None:
        for number in numbers:
            module = step(number)
            if numbers.stop - number <= 50:
                dead.append(weakref.ref(module))

    with tempfile.TemporaryDirectory() as folder, RUNS[run](Path(os.path.realpath(folder))) as step:
        imports(step, range(warm_up))
        gc.collect()
        gc.collect()
        dead.clear()
        objects, blocks = len(gc.get_objects()), sys.getallocatedblocks()
        start = perf_counter()
        imports(step, range(warm_up, warm_up + count))
        seconds = perf_counter() - start
        gc.collect()
        gc.collect()
        alive = sum(each() is not None for each in dead)
        dead.clear()
        return Growth(len(gc.get_objects()) - objects, sys.getallocatedblocks() - blocks, alive, seconds)


def main(words: list[str]) -> int:
    """Measure the runs that are asked for, all if none is; 1 if one of them grows."""
    count = int(words[0]) if words else 100_000
    print(f"Python {sys.version.split()[0]}, {count} imports and unloads of each kind")
    grown = False
    for run in words[1:] or RUNS:
        growth = measure(run, count, 2000)
        is_bad = growth.objects > 100 or growth.blocks > max(500, count / 100) or growth.alive > 0
        grown |= is_bad
        print(
            f"{run:22} {growth.objects:+7} objects {growth.blocks:+7} blocks {growth.alive:3} alive", end=""
        )
        print(f" {growth.seconds:7.1f} s{'  GROWS' if is_bad else ''}", flush=True)
    return int(grown)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
