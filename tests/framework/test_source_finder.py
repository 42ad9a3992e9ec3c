"""SourceFinder: what follows from a `get_source`, and what can be overridden."""

from __future__ import annotations

import importlib
import importlib.resources
import inspect
import pkgutil
import sys
from typing import Any

import pytest

import loadstone
from loadstone import SourceFinder

pytestmark = pytest.mark.usefixtures("sandbox")


class Dictionary(SourceFinder):
    """Source by name, from a dict; a name that others are below is a package."""

    def __init__(self, sources: dict[str, Any]) -> None:
        self.sources = sources
        self.asked: list[str] = []

    def get_source(self, fullname: str) -> Any:
        self.asked.append(fullname)
        return self.sources.get(fullname)

    def is_package(self, fullname: str) -> bool:
        return any(name.startswith(f"{fullname}.") for name in self.sources)


def installed(finder: Any) -> Any:
    """The finder, put last on `sys.meta_path`."""
    sys.meta_path.append(finder)
    return finder


def test_one_method_is_enough() -> None:
    """With `get_source` alone, modules are imported; it is asked once for finding and executing one."""

    class Squares(SourceFinder):
        asked = 0

        def get_source(self, fullname: str) -> str | None:
            self.asked += 1
            name, _, number = fullname.partition("_")
            return f"value = {int(number) ** 2}\n" if name == "square" else None

    finder = installed(Squares())
    module = importlib.import_module("square_7")
    assert (module.value, finder.asked) == (49, 1)
    assert not hasattr(module, "__path__")
    assert inspect.getsource(module) == "value = 49\n"
    assert module.__file__ == f"<{finder.label}>/square_7.py"
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("cube_7")


def test_it_is_abstract() -> None:
    """Without `get_source` there is no finder."""
    with pytest.raises(TypeError, match="get_source"):
        SourceFinder()  # type: ignore[abstract]


def test_a_class_is_a_finder() -> None:
    """With class methods, the class itself goes on the chain."""

    class Constants(SourceFinder):
        @classmethod
        def get_source(cls, fullname: str) -> str | None:
            return "x = 1\n" if fullname == "constants" else None

        @classmethod
        def is_package(cls, fullname: str) -> bool:
            return False

    with loadstone.install(Constants):
        assert importlib.import_module("constants").x == 1
        assert ("constants", False) in Constants.list_modules()


def test_packages_and_portions() -> None:
    """A package with source is regular, one without is a portion of a namespace package."""
    finder = installed(
        Dictionary({"pkg": "", "pkg.mod": "", "space.mod": "from . import near\n", "space.near": ""})
    )
    assert importlib.import_module("pkg.mod")
    assert importlib.import_module("pkg").__file__.endswith("/pkg/__init__.py")
    assert importlib.import_module("space.mod").near.__name__ == "space.near"
    assert list(importlib.import_module("space").__path__) == [finder.entry("space")]


def test_what_is_listed() -> None:
    """By default the modules that have been found are listed, and those that are gone are not."""
    finder = installed(Dictionary({"pkg": "", "pkg.one": "", "pkg.two": ""}))
    pkg = importlib.import_module("pkg")
    assert list(pkgutil.iter_modules(pkg.__path__)) == []
    importlib.import_module("pkg.two")
    assert [module.name for module in pkgutil.iter_modules(pkg.__path__)] == ["two"]
    assert list(finder.iter_modules("x.")) == [("x.pkg", True)]
    two = sys.modules["pkg.two"]
    del finder.sources["pkg.two"]
    with pytest.raises(ModuleNotFoundError):
        importlib.reload(two)
    assert list(finder.list_modules("pkg")) == []
    loader: Any = two.__loader__
    with pytest.raises(ImportError, match=r"has no source of 'pkg\.two'"):
        loader.get_source("pkg.two")


def test_a_file_name_of_ones_own() -> None:
    """`get_filename` says what `__file__` and tracebacks show."""

    class Rows(Dictionary):
        def get_filename(self, fullname: str) -> str:
            return f"db:/{fullname}.row"

    installed(Rows({"row": "def f():\n    return 1\n"}))
    module = importlib.import_module("row")
    assert module.__file__ == module.f.__code__.co_filename == "db:/row.row"
    assert inspect.getsource(module.f) == "def f():\n    return 1\n"


def test_resources() -> None:
    """What `get_data` knows is a resource; so is the source of the modules found, which are listed."""

    class WithData(Dictionary):
        def get_data(self, path: str) -> bytes:
            return b"data" if path.endswith("/pkg/data.bin") else super().get_data(path)

    installed(WithData({"pkg": "", "pkg.mod": "x = 1\n", "pkg.sub": "", "pkg.sub.deep": ""}))
    importlib.import_module("pkg.mod")
    importlib.import_module("pkg.sub")
    folder: Any = importlib.resources.files("pkg")
    assert (folder.name, folder.is_dir(), folder.is_file()) == ("pkg", True, False)
    data = folder / "data.bin"
    assert (data.name, data.is_file(), data.is_dir()) == ("data.bin", True, False)
    assert data.open("rb").read() == b"data"
    assert data.read_text() == data.read_text("ascii", "strict") == "data"
    assert [file.name for file in folder.iterdir()] == ["__init__.py", "mod.py", "sub"]
    assert folder.joinpath("mod.py").read_bytes() == b"x = 1\n"
    assert folder.joinpath() is folder
    assert str(data).endswith("/pkg/data.bin")
    assert repr(data) == f"Data({str(data)!r})"
    assert not folder.joinpath("none").is_file()
    with pytest.raises(FileNotFoundError):
        folder.joinpath("none").read_bytes()
    with pytest.raises(IsADirectoryError):
        folder.read_bytes()
    with pytest.raises(NotADirectoryError):
        list(data.iterdir())


@pytest.mark.parametrize("source", [b"x = 1", 3, ["x"]])
def test_what_is_no_source(source: Any) -> None:
    """Something else than text is refused by an error that names the finder and the module."""
    finder = installed(Dictionary({"odd": source}))
    known = dict(sys.modules)
    with pytest.raises(TypeError, match=rf"must return str or None, not {type(source).__name__} \('odd'\)"):
        importlib.import_module("odd")
    assert dict(sys.modules) == known
    finder.sources["odd"] = "x = 1\n"
    loader: Any = importlib.import_module("odd").__loader__
    finder.sources["odd"] = source
    with pytest.raises(TypeError, match="must return str or None"):
        loader.get_source("odd")


def test_what_the_author_raises_passes_through() -> None:
    """An error in `get_source` is the author's: it is not changed."""

    class Failing(SourceFinder):
        def get_source(self, fullname: str) -> str | None:
            raise ConnectionError(fullname)

    installed(Failing())
    with pytest.raises(ConnectionError, match="anything"):
        importlib.import_module("anything")


def test_bad_source() -> None:
    """A SyntaxError shows the line of the source."""
    installed(Dictionary({"bad": "x = 1\ndef\n"}))
    with pytest.raises(SyntaxError) as caught:
        importlib.import_module("bad")
    assert (caught.value.lineno, caught.value.text) == (2, "def\n")
    assert "bad" not in sys.modules
