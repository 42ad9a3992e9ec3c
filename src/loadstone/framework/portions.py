"""Portions: namespace packages of which several finders of the chain have a part (PEP 420)."""

from __future__ import annotations

import os
import sys
from _frozen_importlib_external import _NamespacePath  # type: ignore[attr-defined,unused-ignore]
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from operator import is_not
from pathlib import Path
from pkgutil import get_importer
from types import ModuleType
from typing import Any
from warnings import warn

from .._core.frames import hidden
from .._core.namespace import NamespaceLoader, NamespacePath, loader_over
from .._core.spec import ModuleSpec as _ModuleSpec
from .chain import Switchboard, alone, chain_state, finders_for, handles, is_alone, rest_of_chain
from .finder import Finder
from .interceptor import Interceptor
from .kinds import kind_of

__all__ = ["Portions", "adopt", "joined", "needs_portions"]


def joined(finder: Any, spec: ModuleSpec) -> ModuleSpec:
    """What `spec`, a portion that `finder` has found, is together with those of the finders behind it.

    A module behind it wins over a portion, as it does along a path.
    """
    name = spec.name
    if is_alone(name) or not any(other is finder for other in finders_for(name)):
        return spec
    path = _parent_path(name)
    with alone(name):
        behind = rest_of_chain(finder, name, path)
    if behind is not None and behind.loader is not None:
        return behind
    return _package(name, _collected(name, path))


def adopt(fullname: str) -> None:
    """Have the namespace package that the module is in, if it is in one, list all portions.

    For what was imported before a finder was there, or passed it by.
    """
    parent = fullname.rpartition(".")[0]
    module = sys.modules.get(parent)
    if module is None or is_alone(fullname):
        return
    here: Any = getattr(module, "__path__", None)
    if not isinstance(here, _NamespacePath) or isinstance(here, _JoinedPath):
        return
    locations = _collected(parent, _parent_path(parent))
    if set(locations) - set(here):
        spec: Any = _package(parent, locations)
        module.__path__ = spec.submodule_search_locations
        own: Any = module.__spec__
        if own is not None:
            own.submodule_search_locations = module.__path__
            own.loader = module.__loader__ = spec.loader or loader_over(module.__path__)


class Portions(Interceptor):
    """The interceptor which gives a namespace package the portions of the finders further down the chain."""

    changes_modules = False

    @hidden
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the rest of the chain has found; if that is a namespace package, with all its portions."""
        spec = self.rest(fullname, path, target)
        if spec is None or spec.loader is not None:
            return spec
        here = spec.submodule_search_locations
        if here is None or isinstance(here, _JoinedPath):
            return spec
        known = list(here)
        more = [location for location in _collected(fullname, path) if location not in known]
        if not more and _are_directories(known):
            return spec
        return _package(fullname, known + more)

    find_spec.asks_rest = True  # type: ignore[attr-defined]

    def invalidate_caches(self) -> None:
        """Have namespace packages look for their portions anew."""
        NamespacePath.epoch += 1

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def needs_portions() -> None:
    """Have `Portions` on `sys.meta_path` if one of the installed hooks needs it, else not.

    It stands before the first finder that finds namespace packages without joining them.
    """
    chain: list[Any] = sys.meta_path
    there = [finder for finder in chain if type(finder) is Portions]
    others = [finder for finder in chain if type(finder) is not Portions]
    first = 0
    while first < len(others) and _joins_or_finds_none(others[first]):
        first += 1
    if any(map(_adds_portions, others[first:])):
        if len(there) == 1 and chain.index(there[0]) == first:
            return
        # Never without one, for those who are searching meanwhile.
        chain.insert(first, Portions())
    for portions in there:
        chain.remove(portions)


def _adds_portions(finder: Any) -> bool:
    """Whether it is an installed finder, or has one in it, that has portions of others' packages."""
    if type(finder) is Switchboard:
        return any(map(_adds_portions, finder.finders))
    kind = kind_of(finder)
    return issubclass(kind, Finder) and finder.adds_portions and handles.of(finder) is not None


def _joins_or_finds_none(finder: Any) -> bool:
    """Whether it is a finder of loadstone, which joins portions by itself, or finds no namespace packages."""
    kind = kind_of(finder)
    return issubclass(kind, (Finder, Switchboard)) or kind.__name__ in ("BuiltinImporter", "FrozenImporter")


def _parent_path(name: str) -> Any:
    parent = name.rpartition(".")[0]
    return getattr(sys.modules.get(parent), "__path__", None) if parent else None


def _collected(name: str, path: Any) -> list[str]:
    """The portions that the finders of the chain have, in their order.

    One that fails is passed over with an ImportWarning: what others have found can be imported without it.
    """
    locations: list[str] = []
    with alone(name):
        for finder in finders_for(name):
            find = getattr(finder, "find_spec", None)
            if find is None or isinstance(finder, Interceptor):
                continue
            try:
                spec = find(name, path, None)
            except Exception as error:
                warn(
                    f"{finder!r} does not tell its portion of {name!r}: {error}", ImportWarning, stacklevel=2
                )
                continue
            if spec is not None and spec.loader is None:
                for location in spec.submodule_search_locations or ():
                    if location not in locations:
                        locations.append(location)
    return locations


def _collect_again(name: str, path: Sequence[str]) -> ModuleSpec:
    spec = _ModuleSpec(name, None)
    spec.submodule_search_locations = _collected(name, path if "." in name else None)
    return spec


class _JoinedPath(NamespacePath):
    """The path of a namespace package whose portions are those of all finders: it follows the chain too."""

    _chain: list[Any]

    def _recalculate(self) -> list[str]:
        chain = [*chain_state(), getattr(_NamespacePath, "_epoch", None)]
        if not hasattr(self, "_chain"):
            self._chain = chain
        elif len(chain) != len(self._chain) or any(map(is_not, chain, self._chain)):
            self._chain = chain
            self._last_epoch = -1
        return super()._recalculate()


class _PortionsLoader(NamespaceLoader):
    """The loader of a namespace package with portions that are no directories."""

    def exec_module(self, module: Any) -> None:
        """Nothing is executed; as any namespace package, it has no file."""
        module.__file__ = None

    def get_resource_reader(self, module: Any) -> Any:
        """The reader of the resources in all portions."""
        from .resources import Joined, Reader

        folders = [folder for folder in map(_folder, self._path) if folder is not None]
        return Reader(Joined(module.rpartition(".")[2], folders))


def _package(name: str, locations: list[str]) -> ModuleSpec:
    path: Any = _JoinedPath(name, locations, _collect_again)
    spec = _ModuleSpec(name, None if _are_directories(locations) else loader_over(path, _PortionsLoader))
    spec.submodule_search_locations = path
    return spec


def _are_directories(locations: list[str]) -> bool:
    return all(os.path.isdir(location) for location in locations)


def _folder(location: str) -> Any:
    """The Traversable of a portion, or None if there is none."""
    if os.path.isdir(location):
        return Path(location)
    entry: Any = get_importer(location)
    files = getattr(entry, "files", None)
    return None if files is None else files()
