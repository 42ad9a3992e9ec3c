"""The subject: an importer that is checked, put where imports will meet it."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from .._core.spec import spec_from_loader
from .check import Kind
from .outcome import NotApplicable, Unmet
from .state import restored

__all__ = ["Subject", "load_reference"]


class Subject:
    """An importer, the modules that it finds and those that it does not.

    Checks are run inside `placed`: the importer is where imports meet it first, none of its modules is
    loaded, warnings are ignored, and what the check does to the import state is undone afterwards.
    """

    def __init__(
        self,
        thing: Any,
        kind: Kind = "finder",
        *,
        finds: Iterable[str],
        misses: Iterable[str] = (),
        entry: str | None = None,
        add: Callable[[str, str], object] | None = None,
        reference: str | None = None,
    ) -> None:
        """For the finder, loader or path hook `thing`; see `check_finder` for the rest.

        Raises TypeError where `finds` or `misses` is a str, ValueError where `finds` is empty.
        """
        for argument, names in (("finds", finds), ("misses", misses)):
            if isinstance(names, str):
                raise TypeError(f"{argument} must be a collection of module names, not the str {names!r}")
        self.thing = thing
        self.kind = kind
        self.finds: tuple[str, ...] = tuple(finds)
        self.misses: tuple[str, ...] = tuple(misses)
        self.entry = entry
        self._add = add
        self.reference: str | None = _reference_of(thing) if reference is None else reference
        if not self.finds:
            raise ValueError("finds must name at least one module that the importer finds")

    def __str__(self) -> str:
        return self.reference or repr(self.thing)

    @property
    def packages(self) -> tuple[str, ...]:
        """The packages among the modules that it finds."""
        return tuple(name for name, spec in self.specs.items() if spec.submodule_search_locations is not None)

    @property
    def submodules(self) -> tuple[str, ...]:
        """The submodules among the modules that it finds."""
        return tuple(name for name in self.finds if "." in name)

    @property
    def specs(self) -> dict[str, ModuleSpec]:
        """The specs of the modules that it does find, by name; other checks see to those that it does not."""
        specs = {}
        for name in self.finds:
            try:
                spec = self.ask(name)
            except Exception:
                continue
            if spec is not None:
                specs[name] = spec
        return specs

    @property
    def modules(self) -> dict[str, ModuleType]:
        """The modules that can be imported, imported, by name; a check of its own sees to the others.

        Raises NotApplicable if none can be.
        """
        modules = {}
        for name in self.finds:
            try:
                modules[name] = self.load(name)
            except Exception:
                continue
        if not modules:
            raise NotApplicable("none of its modules can be imported")
        return modules

    def find(self, name: str, target: ModuleType | None = None) -> ModuleSpec:
        """The spec that the importer itself finds for `name`. Raises Unmet if it finds none."""
        spec = self.ask(name, target)
        if spec is None:
            raise Unmet(f"{name!r} was not found")
        return spec

    def ask(self, name: str, target: ModuleType | None = None) -> ModuleSpec | None:
        """What the importer itself says of `name`, as the interpreter would ask; its parent is imported."""
        path = self.search_path(name)
        if self.kind == "loader":
            return spec_from_loader(name, self.thing)
        if self.kind == "path hook":
            path = [self.entry] if path is None else path
            spec: ModuleSpec | None = None
            for entry in path:
                try:
                    finder = self.thing(entry)
                except ImportError:
                    continue
                spec = finder.find_spec(name, target)
                if spec is not None:
                    break
            return spec
        spec = self.thing.find_spec(name, path, target)
        return spec

    def search_path(self, name: str) -> Any:
        """The `__path__` of the parent of `name`, which is imported for it; None at top level."""
        parent = name.rpartition(".")[0]
        return importlib.import_module(parent).__path__ if parent else None

    def load(self, name: str) -> ModuleType:
        """The module `name`, imported."""
        return importlib.import_module(name)

    def add(self, path: str, content: str) -> None:
        """Put a file into what the importer searches. Raises NotApplicable if it is not known how."""
        if self._add is None:
            raise NotApplicable("how to add a module is not known: give add=")
        self._add(path, content)
        with suppress(Exception):  # a check of its own sees to that
            importlib.invalidate_caches()

    def add_module(self, name: str, source: str) -> str:
        """Put a module of its own into the first package that the importer has, or at top level.

        Returns its full name; `name` may lead into folders, as ``"folder/module"``. Raises NotApplicable if
        it is not known how, or if what is put there cannot be found.
        """
        path = self.inside(name)
        full = path.replace("/", ".").removesuffix(".__init__")
        self.add(f"{path}.py", source)
        try:
            found = importlib.util.find_spec(full) is not None
        except ModuleNotFoundError:
            found = False
        if not found:
            raise NotApplicable(f"what add() puts there is not found: {full!r}")
        return full

    def inside(self, path: str) -> str:
        """The path of a file, in the first package that the importer has, or at top level.

        Raises NotApplicable if it is not known how to add files.
        """
        if self._add is None:
            raise NotApplicable("how to add a module is not known: give add=")
        regular = [
            name
            for name, spec in self.specs.items()
            if spec.submodule_search_locations is not None and spec.loader is not None
        ]
        return f"{regular[0].replace('.', '/')}/{path}" if regular else path

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Put the importer where imports meet it, with none of its modules loaded; undo it all on leaving."""
        names = {name.partition(".")[0] for name in (*self.finds, *self.misses)}

        def is_own(name: str) -> bool:
            return name.partition(".")[0] in names

        with restored(lambda name: not is_own(name) and name.partition(".")[0] in sys.stdlib_module_names):
            for name in list(sys.modules):
                if is_own(name):
                    del sys.modules[name]
            warnings.simplefilter("ignore")
            self.place()
            yield

    def place(self) -> None:
        """Put the importer where imports meet it, for good."""
        if self.kind == "path hook":
            if self.thing not in sys.path_hooks:
                sys.path_hooks.insert(0, self.thing)
            if self.entry in sys.path:
                sys.path.remove(self.entry)
            assert self.entry is not None
            sys.path.insert(0, self.entry)
            sys.path_importer_cache.pop(self.entry, None)
            if not any(getattr(finder, "__name__", "") == "PathFinder" for finder in sys.meta_path):
                sys.meta_path.append(PathFinder)
        elif self.kind == "loader":
            sys.meta_path.insert(0, _FinderOf(self.thing, self.finds))
        elif self.thing not in sys.meta_path:
            sys.meta_path.insert(0, self.thing)


class _FinderOf:
    """A finder of the modules of one loader."""

    def __init__(self, loader: Any, names: tuple[str, ...]) -> None:
        self.loader = loader
        self.names = names

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return spec_from_loader(fullname, self.loader) if fullname in self.names else None


def load_reference(reference: str) -> Any:
    """What ``pkg.mod:name`` names, or what ``pkg.mod:name()`` returns; dots lead to attributes of attributes.

    Raises ValueError if it is written otherwise, what importing the module or the call raises, and
    AttributeError if there is no such attribute.
    """
    module, _, attributes = reference.partition(":")
    names = attributes.removesuffix("()").split(".")
    if not module or not all(name.isidentifier() for name in names):
        raise ValueError(f"expected pkg.mod:name or pkg.mod:name(), found {reference!r}")
    thing: Any = importlib.import_module(module)
    for name in names:
        thing = getattr(thing, name)
    return thing() if attributes.endswith("()") else thing


def _reference_of(thing: Any) -> str | None:
    """How another process gets `thing`, if a module holds it under its own name or any other."""
    kind = thing if hasattr(thing, "__qualname__") else type(thing)
    module = sys.modules.get(getattr(kind, "__module__", None) or "")
    if module is None or module.__name__ == "__main__":
        return None
    name = getattr(thing, "__qualname__", None)
    if name is not None:
        found: Any = module
        for attribute in name.split("."):
            found = getattr(found, attribute, None)
        return f"{module.__name__}:{name}" if found is thing else None
    for name, value in vars(module).items():
        if value is thing:
            return f"{module.__name__}:{name}"
    return None
