"""A terminal for what is shown on one; the ways in which requirements are read."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from loadstone.report import requirements

PACKAGING = ("packaging", *(f"packaging.{name}" for name in ("markers", "specifiers", "version")))


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


def on_terminal(columns: int, *words: str, cwd: Path, **variables: str) -> str:
    """What ``python -m loadstone`` with these words writes to a real terminal of so many columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    unset = {"NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "COLUMNS", "COLORTERM"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    process = subprocess.Popen(
        [sys.executable, "-m", "loadstone", *words],
        cwd=cwd,
        env={**environment, "TERM": "xterm-256color", **variables},
        stdin=slave,
        stdout=slave,
        stderr=slave,
    )
    os.close(slave)
    data = b""
    try:
        while chunk := os.read(master, 65536):
            data += chunk
    except OSError:  # it has ended: that is how Linux says so
        pass
    finally:
        os.close(master)
        process.wait(timeout=60)
    return data.decode().replace("\r\n", "\n")


@pytest.fixture(params=["packaging", "plain"])
def reading(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Requirements are read by `packaging`, or without it."""
    requirements._packaging.cache_clear()
    with monkeypatch.context() as patch:
        if request.param == "plain":
            for name in PACKAGING:
                patch.setitem(sys.modules, name, None)
        assert (requirements._packaging() is None) is (request.param == "plain")
    yield request.param
    requirements._packaging.cache_clear()
