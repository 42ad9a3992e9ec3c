"""The anatomy of a loader: what a transform has to know of one to get in between its source and its code."""

from __future__ import annotations

import importlib.abc
from _frozen_importlib_external import SourceLoader as _TheirSourceLoader
from importlib.machinery import SOURCE_SUFFIXES, ModuleSpec
from typing import Any

from .. import abc
from .._standard.files import SourceFileLoader
from .._standard.source import LoaderBasics
from .._standard.source import SourceLoader as _OwnSourceLoader
from .loader import Loader
from .traits import Traits

__all__ = [
    "COMPILERS",
    "Anatomy",
    "Seam",
    "changers",
    "compiler_class",
    "gives_source",
    "next_method",
    "plain",
]


class Seam:
    """Of the classes that a transform puts into the line of a loader's."""


def plain(method: Any) -> Any:
    """The function of a method as it stands in a class, which may be static."""
    return method.__func__ if isinstance(method, staticmethod) else method


COMPILERS: dict[type, Any] = {
    kind: plain(vars(kind)["source_to_code"])
    for kind in (_TheirSourceLoader, _OwnSourceLoader, importlib.abc.InspectLoader, abc.InspectLoader)
}
"""The classes whose `source_to_code` compiles and changes nothing."""

_EXECUTE = (LoaderBasics.exec_module, _TheirSourceLoader.exec_module)
_GET_CODE = (
    _TheirSourceLoader.get_code,
    _OwnSourceLoader.get_code,
    SourceFileLoader.get_code,
    importlib.abc.InspectLoader.get_code,
    importlib.abc.ExecutionLoader.get_code,
    abc.InspectLoader.get_code,
    abc.ExecutionLoader.get_code,
    Loader.get_code,
)
_WITHOUT_SOURCE = frozenset({"builtin", "frozen", "extension", "namespace"})


class Anatomy(Traits):
    """What there is to know of the loader of a spec, found out once.

    For one negotiation: tools patch the methods of loaders' classes, so the next one looks anew.
    """

    def __init__(self, spec: ModuleSpec, loader: Any) -> None:
        """Of `loader`, which is to load the module of `spec`."""
        self.is_class: bool = isinstance(loader, type)
        kind: Any = loader if self.is_class else type(loader)
        super().__init__(kind)
        self.loader = loader
        self.type = kind
        place = self._place()
        self.inner: Anatomy | None = None if place is None else Anatomy(spec, getattr(loader, place))
        """Of the loader that this one stands in for, if it does; that is its attribute `keeps`."""
        self.keeps = place
        self.compiler: type | None = compiler_class(kind)
        """The class that compiles for it and changes nothing, or None: then it compiles all by itself."""
        self.is_source: bool = self._is_source(spec)
        """Whether the module is one of source, as far as is known before it is loaded."""
        self.is_open: bool = (
            not self.is_class
            and self.has_code
            and self.executes
            and (self.compiler is not None or self.gives_source)
        )
        """Whether it can be made to transform."""
        self.is_asked_for_cache: bool = hasattr(kind, "cache_path")
        self.works_out_cache: bool = issubclass(kind, _TheirSourceLoader)
        executes: Any = getattr(kind, "exec_module", None)
        self.executes_compiled: bool = executes in _EXECUTE and (
            self.compiler is None or getattr(kind, "get_code", None) in _GET_CODE
        )
        """Whether it is known to execute what its `source_to_code` has compiled."""

    def _place(self) -> str | None:
        if self.is_class or self.keeps is not None:
            return None if self.is_class else self.keeps
        if self.executes:
            return None
        if hasattr(self.type, "__wrapped__"):
            return "__wrapped__"
        if not hasattr(self.type, "__getattr__"):
            return None
        # A proxy of somebody's: what it keeps is the one loader among its attributes.
        held = [
            name
            for name, value in getattr(self.loader, "__dict__", {}).items()
            if hasattr(value, "exec_module")
        ]
        return held[0] if len(held) == 1 else None

    def _is_source(self, spec: ModuleSpec) -> bool:
        if self.loader is None or self.kind in _WITHOUT_SOURCE:
            return False
        if self.kind == "source" or (spec.origin or "").endswith(tuple(SOURCE_SUFFIXES)):
            return True
        if self.inner is not None:
            return self.inner.is_source
        return (self.compiler is not None and not self.is_class) or gives_source(spec, self.loader)


def gives_source(spec: ModuleSpec, loader: Any) -> bool:
    """Whether the loader has source of the module."""
    try:
        return loader.get_source(spec.name) is not None
    except Exception:
        # Not there, or it does not know: nothing to transform.
        return False


def compiler_class(kind: type) -> type | None:
    """The class in the line of `kind` whose `source_to_code` only compiles, or None."""
    for parent in kind.__mro__:
        method = plain(vars(parent).get("source_to_code"))
        if method is not None and method is COMPILERS.get(parent):
            return parent
    return None


def changers(kind: type) -> list[type]:
    """The classes in the line of `kind` that have a change of their own to make."""
    return [
        parent
        for parent in kind.__mro__
        if "source_to_code" in vars(parent) and parent not in COMPILERS and Seam not in parent.__mro__
    ]


def next_method(kind: type, place: type | None = None) -> tuple[type, Any]:
    """The first class in the line of `kind`, or after `place` in it, with `source_to_code`; and that."""
    line = kind.__mro__
    after = line if place is None else line[line.index(place) + 1 :]
    owner = next(parent for parent in after if "source_to_code" in vars(parent))
    return owner, vars(owner)["source_to_code"]
