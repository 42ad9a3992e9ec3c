"""What the tests share: a sandbox which puts the state of the import system back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from loadstone import testing
from loadstone.testing.state import restored

collect_ignore = ["bench", "cpython", "ecosystem", "typing"]


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background of a shell ignores it, and so would the processes that are started here.
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Sandbox(testing.Sandbox):
    """The kit's, beside coverage."""

    def on_path(self, directory: str = "") -> str:
        """Put `directory`, relative to the root, first on `sys.path`, and return the path entry."""
        entry = super().on_path(directory)
        # Coverage looks at a changed path when it meets its next file, and drops what other threads have
        # imported meanwhile from sys.modules. Have it meet one now.
        exec(compile("", f"{entry}/{len(sys.path)}", "exec"))
        return entry

    def python(
        self, *arguments: str, timeout: float = 60, measured: bool = True, **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run this Python with `arguments` in the root, with `env` added to the environment.

        Without `measured`, coverage leaves it alone: tracing many threads takes minutes.
        """
        # A pytest started here would, at its end, delete what others left in the common temporary directory:
        # hundreds of thousands of files after a few runs of this suite.
        with mock.patch.dict(os.environ, PYTEST_DEBUG_TEMPROOT=str(self.root)):
            if not measured:
                os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
            return super().python(*arguments, timeout=timeout, **env)


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox in a directory of its own; afterwards the import state is what it was."""
    with restored():
        yield Sandbox(tmp_path)


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """Coverage leaves child processes alone.

    Their start-up files import it, and what a test puts in the way of imports it meets before loadstone does.
    """
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
