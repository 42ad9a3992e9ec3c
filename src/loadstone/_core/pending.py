"""Lazy imports (PEP 810), as far as the engine has to know: names that are pending, and its own of them."""

from __future__ import annotations

import _imp
import sys
from _warnings import warn

from .versions import HAS_LAZY_IMPORTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType, ModuleType
    from typing import Any, Protocol

    class Pending(Protocol):
        """What an import system knows of the names that lazy imports have put off."""

        def adopt(self, module: ModuleType) -> None:
            """Take in a new module, before it is executed."""

        def arrived(self, module: ModuleType, name: str) -> None:
            """Take note that the module `name` has been imported."""

        def resolves(self, name: str, namespace: Mapping[str, object], frame: FrameType) -> bool:
            """Whether `frame` asks for the package that ``lazy import name`` has put off."""


__all__ = [
    "ATTRIBUTE",
    "LISTED",
    "STATEMENT",
    "LivePending",
    "Pending",
    "instruction",
    "is_put_off",
    "settle",
]

_PACKAGE = __name__.partition(".")[0]
_sys: Any = sys


def instruction(frame: FrameType) -> int:
    """The instruction that `frame` is at."""
    return frame.f_code.co_code[frame.f_lasti]


def _instructions() -> list[int]:
    """The instructions that call `__import__`, ask the module for a name, and anything for an attribute."""
    met = []

    class Probe:
        def __getattr__(self, name: str) -> None:
            met.append(instruction(sys._getframe(1)))

    def probe(*arguments: object) -> Probe:
        met.append(instruction(sys._getframe(1)))
        return Probe()

    # In a function, no import is lazy.
    scope: dict[str, Any] = {"__builtins__": {"__import__": probe}}
    exec("def ask():\n from a import b\n import c\n c.d", scope)
    scope["ask"]()
    return met


STATEMENT, LISTED, _, ATTRIBUTE = _instructions()


def is_put_off(value: object) -> bool:
    """Whether it is a lazy object of the interpreter's, which stands for what has yet to be imported."""
    if not HAS_LAZY_IMPORTS:
        return False
    from types import LazyImportType  # type: ignore[attr-defined,unused-ignore]

    return type(value) is LazyImportType


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

    def resolves(self, name: str, namespace: Mapping[str, object], frame: FrameType) -> bool:
        """Whether it is a lazy object bound in `namespace`, to the package's own name, and no statement.

        Such an object imports only the package, which imports the rest at need. The interpreter sees to that
        only where `__import__` is its own; another is asked for the whole name. So it is for the object of
        ``lazy import name as other``, which needs it: False where `namespace` has one of these, too.
        """
        if name not in _sys.lazy_modules or instruction(frame) == STATEMENT:
            return False
        bound = [
            key
            for key, value in list(namespace.items())
            if is_put_off(value) and repr(value) == f"<lazy_import {name!r}>"
        ]
        return bound == [name.partition(".")[0]]


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
