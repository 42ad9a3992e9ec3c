"""`explain`: the search as it is, observed: who was asked, what they answered, what was passed over."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import types
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone.__main__ import main
from loadstone._core.finding import observers
from loadstone._core.versions import HAS_LAZY_IMPORTS
from loadstone.report.explain.page import page_of
from loadstone.report.explain.records import Answer, SpecRecord, called
from loadstone.report.records import as_json
from loadstone.report.terminal import rendered

if TYPE_CHECKING:
    from ..conftest import Sandbox


@pytest.fixture(params=["CPython's finders", "loadstone's finders"])
def engine(request: pytest.FixtureRequest, sandbox: Sandbox) -> Any:
    """The test runs with the interpreter's path finder and with loadstone's."""
    if request.param == "CPython's finders":
        yield
    else:
        with loadstone.takeover():
            yield


class Finder:
    """A finder that returns what it is made with, or raises it."""

    def __init__(self, name: str, answer: Any) -> None:
        self.name = name
        self.answer = answer
        self.asked: list[Any] = []

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        self.asked.append((name, path, target))
        if name != self.name:
            return None
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer() if callable(self.answer) else self.answer


def spec_of(name: str, origin: str | None = None, **fields: Any) -> Any:
    return importlib.machinery.ModuleSpec(name, importlib.machinery.BuiltinImporter, origin=origin, **fields)


def path_finder(step: Any) -> Answer:
    """What the path finder answered, wherever it was asked."""

    def search(answers: Any) -> Any:
        for answer in answers:
            if answer.finder.endswith(".PathFinder"):
                return answer
            found = search(answer.nested)
            if found is not None:
                return found
        return None

    answer = search(step.asked)
    assert isinstance(answer, Answer)
    return answer


@pytest.mark.usefixtures("engine")
def test_a_module_in_a_directory(sandbox: Sandbox) -> None:
    """Each finder is named in order with its answer and its time; the path entry that has the module too."""
    sandbox.write({"first/other.py": "", "second/wanted.py": "raise SystemExit"})
    second, first = sandbox.on_path("second"), sandbox.on_path("first")
    explanation = loadstone.explain("wanted")
    assert explanation.found
    assert explanation.name == "wanted"
    assert explanation.parents == ()
    assert explanation.causes == ()
    module = explanation.module
    assert module is not None
    assert module.imported is None
    assert module.path is None
    file = str(sandbox.root / "second" / "wanted.py")
    assert module.spec == explanation.spec
    assert explanation.spec == SpecRecord(
        name="wanted",
        loader=path_finder(module).spec.loader,  # type: ignore[union-attr]
        origin=file,
        has_location=True,
        cached=importlib.util.cache_from_source(file),
        search_locations=None,
        loader_state=None,
    )
    names = [answer.finder.rpartition(".")[2] for answer in module.asked]
    assert [name for name in names if name.endswith("Importer")] == ["BuiltinImporter", "FrozenImporter"]
    answer = path_finder(module)
    assert answer.seconds > 0
    assert [entry.entry for entry in answer.entries] == sys.path
    a, b = answer.entries[:2]
    assert (a.entry, a.spec, a.later) == (first, None, False)
    assert (b.entry, b.spec, b.later) == (second, explanation.spec, False)
    assert a.finder is not None
    assert a.finder.endswith("FileFinder")
    assert all(entry.later for entry in answer.entries[2:])
    assert "wanted" not in sys.modules


@pytest.mark.usefixtures("engine")
def test_nothing_is_left_behind(sandbox: Sandbox) -> None:
    """The chain, the path and the observers are what they were; the path entry finders are the real ones."""
    sandbox.write({"ns/portion/module.py": ""}, on_path=True)
    explain = loadstone.explain  # which brings its own modules in
    before = [*sys.meta_path], [*sys.path], {**sys.modules}
    explain("ns.portion.module")
    assert ([*sys.meta_path], [*sys.path], {**sys.modules}) == before
    assert not observers
    finder = sys.path_importer_cache[sys.path[0]]
    assert finder is not None
    assert type(finder).__name__ == "FileFinder"


@pytest.mark.usefixtures("engine")
def test_later_entries_and_finders_are_shadowed(sandbox: Sandbox) -> None:
    """What later path entries and later finders would have answered is told, and that it is not asked."""
    sandbox.write({"a/wanted.py": "", "b/wanted/__init__.py": "", "c/wanted/data.txt": ""})
    for entry in "cba":
        sandbox.on_path(entry)
    last = Finder("wanted", lambda: spec_of("wanted", "out of nowhere"))
    sys.meta_path.append(last)
    module = loadstone.explain("wanted").module
    assert module is not None
    assert module.spec is not None
    assert module.spec.origin == str(sandbox.root / "a/wanted.py")
    package, portion, other = module.shadows
    assert package.spec.origin == str(sandbox.root / "b/wanted/__init__.py")
    assert package.entry == str(sandbox.root / "b")
    assert portion.spec.loader is None
    assert portion.spec.search_locations == (str(sandbox.root / "c/wanted"),)
    assert (other.finder, other.entry, other.spec.origin) == (called(last), None, "out of nowhere")
    assert not any(shadow.same_file for shadow in module.shadows)
    assert last.asked == [("wanted", None, None)]
    assert module.asked[-1].later
    assert "It shadows" in str(loadstone.explain("wanted"))
    text = loadstone.explain("wanted").text(verbose=True)
    assert "It shadows" in text
    assert "a portion, which no regular package lets in" in text
    assert f"{sandbox.root}/b (FileFinder) would have wanted/__init__.py" in text
    assert f"{sandbox.root}/a (FileFinder) has wanted.py" in text
    assert "would find out of nowhere" in text


def test_a_later_path_finder_is_asked_for_all_its_entries(sandbox: Sandbox) -> None:
    """Where another finder found the module, each entry of the path that has it too is a shadow."""
    sandbox.write({"a/wanted.py": "", "b/wanted.py": ""})
    sandbox.on_path("b")
    sandbox.on_path("a")
    sys.meta_path.insert(0, Finder("wanted", lambda: spec_of("wanted", "out of nowhere")))
    module = loadstone.explain("wanted").module
    assert module is not None
    assert [shadow.entry for shadow in module.shadows] == [str(sandbox.root / "a"), str(sandbox.root / "b")]


def test_a_path_finder_that_is_an_instance(sandbox: Sandbox) -> None:
    """Its entries are told as those of the class; one with methods of its own is asked as it is."""

    class Prefixed(importlib.machinery.PathFinder):
        def __init__(self, prefix: str) -> None:
            self.prefix = prefix

        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            return super().find_spec(name.removeprefix(self.prefix), path, target)

    sandbox.write({"wanted.py": "", "space/inside.py": ""}, on_path=True)
    finder = Prefixed("not_")
    sys.meta_path[:] = [finder]
    module = loadstone.explain("not_wanted").module
    assert module is not None
    assert module.spec is not None
    (answer,) = module.asked
    assert answer.finder == f"{__name__}.{Prefixed.__qualname__}"
    assert vars(finder) == {"prefix": "not_"}
    assert type(finder) is Prefixed
    plain = importlib.machinery.PathFinder()
    sys.meta_path[:] = [plain]
    module = loadstone.explain("wanted").module
    assert module is not None
    (answer,) = module.asked
    assert [entry.entry for entry in answer.entries] == sys.path
    assert answer.entries[0].spec == module.spec
    plain._path_hooks = None  # type: ignore[attr-defined]
    module = loadstone.explain("wanted").module
    assert module is not None
    assert [answer.entries for answer in module.asked] == [()]
    del plain._path_hooks  # type: ignore[attr-defined]
    inside = loadstone.explain("space.inside")
    assert inside.spec is not None
    assert inside.spec.origin == str(sandbox.root / "space/inside.py")


def test_a_tool_that_takes_a_file_over_is_told_from_another_file(sandbox: Sandbox) -> None:
    """The same file by another loader, or along an entry that is listed twice, is said to be the same."""
    sandbox.write({"wanted.py": ""}, on_path=True)
    sandbox.on_path()
    path = str(sandbox.root / "wanted.py")

    class Loader(importlib.machinery.SourceFileLoader):
        """As a tool has that changes what it loads."""

    def find() -> Any:
        return importlib.util.spec_from_file_location("wanted", path, loader=Loader("wanted", path))

    shadows = loadstone.explain("wanted").module.shadows  # type: ignore[union-attr]
    assert [shadow.same_file for shadow in shadows] == [True]
    assert "The same file again" in str(loadstone.explain("wanted"))
    assert "the path leads there twice" in str(loadstone.explain("wanted"))
    sys.meta_path.insert(0, Finder("wanted", find))
    explanation = loadstone.explain("wanted")
    assert [shadow.same_file for shadow in explanation.module.shadows] == [True, True]  # type: ignore[union-attr]
    assert "with importlib.machinery.SourceFileLoader, in whose place a tool has put its own" in str(
        explanation
    )


@pytest.mark.usefixtures("engine")
@pytest.mark.usefixtures("engine")
def test_parents_are_found_without_being_executed(sandbox: Sandbox) -> None:
    """Each parent has its own search; its search locations are those of its spec, portions included."""
    sandbox.write(
        {
            "one/ns/inner/pkg/__init__.py": "raise SystemExit",
            "one/ns/inner/pkg/sub.py": "raise SystemExit",
            "two/ns/inner/other.py": "",
        }
    )
    sandbox.on_path("one")
    sandbox.on_path("two")
    explanation = loadstone.explain("ns.inner.pkg.sub")
    assert explanation.found
    ns, inner, pkg = explanation.parents
    root = sandbox.root
    assert ns.spec.search_locations == (str(root / "two/ns"), str(root / "one/ns"))  # type: ignore[union-attr]
    assert inner.path == (str(root / "two/ns"), str(root / "one/ns"))
    assert inner.spec.search_locations == (str(root / "two/ns/inner"), str(root / "one/ns/inner"))  # type: ignore[union-attr]
    assert inner.error is None
    assert pkg.spec.origin == str(root / "one/ns/inner/pkg/__init__.py")  # type: ignore[union-attr]
    assert explanation.module.path == (str(root / "one/ns/inner/pkg"),)  # type: ignore[union-attr]
    assert not {"ns", "ns.inner", "ns.inner.pkg"} & sys.modules.keys()
    assert loadstone.explain("ns.inner.other").found


def test_imported_parents_say_where_submodules_are(sandbox: Sandbox) -> None:
    """The `__path__` of a parent that is imported counts, not what its spec said."""
    sandbox.write(
        {"pkg/__init__.py": f"__path__ = [{str(sandbox.root / 'x')!r}]", "x/sub.py": ""}, on_path=True
    )
    assert not loadstone.explain("pkg.sub").found
    loadstone.import_module("pkg")
    explanation = loadstone.explain("pkg.sub")
    assert explanation.found
    assert explanation.module.path == (str(sandbox.root / "x"),)  # type: ignore[union-attr]
    imported = explanation.parents[0].imported
    assert imported is not None
    assert (imported.state, imported.file, imported.agrees) == (
        "imported",
        str(sandbox.root / "pkg/__init__.py"),
        True,
    )


def test_relative_names_are_resolved() -> None:
    """A name with leading dots is resolved against the package, as `find_spec` does it."""
    assert loadstone.explain(".decoder", "json").name == "json.decoder"
    assert loadstone.explain("..client", "http.sub").name == "http.client"
    with pytest.raises(ImportError, match="no package specified for"):
        loadstone.explain(".decoder")
    with pytest.raises(ImportError, match="beyond top-level package"):
        loadstone.explain("...decoder", "json")


def test_what_is_no_name_is_refused() -> None:
    """TypeError for what is no str, ValueError for an empty name."""
    with pytest.raises(TypeError, match="name must be str, not int"):
        loadstone.explain(3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="package must be str or None, not int"):
        loadstone.explain(".x", 3)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="name is empty"):
        loadstone.explain("")


@pytest.mark.parametrize(
    "name", ["a..b", "json.", "nul\0byte", "sur\udc80rogate", "x" * 5000, "ünïcode", "a/b"]
)
def test_names_that_do_not_exist(name: str) -> None:
    """Whatever the name is, it is only not found; text and JSON can be written in ASCII and UTF-8."""
    explanation = loadstone.explain(name)
    assert not explanation.found
    assert explanation.causes
    assert rendered(page_of(explanation), unicode=False).isascii()
    assert str(explanation).encode()
    assert json.loads(as_json(explanation))["found"] is False


def test_a_builtin_and_a_frozen_module() -> None:
    """Modules without a file are found by their finders, and agree with what `sys.modules` has."""
    explanation = loadstone.explain("sys")
    assert explanation.found
    assert explanation.spec is not None
    assert explanation.spec.place == "built-in"
    assert explanation.module is not None
    assert explanation.module.imported is not None
    assert explanation.module.imported.agrees
    assert "sys is imported already: built-in" in str(explanation)
    assert loadstone.explain("__hello__").spec.place == "frozen"  # type: ignore[union-attr]


def test_a_module_from_nowhere(sandbox: Sandbox) -> None:
    """A spec that does not say where the module is from: its loader has to do."""
    sys.meta_path.insert(0, Finder("wanted", lambda: spec_of("wanted")))
    assert "found: by importlib.machinery.BuiltinImporter" in str(loadstone.explain("wanted"))


@pytest.mark.usefixtures("engine")
def test_a_module_in_a_zip_archive(sandbox: Sandbox) -> None:
    """A zip archive is a path entry with a finder of its own."""
    with zipfile.ZipFile(sandbox.root / "lib.zip", "w") as archive:
        archive.writestr("pkg/__init__.py", "")
        archive.writestr("pkg/inner.py", "")
    sandbox.on_path("lib.zip")
    explanation = loadstone.explain("pkg.inner")
    assert explanation.found
    assert explanation.spec.loader == "zipimport.zipimporter"  # type: ignore[union-attr]
    assert path_finder(explanation.parents[0]).entries[0].finder == "zipimport.zipimporter"


class Upper(loadstone.Transform):
    """A transform that changes what it sees, were it executed."""

    names = ("wanted",)

    def transform_source(self, text: Any, spec: Any) -> Any:
        return text.upper()


@pytest.mark.usefixtures("engine")
def test_interceptors_have_what_they_asked_below_them(sandbox: Sandbox) -> None:
    """The finders behind an interceptor hang below it; what it made of their answer is a change."""
    sandbox.write({"wanted.py": "x = 1"}, on_path=True)
    with loadstone.when_imported("wanted", print), Upper().install():
        explanation = loadstone.explain("wanted")
    module = explanation.module
    assert module is not None
    assert module.spec is not None
    outer = next(answer for answer in module.asked if answer.nested)
    inner = next(answer for answer in outer.nested if answer.nested)
    assert outer.finder.endswith(".Upper")
    assert inner.finder.endswith(".ImportCallback")
    assert inner.nested[-1].finder.endswith(".PathFinder")
    plain = inner.nested[-1].spec
    assert plain is not None
    watching, transforming, caching = module.changes
    assert (watching.finder, watching.field) == (inner.finder, "loader")
    assert watching.before == plain.loader
    assert watching.after == f"loadstone.framework.imported._CallingLoader around {plain.loader}"
    assert (transforming.finder, transforming.field) == (outer.finder, "loader")
    assert transforming.after == module.spec.loader
    assert (caching.finder, caching.field, caching.before) == (outer.finder, "cached", plain.cached)
    assert not module.shadows, "the same answer is not told twice"
    assert "Interceptors changed" in str(explanation)


def test_an_interceptor_that_changes_nothing_or_hides_the_module(sandbox: Sandbox) -> None:
    """No change is told where there is none; an answer that is withheld is one, and another of its kind."""
    sandbox.write({"wanted.py": ""}, on_path=True)

    class Watcher(loadstone.Interceptor):
        pass

    class Hider(loadstone.Finder):
        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            self.rest(fullname, path, target)

    class Replacer(loadstone.Interceptor):
        def intercept(self, spec: Any) -> Any:
            spec.loader = importlib.machinery.SourceFileLoader(spec.name, spec.origin)
            return spec

    with Watcher().install():
        assert loadstone.explain("wanted").module.changes == ()  # type: ignore[union-attr]
    with Replacer().install():
        explanation = loadstone.explain("wanted")
    (change,) = explanation.module.changes  # type: ignore[union-attr]
    assert change.field == "loader"
    assert change.before == change.after
    assert "another importlib.machinery.SourceFileLoader" in str(explanation)
    with Hider().install(first=True):
        module = loadstone.explain("wanted").module
        assert module is not None
        (change,) = module.changes
        assert (change.field, change.after) == ("spec", None)
        assert change.before.origin == str(sandbox.root / "wanted.py")
        assert "None" in str(loadstone.explain("wanted"))
    sys.modules.pop("wanted", None)


@pytest.mark.usefixtures("engine")
def test_the_arguments_of_finders_are_those_of_an_import(sandbox: Sandbox) -> None:
    """A finder sees the path object of the parent, as in an import, and no target."""
    sandbox.write({"pkg/__init__.py": ""}, on_path=True)
    finder = Finder("pkg.sub", None)
    sys.meta_path.insert(0, finder)
    package = loadstone.import_module("pkg")
    finder.asked.clear()
    loadstone.explain("pkg.sub")
    assert finder.asked == [("pkg", None, None), ("pkg.sub", package.__path__, None)]
    assert finder.asked[1][1] is package.__path__


def test_a_finder_that_raises_is_noted_and_the_others_are_asked(sandbox: Sandbox) -> None:
    """The exception ends the search, as in an import; what the finders behind would have found is told."""
    sandbox.write({"wanted.py": ""}, on_path=True)
    sys.meta_path.append(Finder("wanted", OSError("later")))
    for error in ValueError("broken\nfinder"), SystemExit(3), GeneratorExit():
        finder = Finder("wanted", error)
        sys.meta_path.insert(0, finder)
        explanation = loadstone.explain("wanted")
        sys.meta_path.remove(finder)
        module = explanation.module
        assert module is not None
        assert not explanation.found
        assert module.asked[0].error is not None
        assert module.asked[0].error.startswith(type(error).__name__)
        assert module.error == module.asked[0].error
        assert "\n" not in module.error
        assert path_finder(module).later
        assert path_finder(module).spec is not None
        assert module.asked[-1].error == "OSError: later"
        assert explanation.causes[0].code == "LS211"
    assert f"ended with {module.error}" in str(explanation)


@pytest.mark.usefixtures("engine")
def test_path_hooks_and_path_entry_finders_that_raise(sandbox: Sandbox) -> None:
    """What a path hook or a path entry finder raises is noted at its entry; later entries are asked."""
    sandbox.write({"wanted.py": ""}, on_path=True)

    class Broken:
        def find_spec(self, name: str, target: Any = None) -> Any:
            raise RuntimeError("cannot tell")

    def hook(entry: str) -> Any:
        if entry == "broken:hook":
            raise ZeroDivisionError("hook")
        if entry != "broken:finder":
            raise ImportError("not mine")
        return Broken()

    sys.path_hooks.insert(0, hook)
    for entry, error in (
        ("broken:hook", "ZeroDivisionError: hook"),
        ("broken:finder", "RuntimeError: cannot tell"),
    ):
        sys.path.insert(0, entry)
        explanation = loadstone.explain("wanted")
        sys.path.remove(entry)
        assert explanation.module is not None
        answer = path_finder(explanation.module)
        assert answer.error == error
        assert (answer.entries[0].entry, answer.entries[0].error) == (entry, error)
        assert answer.entries[1].spec is not None
        assert f"at {entry}: {error}" in explanation.causes[0].evidence
        assert error in str(explanation)


def test_finders_of_other_kinds(sandbox: Sandbox) -> None:
    """Without `find_spec`, with an unusable path, or with an answer that is no spec: all is told."""

    class Nothing:
        pass

    class Odd:
        name = property(lambda self: 1 / 0)

        @property
        def submodule_search_locations(self) -> Any:
            return self

        def __iter__(self) -> Any:
            raise KeyError("parent")

        def __repr__(self) -> str:
            raise ValueError

    class Final(importlib.machinery.PathFinder):
        def __init_subclass__(cls) -> None:
            raise TypeError("no subclasses, please")

    class Careless(importlib.machinery.PathFinder):
        @classmethod
        def find_spec(cls, name: str, path: Any = None, target: Any = None) -> Any:
            return None

    sys.meta_path[:] = [Final, Careless, Finder("wanted", lambda: spec_of("wanted", Odd()))]  # type: ignore[arg-type]
    if sys.version_info >= (3, 12):
        sys.meta_path.insert(0, Nothing())
    explanation = loadstone.explain("wanted")
    module = explanation.module
    assert module is not None
    assert module.spec is not None
    assert module.spec.origin is not None
    assert module.spec.origin.endswith("whose repr raises ValueError>")
    if sys.version_info >= (3, 12):
        assert module.asked[0].error == "has no find_spec()"
    sys.meta_path[:] = [Finder("wanted", Odd), Finder("other", None)]
    spec = loadstone.explain("wanted").spec
    assert spec is not None
    assert (spec.name, spec.search_locations, spec.loader) == ("None", (), None)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="Python 3.12 asks them no more")
def test_finders_of_old(sandbox: Sandbox) -> None:
    """Finders with `find_module`, path entry finders with `find_loader`: they are asked, and noted."""

    class Old:
        def find_module(self, name: str, path: Any = None) -> Any:
            return importlib.machinery.BuiltinImporter if name == "wanted" else None

    class OldEntry:
        def find_loader(self, name: str) -> Any:
            if name == "elsewhere":
                return importlib.machinery.BuiltinImporter, []
            return None, ["here"] if name == "portion" else []

    def hook(entry: str) -> Any:
        if entry != "old:":
            raise ImportError
        return OldEntry()

    old = Old()
    sys.meta_path.insert(0, old)
    with pytest.warns(ImportWarning, match="Old.find_spec.. not found"):
        explanation = loadstone.explain("wanted")
    sys.meta_path.remove(old)
    assert explanation.module is not None
    assert explanation.module.asked[0].spec is not None
    sys.path_hooks.insert(0, hook)
    sys.path.insert(0, "old:")
    for name, has in ("elsewhere", True), ("portion", True), ("nothing", False):
        with pytest.warns(ImportWarning, match="OldEntry.find_spec.. not found"):
            module = loadstone.explain(name).module
        assert module is not None
        assert (path_finder(module).entries[0].spec is not None) is has


def test_a_finder_that_relies_on_the_parent_being_imported(sandbox: Sandbox) -> None:
    """An import has the parent in `sys.modules`; a finder that misses it there is not to blame."""
    sandbox.write({"pkg/__init__.py": "", "pkg/sub.py": ""}, on_path=True)

    class Reliant:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if name == "pkg.sub":
                sys.modules["pkg"]
            if name == "pkg.broken":
                raise KeyError("something else")

    class ReliantPathFinder(importlib.machinery.PathFinder):
        @classmethod
        def find_spec(cls, name: str, path: Any = None, target: Any = None) -> Any:
            return Reliant().find_spec(name)

    sys.meta_path[:0] = [Reliant(), ReliantPathFinder]  # type: ignore[list-item]
    explanation = loadstone.explain("pkg.sub")
    assert explanation.found
    assert explanation.module is not None
    for answer in explanation.module.asked[:2]:
        assert answer.error == "can only be asked once 'pkg' is imported"
    assert loadstone.explain("pkg.broken").module.error == "KeyError: 'something else'"  # type: ignore[union-attr]


def test_nested_searches_for_other_modules_do_not_count(sandbox: Sandbox) -> None:
    """A finder that looks for other modules meanwhile has those searches below it; however deep they go."""

    class Curious:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            return loadstone.find_spec("antigravity") if name == "wanted" else None

    class Endless:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            return loadstone.find_spec(name) if name == "endless" else None

    sys.meta_path.insert(0, Curious())
    module = loadstone.explain("wanted").module
    assert module is not None
    assert {nested.name for nested in module.asked[0].nested} == {"antigravity"}
    assert module.changes == ()
    sys.meta_path.insert(0, Endless())
    module = loadstone.explain("endless").module
    assert module is not None
    assert module.error is not None
    assert module.error.startswith("RecursionError")
    assert json.loads(as_json(module))


def test_an_explanation_within_an_explanation(sandbox: Sandbox) -> None:
    """A finder may ask for an explanation itself: neither search sees the other."""
    inner: list[Any] = []

    class Asker:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
            if name == "wanted":
                inner.append(loadstone.explain("antigravity"))

    sys.meta_path.insert(0, Asker())
    outer = loadstone.explain("wanted").module
    assert outer is not None
    assert inner[0].found
    assert outer.asked[0].nested == ()
    assert len(outer.asked) == len(inner[0].module.asked) == len(sys.meta_path)
    assert not observers


def test_threads_explain_at_the_same_time(sandbox: Sandbox) -> None:
    """Explanations in many threads are each of their own search."""
    names = [f"wanted_{number}" for number in range(8)]
    sandbox.write({f"{name}.py": "" for name in names}, on_path=True)
    results: dict[str, Any] = {}

    def run(name: str) -> None:
        for _ in range(20):
            results[name] = loadstone.explain(name)

    threads = [threading.Thread(target=run, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in names:
        assert results[name].spec.origin == str(sandbox.root / f"{name}.py")
        assert {answer.name for answer in results[name].module.asked} == {name}
    assert not observers


def test_no_chain_at_all(sandbox: Sandbox) -> None:
    """Without finders nothing is found; without `sys.meta_path`, the search says what an import says."""
    sys.meta_path[:] = []
    with pytest.warns(ImportWarning, match="sys.meta_path is empty"):
        assert not loadstone.explain("wanted").found
    chain = sys.meta_path
    sys.meta_path = None  # type: ignore[assignment]
    try:
        explanation = loadstone.explain("wanted")
    finally:
        sys.meta_path = chain
    assert explanation.module is not None
    assert explanation.module.error is not None
    assert "sys.meta_path is None" in explanation.module.error
    assert "sys.meta_path is None" in explanation.causes[0].evidence


def test_load_imports_the_parents_and_the_module(sandbox: Sandbox) -> None:
    """With `load` each parent is imported before the next search, whose path is what it made of it."""
    sandbox.write(
        {"pkg/__init__.py": f"__path__ = [{str(sandbox.root / 'x')!r}]", "x/sub.py": "y = 1"}, on_path=True
    )
    explanation = loadstone.explain("pkg.sub", load=True)
    assert explanation.found
    assert explanation.module is not None
    assert explanation.module.loading is not None
    assert explanation.module.loading.error is None
    assert explanation.module.loading.seconds > 0
    assert explanation.module.imported is None, "it was not, before"
    assert sys.modules["pkg.sub"].y == 1
    assert "loading pkg.sub: imported  " in str(explanation)


def test_load_tells_of_exceptions(sandbox: Sandbox) -> None:
    """What executing raises is in the explanation: type, message, file and line; a parent's ends it."""
    sandbox.write(
        {
            "broken.py": "# first\n\nraise OSError('no disk')",
            "leaves.py": "import sys; sys.exit('bye')",
            "lacks.py": "import no_such_module",
            "typo.py": "\n\ndef :\n",
            "mute.py": "class Mute(Exception):\n  def __str__(self): return 1 / 0\nraise Mute",
            "pkg/__init__.py": "1 / 0",
            "pkg/sub.py": "",
        },
        on_path=True,
    )
    explanation = loadstone.explain("broken", load=True)
    assert not explanation.found
    loading = explanation.module.loading  # type: ignore[union-attr]
    assert loading is not None
    assert loading.error == "OSError: no disk"
    assert (loading.file, loading.line) == (str(sandbox.root / "broken.py"), 3)
    (cause,) = explanation.causes
    assert cause.code == "LS220"
    assert cause.evidence == f"broken: OSError: no disk in {loading.file}, line 3"
    assert "found, but fails: OSError: no disk" in str(explanation)
    assert loadstone.explain("leaves", load=True).module.loading.error == "SystemExit: bye"  # type: ignore[union-attr]
    explanation = loadstone.explain("mute", load=True)
    assert explanation.module.loading.error == "Mute: (no message: its str raises)"  # type: ignore[union-attr]
    loading = loadstone.explain("typo", load=True).module.loading  # type: ignore[union-attr]
    assert loading is not None
    assert (loading.file, loading.line) == (str(sandbox.root / "typo.py"), 2)
    (cause,) = loadstone.explain("lacks", load=True).causes
    assert cause.code == "LS225"
    assert cause.evidence.splitlines() == [
        "no finder knows 'no_such_module', and nothing here tells of a distribution that has it",
        f"lacks asks for no_such_module: {sandbox.root}/lacks.py, line 1: import no_such_module",
    ]
    explanation = loadstone.explain("pkg.sub", load=True)
    assert explanation.module is None
    assert explanation.parents[0].loading.error == "ZeroDivisionError: division by zero"  # type: ignore[union-attr]
    assert "not found: pkg.sub: its parent pkg is found, but fails: ZeroDivisionError" in str(explanation)


def test_what_sys_modules_has_without_a_parent() -> None:
    """A module that is in `sys.modules` is what an import gets, whatever its parents are."""
    module = sys.modules["json.tool_"] = types.ModuleType("json.tool_")
    sys.modules["colorsys.sub"] = types.ModuleType("colorsys.sub")
    try:
        explanation = loadstone.explain("json.tool_")
        assert explanation.found
        assert explanation.spec is None
        assert ": in sys.modules" in str(explanation)
        explanation = loadstone.explain("os.path")
        assert explanation.found
        assert explanation.causes == ()
        assert f"it is the module {os.path.__name__}, under another name" in str(explanation)
        explanation = loadstone.explain("colorsys.sub")
        assert explanation.found
        assert explanation.module is not None
        assert explanation.module.asked == ()
    finally:
        del sys.modules["json.tool_"], sys.modules["colorsys.sub"], module


def test_a_lazy_module_stays_lazy(sandbox: Sandbox) -> None:
    """A lazy parent is not executed to learn where its submodules are."""
    sandbox.write({"idle/__init__.py": "raise SystemExit", "idle/sub.py": ""}, on_path=True)
    with loadstone.lazy("idle"):
        loadstone.import_module("idle")
        assert loadstone.explain("idle.sub").found


def test_parents_of_other_kinds(sandbox: Sandbox) -> None:
    """What is in `sys.modules` need not be a module: its `__path__` counts, its class's too, as for six."""

    class Moves(types.ModuleType):
        __path__: list[str] = []  # noqa: RUF012

    class Hostile:
        def __getattr__(self, name: str) -> Any:
            raise RuntimeError(name)

    sys.modules["moves"] = Moves("moves")
    sys.modules["hostile"] = Hostile()  # type: ignore[assignment]
    explanation = loadstone.explain("moves.sub")
    assert explanation.module is not None
    assert explanation.module.path == ()
    odd = sys.modules["odd"] = types.ModuleType("odd")
    odd.__path__ = 3  # type: ignore[assignment]
    explanation = loadstone.explain("odd.sub")
    assert explanation.module is not None
    assert explanation.module.path == ("3",)
    assert explanation.module.error == "TypeError: 'int' object is not iterable"
    assert loadstone.explain("hostile.sub").module is None


def test_interrupted_while_a_finder_hangs(sandbox: Sandbox) -> None:
    """KeyboardInterrupt passes through, with what was asked so far and the finder that hangs."""

    class Hanging(loadstone.Interceptor):
        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            if fullname == "wanted":
                return self.rest(fullname, path, target)
            return None

    class Stuck:
        def find_spec(self, name: str, target: Any = None) -> Any:
            raise KeyboardInterrupt

    def hook(entry: str) -> Any:
        if entry != "stuck:":
            raise ImportError
        return Stuck()

    sys.path_hooks.insert(0, hook)
    sys.path.insert(0, "stuck:")
    with Hanging().install(first=True), pytest.raises(KeyboardInterrupt) as caught:
        loadstone.explain("wanted")
    explanation = caught.value.explanation  # type: ignore[attr-defined]
    assert explanation.interrupted == "importlib.machinery.PathFinder, at stuck:"
    assert not explanation.found
    assert not explanation.module.asked[0].finished
    assert "had not answered" in str(explanation)
    assert "interrupted while it was with importlib.machinery.PathFinder, at stuck:" in str(explanation)
    assert not observers


def test_interrupted_while_causes_are_looked_for(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found is there, also if the interrupt comes when the search is over."""

    class Slow:
        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None: ...

        def iter_modules(self, prefix: str = "") -> Any:
            raise KeyboardInterrupt

    sys.meta_path.append(Slow())
    with pytest.raises(KeyboardInterrupt) as caught:
        loadstone.explain("wanted")
    assert caught.value.explanation.interrupted == "the causes for wanted"  # type: ignore[attr-defined]


def test_interrupted_where_an_import_would_not_ask(sandbox: Sandbox) -> None:
    """Later finders and path entries can be interrupted too, and so can the loading of the module."""
    sandbox.write({"wanted.py": "raise KeyboardInterrupt"}, on_path=True)
    last = Finder("wanted", KeyboardInterrupt())
    sys.meta_path.append(last)
    with pytest.raises(KeyboardInterrupt) as caught:
        loadstone.explain("wanted")
    assert caught.value.explanation.interrupted == called(last)  # type: ignore[attr-defined]
    sys.meta_path.remove(last)
    with pytest.raises(KeyboardInterrupt) as caught:
        loadstone.explain("wanted", load=True)
    assert caught.value.explanation.interrupted == "the import of wanted"  # type: ignore[attr-defined]


# The command line


def test_the_command_says_what_it_found(sandbox: Sandbox) -> None:
    """Status 0 for a module that is found, 1 for one that is not, 2 for what is no name."""
    sandbox.write({"wanted.py": "raise SystemExit"})
    result = sandbox.python("-m", "loadstone", "explain", "wanted")
    assert (result.returncode, result.stderr) == (0, "")
    assert f"found: {sandbox.root}/wanted.py" in result.stdout
    assert f"sys.path[0] is the working directory, as for python -m: {sandbox.root}" in result.stdout
    result = sandbox.python("-m", "loadstone", "explain", "wantet")
    assert result.returncode == 1
    assert "LS203" in result.stdout
    for wrong in ".wanted", "":
        result = sandbox.python("-m", "loadstone", "explain", wrong)
        assert result.returncode == 2
        assert result.stderr.startswith("loadstone: ")


def test_the_command_is_not_led_astray_by_what_it_explains(sandbox: Sandbox) -> None:
    """Files that hide the standard library from other programs are found, and are not executed."""
    names = [
        "random",
        "tempfile",
        "csv",
        "json",
        "email",
        "zipfile",
        "difflib",
        "traceback",
        "string",
    ]
    sandbox.write({f"{name}.py": f"print('executed {name}')" for name in names})
    for name in names:
        result = sandbox.python("-m", "loadstone", "explain", name)
        assert (result.returncode, result.stderr) == (0, "")
        assert f"found: {sandbox.root}/{name}.py" in result.stdout
        assert "LS204" in result.stdout
        assert f"executed {name}" not in result.stdout
        assert "imported already" not in result.stdout, "by the command, that is"
    result = sandbox.python("-m", "loadstone", "explain", "no_such_module")
    assert (result.returncode, result.stderr) == (1, "")


def test_the_command_finds_what_no_finder_has(sandbox: Sandbox) -> None:
    """Where no finder has a module, what the interpreter starts with counts."""
    result = sandbox.python("-m", "loadstone", "explain", "os.path")
    assert result.returncode == 0
    assert "it is the module" in result.stdout


@pytest.mark.usefixtures("unmeasured")
def test_the_command_executes_modules_as_a_program_would(sandbox: Sandbox) -> None:
    """With ``--load``, what the command itself has imported is not there for the module, nor in its way."""
    sandbox.write(
        {
            "lacks.py": "import importlib\nimportlib.util\n",
            "argparse.py": "own = 1\nimport typing\n",
            "pkg/__init__.py": "import argparse, sys\nargparse.own = 2\nassert 'attrs' not in sys.modules\n",
            "pkg/sub.py": "import argparse\nassert argparse.own == 2\n",
            "email/__init__.py": "",
            "email/letter.py": "import contextlib\n",
        }
    )

    def explained(name: str) -> str:
        return sandbox.python("-m", "loadstone", "explain", "--load", name).stdout

    lacks = "AttributeError: module 'importlib' has no attribute 'util'"
    assert f"found, but fails: {lacks}" in explained("lacks")
    for name in ("argparse", "pkg.sub", "email.letter"):
        assert f"found: {sandbox.root}/{name.replace('.', '/')}.py" in explained(name)
        assert "imported without an error" in explained(name)
    assert "executed again" in explained("os")


def test_the_command_in_process(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--json` is the records; `--load` keeps what the module prints out of them."""
    sandbox.write({"chatty.py": "print('hello')", "stops.py": "raise KeyboardInterrupt"})
    monkeypatch.chdir(sandbox.root)
    assert main(["explain", "--json", "--load", "chatty"]) == 0
    output = capsys.readouterr()
    assert output.err == "hello\n"
    record = json.loads(output.out)
    assert record["module"]["spec"]["origin"] == str(sandbox.root / "chatty.py")
    assert record["module"]["loading"]["error"] is None
    assert main(["explain", "--load", "chatty"]) == 0
    output = capsys.readouterr()
    assert "chatty was imported before: it is not executed again" in output.out
    assert output.err == ""
    assert main(["explain", ".chatty"]) == 2
    assert main(["explain", "--load", "stops"]) == 130
    output = capsys.readouterr()
    assert "interrupted while it was with the import of stops" in output.out
    assert "interrupted" in output.err


def test_the_command_where_the_working_directory_is_not_on_the_path(sandbox: Sandbox) -> None:
    """Isolated, Python does not look into the working directory; neither does the command."""
    sandbox.write({"wanted.py": ""})
    result = sandbox.python("-I", "-m", "loadstone", "explain", "wanted")
    assert result.returncode == 1
    assert "does not have the working directory" in result.stdout


def test_the_command_in_a_directory_that_is_gone(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a working directory the path is left as it is."""
    (sandbox.root / "gone").mkdir()
    os.chdir(sandbox.root / "gone")
    (sandbox.root / "gone").rmdir()
    assert main(["explain", "sys"]) == 0
    assert "the working directory does not exist any more" in capsys.readouterr().out


@pytest.mark.skipif(not HAS_LAZY_IMPORTS, reason="lazy imports are new in Python 3.15")
def test_a_lazy_import_that_is_pending(sandbox: Sandbox) -> None:
    """Module and parents are told to be put off, with the places where that stands; nothing is resolved."""
    sandbox.write(
        {
            "user.py": "lazy import wanted.sub as sub\nlazy from wanted import other, sub as again\n",
            "wanted/__init__.py": "raise SystemError",
            "wanted/sub.py": "",
            "wanted/other.py": "",
        },
        on_path=True,
    )
    assert loadstone.explain("wanted.sub").module.pending is None  # type: ignore[union-attr]
    loadstone.import_module("user")
    explanation = loadstone.explain("wanted.sub")
    (parent,) = explanation.parents
    assert explanation.found
    assert explanation.module is not None
    assert explanation.module.pending == ("user.sub", "user.again")
    assert parent.pending == ("user.sub", "user.other", "user.again")
    said = "wanted.sub is put off by a lazy import until its first use"
    assert f"{said}: user.sub, user.again\n" in str(explanation)
    assert json.loads(as_json(explanation))["module"]["pending"] == ["user.sub", "user.again"]
    assert not {"wanted", "wanted.sub"} & sys.modules.keys()
    assert {"wanted", "wanted.sub"} <= sys.lazy_modules  # type: ignore[attr-defined,unused-ignore]
    del sys.modules["user"]
    explanation = loadstone.explain("wanted.sub")
    assert explanation.module.pending == ()  # type: ignore[union-attr]
    assert f"{said}\n" in str(explanation)
    sandbox.write({"wanted/__init__.py": ""})
    loadstone.import_module("wanted.sub")
    assert loadstone.explain("wanted.sub").module.pending is None  # type: ignore[union-attr]


OWN_LAZY_IMPORTS = """
import sys
import loadstone.report.explain.inquiry
print(*sorted(name for name in getattr(sys, "lazy_modules", ()) if name not in sys.modules))
"""


def test_what_the_program_puts_off_is_told_after_loading(sandbox: Sandbox) -> None:
    """A module is put off by its parent where that is loaded for the explanation, on Pythons that can."""
    lazily = "lazy from . import sub" if HAS_LAZY_IMPORTS else ""
    sandbox.write({"holds/__init__.py": lazily, "holds/sub.py": ""}, on_path=True)
    result = sandbox.python("-m", "loadstone", "explain", "--load", "holds.sub")
    assert result.returncode == 0
    said = "holds.sub is put off by a lazy import until its first use: holds.sub\n" in result.stdout
    assert said is HAS_LAZY_IMPORTS
    own = sandbox.python("-c", OWN_LAZY_IMPORTS).stdout.split()
    assert bool(own) is HAS_LAZY_IMPORTS, "the command itself runs with modules that put some off"
    for name in own[:1]:
        assert "put off" not in sandbox.python("-m", "loadstone", "explain", name).stdout


def test_the_command_can_be_interrupted(sandbox: Sandbox) -> None:
    """Ctrl-C while a finder hangs: what was asked is shown, and the finder; status 130."""
    sandbox.write(
        {
            "hang.py": """
            import signal, sys, time
            signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
            class Hanging:
                def find_spec(self, name, path=None, target=None):
                    if name == "wanted":
                        print("hanging", file=sys.stderr, flush=True)
                        for _ in range(12000):  # a signal just before a sleep would not end that
                            time.sleep(0.05)
            sys.meta_path.append(Hanging())
            from loadstone.__main__ import main
            sys.exit(main(["explain", "wanted"]))
            """
        }
    )
    process = subprocess.Popen(
        [sys.executable, "hang.py"],
        cwd=sandbox.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "hanging\n"
    process.send_signal(signal.SIGINT)
    try:
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert errors == "loadstone: interrupted\n"
    assert "interrupted while it was with __main__.Hanging" in output
    assert re.search(r"PathFinder: no", output)


def test_the_command_is_cheap_to_add(sandbox: Sandbox) -> None:
    """Adding the command to the parser imports neither attrs nor the report."""
    code = (
        "import sys, loadstone.report.explain.command; print('attrs' in sys.modules, 'attr' in sys.modules)"
    )
    assert sandbox.python("-c", code).stdout == "False False\n"


def test_times_are_shown_in_units_of_their_own(sandbox: Sandbox) -> None:
    """Times of microseconds, milliseconds and seconds are told apart."""

    class Slow:
        def __init__(self, seconds: float) -> None:
            self.seconds = seconds

        def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
            time.sleep(self.seconds)

    sys.meta_path[:0] = [Slow(0.002), Slow(1.0)]
    text = loadstone.explain("wanted").text(verbose=True)
    assert re.search(r"Slow: no  \d+\.\d ms", text)
    assert re.search(r"Slow: no  \d\.\d\d s", text)
    assert re.search(r"(Builtin|Frozen)Importer: no  \d+ µs", text)


def test_reprs_are_short() -> None:
    """The repr of an explanation says what it is of, and fits a line."""
    assert repr(loadstone.explain("sys")) == "<Explanation of 'sys': found>"
    assert repr(loadstone.explain("no_such")) == "<Explanation of 'no_such': not found>"
