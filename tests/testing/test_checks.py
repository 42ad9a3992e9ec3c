"""The checks of the kit, beyond the one fault each: what else they catch, and what they do not apply to."""

from __future__ import annotations

import importlib
import sys
import zipimport
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    BuiltinImporter,
    ExtensionFileLoader,
    FileFinder,
    ModuleSpec,
    PathFinder,
    SourceFileLoader,
)
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

import loadstone
from loadstone import testing
from loadstone.testing import processes

if TYPE_CHECKING:
    from ..conftest import Sandbox

IN_PROCESS = ("LS3", "LS4", "LS5", "LS6", "LS7", "LS807", "LS9")


def codes(kind: testing.check.Kind) -> list[str]:
    return [check.code for check in testing.checks(kind) if check.code.startswith(IN_PROCESS)]


def statuses(report: testing.Report) -> dict[str, str]:
    return {outcome.code: outcome.status for outcome in report.outcomes}


def model(base: str = "Model", **methods: Any) -> Any:
    """An importer like the model, with methods of its own; those named loader_… are its loader's."""
    module: Any = importlib.import_module("model" if base == "Model" else "loading_faults")
    own = {name.removeprefix("loader_"): value for name, value in methods.items() if "loader_" in name}
    kind = type("OwnLoader", (module.ModelLoader,), own)
    rest = {name: value for name, value in methods.items() if "loader_" not in name}
    if own:
        rest["make_loader"] = lambda self: kind(self.files)
    return type("Own", (getattr(module, base),), rest)()


def failure(finder: Any, code: str, **arguments: Any) -> str:
    """What the check says of a finder like the model."""
    module: Any = importlib.import_module("model")
    arguments = {"add": finder.add, "misses": module.MISSES, **arguments}
    report = testing.check_finder(finder, arguments.pop("finds", module.FINDS), only=[code], **arguments)
    (outcome,) = report.failures
    return outcome.message


def executing(work: Any) -> Any:
    """An exec_module that does something more afterwards."""

    def exec_module(self: Any, module: Any) -> None:
        importlib.import_module("model").ModelLoader.exec_module(self, module)
        work(module)

    return exec_module


@pytest.mark.parametrize("where", ["path", "hook", "zip", "tree", "loader"])
def test_standard_importers_keep_all_promises(where: str, sandbox: Sandbox, importers: Path) -> None:
    """The standard library's importers and loadstone's, over files, pass every check that applies."""
    files = importlib.import_module("model").FILES
    names, misses = importlib.import_module("model").FINDS, ["kitnone"]
    root = sandbox.write(files)

    def add(path: str, text: str) -> None:
        sandbox.write({path: text})

    if where == "path":
        sandbox.on_path()
        report = testing.check_finder(PathFinder, names, misses, add=add, only=codes("finder"))
    elif where == "tree":
        tree = loadstone.TreeFinder(root)
        report = testing.check_finder(tree, names, misses, add=add, only=codes("finder"))
    elif where == "loader":
        loader = SourceFileLoader("kitpkg", str(root / "kitpkg" / "__init__.py"))
        report = testing.check_loader(loader, "kitpkg", only=codes("loader"))
    else:
        details: Any = (ExtensionFileLoader, EXTENSION_SUFFIXES), (SourceFileLoader, SOURCE_SUFFIXES)
        hook: Any = FileFinder.path_hook(*details)
        entry = str(root)
        if where == "zip":
            import zipfile

            hook, entry = zipimport.zipimporter, str(root / "all.zip")
            with zipfile.ZipFile(entry, "w") as archive:
                for name, text in files.items():
                    archive.writestr(name, text)
        only = codes("path hook")
        report = testing.check_path_hook(
            hook, entry, names, misses, add=None if where == "zip" else add, only=only
        )
    # What they do not keep, and why, stands with the same in test_faults.py.
    known = {"hook": ["LS903"], "zip": ["LS313"]}.get(where, [])
    assert [outcome.code for outcome in report.failures] == known, str(report)
    assert "skipped" not in statuses(report).values()


def test_what_does_not_apply() -> None:
    """An importer without source, files, packages and data is not blamed for that."""
    report = testing.check_finder(BuiltinImporter, ["_symtable"], ["kitnone"], only=codes("finder"))
    assert report.passed, str(report)
    seen = statuses(report)
    for code in ("LS507", "LS515", "LS609", "LS620", "LS701", "LS704", "LS711", "LS713", "LS716", "LS724"):
        assert seen[code] == "not applicable", code


def test_optional_protocols_are_optional(importers: Path) -> None:
    """A loader that creates and executes modules and says nothing of them is not blamed for that."""
    known = importlib.import_module("model")

    class Bare:
        def __init__(self, finder: Any) -> None:
            self.finder = finder

        def create_module(self, spec: Any) -> None:
            return None

        def exec_module(self, module: Any) -> None:
            exec(self.finder.loader.get_source(module.__name__), vars(module))

    class Finder:
        def __init__(self) -> None:
            self.model = known.Model()

        def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
            spec = self.model.find_spec(fullname, path, target)
            if spec is None or spec.loader is None:
                return None
            bare: Any = Bare(self.model)
            is_package = spec.submodule_search_locations is not None
            return ModuleSpec(fullname, bare, origin="the kit", is_package=is_package)

    finder = Finder()
    report = testing.check_finder(
        finder, known.FINDS, known.MISSES, add=finder.model.add, only=["LS5", "LS6", "LS7", "LS8"]
    )
    assert report.passed, str(report)
    seen = statuses(report)
    for code in ("LS506", "LS516", "LS702", "LS705", "LS710", "LS717", "LS718", "LS801"):
        assert seen[code] == "not applicable", code
    report = testing.check_finder(finder, ["kitone"], add=finder.model.add, only=["LS705", "LS710", "LS718"])
    assert set(statuses(report).values()) == {"not applicable"}
    messages = {outcome.message for outcome in report.outcomes}
    assert messages == {"finds has no package", "the loader has no get_code"}


def test_what_add_cannot_do_is_not_checked(importers: Path) -> None:
    """Where what add() adds is not found, is no package or is no distribution, nothing is blamed for that."""
    finder = model()
    nothing: Any = lambda path, text: None  # noqa: E731
    only = ["LS505", "LS711", "LS718"]
    report = testing.check_finder(finder, ["kitone", "kitpkg"], add=nothing, only=only)
    assert set(statuses(report).values()) == {"not applicable"}
    assert report.outcomes[0].message == "what add() puts there is not found: 'kitpkg.kit505'"
    flat: Any = lambda path, text: finder.add(path.replace("/__init__.py", ".py"), text)  # noqa: E731
    report = testing.check_finder(finder, ["kitone"], add=flat, only=["LS718"])
    assert report.outcomes[0].message == "what is added as __init__.py is no package"
    report = testing.check_finder(finder, ["kitpkg"], only=["LS705", "LS711", "LS721"])
    assert set(statuses(report).values()) == {"not applicable"}


def raises(error: BaseException) -> Any:
    def method(*arguments: Any) -> Any:
        raise error

    return method


def compiled_elsewhere(self: Any, name: str) -> Any:
    return compile(self.get_source(name), f"<{name}>", "exec")


def no_such_key(self: Any, name: str) -> str:
    if name == "loadstone_kit_unknown":
        raise KeyError(name)
    return str(importlib.import_module("model").ModelLoader.get_filename(self, name))


def busy(self: Any, name: str) -> Any:
    if "618" in name:
        raise OSError("busy")
    return importlib.import_module("model").ModelLoader.get_source(self, name)


def replace_module(module: Any) -> None:
    sys.modules[module.__name__] = ModuleType(module.__name__)
    vars(sys.modules[module.__name__]).update(vars(module))


def enter_module(module: Any) -> None:
    sys.modules[module.__name__] = module


def nothing(*arguments: Any) -> None:
    return None


LOADERS: list[tuple[str, dict[str, Any], str]] = [
    ("LS505", {"exec_module": executing(enter_module)}, "is in sys.modules after exec_module"),
    ("LS505", {"exec_module": nothing}, "does not have the name that it defines"),
    ("LS514", {"get_filename": no_such_key}, "raised KeyError: 'loadstone_kit_unknown'"),
    ("LS515", {"get_data": lambda self, path: b""}, "returned bytes b''"),
    ("LS517", {"source_to_code": lambda self, data, path="": data}, "of bytes returned bytes"),
    ("LS517", {"source_to_code": lambda self, data, path="": compile(data, "x", "exec")}, "and used 'x'"),
    ("LS518", {"source_to_code": lambda self, data, path: compile(data, path, "exec")}, "data and path only"),
    ("LS611", {"exec_module": executing(replace_module)}, "made another module"),
    ("LS615", {"get_code": compiled_elsewhere}, "raised an error, and is not in its traceback"),
    ("LS615", {"exec_module": nothing}, "and its import did not"),
    ("LS618", {"get_source": busy}, "importing from 4 threads raised OSError"),
    ("LS717", {"get_code": lambda self, name: compile("result = 1", name, "exec")}, "the spec's name 1"),
    ("LS718", {"get_code": lambda self, name: compile("result = 1", name, "exec")}, "__package__ 1"),
]


@pytest.mark.parametrize(("code", "methods", "message"), LOADERS)
def test_other_faults_of_loaders(code: str, methods: dict[str, Any], message: str, importers: Path) -> None:
    """Each way of breaking a promise about loading is told."""
    methods = {f"loader_{name}": method for name, method in methods.items()}
    assert message in failure(model(**methods), code)


def find_any(self: Any, name: str, path: Any = None, target: Any = None) -> Any:
    if name.endswith("_missing"):
        return self.spec(
            name, importlib.import_module("model").ModelLoader({f"{name.replace('.', '/')}.py": ""})
        )
    return importlib.import_module("model").Model.find_spec(self, name, path, target)


def find_badly(self: Any, name: str, path: Any = None, target: Any = None) -> Any:
    if name.endswith("_missing"):
        raise ModuleNotFoundError("no such thing")
    return importlib.import_module("model").Model.find_spec(self, name, path, target)


def list_shallow(self: Any, package: str = "") -> Any:
    return (
        [] if package == "kitpkg.sub" else importlib.import_module("model").Model.list_modules(self, package)
    )


def no_match(self: Any, context: Any) -> Any:
    found = importlib.import_module("model").Model.find_distributions(self)
    return [] if getattr(context, "name", None) else found


FINDERS: list[tuple[str, dict[str, Any], str]] = [
    ("LS610", {"find_spec": find_any}, "'kitpkg.loadstone_kit_missing' was imported"),
    ("LS610", {"find_spec": find_badly}, "raised an error with the name None"),
    ("LS711", {"find_distributions": no_match}, "is not found by its name"),
    ("LS716", {"list_modules": list_shallow}, "reached 'kitpkg.sub', and not 'kitpkg.sub.deep' in it"),
]


@pytest.mark.parametrize(("code", "methods", "message"), FINDERS)
def test_other_faults_of_finders(code: str, methods: dict[str, Any], message: str, importers: Path) -> None:
    """Each way of breaking a promise about finding and listing is told."""
    assert message in failure(model(**methods), code)


RESOURCES: list[tuple[str, dict[str, Any], str]] = [
    ("LS705", {"is_file": lambda self: False}, "is no file among its resources"),
    ("LS706", {"is_dir": lambda self: False}, "are no folder"),
    ("LS707", {"read_text": lambda self, encoding=None: ""}, "cannot be read"),
    ("LS708", {"is_file": lambda self: True}, "passes for a file or a folder"),
    ("LS708", {"read_bytes": lambda self: b""}, "reading what is not there returned b''"),
    ("LS709", {"name": "kit.dat"}, "has another content or suffix"),
]


@pytest.mark.parametrize(("code", "methods", "message"), RESOURCES)
def test_other_faults_of_resources(code: str, methods: dict[str, Any], message: str, importers: Path) -> None:
    """Each way of breaking a promise about resources is told."""
    kind = type("Kind", (importlib.import_module("loading_faults").OwnData,), methods)
    assert message in failure(model("OwnResources", kind=kind), code)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ({"version": None}, "its version None"),
        (
            {"read_text": lambda self, name: "Name: kitdist\nVersion: 1\n"},
            "has text in a file that is not there",
        ),
        ({"requires": property(raises(KeyError("requires")))}, "requires of 'kitdist' raised KeyError"),
    ],
)
def test_other_faults_of_distributions(text: dict[str, Any], message: str, importers: Path) -> None:
    """Each way of breaking a promise about distributions is told."""
    kind = type("Kind", (importlib.import_module("distributions").ModelDistribution,), text)

    def find(self: Any, context: Any = None) -> Any:
        return [kind(self.files, "kitdist-1.5.dist-info")]

    assert message in failure(model(find_distributions=find), "LS712")


def test_data_that_are_not_the_file_s(importers: Path) -> None:
    """pkgutil must get what is there."""

    def get_data(self: Any, path: str) -> bytes:
        return b"other"

    assert "were read as b'other'" in failure(model(loader_get_data=get_data), "LS710")


def test_bytecode_elsewhere(importers: Path, tmp_path: Path) -> None:
    """What is written into the cache's directory is seen, wherever the spec says that the cache is."""

    def exec_module(self: Any, module: Any) -> None:
        if sys.pycache_prefix is not None:
            Path(sys.pycache_prefix, "other.pyc").write_bytes(b"")
        importlib.import_module("model").ModelLoader.exec_module(self, module)

    assert "importing has written" in failure(model(loader_exec_module=exec_module), "LS723")


@pytest.mark.parametrize(
    ("suffix", "magic", "message"),
    [(".kit", None, "which is that of"), (".py", b"none", "does not begin with the magic number")],
)
def test_caches_of_others(
    suffix: str, magic: bytes | None, message: str, importers: Path, sandbox: Sandbox
) -> None:
    """A cache shared with another suffix, and one that holds something else, are told."""

    class Loader(SourceFileLoader):
        def set_data(self, path: str, data: bytes, **options: Any) -> None:
            super().set_data(path, data if magic is None else magic + data[4:], **options)

    sandbox.write({f"kitfile{suffix}": "value = 1\n"}, on_path=True)
    hook = FileFinder.path_hook((Loader, [suffix]))
    report = testing.check_path_hook(hook, str(sandbox.root), ["kitfile"], only=["LS724"])
    assert message in report.outcomes[0].message


def test_threads_that_execute_twice(importers: Path) -> None:
    """A module that is executed more than once by threads is told."""

    def exec_module(self: Any, module: Any) -> None:
        for _ in range(2):
            importlib.import_module("model").ModelLoader.exec_module(self, module)

    assert "were executed more than once" in failure(model(loader_exec_module=exec_module), "LS618")


def test_relative_imports_that_lead_elsewhere(importers: Path) -> None:
    """A relative import that works, and brings another module, is told."""

    def exec_module(self: Any, module: Any) -> None:
        importlib.import_module("model").ModelLoader.exec_module(self, module)
        if hasattr(module, "far"):
            module.one = module

    assert "than those that its dots lead to" in failure(model(loader_exec_module=exec_module), "LS617")


def test_names_lost_by_lazy_loading(importers: Path) -> None:
    """A module that, loaded lazily, does not get what it defines is told."""

    def exec_module(self: Any, module: Any) -> None:
        if module.__spec__.loader_state is None:
            importlib.import_module("model").ModelLoader.exec_module(self, module)

    assert "was loaded lazily, and has no" in failure(model(loader_exec_module=exec_module), "LS721")


def test_entries_left_in_the_cache_of_finders(importers: Path) -> None:
    """A path entry for each import stays in `sys.path_importer_cache`: that is told."""

    def exec_module(self: Any, module: Any) -> None:
        sys.path_importer_cache[f"<kit {len(sys.path_importer_cache)}>"] = None
        importlib.import_module("model").ModelLoader.exec_module(self, module)

    message = failure(model(loader_exec_module=exec_module), "LS807")
    assert "behind" in message or "path_importer_cache" in message


def test_leaks_are_looked_for_in_small_modules(importers: Path) -> None:
    """Without add, a module of the importer's own is imported again and again; a package is not."""
    assert testing.check_finder(model(), ["kitone", "kitpkg.mod"], only=["LS807"]).passed
    report = testing.check_finder(model(), ["kitpkg"], only=["LS807"])
    assert report.outcomes[0].status == "not applicable"


def test_an_importer_that_no_module_holds_is_pickled(importers: Path) -> None:
    """A child process gets the importer by pickle where there is no reference, if it can be pickled."""
    finder = importlib.import_module("model").Model()
    report = testing.check_finder(finder, ["kitone"], only=["LS801", "LS804"])
    assert set(statuses(report).values()) == {"passed"}
    finder.unpicklable = lambda: None
    report = testing.check_finder(finder, ["kitone"], only=["LS801"])
    assert statuses(report) == {"LS801": "not applicable"}


def test_children_that_end_early_or_never(importers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A child process that ends before its time, that complains, or that hangs is told."""
    finder = importlib.import_module("model").Model()

    def message(reference: str, code: str) -> str:
        return failure(finder, code, reference=reference, finds=["kitone"])

    assert "No module named 'kit_absent'" in message("kit_absent:finder", "LS801")
    assert "RuntimeError: still in use" in message("loading_faults:FailsAtTheEnd()", "LS806")
    assert "exit status 7" in message("troubles:LeavesBehind()", "LS806")
    assert "exit status 7" in message("troubles:LeavesAtOnce()", "LS801")
    monkeypatch.setattr(processes, "_LIMIT", 0.5)
    assert "did not end within 0.5 s" in message("troubles:SleepsAtOnce()", "LS801")
