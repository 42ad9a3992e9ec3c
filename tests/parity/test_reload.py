"""reload, in all its corners."""

from __future__ import annotations

import importlib.machinery
import os
import shutil
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from .outcome import Agree
from .worlds import World


def test_reload_executes_again_in_the_same_namespace(stored: World) -> None:
    """reload returns the same module with its new source executed over the old names."""
    stored.add({"mod.py": "a = 1\nb = 1"})
    module = stored.import_module("mod")
    module.extra = "kept"
    spec = module.__spec__
    stored.add({"mod.py": "a = 2"})
    assert stored.reload(module) is module
    assert (module.a, module.b, module.extra) == (2, 1, "kept")
    assert module.__spec__ is not spec
    assert sys.modules["mod"] is module


def test_reload_of_a_submodule(stored: World) -> None:
    """A submodule is reloaded along its parent's path, and the parent keeps it."""
    stored.add({"pkg/__init__.py": "", "pkg/sub.py": "a = 1"})
    module = stored.import_module("pkg.sub")
    stored.add({"pkg/sub.py": "a = 2"})
    assert stored.reload(module).a == 2
    assert sys.modules["pkg"].sub is module


def test_reload_of_a_package_keeps_its_submodules(stored: World) -> None:
    """Reloading a package executes it alone."""
    stored.add(
        {"pkg/__init__.py": "count = 1 + globals().get('count', 0)\nfrom . import sub", "pkg/sub.py": ""}
    )
    package = stored.import_module("pkg")
    submodule = package.sub
    assert stored.reload(package).count == 2
    assert package.sub is submodule


def test_failing_reload_keeps_the_module(stored: World) -> None:
    """Where a reload fails, the module stays in sys.modules with what it had and got so far."""
    stored.add({"mod.py": "a = b = 1"})
    module = stored.import_module("mod")
    stored.add({"mod.py": "a = 2\n1 / 0\nb = 2"})
    with pytest.raises(ZeroDivisionError):
        stored.reload(module)
    assert sys.modules["mod"] is module
    assert (module.a, module.b) == (2, 1)
    stored.add({"mod.py": "a = = 2"})
    with pytest.raises(SyntaxError):
        stored.reload(module)
    stored.add({"mod.py": "b = 3"})
    assert stored.reload(module).b == 3


def test_reload_of_what_is_no_module(agree: Agree) -> None:
    """What is no module, or not the one in sys.modules, is refused in importlib's words."""
    things: list[Any] = [
        None, 0, "sys", object(), ModuleType("unknown"), ModuleType("sys"), SimpleNamespace(__name__="sys"),
        SimpleNamespace(__name__=5), SimpleNamespace(__name__=[]), SimpleNamespace(__spec__=None),
        SimpleNamespace(__spec__=SimpleNamespace(name="unknown")),
        SimpleNamespace(__spec__=5, __name__="x.y"),
    ]  # fmt: skip

    def act(world: World, thing: Any) -> Any:
        return world.reload(thing)

    agree(act, *((thing,) for thing in things))


def test_reload_of_odd_things_in_modules(agree: Agree) -> None:
    """An object in sys.modules is reloaded by the name in its spec or its own, as by importlib."""

    def act(world: World, facts: dict[str, Any], name: str) -> Any:
        world.add({"odd.py": "a = 1", "pkg/__init__.py": "", "pkg/odd.py": "a = 2"})
        thing: Any = SimpleNamespace(**facts)
        sys.modules[name] = thing
        return world.reload(thing)

    spec = SimpleNamespace(name="odd")
    agree(
        act,
        ({"__name__": "odd"}, "odd"),
        ({"__name__": "odd", "__spec__": None}, "odd"),
        ({"__name__": "other", "__spec__": spec}, "odd"),
        ({"__name__": "nowhere"}, "nowhere"),
        ({"__name__": "pkg.odd"}, "pkg.odd"),
        ({"__name__": "odd.odd"}, "odd.odd"),
    )


def test_reload_of_a_module_that_has_gone(agree: Agree) -> None:
    """A module that sys.modules does not hold, or its parent, cannot be reloaded; nor one not found."""

    def act(world: World, *gone: str) -> Any:
        world.add({"pkg/__init__.py": "", "pkg/sub.py": ""})
        module = world.import_module("pkg.sub")
        for name in gone:
            if name == "file":
                shutil.rmtree(world.root / "pkg")
                world.invalidate_caches()
            else:
                del sys.modules[name]
        return world.reload(module)

    outcomes = agree(act, ("pkg.sub",), ("pkg",), ("pkg", "pkg.sub"), ("file",))
    assert [found.error["text"] for found in outcomes] == [
        "module pkg.sub not in sys.modules",
        "parent 'pkg' not in sys.modules",
        "module pkg.sub not in sys.modules",
        "spec not found for the module 'pkg.sub'",
    ]


def test_reload_where_the_parent_is_no_package(agree: Agree) -> None:
    """A module whose parent has no path any more ends as in importlib."""

    def act(world: World) -> Any:
        world.add({"pkg/__init__.py": "", "pkg/sub.py": ""})
        module = world.import_module("pkg.sub")
        del sys.modules["pkg"].__path__
        return world.reload(module)

    agree(act)


def test_reload_of_a_module_that_replaces_itself(stored: World) -> None:
    """reload returns what sys.modules holds afterwards."""
    stored.add({"mod.py": "a = 1"})
    module = stored.import_module("mod")
    stored.add({"mod.py": "import sys\nsys.modules[__name__] = 'replaced'"})
    assert stored.reload(module) == "replaced"
    assert sys.modules["mod"] == "replaced"


def test_reload_of_a_module_that_deletes_itself(agree: Agree) -> None:
    """A module that takes itself out of sys.modules while it is reloaded ends as in importlib."""

    def act(world: World, ending: str) -> Any:
        world.add(
            {"mod.py": f"import sys\nif 'old' in globals():\n    del sys.modules[__name__]{ending}\nold = 1"}
        )
        return world.reload(world.import_module("mod"))

    agree(act, ("",), ("\n    1 / 0",))


def test_reload_of_a_renamed_module(agree: Agree) -> None:
    """A module that has changed its name is reloaded by the name in its spec."""

    def act(world: World, name: str) -> Any:
        world.add({"mod.py": "a = 1 + globals().get('a', 0)", "other.py": "b = 1"})
        module = world.import_module("mod")
        if name == "attribute":
            module.__name__ = "other"
        elif name == "spec":
            module.__spec__.name = "other"
        elif name == "both":
            module.__name__ = module.__spec__.name = "other"
            sys.modules["other"] = module
        else:
            del module.__name__
        return world.reload(module)

    agree(act, ("attribute",), ("spec",), ("both",), ("deleted",))


def test_reload_within_a_reload(stored: World) -> None:
    """A module that reloads itself while it is reloaded gets itself, and is executed once more only."""
    source = "import sys\ncount = 1 + globals().get('count', 0)\nagain = sys.again() if count > 1 else None"
    stored.add({"mod.py": source})
    module = stored.import_module("mod")
    sys.again = lambda: stored.reload(module)  # type: ignore[attr-defined]
    try:
        assert stored.reload(module) is module
    finally:
        del sys.again  # type: ignore[attr-defined]
    assert module.count == 2
    assert module.again is module


def test_reload_sets_the_import_attributes(agree: Agree) -> None:
    """reload sets `__loader__`, `__spec__`, `__path__` and the like anew, whatever they were."""

    def act(world: World, name: str) -> Any:
        world.add({"pkg/__init__.py": "", "pkg/sub.py": ""})
        module = world.import_module(name)
        for key in ("__loader__", "__package__", "__file__", "__cached__", "__doc__"):
            setattr(module, key, "changed")
        if name == "pkg":
            module.__path__ = ["/elsewhere"]
        return world.reload(module)

    agree(act, ("pkg",), ("pkg.sub",))


def test_reload_of_a_module_that_is_a_package_now(agree: Agree) -> None:
    """A module that became a package, or the other way round, is reloaded as what it is now."""

    def act(world: World, before: str, after: str) -> Any:
        world.add({"other.py": ""})
        for old in (world.root / "thing", world.root / "thing.py"):
            if old.is_dir():
                shutil.rmtree(old)
            elif old.exists():
                os.unlink(old)
        world._files = {before: "a = 1"}
        world.add({})
        module = world.import_module("thing")
        os.unlink(world.root / before)
        world._files = {after: "a = 2"}
        world.add({})
        return world.reload(module)

    package, namespace = "thing/__init__.py", "thing/x.py"
    agree(act, ("thing.py", package), (package, "thing.py"), (namespace, "thing.py"), ("thing.py", namespace))


def test_reload_of_builtin_and_frozen_modules(agree: Agree) -> None:
    """Modules of the interpreter itself can be reloaded; they keep their contents."""

    def act(world: World, name: str) -> Any:
        module = world.import_module(name)
        before = dict(vars(module))
        again = world.reload(module)
        seen = [again is module, vars(module).keys() == before.keys()]
        # Others go on with the classes that it had.
        vars(module).update(before)
        return seen

    agree(act, ("_bisect",), ("zipimport",), ("__phello__",), ("errno",))


def test_reload_asks_the_finders_for_a_target(world: World) -> None:
    """The finders are given the parent's path and the module that is reloaded."""
    asked = []

    class Watching:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
            asked.append((name, path, target))

    world.add({"pkg/__init__.py": "", "pkg/sub.py": ""})
    module = world.import_module("pkg.sub")
    sys.meta_path.insert(0, Watching())
    world.reload(module)
    world.reload(sys.modules["pkg"])
    assert asked == [("pkg.sub", sys.modules["pkg"].__path__, module), ("pkg", None, sys.modules["pkg"])]


class Vanishing:
    """A finder that takes the module it is asked for out of sys.modules."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        sys.modules.pop(name)
        return importlib.machinery.ModuleSpec(name, None)


class Answering:
    """A finder whose specs have a given loader, and the given search locations."""

    def __init__(self, loader: Any, locations: Any = None) -> None:
        self.loader = loader
        self.locations = locations

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        spec = importlib.machinery.ModuleSpec(name, self.loader, origin="new")
        spec.submodule_search_locations = self.locations
        return spec


class OldLoader:
    """A loader of before Python 3.4."""

    def load_module(self, name: str) -> Any:
        sys.modules[name].old = True  # type: ignore[attr-defined]
        return sys.modules[name]


def test_reload_by_another_finder(agree: Agree) -> None:
    """A module is reloaded by the spec that is found now: by any loader, without one, or not at all."""

    def act(world: World, finder: Any) -> Any:
        world.add({"mod.py": "a = 1"})
        module = world.import_module("mod")
        sys.meta_path.insert(0, finder)
        return world.reload(module)

    finders = [Vanishing(), Answering(None), Answering(None, ["x"]), Answering(OldLoader()), Answering(5),
               Answering(OldLoader(), [])]  # fmt: skip
    agree(act, *((finder,) for finder in finders))


def test_initializing_flag_while_reloading(agree: Agree) -> None:
    """`__spec__._initializing` is during a reload what it is in importlib."""

    def act(world: World) -> Any:
        world.add({"mod.py": "during = getattr(__spec__, '_initializing', 'missing')"})
        return world.reload(world.import_module("mod"))

    agree(act)
