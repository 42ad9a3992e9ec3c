"""Names that stand for other modules."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any
from warnings import warn

from .._core.finding import find_spec
from .._core.frames import call_with_frames_removed, passing, trim_own
from .._core.spec import ModuleSpec as _ModuleSpec
from .._core.system import import_module, live
from .chain import handles
from .finder import Finder
from .install import Handle, install
from .loader import WrappedLoader
from .names import check_pattern

__all__ = ["Alias", "AliasLoader", "alias"]


class Alias(Finder):
    """The finder of `alias`: the modules at and below `old` are those at and below `new`."""

    changes_modules = True

    def __init__(self, old: str, new: str, message: str | None = None) -> None:
        """With a `message`, importing an old name gives a DeprecationWarning."""
        self.old = old
        self.new = new
        self.message = message
        parents = [old[:end] for end, character in enumerate(old) if character == "."]
        self.names: tuple[str, ...] = (old, f"{old}.*", *parents)

    def applies_to(self, spec: ModuleSpec) -> bool:
        """Whether a module is at or below the old name."""
        return f"{spec.name}.".startswith(f"{self.old}.")

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """A spec whose module is the one that the alias stands for.

        A parent of the old name that nobody else knows is an empty namespace package.
        """
        if fullname != self.old and not fullname.startswith(f"{self.old}."):
            spec = self.rest(fullname, path, target)
            if spec is None:
                spec = _ModuleSpec(fullname, None, is_package=True)
            return spec
        if self.message is not None:
            warn(self.message, DeprecationWarning, stacklevel=2)
        new = self.new + fullname[len(self.old) :]
        return _spec_like(fullname, new)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.old!r}, {self.new!r})"


def _spec_like(fullname: str, new: str) -> ModuleSpec:
    """A spec for `fullname` which says of the module what its own, under the name `new`, says."""
    own = _spec_of(new)
    spec = _ModuleSpec(fullname, AliasLoader(new, own))
    if own is None:
        spec.origin = f"alias of {new!r}"
    else:
        spec.origin = own.origin
        spec.has_location = own.has_location
        spec.cached = own.cached
        spec.submodule_search_locations = own.submodule_search_locations
    return spec


def _spec_of(name: str) -> Any:
    """The spec of a module, which may be loaded; or None.

    Nothing is imported for it: finders are asked under the import lock, and who has that must not wait for a
    module that another thread imports.
    """
    loaded = getattr(sys.modules.get(name), "__spec__", None)
    if loaded is not None:
        return loaded
    parent = name.rpartition(".")[0]
    path = None
    if parent:
        path = getattr(sys.modules.get(parent), "__path__", None)
        if path is None:
            path = getattr(_spec_of(parent), "submodule_search_locations", None)
        if path is None:
            return None
    try:
        return find_spec(sys, name, path)
    except (ImportError, KeyError):  # importing it will tell; or its parent has to be imported first
        return None


class AliasLoader(WrappedLoader):
    """A loader that imports another module, and leaves it as it is.

    What it is asked about the module by its old name, the module's own loader answers.
    """

    def __init__(self, new: str, spec: ModuleSpec | None) -> None:
        inner: Any = None if spec is None else spec.loader
        super().__init__(inner)
        self.new = new
        self.found: bool = spec is not None

    def __getattr__(self, name: str) -> Any:
        if name not in _BY_NAME:
            return super().__getattr__(name)
        own = super().__getattr__(name) if self.found else None

        def answer(fullname: str, *arguments: Any) -> Any:
            if own is None:
                raise self._missing(fullname)
            return own(self.new, *arguments)

        return answer

    def _missing(self, fullname: str) -> ModuleNotFoundError:
        message = f"No module named {self.new!r}, which {fullname!r} is an alias of"
        return ModuleNotFoundError(message, name=fullname)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """A module that stands there until the other one does, and has what that has.

        Another thread may import the old name in the middle of an import that this one waits for: it has to
        find something, as it finds every other module that is not finished, and may be the only one who can
        import the other module by then.
        """
        module = ModuleType(spec.name)

        def __getattr__(name: str) -> Any:
            other: Any = sys.modules.get(self.new)
            if other is None:
                # Such names the import system itself asks for, before this module is in its place.
                if name.startswith("__"):
                    raise AttributeError(f"module {spec.name!r} has no attribute {name!r}")
                other = import_module(self.new)
            return getattr(other, name)

        vars(module)["__getattr__"] = __getattr__
        return module

    @passing
    def exec_module(self, module: ModuleType) -> None:
        """Put the other module in the place of this one; what importing it raises passes through."""
        spec: Any = module.__spec__
        unfinished = sys.modules.get(self.new)
        if unfinished is not None:
            sys.modules[spec.name] = unfinished
            if live.locks.holds_below(spec.name):
                # The parent of what this thread imports, whose lock others may want who are to finish it.
                return
        try:
            # The interpreter cuts what is above such a call from tracebacks.
            sys.modules[spec.name] = call_with_frames_removed(import_module, self.new)
        except ModuleNotFoundError as error:
            trim_own(error)
            if str(error) != f"No module named {self.new!r}":
                raise
            raise self._missing(spec.name) from error
        except BaseException as error:
            trim_own(error)
            raise


_BY_NAME = frozenset({"get_code", "get_source", "get_filename", "is_package", "get_resource_reader"})
"""What loaders are asked with the name of a module."""


def alias(old: str, new: str, *, deprecated: bool | str = False) -> Handle:
    """Make the module `new`, with all that is below it, importable as `old` too.

    There is one module object under both names; its `__name__` and `__spec__` are those of `new`, which is
    imported when the old name is. Parents of a dotted old name need not exist. With `deprecated`, importing
    an old name gives a DeprecationWarning that blames the importer's line, with that text if it is one.

    Returns the handle whose `uninstall()` undoes it; what was imported meanwhile stays. Raises TypeError or
    ValueError for what is no module name, ValueError for aliases that stand for each other. Warns with
    RuntimeWarning if the old name is loaded already. Thread-safe.
    """
    for name in (old, new):
        if "*" in check_pattern(name) or not all(part.isidentifier() for part in name.split(".")):
            raise ValueError(f"an alias is made of module names, not {name!r}")
    if not isinstance(deprecated, (bool, str)):
        raise TypeError(f"deprecated must be bool or str, not {type(deprecated).__name__}")
    circle = _circle(old, new)
    if circle:
        raise ValueError(f"aliases in a circle: {' -> '.join(circle)}")
    text = deprecated if isinstance(deprecated, str) else f"{old} is deprecated: import {new} instead"
    return install(Alias(old, new, text if deprecated else None))


def _circle(old: str, new: str) -> list[str]:
    """The names that the alias leads through, if they come back to it; else nothing."""
    steps = [old, new]
    while True:
        name = steps[-1]
        if name == old or name.startswith(f"{old}."):
            return steps
        for handle in list(handles):
            hook = handle.hook
            if isinstance(hook, Alias) and (name == hook.old or name.startswith(f"{hook.old}.")):
                steps.append(hook.new + name[len(hook.old) :])
                break
        else:
            return []
