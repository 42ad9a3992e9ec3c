"""Finder: what people subclass to make modules importable that others do not find."""

from __future__ import annotations

import abc
import itertools
import weakref
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import MethodType, ModuleType
from typing import TYPE_CHECKING, Any, TypeVar, overload

from .._core.frames import hidden
from .._core.spec import ModuleSpec as _ModuleSpec
from .._core.spec import located, search_locations_of
from ..abc import MetaPathFinder, PathEntryFinder
from .chain import alone, rest_of_chain
from .kinds import kind_of

if TYPE_CHECKING:
    from importlib.metadata import Distribution, DistributionFinder

    from ..abc import FinderLike, LoaderLike
    from .install import Handle
    from .resources import Traversable

    F = TypeVar("F")

    def either(function: F) -> F:
        """Type checkers see a method."""
        return function

else:

    class either:
        """A method of the instance, or of the class where a class itself is the finder."""

        def __init__(self, function):
            self.function = function
            self.__doc__ = function.__doc__

        def __get__(self, instance, owner):
            return MethodType(self.function, owner if instance is None else instance)


_numbers = itertools.count(1)
_labels: dict[int, tuple[weakref.ref[Any], str]] = {}
"""By what `id` says of finders that are there: their labels."""

__all__ = ["PROTOCOL", "Finder", "FinderEntry"]

PROTOCOL = (
    *("find_spec", "list_modules", "iter_modules", "find_distributions", "invalidate_caches"),
    *("get_source", "is_package", "get_filename", "get_data"),
)
"""What a finder is asked; where a class is the finder, the class is asked."""


class Finder(MetaPathFinder):
    """A finder for `sys.meta_path`: give it `find_spec`, which returns `self.spec(…)` for what it knows.

    Packages that `spec` is asked for get a path entry of this finder in their `__path__`, so that the path
    finder asks it for their submodules, and `pkgutil` lists them by `list_modules`. A finder may be an
    instance or a class. Thread-safe as far as what subclasses override is.
    """

    names: str | Iterable[str] | None = None
    """The pattern of the only modules that this finder is to be asked for, once it is installed, or several.

    None is for all. ``pkg`` is that module, ``pkg.*`` everything below it; others are matched as by
    `fnmatch.fnmatchcase`.
    """

    adds_portions = False
    """Whether, once it is installed, it is asked for its portion of every namespace package there is.

    Otherwise only what it finds first, or submodules of it, brings its portions in.
    """

    changes_modules = False
    """Whether `install` is to warn of modules that are loaded already."""

    @abc.abstractmethod
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of the module `fullname`, or None if this finder does not know it.

        `path` is the parent package's `__path__`, None at top level; `target` the module that is reloaded.
        """

    @either
    @hidden
    def rest(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """What the finders after this one on the chain say: `rest_of_chain` for this finder."""
        return rest_of_chain(self, fullname, path, target)

    @either
    def spec(
        self,
        fullname: str,
        loader: LoaderLike | None,
        *,
        origin: str | None = None,
        location: str | None = None,
        is_package: bool | None = None,
        search_locations: list[str] | None = None,
        loader_state: object = None,
    ) -> ModuleSpec:
        """A spec of the module `fullname`, to be loaded by `loader`.

        `location` is what becomes its `__file__`; `origin` says where a module without a file comes from.
        Without both, the loader's `get_filename` is asked for the location, where it has one. Whether it is
        a package is asked of the loader, where it has `is_package`, if it is not given. A package without
        `search_locations` is searched by this finder. What the loader raises passes through, except
        ImportError.

        A `loader` of None makes a portion of a namespace package. Where this finder is on `sys.meta_path`,
        those of the finders behind it are joined to it, and a module that one of them knows is preferred.
        """
        if location is None and origin is None and loader is not None and hasattr(loader, "get_filename"):
            try:
                location = loader.get_filename(fullname)
            except ImportError:
                pass
        where = origin if location is None else location
        spec = _ModuleSpec(fullname, loader, origin=where, loader_state=loader_state)
        spec.has_location = location is not None
        if search_locations is None:
            if is_package is None and loader is None:
                is_package = True
            located(spec, None, is_package)
            if spec.submodule_search_locations is not None:
                search_locations = [self.entry(fullname)]
        spec.submodule_search_locations = search_locations
        from . import portions

        if loader is None and search_locations is not None:
            return portions.joined(self, spec)
        portions.adopt(fullname)
        return spec

    @property
    def label(self) -> str:
        """What path entries of this finder start with: its class's name and a number of its own."""
        return _label(self)

    @either
    def entry(self, package: str) -> str:
        """The path entry for the submodules of `package`, known to the path hook of this finder."""
        import sys

        from .install import add_path_hook

        add_path_hook(sys.path_hooks, self)
        return f"{_label(self)}/{package.replace('.', '/')}"

    @either
    def path_hook(self, entry: str) -> FinderEntry:
        """A path entry finder for an entry of this finder; raises ImportError, with `path`, for others."""
        label = _label(self)
        if not isinstance(entry, str) or not f"{entry}/".startswith(f"{label}/"):
            raise ImportError(f"only path entries of {self!r} are supported", path=entry)
        return FinderEntry(self, entry)

    @either
    def list_modules(self, package: str = "") -> Iterable[tuple[str, bool]]:
        """The modules in `package`, or at top level, if that is empty. None, unless overridden.

        Each as its name, without the package's, and whether it is a package.
        """
        return ()

    @either
    def folder(self, package: str = "") -> Traversable | None:
        """The Traversable of the files in `package`: the resources of what it has of a namespace package.

        None, unless overridden.
        """
        return None

    @either
    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """The top-level modules, for `pkgutil`: `prefix` and name, and whether it is a package."""
        for name, is_package in self.list_modules(""):
            yield prefix + name, is_package

    @either
    @hidden
    def discover(self, parent: ModuleSpec | None = None) -> Iterator[ModuleSpec]:
        """The specs of the modules in the package whose spec is `parent`, or at top level if that is None.

        They are those that `list_modules` names and `find_spec` finds. Raises ValueError if `parent` is the
        spec of no package. Python 3.15 has it in `importlib.abc`; here it is on every version.
        """
        package, path = _package_of(parent)
        for name, _ in self.list_modules(package):
            spec = self.find_spec(f"{package}.{name}" if package else name, path)
            if spec is not None:
                yield spec

    @either
    def find_distributions(self, context: DistributionFinder.Context | None = None) -> Iterable[Distribution]:
        """The distributions that this finder knows, for `importlib.metadata`. None, unless overridden."""
        return ()

    @either
    def invalidate_caches(self) -> None:
        """Look anew at what is remembered. Does nothing, unless overridden."""

    @overload
    def install(
        self,
        *,
        name: str | None = None,
        names: str | Iterable[str] | None = None,
        inherit: bool = False,
    ) -> Handle: ...
    @overload
    def install(
        self,
        *,
        first: bool,
        name: str | None = None,
        names: str | Iterable[str] | None = None,
        inherit: bool = False,
    ) -> Handle: ...
    @overload
    def install(
        self,
        *,
        last: bool,
        name: str | None = None,
        names: str | Iterable[str] | None = None,
        inherit: bool = False,
    ) -> Handle: ...
    @overload
    def install(
        self,
        *,
        before: FinderLike,
        name: str | None = None,
        names: str | Iterable[str] | None = None,
        inherit: bool = False,
    ) -> Handle: ...
    @overload
    def install(
        self,
        *,
        after: FinderLike,
        name: str | None = None,
        names: str | Iterable[str] | None = None,
        inherit: bool = False,
    ) -> Handle: ...
    @either
    def install(self, **position: Any) -> Handle:
        """Install this finder: `loadstone.install` with the keyword arguments given."""
        from .install import install

        return install(self, **position)


def _package_of(parent: ModuleSpec | None) -> tuple[str, Sequence[str] | None]:
    """The name and the search locations of the package whose spec is `parent`; none at top level."""
    return ("", None) if parent is None else (parent.name, search_locations_of(parent))


def _label(finder: Any) -> str:
    own = getattr(finder, "__dict__", {}).get("_label")
    if own is not None:
        return str(own)
    key = id(finder)
    if key not in _labels:
        label = f"{kind_of(finder).__qualname__}@{next(_numbers)}"
        # Not kept by the finder itself, since a copy of it is another finder; forgotten when it goes.
        _labels.setdefault(key, (weakref.ref(finder, lambda _: _labels.pop(key)), label))
    return _labels[key][1]


class FinderEntry(PathEntryFinder):
    """The path entry finder for one package of a finder: it asks the finder, with this entry as path."""

    def __init__(self, finder: Any, entry: str) -> None:
        """For the path entry `entry` of `finder`."""
        self.finder = finder
        self.path = entry
        self.package: str = entry[len(_label(finder)) + 1 :].replace("/", ".")

    @hidden
    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        """What the finder says of the module `fullname`, looked for in this path entry."""
        with alone(fullname):
            spec: ModuleSpec | None = self.finder.find_spec(fullname, [self.path], target)
        return spec

    def files(self) -> Traversable | None:
        """The folder of this entry, a Traversable, if the finder has such; else None."""
        folder: Traversable | None = self.finder.folder(self.package)
        return folder

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """The modules in the package, for `pkgutil.iter_modules`."""
        for name, is_package in self.finder.list_modules(self.package):
            yield prefix + name, is_package

    @hidden
    def discover(self, parent: ModuleSpec | None = None) -> Iterator[ModuleSpec]:
        """The specs of the modules in the package of this entry.

        Raises ValueError if `parent` is the spec of no package.
        """
        package, _ = _package_of(parent)
        for name, _ in self.finder.list_modules(self.package):
            spec = self.find_spec(f"{package}.{name}" if package else name)
            if spec is not None:
                yield spec

    def invalidate_caches(self) -> None:
        """Have the finder look anew at what it remembers."""
        self.finder.invalidate_caches()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.finder!r}, {self.path!r})"
