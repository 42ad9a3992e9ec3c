"""The seam: how a transform gets into the loader that others have found, or why it cannot."""

from __future__ import annotations

import copy
import importlib.machinery
from collections.abc import Iterator
from importlib.machinery import BuiltinImporter, FrozenImporter, ModuleSpec, PathFinder
from os.path import dirname
from typing import Any
from weakref import WeakValueDictionary, ref

from .anatomy import Anatomy, changers
from .chain import finders_for
from .kinds import is_ours, kind_of
from .recipe import Recipe
from .substitute import substitutes
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
    if found.type in substitutes:
        found = Anatomy(spec, substitutes[found.type](found.loader, spec))
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
    fronts: list[Anatomy] = []
    for other in _left_out(spec, found):
        if any(issubclass(one.type, other.type) for one in (found, *fronts)):
            continue
        if issubclass(other.type, found.type):
            found = other
        else:
            fronts = [one for one in fronts if not issubclass(other.type, one.type)] + [other]
    changed = copy.copy(found.loader)
    changed.__class__ = _class_for(found, fronts)
    for front in reversed(fronts):
        changed.__dict__.update({**front.loader.__dict__, **changed.__dict__})
    return changed


def _class_for(found: Anatomy, fronts: list[Anatomy]) -> type:
    line = line_for(found, fronts)
    key = tuple(ref(kind) for part in line for kind in (part if isinstance(part, tuple) else (part,)))
    made = _classes.get(key)
    return _classes.setdefault(key, make_class(found, fronts, line)) if made is None else made


def _left_out(spec: ModuleSpec, found: Anatomy) -> Iterator[Anatomy]:
    """The loaders with a change of their own that path hooks and other finders have for the module's file.

    A finder that has replaced such a loader, or has found the file without asking for it, has left it out;
    and one that asks the path finder does not know of a file that only another finder leads to.
    """
    if not isinstance(found.loader, importlib.machinery.SourceFileLoader):
        return
    folder = dirname(spec.origin or "")
    if spec.submodule_search_locations is not None:
        folder = dirname(folder)
    for finder in (PathFinder, *filter(_is_foreign, finders_for(spec.name))):
        try:
            other = finder.find_spec(spec.name, [folder], None)
        except Exception:
            # It was not asked for the module: that it fails is nobody's concern.
            continue
        if other is None or other.origin != spec.origin:
            continue
        loader = other.loader
        if type(loader) in substitutes:
            loader = substitutes[type(loader)](loader, other)
        if isinstance(loader, importlib.machinery.SourceFileLoader) and changers(type(loader)):
            yield Anatomy(other, loader)


def _is_foreign(finder: Any) -> bool:
    """Whether it is a finder of others, which may have a loader with a change of its own."""
    kind = kind_of(finder)
    return (
        kind not in (PathFinder, BuiltinImporter, FrozenImporter)
        and not is_ours(kind)
        and not getattr(getattr(kind, "find_spec", None), "asks_rest", False)
    )
