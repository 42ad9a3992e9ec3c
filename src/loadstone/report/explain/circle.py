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
    names = _lacking(error)
    return next(filter(None, (_spelled(_modules(frames), name) for name in names)), None)


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
        frames: list[tuple[FrameType, int]] = []
        current: FrameType | None = frame
        while current is not None:
            frames.insert(0, (current, current.f_lineno))
            current = current.f_back
        circle = _spelled(_modules(frames), name)
        if circle is not None:
            return circle
    return None


def _frames_of(traceback: TracebackType | None) -> list[tuple[FrameType, int]]:
    frames = []
    while traceback is not None:
        frames.append((traceback.tb_frame, traceback.tb_lineno))
        traceback = traceback.tb_next
    return frames


def _modules(frames: Iterable[tuple[FrameType, int]]) -> list[_Import]:
    return [
        _Import(str(frame.f_globals.get("__name__")), frame.f_code.co_filename, line)
        for frame, line in frames
        if frame.f_code.co_name == "<module>"
    ]


def _spelled(modules: list[_Import], name: str) -> str | None:
    names = [module.name for module in modules]
    if name not in names:
        return None
    start = len(names) - 1 - names[::-1].index(name)
    return " → ".join([*map(str, modules[start:]), name])
