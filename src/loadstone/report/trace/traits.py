"""What is known of a loader by its class."""

from __future__ import annotations

from _frozen_importlib import BuiltinImporter, FrozenImporter
from _frozen_importlib_external import (
    ExtensionFileLoader,
    SourcelessFileLoader,
    SourceLoader,
    _NamespaceLoader,
)

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
_WRAPPERS = {("loadstone.framework.loader", "WrappedLoader"), ("loadstone.report.trace.recorder", "_Around")}

_names: dict[type, str] = {}
_traits: dict[type, Traits] = {}


def name_of(thing: Any) -> str:
    """The class of a finder or loader, or itself if it is one, with its module."""
    kind = thing if isinstance(thing, type) else type(thing)
    name = _names.get(kind)
    if name is None:
        name = _names[kind] = f"{kind.__module__}.{kind.__qualname__}"
    return name


class Traits:
    """What is known of all loaders of a class."""

    def __init__(self, kind: type) -> None:
        names = {(parent.__module__, parent.__name__) for parent in kind.__mro__}
        self.wraps = not names.isdisjoint(_WRAPPERS)
        self.name = f"{kind.__module__}.{kind.__qualname__}"
        self.kind = next((name for base, name in _KINDS if issubclass(kind, base)), None)
        self.has_code = hasattr(kind, "get_code")
        self.reads = hasattr(kind, "get_data")
        self.compiles = hasattr(kind, "source_to_code")
        # Of importlib's own methods it is known: one does nothing, by the other nothing is compiled unread.
        self.makes_none = getattr(kind, "create_module", None) is SourceLoader.create_module
        self.reads_first = getattr(kind, "get_code", None) is SourceLoader.get_code


def traits_of(loader: Any) -> Traits:
    """The traits of a loader, or of the class if it is one."""
    kind = loader if isinstance(loader, type) else type(loader)
    traits = _traits.get(kind)
    if traits is None:
        traits = _traits[kind] = Traits(kind)
    return traits


def kind_by(origin: str | None) -> str:
    """The kind of a module by what its file is called."""
    if origin is not None:
        for ending, kind in _ENDINGS:
            if origin.endswith(ending):
                return kind
    return "other"
