"""The abstract base classes, and who counts as what."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import sys
import warnings
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from zipimport import zipimporter

import pytest

import loadstone
import loadstone.abc
import loadstone.machinery
import loadstone.util
from loadstone._core.versions import COMPILES_FOR_MODULE

from ..pythons import with_load_module
from .libraries import Library, both, result

if TYPE_CHECKING:
    from ..conftest import Sandbox

ABCS = [
    "MetaPathFinder", "PathEntryFinder", "Loader", "ResourceLoader", "InspectLoader", "ExecutionLoader",
    "FileLoader", "SourceLoader",
]  # fmt: skip
CLASSES = [
    "BuiltinImporter", "FrozenImporter", "PathFinder", "WindowsRegistryFinder", "FileFinder",
    "SourceFileLoader", "SourcelessFileLoader", "ExtensionFileLoader", "NamespaceLoader",
]  # fmt: skip


@pytest.mark.parametrize("abc", ABCS)
@pytest.mark.parametrize("name", [*CLASSES, "zipimporter"])
def test_who_counts_as_what(abc: str, name: str) -> None:
    """Both libraries' classes are subclasses of both libraries' base classes wherever importlib's are."""
    kind = getattr(importlib.abc, abc)
    if name == "zipimporter":
        theirs = ours = zipimporter
    else:
        ours = getattr(loadstone.machinery, name)
        theirs = getattr(importlib.machinery, name, ours)  # 3.10 has no NamespaceLoader
    expected = issubclass(theirs, kind)
    for cls in (theirs, ours):
        for base in (kind, getattr(loadstone.abc, abc)):
            assert issubclass(cls, base) == expected, (cls, base)


@pytest.mark.parametrize("abc", ABCS)
def test_base_classes_are_kin(abc: str) -> None:
    """What is made of loadstone's base class is an instance of importlib's; the hierarchy is importlib's."""
    ours = getattr(loadstone.abc, abc)
    theirs = getattr(importlib.abc, abc)
    assert issubclass(ours, theirs)
    assert not issubclass(theirs, ours)
    for other in ABCS:
        assert issubclass(ours, getattr(loadstone.abc, other)) == issubclass(
            theirs, getattr(importlib.abc, other)
        )


@pytest.mark.parametrize("abc", ABCS)
def test_abstract_methods(abc: str) -> None:
    """The same methods are abstract as in importlib."""
    ours, theirs = getattr(loadstone.abc, abc), getattr(importlib.abc, abc)
    assert ours.__abstractmethods__ == theirs.__abstractmethods__
    if theirs.__abstractmethods__ and abc != "FileLoader":
        with pytest.raises(TypeError, match="abstract"):
            ours()


@pytest.mark.parametrize("abc", ABCS)
def test_public_methods(abc: str) -> None:
    """Every public method of importlib's class is there, with its parameters."""
    ours, theirs = getattr(loadstone.abc, abc), getattr(importlib.abc, abc)
    for name in dir(theirs):
        if name.startswith("_") or name == "register" or not callable(getattr(theirs, name)):
            continue
        expected = list(inspect.signature(getattr(theirs, name)).parameters)
        if "args" in expected:  # of a wrapper
            continue
        found = list(inspect.signature(getattr(ours, name)).parameters)
        if name == "source_to_code" and not COMPILES_FOR_MODULE:
            found.remove("fullname")  # ours have it on every version
        assert found == expected, name


def test_instances_of_real_things(library: Library, sandbox: Sandbox) -> None:
    """Finders and loaders of real modules are instances of either library's base classes."""
    sandbox.write({"mod.py": "", "bare/x": ""}, on_path=True)
    with library.running():
        import mod  # type: ignore[import-not-found]

        assert isinstance(mod.__loader__, loadstone.abc.SourceLoader)
        assert isinstance(mod.__loader__, loadstone.abc.FileLoader)
        assert isinstance(mod.__loader__, importlib.abc.SourceLoader)
        assert isinstance(mod.__spec__, importlib.machinery.ModuleSpec)
        finder = sys.path_importer_cache[str(sandbox.root)]
        assert isinstance(finder, loadstone.abc.PathEntryFinder)
    for meta in sys.meta_path:
        if meta in (importlib.machinery.PathFinder, importlib.machinery.BuiltinImporter):
            assert issubclass(meta, loadstone.abc.MetaPathFinder)  # type: ignore[arg-type]


def test_registering(library: Library) -> None:
    """A class that is registered counts as a subclass."""

    class Foreign:
        pass

    library.abc.Loader.register(Foreign)
    assert issubclass(Foreign, library.abc.Loader)
    assert issubclass(Foreign, importlib.abc.Loader)
    assert isinstance(Foreign(), library.abc.Loader)


def test_minimal_meta_path_finder(running: Library, sandbox: Sandbox) -> None:
    """A finder needs `find_spec` only; a loader `exec_module` only."""

    class Own(running.abc.Loader):  # type: ignore[misc,name-defined]
        def exec_module(self, module: ModuleType) -> None:
            module.__dict__["x"] = 1

    class Finder(running.abc.MetaPathFinder):  # type: ignore[misc,name-defined]
        def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
            return running.util.spec_from_loader(fullname, Own()) if fullname == "made" else None

    finder = Finder()
    assert finder.invalidate_caches() is None
    sys.meta_path.insert(0, finder)
    module = running.root.import_module("made")
    assert module.x == 1
    assert module.__spec__.origin is None
    import made  # type: ignore[import-not-found]

    assert made is module
    running.root.reload(module)
    running.root.invalidate_caches()


def test_minimal_path_entry_finder(running: Library, sandbox: Sandbox) -> None:
    """A path entry finder needs `find_spec` only."""

    class Source(running.abc.InspectLoader):  # type: ignore[misc,name-defined]
        def get_source(self, fullname: str) -> str:
            return "x = __name__"

    class Entry(running.abc.PathEntryFinder):  # type: ignore[misc,name-defined]
        def __init__(self, path: str) -> None:
            if path != "made:":
                raise ImportError

        def find_spec(self, fullname: str, target: Any = None) -> Any:
            return running.util.spec_from_loader(fullname, Source(), is_package=fullname == "made")

    sys.path_hooks.insert(0, Entry)
    sys.path.append("made:")
    assert running.root.import_module("made").x == "made"
    assert Entry("made:").invalidate_caches() is None


def calling(function: Any) -> Any:
    """A function that calls `function`, and is not abstract."""
    return lambda *arguments: function(*arguments)  # noqa: PLW0108


def make(library: Library, abc: str, **methods: Any) -> Any:
    """A subclass of a base class with nothing but these methods; abstract ones call the base class's."""
    base = getattr(library.abc, abc)
    abstract = {name: calling(getattr(base, name)) for name in base.__abstractmethods__}
    return type("Made", (base,), {**abstract, **methods})


@pytest.mark.parametrize(
    ("abc", "method", "arguments"),
    [
        ("MetaPathFinder", "invalidate_caches", ()), ("PathEntryFinder", "invalidate_caches", ()),
        ("Loader", "create_module", (None,)), ("Loader", "load_module", ("x",)),
        ("ResourceLoader", "create_module", (None,)), ("InspectLoader", "is_package", ("x",)),
        ("InspectLoader", "create_module", (None,)), ("InspectLoader", "get_code", ("x",)),
        ("ExecutionLoader", "is_package", ("x",)), ("ExecutionLoader", "get_code", ("x",)),
        ("SourceLoader", "path_stats", ("x",)), ("SourceLoader", "path_mtime", ("x",)),
        ("SourceLoader", "set_data", ("x", b"")), ("SourceLoader", "create_module", (None,)),
    ],
)  # fmt: skip
def test_what_is_inherited(abc: str, method: str, arguments: tuple[Any, ...]) -> None:
    """A method that is not overridden does what importlib's does."""

    def call(library: Library) -> Any:
        return getattr(make(library, abc)(), method)(*arguments)

    theirs, ours = both(call)
    assert ours[0] == theirs[0]
    if ours[0] == "returned":
        assert ours == theirs


@pytest.mark.parametrize("abc", ABCS)
def test_super_of_abstract_methods(abc: str) -> None:
    """Abstract methods can be called by `super()`, and raise what importlib's raise."""
    for name in getattr(importlib.abc, abc).__abstractmethods__:

        def call(library: Library, name: str = name) -> Any:
            made = make(library, abc)
            return getattr(getattr(library.abc, abc), name)(object.__new__(made), "x")

        theirs, ours = both(call)
        assert ours[0] == theirs[0]


def test_inspect_loader(library: Library) -> None:
    """From `get_source` alone come code, execution and compiled text."""
    made = make(library, "InspectLoader", get_source=lambda self, name: "x = __name__\n" if name else None)()
    code = made.get_code("mod")
    assert code.co_filename == "<string>"
    module = ModuleType("mod")
    made.exec_module(module)
    assert module.x == "mod"  # type: ignore[attr-defined]
    assert made.get_code("") is None
    with pytest.raises(ImportError, match=r"cannot load module '' when get_code\(\) returns None"):
        made.exec_module(ModuleType(""))
    assert library.abc.InspectLoader.source_to_code("x = 1", "file.py").co_filename == "file.py"
    assert library.abc.InspectLoader.source_to_code(b"x = 1").co_filename == "<string>"


def test_execution_loader(library: Library) -> None:
    """`get_filename` gives the code its file name, if it knows one."""

    def file_name(self: Any, name: str) -> str:
        if name == "unknown":
            raise ImportError
        return "file.py"

    made = make(
        library,
        "ExecutionLoader",
        get_source=lambda self, name: None if name == "none" else "x = 1",
        get_filename=file_name,
    )()
    assert made.get_code("mod").co_filename == "file.py"
    assert made.get_code("unknown").co_filename == "<string>"
    assert made.get_code("none") is None


def test_resource_loader(library: Library) -> None:
    """A resource loader gives data."""
    made = make(library, "ResourceLoader", get_data=lambda self, path: path.encode())()
    assert made.get_data("x") == b"x"
    assert isinstance(made, importlib.abc.Loader)


def test_file_loader(library: Library, sandbox: Sandbox) -> None:
    """A file loader knows its name, path and data."""
    root = sandbox.write({"mod.py": "x = 1\n"})
    made = make(library, "FileLoader", get_source=lambda self, name: "x = 'own'")
    loader = made("mod", str(root / "mod.py"))
    assert (loader.name, loader.path) == ("mod", str(root / "mod.py"))
    assert loader.get_filename("mod") == loader.get_filename() == str(root / "mod.py")
    assert loader.get_data(str(root / "mod.py")) == b"x = 1\n"
    assert loader.get_code("mod").co_filename == str(root / "mod.py")
    assert loader == made("mod", str(root / "mod.py"))
    assert loader != made("other", str(root / "mod.py"))
    with pytest.raises(ImportError, match="cannot handle"):
        loader.get_filename("other")
    module = ModuleType("mod")
    loader.exec_module(module)
    assert module.x == "own"  # type: ignore[attr-defined]


def test_source_loader(library: Library, sandbox: Sandbox) -> None:
    """A source loader needs `get_data` and `get_filename`."""
    made = make(
        library,
        "SourceLoader",
        get_data=lambda self, path: "# coding: latin-1\nx = 'ß'\n".encode("latin-1"),
        get_filename=lambda self, name: f"/nowhere/{name.replace('.', '/')}.py",
    )()
    assert made.get_source("mod") == "# coding: latin-1\nx = 'ß'\n"
    assert not made.is_package("mod")
    assert made.is_package("pkg.__init__.__init__") is False
    module = ModuleType("mod")
    made.exec_module(module)
    assert module.x == "ß"  # type: ignore[attr-defined]
    spec = library.util.spec_from_loader("mod", made)
    assert spec.origin == "/nowhere/mod.py"
    assert spec.has_location
    assert spec.cached == library.util.cache_from_source("/nowhere/mod.py")


def test_source_loader_of_a_package(library: Library) -> None:
    """The file's name tells that a source loader's module is a package."""
    made = make(
        library,
        "SourceLoader",
        get_data=lambda self, path: b"",
        get_filename=lambda self, name: "/nowhere/pkg/__init__.py",
    )()
    assert made.is_package("pkg")
    assert library.util.spec_from_loader("pkg", made).submodule_search_locations == ["/nowhere/pkg"]


@with_load_module
@pytest.mark.parametrize("abc", ["Loader", "InspectLoader", "SourceLoader", "FileLoader"])
def test_load_module(library: Library, sandbox: Sandbox, abc: str) -> None:
    """The deprecated `load_module` works from `exec_module`, warns, and cleans up after a failure."""
    methods: dict[str, Any] = {
        "exec_module": lambda self, module: module.__dict__.update(x=1 // self.one),
        "get_filename": lambda self, name=None: "/nowhere/made.py",
    }
    made = make(library, abc, **methods)
    loader = made("made", "/nowhere/made.py") if abc == "FileLoader" else made()
    loader.one = 1
    with pytest.warns(DeprecationWarning, match=r"load_module\(\)"):
        module = loader.load_module("made")
    assert module.x == 1
    assert sys.modules.pop("made") is module
    loader.one = 0
    with pytest.warns(DeprecationWarning, match="load_module"), pytest.raises(ZeroDivisionError):
        loader.load_module("made")
    assert "made" not in sys.modules
    sys.modules["made"] = module
    with pytest.warns(DeprecationWarning, match="load_module"), pytest.raises(ZeroDivisionError):
        loader.load_module("made")
    assert sys.modules["made"] is module


RECIPES = """
import importlib, importlib.abc, importlib.machinery, importlib.util, os, sys

# Checking if a module can be imported.
assert importlib.util.find_spec("json") is not None
assert importlib.util.find_spec("nothing_of_this_name") is None

# Importing a source file directly.
spec = importlib.util.spec_from_file_location("tool", FILE)
tool = importlib.util.module_from_spec(spec)
sys.modules["tool"] = tool
spec.loader.exec_module(tool)
assert tool.x == 1
del sys.modules["tool"]

# Lazy imports.
def lazy_import(name):
    spec = importlib.util.find_spec(name)
    loader = importlib.util.LazyLoader(spec.loader)
    spec.loader = loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    loader.exec_module(module)
    return module
sys.modules.pop("colorsys", None)
assert lazy_import("colorsys").rgb_to_hsv(1, 0, 0) == (0.0, 1.0, 1)

# Setting up an importer.
class SpamMetaPathFinder(importlib.abc.MetaPathFinder):
    def find_spec(self, fullname, path, target=None):
        if fullname == "spam":
            return importlib.machinery.ModuleSpec(fullname, SpamLoader(), origin="kitchen")
class SpamLoader(importlib.abc.Loader):
    def exec_module(self, module):
        module.eggs = 3
sys.meta_path.append(SpamMetaPathFinder())
import spam
assert spam.eggs == 3 and importlib.import_module("spam") is spam
SpamPathEntryFinder = importlib.machinery.FileFinder
loader_details = (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES)
sys.path_hooks.insert(0, SpamPathEntryFinder.path_hook(loader_details))
sys.path_importer_cache.clear()
sys.path.insert(0, os.path.dirname(FILE))
assert importlib.import_module("tool").x == 1

# Approximating importlib.import_module.
def import_module(name, package=None):
    absolute_name = importlib.util.resolve_name(name, package)
    try:
        return sys.modules[absolute_name]
    except KeyError:
        pass
    path = None
    if "." in absolute_name:
        parent_name, _, child_name = absolute_name.rpartition(".")
        parent_module = import_module(parent_name)
        path = parent_module.__spec__.submodule_search_locations
    for finder in sys.meta_path:
        spec = finder.find_spec(absolute_name, path)
        if spec is not None:
            break
    else:
        raise ModuleNotFoundError(f"No module named {absolute_name!r}", name=absolute_name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[absolute_name] = module
    spec.loader.exec_module(module)
    if path is not None:
        setattr(parent_module, child_name, module)
    return module
assert import_module("deep.down").y == 2 and sys.modules["deep"].down.y == 2

# Rewriting source.
class Shouting(importlib.machinery.SourceFileLoader):
    def get_data(self, path):
        data = super().get_data(path)
        return data.upper() if path.endswith(".py") else data
    def set_data(self, path, data, *, _mode=0o666):
        pass
loader = Shouting("loud", os.path.join(os.path.dirname(FILE), "loud.py"))
shout = importlib.util.spec_from_loader("loud", loader)
loud = importlib.util.module_from_spec(shout)
exec(shout.loader.get_code("loud"), loud.__dict__)
assert loud.X == 1

# Caches, names, hashes.
cache = importlib.util.cache_from_source(FILE)
assert importlib.util.source_from_cache(cache) == FILE
assert importlib.util.source_hash(b"") and len(importlib.util.MAGIC_NUMBER) == 4
assert ".py" in importlib.machinery.all_suffixes()
importlib.invalidate_caches()
done = True
"""


def test_code_written_for_importlib(library: Library, sandbox: Sandbox) -> None:
    """The recipes of importlib's documentation run with the import line changed."""
    files = {"tool.py": "x = 1\n", "loud.py": "x = 1\n", "deep/__init__.py": "", "deep/down.py": "y = 2\n"}
    file = sandbox.write({f"lib/{name}": text for name, text in files.items()}) / "lib/tool.py"
    text = RECIPES.replace("importlib", library.name)
    namespace: dict[str, Any] = {"FILE": str(file), "__name__": "recipes"}
    exec(compile(text, "recipes.py", "exec"), namespace)
    assert namespace["done"]


@pytest.mark.parametrize("module", ["", ".abc", ".machinery", ".util"])
def test_every_public_name_is_there(module: str) -> None:
    """Loadstone's modules have every public name of importlib's, in the running version."""
    theirs = importlib.import_module(f"importlib{module}")
    ours = importlib.import_module(f"loadstone{module}")
    plumbing = {"abc", "annotations", "sys", "types", "threading", "functools", "warnings", "contextmanager"}
    # Before 3.12 or so, what the module itself imports is in it too.
    names = set(getattr(theirs, "__all__", ())) or {
        name
        for name, value in vars(theirs).items()
        if not name.startswith("_")
        and not isinstance(value, ModuleType)
        and name not in plumbing
        and getattr(value, "__module__", "") != "typing"
        and name not in ("BinaryIO", "Text")
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        missing = {name for name in names if not hasattr(ours, name)}
    assert missing == set()


@pytest.mark.parametrize("module", ["abc", "machinery", "util"])
def test_unknown_names(module: str) -> None:
    """A name that is not there is an AttributeError that says so."""
    ours = importlib.import_module(f"loadstone.{module}")
    assert result(getattr, ours, "no_such_name")[:2] == (
        AttributeError,
        f"module 'loadstone.{module}' has no attribute 'no_such_name'",
    )


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="importlib has them no more")
def test_names_until_311() -> None:
    """Names that Python had until 3.11 are handed on."""
    assert loadstone.abc.Finder is importlib.abc.Finder  # type: ignore[attr-defined,unused-ignore]
    for name in ("module_for_loader", "set_loader", "set_package"):
        assert getattr(loadstone.util, name) is getattr(importlib.util, name)


def test_names_that_are_handed_on() -> None:
    """The resource classes and what only some systems have are those of the running Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        if sys.version_info < (3, 14):
            for name in ("ResourceReader", "Traversable", "TraversableResources"):
                assert getattr(loadstone.abc, name) is getattr(importlib.abc, name)
    assert loadstone.machinery.WindowsRegistryFinder is importlib.machinery.WindowsRegistryFinder
    assert hasattr(loadstone.machinery, "AppleFrameworkLoader") == hasattr(
        importlib.machinery, "AppleFrameworkLoader"
    )
    for name in ("SOURCE_SUFFIXES", "BYTECODE_SUFFIXES", "EXTENSION_SUFFIXES"):
        assert getattr(loadstone.machinery, name) == getattr(importlib.machinery, name)
    assert loadstone.util.MAGIC_NUMBER == importlib.util.MAGIC_NUMBER
    assert issubclass(loadstone.util.Loader, importlib.abc.Loader)  # type: ignore[attr-defined]


LOCATIONS: list[Any] = [
    None, "", "mod.py", "/a/mod.py", "/a/mod.pyc", "/a/mod.txt", Path("/a/mod.py"), b"/a/mod.py", 3,
    "/a/pkg/__init__.py", "./mod.py", "a/../mod.py", "/a/mod" + importlib.machinery.EXTENSION_SUFFIXES[0],
]  # fmt: skip


class HasFile:
    """A loader that knows a file name."""

    def get_filename(self, fullname: str) -> str:
        if fullname == "unknown":
            raise ImportError(fullname)
        return "/known/mod.py"


class IsPackage(HasFile):
    """A loader that knows that its module is a package."""

    def is_package(self, fullname: str) -> bool:
        if fullname == "unsure":
            raise ImportError(fullname)
        return True


@pytest.mark.parametrize("location", LOCATIONS, ids=repr)
def test_specs_from_file_locations(sandbox: Sandbox, location: Any) -> None:
    """`spec_from_file_location` makes importlib's spec of any location, loader and search locations."""
    for name in ("mod", "unknown", "unsure", "a.b", ""):
        for loader in (None, HasFile(), IsPackage(), object()):
            for extra in ({}, {"submodule_search_locations": None}, {"submodule_search_locations": []}):

                def make(
                    library: Library, name: str = name, loader: Any = loader, extra: dict[str, Any] = extra
                ) -> Any:
                    options = {key: None if value is None else list(value) for key, value in extra.items()}
                    spec = library.util.spec_from_file_location(name, location, loader=loader, **options)
                    if spec is None:
                        return None
                    kind = type(spec.loader).__name__
                    locations = spec.submodule_search_locations
                    return (
                        spec.name,
                        kind,
                        spec.origin,
                        spec.cached,
                        locations,
                        spec.has_location,
                        spec.parent,
                    )

                theirs, ours = both(make)
                assert ours[0] == theirs[0]
                if ours[0] == "returned":
                    assert ours == theirs


def test_a_location_without_working_directory(sandbox: Sandbox) -> None:
    """Where there is no working directory, a relative location stays as it is."""
    import os

    gone = sandbox.root / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    theirs, ours = both(lambda library: library.util.spec_from_file_location("mod", "mod.py").origin)
    assert ours == theirs == ("returned", "mod.py")
