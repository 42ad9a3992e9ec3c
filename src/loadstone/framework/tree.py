"""TreeFinder: a finder of the modules in any tree of files."""

from __future__ import annotations

import _thread
import os
import re
import sys
from _frozen_importlib_external import FileLoader as _FileLoader
from _frozen_importlib_external import _NamespacePath  # type: ignore[attr-defined,unused-ignore]
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import ModuleSpec
from importlib.metadata import DistributionFinder, PathDistribution
from pathlib import Path, PosixPath, WindowsPath
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any

from .._core.frames import passing, trim_own
from .._standard.directory import FileFinder
from .._standard.files import FileLoader, SourceFileLoader, file_loaders
from .finder import Finder
from .loader import forget_lines
from .names import is_dotted
from .resources import Reader, Traversable

if TYPE_CHECKING:
    from .._standard.files import LoaderDetails

__all__ = ["TreeFinder"]

_MISSING = tuple(
    [FileNotFoundError, NotADirectoryError]
    + [kind for kind in [getattr(sys.modules[Traversable.__module__], "TraversalError", None)] if kind]
)


class TreeFinder(Finder):
    """A finder of the modules in a tree of files: any standard Traversable.

    Modules, packages, portions of namespace packages, resources, listings and the metadata of distributions
    all come from the tree. What folders hold is remembered until `invalidate_caches`, except for directories
    on disk; a tree that cannot list its folders is asked for each file instead. Thread-safe, if the tree is.

    Modules of a directory on disk have their real path as `__file__`, and their bytecode is cached as ever.
    Without loaders of its own, its packages have real directories in their `__path__` too, as though the
    directory were on `sys.path`. In all other cases the entries there are this finder's, so that submodules
    come from it, by its loaders.
    """

    adds_portions = True

    def __init__(self, root: Any, *loader_details: LoaderDetails) -> None:
        """For the tree `root`: a Traversable, or the path of a directory, as str.

        `loader_details` are pairs of a loader, called with a module's name and the path of its file, and the
        file suffixes that it is for, in the order they are looked for. Without any, there are source files,
        and for a directory on disk extension modules and bytecode files as well. A loader class that is a
        kind of importlib's FileLoader, or loadstone's, reads from the tree; other callables are called as
        they are. Raises TypeError for a root that is no Traversable, and for what is no pair, ValueError
        for a suffix without a dot, FileNotFoundError for a path where nothing is, and NotADirectoryError for
        that of a file.
        """
        if isinstance(root, str):
            root = Path(root)
        if not hasattr(root, "joinpath") or not hasattr(root, "is_file"):
            raise TypeError(f"root must be a Traversable or str, not {type(root).__name__}")
        self._on_disk = isinstance(root, (PosixPath, WindowsPath))
        if self._on_disk:
            root = root.absolute()
            if not root.exists():
                raise FileNotFoundError(2, "root is not there: expected a directory", str(root))
            if root.is_file():
                raise NotADirectoryError(
                    20, "root is no directory (a zip archive is a zipfile.Path)", str(root)
                )
        self.root = root
        """The tree."""
        self._own_entries = bool(loader_details) or not self._on_disk
        self._prefix = self._name_of(root)
        self._details = loader_details
        self._loaders = self._made_of(loader_details)
        self._folders: dict[tuple[str, ...], Any] = {}
        self._inside: set[int] = set()

    def _name_of(self, root: Any) -> str:
        """What the paths of files in the tree start with."""
        archive = getattr(root, "root", None)
        if getattr(archive, "filename", "") is None:
            # A zip archive in memory: without a name, its paths have no str() before Python 3.14.
            archive.filename = f"<{self.label}>"  # type: ignore[union-attr]
        return str(root).replace(os.sep, "/").rstrip("/")

    def _made_of(self, details: tuple[LoaderDetails, ...]) -> list[tuple[Any, list[str]]]:
        """The loaders, made for this tree, and the suffixes they are for."""
        loaders: list[tuple[Any, list[str]]] = []
        default = file_loaders() if self._on_disk else [(SourceFileLoader, [".py"])]
        for pair in details or default:
            try:
                loader, suffixes = pair
            except (TypeError, ValueError):
                raise TypeError(f"loader details must be pairs (loader, suffixes), not {pair!r}") from None
            if isinstance(suffixes, str) or not callable(loader):
                raise TypeError(f"loader details must be a callable and a list of suffixes, not {pair!r}")
            for suffix in suffixes:
                if "." not in suffix:
                    raise ValueError(
                        f"suffix of module files must have its dot: expected '.{suffix}', not {suffix!r}"
                    )
            loaders.append((loader if self._on_disk else self._reading(loader), list(suffixes)))
        return loaders

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_loaders": [], "_folders": {}, "_inside": set()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._loaders = self._made_of(self._details)

    def _reading(self, loader: Any) -> Any:
        """`loader`, or if that is a class of loaders of files, one that reads from the tree."""
        if not isinstance(loader, type) or not issubclass(loader, (FileLoader, _FileLoader)):
            return loader
        # Below what the author of the class has written, and above what that builds on.
        base = next(
            kind
            for kind in loader.__mro__
            if issubclass(kind, (FileLoader, _FileLoader)) and kind.__module__.partition(".")[0] in _STANDARD
        )
        facts = {"__module__": loader.__module__, "__qualname__": loader.__qualname__, "_finder": self}
        reading = type(base.__name__, (_FromTree, base), facts)
        return reading if base is loader else type(loader.__name__, (loader, reading), facts)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of the module in the tree, or None; a folder without a module file in it is a portion.

        `path` is heeded: a submodule of another finder's regular package is not looked for. What the tree
        itself imports to answer is not looked for in it. Raises ImportError, with `path`, if the tree fails
        to answer.
        """
        tail = fullname.rpartition(".")[2]
        if not is_dotted(fullname):
            return None
        thread = _thread.get_ident()
        if thread in self._inside:
            return None
        locations: list[str] = []
        for parts in self._places(fullname, path):
            self._inside.add(thread)
            try:
                spec: ModuleSpec | None = self._folder(parts).find_spec(fullname)
            finally:
                self._inside.discard(thread)
            if spec is None:
                continue
            here = spec.submodule_search_locations
            if here is not None and self._own_entries:
                here = spec.submodule_search_locations = [self.entry(".".join([*parts, tail]))]
            if spec.loader is not None:
                return self._finished(spec)
            locations += here or ()
        if not locations:
            return None
        return self.spec(fullname, None, search_locations=locations)

    def _finished(self, spec: ModuleSpec) -> ModuleSpec:
        location, loader = spec.origin, spec.loader
        if self._details and loader is not None and hasattr(loader, "get_filename"):
            # A loader that has put the file elsewhere, such as an extension module, knows where it is.
            try:
                location = loader.get_filename(spec.name)
            except ImportError:
                pass
        return self.spec(
            spec.name,
            spec.loader,
            location=location,
            is_package=spec.submodule_search_locations is not None,
            search_locations=spec.submodule_search_locations,
        )

    def _places(self, fullname: str, path: Any) -> Iterator[tuple[str, ...]]:
        """The folders in which the module is to be looked for."""
        is_ours = False
        starts = (self.label, self._prefix) if self._on_disk else (self.label,)
        for entry in path or ():
            for start in starts:
                if isinstance(entry, str) and f"{entry}/".replace(os.sep, "/").startswith(f"{start}/"):
                    is_ours = True
                    yield tuple(part for part in entry[len(start) :].replace(os.sep, "/").split("/") if part)
        if not is_ours and (path is None or isinstance(path, _NamespacePath)):
            yield tuple(fullname.split(".")[:-1])

    def _folder(self, parts: tuple[str, ...]) -> Any:
        """The path entry finder of a folder."""
        folder = self._folders.get(parts)
        if folder is None:
            if self._on_disk:
                folder = FileFinder(os.path.join(self.root, *parts), *self._loaders)
            else:
                folder = _Folder(self, parts)
            self._folders[parts] = folder
        return folder

    def _node(self, parts: Iterable[str]) -> Any:
        node = self.root
        for part in parts:
            node = node.joinpath(part)
        return node

    def _path(self, parts: Iterable[str]) -> str:
        return "/".join([self._prefix, *parts])

    def folder(self, package: str = "") -> Traversable:
        """The Traversable in which the modules of `package` are; the root, if that is empty."""
        folder: Traversable = self._node(part for part in package.split(".") if part)
        return folder

    def list_modules(self, package: str = "") -> Iterator[tuple[str, bool]]:
        """The modules in `package`, or at top level: name, and whether it is a package.

        None where the tree cannot list them. Raises ImportError, with `path`, if the tree fails to answer.
        """
        parts = tuple(part for part in package.split(".") if part)
        found: dict[str, bool] = {}
        suffixes = [suffix for _, suffixes in self._loaders for suffix in suffixes]
        for name, child in sorted(_listing(self._node(parts)).items()):
            stem = next((name[: -len(suffix)] for suffix in suffixes if name.endswith(suffix)), None)
            if stem is not None and self._ask(child, "is_file", [*parts, name]):
                found.setdefault(stem, False)
            elif "." not in name and any(f"__init__{suffix}" in _listing(child) for suffix in suffixes):
                found[name] = True
        for name, is_package in sorted(found.items()):
            if name and name != "__init__" and "." not in name:
                yield name, is_package

    def find_distributions(
        self, context: DistributionFinder.Context | None = None
    ) -> Iterator[PathDistribution]:
        """The distributions whose metadata (``*.dist-info``, ``*.egg-info``) are at the root of the tree.

        Those that `context.name` asks for, if it asks for one. A `context.path` that is given and is not
        `sys.path` has to have the root in it.
        """
        wanted = getattr(context, "name", None)
        # Without a path of its own, a context stands for all there is, in whatever import system.
        path = getattr(context, "__dict__", {}).get("path")
        if path not in (None, sys.path) and not {self._prefix, self.label, self.entry("")} & set(path):
            return
        for name, child in sorted(_listing(self.root).items()):
            stem, _, kind = name.rpartition(".")
            if kind not in ("dist-info", "egg-info"):
                continue
            if wanted is None or _normalized(stem.partition("-")[0]) == _normalized(wanted):
                yield PathDistribution(child)

    def invalidate_caches(self) -> None:
        """Look anew at what folders hold."""
        self._folders.clear()

    def _ask(self, node: Any, question: str, parts: Iterable[str], fullname: str | None = None) -> bool:
        """What the tree says to `is_file` or `is_dir` of a node. Raises ImportError if it fails to answer."""
        try:
            return bool(getattr(node, question)())
        except _MISSING:
            return False
        except NotImplementedError:
            if question != "is_file":
                return False
        except Exception as error:
            raise self._failure(parts, fullname, error) from error
        try:
            node.read_bytes()
        except OSError:
            return False
        except Exception as error:
            raise self._failure(parts, fullname, error) from error
        return True

    def _failure(self, parts: Iterable[str], fullname: str | None, error: Exception) -> ImportError:
        path = self._path(parts)
        return ImportError(
            f"{self._prefix!r} fails at {path!r}: {type(error).__name__}: {error}", name=fullname, path=path
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.root!r})"


_STANDARD = ("loadstone", "importlib", "_frozen_importlib_external")


def _normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _listing(node: Any) -> dict[str, Any]:
    """What is in a folder, by name; nothing, if it cannot be listed."""
    return _listed(node) or {}


def _listed(node: Any) -> dict[str, Any] | None:
    """What is in a folder, by name, or None if it cannot be listed, for whatever reason."""
    try:
        return {child.name: child for child in node.iterdir()}
    except Exception:
        return None


class _Folder:
    """The path entry finder of one folder of a tree that is not on disk."""

    def __init__(self, finder: TreeFinder, parts: tuple[str, ...]) -> None:
        self._finder = finder
        self._parts = parts
        self._names: Any = _UNKNOWN

    def find_spec(self, fullname: str) -> ModuleSpec | None:
        """The spec of the module, which for a portion has no loader; or None."""
        tail = fullname.rpartition(".")[2]
        if self._has(tail, fullname):
            for loader, suffix in self._loaders():
                parts = [*self._parts, tail, f"__init__{suffix}"]
                if self._is("is_file", parts, fullname):
                    return self._spec(fullname, loader, parts, True)
        for loader, suffix in self._loaders():
            parts = [*self._parts, tail + suffix]
            if self._has(tail + suffix, fullname) and self._is("is_file", parts, fullname):
                return self._spec(fullname, loader, parts, False)
        parts = [*self._parts, tail]
        if self._has(tail, fullname) and self._is("is_dir", parts, fullname):
            return ModuleSpec(fullname, None, is_package=True)
        return None

    def _loaders(self) -> Iterator[tuple[Any, str]]:
        for loader, suffixes in self._finder._loaders:
            for suffix in suffixes:
                yield loader, suffix

    def _has(self, name: str, fullname: str) -> bool:
        """Whether the folder may have something of this name."""
        if self._names is _UNKNOWN:
            try:
                self._names = _listed(self._finder._node(self._parts))
            except Exception:
                self._names = None
        return self._names is None or name in self._names

    def _is(self, question: str, parts: list[str], fullname: str) -> bool:
        finder = self._finder
        try:
            node = finder._node(parts)
        except _MISSING:
            return False
        except Exception as error:
            raise finder._failure(parts, fullname, error) from error
        return finder._ask(node, question, parts, fullname)

    def _spec(self, fullname: str, loader: Any, parts: list[str], is_package: bool) -> ModuleSpec:
        path = self._finder._path(parts)
        return ModuleSpec(fullname, loader(fullname, path), origin=path, is_package=is_package)


_UNKNOWN: Any = object()


class _FromTree:
    """What a loader of files does where the files are in a tree."""

    _finder: TreeFinder
    name: str
    path: str

    def get_data(self, path: str) -> bytes:
        """The contents of the file in the tree. Raises OSError if the tree does not give them."""
        finder = self._finder
        path = str(path)
        if not path.startswith(f"{finder._prefix}/"):
            inherited: Any = super()
            return bytes(inherited.get_data(path))
        try:
            node = finder._node(path[len(finder._prefix) + 1 :].split("/"))
            return bytes(node.read_bytes())
        except OSError:
            raise
        except Exception as error:
            raise OSError(f"{finder._prefix!r} fails at {path!r}: {error!r}") from error

    def path_stats(self, path: str) -> Any:
        """Raises OSError: trees do not tell."""
        raise OSError(f"{self._finder._prefix!r} does not tell the times of its files")

    def cache_path(self, source_path: str) -> str | None:
        """None: there is nowhere to cache bytecode."""
        return None

    @passing
    def get_code(self, fullname: str) -> CodeType | None:
        """The code object of the module. Raises ImportError, with `path`, if the tree does not give it."""
        forget_lines(self.path)
        inherited: Any = super()
        try:
            code: CodeType | None = inherited.get_code(fullname)
        except OSError as error:
            raise ImportError(
                f"cannot read {self.path!r} from {self._finder.root!r}: {type(error).__name__}: {error}",
                name=fullname,
                path=self.path,
            ) from error
        except BaseException as error:
            trim_own(error)
            raise
        return code

    def get_resource_reader(self, fullname: str) -> Reader:
        """The reader of the resources beside the file."""
        finder = self._finder
        parts = self.path[len(finder._prefix) + 1 :].split("/")
        return Reader(finder._node(parts[:-1]))
