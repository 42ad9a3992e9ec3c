"""What a module says of itself after its import, and what find_spec says before."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest

from .outcome import Agree
from .worlds import World

TREE = {"pkg/__init__.py": '"Text."', "pkg/sub.py": "", "lone.py": "x = 1"}


def test_attributes_of_modules(agree: Agree) -> None:
    """Modules from files have importlib's attributes and specs, in the same order."""

    def act(world: World, name: str) -> Any:
        world.add(TREE)
        module = world.import_module(name)
        return [module, list(vars(module)), repr(module)]

    agree(act, ("lone",), ("pkg",), ("pkg.sub",))


@pytest.mark.parametrize(
    "name", ["_bisect", "errno", "zipimport", "__hello__", "__phello__", "__phello__.spam"]
)
def test_attributes_of_builtin_and_frozen_modules(agree: Agree, name: str) -> None:
    """Built-in and frozen modules have importlib's attributes and specs."""

    def act(world: World) -> Any:
        for each in [key for key in sys.modules if key.startswith("__")]:
            if each != "__main__":
                del sys.modules[each]
        if name in sys.builtin_module_names:
            sys.modules.pop(name, None)
        import contextlib
        import io

        with contextlib.redirect_stdout(io.StringIO()):
            module = world.import_module(name)
        return [module, world.find_spec(name)]

    agree(act)


def test_find_spec_imports_the_parents_only(stored: World) -> None:
    """find_spec returns the spec of a module that it does not import, though it imports the parents."""
    stored.add(TREE)
    assert stored.find_spec("lone").name == "lone"
    assert stored.find_spec("pkg.sub").parent == "pkg"
    assert stored.find_spec(".sub", "pkg").name == "pkg.sub"
    assert "lone" not in sys.modules
    assert "pkg.sub" not in sys.modules
    assert "pkg" in sys.modules
    assert stored.find_spec("pkg.missing") is None
    assert stored.find_spec("missing") is None


def test_find_spec_of_imported_modules(agree: Agree) -> None:
    """The spec of an imported module is its `__spec__`; where that is missing or None is a ValueError."""

    def act(world: World, spec: Any) -> Any:
        module = sys.modules["odd"] = ModuleType("odd")
        if spec == "missing":
            del module.__spec__
        elif spec == "nothing":
            sys.modules["odd"] = None  # type: ignore[assignment]
        else:
            module.__spec__ = spec
        return world.find_spec("odd")

    agree(act, ("missing",), ("nothing",), (None,), (5,), ([],))


def test_specs_of_files(agree: Agree) -> None:
    """The spec of a file is importlib's, by all its attributes and by repr."""

    def act(world: World, name: str) -> Any:
        world.add(TREE)
        spec = world.find_spec(name)
        return [spec, repr(spec).replace(repr(spec.loader), "LOADER")]

    agree(act, ("lone",), ("pkg",), ("pkg.sub",), ("zipimport",), ("_bisect",), ("sys",))
