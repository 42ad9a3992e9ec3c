"""What finders, loaders and modules are, as far as that can be told without asking them."""

from __future__ import annotations

from typing import Any

__all__ = ["attribute_of", "is_ours", "is_standard", "kind_of", "qualified"]

_STANDARD = ("_frozen_importlib", "_frozen_importlib_external", "importlib", "zipimport")
_OWN = ("loadstone._core", "loadstone._standard", "loadstone.machinery")


def kind_of(thing: Any) -> type:
    """The class of a finder or loader, or itself if it is one."""
    kind: type = type(thing)
    return thing if issubclass(kind, type) else kind


def is_ours(kind: type) -> bool:
    """Whether a class is one of loadstone's."""
    return kind.__module__.partition(".")[0] == "loadstone"


def qualified(thing: Any) -> str:
    """What a finder or loader is called: its class, or itself if it is one, with the module of that."""
    kind = kind_of(thing)
    return f"{kind.__module__}.{kind.__qualname__}"


def is_standard(thing: Any) -> bool:
    """Whether a finder or loader is one of Python's own, or loadstone's in their place."""
    module = str(kind_of(thing).__module__)
    return module.partition(".")[0] in _STANDARD or module.startswith(_OWN)


def attribute_of(module: Any, name: str) -> Any:
    """An attribute that a module has in its namespace, without loading what is loaded lazily; or None."""
    try:
        return object.__getattribute__(module, "__dict__").get(name)
    except AttributeError:
        return None
