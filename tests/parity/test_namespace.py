"""Namespace packages: portions over several path entries, which follow the path."""

from __future__ import annotations

import sys
import zipfile
from typing import Any

import pytest

from loadstone._core.versions import NAMES_NAMESPACE_PATH

from .outcome import Agree
from .worlds import World

PORTIONS = {
    "one/space/a.py": "at = 1",
    "two/space/b.py": "at = 2",
    "two/space/deep/c.py": "at = 3",
    "three/space/deep/d.py": "at = 4",
    "regular/space/__init__.py": "",
    "module/space.py": "",
}


def write(world: World, *entries: str) -> None:
    """Write the portions, and put `entries` on sys.path."""
    for name, source in PORTIONS.items():
        file = world.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)
    with zipfile.ZipFile(world.root / "archive.zip", "w") as archive:
        archive.writestr("space/", "")
        archive.writestr("space/z.py", "at = 5")
    sys.path[:0] = [str(world.root / entry) for entry in entries]
    world.invalidate_caches()


def portions(world: World, package: Any) -> list[str]:
    """The portions of a package, relative to the root."""
    return [str(portion).removeprefix(f"{world.root}/") for portion in package.__path__]


def test_portions_in_several_path_entries(world: World) -> None:
    """A namespace package has a portion for each path entry with a folder of its name, zip files included."""
    write(world, "one", "two", "missing", "archive.zip")
    package = world.import_module("space")
    assert portions(world, package) == ["one/space", "two/space", "archive.zip/space"]
    assert [world.import_module(f"space.{name}").at for name in ("a", "b", "deep.c", "z")] == [1, 2, 3, 5]
    assert getattr(package, "__file__", None) is None
    assert package.__spec__.origin is None
    assert package.__spec__.loader is package.__loader__
    assert package.__spec__.parent == package.__package__ == "space"


def test_attributes_of_namespace_packages(agree: Agree) -> None:
    """A namespace package has importlib's attributes, spec and, for the record, the same repr."""

    def act(world: World, name: str) -> Any:
        write(world, "one", "two", "three")
        module = world.import_module(name)
        return [module, world.find_spec(name), repr(module).partition(" (<")[0]]

    agree(act, ("space",), ("space.deep",))


@pytest.mark.parametrize("first", ["regular", "module"])
def test_regular_packages_and_modules_win(world: World, first: str) -> None:
    """A regular package or module anywhere on the path goes before all portions."""
    write(world, "one", "two", first)
    module = world.import_module("space")
    assert str(module.__file__).startswith(str(world.root / first))


def test_portions_follow_sys_path(world: World) -> None:
    """A path entry that is added or removed later adds or removes its portion."""
    write(world, "one")
    package = world.import_module("space")
    with pytest.raises(ModuleNotFoundError):
        world.import_module("space.b")
    sys.path.insert(0, str(world.root / "two"))
    assert world.import_module("space.b").at == 2
    assert portions(world, package) == ["two/space", "one/space"]
    sys.path.remove(str(world.root / "one"))
    assert portions(world, package) == ["two/space"]
    sys.path.remove(str(world.root / "two"))
    assert portions(world, package) == ["two/space"]


def test_portions_follow_the_parents_path(world: World) -> None:
    """The portions of a nested namespace package follow its parent's path."""
    write(world, "two")
    deep = world.import_module("space.deep")
    assert portions(world, deep) == ["two/space/deep"]
    sys.path.append(str(world.root / "three"))
    assert portions(world, deep) == ["two/space/deep", "three/space/deep"]
    assert world.import_module("space.deep.d").at == 4


def test_new_portions_are_seen_after_invalidating(world: World) -> None:
    """A folder that appears in a path entry is a portion once the caches are invalidated."""
    write(world, "one")
    (world.root / "fourth").mkdir()
    sys.path.insert(0, str(world.root / "fourth"))
    package = world.import_module("space")
    (world.root / "fourth" / "space").mkdir()
    (world.root / "fourth" / "space" / "e.py").write_text("at = 6")
    world.invalidate_caches()
    assert portions(world, package) == ["fourth/space", "one/space"]
    assert world.import_module("space.e").at == 6


def test_path_of_a_namespace_package_as_a_list(world: World) -> None:
    """The path behaves as the list that code takes it for."""
    write(world, "one", "two")
    path = world.import_module("space").__path__
    one, two = (str(world.root / entry / "space") for entry in ("one", "two"))
    assert list(path) == [one, two]
    assert (len(path), path[0], path[-1], path[:1]) == (2, one, two, [one])
    assert one in path
    assert "elsewhere" not in path
    name = "NamespacePath" if NAMES_NAMESPACE_PATH else "_NamespacePath"
    assert repr(path) == f"{name}({[one, two]!r})"
    path.append("elsewhere")
    assert list(path) == [one, two, "elsewhere"]
    path[2] = "there"
    assert path[2] == "there"
    sys.path.append("/nowhere")
    assert list(path) == [one, two]


def test_reload_of_a_namespace_package(agree: Agree) -> None:
    """Reloading a namespace package, or one that became regular, is as in importlib."""

    def act(world: World, entry: str) -> Any:
        write(world, "one")
        package = world.import_module("space")
        sys.path.insert(0, str(world.root / entry))
        world.invalidate_caches()
        return world.reload(package)

    agree(act, ("two",), ("regular",), ("module",))


def test_path_of_a_package_whose_parent_has_gone(agree: Agree) -> None:
    """Where the parent is not in sys.modules, or has no path, the path of a namespace package says so."""

    def act(world: World, gone: str) -> Any:
        write(world, "two")
        world.import_module("space.deep")
        if gone == "parent":
            del sys.modules["space"]
        else:
            del sys.modules["space"].__path__
        path = sys.modules.pop("space.deep").__path__
        return list(path)

    agree(act, ("parent",), ("path",))


def test_empty_folders_and_missing_submodules(agree: Agree) -> None:
    """An empty folder is a namespace package, without submodules."""

    def act(world: World, name: str) -> Any:
        (world.root / "empty").mkdir(exist_ok=True)
        world.add({"other.py": ""})
        return world.import_module(name)

    agree(act, ("empty",), ("empty.missing",))
