"""Which frames are the engine's, and how they stay out of tracebacks and warnings.

Two parts of the interpreter recognise the import system by the file name of a frame: `warnings` skips
frames whose file name holds both ``importlib`` and ``_bootstrap`` when it looks for the line to blame,
and the `import` statement cuts frames of ``<frozen importlib._bootstrap>`` from tracebacks. `hidden`
gives a function a file name of that kind which still leads to the real file.
"""

import os
import sys
from _frozen_importlib import (  # type: ignore[attr-defined]
    _call_with_frames_removed as call_with_frames_removed,
)
from _imp import _fix_co_filename as set_file_name  # type: ignore[attr-defined]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, TracebackType
    from typing import Any, TypeVar

    F = TypeVar("F", bound=Callable[..., Any])

__all__ = [
    "QUIET",
    "as_interpreter_s",
    "call_with_frames_removed",
    "execute",
    "hidden",
    "passing",
    "trim",
    "trim_own",
    "verbose",
]

_ENGINE = "importlib._bootstrap"
_PACKAGE = os.path.dirname(os.path.dirname(__file__))
_HIDDEN = f"{_PACKAGE}{os.sep}{_ENGINE}{os.sep}.."


QUIET = None if sys.flags.verbose else sys.flags
"""What `sys.flags` is where ``-v`` was not given: this is told apart at once, a flag is looked up."""


def hidden(function: "F") -> "F":
    """Mark `function` as part of the import system, and return it.

    The file name of its code gets a detour through a folder of this package: the path still leads to the
    file, for debuggers, coverage and source lookup.
    """
    # In place: calls of a function whose `__code__` was replaced are not specialised since Python 3.13.
    code = function.__code__
    file_name = code.co_filename
    if file_name.startswith(_PACKAGE) and not file_name.startswith(_HIDDEN):
        set_file_name(code, _HIDDEN + file_name[len(_PACKAGE) :])
    return function


def _keeps_raising_frame() -> bool:
    """Whether the frame that raises again stays in a traceback, whatever that was set to (Python 3.10)."""
    try:
        try:
            raise KeyError
        except KeyError as error:
            error.__traceback__ = None
            raise
    except KeyError as error:
        return error.__traceback__ is not None


_KEEPS_RAISING_FRAME = _keeps_raising_frame()


def passing(function: "F") -> "F":
    """Mark a `hidden` method that the interpreter's own import calls, and which ends in `trim_own`, `raise`.

    The interpreter cuts its frames only where they stand together. So where the frame of such a method
    cannot be taken out, it gets the file name of theirs.
    """
    if not _KEEPS_RAISING_FRAME:
        return hidden(function)
    file_name = call_with_frames_removed.__code__.co_filename
    function.__code__ = function.__code__.replace(co_filename=file_name)
    return function


def as_interpreter_s(function: "F") -> "F":
    """Mark `function` as one of the interpreter's that the `import` statement cuts from every traceback.

    It goes by the file name and, unless the error is an ImportError, by the name of the function.
    """
    theirs = call_with_frames_removed.__code__
    code = function.__code__.replace(co_filename=theirs.co_filename, co_name=theirs.co_name)
    # A new function: calls of one whose `__code__` was replaced are not specialised since Python 3.13.
    make: Any = type(function)
    made = make(code, function.__globals__, function.__name__, function.__defaults__)
    if function.__kwdefaults__:
        made.__kwdefaults__ = function.__kwdefaults__
    return made  # type: ignore[no-any-return]


@as_interpreter_s
def execute(code: "CodeType", namespace: "dict[str, Any]") -> None:
    """Execute the code of a module: `call_with_frames_removed` of `exec`, without packing its arguments."""
    exec(code, namespace)


def trim(exception: BaseException) -> None:
    """Take the engine's frames out of the traceback of an exception that is being handled.

    To be called first thing in an `except` clause that ends in a bare `raise`: on Python 3.11 and newer
    the frame of the caller goes too; on 3.10 the interpreter keeps that one. As under CPython, frames stay
    where the engine itself raised something other than ImportError or SyntaxError, and under ``-v``.
    """
    own = exception.__traceback__
    if own is not None and not sys.flags.verbose:
        _cut(exception, own, _ENGINE)
        exception.__traceback__ = own.tb_next


def trim_own(exception: BaseException) -> None:
    """Take loadstone's frames out of a traceback that the interpreter's own import will trim.

    For `passing` methods, in an `except` clause that ends in a bare `raise`. What is left of the
    interpreter's frames stands together then, and the `import` statement cuts it as it would without
    loadstone. Frames stay where `trim` would leave them.
    """
    own = exception.__traceback__
    if own is not None and not sys.flags.verbose and _cut(exception, own, _HIDDEN):
        exception.__traceback__ = own.tb_next


def _cut(exception: BaseException, own: "TracebackType", mark: str) -> bool:
    """Take the frames with `mark` out of what follows `own`. False if `own` has come to an engine's error."""
    always = isinstance(exception, (ImportError, SyntaxError))
    kept = own
    entry = own.tb_next
    while entry is not None:
        if mark in entry.tb_frame.f_code.co_filename:
            rest = _after(entry, mark)
            if rest is None and not always and not _ends_in_call(entry):
                return kept is not own
            kept.tb_next = entry = rest
        else:
            kept = entry
            entry = entry.tb_next
    return always or own.tb_next is not None


def _ends_in_call(entry: "TracebackType") -> bool:
    """Whether the last frame is the interpreter's mark for calls of what is not the import system's."""
    while entry.tb_next is not None:
        entry = entry.tb_next
    # By identity: two codes are compared in depth, for which there may be no room at the limit of recursion.
    code = entry.tb_frame.f_code
    return code is call_with_frames_removed.__code__ or code is execute.__code__


def _after(entry: "TracebackType | None", mark: str) -> "TracebackType | None":
    while entry is not None and mark in entry.tb_frame.f_code.co_filename:
        entry = entry.tb_next
    return entry


def verbose(message: str, *args: object, verbosity: int = 1) -> None:
    """Write to stderr what ``python -v`` reports, where the running Python was asked for it."""
    if sys.flags.verbose >= verbosity:
        if not message.startswith(("#", "import ")):
            message = "# " + message
        print(message.format(*args), file=sys.stderr)
