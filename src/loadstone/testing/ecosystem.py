"""Checks of what the tools around imports expect: source, resources, metadata, listings, and more."""

from __future__ import annotations

import importlib.util
import inspect
import marshal
import os
import pickle
import pkgutil
import runpy
import sys
import tempfile
import traceback
from collections.abc import Iterator
from importlib.machinery import SOURCE_SUFFIXES
from importlib.resources import as_file, files
from itertools import islice
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

from .check import Table
from .outcome import NotApplicable, Unmet
from .subject import Subject

if TYPE_CHECKING:
    from importlib.metadata import Distribution

__all__ = ["defined", "table"]

table = Table()
check = table.check

_MOST = 200
"""How much is looked at of what an importer lists."""


def _with_source(subject: Subject) -> Iterator[tuple[str, ModuleType, str]]:
    """Name, module and source of the modules that have a file and source."""
    seen = False
    for name, module in subject.modules.items():
        get_source = getattr(getattr(getattr(module, "__spec__", None), "loader", None), "get_source", None)
        source = None if get_source is None else get_source(name)
        is_named = getattr(module, "__name__", None) == name
        if is_named and isinstance(source, str) and isinstance(getattr(module, "__file__", None), str):
            seen = True
            yield name, module, source
    if not seen:
        raise NotApplicable("no module has both a file and source")


@check(
    "LS701", "inspect.getsource gives the source of a module", source="inspect.getsource; PEP 302, get_source"
)
def source_is_there(subject: Subject) -> None:
    """It asks the loader where the file is not on disk, and nobody where the file is named <something>."""
    import linecache

    for name, module, source in _with_source(subject):
        if not source.strip():
            continue  # inspect has its own ways with what is empty
        linecache.cache.pop(str(module.__file__), None)
        try:
            found = inspect.getsource(module)
        except Exception as error:
            raise Unmet(f"the source of {name!r}: {type(error).__name__}: {error}") from error
        if found.splitlines() != source.splitlines():
            raise Unmet(
                f"the source of {name!r} begins with {found[:60]!r}, the loader's with {source[:60]!r}"
            )


@check(
    "LS702",
    "tracebacks show the source line that raised the error",
    source="linecache; PEP 302, get_source",
)
def tracebacks_show_lines(subject: Subject) -> None:
    """It is taken from the file that the code names, or asked of the loader in the module's globals."""
    line = "raise ValueError(str(1 + 1))  # kit702"
    name = subject.add_module("kit702", f"value = 1\n\n\ndef work():\n    {line}\n")
    spec: Any = importlib.util.find_spec(name)
    if getattr(spec.loader, "get_source", None) is None:
        raise NotApplicable("the loader has no get_source")
    module: Any = subject.load(name)
    try:
        module.work()
    except ValueError as error:
        text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        if line not in text:
            raise Unmet(f"a traceback does not have the line {line!r}:\n{text}") from error


@check(
    "LS703",
    "inspect finds the file and the module of what a module defines",
    source="inspect.getfile, inspect.getmodule",
)
def definitions_are_found(subject: Subject) -> None:
    """Documentation, doctest and test runners tell by that what belongs to a module."""
    name = subject.add_module("kit703", "class Thing:\n    pass\n\n\ndef work():\n    pass\n")
    module: Any = subject.load(name)
    for thing in (module.Thing, module.work):
        found: Any = inspect.getmodule(thing)
        if found is not module:
            raise Unmet(f"the module of {thing!r} is {found!r}, not {module!r}")
        if isinstance(getattr(module, "__file__", None), str) and inspect.getfile(thing) != module.__file__:
            raise Unmet(f"the file of {thing!r} is {inspect.getfile(thing)!r}, not {module.__file__!r}")


def defined(module: ModuleType) -> Iterator[Any]:
    """The classes and functions that a module defines, and has under their own names; classes first."""
    for kind in (type, FunctionType):
        for name in list(vars(module)):
            value = getattr(module, name, None)
            if (
                isinstance(value, kind)
                and getattr(value, "__module__", None) == module.__name__
                and getattr(value, "__qualname__", None) == name
            ):
                yield value


@check("LS704", "what a module defines can be pickled", source="pickle: what can be pickled and unpickled")
def definitions_can_be_pickled(subject: Subject) -> None:
    """Classes and functions are pickled by name: the name must lead back to the same object."""
    seen = False
    for module in subject.modules.values():
        for value in islice(defined(module), _MOST):
            seen = True
            try:
                same = pickle.loads(pickle.dumps(value)) is value
            except Exception as error:
                raise Unmet(f"pickling {value!r} raised {type(error).__name__}: {error}") from error
            if not same:
                raise Unmet(f"{value!r} comes out of pickling as another object")
    if not seen:
        raise NotApplicable("the modules define no classes or functions")


def _resource(subject: Subject, path: str, content: str) -> tuple[Any, str]:
    """The Traversable of a package, to which a file was added at `path`; and the package's name."""
    folder = subject.inside("")
    if not folder:
        raise NotApplicable("finds has no package")
    package = folder.rstrip("/").replace("/", ".")
    loader = subject.find(package).loader
    if getattr(loader, "get_resource_reader", None) is None:
        raise NotApplicable("the loader has no get_resource_reader")
    subject.add(f"{folder}{path}", content)
    return files(package), package


@check(
    "LS705",
    "resources of a package can be read as bytes and as text",
    source="importlib.resources; importlib.resources.abc.Traversable",
)
def resources_are_readable(subject: Subject) -> None:
    """Templates, certificates and tables are read so, wherever the package is."""
    folder, package = _resource(subject, "kit705.txt", "kit ä\n")
    file = folder.joinpath("kit705.txt")
    if not file.is_file() or file.is_dir():
        raise Unmet(f"a file that was added to {package!r} is no file among its resources")
    with file.open("rb") as stream:
        data = stream.read()
    with file.open("r", encoding="utf-8") as stream:
        text = stream.read()
    results = [data, file.read_bytes(), text, file.read_text(encoding="utf-8")]
    if results != ["kit ä\n".encode()] * 2 + ["kit ä\n"] * 2:
        raise Unmet(f"a resource of {package!r} with the text 'kit ä\\n' was read as {results}")


@check(
    "LS706",
    "resources of a package are listed",
    source="importlib.resources.abc.Traversable.iterdir",
)
def resources_are_listed(subject: Subject) -> None:
    """Plugins, migrations and translations are found by looking through the folder."""
    folder, package = _resource(subject, "kit706.txt", "kit\n")
    if not folder.is_dir() or folder.is_file():
        raise Unmet(f"the resources of {package!r} are no folder")
    names = [each.name for each in islice(folder.iterdir(), _MOST * 5)]
    if "kit706.txt" not in names:
        raise Unmet(f"a file that was added to {package!r} is not listed among {names}")


@check(
    "LS707",
    "resources can be in folders below the package",
    source="importlib.resources: subdirectories, since Python 3.9",
)
def resources_may_be_nested(subject: Subject) -> None:
    """A folder of data needs no __init__.py, and need not be a package."""
    folder, package = _resource(subject, "kit707-data/deep.txt", "kit\n")
    file = folder / "kit707-data" / "deep.txt"
    if not file.is_file() or file.read_text(encoding="utf-8") != "kit\n":
        raise Unmet(f"a file in a folder below {package!r} cannot be read")


@check(
    "LS708",
    "a resource that is not there is no file, and reading it raises FileNotFoundError",
    source="importlib.resources; importlib.resources.abc.Traversable",
)
def missing_resources_are_told(subject: Subject) -> None:
    """What is optional is asked for by is_file, or by try."""
    folder, package = _resource(subject, "kit708.txt", "kit\n")
    file = folder / "kit708-missing.txt"
    if file.is_file() or file.is_dir():
        raise Unmet(f"a resource of {package!r} that is not there passes for a file or a folder")
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return
    except Exception as error:
        raise Unmet(f"reading what is not there raised {type(error).__name__}: {error}") from error
    raise Unmet(f"reading what is not there returned {data!r:.60}")


@check(
    "LS709",
    "a resource can be had as a file on disk",
    source="importlib.resources.as_file",
)
def resources_become_files(subject: Subject) -> None:
    """Libraries written in C open certificates and models by path, and go by the suffix."""
    folder, package = _resource(subject, "kit709.txt", "kit\n")
    with as_file(folder / "kit709.txt") as path:
        if path.suffix != ".txt" or path.read_bytes().replace(b"\r", b"") != b"kit\n":
            raise Unmet(f"a resource of {package!r} was put into {path}, which has another content or suffix")


@check(
    "LS710", "pkgutil.get_data reads the data beside a package", source="pkgutil.get_data; PEP 302, get_data"
)
def pkgutil_reads_data(subject: Subject) -> None:
    """It joins a name to the folder of __file__, and asks the loader's get_data for that."""
    folder = subject.inside("")
    if not folder:
        raise NotApplicable("finds has no package")
    package = folder.rstrip("/").replace("/", ".")
    if getattr(subject.find(package).loader, "get_data", None) is None:
        raise NotApplicable("the loader has no get_data")
    if not isinstance(getattr(subject.load(package), "__file__", None), str):
        raise NotApplicable("the package has no file")
    subject.add(f"{folder}kit710.txt", "kit\n")
    data = pkgutil.get_data(package, "kit710.txt")
    if not isinstance(data, bytes) or data.replace(b"\r", b"") != b"kit\n":
        raise Unmet(f"data of {package!r} that are b'kit\\n' were read as {data!r:.60}")


def _distributions(subject: Subject) -> list[Distribution]:
    """Some of the distributions that the finder knows, after one was added where it is known how."""
    from importlib.metadata import DistributionFinder

    find = getattr(subject.thing, "find_distributions", None)
    if find is None:
        raise NotApplicable("the finder has no find_distributions")
    try:
        subject.add("kitdist-1.5.dist-info/METADATA", "Metadata-Version: 2.1\nName: kitdist\nVersion: 1.5\n")
    except NotApplicable:
        pass
    found: list[Distribution] = list(islice(find(DistributionFinder.Context()), 20))
    if not found:
        raise NotApplicable("the finder knows no distributions")
    return found


@check(
    "LS711",
    "find_distributions gives the distributions that have the name asked for, and only them",
    source="importlib.metadata.DistributionFinder.find_distributions",
    kinds=["finder"],
)
def distributions_are_found_by_name(subject: Subject) -> None:
    """importlib.metadata takes the first that it is given for the one asked for, whatever its name is."""
    from importlib.metadata import DistributionFinder

    known = [each.metadata["Name"] for each in _distributions(subject)][:3]
    for name in known:
        context: Any = DistributionFinder.Context(name=name)
        found = [each.metadata["Name"] for each in subject.thing.find_distributions(context)]
        if name not in found:
            raise Unmet(f"{name!r} is among the distributions, and is not found by its name")
    context = DistributionFinder.Context(name="loadstone-kit-missing")
    for other in subject.thing.find_distributions(context):
        raise Unmet(f"'loadstone-kit-missing' was asked for, and {other.metadata['Name']!r} was given")


@check(
    "LS712",
    "a distribution tells its name and version, and None for files that it does not have",
    source="importlib.metadata.Distribution.read_text",
    kinds=["finder"],
)
def distributions_are_complete(subject: Subject) -> None:
    """entry_points() reads all distributions of an environment: one that raises breaks it for everybody."""
    for each in _distributions(subject):
        name = each.metadata["Name"]
        if not isinstance(name, str) or not isinstance(each.version, str):
            raise Unmet(f"the name of a distribution is {name!r}, its version {each.version!r}")
        if each.read_text("loadstone-kit-missing.txt") is not None:
            raise Unmet(f"the distribution {name!r} has text in a file that is not there")
        for fact in ("entry_points", "files", "requires"):
            try:
                getattr(each, fact)
            except Exception as error:
                raise Unmet(f"{fact} of {name!r} raised {type(error).__name__}: {error}") from error


def _listings(subject: Subject) -> Iterator[tuple[str, list[tuple[str, bool]]]]:
    """For the top level, if the importer lists that, and for each package: its name, and what is listed.

    Raises NotApplicable if nothing is listed at all.
    """
    listings: list[tuple[str, Any]] = []
    if subject.kind == "path hook":
        listings.append(("", pkgutil.iter_modules([str(subject.entry)])))
    elif subject.kind == "finder" and hasattr(subject.thing, "iter_modules"):
        listings.append(("", (("", *each) for each in subject.thing.iter_modules(""))))
    for name in subject.packages:
        path = getattr(subject.load(name), "__path__", None)
        if path is not None:
            listings.append((name, pkgutil.iter_modules(path)))
    nothing = True
    for package, listing in listings:
        modules = [(name, is_package) for _, name, is_package in islice(listing, _MOST)]
        if modules:
            nothing = False
            yield package, modules
    if nothing:
        raise NotApplicable("the importer lists no modules")


def _listed_specs(subject: Subject) -> Iterator[tuple[str, bool, Any]]:
    """The full names of what is listed, whether as packages, and the specs found."""
    specs = subject.specs
    for package, modules in _listings(subject):
        for name, is_package in modules:
            full = f"{package}.{name}" if package else name
            if full in sys.modules:
                yield full, is_package, getattr(sys.modules[full], "__spec__", None)
            elif full not in subject.finds:
                yield full, is_package, importlib.util.find_spec(full)
            elif full in specs:
                yield full, is_package, specs[full]


@check("LS713", "modules that are listed can be found", source="pkgutil.iter_modules; PEP 302")
def listed_modules_are_found(subject: Subject) -> None:
    """Plugins and test modules are discovered by listing a package and importing what is listed."""
    for name, _, spec in _listed_specs(subject):
        if spec is None and name not in sys.modules:
            raise Unmet(f"{name!r} is listed, and is not found")


@check(
    "LS714",
    "where modules are listed, those that are found are among them",
    source="pkgutil.iter_modules",
)
def found_modules_are_listed(subject: Subject) -> None:
    """Half a list is worse than none: what is missing in it is missed by nobody."""
    for package, modules in _listings(subject):
        names = {name for name, _ in modules}
        for name in subject.specs:
            parent, _, tail = name.rpartition(".")
            if parent == package and tail not in names and len(modules) < _MOST:
                raise Unmet(f"{name!r} is found, and not listed in {package or 'the top level'!r}: {names}")


@check("LS715", "listings tell packages from modules", source="pkgutil.ModuleInfo.ispkg")
def listings_tell_packages(subject: Subject) -> None:
    """walk_packages goes into packages only, and test runners look into no others."""
    for name, is_package, spec in _listed_specs(subject):
        if spec is not None and bool(is_package) != (spec.submodule_search_locations is not None):
            kind = "a package" if is_package else "a module"
            raise Unmet(f"{name!r} is listed as {kind}, and its spec says otherwise")


@check(
    "LS716",
    "pkgutil.walk_packages reaches what is in packages within packages",
    source="pkgutil.walk_packages",
)
def packages_can_be_walked(subject: Subject) -> None:
    """It imports each package by the name that is listed, prefix and all, and lists that in turn."""
    seen = False
    for package in subject.packages:
        module = subject.load(package)
        listed = [name for _, name, _ in islice(pkgutil.walk_packages(module.__path__, f"{package}."), _MOST)]
        for name in listed:
            seen = True
            if not name.startswith(f"{package}."):
                raise Unmet(f"a walk through {package!r} with the prefix '{package}.' gave {name!r}")
        for name in subject.specs:
            parent = name.rpartition(".")[0]
            if parent in listed and name not in listed and len(listed) < _MOST:
                raise Unmet(f"a walk through {package!r} reached {parent!r}, and not {name!r} in it")
    if not seen:
        raise NotApplicable("the importer lists no modules")


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
