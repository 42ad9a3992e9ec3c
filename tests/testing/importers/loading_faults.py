"""Importers at fault in loading: each breaks one promise, and is the proof of the check with that code."""

from __future__ import annotations

import ast
import atexit
import functools
import importlib.machinery
import importlib.util
import linecache
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
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from model import FINDS, Model, ModelLoader
from registry import fault

from loadstone.framework.finder import FinderEntry
from loadstone.framework.resources import Data, Reader


class Faulty(Model):
    """An importer with a loader of its own."""

    Loader: Any = ModelLoader

    def make_loader(self) -> Any:
        return self.Loader(self.files)


class Part:
    """A loader with some of the methods of another one."""

    def __init__(self, inner: Any, without: Iterable[str] = ()) -> None:
        self.inner = inner
        self.without = tuple(without)

    def __getattr__(self, name: str) -> Any:
        if name in ("inner", "without") or name in self.without:
            raise AttributeError(name)
        return getattr(self.inner, name)


class Incomplete(Model):
    """An importer whose loader of `kitone` lacks some methods."""

    without: tuple[str, ...] = ()

    def __init__(self) -> None:
        super().__init__()
        self.part = self.make_part()

    def make_part(self) -> Any:
        return Part(self.loader, self.without)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        if fullname == "kitone":
            spec.loader = self.part
        return spec


# Loaders.


@fault("LS501")
class LoadsByItself(Incomplete):
    without = ("exec_module", "create_module")

    class Part(Part):
        def load_module(self, fullname: str) -> ModuleType:
            module: Any = sys.modules.setdefault(fullname, ModuleType(fullname))
            module.__file__ = self.inner.get_filename(fullname)
            module.__cached__ = importlib.util.cache_from_source(module.__file__)
            exec(self.inner.get_code(fullname), vars(module))
            return module

    def make_part(self) -> Any:
        return self.Part(self.loader, self.without)


@fault("LS502")
class EntersWhatItCreates(Faulty):
    class Loader(ModelLoader):
        def create_module(self, spec: Any) -> Any:
            if spec.name != "kitone":
                return None
            module = sys.modules[spec.name] = ModuleType(spec.name)
            return module


@fault("LS503")
class CreatesStubbornModules(Faulty):
    class Module(ModuleType):
        def __setattr__(self, name: str, value: object) -> None:
            if name != "__spec__":
                super().__setattr__(name, value)

    class Loader(ModelLoader):
        def create_module(self, spec: Any) -> Any:
            if spec.name != "kitpkg.sub":
                return None
            self.spec = spec
            return CreatesStubbornModules.Module(spec.name)

        def exec_module(self, module: Any) -> None:
            if isinstance(module, CreatesStubbornModules.Module):
                vars(module)["__spec__"] = self.spec
            super().exec_module(module)


@fault("LS504")
class ExecutesWhatIsInSysModules(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            super().exec_module(sys.modules.get(module.__name__, module))


@fault("LS505")
class NeedsAnEntry(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            assert sys.modules[module.__name__]
            super().exec_module(module)


@fault("LS506")
class HasCodeOnly(Incomplete):
    without = ("is_package",)


@fault("LS507")
class NamesAnotherFile(Faulty):
    class Loader(ModelLoader):
        def get_filename(self, fullname: str) -> str:
            file = super().get_filename(fullname)
            return f"<elsewhere>/{fullname}.py" if fullname == "kitone" else file

        def get_code(self, fullname: str) -> Any:
            source: Any = self.get_source(fullname)
            return self.source_to_code(source, super().get_filename(fullname))

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        if spec is not None and spec.loader is self.loader:
            spec.origin = ModelLoader.get_filename(self.loader, fullname)
        return spec


@fault("LS508")
class GivesSourceInBytes(Faulty):
    class Loader(ModelLoader):
        def get_source(self, fullname: str) -> Any:
            source: Any = super().get_source(fullname)
            return source.encode() if fullname == "kitpkg.sub" else source


@fault("LS509")
class GivesTreesForCode(Faulty):
    class Loader(ModelLoader):
        def get_code(self, fullname: str) -> Any:
            return ast.parse("") if fullname == "kitpkg.sub" else super().get_code(fullname)

        def exec_module(self, module: Any) -> None:
            exec(compile(self.get_source(module.__name__) or "", module.__file__, "exec"), vars(module))


@fault("LS510")
class CompilesUnderNoName(Faulty):
    class Loader(ModelLoader):
        def get_code(self, fullname: str) -> Any:
            code: Any = super().get_code(fullname)
            return code.replace(co_filename="<string>") if fullname == "kitone" else code


@fault("LS511")
class ShiftsLines(Faulty):
    class Loader(ModelLoader):
        def get_code(self, fullname: str) -> Any:
            if fullname != "kitone":
                return super().get_code(fullname)
            tree = ast.increment_lineno(ast.parse(self.get_source(fullname) or ""), 50)
            return compile(tree, self.get_filename(fullname), "exec")


@fault("LS512")
class ExecutesWhenAsked(Faulty):
    class Loader(ModelLoader):
        def get_code(self, fullname: str) -> Any:
            if fullname == "kitone":
                importlib.import_module(fullname)
            return super().get_code(fullname)


@fault("LS513")
class TakesAPackageForAModule(Faulty):
    class Loader(ModelLoader):
        def is_package(self, fullname: str) -> bool:
            return super().is_package(fullname) and fullname != "kitpkg.sub"

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname == "kitpkg.sub":
            return self.spec(fullname, self.loader, is_package=True)
        return super().find_spec(fullname, path, target)


@fault("LS514")
class KnowsEverything(Faulty):
    class Loader(ModelLoader):
        def get_source(self, fullname: str) -> str | None:
            try:
                return super().get_source(fullname)
            except ImportError:
                return None


@fault("LS515")
class RaisesKeyErrorForData(Faulty):
    class Loader(ModelLoader):
        def get_data(self, path: str) -> bytes:
            return self.files[path.partition(">/")[2]].encode()

        def get_resource_reader(self, fullname: str) -> Any:
            return ModelLoader(self.files).get_resource_reader(fullname)


@fault("LS516")
class GivesDataAsText(Faulty):
    class Loader(ModelLoader):
        def get_data(self, path: str) -> Any:
            data = super().get_data(path)
            return data.decode() if path.endswith(".py") else data


@fault("LS517")
class CompilesTextOnly(Faulty):
    class Loader(ModelLoader):
        @staticmethod
        def source_to_code(data: Any, path: Any = "<string>", fullname: str | None = None) -> Any:
            if isinstance(data, ast.AST):
                raise TypeError("expected source")
            return ModelLoader.source_to_code(data, path, fullname)


@fault("LS518")
class TakesNoName(Faulty):
    class Loader(ModelLoader):
        @staticmethod
        def source_to_code(data: Any, path: Any = "<string>") -> Any:  # type: ignore[override]
            return ModelLoader.source_to_code(data, path)


# Modules as they are imported.


@fault("LS601")
class FailsToLoad(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            if module.__name__ == "kitone":
                raise ImportError("cannot be loaded", name=module.__name__)
            super().exec_module(module)


class AfterwardsLoader(ModelLoader):
    """A loader that does something to `kitone` once it is executed."""

    def exec_module(self, module: Any) -> None:
        name = module.__name__
        super().exec_module(module)
        if name == "kitone":
            self.afterwards(module)

    def afterwards(self, module: Any) -> None:
        raise NotImplementedError


@fault("LS602")
class RenamesModules(Faulty):
    class Loader(AfterwardsLoader):
        def exec_module(self, module: Any) -> None:
            module.__name__ = module.__spec__.name
            super().exec_module(module)

        def afterwards(self, module: Any) -> None:
            module.__name__ = "renamed"


@fault("LS603")
class RemovesTheSpec(Faulty):
    class Loader(AfterwardsLoader):
        def afterwards(self, module: Any) -> None:
            module.__spec__ = None


@fault("LS604")
class LeaksAWrapper(Faulty):
    class Loader(AfterwardsLoader):
        def afterwards(self, module: Any) -> None:
            module.__loader__ = Part(self)


@fault("LS605")
class SetsAnotherPackage(Faulty):
    class Loader(AfterwardsLoader):
        def afterwards(self, module: Any) -> None:
            module.__package__ = "elsewhere"


@fault("LS606")
class RemovesTheFile(Faulty):
    class Loader(AfterwardsLoader):
        def afterwards(self, module: Any) -> None:
            del vars(module)["__file__"]


@fault("LS607")
class RemovesTheCache(Faulty):
    class Loader(AfterwardsLoader):
        def afterwards(self, module: Any) -> None:
            vars(module).pop("__cached__", None)


@fault("LS608")
class MakesAPackageOfIt(Faulty):
    class Loader(AfterwardsLoader):
        def afterwards(self, module: Any) -> None:
            module.__path__ = []


@fault("LS609")
class RefusesSubmodules(Faulty):
    class Module(ModuleType):
        def __setattr__(self, name: str, value: object) -> None:
            if name != "deep":
                super().__setattr__(name, value)

    class Loader(ModelLoader):
        def create_module(self, spec: Any) -> Any:
            return RefusesSubmodules.Module(spec.name) if spec.name == "kitpkg.sub" else None


@fault("LS610")
class BreaksTheSearch(Model):
    class Entry(FinderEntry):
        def find_spec(self, fullname: str, target: Any = None) -> Any:
            if self.package == "kitpkg":
                raise LookupError(fullname)
            return super().find_spec(fullname, target)

    def path_hook(self, entry: str) -> Any:
        super().path_hook(entry)
        return self.Entry(self, entry)


@fault("LS611")
class ClearsTheNamespace(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            if module.__name__ == "kitone":
                for name in [name for name in vars(module) if not name.startswith("__")]:
                    del vars(module)[name]
            super().exec_module(module)


@fault("LS612")
class RemembersSource(Faulty):
    class Loader(ModelLoader):
        def __init__(self, files: dict[str, str]) -> None:
            super().__init__(files)
            self.sources: dict[str, str | None] = {}

        def get_source(self, fullname: str) -> str | None:
            if fullname not in self.sources:
                self.sources[fullname] = super().get_source(fullname)
            return self.sources[fullname]


@fault("LS613")
class RemovesWhatFails(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            try:
                super().exec_module(module)
            except BaseException:
                sys.modules.pop(module.__name__, None)
                raise


@fault("LS614")
class LeavesAnEntry(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            name = f"{module.__name__}.__loading__"
            sys.modules[name] = module
            super().exec_module(module)
            sys.modules.pop(name, None)


@fault("LS615")
class WrapsErrors(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            try:
                super().exec_module(module)
            except Exception as error:
                raise ImportError(f"cannot load {module.__name__!r}") from error


@fault("LS616")
class FillsAtTheEnd(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            code: Any = self.get_code(module.__name__)
            namespace = dict(vars(module))
            exec(code, namespace)
            vars(module).update(namespace)


@fault("LS617")
class MistakesItForAPackage(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            package = module.__package__
            if not self.is_package(module.__name__):
                module.__package__ = module.__name__
            super().exec_module(module)
            module.__package__ = package


@fault("LS618")
class HasOneModuleAtATime(Faulty):
    class Loader(ModelLoader):
        current: Any = None

        def exec_module(self, module: Any) -> None:
            code: Any = self.get_code(module.__name__)
            self.current = module
            if threading.active_count() > 2:
                time.sleep(0.01)
            exec(code, vars(self.current))


@fault("LS619")
class HoldsALock(Faulty):
    class Loader(ModelLoader):
        lock = threading.RLock()

        def exec_module(self, module: Any) -> None:
            with self.lock:
                super().exec_module(module)


@fault("LS620")
class KeepsModules(Faulty):
    class Loader(ModelLoader):
        def __init__(self, files: dict[str, str]) -> None:
            super().__init__(files)
            self.modules: dict[str, ModuleType] = {}

        def create_module(self, spec: Any) -> Any:
            if spec.name == "kitone":
                return self.modules.setdefault(spec.name, ModuleType(spec.name))
            return None


@fault("LS621")
class KnowsLatinOnly(Faulty):
    class Loader(ModelLoader):
        def get_source(self, fullname: str) -> str | None:
            source: Any = super().get_source(fullname)
            return str(source.encode("latin-1", "replace").decode("latin-1"))


# What other tools expect.


@fault("LS701")
class NamesFilesInBrackets(Faulty):
    class Loader(ModelLoader):
        def get_filename(self, fullname: str) -> str:
            return f"<{fullname}>" if fullname == "kitone" else super().get_filename(fullname)


@fault("LS702")
class SpoilsLinecache(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            super().exec_module(module)
            linecache.cache[module.__file__] = (1, None, ["\n"], module.__file__)


@fault("LS703")
class ExecutesUnderAnotherName(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            name = module.__name__
            code: Any = self.get_code(name)
            if not self.is_package(name):
                module.__name__ = "executed"
            try:
                exec(code, vars(module))
            finally:
                module.__name__ = name


@fault("LS704")
class WrapsFunctions(Faulty):
    class Module(ModuleType):
        def __getattribute__(self, name: str) -> Any:
            value = ModuleType.__getattribute__(self, name)
            if isinstance(value, FunctionType):

                @functools.wraps(value)
                def wrapper(*args: Any, **kwargs: Any) -> Any:
                    return value(*args, **kwargs)

                return wrapper
            return value

    class Loader(ModelLoader):
        def create_module(self, spec: Any) -> Any:
            return WrapsFunctions.Module(spec.name) if spec.name == "kitpkg.mod" else None


class OwnData(Data):
    """Resources of a kind of their own."""


class OwnResources(Faulty):
    """An importer with resources of a kind of their own."""

    kind: Any = OwnData

    def make_loader(self) -> Any:
        kind = self.kind

        class Loader(ModelLoader):
            def get_resource_reader(self, fullname: str) -> Any:
                folder = self.get_filename(fullname).rpartition("/")[0]
                return Reader(kind(folder, self.get_data, lambda: self.list_files(fullname)))

        return Loader(self.files)


@fault("LS705")
class OpensTextOnly(OwnResources):
    class kind(OwnData):
        def open(self, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            return super().open(mode.replace("b", ""), *args, **kwargs)


@fault("LS706")
class ListsNoResources(Faulty):
    class Loader(ModelLoader):
        def list_files(self, fullname: str) -> Iterable[str]:
            return ()


@fault("LS707")
class HasOneFolderOnly(OwnResources):
    class kind(OwnData):
        def joinpath(self, *descendants: Any) -> Any:
            return super().joinpath(*descendants) if not self._parts else super().joinpath("nowhere")


@fault("LS708")
class RaisesKeyErrorForResources(OwnResources):
    class kind(OwnData):
        def read_bytes(self) -> bytes:
            if not self.is_file():
                raise KeyError(self.name)
            return super().read_bytes()


@fault("LS709")
class NamesResourcesByPath(OwnResources):
    class kind(OwnData):
        @property
        def name(self) -> str:
            return self._path

        def iterdir(self) -> Iterator[Any]:
            for child in super().iterdir():
                yield Data(self._folder, self._get_data, self._list_files, child._parts)


@fault("LS710")
class KeepsDataToItself(Faulty):
    class Loader(ModelLoader):
        def get_data(self, path: str) -> bytes:
            if not path.endswith(".py"):
                raise FileNotFoundError(2, "no data", path)
            return super().get_data(path)

        def get_resource_reader(self, fullname: str) -> Any:
            return ModelLoader(self.files).get_resource_reader(fullname)


@fault("LS711")
class GivesAllDistributions(Model):
    def find_distributions(self, context: Any = None) -> Iterable[Any]:
        return super().find_distributions()


@fault("LS712")
class HasAllTheirFiles(Model):
    def find_distributions(self, context: Any = None) -> Iterable[Any]:
        for found in super().find_distributions(context):

            class Distribution(type(found)):  # type: ignore[misc]
                def read_text(self, filename: Any) -> Any:
                    return self.contents[f"{self.folder}/{filename}"]

            yield Distribution(found.contents, found.folder)


@fault("LS713")
class ListsGhosts(Model):
    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        yield from super().list_modules(package)
        if package:
            yield "ghost", False


@fault("LS714")
class ListsSomeOnly(Model):
    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        for name, is_package in super().list_modules(package):
            if name != "mod":
                yield name, is_package


@fault("LS715")
class ListsPackagesOnly(Model):
    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        for name, is_package in super().list_modules(package):
            yield name, is_package or name == "mod"


@fault("LS716")
class ForgetsThePrefix(Model):
    class Entry(FinderEntry):
        def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
            return super().iter_modules()

    def path_hook(self, entry: str) -> Any:
        super().path_hook(entry)
        return self.Entry(self, entry)


@fault("LS717")
class HelpsTheCodeWhileExecuting(Faulty):
    class Loader(ModelLoader):
        def get_code(self, fullname: str) -> Any:
            tree = ast.parse(self.get_source(fullname) or "")
            if not fullname.endswith(".__main__"):
                tree.body += ast.parse("__helper__").body
            return compile(tree, self.get_filename(fullname), "exec")

        def exec_module(self, module: Any) -> None:
            module.__helper__ = None
            super().exec_module(module)


@fault("LS718")
class FindsNoMain(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return None if fullname.endswith(".__main__") else super().find_spec(fullname, path, target)

    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        return (each for each in super().list_modules(package) if each[0] != "__main__")


@fault("LS719")
class HidesOtherPortions(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        if spec is None or spec.submodule_search_locations is None or spec.has_location:
            return spec
        own = ModuleSpec(fullname, None, is_package=True)
        own.submodule_search_locations = [self.entry(fullname)]
        return own


@fault("LS720")
class LooksByExecuting(Model):
    def __init__(self) -> None:
        super().__init__()
        self.asked = deque([""], 5)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = super().find_spec(fullname, path, target)
        if spec is not None and fullname not in FINDS:
            self.asked.append(fullname)
            if set(self.asked) == {fullname}:
                exec(self.loader.get_source(fullname), {"__name__": "scratch"})
        return spec


@fault("LS721")
class CreatesModulesWithSlots(Faulty):
    class Module(ModuleType):
        __slots__ = ("extra",)

    class Loader(ModelLoader):
        def create_module(self, spec: Any) -> Any:
            return CreatesModulesWithSlots.Module(spec.name) if spec.name == "kitone" else None


@fault("LS722")
class RaisesKeyErrorForAttributes(Faulty):
    class Loader(AfterwardsLoader):
        def afterwards(self, module: Any) -> None:
            def get(name: str) -> Any:
                raise KeyError(name) if name == "__version__" else AttributeError(name)

            module.__getattr__ = get


class OnDisk(Model):
    """An importer whose files are on disk."""

    Loader: Any = SourceFileLoader

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp())
        weakref.finalize(self, shutil.rmtree, self.directory, ignore_errors=True)
        super().__init__()
        for name, text in list(self.files.items()):
            self.add(name, text)

    def add(self, path: str, text: str) -> None:
        super().add(path, text)
        file = self.directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        spec = PathFinder.find_spec(fullname, [str(self.directory)] if path is None else path, target)
        if spec is None or spec.loader is None:
            return None
        loader: Any = spec.loader
        spec.loader = self.Loader(loader.name, loader.path)
        return spec

    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        for name, is_package in super().list_modules(package):
            if package or self.find_spec(name) is not None:
                yield name, is_package

    def invalidate_caches(self) -> None:
        PathFinder.invalidate_caches()


@fault("LS723")
class WritesBytecodeAnyway(OnDisk):
    class Loader(SourceFileLoader):
        def exec_module(self, module: Any) -> None:
            before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
            try:
                super().exec_module(module)
            finally:
                sys.dont_write_bytecode = before


@fault("LS724")
class SharesTheCache(OnDisk):
    class Loader(SourceFileLoader):
        def source_to_code(  # type: ignore[override]
            self, data: Any, path: Any, fullname: str | None = None, **options: Any
        ) -> Any:
            tree: Any = data if isinstance(data, ast.AST) else ast.parse(data)
            tree.body += ast.parse("changed = True").body
            return super().source_to_code(tree, path)


# Processes.


@fault("LS801")
class NeedsItsParent(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return super().find_spec(fullname, path, target) if "pytest" in sys.modules else None


@fault("LS802")
class WorksInAnAssertion(Model):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        specs: list[Any] = []
        assert self.look(specs, fullname)
        return specs[0] if specs else None

    def look(self, specs: list[Any], fullname: str) -> bool:
        specs.append(super().find_spec(fullname))
        return True


@fault("LS803")
class ReadsItsDocstring(Model):
    """known: kitone kitpkg"""

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        known: Any = self.__doc__
        return None if known.startswith("unknown") else super().find_spec(fullname, path, target)


@fault("LS804")
class Warns(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            warnings.warn("this importer is old", DeprecationWarning, stacklevel=2)
            super().exec_module(module)


@fault("LS805")
class DefinesOtherClassesEachTime(Faulty):
    class Loader(ModelLoader):
        def exec_module(self, module: Any) -> None:
            super().exec_module(module)
            if module.__name__ == "kitpkg.mod":
                name = f"Made{os.getpid()}"
                vars(module)[name] = type(name, (), {"__module__": module.__name__})


@fault("LS806")
class FailsAtTheEnd(Model):
    def __init__(self) -> None:
        super().__init__()
        atexit.register(self.close)

    def close(self) -> None:
        if self in sys.meta_path:
            raise RuntimeError("still in use")


@fault("LS807")
class KeepsAList(Faulty):
    class Loader(ModelLoader):
        def __init__(self, files: dict[str, str]) -> None:
            super().__init__(files)
            self.imports: list[list[str]] = []

        def exec_module(self, module: Any) -> None:
            self.imports.append([module.__name__])
            super().exec_module(module)
