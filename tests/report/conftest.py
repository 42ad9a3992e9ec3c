"""A terminal for what is shown on one."""

from __future__ import annotations

import io
import os
import pty
from collections.abc import Iterator

import pytest


@pytest.fixture
def terminal() -> Iterator[tuple[io.TextIOWrapper, int]]:
    """A real terminal: the stream to write to, and the end to read from."""
    master, slave = pty.openpty()
    try:
        with open(slave, "w", encoding="utf-8") as stream:
            yield stream, master
    finally:
        os.close(master)


def written(master: int, stream: io.TextIOWrapper) -> str:
    """What has been written to it, at its other end."""
    stream.write("\x04")
    stream.flush()
    data = b""
    while not data.endswith(b"\x04"):
        data += os.read(master, 4096)
    return data[:-1].decode().replace("\r\n", "\n")
