"""`source_to_code` is told the module's name since Python 3.15; loaders of before are called without."""

from __future__ import annotations

import importlib.machinery
import sys
import warnings
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
import loadstone.abc
import loadstone.machinery
from loadstone._core.versions import COMPILES_FOR_MODULE

from .libraries import Library

if TYPE_CHECKING:
    from ..conftest import Sandbox

GIVEN = ("mod",) if COMPILES_FOR_MODULE else ()


def test_a_loader_gets_the_name_of_the_module(library: Library, sandbox: Sandbox) -> None:
    """`get_code` gives `source_to_code` data, path and, since Python 3.15, the module's name."""
    seen = []

    class Own(library.machinery.SourceFileLoader):  # type: ignore[misc,name-defined]
        def source_to_code(self, data: Any, path: Any, *name: Any, **options: Any) -> Any:
            seen.append(name)
            return super().source_to_code(data, path, *name, **options)

    sandbox.write({"mod.py": "x = 1"})
    Own("mod", str(sandbox.root / "mod.py")).get_code("mod")
    assert seen == [GIVEN]


@pytest.mark.parametrize("abc", ["InspectLoader", "ExecutionLoader"])
def test_loaders_by_the_abstract_classes_get_the_name(library: Library, abc: str) -> None:
    """The same for those who give their source by `get_source`, with a file name or without."""
    seen = []

    class Own(getattr(library.abc, abc)):  # type: ignore[misc]
        def get_source(self, fullname: str) -> str:
            return "x = 1"

        def get_filename(self, fullname: str) -> str:
            raise ImportError(fullname)

        @staticmethod
        def source_to_code(data: Any, path: Any = "<string>", *name: Any) -> Any:
            seen.append((path, *name))
            return compile(data, path, "exec")

    Own().get_code("mod")
    assert seen == [("<string>", *GIVEN)]


def test_warnings_are_filtered_by_the_name_of_the_module(library: Library, sandbox: Sandbox) -> None:
    """Since Python 3.15 a filter of SyntaxWarnings by module is matched with the name that is imported."""
    sandbox.write({"quirk/__init__.py": "", "quirk/odd.py": "x = 1or 0"}, on_path=True)
    sys.dont_write_bytecode = True

    def outcome(pattern: str) -> str:
        sys.modules.pop("quirk.odd", None)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.filterwarnings("error", category=SyntaxWarning, module=pattern)
            try:
                library.root.import_module("quirk.odd")
            except SyntaxError:
                return "error"
        return "quiet"

    # Before, the name is worked out from the path of the file.
    assert outcome(r"quirk\.odd$") == ("error" if COMPILES_FOR_MODULE else "quiet")
    assert outcome(r"odd$") == "quiet"


class TwoArguments(loadstone.machinery.SourceFileLoader):
    """A loader of before Python 3.15."""

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        return super().source_to_code(data.replace(b"1", b"2"), path, _optimize=_optimize)


class Static(loadstone.machinery.SourceFileLoader):
    """The same, with a static method."""

    @staticmethod
    def source_to_code(data: Any, path: Any = "<string>") -> Any:  # type: ignore[override]
        return compile(data.replace(b"1", b"2"), path, "exec")


class ByName(loadstone.Loader):
    """The same by the framework's class."""

    def __init__(self, fullname: str, path: str) -> None:
        self.path = path

    def get_source(self, fullname: str) -> str:
        with open(self.path, encoding="utf-8") as file:
            return file.read()

    def source_to_code(self, data: Any, path: Any = "<string>") -> Any:  # type: ignore[override]
        return compile(data.replace("1", "2"), path, "exec")


class Theirs(importlib.machinery.SourceFileLoader):
    """The same by importlib's class: it works through a transform."""

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> Any:  # type: ignore[override]
        return super().source_to_code(data.replace(b"1", b"2"), path, _optimize=_optimize)


class Nothing(loadstone.Transform):
    """A transform that changes nothing."""

    def transform_source(self, text: str, spec: Any) -> str:
        return text


@pytest.mark.parametrize("transformed", [False, True])
@pytest.mark.parametrize("kind", [TwoArguments, Static, ByName, Theirs])
def test_loaders_of_before_are_called_without_the_name(
    sandbox: Sandbox, kind: Any, transformed: bool
) -> None:
    """A `source_to_code` of two arguments works on, with one warning that names it and the remedy."""
    if kind is Theirs and not transformed:
        pytest.skip("that is between the class and importlib")
    file = sandbox.write({"mod.py": "x = 1"}, on_path=True) / "mod.py"
    sys.dont_write_bytecode = True
    finder = importlib.machinery.FileFinder(str(sandbox.root), (kind, [".py"]))
    sys.path_importer_cache[str(sandbox.root)] = finder
    globals().pop("__warningregistry__", None)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        for _ in range(2):
            sys.modules.pop("mod", None)
            if transformed:
                with loadstone.install(Nothing()):
                    assert loadstone.import_module("mod").x == 2
            else:
                assert loadstone.import_module("mod").x == 2
    if not COMPILES_FOR_MODULE:
        assert not caught
        return
    (warning,) = caught
    assert warning.category is RuntimeWarning
    assert warning.filename == __file__
    assert str(warning.message).startswith(f"{__name__}.{kind.__qualname__}.source_to_code() does not take")
    assert "fullname=None" in str(warning.message)
    assert file.exists()


def test_standard_loaders_say_that_they_take_the_name() -> None:
    """`fullname` is a parameter of every `source_to_code` of ours, on every version."""
    import inspect

    for kind in (
        loadstone.machinery.SourceFileLoader,
        loadstone.abc.InspectLoader,
        loadstone.abc.SourceLoader,
        loadstone.Loader,
    ):
        assert inspect.signature(kind.source_to_code).parameters["fullname"].default is None
