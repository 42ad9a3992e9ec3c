"""Loader: what people subclass to make modules of a kind of their own; and wrapping others' loaders."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from .._core.cache import split
from .._core.compiler import call_source_to_code, module_argument, module_option
from .._core.frames import call_with_frames_removed, hidden, passing, trim_own
from .._core.versions import HAS_LOAD_MODULE
from ..abc import InspectLoader
from .kinds import is_ours

if TYPE_CHECKING:
    from importlib.abc import Loader as _Counted

    from ..abc import LoaderLike
else:
    # To type checkers a wrapper is a loader, so that it may be a spec's. As it runs, it must not inherit what
    # the inner loader has not: what it counts as is the inner one's to say.
    _Counted = object

__all__ = ["Loader", "WrappedLoader", "forget_lines"]


class Loader(InspectLoader):
    """A loader: give it `get_source` for modules of Python source, or `exec_module` for others.

    Each optional protocol is there with an answer that is right for a loader which knows no better. What is
    not known raises ImportError, data that is not there OSError.
    """

    def is_package(self, fullname: str) -> bool:
        """False: unless overridden, modules are no packages."""
        return False

    def get_source(self, fullname: str) -> str | None:
        """The source of the module; None, unless overridden."""
        return None

    def get_filename(self, fullname: str) -> str:
        """What `__file__` is to be: for modules of source, a path of no file that names class and module.

        Raises ImportError if there is no source: without it, the module has no file.
        """
        if type(self).get_source is Loader.get_source:
            raise ImportError(f"{fullname!r} has no file", name=fullname)
        tail = "/__init__.py" if self.is_package(fullname) else ".py"
        # Not of a class that loadstone has made of the author's.
        kind = next((kind for kind in type(self).__mro__ if not is_ours(kind)), type(self))
        return f"<{kind.__qualname__}>/{fullname.replace('.', '/')}{tail}"

    @hidden
    def get_code(self, fullname: str) -> CodeType | None:
        """The code compiled from `get_source`, or None if that is None."""
        source = self.get_source(fullname)
        if source is None:
            return None
        try:
            path = self.get_filename(fullname)
        except ImportError:
            path = f"<{fullname}>"
        forget_lines(path)
        return call_source_to_code(self.source_to_code, source, path, *module_argument(fullname))

    @staticmethod
    @hidden
    def source_to_code(data: Any, path: Any = "<string>", fullname: str | None = None) -> CodeType:
        """The code object compiled from `data`: source as bytes or str, or an AST.

        `fullname` is the module's name, which filters of SyntaxWarnings by module see since Python 3.15.
        """
        code: CodeType = call_with_frames_removed(
            compile, data, path, "exec", dont_inherit=True, **module_option(fullname)
        )
        return code

    def get_data(self, path: str) -> bytes:
        """The data at `path`. Raises OSError, unless overridden: there is none."""
        raise FileNotFoundError(2, "no data", path)

    def list_files(self, fullname: str) -> Iterable[str]:
        """The files in the package's folder, for `importlib.resources`, as paths relative to it.

        None, unless overridden: without them, data are found by their name only.
        """
        return ()

    def get_resource_reader(self, fullname: str) -> Any:
        """The reader of the package's resources, for `importlib.resources`: what `get_data` knows beside it.

        None for a module without a file.
        """
        from .resources import Data, Reader

        try:
            folder = split(self.get_filename(fullname))[0]
        except ImportError:
            return None
        return Reader(Data(folder, self.get_data, lambda: self.list_files(fullname)))


def forget_lines(path: str) -> None:
    """Have tracebacks ask for the source of what has no file anew, which `linecache` does not by itself."""
    linecache: Any = sys.modules.get("linecache")
    if linecache is not None:
        linecache.cache.pop(path, None)


class WrappedLoader(_Counted):
    """Stands in for the loader of a module until that is executed, to do something of its own then.

    Subclasses override `exec_module` (or `create_module`) and call that of this class. Whatever else the
    inner loader has, the wrapped one has too, and nothing more; it counts as of the inner one's class. When
    the module is executed, its `__loader__` and its spec's `loader` are the inner one again, unless the
    subclass has an answer of its own to what a loader can be asked later, such as `get_resource_reader`.
    """

    def __init__(self, inner: LoaderLike) -> None:
        """Around the loader `inner`."""
        self.inner: Any = inner

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """The inner loader's, as `isinstance` sees it."""
        return type(self.inner)

    def __getattr__(self, name: str) -> Any:
        if name == "inner" or (name.startswith("__") and name.endswith("__")):
            raise AttributeError(name)
        return getattr(self.inner, name)

    @passing
    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """What the inner loader makes."""
        create = getattr(self.inner, "create_module", None)
        try:
            module: ModuleType | None = None if create is None else create(spec)
        except BaseException as error:
            trim_own(error)
            raise
        return module

    @passing
    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own loader back, and have that execute it."""
        inner: Any = self.inner
        spec = module.__spec__
        me: Any = self
        if not _answers(type(self)):
            if spec is not None and spec.loader is me:
                spec.loader = inner
            if getattr(module, "__loader__", None) is self:
                module.__loader__ = inner
        try:
            if HAS_LOAD_MODULE and not hasattr(inner, "exec_module"):
                inner.load_module(module.__name__)
            else:
                inner.exec_module(module)
        except BaseException as error:
            trim_own(error)
            raise

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.inner!r}>"


_ASKED_LATER = (
    *("get_code", "get_source", "get_filename", "is_package"),
    *("get_data", "get_resource_reader"),
)


def _answers(kind: type) -> bool:
    """Whether the class of a wrapper has something to say once the module is executed."""
    return any(hasattr(kind, name) for name in _ASKED_LATER)
