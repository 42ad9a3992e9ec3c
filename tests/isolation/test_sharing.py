"""What isolated systems share with the live one, and what leaks between them."""

from __future__ import annotations

import builtins
import gc
import importlib.machinery
import importlib.util
import json
import logging
import os
import pickle
import shutil
import subprocess
import sys
import sysconfig
import weakref
from importlib import metadata
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


INTRUDER = r"""
#include <Python.h>

static int execute(PyObject *module) {
    PyDict_SetItemString(PyImport_GetModuleDict(), "own.intruder", module);
    if (PyImport_ImportModule("own.helper") == NULL)
        return -1;
    PyErr_SetString(PyExc_ImportError, "on purpose");
    return -1;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "intruder", NULL, 0, NULL, slots};

PyMODINIT_FUNC PyInit_intruder(void) {
    return PyModuleDef_Init(&definition);
}
"""


@pytest.mark.parametrize("known", ["to the live system", "to the isolated one"])
def test_an_extension_module_that_fails(sandbox: Sandbox, known: str) -> None:
    """What an extension module has put into the live system before it fails is not left there."""
    include = sysconfig.get_path("include")
    if shutil.which("cc") is None or not os.path.exists(os.path.join(include, "Python.h")):
        pytest.skip("there is no C compiler, or the headers of this Python are not there")
    sandbox.write({"intruder.c": INTRUDER, "all/own/__init__.py": "", "all/own/helper.py": ""})
    file = sandbox.root / "all/own" / f"intruder{sysconfig.get_config_var('EXT_SUFFIX')}"
    command = ["cc", "-shared", "-fPIC", f"-I{include}", "-o", str(file), str(sandbox.root / "intruder.c")]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    if known == "to the live system":
        sandbox.on_path("all")
    before = dict(sys.modules)
    system = ImportSystem.isolated([sandbox.root / "all"])
    with pytest.raises(ImportError, match="on purpose" if known == "to the live system" else "own"):
        system.import_module("own.intruder")
    assert sys.modules == before
    assert sorted(name for name in system.modules if name.startswith("own")) == ["own"]


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


def test_importlib_imports_in_the_system_of_its_caller(sandbox: Sandbox, system: ImportSystem) -> None:
    """`importlib` and `importlib.util`, in whatever way they are imported, work on the caller's system."""
    sandbox.write(
        {
            "user.py": """
                import importlib, importlib.util, sys
                from importlib import import_module, util
                from importlib.util import find_spec, module_from_spec

                def load(name):
                    return [importlib.import_module(name), import_module(name), importlib.__import__(name)]

                def spec(name):
                    return [importlib.util.find_spec(name), util.find_spec(name), find_spec(name)]

                def by_hand(name):
                    made = module_from_spec(find_spec(name))
                    made.__spec__.loader.exec_module(made)
                    return made

                def again(module):
                    return importlib.reload(module)

                class Special(type(sys)):
                    pass

                def plain(name):
                    return type(sys)(name, "said of it")
            """,
            "dep.py": "import other\ndef late():\n    import later\n    return later\n",
            "other.py": "",
            "later.py": "",
        }
    )
    user = system.import_module("user")
    modules = system.modules
    assert [spec.name for spec in user.spec("dep")] == ["dep"] * 3
    assert user.load("dep") == [modules["dep"]] * 3
    assert user.again(modules["dep"]) is modules["dep"]
    made = user.by_hand("dep")
    assert made is not modules["dep"]
    assert made.other is modules["other"]
    assert made.late() is modules["later"]
    assert user.load("json") == [json] * 3
    assert not {"dep", "other", "later"} & sys.modules.keys()
    assert (type(user.plain("x")), user.plain("x").__doc__) == (type(sys), "said of it")
    assert user.Special.__mro__[1] is type(sys)
    assert type(user.Special("x")) is user.Special
    assert isinstance(json, type(user.sys))
    assert not isinstance(3, type(user.sys))


def test_what_imports_by_name_works_for_two_systems_at_once(sandbox: Sandbox) -> None:
    """Two systems with packages of one name each get their own from the standard library's functions."""
    source = """
        import importlib.metadata, importlib.resources, inspect, pickle, pkgutil, runpy, typing

        class Thing:
            size: "int" = 0

        def seen():
            return [
                importlib.resources.files("pkg").joinpath("who").read_text(),
                importlib.resources.files(__name__).joinpath("who").read_text(),
                pkgutil.get_data("pkg", "who").decode(),
                runpy.run_module("pkg.tool")["who"],
                pkgutil.resolve_name("pkg.name:who"),
                importlib.metadata.version("pkg"),
                type(pickle.loads(pickle.dumps(Thing()))) is Thing,
                typing.get_type_hints(Thing) == {"size": int},
                inspect.get_annotations(Thing, eval_str=True) == {"size": int},
                inspect.getsource(Thing).count("size"),
            ]
    """
    systems = []
    for who in ("one", "two"):
        sandbox.write(
            {
                f"{who}/pkg/__init__.py": source,
                f"{who}/pkg/tool.py": f"who = {who!r}\n",
                f"{who}/pkg/name.py": f"who = {who!r}\n",
                f"{who}/pkg/who": who,
                f"{who}/pkg-1.dist-info/METADATA": f"Name: pkg\nVersion: {who}\n",
            }
        )
        systems.append(ImportSystem.isolated([sandbox.root / who]))
    for who, system in (("one", systems[0]), ("two", systems[1]), ("one", systems[0])):
        assert system.import_module("pkg").seen() == [who] * 6 + [True, True, True, 1]
    assert "pkg" not in sys.modules


def test_views_keep_the_classes_that_others_ask_for(sandbox: Sandbox, system: ImportSystem) -> None:
    """What `inspect` and `typing` give inside is of the classes that shared code knows."""
    import inspect

    sandbox.write(
        {
            "user.py": "import inspect\nfrom inspect import Parameter, signature\n"
            "def f(a, *, b: int = 1): pass\nf.__signature__ = signature(f)\n"
        }
    )
    user = system.import_module("user")
    assert user.Parameter is inspect.Parameter
    assert inspect.signature(user.f) is user.f.__signature__
    assert user.inspect.getmodule(user.f) is user
    assert user.inspect.getmodule(json.dumps) is json


def test_annotations_inside_a_system(sandbox: Sandbox, system: ImportSystem) -> None:
    """Inside, annotations that are written as strings mean what they do elsewhere, by whatever name."""
    sandbox.write(
        {
            "user.py": """
                from __future__ import annotations
                import dataclasses, inspect, typing

                @dataclasses.dataclass
                class Thing:
                    shared: typing.ClassVar[int] = 0
                    given: dataclasses.InitVar[int] = 3
                    size: Size = 1
                    _: dataclasses.KW_ONLY
                    last: int = 2

                class Pair(typing.NamedTuple):
                    one: Size

                class Options(typing.TypedDict):
                    one: Size

                class Sized(typing.Protocol[typing.TypeVar("T")]):
                    one: Size

                Made = dataclasses.make_dataclass("Made", [("one", "int"), "two"])
                Size = int
            """
        }
    )
    user = system.import_module("user")
    assert [field.name for field in user.dataclasses.fields(user.Thing)] == ["size", "last"]
    assert repr(user.Thing(5, 6, last=7)) == "Thing(size=6, last=7)"
    assert repr(user.Made(1, 2)) == "Made(one=1, two=2)"
    for kind in (user.Pair, user.Options, user.Sized):
        assert user.typing.get_type_hints(kind) == {"one": int}
    assert user.inspect.getsource(user.Thing).startswith("@dataclasses.dataclass\nclass Thing:")


def test_metadata_inside_a_system(sandbox: Sandbox, system: ImportSystem) -> None:
    """Inside, distributions are those of the system's path and chain, and their entry points load in it."""
    sandbox.write(
        {
            "user.py": """
                import importlib.metadata
                from importlib.metadata import *
                Distribution, EntryPoint = importlib.metadata.Distribution, importlib.metadata.EntryPoint
                Context = importlib.metadata.DistributionFinder.Context
            """,
            "dist-1.dist-info/METADATA": "Name: dist\nVersion: 1\n",
            "dist-1.dist-info/entry_points.txt": "[group]\none = target:Thing.part\ntwo = target\n",
            "target.py": "class Thing:\n    part = 'found'\n",
        }
    )
    user = system.import_module("user")
    found = user.distribution("dist")
    assert found.version == user.Distribution.from_name("dist").version == user.version("dist") == "1"
    assert isinstance(found, metadata.PathDistribution)
    assert isinstance(found, user.Distribution)
    assert user.PackageNotFoundError is metadata.PackageNotFoundError
    points = {point.name: point for point in found.entry_points}
    assert all(isinstance(point, user.EntryPoint) for point in points.values())
    assert points["one"].load() == "found"
    assert points["two"].load() is system.modules["target"]
    assert [point.dist.version for point in points.values()] == ["1", "1"]
    assert "target" not in sys.modules
    for none in (
        user.Distribution.discover(path=[]),
        user.Distribution.discover(context=user.Context(path=[])),
        user.distributions(name="none"),
    ):
        assert list(none) == []
    with pytest.raises(ValueError, match="context"):
        list(user.Distribution.discover(context=user.Context(), name="dist"))
    with pytest.raises(metadata.PackageNotFoundError):
        user.Distribution.from_name("none")
    assert [each.version for each in user.Distribution.discover(context=user.Context(name="dist"))] == ["1"]
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.version("dist")


def test_views_go_with_their_system(sandbox: Sandbox) -> None:
    """A system whose modules have used all that knows a system is collected once nobody has it any more."""
    sandbox.write(
        {
            "user.py": """
                import importlib.metadata, importlib.resources, importlib.util, inspect, pickle, pkgutil
                import dataclasses, pydoc, runpy, typing

                @dataclasses.dataclass
                class Thing:
                    size: "int" = 0

                pickle.loads(pickle.dumps(Thing()))
                typing.get_type_hints(Thing)
                inspect.getsource(Thing)
                list(importlib.metadata.entry_points(group="none"))
                importlib.resources.files("json")
                list(pkgutil.iter_modules())
                pydoc.render_doc(Thing)
                importlib.util.module_from_spec(importlib.util.find_spec("user"))
            """
        }
    )
    systems = [ImportSystem.isolated([sandbox.root]) for _ in range(3)]
    for system in systems:
        system.import_module("user")
    gone = [weakref.ref(system) for system in systems]
    del system, systems
    gc.collect()
    assert [reference() for reference in gone] == [None] * 3


def test_pickle_inside_a_system(sandbox: Sandbox, system: ImportSystem) -> None:
    """Inside, pickle stores and finds what the system has and what it shares; it refuses the rest."""
    sandbox.write(
        {
            "user.py": "import io, pickle\nclass Thing: pass\n"
            "def through_files(thing):\n"
            "    file = io.BytesIO()\n    pickle.dump(thing, file)\n    pickle.Pickler(file).dump(thing)\n"
            "    file.seek(0)\n    return [pickle.load(file), pickle.Unpickler(file).load()]\n"
        }
    )
    user = system.import_module("user")
    sandbox.on_path()
    assert user.through_files(user.Thing) == [user.Thing] * 2
    assert type(user.through_files([user.Thing()])[0][0]) is user.Thing
    assert user.through_files({"a": json.dumps}) == [{"a": json.dumps}] * 2
    assert "user" not in sys.modules
    assert user.through_files(json.JSONDecoder) == [json.JSONDecoder] * 2
    for protocol in range(3):
        assert user.pickle.loads(pickle.dumps(range(3), protocol)) == range(3)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        user.pickle.dumps(lambda: None)
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        user.pickle.loads(b"cnowhere\nThing\n.")


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
