"""ExtensionFileLoader, on extension modules that come with the interpreter."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from ..pythons import with_load_module
from .libraries import Library, both

if TYPE_CHECKING:
    from ..conftest import Sandbox


def file_of(name: str) -> str:
    """Where the extension module is."""
    spec = importlib.util.find_spec(name)
    if (
        spec is None
        or spec.origin is None
        or not spec.origin.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES))
    ):
        pytest.skip(f"this Python has no extension module {name}")
    return spec.origin


def load(library: Library, name: str, path: str) -> Any:
    """The module `name` in the file `path`, new."""
    loader = library.machinery.ExtensionFileLoader(name, path)
    spec = library.util.spec_from_file_location(name, path, loader=loader)
    module = library.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_multi_phase(library: Library, sandbox: Sandbox) -> None:
    """A module with multi-phase initialisation is new each time, with its import attributes."""
    path = file_of("_testmultiphase")
    module = load(library, "_testmultiphase", path)
    assert type(module) is ModuleType
    assert module.foo(1, 2) == 3
    assert module.int_const == 1969
    assert module.__file__ == path
    assert module.__spec__.origin == path
    assert module.__package__ == ""
    assert type(module.__loader__) is library.machinery.ExtensionFileLoader
    again = load(library, "_testmultiphase", path)
    assert again is not module
    assert again.Example is not module.Example


def test_multi_phase_executed_again(library: Library, sandbox: Sandbox) -> None:
    """A module that is initialised already is left alone by `exec_module`."""
    module = load(library, "_testmultiphase", file_of("_testmultiphase"))
    module.foo = "changed"
    module.__loader__.exec_module(module)
    assert module.foo == "changed"


@pytest.mark.parametrize(
    "name", ["_json", "_struct", "_bisect", "_ctypes_test", "_testbuffer", "_testsinglephase"]
)
def test_import(running: Library, sandbox: Sandbox, name: str) -> None:
    """Extension modules of both kinds are imported, by both kinds of import."""
    path = file_of(name)
    kept = sys.modules.pop(name, None)
    try:
        module = running.root.import_module(name)
        assert sys.modules[name] is module
        assert module.__file__ == path
        assert __import__(name) is module
        assert isinstance(module.__loader__, running.machinery.ExtensionFileLoader)
        assert not hasattr(module, "__cached__")
    finally:
        sys.modules.pop(name, None)
        if kept is not None:
            sys.modules[name] = kept


def test_single_phase(sandbox: Sandbox) -> None:
    """Modules with single-phase initialisation, several in one file, are loaded as importlib loads them."""
    path = file_of("_testimportmultiple")

    def names(library: Library) -> Any:
        modules = [load(library, name, path) for name in ("_testimportmultiple", "_testimportmultiple_foo")]
        with pytest.raises(ImportError) as caught:
            load(library, "_testimportmultiple_nothing", path)
        return (
            [module.__name__ for module in modules],
            str(caught.value),
            caught.value.name,
            caught.value.path,
        )

    theirs, ours = both(names)
    assert ours == theirs


def test_single_phase_in_a_child(library: Library, sandbox: Sandbox) -> None:
    """A module with single-phase initialisation can be imported, reloaded and imported again."""
    file_of("_testsinglephase")
    program = library.prelude + (
        "import sys, importlib, _testsinglephase as one\n"
        f"import {library.name}\n"
        "assert one.sum(1, 2) == 3\n"
        f"assert {library.name}.reload(one) is one\n"
        "del sys.modules['_testsinglephase']\n"
        "import _testsinglephase as two\n"
        "assert two.sum(1, 2) == 3\n"
        "print(type(two.__loader__).__module__)\n"
    )
    done = sandbox.python("-c", program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("loadstone" if library.is_loadstone else "_frozen")


MULTI_PHASE = [
    "_testmultiphase_nonmodule", "_testmultiphase_nonmodule_with_methods", "_testmultiphase_null_slots",
    "_testmultiphase_bad_slot_large", "_testmultiphase_bad_slot_negative",
    "_testmultiphase_create_int_with_state",
    "_testmultiphase_negative_size", "_testmultiphase_export_null", "_testmultiphase_export_uninitialized",
    "_testmultiphase_export_raise", "_testmultiphase_export_unreported_exception",
    "_testmultiphase_create_null",
    "_testmultiphase_create_raise", "_testmultiphase_create_unreported_exception",
    "_testmultiphase_nonmodule_with_exec_slots", "_testmultiphase_exec_err", "_testmultiphase_exec_raise",
    "_testmultiphase_exec_unreported_exception", "_testmultiphase_multiple_create_slots",
    "_testmultiphase_nothing", "_testmultiphase_zkouška_načtení", "eXport_unencodable_\udcff",
    "package.sub._testmultiphase", "", ".", "_testmultiphase\0",
]  # fmt: skip


@pytest.mark.parametrize("name", MULTI_PHASE, ids=ascii)
def test_modules_of_every_kind(sandbox: Sandbox, name: str) -> None:
    """What an extension file makes of a name, module or error, is what importlib makes of it."""
    path = file_of("_testmultiphase")

    def describe(library: Library) -> Any:
        module = load(library, name, path)
        return type(module), getattr(module, "__name__", None), getattr(module, "foo", None) is not None

    theirs, ours = both(describe)
    assert ours == theirs


@pytest.mark.parametrize(
    "content",
    [None, b"", b"not an extension", b"\x7fELF" + bytes(100), "folder"],
    ids=["missing", "", "text", "cut", "folder"],
)
def test_bad_files(sandbox: Sandbox, content: Any) -> None:
    """A file that is missing or no extension is an ImportError with its name and path."""
    suffix = importlib.machinery.EXTENSION_SUFFIXES[0]
    file = sandbox.root / f"mod{suffix}"
    if content == "folder":
        file.mkdir()
    elif content is not None:
        file.write_bytes(content)
    theirs, ours = both(lambda library: load(library, "mod", str(file)))
    assert ours == theirs
    assert ours[0] is ImportError
    assert ours[2:] == ("mod", str(file))


def test_failing_import_leaves_nothing(running: Library, sandbox: Sandbox) -> None:
    """An extension module that cannot be loaded does not stay in `sys.modules`."""
    sandbox.write({f"broken{importlib.machinery.EXTENSION_SUFFIXES[0]}": b"junk"}, on_path=True)
    with pytest.raises(ImportError) as caught:
        running.root.import_module("broken")
    assert caught.value.name == "broken"
    with pytest.raises(ImportError):
        import broken  # type: ignore[import-not-found]  # noqa: F401
    assert "broken" not in sys.modules


def test_protocols(library: Library, sandbox: Sandbox) -> None:
    """There is neither source nor code; a file called ``__init__`` is a package."""
    path = file_of("_testmultiphase")
    loader = library.machinery.ExtensionFileLoader("_testmultiphase", path)
    assert loader.get_code("_testmultiphase") is None
    assert loader.get_source("_testmultiphase") is None
    assert loader.get_filename("_testmultiphase") == path
    assert not loader.is_package("_testmultiphase")
    assert len(loader.get_data(path)) == Path(path).stat().st_size
    assert loader == library.machinery.ExtensionFileLoader("_testmultiphase", path)
    assert hash(loader) == hash(library.machinery.ExtensionFileLoader("_testmultiphase", path))
    assert loader != library.machinery.ExtensionFileLoader("other", path)
    for suffix in library.machinery.EXTENSION_SUFFIXES:
        package = library.machinery.ExtensionFileLoader("pkg", f"/pkg/__init__{suffix}")
        assert package.is_package("pkg")


def test_packages(running: Library, sandbox: Sandbox) -> None:
    """A package whose `__init__` is an extension module, and a submodule that is one, are imported."""
    path = file_of("_testmultiphase")
    suffix = importlib.machinery.EXTENSION_SUFFIXES[0]
    root = sandbox.write({"other/__init__.py": ""}, on_path=True)
    (root / "_testmultiphase").mkdir()
    (root / f"_testmultiphase/__init__{suffix}").symlink_to(path)
    (root / f"other/_testmultiphase{suffix}").symlink_to(path)
    kept = sys.modules.pop("_testmultiphase", None)
    try:
        package = running.root.import_module("_testmultiphase")
        assert package.__path__ == [str(root / "_testmultiphase")]
        assert running.root.import_module("other._testmultiphase").__package__ == "other"
    finally:
        sys.modules.pop("_testmultiphase", None)
        if kept is not None:
            sys.modules["_testmultiphase"] = kept


@with_load_module
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_load_module(library: Library, sandbox: Sandbox) -> None:
    """The deprecated `load_module` imports the module, or raises ImportError for another name."""
    path = file_of("_testmultiphase")
    kept = sys.modules.pop("_testmultiphase", None)
    loader = library.machinery.ExtensionFileLoader("_testmultiphase", path)
    try:
        module = loader.load_module("_testmultiphase")
        assert sys.modules["_testmultiphase"] is module
        with pytest.raises(ImportError):
            loader.load_module("other")
    finally:
        sys.modules.pop("_testmultiphase", None)
        if kept is not None:
            sys.modules["_testmultiphase"] = kept


def test_tracebacks_show_no_engine(library: Library, sandbox: Sandbox) -> None:
    """An error that an extension module raises shows no frame below the importing line but its own."""
    path = file_of("_testmultiphase")
    link = sandbox.root / f"_testmultiphase_exec_raise{importlib.machinery.EXTENSION_SUFFIXES[0]}"
    link.symlink_to(path)
    program = library.prelude + "import sys\nsys.path.insert(0, '')\nimport _testmultiphase_exec_raise\n"
    (sandbox.root / "program.py").write_text(program)
    done = subprocess.run(
        [sys.executable, "program.py"], cwd=sandbox.root, capture_output=True, text=True, check=False
    )
    assert done.stderr.endswith("SystemError: bad exec function\n")
    frames = [line for line in done.stderr.splitlines() if line.startswith("  File")]
    if library.is_loadstone:
        assert len(frames) <= 1, done.stderr
