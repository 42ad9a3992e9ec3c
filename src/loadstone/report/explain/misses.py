"""Near misses: what in a path entry is almost the module."""

from __future__ import annotations

import os
import re
import sys
import zipfile
from collections.abc import Iterator, Mapping
from importlib.machinery import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES
from importlib.util import MAGIC_NUMBER
from typing import Any

from .records import Miss, SpecRecord

__all__ = ["ABSENT", "COMPILED", "near"]

ABSENT = "does not exist"

_SUFFIXES = [*EXTENSION_SUFFIXES, *SOURCE_SUFFIXES, *BYTECODE_SUFFIXES]
COMPILED = (".so", ".pyd", ".dylib", ".dll")
"""What files of machine code end in."""
_OF_INSTALLS = (".pth", ".start", ".egg-link", ".egg-info")
_CASE = "differs in upper and lower case"
_HYPHEN = "has a hyphen, which an import statement cannot name"
_NOT_CODE = {
    ".pyi": "a stub for type checkers, with no code",
    ".ipynb": "a notebook",
}
_UNBUILT = {
    *(".pyx", ".pyx.in", ".c", ".c.in", ".c.src", ".cc", ".cpp", ".cxx", ".rs", ".f90", ".pyf", ".py.in"),
}
"""What a build makes modules of."""


def _is_directory(item: os.DirEntry[str]) -> bool:
    """Whether it is one; False where a link leads to what must not be looked at."""
    try:
        return item.is_dir()
    except OSError:
        return False


def near(entry: Any, finder: Any, name: str, found: SpecRecord | None) -> tuple[Miss, ...]:
    """What in a path entry is nearly the module `name`, given what its path entry finder has found there."""
    if not isinstance(entry, str):
        return (Miss(repr(entry), "a path entry that is no str is passed over", "LS218"),)
    tail = name.rpartition(".")[2]
    if found is not None:
        return tuple(_in_what_was_found(found))
    where = getattr(finder, "path", None)
    if not isinstance(where, str):
        where = entry or "."
    try:
        if finder is None:
            misses = [_unusable(entry)]
        elif os.path.isdir(where):
            with os.scandir(where) as items:
                listing = {item.name: _is_directory(item) for item in items}
            suffixes = [suffix for suffix, _ in getattr(finder, "_loaders", None) or ()]
            misses = [
                *_unseen(where, listing, tail, suffixes),
                *_by_name(where, listing, tail, suffixes or _SUFFIXES),
                *_left_over(where, listing, tail),
            ]
        else:
            misses = list(_in_archive(finder, tail))
    except OSError as error:
        misses = [Miss(where, f"cannot be read: {error.strerror}", "LS218")]
    return tuple(misses)


def _in_what_was_found(found: SpecRecord) -> Iterator[Miss]:
    if found.origin is not None and found.origin.endswith(".pyc"):
        try:
            with open(found.origin, "rb") as file:
                magic = file.read(4)
        except OSError:
            return
        if magic != MAGIC_NUMBER:
            reason = "bytecode without its source, compiled by another version of Python: it will not load"
            yield Miss(found.origin, reason, "LS213")
    if found.loader is None:
        for folder in found.search_locations or ():
            yield from _almost_package(folder)


def _almost_package(folder: str) -> Iterator[Miss]:
    try:
        names = os.listdir(folder)
    except OSError:
        return
    for name in sorted(names):
        if name.lower().strip("_").startswith("init") and not os.path.isdir(os.path.join(folder, name)):
            reason = "no regular file, or a link to nothing" if name == "__init__.py" else "not __init__.py"
            reason += ": the directory is no package but a namespace portion"
            yield Miss(os.path.join(folder, name), reason, "LS217")


def _unusable(entry: str) -> Miss:
    try:
        os.lstat(entry)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return Miss(entry, ABSENT, "LS218")
    reasons = []
    for hook in sys.path_hooks:
        try:
            hook(entry)
        except ImportError as error:
            reasons.append(str(error))
        else:
            return Miss(entry, "has come since it was last looked for", "LS210")
    return Miss(entry, f"no path hook takes it: {'; '.join(reasons)}", "LS218")


def _unseen(where: str, listing: Mapping[str, bool], tail: str, suffixes: list[str]) -> Iterator[Miss]:
    """What the path entry finder, which is for files with these suffixes, should have found."""
    for name in (tail, *(tail + suffix for suffix in suffixes)):
        path = os.path.join(where, name)
        if not suffixes or name not in listing or listing[name] is not (name == tail):
            continue
        if listing[name] or os.path.isfile(path):
            yield Miss(path, "has come since the path entry finder last looked", "LS210")
        else:
            yield Miss(path, "is no regular file, or a link to nothing", "LS217")


def _by_name(where: str, listing: Mapping[str, bool], tail: str, suffixes: list[str]) -> Iterator[Miss]:
    """What is called almost as the module would be."""
    wanted = {tail + suffix for suffix in suffixes}
    folded = {name.lower() for name in wanted}
    for name in sorted(listing):
        path = os.path.join(where, name)
        stem, _, ending = name.partition(".")
        is_hyphened = "-" in stem and _plain(stem) == _plain(tail)
        if listing[name]:
            if name in wanted:
                yield Miss(path, "is a directory", "LS217")
            elif is_hyphened and not ending:
                yield Miss(path, _HYPHEN, "LS214")
            elif name != tail and name.lower() == tail.lower():
                yield Miss(path, _CASE, "LS212")
        elif name in wanted:
            continue
        elif name.lower() in folded:
            yield Miss(path, _CASE, "LS212")
        elif is_hyphened and f".{ending}" in suffixes:
            yield Miss(path, _HYPHEN, "LS214")
        elif stem != tail or not ending:
            continue
        elif name.endswith(COMPILED):
            reason = f"compiled for {_made_for(ending)}: this one's suffix is {EXTENSION_SUFFIXES[0]}"
            yield Miss(path, reason, "LS213")
        elif f".{ending}" in _UNBUILT:
            yield Miss(path, "source of a module that has not been built", "LS231")
        elif not name.endswith(_OF_INSTALLS):
            reason = f".{ending} is no suffix of modules"
            yield Miss(path, _NOT_CODE.get(f".{ending}", reason), "LS217")


def _made_for(ending: str) -> str:
    """For what a file of machine code is compiled, by what its suffix says."""
    tag = re.match(r"(?:cpython-|cp)(\d)(\d+)(t?)(d?)t?-?(.*?)\.?(so|pyd|dylib|dll)$", ending)
    if tag is None:
        return "another Python or platform"
    major, minor, free, debug, platform, _ = tag.groups()
    kind = (" without the GIL" if free else "") + (" for debugging" if debug else "")
    return f"Python {major}.{minor}{kind}{f' on {platform}' if platform else ''}"


def _left_over(where: str, listing: Mapping[str, bool], tail: str) -> Iterator[Miss]:
    """The cache of a source file that is not there."""
    if not listing.get("__pycache__") or f"{tail}.py" in listing:
        return
    cache = os.path.join(where, "__pycache__")
    for name in sorted(os.listdir(cache)):
        if name.startswith(f"{tail}.") and name.endswith(".pyc"):
            yield Miss(os.path.join(cache, name), "is left of a source file that has gone", "LS216")


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def _in_archive(finder: Any, tail: str) -> Iterator[Miss]:
    archive, prefix = getattr(finder, "archive", None), getattr(finder, "prefix", "")
    if not isinstance(archive, str):
        return
    try:
        with zipfile.ZipFile(archive) as file:
            names = file.namelist()
    except zipfile.BadZipFile as error:
        yield Miss(archive, f"can no longer be read as a zip archive: {error}", "LS218")
        return
    prefix = prefix.replace(os.sep, "/")
    listing: dict[str, bool] = {}
    for name in names:
        if name.startswith(prefix):
            first, slash, _ = name[len(prefix) :].partition("/")
            listing[first] = bool(slash)
    where = os.path.join(archive, prefix)
    for suffix in EXTENSION_SUFFIXES:
        if listing.pop(tail + suffix, None) is False:
            reason = "an extension module cannot be imported from a zip archive"
            yield Miss(os.path.join(where, tail + suffix), reason, "LS235")
    suffixes = [*SOURCE_SUFFIXES, *BYTECODE_SUFFIXES]
    for suffix in suffixes:
        if listing.get(tail + suffix) is False:
            yield Miss(where + tail + suffix, "has come since the archive was last read", "LS210")
    yield from _by_name(where, listing, tail, suffixes)
