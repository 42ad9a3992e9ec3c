"""Circular imports, and what a module is while it is being imported."""

from __future__ import annotations

import sys

import pytest

from .worlds import World


def test_cycle_of_two_modules(stored: World) -> None:
    """Each of two modules that import each other sees the other, one of them before it is finished."""
    stored.add(
        {
            "one.py": "before = 1\nimport two\nafter = 2",
            "two.py": "import one\nseen = sorted({'before', 'after'} & set(vars(one)))",
        }
    )
    one = stored.import_module("one")
    assert one.two.seen == ["before"]
    assert one.two.one is one


def test_cycle_by_import_module(stored: World) -> None:
    """A module that imports itself by import_module, or its importer, gets the unfinished module."""
    stored.add(
        {
            "one.py": "import sys\nself = sys.importer('one')\nother = sys.importer('two')",
            "two.py": "import sys\nback = sys.importer('one')",
        }
    )
    sys.importer = stored.import_module  # type: ignore[attr-defined]
    try:
        one = stored.import_module("one")
    finally:
        del sys.importer  # type: ignore[attr-defined]
    assert one.self is one
    assert one.other.back is one


@pytest.mark.parametrize(
    "statement",
    [
        "from pkg import b",
        "from . import b",
        "import pkg.b as b",
        "from pkg import b as b",
        "from .b import me; b = me",
    ],
)
def test_submodules_that_import_each_other_from_their_package(stored: World, statement: str) -> None:
    """`from package import submodule` works in a cycle, by what sys.modules holds."""
    stored.add(
        {
            "pkg/__init__.py": "",
            "pkg/a.py": statement,
            "pkg/b.py": "import sys\nme = sys.modules[__name__]\nfrom pkg import a\nfrom . import a as again",
        }
    )
    a = stored.import_module("pkg.a")
    assert a.b.a is a.b.again is a
    assert a.b is sys.modules["pkg.b"]


def test_name_that_is_missing_in_a_cycle(stored: World) -> None:
    """A name that an unfinished module does not have yet is an ImportError which tells of the cycle."""
    stored.add({"one.py": "from two import x", "two.py": "from one import y\nx = 1"})
    known = "most likely due to a circular import"
    if stored.storage == "memory" and sys.version_info < (3, 14):
        known = "unknown location"
    with pytest.raises(ImportError, match=f"cannot import name 'y' from .*'one'.*{known}") as caught:
        stored.import_module("one")
    assert caught.value.name == "one"
    assert "one" not in sys.modules
    assert "two" not in sys.modules


def test_attribute_that_is_missing_in_a_cycle(stored: World) -> None:
    """An attribute that an unfinished module lacks is an AttributeError which tells of the cycle."""
    stored.add({"one.py": "import two\nx = 1", "two.py": "import one\none.x"})
    with pytest.raises(AttributeError, match="partially initialized module 'one'"):
        stored.import_module("one")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="said since Python 3.12")
def test_submodule_that_is_missing_in_a_cycle(stored: World) -> None:
    """A submodule which is being imported and not bound yet is an AttributeError that says so."""
    stored.add({"pkg/__init__.py": "", "pkg/a.py": "import pkg\npkg.a"})
    with pytest.raises(AttributeError, match=r"cannot access submodule 'a' of module 'pkg'"):
        stored.import_module("pkg.a")
    assert "pkg.a" not in sys.modules


def test_package_that_imports_its_submodules_which_import_it(stored: World) -> None:
    """A package whose submodules import the package is executed once, in order."""
    stored.add(
        {
            "pkg/__init__.py": "log = ['start']\nfrom .a import x\nfrom .b import y\nlog.append('end')",
            "pkg/a.py": "import pkg\npkg.log.append('a')\nx = 1\nfrom pkg.b import y",
            "pkg/b.py": "from pkg import log\nlog.append('b')\ny = 2\nfrom pkg import a\nfrom pkg.a import x",
        }
    )
    assert stored.import_module("pkg").log == ["start", "a", "b", "end"]


def test_long_cycle(stored: World) -> None:
    """A cycle of fifty modules is imported, each executed once."""
    stored.add({f"ring{i}.py": f"import ring{(i + 1) % 50}\nsize = {i}" for i in range(50)})
    module = stored.import_module("ring7")
    for i in range(50):
        assert sys.modules[f"ring{i}"].size == i
    assert module.ring8.ring9.size == 9


def test_initializing_flag(stored: World) -> None:
    """`__spec__._initializing` is true while a module is executed, false after, also if that failed."""
    stored.add(
        {
            "good.py": "during = __spec__._initializing",
            "bad.py": "import sys\nsys.kept = __spec__\n1 / 0",
        }
    )
    good = stored.import_module("good")
    assert good.during is True
    assert good.__spec__._initializing is False
    try:
        with pytest.raises(ZeroDivisionError):
            stored.import_module("bad")
        assert sys.kept._initializing is False  # type: ignore[attr-defined]
    finally:
        del sys.kept  # type: ignore[attr-defined]


def test_cycle_that_fails(stored: World) -> None:
    """Where one module of a cycle fails, all that were unfinished are gone, and a second try repeats it."""
    stored.add({"one.py": "import two", "two.py": "import three", "three.py": "import one\n1 / 0"})
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            stored.import_module("one")
        assert {"one", "two", "three"}.isdisjoint(sys.modules)


def test_module_that_deletes_its_importer(stored: World) -> None:
    """A module taken out of sys.modules while unfinished is executed anew by whoever imports it."""
    stored.add(
        {
            "one.py": "import sys\nsys.runs.append(1)\nif len(sys.runs) == 1:\n    import two",
            "two.py": "import sys\ndel sys.modules['one']\nimport one",
        }
    )
    sys.runs = runs = []  # type: ignore[attr-defined]
    try:
        stored.import_module("one")
    finally:
        del sys.runs  # type: ignore[attr-defined]
    assert len(runs) == 2
