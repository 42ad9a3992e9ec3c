"""Every check is proven: a faulty importer that it alone catches, and good ones that pass."""

from __future__ import annotations

import importlib
import re
import sys
import zipfile
from importlib import machinery
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipimport import zipimporter

import pytest

import loadstone
from loadstone._core.versions import SETS_CACHED
from loadstone.testing import Report, check_finder, check_path_hook, checks

if TYPE_CHECKING:
    from ..conftest import Sandbox

IMPORTERS = Path(__file__).with_name("importers")
FAULTS = {
    code: file.stem
    for file in sorted(IMPORTERS.glob("*_faults.py"))
    for code in re.findall(r'^@fault\("(LS\d+)"', file.read_text(encoding="utf-8"), re.M)
}


def test_every_check_has_a_fault_that_proves_it() -> None:
    """No check is without a faulty importer."""
    assert sorted(FAULTS) == [check.code for check in checks()]


def report_on(make: Any, kind: str, **options: Any) -> Report:
    """Of an importer like the model, made by `make`."""
    model = importlib.import_module("model")
    thing = make()
    options |= {"add": thing.add, "reference": f"{make.__module__}:{make.__name__}()"}
    if kind == "path hook":
        return check_path_hook(thing, model.ENTRY, model.FINDS, model.MISSES, **options)
    return check_finder(thing, model.FINDS, model.MISSES, **options)


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_caught_by_its_check_alone(code: str, importers: Path) -> None:
    """The faulty importer of a code fails that check, and no other.

    The others are run on one Python only; those in child processes, for the faults that are about processes.
    """
    importlib.import_module(FAULTS[code])
    registry = importlib.import_module("registry")
    kind = registry.KINDS[code]
    only = [code]
    if sys.version_info[:2] == (3, 11):
        in_process = [check.code for check in checks(kind) if not check.code.startswith("LS8")]
        only = [code[:3], *in_process] if code.startswith("LS8") else in_process
    report = report_on(registry.FAULTS[code], kind, only=only)
    if code == "LS607" and not SETS_CACHED:
        assert [outcome.status for outcome in report.outcomes] == ["not applicable"]
        return
    assert [outcome.code for outcome in report.failures] == [code], str(report)


@pytest.mark.parametrize(("name", "kind"), [("Model", "finder"), ("ModelHook", "path hook")])
def test_the_model_passes(name: str, kind: str, importers: Path) -> None:
    """The importers that the faulty ones are made from pass every check that applies to them."""
    report = report_on(getattr(importlib.import_module("model"), name), kind)
    assert report.passed, str(report)
    assert {outcome.status for outcome in report.outcomes} <= {"passed", "not applicable"}, str(report)


ABOUT_FINDING = ("LS3", "LS4", "LS9")

KNOWN = {
    # Names with a slash are paths of files in the archive: import_module("kitpkg/mod") works.
    "zipimporter": ["LS313"],
    # os.stat raises ValueError for them, as every import does while such an entry is on sys.path.
    "FileFinder": ["LS903"],
    "loadstone's FileFinder": ["LS903"],
}
"""What importers of the standard library, and those that do as they do, do not keep."""


def by_name(files: dict[str, str]) -> loadstone.SourceFinder:
    class ByName(loadstone.SourceFinder):
        def get_source(self, fullname: str) -> str | None:
            if "/" in fullname:
                return None
            path = fullname.replace(".", "/")
            return files.get(f"{path}/__init__.py", files.get(f"{path}.py"))

        def is_package(self, fullname: str) -> bool:
            return f"{fullname.replace('.', '/')}/__init__.py" in files

    return ByName()


FROZEN = ["__hello__", "__phello__", "__phello__.spam"]
GOOD = [
    "TreeFinder on a directory",
    "TreeFinder on a zip",
    "TreeFinder on a MemoryTree",
    "SourceFinder",
    "PathFinder",
    "loadstone's PathFinder",
    "FileFinder",
    "loadstone's FileFinder",
    "zipimporter",
    "BuiltinImporter",
    "loadstone's BuiltinImporter",
    "FrozenImporter",
    "loadstone's FrozenImporter",
]


@pytest.mark.parametrize("name", GOOD)
def test_good_importers_find_as_promised(name: str, importers: Path, sandbox: Sandbox) -> None:
    """Loadstone's finders and the standard library's pass every check of finding, but for what is known."""
    model = importlib.import_module("model")
    root = sandbox.write(model.FILES)
    archive = str(root / "all.zip")
    with zipfile.ZipFile(archive, "w") as file:
        for path, text in model.FILES.items():
            file.writestr(path, text)

    def add(path: str, text: str) -> None:
        sandbox.write({path: text})

    theirs: Any = loadstone.machinery if "loadstone" in name else machinery
    details: list[Any] = [
        (machinery.ExtensionFileLoader, machinery.EXTENSION_SUFFIXES),
        (machinery.SourceFileLoader, machinery.SOURCE_SUFFIXES),
        (machinery.SourcelessFileLoader, machinery.BYTECODE_SUFFIXES),
    ]
    kind: Any = name.rpartition(" ")[2]
    if kind in ("FileFinder", "zipimporter"):
        hook = theirs.FileFinder.path_hook(*details) if kind == "FileFinder" else zipimporter
        entry, adding = (str(root), add) if kind == "FileFinder" else (archive, None)
        report = check_path_hook(hook, entry, model.FINDS, ["kitnone"], add=adding, only=ABOUT_FINDING)
    else:
        finds, adding = list(model.FINDS), None
        if name == "SourceFinder":
            files = dict(model.FILES)
            finder, adding = by_name(files), files.__setitem__
        elif name == "TreeFinder on a MemoryTree":
            tree = loadstone.MemoryTree(model.FILES)
            finder, adding = loadstone.TreeFinder(tree), tree.__setitem__
        elif "TreeFinder" in name:
            on_disk = name.endswith("directory")
            finder = loadstone.TreeFinder(root if on_disk else zipfile.Path(archive))
            adding = add if on_disk else None
        else:
            finder = getattr(theirs, kind)
            finds = {"BuiltinImporter": ["_symtable"], "FrozenImporter": FROZEN}.get(kind, finds)
            if kind == "PathFinder":
                sandbox.on_path()
                adding = add
        report = check_finder(finder, finds, ["kitnone"], add=adding, only=ABOUT_FINDING[:2])
    assert [outcome.code for outcome in report.failures] == KNOWN.get(name, []), str(report)
    assert "skipped" not in [outcome.status for outcome in report.outcomes]
