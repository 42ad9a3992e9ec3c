"""doctor: what newer Pythons break."""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import loadstone
from loadstone._core.versions import COMPILES_FOR_MODULE
from loadstone.report.doctor import examine, future
from loadstone.report.doctor.environment import live
from loadstone.report.doctor.records import Finding
from loadstone.report.known import REMOVED

from .doctors import about, found, one

if TYPE_CHECKING:
    from ..conftest import Sandbox


def in_source(sandbox: Sandbox, source: str, version: tuple[int, int] = (3, 10)) -> list[Finding]:
    """What is found in a local module of that source, by a Python of that version."""
    sandbox.write({"old_code.py": source}, on_path=True)
    findings = examine.findings_of(future.removed, attrs.evolve(live(), version=version))
    return [finding for finding in findings if finding.subject == str(sandbox.root / "old_code.py")]


SPEC = "importlib.util.find_spec"
USES = {
    "import imp": ("imp", "3.12", "importlib"),
    "from imp import reload": ("imp", "3.12", "importlib"),
    "import pkgutil\npkgutil.find_loader('x')": ("pkgutil.find_loader", "3.14", SPEC),
    "import pkgutil as p\np.get_loader('x')": ("pkgutil.get_loader", "3.14", SPEC),
    "from pkgutil import ImpImporter": ("pkgutil.ImpImporter", "3.12", "importlib.machinery.FileFinder"),
    "import importlib\nimportlib.find_loader('x')": ("importlib.find_loader", "3.12", SPEC),
    "from importlib import util\nutil.set_loader": ("importlib.util.set_loader", "3.12", "module_from_spec"),
    "import importlib.abc\nimportlib.abc.Traversable": (
        "importlib.abc.Traversable",
        "3.14",
        "importlib.resources.abc",
    ),
    "print(__cached__)": ("__cached__", "3.15", "__spec__.cached"),
    "import os\nos.__cached__": ("__cached__", "3.15", "__spec__.cached"),
    "import pkgutil\nfor finder, n, _ in pkgutil.iter_modules(): finder.find_module(n)": (
        "find_module()",
        "3.12",
        "find_spec",
    ),
    "import importlib\ndef f(s): s.loader.load_module('x')": (
        "load_module()",
        "3.15",
        "importlib.util.module_from_spec, then exec_module",
    ),
    **dict.fromkeys(
        [
            "class MyFinder:\n    def find_module(self, fullname, path=None): pass",
            "class MyHook(object):\n    def get_code(): pass\n    def find_module(self, name): pass",
            "import sys\nsys.meta_path\nclass MyFinder:\n    def find_module(self, name, path): pass",
            "import abc\nclass Mine(abc.MetaPathFinder):\n    def find_module(self, name, path): pass",
        ],
        ("find_module, without find_spec", "3.12", "find_spec"),
    ),
    "import importlib.abc\nclass L(importlib.abc.Loader):\n    def load_module(self, name): pass": (
        "load_module, without exec_module",
        "3.15",
        "create_module and exec_module",
    ),
}


@pytest.mark.parametrize("source", USES)
def test_what_newer_pythons_have_no_more(sandbox: Sandbox, source: str) -> None:
    """LS172: each use with its line, the version that ends it, and what to use in its place."""
    what, version, instead = USES[source]
    (finding,) = in_source(sandbox, source)
    line = len(source.splitlines())
    assert finding.evidence == f"line {line}: {what} goes with Python {version}"
    assert finding.remedy == f"use {instead}, not {what}"
    assert finding.severity == "warning"


def test_what_is_gone_already(sandbox: Sandbox) -> None:
    """LS172 is an error where this Python has it no more; what another package has no more is a warning."""
    source = "import imp, pkg_resources\nimport imp\n"
    findings = in_source(sandbox, source, (3, 12))
    assert {(finding.evidence, finding.severity) for finding in findings} == {
        ("line 1, 2: imp is gone since Python 3.12", "error"),
        ("line 1: pkg_resources goes with setuptools 82", "warning"),
    }


@pytest.mark.parametrize("name", REMOVED)
def test_modules_that_the_standard_library_loses(sandbox: Sandbox, name: str) -> None:
    """LS172: each of them by its version, unless a path entry has a module of that name."""
    version, instead = REMOVED[name]
    source = f"from {name} import something"
    (finding,) = in_source(sandbox, source, (3, 9))
    verb = "is gone since" if version <= (3, 9) else "goes with"
    assert finding.evidence == f"line 1: {name} {verb} Python {'.'.join(map(str, version))}"
    assert instead in finding.remedy
    assert finding.remedy
    sandbox.write({f"{name}.py": ""})
    assert in_source(sandbox, source, (3, 9)) == []


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    import imp\nexcept ImportError:\n    imp = None",
        "try:\n    import imp\nexcept (ValueError, Exception):\n    imp = None",
        "import sys\nif sys.version_info < (3, 12):\n    import imp",
        "import pkgutil\nx = pkgutil.find_loader if hasattr(pkgutil, 'find_loader') else None",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from importlib.abc import Traversable",
        "try:\n    import imp\nexcept:\n    pass",
        "class MyFinder:\n    def find_spec(self): pass\n    def find_module(self): pass",
        "class PluginLoader:\n    def find_module(self, plugin): pass",
        "class PluginLoader:\n    def load_module(self, plugin): pass",
        "import sys\nsys.meta_path\nclass Finder:\n    def find_module(self, name, parts, done): pass",
        "import importlib\ndef f(finder): finder.find_module('x', (), ())",
        "def f(finder): finder.find_module('x')",
        "import sys\nNEW = sys.version_info >= (3, 12)\nif NEW:\n    pass\nelse:\n    import imp",
        "from six import PY2\nif PY2:\n    import imp",
        "from compat import IS_PY312\nx = IS_PY312 or __import__('pkgutil').find_loader",
        "import sys\nif 'imp' in sys.modules:\n    import imp",
        "import sys\nif sys.version_info >= (3, 12):\n    sys.exit()\n    raise SystemExit\nimport imp",
        "def f():\n    if sys.hexversion > 1:\n        return\n    import imp",
        "from contextlib import suppress\nwith suppress(ImportError):\n    import imp",
        "import sys, unittest\n@unittest.skipIf(sys.version_info > (3, 12), 'gone')\ndef test(): import imp",
        "class MyLoader(Base):\n    def load_module(self, name): pass",
        "class Registry:\n    def find_module(self, name): pass\nRegistry().find_module('x')",
        "from .imp import x\nfrom . import imp\nself.imp.find_loader",
        "import mine\nmine.find_loader()",
        "def broken(: imp",
    ],
)
def test_what_is_fine(sandbox: Sandbox, source: str) -> None:
    """LS172: uses that are guarded, methods of other things, and what cannot be parsed, are left alone."""
    assert in_source(sandbox, source) == []


def test_other_handlers_guard_nothing(sandbox: Sandbox) -> None:
    """LS172: a `try` that catches something else, and an `if` about something else, are looked into."""
    source = (
        "try:\n    import imp\nexcept ValueError:\n    pass\nif x:\n    import imp\n"
        "with suppress(KeyError):\n    import imp\nif x:\n    raise SystemExit\nimport imp"
    )
    (finding,) = in_source(sandbox, source)
    assert finding.evidence.startswith("line 2, 6, 8, 11: imp")


def test_packages_and_finders_are_read(sandbox: Sandbox) -> None:
    """LS172: what local packages hold, and the module of a finder on the chain; others on demand."""
    sandbox.write(
        {
            "local/pkg/__init__.py": "",
            "local/pkg/sub/deep.py": "__cached__",
            "local/pkg/not-a-name/x.py": "__cached__",
            "local/site-packages/installed/__init__.py": "",
            "local/site-packages/installed/old.py": "__cached__",
            "local/site-packages/one.py": "__cached__",
            "local/site-packages/its_finder.py": """
                old = lambda: __cached__
                class Finder:
                    def find_spec(self, name, path=None, target=None):
                        return None
                """,
        }
    )
    sandbox.on_path("local")
    sandbox.on_path("local/site-packages")
    root = str(sandbox.root)
    assert [finding.subject for finding in found("LS172") if root in finding.subject] == [
        str(sandbox.root / "local" / "pkg" / "sub" / "deep.py")
    ]
    sys.meta_path.append(importlib.import_module("its_finder").Finder())
    assert one("LS172", "its_finder.py").evidence.startswith("line 1:")
    assert about("LS172", "old.py") == []
    assert len(about("LS172", "old.py", scan=["installed"])) == 1
    assert len(about("LS172", "one.py", scan=["one", "installed.old"])) == 1
    assert "installed" not in sys.modules
    assert not about("LS172", "loadstone")


def test_a_package_to_be_scanned_that_is_not_there(sandbox: Sandbox) -> None:
    """A name in `scan` that is not found raises ModuleNotFoundError, with the name."""
    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_module'") as caught:
        loadstone.doctor(scan=["no_such_module"])
    assert caught.value.name == "no_such_module"


def test_a_namespace_package_is_scanned(sandbox: Sandbox) -> None:
    """LS172: `scan` takes namespace packages, each portion of them."""
    sandbox.write({"a/site-packages/space/x.py": "__cached__", "b/site-packages/space/y.py": "__cached__"})
    for entry in "ab":
        sandbox.on_path(f"{entry}/site-packages")
    assert len([*about("LS172", "x.py", scan=["space"]), *about("LS172", "y.py", scan=["space"])]) == 2


def test_a_module_in_nested_namespace_packages_is_scanned(sandbox: Sandbox) -> None:
    """LS172: `scan` finds it, though nothing above it is imported; what is not there is not found."""
    sandbox.write({"site-packages/outer/inner/deep/old.py": "__cached__"})
    sandbox.on_path("site-packages")
    assert len(about("LS172", "old.py", scan=["outer.inner.deep.old"])) == 1
    assert len(about("LS172", "old.py", scan=["outer.inner"])) == 1
    assert not {"outer", "outer.inner"} & sys.modules.keys()
    with pytest.raises(ModuleNotFoundError, match="nothing"):
        loadstone.doctor(scan=["outer.inner.nothing"])


def test_the_provider_itself_is_not_blamed(sandbox: Sandbox) -> None:
    """LS172: a package's use of what it has itself is nobody's fault."""
    sandbox.write(
        {"setuptools/one.py": "import pkg_resources", "two.py": "import pkg_resources"}, on_path=True
    )
    sandbox.write({"setuptools/__init__.py": ""})
    assert not about("LS172", "one.py")
    assert len(about("LS172", "two.py")) == 1


def test_a_loader_with_load_module_only(sandbox: Sandbox) -> None:
    """LS171: loaders of loaded modules, instances and classes."""

    class Modern:
        def exec_module(self, module: Any) -> None:
            pass

    class Old:
        def load_module(self, name: str) -> None:
            pass

    class Neither:
        pass

    sandbox.write({"local.py": "", "local2.py": ""}, on_path=True)
    module: Any = importlib.import_module("local")
    for loader in (Modern(), Neither()):
        module.__spec__.loader = loader
        assert not found("LS171")
    for loader in (Old(), Old):
        module.__spec__.loader = loader
        finding = one("LS171", "Old")
        assert finding.evidence == "has load_module, not exec_module; loaded local"
        assert finding.severity == "warning"


def nameless(sandbox: Sandbox, source: str, version: tuple[int, int] = (3, 10)) -> list[tuple[str, str]]:
    """Evidence and severity of what LS173 finds in a local module of that source."""
    sandbox.write({"old_code.py": source}, on_path=True)
    findings = examine.findings_of(future.nameless, attrs.evolve(live(), version=version))
    own = [finding for finding in findings if finding.subject == str(sandbox.root / "old_code.py")]
    return [(finding.evidence, finding.severity) for finding in own]


@pytest.mark.parametrize(
    ("start", "method", "parameters"),
    [
        ("class L(machinery.SourceFileLoader):", "", "self, data, path"),
        ("class L(SourceFileLoader):", "", "self, data, path, *, _optimize=-1"),
        ("class MyLoader:", "", "self, data, path, /"),
        ("class L(Base):\n    def exec_module(self, module): pass", "", "self, data, path, *, fullname=None"),
        ("class MyLoader:", "    @staticmethod\n", "data, path='<string>'"),
        ("class MyLoader:", "", "self, data, path, **options"),
        ("class L(Base):\n    def get_code(self, n): super().get_code(n)", "", "self, data, path"),
        ("def f():\n  class MyLoader:", "", "self, data, path"),
    ],
)
def test_source_to_code_without_a_name(sandbox: Sandbox, start: str, method: str, parameters: str) -> None:
    """LS173: a loader's method with two parameters, with its line; an error where the name is passed."""
    source = f"{start}\n{method}    def source_to_code({parameters}): pass"
    evidence = f"line {source.count(chr(10)) + 1}: source_to_code({parameters}) takes no name"
    assert nameless(sandbox, source) == [(evidence, "warning")]
    assert nameless(sandbox, source, (3, 15)) == [(evidence, "error")]


@pytest.mark.parametrize(
    "source",
    [
        "class MyLoader:\n    def source_to_code(self, data, path, fullname=None): pass",
        "class MyLoader:\n    def source_to_code(self, *arguments): pass",
        "class MyLoader:\n    @staticmethod\n    def source_to_code(data, path, fullname): pass",
        "class Translator:\n    def source_to_code(self, source, target): pass",
        "class MyLoader:\n  def get_code(self, name): pass\n  def source_to_code(self, data, path): pass",
        "def source_to_code(data, path): pass",
        "if sys.version_info < (3, 15):\n  class MyLoader:\n    def source_to_code(self, data, path): pass",
    ],
)
def test_source_to_code_with_a_name(sandbox: Sandbox, source: str) -> None:
    """LS173: methods that take the name, those of other things, and guarded ones, are left alone."""
    assert nameless(sandbox, source, (3, 15)) == []


def test_a_live_loader_without_a_name(sandbox: Sandbox) -> None:
    """LS173: loaders of loaded modules and of path entries, by the class that has the method."""

    class Nameless(importlib.machinery.SourceFileLoader):
        def source_to_code(self, data: Any, path: Any) -> Any:  # type: ignore[override]
            return compile(data, path, "exec")

    class Child(Nameless):
        pass

    class Static:
        @staticmethod
        def source_to_code(data: Any, path: Any) -> Any:
            return compile(data, path, "exec")

    class Named(Nameless):
        def source_to_code(self, data: Any, path: Any, fullname: Any = None) -> Any:  # type: ignore[override]
            return compile(data, path, "exec")

    class OfItsOwn(Nameless):
        def get_code(self, fullname: Any) -> Any:
            return self.source_to_code(b"", "local.py")

    class Asking(Nameless):
        def get_code(self, fullname: Any) -> Any:
            return super().get_code(fullname)

    sandbox.write({"local.py": ""}, on_path=True)
    module: Any = importlib.import_module("local")
    assert not found("LS173")
    severity = "error" if COMPILES_FOR_MODULE else "warning"
    for loader, owner in ((Child("local", "local.py"), "Nameless"), (Static(), "Static"), (Static, "Static")):
        module.__spec__.loader = loader
        finding = one("LS173", type(loader).__name__ if loader is not Static else "Static")
        assert finding.evidence.startswith("takes data and path only, in ")
        assert finding.evidence.endswith(f"{owner}; loaded local")
        assert finding.severity == severity
    module.__spec__.loader = Named("local", "local.py")
    assert not found("LS173")
    module.__spec__.loader = OfItsOwn("local", "local.py")
    assert not found("LS173")
    module.__spec__.loader = Asking("local", "local.py")
    assert one("LS173", "Asking").evidence.endswith("Nameless; loaded local")
    entry = str(sandbox.root)
    sys.path_importer_cache[entry] = importlib.machinery.FileFinder(entry, (Child, [".py"]), (Named, [".x"]))
    assert one("LS173", "Child").evidence.endswith("Nameless")
