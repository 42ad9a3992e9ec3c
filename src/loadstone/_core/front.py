"""`import_module`: modules that are there are returned at once; the first other one brings the engine in."""

import _frozen_importlib
import os
import sys

from .frames import hidden, trim

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any

__all__ = ["absolute_names", "import_module"]

_interpreter: "Any" = _frozen_importlib
_SYSTEM = f"{__package__}.system"
_ENGINE = (
    *("versions", "cache", "compiler", "namespace", "spec", "locks"),
    *("finding", "pending", "loading", "statement", "system"),
)
_core: "Any" = sys.modules[__package__]

absolute_names: "dict[str, dict[str, str]]" = {}
"""By package, then name: the absolute name, which is looked up sooner than resolved again."""

_finders = [sys.path_importer_cache.get(entry) for entry in (_core.__path__[0], os.path.dirname(os.__file__))]


@hidden
def import_module(name: str, package: str | None = None) -> "ModuleType":
    """Import the module `name` and return it: for a dotted name, the last module.

    A relative name, with leading dots, is resolved from `package`, which it then needs. Asks the finders of
    `sys.meta_path` and inserts into `sys.modules`, as the `import` statement does, and takes the same locks:
    a module that threads import both ways is executed once. Same promise as `importlib.import_module`.

    Raises TypeError for a relative name without `package` and for a name that is no str, ValueError for an
    empty name, ImportError for a relative name beyond the top-level package, ModuleNotFoundError if there
    is no such module; what executing it raises passes through, with no frame of the import system in its
    traceback.
    """
    try:
        if package is None:
            module: Any = sys.modules[name]
        else:
            module = sys.modules[absolute_names[package][name]]
        if not module.__spec__._initializing:
            return module  # type: ignore[no-any-return]
    except Exception:  # noqa: S110
        pass
    try:
        system = sys.modules.get(_SYSTEM)
        if not hasattr(system, "import_now"):
            system = _load_engine()
        return system.import_now(name, package)  # type: ignore[no-any-return, union-attr]
    except BaseException as exception:
        trim(exception)
        raise


@hidden
def _load_engine() -> "Any":
    """The module `system`, loaded with what it needs by the finders of this folder and the standard library.

    What `sys.meta_path`, `sys.path_hooks` and `sys.path` hold by now is the program's, for the modules that
    it asked for.
    """
    _load("__future__")
    for part in _ENGINE:
        setattr(_core, part, _load(f"{__package__}.{part}"))
    _core.pending.settle()
    return sys.modules[_SYSTEM]


@hidden
def _load(name: str) -> "ModuleType":
    with _interpreter._ModuleLockManager(name):
        if name not in sys.modules:
            for finder in _finders:
                spec = None if finder is None else finder.find_spec(name)
                if spec is not None:
                    return _interpreter._load_unlocked(spec)  # type: ignore[no-any-return]
        return __import__(name, fromlist=["__name__"])
