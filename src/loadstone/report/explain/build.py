"""What a build of Python may lack of the standard library: what other platforms have, or other libraries."""

from __future__ import annotations

import os
import sys

__all__ = ["left_out"]

_WINDOWS = frozenset(
    ["_msi", "_overlapped", "_winapi", "_wmi", "msilib", "msvcrt", "nt", "winreg", "winsound"]
)
_POSIX = frozenset(
    [
        "_posixshmem",
        "_posixsubprocess",
        "crypt",
        "fcntl",
        "grp",
        "nis",
        "posix",
        "pty",
        "pwd",
        "resource",
        "spwd",
        "syslog",
        "termios",
        "tty",
    ]
)
# What the module is built upon, and what Debian calls the files that the build needs.
_LIBRARIES = {
    **dict.fromkeys(["_bz2", "bz2"], ("bzip2", "libbz2-dev")),
    **dict.fromkeys(["_ctypes", "ctypes"], ("libffi", "libffi-dev")),
    **dict.fromkeys(["_curses", "_curses_panel", "curses"], ("ncurses", "libncurses-dev")),
    **dict.fromkeys(["_dbm", "_gdbm"], ("gdbm", "libgdbm-dev libgdbm-compat-dev")),
    **dict.fromkeys(["_lzma", "lzma"], ("liblzma", "liblzma-dev")),
    **dict.fromkeys(["_sqlite3", "sqlite3"], ("SQLite", "libsqlite3-dev")),
    **dict.fromkeys(["_ssl", "_hashlib", "ssl"], ("OpenSSL", "libssl-dev")),
    **dict.fromkeys(["_tkinter", "tkinter", "turtle", "turtledemo", "idlelib"], ("Tk", "tk-dev")),
    **dict.fromkeys(["_uuid"], ("libuuid", "uuid-dev")),
    **dict.fromkeys(["_zstd"], ("zstd", "libzstd-dev")),
    **dict.fromkeys(["readline"], ("readline", "libreadline-dev")),
    **dict.fromkeys(["zlib"], ("zlib", "zlib1g-dev")),
}
# What Debian has in packages apart from Python's own.
_APART = {
    **dict.fromkeys(["_tkinter", "tkinter", "turtle", "turtledemo"], "python3-tk"),
    **dict.fromkeys(["_dbm", "_gdbm"], "python3-gdbm"),
    **dict.fromkeys(["ensurepip", "venv"], "python3-venv"),
    "distutils": "python3-distutils",
    "idlelib": "idle",
    "lib2to3": "python3-lib2to3",
}


def left_out(name: str) -> tuple[str, str]:
    """Why a module of the standard library is not there, and what to do, by what it is built upon."""
    others = (_WINDOWS, "Windows") if sys.platform != "win32" else (_POSIX, "POSIX systems")
    if name in others[0]:
        evidence = f"{name!r} is of the standard library for {others[1]} only, and this is {sys.platform}"
        return evidence, "Import it only where it is, and do without it elsewhere."
    evidence = f"{name!r} is of the standard library, but was left out of this Python, {sys.base_prefix}"
    library, package = _LIBRARIES.get(name, ("", ""))
    if library:
        evidence += f": it is made only where {library} is"
    if name in _APART and _is_of_the_system():
        return (
            evidence,
            f"Install the package of the system that brings it; Debian: apt install {_APART[name]}",
        )
    if library:
        headers = f"Install {library} with its headers (Debian: apt install {package})"
        return evidence, f"{headers}, and build Python again{_again()}; or use another Python."
    return evidence, "Use a Python that is built with it, or the package of the system that brings it."


def _is_of_the_system() -> bool:
    """Whether it is a distribution of the system that has built this Python, and packed it in parts."""
    return os.path.realpath(sys.base_prefix) == "/usr"


def _again() -> str:
    """The command that builds it, where that can be told."""
    parts = sys.base_prefix.split(os.sep)
    if len(parts) > 2 and parts[-2] == "versions" and "pyenv" in parts[-3]:
        return f": pyenv install --force {parts[-1]}"
    return ""
