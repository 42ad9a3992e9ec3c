"""The seam: how a transform gets into the loader that others have found, or why it cannot."""

from __future__ import annotations

import copy
import importlib.machinery
from importlib.machinery import ModuleSpec, PathFinder
from os.path import dirname
from typing import Any
from weakref import WeakValueDictionary, ref

from .anatomy import Anatomy, changers
from .recipe import Recipe
from .transforming import cached_by, line_for, make_class, without_seam

__all__ = ["add_transform", "without_seam"]

# Those in use, by what they are made of. Neither keeps a class alive: programs make classes of loaders, too.
_classes: WeakValueDictionary[tuple[ref[type], ...], type] = WeakValueDictionary()


def add_transform(spec: ModuleSpec, transform: Any) -> bool:
    """Have the loader of `spec` transform its source by `transform`, after those it has. False if it cannot.

    True where there is nothing to transform, too.
    """
    found = Anatomy(spec, spec.loader)
    if not found.is_source:
        return True
    changed = _changed(spec, found, transform)
    if changed is None:
        return False
    spec.loader = changed
    return True


def _changed(spec: ModuleSpec, found: Anatomy, transform: Any) -> Any:
    """A loader like the one found that transforms too, or None."""
    loader = found.loader
    if found.inner is not None:
        inner = _changed(spec, found.inner, transform)
        if inner is None:
            return None
        setattr(loader, str(found.keeps), inner)
        return loader
    recipe: Recipe | None = getattr(loader, "_loadstone_recipe", None)
    try:
        changed = _transforming(spec, found) if recipe is None else copy.copy(loader)
    except (TypeError, copy.Error):
        return None
    if changed is None:
        return None
    before: tuple[Any, ...] = () if recipe is None else recipe.transforms
    if not any(other is transform for other in before):
        before += (transform,)
    names = ", ".join(f"{kind.__module__}.{kind.__qualname__}" for kind in changers(type(changed)))
    changed._loadstone_recipe = Recipe(spec, before, names)
    if spec.has_location and spec.origin is not None:
        spec.cached = cached_by(changed, spec)
    return changed


def _transforming(spec: ModuleSpec, found: Anatomy) -> Any:
    """A copy of the loader with a seam in it, or None. Raises TypeError if it cannot be copied."""
    if not found.is_open:
        return None
    left_out = _left_out(spec, found)
    front = None
    if left_out is not None:
        if issubclass(left_out.type, found.type):
            found = left_out
        else:
            front = left_out
    changed = copy.copy(found.loader)
    changed.__class__ = _class_for(found, front)
    if front is not None:
        changed.__dict__.update({**front.loader.__dict__, **changed.__dict__})
    return changed


def _class_for(found: Anatomy, front: Anatomy | None) -> type:
    line = line_for(found, front)
    key = tuple(ref(kind) for part in line for kind in (part if isinstance(part, tuple) else (part,)))
    made = _classes.get(key)
    return _classes.setdefault(key, make_class(found, front, line)) if made is None else made


def _left_out(spec: ModuleSpec, found: Anatomy) -> Anatomy | None:
    """What path hooks have for the module's file, a loader with a change of its own, if it is not to act yet.

    A finder that has replaced this loader, or found the file without asking path hooks, has left it out.
    """
    if not isinstance(found.loader, importlib.machinery.SourceFileLoader):
        return None
    folder = dirname(spec.origin or "")
    if spec.submodule_search_locations is not None:
        folder = dirname(folder)
    try:
        other = PathFinder.find_spec(spec.name, [folder])
    except Exception:
        # It was not asked for the module: that it fails is nobody's concern.
        return None
    if other is None or other.origin != spec.origin or not changers(type(other.loader)):
        return None
    return None if isinstance(found.loader, type(other.loader)) else Anatomy(other, other.loader)
