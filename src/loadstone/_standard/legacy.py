"""What importlib had until Python 3.11 and loadstone has there too."""

from __future__ import annotations

from .._core.finding import find_spec
from .._core.system import live

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["find_loader"]


def find_loader(name: str, path: Sequence[str] | None = None) -> Any:
    """Deprecated: the loader of the module `name`, which is not imported for it, or None.

    Same promise as `importlib.find_loader` of Python 3.11. Raises ValueError if an imported module has no
    loader, ImportError for a namespace package.
    """
    from warnings import warn

    warn(
        "Deprecated since Python 3.4 and slated for removal in Python 3.12; use "
        "importlib.util.find_spec() instead",
        DeprecationWarning,
        stacklevel=2,
    )
    state = live.state
    if name in state.modules:
        try:
            loader = state.modules[name].__loader__
        except AttributeError:
            raise ValueError(f"{name}.__loader__ is not set") from None
        if loader is None:
            raise ValueError(f"{name}.__loader__ is None")
        return loader
    spec = find_spec(state, name, path)
    if spec is None:
        return None
    if spec.loader is None:
        if spec.submodule_search_locations is None:
            raise ImportError(f"spec for {name} missing loader", name=name)
        raise ImportError("namespace packages do not have loaders", name=name)
    return spec.loader
