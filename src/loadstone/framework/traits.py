"""What is known of a loader by its class: the one place that asks.

The recorder of `trace` asks too, inside the program that is traced: so this imports next to nothing.
"""

from __future__ import annotations

from _frozen_importlib import BuiltinImporter, FrozenImporter
from _frozen_importlib_external import (
    ExtensionFileLoader,
    SourcelessFileLoader,
    SourceLoader,
    _NamespaceLoader,
)
from _weakref import ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Traits", "kind_by", "name_of", "traits_of"]

_KINDS = (
    (SourcelessFileLoader, "bytecode"),
    (SourceLoader, "source"),
    (ExtensionFileLoader, "extension"),
    (_NamespaceLoader, "namespace"),
    (BuiltinImporter, "builtin"),
    (FrozenImporter, "frozen"),
)
_ENDINGS = ((".py", "source"), (".pyc", "bytecode"), (".so", "extension"), (".pyd", "extension"))

# Classes that may not have been imported are known by their names: so nobody pays for what is not used.
_OWN_SOURCE = ("loadstone._standard.source", "SourceLoader")
_KEEPERS = {
    ("loadstone.framework.loader", "WrappedLoader"): "inner",
    ("loadstone.report.trace.watched", "Around"): "inner",
    ("importlib.util", "LazyLoader"): "loader",
}


class Traits:
    """What is known of all loaders of a class, as its methods are now."""

    def __init__(self, kind: type) -> None:
        names = {(parent.__module__, parent.__name__) for parent in kind.__mro__}
        self.name: str = f"{kind.__module__}.{kind.__qualname__}"
        self.kind = next((name for base, name in _KINDS if issubclass(kind, base)), None)
        """What they load, if it is always the same: "source", "bytecode", "extension", and so on."""
        if self.kind is None and _OWN_SOURCE in names:
            self.kind = "source"
        self.keeps: str | None = next((_KEEPERS[name] for name in names if name in _KEEPERS), None)
        """The attribute in which one that stands in for another loader has that."""
        self.executes: bool = hasattr(kind, "exec_module")
        self.has_code: bool = hasattr(kind, "get_code")
        self.gives_source: bool = hasattr(kind, "get_source")
        self.reads: bool = hasattr(kind, "get_data")
        self.compiles: bool = hasattr(kind, "source_to_code")
        # Of importlib's own methods it is known: one does nothing, by the other nothing is compiled unread.
        self.makes_none: bool = getattr(kind, "create_module", None) is SourceLoader.create_module
        self.reads_first: bool = getattr(kind, "get_code", None) is SourceLoader.get_code


# By weak references, since programs make classes of loaders, too; what is kept must not lead to the class.
_known: dict[ref[type], Traits] = {}


def _forget(dead: ref[type]) -> None:
    _known.pop(dead, None)


def traits_of(thing: Any) -> Traits:
    """The traits of a loader, or of the class if it is one, as they were when they were asked for first."""
    kind = thing if isinstance(thing, type) else type(thing)
    traits = _known.get(ref(kind))
    if traits is None:
        traits = _known[ref(kind, _forget)] = Traits(kind)
    return traits


def name_of(thing: Any) -> str:
    """The class of a finder or loader, or itself if it is one, with its module."""
    return traits_of(thing).name


def kind_by(origin: str | None) -> str:
    """The kind of a module by what its file is called."""
    if origin is not None:
        for ending, kind in _ENDINGS:
            if origin.endswith(ending):
                return kind
    return "other"
