"""The worlds that the parity tests run in: who imports, and where the modules are stored."""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import loadstone

SYSTEMS = ("importlib", "loadstone", "takeover")
STORAGES = ("disk", "zip", "memory")


class Memory(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """A finder and loader of modules whose source is in a dict, by file name."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files

    def _file(self, fullname: str) -> str | None:
        base = fullname.replace(".", "/")
        return next((file for file in (f"{base}/__init__.py", f"{base}.py") if file in self.files), None)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        return importlib.util.spec_from_loader(fullname, self) if self._file(fullname) else None

    def is_package(self, fullname: str) -> bool:
        return str(self._file(fullname)).endswith("/__init__.py")

    def get_source(self, fullname: str) -> str:
        file = self._file(fullname)
        if file is None:
            raise ImportError(f"no source of {fullname}", name=fullname)
        return self.files[file]

    def get_code(self, fullname: str) -> Any:
        return compile(
            self.get_source(fullname), f"<memory {self._file(fullname)}>", "exec", dont_inherit=True
        )


class World:
    """Importing in one way, from one storage: what a parity test does its imports with."""

    def __init__(self, system: str, storage: str, root: Path) -> None:
        self.system = system
        self.storage = storage
        self.root = root
        self._files: dict[str, str] = {}
        self._finder: Memory | None = None
        verbs: Any = importlib if system == "importlib" else loadstone
        self.import_module: Callable[..., Any] = verbs.import_module
        self.dunder: Callable[..., Any] = verbs.__import__
        self.reload: Callable[..., Any] = verbs.reload
        self.invalidate_caches: Callable[[], None] = verbs.invalidate_caches
        self.find_spec: Callable[..., Any] = (
            importlib.util.find_spec if system == "importlib" else loadstone.find_spec
        )

    def running(self) -> AbstractContextManager[object]:
        """The time in which this world's system is in charge."""
        return loadstone.takeover() if self.system == "takeover" else nullcontext()

    def add(self, files: Mapping[str, str]) -> None:
        """Store modules, or change them, and have them found."""
        self._files.update({name: dedent(source) for name, source in files.items()})
        getattr(self, f"_add_to_{self.storage}")()
        importlib.invalidate_caches()

    def _add_to_disk(self) -> None:
        for name, source in self._files.items():
            file = self.root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(source, "utf-8")
        self._on_path(self.root)

    def _add_to_zip(self) -> None:
        archive = self.root / "modules.zip"
        with zipfile.ZipFile(archive, "w") as opened:
            for name, source in self._files.items():
                opened.writestr(name, source)
        self._on_path(archive)

    def _add_to_memory(self) -> None:
        if self._finder is None:
            self._finder = Memory(self._files)
            sys.meta_path.insert(0, self._finder)

    @staticmethod
    def _on_path(entry: Path) -> None:
        if str(entry) not in sys.path:
            sys.path.insert(0, str(entry))

    def run(self, source: str, name: str = "importer", **namespace: Any) -> dict[str, Any]:
        """Run `source` as the code of a module `name`, and return its namespace.

        Its `import` statements are the world's.
        """
        namespace = {"__name__": name, **namespace}
        exec(compile(dedent(source), f"<{name}>", "exec", dont_inherit=True), namespace)
        return namespace


def loaded(prefix: str) -> dict[str, ModuleType]:
    """What `sys.modules` holds under the name `prefix` and below it."""
    return {name: module for name, module in sys.modules.items() if f"{name}.".startswith(f"{prefix}.")}
