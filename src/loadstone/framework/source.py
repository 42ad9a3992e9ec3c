"""Source by name: a finder whose author writes one method."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType
from typing import Any

from .._core.cache import split
from .._core.compiler import call_source_to_code, module_argument
from .._core.frames import hidden
from .finder import Finder, _label, either
from .loader import Loader, forget_lines
from .names import is_dotted
from .resources import Data, Reader

__all__ = ["SourceFinder"]


class SourceFinder(Finder):
    """A finder of modules whose source is computed by name: give it `get_source`, and `is_package`.

    Everything else follows, and can be overridden. May be an instance or, with class methods, a class.
    Thread-safe as far as what subclasses override is.
    """

    adds_portions = True

    @abc.abstractmethod
    def get_source(self, fullname: str) -> str | None:
        """The source of the module `fullname`, or None if this finder does not know it."""

    @either
    def is_package(self, fullname: str) -> bool:
        """Whether the module is a package. False, unless overridden.

        A package without source is a portion of a namespace package.
        """
        return False

    @either
    def get_filename(self, fullname: str) -> str:
        """What `__file__` is to be: a path that is no file's and names this finder, unless overridden."""
        tail = "/__init__.py" if self.is_package(fullname) else ".py"
        return f"<{_label(self)}>/{fullname.replace('.', '/')}{tail}"

    @either
    def get_data(self, path: str) -> bytes:
        """The data at `path`, such as of a resource beside `get_filename`. Raises OSError if there are none.

        There are none, unless overridden.
        """
        raise FileNotFoundError(2, "no data", path)

    @either
    def list_files(self, package: str) -> Iterable[str]:
        """The files in the folder of `package`, as paths relative to it, for `importlib.resources`.

        Those of its modules, as far as `list_modules` names them, need not be among them. None, unless
        overridden: without them, data are found by their name only.
        """
        return ()

    @either
    def folder(self, package: str = "") -> Data:
        """The folder in which the modules and the data of `package` are."""
        place = split(self.get_filename(package))[0] if package else f"<{_label(self)}>"
        return _folder(self, package, place)

    @either
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of the module, if there is source for it or it is a package, else None.

        `get_source` is not asked for what is no dotted name. Raises TypeError if it returns something else
        than text or None; what it raises passes through.
        """
        if not is_dotted(fullname):
            return None
        source = self.get_source(fullname)
        if source is None:
            _known(self).pop(fullname, None)
            return self.spec(fullname, None) if self.is_package(fullname) else None
        loader = _SourceLoader(self, fullname, _text(self, fullname, source))
        spec = self.spec(fullname, loader)
        _known(self)[fullname] = spec.submodule_search_locations is not None
        return spec

    @either
    def list_modules(self, package: str = "") -> Iterable[tuple[str, bool]]:
        """The modules in `package`, or at top level, as far as they have been found, unless overridden."""
        for fullname, is_package in sorted(_known(self).copy().items()):
            parent, _, name = fullname.rpartition(".")
            if parent == package:
                yield name, is_package


def _known(finder: Any) -> dict[str, bool]:
    """The modules that the finder has found, and whether they are packages."""
    known: Any = vars(finder).get("_known")
    if known is None:
        known = finder._known = {}
    return known  # type: ignore[no-any-return]


def _text(finder: Any, fullname: str, source: Any) -> str:
    if not isinstance(source, str):
        raise TypeError(
            f"get_source() of {finder!r} must return str or None, not {type(source).__name__} ({fullname!r})"
        )
    return source


def _data_at(finder: Any, path: str) -> bytes:
    """The data at `path`: the source of a module, or what the finder's `get_data` says."""
    names = list(_known(finder))
    start = f"<{_label(finder)}>/"
    if path.startswith(start) and path.endswith(".py"):
        names.append(path[len(start) : -len(".py")].removesuffix("/__init__").replace("/", "."))
    for fullname in names:
        if finder.get_filename(fullname) == path:
            source = finder.get_source(fullname)
            if source is not None:
                return _text(finder, fullname, source).encode()
    data: bytes = finder.get_data(path)
    return data


def _folder(finder: Any, package: str, place: str) -> Data:
    return Data(place, lambda path: _data_at(finder, path), lambda: _files_in(finder, package, place))


def _files_in(finder: Any, package: str, place: str) -> Iterator[str]:
    """The files in the folder of a package, at `place`: of its modules, and of data."""
    names = [f"{package}.{name}" if package else name for name, _ in finder.list_modules(package)]
    if package and finder.get_source(package) is not None:
        names.insert(0, package)
    for name in names:
        file = finder.get_filename(name)
        if file.startswith(f"{place}/"):
            yield file[len(place) + 1 :]
    yield from finder.list_files(package)


class _SourceLoader(Loader):
    """The loader of a module whose source a `SourceFinder` knows."""

    def __init__(self, finder: Any, fullname: str, source: str) -> None:
        """For a module of `finder`; it is executed by the `source` that it was found with."""
        self._finder = finder
        self._fullname = fullname
        self._source: str | None = source

    def get_source(self, fullname: str) -> str:
        """The source of the module, as it is now. Raises ImportError if there is none."""
        source = self._finder.get_source(fullname)
        if source is None:
            raise ImportError(f"{self._finder!r} has no source of {fullname!r}", name=fullname)
        return _text(self._finder, fullname, source)

    def is_package(self, fullname: str) -> bool:
        """What the finder says. Raises ImportError if there is no source."""
        self._check(fullname)
        return bool(self._finder.is_package(fullname))

    def get_filename(self, fullname: str) -> str:
        """What the finder says. Raises ImportError if there is no source."""
        self._check(fullname)
        return str(self._finder.get_filename(fullname))

    def _check(self, fullname: str) -> None:
        if fullname != self._fullname:
            self.get_source(fullname)

    def get_data(self, path: str) -> bytes:
        """What the finder says, and the source of its modules."""
        return _data_at(self._finder, path)

    def get_resource_reader(self, fullname: str) -> Reader:
        """The reader of what the finder has in the package, or beside the module."""
        if self.is_package(fullname):
            return Reader(self._finder.folder(fullname))
        return Reader(
            _folder(self._finder, fullname.rpartition(".")[0], split(self.get_filename(fullname))[0])
        )

    @hidden
    def get_code(self, fullname: str) -> CodeType | None:
        """The code compiled from the source that the module was found with, the first time."""
        if fullname != self._fullname:
            return super().get_code(fullname)
        source, self._source = self._source, None
        if source is None:
            return super().get_code(fullname)
        path = self.get_filename(fullname)
        forget_lines(path)
        return call_source_to_code(self.source_to_code, source, path, *module_argument(fullname))
