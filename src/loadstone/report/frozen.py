"""Frozen applications: programs into which a tool has built the modules that it took for needed."""

from __future__ import annotations

import sys

import attrs

__all__ = ["Builder", "builder"]


@attrs.frozen
class Builder:
    """A tool that builds applications."""

    name: str
    """What it is called."""
    module: str
    """The option that has it take along a module that it does not see; its name goes to ``{name}``."""
    metadata: str = "its option for the metadata of {name}"
    """The same for the metadata of a distribution."""


_PYINSTALLER = Builder("PyInstaller", "--hidden-import {name}", "--copy-metadata {name}")
_CX_FREEZE = Builder("cx_Freeze", "--includes {name}")
_PY2EXE = Builder("py2exe", "{name} among its includes")
_PY2APP = Builder("py2app", "{name} among its includes")
_NUITKA = Builder("Nuitka", "--include-module={name}", "--include-distribution-metadata={name}")
_PYOXIDIZER = Builder("PyOxidizer", "{name} among the packages of pyoxidizer.bzl")
_OTHER = Builder(
    "the tool that built it",
    "its option for hidden imports: --hidden-import {name} for PyInstaller, --includes {name} for cx_Freeze",
)


def builder() -> Builder | None:
    """The tool that has built this program; None for a program that is run by an ordinary Python."""
    sign = getattr(sys, "frozen", None)
    if getattr(sys, "oxidized", False):
        return _PYOXIDIZER
    if "__compiled__" in getattr(sys.modules.get("__main__"), "__dict__", {}):
        return _NUITKA
    if not sign:
        return None
    if hasattr(sys, "_MEIPASS"):
        return _PYINSTALLER
    if sign in ("console_exe", "windows_exe", "dll"):
        return _PY2EXE
    if sign == "macosx_app":
        return _PY2APP
    # It says no more of itself than this: its start-up script is a module of this name.
    return _CX_FREEZE if "__startup__" in sys.modules else _OTHER
