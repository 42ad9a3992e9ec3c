"""doctor: finders, loaders, and which of them come in each other's way."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import sys
from typing import TYPE_CHECKING, Any

import attrs
import pytest

import loadstone
from loadstone.report.doctor import chain, examine
from loadstone.report.doctor.environment import live

from .doctors import about, found, one

if TYPE_CHECKING:
    from ..conftest import Sandbox

HERE = f"{__name__}."


class Nothing:
    """A good finder, which knows nothing."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return None


class Old:
    def find_module(self, fullname: str, path: Any = None) -> Any:
        return None


class Bare:
    pass


class OfInstances:
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return None


class OfTheClass:
    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> Any:
        return None


class WithoutSelf:
    def find_spec(fullname: str, path: Any = None, target: Any = None) -> Any:  # type: ignore[misc]
        return None


class TooFew:
    def find_spec(self, fullname: str) -> Any:
        return None


class Greedy:
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return importlib.machinery.ModuleSpec(fullname, Bare())  # type: ignore[arg-type]


class Raising:
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        raise KeyError(fullname)


@pytest.mark.parametrize("kind", [Old, Bare])
def test_a_finder_without_find_spec(sandbox: Sandbox, kind: type) -> None:
    """LS101: it is named, with what it has; an error where Python no longer asks it."""
    sys.meta_path.append(Nothing())
    assert not found("LS101")
    sys.meta_path.append(kind())
    finding = one("LS101", HERE + kind.__name__)
    if kind is Bare:
        assert (finding.severity, "no method that finds" in finding.evidence) == ("error", True)
    else:
        assert "find_module only" in finding.evidence
        assert finding.severity == ("warning" if sys.version_info < (3, 12) else "error")


@pytest.mark.parametrize(("version", "severity"), [((3, 11), "warning"), ((3, 12), "error")])
def test_how_bad_an_old_finder_is_depends_on_the_version(version: tuple[int, int], severity: str) -> None:
    """LS101 is a warning where Python falls back to `find_module`, and an error where it does not."""
    environment = attrs.evolve(live(), meta_path=[Old()], path_importer_cache={}, version=version)
    (finding,) = examine.findings_of(chain.without_find_spec, environment)
    assert finding.severity == severity


def test_a_path_entry_finder_without_find_spec(sandbox: Sandbox) -> None:
    """LS101 looks at what path hooks have made, too."""
    sys.path_importer_cache["somewhere"] = Old()  # type: ignore[assignment]
    assert "'somewhere'" in one("LS101", HERE + "Old").evidence


@pytest.mark.parametrize("kind", [OfInstances, TooFew])
def test_a_class_where_an_instance_was_meant(sandbox: Sandbox, kind: type) -> None:
    """LS102: the class on the chain is found; its instance is fine."""
    sys.meta_path.append(kind())
    assert not found("LS102")
    sys.meta_path[-1] = kind  # type: ignore[assignment]
    finding = one("LS102", HERE + kind.__name__)
    assert finding.severity == "error"
    assert not about("LS104", HERE), "it is said once"


@pytest.mark.parametrize("kind", [OfTheClass, WithoutSelf])
def test_classes_may_be_finders(sandbox: Sandbox, kind: Any) -> None:
    """LS102 leaves classes alone that work as finders, Python's own among them."""
    sys.meta_path.append(kind)
    assert not found("LS102")


def test_a_finder_that_answers_anything(sandbox: Sandbox) -> None:
    """LS103: a finder with a spec for a name that nobody can know; those that find nothing are fine."""
    sys.meta_path.append(Nothing())
    assert not found("LS103")
    sys.meta_path.append(Greedy())
    assert one("LS103", HERE + "Greedy").severity == "warning"


def test_an_interceptor_is_not_taken_for_what_it_intercepts(sandbox: Sandbox) -> None:
    """LS103: what a finder behind an interceptor answers is not the interceptor's doing."""
    sys.meta_path.append(Greedy())

    class Watching(loadstone.Interceptor):
        changes_modules = False

    with loadstone.install(Watching()):
        (finding,) = found("LS103")
    assert "Greedy" in finding.subject


def test_a_finder_bound_to_names_is_asked_for_those_only(sandbox: Sandbox) -> None:
    """LS103: a finder that loadstone asks for some names only may answer all that it is asked for."""

    class Bound(loadstone.Finder):
        names = ("bound.*",)

        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            return self.spec(fullname, loadstone.Loader(), origin="here")

    with loadstone.install(Bound()):
        assert not found("LS103")


def test_a_path_entry_finder_that_answers_anything(sandbox: Sandbox) -> None:
    """LS103 asks what path hooks have made, too: without a path."""

    class Entry:
        def find_spec(self, fullname: str, target: Any = None) -> Any:
            return importlib.machinery.ModuleSpec(fullname, None)

    sys.path_importer_cache["somewhere"] = Entry()  # type: ignore[assignment]
    assert "'somewhere'" in one("LS103", "Entry").evidence


def test_a_finder_that_raises(sandbox: Sandbox) -> None:
    """LS104: a finder that raises for an unknown name, with what it raises."""
    sys.meta_path.append(Nothing())
    assert not found("LS104")
    sys.meta_path.append(Raising())
    finding = one("LS104", HERE + "Raising")
    assert finding.severity == "error"
    assert "KeyError" in finding.evidence


class OwnLoader(importlib.machinery.SourceFileLoader):
    pass


class OtherLoader(importlib.machinery.SourceFileLoader):
    pass


class Around:
    """A loader that holds another."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.me = self

    def create_module(self, spec: Any) -> Any:
        return None

    def exec_module(self, module: Any) -> None:
        self.inner.exec_module(module)


class Finding:
    """Finds the module `local`, with a loader of its own, or as the path finder would."""

    def __init__(self, loader: Any = None) -> None:
        self.loader = loader

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname not in ("local", "package", "package.inner"):
            return None
        spec: Any = importlib.machinery.PathFinder.find_spec(fullname, path)
        if self.loader is not None:
            spec.loader = self.loader(spec.loader.name, spec.loader.path)
        return spec


class Changing(Finding):
    """Another."""


class Wrapping(Finding):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        if spec is not None:
            spec.loader = Around(OtherLoader(spec.loader.name, spec.loader.path))
        return spec


def test_an_interceptor_that_is_passed_by(sandbox: Sandbox) -> None:
    """LS105: a finder with a loader of its own, behind one that finds the same modules by itself."""
    files = {"local.py": "", "package/__init__.py": "", "package/inner.py": ""}
    sandbox.write(files, on_path=True)
    sys.meta_path[:0] = [Changing(OwnLoader)]
    __import__("local")
    __import__("package.inner")
    assert not found("LS105")
    sys.meta_path[:0] = [Finding()]
    finding = one("LS105", HERE + "Changing")
    assert f"{HERE}Finding is ahead of it" in finding.evidence
    assert "local, package, package.inner" in finding.evidence
    assert not found("LS106")


def test_a_hook_of_loadstone_that_is_passed_by(sandbox: Sandbox) -> None:
    """LS105: a finder that an interceptor was put behind, and that finds what it is to change."""
    sandbox.write({"local.py": "", "free.py": ""}, on_path=True)

    class Hook(loadstone.Interceptor):
        changes_modules = False

        def intercept(self, spec: Any) -> Any:
            if spec.name in ("local", "free"):
                spec.loader = loadstone.WrappedLoader(spec.loader)
            return spec

    finder = Finding()
    with loadstone.install(Hook()):
        sys.meta_path.insert(0, finder)
        __import__("local")
        __import__("free")
        assert not found("LS105")
    with loadstone.install(Hook(), after=finder):
        finding = one("LS105", "Hook")
        assert "finds local by itself" in finding.evidence


def test_two_tools_that_replace_one_loader(sandbox: Sandbox) -> None:
    """LS106: both have a loader of their own, and the first does not lead to the second."""
    sandbox.write({"local.py": ""}, on_path=True)
    sys.meta_path[:0] = [Finding(OwnLoader), Changing(OtherLoader)]
    __import__("local")
    finding = one("LS106", f"{HERE}Finding and {HERE}Changing")
    assert "OwnLoader is ahead of" in finding.evidence
    assert not found("LS105")


def test_a_loader_that_wraps_the_other_is_no_rival(sandbox: Sandbox) -> None:
    """LS106: a finder whose loader holds that of the finder behind leaves its change in place."""
    sandbox.write({"local.py": ""}, on_path=True)
    sys.meta_path[:0] = [Wrapping(), Changing(OtherLoader)]
    __import__("local")
    assert not found("LS106")
    assert not found("LS105")


def test_finders_that_raise_are_no_rivals(sandbox: Sandbox) -> None:
    """LS105 passes by finders that raise: that is another finding."""
    sandbox.write({"local.py": ""}, on_path=True)
    __import__("local")
    sys.meta_path[:0] = [Finding()]
    sys.meta_path.append(Raising())
    assert not found("LS105")


def test_many_modules_are_not_all_named(sandbox: Sandbox) -> None:
    """Some of the names stand for all."""
    assert chain.some([*"abcdefg"]) == "a, b, c, d, e and 2 more"


def test_a_wrapped_loader_that_has_lost_protocols(sandbox: Sandbox) -> None:
    """LS111: what the inner loader has, and the outer one not, with what needs it."""
    sandbox.write({"local.py": ""}, on_path=True)
    module: Any = __import__("local")
    assert not about("LS111", HERE)
    inner = module.__spec__.loader
    module.__spec__.loader = loadstone.WrappedLoader(inner)
    assert not found("LS111"), "what forwards is fine"
    module.__spec__.loader = Around(inner)
    finding = one("LS111", HERE + "Around")
    for protocol in ("get_code", "get_source", "is_package", "get_data", "get_resource_reader"):
        assert protocol in finding.evidence
    assert not about("LS112", HERE), "it is said once"


def test_a_loader_of_source_without_its_protocols(sandbox: Sandbox) -> None:
    """LS112: the loader of a .py file that has no get_source and the like; a note."""

    class Minimal:
        def exec_module(self, module: Any) -> None:
            pass

    sandbox.write({"local.py": ""}, on_path=True)
    module: Any = __import__("local")
    assert not about("LS112", "Minimal")
    module.__spec__.loader = Minimal()
    finding = one("LS112", "Minimal")
    assert (finding.severity, "get_source" in finding.evidence) == ("note", True)
    source = "class Bare:\n    def exec_module(self, module): pass\n"
    sandbox.write({"site-packages/installed.py": source, "own.py": source})
    sandbox.on_path("site-packages")
    module.__spec__.loader = importlib.import_module("own").Bare()
    assert about("LS112", "own.Bare")
    module.__spec__.loader = importlib.import_module("installed").Bare()
    assert not about("LS112", "installed.Bare"), "it is not the reader's to mend"


def test_a_module_that_loads_lazily_is_not_loaded(sandbox: Sandbox) -> None:
    """No check has a lazy module execute."""
    sandbox.write({"local.py": "raise SystemError", "lazily.py": "raise SystemError"}, on_path=True)
    spec: Any = importlib.util.find_spec("local")
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["local"] = module
    spec.loader.exec_module(module)
    with loadstone.lazy("lazily"):
        __import__("lazily")
        assert "LS100" not in {finding.code for finding in loadstone.doctor().findings}


def test_the_chain_in_a_program(sandbox: Sandbox) -> None:
    """What a program puts on the chain is found by the command line, after --import."""
    sandbox.write(
        {
            "setup_chain.py": """
                import sys

                class Finder:
                    def find_spec(self, fullname, path=None, target=None):
                        return None

                sys.meta_path.append(Finder)
                """
        }
    )
    command = ("-m", "loadstone", "doctor", "--only", "LS102")
    assert sandbox.python(*command).returncode == 0
    result = sandbox.python(*command, "--import", "setup_chain")
    assert (result.returncode, result.stderr) == (1, "")
    assert "LS102 error: a class where an instance was meant\n  setup_chain.Finder\n" in result.stdout
