"""Checks of bytecode caches."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import MAGIC_NUMBER

import attrs

from . import folders
from .check import Seen, check
from .environment import Environment
from .folders import Walk, walks


@check(
    "LS161",
    "note",
    "caches of other Pythons",
    detail="Bytecode caches that this Python neither reads nor removes: they take space, and serve "
    "another one that uses the directory, if there is one.",
    remedy="delete those of Pythons that are gone: find DIRECTORY -name '*.TAG*.pyc' -delete",
    source="PEP 3147",
)
def of_other_versions(environment: Environment) -> Iterator[Seen]:
    """In ``__pycache__`` directories along `sys.path`."""
    for entry, cache in environment.once(_caches):
        if cache.others:
            tags = ", ".join(f"{count} of {tag}" for tag, count in sorted(cache.others.items()))
            yield Seen(entry, f"{tags}: {_size(cache.size)}{_so_far(cache)}")


@check(
    "LS162",
    "note",
    "caches of sources that are gone",
    detail="Bytecode in `__pycache__` is never used without the source that it was made of.",
    remedy="delete them",
    source="PEP 3147",
)
def orphaned(environment: Environment) -> Iterator[Seen]:
    """In ``__pycache__`` directories along `sys.path`."""
    for entry, cache in environment.once(_caches):
        if cache.orphans:
            yield Seen(entry, f"{len(cache.orphans)}, among them {cache.orphans[0]}{_so_far(cache)}")


@check(
    "LS163",
    "error",
    "a module of bytecode that is of another Python",
    detail="A .pyc file in the place of a source file is a module. Of another version of Python, its import "
    "raises ImportError: bad magic number.",
    remedy="install the package for this Python, or delete the file",
    source="PEP 3147; importlib.machinery.SourcelessFileLoader",
)
def foreign_module(environment: Environment) -> Iterator[Seen]:
    """``.pyc`` files without a source beside them."""
    for _, cache in environment.once(_caches):
        for file in cache.foreign:
            evidence = "its magic number is not that of this Python, and there is no source beside it"
            yield Seen(file, evidence, file=file)


@attrs.define
class _Cache:
    others: Counter[str] = attrs.field(factory=Counter)
    """How many files there are of Pythons other than this, by cache tag."""
    size: int = 0
    """Of those, in bytes."""
    orphans: list[str] = attrs.field(factory=list)
    foreign: list[str] = attrs.field(factory=list)
    complete: bool = True


def _caches(environment: Environment) -> list[tuple[str, _Cache]]:
    """The caches below each path entry."""
    return [(walk.entry, _cache(environment, walk)) for walk in walks(environment)]


def _cache(environment: Environment, walk: Walk) -> _Cache:
    cache = _Cache(complete=walk.complete)
    for place, files in walk.folders:
        bytecode = [file for file in files if file.endswith(".pyc")]
        if not bytecode:
            continue
        if os.path.basename(place) == "__pycache__":
            _add_cached(environment, cache, place, bytecode)
        elif place == walk.entry or any(file.startswith("__init__.") for file in files):
            _add_modules(cache, place, bytecode, files)
    return cache


def _add_cached(environment: Environment, cache: _Cache, place: str, files: list[str]) -> None:
    beside = environment.listing(os.path.dirname(place))
    sources = {name.partition(".")[0] for name in beside if not name.endswith(".pyc")}
    for file in sorted(files):
        stem, _, rest = file.removesuffix(".pyc").partition(".")
        tag = rest.partition(".")[0]
        if not tag:
            continue
        if stem not in sources:
            cache.orphans.append(os.path.join(place, file))
        elif not tag.startswith(str(sys.implementation.cache_tag)):
            cache.others[tag] += 1
            with suppress(OSError):  # it has gone meanwhile, or leads nowhere
                cache.size += os.path.getsize(os.path.join(place, file))


def _add_modules(cache: _Cache, place: str, bytecode: list[str], files: list[str]) -> None:
    for file in sorted(bytecode):
        if file.removesuffix("c") not in files and file.removesuffix(".pyc").isidentifier():
            with suppress(OSError), open(os.path.join(place, file), "rb") as stream:
                if stream.read(len(MAGIC_NUMBER)) != MAGIC_NUMBER:
                    cache.foreign.append(os.path.join(place, file))


def _size(count: int) -> str:
    return f"{count / 1_000_000:.1f} MB" if count >= 100_000 else f"{count / 1000:.1f} kB"


def _so_far(cache: _Cache) -> str:
    return "" if cache.complete else f" in the first {folders.MOST} directories"
