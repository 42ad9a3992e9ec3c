"""Lazy imports (PEP 810), as far as the engine has to know: names that are pending, and its own of them."""

from __future__ import annotations

import _imp
import sys
from _warnings import warn

from .versions import HAS_LAZY_IMPORTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType
    from typing import Any, Protocol

    class Pending(Protocol):
        """What an import system knows of the names that lazy imports have put off."""

        def adopt(self, module: ModuleType) -> None:
            """Take in a new module, before it is executed."""

        def arrived(self, module: ModuleType, name: str) -> None:
            """Take note that the module `name` has been imported."""


__all__ = ["LivePending", "Pending", "is_put_off", "settle"]

_PACKAGE = __name__.partition(".")[0]
_sys: Any = sys


class LivePending:
    """The interpreter's own: `sys.lazy_modules`, and what it looks up when a package lacks an attribute."""

    def adopt(self, module: ModuleType) -> None:
        """Nothing: the interpreter's modules know what to do."""

    def arrived(self, module: ModuleType, name: str) -> None:
        """Have the interpreter strike the name off; a failure is an ImportWarning."""
        try:
            _imp._set_lazy_attributes(module, name)  # type: ignore[attr-defined]
        except Exception as error:
            warn(f"Cannot set lazy attributes on {name!r}: {error!r}", ImportWarning)


def is_put_off(value: object) -> bool:
    """Whether it is a lazy object of the interpreter's, which stands for what has yet to be imported."""
    from types import LazyImportType  # type: ignore[attr-defined,unused-ignore]

    return type(value) is LazyImportType


def settle() -> None:
    """Carry out the lazy imports of loadstone's own modules that are loaded, and of those they load.

    With ``-X lazy_imports=all`` every import at the top of a module is lazy, ours too. What takes part in
    imports cannot wait until its first use: that is in the middle of one, which may be the very one that it
    would start. To be called before loadstone is put in the way of imports. Does nothing where nothing is put
    off. Thread-safe.
    """
    if not HAS_LAZY_IMPORTS or not _puts_off_own():
        return
    settled: set[str] = set()
    while True:
        names = {name for name in sys.modules.copy() if f"{name}.".startswith(f"{_PACKAGE}.")} - settled
        if not names:
            return
        for name in names:
            module = sys.modules.get(name)
            for attribute, value in list(vars(module).items()) if module is not None else ():
                if is_put_off(value):
                    getattr(module, attribute)
        settled |= names


def _puts_off_own() -> bool:
    return _sys.get_lazy_imports() == "all" or any(
        f"{name}.".startswith(f"{_PACKAGE}.") for name in list(_sys.lazy_modules)
    )
