"""Circular imports: which module imports which, read off the frames of modules that are being executed."""

from __future__ import annotations

import builtins
import linecache
import sys
from collections.abc import Iterable
from opcode import opmap
from types import FrameType, ModuleType, TracebackType
from typing import NamedTuple

__all__ = ["circle_of_error", "circle_of_running"]

_CYCLE: type[ImportError] | None = getattr(builtins, "ImportCycleError", None)
_FROM = opmap["IMPORT_FROM"]
# What a frame is at while a module is executed for it: a name may be that of a lazy import.
_IMPORTS = {opmap[name] for name in ("IMPORT_NAME", "IMPORT_FROM", "LOAD_NAME", "LOAD_GLOBAL")}


_BOOTSTRAP = "importlib._bootstrap"
_Place = tuple[FrameType, int, int]
"""A frame, the line and the instruction that it is at."""


class _Import(NamedTuple):
    """A module that is being executed, and the line at which it is."""

    name: str
    file: str
    line: int

    def __str__(self) -> str:
        text = linecache.getline(self.file, self.line).strip()
        return f"{self.name} ({self.file}, line {self.line}{f': {text}' if text else ''})"


def circle_of_error(error: BaseException) -> str | None:
    """The circle that an exception comes of, spelled out; None for other exceptions."""
    frames = _frames_of(error.__traceback__)
    last = frames[-1][0] if frames else None
    modules = _modules(frames, last)
    return next(filter(None, (_spelled(modules, name) for name in _lacking(error))), None)


def _lacking(error: BaseException) -> tuple[str, ...]:
    """The modules, one of which is half done if that is what the exception comes of.

    What it says is of no use: it depends on where the module lies.
    """
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        # A submodule is bound on its package when it is done.
        return error.obj.__name__, f"{error.obj.__name__}.{error.name}"
    if not isinstance(error, ImportError) or error.name is None:
        return ()
    is_cycle = _CYCLE is not None and isinstance(error, _CYCLE)
    return (error.name,) if is_cycle or _is_of_from_import(error) else ()


def _is_of_from_import(error: ImportError) -> bool:
    """Whether a module lacks a name that an import statement asks of it; else it may be anything's."""
    if hasattr(error, "name_from"):
        return error.name_from is not None
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback is not None and traceback.tb_frame.f_code.co_code[traceback.tb_lasti] == _FROM


def circle_of_running(name: str) -> str | None:
    """The circle that a module is in which is being executed now, spelled out; None if it is in none."""
    for frame in sys._current_frames().values():
        frames: list[_Place] = []
        current: FrameType | None = frame
        while current is not None:
            frames.insert(0, (current, current.f_lineno, current.f_lasti))
            current = current.f_back
        circle = _spelled(_modules(frames), name)
        if circle is not None:
            return circle
    return None


def _frames_of(traceback: TracebackType | None) -> list[_Place]:
    frames = []
    while traceback is not None:
        frames.append((traceback.tb_frame, traceback.tb_lineno, traceback.tb_lasti))
        traceback = traceback.tb_next
    return frames


def _modules(frames: Iterable[_Place], last: FrameType | None = None) -> list[_Import]:
    """The modules that are being executed, those whose functions import, and that of the `last` frame."""
    modules: list[_Import] = []
    for frame, line, instruction in frames:
        code = frame.f_code
        is_import = code.co_code[instruction] in _IMPORTS or frame is last
        if code.co_name != "<module>" and (not is_import or _BOOTSTRAP in code.co_filename):
            continue
        one = _Import(str(frame.f_globals.get("__name__")), code.co_filename, line)
        if modules and modules[-1].name == one.name:
            modules[-1] = one  # a function that the module calls
        else:
            modules.append(one)
    return modules


def _spelled(modules: list[_Import], name: str) -> str | None:
    names = [module.name for module in modules]
    if name not in names:
        return None
    start = len(names) - 1 - names[::-1].index(name)
    return " → ".join([*map(str, modules[start:]), name])
