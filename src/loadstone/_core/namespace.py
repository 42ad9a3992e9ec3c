"""Namespace packages (PEP 420): a search path that follows its parent's, and a loader with nothing to do."""

from __future__ import annotations

import sys
from _frozen_importlib_external import _NamespaceLoader

from .compiler import module_option
from .frames import verbose
from .versions import HAS_LOAD_MODULE, NAMES_NAMESPACE_PATH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType
    from typing import Any, Literal

    PathFinderFunction = Callable[[str, Sequence[str]], ModuleSpec | None]

    class _NamespacePath:
        """Type checkers do not know the interpreter's."""

else:
    from _frozen_importlib_external import _NamespacePath

__all__ = ["NamespaceLoader", "NamespacePath", "loader_over"]


_PATH_NAME = "NamespacePath" if NAMES_NAMESPACE_PATH else "_NamespacePath"


class NamespacePath(_NamespacePath):
    """The `__path__` of a namespace package: its portions, looked up again when the parent's path changes.

    The parent's path is that of the package it is in, or the system's `path` at top level.
    """

    epoch = 0
    """Counts `invalidate_caches`: a path from an earlier epoch is looked up again."""

    def __init__(self, name: str, path: list[str], path_finder: PathFinderFunction, state: Any = sys) -> None:
        """For the package `name` with the portions `path`, in the import system whose state is `state`.

        `path_finder(name, parent_path)` returns a spec whose `submodule_search_locations` are the new
        portions and whose loader is None.
        """
        self._name = name
        self._path = path
        self._path_finder = path_finder
        self._state = state
        self._last_parent_path = tuple(self._parent_path())
        self._last_epoch = NamespacePath.epoch

    def _parent_path(self) -> Iterable[str]:
        parent = self._name.rpartition(".")[0]
        if not parent:
            return self._state.path  # type: ignore[no-any-return]
        try:
            module = self._state.modules[parent]
        except KeyError as error:
            if not NAMES_NAMESPACE_PATH:
                raise
            message = f"{parent!r} must be imported before finding {self._name!r}."
            raise ModuleNotFoundError(message, name=parent) from error
        return module.__path__  # type: ignore[no-any-return]

    def _recalculate(self) -> list[str]:
        parent_path = tuple(self._parent_path())
        if parent_path != self._last_parent_path or self._last_epoch != NamespacePath.epoch:
            spec = self._path_finder(self._name, parent_path)
            if spec is not None and spec.loader is None and spec.submodule_search_locations:
                self._path = spec.submodule_search_locations
            self._last_parent_path = parent_path
            self._last_epoch = NamespacePath.epoch
        return self._path

    def __iter__(self) -> Iterator[str]:
        return iter(self._recalculate())

    def __getitem__(self, index: Any) -> Any:
        return self._recalculate()[index]

    def __setitem__(self, index: Any, path: Any) -> None:
        self._path[index] = path

    def __len__(self) -> int:
        return len(self._recalculate())

    def __contains__(self, item: object) -> bool:
        return item in self._recalculate()

    def __repr__(self) -> str:
        return f"{_PATH_NAME}({self._path!r})"

    def append(self, item: str) -> None:
        """Add a portion at the end; it is lost when the path is looked up again."""
        self._path.append(item)


class NamespaceLoader(_NamespaceLoader):
    """The loader of namespace packages (PEP 420): they have nothing to execute.

    Same promise as `importlib.machinery.NamespaceLoader`, whose subclass it is. Thread-safe.
    """

    def __init__(self, name: str, path: list[str], path_finder: PathFinderFunction) -> None:
        """For the package `name` with the portions `path`; `path_finder` is asked when they change."""
        self._path = NamespacePath(name, path, path_finder)

    def is_package(self, fullname: str) -> Literal[True]:
        """True: a namespace package is a package."""
        return True

    def get_source(self, fullname: str) -> Literal[""]:
        """The empty string: a namespace package has no source."""
        return ""

    def get_code(self, fullname: str) -> CodeType:
        """Code that does nothing."""
        code: CodeType = compile("", "<string>", "exec", dont_inherit=True, **module_option(fullname))
        return code

    def create_module(self, spec: ModuleSpec) -> None:
        """None: a plain module will do."""

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: there is nothing to execute."""

    def get_resource_reader(self, module: Any) -> Any:
        """The standard library's reader of resources in all portions."""
        from importlib.readers import NamespaceReader

        return NamespaceReader(self._path)

    if HAS_LOAD_MODULE:

        def load_module(self, fullname: str) -> ModuleType:
            """Deprecated: import the package and return it. The import system never calls this."""
            from .system import load_module

            verbose("namespace module loaded with path {!r}", self._path)
            return load_module(self, fullname)


def loader_over(locations: Any, kind: Any = NamespaceLoader) -> Any:
    """A loader of that class for the namespace package whose search locations are `locations`."""
    loader = kind.__new__(kind)
    loader._path = locations
    return loader
