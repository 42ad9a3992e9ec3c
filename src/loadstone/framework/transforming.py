"""The classes of loaders that transform: a loader's own, with classes of ours before and behind it."""

from __future__ import annotations

import _frozen_importlib_external
import _thread
import types
from collections.abc import Sequence
from types import CodeType, ModuleType
from typing import Any
from warnings import warn

from .._core.cache import cached_path
from .._core.compiler import call_source_to_code, module_argument, module_option
from .._core.frames import call_with_frames_removed, hidden, passing, trim_own
from .anatomy import COMPILERS, Anatomy, Seam, gives_source, next_method
from .compilation import Compilation
from .recipe import Recipe, level_of

__all__ = ["cached_by", "line_for", "make_class", "without_seam"]

Line = tuple[type | tuple[type, type], ...]
"""Classes in their order; in a pair, one of ours and the class that it is to stand before."""


class _Transforming(Seam):
    """In front of a loader's class: what it compiles is changed by the transforms of its recipe first."""

    _loadstone_recipe: Recipe
    joins: tuple[type, ...]
    """The classes that it is made of whose `source_to_code` are to act, one after the other."""

    @passing
    def source_to_code(self, data: Any, path: Any = "<string>", *arguments: Any, **named: Any) -> Any:
        """What the loader makes of the changed source."""
        recipe = self._loadstone_recipe
        recipe.used = True
        try:
            changed = recipe.change_source(data, path)
            try:
                return self._compiled(recipe, changed, changed is not data, path, arguments, named)
            except (TypeError, ValueError) as error:
                if recipe.passing is error or (changed is data and not recipe.changes_trees):
                    raise
                raise recipe.compile_error(error) from error
        except BaseException as error:
            trim_own(error)
            raise
        finally:
            recipe.passing = None

    @hidden
    def _compiled(
        self, recipe: Recipe, source: Any, is_changed: bool, path: Any, arguments: Any, named: Any
    ) -> Any:
        kind = type(self)
        gates = len(kind.joins) - 1
        if not (recipe.changes_trees or gates):
            parent: Any = super()
            return call_source_to_code(parent.source_to_code, source, path, *arguments, **named)
        compilation = Compilation(recipe, self, source, path, (arguments, named), gates)
        thread = _thread.get_ident()
        recipe.compilations[thread] = compilation
        try:
            code = compilation.run(next_method(kind, _Transforming), is_changed=is_changed)
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


class _Gate(Seam):
    """Behind each of the joined loaders' classes but the last: leads what that one compiles to the next."""

    @hidden
    def source_to_code(self: Any, data: Any, path: Any = "<string>", *arguments: Any, **named: Any) -> Any:
        """What the next makes of what the one before it has made."""
        compilation = self._loadstone_recipe.compilations[_thread.get_ident()]
        return compilation.pass_gate(data)

    @hidden
    def exec_module(self: Any, module: ModuleType) -> None:
        """Execute the module by the next, which may cover what the one before it says in the cache's name."""
        levels, thread = self._loadstone_recipe.levels, _thread.get_ident()
        before = levels.get(thread, ())
        levels[thread] = (*before, _present_level(module.__name__))
        parent: Any = super()
        try:
            parent.exec_module(module)
        finally:
            if before:
                levels[thread] = before
            else:
                del levels[thread]


class _Arriving(Seam):
    """Behind a loader's class: where its own `source_to_code` calls that of its parent."""

    @hidden
    def source_to_code(self: Any, data: Any, path: Any = "<string>", *arguments: Any, **named: Any) -> Any:
        """What the parent makes of the changed tree, or of the changed source if no tree is needed."""
        compilation = self._loadstone_recipe.compilations.get(_thread.get_ident())
        if compilation is not None:
            data = compilation.arrive(data)
        parent: Any = super()
        return call_source_to_code(parent.source_to_code, data, path, *arguments, **named)


class _NamedCache(Seam):
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


class _RedirectedCache(Seam):
    """In front of importlib's loaders, which work out where they cache and then read and write there."""

    @passing
    def get_code(self: Any, fullname: str) -> Any:
        """The changed code."""
        inside, thread = self._loadstone_recipe.inside, _thread.get_ident()
        level = _present_level(fullname)
        covered = dict.fromkeys(self._loadstone_recipe.levels.get(thread, ()))
        covered.pop(level, None)
        inside[thread] = "".join([*covered, level])
        try:
            parent: Any = super()
            return parent.get_code(fullname)
        except BaseException as error:
            trim_own(error)
            raise
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


class _FromSource(Seam):
    """In front of loaders that compile by themselves, but give their source."""

    @passing
    def get_code(self: Any, fullname: str) -> Any:
        """The code compiled from `get_source`."""
        spec = self._loadstone_recipe.spec
        try:
            source = self.get_source(fullname) if fullname == spec.name else None
            if source is None:
                parent: Any = super()
                return parent.get_code(fullname)
            path = spec.origin or f"<{fullname}>"
            return call_source_to_code(self.source_to_code, source, path, *module_argument(fullname))
        except BaseException as error:
            trim_own(error)
            raise

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


class _Watched(Seam):
    """In front of loaders that execute by a way of their own."""

    @passing
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
        if not recipe.used and gives_source(recipe.spec, self):
            without_seam(recipe.spec, self.made_for)


def _present_level(fullname: str) -> str:
    """What is put as the optimization level now: others change it while they load.

    Typeguard before the code is asked for, beartype after that.
    """
    try:
        return level_of(_frozen_importlib_external.cache_from_source(f"{fullname}.py"))
    except NotImplementedError:
        return ""


def line_for(found: Anatomy, fronts: Sequence[Anatomy]) -> Line:
    """What a class is made of whose loaders are as the one found, and transform; with `fronts`."""
    line: list[type | tuple[type, type]] = [_Transforming]
    if found.compiler is None:
        line.append(_FromSource)
    elif found.is_asked_for_cache:
        line.append(_NamedCache)
    elif found.works_out_cache:
        line.append(_RedirectedCache)
    for front in fronts:
        line += [front.type, _Gate if front.compiler is None else (_Gate, front.compiler)]
    line.append(found.type)
    if found.compiler is not None:
        line.append((_Arriving, found.compiler))
    if not all(one.executes_compiled for one in (found, *fronts)):
        line.insert(0, _Watched)
    return tuple(line)


def make_class(found: Anatomy, fronts: Sequence[Anatomy], line: Line) -> type:
    """A class of loaders, of those classes in `line`."""
    joins = tuple(one.type for one in (*fronts, found))
    name = "Transforming" + "".join(kind.__name__ for kind in joins)
    bases = tuple(_before(*part) if isinstance(part, tuple) else part for part in line)
    made: Any = types.new_class(name, bases)
    made.__module__ = __name__
    made.made_for = found.type
    made.joins = joins
    return made  # type: ignore[no-any-return]


def _before(ours: type, theirs: type) -> type:
    # A subclass of both stands before `theirs` in the line of every class that has it, wherever that may be.
    return types.new_class(ours.__name__, (ours, theirs))


def cached_by(loader: Any, spec: Any) -> str | None:
    """Where a loader that transforms caches the module of `spec`; what that says, if it caches nothing."""
    if isinstance(loader, _NamedCache):
        cached: str | None = loader.cache_path(spec.origin)
        return cached
    if isinstance(loader, _RedirectedCache):
        plain = cached_path(spec.origin)
        return plain and loader._loadstone_recipe.cache_path(plain)  # type: ignore[attr-defined]
    return spec.cached  # type: ignore[no-any-return]


def without_seam(spec: Any, kind: type) -> None:
    """Warn that transforms pass the module of `spec` by, since loaders of this `kind` let none in."""
    _warn(
        f"{kind.__module__}.{kind.__qualname__} has no seam for transforms: {spec.name!r} is imported as is"
        "; leave it out of the transform's names or applies_to()",
        stacklevel=3,
    )


def _warn(message: str, stacklevel: int = 2) -> None:
    warn(message, RuntimeWarning, stacklevel=stacklevel)
