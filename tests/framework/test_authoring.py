"""What a finder gives without further work by its author: one test body over every kind of finder."""

from __future__ import annotations

import importlib
import importlib.resources
import inspect
import io
import pdb
import pkgutil
import sys
import traceback
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone

from .kinds import KINDS, Kind, Made

if TYPE_CHECKING:
    from ..conftest import Sandbox

MOD = '''\
"""A module."""


class Point:
    def __init__(self, x):
        self.x = x


def fail():
    raise ValueError("on purpose")
'''

FILES = {
    "one.py": "import two\nvalue = 1\n",
    "two.py": "import one\nother = one\n",
    "pkg/__init__.py": "from . import mod\nfrom .sub import deep\n",
    "pkg/mod.py": MOD,
    "pkg/sub/__init__.py": "",
    "pkg/sub/deep.py": "from ..mod import Point\nfrom .. import sub\n",
    "space/b.py": "where = 'tree'\n",
}


class Case:
    """A finder in place."""

    def __init__(self, kind: Kind, made: Made) -> None:
        self.kind = kind
        self.finder = made.finder
        self.change = made.change


@pytest.fixture(params=["own import", "takeover"])
def engine(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[None]:
    """The interpreter's import system, or loadstone's in its place."""
    sys.dont_write_bytecode = False
    sys.pycache_prefix = None
    with ExitStack() as stack:
        if request.param == "takeover":
            taken = loadstone.takeover()
            stack.callback(taken.uninstall)
        yield


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    """Each kind of finder."""
    kind = KINDS[request.param]
    yield kind
    kind.close()


@pytest.fixture(params=["installed", "by hand"])
def case(request: pytest.FixtureRequest, kind: Kind, engine: None, sandbox: Sandbox) -> Iterator[Case]:
    """A finder of each kind, installed or put on `sys.meta_path` by hand."""
    made = kind.make(dict(FILES), sandbox.root)
    if request.param == "by hand":
        sys.meta_path.append(made.finder)
        yield Case(kind, made)
    else:
        with loadstone.install(made.finder):
            yield Case(kind, made)


def test_modules_are_worked_with(case: Case, sandbox: Sandbox) -> None:
    """Circular imports, the debugger, caching, and files that change or come later, by each kind of finder.

    What the standard library's functions say of them is in the matrix of `tests/protocols`.
    """
    mod = importlib.import_module("pkg").mod
    assert importlib.import_module("one").two.other is sys.modules["one"]
    assert Path(mod.__file__).is_file() == case.kind.real_files

    output = io.StringIO()
    tracing = sys.gettrace()
    with pytest.raises(ValueError, match="on purpose"):
        pdb.Pdb(
            nosigint=True, stdin=io.StringIO("step\nlist\ncontinue\n"), stdout=output, readrc=False
        ).runcall(mod.fail)
    sys.settrace(tracing)  # which pdb has taken away from coverage
    assert '10  ->\t    raise ValueError("on purpose")' in output.getvalue()

    case.change("pkg/mod.py", "def fail():\n    return 'changed'\n")
    importlib.invalidate_caches()
    assert importlib.reload(mod) is mod
    assert mod.fail() == "changed"
    assert inspect.getsource(mod.fail) == "def fail():\n    return 'changed'\n"
    assert bool(list(sandbox.root.glob("tree/pkg/__pycache__/mod.*.pyc"))) == case.kind.caches

    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("pkg.late")
    case.change("pkg/late.py", "here = True\n")
    importlib.invalidate_caches()
    assert importlib.import_module("pkg.late").here


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_namespace_portions_are_joined(case: Case, sandbox: Sandbox, order: str) -> None:
    """A namespace package has the modules of a directory and of the finder, in any order, as paths change."""
    sandbox.write({"disk/space/a.py": "where = 'disk'\n", "more/space/c.py": "where = 'more'\n"})
    sandbox.on_path("disk")
    for letter in order:
        found = importlib.import_module(f"space.{letter}")
        assert found.where == {"a": "disk", "b": "tree"}[letter]
    space = importlib.import_module("space")
    assert len(list(space.__path__)) == 2
    assert space.__path__[0] == str(sandbox.root / "disk" / "space")
    assert getattr(space, "__file__", None) is None
    if case.kind.lists:
        assert {module.name for module in pkgutil.iter_modules(space.__path__)} == {"a", "b"}
    sandbox.on_path("more")
    assert importlib.import_module("space.c").where == "more"
    assert len(list(space.__path__)) == 3
    del sys.modules["space.b"]
    assert importlib.import_module("space.b").where == "tree"


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("by_hand", [False, True])
def test_portions_of_a_finder_in_front(kind: Kind, by_hand: bool, sandbox: Sandbox) -> None:
    """A finder in front of the path finder has its portions first, those of the directories after them."""
    sandbox.write({"disk/space/a.py": "where = 'disk'\n"})
    sandbox.on_path("disk")
    made = kind.make(dict(FILES), sandbox.root)
    with ExitStack() as stack:
        if by_hand:
            sys.meta_path.insert(0, made.finder)
        else:
            stack.enter_context(loadstone.install(made.finder, first=True))
        space = importlib.import_module("space")
        assert list(space.__path__)[1:] == [str(sandbox.root / "disk" / "space")]
        assert importlib.import_module("space.a").where == "disk"
        assert importlib.import_module("space.b").where == "tree"


@pytest.mark.usefixtures("engine")
def test_portions_are_listed_before_anything_is_imported(kind: Kind, sandbox: Sandbox) -> None:
    """A namespace package lists the portion of an installed finder, though a directory is found first.

    For a bare finder that has not asked for it, that is so once a submodule of it has been imported.
    """
    sandbox.write({"disk/space/a.py": "", "disk/space/one.txt": "1"})
    sandbox.on_path("disk")
    before = list(sys.meta_path)
    made = kind.make({**FILES, "space/two.txt": "2"}, sandbox.root)
    with loadstone.install(made.finder):
        space = importlib.import_module("space")
        if not kind.adds_portions:
            assert len(list(space.__path__)) == 1
            importlib.import_module("space.b")
        assert len(list(space.__path__)) == 2
        files: Any = importlib.resources.files("space")
        assert files.joinpath("one.txt").read_text() == "1"
        if isinstance(made.finder, loadstone.TreeFinder):
            assert files.joinpath("two.txt").read_text() == "2"
            if kind.lists:
                assert {file.name for file in files.iterdir()} >= {"a.py", "b.py", "one.txt", "two.txt"}
    assert sys.meta_path == before


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Python 3.10 keeps frames of loaders in tracebacks")
def test_errors_of_modules_show_their_own_frames_only(case: Case) -> None:
    """What a module raises, or a SyntaxError in it, shows the module's lines and none of the finder's."""
    case.change("raising.py", "import pkg\n\npkg.mod.fail()\n")
    case.change("odd.py", "x = 1\ndef\n")
    importlib.invalidate_caches()
    shown = []
    for name, kind in (("raising", ValueError), ("odd", SyntaxError)):
        with pytest.raises(kind) as caught:
            exec(f"import {name}", {})
        shown.append(traceback.extract_tb(caught.value.__traceback__)[2:])
        assert name not in sys.modules
    assert [frame.line for frame in shown[0]] == ["pkg.mod.fail()", 'raise ValueError("on purpose")']
    assert shown[1] == []
