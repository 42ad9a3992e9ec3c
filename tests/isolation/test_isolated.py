"""Isolated import systems: modules of their own, by every kind of import."""

from __future__ import annotations

import gc
import os
import sys
import threading
import traceback
import types
import weakref
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
import loadstone.abc
import loadstone.machinery
import loadstone.util
from loadstone import ImportSystem

if TYPE_CHECKING:
    from ..conftest import Sandbox


def test_modules_are_its_own(sandbox: Sandbox, system: ImportSystem) -> None:
    """What is imported lands in the system's `modules`, once, and not in `sys.modules`."""
    sandbox.write({"mod.py": "x = object()\n", "pkg/__init__.py": "", "pkg/sub.py": ""}, on_path=True)
    before = dict(sys.modules)
    mod = system.import_module("mod")
    assert system.import_module("mod") is mod
    sub = system.import_module("pkg.sub")
    assert system.modules["mod"] is mod
    assert system.modules["pkg"].sub is sub
    assert sys.modules == before
    assert loadstone.import_module("mod") is not mod
    assert mod.x is not sys.modules["mod"].x


def test_systems_are_apart(sandbox: Sandbox) -> None:
    """Two systems have two modules of one name, from their own paths."""
    sandbox.write({"one/mod.py": "x = 1\n", "two/mod.py": "x = 2\n"})
    one, two = (ImportSystem.isolated([sandbox.root / name]) for name in ("one", "two"))
    assert (one.import_module("mod").x, two.import_module("mod").x) == (1, 2)


STATEMENTS = {
    "import": "import dep\nfound = dep\n",
    "import as": "import dep as found\n",
    "from": "from dep import me as found\n",
    "star": "from dep import *\nfound = me\n",
    "dotted": "import deps.inner\nfound = deps.inner.dep\n",
    "from package": "from deps import inner\nfound = inner.dep\n",
    "__import__": "found = __import__('dep')\n",
    "builtins": "import builtins\nfound = __builtins__['__import__']('dep')\n",
    "exec": "exec('import dep')\nfound = dep\n",
    "exec elsewhere": (
        "names = {'__builtins__': __builtins__}\nexec('import dep', names)\nfound = names['dep']\n"
    ),
    "eval": "found = eval('__import__(\"dep\")')\n",
    "function": "def f():\n    import dep\n    return dep\nfound = f()\n",
    "lambda": "found = (lambda: __import__('dep'))()\n",
    "class": "class C:\n    import dep\nfound = C.dep\n",
    "try": "try:\n    import nothing_of_this_name\nexcept ImportError:\n    import dep as found\n",
    "loadstone": "import loadstone\nfound = loadstone.import_module('dep')\n",
    "from loadstone": "from loadstone import import_module\nfound = import_module('dep')\n",
    "loadstone's __import__": "import loadstone\nfound = loadstone.__import__('dep')\n",
    "loadstone later": "import loadstone\ndef f():\n    return loadstone.import_module('dep')\nfound = f()\n",
    "loadstone by a name": "import loadstone as ls\nfound = ls.import_module('deps.inner').dep\n",
    "loadstone by submodule": "import loadstone.util\nfound = loadstone.import_module('dep')\n",
    "loadstone by __import__": "found = __import__('loadstone').import_module('dep')\n",
    "loadstone by star": "from loadstone import *\nfound = import_module('dep')\n",
    "find_spec": (
        "import loadstone\nspec = loadstone.find_spec('dep')\n"
        "found = loadstone.util.module_from_spec(spec)\nspec.loader.exec_module(found)\n"
    ),
    "sys.modules": "import dep, sys\nfound = sys.modules['dep']\n",
}


@pytest.mark.parametrize("source", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_every_import_inside_goes_to_the_system(sandbox: Sandbox, source: str) -> None:
    """Whatever way a module imports another, it gets that of its own system."""
    for name in ("live", "mine"):
        sandbox.write(
            {
                f"{name}/dep.py": (
                    f"import sys\nx = {name!r}\nme = sys.modules.get(__name__)\n__all__ = ['me']\n"
                ),
                f"{name}/deps/__init__.py": "",
                f"{name}/deps/inner.py": "import dep\n",
                f"{name}/user.py": source,
            }
        )
    sandbox.on_path("live")
    assert loadstone.import_module("user").found.x == "live"
    system = ImportSystem.isolated([sandbox.root / "mine"])
    before = dict(sys.modules)
    assert system.import_module("user").found.x == "mine"
    assert sys.modules == before


def test_functions_keep_their_system(sandbox: Sandbox, system: ImportSystem) -> None:
    """A function that is called from elsewhere, years later, imports from the system of its module."""
    sandbox.write({"mod.py": "def f():\n    import late\n    return late.x\n", "late.py": "x = 'own'\n"})
    function = system.import_module("mod").f
    assert [function() for _ in range(2)] == ["own", "own"]
    with loadstone.takeover():
        del system.modules["late"]
        assert function() == "own"
    assert "late" not in sys.modules


def test_relative_imports(sandbox: Sandbox, system: ImportSystem) -> None:
    """Relative imports, by statement and by name, stay in the system."""
    sandbox.write(
        {
            "pkg/__init__.py": "x = 'top'\n",
            "pkg/a.py": "from . import b\nfrom .sub import c\nfrom .. import nothing\n".replace(
                "from .. import nothing\n", ""
            ),
            "pkg/b.py": "from . import x\n",
            "pkg/sub/__init__.py": "",
            "pkg/sub/c.py": "from ..b import x\nfrom loadstone import import_module\n"
            "d = import_module('.d', __package__)\nb = import_module('..b', __package__)\n",
            "pkg/sub/d.py": "from ... import nothing\n".replace("from ... import nothing\n", "y = 1\n"),
            "beyond.py": "from ..pkg import x\n",
        }
    )
    a = system.import_module("pkg.a")
    assert a.b.x == a.c.x == "top"
    assert a.c.d is system.modules["pkg.sub.d"]
    assert a.c.b is a.b
    assert system.import_module(".a", "pkg") is a
    with pytest.raises(ImportError, match="no known parent package"):
        system.import_module("beyond")
    with pytest.raises(TypeError, match="'package' argument is required"):
        system.import_module(".a")


def test_circular_imports(sandbox: Sandbox, system: ImportSystem) -> None:
    """Modules that import each other do so in the system, by each form of the statement."""
    sandbox.write(
        {
            "pkg/__init__.py": "from . import a\n",
            "pkg/a.py": "import pkg.b as b\nx = 1\n",
            "pkg/b.py": (
                "from . import a\nfrom pkg import a as again\nimport pkg.a\n"
                "assert not hasattr(a, 'x')\ny = 2\n"
            ),
            "one.py": "import two\nx = 1\n",
            "two.py": "import one\ny = 2\n",
        }
    )
    package = system.import_module("pkg")
    assert package.a.b.a is package.a
    assert system.import_module("one").two.one.x == 1


def test_namespace_packages(sandbox: Sandbox) -> None:
    """Portions come from the system's own path, and follow it."""
    sandbox.write({"one/space/a.py": "x = 1\n", "two/space/b.py": "x = 2\n", "live/space/c.py": ""})
    sandbox.on_path("live")
    system = ImportSystem.isolated([sandbox.root / "one"])
    space = system.import_module("space")
    assert list(space.__path__) == [str(sandbox.root / "one/space")]
    system.path.append(str(sandbox.root / "two"))
    assert system.import_module("space.b").x == 2
    with pytest.raises(ModuleNotFoundError):
        system.import_module("space.c")
    assert list(loadstone.import_module("space").__path__) == [str(sandbox.root / "live/space")]


def test_zip_archives(sandbox: Sandbox) -> None:
    """A zip archive on the system's path is a place for modules."""
    archive = sandbox.root / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("zipped/__init__.py", "from . import mod\nimport dep\n")
        file.writestr("zipped/mod.py", "x = 1\n")
        file.writestr("dep.py", "")
    system = ImportSystem.isolated([archive])
    assert system.import_module("zipped").mod.x == 1
    assert "dep" in system.modules
    assert "dep" not in sys.modules


def test_paths(sandbox: Sandbox) -> None:
    """Path entries are text or path-like, absolute or relative, and can change."""
    root = sandbox.write({"lib/mod.py": "x = 1\n"})
    os.chdir(root)
    for entry in ("lib", root / "lib", str(root / "lib")):
        assert ImportSystem.isolated([entry]).import_module("mod").x == 1
    empty = ImportSystem.isolated()
    assert empty.path == []
    with pytest.raises(ModuleNotFoundError, match="No module named 'mod'"):
        empty.import_module("mod")
    empty.path.append(str(root / "lib"))
    assert empty.import_module("mod").x == 1
    assert ImportSystem.isolated(path=iter([root / "lib"])).import_module("mod")


@pytest.mark.parametrize("path", ["text", b"bytes", Path("/"), 3, None, [3], [None], [b"bytes"]], ids=repr)
def test_bad_paths(path: Any) -> None:
    """A path that is one entry, no iterable or of other things is a TypeError."""
    with pytest.raises(TypeError):
        ImportSystem.isolated(path)


@pytest.mark.parametrize("share", ["json", b"json", 3, 1.5], ids=repr)
def test_bad_shares(share: Any) -> None:
    """What to share is a collection of names or a function; anything else is a TypeError."""
    with pytest.raises(TypeError):
        ImportSystem.isolated([], share=share)


@pytest.mark.parametrize(
    "name", ["", ".", "..x", 3, None, b"mod", "mod.", ".mod", "mod..x", "\udc80", "a\0b"], ids=repr
)
def test_bad_names(sandbox: Sandbox, system: ImportSystem, name: Any) -> None:
    """A bad name ends as it ends in `loadstone.import_module`, and leaves no module."""
    sandbox.write({"mod.py": ""}, on_path=True)
    outcomes = []
    for verb in (loadstone.import_module, system.import_module):
        try:
            outcomes.append(verb(name))
        except Exception as error:
            outcomes.append((type(error), str(error)))
    assert outcomes[0] == outcomes[1]
    assert set(system.modules) <= {"mod"}


def test_failures(sandbox: Sandbox, system: ImportSystem) -> None:
    """A module that fails does not stay; what it imported does; the traceback shows no engine."""
    sandbox.write(
        {"bad.py": "import good\n1 / 0\n", "good.py": "", "worse.py": "x = (\n", "outer.py": "import bad\n"}
    )
    with pytest.raises(ZeroDivisionError) as caught:
        system.import_module("outer")
    assert set(system.modules) == {"good"}
    names = [Path(frame.filename).name for frame in traceback.extract_tb(caught.value.__traceback__)][1:]
    expected = ["outer.py", "bad.py"]
    if sys.version_info >= (3, 11):
        assert names == expected
    assert [name for name in names if name in expected] == expected
    with pytest.raises(SyntaxError):
        system.import_module("worse")
    with pytest.raises(
        ModuleNotFoundError, match=r"No module named 'good\.x'; 'good' is not a package"
    ) as missing:
        system.import_module("good.x")
    assert missing.value.name == "good.x"
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from good import nothing", {"__builtins__": system.builtins, "__name__": "x"})


def test_reload(sandbox: Sandbox, system: ImportSystem) -> None:
    """The system reloads its own modules, and no others."""
    root = sandbox.write(
        {"mod.py": "x = 1\n", "user.py": "import loadstone, mod\nreload = lambda: loadstone.reload(mod)\n"}
    )
    mod = system.import_module("mod")
    (root / "mod.py").write_text("x = 'changed'\n")
    assert system.reload(mod) is mod
    assert mod.x == "changed"
    (root / "mod.py").write_text("x = 'again!!'\n")
    assert system.import_module("user").reload() is mod
    assert mod.x == "again!!"
    with pytest.raises(ImportError, match=r"module mod not in sys\.modules"):
        loadstone.reload(mod)
    with pytest.raises(ImportError, match="not in"):
        ImportSystem.isolated([root]).reload(mod)
    with pytest.raises(TypeError):
        system.reload("mod")  # type: ignore[arg-type]
    (root / "mod.py").unlink()
    system.invalidate_caches()
    with pytest.raises(ModuleNotFoundError, match="spec not found"):
        system.reload(mod)


def test_find_spec(sandbox: Sandbox, system: ImportSystem) -> None:
    """A spec is found without importing the module; its parents are imported in the system."""
    root = sandbox.write({"mod.py": "", "pkg/__init__.py": "", "pkg/sub.py": ""})
    spec = system.find_spec("mod")
    assert spec is not None
    assert spec.origin == str(root / "mod.py")
    assert isinstance(spec, loadstone.machinery.ModuleSpec)
    assert system.modules == {}
    found = system.find_spec(".sub", "pkg")
    assert found is not None
    assert found.name == "pkg.sub"
    assert set(system.modules) == {"pkg"}
    assert system.find_spec("nothing_of_this_name") is None
    assert system.find_spec("json") is not None
    assert system.find_spec("sys") is not None
    assert system.find_spec("pkg") is system.modules["pkg"].__spec__
    assert loadstone.find_spec("mod") is None
    with pytest.raises(ModuleNotFoundError):
        system.find_spec("mod.sub")


def test_util_inside(sandbox: Sandbox, system: ImportSystem) -> None:
    """`loadstone.util.find_spec` inside a module is that of its system."""
    root = sandbox.write(
        {
            "mod.py": "",
            "user.py": "import loadstone.util\nfrom loadstone.util import find_spec\n"
            "from loadstone import util\n"
            "specs = [loadstone.util.find_spec('mod'), find_spec('mod'), util.find_spec('mod')]\n"
            "magic = util.MAGIC_NUMBER\n",
        }
    )
    user = system.import_module("user")
    assert [spec.origin for spec in user.specs] == [str(root / "mod.py")] * 3
    assert user.magic == loadstone.util.MAGIC_NUMBER
    assert "find_spec" in dir(user.util)


def test_invalidate_caches(sandbox: Sandbox, system: ImportSystem) -> None:
    """A file that came unnoticed is found after `invalidate_caches`, from inside too."""
    root = sandbox.write({"user.py": "import loadstone\ndef forget():\n    loadstone.invalidate_caches()\n"})
    user = system.import_module("user")
    for name, forget in (("one", system.invalidate_caches), ("two", user.forget)):
        os.utime(root, (10, 10))
        assert system.find_spec(name) is None
        (root / f"{name}.py").touch()
        os.utime(root, (10, 10))
        assert system.find_spec(name) is None
        forget()
        assert system.find_spec(name) is not None


def test_its_parts_are_ordinary(sandbox: Sandbox, system: ImportSystem) -> None:
    """Finders, path hooks and modules can be added to the system, and its state replaced."""

    class Made(loadstone.abc.Loader):
        def exec_module(self, module: types.ModuleType) -> None:
            exec("import dep\nx = 1", module.__dict__)

    class Finder(loadstone.abc.MetaPathFinder):
        def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
            return loadstone.util.spec_from_loader(fullname, Made()) if fullname == "made" else None

    sandbox.write({"dep.py": ""})
    system.meta_path.insert(0, Finder())
    assert system.import_module("made").x == 1
    assert system.modules["made"].dep is system.modules["dep"]
    planted = system.modules["planted"] = types.ModuleType("planted")
    assert system.import_module("planted") is planted
    calls = []
    system.path_hooks.insert(0, lambda entry: calls.append(entry) or (_ for _ in ()).throw(ImportError))
    system.path_importer_cache.clear()
    system.import_module("dep")
    assert system.find_spec("nothing_here") is None
    assert calls == [str(sandbox.root)]
    for name in ("modules", "meta_path", "path", "path_hooks", "path_importer_cache"):
        value = type(getattr(system, name))(getattr(system, name))
        setattr(system, name, value)
        assert getattr(system, name) is value
    system.meta_path = []
    with pytest.warns(ImportWarning, match="meta_path is empty"), pytest.raises(ModuleNotFoundError):
        system.import_module("nothing_here")


def test_repr(system: ImportSystem) -> None:
    """An isolated system tells how many modules it has and what its path is."""
    assert repr(system) == f"<ImportSystem of 0 modules, path={system.path!r}>"
    assert repr(system) in repr(system.meta_path[0])


def test_dunder_import(sandbox: Sandbox, system: ImportSystem) -> None:
    """The system's `__import__` has the builtin's signature and results."""
    sandbox.write({"pkg/__init__.py": "", "pkg/sub.py": "x = 1\n"})
    assert system.__import__("pkg.sub") is system.modules["pkg"]
    assert system.__import__("pkg.sub", fromlist=["x"]).x == 1
    namespace = {"__package__": "pkg", "__name__": "pkg", "__spec__": None}
    assert system.__import__("sub", namespace, level=1) is system.modules["pkg.sub"]
    assert system.__import__("", namespace, fromlist=("sub",), level=1).sub.x == 1


def test_modules_that_replace_themselves(sandbox: Sandbox, system: ImportSystem) -> None:
    """A module may put another in its place, in the `sys.modules` that it sees."""
    source = "import sys\nclass Other:\n    x = 1\nsys.modules[__name__] = Other()\n"
    sandbox.write({"mod.py": source, "user.py": "import mod\nx = mod.x\n"})
    assert system.import_module("user").x == 1
    assert type(system.modules["mod"]).__name__ == "Other"
    assert "mod" not in sys.modules


def test_sys_inside(sandbox: Sandbox, system: ImportSystem) -> None:
    """`sys` inside a module tells the state of its own system, and all else of the interpreter."""
    source = """
        import sys
        from sys import modules, path as entries
        me = sys.modules[__name__]
        state = [sys.modules, sys.path, sys.meta_path, sys.path_hooks, sys.path_importer_cache]
        version = sys.version_info
        names = dir(sys)

        def change():
            sys.path = [*sys.path, "more"]
            sys.loadstone_test = 1
            del sys.loadstone_test
    """
    sandbox.write({"mod.py": source})
    mod = system.import_module("mod")
    assert mod.me is mod
    assert mod.modules is system.modules
    assert mod.entries is system.path
    expected = [system.modules, system.path, system.meta_path, system.path_hooks, system.path_importer_cache]
    assert all(one is other for one, other in zip(mod.state, expected, strict=True))
    assert mod.version == sys.version_info
    assert "stdout" in mod.names
    before = list(sys.path)
    mod.change()
    assert system.path[-1] == "more"
    assert sys.path == before
    assert not hasattr(sys, "loadstone_test")


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize("options", ["", "(frozen=True)", "(order=True, eq=True)", "()"])
def test_dataclasses(sandbox: Sandbox, system: ImportSystem, future: str, options: str) -> None:
    """Dataclasses work in isolated modules, their annotations written as text or not."""
    source = (
        f"{future}import dataclasses\nfrom dataclasses import dataclass, field, InitVar\n"
        "from typing import ClassVar\n\n"
        f"@dataclass{options}\nclass Point:\n"
        "    x: int\n    y: 'int' = 2\n    kind: ClassVar[str] = 'point'\n"
        "    extra: InitVar[int] = 0\n    more: list[int] = field(default_factory=list)\n\n"
        f"@dataclasses.dataclass{options}\nclass Sub(Point):\n    z: int = 3\n"
    )
    sandbox.write({"points.py": source}, on_path=True)
    for points in (system.import_module("points"), loadstone.import_module("points")):
        point = points.Point(1)
        assert (point.x, point.y, point.kind, point.more) == (1, 2, "point", [])
        assert [field.name for field in points.dataclasses.fields(points.Sub)] == ["x", "y", "more", "z"]
        assert points.Point.__module__ == "points"
        assert points.Sub(1, 2).z == 3
    assert not [name for name in sys.modules if name.startswith("points@")]


def test_dataclasses_that_are_not_shared(sandbox: Sandbox) -> None:
    """A system with a `dataclasses` of its own makes dataclasses by that."""
    import json

    source = (
        "from __future__ import annotations\nimport dataclasses\n\n"
        "@dataclasses.dataclass\nclass Point:\n    x: int\n"
    )
    sandbox.write({"points.py": source})
    system = ImportSystem.isolated([sandbox.root, Path(json.__path__[0]).parent], share=["inspect", "re"])
    points = system.import_module("points")
    assert points.dataclasses is system.modules["dataclasses"]
    assert points.dataclasses is not sys.modules.get("dataclasses")
    assert points.Point(1).x == 1


def test_dataclasses_of_other_modules(sandbox: Sandbox, system: ImportSystem) -> None:
    """A class that says it is from a module elsewhere can be a dataclass too."""
    import json

    source = (
        "import dataclasses, json\n"
        "class A:\n    x: int\nA.__module__ = 'json'\nA = dataclasses.dataclass(A)\n"
        "class B:\n    x: int\nB.__module__ = 'nowhere'\nB = dataclasses.dataclass(B)\n"
    )
    sandbox.write({"mod.py": source})
    mod = system.import_module("mod")
    assert mod.A(1).x == mod.B(1).x == 1
    assert mod.A.__module__ == json.__name__


def test_a_failing_dataclass(sandbox: Sandbox, system: ImportSystem) -> None:
    """A dataclass that is refused leaves nothing behind."""
    sandbox.write(
        {"bad.py": "from dataclasses import dataclass\n@dataclass\nclass C:\n    x: int = 1\n    y: int\n"}
    )
    with pytest.raises(TypeError, match="non-default argument"):
        system.import_module("bad")
    assert not [name for name in sys.modules if "@" in name]


def test_dropped_systems_are_collected(sandbox: Sandbox) -> None:
    """When the last reference to a system and its modules is gone, so is it."""
    sandbox.write(
        {"mod.py": "import json, sys, dep, loadstone\nclass C: pass\ndef f(): return dep\n", "dep.py": ""}
    )
    system = ImportSystem.isolated([sandbox.root])
    mod = system.import_module("mod")
    references = [weakref.ref(thing) for thing in (system, mod, mod.C, mod.f, mod.dep)]
    function = mod.f
    del system, mod
    gc.collect()
    assert references[0]() is not None, "a function holds its system"
    del function
    gc.collect()
    assert [reference() for reference in references] == [None] * 5


def test_two_systems_in_threads(sandbox: Sandbox) -> None:
    """Threads import the same names in several systems at once: each module is executed once in each."""
    files = {"count.py": "runs = []\n"}
    for number in range(30):
        following = f"import mod{(number + 1) % 30}\n"
        files[f"mod{number}.py"] = f"import count\ncount.runs.append({number})\n{following}import json\n"
    sandbox.write(files)
    systems = [ImportSystem.isolated([sandbox.root]) for _ in range(3)]
    errors: list[BaseException] = []
    barrier = threading.Barrier(12)

    def work(system: ImportSystem, start: int) -> None:
        barrier.wait()
        try:
            for number in range(30):
                system.import_module(f"mod{(start + number) % 30}")
        except BaseException as error:
            errors.append(error)

    threads = [
        threading.Thread(target=work, args=(system, start), daemon=True)
        for system in systems
        for start in (0, 7, 15, 22)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert errors == []
    for system in systems:
        assert sorted(system.modules["count"].runs) == list(range(30))


def test_systems_that_wait_for_each_other(sandbox: Sandbox) -> None:
    """Modules of two systems that import through each other, in two threads, do not wait for ever."""
    source = "import time, builtins\ntime.sleep(0.1)\nbuiltins.isolation_test[{!r}].import_module('mod')\n"
    sandbox.write({"one/mod.py": source.format("two"), "two/mod.py": source.format("one")})
    import builtins

    systems: Any = {name: ImportSystem.isolated([sandbox.root / name]) for name in ("one", "two")}
    builtins.isolation_test = systems  # type: ignore[attr-defined]
    try:
        threads = [
            threading.Thread(target=system.import_module, args=("mod",), daemon=True)
            for system in systems.values()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()
    finally:
        del builtins.isolation_test  # type: ignore[attr-defined]


def test_attributes_of_its_modules(sandbox: Sandbox, system: ImportSystem) -> None:
    """Its modules have loadstone's specs and loaders, and builtins with the system's `__import__`."""
    root = sandbox.write({"pkg/__init__.py": "", "pkg/sub.py": ""})
    sub: Any = system.import_module("pkg.sub")
    assert sub.__file__ == str(root / "pkg/sub.py")
    assert type(sub.__spec__) is loadstone.machinery.ModuleSpec
    assert type(sub.__loader__) is loadstone.machinery.SourceFileLoader
    assert sub.__package__ == "pkg"
    assert sub.__builtins__["__import__"] is system.__import__
    assert sub.__builtins__["len"] is len


def test_listing_and_resources(sandbox: Sandbox, system: ImportSystem) -> None:
    """`pkgutil` lists a package by its path, and resources are read by the module itself."""
    import pkgutil
    from importlib import resources

    sandbox.write({"pkg/__init__.py": "", "pkg/sub.py": "", "pkg/data.txt": "hello"})
    package = system.import_module("pkg")
    assert [info.name for info in pkgutil.iter_modules(package.__path__)] == ["sub"]
    assert resources.files(package).joinpath("data.txt").read_text() == "hello"
