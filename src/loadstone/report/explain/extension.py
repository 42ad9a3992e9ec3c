"""Extension modules that will not load: for another machine or Python, without a library, without a build."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from importlib.machinery import EXTENSION_SUFFIXES

from ..places import is_standard_file, standard_directories
from ..remedy import again, editable
from .binary import init_functions, machines_of, names, own_machines
from .case import Case, cause
from .failure import errors_of, is_engine, lacks_of, places_of
from .libraries import provider_of
from .misses import COMPILED
from .records import Cause

__all__ = ["extension_fails", "found_extension", "remedy_for", "unbuilt"]

# What dynamic loaders say is all there is to know of some failures: those of glibc, musl and macOS.
_LIBRARY = (
    re.compile(r"(?:^|: )([^\s:]+): cannot open shared object file"),
    re.compile(r"Error loading shared library ([^\s:]+):"),
    re.compile(r"Library not loaded: (\S+)"),
)
_VERSION = re.compile(r"version [`']([A-Z]+)_([\d.]+)' not found(?: \(required by (.+?)\))?")
_SYMBOL = (
    re.compile(r"undefined symbol: (\w+)"),
    re.compile(r"Error relocating \S+: (\w+): symbol not found"),
    re.compile(r"[sS]ymbol not found(?: in flat namespace)?:? '?(\w+)"),
)
_MACHINE = re.compile(r"incompatible architecture \(have '([^']+)', need '([^']+)'")
_BUNDLED = re.compile(
    r"-[0-9a-f]{8,}\.(so|\d)"
)  # as auditwheel and delvewheel call what they put into wheels
_BUILD = ("setup.py", "meson.build", "CMakeLists.txt", "Cargo.toml", "pyproject.toml")
_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".pyx", ".rs", ".f90", ".pyx.in", ".c.src")
_MOST = 3000


def extension_fails(case: Case) -> Iterator[Cause]:
    """An extension module, or a library by way of `ctypes` and the like, that the system will not load."""
    if case.failure is None:
        return
    about = {lack.error for lack in lacks_of(case.failure)}
    for error in errors_of(case.failure):
        if error in about:
            continue
        path = error.path if isinstance(error, ImportError) else None
        if isinstance(path, str) and path.endswith(COMPILED) and os.path.isfile(path):
            name = error.name if isinstance(error, ImportError) and error.name else _stem(path)
            yield from _broken(case, name, path, str(error))
        elif type(error) is OSError and error.errno is None:
            yield from _library_by_hand(error)


def found_extension(case: Case) -> Iterator[Cause]:
    """An extension module that is found, and of which its header shows that it will not load."""
    spec = case.last.spec
    if case.failure is not None or not case.found or spec is None or spec.origin is None:
        return
    if spec.has_location and spec.origin.endswith(COMPILED) and os.path.isfile(spec.origin):
        yield from _broken(case, case.name, spec.origin, None)


def _stem(path: str) -> str:
    return os.path.basename(path).partition(".")[0]


def _broken(case: Case, name: str, path: str, said: str | None) -> Iterator[Cause]:
    """What is wrong with an extension module, of which the system has `said` something if it was loaded."""
    again = remedy_for(case, path)
    try:
        machines = machines_of(path)
    except OSError as error:
        yield cause("LS230", f"{path} cannot be read: {error.strerror}", again)
        return
    own = own_machines()
    if not machines:
        yield cause("LS230", f"{path} is no shared library: {_content(path)}", again)
        return
    if own and not set(machines) & set(own):
        theirs, ours = _spelled(machines), _spelled(own)
        yield cause("LS213", f"{path} is compiled for {theirs}, and this Python for {ours}", again)
        return
    missing = _without_init(name, path, again)
    if missing is not None:
        yield cause("LS230", *missing)
    elif said is not None:
        yield _said(name, path, said, again)


def _spelled(machines: tuple[tuple[str, str], ...]) -> str:
    return " and ".join(f"{processor} ({kind})" for kind, processor in machines)


def _content(path: str) -> str:
    with open(path, "rb") as file:
        head = file.read(40)
    if not head:
        return "it is empty"
    if head.startswith(b"version https://git-lfs"):
        return "it is a pointer of Git LFS, whose content has not been fetched (git lfs pull)"
    return f"it begins with {head[:24]!r}"


def _without_init(name: str, path: str, again: str) -> tuple[str, str] | None:
    """Evidence and remedy for a file without the function that makes the module; None if it has it."""
    tail = name.rpartition(".")[2]
    functions = init_functions(path)
    if functions is None or not tail.isascii() or tail in functions[0]:
        return None
    new, old = functions
    if new:
        found = ", ".join(new)
        evidence = f"{path} does not have the module {tail!r}: it has PyInit_{found}, and was renamed"
        suffix = os.path.basename(path).partition(".")[2]
        return evidence, f"Call the file {new[0]}.{suffix} again, and import it by that name."
    if tail in old:
        return f"{path} is made for Python 2: it has init{tail}, and no PyInit_{tail}", again
    # The table of symbols may be of another kind than is read here, so its want proves nothing.
    return None


def _said(name: str, path: str, said: str, again: str) -> Cause:
    library = next((match[1] for match in (each.search(said) for each in _LIBRARY) if match), None)
    if library is not None:
        return _without_library(path, library, again)
    version = _VERSION.search(said)
    if version is not None:
        which, number, by = version.groups()
        evidence = f"{by or path} was built for {_LIBC.get(which, which)} {number}, which this system has not"
        remedy = f"{again}; or build it here: --no-binary :all:, or use a newer system."
        return cause("LS230", evidence, remedy if again.startswith("Install it again") else again)
    symbol = next((match[1] for match in (each.search(said) for each in _SYMBOL) if match), None)
    if symbol is not None:
        if symbol.lstrip("_").startswith("Py"):
            evidence = f"{path} was built for another Python: this one ({_python()}) has no {symbol}"
            return cause("LS213", evidence, again)
        evidence = f"{path} needs {symbol}, which none of the libraries that it is loaded with has"
        remedy = f"It was built for another version of one of them. {again}"
        return cause("LS230", evidence, remedy)
    machine = _MACHINE.search(said)
    if machine is not None:
        return cause(
            "LS213", f"{path} is compiled for {machine[1]}, and this Python runs as {machine[2]}", again
        )
    if "failed to map segment" in said:
        evidence = f"{path} is on a file system from which no code may be executed (noexec)"
        return cause("LS230", evidence, "Put it, or the environment, on another file system.")
    if said.startswith("DLL load failed"):
        evidence = f"{path} needs a library that Windows does not find, or not in that version: {said}"
        remedy = f"Install the Visual C++ runtime of Microsoft, which many need. {again}"
        return cause("LS229", evidence, remedy)
    if "module export function" in said:
        tail = name.rpartition(".")[2]
        evidence = f"{path} is no extension module of this name: it has no function PyInit_{tail}"
        return cause("LS230", evidence, again)
    return cause("LS230", f"{path} does not load: {said}", again)


_LIBC = {"GLIBC": "glibc", "GLIBCXX": "libstdc++ with GLIBCXX", "CXXABI": "libstdc++ with CXXABI"}


def _python() -> str:
    return f"Python {sys.version.split()[0]}"


def _without_library(path: str, library: str, again: str) -> Cause:
    """An extension module that needs a library, itself or by another that it needs."""
    base = os.path.basename(library)
    needing = path
    if not names(path, library) and not names(path, base):
        needing = next((each for each in _beside(path) if names(each, base)), path)
    by_way = "" if needing == path else f", by way of {needing}"
    evidence = f"{path} needs {library}{by_way}, which this system's loader does not find"
    if _BUNDLED.search(base) or library.startswith("@"):
        is_whole = again.startswith("Install it")
        install = again if is_whole else "Install that, in the place of a copy of a part of it."
        return cause("LS229", evidence, f"It comes with the distribution itself. {install}")
    return cause("LS229", evidence, provider_of(base))


def _beside(path: str) -> Iterator[str]:
    """The libraries that come with an extension module: in its folder, and in the .libs folder of a wheel."""
    folder = os.path.dirname(path)
    parent = os.path.dirname(folder)
    places = [folder, os.path.join(folder, "lib"), os.path.join(folder, ".dylibs")]
    places += [os.path.join(where, each) for where in (folder, parent) for each in _listed(where)]
    for place in places:
        if place in (folder, places[1], places[2]) or place.endswith(".libs"):
            for name in _listed(place):
                each = os.path.join(place, name)
                if os.path.islink(each):
                    continue
                if ".so" in name or name.endswith((".dylib", ".dll")):
                    yield each


def _listed(folder: str) -> list[str]:
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def _library_by_hand(error: OSError) -> Iterator[Cause]:
    """A library that Python code loads by its name, as `ctypes.CDLL` does."""
    said = str(error)
    library = next((match[1] for match in (each.search(said) for each in _LIBRARY) if match), None)
    if library is not None:
        standard = standard_directories()
        own = [place for place in places_of(error) if not is_engine(place)]
        # By whom, not by which function of ctypes.
        place = next((each for each in reversed(own) if not is_standard_file(each.file, standard)), None)
        evidence = f"{library} is not found by this system's loader"
        if place is not None:
            evidence = f"{evidence}; {place.name} loads it: {place}"
        yield cause("LS229", evidence, provider_of(os.path.basename(library)))


def remedy_for(case: Case, path: str) -> str:
    """What to do about a compiled file that is for something else, or damaged."""
    for one in case.inventory.of_file(path):
        return again(one)
    return f"Build it for this Python ({_python()}), whose suffix is {EXTENSION_SUFFIXES[0]}."


def unbuilt(case: Case) -> Iterator[Cause]:
    """A source tree, of which an extension module is looked for that its build makes."""
    if case.found or case.parent is None or case.parent.spec is None:
        return
    top = case.steps[0].spec
    if (
        top is None
        or not top.search_locations
        or any(
            miss.code in ("LS213", "LS231")
            for answer in case.last.asked
            for e in answer.entries
            for miss in e.misses
        )
    ):
        return
    package = top.search_locations[0]
    root = os.path.dirname(package)
    build = [name for name in _BUILD if os.path.isfile(os.path.join(root, name))]
    source = _a_source(package) if build and "site-packages" not in root else None
    if source is None:
        return
    evidence = (
        f"{package} is a source tree ({build[0]} is beside it, {source} in it): {case.missing!r} may be made"
        " by its build"
    )
    yield cause("LS231", evidence, build_it(root), proved=False)


def build_it(root: str) -> str:
    """What to do about a source tree that is not built."""
    return f"Start from another directory than {root}, or build it: {editable(root)}"


def _a_source(package: str) -> str | None:
    """A file below a package that is compiled by a build; None if there is none."""
    number = 0
    for where, folders, files in os.walk(package):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        number += len(files)
        if number > _MOST:
            return None
        for file in sorted(files):
            if file.endswith(_SOURCES):
                return os.path.relpath(os.path.join(where, file), package)
    return None
