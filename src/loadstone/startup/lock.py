"""A lock between processes: a file that is there while one of them works."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["locked"]


@contextmanager
def locked(path: str) -> Iterator[None]:
    """Hold the lock that the file `path` stands for; wait for another process or thread that holds it.

    The file is made and, where the system can delete what is open, deleted again. Raises OSError if it
    cannot be made.
    """
    file = _acquire(path)
    try:
        yield
    finally:
        if sys.platform != "win32":
            os.unlink(path)
        os.close(file)


if sys.platform == "win32":

    def _acquire(path: str) -> int:
        import msvcrt

        file = os.open(path, os.O_RDWR | os.O_CREAT)
        while True:
            try:
                msvcrt.locking(file, msvcrt.LK_LOCK, 1)
            except OSError:  # after ten seconds of waiting
                continue
            return file

else:

    def _acquire(path: str) -> int:
        import fcntl

        while True:
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                if os.path.samestat(os.fstat(file), os.stat(path)):
                    return file
            except FileNotFoundError:
                pass
            os.close(file)  # the one who held it has deleted it meanwhile
