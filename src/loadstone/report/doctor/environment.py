"""What the checks look at: the state of an import system, and where its directories are."""

from __future__ import annotations

import os
import pkgutil
import sys
import sysconfig
from collections.abc import Callable, Iterable, Mapping
from importlib.machinery import ModuleSpec
from typing import Any, TypeVar

import attrs

from ..._core.finding import find_spec
from ..._standard.path import PathSearch
from ...distributions import Installed, installed
from ...framework.chain import concerned, unfolded
from ...framework.kinds import attribute_of
from ..places import (
    PACKAGES,
    current_directory,
    folder,
    is_site,
    is_standard_file,
    site_directories,
    standard_directories,
)

__all__ = ["Environment", "live", "locations_of"]

T = TypeVar("T")


@attrs.define(eq=False)
class Environment:
    """The state of an import system, as it was when the examination began."""

    modules: dict[str, Any]
    meta_path: list[Any]
    path: list[Any]
    path_hooks: list[Any]
    path_importer_cache: dict[str, Any]
    sites: tuple[str, ...]
    """The directories whose `.pth` files are read when Python starts."""
    standard: tuple[str, ...]
    """The directories of the standard library."""
    version: tuple[int, int]
    """Of Python."""
    python: tuple[int, int, int] = sys.version_info[:3]
    """The same, in full."""
    scripts: str = ""
    """The directory of what is started by its name on the command line."""
    is_virtual: bool = False
    """Whether it is a virtual environment, whose scripts are its own."""
    failures: tuple[tuple[str, BaseException], ...] = ()
    """The modules that were to be imported first and could not be, and what their import raised."""
    scan: tuple[str, ...] = ()
    """The packages whose code is to be read, beside the local ones."""
    _listings: dict[str, frozenset[str]] = attrs.field(factory=dict, init=False)
    _finders: dict[str, Any] = attrs.field(factory=dict, init=False)
    _names: dict[str, dict[str, bool]] = attrs.field(factory=dict, init=False)
    _made: dict[Any, Any] = attrs.field(factory=dict, init=False)

    def once(self, make: Callable[[Environment], T]) -> T:
        """What `make` returns for this environment; made once."""
        if make not in self._made:
            self._made[make] = make(self)
        made: T = self._made[make]
        return made

    @property
    def finders(self) -> list[Any]:
        """The finders of the chain, those in switchboards one by one."""
        return unfolded(self.meta_path)

    def finders_for(self, name: str) -> list[Any]:
        """The finders that would be asked for the module `name`."""
        return concerned(self.meta_path, name)

    def find(self, name: str) -> ModuleSpec | None:
        """What the chain finds for `name`, whose parents are not imported for it either.

        Where one is loaded, its `__path__` is what counts.
        """
        state: Any = self
        head, *tail = name.split(".")
        spec: ModuleSpec | None = find_spec(state, head, None)
        for part in tail:
            locations = attribute_of(self.modules.get(head), "__path__")
            if locations is None and spec is not None:
                locations = spec.submodule_search_locations
            if locations is None:
                return None
            spec = self._find_in(head, f"{head}.{part}", locations_of(locations))
            head = f"{head}.{part}"
        return spec

    def _find_in(self, parent: str, name: str, path: list[str]) -> ModuleSpec | None:
        """What the chain finds for the module `name` of a package."""
        state: Any = self
        try:
            return find_spec(state, name, path)
        except (KeyError, ModuleNotFoundError) as error:
            named = error.args[:1] if isinstance(error, KeyError) else (error.name,)
            if named != (parent,) or parent in self.modules:
                raise
        # The path finder has met portions, and cannot make a path of them that follows the parent's.
        spec: ModuleSpec = PathSearch(state).spec_in(name, path)
        return spec if spec.loader or spec.submodule_search_locations else None

    def entries(self) -> list[str]:
        """The path entries that are searched: the strings, an empty one as the current directory."""
        entries = [entry or current_directory() for entry in self.path if isinstance(entry, str)]
        return [entry for entry in entries if entry]

    def is_site(self, entry: str) -> bool:
        """Whether distributions are installed in the directory."""
        return is_site(entry, self.sites)

    def is_standard_file(self, file: str) -> bool:
        """Whether the file or directory is of the standard library."""
        return is_standard_file(file, self.standard)

    def is_installed(self, name: str) -> bool:
        """Whether the loaded module `name` is of the standard library, or stands where distributions are."""
        file = attribute_of(self.modules.get(name), "__file__")
        if not isinstance(file, str):
            return False
        place = folder(file)
        in_site = any(place.startswith(site + os.sep) for site in self.sites)
        return in_site or self.is_standard_file(file) or not set(PACKAGES).isdisjoint(place.split(os.sep))

    def local_entries(self) -> list[str]:
        """The path entries that are neither the standard library's nor where distributions are."""
        return [
            entry
            for entry in self.entries()
            if not self.is_site(entry)
            and not self.is_standard_file(entry)
            and os.path.basename(entry) != self.standard_zip
        ]

    @property
    def standard_zip(self) -> str:
        """The archive that Python looks for its library in first, which is rarely there."""
        return f"python{self.version[0]}{self.version[1]}.zip"

    def finder_of(self, entry: str) -> Any:
        """The path entry finder for `entry`, or None; nothing is put into the cache."""
        if entry in self.path_importer_cache:
            return self.path_importer_cache[entry]
        if entry not in self._finders:
            self._finders[entry] = None
            for hook in self.path_hooks:
                try:
                    self._finders[entry] = hook(entry)
                except ImportError:
                    continue
                break
        return self._finders[entry]

    def names(self, entry: str) -> dict[str, bool]:
        """The modules in a path entry, and whether they are packages; no namespace packages."""
        if entry not in self._names:
            finder = self.finder_of(entry)
            listed: Iterable[tuple[str, bool]] = pkgutil.iter_importer_modules(finder) if finder else ()  # type: ignore[attr-defined]
            self._names[entry] = dict(listed)
        return self._names[entry]

    def origin(self, entry: str, name: str) -> str:
        """The file of the module `name` in a path entry; the entry itself where that cannot be said."""
        find = getattr(self.finder_of(entry), "find_spec", None)
        spec = find(name) if find else None
        return str(spec.origin) if spec is not None and spec.origin else entry

    def listing(self, place: str) -> frozenset[str]:
        """The names of what is in a directory; none where it cannot be read. It is read once."""
        if place not in self._listings:
            try:
                self._listings[place] = frozenset(os.listdir(place))
            except (OSError, ValueError):
                self._listings[place] = frozenset()
        return self._listings[place]

    def distributions(self) -> list[Installed]:
        """What is installed."""
        return self.once(_distributions)

    @property
    def current(self) -> dict[str, Installed]:
        """What counts of what is installed: the first along the path of each name, in its normal form."""
        return self.once(_current)

    @property
    def own(self) -> list[Installed]:
        """What has been installed by itself, and has a name: not what others bring along, nor leftovers."""
        return self.once(_own)

    def providers(self, name: str) -> list[Installed]:
        """The distributions that have the top-level module `name`."""
        return self.once(_providers).get(name, [])

    def provider(self, name: str) -> str:
        """The names of the distributions that have the module, or an empty string."""
        return ", ".join(sorted({str(one.name) for one in self.providers(name)}))


def _distributions(environment: Environment) -> list[Installed]:
    return list(installed(environment.entries()))


def _current(environment: Environment) -> dict[str, Installed]:
    found: dict[str, Installed] = {}
    for distribution in environment.distributions():
        if distribution.name is not None and not distribution.is_aside:
            found.setdefault(distribution.key, distribution)
    return found


def _own(environment: Environment) -> list[Installed]:
    brought = {
        os.path.join(os.path.dirname(one.place), *file.split("/")[:-1])
        for one in environment.distributions()
        for file in one.recorded
        if file.endswith(".dist-info/METADATA") and file.count("/") > 1
    }
    return [
        one
        for one in environment.distributions()
        if one.name is not None and not one.is_aside and one.place not in brought
    ]


def _providers(environment: Environment) -> Mapping[str, list[Installed]]:
    found: dict[str, list[Installed]] = {}
    for distribution in environment.distributions():
        if distribution.name is not None:
            for module in distribution.modules:
                found.setdefault(module, []).append(distribution)
    return found


def live(
    scan: Iterable[str] = (),
    failures: Iterable[tuple[str, BaseException]] = (),
    modules: Mapping[str, Any] | None = None,
) -> Environment:
    """The environment of this process, which has other `modules` if they are given."""
    entries = {folder(entry) for entry in sys.path if isinstance(entry, str)}
    return Environment(
        modules=dict(sys.modules if modules is None else modules),
        meta_path=list(sys.meta_path),
        path=list(sys.path),
        path_hooks=list(sys.path_hooks),
        path_importer_cache=dict(sys.path_importer_cache),
        sites=tuple(dict.fromkeys(place for place in map(folder, site_directories()) if place in entries)),
        standard=tuple(standard_directories()),
        version=sys.version_info[:2],
        scripts=folder(sysconfig.get_path("scripts")),
        is_virtual=sys.prefix != sys.base_prefix,
        failures=tuple(failures),
        scan=tuple(scan),
    )


def locations_of(path: Any) -> list[str]:
    """The locations in the path of a package, which need not be imported.

    That of a namespace package computes itself from its parent's, and fails where that is not imported.
    """
    return list(getattr(path, "_path", path))
