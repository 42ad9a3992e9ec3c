"""Which Python is examined: loadstone's own, the one that is named, or that of the project."""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

__all__ = [
    "Interpreter",
    "NoInterpreter",
    "active_environments",
    "chosen",
    "environments_above",
    "others",
    "python_in",
]

_SCRIPTS = ("bin", "Scripts")
_NAMES = ("python", "python3", "python.exe")
_CACHES = re.compile(r"(archive|environments|builds)-v\d+")
"""What uv calls the directories of its cache in which it makes environments."""


class NoInterpreter(Exception):
    """There is no Python to examine. `path` is what was named, `reason` why it cannot be examined."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class Interpreter(NamedTuple):
    """A Python to be examined."""

    executable: str
    """Its path."""
    why: str
    """Why this one, in words; empty for loadstone's own, where nothing else was to be expected."""
    is_own: bool
    """Whether it is the one that runs."""

    @classmethod
    def own(cls, why: str = "") -> Interpreter:
        """The one that runs."""
        return cls(sys.executable, why, True)


def chosen(python: str | None = None) -> Interpreter:
    """The Python that is to be examined: `python`, if that is given, which is a path, a name or a version.

    Else the one whose ``-m loadstone`` runs; for the script, that of the active environment, else that of a
    `.venv` in or above the working directory. Where neither is there, the one on PATH if loadstone is in an
    environment for a tool, which is of no use to a project; else loadstone's own.

    Raises NoInterpreter for one that is not there.
    """
    if python is not None:
        return _at(_named(python), "named by --python")
    if _is_module():
        return Interpreter.own()
    for prefix, why in active_environments():
        if _is_own(prefix):
            return Interpreter.own()
        found = python_in(prefix)
        if found is not None:
            return _at(found, why)
    own = os.path.realpath(os.path.dirname(sys.prefix))
    for prefix in environments_above((os.environ.get("UV_PROJECT_ENVIRONMENT") or ".venv", ".venv")):
        if _is_around(own) and len(own) >= len(os.path.realpath(os.path.dirname(prefix))):
            break  # the project's own, by whatever name
        found = python_in(prefix)
        if found is not None:
            return _at(found, f"of the project's {os.path.basename(prefix)}")
    found = _on_path() if _is_for_a_tool() else None
    return Interpreter.own() if found is None else _at(found, "first on PATH")


def others(interpreter: Interpreter) -> Iterator[str]:
    """The environments in which the user may believe to be, beside that of the Python that is examined."""
    active = list(active_environments())
    beside = [(prefix, f"of {prefix}") for prefix in environments_above((".venv",))]
    for prefix, why in active or beside:
        python = python_in(prefix)
        if not _is_of(interpreter, prefix) and python is not None:
            yield f"this is not the Python {why}: ask it with --python {python}"
            return


def _is_of(interpreter: Interpreter, prefix: str) -> bool:
    folder = os.path.dirname(os.path.dirname(interpreter.executable))
    return os.path.realpath(prefix) == os.path.realpath(sys.prefix if interpreter.is_own else folder)


def _at(executable: str, why: str) -> Interpreter:
    folder = os.path.dirname(executable)
    prefix = os.path.dirname(folder) if _is_environment(os.path.dirname(folder)) else ""
    own = os.path.realpath(executable) == os.path.realpath(sys.executable or "")
    is_own = _is_own(prefix) if prefix else own and sys.prefix == sys.base_prefix
    return Interpreter(sys.executable if is_own else executable, why, is_own)


def _named(python: str) -> str:
    if os.path.isdir(python):
        found = python_in(python)
        if found is None:
            raise NoInterpreter(python, "there is no Python in this folder")
        return found
    # A bare name is looked for on PATH, as a shell does; a version is the name that this has there.
    name = f"python{python}" if re.fullmatch(r"\d+(\.\d+)?", python) else python
    found = shutil.which(name)
    if found is not None:
        return os.path.abspath(found)
    if os.path.islink(python) and not os.path.exists(python):
        raise NoInterpreter(python, f"it is a link to {os.readlink(python)}, which is not there")
    if os.path.isfile(python):
        raise NoInterpreter(python, "it is a file that cannot be executed")
    where = "not there" if os.path.dirname(name) else f"not on PATH{'' if name == python else f', as {name}'}"
    raise NoInterpreter(python, f"it is {where}")


def active_environments() -> Iterator[tuple[str, str]]:
    """The environments that the shell has activated, and how that shows.

    conda's `base` is none that anybody chose: shells start with it.
    """
    prefix = os.environ.get("VIRTUAL_ENV")
    if prefix:
        yield os.path.abspath(prefix), "of the active environment, VIRTUAL_ENV"
    prefix = os.environ.get("CONDA_PREFIX")
    if prefix and os.environ.get("CONDA_DEFAULT_ENV") != "base":
        yield os.path.abspath(prefix), "of the active environment, CONDA_PREFIX"


def environments_above(names: Iterable[str]) -> Iterator[str]:
    """The virtual environments of these `names` in the current directory and those above, the nearest first.

    Directories above in which everybody may write are passed over: others may have put there what they like.
    """
    try:
        place = os.getcwd()
    except OSError:  # it is gone
        return
    folder = place
    while True:
        if folder == place or not _is_shared(folder):
            for prefix in dict.fromkeys(os.path.join(folder, name) for name in names):
                if _is_environment(prefix):
                    yield prefix
        above = os.path.dirname(folder)
        if above == folder:
            return
        folder = above


def _is_shared(folder: str) -> bool:
    try:
        return bool(os.stat(folder).st_mode & stat.S_IWOTH) and os.name != "nt"
    except OSError:
        return True


def python_in(prefix: str) -> str | None:
    """The Python of an environment or installation; None if there is none. A link to nowhere counts."""
    places = [os.path.join(prefix, folder, name) for folder in _SCRIPTS for name in _NAMES]
    # Those of conda and of installations on Windows stand beside their folders.
    places += [os.path.join(prefix, "python.exe"), os.path.join(prefix, "python")]
    for place in places:
        if os.path.isfile(place) or os.path.islink(place):
            return os.path.abspath(place)
    return None


def _is_environment(prefix: str) -> bool:
    return any(os.path.exists(os.path.join(prefix, name)) for name in ("pyvenv.cfg", "conda-meta"))


def _is_own(prefix: str) -> bool:
    return os.path.realpath(prefix) == os.path.realpath(sys.prefix)


def _is_around(folder: str) -> bool:
    """Whether the current directory is the folder, or in it."""
    try:
        place = os.path.realpath(os.getcwd())
    except OSError:
        return False
    return f"{place}{os.sep}".startswith(f"{os.path.realpath(folder).rstrip(os.sep)}{os.sep}")


def _is_module() -> bool:
    """Whether Python was started with ``-m loadstone``: then it is the user who has named it."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return getattr(spec, "name", "").startswith("loadstone.")


def _is_for_a_tool() -> bool:
    """Whether loadstone's own environment was made for a tool: by pipx or uv, or an archive is what runs."""
    prefix = sys.prefix
    if any(os.path.exists(os.path.join(prefix, name)) for name in ("pipx_metadata.json", "uv-receipt.toml")):
        return True
    above = os.path.realpath(prefix).split(os.sep)[:-1]
    return "pipx" in above or any(map(_CACHES.fullmatch, above))


def _on_path() -> str | None:
    """The Python that a shell finds; what runs a tool puts the tool's own in front."""
    own = {os.path.realpath(os.path.join(sys.prefix, folder)) for folder in _SCRIPTS}
    entries = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = os.pathsep.join(entry for entry in entries if entry and os.path.realpath(entry) not in own)
    found = shutil.which("python", path=path) or shutil.which("python3", path=path)
    return None if found is None else os.path.abspath(found)
