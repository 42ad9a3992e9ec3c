"""Aliases and blocks."""

from __future__ import annotations

import importlib.util
import runpy
import sys
from typing import TYPE_CHECKING, Any

import pytest

import loadstone

if TYPE_CHECKING:
    from ..conftest import Sandbox


@pytest.fixture(autouse=True)
def modules(sandbox: Sandbox) -> None:
    """Modules to import, in a sandbox."""
    files = {
        "new/__init__.py": "state = []",
        "new/sub/__init__.py": "from .. import state",
        "new/sub/deep.py": "from . import state\nclass Thing: pass",
        "fails.py": "1 / 0",
        "there/__init__.py": "here = True",
    }
    sandbox.write(files, on_path=True)


@pytest.mark.parametrize("importer", [importlib.import_module, loadstone.import_module])
@pytest.mark.parametrize("old", ["old", "there.old", "no.where.old"])
def test_one_module_under_both_names(importer: Any, old: str) -> None:
    """Old and new name lead to one module object, in the whole subtree; it stays what it was."""
    with loadstone.alias(old, "new"):
        deep = importer(f"{old}.sub.deep")
        assert importer("new.sub.deep") is deep
        assert importer(old) is sys.modules["new"]
        assert sys.modules[f"{old}.sub"] is sys.modules["new.sub"]
        assert (deep.__name__, deep.__spec__.name, deep.__package__) == (
            "new.sub.deep",
            "new.sub.deep",
            "new.sub",
        )
        assert type(deep.__loader__).__name__ == type(deep.__spec__.loader).__name__ == "SourceFileLoader"
        assert deep.Thing.__module__ == "new.sub.deep"
        assert importlib.reload(deep) is deep
        with pytest.raises(
            ModuleNotFoundError, match=r"No module named 'new\.missing', which '.*' is an alias of"
        ) as caught:
            importer(f"{old}.missing")
        assert caught.value.name == f"{old}.missing"
    with pytest.raises(ModuleNotFoundError):
        importer(f"{old}.another")


def test_statements() -> None:
    """Import statements bind what they should by either name."""
    loadstone.alias("no.old", "new")
    import no.old.sub.deep  # type: ignore[import-not-found]
    from no.old import sub  # type: ignore[import-not-found]
    from no.old.sub import deep as other

    assert no.old.sub.deep is other
    assert sub is sys.modules["new.sub"]
    assert sys.modules["no"].old is sys.modules["new"]


@pytest.mark.parametrize(
    "importer", ["import old.sub", "import loadstone; loadstone.import_module('old.sub')"]
)
@pytest.mark.parametrize("text", [True, "gone soon"])
def test_deprecated(sandbox: Sandbox, importer: str, text: Any) -> None:
    """A deprecated alias blames the line that imports the old name, with the text given."""
    sandbox.write({"user.py": f"#\n#\n{importer}\n"})
    loadstone.alias("old", "new", deprecated=text)
    message = "gone soon" if isinstance(text, str) else "old is deprecated: import new instead"
    with pytest.warns(DeprecationWarning, match=message) as caught:
        loadstone.import_module("user")
    assert {(each.filename, each.lineno) for each in caught} == {(str(sandbox.root / "user.py"), 3)}


def test_what_the_new_name_raises() -> None:
    """What importing the new module raises passes through, and nothing is left of the old name."""
    loadstone.alias("old", "fails")
    loadstone.alias("older", "missing")
    with pytest.raises(ZeroDivisionError):
        loadstone.import_module("old")
    with pytest.raises(ModuleNotFoundError, match="No module named 'missing', which 'older' is an alias of"):
        loadstone.import_module("older")
    loadstone.alias("oldest", "missing.below")
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'missing'$"):
        loadstone.import_module("oldest")
    assert {"old", "older", "oldest", "fails"}.isdisjoint(sys.modules)


def test_what_tools_ask_by_the_old_name(sandbox: Sandbox) -> None:
    """Before anything is imported, tools are told about the new module: that is what `-m` runs."""
    sandbox.write(
        {"new/__main__.py": "ran = __name__, __file__", "new/tool.py": "from . import state\nran = 1\n"}
    )
    loadstone.alias("old", "new")
    assert runpy.run_module("old.tool")["ran"] == 1
    assert runpy.run_module("old", run_name="go")["ran"] == ("go", str(sandbox.root / "new/__main__.py"))
    spec: Any = importlib.util.find_spec("old.sub.deep")
    own: Any = importlib.util.find_spec("new.sub.deep")
    assert (spec.name, spec.origin, spec.cached) == ("old.sub.deep", own.origin, own.cached)
    assert spec.loader.get_filename("old.sub.deep") == own.origin
    assert spec.loader.get_source("old.sub.deep") == own.loader.get_source("new.sub.deep")
    assert not spec.loader.is_package("old.sub.deep")
    assert not hasattr(spec.loader, "nonsense")
    with pytest.raises(ImportError, match=r"No module named 'new\.none', which 'old\.none' is an alias of"):
        runpy.run_module("old.none")


def test_circles() -> None:
    """Aliases that lead back to themselves are refused, with the way spelled out; chains are not."""
    loadstone.alias("a", "b")
    loadstone.alias("b", "c.d")
    with pytest.raises(ValueError, match=r"aliases in a circle: c -> a\.x -> b\.x -> c\.d\.x"):
        loadstone.alias("c", "a.x")
    with pytest.raises(ValueError, match=r"aliases in a circle: x -> x\.y"):
        loadstone.alias("x", "x.y")
    loadstone.alias("older", "old")
    loadstone.alias("old", "new")
    assert loadstone.import_module("older.sub") is loadstone.import_module("new.sub")


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        (3, "a", TypeError),
        ("a", 3, TypeError),
        ("", "a", ValueError),
        ("a.*", "b", ValueError),
        ("a-b", "c", ValueError),
    ],
)
def test_what_is_no_alias(old: Any, new: Any, error: type[Exception]) -> None:
    """What is no module name is refused."""
    with pytest.raises(error):
        loadstone.alias(old, new)
    with pytest.raises(TypeError, match="deprecated must be bool or str, not int"):
        loadstone.alias("a", "b", deprecated=3)  # type: ignore[arg-type]
    assert loadstone.hooks() == []


def test_late_aliases() -> None:
    """An alias for what is loaded already says that it comes too late; for parents not."""
    loadstone.import_module("there")
    with pytest.warns(RuntimeWarning, match=r"Alias\('there', 'new'\) comes too late .*: there$"):
        loadstone.alias("there", "new")
    loadstone.alias("there.sub", "new")
