"""TreeFinder and MemoryTree: what trees are importable, by which loaders, and what becomes of bad ones."""

from __future__ import annotations

import copy
import importlib
import importlib.machinery
import importlib.resources
import importlib.util
import io
import os
import pickle
import pkgutil
import sys
import threading
import traceback
import warnings
import zipfile
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone import MemoryTree, TreeFinder
from loadstone.framework.resources import Traversable

from .kinds import Unlistable

if TYPE_CHECKING:
    from ..conftest import Sandbox

pytestmark = pytest.mark.usefixtures("sandbox")


def installed(root: Any, *details: Any) -> TreeFinder:
    """A finder over the tree, last on `sys.meta_path`."""
    finder = TreeFinder(root, *details)
    sys.meta_path.append(finder)
    return finder


# Packages and places


def test_packages_of_a_directory_have_real_directories(sandbox: Sandbox) -> None:
    """A directory's packages are as on `sys.path`; with loaders given, path entries are the finder's."""
    sandbox.write({"pkg/__init__.py": "", "pkg/mod.py": ""})
    plain, own = (
        TreeFinder(sandbox.root),
        TreeFinder(sandbox.root, (loadstone.machinery.SourceFileLoader, [".py"])),
    )
    for finder in (plain, own):
        spec: Any = finder.find_spec("pkg")
        assert spec.origin == str(sandbox.root / "pkg" / "__init__.py")
        assert spec.has_location
    assert plain.find_spec("pkg").submodule_search_locations == [str(sandbox.root / "pkg")]  # type: ignore[union-attr]
    assert own.find_spec("pkg").submodule_search_locations == [own.entry("pkg")]  # type: ignore[union-attr]
    for finder in (plain, own):
        pkg: Any = finder.find_spec("pkg")
        mod: Any = finder.find_spec("pkg.mod", pkg.submodule_search_locations)
        assert mod.origin == str(sandbox.root / "pkg" / "mod.py")


def test_a_relative_path_is_made_absolute(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative root is that of the working directory at the time."""
    sandbox.write({"here/relative_mod.py": ""})
    monkeypatch.chdir(sandbox.root)
    installed("here")
    monkeypatch.chdir(sandbox.root / "here")
    assert importlib.import_module("relative_mod").__file__ == str(sandbox.root / "here" / "relative_mod.py")


def test_bytecode_only_modules_of_a_directory(sandbox: Sandbox) -> None:
    """A directory has modules of bytecode without source too."""
    import py_compile

    sandbox.write({"tree/compiled.py": "x = 4\n"})
    source = sandbox.root / "tree" / "compiled.py"
    py_compile.compile(str(source), str(sandbox.root / "tree" / "compiled.pyc"))
    source.unlink()
    installed(sandbox.root / "tree")
    assert importlib.import_module("compiled").x == 4


def test_a_regular_package_of_another_finder_gets_no_submodules(sandbox: Sandbox) -> None:
    """A tree's files are not injected into a regular package that was found elsewhere."""
    sandbox.write({"pkg/__init__.py": ""}, on_path=True)
    installed(MemoryTree({"pkg/extra.py": ""}))
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("pkg.extra")


def test_a_module_behind_wins_over_a_folder() -> None:
    """A folder without a module file, though first on the chain, hides no module of the finders behind it."""
    finder = TreeFinder(MemoryTree({"colorsys/notes.txt": "", "alone/notes.txt": ""}))
    before = list(sys.meta_path)
    with loadstone.install(finder, first=True):
        assert sys.meta_path == [finder, *before]
        sys.modules.pop("colorsys", None)
        assert importlib.import_module("colorsys").__file__
        assert list(importlib.import_module("alone").__path__) == [finder.entry("alone")]


def test_a_path_of_ones_own() -> None:
    """A package that adds an entry of the finder's to its `__path__` gets modules from there."""
    tree = MemoryTree(
        {
            "pkg/__init__.py": "",
            "plugins/more/deep.py": "x = 1\n",
            "pkg/near.py": "",
            "plugins/more/ns/m.py": "",
        }
    )
    finder = installed(tree)
    pkg = importlib.import_module("pkg")
    pkg.__path__ = [b"odd", *pkg.__path__, finder.entry("plugins.more")]
    assert importlib.import_module("pkg.deep").x == 1
    assert importlib.import_module("pkg.near")
    assert list(importlib.import_module("pkg.ns").__path__) == [finder.entry("plugins.more.ns")]
    assert importlib.import_module("pkg.ns.m").__name__ == "pkg.ns.m"


def test_an_uninstalled_finder_answers_too() -> None:
    """A finder that is on no chain answers by itself, portions included."""
    finder = TreeFinder(MemoryTree({"a/b/c.py": ""}))
    spec: Any = finder.find_spec("a")
    assert (spec.loader, spec.submodule_search_locations) == (None, [finder.entry("a")])
    assert finder.find_spec("a.b.c").origin == f"{finder.root}/a/b/c.py"  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["my-mod", "class", "été", "1st"])
@pytest.mark.parametrize("listing", [True, False])
def test_names_that_are_no_identifiers(name: str, listing: bool) -> None:
    """What can be imported by name only is imported, as from a directory."""
    files = {f"{name}.py": "x = 1\n"}
    installed(MemoryTree(files) if listing else Unlistable(files))
    assert importlib.import_module(name).x == 1


@pytest.mark.parametrize("name", ["a/b", "a\\b", "a\0b", "..", "a..b", "pkg."])
def test_names_that_lead_elsewhere_are_not_found(name: str, sandbox: Sandbox) -> None:
    """A name with a separator in it, or an empty part, is never a path."""
    files = {"a/b.py": "", "a/__init__.py": "", "pkg/__init__.py": ""}
    sandbox.write(dict(files.items()))
    for root in (MemoryTree(files), Unlistable(files), sandbox.root):
        assert TreeFinder(root).find_spec(name) is None


@pytest.mark.parametrize("root", [3, None, b"bytes", object()])
def test_a_root_that_is_no_tree(root: Any) -> None:
    """The error names what a root has to be, and what was given."""
    with pytest.raises(TypeError, match=f"root must be a Traversable or str, not {type(root).__name__}"):
        TreeFinder(root)


def test_a_root_that_is_not_there_and_a_suffix_without_its_dot(sandbox: Sandbox) -> None:
    """What would never find anything is refused when the finder is made."""
    missing = sandbox.root / "missing"
    for root in (missing, str(missing)):
        with pytest.raises(FileNotFoundError, match="root is not there") as caught:
            loadstone.TreeFinder(root)
        assert caught.value.filename == str(missing)
    with pytest.raises(ValueError, match=r"must have its dot: expected '\.py', not 'py'"):
        loadstone.TreeFinder(sandbox.root, (loadstone.machinery.SourceFileLoader, ["py"]))


def test_a_root_that_is_a_file(sandbox: Sandbox) -> None:
    """The path of a file is refused, and the error says what to do with an archive."""
    sandbox.write({"some.zip": b""})
    for root in (sandbox.root / "some.zip", str(sandbox.root / "some.zip")):
        with pytest.raises(NotADirectoryError, match=r"a zip archive is a zipfile\.Path"):
            TreeFinder(root)


@pytest.mark.parametrize("pair", [3, (len,), (len, ".py"), ("loader", [".py"])])
def test_loader_details_that_are_no_pairs(pair: Any) -> None:
    """The error shows the pair that is none."""
    with pytest.raises(TypeError, match="loader details must be"):
        TreeFinder(MemoryTree(), pair)


# Loaders


class Upper(importlib.machinery.SourceFileLoader):
    """A loader of importlib's kind that changes both data and source."""

    def get_data(self, path: str) -> bytes:
        return super().get_data(path).replace(b"low", b"LOW")

    def source_to_code(self, data: Any, path: Any, *name: Any, _optimize: int = -1) -> Any:  # type: ignore[override]
        return super().source_to_code(bytes(data) + b"\nextra = True\n", path, *name, _optimize=_optimize)  # type: ignore[call-arg]


class OursUpper(loadstone.machinery.SourceFileLoader):
    """The same of loadstone's kind."""

    def get_data(self, path: str) -> bytes:
        return super().get_data(path).replace(b"low", b"LOW")

    def source_to_code(self, data: Any, path: Any, *name: Any, _optimize: int = -1) -> Any:
        return super().source_to_code(bytes(data) + b"\nextra = True\n", path, *name, _optimize=_optimize)


class OfAbc(loadstone.abc.FileLoader):
    """One made of an abstract class."""

    def get_source(self, fullname: str) -> str:
        return self.get_data(self.path).decode()


@pytest.mark.parametrize("kind", [Upper, OursUpper])
def test_a_subclass_of_a_file_loader_reads_from_the_tree(kind: Any) -> None:
    """What the author of a loader class has overridden is in force; what it inherits reads from the tree."""
    installed(MemoryTree({"pkg/__init__.txt": "x = 'low'\n"}), (kind, [".txt"]))
    pkg = importlib.import_module("pkg")
    assert (pkg.x, pkg.extra) == ("LOW", True)
    assert isinstance(pkg.__loader__, kind)
    assert type(pkg.__loader__).__qualname__ == kind.__qualname__
    assert pkg.__loader__.get_source("pkg") == "x = 'LOW'\n"
    with pytest.raises(OSError, match="does not tell the times"):
        pkg.__loader__.path_stats(pkg.__file__)


def test_an_abstract_file_loader_reads_from_the_tree() -> None:
    """A class made of `loadstone.abc.FileLoader` reads from the tree as well."""
    installed(MemoryTree({"made.py": "x = 1\n"}), (OfAbc, [".py"]))
    assert importlib.import_module("made").x == 1


def test_data_that_are_not_in_the_tree(sandbox: Sandbox) -> None:
    """A loader still reads files that are elsewhere; what the tree lacks raises FileNotFoundError."""
    sandbox.write({"beside.txt": "on disk"})
    installed(MemoryTree({"mod.py": ""}))
    loader: Any = importlib.import_module("mod").__loader__
    assert loader.get_data(str(sandbox.root / "beside.txt")) == b"on disk"
    with pytest.raises(FileNotFoundError):
        loader.get_data(f"{loader.path[:-6]}none.txt")


def test_other_callables_are_called_as_they_are() -> None:
    """A loader that is no class of file loaders gets the name and the path."""
    seen = []

    class Note(loadstone.Loader):
        def __init__(self, fullname: str, path: str) -> None:
            seen.append((fullname, path))

        def exec_module(self, module: Any) -> None:
            module.made = "noted"

    def make(fullname: str, path: str) -> Note:
        return Note(fullname, path)

    tree = MemoryTree({"a.one": "", "b.two": "", "c.py": ""})
    installed(tree, (Note, [".one"]), (make, [".two"]))
    for name in "ab":
        assert importlib.import_module(name).made == "noted"
    assert seen == [("a", f"{tree}/a.one"), ("b", f"{tree}/b.two")]
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("c")


def test_suffixes_are_looked_for_in_order() -> None:
    """A package is looked for before a module, and files by the order of their suffixes."""
    tree = MemoryTree(
        {"m.two": "x = 2\n", "m.one": "x = 1\n", "p.one": "", "p/__init__.two": "x = 'package'\n"}
    )
    installed(tree, (loadstone.machinery.SourceFileLoader, [".one", ".two"]))
    assert importlib.import_module("m").x == 1
    assert importlib.import_module("p").x == "package"


def test_a_finder_travels_pickled() -> None:
    """A finder over a tree that can be pickled can be too, with its loaders."""
    finder = TreeFinder(MemoryTree({"mod.py": "x = 'low'\n"}), (OursUpper, [".py"]))
    spec: Any = pickle.loads(pickle.dumps(finder)).find_spec("mod")
    assert spec.loader.get_source("mod") == "x = 'LOW'\n"


def test_python_m(sandbox: Sandbox) -> None:
    """A package in a tree runs by ``python -m``, once the finder is installed in that interpreter."""
    sandbox.write(
        {
            "sitecustomize.py": """
                import loadstone

                files = {"tpkg/__init__.py": "", "tpkg/__main__.py": "from . import mod"}
                files["tpkg/mod.py"] = "print(__name__)"
                loadstone.install(loadstone.TreeFinder(loadstone.MemoryTree(files)))
                """
        }
    )
    path = os.pathsep.join([str(sandbox.root), str(Path(loadstone.__file__).parent.parent)])
    result = sandbox.python("-m", "tpkg", PYTHONPATH=path)
    assert (result.stdout, result.stderr) == ("tpkg.mod\n", "")


# Listing, metadata


def test_what_is_listed(sandbox: Sandbox) -> None:
    """Modules and packages are listed by name, portions and other files are not, as pkgutil has it."""
    files = {
        "m.py": "",
        "p/__init__.py": "",
        "space/x.py": "",
        "a.b.py": "",
        "__init__.py": "",
        "no.txt": "",
        "p.py": "",
    }
    sandbox.write({f"tree/{name}": text for name, text in files.items()})
    with zipfile.ZipFile(sandbox.root / "tree.zip", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    for root in (MemoryTree(files), sandbox.root / "tree", zipfile.Path(sandbox.root / "tree.zip")):
        finder = TreeFinder(root)
        assert list(finder.list_modules()) == [("m", False), ("p", True)]
        assert list(finder.iter_modules("x.")) == [("x.m", False), ("x.p", True)]
        assert list(finder.list_modules("nowhere")) == []
        entry: Any = pkgutil.get_importer(finder.entry("space"))
        assert list(entry.iter_modules()) == [("x", False)]
    assert list(TreeFinder(Unlistable(files)).list_modules()) == []


METADATA = {
    "My_Dist-2.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: My.Dist\nVersion: 2.0\n",
    "My_Dist-2.0.dist-info/entry_points.txt": "[group]\nname = mod:thing\n",
    "old-1.0.egg-info/PKG-INFO": "Metadata-Version: 1.0\nName: old\nVersion: 1.0\n",
    "mod.py": "thing = 5\n",
}


def test_metadata() -> None:
    """Distributions are found by name, in whatever spelling, and listed; their entry points load."""
    finder = installed(MemoryTree(METADATA))
    assert metadata.version("my-dist") == metadata.version("My_Dist") == "2.0"
    assert metadata.version("old") == "1.0"
    assert [dist.version for dist in finder.find_distributions()] == ["2.0", "1.0"]
    [entry_point] = [each for each in metadata.distribution("my.dist").entry_points if each.group == "group"]
    assert entry_point.load() == 5
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.version("dist")


def test_metadata_along_a_path(sandbox: Sandbox) -> None:
    """Distributions of another path than `sys.path` are the tree's only if its root is on it."""
    sandbox.write({f"tree/{name}": text for name, text in METADATA.items()})
    finder = installed(sandbox.root / "tree")
    context = metadata.DistributionFinder.Context
    assert len(list(finder.find_distributions(context()))) == 2
    assert list(finder.find_distributions(context(path=[str(sandbox.root)]))) == []
    for entry in (str(sandbox.root / "tree"), finder.entry("")):
        assert len(list(finder.find_distributions(context(path=[entry], name="old")))) == 1


# Changes


def test_what_is_remembered() -> None:
    """A new file is seen once caches are invalidated; changed contents when the module is reloaded."""
    tree = MemoryTree({"first.py": "x = 1\n"})
    installed(tree)
    first = importlib.import_module("first")
    tree["second.py"] = "x = 2\n"
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("second")
    importlib.invalidate_caches()
    assert importlib.import_module("second").x == 2
    tree["first.py"] = "x = 3\n"
    assert importlib.reload(first).x == 3
    del tree["first.py"]
    importlib.invalidate_caches()
    with pytest.raises(ModuleNotFoundError):
        importlib.reload(first)


def test_a_namespace_package_that_was_there_before(sandbox: Sandbox) -> None:
    """Its path gets the portion of a finder that comes later when a submodule is imported from that."""
    sandbox.write({"space/a.py": "", "space/a.txt": "disk"}, on_path=True)
    space = importlib.import_module("space")
    finder = TreeFinder(MemoryTree({"space/b.py": "", "space/b.txt": "tree"}))
    with loadstone.install(finder):
        importlib.import_module("space.b")
        assert list(space.__path__) == [str(sandbox.root / "space"), finder.entry("space")]
        files: Any = importlib.resources.files("space")
        assert [(files / f"{name}.txt").read_text() for name in "ab"] == ["disk", "tree"]
    assert list(space.__path__) == [str(sandbox.root / "space")]


def test_portions_of_directories_are_directories(sandbox: Sandbox) -> None:
    """Where all portions are real directories, the standard library's own parts serve them."""
    sandbox.write({"disk/space/a.py": "", "tree/space/sub/b.py": "", "tree/space/b.txt": "b"})
    sandbox.on_path("disk")
    with loadstone.install(TreeFinder(sandbox.root / "tree")):
        space = importlib.import_module("space")
        assert list(space.__path__) == [str(sandbox.root / place / "space") for place in ("disk", "tree")]
        assert (importlib.resources.files("space") / "b.txt").read_text() == "b"
        assert type(space.__loader__).__module__ in (
            "_frozen_importlib_external",
            "loadstone._core.namespace",
        )
        assert importlib.import_module("space.sub.b").__file__ == str(sandbox.root / "tree/space/sub/b.py")


def test_a_portion_in_a_package() -> None:
    """A folder in a regular package is a namespace package with resources."""
    with loadstone.install(
        TreeFinder(MemoryTree({"pkg/__init__.py": "", "pkg/data/x.txt": "x", "pkg/data/d/y.txt": "y"}))
    ):
        files: Any = importlib.resources.files(importlib.import_module("pkg.data"))
        assert files.joinpath("x.txt").read_text() == "x"
        assert files.joinpath("d/y.txt").read_text() == "y"
        assert not files.joinpath("none").is_file()
        assert files.is_dir()
        assert not files.is_file()
        assert files.name == "data"


def test_resources_of_several_portions() -> None:
    """Of two files of one name the first portion's counts; folders are joined, at any depth."""
    front = TreeFinder(
        MemoryTree({"space/x.txt": "front", "space/d/e/one.txt": "1", "space/mixed/f.txt": "f"})
    )
    back = TreeFinder(MemoryTree({"space/x.txt": "back", "space/d/e/two.txt": "2", "space/mixed": "a file"}))
    with loadstone.install(front), loadstone.install(back):
        files: Any = importlib.resources.files(importlib.import_module("space"))
        assert sorted(child.name for child in files.iterdir()) == ["d", "mixed", "x.txt"]
        assert (files / "x.txt").read_text() == "front"
        assert sorted(child.name for child in (files / "d" / "e").iterdir()) == ["one.txt", "two.txt"]
        assert files.joinpath("d", "e/two.txt").read_text() == "2"
        assert (files / "mixed" / "f.txt").read_text() == "f"
        assert files.joinpath() is files
        assert repr(files).startswith("Joined('space', [")
        for read in (files.read_bytes, files.read_text, files.open):
            with pytest.raises(IsADirectoryError):
                read()
        with pytest.raises(IsADirectoryError):
            files.read_text("utf-8", "strict")


@pytest.mark.filterwarnings("ignore:(read|open)_text is deprecated:DeprecationWarning")
def test_resources_read_by_function() -> None:
    """`importlib.resources.read_text` reads from a tree, with the error handler that it is given."""
    tree = MemoryTree({"pkg/__init__.py": "", "pkg/data.txt": b"\xff!"})
    with loadstone.install(TreeFinder(tree)):
        package = importlib.import_module("pkg")
        assert importlib.resources.read_text(package, "data.txt", encoding="ascii", errors="ignore") == "!"


def test_a_portion_without_a_folder() -> None:
    """Resources of a namespace package come from those portions that have a folder."""

    class Bare(loadstone.Finder):
        adds_portions = True

        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            return self.spec(fullname, None) if fullname == "space" else None

    tree = TreeFinder(MemoryTree({"space/x.txt": "x"}))
    with loadstone.install(Bare()):
        empty = importlib.resources.files(importlib.import_module("space"))
        assert list(empty.iterdir()) == []
        assert not empty.joinpath("x.txt").is_file()
        with pytest.raises(FileNotFoundError):
            empty.joinpath("x.txt").read_bytes()
    del sys.modules["space"]
    with loadstone.install(Bare()), loadstone.install(tree):
        assert [repr(finder) for finder in sys.meta_path].count("Portions()") == 1
        space = importlib.import_module("space")
        assert len(list(space.__path__)) == 2
        assert [child.name for child in importlib.resources.files(space).iterdir()] == ["x.txt"]


def test_a_folder_that_cannot_be_reached() -> None:
    """A tree that fails on the way to a folder is probed, and the error is that of the module's file."""
    broken({"joinpath pkg": ConnectionError("reset")})
    sys.modules["pkg"] = package = type(sys)("pkg")
    package.__path__ = [sys.meta_path[-1].entry("pkg")]  # type: ignore[union-attr]
    with pytest.raises(ImportError, match=r"fails at 'unlistable:/pkg/mod/__init__\.py': ConnectionError"):
        importlib.import_module("pkg.mod")


# Trees that fail


class Broken(Unlistable):
    """A tree that fails at some questions."""

    failing: dict[str, Exception]

    def joinpath(self, child: str) -> Broken:
        node = Broken(self.files, f"{self.path}/{child}".lstrip("/"))
        node.failing = self.failing
        self._fail("joinpath", node.path)
        return node

    def _fail(self, question: str, path: str | None = None) -> None:
        error = self.failing.get(f"{question} {self.path if path is None else path}")
        if error is not None:
            raise error

    def is_file(self) -> bool:
        self._fail("is_file")
        return super().is_file()

    def is_dir(self) -> bool:
        self._fail("is_dir")
        return super().is_dir()

    def read_bytes(self) -> bytes:
        self._fail("read_bytes")
        return super().read_bytes()


def broken(failing: dict[str, Exception]) -> TreeFinder:
    """A finder over such a tree, on the chain."""
    tree = Broken({"mod.py": "x = 1\n", "space/a.py": "", "pkg/__init__.py": ""})
    tree.failing = failing
    return installed(tree)


@pytest.mark.parametrize(
    "error", [ConnectionError("reset"), RuntimeError("odd"), PermissionError(13, "denied")]
)
@pytest.mark.parametrize(
    ("name", "question", "path"),
    [
        ("mod", "is_file", "mod.py"),
        ("mod", "joinpath", "mod.py"),
        ("mod", "read_bytes", "mod.py"),
        ("pkg", "is_file", "pkg/__init__.py"),
        ("space", "is_dir", "space"),
    ],
)
def test_a_tree_that_fails(name: str, question: str, path: str, error: Exception) -> None:
    """An ImportError names tree and path, with the cause chained; the import state is as before."""
    broken({f"{question} {path}": error})
    known = dict(sys.modules)
    with pytest.raises(ImportError) as caught:
        importlib.import_module(name)
    assert not isinstance(caught.value, ModuleNotFoundError)
    assert "unlistable:" in str(caught.value)
    assert f"{type(error).__name__}" in str(caught.value)
    assert (caught.value.name, caught.value.path) == (name, f"unlistable:/{path}")
    causes = [caught.value.__cause__, getattr(caught.value.__cause__, "__cause__", None)]
    assert error in causes
    assert dict(sys.modules) == known


@pytest.mark.parametrize(
    ("failing", "name"),
    [
        ({"is_file mod.py": NotImplementedError()}, "mod"),
        ({"is_file pkg/__init__.py": FileNotFoundError(), "is_dir pkg": NotImplementedError()}, None),
        (
            {"is_file space/__init__.py": NotImplementedError(), "joinpath space.py": NotADirectoryError()},
            "space",
        ),
    ],
)
def test_a_tree_that_does_not_answer_everything(failing: dict[str, Exception], name: str | None) -> None:
    """Where a tree cannot say whether a file is there, it is read; what is missing is missing."""
    broken(failing)
    if name is None:
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("pkg")
    else:
        assert importlib.import_module(name).__name__ == name


def test_a_tree_that_fails_where_it_is_read_to_know() -> None:
    """A tree that cannot say whether a file is there, and cannot be read, gives the same ImportError."""
    broken({"is_file mod.py": NotImplementedError(), "read_bytes mod.py": RuntimeError("odd")})
    with pytest.raises(ImportError, match=r"fails at 'unlistable:/mod.py': RuntimeError: odd"):
        importlib.import_module("mod")


def test_a_failing_tree_leaves_other_namespaces_alone(sandbox: Sandbox) -> None:
    """What another finder has found is imported, with a warning that a portion may be missing."""
    sandbox.write({"space/b.py": "x = 1\n"}, on_path=True)
    tree = Broken({})
    tree.failing = {"is_dir space": ConnectionError("reset")}
    with loadstone.install(TreeFinder(tree)), warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        assert importlib.import_module("space.b").x == 1
    assert any("does not tell its portion of 'space'" in str(each.message) for each in seen)
    assert {each.category for each in seen} == {ImportWarning}


@pytest.mark.parametrize(
    "source", ["x = '\udc80'".encode("utf-8", "surrogateescape"), b"# coding: nonsense\n", b"def", b"x = 1\0"]
)
def test_bad_source(source: bytes, sandbox: Sandbox) -> None:
    """Source that is none raises what Python raises for it in a directory."""
    sandbox.write({"disk/bad_on_disk.py": source})
    sandbox.on_path("disk")
    installed(MemoryTree({"bad.py": source, "more/bad.py": source}))
    raised = []
    for name in ("bad_on_disk", "bad"):
        with pytest.raises((SyntaxError, ValueError)) as caught:
            importlib.import_module(name)
        raised.append(caught.value)
        assert name not in sys.modules
    assert type(raised[0]) is type(raised[1])
    assert raised[0].args[0] == raised[1].args[0]


def test_a_tree_that_imports(sandbox: Sandbox) -> None:
    """A tree may import what it needs to answer: it is not asked for that itself."""

    class Needy(MemoryTree):
        def is_file(self) -> bool:
            with pytest.raises(ModuleNotFoundError):
                importlib.import_module("what_trees_may_need")
            return super().is_file()

        def _at(self, parts: tuple[str, ...]) -> MemoryTree:
            node = super()._at(parts)
            node.__class__ = Needy
            return node

    installed(Needy({"found.py": "x = 1"}))
    assert importlib.import_module("found").x == 1


# MemoryTree


def test_paths_in_a_tree_in_memory_are_its_own() -> None:
    """No tree has the paths of another one, be that gone, its copy, or what came of pickling it."""
    paths = {str(MemoryTree({"a.py": ""}) / "a.py") for _ in range(50)}
    assert len(paths) == 50
    tree = MemoryTree({"a.py": "x = 1"})
    assert str(tree / "a.py") == str(tree / "a.py")
    for other in (copy.deepcopy(tree), pickle.loads(pickle.dumps(tree))):
        assert str(other / "a.py") != str(tree / "a.py")
        assert (other / "a.py").read_text() == "x = 1"


def test_a_memory_tree_is_a_traversable() -> None:
    """It does what the protocol says, as a directory on disk does."""
    tree = MemoryTree({"pkg/__init__.py": "x = 'é'\r\n", "pkg/data.bin": b"\xff\x00", "top.txt": b"top"})
    assert isinstance(tree, Traversable)
    assert (tree.name, tree.is_dir(), tree.is_file()) == ("", True, False)
    assert sorted(child.name for child in tree.iterdir()) == ["pkg", "top.txt"]
    data = tree.joinpath("pkg", "data.bin")
    assert data == tree / "pkg/data.bin" == tree.joinpath("pkg").joinpath("./data.bin")
    assert hash(data) == hash(tree / "pkg" / "data.bin")
    assert data != MemoryTree()
    assert data != "data"
    assert (data.name, data.is_file(), data.is_dir(), data.parent.name) == ("data.bin", True, False, "pkg")
    assert data.read_bytes() == data.open("rb").read() == b"\xff\x00"
    init = tree / "pkg" / "__init__.py"
    assert init.read_text() == init.open().read() == "x = 'é'\n"
    assert init.open("r", newline="").read() == "x = 'é'\r\n"
    assert init.read_text(encoding="latin-1") == "x = 'Ã©'\n"
    assert data.open(encoding="ascii", errors="replace").read() == "\ufffd\0"
    assert data.read_text("ascii", "replace") == "\ufffd\0"
    assert tree.joinpath() == tree / "" == tree
    assert str(init) == f"{tree}/pkg/__init__.py"
    assert repr(init) == "<MemoryTree at pkg/__init__.py>"
    assert repr(tree) == "<MemoryTree at its root>"
    assert not (tree / ".." / "pkg").is_dir()


def test_what_a_memory_tree_refuses() -> None:
    """Reading what is not there and writing where it cannot be raise what a file system raises."""
    tree = MemoryTree({"pkg/mod.py": ""})
    with pytest.raises(UnicodeDecodeError):
        MemoryTree({"x": b"\xff"}).joinpath("x").read_text()
    with pytest.raises(FileNotFoundError):
        (tree / "none").read_bytes()
    with pytest.raises(FileNotFoundError):
        (tree / "pkg" / "mod.py" / "below").iterdir()
    with pytest.raises(IsADirectoryError):
        (tree / "pkg").read_text()
    with pytest.raises(NotADirectoryError):
        (tree / "pkg" / "mod.py").iterdir()
    with pytest.raises(ValueError, match="read only"):
        (tree / "pkg" / "mod.py").open("w")
    with pytest.raises(IsADirectoryError):
        tree["pkg"] = ""
    with pytest.raises(NotADirectoryError):
        tree["pkg/mod.py/x"] = ""
    with pytest.raises(TypeError, match="content of 'x' must be str or bytes, not int"):
        tree["x"] = 3  # type: ignore[assignment]
    with pytest.raises(TypeError, match="path must be str, not bytes"):
        tree[b"x"] = ""  # type: ignore[index]
    for path in ("", "/x", "x/", "a//b", "../x", "./x"):
        with pytest.raises(ValueError, match="path must name a file in the tree"):
            tree[path] = ""
    for path in ("none", "pkg/none", "none/x", "pkg/mod.py/x"):
        with pytest.raises(KeyError):
            del tree[path]
    assert [str(child) for child in tree.iterdir()] == [f"{tree}/pkg"]


def test_a_memory_tree_can_be_changed() -> None:
    """Files come and go, below folders too; a folder is gone with the last file in it."""
    tree = MemoryTree()
    tree["a/b/c.txt"] = "c"
    (tree / "a")["d.txt"] = bytearray(b"d")
    assert (tree / "a/d.txt").read_bytes() == b"d"
    del tree["a/b/c.txt"]
    assert not (tree / "a/b").is_dir()
    del (tree / "a")["d.txt"]
    assert list(tree.iterdir()) == []
    tree["x/y/z"] = tree["x/w"] = ""
    del tree["x"]
    assert not (tree / "x").is_dir()


def test_threads_write_to_one_memory_tree() -> None:
    """What many threads write at the same time is all there; what they remove is gone."""
    tree = MemoryTree()
    start = threading.Barrier(4)

    def work(number: int) -> None:
        start.wait()
        for count in range(200):
            tree[f"shared/{number}/{count}.py"] = "x"
            tree[f"shared/{count}.txt"] = str(number)
            if count % 2:
                del tree[f"shared/{number}/{count}.py"]
            sorted(child.name for child in (tree / "shared").iterdir())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(4):
        assert len(list((tree / f"shared/{number}").iterdir())) == 100
    assert sum(child.is_file() for child in (tree / "shared").iterdir()) == 200


def test_reprs(tmp_path: Path) -> None:
    """A finder's repr shows its tree."""
    assert repr(TreeFinder(tmp_path)) == f"TreeFinder({tmp_path!r})"
    assert repr(TreeFinder(MemoryTree())) == "TreeFinder(<MemoryTree at its root>)"


# What has no file, or has it elsewhere


def test_archives_in_memory_are_told_apart() -> None:
    """Two zip archives without a name have paths of their own, and tracebacks show the lines of each."""
    finders = []
    for value in ("one", "two"):
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w") as archive:
            archive.writestr("nameless.py", f"def fail():\n    raise ValueError({value!r})\n")
        finders.append(TreeFinder(zipfile.Path(zipfile.ZipFile(data))))
    shown = {}
    for finder in finders:
        sys.modules.pop("nameless", None)
        with loadstone.install(finder):
            module = importlib.import_module("nameless")
        try:
            module.fail()
        except ValueError as error:
            shown[module.__file__] = traceback.format_exception_only(error), traceback.format_exc()
    assert len(shown) == 2
    for (name, text), value in zip(shown.values(), ("one", "two"), strict=True):
        assert name == [f"ValueError: {value}\n"]
        assert f"raise ValueError({value!r})" in text


def test_an_extension_module_from_an_archive(sandbox: Sandbox) -> None:
    """A loader that puts the file elsewhere has it loaded from there, and that is the module's file."""
    found: Any = importlib.util.find_spec("_testmultiphase")
    if found is None or not found.has_location:
        pytest.skip("this Python has no extension module _testmultiphase")
    name = os.path.basename(found.origin)
    tree = MemoryTree({"ext/__init__.py": "", f"ext/{name}": Path(found.origin).read_bytes()})

    def extracted(fullname: str, path: str) -> Any:
        copy = sandbox.root / os.path.basename(path)
        copy.write_bytes((tree / "ext" / copy.name).read_bytes())
        return importlib.machinery.ExtensionFileLoader(fullname, str(copy))

    suffixes = importlib.machinery.EXTENSION_SUFFIXES
    installed(tree, (extracted, suffixes), (loadstone.machinery.SourceFileLoader, [".py"]))
    module = importlib.import_module("ext._testmultiphase")
    assert module.foo(1, 2) == 3
    assert module.__file__ == module.__spec__.origin == str(sandbox.root / name)  # type: ignore[union-attr]


def test_a_loader_that_knows_no_file() -> None:
    """Where a loader does not tell its file, that is the one in the tree."""

    class Reluctant(loadstone.Loader):
        def get_filename(self, fullname: str) -> str:
            raise ImportError("not told", name=fullname)

        def get_source(self, fullname: str) -> str:
            return "x = 1\n"

    installed(MemoryTree({"mod.odd": ""}), (lambda name, path: Reluctant(), [".odd"]))
    module: Any = importlib.import_module("mod")
    assert (module.x, module.__file__.endswith("/mod.odd")) == (1, True)


def test_packages_that_extend_their_path(sandbox: Sandbox) -> None:
    """A package that calls `extend_path` has a part in a tree, once that is an entry of `sys.path`."""
    extend = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
    sandbox.write({"corp/__init__.py": extend, "corp/disk.py": ""}, on_path=True)
    finder = installed(MemoryTree({"corp/__init__.py": extend, "corp/tree.py": ""}))
    sys.path.append(finder.entry(""))
    assert [importlib.import_module(f"corp.{name}").__name__ for name in ("disk", "tree")] == [
        "corp.disk",
        "corp.tree",
    ]
