"""The standard library's tools on what is imported: resources, metadata, listing, source, pickling."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.resources
import inspect
import io
import linecache
import pickle
import pkgutil
import runpy
import sys
import traceback
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .libraries import Library

if TYPE_CHECKING:
    from ..conftest import Sandbox

FILES = {
    "pkg/__init__.py": "'''A package.'''\n",
    "pkg/mod.py": (
        "import pickle\n\nclass C:\n    '''A class.'''\n\ndef fails():\n    raise ValueError('no')\n"
    ),
    "pkg/sub/__init__.py": "",
    "pkg/sub/deep.py": "x = 1\n",
    "pkg/data.txt": "hello\n",
    "pkg/sub/data.bin": b"\0\1",
    "pkg/bare/more.txt": "more",
    "pkg/__main__.py": "import sys\nprint(__name__, __package__, sys.argv[1:])\nresult = 'ran'\n",
    "lone.py": "x = 1\n",
    "space/inside.py": "",
    "pkg-2.5.dist-info/METADATA": "Metadata-Version: 2.1\nName: pkg\nVersion: 2.5\n",
    "pkg-2.5.dist-info/entry_points.txt": "[things]\nfirst = pkg.mod:C\n",
    "pkg-2.5.dist-info/top_level.txt": "pkg\n",
    "pkg-2.5.dist-info/RECORD": "pkg/__init__.py,,\n",
}


@pytest.fixture(params=["folder", "zip"])
def packages(request: pytest.FixtureRequest, running: Library, sandbox: Sandbox) -> Library:
    """Each library in charge, with packages in a folder or a zip archive on the path."""
    if request.param == "folder":
        sandbox.write(FILES, on_path=True)
        return running
    archive = sandbox.root / "packages.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name, content in FILES.items():
            file.writestr(name, content)
    sys.path.insert(0, str(archive))
    return running


def test_resources(packages: Library) -> None:
    """`importlib.resources` reads the files beside a module, as text, as bytes, as paths and in folders."""
    packages.root.import_module("pkg.sub")
    files = importlib.resources.files("pkg")
    assert files.joinpath("data.txt").read_text() == "hello\n"
    assert files.joinpath("sub", "data.bin").read_bytes() == b"\0\1"
    assert files.joinpath("bare", "more.txt").is_file()
    assert {"__init__.py", "data.txt", "sub"} <= {item.name for item in files.iterdir()}
    with importlib.resources.as_file(files.joinpath("data.txt")) as path:
        assert Path(path).read_text() == "hello\n"
    assert importlib.resources.files("pkg.sub").joinpath("data.bin").read_bytes() == b"\0\1"
    assert not files.joinpath("nothing").is_file()


def test_data_by_the_loader(packages: Library) -> None:
    """`pkgutil.get_data` reads by the loader's `get_data`."""
    packages.root.import_module("pkg")
    assert pkgutil.get_data("pkg", "data.txt") == b"hello\n"
    with pytest.raises(OSError, match="nothing"):
        pkgutil.get_data("pkg", "nothing.txt")


def test_metadata(packages: Library) -> None:
    """`importlib.metadata` finds the distributions of the path."""
    assert importlib.metadata.version("pkg") == "2.5"
    assert [point.load().__name__ for point in importlib.metadata.entry_points(group="things")] == ["C"]
    assert importlib.metadata.metadata("pkg")["Name"] == "pkg"
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("nothing-of-this-name")


def test_listing_modules(packages: Library) -> None:
    """`pkgutil` lists the modules of the path and of packages, and walks through them."""
    top = {info.name: info.ispkg for info in pkgutil.iter_modules([sys.path[0]])}
    assert top == {"pkg": True, "lone": False}
    package = packages.root.import_module("pkg")
    below = {info.name: info.ispkg for info in pkgutil.iter_modules(package.__path__, "pkg.")}
    assert below == {"pkg.mod": False, "pkg.sub": True, "pkg.__main__": False}
    walked = {info.name for info in pkgutil.walk_packages(package.__path__, "pkg.")}
    assert walked == {"pkg.mod", "pkg.sub", "pkg.sub.deep", "pkg.__main__"}
    assert "pkg.sub" in sys.modules


def test_importers(packages: Library) -> None:
    """`pkgutil.get_importer` gives the finder that an import uses."""
    packages.root.import_module("lone")
    assert pkgutil.get_importer(sys.path[0]) is sys.path_importer_cache[sys.path[0]]


def test_resolving_names(packages: Library) -> None:
    """`pkgutil.resolve_name` imports what it needs."""
    assert pkgutil.resolve_name("pkg.mod:C").__name__ == "C"
    assert pkgutil.resolve_name("pkg.sub.deep.x") == 1


def test_source(packages: Library) -> None:
    """`inspect` finds source, file and module of what is imported, and `linecache` its lines."""
    mod = packages.root.import_module("pkg.mod")
    assert inspect.getsource(mod) == FILES["pkg/mod.py"]
    assert inspect.getsource(mod.C) == "class C:\n    '''A class.'''\n"
    assert inspect.getsourcelines(mod.fails)[1] == 6
    assert inspect.getmodule(mod.fails) is mod
    assert inspect.getdoc(packages.root.import_module("pkg")) == "A package."
    linecache.clearcache()
    assert linecache.getline(mod.__file__, 7, vars(mod)) == "    raise ValueError('no')\n"


def test_tracebacks(packages: Library) -> None:
    """A traceback shows the lines of an imported module."""
    mod = packages.root.import_module("pkg.mod")
    linecache.clearcache()
    try:
        mod.fails()
    except ValueError:
        assert "    raise ValueError('no')\n" in traceback.format_exc()


def test_running_modules(packages: Library) -> None:
    """`runpy` runs modules and packages."""
    sys.argv = ["program"]
    with contextlib.redirect_stdout(io.StringIO()) as output:
        assert runpy.run_module("pkg", run_name="__main__", alter_sys=True)["result"] == "ran"
        assert runpy.run_module("pkg.sub.deep")["x"] == 1
    assert output.getvalue() == "__main__ pkg []\n"
    with pytest.raises(ImportError, match="No module named nothing_of_this_name"):
        runpy.run_module("nothing_of_this_name")


def test_running_paths(running: Library, sandbox: Sandbox) -> None:
    """`runpy.run_path` runs a script, and a folder or archive by its `__main__`."""
    root = sandbox.write(
        {"script.py": "x = 1\n", "app/__main__.py": "import other\nx = other.x\n", "app/other.py": "x = 2\n"}
    )
    assert runpy.run_path(str(root / "script.py"))["x"] == 1
    assert runpy.run_path(str(root / "app"))["x"] == 2
    sys.modules.pop("other")
    with zipfile.ZipFile(root / "app.zip", "w") as file:
        file.write(root / "app/__main__.py", "__main__.py")
        file.writestr("other.py", "x = 3\n")
    assert runpy.run_path(str(root / "app.zip"))["x"] == 3


def test_pickling(packages: Library) -> None:
    """What an imported module defines is pickled by name, and imported when it is loaded elsewhere."""
    mod = packages.root.import_module("pkg.mod")
    data = pickle.dumps([mod.C(), mod.fails])
    for name in ("pkg", "pkg.mod"):
        del sys.modules[name]
    made, function = pickle.loads(data)
    assert type(made) is sys.modules["pkg.mod"].C
    assert function is sys.modules["pkg.mod"].fails


def test_zip_packages(running: Library, sandbox: Sandbox) -> None:
    """Modules in zip archives are loaded by the interpreter's own zip importer."""

    with zipfile.ZipFile(sandbox.root / "a.zip", "w") as file:
        file.writestr("zipped/__init__.py", "")
        file.writestr("zipped/mod.py", "x = 1\n")
    sys.path.insert(0, str(sandbox.root / "a.zip"))
    mod = running.root.import_module("zipped.mod")
    assert mod.x == 1
    assert type(mod.__loader__).__name__ == "zipimporter"
    with pytest.raises(ModuleNotFoundError):
        running.root.import_module("zipped.nothing")
    with zipfile.ZipFile(sandbox.root / "a.zip", "w") as file:
        file.writestr("zipped/__init__.py", "")
        file.writestr("zipped/nothing.py", "x = 2\n")
    running.root.invalidate_caches()
    assert running.root.import_module("zipped.nothing").x == 2


def test_reader_of_one_module(running: Library, sandbox: Sandbox) -> None:
    """`get_resource_reader` of a file's loader reads beside the file."""
    root = sandbox.write(FILES, on_path=True)
    loader: Any = running.root.import_module("pkg").__loader__
    reader = loader.get_resource_reader("pkg")
    assert reader.files() == root / "pkg"
    with reader.open_resource("data.txt") as file:
        assert file.read() == b"hello\n"
    assert reader.is_resource("data.txt")
