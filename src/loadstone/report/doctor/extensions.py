"""Checks of extension modules: those of another Python, platform or machine."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES, all_suffixes

from ..places import PACKAGES
from . import repair
from .check import Seen, check
from .environment import Environment
from .folders import Walk, walks

_TAGGED = re.compile(
    r"(?P<kind>cpython|cp|pypy|graalpy)-?(?P<major>\d)(?P<minor>\d+)(?P<abi>[a-z]*)(?:-(?P<platform>.+))?"
)
_KINDS = {"cpython": "CPython", "cp": "CPython", "pypy": "PyPy", "graalpy": "GraalPy"}
_ABIS = {"t": ", free-threaded", "d": ", a debug build", "td": ", free-threaded, a debug build"}
_COMPILED = (".so", ".pyd")
_MACHINES = {3: "x86", 8: "MIPS", 20: "PowerPC", 21: "PowerPC 64", 22: "S/390", 40: "ARM", 62: "x86-64"}
_MACHINES |= {183: "AArch64", 243: "RISC-V", 258: "LoongArch"}
_MACH_O = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe")
_UNIVERSAL = (b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf")


@check(
    "LS164",
    "error",
    "an extension module of another Python",
    detail="Its file name says which Python and platform it was compiled for, and this one passes it by: its "
    "import raises ModuleNotFoundError, though the file is there. Most often packages of another Python were "
    "copied, or are on the path by PYTHONPATH.",
    remedy="install the package with the pip of this Python",
    source="PEP 3149; importlib.machinery.EXTENSION_SUFFIXES",
)
def foreign(environment: Environment) -> Iterator[Seen]:
    """Along `sys.path`; what has a module of that name for this Python beside it is left alone."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for walk in walks(environment):
        for place, files in _of_packages(walk):
            for file in sorted(files):
                made_for = _made_for(file)
                if made_for is None or not _is_alone(environment, place, file):
                    continue
                path = os.path.join(place, file)
                top = os.path.relpath(path, walk.entry).split(os.sep)[0].partition(".")[0]
                found.setdefault((walk.entry, top, made_for), []).append(path)
    for (entry, top, made_for), paths in found.items():
        names = [os.path.relpath(path, entry).replace(os.sep, "/") for path in paths]
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        own = f"this one's suffix is {EXTENSION_SUFFIXES[0]}"
        evidence = f"{names[0]}{more} for {made_for}; {own}"
        yield Seen(_subject(environment, entry, top), evidence, _remedy(environment, top), None, paths[0])


@check(
    "LS165",
    "error",
    "an extension module that cannot be loaded",
    detail="Its file is empty, cut short, or machine code of another kind of machine than this Python's: the "
    "import raises ImportError, whatever its name promises.",
    remedy="install the package again, for this machine",
    source="importlib.machinery.ExtensionFileLoader",
)
def unloadable(environment: Environment) -> Iterator[Seen]:
    """By the first bytes of the files along `sys.path`, compared with those of the interpreter."""
    own = _code(os.path.realpath(sys.executable))
    if not own:
        return
    for walk in walks(environment):
        for place, files in _of_packages(walk):
            for file in sorted(files):
                if not file.endswith(tuple(EXTENSION_SUFFIXES)) or not file.partition(".")[0].isidentifier():
                    continue
                if _made_for(file) is not None:
                    continue  # which is not looked into
                path = os.path.join(place, file)
                code = _code(path)
                if code is None or code == own:
                    continue
                top = os.path.relpath(path, walk.entry).split(os.sep)[0].partition(".")[0]
                if code:
                    evidence = f"is for {code}; this Python is for {own}"
                elif file.count(".") == 1:
                    continue  # nothing but its suffix says that it is a module
                else:
                    evidence = f"is no machine code of any kind: this Python loads {own}"
                yield Seen(path, evidence, _remedy(environment, top), None, path)


def _of_packages(walk: Walk) -> Iterator[tuple[str, list[str]]]:
    """The folders that are meant to be packages, and the entry itself, with their files.

    Where nothing is installed, a folder without `__init__` is more likely no package: what builds leave
    behind, or other people's files.
    """
    has_namespaces = os.path.basename(walk.entry) in PACKAGES
    packages = {walk.entry}
    for place, files in walk.folders:
        is_package = has_namespaces or any(file.startswith("__init__.") for file in files)
        if place == walk.entry or (is_package and os.path.dirname(place) in packages):
            packages.add(place)
            yield place, files


def _made_for(file: str) -> str | None:
    """The Python and platform that an extension module is for, by its name; None if that is this one."""
    stem, _, tag = file.partition(".")
    if (
        not file.endswith(_COMPILED)
        or file.endswith(tuple(EXTENSION_SUFFIXES[:-1]))
        or not stem.isidentifier()
    ):
        return None
    tag = tag.rpartition(".")[0]
    if tag.startswith("abi3"):
        return "the stable ABI, which this build of Python does not have"
    match = _TAGGED.fullmatch(tag)
    if match is None:
        # Without a tag, it is one only by its ending.
        is_other_system = file.endswith(".pyd") != (sys.platform == "win32")
        return "Windows" if is_other_system and file.endswith(".pyd") else None
    version = f"{_KINDS[match['kind']]} {match['major']}.{match['minor']}{_ABIS.get(match['abi'], '')}"
    return f"{version}, {match['platform']}" if match["platform"] else version


def _is_alone(environment: Environment, place: str, file: str) -> bool:
    """Whether nothing beside it is a module of that name for this Python."""
    stem = file.partition(".")[0]
    beside = environment.listing(place)
    return stem not in beside and not any(stem + suffix in beside for suffix in all_suffixes())


def _code(path: str) -> str | None:
    """What machine code is in a file; empty if none is, None if that cannot be said or it is for several."""
    try:
        with open(path, "rb") as stream:
            head = stream.read(20)
    except (OSError, ValueError):
        return None
    if head[:4] == b"\x7fELF" and len(head) == 20:
        number = int.from_bytes(head[18:20], "little" if head[5] == 1 else "big")
        return f"{_MACHINES.get(number, f'machine {number}')} (ELF, {64 if head[4] == 2 else 32} bit)"
    if head[:4] in _MACH_O:
        return f"Mach-O, type {head[4:8][::-1].hex()}"
    if head[:4] in _UNIVERSAL:
        return None
    return "Windows (PE)" if head[:2] == b"MZ" else ""


def _subject(environment: Environment, entry: str, top: str) -> str:
    return environment.provider(top) or os.path.join(entry, top)


def _remedy(environment: Environment, top: str) -> str:
    """How to install what has the module again; empty where that is not known."""
    several = environment.providers(top)
    return repair.reinstall(several[0]) if len(several) == 1 else ""
