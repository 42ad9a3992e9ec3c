"""What `sys.modules` holds when modules are odd, replace themselves, vanish or fail."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from .outcome import Agree
from .worlds import World, loaded

FAILURES = [
    "ImportError('no')", "SyntaxError('no')", "ValueError('no')", "KeyboardInterrupt()", "SystemExit(3)",
    "GeneratorExit()", "ModuleNotFoundError('no', name='other')",
]  # fmt: skip


@pytest.mark.parametrize("verb", ["import_module", "dunder", "find_spec"])
def test_none_in_modules_halts_the_import(agree: Agree, verb: str) -> None:
    """A module that is None in sys.modules cannot be imported, though its file is there."""

    def act(world: World, name: str, halted: str) -> Any:
        world.add({"pkg/__init__.py": "", "pkg/sub.py": ""})
        sys.modules[halted] = None  # type: ignore[assignment]
        return getattr(world, verb)(name)

    outcomes = agree(
        act, ("pkg", "pkg"), ("pkg.sub", "pkg.sub"), ("pkg.sub", "pkg"), ("pkg.sub.x", "pkg.sub")
    )
    if verb != "find_spec":
        assert outcomes[0].error["text"] == "import of pkg halted; None in sys.modules"
        assert outcomes[0].error["name"] == "pkg"


@pytest.mark.parametrize(
    "thing",
    [0, "text", object(), SimpleNamespace(), SimpleNamespace(__spec__=None), [], ModuleType("other"),
     SimpleNamespace(__spec__=SimpleNamespace(_initializing=False)),
     SimpleNamespace(__spec__=SimpleNamespace(_initializing=0)),
     SimpleNamespace(__spec__=SimpleNamespace(_initializing=True))],
    ids=lambda thing: repr(thing)[:40],
)  # fmt: skip
def test_anything_in_modules_is_a_module(world: World, thing: object) -> None:
    """What is in sys.modules is what an import returns, whatever its type."""
    sys.modules["odd"] = thing  # type: ignore[assignment]
    try:
        assert world.import_module("odd") is thing
        assert world.dunder("odd") is thing
        assert world.run("import odd")["odd"] is thing
    finally:
        del sys.modules["odd"]


def test_odd_parents(agree: Agree) -> None:
    """A parent in sys.modules that is no package, or a strange one, ends as it ends in importlib."""

    def act(world: World, verb: str, parent: Any) -> Any:
        world.add({"lone.py": ""})
        odd: Any = 0 if parent is None else SimpleNamespace(**parent)
        sys.modules["odd"] = odd
        return getattr(world, verb)("odd.lone")

    parents: list[dict[str, Any] | None] = [
        None,
        {},
        *(
            {"__path__": path, "__spec__": None}
            for path in (None, [], 3, "text", [0, None, b"bytes"], ["/nowhere"])
        ),
    ]
    agree(act, *((verb, parent) for verb in ("import_module", "dunder", "find_spec") for parent in parents))


def test_parents_with_odd_specs(agree: Agree) -> None:
    """A parent that has a path but no spec, or a strange one, ends as it ends in importlib."""

    def act(world: World, **parent: Any) -> Any:
        world.add({"lone.py": ""})
        odd: Any = SimpleNamespace(__path__=[str(world.root)])
        sys.modules["odd"] = odd
        if parent:
            odd.__spec__ = parent["spec"]
        return world.import_module("odd.lone")

    agree(act)
    agree(lambda world: act(world, spec=SimpleNamespace()))
    agree(lambda world: act(world, spec=None))


def test_module_that_replaces_itself(stored: World) -> None:
    """The object that a module puts into sys.modules in its own place is the module, on its parent too."""
    stored.add({"pkg/__init__.py": "", "pkg/sub.py": "import sys\nsys.modules[__name__] = one = ['other']"})
    found = stored.import_module("pkg.sub")
    assert found == ["other"]
    assert sys.modules["pkg.sub"] is found
    assert sys.modules["pkg"].sub is found
    assert stored.import_module(".sub", "pkg") is found
    assert stored.run("import pkg.sub as it")["it"] is found


def test_module_that_replaces_itself_by_none(agree: Agree) -> None:
    """A module that puts None in its own place is None after its first import, and halted at the next."""

    def act(world: World) -> Any:
        world.add({"odd.py": "import sys\nsys.modules[__name__] = None"})
        return [world.import_module("odd"), world.import_module("odd")]

    agree(act)


def test_module_that_deletes_itself(agree: Agree) -> None:
    """A module that takes itself out of sys.modules ends as in importlib: KeyError."""

    def act(world: World, verb: str) -> Any:
        world.add({"pkg/__init__.py": "", "pkg/gone.py": "import sys\ndel sys.modules[__name__]"})
        return getattr(world, verb)("pkg.gone")

    for found in agree(act, ("import_module",), ("dunder",)):
        assert found.error["type"] == "KeyError"


def test_module_that_deletes_its_parent(agree: Agree) -> None:
    """A submodule that takes its parent out of sys.modules ends as in importlib."""

    def act(world: World) -> Any:
        world.add({"pkg/__init__.py": "", "pkg/sub.py": "import sys\ndel sys.modules['pkg']"})
        return world.import_module("pkg.sub")

    agree(act)


@pytest.mark.parametrize("failure", FAILURES)
def test_failing_module(stored: World, failure: str) -> None:
    """What a module raises passes through; the module is gone from sys.modules and is executed again."""
    stored.add({"bad.py": f"import sys\nsys.tries = getattr(sys, 'tries', 0) + 1\nraise {failure}"})
    try:
        for _ in range(2):
            with pytest.raises(BaseException, match=r"no|^$|3") as caught:
                stored.import_module("bad")
            assert type(caught.value).__name__ == failure.partition("(")[0]
            assert not loaded("bad")
        assert sys.tries == 2  # type: ignore[attr-defined]
    finally:
        del sys.tries  # type: ignore[attr-defined]


@pytest.mark.parametrize("failure", FAILURES)
def test_failing_parent_and_failing_submodule(agree: Agree, failure: str) -> None:
    """Where a package fails, the submodules it has imported stay; where a submodule fails, its package."""

    def act(world: World, verb: str, name: str) -> Any:
        world.add(
            {
                "pkg/__init__.py": f"from . import good\nraise {failure}",
                "pkg/good.py": "",
                "pkg/sub.py": "",
                "fine/__init__.py": "",
                "fine/bad.py": f"from . import good\nraise {failure}",
                "fine/good.py": "",
                "nested/__init__.py": "import fine.bad",
            }
        )
        return getattr(world, verb)(name)

    names = (
        "pkg",
        "pkg.good",
        "pkg.sub",
        "pkg.missing",
        "fine.bad",
        "fine.bad.more",
        "nested",
        "nested.more",
    )
    agree(act, *((verb, name) for verb in ("import_module", "dunder", "find_spec") for name in names))


def test_failing_module_that_replaced_or_deleted_itself(agree: Agree) -> None:
    """A module that fails is taken out of sys.modules, be it another object by then, or gone."""

    def act(world: World, name: str) -> Any:
        world.add(
            {
                "replaced.py": "import sys\nsys.modules[__name__] = 5\n1 / 0",
                "deleted.py": "import sys\ndel sys.modules[__name__]\n1 / 0",
                "called.py": "__name__ = 'other'\n1 / 0",
            }
        )
        return world.import_module(name)

    for found in agree(act, ("replaced",), ("deleted",), ("called",)):
        assert found.error["type"] == "ZeroDivisionError"
        assert found.order == []


def test_module_that_renames_its_spec(agree: Agree) -> None:
    """A module that changes the name in its spec is looked for in sys.modules under the new name."""

    def act(world: World, source: str) -> Any:
        world.add({"renamed.py": f"__spec__.name = 'another'\n{source}"})
        return world.import_module("renamed")

    agree(act, ("1 / 0",), ("x = 1",), ("import sys\nsys.modules['another'] = 5",))


def test_syntax_errors(stored: World) -> None:
    """A module that is no Python raises SyntaxError, which names the file and line."""
    stored.add({"bad.py": "a = 1\nb = = 2\n", "indented.py": "if 1:\nx = 1\n"})
    with pytest.raises(SyntaxError) as caught:
        stored.import_module("bad")
    assert caught.value.lineno == 2
    assert "bad" in str(caught.value.filename)
    with pytest.raises(IndentationError):
        stored.import_module("indented")
    assert not loaded("bad")
    assert not loaded("indented")


def test_submodule_is_bound_on_its_parent_after_it_is_executed(stored: World) -> None:
    """The parent gets the attribute when the submodule is executed, not before, and not if that fails."""
    stored.add(
        {
            "pkg/__init__.py": "",
            "pkg/sub.py": "import pkg\nearly = hasattr(pkg, 'sub')",
            "pkg/bad.py": "1 / 0",
        }
    )
    assert not stored.import_module("pkg.sub").early
    with pytest.raises(ZeroDivisionError):
        stored.import_module("pkg.bad")
    assert not hasattr(sys.modules["pkg"], "bad")


def test_attribute_that_the_parent_already_has(stored: World) -> None:
    """Importing a submodule overwrites an attribute of that name, `from` imports prefer the attribute."""
    stored.add({"pkg/__init__.py": "sub = 'attribute'", "pkg/sub.py": ""})
    assert stored.run("from pkg import sub")["sub"] == "attribute"
    assert not loaded("pkg.sub")
    module = stored.import_module("pkg.sub")
    assert stored.run("from pkg import sub")["sub"] is module


def test_parent_that_takes_no_attributes(agree: Agree) -> None:
    """Where the parent refuses the attribute, the import succeeds with an ImportWarning."""

    def act(world: World) -> Any:
        world.add(
            {
                "pkg/__init__.py": """
                    import sys, types
                    class Closed(types.ModuleType):
                        def __setattr__(self, name, value):
                            raise AttributeError(name)
                    sys.modules[__name__].__class__ = Closed
                """,
                "pkg/sub.py": "x = 1",
            }
        )
        code = "import pkg.sub\nname = pkg.__name__"
        if world.system == "loadstone":  # the statement would be the interpreter's
            return world.dunder("pkg.sub")
        return world.run(code)["name"] and sys.modules["pkg"]

    (found,) = agree(act)
    assert [warning[:2] for warning in found.warned] == [
        ("ImportWarning", "Cannot set an attribute on 'pkg' for child module 'sub'")
    ]


def test_parent_whose_setattr_fails_otherwise(agree: Agree) -> None:
    """What a parent raises other than AttributeError passes through; the submodule stays imported."""

    def act(world: World) -> Any:
        world.add({"sub.py": ""})
        parent = type("Parent", (ModuleType,), {"__setattr__": lambda *_: 1 // 0})("odd")
        vars(parent)["__path__"] = [str(world.root)]
        sys.modules["odd"] = parent
        return world.import_module("odd.sub")

    (found,) = agree(act)
    assert found.error["type"] == "ZeroDivisionError"
    assert "odd.sub" in found.order


def test_parent_that_imports_the_submodule_by_itself(stored: World) -> None:
    """A submodule that its package imports while being imported is executed once."""
    stored.add(
        {
            "pkg/__init__.py": "log = []\nimport pkg.sub",
            "pkg/sub.py": "import pkg\npkg.log.append(1)",
        }
    )
    module = stored.import_module("pkg.sub")
    assert sys.modules["pkg"].log == [1]
    assert sys.modules["pkg"].sub is module


def test_modules_dict_that_is_replaced(world: World) -> None:
    """Where sys.modules is another dict, imports by name look there and land there."""
    world.add({"first.py": ""})
    original = sys.modules
    first = world.import_module("first")
    sys.modules = dict(original)
    try:
        del sys.modules["first"]
        again = world.import_module("first")
        assert again is not first
        assert sys.modules["first"] is again
        assert original["first"] is first
    finally:
        sys.modules = original


def test_path_that_changes_while_importing(stored: World) -> None:
    """A module can prepend to sys.path and to meta_path while it is imported, for what comes after."""
    stored.add({"start.py": "import sys\nfrom other_dir import more"})
    other = stored.root / "elsewhere"
    (other / "other_dir").mkdir(parents=True)
    (other / "other_dir" / "more.py").write_text("x = 5")
    stored.add({"start.py": f"import sys\nsys.path.insert(0, {str(other)!r})\nfrom other_dir import more"})
    assert stored.import_module("start").more.x == 5


def test_finder_list_that_changes_during_the_walk(agree: Agree) -> None:
    """A finder that takes itself off sys.meta_path while it is asked changes the walk in the same way."""

    def act(world: World) -> Any:
        asked = []

        class Leaving:
            def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
                asked.append((name, path, target))
                sys.meta_path.remove(self)

        sys.meta_path[:0] = [Leaving(), Leaving(), Leaving()]
        world.add({"thing.py": ""})
        world.import_module("thing")
        return asked

    agree(act)


def test_keyboard_interrupt_in_the_middle(stored: World) -> None:
    """After an interrupt deep in an import the chain of importers is gone, what was finished stays."""
    stored.add(
        {
            "top.py": "import done\nimport middle",
            "middle.py": "import deep",
            "deep.py": "import signal\nhasattr(signal, 'asked') or signal.raise_signal(signal.SIGINT)",
            "done.py": "",
        }
    )
    with pytest.raises(KeyboardInterrupt):
        stored.import_module("top")
    assert [name for name in ("top", "middle", "deep", "done") if name in sys.modules] == ["done"]
    import signal

    signal.asked = True  # type: ignore[attr-defined]
    try:
        assert stored.import_module("top").middle.deep
    finally:
        del signal.asked  # type: ignore[attr-defined]
