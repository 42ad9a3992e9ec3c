"""Checks of what other tools expect: running modules, sharing packages, laziness, documentation, caches."""

from __future__ import annotations

import importlib.util
import marshal
import os
import runpy
import sys
import tempfile
from importlib.machinery import SOURCE_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .check import check
from .outcome import NotApplicable, Unmet
from .subject import Subject

if TYPE_CHECKING:
    pass


def _has_get_code(name: str) -> bool:
    spec = importlib.util.find_spec(name)
    return spec is not None and getattr(spec.loader, "get_code", None) is not None


@check("LS717", "a module can be run: python -m", source="PEP 338; runpy.run_module")
def modules_can_be_run(subject: Subject) -> None:
    """What get_code returns is executed in a namespace of runpy's own, without the loader's exec_module."""
    name = subject.add_module("kit717", "result = (__name__, __spec__.name)\n")
    if not _has_get_code(name):
        raise NotApplicable("the loader has no get_code")
    for alter in (False, True):
        result = runpy.run_module(name, run_name="__main__", alter_sys=alter).get("result")
        if result != ("__main__", name):
            raise Unmet(f"{name!r} was run with the __name__ and the spec's name {result!r}")


@check("LS718", "a package with __main__ can be run: python -m", source="runpy.run_module; PEP 338")
def packages_can_be_run(subject: Subject) -> None:
    """Command lines are started so; the finder must know a module named __main__ in the package."""
    package = subject.add_module("kit718/__init__", "")
    spec = importlib.util.find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise NotApplicable("what is added as __init__.py is no package")
    subject.add(f"{package.replace('.', '/')}/__main__.py", "result = (__name__, __package__)\n")
    if not _has_get_code(package):
        raise NotApplicable("the loader has no get_code")
    try:
        result = runpy.run_module(package, run_name="__main__").get("result")
    except ImportError as error:
        raise Unmet(f"running {package!r} raised {type(error).__name__}: {error}") from error
    if result != ("__main__", package):
        raise Unmet(f"{package!r} was run with the __name__ and __package__ {result!r}")


@check(
    "LS719",
    "a namespace package has the importer's portion and that of a directory on sys.path",
    source="PEP 420",
    kinds=["finder", "path hook"],
)
def portions_are_joined(subject: Subject) -> None:
    """Whose portion is found first must not hide the others: distributions share such packages."""
    subject.add("kit719/own.py", "value = 1\n")
    spec = subject.ask("kit719")
    if spec is None or spec.submodule_search_locations is None or spec.has_location:
        raise NotApplicable("the importer finds no namespace packages")
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory, "kit719")
        folder.mkdir()
        folder.joinpath("other.py").write_text("value = 2\n", encoding="utf-8")
        sys.path.append(directory)
        for name in ("kit719.own", "kit719.other"):
            try:
                subject.load(name)
            except ImportError as error:
                where = "the directory's" if name.endswith("other") else "the importer's"
                raise Unmet(f"{name!r}, which is in {where} portion, is not found: {error}") from error


@check(
    "LS720",
    "finding a module does not execute it",
    source="importlib.util.find_spec; PEP 451",
)
def finding_executes_nothing(subject: Subject) -> None:
    """Tools find modules to see whether they are there, all the time; executing has effects, and may fail."""
    runs: Any = []
    sys.modules["loadstone_kit_runs"] = runs
    name = subject.add_module("kit720", "import loadstone_kit_runs\nloadstone_kit_runs.append(1)\n")
    for _ in range(5):
        importlib.util.find_spec(name)
    if runs or name in sys.modules:
        raise Unmet(f"{name!r} was executed when it was looked for")


@check(
    "LS721",
    "modules can be loaded lazily by importlib.util.LazyLoader",
    source="importlib.util.LazyLoader",
)
def modules_can_be_lazy(subject: Subject) -> None:
    """The loader is called late, with a module whose class has been exchanged."""
    seen = False
    modules = subject.modules
    for name, spec in subject.specs.items():
        if (
            name not in modules
            or spec.submodule_search_locations is not None
            or not hasattr(spec.loader, "exec_module")
        ):
            continue
        seen = True
        names = {key for key in vars(modules[name]) if not key.startswith("__")}
        lazy: Any = importlib.util.LazyLoader(spec.loader)  # type: ignore[arg-type]
        spec.loader = lazy
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            lazy.exec_module(module)
        except TypeError as error:
            raise Unmet(f"the module created for {name!r} cannot be made lazy: {error}") from error
        for key in names:
            if not hasattr(module, key):
                raise Unmet(f"{name!r} was loaded lazily, and has no {key!r}")
    if not seen:
        raise NotApplicable("finds has no module that is not a package, with exec_module")


@check("LS722", "pydoc documents the modules", source="pydoc")
def pydoc_works(subject: Subject) -> None:
    """help() looks at a module from all sides: attributes that are optional, source, file, submodules."""
    import pydoc

    for name, module in subject.modules.items():
        try:
            pydoc.render_doc(module)
        except Exception as error:
            raise Unmet(f"help({name}) raised {type(error).__name__}: {error}") from error


def _fresh_cache(directory: str, writes: bool) -> None:
    """Have bytecode cached below the directory, or not at all."""
    sys.pycache_prefix = directory
    sys.dont_write_bytecode = not writes


@check(
    "LS723",
    "with sys.dont_write_bytecode, no bytecode is written",
    source="sys.dont_write_bytecode; PEP 3147",
)
def bytecode_may_be_unwanted(subject: Subject) -> None:
    """Directories may be read-only, shared or under version control."""
    with tempfile.TemporaryDirectory() as directory:
        _fresh_cache(directory, writes=False)
        places = {name: spec.cached for name, spec in subject.specs.items()}
        before = {name for name, place in places.items() if place is not None and os.path.exists(place)}
        for name in subject.modules:
            place = places.get(name)
            if name not in before and place is not None and os.path.exists(place):
                raise Unmet(f"importing {name!r} has written {place}")
        for written in Path(directory).rglob("*.*"):
            raise Unmet(f"importing has written {written}")


@check(
    "LS724",
    "the standard cache of bytecode holds what the source itself is compiled to",
    source="PEP 3147; importlib.util.cache_from_source",
)
def caches_are_not_poisoned(subject: Subject) -> None:
    """Every loader reads it: what a tool has changed, or is of another suffix, runs without the tool."""
    seen = False
    with tempfile.TemporaryDirectory() as directory:
        _fresh_cache(directory, writes=True)
        for name in subject.modules:
            spec: Any = sys.modules[name].__spec__
            if spec is None or not spec.has_location or not os.path.isfile(spec.origin or ""):
                continue
            stem, suffix = os.path.splitext(spec.origin)
            standard = importlib.util.cache_from_source(f"{stem}.py")
            if not os.path.isfile(standard):
                continue
            seen = True
            if suffix not in SOURCE_SUFFIXES:
                raise Unmet(f"the code of {spec.origin} was cached in {standard}, which is that of {stem}.py")
            data = Path(standard).read_bytes()
            source = importlib.util.decode_source(Path(spec.origin).read_bytes())
            if data[:4] != importlib.util.MAGIC_NUMBER:
                raise Unmet(f"{standard} does not begin with the magic number")
            plain = compile(source, spec.origin, "exec", dont_inherit=True)
            if marshal.loads(data[16:]) != plain:
                raise Unmet(f"{standard} does not hold the code that {spec.origin} is compiled to")
    if not seen:
        raise NotApplicable("no bytecode is cached where the standard loaders cache theirs")
