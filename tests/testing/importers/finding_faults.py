"""Importers at fault in finding: each breaks one promise, and is the proof of the check with that code."""

from __future__ import annotations

import importlib.abc
import os
import shutil
import sys
import tempfile
import threading
import time
import warnings
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path, PurePath
from types import ModuleType, SimpleNamespace
from typing import Any

from loading_faults import AfterwardsLoader, Faulty, Incomplete
from model import ENTRY, FINDS, Model, ModelHook, ModelLoader
from registry import fault

from loadstone.framework.finder import FinderEntry


@fault("LS301")
class FindsOneOnly(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return None if fullname == "kitone" else super().find_spec(fullname, path, target)


@fault("LS302")
class FindsTooMuch(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitnone":
            return self.spec(fullname, self.loader, is_package=False)
        return super().find_spec(fullname, path, target)


@fault("LS303")
class ImportsWhatItFinds(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitone":
            sys.modules.setdefault(fullname, ModuleType(fullname))
        return super().find_spec(fullname, path, target)


# How find_spec is called.


@fault("LS304")
class NeedsATarget(Model):
    def find_spec(self, fullname: str, path: Any, target: Any) -> Any:  # type: ignore[override]
        return super().find_spec(fullname, path, target)


@fault("LS305")
class HasOtherArguments(Model):
    def find_spec(self, fullname: str, where: Any = None, module: Any = None) -> Any:
        return super().find_spec(fullname, where, module)


@fault("LS306")
class WantsASequence(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return super().find_spec(fullname, None if path is None else path[:], target)


@fault("LS307")
class WantsStrings(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if any(entry.startswith("<other>") for entry in path or ()):
            return None
        return super().find_spec(fullname, path, target)


@fault("LS308")
class AddsToThePath(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if isinstance(path, list) and len(path) == 1:
            path.append(path[0])
        return super().find_spec(fullname, path, target)


# What finding leaves alone.


@fault("LS309")
class AddsToSysPath(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname in FINDS and "<kit>" not in sys.path:
            sys.path.append("<kit>")
        return super().find_spec(fullname, path, target)


@fault("LS310")
class UnloadsWhatItFinds(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitpkg.sub.deep" and target is None:
            sys.modules.pop(fullname, None)
        return super().find_spec(fullname, path, target)


# Names.


@fault("LS311")
class ForgivesDots(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return super().find_spec(fullname.rstrip("."), path, target)


@fault("LS312")
class EncodesNames(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return super().find_spec(fullname.encode().decode(), path, target)


@fault("LS313")
class TakesPathsForNames(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return super().find_spec(fullname.replace("/", "."), path, target)


@fault("LS314")
class IgnoresCase(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return super().find_spec(fullname.lower(), path, target)


@fault("LS315")
class ClaimsTheUnheardOf(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname.startswith("kit") and len(fullname) == 35 and "." not in fullname:
            return self.spec(fullname, self.loader, is_package=False)
        return super().find_spec(fullname, path, target)


@fault("LS316")
class LooksAtTails(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        known = [name for name in FINDS if name.endswith(f".{fullname}")]
        return super().find_spec(known[0] if known else fullname, path, target)


# What is answered when.


@fault("LS317")
class TiresOfAsking(Model):
    def __init__(self) -> None:
        super().__init__()
        self.mine = threading.local()

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        vars(self.mine).setdefault("asked", deque([""], 3)).append(fullname)
        if fullname == "kitone" and set(self.mine.asked) == {fullname}:
            return None
        return super().find_spec(fullname, path, target)


@fault("LS318")
class StumblesAfterAMiss(Model):
    last = ""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        last, self.last = self.last, fullname
        if fullname == "kitone" and len(last) > 30:
            return None
        return super().find_spec(fullname, path, target)


@fault("LS319")
class KeepsSpecs(Model):
    spec_of_kitpkg: Any = None

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname != "kitpkg":
            return super().find_spec(fullname, path, target)
        if self.spec_of_kitpkg is None:
            self.spec_of_kitpkg = super().find_spec(fullname, path, target)
        return self.spec_of_kitpkg


@fault("LS320")
class IsForOneThread(Model):
    thread = 0

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname in FINDS:
            self.thread = threading.get_ident()
            time.sleep(0.0002)
            if self.thread != threading.get_ident():
                return None
        return super().find_spec(fullname, path, target)


@fault("LS321")
class IsBusy(Model):
    def __init__(self) -> None:
        super().__init__()
        self.mine = threading.local()

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname not in FINDS:
            return super().find_spec(fullname, path, target)
        if getattr(self.mine, "busy", False):
            raise RuntimeError("a search is under way")
        self.mine.busy = True
        try:
            return super().find_spec(fullname, path, target)
        finally:
            self.mine.busy = False


@fault("LS322")
class ReloadsFromElsewhere(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        if fullname == "kitone" and target is not None and target is sys.modules.get(fullname):
            spec.origin = "<reloaded>/kitone.py"
        return spec


@fault("LS323")
class WantsExecutedTargets(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitone" and target is not None and not target.value:
            return None
        return super().find_spec(fullname, path, target)


# Caches.


@fault("LS324")
class InvalidatesWhatWasAdded(Model):
    def add(self, path: str, text: str) -> None:
        super().add(path, text)
        self.newest = path

    def invalidate_caches(self) -> None:
        self.files[self.newest] += ""


@fault("LS325")
class RemembersMisses(Model):
    def __init__(self) -> None:
        super().__init__()
        self.missed: set[str] = set()

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname in self.missed:
            return None
        spec = super().find_spec(fullname, path, target)
        if spec is None and fullname.endswith("kit325"):
            self.missed.add(fullname)
        return spec

    def list_modules(self, package: str = "") -> Any:
        return [each for each in super().list_modules(package) if each[0] != "kit325"]


@fault("LS326")
class ForgetsWhatItKnows(Model):
    added = lost = False

    def add(self, path: str, text: str) -> None:
        super().add(path, text)
        self.added = True

    def invalidate_caches(self) -> None:
        self.lost = not self.added

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        self.added = False
        if fullname == "kitone" and self.lost:
            self.lost = False
            return None
        return super().find_spec(fullname, path, target)


# What finding is heard of.


@fault("LS327")
class PrintsWhatItFinds(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        if spec is not None:
            print("found", fullname)
        return spec


@fault("LS328")
class WarnsOfMisses(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitnone":
            warnings.warn("kitnone is no more", DeprecationWarning, stacklevel=2)
        return super().find_spec(fullname, path, target)


@fault("LS329")
class NeedsAContext(Model):
    def find_distributions(self, context: Any) -> Iterable[Any]:  # type: ignore[override]
        return super().find_distributions(context)


# Specs.


class Respecified(Model):
    """An importer that changes the spec of one module."""

    name = "kitone"

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        return self.changed(spec) if fullname == self.name else spec

    def changed(self, spec: Any) -> Any:
        raise NotImplementedError


@fault("LS401")
class MakesIncompleteSpecs(Respecified):
    def changed(self, spec: Any) -> Any:
        names = "name loader origin submodule_search_locations cached parent has_location"
        return SimpleNamespace(**{name: getattr(spec, name) for name in names.split()})


@fault("LS402")
class RenamesWhatIsLoaded(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        if spec is not None and spec.name == "kitpkg" and spec.name in sys.modules and target is None:
            spec.name = "kitpkg.__init__"
        return spec


@fault("LS403")
class HasOtherParents(Respecified):
    def changed(self, spec: Any) -> Any:
        spec.__class__ = type("Spec", (type(spec),), {"parent": "elsewhere"})
        return spec


class Folders(Model):
    """An importer that changes the specs of folders without __init__."""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        return spec if spec is None or spec.has_location else self.changed(spec)

    def changed(self, spec: Any) -> Any:
        raise NotImplementedError


@fault("LS404")
class FindsEmptyFolders(Folders):
    def changed(self, spec: Any) -> Any:
        return ModuleSpec(spec.name, None)

    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        for name, is_package in super().list_modules(package):
            if package or not is_package or f"{name}/__init__.py" in self.files:
                yield name, is_package


@fault("LS405")
class LocatesFolders(Folders):
    def changed(self, spec: Any) -> Any:
        spec.origin = f"<kit>/{spec.name}"
        spec.has_location = True
        return spec


@fault("LS406")
class HasPathsForOrigins(Respecified):
    def changed(self, spec: Any) -> Any:
        spec.origin = PurePath("kitone")
        spec.has_location = False
        return spec


@fault("LS407")
class LocatesNothing(Incomplete):
    without = ("get_filename", "get_code", "get_source", "get_data")

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        if fullname == "kitone":
            spec.origin = spec.cached = None
            spec.has_location = True
        return spec


@fault("LS408")
class HasRelativeLocations(Faulty):
    class Loader(ModelLoader):
        def __init__(self, files: dict[str, str]) -> None:
            super().__init__(files)
            directory = tempfile.mkdtemp()
            weakref.finalize(self, shutil.rmtree, directory, ignore_errors=True)
            self.file = os.path.relpath(os.path.join(directory, "kitone.py"))
            Path(self.file).write_text(files["kitone.py"], encoding="utf-8")

        def get_filename(self, fullname: str) -> str:
            return self.file if fullname == "kitone" else super().get_filename(fullname)


@fault("LS409")
class SharesCachesWithPython2(Respecified):
    def changed(self, spec: Any) -> Any:
        spec.cached = "__pycache__/kitone.cpython-27.pyc"
        return spec


@fault("LS410")
class SearchesPaths(Respecified):
    name = "kitpkg.sub"

    def changed(self, spec: Any) -> Any:
        spec.submodule_search_locations.append(PurePath("<kit>"))
        return spec


@fault("LS411")
class SharesSearchLocations(Respecified):
    name = "kitpkg"

    def __init__(self) -> None:
        super().__init__()
        self.locations: list[str] = []

    def changed(self, spec: Any) -> Any:
        self.locations[:] = spec.submodule_search_locations
        spec.submodule_search_locations = self.locations
        return spec


@fault("LS412")
class RewritesSpecs(Faulty):
    class Loader(AfterwardsLoader):
        def afterwards(self, module: Any) -> None:
            module.__spec__ = ModuleSpec(module.__name__, self, origin="<executed>")


@fault("LS413")
class CannotBeShown(Respecified):
    class Loader(ModelLoader):
        def __repr__(self) -> str:
            return f"<loader of {self.nothing}>"  # type: ignore[attr-defined]

        def get_filename(self, fullname: str) -> str:
            return ModelLoader(self.files).get_filename(fullname)

    def changed(self, spec: Any) -> Any:
        spec.loader = self.Loader(self.files)
        return spec


@fault("LS414")
class NamesAnotherPath(Respecified):
    class Loader(ModelLoader, importlib.abc.FileLoader):
        name = "kitone"
        path = "elsewhere.py"

        def get_filename(self, fullname: str) -> str:  # type: ignore[override]
            return ModelLoader(self.files).get_filename(fullname)

    def changed(self, spec: Any) -> Any:
        spec.loader = self.Loader(self.files)
        return spec


# Path hooks.


@fault("LS901", kind="path hook")
class TakesTheLibrary(ModelHook):
    def path_hook(self, entry: str) -> Any:
        return super().path_hook(f"{ENTRY}/library" if entry == os.path.dirname(os.__file__) else entry)


@fault("LS902", kind="path hook")
class TakesWhateverIsLikeIts(ModelHook):
    def path_hook(self, entry: str) -> Any:
        return super().path_hook(f"{ENTRY}/other" if entry.startswith("/kit") else entry)


@fault("LS903", kind="path hook")
class EncodesEntries(ModelHook):
    def path_hook(self, entry: str) -> Any:
        return super().path_hook(entry.encode().decode())


@fault("LS904", kind="path hook")
class EntryNeedsATarget(ModelHook):
    class Entry(FinderEntry):
        def find_spec(self, fullname: str, target: Any) -> Any:  # type: ignore[override]
            return super().find_spec(fullname, target)


@fault("LS905", kind="path hook")
class EntryHasOtherArguments(ModelHook):
    class Entry(FinderEntry):
        def find_spec(self, fullname: str, module: Any = None) -> Any:
            return super().find_spec(fullname, module)


@fault("LS906", kind="path hook")
class EntryTiresOfAsking(ModelHook):
    class Entry(FinderEntry):
        def __init__(self, finder: Any, entry: str) -> None:
            super().__init__(finder, entry)
            self.mine = threading.local()

        def find_spec(self, fullname: str, target: Any = None) -> Any:
            vars(self.mine).setdefault("asked", deque([""], 10)).append(fullname)
            if fullname == "kitone" and set(self.mine.asked) == {fullname}:
                return None
            return super().find_spec(fullname, target)


@fault("LS907", kind="path hook")
class FillsTheCache(ModelHook):
    def path_hook(self, entry: str) -> Any:
        sys.path_importer_cache[entry] = super().path_hook(entry)
        return sys.path_importer_cache[entry]


@fault("LS908", kind="path hook")
class SearchesNowhere(ModelHook):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        if fullname == "kitpkg.sub":
            spec.submodule_search_locations.append("<nowhere>")
        return spec


@fault("LS909", kind="path hook")
class InvalidatesWhatWasAsked(ModelHook):
    class Entry(FinderEntry):
        def find_spec(self, fullname: str, target: Any = None) -> Any:
            self.asked = fullname
            return super().find_spec(fullname, target)

        def invalidate_caches(self) -> None:
            self.asked.strip()


@fault("LS910", kind="path hook")
class EntryRemembersMisses(ModelHook):
    class Entry(FinderEntry):
        def __init__(self, finder: Any, entry: str) -> None:
            super().__init__(finder, entry)
            self.missed: set[str] = set()

        def find_spec(self, fullname: str, target: Any = None) -> Any:
            spec = None if fullname in self.missed else super().find_spec(fullname, target)
            if spec is None:
                self.missed.add(fullname)
            return spec


@fault("LS911", kind="path hook")
class EntryIsForOneThread(ModelHook):
    class Entry(FinderEntry):
        def find_spec(self, fullname: str, target: Any = None) -> Any:
            self.thread = threading.get_ident()
            if fullname == "kitone":
                time.sleep(0.0002)
                if self.thread != threading.get_ident():
                    return None
            return super().find_spec(fullname, target)


@fault("LS912", kind="path hook")
class EntryKeepsSpecs(ModelHook):
    class Entry(FinderEntry):
        known: Any = None

        def find_spec(self, fullname: str, target: Any = None) -> Any:
            if fullname != "kitpkg":
                return super().find_spec(fullname, target)
            if self.known is None:
                self.known = super().find_spec(fullname, target)
            return self.known
