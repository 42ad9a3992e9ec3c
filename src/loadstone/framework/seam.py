"""Seams: where the loaders that others have found let transforms in, and loaders joined for it."""

from __future__ import annotations

import _frozen_importlib_external
import _thread
import copy
import importlib.abc
import importlib.machinery
import types
from _frozen_importlib_external import SourceLoader as _TheirSourceLoader
from _frozen_importlib_external import _NamespaceLoader
from importlib.machinery import (
    SOURCE_SUFFIXES,
    BuiltinImporter,
    ExtensionFileLoader,
    FrozenImporter,
    ModuleSpec,
    PathFinder,
)
from importlib.util import LazyLoader
from os.path import dirname
from types import CodeType, ModuleType
from typing import Any
from warnings import warn

from .. import abc
from .._core.cache import cached_path
from .._core.compiler import call_source_to_code, module_argument, module_option
from .._core.frames import call_with_frames_removed, hidden, trim_own
from .._standard.files import LoaderBasics, SourceFileLoader
from .._standard.files import SourceLoader as _OwnSourceLoader
from .compilation import COMPILERS, Compilation, compiler_class, next_method
from .loader import Loader, WrappedLoader
from .recipe import Recipe, level_of
from .substitute import substitutes

__all__ = ["add_transform", "without_seam"]

_WITHOUT_SOURCE = (BuiltinImporter, FrozenImporter, ExtensionFileLoader, _NamespaceLoader)
_SOURCE_LOADERS = (_TheirSourceLoader, _OwnSourceLoader)


class _Transforming:
    """In front of a loader's class: what it compiles is changed by the transforms of its recipe first."""

    _loadstone_recipe: Recipe

    @hidden
    def source_to_code(self, data: Any, path: Any = "<string>", *arguments: Any, **named: Any) -> Any:
        """What the loader makes of the changed source."""
        recipe = self._loadstone_recipe
        recipe.used = True
        changed = recipe.change_source(data)
        try:
            return self._compiled(recipe, changed, path, arguments, named)
        except (TypeError, ValueError) as error:
            if recipe.raised is error or (changed is data and not recipe.changes_trees):
                raise
            raise recipe.compile_error(error) from error

    @hidden
    def _compiled(self, recipe: Recipe, changed: Any, path: Any, arguments: Any, named: Any) -> Any:
        kind = type(self)
        if not (recipe.changes_trees or issubclass(kind, _Gate)):
            parent: Any = super()
            return call_source_to_code(parent.source_to_code, changed, path, *arguments, **named)
        compilation = Compilation(recipe, self, changed, path, (arguments, named), issubclass(kind, _Gate))
        thread = _thread.get_ident()
        recipe.compilations[thread] = compilation
        try:
            code = compilation.run(next_method(kind, _Transforming))
        finally:
            del recipe.compilations[thread]
        if compilation.lost or not compilation.handed:
            recipe.complete = False
            owner, _ = next_method(kind, _Transforming)
            _warn(
                f"{owner.__module__}.{owner.__qualname__} compiles {recipe.spec.name!r} by itself: changes to"
                " its tree are lost; make them by transform_source()"
            )
        return code


class _Gate:
    """Behind the first of two joined loaders' classes: leads what that one compiles to the second."""

    @hidden
    def source_to_code(self: Any, data: Any, path: Any = "<string>", *arguments: Any, **named: Any) -> Any:
        """What the second makes of what the first has made."""
        compilation = self._loadstone_recipe.compilations[_thread.get_ident()]
        return compilation.pass_gate(data)


class _Arriving:
    """Behind a loader's class: where its own `source_to_code` calls that of its parent."""

    @hidden
    def source_to_code(self: Any, data: Any, path: Any = "<string>", *arguments: Any, **named: Any) -> Any:
        """What the parent makes of the changed tree, or of the changed source if no tree is needed."""
        compilation = self._loadstone_recipe.compilations.get(_thread.get_ident())
        if compilation is not None:
            data = compilation.arrive(data)
        parent: Any = super()
        return call_source_to_code(parent.source_to_code, data, path, *arguments, **named)


class _NamedCache:
    """In front of loaders that are asked where they cache."""

    @hidden
    def cache_path(self: Any, source_path: str) -> str | None:
        """The path for code made by the recipe."""
        recipe = self._loadstone_recipe
        recipe.used = True
        parent: Any = super()
        plain = parent.cache_path(source_path)
        return None if plain is None else recipe.cache_path(plain)

    @hidden
    def _cache_bytecode(self: Any, source_path: str, cache_path: str, data: Any) -> None:
        if self._loadstone_recipe.complete:
            parent: Any = super()
            parent._cache_bytecode(source_path, cache_path, data)


class _RedirectedCache:
    """In front of importlib's loaders, which work out where they cache and then read and write there."""

    @hidden
    def get_code(self: Any, fullname: str) -> Any:
        """The changed code."""
        inside, thread = self._loadstone_recipe.inside, _thread.get_ident()
        # Others change what this gives while they load: typeguard before this, beartype after it.
        try:
            inside[thread] = level_of(_frozen_importlib_external.cache_from_source(f"{fullname}.py"))
        except NotImplementedError:
            inside[thread] = ""
        try:
            parent: Any = super()
            return parent.get_code(fullname)
        finally:
            inside.pop(thread, None)

    @hidden
    def get_data(self: Any, path: str) -> Any:
        """The data at `path`; where that is a cache, that of code made by the recipe."""
        recipe = self._loadstone_recipe
        parent: Any = super()
        level = recipe.inside.get(_thread.get_ident())
        if level is None or not str(path).endswith(".pyc"):
            return parent.get_data(path)
        path = recipe.cache_path(path, level)
        recipe.tell_cached(path)
        data = parent.get_data(path)
        recipe.used = True
        return data

    @hidden
    def _cache_bytecode(self: Any, source_path: str, cache_path: str, data: Any) -> None:
        recipe = self._loadstone_recipe
        if recipe.complete:
            parent: Any = super()
            level = recipe.inside.get(_thread.get_ident(), "")
            parent._cache_bytecode(source_path, recipe.cache_path(cache_path, level), data)


class _FromSource:
    """In front of loaders that compile by themselves, but give their source."""

    @hidden
    def get_code(self: Any, fullname: str) -> Any:
        """The code compiled from `get_source`."""
        spec = self._loadstone_recipe.spec
        source = self.get_source(fullname) if fullname == spec.name else None
        if source is None:
            parent: Any = super()
            return parent.get_code(fullname)
        path = spec.origin or f"<{fullname}>"
        return call_source_to_code(self.source_to_code, source, path, *module_argument(fullname))

    @staticmethod
    @hidden
    def source_to_code(data: Any, path: Any = "<string>", fullname: str | None = None) -> CodeType:
        """The code object compiled from source or a tree."""
        code: CodeType = call_with_frames_removed(
            compile, data, path, "exec", dont_inherit=True, **module_option(fullname)
        )
        return code


COMPILERS[_FromSource] = vars(_FromSource)["source_to_code"].__func__
COMPILERS[_Arriving] = vars(_Arriving)["source_to_code"]


class _Watched:
    """In front of loaders that execute by a way of their own."""

    @hidden
    def exec_module(self: Any, module: ModuleType) -> None:
        """Execute the module, and warn if that has passed the transforms by."""
        recipe = self._loadstone_recipe
        recipe.used = False
        parent: Any = super()
        try:
            parent.exec_module(module)
        except BaseException as exception:
            trim_own(exception)
            raise
        if not recipe.used and _gives_source(recipe.spec, self):
            without_seam(recipe.spec, self.made_for)


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
_OURS = (_Transforming, _Gate, _Arriving, _FromSource)
_classes: dict[tuple[type, type | None], type] = {}


def _class_for(inner: type, front: type | None) -> type:
    """The class of loaders like `inner` that transform, with those of `front` joined before it."""
    made = _classes.get((inner, front))
    if made is None:
        compiler = compiler_class(inner)
        bases: list[type] = [_Transforming]
        if compiler is None:
            bases.append(_FromSource)
        elif hasattr(inner, "cache_path"):
            bases.append(_NamedCache)
        elif issubclass(inner, _TheirSourceLoader):
            bases.append(_RedirectedCache)
        if front is not None:
            below = compiler_class(front)
            bases += [front, types.new_class("_Gate", (_Gate,) if below is None else (_Gate, below))]
        bases.append(inner)
        if compiler is not None:
            bases.append(types.new_class("_Arriving", (_Arriving, compiler)))
        if not (_is_usual(inner, compiler) and (front is None or _is_usual(front, compiler))):
            bases.insert(0, _Watched)
        name = f"Transforming{'' if front is None else front.__name__}{inner.__name__}"
        made = types.new_class(name, tuple(bases))
        made.__module__ = __name__
        made.made_for = inner  # type: ignore[attr-defined]
        made = _classes.setdefault((inner, front), made)
    return made


def _is_usual(kind: Any, compiler: type | None) -> bool:
    """Whether it is known that the loader executes what its `source_to_code` has compiled."""
    return kind.exec_module in _EXECUTE and (compiler is None or kind.get_code in _GET_CODE)


def _changers(kind: type) -> list[type]:
    """The classes in the line of `kind` that have a change of their own to make."""
    return [
        parent
        for parent in kind.__mro__
        if "source_to_code" in vars(parent) and parent not in COMPILERS and not issubclass(parent, _OURS)
    ]


def add_transform(spec: ModuleSpec, transform: Any) -> bool:
    """Have the loader of `spec` transform its source by `transform`, after those it has. False if it cannot.

    True where there is nothing to transform, too.
    """
    loader: Any = spec.loader
    if not _is_source(spec, loader):
        return True
    changed = _changed(spec, loader, transform)
    if changed is None:
        return False
    spec.loader = changed
    return True


def without_seam(spec: ModuleSpec, kind: type) -> None:
    """Warn that transforms pass the module of `spec` by, since loaders of this `kind` let none in."""
    _warn(
        f"{kind.__module__}.{kind.__qualname__} has no seam for transforms: {spec.name!r} is imported as is"
        "; leave it out of the transform's names or applies_to()",
        stacklevel=3,
    )


def _warn(message: str, stacklevel: int = 2) -> None:
    warn(message, RuntimeWarning, stacklevel=stacklevel)


def _is_source(spec: ModuleSpec, loader: Any) -> bool:
    """Whether the module is one of source, as far as is known before it is loaded."""
    if loader is None or isinstance(loader, _WITHOUT_SOURCE):
        return False
    if isinstance(loader, type) and issubclass(loader, _WITHOUT_SOURCE):
        return False
    if isinstance(loader, _SOURCE_LOADERS) or (spec.origin or "").endswith(tuple(SOURCE_SUFFIXES)):
        return True
    place = _wrapped(loader)
    if place is not None:
        return _is_source(spec, getattr(loader, place))
    return compiler_class(type(loader)) is not None or _gives_source(spec, loader)


def _gives_source(spec: ModuleSpec, loader: Any) -> bool:
    try:
        return loader.get_source(spec.name) is not None
    except Exception:
        # Not there, or it does not know: nothing to transform.
        return False


def _wrapped(loader: Any) -> str | None:
    """Where a loader that stands in for another one keeps that."""
    kind = type(loader)
    if issubclass(kind, WrappedLoader):
        return "inner"
    if issubclass(kind, LazyLoader):
        return "loader"
    if hasattr(kind, "exec_module"):
        return None
    if hasattr(kind, "__wrapped__"):
        return "__wrapped__"
    held = [name for name, value in getattr(loader, "__dict__", {}).items() if hasattr(value, "exec_module")]
    return held[0] if hasattr(kind, "__getattr__") and len(held) == 1 else None


def _changed(spec: ModuleSpec, loader: Any, transform: Any) -> Any:
    """A loader like `loader` that transforms too, or None."""
    if type(loader) in substitutes:
        loader = substitutes[type(loader)](loader, spec)
    place = _wrapped(loader)
    if place is not None:
        inner = _changed(spec, getattr(loader, place), transform)
        if inner is not None:
            setattr(loader, place, inner)
        return inner and loader
    recipe: Recipe | None = getattr(loader, "_loadstone_recipe", None)
    try:
        changed = _transforming(spec, loader) if recipe is None else copy.copy(loader)
    except (TypeError, copy.Error):
        return None
    if changed is None:
        return None
    before: tuple[Any, ...] = () if recipe is None else recipe.transforms
    if not any(other is transform for other in before):
        before += (transform,)
    kinds = _changers(type(changed))
    names = ", ".join(f"{kind.__module__}.{kind.__qualname__}" for kind in kinds)
    changed._loadstone_recipe = recipe = Recipe(spec, before, names)
    if spec.has_location and spec.origin is not None:
        if isinstance(changed, _NamedCache):
            spec.cached = changed.cache_path(spec.origin)
        elif isinstance(changed, _RedirectedCache):
            plain = cached_path(spec.origin)
            spec.cached = plain and recipe.cache_path(plain)
    return changed


def _transforming(spec: ModuleSpec, loader: Any) -> Any:
    """A copy of the loader with a seam in it, or None. Raises TypeError if it cannot be copied."""
    kind = type(loader)
    if issubclass(kind, type) or not (hasattr(kind, "get_code") and hasattr(kind, "exec_module")):
        return None
    if compiler_class(kind) is None and not hasattr(kind, "get_source"):
        return None
    other = _path_hooks_loader(spec) if isinstance(loader, importlib.machinery.SourceFileLoader) else None
    if other is None or isinstance(loader, type(other)):
        front = None
    elif issubclass(type(other), kind):
        loader, front = other, None
    else:
        front = type(other)
    changed = copy.copy(loader)
    changed.__class__ = _class_for(type(loader), front)
    if front is not None:
        changed.__dict__.update({**other.__dict__, **changed.__dict__})
    return changed


def _path_hooks_loader(spec: ModuleSpec) -> Any:
    """The loader with a change of its own that path hooks give for the module's file, or None.

    A finder that has replaced this loader, or found the file without asking path hooks, has left it out.
    """
    folder = dirname(spec.origin or "")
    if spec.submodule_search_locations is not None:
        folder = dirname(folder)
    try:
        found = PathFinder.find_spec(spec.name, [folder])
    except Exception:
        # It was not asked for the module: that it fails is nobody's concern.
        return None
    if found is None or found.origin != spec.origin or not _changers(type(found.loader)):
        return None
    return found.loader
