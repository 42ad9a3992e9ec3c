"""Built-in and frozen modules: finder and loader in one, used as classes."""

from __future__ import annotations

import _imp
import sys
from _frozen_importlib import BuiltinImporter as _BuiltinImporter
from _frozen_importlib import FrozenImporter as _FrozenImporter

from .._core.frames import call_with_frames_removed, hidden, passing, trim_own
from .._core.spec import ModuleSpec
from .._core.system import load_module
from .._core.versions import FROZEN_KNOW_THEIR_SOURCE, HAS_LOAD_MODULE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec as AnySpec
    from types import CodeType, ModuleType
    from typing import Any

__all__ = ["BuiltinImporter", "FrozenImporter"]

_SimpleNamespace: Any = type(sys.implementation)
_Module = type(sys)


class BuiltinImporter(_BuiltinImporter):
    """Finds and loads modules that are compiled into the interpreter. Not instantiated; thread-safe.

    Same promise as `importlib.machinery.BuiltinImporter`, whose subclass it is.
    """

    _ORIGIN = "built-in"

    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The spec of a built-in module, or None if `fullname` is none."""
        if (path is not None and not FROZEN_KNOW_THEIR_SOURCE) or not _imp.is_builtin(fullname):
            return None
        return ModuleSpec(fullname, cls, origin=cls._ORIGIN)

    @staticmethod
    @passing
    def create_module(spec: AnySpec) -> ModuleType:
        """The built-in module of `spec`; raises ImportError if there is none of that name."""
        if spec.name not in sys.builtin_module_names:
            raise ImportError(f"{spec.name!r} is not a built-in module", name=spec.name)
        try:
            module: ModuleType = call_with_frames_removed(_imp.create_builtin, spec)
        except BaseException as exception:
            trim_own(exception)
            raise
        return module

    @staticmethod
    @passing
    def exec_module(module: ModuleType) -> None:
        """Initialise the built-in module."""
        try:
            call_with_frames_removed(_imp.exec_builtin, module)
        except BaseException as exception:
            trim_own(exception)
            raise

    @classmethod
    def get_code(cls, fullname: str) -> None:
        """None: built-in modules have no code object. Raises ImportError if `fullname` is none."""
        _require_builtin(fullname)

    @classmethod
    def get_source(cls, fullname: str) -> None:
        """None: built-in modules have no source. Raises ImportError if `fullname` is none."""
        _require_builtin(fullname)

    @classmethod
    def is_package(cls, fullname: str) -> bool:
        """False: built-in modules are no packages. Raises ImportError if `fullname` is none."""
        _require_builtin(fullname)
        return False

    if HAS_LOAD_MODULE:

        @classmethod
        @hidden
        def load_module(cls, fullname: str) -> ModuleType:
            """Deprecated: import the module and return it."""
            _require_builtin(fullname)
            return load_module(cls, fullname)


def _require_builtin(name: str) -> None:
    if name not in sys.builtin_module_names:
        raise ImportError(f"{name!r} is not a built-in module", name=name)


def _require_frozen(name: str) -> None:
    if not _imp.is_frozen(name):
        raise ImportError(f"{name!r} is not a frozen module", name=name)


class FrozenImporter(_FrozenImporter):
    """Finds and loads modules whose bytecode is frozen into the interpreter. Not instantiated; thread-safe.

    Same promise as `importlib.machinery.FrozenImporter`, whose subclass it is.
    """

    _ORIGIN = "frozen"

    if FROZEN_KNOW_THEIR_SOURCE:

        @classmethod
        def find_spec(
            cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
        ) -> ModuleSpec | None:
            """The spec of a frozen module, or None if `fullname` is none.

            Its `loader_state` holds `filename`, where the standard library has its source, and `origname`,
            the name it was frozen under.
            """
            found = _imp.find_frozen(fullname)  # type: ignore[attr-defined,unused-ignore]
            if found is None:
                return None
            _, is_package, original_name = found
            spec = ModuleSpec(fullname, cls, origin=cls._ORIGIN, is_package=is_package)
            file_name, folder = _source_of(fullname, original_name, is_package)
            spec.loader_state = _SimpleNamespace(filename=file_name, origname=original_name)
            if folder:
                spec.submodule_search_locations = [folder]
            return spec

        @staticmethod
        def create_module(spec: AnySpec) -> ModuleType | None:
            """A new module, with `__file__` where the source is known."""
            module = _Module(spec.name)
            file_name = getattr(spec.loader_state, "filename", None)
            if file_name:
                module.__file__ = file_name
            return module

    else:

        @classmethod
        def find_spec(
            cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
        ) -> ModuleSpec | None:
            """The spec of a frozen module, or None if `fullname` is none."""
            if not _imp.is_frozen(fullname):
                return None
            is_package = _imp.is_frozen_package(fullname)
            return ModuleSpec(fullname, cls, origin=cls._ORIGIN, is_package=is_package)

        @staticmethod
        def create_module(spec: AnySpec) -> ModuleType | None:
            """None: a plain module will do."""

    @staticmethod
    @passing
    def exec_module(module: ModuleType) -> None:
        """Execute the frozen code in the module's namespace; raises ImportError if there is none."""
        name = module.__spec__.name  # type: ignore[union-attr]
        try:
            if not FROZEN_KNOW_THEIR_SOURCE:
                _require_frozen(name)
            code = _imp.get_frozen_object(name)
            call_with_frames_removed(exec, code, module.__dict__)
        except BaseException as exception:
            trim_own(exception)
            raise

    @classmethod
    def get_code(cls, fullname: str) -> CodeType:  # type: ignore[override]
        """The code object of the module; raises ImportError if `fullname` is not frozen."""
        _require_frozen(fullname)
        code: CodeType = _imp.get_frozen_object(fullname)
        return code

    @classmethod
    def get_source(cls, fullname: str) -> None:
        """None: frozen modules have no source. Raises ImportError if `fullname` is not frozen."""
        _require_frozen(fullname)

    @classmethod
    def is_package(cls, fullname: str) -> bool:
        """Whether the module is a package; raises ImportError if `fullname` is not frozen."""
        _require_frozen(fullname)
        return _imp.is_frozen_package(fullname)

    if HAS_LOAD_MODULE:

        @classmethod
        @hidden
        def load_module(cls, fullname: str) -> ModuleType:
            """Deprecated: import the module and return it."""
            return load_module(cls, fullname, cls.find_spec(fullname) if FROZEN_KNOW_THEIR_SOURCE else None)


def _source_of(name: str, original_name: str | None, is_package: bool) -> tuple[str | None, str | None]:
    """Where the standard library has the source of a frozen module, and the folder if it is a package."""
    library = getattr(sys, "_stdlib_dir", None)
    if not original_name or not library:
        return None, None
    separator = "\\" if sys.platform == "win32" else "/"
    if original_name == name:
        as_package = is_package
    elif original_name.startswith("<"):
        original_name = original_name[1:]
        as_package = is_package
        if not is_package:
            original_name += ".__init__"
    else:
        as_package = False
    base = f"{library}{separator}{original_name.replace('.', separator)}"
    if as_package:
        return f"{base}{separator}__init__.py", base
    return f"{base}.py", None
