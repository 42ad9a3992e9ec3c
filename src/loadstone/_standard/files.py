"""Modules in files: loaders of source, bytecode-only and extension modules."""

from __future__ import annotations

import _imp
import _thread
import io
import os
import sys
from _frozen_importlib_external import ExtensionFileLoader as _ExtensionFileLoader
from _frozen_importlib_external import SourceFileLoader as _SourceFileLoader
from _frozen_importlib_external import SourcelessFileLoader as _SourcelessFileLoader
from marshal import loads
from os import stat
from stat import ST_MTIME

from .._core.cache import BYTECODE_SUFFIXES, EXTENSION_SUFFIXES, SOURCE_SUFFIXES, absolute, split
from .._core.frames import QUIET, call_with_frames_removed, hidden, passing, trim_own, verbose
from .._core.spec import ModuleSpec, located
from .._core.versions import HAS_LOAD_MODULE, OPENS_BYTECODE_AS_CODE
from .bytecode import CODE, HEADER_SIZE, TIMESTAMP_BASED, checked_flags, code_from, set_file_name
from .source import LoaderBasics, SourceLoader, cache_path_of, whole_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from importlib.machinery import ModuleSpec as AnySpec
    from types import CodeType, ModuleType
    from typing import Any

    from typing_extensions import Buffer

    LoaderDetails = tuple[Callable[[str, str], Any], Iterable[str]]

__all__ = [
    "ExtensionFileLoader",
    "FileLoader",
    "SourceFileLoader",
    "SourcelessFileLoader",
    "cached_code",
    "file_loaders",
    "file_spec",
    "spec_from_file_location",
]

_READ_SIZE = 1 << 16
_SMALL = 1 << 13  # bytes: so few are sooner copied than looked at through a view
_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def _for_own_name(loader: Any, name: str | None) -> str:
    """`name`, once it is known to be the one that `loader` is for."""
    if name is None:
        return loader.name  # type: ignore[no-any-return]
    if name != loader.name:
        raise ImportError(f"loader for {loader.name} cannot handle {name}", name=name)
    return name


class FileLoader:
    """A loader of one module from one file. Two are equal if they are alike."""

    name: str
    path: str

    def __init__(self, fullname: str, path: str) -> None:
        """A loader of the module `fullname` from the file at `path`."""
        self.name = fullname
        self.path = path

    def __eq__(self, other: object) -> bool:
        return self.__class__ == other.__class__ and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self.name) ^ hash(self.path)

    def get_filename(self, fullname: str | None = None) -> str:
        """The path of the file. Raises ImportError for another module's name."""
        _for_own_name(self, fullname)
        return self.path

    def get_data(self, path: str) -> bytes:
        """The contents of the file at `path`. Raises OSError if it cannot be read.

        Code is opened by `io.open_code` (PEP 578).
        """
        if isinstance(self, _OPENED_AS_CODE):
            with io.open_code(str(path)) as code_file:
                return code_file.read()
        with io.FileIO(path, "r") as file:
            return file.readall()

    def get_resource_reader(self, fullname: str | None = None) -> Any:
        """The standard library's reader of resources beside the file."""
        _for_own_name(self, fullname)
        from importlib.readers import FileReader

        reader: Any = FileReader
        return reader(self)

    if HAS_LOAD_MODULE:

        @hidden
        def load_module(self, fullname: str | None = None) -> ModuleType:
            """Deprecated: import the module and return it. Raises ImportError for another module's name."""
            parent: Any = super()
            module: ModuleType = parent.load_module(_for_own_name(self, fullname))
            return module


@hidden
def cached_code(
    loader: Any, fullname: str, cache_path: str, facts: os.stat_result | None = None
) -> CodeType | None:
    """The code in the cache of a loader of a source file whose methods are the standard ones, or None.

    `facts` are about the source file, if it was looked at just now. The code is None where the cache is not
    valid by its timestamp, and under ``-v``: then the long way is taken.
    """
    path = loader.path
    if fullname != loader.name or sys.flags is not QUIET:
        return None
    try:
        if facts is None:
            facts = stat(path)
        descriptor = os.open(cache_path, _OPEN_FLAGS)
        try:
            data = os.read(descriptor, _READ_SIZE)
            if len(data) == _READ_SIZE:
                data += _rest(descriptor)
        finally:
            os.close(descriptor)
        mtime: Any = facts[ST_MTIME]  # in whole seconds
        header = TIMESTAMP_BASED + mtime.to_bytes(4, "little") + facts.st_size.to_bytes(4, "little")
    except (OSError, OverflowError):
        return None
    if not data.startswith(header):
        return None
    code: CodeType | None
    try:
        code = loads(data[HEADER_SIZE:] if len(data) < _SMALL else memoryview(data)[HEADER_SIZE:])
    except Exception:
        code = None
    if type(code) is not CODE:
        return whole_code(data, fullname, cache_path, path)
    set_file_name(code, path)
    return code


def _rest(descriptor: int) -> bytes:
    """What is still to be read of an open file."""
    chunks = [b""]
    while chunk := os.read(descriptor, _READ_SIZE << 4):
        chunks.append(chunk)
    return b"".join(chunks)


class SourceFileLoader(FileLoader, SourceLoader, _SourceFileLoader):  # type: ignore[misc]
    """A loader of a module from a source file; its bytecode is cached (PEP 3147, PEP 552).

    Same promise as `importlib.machinery.SourceFileLoader`, whose subclass it is. Thread-safe.
    """

    def path_stats(self, path: str) -> Any:
        """The ``mtime`` (seconds) and ``size`` (bytes) of the file at `path`. Raises OSError."""
        facts = stat(path)
        return {"mtime": facts.st_mtime, "size": facts.st_size}

    @hidden
    def get_code(self, fullname: str) -> CodeType:
        """As `SourceLoader.get_code`."""
        kind = type(self)
        if (
            kind.get_data is _GET_DATA
            and kind.path_stats is _PATH_STATS
            and kind.get_filename is _GET_FILENAME
            and len(self.__dict__) == _ATTRIBUTES
            and fullname == self.name
        ):
            cache_path = cache_path_of(self, self.path)
            code = None if cache_path is None else cached_code(self, fullname, cache_path)
            if code is not None:
                return code
        return SourceLoader.get_code(self, fullname)

    def _cache_bytecode(self, source_path: str, cache_path: str, data: Buffer) -> None:
        try:
            mode = stat(source_path).st_mode
        except OSError:
            mode = 0o666
        self.set_data(cache_path, data, _mode=mode | 0o200)

    def set_data(self, path: str, data: Buffer, *, _mode: int = 0o666) -> None:
        """Write `data` to `path` in one step, making missing folders; give up where that is not allowed."""
        try:
            _write(path, data, _mode)
        except FileNotFoundError:
            try:
                os.makedirs(split(path)[0], exist_ok=True)
                _write(path, data, _mode)
            except OSError as error:
                verbose("could not create {!r}: {!r}", path, error)
                return
        except OSError as error:
            verbose("could not create {!r}: {!r}", path, error)
            return
        verbose("created {!r}", path)


_GET_DATA = SourceFileLoader.get_data
_PATH_STATS = SourceFileLoader.path_stats
_GET_FILENAME = SourceFileLoader.get_filename
_ATTRIBUTES = 2  # name and path: no method that is the instance's own


def _write(path: str, data: Buffer, mode: int) -> None:
    """Write a file that is there as a whole or not at all."""
    draft = f"{path}.{os.getpid()}-{_thread.get_ident()}"
    descriptor = os.open(
        draft, os.O_EXCL | os.O_CREAT | os.O_WRONLY | getattr(os, "O_BINARY", 0), mode & 0o666
    )
    try:
        with io.FileIO(descriptor, "wb") as file:
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
        os.replace(draft, path)
    except BaseException:
        try:
            os.unlink(draft)
        except OSError:
            pass
        raise


class SourcelessFileLoader(FileLoader, LoaderBasics, _SourcelessFileLoader):
    """A loader of a module from a bytecode file without source.

    Same promise as `importlib.machinery.SourcelessFileLoader`, whose subclass it is. Thread-safe.
    """

    @hidden
    def get_code(self, fullname: str) -> CodeType:
        """The code object in the file.

        Raises ImportError if it is not for this Python or holds no code, EOFError if it is cut off.
        """
        path = self.get_filename(fullname)
        data = self.get_data(path)
        checked_flags(data, fullname, path)
        return code_from(data, fullname, path)

    def get_source(self, fullname: str) -> None:
        """None: there is no source."""


class ExtensionFileLoader(FileLoader, LoaderBasics, _ExtensionFileLoader):
    """A loader of an extension module (PEP 489 multi-phase, and single-phase initialisation).

    Same promise as `importlib.machinery.ExtensionFileLoader`, whose subclass it is. The interpreter's C
    code does the loading.
    """

    @passing
    def create_module(self, spec: AnySpec) -> ModuleType:
        """The module, made by the extension; raises ImportError if it cannot be loaded."""
        try:
            module: ModuleType = call_with_frames_removed(_imp.create_dynamic, spec)
        except BaseException as exception:
            trim_own(exception)
            raise
        verbose("extension module {!r} loaded from {!r}", spec.name, self.path)
        return module

    @passing
    def exec_module(self, module: ModuleType) -> None:
        """Initialise the module; what the extension raises passes through."""
        try:
            call_with_frames_removed(_imp.exec_dynamic, module)
        except BaseException as exception:
            trim_own(exception)
            raise
        verbose("extension module {!r} executed from {!r}", self.name, self.path)

    def is_package(self, fullname: str) -> bool:
        """Whether the file is called ``__init__`` and an extension suffix."""
        name = split(self.path)[1]
        return any(name == "__init__" + suffix for suffix in EXTENSION_SUFFIXES)

    def get_code(self, fullname: str) -> None:
        """None: an extension module has no code object."""

    def get_source(self, fullname: str) -> None:
        """None: an extension module has no source."""


def file_loaders() -> list[LoaderDetails]:
    """The loaders of module files and the suffixes they are for, in the order that files are looked for."""
    extension: LoaderDetails = (ExtensionFileLoader, EXTENSION_SUFFIXES)
    details: list[LoaderDetails] = [
        extension,
        (SourceFileLoader, SOURCE_SUFFIXES),
        (SourcelessFileLoader, BYTECODE_SUFFIXES),
    ]
    if sys.platform in ("ios", "tvos", "watchos"):
        from _frozen_importlib_external import AppleFrameworkLoader

        frameworks = [suffix.replace(".so", ".fwork") for suffix in EXTENSION_SUFFIXES]
        details.insert(0, (AppleFrameworkLoader, frameworks))
    return details


_OPENED_AS_CODE = (
    *(SourceLoader, ExtensionFileLoader),
    *((SourcelessFileLoader,) if OPENS_BYTECODE_AS_CODE else ()),
)
_UNKNOWN: Any = object()


@hidden
def spec_from_file_location(
    name: str,
    location: Any = None,
    *,
    loader: Any = None,
    submodule_search_locations: list[str] | None = _UNKNOWN,
) -> ModuleSpec | None:
    """A spec of the module `name` in the file at `location` (str or path-like), made absolute.

    Without `loader`, one is chosen by the file's suffix; None is returned if no suffix fits. Without
    `location`, the loader's `get_filename` tells it. `submodule_search_locations` makes it a package, an
    empty list standing for the file's folder; if it is not given, the loader's `is_package` is asked. Same
    promise as `importlib.util.spec_from_file_location`. The file does not need to exist.
    """
    if location is None:
        location = "<unknown>"
        if hasattr(loader, "get_filename"):
            try:
                location = loader.get_filename(name)
            except ImportError:
                pass
    else:
        location = os.fspath(location)
        try:
            location = absolute(location)
        except OSError:
            pass
    if loader is None:
        for loader_class, suffixes in file_loaders():
            if location.endswith(tuple(suffixes)):
                loader = loader_class(name, location)
                break
        else:
            return None
    spec = file_spec(name, location, loader)
    if submodule_search_locations is _UNKNOWN:
        return located(spec, location, None)
    if submodule_search_locations == [] and location:
        submodule_search_locations.append(split(location)[0])
    spec.submodule_search_locations = submodule_search_locations
    return spec


def file_spec(name: str, path: str, loader: Any) -> ModuleSpec:
    """A spec of the module `name` with the location `path`."""
    spec = ModuleSpec(name, loader, origin=path)
    spec._set_fileattr = True
    return spec
