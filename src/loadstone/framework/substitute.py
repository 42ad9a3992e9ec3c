"""Substitutes: loaders that do what another one does, which has no seam for transforms, and have one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from importlib.machinery import ModuleSpec
    from typing import Any

__all__ = ["substitutes"]

substitutes: dict[type, Callable[[Any, ModuleSpec], Any]] = {}
"""By class of loaders, what makes the substitute for one, for the module of a spec.

It is used where a transform acts, and only there. Whose loader it is, knows best how to make it: such a
module registers it here, which costs next to nothing to import.
"""
