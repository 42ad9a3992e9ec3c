"""Module specs (PEP 451), and a new module made from one."""

from __future__ import annotations

import sys
from _frozen_importlib import ModuleSpec as _ModuleSpec
from _frozen_importlib_external import _NamespaceLoader

from .cache import bytecode_path, cached_path, split
from .frames import hidden
from .namespace import NamespaceLoader, loader_over
from .versions import PREFERS_LOCATION_TO_ORIGIN, SETS_CACHED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__all__ = [
    "ModuleSpec",
    "bind",
    "default_cache_path",
    "located",
    "module_from_spec",
    "new_module",
    "search_locations_of",
    "spec_from_loader",
]

_Module = type(sys)
_Theirs: Any = _ModuleSpec


def default_cache_path(loader: Any, source_path: str) -> str | None:
    """Where the bytecode of the source at `source_path` is cached; None to cache none.

    This is the seam for loaders whose code depends on more than the source and the interpreter: one that
    returns a path of its own keeps its bytecode apart, and the module's `__cached__` tells it.
    """
    return bytecode_path(source_path)


class ModuleSpec(_ModuleSpec):  # noqa: PLW1641 - not hashable, as importlib's
    """What a finder found: name, loader, origin and search locations of a module (PEP 451).

    Same promise as `importlib.machinery.ModuleSpec`, whose subclass it is; its behaviour is its own.
    A spec is not locked: only the finder that makes it should change it.
    """

    def __init__(
        self,
        name: str,
        loader: Any,
        *,
        origin: str | None = None,
        loader_state: Any = None,
        is_package: bool | None = None,
    ) -> None:
        """A spec of the module `name`, to be loaded by `loader` (None for a namespace package).

        `origin` says where the module comes from; `loader_state` is the loader's own. `is_package` true
        sets `submodule_search_locations` to an empty list, otherwise it is None.
        """
        self.name = name
        self.loader = loader
        self.origin = origin
        self.loader_state = loader_state
        self.submodule_search_locations: list[str] | None = [] if is_package else None
        self._uninitialized_submodules: list[str] = []
        self._set_fileattr = False
        self._cached: str | None = None

    def __repr__(self) -> str:
        facts = [f"name={self.name!r}", f"loader={self.loader!r}"]
        if self.origin is not None:
            facts.append(f"origin={self.origin!r}")
        if self.submodule_search_locations is not None:
            facts.append(f"submodule_search_locations={self.submodule_search_locations}")
        return f"{type(self).__name__}({', '.join(facts)})"

    def __eq__(self, other: object) -> bool:
        try:
            return bool(
                self.name == other.name  # type: ignore[attr-defined]
                and self.loader == other.loader  # type: ignore[attr-defined]
                and self.origin == other.origin  # type: ignore[attr-defined]
                and self.submodule_search_locations == other.submodule_search_locations  # type: ignore[attr-defined]
                and self.cached == other.cached  # type: ignore[attr-defined]
                and self.has_location == other.has_location  # type: ignore[attr-defined]
            )
        except AttributeError:
            return NotImplemented

    @property
    def cached(self) -> str | None:
        """Where the module's bytecode is cached (a path), or None.

        Worked out from `origin` when first asked, if `has_location` is true; a loader with a `cache_path` of
        its own is asked.
        """
        if self._cached is None and self.origin is not None and self._set_fileattr:
            cache_path = getattr(type(self.loader), "cache_path", default_cache_path)
            if cache_path is not default_cache_path:
                return cache_path(self.loader, self.origin)
            self._cached = cached_path(self.origin)
        return self._cached

    @cached.setter
    def cached(self, path: str | None) -> None:
        self._cached = path

    @property
    def parent(self) -> str:
        """The package the module is in: for a package itself, its own name; ``""`` at top level."""
        if self.submodule_search_locations is None:
            return self.name.rpartition(".")[0]
        return self.name

    @property
    def has_location(self) -> bool:
        """Whether `origin` is a place that can be loaded from, and becomes the module's `__file__`."""
        return self._set_fileattr

    @has_location.setter
    def has_location(self, value: object) -> None:
        self._set_fileattr = bool(value)


@hidden
def spec_from_loader(
    name: str, loader: Any, *, origin: str | None = None, is_package: bool | None = None
) -> ModuleSpec:
    """A spec of the module `name` by what its `loader` says (PEP 451).

    A loader with `get_filename` gives a spec with a location, unless `origin` is given. Whether the module
    is a package is asked of the loader's `is_package` if it is not given. Same promise as
    `importlib.util.spec_from_loader`. What the loader raises passes through, except ImportError, which
    means that the loader does not know.
    """
    if origin is None and not PREFERS_LOCATION_TO_ORIGIN:
        origin = getattr(loader, "_ORIGIN", None)
    if (not origin or PREFERS_LOCATION_TO_ORIGIN) and hasattr(loader, "get_filename"):
        try:
            location = loader.get_filename(name)
        except ImportError:
            location = "<unknown>"
        spec = ModuleSpec(name, loader, origin=location)
        spec.has_location = True
    else:
        location = None
        spec = ModuleSpec(name, loader, origin=origin)
    return located(spec, location, is_package)


def located(spec: ModuleSpec, location: str | None, is_package: bool | None) -> ModuleSpec:
    """Finish `spec`: a package's search locations start with the folder of its `location`, if it has one."""
    loader: Any = spec.loader
    if is_package is None and hasattr(loader, "is_package"):
        try:
            is_package = loader.is_package(spec.name)
        except ImportError:
            is_package = None
    if is_package:
        spec.submodule_search_locations = [split(location)[0]] if location else []
    return spec


@hidden
def module_from_spec(spec: _ModuleSpec) -> ModuleType:
    """A new module made by the loader of `spec`, its import attributes set; not yet executed (PEP 451).

    Returns what the loader's `create_module` returns, or else a plain module. Raises ImportError if the
    loader has `exec_module` without `create_module`; what `create_module` raises passes through.
    """
    loader: Any = spec.loader
    module: ModuleType | None = None
    if hasattr(loader, "create_module"):
        module = loader.create_module(spec)
        if module is None:
            return new_module(spec)
    elif hasattr(loader, "exec_module"):
        raise ImportError("loaders that define exec_module() must also define create_module()")
    if module is None:
        module = _Module(spec.name)
    bind(spec, module)
    return module


def new_module(spec: Any) -> ModuleType:
    """A plain new module of a spec with a loader, its import attributes set, none of which is there yet."""
    name, locations = spec.name, spec.submodule_search_locations
    module = _Module(name)
    namespace = module.__dict__
    namespace["__loader__"] = spec.loader
    if type(spec) is _Theirs:
        # What its properties say, without a call for each.
        namespace["__package__"] = name.rpartition(".")[0] if locations is None else name
        has_location, cached = spec._set_fileattr, spec._cached
    else:
        namespace["__package__"] = spec.parent
        has_location, cached = spec.has_location, None
    namespace["__spec__"] = spec
    if locations is not None:
        namespace["__path__"] = locations
    if has_location:
        namespace["__file__"] = spec.origin
        if SETS_CACHED and (cached or (cached := spec.cached)) is not None:
            namespace["__cached__"] = cached
    return module


@hidden
def bind(spec: Any, module: Any, *, override: bool = False) -> None:
    """Set the import attributes of `module` by `spec`, where missing or None, or all if `override`.

    Attributes that cannot be set are left as they are. A namespace package gets its loader here.
    """

    def put(name: str, value: object) -> None:
        if override or getattr(module, name, None) is None:
            put_always(name, value)

    def put_always(name: str, value: object) -> None:
        try:
            setattr(module, name, value)
        except AttributeError:
            pass

    put("__name__", spec.name)
    if override or getattr(module, "__loader__", None) is None:
        if spec.loader is None and spec.submodule_search_locations is not None:
            kind = NamespaceLoader if isinstance(spec, ModuleSpec) else _NamespaceLoader
            spec.loader = loader_over(spec.submodule_search_locations, kind)
            module.__file__ = None
        put_always("__loader__", spec.loader)
    put("__package__", spec.parent)
    put_always("__spec__", spec)
    if spec.submodule_search_locations is not None:
        put("__path__", spec.submodule_search_locations)
    if spec.has_location:
        put("__file__", spec.origin)
        if SETS_CACHED and spec.cached is not None:
            put("__cached__", spec.cached)


def search_locations_of(parent: _ModuleSpec) -> Any:
    """Where the submodules of the package of the spec `parent` are. Raises ValueError if it is no package."""
    locations = parent.submodule_search_locations
    if locations is None:
        raise ValueError(f"{parent} is not a package module")
    return locations
