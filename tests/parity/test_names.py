"""Names: absolute and relative, and every wrong one."""

from __future__ import annotations

from typing import Any

import pytest

from .outcome import Agree
from .worlds import World, loaded

TREE = {
    "tree/__init__.py": "",
    "tree/leaf.py": "",
    "tree/a/__init__.py": "",
    "tree/a/leaf.py": "",
    "tree/a/b/__init__.py": "",
    "tree/a/b/leaf.py": "",
    "plain.py": "",
}


@pytest.mark.parametrize(
    ("name", "package", "full_name"),
    [
        ("tree", None, "tree"),
        ("tree.leaf", None, "tree.leaf"),
        ("tree.a.b.leaf", None, "tree.a.b.leaf"),
        ("tree.a.b.leaf", "ignored", "tree.a.b.leaf"),
        (".leaf", "tree", "tree.leaf"),
        (".a.b.leaf", "tree", "tree.a.b.leaf"),
        (".leaf", "tree.a.b", "tree.a.b.leaf"),
        ("..leaf", "tree.a.b", "tree.a.leaf"),
        ("...leaf", "tree.a.b", "tree.leaf"),
        ("....plain", "tree.a.b.c", "tree.plain"),
        (".", "tree.a", "tree.a"),
        ("..", "tree.a", "tree"),
        ("...", "tree.a.b", "tree"),
    ],
)
def test_import_module_returns_the_module_that_the_name_means(
    stored: World, name: str, package: str | None, full_name: str
) -> None:
    """import_module returns the last module of the name, and each is in sys.modules and on its parent."""
    stored.add({**TREE, "tree/plain.py": ""})
    module = stored.import_module(name, package)
    assert module.__name__ == full_name
    assert stored.import_module(name, package) is module
    found = loaded("tree")
    assert found[full_name] is module
    parts = full_name.split(".")
    assert list(found) == [".".join(parts[: i + 1]) for i in range(len(parts))]
    for parent, _, child in (each.rpartition(".") for each in found):
        assert not parent or getattr(found[parent], child) is found[f"{parent}.{child}"]


NAMES: list[Any] = [
    "", ".", "..", "a..b", ".a", "tree.", "tree..leaf", ".tree", "tree.missing", "tree.a.missing.leaf",
    "missing", "missing.leaf", "plain.leaf", "plain.leaf.more", "tree.leaf.leaf", "tree leaf", "tree/leaf",
    "tree.leaf ", " tree", "tree\n", "tree\0", "\0", "tree.\0leaf", "1", "ünï", "\N{SNOWMAN}", "\udc80",
    "tree.\ud800",
    "x" * 300,
    ".".join("x" * 40), "__main__.x", "sys.x", "builtins.int", None, 1, 1.5, True, b"tree", b"",
    bytearray(b"tree"),
    [], ["tree"], {}, (), ("tree",), object, type("Text", (str,), {})("tree.leaf"),
    type("Text", (str,), {})(""), type("Text", (str,), {})(".leaf"),
]  # fmt: skip


def _id(value: Any) -> str:
    return ascii(value)[:40]


@pytest.mark.parametrize("name", NAMES, ids=_id)
def test_odd_names(agree: Agree, name: Any) -> None:
    """Every verb says the same about a name that is odd or wrong, and leaves the same behind."""

    def act(world: World, verb: str, *package: str) -> Any:
        world.add(TREE)
        return getattr(world, verb)(name, *package)

    by_name = ("import_module",), ("import_module", "tree"), ("find_spec",), ("find_spec", "tree")
    if isinstance(name, str):
        agree(act, *by_name)
    agree(act, ("dunder",))


@pytest.mark.parametrize("name", [name for name in NAMES if not isinstance(name, str)], ids=_id)
def test_names_that_are_no_str(agree: Agree, name: Any) -> None:
    """Where importlib raises what comes of taking it for a str, loadstone says what it is."""

    def act(world: World, verb: str, *package: str) -> Any:
        expected = AttributeError, TypeError, ValueError
        with pytest.raises(expected if world.system in ("importlib", "takeover") else TypeError) as caught:
            getattr(world, verb)(name, *package)
        if world.system not in ("importlib", "takeover"):
            assert str(caught.value) == f"module name must be str, not {type(name).__name__}"

    agree(act, ("import_module",), ("import_module", "tree"), ("find_spec",), ("find_spec", "tree"))


def test_first_part_of_a_name_that_is_empty(agree: Agree) -> None:
    """__import__ of a name with a leading dot, whose first part is empty, ends in importlib's ValueError."""

    def act(world: World) -> Any:
        world.add(TREE)
        return world.dunder(".tree")

    agree(act)


PACKAGES: list[Any] = [
    None, "", "tree", "tree.a", "tree.a.b", "missing", "missing.more", "plain", ".", "..", "tree.", ".tree",
    "tree..a", 0, 1, b"tree", b"", [], ["tree"], object, "\udc80", "__main__",
]  # fmt: skip


RELATIVE = (".leaf", "..leaf", "...leaf", "....leaf", ".", "..", "...", ".....", ". leaf")


def act_relative(world: World, verb: str, name: str, package: Any) -> Any:
    """Import or find a module by a relative name."""
    world.add(TREE)
    return getattr(world, verb)(name, package)


@pytest.mark.parametrize("package", PACKAGES, ids=_id)
def test_relative_names_with_odd_packages(agree: Agree, package: Any) -> None:
    """A relative name is resolved from the same package, or refused in the same words."""
    verbs = ("import_module", "find_spec") if isinstance(package or "", str) else ("import_module",)
    agree(act_relative, *((verb, name, package) for verb in verbs for name in RELATIVE))


def test_find_spec_in_packages_that_are_no_names(agree: Agree) -> None:
    """find_spec refuses a package that is no str in importlib's words."""
    agree(
        act_relative,
        *(("find_spec", ".leaf", package) for package in PACKAGES if not isinstance(package, str)),
    )


@pytest.mark.parametrize(
    "arguments",
    [(), (None,), ("tree", "tree", "tree"), ("plain", object()), ("plain", [])],
    ids=_id,
)
@pytest.mark.parametrize("verb", ["import_module", "find_spec", "reload"])
def test_other_wrong_arguments_are_type_errors_or_ignored(world: World, verb: str, arguments: Any) -> None:
    """Calls with too few or too many arguments raise TypeError; the package of an absolute name is unused."""
    world.add(TREE)
    call = getattr(world, verb)
    if verb != "reload" and arguments[:1] == ("plain",):
        assert "plain" in repr(call(*arguments))
    else:
        with pytest.raises((TypeError, AttributeError)):
            call(*arguments)


def test_import_module_takes_subclasses_of_str_for_their_text(world: World) -> None:
    """import_module imports by the text of a name, even if its own class cannot be hashed."""
    unhashable: Any = type("Unhashable", (str,), {"__hash__": None})
    world.add(TREE)
    module = world.import_module(unhashable("tree.leaf"))
    assert type(module.__name__) is str
    assert {type(key) for key in loaded("tree")} == {str}


@pytest.mark.parametrize("verb", ["import_module", "find_spec"])
def test_keyword_arguments(world: World, verb: str) -> None:
    """The parameters are called name and package, as in importlib."""
    world.add(TREE)
    assert "tree.leaf" in repr(getattr(world, verb)(name=".leaf", package="tree"))
