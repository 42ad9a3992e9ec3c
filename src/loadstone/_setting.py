"""The setting of loadstone's own imports: what is the user's is set aside for them, and given back.

That is the entries of `sys.path` where the user's files are, which are what is examined or run, not what
loadstone is made of; and the mode in which all imports are lazy, in which what loadstone and the standard
library import would be searched for in the middle of the user's imports.
"""

import os
import sys
from _frozen_importlib_external import PathFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "as_for_programs",
    "first_entry",
    "give_back_mode",
    "give_back_path",
    "is_called",
    "is_path_safe",
    "kept",
    "path_of_programs",
    "set_aside",
]

_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_NEEDED = ("attrs", "typing_extensions")


class _Aside:
    """What is set aside: `sys.path` for programs, after what it begins with, and the mode of lazy imports.

    `is_called` tells whether it is for a program that calls a command.
    """

    path: "list[str] | None" = None
    mode: "str | None" = None
    is_called: bool = False


_aside = _Aside()


def set_aside(*, begins: bool = True) -> None:
    """Take off `sys.path` what it begins with because of how loadstone was started, and what PYTHONPATH says.

    Unless it `begins` with nothing of that kind any more: the same directory may be there for another reason.
    Where something that loadstone needs is found by those entries only, they go to the end. From now on no
    import is lazy that does not say so. What is not given back stays so.
    """
    if hasattr(sys, "set_lazy_imports"):
        _aside.mode = sys.get_lazy_imports()  # type: ignore[attr-defined,unused-ignore]
        sys.set_lazy_imports("normal")
    path = list(sys.path)
    removed = []
    if begins and not is_path_safe() and path and _is_of_start(path[0]):
        removed.append(path.pop(0) or os.curdir)
    _aside.path = path
    variable = "" if sys.flags.ignore_environment else os.environ.get("PYTHONPATH", "")
    named = {_absolute(entry) for entry in variable.split(os.pathsep)} if variable else set()
    own = [entry for entry in path if _absolute(entry) not in named]
    if len(own) < len(sys.path) and not all(_is_in(own, name) for name in _NEEDED):
        removed += [entry for entry in path if entry not in own]
        own += [*removed, _HOME]
    sys.path[:] = own


class kept:
    """Have all set aside inside, and afterwards as it was before: for a program that calls a command."""

    def __enter__(self) -> None:
        self._before = sys.path, list(sys.path), _aside.path, _aside.mode, _aside.is_called
        _aside.is_called = True
        set_aside()

    def __exit__(self, *_: object) -> None:
        give_back_mode()
        sys.path, sys.path[:], _aside.path, _aside.mode, _aside.is_called = self._before


def is_called() -> bool:
    """Whether a program has called the command, so that its own state is what the command is about."""
    return _aside.is_called


def path_of_programs() -> "list[str]":
    """What `sys.path` is for programs, after what it begins with."""
    return list(sys.path if _aside.path is None else _aside.path)


def give_back_path() -> None:
    """Have `sys.path` as it is for programs, after what it begins with."""
    if _aside.path is not None:
        sys.path[:] = _aside.path


def give_back_mode() -> None:
    """Have imports lazy as the user wants them."""
    if _aside.mode is not None:
        sys.set_lazy_imports(_aside.mode)  # type: ignore[attr-defined,arg-type,unused-ignore]


class as_for_programs:
    """Have imports done, inside, as for a program that ``python -m`` starts here.

    Or as for one whose path begins with `entries`. What loadstone itself imports is to be imported by then:
    the user may have files of the same names.
    """

    def __init__(self, entries: "list[str] | None" = None) -> None:
        self._entries = entries

    def __enter__(self) -> None:
        self._own = list(sys.path)
        entry = first_entry()
        entries = ([] if entry is None else [entry]) if self._entries is None else self._entries
        sys.path[:] = [*entries, *path_of_programs()]
        give_back_mode()

    def __exit__(self, *_: object) -> None:
        if _aside.mode is not None:
            sys.set_lazy_imports("normal")  # type: ignore[attr-defined,unused-ignore]
        sys.path[:] = self._own


def is_path_safe() -> bool:
    """Whether `sys.path` begins with no directory of the user's: Python runs isolated, or with ``-P``."""
    return bool(getattr(sys.flags, "safe_path", False) or sys.flags.isolated)


def first_entry() -> "str | None":
    """What `sys.path` begins with for a program that ``python -m`` starts here: the working directory.

    None where the path begins with nothing of that kind, or the directory is gone.
    """
    try:
        return None if is_path_safe() else os.getcwd()
    except OSError:
        return None


def _is_of_start(entry: str) -> bool:
    """Whether an entry is there because of how Python was started: the folder of a script, or this one."""
    try:
        here = os.getcwd()
        script = os.path.realpath(sys.argv[0])
    except OSError:  # the working directory is gone
        here = script = ""
    return entry in ("", here, os.path.dirname(script), script, f"{script}.exe")


def _absolute(entry: str) -> str:
    try:
        return os.path.normcase(os.path.abspath(entry))
    except OSError:
        return entry


def _is_in(path: "list[str]", name: str) -> bool:
    """Whether a module is found along `path`; it is not imported."""
    spec: Any = PathFinder.find_spec(name, path)
    return spec is not None and spec.loader is not None
