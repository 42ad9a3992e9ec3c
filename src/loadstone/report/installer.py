"""The command that installs into the Python that is examined: by its pip, or by what it has instead."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import sysconfig
from importlib.machinery import PathFinder
from typing import Any

from ..startup.run import printable

__all__ = ["installing", "quoted"]


def installing(*words: str, again: bool = False) -> str:
    """The command to install `words`, which are requirements and options of pip, into this Python.

    It is one that works here: by pip where the environment has it; else by uv where that has made it, else by
    pip once it is there. Where pip is not to touch the Python, because the system manages it, it makes a
    virtual environment first. If `again`, what is installed already is installed anew.
    """
    python = sys.executable or "python"
    if _is_managed():
        folder = ".venv"
        inner = os.path.join(folder, os.path.basename(sysconfig.get_path("scripts")), "python")
        pip = f"{quoted(inner)} -m pip install"
        return f"{quoted(python)} -m venv {folder} && {_with(pip, words, again)}"
    if _has_pip():
        return _with(f"{quoted(python)} -m pip install", words, again)
    if "uv" in _configuration():
        pip = f"uv pip install --python {quoted(python)}"
        return _with(pip, words, again, "--reinstall")
    pip = f"{quoted(python)} -m pip install"
    return f"{quoted(python)} -m ensurepip && {_with(pip, words, again)}"


def _with(command: str, words: tuple[str, ...], again: bool, option: str = "--force-reinstall") -> str:
    return " ".join([command, *[option] * again, *map(quoted, words)])


def quoted(word: str) -> str:
    """A word as a shell of this platform takes it; what is no printable character is written as an escape."""
    word = printable(word)
    return subprocess.list2cmdline([word]) if os.name == "nt" else shlex.quote(word)


def _has_pip() -> bool:
    try:
        spec: Any = PathFinder.find_spec("pip")
    except Exception:  # of others' path hooks
        return False
    return spec is not None and spec.loader is not None


def _is_managed() -> bool:
    """Whether the Python says that only the system's own tools may install into it (PEP 668)."""
    if sys.prefix != sys.base_prefix:
        return False
    return os.path.exists(os.path.join(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED"))


def _configuration() -> dict[str, str]:
    """What `pyvenv.cfg` says of the virtual environment; empty where there is none."""
    try:
        with open(os.path.join(sys.prefix, "pyvenv.cfg"), encoding="utf-8", errors="replace") as lines:
            pairs = [line.partition("=") for line in lines]
    except OSError:
        return {}
    return {key.strip().lower(): value.strip() for key, equals, value in pairs if equals}
