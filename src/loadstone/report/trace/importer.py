"""The importer of a module: who imports it, told by the frames of the thread."""

from __future__ import annotations

import sys
from _frozen_importlib import _find_and_load_unlocked  # type: ignore[attr-defined]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    Place = tuple[str | None, str | None, int | None]
    Frames = tuple[FrameType | None, FrameType | None]

__all__ = ["CALLS", "FIND_AND_LOAD", "IMPORTS_ATTRIBUTE", "absolute_name", "importer", "place_of"]

FIND_AND_LOAD: CodeType = _find_and_load_unlocked.__code__
"""The function of the interpreter that asks finders."""

IMPORTS_ATTRIBUTE = "_find_and_load_lazy_submodule"
"""The function by which the interpreter imports an attribute of a package, where an `__import__` has not."""

CALLS = frozenset({"__import__", IMPORTS_ATTRIBUTE})

_ENGINE = ("importlib", "_bootstrap")
_LOADS = frozenset({"_find_and_load", "_find_and_load_unlocked", "reload"})
_RUNS = frozenset({"_call_with_frames_removed", "exec_module", "create_module", "load_module"})
_machinery: dict[str, bool] = {}


def importer(frame: FrameType | None) -> Frames | None:
    """Who imports what a finder is asked for: the frame, and that of the call which means to import.

    That is the innermost of an `__import__`, or of what the interpreter calls in its place for attributes.
    None if it is only searched for.
    """
    is_import = False
    call = None
    while frame is not None:
        code = frame.f_code
        file = code.co_filename
        is_machinery = _machinery.get(file)
        if is_machinery is None:
            is_machinery = _machinery[file] = _is_machinery(file)
        if is_machinery:
            if code.co_name in _LOADS:
                is_import = True
            elif not is_import and code.co_name in _RUNS:
                return None
            elif code.co_name in CALLS and call is None:
                call = frame
        elif is_import:
            return frame, call
        frame = frame.f_back
    return (None, call) if is_import else None


def _is_machinery(file: str) -> bool:
    """Whether frames of this file name belong to the import system."""
    if all(part in file for part in _ENGINE):
        return True
    importlib: Any = sys.modules.get("importlib")
    if importlib is None:
        return False
    function = getattr(importlib, "import_module", None)
    # The program may be the first to import it, and this an import that it makes meanwhile.
    return bool(file == (importlib.__file__ if function is None else function.__code__.co_filename))


def place_of(frame: FrameType | None) -> Place:
    """The module, file and line that a frame is at."""
    if frame is None:
        return (None, None, None)
    name = frame.f_globals.get("__name__")
    return (name if type(name) is str else None, frame.f_code.co_filename, frame.f_lineno)


def absolute_name(name: Any, namespace: Any, level: int, names: Any = ()) -> str:
    """The absolute name of what a statement imports, as well as it can be told without a warning.

    Where a relative one leads out of every package, it is as it is written, with the first of `names`.
    """
    if not level:
        return str(name)
    namespace = namespace or {}
    package = namespace.get("__package__")
    if package is None:
        package = str(namespace.get("__name__"))
        if "__path__" not in namespace:
            package = package.rpartition(".")[0]
    for _ in range(level - 1):
        package = package.rpartition(".")[0]
    if package:
        return f"{package}.{name}" if name else package
    return "." * level + str(name or next(iter(names or ()), ""))
