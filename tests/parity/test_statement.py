"""`__import__` and the import statement: levels, fromlists, stars, and what the importer is."""

from __future__ import annotations

import sys
import warnings
from collections import UserList
from types import SimpleNamespace
from typing import Any

import pytest

from .outcome import Agree
from .worlds import World, loaded

TREE = {
    "tree/__init__.py": "value = 1",
    "tree/leaf.py": "value = 2",
    "tree/broken.py": "1 / 0",
    "tree/needy.py": "import not_there_at_all",
    "tree/a/__init__.py": "",
    "tree/a/leaf.py": "",
    "plain.py": "value = 3",
}


def test_plain_names_return_the_first_part(stored: World) -> None:
    """Without fromlist, __import__ returns the first package of the name, relative names included."""
    stored.add(TREE)
    assert stored.dunder("tree.a.leaf").__name__ == "tree"
    assert (
        stored.dunder("a.leaf", {"__package__": "tree", "__spec__": None}, None, (), 1).__name__ == "tree.a"
    )
    assert stored.dunder("leaf", {"__package__": "tree"}, level=1).__name__ == "tree.leaf"
    assert stored.dunder("", {"__package__": "tree.a"}, level=2).__name__ == "tree"
    assert stored.dunder("tree.a.leaf", fromlist=("x",)).__name__ == "tree.a.leaf"


FROMLISTS: list[Any] = [
    None, (), [], "", "leaf", ("leaf",), ["leaf"], {"leaf": 1}, {"leaf"}, ("a", "leaf"), ("missing",),
    ("value",),
    ("",), (".",), ("*",), ("*", "leaf"), ("broken",), ("needy",), ("leaf.x",), ("a.leaf",), (1,), (None,),
    (b"leaf",), ("leaf", 1), 0, 1, True, object(), UserList(["leaf"]), ("\udc80",), ("__doc__",), ("x\0",),
]  # fmt: skip


@pytest.mark.parametrize("fromlist", FROMLISTS, ids=lambda value: ascii(value)[:30])
def test_fromlists(agree: Agree, fromlist: Any) -> None:
    """Any fromlist has the result, the error and the modules that importlib has."""

    def act(world: World, name: str, level: int) -> Any:
        world.add(TREE)
        return world.dunder(name, {"__package__": "tree"}, None, fromlist, level)

    agree(act, ("tree", 0), ("plain", 0), ("", 1), ("a", 1), ("tree.leaf", 0))


LEVELS: list[Any] = [-1, 0, 1, 2, 3, 100, True, False, 1.5, -(2**70), 2**70]


@pytest.mark.parametrize("level", LEVELS, ids=ascii)
def test_levels(agree: Agree, level: Any) -> None:
    """Any level has the result and the error that importlib has."""

    def act(world: World, name: str, package: str) -> Any:
        world.add(TREE)
        return world.dunder(name, {"__package__": package, "__name__": f"{package}.x"}, None, (), level)

    if level == 2**70:  # as many bits as that split into is beyond a C integer
        agree(act, ("leaf", "tree"))
    else:
        agree(act, ("leaf", "tree"), ("leaf", "tree.a"), ("", "tree"), ("", "tree.a"), ("plain", "tree"))


@pytest.mark.parametrize("level", ["1", None, b"", object()], ids=["text", "None", "bytes", "object"])
def test_levels_that_are_no_numbers(world: World, level: Any) -> None:
    """A level that is no number is a TypeError."""
    world.add(TREE)
    with pytest.raises(TypeError):
        world.dunder("leaf", {"__package__": "tree"}, None, (), level)
    assert not loaded("tree")


GLOBALS: list[Any] = [
    None,
    {},
    {"__name__": "tree"},
    {"__name__": "tree.leaf"},
    {"__name__": "tree", "__path__": []},
    {"__name__": "lone"},
    {"__name__": "__main__"},
    {"__name__": None},
    {"__name__": 5, "__path__": []},
    {"__package__": None, "__name__": "tree.leaf"},
    {"__package__": ""},
    {"__package__": "", "__name__": "tree.leaf"},
    {"__package__": "tree"},
    {"__package__": "missing"},
    {"__package__": "plain"},
    {"__package__": 5},
    {"__package__": b"tree"},
    {"__package__": "tree", "__spec__": SimpleNamespace(parent="tree")},
    {"__package__": "tree", "__spec__": SimpleNamespace(parent="other")},
    {"__package__": "tree", "__spec__": SimpleNamespace(parent="")},
    {"__package__": "tree", "__spec__": SimpleNamespace()},
    {"__package__": None, "__spec__": SimpleNamespace(parent="tree")},
    {"__package__": None, "__spec__": SimpleNamespace(parent=None)},
    {"__package__": None, "__spec__": SimpleNamespace()},
    {"__spec__": SimpleNamespace(parent="tree")},
    {"__spec__": SimpleNamespace(parent="")},
    {"__spec__": None, "__name__": "tree.leaf"},
    {"__spec__": None, "__package__": "tree"},
]


@pytest.mark.parametrize("namespace", GLOBALS, ids=lambda value: ascii(value)[:60])
def test_anchors_of_relative_imports(agree: Agree, namespace: Any) -> None:
    """A relative import starts from the same package, with the same warnings, or fails in the same words."""

    def act(world: World, name: str, fromlist: tuple[str, ...], level: int) -> Any:
        world.add(TREE)
        return world.dunder(name, namespace, None, fromlist, level)

    agree(act, ("leaf", (), 1), ("", ("leaf",), 1), ("leaf", (), 2), ("tree", (), 0))


@pytest.mark.parametrize(
    ("namespace", "words"),
    [
        (
            {"__package__": "tree", "__spec__": SimpleNamespace(parent="other")},
            "__package__ != __spec__.parent",
        ),
        ({"__package__": None, "__spec__": None}, "can't resolve package from __spec__ or __package__"),
    ],
)
def test_warnings_of_statements_blame_their_line(world: World, namespace: Any, words: str) -> None:
    """The warnings about an importer's `__package__` and `__spec__` name the line of its statement.

    The texts differ between the interpreter's statement and importlib (Python 3.11: the two names are said
    by importlib only), and loadstone speaks importlib's.
    """
    world.add(TREE)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        world.run("\n\nfrom .leaf import value", "tree.importer", **namespace)
    (warning,) = (each for each in caught if str(each.message).startswith(words))
    assert (warning.filename, warning.lineno) == ("<tree.importer>", 3)


STATEMENTS = [
    "import tree.leaf",
    "import tree.leaf as x",
    "import tree.a.leaf as x, plain as y",
    "from tree import leaf, a as b",
    "from tree.a import leaf",
    "from tree import value",
    "from tree import missing",
    "from tree import broken",
    "from tree import needy",
    "from tree.leaf import missing",
    "from tree.leaf import *",
    "from tree import *",
    "import tree.missing",
    "import tree.missing.more as x",
    "import plain.more",
    "import missing",
    "from missing import x",
    "from . import leaf",
    "from .leaf import value",
    "from .a.leaf import __name__ as x",
    "from .. import leaf",
    "from .missing import x",
    "from __future__ import annotations, division",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_statements(agree: Agree, statement: str) -> None:
    """Each form of statement binds the same names to the same modules, or fails in the same words."""

    def act(world: World, name: str, namespace: dict[str, Any]) -> Any:
        world.add(TREE)
        found = world.run(statement, name, **namespace)
        return [(key, found[key]) for key in found if key != "__builtins__" and key not in namespace]

    agree(act, ("tree.importer", {"__package__": "tree"}), ("lone", {"__package__": "", "__spec__": None}))


STARS = {
    "no list": ("x = 1\n_y = 2\nfrom . import sub", None),
    "names": ("__all__ = ['x']\nx = 1\ny = 2", None),
    "submodule": ("__all__ = ['sub', 'x']\nx = 1", None),
    "missing": ("__all__ = ['nothing']", "AttributeError"),
    "broken submodule": ("__all__ = ['broken']", "ZeroDivisionError"),
    "number": ("__all__ = ['x', 5]\nx = 1", "TypeError"),
    "bytes": ("__all__ = [b'x']", "TypeError"),
    "star": ("__all__ = ['*']\nx = 1", "AttributeError"),
    "empty": ("__all__ = []\nx = 1", None),
    "text": ("__all__ = 'xy'\nx = y = 1", None),
    "no iterable": ("__all__ = 5", "TypeError"),
    "computed": (
        "def __getattr__(name):\n    if name == '__all__': return ['sub']\n    raise AttributeError(name)",
        None,
    ),
}


@pytest.mark.parametrize("kind", STARS)
def test_star_imports(agree: Agree, kind: str) -> None:
    """A star import takes what `__all__` names, imports submodules that it names, refuses bad items."""
    source, error = STARS[kind]

    def act(world: World) -> Any:
        world.add({"pkg/__init__.py": source, "pkg/sub.py": "", "pkg/broken.py": "1 / 0"})
        found = world.run("from pkg import *")
        return sorted(key for key in found if key != "__builtins__")

    (found,) = agree(act)
    assert (found.error and found.error["type"]) == error


def test_names_that_a_package_computes(stored: World) -> None:
    """A package's `__getattr__` is asked before a submodule is imported."""
    stored.add(
        {
            "pkg/__init__.py": """
                def __getattr__(name):
                    if name == "sub":
                        return "computed"
                    raise AttributeError(name)
            """,
            "pkg/sub.py": "",
            "pkg/other.py": "",
        }
    )
    found = stored.run("from pkg import sub, other")
    assert found["sub"] == "computed"
    assert found["other"].__name__ == "pkg.other"
    assert "pkg.sub" not in sys.modules


def test_package_whose_getattr_fails(agree: Agree) -> None:
    """What a package's `__getattr__` raises passes through a `from` import."""

    def act(world: World) -> Any:
        world.add({"pkg/__init__.py": "def __getattr__(name):\n    1 / 0", "pkg/sub.py": ""})
        return world.run("from pkg import sub")

    agree(act)


def test_none_submodules_and_fromlists(agree: Agree) -> None:
    """A submodule that is None in sys.modules halts a `from` import."""

    def act(world: World) -> Any:
        world.add(TREE)
        sys.modules["tree.leaf"] = None  # type: ignore[assignment]
        return world.dunder("tree", fromlist=("leaf",))

    (found,) = agree(act)
    assert found.error["text"] == "import of tree.leaf halted; None in sys.modules"


def test_package_that_is_renamed(agree: Agree) -> None:
    """What a package calls itself decides where `from` imports look for its submodules."""

    def act(world: World, statement: str) -> Any:
        world.add(
            {
                **TREE,
                "alias/__init__.py": "__name__ = 'tree'\nimport tree",
                "unnamed/__init__.py": "del __name__",
            }
        )
        return world.run(statement, "importer")["leaf"]

    agree(act, ("from alias import leaf",), ("from unnamed import leaf",))


def test_front_that_is_not_in_modules(world: World) -> None:
    """A relative import without fromlist whose first part has gone is a KeyError."""
    world.add(
        {"pkg/__init__.py": "", "pkg/a/__init__.py": "", "pkg/a/b.py": "import sys\ndel sys.modules['pkg.a']"}
    )
    with pytest.raises(KeyError):
        world.dunder("a.b", {"__package__": "pkg"}, None, (), 1)


def test_statements_import_what_the_verbs_have_imported(stored: World) -> None:
    """Statements and verbs share sys.modules: a module is executed once, whoever asks."""
    stored.add({"pkg/__init__.py": "", "pkg/sub.py": ""})
    module = stored.import_module("pkg.sub")
    assert stored.run("import pkg.sub")["pkg"].sub is module
    assert stored.dunder("pkg.sub", fromlist=("x",)) is module
    stored.run("from pkg import sub")
    assert list(loaded("pkg")) == ["pkg", "pkg.sub"]


def test_keyword_arguments(world: World) -> None:
    """The parameters of __import__ are called as in importlib."""
    world.add(TREE)
    module = world.dunder(name="leaf", globals={"__package__": "tree"}, locals=5, fromlist=("x",), level=1)
    assert module.__name__ == "tree.leaf"
