"""What isolated systems share with the live one, and what leaks between them."""

from __future__ import annotations

import builtins
import importlib.machinery
import importlib.util
import json
import logging
import os
import pickle
import shutil
import sys
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone import ImportSystem

if TYPE_CHECKING:
    from ..conftest import Sandbox

STANDARD = os.path.dirname(json.__path__[0])


def test_the_standard_library_is_shared(sandbox: Sandbox, system: ImportSystem) -> None:
    """By default, the modules of the standard library are the live system's own."""
    import concurrent.futures
    import xml.etree.ElementTree as ET

    for name in (
        "json",
        "json.decoder",
        "os",
        "os.path",
        "posixpath",
        "collections.abc",
        "logging",
        "io",
        "typing",
    ):
        assert system.import_module(name) is sys.modules[name]
    assert system.import_module("xml.etree.ElementTree") is ET
    assert system.import_module("concurrent.futures") is concurrent.futures
    source = "import os.path\nfrom os import path\nimport xml.etree.ElementTree as E\n"
    sandbox.write({"user.py": source})
    user = system.import_module("user")
    assert user.path is os.path
    assert user.E is ET


def test_shared_modules_are_imported_in_the_live_system(sandbox: Sandbox, system: ImportSystem) -> None:
    """A shared module that the live system does not have yet is imported there."""
    for name in ("colorsys", "quopri"):
        kept = sys.modules.pop(name, None)
        try:
            module = system.import_module(name)
            assert sys.modules[name] is module
        finally:
            if kept is not None:
                sys.modules[name] = kept


def test_a_local_module_does_not_hide_a_shared_one(sandbox: Sandbox, system: ImportSystem) -> None:
    """What is shared is taken from the live system, whatever is on the path."""
    sandbox.write({"json.py": "x = 'mine'\n", "mine.py": ""})
    assert system.import_module("json") is json
    own = ImportSystem.isolated([sandbox.root], share=())
    assert own.import_module("json").x == "mine"


def test_sharing_names(sandbox: Sandbox) -> None:
    """A collection of names shares these with their submodules, and the standard library no more."""
    sandbox.write(
        {
            "live/api/__init__.py": "", "live/api/sub.py": "", "live/apiary.py": "x = 'live'\n",
            "mine/api/__init__.py": "", "mine/apiary.py": "x = 'mine'\n",
            "mine/user.py": "import api.sub\nimport apiary\n",
        }
    )  # fmt: skip
    sandbox.on_path("live")
    system = ImportSystem.isolated([sandbox.root / "mine", STANDARD], share=["api", "colorsys"])
    user = system.import_module("user")
    assert user.api is loadstone.import_module("api")
    assert user.api.sub is sys.modules["api.sub"]
    assert user.apiary.x == "mine"
    assert system.import_module("colorsys") is loadstone.import_module("colorsys")
    assert system.import_module("textwrap") is not sys.modules["textwrap"]


def test_sharing_a_submodule(sandbox: Sandbox) -> None:
    """A submodule can be shared without its package."""
    sandbox.write({"pkg/__init__.py": "", "pkg/shared.py": "", "pkg/own.py": ""}, on_path=True)
    system = ImportSystem.isolated([sandbox.root], share={"pkg.shared"})
    assert system.import_module("pkg.shared") is loadstone.import_module("pkg.shared")
    assert system.import_module("pkg.own") is not loadstone.import_module("pkg.own")
    assert system.modules["pkg"] is not sys.modules["pkg"]


def test_sharing_by_a_function(sandbox: Sandbox) -> None:
    """A function says for each full name whether it is shared."""
    sandbox.write({"one.py": "", "two.py": "", "user.py": "import one, two\n"}, on_path=True)
    asked: list[str] = []

    def share(name: str) -> bool:
        asked.append(name)
        return name == "one"

    user = ImportSystem.isolated([sandbox.root], share=share).import_module("user")
    assert user.one is loadstone.import_module("one")
    assert user.two is not loadstone.import_module("two")
    assert {"user", "one", "two"} <= set(asked)


def test_sharing_nothing(sandbox: Sandbox) -> None:
    """With nothing shared, the standard library is loaded anew; what cannot be is shared all the same."""
    sandbox.write({"user.py": "import json, string, textwrap, sys, time, os, io, _json, builtins, marshal\n"})
    system = ImportSystem.isolated([sandbox.root, STANDARD], share=())
    user = system.import_module("user")
    for name in ("json", "string", "textwrap"):
        assert getattr(user, name) is not sys.modules[name]
        assert getattr(user, name).__file__ == sys.modules[name].__file__
    assert user.json.loads("[1]") == [1]
    for name in ("time", "os", "io", "_json", "builtins", "marshal"):
        assert getattr(user, name) is sys.modules[name]
    assert user.json.decoder.scanner is system.modules["json.scanner"]


def test_sharing_what_is_not_there(sandbox: Sandbox) -> None:
    """A shared name that the live system cannot find is looked for on the path."""
    sandbox.write({"only_here.py": "x = 1\n"})
    system = ImportSystem.isolated([sandbox.root], share=["only_here", "nothing_of_this_name"])
    assert system.import_module("only_here").x == 1
    with pytest.raises(ModuleNotFoundError):
        system.import_module("nothing_of_this_name")


def test_sharing_what_fails(sandbox: Sandbox) -> None:
    """A shared module that fails in the live system raises, and stays in neither."""
    sandbox.write({"fails.py": "raise ValueError('no')\n"}, on_path=True)
    system = ImportSystem.isolated([sandbox.root], share=["fails"])
    with pytest.raises(ValueError, match="no"):
        system.import_module("fails")
    assert "fails" not in system.modules
    assert "fails" not in sys.modules


def test_shared_packages_stay_whole(sandbox: Sandbox, system: ImportSystem) -> None:
    """A submodule of a shared package is set on it as ever."""
    sandbox.write({"pkg/__init__.py": "", "pkg/sub.py": ""}, on_path=True)
    sharing = ImportSystem.isolated([], share=["pkg"])
    sub = sharing.import_module("pkg.sub")
    assert loadstone.import_module("pkg").sub is sub
    assert sub.__spec__ is not None
    assert sub.__spec__.loader is not None
    with pytest.raises(ModuleNotFoundError):
        sharing.import_module("pkg.nothing")


def test_reloading_a_shared_module(sandbox: Sandbox) -> None:
    """Reloading a shared module through an isolated system is no error."""
    sandbox.write({"shared.py": "x = 1\n"}, on_path=True)
    system = ImportSystem.isolated([], share=["shared"])
    module = system.import_module("shared")
    assert system.reload(module) is module
    assert sys.modules["shared"] is module


def extension(name: str = "_testmultiphase") -> str:
    """The file of an extension module."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        pytest.skip(f"this Python has no {name}")
    return spec.origin


def test_extension_modules_of_the_live_system(sandbox: Sandbox) -> None:
    """An extension module in the file that the live system finds it in is shared."""
    folder = os.path.dirname(extension())
    system = ImportSystem.isolated([folder], share=lambda name: False)
    assert system.import_module("_testmultiphase") is loadstone.import_module("_testmultiphase")


def test_extension_modules_from_elsewhere(sandbox: Sandbox) -> None:
    """An extension module that the live system does not have is the isolated system's own."""
    file = extension()
    copy = sandbox.root / os.path.basename(file)
    shutil.copy(file, copy)
    (sandbox.root / "own").mkdir()
    own = sandbox.root / "own" / os.path.basename(file)
    shutil.copy(file, own)
    sandbox.write({"own/__init__.py": ""})
    system = ImportSystem.isolated([sandbox.root], share=())
    module = system.import_module("own._testmultiphase")
    assert module.foo(1, 2) == 3
    assert "own._testmultiphase" not in sys.modules
    sandbox.on_path()
    live = loadstone.import_module("own._testmultiphase")
    assert live is not module
    again = ImportSystem.isolated([sandbox.root], share=())
    assert again.import_module("own._testmultiphase") is live


def test_loadstone_itself(sandbox: Sandbox, system: ImportSystem) -> None:
    """Loadstone inside is a view of the real one: own verbs, the same classes, and no second engine."""
    source = (
        "import loadstone, loadstone.machinery, loadstone.abc\n"
        "from loadstone import live, ImportSystem, machinery\n"
        "inner = ImportSystem.isolated(['.'])\nnames = dir(loadstone)\n"
    )
    sandbox.write({"user.py": source})
    user = system.import_module("user")
    assert user.live is loadstone.live
    assert user.machinery is loadstone.machinery
    assert user.machinery.ModuleSpec is loadstone.machinery.ModuleSpec
    assert user.ImportSystem is ImportSystem
    assert "import_module" in user.names
    assert user.loadstone.__name__ == "loadstone"
    assert user.loadstone.__file__ == loadstone.__file__
    assert user.loadstone.__version__ == loadstone.__version__
    other = ImportSystem.isolated([sandbox.root])
    assert other.import_module("user").loadstone is not user.loadstone
    assert other.import_module("user").loadstone.import_module("user") is other.modules["user"]


def test_leak_importlib(sandbox: Sandbox, system: ImportSystem) -> None:
    """`importlib` imports in the live system, whoever calls it."""
    sandbox.write(
        {
            "user.py": "import importlib\ndef load(name):\n    return importlib.import_module(name)\n",
            "dep.py": "",
        }
    )
    user = system.import_module("user")
    with pytest.raises(ModuleNotFoundError, match="No module named 'dep'"):
        user.load("dep")
    assert user.load("json") is json


def test_leak_looking_up_classes(sandbox: Sandbox, system: ImportSystem) -> None:
    """The standard library looks for a class's module in the live system: hints and source are not found."""
    import inspect
    import typing

    sandbox.write(
        {"lines.py": "class Line:\n    start: 'Point'\n\nclass Point:\n    pass\n\ndef f(): pass\n"}
    )
    lines = system.import_module("lines")
    with pytest.raises(NameError, match="Point"):
        typing.get_type_hints(lines.Line)
    assert typing.get_type_hints(lines.Line, vars(lines)) == {"start": lines.Point}
    with pytest.raises((TypeError, OSError)):
        inspect.getsource(lines.Line)
    assert inspect.getsource(lines.f) == "def f(): pass\n"
    assert inspect.getsource(lines).startswith("class Line")


def test_leak_resources_by_name(sandbox: Sandbox, system: ImportSystem) -> None:
    """Resources are looked for by name in the live system, and by module in the module's own."""
    source = (
        "from importlib.resources import files\n"
        "def read(where):\n    return (files(where) / 'data').read_text()\n"
    )
    sandbox.write({"pkg/__init__.py": source, "pkg/data": "hello"})
    package = system.import_module("pkg")
    with pytest.raises(ModuleNotFoundError):
        package.read("pkg")
    assert package.read(package) == "hello"


def test_leak_pickle(sandbox: Sandbox, system: ImportSystem) -> None:
    """Pickle finds classes by the live system: those of an isolated module cannot be pickled."""
    sandbox.write({"shapes.py": "class Circle:\n    pass\n"})
    shapes = system.import_module("shapes")
    with pytest.raises((pickle.PicklingError, ModuleNotFoundError)):
        pickle.dumps(shapes.Circle())
    assert pickle.loads(pickle.dumps(system.import_module("json").JSONDecoder)) is json.JSONDecoder


def test_leak_builtins(sandbox: Sandbox, system: ImportSystem) -> None:
    """What is patched into `builtins` is there for everybody else, and not as a global name inside."""
    sandbox.write(
        {
            "shouter.py": "import builtins\nbuiltins.isolation_shout = 1\n"
            "hears = 'isolation_shout' in __builtins__\n"
        }
    )
    try:
        assert not system.import_module("shouter").hears
        assert builtins.isolation_shout == 1  # type: ignore[attr-defined]
    finally:
        del builtins.isolation_shout  # type: ignore[attr-defined]


def test_leak_state_of_shared_modules(sandbox: Sandbox, system: ImportSystem) -> None:
    """What a shared module keeps is shared: loggers, the environment, the working directory."""
    source = (
        "import logging, os\nlogger = logging.getLogger('isolation')\nos.environ['ISOLATION_TEST'] = 'set'\n"
    )
    sandbox.write({"mod.py": source})
    try:
        assert system.import_module("mod").logger is logging.getLogger("isolation")
        assert os.environ["ISOLATION_TEST"] == "set"
    finally:
        del os.environ["ISOLATION_TEST"]


def test_no_leak_by_callbacks(sandbox: Sandbox) -> None:
    """A function that another system calls imports from its own."""
    sandbox.write(
        {
            "one/a.py": "def call(function):\n    return function()\n", "one/dep.py": "x = 'one'\n",
            "two/b.py": "def function():\n    import dep\n    return dep.x\n", "two/dep.py": "x = 'two'\n",
        }
    )  # fmt: skip
    one, two = (ImportSystem.isolated([sandbox.root / name]) for name in ("one", "two"))
    call: Any = one.import_module("a").call
    assert call(two.import_module("b").function) == "two"
