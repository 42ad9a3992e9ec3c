"""Modules that must not be imported: as if they were not installed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from .._core.locks import acquire_lock, release_lock
from .finder import Finder
from .install import Handle, install
from .kinds import attribute_of
from .names import Names, check_pattern
from .order import unfindable

__all__ = ["Block", "block"]


class Block(Finder):
    """The finder of `block`: what it is bound to cannot be imported."""

    def __init__(self, pattern: str, reason: str) -> None:
        """For the modules that `pattern` matches; `reason` stands in the error."""
        self.pattern: str = check_pattern(pattern)
        self.names: tuple[str, ...] = (pattern,)
        self.reason = reason

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Raises ModuleNotFoundError, with the reason."""
        raise ModuleNotFoundError(f"import of {fullname} is blocked: {self.reason}", name=fullname)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.pattern!r}, {self.reason!r})"


def block(pattern: str, reason: str) -> Handle:
    """Have programs find the modules that `pattern` matches as if they were not installed.

    Importing them raises ModuleNotFoundError with the `reason`; `importlib.util.find_spec` and
    `loadstone.find_spec` give None. Those that are loaded already are taken out of `sys.modules`, and off the
    packages they are in, for as long as they are blocked; who has them keeps them. ``pkg`` is that module and
    what is below it, ``pkg.*`` only what is below it.

    Returns the handle whose `uninstall()` undoes it. Raises TypeError or ValueError for what is no pattern,
    TypeError for a reason that is no str. Thread-safe.
    """
    if not isinstance(reason, str):
        raise TypeError(f"reason must be str, not {type(reason).__name__}")
    handle = install(Block(pattern, reason))
    names = Names((pattern,))
    unfindable.append(names)
    put_back = _set_aside(Names((pattern, f"{pattern}.*")))

    def undo() -> None:
        unfindable.remove(names)
        put_back()

    handle._undo = undo
    return handle


def _set_aside(names: Names) -> Callable[[], None]:
    """Take the modules out of `sys.modules` that are loaded; returns what puts them back."""
    aside: list[tuple[str, Any, Any]] = []
    acquire_lock()
    try:
        for name in sorted(names.among(sys.modules), reverse=True):
            module = sys.modules[name]
            if getattr(attribute_of(module, "__spec__"), "_initializing", False):
                continue  # the import that is under way needs it there
            parent_name, _, child = name.rpartition(".")
            parent: Any = sys.modules.get(parent_name)
            is_bound = module is not None and attribute_of(parent, child) is module
            if is_bound:
                delattr(parent, child)
            del sys.modules[name]
            aside.append((name, module, parent if is_bound else None))
    finally:
        release_lock()

    def put_back() -> None:
        for name, module, parent in reversed(aside):
            if sys.modules.setdefault(name, module) is module and parent is not None:
                setattr(parent, name.rpartition(".")[2], module)

    return put_back
