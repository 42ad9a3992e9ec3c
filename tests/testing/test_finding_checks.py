"""The checks of finding, specs and path hooks, beyond the one fault each: what else they catch."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable
from importlib.machinery import BuiltinImporter
from pathlib import Path
from typing import Any

import pytest

from loadstone.testing import Report, check_finder, check_path_hook
from loadstone.testing.outcome import Outcome


def model() -> Any:
    return importlib.import_module("model")


def outcome(report: Report) -> Outcome:
    (only,) = report.outcomes
    return only


Change = Callable[[Any, Any, str, Any, Any], Any]
"""What a finder answers: of the finder, the model's answer, and the arguments."""


def finder(change: Change) -> Any:
    """An importer like the model, which answers otherwise."""

    def find_spec(self: Any, fullname: str, path: Any = None, target: Any = None) -> Any:
        return change(self, model().Model.find_spec(self, fullname, path, target), fullname, path, target)

    return type("Changed", (model().Model,), {"find_spec": find_spec})()


def hook(find: Callable[[Any, str, Any], Any]) -> Any:
    """A path hook like the model, whose path entry finders find by `find`."""
    from loadstone.framework.finder import FinderEntry

    class Entry(FinderEntry):
        def find_spec(self, fullname: str, target: Any = None) -> Any:
            return find(self, fullname, target)

        def known(self, fullname: str) -> Any:
            return super().find_spec(fullname, None)

    return type("Changed", (model().ModelHook,), {"Entry": Entry})()


def raises(self: Any, spec: Any, name: str, path: Any, target: Any) -> Any:
    if threading.current_thread().name.startswith("Thread-") and name == "kitone":
        raise OSError("busy")
    return spec


def claims(self: Any, spec: Any, name: str, path: Any, target: Any) -> Any:
    return spec or self.spec(name, self.loader, is_package=False)


def without(kind: type) -> Change:
    def change(self: Any, spec: Any, name: str, path: Any, target: Any) -> Any:
        return None if isinstance(path, kind) else spec

    return change


def one_location(self: Any, spec: Any, name: str, path: Any, target: Any) -> Any:
    if name == "kitpkg.sub":
        spec.submodule_search_locations = spec.submodule_search_locations[0]
    return spec


def odd_path(self: Any, spec: Any, name: str, path: Any, target: Any) -> Any:
    return None if path is not None and None in list(path) else spec


FINDERS: list[tuple[str, Change, str]] = [
    ("LS306", without(tuple), "'kitpkg.mod' was not found along a tuple as path"),
    ("LS307", odd_path, "with None and 7 on the path, 'kitpkg.mod' was not found"),
    (
        "LS315",
        lambda self, spec, *asked: spec or self.spec(asked[0], self.loader, is_package=False),
        "found 'k",
    ),
    ("LS320", raises, "in 8 threads, 'kitone' raised OSError('busy')"),
    ("LS410", one_location, "the search locations of 'kitpkg.sub' are not several, but "),
]


@pytest.mark.parametrize(("code", "change", "message"), FINDERS)
def test_other_faults_of_finders(code: str, change: Change, message: str, importers: Path) -> None:
    """Each way of breaking a promise about finding is told."""
    report = check_finder(finder(change), model().FINDS, only=[code])
    assert message in outcome(report).message


def test_a_lock_that_is_not_reentrant(importers: Path) -> None:
    """A search within a search that never ends is told after a tenth of the time limit."""
    locks = importlib.import_module("troubles").Locks()
    options: Any = {"only": ["LS321", "LS322"], "time_limit": 10}
    report = check_finder(locks, ["kitone", "kitpkg"], **options)
    messages = [each.message for each in report.outcomes]
    assert messages == ["did not end within 1 s", "the importer still hangs in LS321"]
    report = check_finder("troubles:Locks()", ["kitone", "kitpkg"], **options)
    assert [each.message for each in report.outcomes] == ["did not end within 1 s", ""]
    reentrant = threading.RLock()

    def fine(self: Any, spec: Any, *asked: Any) -> Any:
        with reentrant:
            time.sleep(0)
            return spec

    assert outcome(check_finder(finder(fine), ["kitone", "kitpkg"], only=["LS321"])).status == "passed"


def test_a_search_within_may_come_to_nothing_but_not_to_another_module(importers: Path) -> None:
    """A finder that passes itself by while it searches is fine; one that mixes searches up is not."""
    state = threading.local()

    def guarded(self: Any, spec: Any, *asked: Any) -> Any:
        if getattr(state, "busy", False):
            return None
        state.busy = True
        try:
            time.sleep(0)
            return spec
        finally:
            state.busy = False

    assert outcome(check_finder(finder(guarded), model().FINDS, only=["LS321"])).status == "passed"

    def mixed(self: Any, spec: Any, *asked: Any) -> Any:
        self.last = spec
        time.sleep(0)
        return self.last

    message = outcome(check_finder(finder(mixed), ["kitone", "kitpkg"], only=["LS321"])).message
    assert message.startswith("'kitone' has the origin ")


def test_what_finders_do_not_have_is_not_checked(importers: Path) -> None:
    """A finder that finds nothing, has no packages or cannot be added to is not blamed for that."""
    nothing = finder(lambda self, spec, *asked: None)
    for code in ("LS304", "LS317", "LS401"):
        assert outcome(check_finder(nothing, ["kitone"], only=[code])).message == "no module is found"
    for code in ("LS306", "LS308"):
        report = check_finder(BuiltinImporter, ["_symtable"], only=[code])
        assert outcome(report).message == "finds has no submodules"
    for code in ("LS325", "LS405"):
        assert outcome(check_finder(nothing, ["kitone"], only=[code])).status == "not applicable"
    no_portions = finder(lambda self, spec, name, *rest: None if name == "kit405" else spec)
    report = check_finder(no_portions, ["kitone"], add=no_portions.add, only=["LS405"])
    assert outcome(report).message == "the importer finds no namespace packages"


def test_what_cannot_be_imported_has_a_spec_all_the_same(importers: Path) -> None:
    """Specs are looked at before and after the import; whether that works is another check's."""

    def fails(self: Any, module: Any) -> None:
        raise ImportError("not today")

    thing = model().Model()
    thing.loader = type("Loader", (model().ModelLoader,), {"exec_module": fails})(thing.files)
    for code in ("LS401", "LS404"):
        assert outcome(check_finder(thing, ["kitone"], only=[code])).status == "passed"
    thing = model().Model()
    thing.files["kitone.py"] = "__spec__ = None"
    assert outcome(check_finder(thing, ["kitone"], only=["LS412"])).status == "passed"
    assert outcome(check_finder(thing, ["kitone", "kitabsent"], only=["LS322"])).status == "passed"


def busy(self: Any, name: str, target: Any) -> Any:
    if threading.current_thread().name.startswith("Thread-"):
        raise OSError("busy")
    return self.known(name)


def changes(self: Any, name: str, target: Any) -> Any:
    self.count = getattr(self, "count", 0) + 1
    spec = self.known(name)
    if spec is not None and self.count > 10:
        spec.origin = "<elsewhere>"
    return spec


def stops(self: Any, name: str, target: Any) -> Any:
    self.count = getattr(self, "count", 0) + 1
    return self.known(name) if self.count < 10 else None


HOOKS = [
    ("LS906", changes, "and later as {'origin': '<elsewhere>'"),
    ("LS906", stops, "'kitone' was found by a path entry finder, and not when it was asked again"),
    ("LS911", busy, "raised OSError('busy')"),
]


@pytest.mark.parametrize(("code", "find", "message"), HOOKS)
def test_other_faults_of_path_entry_finders(code: str, find: Any, message: str, importers: Path) -> None:
    """Each way of breaking a promise about path entry finders is told."""
    thing = hook(find)
    report = check_path_hook(thing, model().ENTRY, model().FINDS, add=thing.add, only=[code])
    assert message in outcome(report).message


def test_a_path_entry_finder_that_needs_a_target(importers: Path) -> None:
    """A module that is found with a target only is told."""
    from loadstone.framework.finder import FinderEntry

    class Entry(FinderEntry):
        def find_spec(self, fullname: str, *target: Any) -> Any:
            return super().find_spec(fullname) if target else None

    thing = type("Changed", (model().ModelHook,), {"Entry": Entry})()
    report = check_path_hook(thing, model().ENTRY, ["kitone"], only=["LS904"])
    assert outcome(report).message == "'kitone' is found with a target, and not without"


def test_what_path_hooks_do_not_have_is_not_checked(importers: Path) -> None:
    """A hook without packages, modules at top level, caches or a way to add files is not blamed for that."""

    class Plain:
        def __init__(self, finder: Any) -> None:
            self.find_spec = finder.find_spec

    class Hook:
        def __init__(self) -> None:
            self.inner = model().ModelHook()

        def __call__(self, entry: str) -> Any:
            return Plain(self.inner(entry))

    def message(thing: Any, code: str, finds: list[str], **options: Any) -> str:
        return outcome(check_path_hook(thing, model().ENTRY, finds, only=[code], **options)).message

    thing = Hook()
    assert message(thing, "LS909", ["kitone"]) == "the path entry finder has no invalidate_caches"
    assert message(thing, "LS906", ["kitpkg.mod"]) == "finds has no module at top level"
    assert message(thing, "LS908", ["kitone"]) == "finds has no package"
    assert message(thing, "LS910", ["kitone"]) == "how to add a module is not known: give add="
    nothing: Any = lambda path, text: None  # noqa: E731
    assert message(thing, "LS910", ["kitone"], add=nothing) == "what add() puts there is not found: 'kit910'"
    thing.inner.add("kit910.py", "")
    assert message(thing, "LS910", ["kitone"], add=nothing) == "'kit910' is there already"


def test_search_locations_of_others_are_accepted_by_others(importers: Path, tmp_path: Path) -> None:
    """A package may be continued in a directory, and a submodule be found along entries of other hooks."""
    thing = model().ModelHook()
    thing.files["kitpkg/__init__.py"] = f"__path__.insert(0, {str(tmp_path)!r})\n"
    for code in ("LS301", "LS321"):
        report = check_path_hook(thing, model().ENTRY, ["kitpkg", "kitpkg.mod"], only=[code])
        assert outcome(report).status == "passed", str(report)
