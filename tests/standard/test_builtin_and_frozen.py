"""BuiltinImporter and FrozenImporter: modules that are in the interpreter itself."""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from ..pythons import with_load_module
from .libraries import Library, both

if TYPE_CHECKING:
    from ..conftest import Sandbox

BUILTIN = ["sys", "builtins", "time", "_imp", "posix", "marshal", "gc"]
FROZEN = [
    "_frozen_importlib", "_frozen_importlib_external", "zipimport", "__hello__", "__hello_alias__",
    "__hello_only__",
    "__phello__", "__phello__.spam", "__phello__.ham", "__phello__.ham.eggs", "__phello__.__init__",
    "__phello_alias__", "__phello_alias__.spam", "os", "posixpath", "codecs", "site", "abc", "io", "runpy",
    "importlib._bootstrap",
]  # fmt: skip
NEITHER = [
    "json",
    "nothing_of_this_name",
    "",
    "sys.path",
    "posix.x",
    "__phello__.nothing",
    "größe",
    "\udc80",
    "a\0b",
]
JUNK: list[Any] = [None, 3, b"sys", ["sys"], object()]


def describe(spec: Any) -> Any:
    """What the spec of a module in the interpreter says."""
    if spec is None:
        return None
    state = spec.loader_state
    return {
        "name": spec.name, "loader": spec.loader.__name__, "origin": spec.origin, "parent": spec.parent,
        "locations": spec.submodule_search_locations, "has_location": spec.has_location,
        "cached": spec.cached, "state": None if state is None else vars(state),
    }  # fmt: skip


@pytest.mark.parametrize("importer", ["BuiltinImporter", "FrozenImporter"])
@pytest.mark.parametrize("name", BUILTIN + FROZEN + NEITHER + JUNK, ids=ascii)
def test_what_is_found(sandbox: Sandbox, importer: str, name: Any) -> None:
    """Each importer finds the modules of its kind, with importlib's spec, with and without a path."""
    for arguments in ((), (None,), (["/some/where"],), ([], sys)):

        def find(library: Library, arguments: tuple[Any, ...] = arguments) -> Any:
            return describe(getattr(library.machinery, importer).find_spec(name, *arguments))

        theirs, ours = both(find)
        assert ours[0] == theirs[0]
        if ours[0] == "returned":
            assert ours == theirs


def test_specs_of_own_kind(library: Library) -> None:
    """The specs are the library's own; their loader is the importer class itself."""
    machinery = library.machinery
    for importer, name in ((machinery.BuiltinImporter, "sys"), (machinery.FrozenImporter, "zipimport")):
        spec = importer.find_spec(name)
        assert type(spec) is machinery.ModuleSpec
        assert spec.loader is importer
    assert machinery.BuiltinImporter.find_spec("zipimport") is None
    assert machinery.FrozenImporter.find_spec("sys") is None


@pytest.mark.parametrize("name", [*BUILTIN, "zipimport", "json", "nothing", "", 3, None], ids=repr)
@pytest.mark.parametrize("method", ["get_code", "get_source", "is_package"])
def test_inspecting_builtin_modules(method: str, name: Any) -> None:
    """Built-in modules have no code, no source and are no packages; other names are an ImportError."""
    theirs, ours = both(lambda library: getattr(library.machinery.BuiltinImporter, method)(name))
    assert ours == theirs


@pytest.mark.parametrize("name", [*FROZEN, "sys", "json", "nothing", "", 3, None], ids=repr)
def test_inspecting_frozen_modules(name: Any) -> None:
    """Frozen modules have code and no source; other names are an ImportError."""
    for method in ("get_source", "is_package", "get_code"):

        def ask(library: Library, method: str = method) -> Any:
            answer = getattr(library.machinery.FrozenImporter, method)(name)
            return answer if method != "get_code" else (answer.co_code, answer.co_consts, answer.co_filename)

        theirs, ours = both(ask)
        assert ours[0] == theirs[0]
        assert ours[0] is TypeError or ours == theirs


@pytest.mark.parametrize("name", ["time", "gc", "marshal"])
def test_importing_builtin_modules(running: Library, sandbox: Sandbox, name: str) -> None:
    """A built-in module that left `sys.modules` is imported again."""
    kept = sys.modules.pop(name)
    try:
        module = running.root.import_module(name)
        assert module.__spec__.loader is running.machinery.BuiltinImporter
        assert module.__loader__ is running.machinery.BuiltinImporter
        assert module.__spec__.origin == "built-in"
        assert not hasattr(module, "__file__")
        assert module.__package__ == ""
        assert sys.modules[name] is module
    finally:
        sys.modules[name] = kept


def test_creating_builtin_modules() -> None:
    """A spec of a name that is no built-in module is an ImportError."""
    for name in ("json", "nothing_of_this_name", "", "zipimport"):
        spec = importlib.machinery.ModuleSpec(name, None)
        theirs, ours = both(lambda library, spec=spec: library.machinery.BuiltinImporter.create_module(spec))
        assert ours == theirs
        assert ours[0] is ImportError
    for spec in (None, 3, importlib.machinery.ModuleSpec(3, None)):  # type: ignore[arg-type]
        theirs, ours = both(lambda library, spec=spec: library.machinery.BuiltinImporter.create_module(spec))
        assert ours[0] == theirs[0]


class Fickle:
    """A spec whose name can be asked for once only."""

    asked = 0

    @property
    def name(self) -> str:
        self.asked += 1
        if self.asked > 1:
            raise LookupError("once only")
        return "gc"


def test_what_the_interpreter_raises() -> None:
    """What the interpreter's C code raises passes through."""
    theirs, ours = both(lambda library: library.machinery.BuiltinImporter.create_module(Fickle()))
    assert ours == theirs
    assert ours[0] is LookupError


def test_executing_what_is_not_built_in() -> None:
    """A module that no built-in made is not initialised; what is no module is refused."""
    for thing in (ModuleType("x"), None, 3):
        theirs, ours = both(lambda library, thing=thing: library.machinery.BuiltinImporter.exec_module(thing))
        assert ours == theirs


NAMES = ["__hello__", "__phello__", "__phello__.spam"]
if sys.version_info >= (3, 11):
    NAMES += [
        "__hello_alias__",
        "__hello_only__",
        "__phello_alias__",
        "__phello_alias__.spam",
        "__phello__.ham.eggs",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_importing_frozen_modules(sandbox: Sandbox, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Frozen modules and packages are imported with the attributes that importlib gives them."""

    def load(library: Library) -> Any:
        for full in list(sys.modules):
            if full.startswith(("__hello", "__phello")):
                del sys.modules[full]
        with library.running():
            module = library.root.import_module(name)
        assert module.__loader__ is module.__spec__.loader is library.machinery.FrozenImporter
        origin = getattr(module.__spec__.loader_state, "origname", None)
        attributes = {
            key: value
            for key, value in vars(module).items()
            if isinstance(value, (str, bool, list, type(None))) and key != "__builtins__"
        }
        return attributes, origin

    theirs, ours = both(load)
    assert ours == theirs


@pytest.mark.skipif(sys.version_info < (3, 11), reason="frozen modules carry no more than their name")
def test_facts_about_frozen_modules(library: Library, sandbox: Sandbox) -> None:
    """The loader state tells the original name and the source file, which becomes `__file__`."""
    importer = library.machinery.FrozenImporter
    spec = importer.find_spec("__phello_alias__")
    assert spec.loader_state.origname == "__hello__"
    assert spec.loader_state.filename.endswith("__hello__.py")
    module = library.util.module_from_spec(spec)
    importer.exec_module(module)
    assert module.__file__ == spec.loader_state.filename
    package = importer.find_spec("__phello__")
    assert package.loader_state.filename.endswith("__phello__/__init__.py")
    assert package.submodule_search_locations[0].endswith("__phello__")
    assert importer.find_spec("__hello_only__").loader_state.filename is None


def test_without_the_standard_library(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where it is not known where the standard library is, frozen modules have no file."""
    if sys.version_info < (3, 11):
        pytest.skip("frozen modules never have one")
    monkeypatch.setattr(sys, "_stdlib_dir", None)
    spec = library.machinery.FrozenImporter.find_spec("__phello__")
    assert spec.loader_state.filename is None
    assert spec.submodule_search_locations == []
    module = library.machinery.FrozenImporter.create_module(spec)
    assert not hasattr(module, "__file__")


def test_creating_frozen_modules_by_hand(library: Library, sandbox: Sandbox) -> None:
    """A spec without loader state makes a module without file; what is not frozen cannot be executed."""
    importer = library.machinery.FrozenImporter
    spec = library.machinery.ModuleSpec("zipimport", importer, origin="frozen")
    module = library.util.module_from_spec(spec)
    assert getattr(module, "__file__", None) is None
    importer.exec_module(module)
    assert module.zipimporter
    other = library.util.module_from_spec(library.machinery.ModuleSpec("nothing_frozen", importer))
    with pytest.raises(ImportError, match="nothing_frozen"):
        importer.exec_module(other)


@with_load_module
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("importer", ["BuiltinImporter", "FrozenImporter"])
def test_load_module(sandbox: Sandbox, importer: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The deprecated `load_module` imports a module of the kind, and refuses others."""
    good = "gc" if importer == "BuiltinImporter" else "__hello__"

    def load(library: Library) -> Any:
        kept = sys.modules.pop(good, None)
        try:
            loader = getattr(library.machinery, importer)
            module = loader.load_module(good)
            assert sys.modules[good] is module
            assert loader.load_module(good) is module
            return module.__name__, describe(module.__spec__)["origin"]
        finally:
            if kept is not None:
                sys.modules[good] = kept

    theirs, ours = both(load)
    assert ours == theirs
    theirs, ours = both(lambda library: getattr(library.machinery, importer).load_module("nothing"))
    assert ours == theirs
    assert ours[0] is ImportError


@with_load_module
def test_load_module_warns(library: Library, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    """`load_module` is deprecated here too."""
    with pytest.warns(DeprecationWarning, match=r"load_module\(\)"):
        library.machinery.FrozenImporter.load_module("__hello__")


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="importlib has it no more")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_find_module() -> None:
    """The deprecated `find_module` returns the loader alone."""
    for importer, name in (("BuiltinImporter", "sys"), ("FrozenImporter", "zipimport")):
        for asked in (name, "nothing"):

            def find(library: Library, importer: str = importer, asked: str = asked) -> Any:
                loader = getattr(library.machinery, importer).find_module(asked)
                return None if loader is None else loader.__name__

            theirs, ours = both(find)
            assert ours == theirs


def test_frozen_modules_can_be_switched_off(sandbox: Sandbox) -> None:
    """-X frozen_modules=off leaves the standard library to the path, under loadstone too."""
    program = (
        "import loadstone.machinery as m, importlib.machinery as n, sys\n"
        "for name in ('os', 'zipimport', 'site'):\n"
        "    a, b = m.FrozenImporter.find_spec(name), n.FrozenImporter.find_spec(name)\n"
        "    assert (a is None) == (b is None), name\n"
    )
    for switch in ("on", "off"):
        done = sandbox.python("-X", f"frozen_modules={switch}", "-c", program)
        assert done.returncode == 0, done.stderr
