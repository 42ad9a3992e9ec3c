"""Commands for the Python that is examined: what installs into it, and what asks about it."""

from __future__ import annotations

import os
import re
import shlex
import sys
import sysconfig
from importlib.machinery import PathFinder
from typing import Any

from ..startup.run import printable
from .places import site_directories

__all__ = ["asking", "installing", "pip", "quoted"]


def installing(*requirements: str) -> str:
    """The command to install something new into this Python.

    Where pip is not to touch the Python, because the system manages it, a virtual environment is made first.
    """
    if not _is_managed():
        return pip("install", *requirements)
    folder = ".venv"
    inner = os.path.join(folder, os.path.basename(sysconfig.get_path("scripts")), "python")
    words = map(quoted, [inner, "-m", "pip", "install", *requirements])
    return f"{quoted(sys.executable or 'python')} -m venv {folder} && {' '.join(words)}"


def pip(command: str, *words: str) -> str:
    """A command of the pip of this Python, such as `install`, with its options and arguments.

    It is one that works here: by pip where the environment has it; else by uv, which knows the same commands,
    where that has made it; else by pip once it is there.
    """
    python = quoted(sys.executable or "python")
    arguments = " ".join(map(quoted, words))
    if _has("pip"):
        return f"{python} -m pip {command} {arguments}"
    if "uv" in _configuration():
        return f"uv pip {command} --python {python} {arguments}"
    return f"{python} -m ensurepip && {python} -m pip {command} {arguments}"


def asking(command: str, *words: str) -> str:
    """A command of loadstone's about this Python: by itself where it has loadstone, else by `--python`."""
    python = sys.executable or "python"
    before = (
        [python, "-m", "loadstone", command]
        if _has("loadstone")
        else ["loadstone", command, "--python", python]
    )
    return " ".join(map(quoted, [*before, *words]))


def quoted(word: str) -> str:
    """A word as a shell of this platform takes it; what is no printable character is written as an escape."""
    word = printable(word)
    if re.fullmatch(r"[\w%+,./:@=-]+" if os.name != "nt" else r"[\w+,./:@=\\-]+", word):
        return word
    # Double quotes do in every shell, but for what they let through in some.
    if os.name == "nt" or not re.search(r'["$`\\!]', word):
        return f'"{word}"'
    return shlex.quote(word)


def _has(name: str) -> bool:
    """Whether this Python has the module; it is not imported."""
    try:
        spec: Any = PathFinder.find_spec(name, [*sys.path, *site_directories()])
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
