"""Namespace packages: their search path and their loader."""

from __future__ import annotations

import importlib.machinery
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from loadstone._core.versions import NAMES_NAMESPACE_PATH

from ..pythons import with_load_module
from .libraries import Library, both

if TYPE_CHECKING:
    from ..conftest import Sandbox


def portions(sandbox: Sandbox, *names: str) -> list[str]:
    """Put folders that each hold a portion of `space` on the path."""
    for name in names:
        sandbox.write({f"{name}/space/{name}.py": f"here = {name!r}", f"{name}/space/inner/in_{name}.py": ""})
    entries = [str(sandbox.root / name) for name in names]
    sys.path[:0] = entries
    return [os.path.join(entry, "space") for entry in entries]


def test_portions_make_one_package(running: Library, sandbox: Sandbox) -> None:
    """The portions of all path entries make one package, in the path's order, subpackages too."""
    expected = portions(sandbox, "one", "two")
    space = running.root.import_module("space")
    assert list(space.__path__) == expected
    assert running.root.import_module("space.one").here == "one"
    assert running.root.import_module("space.two").here == "two"
    inner = running.root.import_module("space.inner")
    assert list(inner.__path__) == [f"{portion}/inner" for portion in expected]
    running.root.import_module("space.inner.in_two")


def test_what_a_namespace_package_is(running: Library, sandbox: Sandbox) -> None:
    """It has a loader that executes nothing, no file and no cache."""
    portions(sandbox, "one")
    space = running.root.import_module("space")
    assert getattr(space, "__file__", None) is None
    assert isinstance(
        space.__loader__, importlib.machinery.NamespaceLoader if sys.version_info >= (3, 11) else object
    )
    assert space.__spec__.loader is space.__loader__
    assert space.__spec__.origin is None
    assert not space.__spec__.has_location
    assert space.__package__ == "space"
    loader = space.__loader__
    assert loader.is_package("space")
    assert loader.get_source("space") == ""
    assert loader.create_module(space.__spec__) is None
    before = dict(vars(space))
    exec(loader.get_code("space"), vars(space))
    loader.exec_module(space)
    assert {key: value for key, value in vars(space).items() if key != "__builtins__"} == before


def test_the_path_follows_sys_path(running: Library, sandbox: Sandbox) -> None:
    """When `sys.path` changes, the package's path does."""
    first = portions(sandbox, "one")
    space = running.root.import_module("space")
    assert list(space.__path__) == first
    second = portions(sandbox, "two")
    assert list(space.__path__) == second + first
    del sys.path[:2]
    assert list(space.__path__) == second + first, "a path that would be empty stays as it was"


def test_the_path_follows_the_parents(running: Library, sandbox: Sandbox) -> None:
    """A namespace package inside a package follows that one's `__path__`."""
    root = sandbox.write({"pkg/__init__.py": "", "pkg/space/a.py": "", "more/space/b.py": ""}, on_path=True)
    space = running.root.import_module("pkg.space")
    assert list(space.__path__) == [str(root / "pkg/space")]
    sys.modules["pkg"].__path__.append(str(root / "more"))
    running.root.import_module("pkg.space.b")
    assert list(space.__path__) == [str(root / "pkg/space"), str(root / "more/space")]


def test_new_portions_after_invalidate_caches(running: Library, sandbox: Sandbox) -> None:
    """A portion that is made later is there after `invalidate_caches`."""
    expected = portions(sandbox, "one")
    (sandbox.root / "later").mkdir()
    sys.path.append(str(sandbox.root / "later"))
    space = running.root.import_module("space")
    assert list(space.__path__) == expected
    sandbox.write({"later/space/m.py": ""})
    running.root.invalidate_caches()
    assert list(space.__path__) == [*expected, str(sandbox.root / "later/space")]
    running.root.import_module("space.m")


def test_a_regular_package_ends_the_search(running: Library, sandbox: Sandbox) -> None:
    """Portions count only if no entry has a module of that name."""
    portions(sandbox, "one", "two")
    sandbox.write({"three/space/__init__.py": ""})
    sys.path.append(str(sandbox.root / "three"))
    assert running.root.import_module("space").__file__ == str(sandbox.root / "three/space/__init__.py")


def test_a_package_that_becomes_regular_keeps_its_path(running: Library, sandbox: Sandbox) -> None:
    """When a search along the new path finds a regular package, the portions stay as they were."""
    expected = portions(sandbox, "one")
    space = running.root.import_module("space")
    sandbox.write({"real/space/__init__.py": ""})
    sys.path.insert(0, str(sandbox.root / "real"))
    assert list(space.__path__) == expected


def test_the_path_is_a_sequence(running: Library, sandbox: Sandbox) -> None:
    """A namespace package's path can be indexed, measured, searched, changed and extended."""
    expected = portions(sandbox, "one", "two")
    path = running.root.import_module("space").__path__
    assert len(path) == 2
    assert path[0] == expected[0]
    assert path[-1:] == expected[1:]
    assert expected[1] in path
    assert "nothing" not in path
    name = "NamespacePath" if NAMES_NAMESPACE_PATH else "_NamespacePath"
    assert repr(path) == f"{name}({expected!r})"
    path.append("more")
    path[0] = "changed"
    assert list(path) == ["changed", expected[1], "more"]
    sys.path.append("anything")
    assert list(path) == expected
    assert [*reversed([*path])] == expected[::-1]


def test_the_spec_holds_the_same_path(running: Library, sandbox: Sandbox) -> None:
    """Spec, module and loader share one path."""
    portions(sandbox, "one")
    space = running.root.import_module("space")
    assert space.__path__ is space.__spec__.submodule_search_locations
    assert space.__loader__._path is space.__path__


def test_missing_submodules(running: Library, sandbox: Sandbox) -> None:
    """What is in no portion is not found."""
    portions(sandbox, "one")
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'space\.nothing'") as caught:
        running.root.import_module("space.nothing")
    assert caught.value.name == "space.nothing"


def test_the_parent_is_gone(running: Library, sandbox: Sandbox) -> None:
    """When the parent left `sys.modules`, looking the path up anew raises what importlib raises."""
    sandbox.write({"pkg/__init__.py": "", "pkg/space/a.py": ""}, on_path=True)
    space = running.root.import_module("pkg.space")
    del sys.modules["pkg"]
    expected = ModuleNotFoundError if NAMES_NAMESPACE_PATH else KeyError
    with pytest.raises(expected, match="pkg") as caught:
        list(space.__path__)
    if NAMES_NAMESPACE_PATH:
        assert str(caught.value) == "'pkg' must be imported before finding 'pkg.space'."
        assert caught.value.name == "pkg"


def test_zip_archives_are_portions(running: Library, sandbox: Sandbox) -> None:
    """A folder in a zip archive is a portion like any other."""
    import zipfile

    expected = portions(sandbox, "one")
    archive = sandbox.root / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("space/", "")
        file.writestr("space/zipped.py", "here = 'zip'")
    sys.path.append(str(archive))
    assert running.root.import_module("space.zipped").here == "zip"
    assert running.root.import_module("space.one").here == "one"
    assert list(sys.modules["space"].__path__) == [*expected, str(archive / "space")]


def test_reload(running: Library, sandbox: Sandbox) -> None:
    """A namespace package can be reloaded, and become a regular one."""
    expected = portions(sandbox, "one")
    space = running.root.import_module("space")
    assert running.root.reload(space) is space
    assert list(space.__path__) == expected
    sandbox.write({"one/space/__init__.py": "x = 1"})
    assert running.root.reload(space).x == 1


def test_resources(running: Library, sandbox: Sandbox) -> None:
    """The resources of all portions are there."""
    from importlib.resources import files

    portions(sandbox, "one", "two")
    sandbox.write({"two/space/data.txt": "hello"})
    running.root.import_module("space")
    assert files("space").joinpath("data.txt").read_text() == "hello"
    assert {item.name for item in files("space").iterdir()} >= {"one.py", "two.py", "data.txt"}


def loader_of(library: Library, *arguments: Any) -> Any:
    """A namespace loader made by hand, under the name that 3.10 has for it."""
    kind = getattr(library.machinery, "NamespaceLoader", None)
    if kind is None:
        import importlib._bootstrap_external as external  # type: ignore[import-not-found,unused-ignore]

        kind = external._NamespaceLoader
    return kind(*arguments)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="importlib has no public one")
def test_loaders_made_by_hand(sandbox: Sandbox) -> None:
    """A namespace loader is made of a name, portions and a function that finds them anew."""
    calls: list[Any] = []

    def find(name: str, path: Any) -> Any:
        calls.append(name)
        spec = importlib.machinery.ModuleSpec(name, None)
        spec.submodule_search_locations = ["found"]
        return spec

    def use(library: Library) -> Any:
        loader = loader_of(library, "space", ["given"], find)
        before = list(loader._path)
        sys.path.append("changed")
        after = list(loader._path)
        sys.path.remove("changed")
        code = loader.get_code("space")
        return before, after, code.co_filename, code.co_code, loader.is_package("x"), calls.pop()

    theirs, ours = both(use)
    assert ours == theirs
    assert ours[1][:2] == (["given"], ["found"])


@with_load_module
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_load_module(running: Library, sandbox: Sandbox) -> None:
    """The deprecated `load_module` imports the package."""
    portions(sandbox, "one")
    loader = running.root.import_module("space").__loader__
    del sys.modules["space"]
    module = loader.load_module("space")
    assert sys.modules["space"] is module
    assert module.__loader__ is loader


def test_distant_portions(running: Library, sandbox: Sandbox) -> None:
    """A file of the package's name is no portion, and hides none."""
    sandbox.write({"file/space": "", "link/x": ""})
    sys.path[:0] = [str(sandbox.root / "file"), str(sandbox.root / "link")]
    expected = portions(sandbox, "one")
    Path(sandbox.root / "link/space").symlink_to(sandbox.root / "one/space")
    assert list(running.root.import_module("space").__path__) == [*expected, str(sandbox.root / "link/space")]
