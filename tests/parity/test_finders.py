"""Finders, loaders and specs that are odd: junk, failing, old-fashioned or missing."""

from __future__ import annotations

import importlib.machinery
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from .outcome import Agree
from .worlds import World


class Finder:
    """A finder that answers for modules called `odd`."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        return self.answer(name) if name.startswith("odd") else None


def with_finder(world: World, finder: Any, verb: str = "import_module", name: str = "odd") -> Any:
    """Import a module while `finder` is first on sys.meta_path."""
    world.add({"odd.py": "from_disk = True"})
    sys.meta_path.insert(0, finder)
    return getattr(world, verb)(name)


class Plain:
    """A loader that has only what each subclass adds."""


class Executing(Plain):
    def exec_module(self, module: ModuleType) -> None:
        module.executed = True  # type: ignore[attr-defined]


class Creating(Executing):
    def create_module(self, spec: Any) -> Any:
        return None


class Making(Creating):
    made: Any = None

    def create_module(self, spec: Any) -> Any:
        return self.made(spec) if self.made else ModuleType("made")


class Old(Plain):
    def load_module(self, name: str) -> Any:
        module = sys.modules[name] = ModuleType(name)
        module.old = True  # type: ignore[attr-defined]
        return module


class OldPackage(Plain):
    def load_module(self, name: str) -> Any:
        module = sys.modules[name] = ModuleType(name)
        module.__path__ = []
        return module


class OldUnset(Plain):
    def load_module(self, name: str) -> Any:
        return ModuleType(name)


class OldComplete(Plain):
    def load_module(self, name: str) -> Any:
        module: Any = ModuleType(name)
        sys.modules[name] = module
        module.__package__ = module.__loader__ = module.__spec__ = "kept"
        return module


class OldFailing(Plain):
    def load_module(self, name: str) -> Any:
        sys.modules[name] = ModuleType(name)
        raise ZeroDivisionError


class OldSlotted(Plain):
    def load_module(self, name: str) -> Any:
        module: Any = type("Slotted", (), {"__slots__": (), "__name__": "slotted"})()
        sys.modules[name] = module
        return module


class Failing(Creating):
    def exec_module(self, module: ModuleType) -> None:
        raise ZeroDivisionError


class FailingCreate(Executing):
    def create_module(self, spec: Any) -> Any:
        raise ZeroDivisionError


class NotCallable(Creating):
    exec_module = 5  # type: ignore[assignment]


LOADERS: list[Any] = [
    None, 0, object(), Plain(), Executing(), Creating(), Making(), Old(), OldPackage(), OldUnset(),
    OldFailing(), OldComplete(), OldSlotted(), Failing(), FailingCreate(), NotCallable(), Creating, Plain,
]  # fmt: skip


@pytest.mark.parametrize(
    "loader", LOADERS, ids=lambda loader: getattr(loader, "__name__", type(loader).__name__)
)
def test_loaders(agree: Agree, loader: Any) -> None:
    """A loader of any shape has the result, the error, the warnings and the module that importlib has."""

    def act(world: World, verb: str, locations: Any) -> Any:
        def answer(name: str) -> Any:
            spec = importlib.machinery.ModuleSpec(name, loader, origin="somewhere")
            spec.submodule_search_locations = locations
            return spec

        return with_finder(world, Finder(answer), verb)

    agree(act, *((verb, where) for verb in ("import_module", "dunder", "find_spec") for where in (None, [])))


def test_modules_that_loaders_make(agree: Agree) -> None:
    """What create_module returns is the module: its attributes stay where they are set, whatever its type."""
    closed = type("Closed", (), {"__slots__": ("executed",)})
    made: list[Any] = [
        lambda spec: SimpleNamespace(),
        lambda spec: SimpleNamespace(__name__="kept", __loader__="kept", __package__="kept", __path__="kept"),
        lambda spec: SimpleNamespace(__file__="kept", __cached__="kept", __spec__="lost"),
        lambda spec: closed(),
        lambda spec: 5,
        lambda spec: spec,
        lambda spec: ModuleType("other", "with a text"),
    ]

    def act(world: World, make: Any, locations: Any) -> Any:
        def answer(name: str) -> Any:
            loader = Making()
            loader.made = make
            spec = importlib.machinery.ModuleSpec(name, loader, origin="/there/odd.py")
            spec.has_location = True
            spec.submodule_search_locations = locations
            return spec

        found = with_finder(world, Finder(answer))
        return {
            key: repr(value)
            for key, value in getattr(found, "__dict__", {}).items()
            if isinstance(value, str)
        }

    agree(act, *((make, locations) for make in made for locations in (None, ["x"])))


JUNK: list[Any] = [
    0, 1, "spec", b"", [], (), object(), object, ModuleType("odd"), False, NotImplemented, SimpleNamespace(),
    SimpleNamespace(name="odd"), SimpleNamespace(name="odd", loader=None),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore:NotImplemented should not be used in a boolean context")
@pytest.mark.parametrize("answer", JUNK, ids=lambda answer: f"{answer!r:.20}")
def test_finders_that_return_junk(agree: Agree, answer: Any) -> None:
    """A finder that returns anything but a spec ends as it ends in importlib."""

    def act(world: World, verb: str) -> Any:
        return with_finder(world, Finder(lambda name: answer), verb)

    agree(act, ("import_module",), ("dunder",), ("find_spec",))


def test_finders_that_return_something_like_a_spec(agree: Agree) -> None:
    """Something that has all attributes of a spec will do for one."""
    facts = {
        "parent": "",
        "has_location": True,
        "submodule_search_locations": None,
        "cached": None,
        "origin": "x",
    }

    def act(world: World, lacking: str) -> Any:
        spec = SimpleNamespace(name="odd", loader=Creating(), **facts)
        delattr(spec, lacking)
        setattr(spec, lacking, facts[lacking])
        return with_finder(world, Finder(lambda name: spec)).__spec__ is spec

    for found in agree(act, *((name,) for name in facts)):
        assert found.value is True


ERRORS = [
    "ImportError('no')", "ModuleNotFoundError('no', name='odd')", "AttributeError('no')", "KeyError('no')",
    "KeyboardInterrupt()", "StopIteration()",
]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS)
def test_finders_that_raise(agree: Agree, error: str) -> None:
    """What a finder raises passes through, and the finders after it are not asked."""

    def act(world: World, verb: str) -> Any:
        def answer(name: str) -> Any:
            raise eval(error)

        return with_finder(world, Finder(answer), verb)

    for found in agree(act, ("import_module",), ("dunder",), ("find_spec",)):
        assert found.error["type"] == error.partition("(")[0]
        assert found.order == []


def test_finders_without_find_spec(agree: Agree) -> None:
    """A finder without find_spec is passed over, or asked for find_module on versions that did so."""

    class FindModule:
        def find_module(self, name: str, path: Any = None) -> Any:
            return Old() if name == "odd" else None

    class Failing:
        def find_module(self, name: str, path: Any = None) -> Any:
            raise ZeroDivisionError

    failing_property = type("Property", (), {"find_spec": property(lambda self: 1 // 0)})
    finders = [None, 0, object(), Plain, FindModule(), FindModule, Failing(), failing_property(),
               SimpleNamespace(find_spec=None)]  # fmt: skip

    def act(world: World, finder: Any, verb: str) -> Any:
        return with_finder(world, finder, verb)

    agree(act, *((finder, verb) for finder in finders for verb in ("import_module", "find_spec")))


def test_finder_that_imports_what_it_is_asked_for(agree: Agree) -> None:
    """Where a finder puts the module into sys.modules, that module's own spec is used."""

    def act(world: World, own: Any) -> Any:
        def answer(name: str) -> Any:
            module = sys.modules[name] = ModuleType(name)
            if own:
                module.__spec__ = importlib.machinery.ModuleSpec(name, Creating(), origin="own")
            else:
                del module.__spec__
            return importlib.machinery.ModuleSpec(name, Creating(), origin="found")

        return with_finder(world, Finder(answer)).__spec__

    agree(act, (True,), (False,))


def test_specs_for_another_name(agree: Agree) -> None:
    """A finder whose spec bears another name ends as it ends in importlib."""

    def act(world: World) -> Any:
        return with_finder(
            world, Finder(lambda name: importlib.machinery.ModuleSpec("another", Creating(), origin="x"))
        )

    agree(act)


@pytest.mark.parametrize("value", [None, [], (), 0, "text", [None], {}], ids=repr)
@pytest.mark.parametrize("name", ["meta_path", "path", "path_hooks"])
def test_states_of_sys(agree: Agree, name: str, value: Any) -> None:
    """Search lists that are empty, None or of another type warn and fail as in importlib."""

    def act(world: World, verb: str, module: str) -> Any:
        world.add({"odd.py": ""})
        sys.path_importer_cache.clear()
        original = getattr(sys, name)
        setattr(sys, name, value)
        try:
            return getattr(world, verb)(module)
        finally:
            setattr(sys, name, original)

    verbs = ["import_module", "dunder", "find_spec"]
    agree(act, *((verb, module) for verb in verbs for module in ("odd", "missing")))


@pytest.mark.parametrize("name", ["meta_path", "path", "path_hooks", "path_importer_cache", "modules"])
def test_states_of_sys_that_are_missing(agree: Agree, name: str) -> None:
    """Where `sys` lacks a search list altogether, an import fails as in importlib."""

    def act(world: World) -> Any:
        world.add({"odd.py": ""})
        sys.path_importer_cache.clear()
        original = getattr(sys, name)
        delattr(sys, name)
        try:
            return world.import_module("odd")
        finally:
            setattr(sys, name, original)

    if name == "modules":
        pytest.skip("importlib and the interpreter keep the dict that was there")
    agree(act)


def test_path_hooks(agree: Agree) -> None:
    """A path hook that refuses is passed over, one that fails otherwise ends the import."""

    def refusing(entry: str) -> Any:
        raise ImportError(entry)

    def failing(entry: str) -> Any:
        raise ZeroDivisionError(entry)

    class EntryFinder:
        def __init__(self, entry: str) -> None:
            if entry != "somewhere":
                raise ImportError

        def find_spec(self, name: str, target: Any = None) -> Any:
            return importlib.machinery.ModuleSpec(name, Creating(), origin="hook") if name == "odd" else None

    class Portion(EntryFinder):
        def find_spec(self, name: str, target: Any = None) -> Any:
            spec = importlib.machinery.ModuleSpec(name, None)
            spec.submodule_search_locations = ["one", "two"]
            return spec

    class LoaderLess(EntryFinder):
        def find_spec(self, name: str, target: Any = None) -> Any:
            return importlib.machinery.ModuleSpec(name, None)

    def act(world: World, hook: Any, verb: str) -> Any:
        sys.path_hooks.insert(0, hook)
        sys.path.insert(0, "somewhere")
        sys.path_importer_cache.clear()
        return getattr(world, verb)("odd")

    hooks = [refusing, failing, EntryFinder, Portion, LoaderLess, None, lambda entry: None, lambda entry: 5]
    agree(act, *((hook, verb) for hook in hooks for verb in ("import_module", "find_spec")))


@pytest.mark.parametrize(
    "entry", [None, 0, b"bytes", object, ("/",), "", "/dev/null", "\0", "/nowhere", "\udc80"], ids=ascii
)
def test_path_entries(agree: Agree, entry: Any) -> None:
    """Entries of sys.path that are no directories are passed over as in importlib."""

    def act(world: World, verb: str, name: str) -> Any:
        world.add({"odd.py": ""})
        sys.path.insert(0, entry)
        return getattr(world, verb)(name)

    agree(act, *((verb, name) for verb in ("import_module", "find_spec") for name in ("odd", "missing")))


def test_invalidate_caches(world: World) -> None:
    """invalidate_caches calls the finders that have it, in order; what one raises passes through."""
    called: list[int] = []
    finders: list[Any] = [
        SimpleNamespace(invalidate_caches=lambda: called.append(1)),
        SimpleNamespace(),
        SimpleNamespace(invalidate_caches=lambda: called.append(2)),
    ]
    sys.meta_path[:0] = finders
    assert world.invalidate_caches() is None  # type: ignore[func-returns-value]
    assert called == [1, 2]
    sys.meta_path.insert(1, SimpleNamespace(invalidate_caches=lambda: 1 // 0))
    with pytest.raises(ZeroDivisionError):
        world.invalidate_caches()
    assert called == [1, 2, 1]


def test_files_that_appear_after_they_were_looked_for(world: World) -> None:
    """A module file that is written after a failed import is found once the caches are invalidated."""
    world.add({"other.py": ""})
    assert world.find_spec("late") is None
    with pytest.raises(ModuleNotFoundError):
        world.import_module("late")
    (world.root / "late.py").write_text("x = 1")
    world.invalidate_caches()
    assert world.import_module("late").x == 1
